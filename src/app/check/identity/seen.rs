//! What the events of a sample say of ids.

use crate::app::identity::Ids;
use crate::app::route::InputMapping;
use crate::domain::identity::naming::EventIds;
use crate::domain::identity::said::{SaidIds, Sighting};
use crate::domain::{Ms, Text};
use crate::kafka::admin::RecordHeader;
use crate::runtime::ports::RecordView;
use crate::wire::decode::Decoder;
use crate::wire::mapped::{Said, record};
use leadstream_mapping::NotReady;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Most events of one input that are kept until all are read; the others are counted.
const MAX_EVENTS: usize = 1_000_000;

/// The reason of a value that the settings or the service block, as the naming calls it.
const BLOCKED: &str = "blocked";

/// What was found in the records of inputs.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub records: u64,
    /// Events that can't be used, for another reason than their ids.
    pub unusable: u64,
    /// Events that name nobody, and become dead letters.
    pub nobodys: u64,
    /// Events that name nobody, and are known by the key of their record.
    pub by_key: u64,
    /// Events beyond [`MAX_EVENTS`].
    pub left_out: u64,
    /// By type, and why a value is no id.
    pub refused: BTreeMap<(Text, &'static str), u64>,
    pub sighted: Vec<Sighted>,
}

/// An event, and the ids that it names.
#[derive(Debug)]
pub(super) struct Sighted {
    pub said: SaidIds,
    pub time_ms: Ms,
    pub record_ms: Ms,
    /// It lies elsewhere than its strongest id wants: a router, or the task that reads it, sends it on.
    pub is_moved: bool,
    /// It names none: its id is its record's key.
    pub is_by_key: bool,
}

impl Sighted {
    pub(super) fn sighting(&self) -> Sighting<'_> {
        Sighting { said: &self.said, time_ms: self.time_ms, consent: None }
    }
}

impl Seen {
    pub(super) fn add(&mut self, other: Self) {
        let Self { records, unusable, nobodys, by_key, left_out, refused, sighted } = other;
        self.records += records;
        self.unusable += unusable;
        self.nobodys += nobodys;
        self.by_key += by_key;
        self.left_out += left_out;
        refused.into_iter().for_each(|(why, count)| *self.refused.entry(why).or_default() += count);
        self.sighted.extend(sighted);
    }

    fn refuse(&mut self, ids: &EventIds) {
        for (kind, why) in &ids.refused {
            *self.refused.entry((kind.clone(), why.name())).or_default() += 1;
        }
    }
}

/// Reads records as routers and tasks would with identity on.
pub(super) struct Reader<'a> {
    pub ids: &'a Ids,
    /// That reads ids.
    pub decoder: Decoder,
}

impl Reader<'_> {
    /// A record of an input. An error: its schema is not to be had.
    pub(super) fn count(
        &self,
        seen: &mut Seen,
        topic: &str,
        mapping: Option<&InputMapping>,
        view: &RecordView<'_>,
        headers: &[RecordHeader],
    ) -> Result<(), NotReady> {
        seen.records += 1;
        let Some(InputMapping { mapper, is_routed }) = mapping.filter(|mapping| !mapping.changes_nothing()) else {
            // Under any mapping, a tombstone is nothing.
            if mapping.is_none() || view.value.is_some() {
                self.event(seen, view, false);
            }
            return Ok(());
        };
        let all = mapper.said(&record(view, topic, headers), &self.ids.reader)?;
        if !is_routed && all.len() > 1 {
            seen.unusable += 1;
            return Ok(());
        }
        for said in all {
            match said {
                Said::Dead => seen.unusable += 1,
                Said::Nobody(ids) => {
                    seen.refuse(&ids);
                    seen.nobodys += 1;
                }
                Said::Ids(ids, json) => {
                    let key = ids.strongest().filter(|_| *is_routed).map(|id| self.ids.linking.types.text(id));
                    let key = key.as_ref().map(|key| key.as_bytes()).or(view.key);
                    let view = RecordView { key, mapped: Some(Ok(json.as_str())), ids: Some(&ids), ..*view };
                    self.event(seen, &view, *is_routed);
                }
            }
        }
        Ok(())
    }

    fn event(&self, seen: &mut Seen, view: &RecordView<'_>, is_routed: bool) {
        let Ok(event) = self.decoder.decode_event(view) else {
            seen.unusable += 1;
            return;
        };
        let ids = self.decoder.event_ids(view).map(Cow::into_owned).unwrap_or_default();
        let ids = self.without_blocked(seen, ids);
        seen.refuse(&ids);
        let mut said = self.ids.reader.said_ids(&ids, &event);
        let is_by_key = said.ids.is_empty();
        if is_by_key {
            let own = self.ids.linking.types.parse(&event.prospect).ok().filter(|_| !is_routed);
            let Some(own) = own else {
                seen.nobodys += 1;
                return;
            };
            seen.by_key += 1;
            said.key = (&*event.prospect).into();
            said.ids.push((own, true));
        }
        if seen.sighted.len() >= MAX_EVENTS {
            seen.left_out += 1;
            return;
        }
        let is_moved = is_routed || *said.key != *event.prospect;
        let (time_ms, record_ms) = (event.time_ms, event.record_ms);
        seen.sighted.push(Sighted { said, time_ms, record_ms, is_moved, is_by_key });
    }

    /// What the running service has found to be nobody's.
    fn without_blocked(&self, seen: &mut Seen, mut ids: EventIds) -> EventIds {
        let linking = &self.ids.linking;
        ids.ids.retain(|id| {
            let is_blocked = linking.blocked.has(&linking.types.text(id));
            if is_blocked {
                *seen.refused.entry((linking.types.name(id.kind()).into(), BLOCKED)).or_default() += 1;
            }
            !is_blocked
        });
        ids
    }
}

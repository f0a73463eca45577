//! Lines of a topic with a mapping: the events that it makes of each, and what it can't use.

use super::partitioner::Partitioner;
use super::record::{Order, Refused, Source, Stored, What};
use super::rows::{self, Table};
use crate::app::dump::{self, Dumped};
use crate::app::route::InputMapping;
use crate::domain::Ms;
use crate::runtime::ports::{DeadReason, MappingOutcome, Rejected};
use crate::wire::mapped::{MappedEvent, Mapper, Part, one};
use anyhow::Context as _;
use leadstream_mapping::{NotReady, Record, SCHEMA_HEADER};

/// Where a record of a dump stood, and when it was written.
#[derive(Clone, Copy)]
struct Place<'a> {
    partition: i32,
    offset: i64,
    timestamp_ms: Option<Ms>,
    key: Option<&'a str>,
    /// The prospect is the key's, as in a topic that isn't routed.
    is_under_key: bool,
    order: Order,
}

impl Partitioner<'_> {
    /// Takes the events of a line, each under its prospect: what a router makes of it, or the engine where the topic isn't routed.
    pub(super) fn map(&mut self, mapping: &InputMapping, line: &[u8], table: Table, source: Source) -> anyhow::Result<()> {
        let InputMapping { mapper, is_routed } = mapping;
        let dumped = dump::read(line);
        let row = if dumped.is_none() && mapper.reads_the_spec() { rows::event_of_line(line, table) } else { None };
        let line = row.as_deref().unwrap_or(line);
        let parts = parts(mapper, dumped.as_ref(), line, self.topic_name)
            .with_context(|| format!("{}, line {}", self.topic_name, source.line))?;
        parts.iter().for_each(|part| self.outcomes.count(part.outcome));
        let place = dumped.as_ref().and_then(|dumped| self.place(dumped, *is_routed, source));
        if !is_routed {
            return one(parts).map_or(Ok(()), |what| self.put_part(what, None, line, place, source));
        }
        let is_one = parts.len() <= 1;
        for Part { element, what, .. } in parts {
            let Some(what) = what else { continue };
            self.put_part(what, (!is_one).then_some(element), line, place, source)?;
        }
        Ok(())
    }

    /// Takes a line of a topic whose mapping changes nothing: a tombstone is skipped.
    pub(super) fn take_event(&mut self, line: &[u8], table: Table, source: Source) -> anyhow::Result<()> {
        if dump::read(line).is_some_and(|dumped| dumped.value.is_none_or(|value| value == "null")) {
            self.outcomes.count(MappingOutcome::Skipped);
            return Ok(());
        }
        self.take(line, table, source)
    }

    fn put_part(
        &mut self,
        what: Result<MappedEvent, Rejected>,
        element: Option<u32>,
        line: &[u8],
        place: Option<Place<'_>>,
        source: Source,
    ) -> anyhow::Result<()> {
        match what {
            Ok(event) => self.put_event(&event, place, source),
            Err(rejected) => self.refuse(&rejected, element, line, place, source),
        }
    }

    /// `None`: a record that says nothing of where, when and how it was written is a line like others.
    fn place<'a>(&mut self, dumped: &'a Dumped, is_routed: bool, source: Source) -> Option<Place<'a>> {
        let Dumped { timestamp_ms, ref place, ref key, .. } = *dumped;
        let key = key.as_deref();
        if let Some((partition, offset)) = *place {
            let order = self.dumped_order(partition, timestamp_ms);
            return Some(Place { partition, offset, timestamp_ms, key, is_under_key: !is_routed, order });
        }
        let is_under_key = !is_routed && key.is_some();
        if timestamp_ms.is_none() && !is_under_key {
            return None;
        }
        let offset = i64::try_from(source.line).unwrap_or(i64::MAX);
        Some(Place { partition: -1, offset, timestamp_ms, key, is_under_key, order: self.order(timestamp_ms) })
    }

    fn put_event(&mut self, event: &MappedEvent, place: Option<Place<'_>>, source: Source) -> anyhow::Result<()> {
        let (prospect, value) = (event.prospect.as_str(), event.json.as_bytes());
        let stored = |order, what| Stored { order, source, what, refused: None };
        let head = || self.decoder.head(value, self.topic).unwrap_or_default();
        if let Some(Place { partition, offset, mut timestamp_ms, key, is_under_key, mut order }) = place {
            if partition < 0 && timestamp_ms.is_none() {
                let head = head();
                timestamp_ms = head.record_ms;
                order = self.order(head.record_ms.or(head.event_ms));
            }
            let key = if is_under_key { key } else { Some(prospect) };
            let what = What::Dumped { partition, offset, timestamp_ms, key: key.map(str::as_bytes), value: Some(value) };
            return self.put_mapped(event, key, &stored(order, what));
        }
        let head = head();
        let order = self.order(head.record_ms.or(head.event_ms));
        let what = if head.prospect.as_deref() == Some(prospect) {
            What::Line(value)
        } else {
            // The mapping prefers another id than the event's own.
            let offset = i64::try_from(source.line).unwrap_or(i64::MAX);
            let key = Some(prospect.as_bytes());
            What::Dumped { partition: -1, offset, timestamp_ms: head.record_ms, key, value: Some(value) }
        };
        self.put_mapped(event, Some(prospect), &stored(order, what))
    }

    /// The mapping says who it is.
    fn put_mapped(&mut self, event: &MappedEvent, key: Option<&str>, record: &Stored<'_>) -> anyhow::Result<()> {
        match self.people().zip(event.ids.as_ref()) {
            Some((people, ids)) => self.put_person(people, &ids.ids, key, record),
            None => self.put(key, record),
        }
    }

    /// Keeps the line, so that it can be mended and replayed.
    fn refuse(
        &mut self,
        rejected: &Rejected,
        element: Option<u32>,
        line: &[u8],
        place: Option<Place<'_>>,
        source: Source,
    ) -> anyhow::Result<()> {
        let refused = Some(Refused { reason: rejected.reason, detail: &rejected.detail, element });
        let Some(Place { partition, offset, timestamp_ms, key, order, .. }) = place else {
            let order = self.order(None);
            return self.put(None, &Stored { order, source, what: What::Line(line), refused });
        };
        let what = What::Dumped { partition, offset, timestamp_ms, key: key.map(str::as_bytes), value: Some(line) };
        self.put(key, &Stored { order, source, what, refused })
    }
}

/// The bytes of a line of a mapping whose records are no text: base64 stands for the value, and for the id of its schema.
struct Bytes {
    value: Option<Vec<u8>>,
    headers: Vec<(String, Vec<u8>)>,
}

impl Bytes {
    fn of(dumped: Option<&Dumped>, line: &[u8]) -> Result<Self, Rejected> {
        let bytes = |what: &str, text: &[u8]| {
            let reject = || Rejected { reason: DeadReason::UnreadableValue, detail: dump::no_base64(what) };
            dump::bytes_of(text).ok_or_else(reject)
        };
        let Some(dumped) = dumped else { return Ok(Self { value: Some(bytes("the line", line)?), headers: Vec::new() }) };
        let header = |(name, value): &(String, String)| {
            let value = value.as_bytes();
            let is_id = name.eq_ignore_ascii_case(SCHEMA_HEADER);
            Ok((name.clone(), if is_id { bytes(SCHEMA_HEADER, value)? } else { value.to_vec() }))
        };
        let value = dumped.value.as_ref().map(|value| bytes("its value", value.as_bytes())).transpose()?;
        Ok(Self { value, headers: dumped.headers.iter().map(header).collect::<Result<_, _>>()? })
    }
}

/// What a mapping makes of a line: a record of a dump, else a value. Its schema may not be to be had just now.
///
/// # Errors
/// Its schema can't be had.
pub(in crate::app) fn parts(mapper: &Mapper, dumped: Option<&Dumped>, line: &[u8], topic: &str) -> Result<Vec<Part>, NotReady> {
    let topic = dumped.map(|dumped| dumped.topic.as_str()).filter(|topic| !topic.is_empty()).unwrap_or(topic);
    let key = dumped.and_then(|dumped| dumped.key.as_deref()).map(str::as_bytes);
    if mapper.is_binary() {
        return match Bytes::of(dumped, line) {
            Ok(Bytes { value, headers }) => {
                let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
                mapper.map(&Record { topic, key, value: value.as_deref(), headers })
            }
            Err(rejected) => Ok(vec![Part { element: 0, outcome: MappingOutcome::Dead, what: Some(Err(rejected)) }]),
        };
    }
    let Some(dumped) = dumped else { return mapper.map(&Record { topic, key, value: Some(line), headers: Vec::new() }) };
    let headers = dumped.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    mapper.map(&Record { topic, key, value: dumped.value.as_deref().map(str::as_bytes), headers })
}

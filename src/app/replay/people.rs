//! Persons of a replay: ids that events name together belong to one task, so that what one of them is told is known to the others
//! at once.
//!
//! Which ids belong together is known when all lines are read: until then the events of a topic lie in one log, each under all its ids.

use super::partition_log::PartitionLog;
use super::record::{self, What};
use super::spill::{Log, Spill};
use crate::app::identity::Ids;
use crate::app::identity::components::Components;
use crate::domain::event::Event;
use crate::domain::identity::id::Id;
use crate::domain::identity::said::SaidIds;
use crate::domain::ids::murmur2_partition;
use crate::runtime::ports::{RecordView, Rejected};
use crate::wire::decode::Decoder;
use std::sync::{Mutex, PoisonError};

/// Between the ids in the key of a record. In none of them: control characters are no part of a usable id.
const SEPARATOR: char = '\u{1f}';

/// Who is one person, as far as events say it.
pub(super) struct People<'a> {
    pub ids: &'a Ids,
    joined: Mutex<Components>,
}

impl<'a> People<'a> {
    pub(super) fn new(ids: &'a Ids) -> Self {
        Self { ids, joined: Mutex::default() }
    }

    /// The key under which a record lies: all ids that it names, the strongest first; `None`: no usable one, and no key either.
    pub(super) fn key(&self, ids: &[Id], key: Option<&str>) -> Option<String> {
        let types = &self.ids.linking.types;
        let own = if ids.is_empty() { types.parse(key?).ok() } else { None };
        let ids: Vec<Id> = ids.iter().cloned().chain(own).collect();
        self.joined.lock().unwrap_or_else(PoisonError::into_inner).join(&ids);
        let texts: Vec<_> = ids.iter().map(|id| types.text(id)).collect();
        Some(texts.iter().map(|text| text.as_str()).collect::<Vec<_>>().join(&SEPARATOR.to_string()))
    }

    /// The task to which a person belongs whose record lies under this key.
    fn task_of(&self, key: &[u8], tasks: u32) -> u32 {
        let first = std::str::from_utf8(key).ok().and_then(|key| key.split(SEPARATOR).next());
        let Some(id) = first.and_then(|first| self.ids.linking.types.parse(first).ok()) else { return 0 };
        let mut joined = self.joined.lock().unwrap_or_else(PoisonError::into_inner);
        let strongest = joined.strongest_of(&id).unwrap_or(&id);
        murmur2_partition(self.ids.linking.types.text(strongest).as_bytes(), tasks)
    }

    /// Deals the records of a topic, which lie in one log, to the tasks of their persons.
    pub(super) fn deal(&self, log: Log, tasks: u32, spill: &Spill) -> anyhow::Result<Vec<PartitionLog>> {
        let mut dealt: Vec<PartitionLog> = (0..tasks).map(|_| PartitionLog::default()).collect();
        let mut blocks = log.into_blocks();
        while let Some(block) = blocks.next(spill)? {
            let mut rest = &*block;
            while let Some(stored) = record::take(&mut rest) {
                let key = if let What::Dumped { key: Some(key), .. } = stored.what { key } else { &[] };
                dealt[self.task_of(key, tasks) as usize].put(&stored, spill, tasks)?;
            }
        }
        Ok(dealt)
    }
}

/// The event of a record that lies under all its ids.
pub(super) fn decode<'a>(record: &RecordView<'a>, ids: &Ids, decoder: &Decoder) -> Result<Event<'a>, Rejected> {
    let texts = record.key.and_then(|key| std::str::from_utf8(key).ok()).unwrap_or_default();
    let first = texts.split(SEPARATOR).next().unwrap_or_default();
    let event = decoder.decode_event(&RecordView { key: Some(first.as_bytes()), ..*record })?;
    let named: Vec<Id> = texts.split(SEPARATOR).filter_map(|text| ids.linking.types.parse(text).ok()).collect();
    let address = ids.reader.address(&named, "");
    let said = SaidIds {
        key: first.into(),
        ids: named.into_iter().map(|id| (id, true)).collect(),
        alias: None,
        detaches: ids.reader.detaches(&event),
    };
    Ok(Event { ids: Some(Box::new(said)), address, ..event })
}

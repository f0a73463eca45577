//! Mappings that the engine applies itself: of topics whose records lie where their prospects' tasks read.

use super::options::Options;
use crate::runtime::ports::{Prepared, RecordBatch, Waiting};
use crate::wire::mapped::{Count, Mapper, mapped, without_tombstones};
use std::rc::Rc;

/// The mappings of the topics that are read.
pub struct Mappings {
    /// By input.
    mappers: Vec<Option<Mapper>>,
    count: Box<Count>,
}

impl std::fmt::Debug for Mappings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.mappers.iter().map(|mapper| mapper.as_ref().map(Mapper::name))).finish()
    }
}

impl Mappings {
    /// By input. `count` hears what became of the records that a mapping changes or skips.
    #[must_use]
    pub fn new(mappers: Vec<Option<Mapper>>, count: Box<Count>) -> Self {
        Self { mappers, count }
    }

    pub(super) fn prepare(&self, records: Box<dyn RecordBatch>, input: u16, options: &Options) -> Prepared {
        let Some(mapper) = self.mapper(input) else { return Prepared::all(records) };
        if mapper.is_identity() {
            return Prepared::all(without_tombstones(mapper, records, &*self.count));
        }
        mapped(mapper, topic(options, input), Rc::from(records), 0, &*self.count)
    }

    pub(super) fn resume(&self, waiting: Waiting, input: u16, options: &Options) -> Prepared {
        let Some(mapper) = self.mapper(input) else { return Prepared { records: None, waiting: Some(waiting) } };
        mapped(mapper, topic(options, input), waiting.records, waiting.from, &*self.count)
    }

    fn mapper(&self, input: u16) -> Option<&Mapper> {
        self.mappers.get(usize::from(input)).and_then(Option::as_ref)
    }
}

fn topic(options: &Options, input: u16) -> &str {
    options.topic(input).map_or("", |topic| topic.name.as_str())
}

//! Names of events and stages, found again by the numbers that a record keeps of them.

use crate::domain::Text;
use crate::domain::ids::event_mark;
use crate::domain::ids::name_hash;
use crate::domain::state::track::EnteredBy;

/// What finds names again by their hashes.
pub(super) struct Names<'a> {
    pub(super) events: &'a [String],
    pub(super) stages: &'a [Text],
}

impl Names<'_> {
    pub(super) fn event(&self, by: EnteredBy) -> Option<String> {
        self.events.iter().find(|name| by.event.is_some() && by.is_by(event_mark(name))).cloned()
    }

    pub(super) fn stage(&self, hash: u32) -> Option<String> {
        self.stages.iter().find(|name| name_hash(name) == hash).map(ToString::to_string)
    }
}

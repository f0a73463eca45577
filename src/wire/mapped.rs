//! Records of other systems, by the mapping of their topic: events as the decoder reads them, each under its prospect.

mod batch;

pub use batch::{Count, mapped, record};

use crate::runtime::ports::{DeadReason, MappingOutcome, Rejected};
use leadstream_mapping::{Event, Mapping, Reason, Record, What};
use std::sync::Arc;

/// The mapping of an input.
#[derive(Debug, Clone)]
pub struct Mapper(Arc<Mapping>);

/// What became of one element of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Number of the element in its record, from 0.
    pub element: u32,
    pub outcome: MappingOutcome,
    /// `None`: it is skipped, as its mapping wants it.
    pub what: Option<Result<MappedEvent, Rejected>>,
}

/// An event that a mapping made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedEvent {
    /// The key that it belongs under.
    pub prospect: String,
    /// In the form of the Segment spec.
    pub json: String,
}

impl From<Mapping> for Mapper {
    fn from(mapping: Mapping) -> Self {
        Self(Arc::new(mapping))
    }
}

impl Mapper {
    /// The mapping's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// It looks at headers, too.
    #[must_use]
    pub fn reads_headers(&self) -> bool {
        self.0.reads_headers()
    }

    /// Each record is an event in the form of the Segment spec already: the decoder reads it as it is.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        let Mapping { is_as_is, has_prefix, unwrap, split, skip, .. } = &*self.0;
        *is_as_is && !has_prefix && unwrap.is_empty() && split.is_none() && skip.is_empty()
    }

    /// What becomes of a record: nothing of it is lost without an outcome.
    #[must_use]
    pub fn map(&self, record: &Record<'_>) -> Vec<Part> {
        let part = |outcome: leadstream_mapping::Outcome| {
            let element = u32::try_from(outcome.element).unwrap_or(u32::MAX);
            let (outcome, what) = match outcome.what {
                What::Event(event) => {
                    let outcome = if event.is_kept { MappingOutcome::Kept } else { MappingOutcome::Mapped };
                    (outcome, Some(Ok(MappedEvent::from(&event))))
                }
                What::Skipped => (MappingOutcome::Skipped, None),
                What::Dead { reason, detail } => {
                    let outcome = if reason == Reason::NoPerson { MappingOutcome::NoPerson } else { MappingOutcome::Dead };
                    (outcome, Some(Err(Rejected { reason: dead_reason(reason), detail })))
                }
            };
            Part { element, outcome, what }
        };
        self.0.apply(record).into_iter().map(part).collect()
    }
}

impl From<&Event> for MappedEvent {
    fn from(event: &Event) -> Self {
        let prospect = event.prospect.as_ref().map_or(String::new(), |(_, id)| id.clone());
        Self { prospect, json: event.json() }
    }
}

const fn dead_reason(reason: Reason) -> DeadReason {
    match reason {
        Reason::Unreadable => DeadReason::UnreadableValue,
        Reason::TooManyEvents => DeadReason::TooManyEvents,
        Reason::NoPerson => DeadReason::KeyMissing,
        Reason::NoName => DeadReason::NoName,
        Reason::UnwantedName => DeadReason::UnwantedName,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_have_the_same_names_on_both_sides() {
        let all = [Reason::Unreadable, Reason::TooManyEvents, Reason::NoPerson, Reason::NoName, Reason::UnwantedName];
        for reason in all {
            assert_eq!(dead_reason(reason).name(), reason.name());
        }
    }
}

//! The mapping of an input, and what it makes of a record.

use crate::domain::identity::naming::EventIds;
use crate::runtime::ports::{DeadReason, MappingOutcome, Rejected};
use crate::wire::event_ids::IdReader;
use leadstream_mapping::{Event, Format, Mapping, NoSchemas, NotReady, Reason, Record, SchemaId, Schemas, What};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// The mapping of an input, and who knows the schemas of its records.
#[derive(Clone)]
pub struct Mapper {
    mapping: Arc<Mapping>,
    schemas: Arc<dyn Schemas + Send + Sync>,
    /// Where identity is on.
    ids: Option<Arc<IdReader>>,
}

impl fmt::Debug for Mapper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Mapper").field(&self.mapping).finish()
    }
}

/// What became of one element of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Number of the element in its record, from 0.
    pub element: u32,
    pub outcome: MappingOutcome,
    /// `None`: it is skipped, as its mapping wants it.
    pub what: Option<Result<MappedEvent, Rejected>>,
}

/// What an event says of ids, whether somebody's are among them or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// With the event in the form of the Segment spec.
    Ids(EventIds, String),
    /// It names nobody: a dead letter. With what it names all the same.
    Nobody(EventIds),
    /// It can't be used.
    Dead,
}

/// An event that a mapping made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedEvent {
    /// The key that it belongs under.
    pub prospect: String,
    /// What it says of ids, where identity is on.
    pub ids: Option<EventIds>,
    /// In the form of the Segment spec.
    pub json: String,
}

impl From<Mapping> for Mapper {
    fn from(mapping: Mapping) -> Self {
        Self { mapping: Arc::new(mapping), schemas: Arc::new(NoSchemas), ids: None }
    }
}

impl Mapper {
    /// Of records whose schemas a registry has.
    #[must_use]
    pub fn with_schemas(mapping: Mapping, schemas: Arc<dyn Schemas + Send + Sync>) -> Self {
        Self { mapping: Arc::new(mapping), schemas, ids: None }
    }

    /// Its events belong under the strongest of their ids.
    #[must_use]
    pub fn reading_ids(self, ids: Arc<IdReader>) -> Self {
        Self { ids: Some(ids), ..self }
    }

    /// The mapping's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.mapping.name
    }

    /// It looks at headers, too.
    #[must_use]
    pub fn reads_headers(&self) -> bool {
        self.mapping.reads_headers()
    }

    /// Its records are no text.
    #[must_use]
    pub fn is_binary(&self) -> bool {
        matches!(self.mapping.format, Format::Binary(_))
    }

    /// Each record is one event in the form of the Segment spec, or is skipped.
    #[must_use]
    pub fn reads_the_spec(&self) -> bool {
        let Mapping { format, is_as_is, has_prefix, unwrap, split, .. } = &*self.mapping;
        *is_as_is && *format == Format::Json && !has_prefix && unwrap.is_empty() && split.is_none()
    }

    /// Nor is any skipped but tombstones: the decoder reads records as they are.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        self.reads_the_spec() && self.mapping.skip.is_empty() && self.mapping.tombstone.is_empty()
    }

    /// All ids of each event of a record, the prospect first; `None`: it can't be used.
    ///
    /// # Errors
    /// As [`Mapper::map`].
    pub fn ids(&self, record: &Record<'_>) -> Result<Vec<Option<Vec<String>>>, NotReady> {
        let ids = |what| match what {
            What::Event(Event { ids, prospect, .. }) => {
                Some(Some(prospect.into_iter().chain(ids).map(|(_, id)| id).collect::<Vec<_>>()))
            }
            What::Dead { .. } => Some(None),
            What::Skipped => None,
        };
        Ok(self.mapping.apply(record, &*self.schemas)?.into_iter().filter_map(|outcome| ids(outcome.what)).collect())
    }

    /// What each event of a record says of ids.
    ///
    /// # Errors
    /// As [`Mapper::map`].
    pub fn said(&self, record: &Record<'_>, reader: &IdReader) -> Result<Vec<Said>, NotReady> {
        let said = |what| match what {
            What::Skipped => None,
            What::Dead { reason: Reason::NoPerson, refused, .. } => Some(Said::Nobody(reader.of_refused(&refused))),
            What::Dead { .. } => Some(Said::Dead),
            What::Event(event) => {
                let ids = reader.of_mapped(&event);
                Some(if ids.strongest().is_some() { Said::Ids(ids, event.json()) } else { Said::Nobody(ids) })
            }
        };
        Ok(self.mapping.apply(record, &*self.schemas)?.into_iter().filter_map(|outcome| said(outcome.what)).collect())
    }

    /// Says which schemas records want that come later, so that whoever has to ask for them asks for all at once.
    pub fn want<'a>(&self, records: impl Iterator<Item = Record<'a>>) {
        let ids: BTreeSet<SchemaId> = records.filter_map(|record| self.mapping.schema_id(&record)).collect();
        self.schemas.want(&ids.into_iter().collect::<Vec<_>>());
    }

    /// What becomes of a record: nothing of it is lost without an outcome.
    ///
    /// # Errors
    /// Its schema is not known yet: it has to wait, and to be tried again.
    pub fn map(&self, record: &Record<'_>) -> Result<Vec<Part>, NotReady> {
        let part = |outcome: leadstream_mapping::Outcome| {
            let element = u32::try_from(outcome.element).unwrap_or(u32::MAX);
            let (outcome, what) = match outcome.what {
                What::Event(event) => {
                    let outcome = if event.is_kept { MappingOutcome::Kept } else { MappingOutcome::Mapped };
                    match self.event(&event) {
                        Some(mapped) => (outcome, Some(Ok(mapped))),
                        None => (MappingOutcome::NoPerson, Some(Err(no_id()))),
                    }
                }
                What::Skipped => (MappingOutcome::Skipped, None),
                What::Dead { reason, detail, .. } => {
                    let outcome = if reason == Reason::NoPerson { MappingOutcome::NoPerson } else { MappingOutcome::Dead };
                    (outcome, Some(Err(Rejected { reason: dead_reason(reason), detail })))
                }
            };
            Part { element, outcome, what }
        };
        Ok(self.mapping.apply(record, &*self.schemas)?.into_iter().map(part).collect())
    }
}

impl Mapper {
    /// `None`: none of its ids is somebody's.
    fn event(&self, event: &Event) -> Option<MappedEvent> {
        let Some(reader) = &self.ids else {
            let prospect = event.prospect.as_ref().map_or(String::new(), |(_, id)| id.clone());
            return Some(MappedEvent { prospect, ids: None, json: event.json() });
        };
        let ids = reader.of_mapped(event);
        let prospect = reader.naming().types().text(ids.strongest()?).to_string();
        Some(MappedEvent { prospect, ids: Some(ids), json: event.json() })
    }
}

fn no_id() -> Rejected {
    let detail = "none of its ids is one that somebody can have".to_owned();
    Rejected { reason: DeadReason::KeyMissing, detail }
}

const fn dead_reason(reason: Reason) -> DeadReason {
    match reason {
        Reason::Unreadable => DeadReason::UnreadableValue,
        Reason::TooManyEvents => DeadReason::TooManyEvents,
        Reason::NoPerson => DeadReason::KeyMissing,
        Reason::NoName => DeadReason::NoName,
        Reason::UnwantedName => DeadReason::UnwantedName,
        Reason::NoSchema => DeadReason::UnknownSchema,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_have_the_same_names_on_both_sides() {
        let all =
            [Reason::NoSchema, Reason::Unreadable, Reason::TooManyEvents, Reason::NoPerson, Reason::NoName, Reason::UnwantedName];
        for reason in all {
            assert_eq!(dead_reason(reason).name(), reason.name());
        }
    }
}

//! What a router needs to know of formats.

use super::ports::{DeadLetter, DeadReason, Encoded, Headers, MappingOutcome, Progress, RecordBatch, Rejected};
use crate::domain::Ms;
use crate::domain::identity::message::Message;
use crate::domain::identity::said::{SaidIds, Sighting};
use crate::domain::terms::consent::ConsentState;
use std::collections::BTreeMap;
use std::time::Duration;

/// The header of an event that a router wrote: where it came from (`wire::routed`).
pub const ROUTED: &str = "leadstream-routed";

/// An event of a record, as it is written for its task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutedEvent {
    /// The prospect.
    pub key: String,
    pub value: Vec<u8>,
    /// Where it came from, and how its value is written.
    pub headers: Headers,
    /// What it says of ids, where identity is on.
    pub sighted: Option<Box<Sighted>>,
}

/// What a routed event says of ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighted {
    pub said: SaidIds,
    pub time_ms: Ms,
    pub record_ms: Ms,
    /// It says this of the addresses that it names.
    pub consent: Option<ConsentState>,
}

impl Sighted {
    /// As the rules look at it.
    #[must_use]
    pub fn sighting(&self) -> Sighting<'_> {
        Sighting { said: &self.said, time_ms: self.time_ms, consent: self.consent }
    }
}

/// What becomes of one element of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutedPart {
    pub outcome: MappingOutcome,
    /// `None`: it is skipped.
    pub what: Option<Result<RoutedEvent, Rejected>>,
    /// Which of the record's elements it is, where it has several.
    pub element: Option<u32>,
}

/// Makes events of records of inputs that are routed. `wire::route::Router` is the real one.
pub trait Route {
    /// What becomes of a record: nothing of it is lost without a part.
    ///
    /// # Errors
    /// It can't be read yet and has to wait: for what, and what to do.
    fn route(&self, records: &dyn RecordBatch, n: usize) -> Result<Vec<RoutedPart>, String>;

    /// The headers of a record that says how far a router is: it has neither key nor value.
    fn progress(&self, progress: &Progress) -> Headers;

    /// The record that tells an id something.
    fn told(&self, message: &Message, into: &mut Encoded);

    /// The mapping of an input, as a metric label.
    fn mapping(&self, input: u16) -> &str;

    /// The dead letter of an element of a record, with the record's bytes: headers, as far as `budget_bytes` allow, and the value.
    fn dead_letter<'a>(
        &self,
        records: &'a dyn RecordBatch,
        n: usize,
        element: Option<u32>,
        rejected: &Rejected,
        budget_bytes: usize,
    ) -> DeadLetter<'a>;
}

/// Counts of one committed batch of a router.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct RouterStats {
    pub records: u64,
    /// By input.
    pub outcomes: BTreeMap<(u16, MappingOutcome), u64>,
    pub dead: BTreeMap<(u16, DeadReason), u64>,
    pub commit_took: Duration,
}

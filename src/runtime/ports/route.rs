//! What a router needs to know of formats.

use super::{DeadReason, Headers, MappingOutcome, RecordBatch, Rejected};

/// An event of a record, as it is written for its task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutedEvent {
    /// The prospect.
    pub key: String,
    pub value: Vec<u8>,
    /// Where it came from, and how its value is written.
    pub headers: Headers,
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

/// How far a router is. Whoever reads it has all that the router has written before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// By the router's clock.
    pub wall_ms: crate::domain::Ms,
    /// Partitions of all topics that are routed, whoever reads them.
    pub lanes: u32,
    /// Topic and partition of each that this router reads, and whether it is caught up with it.
    pub own: Vec<(String, i32, bool)>,
}

/// Makes events of records of inputs that are routed. `wire::route::Router` is the real one.
pub trait Route {
    /// What becomes of a record: nothing of it is lost without a part.
    fn route(&self, records: &dyn RecordBatch, n: usize) -> Vec<RoutedPart>;

    /// The headers of a record that says how far a router is: it has neither key nor value.
    fn progress(&self, progress: &Progress) -> Headers;

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
    ) -> super::DeadLetter<'a>;
}

/// Counts of one committed batch of a router.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct RouterStats {
    pub records: u64,
    /// By input.
    pub outcomes: std::collections::BTreeMap<(u16, MappingOutcome), u64>,
    pub dead: std::collections::BTreeMap<(u16, DeadReason), u64>,
    pub commit_took: std::time::Duration,
}

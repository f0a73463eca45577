//! What a worker reports to be counted. Where its tasks stand is published on the [`super::snapshot::StatusBoard`].

use super::ports::{Cause, DeadReason};
use super::route::RouterStats;
use crate::domain::Ms;
use crate::domain::event::{Clock, Event};
use crate::domain::misses::Misses;
use crate::domain::names::Kind;
use crate::domain::output::Note;
use crate::engine::task::{ProspectOutput, TaskInput};
use std::collections::BTreeMap;
use std::time::Duration;

/// One in this many events gives a sample of its latency.
const LATENCY_SAMPLE: u64 = 16;

/// How a transaction ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TransactionOutcome {
    Committed,
    Aborted,
    /// Unknown or fatal: the producer was thrown away.
    Rebuilt,
}

/// What happened to the assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RebalanceKind {
    Assigned,
    Revoked,
    Lost,
}

/// Counts of one committed batch.
#[derive(Debug, Default)]
pub struct BatchStats {
    pub events: u64,
    /// Events by input and name class.
    pub classes: BTreeMap<(u16, &'static str), u64>,
    pub dead: BTreeMap<(u16, DeadReason), u64>,
    pub notes: BTreeMap<Note, u64>,
    pub clamped: u64,
    /// Times that were corrected for the clock of their sender, and for a zone that they didn't say.
    pub clock_corrected: u64,
    pub local_times: u64,
    pub broken_fields: u64,
    /// Names that are nearly known, and events without the product that they should name.
    pub misses: Misses,
    /// Cart steps that came due while a task was behind, and wait; timers that fired.
    pub held: u64,
    pub fired: u64,
    /// In the order in which they were made.
    pub outputs: Vec<ProspectOutput>,
    pub state_records: u64,
    pub state_bytes: u64,
    /// Record times of a sample of the events.
    pub sampled_record_ms: Vec<Ms>,
    /// Wall clock after the commit.
    pub committed_at_ms: Ms,
    /// From the first event to the commit, and the commit alone (with the wait until everything is written).
    pub took: Duration,
    pub commit_took: Duration,
}

impl BatchStats {
    /// Counts what was applied of an input.
    pub fn count_input(&mut self, input: u16, taken: &TaskInput<'_>) {
        if self.events.is_multiple_of(LATENCY_SAMPLE) {
            self.sampled_record_ms.push(taken.record_ms());
        }
        self.events += 1;
        let class = match taken {
            TaskInput::Event(event) | TaskInput::Forwarded { event, .. } => event.kind.class(),
            TaskInput::Told { .. } | TaskInput::MemberUpdate { .. } => Kind::Other.class(),
        };
        *self.classes.entry((input, class)).or_default() += 1;
        // What was sent on was counted where it came from.
        if let TaskInput::Event(event) = taken {
            self.count_faults(event);
        }
    }

    fn count_faults(&mut self, event: &Event<'_>) {
        self.clamped += u64::from(event.clamped);
        match event.corrected.map(|corrected| corrected.clock) {
            None => {}
            Some(Clock::Sender) => self.clock_corrected += 1,
            Some(Clock::Local) => self.local_times += 1,
        }
        self.broken_fields += u64::from(event.broken_fields);
        self.misses.count(event);
    }

    /// Counts a record that can't be used.
    pub fn count_dead(&mut self, input: u16, reason: DeadReason) {
        self.events += 1;
        *self.dead.entry((input, reason)).or_default() += 1;
    }
}

/// Is notified of everything worth counting. Called on the worker's thread: be quick.
#[expect(unused_variables, reason = "an observer ignores what it doesn't implement")]
pub trait Observer: Send + Sync {
    fn batch_committed(&self, worker: u16, batch: &BatchStats) {}

    fn transaction(&self, worker: u16, outcome: TransactionOutcome) {}

    fn rebalance(&self, worker: u16, kind: RebalanceKind, partitions: usize) {}

    /// A transaction was aborted, or its outcome is unknown.
    fn aborted(&self, worker: u16, cause: Cause) {}

    /// A failure of any class: `retry`, `abort`, `refused`, `rebuild`, `stop`.
    fn failure(&self, worker: u16, class: &'static str) {}

    /// A task was restored, or its parked state reused.
    fn restored(&self, worker: u16, partition: i32, took: Duration) {}

    /// A committed offset was gone; this many records were skipped.
    fn gap(&self, worker: u16, input: u16, records: u64) {}

    /// Restore of a partition: share read so far, and records read just now.
    fn restoring(&self, worker: u16, partition: i32, ratio: f64, records: u64) {}

    /// A router's batch was committed.
    fn routed(&self, worker: u16, batch: &RouterStats) {}

    /// A router has taken over from another that was dead, or has failed to.
    fn took_over(&self, worker: u16, is_done: bool) {}

    /// Read events were deleted, so many offsets of them; or that has failed.
    fn purged(&self, worker: u16, offsets: Option<u64>) {}

    /// A router had records in hand and waited so long for others of its group.
    fn waited_for_routers(&self, worker: u16, took: Duration) {}

    /// A task had an event in hand and waited for a slower input.
    fn waited_for(&self, worker: u16, input: u16) {}
}

/// An observer that ignores everything.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoObserver;

impl Observer for NoObserver {}

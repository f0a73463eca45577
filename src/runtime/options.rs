//! What the workers of an instance have to know; `app` fills it from the settings.

use crate::domain::identity::linking::LiveLinking;
use crate::domain::{MINUTE_MS, Ms};
use crate::engine::hashing::HashSeed;
use crate::runtime::ports::OutTopic;
use std::sync::Arc;
use std::time::Duration;

/// Where a group without offsets begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Start {
    #[default]
    Earliest,
    Latest,
    /// The first record at or after this time.
    At(Ms),
}

/// What to do when retention has removed a committed offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnGap {
    #[default]
    Stop,
    /// Go on with the oldest record that is left.
    Skip,
}

/// Who decides where a task resumes reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Positions {
    /// The group's offsets, which must agree with the task record: both left in one transaction.
    #[default]
    Checked,
    /// The group's offsets, whatever the task record says: after offsets were moved by hand.
    Group,
    /// The task record: for brokers that lose transactional offsets (the demo's).
    TaskRecord,
}

/// What to do when almost everything of an input is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnPoison {
    /// Pause the input; the task's other inputs and the other tasks work on.
    #[default]
    Pause,
    /// Stop the process.
    Stop,
}

/// What a worker is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// Tasks with state.
    #[default]
    Engine,
    /// Deals events to the tasks that they belong to.
    Router,
}

/// When almost everything of an input is bad, it is not drained into the dead letters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PoisonLimit {
    /// Records looked back on.
    pub window: usize,
    /// At least this many dead letters among them…
    pub count: usize,
    /// … and at least this share.
    pub ratio: f64,
}

impl Default for PoisonLimit {
    fn default() -> Self {
        Self { window: 2_000, count: 1_000, ratio: 0.5 }
    }
}

/// When a batch is committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchLimits {
    /// At the latest after this many events.
    pub max_events: usize,
    /// At the latest after this long.
    pub longest: Duration,
    /// After a batch that ended because nothing more was there, events gather this long.
    pub linger: Duration,
}

impl Default for BatchLimits {
    fn default() -> Self {
        // A commit costs about 7 ms whatever its size (measured on one broker).
        Self { max_events: 20_000, longest: Duration::from_millis(250), linger: Duration::from_millis(8) }
    }
}

/// So many times larger batches may get while an input is behind.
const IN_BACKLOG: u32 = 4;

impl BatchLimits {
    /// The limits while an input is behind. Who comes more than once in a batch is written once, so larger ones cost less, and what
    /// is late by seconds need not be visible within milliseconds. `transaction`: after which the broker gives a transaction up.
    #[must_use]
    pub fn in_backlog(self, transaction: Duration) -> Self {
        let longest = self.longest.saturating_mul(IN_BACKLOG).min(transaction / 4).max(self.longest);
        Self { max_events: self.max_events.saturating_mul(IN_BACKLOG as usize), longest, ..self }
    }
}

/// How the bytes of fetched records are shared out, so that an instance holds about `engine.fetch_ahead_bytes` of them in all:
/// half for the records of open batches (kept in case they are aborted), which one more iteration may exceed by what is ahead; an
/// eighth for what is ahead, twice (a commit fetches while it waits); a quarter for the queues of the client library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchShares {
    /// Waiting to be applied, per input partition.
    pub ahead: usize,
    /// Applied by one batch of one worker: then it is committed.
    pub batch: usize,
    /// In the client library's queue, per input partition.
    pub queue: usize,
    /// The same per changelog partition that is read back, before any input is fetched.
    pub changelog: usize,
}

/// Less than this per input partition would fetch record by record.
const LEAST_SHARE_BYTES: usize = 64 * 1024;
/// More than this per input partition makes nothing faster.
const MOST_AHEAD_BYTES: usize = 16 * 1024 * 1024;
const MOST_QUEUE_BYTES: usize = 4 * 1024 * 1024;
/// Bounds of what is queued of a changelog partition.
const LEAST_CHANGELOG_BYTES: usize = 512 * 1024;
/// What any reader queues of one partition that it reads as fast as it can.
pub const MOST_CHANGELOG_BYTES: usize = 16 * 1024 * 1024;

/// Bytes of fetched records that an instance may hold, by default.
pub const DEFAULT_FETCH_BYTES: usize = 1024 * 1024 * 1024;

impl FetchShares {
    /// Divides this many bytes among all partitions of all inputs, which one instance may get, and its workers.
    #[must_use]
    pub fn of(total_bytes: usize, inputs: usize, partitions: usize, workers: usize) -> Self {
        let partitions = partitions.max(1);
        let each = |part: usize| total_bytes / part / (inputs * partitions).max(1);
        Self {
            ahead: each(8).clamp(LEAST_SHARE_BYTES, MOST_AHEAD_BYTES),
            batch: (total_bytes / 2 / workers.max(1)).max(LEAST_SHARE_BYTES),
            queue: each(4).clamp(LEAST_SHARE_BYTES, MOST_QUEUE_BYTES),
            changelog: (total_bytes / partitions).clamp(LEAST_CHANGELOG_BYTES, MOST_CHANGELOG_BYTES),
        }
    }
}

/// Options of one worker. All workers of an instance have the same, but for their number.
#[derive(Debug, Clone)]
pub struct Options {
    /// Its number; the supervisor deals them.
    pub worker: u16,
    /// Workers of this instance.
    pub workers: u16,
    /// Input topics with their prefix, in configured order: `Position::input` is the index.
    pub inputs: Vec<String>,
    /// The internal topic by which members update their accounts, when a model knows accounts: the last input.
    pub members: Option<String>,
    /// What it writes.
    pub role: Role,
    /// The input that routers write, when some inputs are routed: it is not caught up before they are.
    pub routed_input: Option<u16>,
    /// The input by which ids are told of each other, and the rules of it; `None`: each id is a prospect's own.
    pub forwards_input: Option<u16>,
    pub linking: Option<Arc<LiveLinking>>,
    /// Partitions of all topics that are routed, and those of the topic that routers write.
    pub lanes: u32,
    pub events_partitions: u32,
    /// How far a router may be ahead of the slowest other one, by record times; `None`: as far as it likes.
    pub route_ahead_ms: Option<Ms>,
    /// How often what the engine has read of the events that routers wrote is deleted; `None`: never.
    pub route_purge_every: Option<Duration>,
    /// Partitions of every input and of the changelog; known once the topics are looked at.
    pub partitions: u32,
    pub start: Start,
    pub on_gap: OnGap,
    pub positions: Positions,
    pub behind_after: Duration,
    pub batch: BatchLimits,
    /// While an input is behind.
    pub batch_in_backlog: BatchLimits,
    /// Records fetched ahead per input partition, at most.
    pub fetch_ahead: usize,
    /// A record whose time lies further ahead of the wall clock than this is dead-lettered; [`Ms::MAX`]: none is.
    pub max_ahead_ms: Ms,
    /// Bytes of fetched records that the instance may hold; shared out by [`Options::fetch_shares`].
    pub fetch_ahead_bytes: usize,
    /// Decoded copies of records that the worker's tasks keep, all together.
    pub decoded_records: usize,
    /// Prospects of a partition above which new ones of whom nothing is known are refused; `None`: off.
    pub max_records: Option<usize>,
    /// `None`: off.
    pub poison: Option<PoisonLimit>,
    pub on_poison: OnPoison,
    pub allow_mixed_partitioners: bool,
    /// What the parts of a dead letter may take together; what finds no room is cut and marked.
    pub dead_letter_budget_bytes: usize,
    /// Seed of the hashes of keys from outside.
    pub hash_seed: HashSeed,
}

impl Options {
    /// The topics that it writes.
    #[must_use]
    pub fn outputs(&self) -> Vec<OutTopic> {
        match self.role {
            Role::Engine => OutTopic::used(self.members.is_some(), self.linking.is_some()).collect(),
            Role::Router => OutTopic::of_routers(self.linking.is_some()).collect(),
        }
    }

    /// All inputs of a task: those of the configuration, then the internal one.
    pub fn all_inputs(&self) -> impl Iterator<Item = &String> {
        self.inputs.iter().chain(&self.members)
    }

    /// The name of an input.
    #[must_use]
    pub fn input(&self, input: u16) -> Option<&String> {
        self.all_inputs().nth(usize::from(input))
    }

    /// How the bytes of fetched records are shared out.
    #[must_use]
    pub fn fetch_shares(&self) -> FetchShares {
        let (inputs, partitions) = (self.all_inputs().count(), self.partitions as usize);
        FetchShares::of(self.fetch_ahead_bytes, inputs, partitions, usize::from(self.workers))
    }

    /// Defaults for these inputs.
    #[must_use]
    pub fn new(inputs: Vec<String>, partitions: u32) -> Self {
        Self {
            worker: 0,
            workers: 1,
            inputs,
            members: None,
            role: Role::default(),
            routed_input: None,
            forwards_input: None,
            linking: None,
            lanes: 0,
            events_partitions: 0,
            route_ahead_ms: Some(30_000),
            route_purge_every: None,
            partitions,
            start: Start::default(),
            on_gap: OnGap::default(),
            positions: Positions::default(),
            behind_after: Duration::from_secs(5),
            batch: BatchLimits::default(),
            batch_in_backlog: BatchLimits::default(),
            fetch_ahead: 4_000,
            max_ahead_ms: 5 * MINUTE_MS,
            fetch_ahead_bytes: DEFAULT_FETCH_BYTES,
            decoded_records: 262_144,
            max_records: None,
            poison: Some(PoisonLimit::default()),
            on_poison: OnPoison::default(),
            allow_mixed_partitioners: false,
            dead_letter_budget_bytes: 960 * 1024,
            hash_seed: HashSeed::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_fetched_stays_within_its_bytes_however_it_is_shared_out() {
        for total in [64 << 20, 256 << 20, 1 << 30] {
            for (inputs, partitions) in [(1, 1), (3, 1), (3, 12), (4, 16)] {
                for workers in [1, 4] {
                    let shares = FetchShares::of(total, inputs, partitions, workers);
                    let held = workers * shares.batch + inputs * partitions * (2 * shares.ahead + shares.queue);
                    assert!(held <= total, "{total} among {inputs} of {partitions} and {workers}: {shares:?}");
                }
            }
        }
        // So many partitions that none could work: at least this much each.
        assert_eq!(FetchShares::of(1 << 20, 3, 1_000, 1).ahead, LEAST_SHARE_BYTES);
    }

    #[test]
    fn a_batch_of_a_backlog_ends_long_before_its_transaction_is_given_up() {
        let ms = Duration::from_millis;
        let limits = BatchLimits::default();
        assert_eq!(limits.in_backlog(ms(5_000)), BatchLimits { max_events: 80_000, longest: ms(1_000), ..limits });
        assert_eq!(limits.in_backlog(ms(2_000)).longest, ms(500));
        // Never shorter than without a backlog.
        assert_eq!(limits.in_backlog(ms(600)).longest, ms(250));
    }
}

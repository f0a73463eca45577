//! What has happened at the broker, for the judge. Nothing in the model reads it.

use crate::api::{ProducerId, Record, TopicPartition, Us};
use leadstream::runtime::ports::Progress;
use leadstream::wire::routed::progress;
use std::collections::BTreeMap;

/// Everything since the run began.
#[derive(Debug, Default)]
pub struct History {
    /// In the order in which they ended; those that are open are not here.
    pub transactions: Vec<Transaction>,
    /// What readers of committed records could see, by partition, in the order in which it became visible.
    pub visible: BTreeMap<TopicPartition, Vec<Visible>>,
    /// Every change of the group's offsets, in its order.
    pub offsets: Vec<CommittedOffset>,
}

/// Why a transaction ended.
#[derive(Copy, Clone, Eq, PartialEq, Ord, PartialOrd, Debug)]
pub enum Ending {
    Commit,
    Abort,
    /// Another producer of the same name, or the same one with a higher epoch, began.
    Fenced,
    TimedOut,
    /// An operator ended a transaction of which the coordinator knew nothing.
    ByHand,
}

/// A transaction whose end is decided.
#[derive(Debug, Clone)]
pub struct Transaction {
    pub transactional_id: String,
    /// Id and epoch that its markers have.
    pub producer: ProducerId,
    pub ending: Ending,
    pub begun: Us,
    /// When the coordinator took the decision: from here on it can't become another.
    pub decided: Us,
    /// When the last marker was written.
    pub completed: Option<Us>,
    /// Offsets of its records by partition, as far as its markers are written: that is when it is known what a marker ends.
    pub records: BTreeMap<TopicPartition, Vec<i64>>,
    /// The group's offsets in it, as far as its marker there is written.
    pub positions: BTreeMap<TopicPartition, i64>,
}

impl Transaction {
    pub const fn is_committed(&self) -> bool {
        matches!(self.ending, Ending::Commit)
    }
}

/// A record that readers of committed records could see.
#[derive(Debug, Clone)]
pub struct Visible {
    pub offset: i64,
    pub record: Record,
    /// From when: a leader that was deposed shows it to nobody.
    pub since: Us,
    pub producer: Option<ProducerId>,
    /// Index into [`History::transactions`]; `None`: written outside of any.
    pub transaction: Option<usize>,
    /// Since when no more, and why not.
    pub gone: Option<(Us, Gone)>,
}

impl Visible {
    /// A router says how far it is, and nothing else.
    pub fn is_progress(&self) -> bool {
        self.record.key.is_none() && self.progress().is_some()
    }

    /// What a router says of itself.
    pub fn progress(&self) -> Option<Progress> {
        self.record.routed().and_then(progress)
    }
}

/// Why a record that could be seen can't be any more.
#[derive(Copy, Clone, Eq, PartialEq, Debug)]
pub enum Gone {
    Truncated,
    Retention,
    Compacted,
}

/// A change of the group's offsets.
#[derive(Debug, Clone, Copy)]
pub struct CommittedOffset {
    pub at: TopicPartition,
    pub offset: i64,
    pub since: Us,
    /// Index into [`History::transactions`].
    pub transaction: Option<usize>,
}

impl History {
    /// Marks what was visible and now is `gone`, where `is_gone` says so of its offset.
    pub(super) fn lose(&mut self, now: Us, at: TopicPartition, why: Gone, is_gone: impl Fn(i64) -> bool) {
        for record in self.visible.get_mut(&at).into_iter().flatten() {
            if record.gone.is_none() && is_gone(record.offset) {
                record.gone = Some((now, why));
            }
        }
    }
}

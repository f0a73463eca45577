//! The coordinator of transactions, as clients of the old protocol meet it: their epoch is the same from one transaction to the next.

use crate::api::{Answer, ProducerId, TopicPartition, Us};
use rdkafka::types::RDKafkaErrorCode as Code;
use std::collections::{BTreeMap, BTreeSet};

use super::history::Ending;

/// Coordinators that share the transactional ids.
pub const COORDINATORS: usize = 3;

#[derive(Copy, Clone, Eq, PartialEq, Debug)]
pub(super) enum State {
    Empty,
    Ongoing,
    PrepareCommit,
    PrepareAbort,
    CompleteCommit,
    CompleteAbort,
}

/// Where a marker goes.
#[derive(Copy, Clone, Eq, PartialEq, Ord, PartialOrd, Debug)]
pub(super) enum Target {
    Partition(TopicPartition),
    Offsets,
}

/// What is known of a transactional id.
#[derive(Debug)]
pub(super) struct Transactional {
    pub(super) id: i64,
    pub(super) epoch: i16,
    /// The epoch before it was raised on its own producer's request: a repeated request is known by it.
    last_epoch: i16,
    pub(super) state: State,
    timeout: Us,
    begun: Us,
    targets: BTreeSet<Target>,
    /// Markers to be written, each with the time when it will.
    pub(super) markers: Vec<(Us, Target)>,
    /// Its place in the history, once the end is decided.
    pub(super) in_history: usize,
}

impl Transactional {
    pub(super) const fn producer(&self) -> ProducerId {
        ProducerId { id: self.id, epoch: self.epoch }
    }
}

/// A transaction that was just decided.
pub(super) struct Decided {
    pub(super) name: String,
    pub(super) producer: ProducerId,
    pub(super) ending: Ending,
    pub(super) begun: Us,
    pub(super) targets: Vec<Target>,
}

#[derive(Debug)]
pub(super) struct Coordinator {
    pub(super) by_name: BTreeMap<String, Transactional>,
    next_id: i64,
    max_timeout: Us,
    check_every: Us,
}

/// Which coordinator this transactional id belongs to.
pub(super) fn coordinator_of(name: &str) -> usize {
    name.bytes().fold(0, |sum: usize, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte))) % COORDINATORS
}

impl Coordinator {
    pub(super) fn new(max_timeout: Us, check_every: Us) -> Self {
        Self { by_name: BTreeMap::new(), next_id: 1_000, max_timeout, check_every: check_every.max(1) }
    }

    pub(super) fn new_id(&mut self) -> i64 {
        self.next_id += 1;
        self.next_id
    }

    /// The transactional id of a producer.
    pub(super) fn name_of(&self, id: i64) -> Option<&str> {
        self.by_name.iter().find(|(_, known)| known.id == id).map(|(name, _)| name.as_str())
    }

    /// The answer, and the transaction that has to be aborted first.
    pub(super) fn init(&mut self, now: Us, name: &str, timeout: Us, asked: Option<ProducerId>) -> (Answer, Option<Decided>) {
        if timeout == 0 || timeout > self.max_timeout {
            return (Answer::Failed(Code::InvalidTransactionTimeout), None);
        }
        if !self.by_name.contains_key(name) {
            let id = self.new_id();
            let (epoch, last_epoch, begun, in_history) = (-1, -1, now, 0);
            let (state, targets, markers) = (State::Empty, BTreeSet::new(), Vec::new());
            let known = Transactional { id, epoch, last_epoch, state, timeout, begun, targets, markers, in_history };
            self.by_name.insert(name.to_owned(), known);
        }
        let exhausted = self.by_name.get(name).is_some_and(|known| known.epoch >= i16::MAX - 1);
        let other = if exhausted { self.new_id() } else { 0 };
        let Some(known) = self.by_name.get_mut(name) else { return (Answer::Failed(Code::Unknown), None) };
        if asked.is_some_and(|asked| known.epoch != -1 && asked.id != known.id) {
            return (Answer::Failed(Code::ProducerFenced), None);
        }
        match known.state {
            State::PrepareCommit | State::PrepareAbort => (Answer::Failed(Code::ConcurrentTransactions), None),
            State::Ongoing => {
                // This epoch is told nobody; whoever asks again gets one more.
                known.epoch += 1;
                known.last_epoch = -1;
                let decided = decide(name, known, Ending::Fenced);
                (Answer::Failed(Code::ConcurrentTransactions), Some(decided))
            }
            State::Empty | State::CompleteCommit | State::CompleteAbort => {
                match asked {
                    None if exhausted => (known.id, known.epoch, known.last_epoch) = (other, 0, -1),
                    None => (known.epoch, known.last_epoch) = (known.epoch + 1, -1),
                    Some(asked) if known.epoch == -1 || asked.epoch == known.epoch => {
                        (known.epoch, known.last_epoch) = (known.epoch + 1, known.epoch);
                    }
                    Some(asked) if asked.epoch == known.last_epoch => {}
                    Some(_) => return (Answer::Failed(Code::ProducerFenced), None),
                }
                (known.state, known.timeout) = (State::Empty, timeout);
                (Answer::Producer(known.producer()), None)
            }
        }
    }

    /// Requests of this version never hear `ProducerFenced`.
    fn find(&mut self, name: &str, producer: ProducerId) -> Result<&mut Transactional, Code> {
        let known = self.by_name.get_mut(name).ok_or(Code::InvalidProducerIdMapping)?;
        if known.id != producer.id {
            return Err(Code::InvalidProducerIdMapping);
        }
        if known.epoch != producer.epoch { Err(Code::InvalidProducerEpoch) } else { Ok(known) }
    }

    /// Whether a transaction of this producer is open, or being ended, that has something there.
    pub(super) fn is_open(&self, producer: i64, target: Target) -> bool {
        let is_open = |known: &Transactional| {
            known.id == producer
                && matches!(known.state, State::Ongoing | State::PrepareCommit | State::PrepareAbort)
                && known.targets.contains(&target)
        };
        self.by_name.values().any(is_open)
    }

    /// Begins a transaction if none is open.
    pub(super) fn add(&mut self, now: Us, name: &str, by: ProducerId, targets: impl Iterator<Item = Target>) -> Result<(), Code> {
        let known = self.find(name, by)?;
        match known.state {
            State::PrepareCommit | State::PrepareAbort => return Err(Code::ConcurrentTransactions),
            State::Ongoing => {}
            State::Empty | State::CompleteCommit | State::CompleteAbort => (known.state, known.begun) = (State::Ongoing, now),
        }
        known.targets.extend(targets);
        Ok(())
    }

    /// Whether a write is of the transaction that is open: brokers since 3.6 ask this before the first one in a partition.
    pub(super) fn verify(&mut self, name: &str, by: ProducerId, target: Target) -> Result<(), Code> {
        let known = self.find(name, by)?;
        match known.state {
            State::PrepareCommit | State::PrepareAbort => Err(Code::ConcurrentTransactions),
            _ if known.targets.contains(&target) => Ok(()),
            _ => Err(Code::InvalidTransactionalState),
        }
    }

    pub(super) fn end(&mut self, name: &str, by: ProducerId, is_commit: bool) -> Result<Option<Decided>, Code> {
        let known = self.find(name, by)?;
        match (known.state, is_commit) {
            (State::Ongoing, _) => {
                let ending = if is_commit { Ending::Commit } else { Ending::Abort };
                Ok(Some(decide(name, known, ending)))
            }
            (State::CompleteCommit, true) | (State::CompleteAbort, false) => Ok(None),
            (State::PrepareCommit, true) | (State::PrepareAbort, false) => Err(Code::ConcurrentTransactions),
            _ => Err(Code::InvalidTransactionalState),
        }
    }

    /// Nothing is known of an id any more whose last transaction is complete.
    pub(super) fn forget(&mut self, name: &str) {
        let is_idle = |known: &Transactional| !matches!(known.state, State::Ongoing | State::PrepareCommit | State::PrepareAbort);
        if self.by_name.get(name).is_some_and(is_idle) {
            self.by_name.remove(name);
        }
    }

    /// A marker was written, or never will be (`None`: there was none to write); the transaction ends with its last.
    pub(super) fn marked(&mut self, name: &str, target: Option<Target>) -> bool {
        let Some(known) = self.by_name.get_mut(name) else { return false };
        known.markers.retain(|marker| Some(marker.1) != target);
        let is_complete = known.markers.is_empty();
        if is_complete {
            known.targets.clear();
            known.state = if known.state == State::PrepareCommit { State::CompleteCommit } else { State::CompleteAbort };
        }
        is_complete
    }

    /// What a new coordinator finds: it writes all markers of a transaction anew, since it can't know which were.
    pub(super) fn resend(&mut self, coordinator: usize, at: Us) {
        for (_, known) in self.by_name.iter_mut().filter(|(name, _)| coordinator_of(name) == coordinator) {
            if matches!(known.state, State::PrepareCommit | State::PrepareAbort) {
                known.markers = known.targets.iter().map(|&target| (at, target)).collect();
            }
        }
    }

    /// When the broker looks and finds this transaction too old.
    fn times_out(&self, known: &Transactional) -> Option<Us> {
        (known.state == State::Ongoing).then(|| (known.begun + known.timeout).next_multiple_of(self.check_every))
    }

    /// Raises the epoch of a transaction that is too old, and aborts it.
    pub(super) fn expire(&mut self, now: Us, is_here: impl Fn(&str) -> bool) -> Option<Decided> {
        let is_due = |known: &Transactional| self.times_out(known).is_some_and(|at| at <= now);
        let name = self.by_name.iter().find(|(name, known)| is_due(known) && is_here(name))?.0.clone();
        let known = self.by_name.get_mut(&name)?;
        known.epoch += 1;
        known.last_epoch = -1;
        Some(decide(&name, known, Ending::TimedOut))
    }

    /// When something is due next; `from`: when each coordinator is there again.
    pub(super) fn next(&self, from: impl Fn(&str) -> Us) -> Option<Us> {
        let next = self.by_name.iter().filter_map(|(name, known)| {
            let marker = known.markers.iter().map(|marker| marker.0).min();
            let due = marker.or_else(|| self.times_out(known))?;
            Some(due.max(from(name)))
        });
        next.min()
    }
}

fn decide(name: &str, known: &mut Transactional, ending: Ending) -> Decided {
    known.state = if ending == Ending::Commit { State::PrepareCommit } else { State::PrepareAbort };
    let targets = known.targets.iter().copied().collect();
    Decided { name: name.to_owned(), producer: known.producer(), ending, begun: known.begun, targets }
}

//! What the group has given, and how far each task of it is on its way to work: its offsets resolved, its state read back or parked.

use crate::domain::Ms;
use crate::engine::codec::Codec;
use crate::engine::task::Task;
use crate::planted;
use crate::runtime::ports::{InputPartition, Position};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Offsets that don't come for this long are said to be waited for.
pub(super) const REPORT_AFTER: Duration = Duration::from_secs(5);

/// What the group has given.
#[derive(Default)]
pub(super) struct Assignment {
    /// Acknowledged to the group.
    pub(super) held: BTreeSet<InputPartition>,
    /// Their offsets are to be resolved; then they are started.
    pub(super) pending: Option<Vec<InputPartition>>,
    /// Located and fetching, but not all inputs of the task are here: committed offset, first offset.
    pub(super) waiting: BTreeMap<InputPartition, (Option<Position>, i64)>,
    pub(super) resolving: Resolving,
    /// Tasks at work are said to be held up by that.
    pub(super) holds_up: bool,
    /// Inputs that can't be read, since when.
    pub(super) broken: BTreeMap<InputPartition, Duration>,
}

impl Assignment {
    /// Partitions whose offsets are not known yet.
    pub(super) fn pending(&self) -> BTreeSet<i32> {
        self.pending.iter().flatten().chain(self.waiting.keys()).map(|p| p.partition).collect()
    }

    pub(super) fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// Offsets of more are to be resolved, with those already on their way: they are asked for from here on.
    pub(super) fn resolve(&mut self, partitions: impl IntoIterator<Item = InputPartition>) {
        let mut all: BTreeSet<InputPartition> = self.pending.take().into_iter().flatten().collect();
        all.extend(partitions);
        self.pending = Some(all.into_iter().collect());
        if !(self.resolving.is_asked && planted!(OldOffsetsTaken)) {
            self.resolving = Resolving::default();
        }
    }

    /// Partitions that another member has now. What was asked about them is asked again for those that are left.
    pub(super) fn let_go(&mut self, gone: impl Fn(&InputPartition) -> bool) {
        self.held.retain(|p| !gone(p));
        self.waiting.retain(|p, _| !gone(p));
        self.broken.retain(|p, _| !gone(p));
        if let Some(pending) = &mut self.pending {
            pending.retain(|p| !gone(p));
            if !(self.resolving.is_asked && planted!(OldOffsetsTaken)) {
                self.resolving = Resolving::default();
            }
        }
        if self.pending.as_ref().is_some_and(Vec::is_empty) {
            self.pending = None;
        }
    }
}

/// A task that is being read back.
pub(super) struct Restoring {
    /// What is committed, by input (`None`: nothing), and where it will resume.
    pub(super) committed: Vec<Option<Position>>,
    pub(super) offsets: Vec<i64>,
    pub(super) task_record: Option<Vec<u8>>,
    /// The state is a parked one, of this incarnation and last commit: a single record means that another member wrote meanwhile.
    pub(super) parked: Option<(u64, Option<Ms>)>,
    pub(super) spoiled: bool,
    pub(super) doubt: Option<Doubt>,
    pub(super) first: i64,
    pub(super) position: i64,
    pub(super) end: i64,
    pub(super) since: Duration,
    /// When it last got on.
    pub(super) moved: Duration,
}

impl Restoring {
    /// Where it stands, if not at its end: a transaction that is open there holds it up, or a broker that doesn't answer.
    pub(super) fn held_up_at(&self) -> Option<i64> {
        (self.end != i64::MAX && self.position < self.end).then_some(self.position)
    }

    /// Left, all.
    pub(super) fn progress(&self) -> (i64, i64) {
        if self.end == i64::MAX {
            return (0, 0);
        }
        ((self.end - self.position).max(0), (self.end - self.first).max(0))
    }
}

/// State kept over a rebalance.
pub(super) struct Parked<C: Codec> {
    pub(super) task: Task<C>,
    /// The changelog's end that it reflects.
    pub(super) end: i64,
    pub(super) offsets: Vec<i64>,
    /// The time of its last commit.
    pub(super) time_ms: Option<Ms>,
    pub(super) incarnation: u64,
    /// When it was taken away.
    pub(super) since: Duration,
}

/// How far the question for offsets is.
#[derive(Default)]
pub(super) struct Resolving {
    pub(super) is_asked: bool,
    pub(super) ask_at: Duration,
    pub(super) since: Option<Duration>,
    /// Why the last answer was none.
    pub(super) failed: Option<String>,
}

/// Since when it doesn't agree, and when the end is asked for again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Doubt {
    pub(super) since: Duration,
    pub(super) ask_at: Option<Duration>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(partition: i32, input: u16) -> InputPartition {
        InputPartition { partition, input }
    }

    #[test]
    fn what_another_member_has_is_not_waited_for_and_the_rest_is_asked_for_again() {
        let mut assignment = Assignment::default();
        assert!(!assignment.is_pending());
        assignment.resolve([at(2, 0), at(1, 0)]);
        assignment.held.extend([at(1, 0), at(2, 0)]);
        assignment.waiting.insert(at(4, 0), (None, 0));
        assignment.broken.insert(at(2, 0), Duration::ZERO);
        assert_eq!(assignment.pending(), BTreeSet::from([1, 2, 4]));
        assignment.resolving.is_asked = true;
        assignment.resolve([at(3, 0)]);
        assert!(!assignment.resolving.is_asked, "there is one more to ask for");
        assignment.resolving.is_asked = true;
        assignment.let_go(|at| at.partition == 2 || at.partition == 4);
        assert!(!assignment.resolving.is_asked, "the answer would be of other partitions");
        assert_eq!(assignment.pending, Some(vec![at(1, 0), at(3, 0)]));
        assert_eq!((assignment.held.len(), assignment.waiting.len(), assignment.broken.len()), (1, 0, 0));
        assert!(assignment.is_pending());
        assignment.let_go(|_| true);
        assert!(!assignment.is_pending(), "nothing is left to ask for");
    }

    #[test]
    fn progress_is_of_what_there_was_to_read_and_only_an_end_that_is_known_holds_up() {
        let restoring = |first, position, end| Restoring {
            committed: Vec::new(),
            offsets: Vec::new(),
            task_record: None,
            parked: None,
            spoiled: false,
            doubt: None,
            first,
            position,
            end,
            since: Duration::ZERO,
            moved: Duration::ZERO,
        };
        for (first, position, end, progress, held_up_at) in
            [(2, 5, 12, (7, 10), Some(5)), (2, 12, 12, (0, 10), None), (2, 13, 12, (0, 10), None), (2, 5, i64::MAX, (0, 0), None)]
        {
            let restoring = restoring(first, position, end);
            assert_eq!((restoring.progress(), restoring.held_up_at()), (progress, held_up_at), "{first} {position} {end}");
        }
    }
}

//! The queue of a task's deadlines: a heap that is only ever too early, never too late.
//!
//! Most events postpone a deadline. Then nothing is queued: the old, too early entry stays, and when it comes up the owner is
//! asked for its real deadline and queued again. The obvious alternative, an ordered map with a reverse index, costs a removal
//! and an insertion for every such event.

use crate::domain::Ms;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Deadlines by slot of the store.
#[derive(Debug, Default)]
pub struct Timers {
    heap: BinaryHeap<Reverse<(Ms, u32)>>,
}

impl Timers {
    /// Queues a slot.
    pub fn push(&mut self, deadline_ms: Ms, slot: u32) {
        self.heap.push(Reverse((deadline_ms, slot)));
    }

    /// The earliest entry's deadline.
    #[must_use]
    pub fn earliest_ms(&self) -> Option<Ms> {
        self.heap.peek().map(|Reverse((deadline, _))| *deadline)
    }

    /// Takes the earliest entry when its deadline is not after `until_ms`.
    pub fn pop_until(&mut self, until_ms: Ms) -> Option<(Ms, u32)> {
        if self.earliest_ms()? > until_ms {
            return None;
        }
        self.heap.pop().map(|Reverse(entry)| entry)
    }

    /// Entries, stale ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether nothing is queued.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}

//! What is planned: the earliest act first, and of two at one instant the one that was planned first.

use crate::domain::Ms;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// Two events of one sender are never closer together: one of them may be on its way for two thirds of a second.
const SHORTEST_MS: Ms = 1_500;

/// Acts of one kind, each by someone.
#[derive(Debug)]
pub(super) struct Agenda<A> {
    planned: BinaryHeap<Reverse<Planned<A>>>,
    plans: u64,
}

/// In the order of time; the number makes it total.
#[derive(Debug)]
pub(super) struct Planned<A> {
    pub at_ms: Ms,
    number: u64,
    pub who: u32,
    pub act: A,
}

impl<A> Agenda<A> {
    pub(super) fn new() -> Self {
        Self { planned: BinaryHeap::new(), plans: 0 }
    }

    pub(super) fn plan(&mut self, now_ms: Ms, in_ms: Ms, who: u32, act: A) {
        self.plans += 1;
        self.planned.push(Reverse(Planned { at_ms: now_ms + in_ms.max(SHORTEST_MS), number: self.plans, who, act }));
    }

    /// When the earliest is due; never, when nothing is planned.
    pub(super) fn next_ms(&self) -> Ms {
        self.planned.peek().map_or(Ms::MAX, |Reverse(p)| p.at_ms)
    }

    pub(super) fn take(&mut self) -> Option<Planned<A>> {
        self.planned.pop().map(|Reverse(planned)| planned)
    }
}

impl<A> Ord for Planned<A> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at_ms, self.number).cmp(&(other.at_ms, other.number))
    }
}

impl<A> PartialOrd for Planned<A> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<A> PartialEq for Planned<A> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl<A> Eq for Planned<A> {}

//! The judge: whether what a run left behind at the broker is what it should be.
//!
//! It knows nothing of the service but the pure core (one event or one timer in, new state and outputs out) and the formats. From the
//! broker's history it takes every committed transaction, folds the records that it covers over the state as it was, slowly and
//! obviously, and asks whether exactly its outputs and its changes of the state come of it. Where records of several inputs and timers
//! meet within one transaction, several orders may be right: it tries them, and accepts only what fits to the byte.

mod changelog;
mod commits;
mod dead_letters;
mod differences;
mod evidence;
mod fold;
mod in_hand;
mod inputs;
mod judge;
pub mod liveness;
mod merge;
mod orders;
mod outputs;
mod persons;
mod repeats;
mod routed;
pub mod routing;
mod standing;
#[cfg(test)]
mod tests;
mod timers;

pub use evidence::{Evidence, Times};
pub use judge::{Verdict, judge};

use std::fmt;

/// What must hold.
#[derive(Copy, Clone, Debug, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub enum Rule {
    /// What belongs together is in one transaction: outputs, state, task record, offsets.
    TransactionsAreWhole,
    /// What was committed can be seen.
    CommittedIsVisible,
    /// Every id is visible exactly once.
    IdsOnce,
    /// Nothing leaves but in a transaction.
    InTransactions,
    /// The group's offsets are those of the task record of the same transaction, and no others are committed.
    OffsetsAreTheStates,
    /// No task goes back, and none passes what is not there.
    RangesAdjoin,
    /// The records of its range, applied to the state as it was, give the transaction's changelog records.
    StateIsTheFold,
    /// And its outputs, all of them and no others.
    OutputsAreTheFold,
    /// What can't be used is in the dead letters, in the transaction that passes it, whole and with the reason; nothing else is.
    DeadLetters,
    /// The changelog, compacted, is the state.
    ChangelogIsTheState,
    /// A task's time never falls but to the wall clock, and never runs ahead of it.
    TaskTime,
    /// A timer that the task's time has passed has fired.
    NoTimerLost,
    /// What leads to a mail waits until what was there before has been read.
    HeldWhileBehind,
    /// A task's time never passes a record that is in its worker's hands.
    InHandFirst,
    /// At the end nothing is due any more.
    NothingLeftDue,
    /// While all was well, what was due left at once.
    OnTime,
    /// Every input is read to its end.
    EverythingRead,
    /// Each event of what is routed is there once, where its prospect's task reads, in the transaction that passes its record.
    RoutedOnce,
    /// Events of one partition that is routed keep its order.
    RoutedInOrder,
    /// A router that says it is caught up is.
    RoutersTellTheTruth,
    /// What leads to a mail waits until the routers have said that they are caught up.
    HeldWhileRoutersBehind,
    /// What leads to a mail waits until the other tasks have said that nothing is on its way from them.
    HeldWhileOthersBehind,
    /// At the end every id that points to another points to a smaller one, which knows it.
    ForwardsEnd,
    /// A task that does not move although it could says so.
    NothingStuckSilently,
}

impl Rule {
    #[cfg(feature = "planted-bugs")]
    pub const ALL: [Self; 24] = [
        Self::TransactionsAreWhole,
        Self::CommittedIsVisible,
        Self::IdsOnce,
        Self::InTransactions,
        Self::OffsetsAreTheStates,
        Self::RangesAdjoin,
        Self::StateIsTheFold,
        Self::OutputsAreTheFold,
        Self::DeadLetters,
        Self::ChangelogIsTheState,
        Self::TaskTime,
        Self::NoTimerLost,
        Self::HeldWhileBehind,
        Self::InHandFirst,
        Self::NothingLeftDue,
        Self::OnTime,
        Self::EverythingRead,
        Self::RoutedOnce,
        Self::RoutedInOrder,
        Self::RoutersTellTheTruth,
        Self::HeldWhileRoutersBehind,
        Self::HeldWhileOthersBehind,
        Self::ForwardsEnd,
        Self::NothingStuckSilently,
    ];
}

/// A rule that was broken, and how.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    pub rule: Rule,
    pub text: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.rule, self.text)
    }
}

/// Collects what was found.
#[derive(Default, Debug)]
pub struct Findings(Vec<Finding>);

impl Findings {
    pub fn add(&mut self, rule: Rule, text: impl Into<String>) {
        self.0.push(Finding { rule, text: text.into() });
    }
}

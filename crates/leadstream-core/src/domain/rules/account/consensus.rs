//! When a buying group agreed and when no more: a fold over its members' votes in the order of their times.
//!
//! Updates of members on different partitions arrive in any order. So votes are kept with their times, and when one arrives
//! late, the fold is repeated: a transition that it shows and that was not announced is announced, one that was announced and
//! no longer stands is taken back. What stands in the end depends on the votes alone, not on their order of arrival.

use crate::domain::model::accounts::Accounts;
use crate::domain::model::accounts::role_hash;
use crate::domain::state::consensus::{Announced, Ballot, Consensus, MAX_VOTES, Settled, Vote};
use crate::domain::{Ms, Text};
use std::num::NonZeroU32;

/// Something to be said, or to be taken back.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub vote: Vote,
    /// What was said of the vote before; to be taken back.
    pub before: Announced,
    pub now: Announced,
    /// How many things were said of the vote before this change.
    pub revision: u8,
    /// Who agreed then.
    pub agreed: Vec<u64>,
    pub out: bool,
}

/// The group at one instant of the fold.
struct State {
    agreed: Vec<(u64, Option<NonZeroU32>)>,
    undecided: Vec<u64>,
    out: bool,
    reached: bool,
}

impl State {
    /// Takes in a vote; says what follows.
    fn take(&mut self, vote: &Vote, accounts: &Accounts) -> Announced {
        if !vote.ballot.is_of_group() {
            self.agreed.retain(|(voter, _)| *voter != vote.voter);
            self.undecided.retain(|voter| *voter != vote.voter);
        }
        match vote.ballot {
            Ballot::Agrees(role) => self.agreed.push((vote.voter, role)),
            Ballot::AgreesNot => {}
            Ballot::Undecided => self.undecided.push(vote.voter),
            Ballot::Out => self.out = true,
            Ballot::Reopened => self.out = false,
        }
        let enough = self.agreed.len() >= accounts.min_agreeing && self.undecided.is_empty();
        let reached = !self.out && enough && missing_roles(&self.agreed, accounts).next().is_none();
        match (std::mem::replace(&mut self.reached, reached), reached) {
            (false, true) => Announced::Reached,
            (true, false) => Announced::Lost,
            _ => Announced::Nothing,
        }
    }
}

/// Roles that consensus needs and none of those who agree has.
fn missing_roles<'a>(agreed: &'a [(u64, Option<NonZeroU32>)], accounts: &'a Accounts) -> impl Iterator<Item = &'a Text> {
    accounts.required_roles.iter().filter(|role| !agreed.iter().any(|(_, has)| *has == role_hash(Some(role))))
}

impl Consensus {
    fn begin(&self) -> State {
        let Settled { agreed, undecided, out, reached, until_ms: _ } = &self.settled;
        State { agreed: agreed.clone(), undecided: undecided.clone(), out: *out, reached: *reached }
    }

    /// How a member stood last.
    #[must_use]
    pub fn last_of(&self, voter: u64) -> Ballot {
        let settled = || {
            let agreed = self.settled.agreed.iter().find(|(v, _)| *v == voter).map(|(_, role)| Ballot::Agrees(*role));
            let undecided = || self.settled.undecided.contains(&voter).then_some(Ballot::Undecided);
            agreed.or_else(undecided).unwrap_or(Ballot::AgreesNot)
        };
        self.votes.iter().rev().find(|v| v.voter == voter && !v.ballot.is_of_group()).map_or_else(settled, |v| v.ballot)
    }

    /// Adds a vote at its place.
    pub fn add(&mut self, mut vote: Vote) {
        vote.time_ms = vote.time_ms.max(self.settled.until_ms);
        // Updates of one member come in order.
        let at = self.votes.partition_point(|v| (v.time_ms, v.voter) <= (vote.time_ms, vote.voter));
        self.votes.insert(at, vote);
    }

    /// Folds again; returns what is to be announced, in the order of time, and marks it as announced.
    pub fn review(&mut self, accounts: &Accounts) -> Vec<Change> {
        let mut state = self.begin();
        let mut changes = Vec::new();
        for vote in &mut self.votes {
            let now = state.take(vote, accounts);
            if now == vote.announced {
                continue;
            }
            let (before, revision) = (std::mem::replace(&mut vote.announced, now), vote.revision);
            if now != Announced::Nothing {
                vote.revision = vote.revision.saturating_add(1);
            }
            let agreed = state.agreed.iter().map(|(voter, _)| *voter).collect();
            changes.push(Change { vote: *vote, before, now, revision, agreed, out: state.out });
        }
        changes
    }

    /// Settles the oldest votes until as many are left as are kept; says whether any had to go.
    pub fn bound(&mut self, accounts: &Accounts) -> bool {
        let surplus = self.votes.len().saturating_sub(MAX_VOTES);
        self.settle(surplus, accounts);
        surplus > 0
    }

    /// Settles everything: the rules are new, and what was said under the old ones stays said.
    pub fn settle_all(&mut self, accounts: &Accounts) {
        let reached = self.reached();
        self.settle(self.votes.len(), accounts);
        self.settled.reached = reached;
    }

    fn settle(&mut self, count: usize, accounts: &Accounts) {
        let mut state = self.begin();
        for vote in self.votes.drain(..count) {
            state.take(&vote, accounts);
            self.settled.until_ms = vote.time_ms;
        }
        let State { agreed, undecided, out, reached } = state;
        self.settled = Settled { agreed, undecided, out, reached, until_ms: self.settled.until_ms };
    }

    /// Whether the group agrees, as far as it was said.
    #[must_use]
    pub fn reached(&self) -> bool {
        self.votes
            .iter()
            .rev()
            .find(|v| v.announced != Announced::Nothing)
            .map_or(self.settled.reached, |v| v.announced == Announced::Reached)
    }

    /// Whether the group is disqualified.
    #[must_use]
    pub fn is_out(&self) -> bool {
        let last = self.votes.iter().rev().find(|v| v.ballot.is_of_group());
        last.map_or(self.settled.out, |v| v.ballot == Ballot::Out)
    }

    /// Whether it was disqualified at an instant, as far as is known.
    #[must_use]
    pub fn is_out_at(&self, at_ms: Ms) -> bool {
        let last = self.votes.iter().rev().find(|v| v.ballot.is_of_group() && v.time_ms <= at_ms);
        last.map_or(self.settled.out, |v| v.ballot == Ballot::Out)
    }

    /// When what was said last of the consensus was, as long as that is remembered.
    #[must_use]
    pub fn said_ms(&self) -> Option<Ms> {
        self.votes.iter().rev().find(|v| v.announced != Announced::Nothing).map(|v| v.time_ms)
    }

    /// Roles that are needed and missing now.
    #[must_use]
    pub fn missing_roles(&self, accounts: &Accounts) -> Vec<Text> {
        let mut state = self.begin();
        for vote in &self.votes {
            state.take(vote, accounts);
        }
        missing_roles(&state.agreed, accounts).cloned().collect()
    }
}

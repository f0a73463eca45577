//! Votes of a buying group.

use crate::domain::Ms;
use std::num::NonZeroU32;

/// Votes that an account keeps for late ones; what is older is settled.
pub const MAX_VOTES: usize = 64;

/// What a group has agreed on, and when.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Consensus {
    /// Fold of all votes older than the oldest one that is kept.
    pub settled: Settled,
    /// In the order of their times.
    pub votes: Vec<Vote>,
}

/// What the votes that are no longer kept came to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settled {
    /// Who agreed (hash of the name) and the hash of their role, if they have one.
    pub agreed: Vec<(u64, Option<NonZeroU32>)>,
    /// Who decides and did not agree (hash of the name).
    pub undecided: Vec<u64>,
    /// The group was disqualified.
    pub out: bool,
    pub reached: bool,
    /// Time of the latest of them: a later arrival with an earlier time counts as of now.
    pub until_ms: Ms,
}

/// A member changed its mind, or the group was disqualified or reopened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vote {
    pub time_ms: Ms,
    /// Hash of the name of the member whose update it was.
    pub voter: u64,
    /// Of the member's update: part of the ids of what follows from it.
    pub cause: u64,
    pub ballot: Ballot,
    /// What was announced because of it, and how many times something was.
    pub announced: Announced,
    pub revision: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ballot {
    /// With the hash of the role, if there is one.
    Agrees(Option<NonZeroU32>),
    AgreesNot,
    /// Decides, and doesn't agree (yet). Only where a model says who decides.
    Undecided,
    /// The group as a whole is disqualified.
    Out,
    Reopened,
}

impl Ballot {
    /// It is about the group, not about the member whose update it was.
    #[must_use]
    pub fn is_of_group(self) -> bool {
        matches!(self, Self::Out | Self::Reopened)
    }
}

/// What follows from a vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Announced {
    #[default]
    Nothing,
    Reached,
    Lost,
}

//! The record of an account: its members, and what they agree on.

use crate::domain::state::consensus::Consensus;
use crate::domain::terms::per_axis::PerAxis;
use crate::domain::terms::sales::Bar;
use crate::domain::{DAY_MS, Ms, Text};

/// Members that an account keeps; the one with the oldest update makes room for a new one.
pub const MAX_MEMBERS: usize = 64;

/// Names of a company that an account keeps.
pub const MAX_KNOWN_AS: usize = 8;

/// An account without members is forgotten after this long.
pub const EMPTY_KEPT_MS: Ms = 30 * DAY_MS;

/// A buying group.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Group {
    /// Content hash of the model that last judged it.
    pub model_hash: u64,
    /// In the order of their names.
    pub members: Vec<Member>,
    pub consensus: Consensus,
    /// Why the group was disqualified, when that was said, and its cause.
    pub verdict: Option<Reason>,
    /// What the company is called where members say so, in the order of the alphabet.
    pub known_as: Vec<Text>,
    /// Where the group stands, as was said last: journey, funnel.
    pub stages: PerAxis<Option<Text>>,
    /// Who bought (hash of the name), and since when that is known.
    pub buyers: Vec<(u64, Ms)>,
    /// Since when it has had no members.
    pub empty_since_ms: Option<Ms>,
}

/// A member, as of its last update.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Member {
    pub name: Text,
    pub role: Option<Text>,
    /// Journey, funnel.
    pub stages: PerAxis<Option<Text>>,
    pub score: f64,
    pub disqualified: bool,
    pub updated_ms: Ms,
    /// When it last did something.
    pub active_ms: Option<Ms>,
    /// What it was told of why leads of the company are not handed over.
    pub barred: Option<Bar>,
    /// The time of its hand-over that is held back.
    pub held_ms: Option<Ms>,
}

/// The newest decision about the group as a whole, and the hash of the name of the member who reported it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reason {
    pub time_ms: Ms,
    pub by: u64,
    pub text: Option<Text>,
}

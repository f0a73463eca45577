//! Armed and sent triggers of a prospect.

use crate::domain::origin::Position;
use crate::domain::state::few::InlineVec;
use crate::domain::state::track::Hit;
use crate::domain::{Ms, Text};
use std::num::NonZeroU32;

/// Triggers of absence: pending ones and those that left lately.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TriggerRecord {
    pub pending: Vec<Pending>,
    /// Oldest first.
    pub left: Vec<FiredTrigger>,
    pub met: InlineVec<Cancellation, 2>,
    /// Products (low half of the hash of their id) that were viewed; those that were put into a cart. Oldest first.
    pub viewed: InlineVec<Hit, 4>,
    pub carted: InlineVec<Hit, 4>,
}

impl TriggerRecord {
    /// When each pending trigger is due, in the order of the list.
    pub fn due_ms(&self) -> impl Iterator<Item = Ms> + '_ {
        self.pending.iter().map(|p| p.fire_at_ms)
    }
}

/// An armed trigger.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pending {
    /// [`crate::domain::ids::name_hash`] of its name.
    pub trigger: u32,
    /// Time of the event that armed it, and the hash of its message id: part of the output's id.
    pub episode_ms: Ms,
    pub armed_by: u64,
    /// Time of the event that its clock runs from: the arming one, or with `restart` the latest.
    pub since_ms: Ms,
    pub due_ms: Ms,
    /// When the timer is set: the due time, or the end of quiet hours.
    pub fire_at_ms: Ms,
    /// Hash of the value that the model's `same` compares; `None` where it compares nothing.
    pub match_key: Option<NonZeroU32>,
    /// The product that it is about, if it is about one.
    pub product: Option<Text>,
    /// The event that its clock runs from; no name: a stage or label that was reached by time.
    pub event: Text,
    pub position: Position,
    /// The prospect's name when it was armed, where this record has another: the output's id is made of it.
    pub armed_under: Option<Text>,
}

/// A trigger that left.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FiredTrigger {
    pub trigger: u32,
    pub episode_ms: Ms,
    pub since_ms: Ms,
    pub due_ms: Ms,
    pub left_ms: Ms,
    pub match_key: Option<NonZeroU32>,
    pub armed_by: u64,
    pub product: Option<Text>,
    /// It was taken back: it counts for `at_most` still, for it may have been sent.
    pub recalled: bool,
    pub armed_under: Option<Text>,
}

/// The newest event that made a trigger pointless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancellation {
    pub trigger: u32,
    pub match_key: Option<NonZeroU32>,
    pub time_ms: Ms,
}

/// Most triggers that are pending at once; the oldest of the same trigger makes place for a new one, and where there is none the
/// new one isn't armed.
pub const MAX_PENDING: usize = 16;

/// Most triggers that left and are remembered; the check of a model sees to it that no `at_most` asks for more.
pub const MAX_LEFT: usize = 64;

/// Most events that made a trigger pointless and are remembered, for what comes late; the oldest goes first.
pub const MAX_MET: usize = 16;

/// Most products viewed, and most carted, that are remembered; the oldest goes first.
pub const MAX_PRODUCTS: usize = 16;

/// Longest event name that a pending trigger remembers.
pub(crate) const MAX_EVENT_NAME_CHARS: usize = 64;

//! What the state holds under one id, and what a rule of linking makes of it.

use super::message::Message;
use crate::domain::state::identity::Forward;
use crate::domain::state::prospect::Prospect;
use crate::domain::{Ms, Text};

/// What the state holds under an id; nothing, where it was never seen or is forgotten.
///
/// An id that was erased is a prospect of which only [`crate::domain::state::erasure::Erasure`] is left: the rule that refuses late
/// events, and the timer that ends it, are those of any erased prospect.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    Prospect(Box<Prospect>),
    Forward(Forward),
}

impl Record {
    #[must_use]
    pub fn forward(&self) -> Option<&Forward> {
        if let Self::Forward(forward) = self { Some(forward) } else { None }
    }

    #[must_use]
    pub fn prospect(&self) -> Option<&Prospect> {
        if let Self::Prospect(prospect) = self { Some(prospect) } else { None }
    }
}

/// What becomes of a record, and what leaves. The record is written, what leaves is sent and the offset of what caused it is moved in
/// one transaction.
#[derive(Debug, Default, PartialEq)]
pub struct Outcome {
    /// `None`: nothing is held under the id any more (a tombstone, where something was).
    pub record: Option<Record>,
    pub effects: Vec<Effect>,
}

/// What leaves besides the new record.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Into `leadstream.forwards`, keyed by its receiver.
    Send(Message),
    /// Output `id.conflict`: two prospects claim an id, and neither gets the other.
    Conflict(Conflict),
    /// Output `id.blocked`, and a record in `leadstream.identity`: so many ids came to it that it is nobody.
    Blocked { id: Text, at_ms: Ms },
    /// Only counted.
    Count(Counted),
}

/// Two prospects claim what can be only one's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// What they claim.
    pub id: Text,
    pub kept: Text,
    pub refused: Text,
    pub at_ms: Ms,
}

/// Why nothing, or less than was asked for, was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counted {
    /// A link that doesn't point to a smaller id: none of ours is written so.
    NotSmaller,
    /// An id in a message that can't be one.
    NoId,
    /// One of both ids is blocked.
    Blocked,
    /// The id belongs to a prospect to which too many came.
    Crowded,
    /// The device is shared.
    Shared,
    /// It is older than an erasure.
    Erased,
    /// A newer link points elsewhere.
    Older,
    /// A device was linked to a third user within the days: it is shared from now on.
    BecameShared,
    /// A prospect has as many names as it may have: the oldest was unlinked.
    NamesFull,
    /// It went from id to id more often than there are ids in a person: a fault of ours.
    TooManyHops,
    /// There was nothing left to do.
    Nothing,
}

impl Counted {
    pub const ALL: [Self; 11] = [
        Self::NotSmaller,
        Self::NoId,
        Self::Blocked,
        Self::Crowded,
        Self::Shared,
        Self::Erased,
        Self::Older,
        Self::BecameShared,
        Self::NamesFull,
        Self::TooManyHops,
        Self::Nothing,
    ];

    /// Closed metric label.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NotSmaller => "not-smaller",
            Self::NoId => "no-id",
            Self::Blocked => "blocked",
            Self::Crowded => "crowded",
            Self::Shared => "shared",
            Self::Erased => "erased",
            Self::Older => "older",
            Self::BecameShared => "became-shared",
            Self::NamesFull => "names-full",
            Self::TooManyHops => "too-many-hops",
            Self::Nothing => "nothing",
        }
    }
}

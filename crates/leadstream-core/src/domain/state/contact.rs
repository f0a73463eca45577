//! What is known of a prospect's address and clock.

use crate::domain::state::consent::ConsentTrait;
use crate::domain::state::few::InlineVec;
use crate::domain::{Ms, Text};
use std::cmp::Reverse;

/// What was sent lately, what bounced, and what time it is where the prospect is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Contact {
    /// The prospect's own time zone, once it was said; only where a model has quiet hours.
    pub zone: Option<Text>,
    /// When triggers that lead to a mail left, oldest first; only where a model has caps.
    pub sent_ms: InlineVec<Ms, 4>,
    /// Soft bounces since the last mail that was delivered; only where a model has a limit.
    pub soft_bounces: u8,
    /// Since when the address counts as dead.
    pub undeliverable_since_ms: Option<Ms>,
    /// The last word of a trait about consent.
    pub told: Option<ConsentTrait>,
    /// Where the prospect was seen last; only with identity.
    pub address: Option<NamedAddress>,
}

/// An address that the prospect's own events named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedAddress {
    /// The id that it is, as ids are written.
    pub id: Text,
    /// When it was named last.
    pub at_ms: Ms,
}

impl NamedAddress {
    /// The one named last, in whatever order both are heard of: of one instant the smaller.
    #[must_use]
    pub fn newest(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        one.into_iter().chain(other).max_by(|a, b| (a.at_ms, Reverse(&a.id)).cmp(&(b.at_ms, Reverse(&b.id))))
    }
}

/// Most triggers whose leaving is remembered: as many as a cap may ask for.
pub const MAX_SENT: usize = 50;

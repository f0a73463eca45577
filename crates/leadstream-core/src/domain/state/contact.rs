//! What is known of a prospect's address and clock.

use crate::domain::state::consent::ConsentTrait;
use crate::domain::state::few::InlineVec;
use crate::domain::{Ms, Text};

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
}

/// Most triggers whose leaving is remembered: as many as a cap may ask for.
pub const MAX_SENT: usize = 50;

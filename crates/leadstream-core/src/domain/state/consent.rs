//! Consent of a prospect.

use crate::domain::Ms;
use crate::domain::terms::consent::ConsentState;

/// Whether mail may be sent. The newest event by event time decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Consent {
    pub state: ConsentState,
    /// Time of the event that decided.
    pub since_ms: Option<Ms>,
    /// When consent was last given, whatever became of it since; `None`: never.
    pub granted_ms: Option<Ms>,
}

/// What a trait said of consent last, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsentTrait {
    pub agrees: bool,
    pub since_ms: Ms,
    /// No trait said anything before.
    pub is_first: bool,
}

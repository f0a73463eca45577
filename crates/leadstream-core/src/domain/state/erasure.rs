//! What stays of an erasure.

use crate::domain::Ms;

/// What stays of an erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erasure {
    /// Events up to and including this instant are dropped.
    pub before_ms: Ms,
    /// When the mark goes.
    pub until_ms: Ms,
}

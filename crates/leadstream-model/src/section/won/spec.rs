//! What the file says of what is won.

use crate::condition::spec::ConditionSpec;
use crate::fault::{At, Place};

/// What the file says of it.
#[derive(Debug, Clone, Default)]
pub struct WonSpec {
    pub place: Place,
    pub given: bool,
    /// The stage that is won.
    pub stage: Option<At<String>>,
    /// Opportunities stand from this stage on.
    pub open: Option<At<String>>,
    /// Where an opportunity falls back to that sales lost.
    pub lost_to: Option<At<String>>,
    /// What is a sale, besides orders.
    pub on: Option<At<ConditionSpec>>,
}

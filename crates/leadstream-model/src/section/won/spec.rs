//! What the file says of what is won.

use crate::condition::spec::ConditionSpec;
use crate::fault::{Place, Spanned};

/// What the file says of it.
#[derive(Debug, Clone, Default)]
pub struct WonSpec {
    pub place: Place,
    pub given: bool,
    /// The stage that is won.
    pub stage: Option<Spanned<String>>,
    /// Opportunities stand from this stage on.
    pub open: Option<Spanned<String>>,
    /// Where an opportunity falls back to that sales lost.
    pub lost_to: Option<Spanned<String>>,
    /// What is a sale, besides orders.
    pub on: Option<Spanned<ConditionSpec>>,
}

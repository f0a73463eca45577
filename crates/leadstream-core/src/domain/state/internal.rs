//! What tells the shop's own people and tests from prospects.

use crate::domain::Ms;
use crate::domain::state::few::InlineVec;

/// Test orders that are remembered, for what becomes of them; the oldest goes first.
pub const MAX_TEST_ORDERS: usize = 16;

/// What is known of one of the shop's own people, or of who tests it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Internal {
    /// Since when somebody is known as one of the shop's own.
    pub since_ms: Option<Ms>,
    /// A trait said so, and a trait may say that it is over.
    pub by_trait: bool,
    /// Low halves of the hashes of the ids of test orders, oldest first.
    pub test_orders: InlineVec<u32, 2>,
}

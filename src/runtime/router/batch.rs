//! What a router has open.

use crate::runtime::route::RouterStats;
use std::time::Duration;

/// What is routed and not committed.
#[derive(Default)]
pub(super) struct Batch {
    pub is_open: bool,
    /// Since when there is something in it.
    pub since: Option<Duration>,
    pub records: usize,
    pub stats: RouterStats,
}

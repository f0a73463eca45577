//! What a router has open.

use crate::runtime::ports::InputPartition;
use crate::runtime::route::RouterStats;
use std::time::Duration;

/// What is routed and not committed.
#[derive(Default)]
pub(super) struct Batch {
    pub is_open: bool,
    /// Since when there is something in it.
    pub since: Option<Duration>,
    /// Those that are routed, and the one that is being routed.
    pub records: usize,
    /// The last of them.
    pub last: Option<(InputPartition, i64)>,
    /// The offsets of all lanes are committed with it, with what is said beside them.
    pub says: bool,
    /// It says how far the router is.
    pub has_said: bool,
    pub stats: RouterStats,
}

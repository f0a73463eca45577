//! Partitions whose offsets are on their way.

use crate::runtime::ports::InputPartition;
use std::collections::BTreeSet;
use std::time::Duration;

/// Partitions whose offsets are to be resolved; then they are started.
#[derive(Default)]
pub(super) struct Pending {
    pub partitions: BTreeSet<InputPartition>,
    pub is_asked: bool,
    pub ask_at: Duration,
    pub since: Option<Duration>,
    pub reported: Option<Duration>,
}

//! Partitions whose offsets are on their way.

use crate::runtime::ports::{InputPartition, Position};
use std::collections::BTreeSet;
use std::time::Duration;

/// Partitions whose offsets are to be resolved; then they are started.
#[derive(Default)]
pub(super) struct Pending {
    pub partitions: BTreeSet<InputPartition>,
    pub is_asked: bool,
    pub ask_at: Duration,
    /// The committed offsets, and since when they are known.
    pub offsets: Option<(Vec<Option<Position>>, Duration)>,
    pub since: Option<Duration>,
    pub reported: Option<Duration>,
}

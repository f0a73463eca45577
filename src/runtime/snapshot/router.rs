//! How a router stands, for health, metrics and people.

use crate::runtime::trouble::Trouble;

/// One router, as it last published itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouterSnapshot {
    /// Its number among the workers of this instance: after those with tasks.
    pub worker: usize,
    /// Input partitions that it reads.
    pub partitions: usize,
    /// Offsets of some are not known yet.
    pub is_waiting: bool,
    /// Everything that is there is routed.
    pub is_at_end: bool,
    /// Records of its partitions that are not routed yet, as far as is known.
    pub lag: u64,
    /// What is wrong with it.
    pub troubles: Vec<Trouble>,
}

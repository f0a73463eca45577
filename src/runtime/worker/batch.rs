//! The open batch: what it did so far, until it is committed or given up.

use crate::engine::effects::BatchEffects;
use crate::runtime::observe::BatchStats;
use crate::runtime::ports::Encoded;
use crate::runtime::snapshot::counters::TaskCounters;
use std::collections::BTreeMap;
use std::time::Duration;

/// The open batch.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) effects: BatchEffects,
    pub(super) stats: BatchStats,
    pub(super) encoded: Encoded,
    /// A transaction is open.
    pub(super) open: bool,
    pub(super) records: usize,
    /// When its first event was applied, or its first timer fired.
    pub(super) since: Option<Duration>,
    /// What it did, by partition.
    pub(super) done: BTreeMap<i32, TaskCounters>,
}

impl Batch {
    pub(super) fn reset(&mut self) {
        self.effects.clear();
        self.done.clear();
        let (mut outputs, mut sampled) =
            (std::mem::take(&mut self.stats.outputs), std::mem::take(&mut self.stats.sampled_record_ms));
        outputs.clear();
        sampled.clear();
        self.stats = BatchStats { outputs, sampled_record_ms: sampled, ..BatchStats::default() };
        self.open = false;
        self.records = 0;
        self.since = None;
    }
}

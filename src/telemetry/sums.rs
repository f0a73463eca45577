//! Numbers that are counted together.

/// What instances hold over all their tasks; gauges without labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StateTotals {
    pub records: u64,
    pub bytes: u64,
    pub decoded: u64,
    pub timers: u64,
    pub steps_held: u64,
    /// Of the fullest partition: prospects by what it may hold, in thousandths; 0 without a mark.
    pub fill_milli: u64,
}

/// What was found in the events of one committed batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EventNotes {
    pub duplicates: u64,
    pub late: u64,
    pub clamped: u64,
    pub clock_corrected: u64,
    pub local_times: u64,
    pub broken_fields: u64,
    pub model_moves: u64,
    pub stages_kept: u64,
    pub answers_ignored: u64,
    pub forgotten: u64,
    pub no_room: u64,
    /// Events that happened before their prospect was erased.
    pub before_erasure: u64,
}

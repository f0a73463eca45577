//! The records that an instance holds: how many, how large, what becomes of them.

use super::carts::CART_STEPS_HELD;
use crate::telemetry::metric::{Metric, counter, gauge, rows};
use crate::telemetry::registry::Telemetry;

rows! {
    /// Prospect records in memory.
    STATE_RECORDS = gauge("leadstream_state_records", "records", &[],
        "Prospect records held by this instance",
        "It grows faster than new visitors arrive.");
    /// Their bytes.
    STATE_BYTES = gauge("leadstream_state_bytes", "bytes", &[],
        "Bytes of the prospect records held by this instance, without the index",
        "Close to the machine's memory.");
    /// Decoded copies.
    STATE_DECODED_RECORDS = gauge("leadstream_state_decoded_records", "records", &[],
        "Decoded copies of the most recently used prospects, at most `engine.decoded_records` per instance at one to two kilobytes each",
        "Not by itself: it explains memory beyond the records' bytes.");
    /// How full the fullest partition is.
    STATE_FILL = gauge("leadstream_state_fill_ratio", "ratio", &[],
        "Prospects of the fullest partition divided by `engine.max_records_per_partition`; 0 while that is off",
        "Above 0.9: new visitors about whom nothing is known will soon be refused.");
    /// Events of new prospects above the mark.
    NEW_PROSPECTS_REFUSED = counter("leadstream_new_prospects_refused_total", "events", &[],
        "Events not applied because they are a new visitor's about whom nothing is known, in a partition that holds `engine.max_records_per_partition` prospects",
        "Any: a flood of invented ids, or more visitors than the setting allows.");
    /// Records that went by themselves.
    PROSPECTS_FORGOTTEN = counter("leadstream_prospects_forgotten_total", "prospects", &[],
        "Visitors about whom nothing was known, forgotten because they stayed away for as long as the model keeps such records (`forget_anonymous_after`)",
        "Not by itself.");
    /// Timers.
    TIMERS_PENDING = gauge("leadstream_timers_pending", "timers", &[],
        "Prospects with a pending timer",
        "Not by itself.");
    /// Limits of a record reached.
    LIMITS_REACHED = counter("leadstream_limits_reached_total", "times", &["limit"],
        "Times that a record reached a limit and its least useful part was dropped, by limit (docs/limits.md)",
        "A steady rate: a bot, or one key shared by many people.");
    /// Records moved to another model.
    MODEL_MOVES = counter("leadstream_model_moves_total", "records", &[],
        "Records written under another model hash and moved to the current model on first touch",
        "It still grows long after a model change: two model hashes in one group.");
    /// Stages that the current model doesn't know.
    STAGES_KEPT = counter("leadstream_stages_kept_total", "stages", &[],
        "Stages of an earlier model that the current one doesn't know and that were kept",
        "Any: declare in the model file what they became.");
}

/// What instances hold over all their tasks.
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

impl Telemetry {
    pub fn state(&self, totals: &StateTotals) {
        self.gauge(&STATE_RECORDS, &[]).set(totals.records as f64);
        self.gauge(&STATE_BYTES, &[]).set(totals.bytes as f64);
        self.gauge(&STATE_DECODED_RECORDS, &[]).set(totals.decoded as f64);
        self.gauge(&STATE_FILL, &[]).set(totals.fill_milli as f64 / 1_000.0);
        self.gauge(&TIMERS_PENDING, &[]).set(totals.timers as f64);
        self.gauge(&CART_STEPS_HELD, &[]).set(totals.steps_held as f64);
    }

    pub fn new_prospects_refused(&self, count: u64) {
        self.count(&NEW_PROSPECTS_REFUSED, &[], count);
    }

    pub fn prospects_forgotten(&self, count: u64) {
        self.count(&PROSPECTS_FORGOTTEN, &[], count);
    }

    /// A limit of records was reached this many times.
    pub fn limits_reached(&self, limit: &str, count: u64) {
        self.count(&LIMITS_REACHED, &[limit], count);
    }

    pub fn model_moves(&self, count: u64) {
        self.count(&MODEL_MOVES, &[], count);
    }

    pub fn stages_kept(&self, count: u64) {
        self.count(&STAGES_KEPT, &[], count);
    }
}

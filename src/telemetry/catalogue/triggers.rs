//! Triggers of absence.

use crate::telemetry::metric::{Metric, counter, rows};
use crate::telemetry::registry::Telemetry;

rows! {
    /// Triggers of absence.
    TRIGGERS = counter("leadstream_triggers_total", "triggers", &["trigger", "kind"],
        "Triggers for absence by name in the model, and whether they were sent (`fired`) or taken back (`recalled`)",
        "`recalled` grows: the events that should prevent them arrive late.");
    /// Triggers of absence that did not leave.
    TRIGGERS_SUPPRESSED = counter("leadstream_triggers_suppressed_total", "triggers", &["reason"],
        "Triggers for absence that were due but not sent, by reason",
        "`cap` or `quiet-hours` far above what is sent: the contact policy is too strict.");
}

impl Telemetry {
    /// `kind` is `fired` or `recalled`.
    pub fn triggers(&self, trigger: &str, kind: &str, count: u64) {
        self.count(&TRIGGERS, &[trigger, kind], count);
    }

    pub fn triggers_suppressed(&self, reason: &str, count: u64) {
        self.count(&TRIGGERS_SUPPRESSED, &[reason], count);
    }
}

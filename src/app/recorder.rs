//! What workers tell, as metrics.

use crate::domain::effect::{Body, Cause, Note, OutcomeKind};
use crate::domain::model::Models;
use crate::engine::task::ProspectOutput;
use crate::runtime::observe::{BatchStats, Observer, RebalanceKind, TransactionOutcome};
use crate::telemetry::{EventNotes, Telemetry};
use std::sync::Arc;
use std::time::Duration;

/// Events that one latency sample stands for (the runtime samples one of so many).
const LATENCY_SAMPLE: usize = 16;

/// Records what workers tell.
pub struct Recorder {
    telemetry: Arc<Telemetry>,
    models: Arc<Models>,
    /// Input topics in configured order.
    inputs: Vec<String>,
}

impl Recorder {
    #[must_use]
    pub fn new(telemetry: Arc<Telemetry>, models: Arc<Models>, inputs: Vec<String>) -> Self {
        for model in &models.models {
            telemetry.model(&model.name, &model.hash_text);
        }
        Self { telemetry, models, inputs }
    }

    fn input(&self, input: u16) -> &str {
        self.inputs.get(usize::from(input)).map_or("?", String::as_str)
    }

    fn output(&self, output: &ProspectOutput, committed_at_ms: i64) {
        let t = &self.telemetry;
        let model = self.models.models.get(usize::from(output.output.model)).map_or("?", |m| m.name.as_str());
        let late = |kind| {
            if output.output.event.is_none() {
                t.trigger_lateness(kind, (committed_at_ms - output.output.at_ms) as f64 / 1e3);
            }
        };
        match &output.output.body {
            Body::StageChanged(change) => {
                let cause = match change.cause {
                    Cause::Event => "event",
                    Cause::Stale => "stale",
                    Cause::Disqualified => "disqualified",
                    Cause::ReEntered => "re-entered",
                };
                t.stage_changes(model, change.axis.name(), change.from.as_deref(), &change.to, cause, 1);
                late("stale");
            }
            Body::ScoreChanged(change) => {
                t.score_changes(model, change.to.as_deref(), change.up, 1);
                late("label");
            }
            Body::CartAbandoned(cart) => {
                t.cart_triggers(cart.step, 1);
                late("cart-step");
            }
            Body::CartOutcome(outcome) => {
                t.cart_outcomes(outcome.kind.type_name(), 1);
                if outcome.kind == OutcomeKind::Skipped {
                    t.cart_suppressed(outcome.reason.name(), 1);
                }
                if let (OutcomeKind::Recovered, Some(value)) = (outcome.kind, outcome.value) {
                    t.cart_recovered(outcome.currency.as_deref(), value);
                }
            }
        }
    }
}

impl Observer for Recorder {
    fn batch_committed(&self, _: u16, batch: &BatchStats) {
        let t = &self.telemetry;
        for ((input, class), count) in &batch.classes {
            t.events(self.input(*input), class, *count);
        }
        for ((_, reason), count) in &batch.dead {
            t.dead_letters(reason.name(), *count);
        }
        let note = |note| batch.notes.get(&note).copied().unwrap_or(0);
        t.event_notes(&EventNotes {
            duplicates: note(Note::Duplicate),
            late: note(Note::Late),
            clamped: batch.clamped,
            broken_fields: batch.broken_fields,
            limits_reached: note(Note::LimitReached),
            model_moves: note(Note::ModelMoved),
            stages_kept: note(Note::StageKept),
        });
        if note(Note::NoConsent) > 0 {
            t.cart_suppressed("no-consent", note(Note::NoConsent));
        }
        for record_ms in &batch.sampled_record_ms {
            t.event_latency((batch.committed_at_ms - record_ms) as f64 / 1e3, LATENCY_SAMPLE);
        }
        for output in &batch.outputs {
            self.output(output, batch.committed_at_ms);
        }
        t.committed(batch.events, batch.commit_took.as_secs_f64(), batch.committed_at_ms as f64 / 1e3);
    }

    fn transaction(&self, _: u16, outcome: TransactionOutcome) {
        match outcome {
            // Counted with its batch.
            TransactionOutcome::Committed => {}
            TransactionOutcome::Aborted => self.telemetry.not_committed(false),
            TransactionOutcome::Rebuilt => self.telemetry.not_committed(true),
        }
    }

    fn failure(&self, _: u16, class: &'static str) {
        self.telemetry.failure(class);
    }

    fn rebalance(&self, _: u16, kind: RebalanceKind, _: usize) {
        self.telemetry.rebalance(match kind {
            RebalanceKind::Assigned => "assigned",
            RebalanceKind::Revoked => "revoked",
            RebalanceKind::Lost => "lost",
        });
    }

    fn restoring(&self, _: u16, partition: i32, ratio: f64, records: u64) {
        self.telemetry.restore_progress(partition, ratio, records);
    }

    fn restored(&self, _: u16, _: i32, took: Duration) {
        self.telemetry.restored(took.as_secs_f64());
    }

    fn gap(&self, _: u16, input: u16, records: u64) {
        self.telemetry.gap(self.input(input), records);
    }

    fn waited_for(&self, _: u16, input: u16) {
        self.telemetry.input_waits(self.input(input), 1);
    }
}

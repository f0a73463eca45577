//! What a task did since it was assigned to this instance, in numbers.

use super::recovery::Recovery;
use crate::domain::output::Body;
use std::collections::BTreeMap;

/// What a task did since it was assigned to this instance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaskCounters {
    pub events: u64,
    pub dead_letters: u64,
    pub stage_changes: u64,
    pub score_changes: u64,
    /// Cart triggers that left, by step (first: step 1).
    pub cart_triggers: Vec<u64>,
    /// By `type` of the outcome.
    pub cart_outcomes: BTreeMap<&'static str, u64>,
    /// The orders among them, by what they follow from.
    pub recovery: Recovery,
}

impl TaskCounters {
    /// Counts one output.
    pub(in crate::runtime) fn count(&mut self, body: &Body) {
        match body {
            Body::StageChanged(_) => self.stage_changes += 1,
            Body::ScoreChanged(_) => self.score_changes += 1,
            Body::CartAbandoned(cart) => {
                let step = usize::from(cart.step.max(1));
                if self.cart_triggers.len() < step {
                    self.cart_triggers.resize(step, 0);
                }
                self.cart_triggers[step - 1] += 1;
            }
            Body::CartOutcome(outcome) => {
                *self.cart_outcomes.entry(outcome.kind.type_name()).or_default() += 1;
                self.recovery.note(outcome);
            }
            Body::Triggered(_)
            | Body::HandOver(_)
            | Body::AccountChanged(_)
            | Body::IdentityChanged(_)
            | Body::Member(_)
            | Body::Told(_)
            | Body::Blocked => {}
        }
    }

    /// Adds what a batch did.
    pub(in crate::runtime) fn add(&mut self, batch: &Self) {
        self.events += batch.events;
        self.dead_letters += batch.dead_letters;
        self.stage_changes += batch.stage_changes;
        self.score_changes += batch.score_changes;
        if self.cart_triggers.len() < batch.cart_triggers.len() {
            self.cart_triggers.resize(batch.cart_triggers.len(), 0);
        }
        self.cart_triggers.iter_mut().zip(&batch.cart_triggers).for_each(|(a, b)| *a += b);
        for (name, count) in &batch.cart_outcomes {
            *self.cart_outcomes.entry(name).or_default() += count;
        }
        self.recovery.merge(&batch.recovery);
    }
}

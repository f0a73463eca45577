//! Remembers why a trigger left, or didn't.

use crate::domain::state::decisions::{Checks, Decision, MAX_DECISIONS, REASONS, TriggerFate};
use crate::domain::state::prospect::Prospect;
use crate::domain::{Ms, Text};

/// Remembers one.
pub fn remember(prospect: &mut Prospect, decision: Decision) {
    // Of a reason that can't be written nothing is kept.
    if matches!(decision.done, TriggerFate::Suppressed(reason) if !REASONS.contains(&reason)) {
        return;
    }
    let list = &mut prospect.extras_mut().decisions.list;
    if list.len() >= MAX_DECISIONS {
        list.remove(0);
    }
    list.push(decision);
}

/// Remembers what became of a step (0: of the whole series): when it was decided, and when it was due.
pub(crate) fn decide(prospect: &mut Prospect, step: u8, (at_ms, due_ms): (Ms, Ms), done: TriggerFate, checks: Checks) {
    remember(prospect, Decision { at_ms, due_ms, trigger: Text::default(), step, done, checks });
}

//! Remembers why a trigger left, or didn't.

use crate::domain::state::decisions::{Decision, Done, MAX_DECISIONS, REASONS};
use crate::domain::state::prospect::Prospect;

/// Remembers one.
pub fn remember(prospect: &mut Prospect, decision: Decision) {
    // Of a reason that can't be written nothing is kept.
    if matches!(decision.done, Done::Suppressed(reason) if !REASONS.contains(&reason)) {
        return;
    }
    let list = &mut prospect.more_mut().decisions.list;
    if list.len() >= MAX_DECISIONS {
        list.remove(0);
    }
    list.push(decision);
}

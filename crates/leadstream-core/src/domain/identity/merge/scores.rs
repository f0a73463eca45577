//! Points: both are added as they are at one instant, and what is capped is capped again.

use crate::domain::Ms;
use crate::domain::model::{AtMost, Model, ScoreGroup, ScoreRule};
use crate::domain::rules::decay::decay;
use crate::domain::rules::ledger;
use crate::domain::state::few::InlineVec;
use crate::domain::state::track::{Entry, GroupPoints, MAX_ENTRIES, RuleUse, Track};

/// Points of the other track.
pub(super) struct Points {
    pub groups: InlineVec<GroupPoints, 3>,
    pub uses: InlineVec<RuleUse, 2>,
    pub ledger: InlineVec<Entry, 6>,
}

pub(super) fn unite(own: &mut Track, theirs: Points, model: &Model) {
    let Points { groups, uses, ledger } = theirs;
    for theirs in groups {
        let half_life_ms = model.score.groups.iter().find(|g| g.name_hash == theirs.group).and_then(|g| g.half_life_ms);
        let Some(state) = own.groups.iter_mut().find(|own| own.group == theirs.group) else {
            own.groups.push(theirs);
            continue;
        };
        let as_of_ms = state.as_of_ms.max(theirs.as_of_ms);
        let (one, other) = (as_of(state, half_life_ms, as_of_ms), as_of(&theirs, half_life_ms, as_of_ms));
        state.points = one.0 + other.0;
        state.carried_forward = one.1 + other.1;
        state.as_of_ms = as_of_ms;
    }
    own.ledger.extend(ledger);
    own.ledger.sort_by_key(|entry| (entry.time_ms, entry.what));
    for theirs in uses {
        if let Some((rule, times)) = used(&mut own.uses, theirs, model) {
            take_off(own, rule, times, model);
        }
    }
    while own.ledger.len() > MAX_ENTRIES {
        let oldest = own.ledger.remove(0);
        ledger::fold(own, &model.score, oldest);
    }
    for state in &mut own.groups {
        let cap = model.score.groups.iter().find(|g| g.name_hash == state.group).and_then(|g| g.cap);
        if let Some(cap) = cap.filter(|cap| state.points > *cap) {
            state.carried_forward -= state.points - cap;
            state.points = cap;
        }
        // Less is the noise of adding and taking away.
        if state.carried_forward.abs() < 1e-9 {
            state.carried_forward = 0.0;
        }
    }
}

/// Points, and what is brought forward of them, at a time.
fn as_of(state: &GroupPoints, half_life_ms: Option<Ms>, at_ms: Ms) -> (f64, f64) {
    let left = decay(half_life_ms, at_ms - state.as_of_ms);
    (state.points * left, state.carried_forward * left)
}

/// Adds up the uses of a capped rule in one period; gives how many are too many.
fn used(own: &mut InlineVec<RuleUse, 2>, theirs: RuleUse, model: &Model) -> Option<(u32, u32)> {
    let Some(state) = own.iter_mut().find(|own| own.rule == theirs.rule) else {
        own.push(theirs);
        return None;
    };
    let AtMost { times, per_ms } = rule_of(theirs.rule, model)?.1.at_most?;
    let (earlier, later) = if state.since_ms <= theirs.since_ms { (*state, theirs) } else { (theirs, *state) };
    if later.since_ms >= earlier.since_ms.saturating_add(per_ms) {
        *state = later;
        return None;
    }
    let count = earlier.count.saturating_add(later.count);
    *state = RuleUse { count: count.min(times.max(earlier.count).max(later.count)), ..earlier };
    Some((theirs.rule, count - state.count)).filter(|(_, surplus)| *surplus > 0)
}

fn rule_of(rule: u32, model: &Model) -> Option<(&ScoreGroup, &ScoreRule)> {
    model.score.groups.iter().find_map(|group| Some((group, group.rules.iter().find(|own| own.rule == rule)?)))
}

/// So many uses of a rule would not have counted, had one prospect made them all: the newest.
fn take_off(track: &mut Track, rule: u32, times: u32, model: &Model) {
    let Some((group, rule)) = rule_of(rule, model) else { return };
    let Some(state) = track.groups.iter_mut().find(|own| own.group == group.name_hash) else { return };
    for _ in 0..times {
        let listed = track.ledger.iter().rposition(|entry| entry.reset().is_none() && entry.rule() == rule.number);
        let amount = listed.map_or_else(
            || {
                let amount = rule.points.min(state.carried_forward.max(0.0));
                state.carried_forward -= amount;
                amount
            },
            |at| track.ledger.remove(at).worth(group.half_life_ms, state.as_of_ms),
        );
        state.points -= amount;
    }
}

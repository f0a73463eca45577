//! Adds points, and sums them up as they are at an instant.

use crate::domain::event::Event;
use crate::domain::model::{AtMost, ScoreGroup, ScoreModel};
use crate::domain::rules::decay::decay;
use crate::domain::rules::ledger;
use crate::domain::rules::order_news::Skip;
use crate::domain::state::few::InlineVec;
use crate::domain::state::track::{GroupPoints, RuleUse, Track};
use crate::domain::{MINUTE_MS, Ms};

/// Adds the points that an event gives; returns whether anything changed.
pub fn add_points(track: &mut Track, model: &ScoreModel, event: &Event<'_>, skip: Skip<'_>) -> bool {
    let named = model.rules_by_name.get(usize::from(event.name_id.0)).map_or(&[][..], Vec::as_slice);
    let mut changed = false;
    // Any event is any deed of the buyer: what others did is only looked at by rules that name it.
    let on_any = if model.rules_on_any.is_empty() || skip.any() || !event.is_by_buyer() { &[][..] } else { &model.rules_on_any };
    for &(group_index, rule_index) in named.iter().chain(on_any) {
        let Some(group) = model.groups.get(usize::from(group_index)) else { continue };
        let Some(rule) = group.rules.get(usize::from(rule_index)) else { continue };
        if !rule.condition.holds(event)
            || skip.has(rule.rule)
            || !may_use(&mut track.uses, rule.rule, rule.at_most, event.time_ms)
        {
            continue;
        }
        let (at, gained) = add(&mut track.groups, group, rule.points, event.time_ms);
        ledger::enter(track, at, model, rule, event.name_id, gained);
        changed = true;
    }
    changed
}

/// Counts one use of a capped rule; false when the period's cap is reached. A period begins with the first use after the
/// last one ended; a late event counts in the current period.
pub(crate) fn may_use(uses: &mut InlineVec<RuleUse, 2>, rule: u32, at_most: Option<AtMost>, time_ms: Ms) -> bool {
    let Some(limit) = at_most else { return true };
    let Some(use_) = uses.iter_mut().find(|u| u.rule == rule) else {
        uses.push(RuleUse { rule, since_ms: time_ms, count: 1 });
        return limit.times > 0;
    };
    if time_ms >= use_.since_ms.saturating_add(limit.per_ms) {
        *use_ = RuleUse { rule, since_ms: time_ms, count: 1 };
        return limit.times > 0;
    }
    if use_.count >= limit.times {
        return false;
    }
    use_.count += 1;
    true
}

/// Adds points; returns the place of the group and what it gained, after its cap.
pub(crate) fn add(groups: &mut InlineVec<GroupPoints, 3>, group: &ScoreGroup, points: f64, time_ms: Ms) -> (usize, f64) {
    let index = groups.iter().position(|g| g.group == group.name_hash).unwrap_or_else(|| {
        groups.push(GroupPoints { group: group.name_hash, points: 0.0, as_of_ms: time_ms, carried_forward: 0.0 });
        groups.len() - 1
    });
    let state = &mut groups[index];
    let gained = if time_ms >= state.as_of_ms {
        let left = decay(group.half_life_ms, time_ms - state.as_of_ms);
        state.points *= left;
        state.carried_forward *= left;
        state.as_of_ms = time_ms;
        points
    } else {
        // A late event counts with its own time: its points have decayed since.
        points * decay(group.half_life_ms, state.as_of_ms - time_ms)
    };
    let before = state.points;
    state.points += gained;
    if let Some(cap) = group.cap {
        state.points = state.points.min(cap);
    }
    (index, state.points - before)
}

/// Takes points away: of each group (by the hash of its name) so much stays. The ledger has a line for it, with the reason's
/// index among the model's resets.
pub fn reset(track: &mut Track, model: &ScoreModel, keep: impl Fn(u32) -> f64, at_ms: Ms, why: u8) {
    for (index, group) in model.groups.iter().enumerate() {
        let Some(at) = track.groups.iter().position(|g| g.group == group.name_hash) else { continue };
        let state = &mut track.groups[at];
        let keep = keep(group.name_hash);
        if keep >= 1.0 || state.points == 0.0 {
            continue;
        }
        let left = decay(group.half_life_ms, at_ms - state.as_of_ms);
        state.as_of_ms = state.as_of_ms.max(at_ms);
        state.points *= left;
        state.carried_forward *= left;
        let before = state.points;
        state.points *= keep;
        let taken = state.points - before;
        ledger::write_down(track, at, model, ledger::reset_what(index, why), taken);
    }
}

/// Points of one group at a time.
#[must_use]
pub fn group_points(track: &Track, group: &ScoreGroup, at_ms: Ms) -> f64 {
    track
        .groups
        .iter()
        .find(|g| g.group == group.name_hash)
        .map_or(0.0, |g| g.points * decay(group.half_life_ms, at_ms - g.as_of_ms))
}

/// The lead score at a time: engagement and fit together.
#[must_use]
pub fn total(track: &Track, model: &ScoreModel, at_ms: Ms) -> f64 {
    sum(track, model, track.fit, at_ms)
}

/// What the prospect did, at a time.
#[must_use]
pub fn engagement(track: &Track, model: &ScoreModel, at_ms: Ms) -> f64 {
    sum(track, model, 0.0, at_ms)
}

/// The points of all groups, and those that never fade.
pub(crate) fn sum(track: &Track, model: &ScoreModel, lasting: f64, at_ms: Ms) -> f64 {
    let sum: f64 = model.groups.iter().map(|g| group_points(track, g, at_ms)).sum::<f64>() + lasting;
    model.cap.map_or(sum, |cap| sum.min(cap))
}

/// Points count for at most 2 to the power of this of what they are, however fast they fade: the sum stays a number.
pub(crate) const MOST_GROWTH: f64 = 500.0;

/// The sum as it was a minute ago, if nothing but time has passed since.
#[allow(clippy::cast_precision_loss, reason = "times in ms stay far below 2^52")]
pub(crate) fn held(track: &Track, model: &ScoreModel, lasting: f64, at_ms: Ms) -> f64 {
    let a_minute_ago = |group: &ScoreGroup| {
        let Some(state) = track.groups.iter().find(|g| g.group == group.name_hash) else { return 0.0 };
        let left = group.half_life_ms.map_or(1.0, |half_life| {
            let elapsed_ms = (at_ms - state.as_of_ms).max(0) - MINUTE_MS;
            (-(elapsed_ms as f64) / half_life as f64).min(MOST_GROWTH).exp2()
        });
        state.points * left
    };
    let sum: f64 = model.groups.iter().map(a_minute_ago).sum::<f64>() + lasting;
    model.cap.map_or(sum, |cap| sum.min(cap))
}

//! What an order moves and gives is remembered with it, so that it acts once and can be taken back.

use crate::domain::Ms;
use crate::domain::event::Event;
use crate::domain::ids::name_hash;
use crate::domain::model::{Model, Models};
use crate::domain::names::NameId;
use crate::domain::rules::decay::decay;
use crate::domain::state::few::InlineVec;
use crate::domain::state::orders::{Given, KnownOrder};
use crate::domain::state::prospect::Prospect;
use crate::domain::state::track::GroupPoints;

/// Calls back with every rule of a model that names the event and whose condition it meets.
fn each_met(model: &Model, event: &Event<'_>, mut met: impl FnMut(u32)) {
    if event.name_id == NameId::NONE {
        return;
    }
    let name = usize::from(event.name_id.0);
    for axis in &model.axes {
        for rule in axis.moves_by_name.get(name).into_iter().flatten().filter_map(|n| axis.moves.get(usize::from(*n))) {
            if rule.condition.holds(event) {
                met(rule.rule);
            }
        }
    }
    for (group, rule) in model.score.rules_by_name.get(name).into_iter().flatten() {
        let rule = model.score.groups.get(usize::from(*group)).and_then(|g| g.rules.get(usize::from(*rule)));
        if let Some(rule) = rule.filter(|rule| rule.condition.holds(event)) {
            met(rule.rule);
        }
    }
}

/// Whether an order that is reported again meets a rule that it did not meet before: its total may be new. Of an order whose
/// rules are forgotten nothing acts again.
#[must_use]
pub fn has_new_rules(order: &KnownOrder, models: &Models, event: &Event<'_>) -> bool {
    let mut is_new = false;
    for model in models.models.iter().filter(|_| !order.rules.is_empty()) {
        each_met(model, event, |rule| is_new |= !order.rules.contains(&rule));
    }
    is_new
}

/// Writes down what an order gave to one track; `before` are the points of its groups before it.
pub fn note(
    prospect: &mut Prospect,
    at: usize,
    index: usize,
    model: &Model,
    event: &Event<'_>,
    before: &InlineVec<GroupPoints, 3>,
) {
    let Prospect { tracks, extras, .. } = prospect;
    let (Some(track), Some(extras)) = (tracks.get(index), extras.as_deref_mut()) else { return };
    let Some(order) = extras.known_orders.list.get_mut(at) else { return };
    each_met(model, event, |rule| {
        if !order.rules.contains(&rule) {
            order.rules.push(rule);
        }
    });
    let model_hash = name_hash(&model.name);
    for state in &track.groups {
        let half_life_ms = model.score.groups.iter().find(|g| g.name_hash == state.group).and_then(|g| g.half_life_ms);
        let was = before.iter().find(|g| g.group == state.group);
        let kept = was.map_or(0.0, |g| g.points * decay(half_life_ms, state.as_of_ms - g.as_of_ms));
        let points = (state.points - kept) / decay(half_life_ms, state.as_of_ms - event.time_ms);
        let hundredths = hundredths(points);
        if hundredths == 0 {
            continue;
        }
        match order.gave.iter_mut().find(|g| (g.model, g.group) == (model_hash, state.group)) {
            Some(given) => given.hundredths = given.hundredths.saturating_add(hundredths),
            None => order.gave.push(Given { model: model_hash, group: state.group, hundredths }),
        }
    }
}

#[allow(clippy::cast_possible_truncation, reason = "saturating, and points are bounded far below 2^31 hundredths")]
fn hundredths(points: f64) -> i32 {
    if points.is_finite() { (points * 100.0).round() as i32 } else { 0 }
}

/// What is left of given points at a time.
pub(super) fn worth(given: Given, half_life_ms: Option<Ms>, elapsed_ms: Ms) -> f64 {
    f64::from(given.hundredths) / 100.0 * decay(half_life_ms, elapsed_ms)
}

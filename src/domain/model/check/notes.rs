//! What is no fault but may not be meant: event names that look like a known one.

use super::nearest;
use crate::domain::effect::Axis;
use crate::domain::model::spec::{ConditionSpec, Fault, ModelSpec};
use crate::domain::names::{canonical, canonical_names, usual};

/// Event names that nothing knows and that look like a known one. A model may name any event, so this is no fault.
#[must_use]
pub fn notes(spec: &ModelSpec) -> Vec<Fault> {
    let moves = Axis::ALL.into_iter().flat_map(|axis| spec.axes[axis.index()].moves.iter().map(|m| &m.value.when));
    let rules = spec.score.groups.iter().flat_map(|g| g.value.rules.iter().map(|r| &r.value.when));
    moves.chain(rules).flat_map(of_condition).collect()
}

/// Calls, and the canonical names of the dictionary.
fn known() -> impl Iterator<Item = &'static str> {
    ["page", "screen", "identify", "group", "alias"].into_iter().chain(canonical_names())
}

fn of_condition(when: &ConditionSpec) -> impl Iterator<Item = Fault> + '_ {
    when.on.iter().filter_map(|name| {
        let text = canonical(&name.value);
        if text == "*" || known().chain(usual().map(|(name, _)| name)).any(|known| known == text) {
            return None;
        }
        let near = nearest(text, known())?;
        let message = format!("{text:?} is an event of your own; if {near:?} is meant, it is spelled differently");
        Some(Fault { place: name.place.clone(), message })
    })
}

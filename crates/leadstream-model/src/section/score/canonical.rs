//! The lines of the score in the canonical text of its model.

use super::spec::{GroupSpec, ScoreRuleSpec, ScoreSpec};
use crate::condition::canonical::condition;
use std::fmt::Write;

pub(super) fn lines(spec: &ScoreSpec) -> Vec<String> {
    let cap = format!("score cap {:?}", spec.cap.as_ref().map(|c| c.value));
    let labels = spec.labels.iter().map(|(name, score)| format!("label {:?} {score}", name.value));
    let gates = spec.gates.iter().map(|(name, fit)| format!("label {:?} fit {fit}", name.value));
    let engagement = spec.engagement_gates.iter().map(|(name, least)| format!("label {:?} engagement {least}", name.value));
    let groups = spec.groups.iter().flat_map(|group| group_lines(&group.value));
    std::iter::once(cap).chain(labels).chain(gates).chain(engagement).chain(groups).collect()
}

fn group_lines(group: &GroupSpec) -> Vec<String> {
    let name = group.name.as_ref().map_or("", |n| n.value.as_str());
    let half_life = group.half_life_ms.as_ref().and_then(|h| h.value);
    let head = format!("group {name:?} half-life {half_life:?} cap {:?}", group.cap.as_ref().map(|c| c.value));
    std::iter::once(head).chain(group.rules.iter().map(|r| score_rule(name, &r.value))).collect()
}

/// What a score rule says; its hash finds the use of its limit again.
#[must_use]
pub fn score_rule(group: &str, spec: &ScoreRuleSpec) -> String {
    let points = spec.points.as_ref().map_or(0.0, |p| p.value);
    let mut text = format!("score {group:?} {points} {}", condition(&spec.when));
    if let Some(limit) = &spec.at_most {
        let _never = write!(text, " at most {} per {}", limit.value.0, limit.value.1);
    }
    text
}

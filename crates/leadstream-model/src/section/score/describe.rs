//! The score in words.

use super::spec::{GroupSpec, ScoreSpec};
use crate::condition::describe::condition;
use leadstream_core::domain::model::words::length;

pub(super) fn describe(spec: &ScoreSpec, say: &mut dyn FnMut(&str, String)) {
    say("the lead score is at most", spec.cap.as_ref().map_or_else(|| "without bound".to_owned(), |c| c.value.to_string()));
    for (name, score) in &spec.labels {
        let gate = spec.gates.iter().find(|(label, _)| label.value == name.value);
        let gate = gate.map_or_else(String::new, |(_, fit)| format!(" and a fit of {fit}"));
        let done = spec.engagement_gates.iter().find(|(label, _)| label.value == name.value);
        let done = done.map_or_else(String::new, |(_, least)| format!(" and an engagement of {least}"));
        say(&format!("label {}", name.value), format!("from {score} points{gate}{done}"));
    }
    for group in &spec.groups {
        describe_group(&group.value, say);
    }
}

fn describe_group(group: &GroupSpec, say: &mut dyn FnMut(&str, String)) {
    let name = group.name.as_ref().map_or("", |n| n.value.as_str());
    let fades = match group.half_life_ms.as_ref().and_then(|h| h.value) {
        Some(half_life_ms) => format!("fades by half in {}", length(half_life_ms)),
        None => "never fades".to_owned(),
    };
    let cap = group.cap.as_ref().map_or_else(String::new, |c| format!(", at most {} points", c.value));
    say(&format!("score group {name}"), fades + &cap);
    for rule in group.rules.iter().map(|r| &r.value) {
        let points = rule.points.as_ref().map_or(0.0, |p| p.value);
        let limit = rule.at_most.as_ref().map(|l| format!(", at most {} times per {}", l.value.0, length(l.value.1)));
        say(&format!("score group {name}: {}", condition(&rule.when)), format!("{points} points{}", limit.unwrap_or_default()));
    }
}

//! Faults of labels, groups and score rules.

use super::canonical;
use super::spec::{GroupSpec, ScoreRuleSpec, ScoreSpec};
use crate::common::check::check_name;
use crate::condition::check;
use crate::fault::{Faults, Spanned};

/// Most rules of one group.
const MAX_RULES: usize = 1_000;

/// Most labels: their index is one byte in a record.
const MAX_LABELS: usize = 64;

/// Most groups of one model.
const MAX_GROUPS: usize = 64;

pub(super) fn check(spec: &ScoreSpec, fit: Option<f64>, faults: &mut Faults) {
    if let Some(cap) = spec.cap.as_ref().filter(|cap| cap.value <= 0.0) {
        faults.add(&cap.place, "must be greater than 0, or \"off\"");
    }
    labels(spec, fit, faults);
    if let Some(group) = spec.groups.get(MAX_GROUPS) {
        faults.add(&group.place, format!("is one group too many: at most {MAX_GROUPS} fit"));
    }
    for (n, one) in spec.groups.iter().enumerate() {
        group(one, faults);
        if let Some(name) = &one.value.name
            && spec.groups[..n].iter().any(|other| other.value.name.as_ref().is_some_and(|o| o.value == name.value))
        {
            faults.add(&name.place, format!("group {:?} is there twice: put the rules into one", name.value));
        }
    }
}

/// `fit`: the most that the traits can add.
fn labels(spec: &ScoreSpec, fit: Option<f64>, faults: &mut Faults) {
    let reach = reach(spec).map(|reach| reach + fit.unwrap_or(0.0));
    let also = if fit.is_some() { " and the fit" } else { "" };
    for (n, (name, score)) in spec.labels.iter().enumerate() {
        check_name(name, "a label", faults);
        if let Some((before, lower)) = n.checked_sub(1).and_then(|n| spec.labels.get(n))
            && score <= lower
        {
            let message = format!("{score} is not above {:?} ({lower}): write labels in rising order", before.value);
            faults.add(&name.place, message);
        }
        if let Some(cap) = spec.cap.as_ref().filter(|cap| *score > cap.value) {
            faults.add(&name.place, format!("{score} is above the cap of the score ({}): nobody can reach it", cap.value));
        } else if let Some(reach) = reach.filter(|reach| score > reach) {
            faults
                .add(&name.place, format!("{score} is above what all groups{also} give together ({reach}): nobody can reach it"));
        }
    }
    for (name, least) in &spec.engagement_gates {
        engagement_gate(name, *least, spec, faults);
    }
    if let Some((name, _)) = spec.labels.get(MAX_LABELS) {
        faults.add(&name.place, format!("is one label too many: at most {MAX_LABELS} fit"));
    }
    if spec.groups.is_empty()
        && fit.is_none()
        && let Some((name, _)) = spec.labels.iter().find(|(_, score)| *score > 0.0)
    {
        faults.add(&name.place, "no group gives points, so nobody can reach it: add [[score.groups]]");
    }
}

/// What a label asks of what was done.
fn engagement_gate(name: &Spanned<String>, least: f64, spec: &ScoreSpec, faults: &mut Faults) {
    let label = &name.value;
    if least <= 0.0 {
        faults.add(&name.place, format!("{label:?} asks for an engagement of {least}, which everybody has: leave it out"));
    } else if let Some(cap) = spec.cap.as_ref().filter(|cap| least > cap.value) {
        let message = format!("{label:?} asks for an engagement of {least}, above the cap of the score ({})", cap.value);
        faults.add(&name.place, format!("{message}: nobody can reach it"));
    } else if let Some(reach) = reach(spec).filter(|reach| least > *reach) {
        let message = format!("{label:?} asks for an engagement of {least}, above what all groups give together ({reach})");
        faults.add(&name.place, format!("{message}: nobody can reach it"));
    }
}

/// The highest score that the caps of the groups allow; `None` while a group has none.
fn reach(spec: &ScoreSpec) -> Option<f64> {
    (!spec.groups.is_empty()).then_some(())?;
    // A cap that is a fault itself is no cap.
    spec.groups.iter().map(|group| group.value.cap.as_ref().map(|cap| cap.value).filter(|cap| *cap > 0.0)).sum()
}

fn group(one: &Spanned<GroupSpec>, faults: &mut Faults) {
    let (group, place) = (&one.value, &one.place);
    match &group.name {
        None => faults.missing(place, "name", "name = \"browsing\""),
        Some(name) => check_name(name, "a group", faults),
    }
    match &group.half_life_ms {
        None => faults.missing(place, "half_life", "half_life = \"14d\", or \"off\" for points that stay"),
        Some(half_life) if half_life.value.is_some_and(|ms| ms <= 0) => {
            faults.add(&half_life.place, "must be longer than nothing: write \"14d\", or \"off\" for points that stay");
        }
        Some(_) => {}
    }
    if let Some(cap) = group.cap.as_ref().filter(|cap| cap.value <= 0.0) {
        faults.add(&cap.place, "must be greater than 0, or \"off\"");
    }
    if group.rules.is_empty() {
        faults.missing(place, "rules", "rules = [ { on = \"Product Viewed\", points = 3 } ]");
    }
    if group.rules.len() > MAX_RULES {
        faults.add(place, format!("has {} rules, at most {MAX_RULES} fit in a group", group.rules.len()));
    }
    for (n, one) in group.rules.iter().enumerate() {
        rule(one, faults);
        let text = canonical::score_rule("", &one.value);
        if let Some(m) = group.rules[..n].iter().position(|other| canonical::score_rule("", &other.value) == text) {
            let message = format!("says the same as rule #{} (line {}): leave one out", m + 1, group.rules[m].place.line);
            faults.add(&one.place, message);
        }
    }
}

fn rule(one: &Spanned<ScoreRuleSpec>, faults: &mut Faults) {
    let (rule, place) = (&one.value, &one.place);
    check::condition(&rule.when, place, faults);
    match &rule.points {
        None => faults.missing(place, "points", "points = 5"),
        Some(points) if points.value == 0.0 => faults.add(&points.place, "0 points change nothing: leave the rule out"),
        Some(points) if points.value.abs() > 1e9 => faults.add(&points.place, "are too many: at most 1000000000"),
        Some(_) => {}
    }
    if let Some(limit) = &rule.at_most {
        let (times, per_ms) = limit.value;
        if times < 1 || u32::try_from(times).is_err() {
            faults.add(&limit.place, "must allow at least once: write \"1 per 1d\"");
        }
        if per_ms <= 0 {
            faults.add(&limit.place, "must name a period longer than nothing: write \"10 per 1d\"");
        }
    }
}

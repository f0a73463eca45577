//! A model in words: what its moves and rules say, and what changed between two models.

use super::canonical::literal;
use super::spec::{AxisSpec, ConditionSpec, GroupSpec, ModelSpec, MoveSpec, TestSpec};
use super::{
    CartModel, DEFAULT_SESSION_GAP_MS, absence, accounts, compile, contact, elsewhere, internal, machine, people, sales, won,
};
use crate::domain::names::canonical;
use crate::domain::terms::movement::Axis;
use crate::domain::{DAY_MS, HOUR_MS, MINUTE_MS, Ms, SECOND_MS};
use std::fmt::Write;

/// One thing that a model says: what it is about, and what it says of it. Moves and rules are about themselves: they are there
/// or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub about: String,
    pub says: String,
}

/// One difference between two models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Added(Statement),
    Removed(Statement),
    /// About, before, after.
    Changed(String, String, String),
}

/// What changed from one model to the other, in the order of the model file.
#[must_use]
pub fn diff(before: &[Statement], after: &[Statement]) -> Vec<Change> {
    let mut changes = Vec::new();
    for old in before {
        match after.iter().find(|new| new.about == old.about) {
            None => changes.push(Change::Removed(old.clone())),
            Some(new) if new.says != old.says => {
                changes.push(Change::Changed(old.about.clone(), old.says.clone(), new.says.clone()));
            }
            Some(_) => {}
        }
    }
    let is_new = |new: &&Statement| !before.iter().any(|old| old.about == new.about);
    changes.extend(after.iter().filter(is_new).cloned().map(Change::Added));
    changes
}

/// Everything that a model says; `cart` is the effective one.
#[must_use]
pub fn statements(spec: &ModelSpec, cart: &CartModel) -> Vec<Statement> {
    let mut all = Vec::new();
    let mut say = |about: &str, says: String| all.push(Statement { about: about.to_owned(), says });
    say("name", spec.name.as_ref().map_or_else(String::new, |n| n.value.clone()));
    say("a new visit begins after a pause of", length(spec.session_gap_ms.as_ref().map_or(DEFAULT_SESSION_GAP_MS, |g| g.value)));
    let kept = compile::forget_anonymous_ms(spec).map_or_else(|| "off".to_owned(), length);
    say("who stays unknown is forgotten after", kept);
    for axis in Axis::ALL {
        axis_statements(axis, &spec.axes[axis.index()], &mut say);
    }
    say("the lead score is at most", spec.score.cap.as_ref().map_or_else(|| "without bound".to_owned(), |c| c.value.to_string()));
    for (name, score) in &spec.score.labels {
        let gate = spec.score.gates.iter().find(|(label, _)| label.value == name.value);
        let gate = gate.map_or_else(String::new, |(_, fit)| format!(" and a fit of {fit}"));
        let done = spec.score.engagement_gates.iter().find(|(label, _)| label.value == name.value);
        let done = done.map_or_else(String::new, |(_, least)| format!(" and an engagement of {least}"));
        say(&format!("label {}", name.value), format!("from {score} points{gate}{done}"));
    }
    for group in &spec.score.groups {
        group_statements(&group.value, &mut say);
    }
    let or_off = |ms: Option<Ms>| ms.map_or_else(|| "off".to_owned(), length);
    let steps: Vec<String> = cart.steps_ms.iter().map(|ms| length(*ms)).collect();
    say("cart: reminders after", steps.join(", "));
    say("cart: idle means no", format!("{:?} activity", cart.idle_on).to_lowercase());
    say("cart: an order clears the", format!("{:?}", cart.order_clears).to_lowercase());
    let cooldown = match cart.cooldown_ms {
        Some(ms) if cart.order_ends_cooldown => format!("{}, or until an order", length(ms)),
        other => or_off(other),
    };
    say("cart: no new series for", cooldown);
    say("cart: a reminder is skipped when late by", or_off(cart.max_lateness_ms));
    say("cart: forgotten after", or_off(cart.forget_after_ms));
    say("cart: waits for late events", length(cart.grace_ms));
    say("cart: after a stop", format!("{:?}", cart.catch_up).to_lowercase());
    say("cart: a click counts for an order within", or_off(cart.click_window_ms));
    say("cart: an open counts for an order within", or_off(cart.open_window_ms));
    let campaigns = cart.campaigns.as_ref().map(|names| names.join(", ")).filter(|names| !names.is_empty());
    let campaigns = match (&cart.campaigns, campaigns) {
        (None, _) => "those whose names say so, such as cart-reminder".to_owned(),
        (Some(_), None) => "none: reminders are known by trigger_id".to_owned(),
        (Some(_), Some(names)) => names,
    };
    say("cart: campaigns of reminders are", campaigns);
    say("cart: an order of a forgotten cart's goods is told as late within", or_off(cart.late_window_ms));
    say("cart: a failed payment brings the cart back within", or_off(cart.payment_window_ms));
    say("cart: one series at a time for each", format!("{:?}", cart.series).to_lowercase());
    let least = match cart.min_value {
        Some(least) if least >= 0.01 => format!("{least} or more"),
        Some(_) => "more than nothing".to_owned(),
        None => "whatever it is".to_owned(),
    };
    say("cart: reminded of when its value is", least);
    say("cart: orders that concern none", elsewhere::statement(&spec.cart));
    people::statements(&spec.people, &mut say);
    won::statements(spec, &mut say);
    sales::statements(&spec.sales, spec.accounts.place.is_some(), &mut say);
    contact::statements(&spec.contact, &mut say);
    absence::statements(&spec.absence, &mut say);
    machine::statements(&spec.machine, &mut say);
    internal::statements(&spec.internal, &mut say);
    accounts::statements(&spec.accounts, &mut say);
    all
}

fn axis_statements(axis: Axis, spec: &AxisSpec, say: &mut impl FnMut(&str, String)) {
    let name = axis.name();
    let stages: Vec<&str> = spec.stages.iter().map(|s| s.value.as_str()).collect();
    if stages.is_empty() {
        return;
    }
    say(&format!("{name}: the stages are"), stages.join(", "));
    for rule in spec.moves.iter().map(|m| &m.value) {
        let to = rule.to.as_ref().map_or("", |t| t.value.as_str());
        say(&format!("{name}: {} leads to {to} from {}", one_move(rule), origins(rule)), String::new());
    }
    if let Some(all) = &spec.stale_all {
        let except: Vec<&str> = all.value.except.iter().map(|e| e.value.as_str()).collect();
        let but = if except.is_empty() { String::new() } else { format!(" (but {})", except.join(", ")) };
        let stale = &all.value.stale;
        say(&format!("{name}: every stage{but} goes stale"), after_to(stale.after_ms.value, &stale.to.value));
    }
    for (stage, stale) in &spec.stale_by_stage {
        say(&format!("{name}: {} goes stale", stage.value), after_to(stale.after_ms.value, &stale.to.value));
    }
    if let Some(lapse) = &spec.lapse {
        let from: Vec<&str> = lapse.value.from.iter().map(|f| f.value.as_str()).collect();
        let stale = &lapse.value.stale;
        say(&format!("{name}: {} lapses", from.join(" or ")), after_to(stale.after_ms.value, &stale.to.value));
    }
    if !spec.closed_by.is_empty() {
        let closers: Vec<&str> = spec.closed_by.iter().map(|event| canonical(&event.value)).collect();
        say(&format!("{name}: it is closed, and the next one begins with the next visit, by"), closers.join(" or "));
    }
    for (old, new) in &spec.renamed {
        say(&format!("{name}: {} is called", old.value), new.value.clone());
    }
}

fn after_to(after_ms: Ms, to: &str) -> String {
    format!("after {} without activity, to {to}", length(after_ms))
}

fn group_statements(group: &GroupSpec, say: &mut impl FnMut(&str, String)) {
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

/// Where a move may come from.
#[must_use]
pub fn origins(rule: &MoveSpec) -> String {
    match rule.from.as_slice() {
        [] => "any earlier stage".to_owned(),
        names => names.iter().map(|f| f.value.as_str()).collect::<Vec<_>>().join(" or "),
    }
}

/// What a move asks for.
#[must_use]
pub fn one_move(spec: &MoveSpec) -> String {
    let mut text = condition(&spec.when);
    if let Some(times) = &spec.times {
        let _never = write!(text, ", {} times", times.value);
        if let Some(within) = &spec.within_ms {
            let _never = write!(text, " within {}", length(within.value));
        }
        if let Some(same) = &spec.same {
            let _never = write!(text, ", the same {} each time", same.value);
        }
        if let Some(distinct) = &spec.distinct {
            let _never = write!(text, ", another {} each time", distinct.value);
        }
    }
    for (what, tests) in &spec.cart {
        let _never = write!(text, ", the cart's {what} then {}", tests_in_words(&tests.value));
    }
    if let Some(sessions) = &spec.sessions {
        let _never = write!(text, ", from visit {} on", sessions.value);
    }
    text
}

/// Which events a condition means.
#[must_use]
pub fn condition(when: &ConditionSpec) -> String {
    let names: Vec<&str> = when.on.iter().map(|n| canonical(&n.value)).collect();
    let mut text = if names == ["*"] { "any event".to_owned() } else { names.join(" or ") };
    for (property, tests) in &when.tests {
        let _never = write!(text, " with {property} {}", tests_in_words(&tests.value));
    }
    text
}

pub(super) fn tests_in_words(tests: &[TestSpec]) -> String {
    let word = |test: &TestSpec| match test {
        TestSpec::Equals(value) => format!("= {}", literal(value)),
        TestSpec::OneOf(values) => format!("one of {}", values.iter().map(literal).collect::<Vec<_>>().join(", ")),
        TestSpec::Prefix(text) => format!("beginning with {text:?}"),
        TestSpec::Contains(text) => format!("containing {text:?}"),
        TestSpec::Regex(text) => format!("matching {text:?}"),
        TestSpec::AtLeast(n) => format!("at least {n}"),
        TestSpec::AtMost(n) => format!("at most {n}"),
        TestSpec::MoreThan(n) => format!("more than {n}"),
        TestSpec::LessThan(n) => format!("less than {n}"),
        TestSpec::Seniority(all) => format!("of seniority {}", any_of(all.iter().map(|one| one.name()))),
        TestSpec::Function(all) => format!("of function {}", any_of(all.iter().map(|one| one.name()))),
        TestSpec::Answer(all) => format!("answered by {}", any_of(all.iter().map(|one| one.name()))),
        TestSpec::Amount(tests) => format!("an amount {}", tests_in_words(tests)),
        TestSpec::Months(tests) => format!("in months {}", tests_in_words(tests)),
        TestSpec::Exists(true) => "there".to_owned(),
        TestSpec::Exists(false) => "absent".to_owned(),
        TestSpec::Not(tests) => format!("not {}", tests_in_words(tests)),
    };
    tests.iter().map(word).collect::<Vec<_>>().join(" and ")
}

fn any_of<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(" or ")
}

/// A length of time in its largest whole unit.
#[must_use]
pub fn length(ms: Ms) -> String {
    let units = [(DAY_MS, "day"), (HOUR_MS, "hour"), (MINUTE_MS, "minute"), (SECOND_MS, "second")];
    let Some((unit_ms, unit)) = units.into_iter().find(|(unit_ms, _)| ms != 0 && ms % unit_ms == 0) else {
        return format!("{ms} ms");
    };
    let count = ms / unit_ms;
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

//! Faults of moves: each by itself, and those that contradict or hide each other.

use super::canonical::{cart_tests, one_move, requirement};
use super::spec::{AxisSpec, MoveSpec};
use crate::common::check::{distinct, known_stage, stage_index};
use crate::condition::{canonical, check};
use crate::fault::{Faults, Spanned};
use leadstream_core::domain::model::{MAX_COUNT_MEMORY, OfCart};
use leadstream_core::domain::terms::movement::Axis;

pub(super) fn check(axis: Axis, spec: &AxisSpec, faults: &mut Faults) {
    for one in &spec.moves {
        by_itself(spec, one, faults);
    }
    for (n, b) in spec.moves.iter().enumerate() {
        for (m, a) in spec.moves[..n].iter().enumerate() {
            pair(axis, spec, (m, a), (n, b), faults);
        }
    }
}

fn by_itself(spec: &AxisSpec, one: &Spanned<MoveSpec>, faults: &mut Faults) {
    let (rule, place) = (&one.value, &one.place);
    match &rule.to {
        None => faults.missing(place, "to", "the stage that the move leads to"),
        Some(to) => {
            known_stage(spec, to, faults);
            if let Some(from) = rule.from.iter().find(|from| from.value == to.value) {
                faults.add(&from.place, format!("the move leads from {:?} to itself: name another stage", from.value));
            }
        }
    }
    for (n, from) in rule.from.iter().enumerate() {
        known_stage(spec, from, faults);
        if rule.from[..n].iter().any(|other| other.value == from.value) {
            faults.add(&from.place, format!("{:?} is named twice", from.value));
        }
    }
    check::condition(&rule.when, place, faults);
    count(rule, faults);
    for (what, tests) in &rule.cart {
        if !OfCart::ALL.iter().any(|(name, _)| name == what) {
            faults.add(&tests.place, format!("a cart has no {what:?}: it has lines, quantity and value"));
        }
        check::all(&tests.value, &tests.place, faults);
    }
    if let Some(sessions) = rule.sessions.as_ref().filter(|s| !(1..=1_000_000).contains(&s.value)) {
        faults.add(&sessions.place, "must be at least 1 session");
    }
}

fn count(rule: &MoveSpec, faults: &mut Faults) {
    match &rule.times {
        None => {
            for place in [rule.within_ms.as_ref().map(|w| &w.place), rule.same.as_ref().map(|s| &s.place)].into_iter().flatten() {
                faults.add(place, "says nothing without `times`: add times = 3, or leave this out");
            }
        }
        Some(times) if times.value < 1 => faults.add(&times.place, "must be at least 2: how many matches it takes"),
        Some(times) if times.value == 1 => {
            faults.add(&times.place, "once is what a move takes anyway: leave `times` out, or write 2 or more");
        }
        Some(times) if usize::try_from(times.value).is_ok_and(|t| t > MAX_COUNT_MEMORY) => {
            let message = format!("{} is more than a prospect's record remembers: at most {MAX_COUNT_MEMORY}", times.value);
            faults.add(&times.place, message);
        }
        Some(_) => {}
    }
    if let Some(within) = rule.within_ms.as_ref().filter(|w| w.value <= 0) {
        faults.add(&within.place, "must be longer than nothing, such as \"7d\"");
    }
    if let Some(same) = rule.same.as_ref().filter(|s| s.value.trim().is_empty()) {
        faults.add(&same.place, "must name the property whose value is the same each time");
    }
    distinct(rule.distinct.as_ref(), rule.times.is_some(), rule.same.as_ref(), faults);
}

/// Two moves that say the same, contradict each other, or of which one hides the other.
fn pair(
    axis: Axis,
    spec: &AxisSpec,
    (m, a): (usize, &Spanned<MoveSpec>),
    (n, b): (usize, &Spanned<MoveSpec>),
    faults: &mut Faults,
) {
    if a.value.when.on.is_empty() || b.value.when.on.is_empty() {
        return;
    }
    let [Some(a_to), Some(b_to)] = [a, b].map(|one| one.value.to.as_ref().and_then(|to| stage_index(spec, &to.value))) else {
        return;
    };
    let which = |n: usize, one: &Spanned<MoveSpec>| format!("move #{} (line {})", n + 1, one.place.line);
    if one_move(axis, &a.value) == one_move(axis, &b.value) {
        faults.add(&b.place, format!("says the same as {}: leave one out", which(m, a)));
        return;
    }
    let overlap: Vec<&str> = a.value.from.iter().filter(|f| named(&b.value, &f.value)).map(|f| f.value.as_str()).collect();
    if a_to != b_to && !overlap.is_empty() && requirement(&a.value) == requirement(&b.value) {
        let message = format!(
            "contradicts {}: from {:?} the same event leads both to {:?} and to {:?}; leave one out, or make them ask for different things",
            which(m, a),
            overlap.join(", "),
            spec.stages[a_to].value,
            spec.stages[b_to].value,
        );
        faults.add(&b.place, message);
        return;
    }
    for ((hidden, hidden_to), (n, wins, wins_to)) in [((a, a_to), (n, b, b_to)), ((b, b_to), (m, a, a_to))] {
        if wins_to > hidden_to && same_origin(&hidden.value, &wins.value) && implies(&hidden.value, &wins.value) {
            let message = format!(
                "can never act: whenever it fits, {} fits too and leads further, to {:?}; make that one ask for more, or this one for something else",
                which(n, wins),
                spec.stages[wins_to].value,
            );
            faults.add(&hidden.place, message);
        }
    }
}

fn named(rule: &MoveSpec, stage: &str) -> bool {
    rule.from.iter().any(|f| f.value == stage)
}

/// Wherever the hidden move applies, the other one competes on equal terms (the furthest wins).
fn same_origin(hidden: &MoveSpec, wins: &MoveSpec) -> bool {
    if hidden.from.is_empty() { wins.from.is_empty() } else { hidden.from.iter().all(|f| named(wins, &f.value)) }
}

/// Whether everything that fits `a` fits `b`.
fn implies(a: &MoveSpec, b: &MoveSpec) -> bool {
    let (a_names, b_names) = (canonical::event_names(&a.when), canonical::event_names(&b.when));
    let any = |names: &[String]| names.iter().any(|n| n == "*");
    let names = any(&b_names) || (!any(&a_names) && a_names.iter().all(|n| b_names.contains(n)));
    let asks = |rule: &MoveSpec| -> Vec<String> {
        rule.when.tests.iter().map(|(property, tests)| format!("{property:?}{}", canonical::all(&tests.value))).collect()
    };
    let a_tests = asks(a);
    let a_cart = cart_tests(a);
    let cart = cart_tests(b).iter().all(|t| a_cart.contains(t));
    names && cart && asks(b).iter().all(|t| a_tests.contains(t)) && count_implies(a, b) && sessions_of(b) <= sessions_of(a)
}

fn count_implies(a: &MoveSpec, b: &MoveSpec) -> bool {
    let Some(b_times) = &b.times else { return true };
    let Some(a_times) = &a.times else { return false };
    let within = match (&a.within_ms, &b.within_ms) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(a), Some(b)) => a.value <= b.value,
    };
    let same = match (&a.same, &b.same) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(a), Some(b)) => a.value == b.value,
    };
    let distinct = b.distinct.as_ref().is_none_or(|b| a.distinct.as_ref().is_some_and(|a| a.value == b.value));
    b_times.value <= a_times.value && within && same && distinct
}

fn sessions_of(rule: &MoveSpec) -> i64 {
    rule.sessions.as_ref().map_or(0, |s| s.value)
}

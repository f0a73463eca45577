//! What the graph of an axis shows that is no fault: stages that nothing leaves, stages with one way in, moves of which two may
//! fit the same event.

use super::spec::{AxisSpec, MoveSpec};
use crate::common::check::stage_index;
use crate::condition::spec::PredicateSpec;
use crate::condition::{canonical, compile};
use crate::fault::{Fault, Spanned};
use leadstream_core::domain::event::Value;
use leadstream_core::domain::model::predicate::Literal;

/// What was found, and of which kind it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub kind: FindingKind,
    pub fault: Fault,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingKind {
    /// Nothing leads out of a stage that is not the last.
    DeadEnd,
    /// A stage that is only entered from one other.
    OneWayIn,
    /// Two moves may fit one event: which of them wins.
    Overlap,
}

impl FindingKind {
    /// The name in answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DeadEnd => "dead-end",
            Self::OneWayIn => "one-way-in",
            Self::Overlap => "overlap",
        }
    }
}

/// What the graph of an axis shows, of a spec without faults.
#[must_use]
pub fn findings(spec: &AxisSpec) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut add = |kind, place: &_, message| found.push(Finding { kind, fault: Fault { place: Clone::clone(place), message } });
    for (index, stage) in spec.stages.iter().enumerate() {
        if index + 1 < spec.stages.len() && is_dead_end(spec, index) {
            let message =
                format!("nothing leads out of {:?}: who gets there stays; add a move from it, or let it go stale", stage.value);
            add(FindingKind::DeadEnd, &stage.place, message);
        }
        if let Some(from) = only_from(spec, &stage.value) {
            add(FindingKind::OneWayIn, &stage.place, format!("{:?} is only reached from {from:?}", stage.value));
        }
    }
    for (n, b) in spec.moves.iter().enumerate() {
        for a in &spec.moves[..n] {
            if let Some(message) = overlap(spec, a, b) {
                add(FindingKind::Overlap, &b.place, message);
            }
        }
    }
    found
}

/// The stages that nothing leaves, but the last.
#[must_use]
pub fn dead_ends(spec: &AxisSpec) -> Vec<String> {
    let before_last = spec.stages.len().saturating_sub(1);
    (0..before_last).filter(|index| is_dead_end(spec, *index)).map(|index| spec.stages[index].value.clone()).collect()
}

fn is_dead_end(spec: &AxisSpec, index: usize) -> bool {
    let name = spec.stages[index].value.as_str();
    let leads_out = |rule: &Spanned<MoveSpec>| match rule.value.from.as_slice() {
        [] => rule.value.to.as_ref().and_then(|to| stage_index(spec, &to.value)).is_some_and(|to| to > index),
        from => from.iter().any(|f| f.value == name),
    };
    let stale = spec.stale_by_stage.iter().any(|(stage, _)| stage.value == name)
        || spec.lapse.as_ref().is_some_and(|lapse| lapse.value.from.iter().any(|f| f.value == name))
        || spec.stale_all.as_ref().is_some_and(|all| {
            let to = stage_index(spec, &all.value.stale.to.value);
            to.is_some_and(|to| index > to) && !all.value.except.iter().any(|e| e.value == name)
        });
    !spec.moves.iter().any(leads_out) && !stale
}

/// The one stage that moves lead from to this one, when there is only one.
fn only_from<'a>(spec: &'a AxisSpec, stage: &str) -> Option<&'a str> {
    let leads_here = |rule: &&Spanned<MoveSpec>| rule.value.to.as_ref().is_some_and(|to| to.value == stage);
    let mut only = None;
    for rule in spec.moves.iter().filter(leads_here) {
        let [from] = rule.value.from.as_slice() else { return None };
        if *only.get_or_insert(from.value.as_str()) != from.value {
            return None;
        }
    }
    let goes_stale_to_it = spec.stale_by_stage.iter().any(|(_, stale)| stale.to.value == stage)
        || spec.lapse.as_ref().is_some_and(|lapse| lapse.value.stale.to.value == stage)
        || spec.stale_all.as_ref().is_some_and(|all| all.value.stale.to.value == stage);
    only.filter(|_| !goes_stale_to_it)
}

/// Two moves that may fit the same event from the same stage, and which of them wins then. A move on any event is meant to be
/// the weaker one, so it is not named.
fn overlap(spec: &AxisSpec, a: &Spanned<MoveSpec>, b: &Spanned<MoveSpec>) -> Option<String> {
    let (a_names, b_names) = (canonical::event_names(&a.value.when), canonical::event_names(&b.value.when));
    let shared = a_names.iter().find(|name| *name != "\"*\"" && *name != "*" && b_names.contains(name))?;
    let to = |one: &Spanned<MoveSpec>| one.value.to.as_ref().and_then(|to| stage_index(spec, &to.value));
    let (a_to, b_to) = (to(a)?, to(b)?);
    if a_to == b_to || !may_start_together(spec, (&a.value, a_to), (&b.value, b_to)) || exclude(&a.value, &b.value) {
        return None;
    }
    let rank = |one: &Spanned<MoveSpec>, to: usize| (!one.value.from.is_empty(), to);
    let (wins, loses) = if rank(a, a_to) > rank(b, b_to) { (a_to, b_to) } else { (b_to, a_to) };
    Some(format!(
        "one {} may fit both this and the move in line {}: then it leads to {:?}, not to {:?}",
        shared.trim_matches('"'),
        a.place.line,
        spec.stages[wins].value,
        spec.stages[loses].value,
    ))
}

/// There is a stage, or no stage yet, from which both moves lead on.
fn may_start_together(spec: &AxisSpec, (a, a_to): (&MoveSpec, usize), (b, b_to): (&MoveSpec, usize)) -> bool {
    match (a.from.as_slice(), b.from.as_slice()) {
        ([], []) => true,
        ([], from) => from.iter().any(|f| stage_index(spec, &f.value).is_some_and(|f| f < a_to)),
        (from, []) => from.iter().any(|f| stage_index(spec, &f.value).is_some_and(|f| f < b_to)),
        (from, other) => from.iter().any(|f| other.iter().any(|o| o.value == f.value)),
    }
}

/// No value passes the tests of both, as far as their texts show.
fn exclude(a: &MoveSpec, b: &MoveSpec) -> bool {
    a.when.tests.iter().any(|(property, tests)| {
        let other = b.when.tests.iter().filter(|(p, _)| p == property).flat_map(|(_, tests)| &tests.value);
        other.into_iter().any(|theirs| tests.value.iter().any(|ours| apart(ours, theirs)))
    })
}

fn apart(a: &PredicateSpec, b: &PredicateSpec) -> bool {
    let literals = |test: &PredicateSpec| -> Option<Vec<Literal>> {
        match test {
            PredicateSpec::Equals(value) => Some(vec![value.clone()]),
            PredicateSpec::OneOf(values) => Some(values.clone()),
            _ => None,
        }
    };
    match (a, b) {
        (PredicateSpec::Prefix(a), PredicateSpec::Prefix(b)) => !a.starts_with(b.as_str()) && !b.starts_with(a.as_str()),
        (
            PredicateSpec::AtLeast(low) | PredicateSpec::MoreThan(low),
            PredicateSpec::AtMost(high) | PredicateSpec::LessThan(high),
        )
        | (
            PredicateSpec::AtMost(high) | PredicateSpec::LessThan(high),
            PredicateSpec::AtLeast(low) | PredicateSpec::MoreThan(low),
        ) => low > high,
        _ => match (literals(a), literals(b)) {
            (Some(a), Some(b)) => !a.iter().any(|value| b.contains(value)),
            (Some(values), None) => !values.iter().any(|value| fits(value, b)),
            (None, Some(values)) => !values.iter().any(|value| fits(value, a)),
            (None, None) => false,
        },
    }
}

fn fits(literal: &Literal, test: &PredicateSpec) -> bool {
    let value = match literal {
        Literal::Text(text) => Value::Text(text.into()),
        Literal::Number(number) => Value::Number(*number),
        Literal::Bool(yes) => Value::Bool(*yes),
    };
    compile::predicate(std::slice::from_ref(test)).holds(Some(&value))
}

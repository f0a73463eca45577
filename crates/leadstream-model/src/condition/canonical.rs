//! The one text of a condition: independent of the order in which its names and tests are written.

use crate::condition::spec::{ConditionSpec, PredicateSpec};
use leadstream_core::domain::model::predicate::Literal;
use leadstream_core::domain::names;

/// What a condition says. Two conditions with the same text mean the same events.
#[must_use]
pub fn condition(when: &ConditionSpec) -> String {
    let mut tests: Vec<String> =
        when.tests.iter().map(|(property, tests)| format!("{property:?}{}", all(&tests.value))).collect();
    tests.sort();
    format!("on[{}]where[{}]", event_names(when).join(","), tests.join(","))
}

/// The canonical names of a condition, sorted, each once; `*` alone for any.
#[must_use]
pub fn event_names(when: &ConditionSpec) -> Vec<String> {
    if when.on.iter().any(|name| name.value == "*") {
        return vec!["*".to_owned()];
    }
    let mut names: Vec<String> = when.on.iter().map(|name| format!("{:?}", names::canonical(&name.value))).collect();
    names.sort();
    names.dedup();
    names
}

/// What the tests of one property say together.
#[must_use]
pub fn all(tests: &[PredicateSpec]) -> String {
    let mut texts: Vec<String> = tests.iter().map(test).collect();
    texts.sort();
    texts.dedup();
    format!("({})", texts.join("&"))
}

fn test(test: &PredicateSpec) -> String {
    match test {
        PredicateSpec::Equals(value) => format!("={}", literal(value)),
        PredicateSpec::OneOf(values) => {
            let mut texts: Vec<String> = values.iter().map(literal).collect();
            texts.sort();
            texts.dedup();
            // One of one is that one.
            if let [only] = texts.as_slice() { format!("={only}") } else { format!("in[{}]", texts.join(",")) }
        }
        PredicateSpec::Prefix(text) => format!("prefix{text:?}"),
        PredicateSpec::Contains(text) => format!("contains{text:?}"),
        PredicateSpec::Regex(text) => format!("regex{text:?}"),
        PredicateSpec::AtLeast(n) => format!(">={n}"),
        PredicateSpec::AtMost(n) => format!("<={n}"),
        PredicateSpec::MoreThan(n) => format!(">{n}"),
        PredicateSpec::LessThan(n) => format!("<{n}"),
        PredicateSpec::Seniority(all) => format!("seniority[{}]", sorted(all.iter().map(|one| one.name()))),
        PredicateSpec::Function(all) => format!("function[{}]", sorted(all.iter().map(|one| one.name()))),
        PredicateSpec::Answer(asked) => format!("answer[{}]", sorted(asked.iter().map(|one| one.name()))),
        PredicateSpec::Amount(tests) => format!("amount{}", all(tests)),
        PredicateSpec::Months(tests) => format!("months{}", all(tests)),
        PredicateSpec::Exists(yes) => format!("exists={yes}"),
        PredicateSpec::Not(tests) => format!("not{}", all(tests)),
    }
}

fn sorted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    names.join(",")
}

pub(crate) fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => format!("{text:?}"),
        Literal::Number(n) => format!("{n}"),
        Literal::Bool(yes) => format!("{yes}"),
    }
}

//! Conditions in words.

use super::canonical::literal;
use crate::condition::spec::{ConditionSpec, PredicateSpec};
use leadstream_core::domain::names::canonical;
use std::fmt::Write;

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

pub(crate) fn tests_in_words(tests: &[PredicateSpec]) -> String {
    let word = |test: &PredicateSpec| match test {
        PredicateSpec::Equals(value) => format!("= {}", literal(value)),
        PredicateSpec::OneOf(values) => format!("one of {}", values.iter().map(literal).collect::<Vec<_>>().join(", ")),
        PredicateSpec::Prefix(text) => format!("beginning with {text:?}"),
        PredicateSpec::Contains(text) => format!("containing {text:?}"),
        PredicateSpec::Regex(text) => format!("matching {text:?}"),
        PredicateSpec::AtLeast(n) => format!("at least {n}"),
        PredicateSpec::AtMost(n) => format!("at most {n}"),
        PredicateSpec::MoreThan(n) => format!("more than {n}"),
        PredicateSpec::LessThan(n) => format!("less than {n}"),
        PredicateSpec::Seniority(all) => format!("of seniority {}", any_of(all.iter().map(|one| one.name()))),
        PredicateSpec::Function(all) => format!("of function {}", any_of(all.iter().map(|one| one.name()))),
        PredicateSpec::Answer(all) => format!("answered by {}", any_of(all.iter().map(|one| one.name()))),
        PredicateSpec::Amount(tests) => format!("an amount {}", tests_in_words(tests)),
        PredicateSpec::Months(tests) => format!("in months {}", tests_in_words(tests)),
        PredicateSpec::Exists(true) => "there".to_owned(),
        PredicateSpec::Exists(false) => "absent".to_owned(),
        PredicateSpec::Not(tests) => format!("not {}", tests_in_words(tests)),
    };
    tests.iter().map(word).collect::<Vec<_>>().join(" and ")
}

fn any_of<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(" or ")
}

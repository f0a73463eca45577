//! From `on` and `where` to conditions that steps ask.

use crate::condition::spec::{ConditionSpec, PredicateSpec};
use leadstream_core::domain::model::{Condition, On, Predicate};
use leadstream_core::domain::names::Vocabulary;

/// Longest compiled regular expression: bounds memory and the time of a match.
const REGEX_SIZE_LIMIT_BYTES: usize = 256 * 1024;

pub(crate) fn condition(spec: &ConditionSpec, vocabulary: &mut Vocabulary) -> Condition {
    let on = if spec.on.iter().any(|name| name.value == "*") {
        On::Any
    } else {
        let mut names: Vec<_> = spec.on.iter().map(|name| vocabulary.intern_name(&name.value)).collect();
        names.sort_unstable();
        names.dedup();
        On::Names(names)
    };
    let tests =
        spec.tests.iter().map(|(property, tests)| (vocabulary.intern_property(property), predicate(&tests.value))).collect();
    Condition { on, tests }
}

/// Several tests of one property as one predicate.
#[must_use]
pub fn predicate(tests: &[PredicateSpec]) -> Predicate {
    let mut all: Vec<Predicate> = tests
        .iter()
        .map(|test| match test {
            PredicateSpec::Equals(value) => Predicate::Equals(value.clone()),
            PredicateSpec::OneOf(values) => Predicate::OneOf(values.clone()),
            PredicateSpec::Prefix(text) => Predicate::Prefix(text.clone()),
            PredicateSpec::Contains(text) => Predicate::Contains(text.clone()),
            // A text that is no regular expression was refused by the check; here it fits nothing.
            PredicateSpec::Regex(text) => regex(text).map_or_else(|_| Predicate::OneOf(Vec::new()), Predicate::Regex),
            PredicateSpec::AtLeast(n) => Predicate::AtLeast(*n),
            PredicateSpec::AtMost(n) => Predicate::AtMost(*n),
            PredicateSpec::MoreThan(n) => Predicate::MoreThan(*n),
            PredicateSpec::LessThan(n) => Predicate::LessThan(*n),
            PredicateSpec::Seniority(all) => Predicate::Seniority(all.clone()),
            PredicateSpec::Function(all) => Predicate::Function(all.clone()),
            PredicateSpec::Answer(all) => Predicate::Answer(all.clone()),
            PredicateSpec::Amount(tests) => Predicate::Amount(Box::new(predicate(tests))),
            PredicateSpec::Months(tests) => Predicate::Months(Box::new(predicate(tests))),
            PredicateSpec::Exists(yes) => Predicate::Exists(*yes),
            PredicateSpec::Not(tests) => Predicate::Not(Box::new(predicate(tests))),
        })
        .collect();
    if all.len() == 1 { all.swap_remove(0) } else { Predicate::All(all) }
}

/// Compiles a regular expression within the limits.
///
/// # Errors
/// It is none, or too large.
pub fn regex(text: &str) -> Result<regex::Regex, regex::Error> {
    regex::RegexBuilder::new(text).size_limit(REGEX_SIZE_LIMIT_BYTES).dfa_size_limit(REGEX_SIZE_LIMIT_BYTES).build()
}

//! What is wrong in `on` and `where`.

use super::compile;
use crate::condition::spec::{ConditionSpec, PredicateSpec};
use crate::fault::{Faults, Place};
use leadstream_core::domain::event::Value;
use leadstream_core::domain::model::predicate::Literal;
use leadstream_core::domain::names::nearest;
use std::borrow::Cow;

pub(crate) fn condition(when: &ConditionSpec, parent: &Place, faults: &mut Faults) {
    if when.on.is_empty() {
        faults.missing(parent, "on", "on = \"Product Viewed\", a list of events, or \"*\" for any");
    }
    for name in &when.on {
        if name.value.trim().is_empty() {
            faults.add(&name.place, "an event needs a name");
        } else if name.value == "*" && when.on.len() > 1 {
            faults.add(&name.place, "\"*\" means any event already: leave the other names out");
        } else if let Some(call) = ["page", "screen", "identify", "group", "alias"]
            .into_iter()
            .find(|call| *call != name.value && nearest(&name.value, [*call].into_iter()).is_some())
        {
            faults.add(&name.place, format!("{:?} is no event: did you mean {call:?}?", name.value));
        }
    }
    for (property, tests) in &when.tests {
        if property.trim().is_empty() {
            faults.add(&tests.place, "a property needs a name");
        }
        all(&tests.value, &tests.place, faults);
    }
}

pub(crate) fn all(tests: &[PredicateSpec], place: &Place, faults: &mut Faults) {
    let before = faults.0.len();
    for test in tests {
        one(test, place, faults);
    }
    // What is broken in itself is not judged together with the rest.
    if faults.0.len() == before
        && let Some(message) = contradiction(tests)
    {
        faults.add(place, message);
    }
}

fn one(test: &PredicateSpec, place: &Place, faults: &mut Faults) {
    match test {
        PredicateSpec::OneOf(values) if values.is_empty() => {
            faults.add(&place.child("one_of"), "is an empty list, which nothing fits: name at least one value");
        }
        PredicateSpec::Prefix(text) if text.is_empty() => {
            faults.add(&place.child("prefix"), "is empty, which fits every text: write { exists = true } if that is meant");
        }
        PredicateSpec::Contains(text) if text.is_empty() => {
            faults.add(&place.child("contains"), "is empty, which fits every text: write { exists = true } if that is meant");
        }
        PredicateSpec::Regex(text) => {
            if let Err(error) = compile::regex(text) {
                // The last line of the error says what is wrong, the ones before it draw where.
                let why = error.to_string().lines().last().unwrap_or_default().trim().to_owned();
                faults.add(&place.child("regex"), format!("{text:?} is no regular expression that can be used ({why})"));
            }
        }
        PredicateSpec::Not(tests) if tests.is_empty() => faults.add(&place.child("not"), "says no test"),
        PredicateSpec::Not(tests) => all(tests, &place.child("not"), faults),
        _ => {}
    }
}

/// Why no value can pass all of the tests.
fn contradiction(tests: &[PredicateSpec]) -> Option<String> {
    let exists_not = tests.contains(&PredicateSpec::Exists(false));
    if exists_not && tests.len() > 1 {
        return Some("can't be absent (exists = false) and pass another test at once: nothing fits".to_owned());
    }
    if let Some((low, low_text)) = bound(tests, true)
        && let Some((high, high_text)) = bound(tests, false)
    {
        let open = low_text.starts_with("more") || high_text.starts_with("less");
        if low > high || (open && low >= high) {
            return Some(format!("can't be {low_text} and {high_text} at once: nothing fits"));
        }
    }
    let literals: Vec<&Literal> = tests
        .iter()
        .flat_map(|test| match test {
            PredicateSpec::Equals(value) => std::slice::from_ref(value),
            PredicateSpec::OneOf(values) => values.as_slice(),
            _ => &[],
        })
        .collect();
    if literals.is_empty() {
        return None;
    }
    let whole = compile::predicate(tests);
    let fits = literals.iter().any(|literal| {
        let value = match literal {
            Literal::Text(text) => Value::Text(Cow::Borrowed(text)),
            Literal::Number(number) => Value::Number(*number),
            Literal::Bool(yes) => Value::Bool(*yes),
        };
        whole.holds(Some(&value))
    });
    (!fits).then(|| "no value passes all of these tests at once: nothing fits".to_owned())
}

/// The tightest lower (or upper) bound and how to say it.
fn bound(tests: &[PredicateSpec], lower: bool) -> Option<(f64, String)> {
    let bounds = tests.iter().filter_map(|test| match test {
        PredicateSpec::AtLeast(n) if lower => Some((*n, format!("at least {n}"))),
        PredicateSpec::MoreThan(n) if lower => Some((*n, format!("more than {n}"))),
        PredicateSpec::AtMost(n) if !lower => Some((*n, format!("at most {n}"))),
        PredicateSpec::LessThan(n) if !lower => Some((*n, format!("less than {n}"))),
        _ => None,
    });
    bounds.reduce(|a, b| if (b.0 > a.0) == lower { b } else { a })
}

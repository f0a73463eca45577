//! Faults of `on` and `where`.

use super::{Found, nearest};
use crate::domain::event::Value;
use crate::domain::model::compile;
use crate::domain::model::predicate::Literal;
use crate::domain::model::spec::{ConditionSpec, Place, TestSpec};
use std::borrow::Cow;

pub(in crate::domain::model) fn condition(when: &ConditionSpec, parent: &Place, found: &mut Found) {
    if when.on.is_empty() {
        found.missing(parent, "on", "on = \"Product Viewed\", a list of events, or \"*\" for any");
    }
    for name in &when.on {
        if name.value.trim().is_empty() {
            found.add(&name.place, "an event needs a name");
        } else if name.value == "*" && when.on.len() > 1 {
            found.add(&name.place, "\"*\" means any event already: leave the other names out");
        } else if let Some(call) = ["page", "screen", "identify", "group", "alias"]
            .into_iter()
            .find(|call| *call != name.value && nearest(&name.value, [*call].into_iter()).is_some())
        {
            found.add(&name.place, format!("{:?} is no event: did you mean {call:?}?", name.value));
        }
    }
    for (property, tests) in &when.tests {
        if property.trim().is_empty() {
            found.add(&tests.place, "a property needs a name");
        }
        all(&tests.value, &tests.place, found);
    }
}

pub(in crate::domain::model) fn all(tests: &[TestSpec], place: &Place, found: &mut Found) {
    let before = found.0.len();
    for test in tests {
        one(test, place, found);
    }
    // What is broken in itself is not judged together with the rest.
    if found.0.len() == before
        && let Some(message) = contradiction(tests)
    {
        found.add(place, message);
    }
}

fn one(test: &TestSpec, place: &Place, found: &mut Found) {
    match test {
        TestSpec::OneOf(values) if values.is_empty() => {
            found.add(&place.child("one_of"), "is an empty list, which nothing fits: name at least one value");
        }
        TestSpec::Prefix(text) if text.is_empty() => {
            found.add(&place.child("prefix"), "is empty, which fits every text: write { exists = true } if that is meant");
        }
        TestSpec::Contains(text) if text.is_empty() => {
            found.add(&place.child("contains"), "is empty, which fits every text: write { exists = true } if that is meant");
        }
        TestSpec::Regex(text) => {
            if let Err(error) = compile::regex(text) {
                // The last line of the error says what is wrong, the ones before it draw where.
                let why = error.to_string().lines().last().unwrap_or_default().trim().to_owned();
                found.add(&place.child("regex"), format!("{text:?} is no regular expression that can be used ({why})"));
            }
        }
        TestSpec::Not(tests) if tests.is_empty() => found.add(&place.child("not"), "says no test"),
        TestSpec::Not(tests) => all(tests, &place.child("not"), found),
        _ => {}
    }
}

/// Why no value can pass all of the tests.
fn contradiction(tests: &[TestSpec]) -> Option<String> {
    let exists_not = tests.contains(&TestSpec::Exists(false));
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
            TestSpec::Equals(value) => std::slice::from_ref(value),
            TestSpec::OneOf(values) => values.as_slice(),
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
fn bound(tests: &[TestSpec], lower: bool) -> Option<(f64, String)> {
    let bounds = tests.iter().filter_map(|test| match test {
        TestSpec::AtLeast(n) if lower => Some((*n, format!("at least {n}"))),
        TestSpec::MoreThan(n) if lower => Some((*n, format!("more than {n}"))),
        TestSpec::AtMost(n) if !lower => Some((*n, format!("at most {n}"))),
        TestSpec::LessThan(n) if !lower => Some((*n, format!("less than {n}"))),
        _ => None,
    });
    bounds.reduce(|a, b| if (b.0 > a.0) == lower { b } else { a })
}

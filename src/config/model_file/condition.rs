//! `on` and `where` of a move or a score rule.

use crate::config::fields::{Faults, Fields, number_of, text_of, unknown};
use crate::config::tree::{Node, Value};
use crate::domain::model::predicate::Literal;
use crate::domain::model::spec::{At, ConditionSpec, Place, TestSpec, Tests};

const TESTS: [&str; 11] =
    ["equals", "one_of", "prefix", "contains", "regex", "at_least", "at_most", "more_than", "less_than", "exists", "not"];

pub(super) fn condition(fields: &mut Fields<'_>, faults: &mut Faults) -> ConditionSpec {
    ConditionSpec { on: fields.texts("on", faults).unwrap_or_default(), tests: tests(fields, faults) }
}

/// `where`: names and what must hold of them.
pub(super) fn tests(fields: &mut Fields<'_>, faults: &mut Faults) -> Tests {
    fields.table("where", faults).map_or_else(Vec::new, |table| of_properties(&table, faults))
}

/// A table of properties and what must hold of them.
pub(super) fn of_properties(table: &Fields<'_>, faults: &mut Faults) -> Tests {
    let mut tests = Vec::new();
    for (property, node, place) in table.entries() {
        let value = property_tests(node, &place, faults);
        tests.push((property.to_owned(), At { value, place }));
    }
    tests
}

/// A literal, a list of them (any of these), or a table of tests.
fn property_tests(node: &Node, place: &Place, faults: &mut Faults) -> Vec<TestSpec> {
    if let Value::Array(_) = node.value {
        return literals(node, place, faults).map(TestSpec::OneOf).into_iter().collect();
    }
    let Value::Table(table) = &node.value else {
        return literal(node, place, faults).map(TestSpec::Equals).into_iter().collect();
    };
    if table.entries.is_empty() {
        faults.add(place, "says no test: write a value, or tests such as { at_least = 100 }");
    }
    let fields = Fields::new(table, place.clone());
    fields.entries().filter_map(|(name, node, place)| test(name, node, &place, faults)).collect()
}

fn test(name: &str, node: &Node, place: &Place, faults: &mut Faults) -> Option<TestSpec> {
    Some(match name {
        "equals" => TestSpec::Equals(literal(node, place, faults)?),
        "one_of" => TestSpec::OneOf(literals(node, place, faults)?),
        "prefix" => TestSpec::Prefix(text_of(node, place, faults)?),
        "contains" => TestSpec::Contains(text_of(node, place, faults)?),
        "regex" => TestSpec::Regex(text_of(node, place, faults)?),
        "at_least" => TestSpec::AtLeast(number_of(node, place, faults)?),
        "at_most" => TestSpec::AtMost(number_of(node, place, faults)?),
        "more_than" => TestSpec::MoreThan(number_of(node, place, faults)?),
        "less_than" => TestSpec::LessThan(number_of(node, place, faults)?),
        "exists" => {
            let Value::Bool(yes) = node.value else {
                faults.add(place, format!("must be true or false, not {}", node.value.kind()));
                return None;
            };
            TestSpec::Exists(yes)
        }
        "not" => TestSpec::Not(property_tests(node, place, faults)),
        other => {
            let hint = "; a property inside another one is written in quotes with a dot, such as \"address.city\"";
            faults.add(place, format!("{}{hint}", unknown(other, "test", &TESTS)));
            return None;
        }
    })
}

#[allow(clippy::cast_precision_loss, reason = "a whole number in a model is far below 2^53")]
fn literal(node: &Node, place: &Place, faults: &mut Faults) -> Option<Literal> {
    Some(match &node.value {
        Value::Text(text) => Literal::Text(text.clone()),
        Value::Integer(number) => Literal::Number(*number as f64),
        Value::Float(number) => Literal::Number(*number),
        Value::Bool(yes) => Literal::Bool(*yes),
        Value::Date(date) => Literal::Text(date.clone()),
        Value::Array(_) => {
            faults.add(place, "is a list inside a list: write the values in one list");
            return None;
        }
        Value::Table(_) => {
            faults.add(place, "must be text, a number, true or false, not a table");
            return None;
        }
    })
}

fn literals(node: &Node, place: &Place, faults: &mut Faults) -> Option<Vec<Literal>> {
    let Value::Array(items) = &node.value else {
        faults.add(place, format!("must be a list [ … ], not {}", node.value.kind()));
        return None;
    };
    let before = faults.0.len();
    let found = items.iter().filter_map(|item| literal(item, place, faults)).collect();
    (faults.0.len() == before).then_some(found)
}

//! `on` and `where` of a move or a score rule.

use crate::config::fields::{Faults, Fields, number_of, text_of, unknown};
use crate::config::tree::{Node, Value};
use crate::domain::answers::Asked;
use crate::domain::model::predicate::Literal;
use crate::domain::model::spec::{At, ConditionSpec, Place, TestSpec, Tests};
use crate::domain::titles::{Function, Seniority};

const TESTS: [&str; 16] = [
    "equals",
    "one_of",
    "prefix",
    "contains",
    "regex",
    "at_least",
    "at_most",
    "more_than",
    "less_than",
    "seniority",
    "function",
    "answer",
    "amount",
    "months",
    "exists",
    "not",
];
/// What an amount or a number of months may be asked.
const OF_NUMBERS: [&str; 4] = ["at_least", "at_most", "more_than", "less_than"];

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
        "seniority" => TestSpec::Seniority(named(node, place, "seniority", &Seniority::ALL, faults)?),
        "function" => TestSpec::Function(named(node, place, "function", &Function::ALL, faults)?),
        "answer" => TestSpec::Answer(named(node, place, "answer", &Asked::ALL, faults)?),
        "amount" => TestSpec::Amount(of_number(node, place, faults)?),
        "months" => TestSpec::Months(of_number(node, place, faults)?),
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

/// One of some names, or a list of them.
fn named<T: Copy>(node: &Node, place: &Place, what: &str, all: &[(&str, T)], faults: &mut Faults) -> Option<Vec<T>> {
    let items = if let Value::Array(items) = &node.value { items.as_slice() } else { std::slice::from_ref(node) };
    if items.is_empty() {
        faults.add(place, format!("names no {what}"));
        return None;
    }
    let mut found = Vec::with_capacity(items.len());
    for item in items {
        let text = text_of(item, place, faults)?;
        match all.iter().find(|(name, _)| *name == text) {
            Some((_, one)) => found.push(*one),
            None => {
                let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
                faults.add(place, unknown(&text, what, &names));
                return None;
            }
        }
    }
    Some(found)
}

/// Tests of a number, as a table.
fn of_number(node: &Node, place: &Place, faults: &mut Faults) -> Option<Vec<TestSpec>> {
    let Value::Table(table) = &node.value else {
        faults.add(place, format!("must be a table of tests such as {{ at_least = 3 }}, not {}", node.value.kind()));
        return None;
    };
    if table.entries.is_empty() {
        faults.add(place, "says no test: write { at_least = 3 }");
        return None;
    }
    let fields = Fields::new(table, place.clone());
    let one = |(name, node, place): (&str, &Node, Place)| {
        if !OF_NUMBERS.contains(&name) {
            faults.add(&place, unknown(name, "test of a number", &OF_NUMBERS));
            return None;
        }
        test(name, node, &place, faults)
    };
    Some(fields.entries().filter_map(one).collect())
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

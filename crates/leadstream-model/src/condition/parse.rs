//! `on` and `where`, as moves, rules and triggers have them.

use crate::condition::spec::{ConditionSpec, PredicateSpec, Tests};
use crate::fault::{Faults, Place, Spanned};
use crate::fields::{Fields, number_of, text_of, unknown};
use crate::tree::{Node, Value};
use leadstream_core::domain::answers::Asked;
use leadstream_core::domain::model::predicate::Literal;
use leadstream_core::domain::titles::{Function, Seniority};

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

pub(crate) fn condition(fields: &mut Fields<'_>, faults: &mut Faults) -> ConditionSpec {
    ConditionSpec { on: fields.texts("on", faults).unwrap_or_default(), tests: tests(fields, faults) }
}

/// An event name, a list of them, or `{ on, where }`.
pub(crate) fn events(node: &Node, place: &Place, faults: &mut Faults) -> Option<ConditionSpec> {
    if let Value::Table(table) = &node.value {
        let mut fields = Fields::new(table, place.clone());
        let when = condition(&mut fields, faults);
        fields.finish(faults);
        return Some(when);
    }
    let before = faults.0.len();
    let items = if let Value::Array(items) = &node.value { items.as_slice() } else { std::slice::from_ref(node) };
    let name = |item: &Node| {
        text_of(item, place, faults).map(|value| Spanned { value, place: Place { line: item.line, ..place.clone() } })
    };
    let on = items.iter().filter_map(name).collect();
    (faults.0.len() == before).then_some(ConditionSpec { on, tests: Vec::new() })
}

/// `where`: names and what must hold of them.
pub(crate) fn tests(fields: &mut Fields<'_>, faults: &mut Faults) -> Tests {
    fields.table("where", faults).map_or_else(Vec::new, |table| of_properties(&table, faults))
}

/// A table of properties and what must hold of them.
pub(crate) fn of_properties(table: &Fields<'_>, faults: &mut Faults) -> Tests {
    let mut tests = Vec::new();
    for (property, node, place) in table.entries() {
        let value = property_tests(node, &place, faults);
        tests.push((property.to_owned(), Spanned { value, place }));
    }
    tests
}

/// A literal, a list of them (any of these), or a table of tests.
fn property_tests(node: &Node, place: &Place, faults: &mut Faults) -> Vec<PredicateSpec> {
    if let Value::Array(_) = node.value {
        return literals(node, place, faults).map(PredicateSpec::OneOf).into_iter().collect();
    }
    let Value::Table(table) = &node.value else {
        return literal(node, place, faults).map(PredicateSpec::Equals).into_iter().collect();
    };
    if table.entries.is_empty() {
        faults.add(place, "says no test: write a value, or tests such as { at_least = 100 }");
    }
    let fields = Fields::new(table, place.clone());
    fields.entries().filter_map(|(name, node, place)| test(name, node, &place, faults)).collect()
}

fn test(name: &str, node: &Node, place: &Place, faults: &mut Faults) -> Option<PredicateSpec> {
    Some(match name {
        "equals" => PredicateSpec::Equals(literal(node, place, faults)?),
        "one_of" => PredicateSpec::OneOf(literals(node, place, faults)?),
        "prefix" => PredicateSpec::Prefix(text_of(node, place, faults)?),
        "contains" => PredicateSpec::Contains(text_of(node, place, faults)?),
        "regex" => PredicateSpec::Regex(text_of(node, place, faults)?),
        "at_least" => PredicateSpec::AtLeast(number_of(node, place, faults)?),
        "at_most" => PredicateSpec::AtMost(number_of(node, place, faults)?),
        "more_than" => PredicateSpec::MoreThan(number_of(node, place, faults)?),
        "less_than" => PredicateSpec::LessThan(number_of(node, place, faults)?),
        "seniority" => PredicateSpec::Seniority(named(node, place, "seniority", &Seniority::ALL, faults)?),
        "function" => PredicateSpec::Function(named(node, place, "function", &Function::ALL, faults)?),
        "answer" => PredicateSpec::Answer(named(node, place, "answer", &Asked::ALL, faults)?),
        "amount" => PredicateSpec::Amount(of_number(node, place, faults)?),
        "months" => PredicateSpec::Months(of_number(node, place, faults)?),
        "exists" => {
            let Value::Bool(yes) = node.value else {
                faults.add(place, format!("must be true or false, not {}", node.value.kind()));
                return None;
            };
            PredicateSpec::Exists(yes)
        }
        "not" => PredicateSpec::Not(property_tests(node, place, faults)),
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
        if let Some((_, one)) = all.iter().find(|(name, _)| *name == text) {
            found.push(*one);
        } else {
            let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
            faults.add(place, unknown(&text, what, &names));
            return None;
        }
    }
    Some(found)
}

/// Tests of a number, as a table.
fn of_number(node: &Node, place: &Place, faults: &mut Faults) -> Option<Vec<PredicateSpec>> {
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

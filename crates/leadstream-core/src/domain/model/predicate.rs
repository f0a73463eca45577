//! Conditions of rules: which events, with which properties.

use crate::domain::answers::Asked;
use crate::domain::event::{Event, Value};
use crate::domain::names::{NameId, PropertyId};
use crate::domain::titles::{Function, Seniority};
use crate::domain::{answers, number, titles};

/// Which events, and what must hold of their properties (all of it).
#[derive(Debug, Clone)]
pub struct Condition {
    pub on: On,
    pub tests: Vec<(PropertyId, Predicate)>,
}

/// A test of one property. A property that the event lacks passes only `Exists(false)` and `Not`.
#[derive(Debug, Clone)]
pub enum Predicate {
    Equals(Literal),
    OneOf(Vec<Literal>),
    Prefix(String),
    Contains(String),
    Regex(regex::Regex),
    AtLeast(f64),
    AtMost(f64),
    MoreThan(f64),
    LessThan(f64),
    /// A job title that stands so far up.
    Seniority(Vec<Seniority>),
    /// A job title of somebody who works on it.
    Function(Vec<Function>),
    /// An answer that comes to one of these.
    Answer(Vec<Asked>),
    /// The amount that an answer names.
    Amount(Box<Predicate>),
    /// The months that an answer names, at most.
    Months(Box<Predicate>),
    Exists(bool),
    Not(Box<Predicate>),
    /// Several tests of the same property, all of which must hold.
    All(Vec<Predicate>),
}

/// A value in a model file.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    Text(String),
    Number(f64),
    Bool(bool),
}

impl Condition {
    /// Whether the event is meant.
    #[must_use]
    pub fn holds(&self, event: &Event<'_>) -> bool {
        self.on.covers(event.name_id) && self.tests.iter().all(|(id, test)| test.holds(event.property(*id)))
    }
}

impl Predicate {
    /// Whether a property's value (or its absence) passes.
    #[must_use]
    pub fn holds(&self, value: Option<&Value<'_>>) -> bool {
        match self {
            Self::Exists(want) => value.is_some() == *want,
            Self::Not(inner) => !inner.holds(value),
            Self::All(tests) => tests.iter().all(|t| t.holds(value)),
            _ => value.is_some_and(|v| self.holds_of(v)),
        }
    }

    fn holds_of(&self, value: &Value<'_>) -> bool {
        match self {
            Self::Equals(literal) => literal.equals(value),
            Self::OneOf(literals) => literals.iter().any(|l| l.equals(value)),
            Self::Prefix(text) => as_text(value).is_some_and(|v| v.starts_with(text.as_str())),
            Self::Contains(text) => as_text(value).is_some_and(|v| v.contains(text.as_str())),
            Self::Regex(regex) => as_text(value).is_some_and(|v| regex.is_match(v)),
            Self::AtLeast(n) => as_number(value).is_some_and(|v| v >= *n),
            Self::AtMost(n) => as_number(value).is_some_and(|v| v <= *n),
            Self::MoreThan(n) => as_number(value).is_some_and(|v| v > *n),
            Self::LessThan(n) => as_number(value).is_some_and(|v| v < *n),
            Self::Seniority(asked) => as_text(value).and_then(titles::seniority).is_some_and(|found| asked.contains(&found)),
            Self::Function(asked) => as_text(value).and_then(titles::function).is_some_and(|found| asked.contains(&found)),
            Self::Answer(asked) => {
                let answer = answers::read(value);
                asked.iter().any(|asked| asked.holds(answer))
            }
            Self::Amount(test) => answers::amount_of(value).is_some_and(|amount| test.holds(Some(&Value::Number(amount)))),
            Self::Months(test) => answers::months(value).is_some_and(|months| test.holds(Some(&Value::Number(months)))),
            Self::Exists(_) | Self::Not(_) | Self::All(_) => false,
        }
    }
}

impl Literal {
    fn equals(&self, value: &Value<'_>) -> bool {
        match (self, value) {
            (Self::Text(a), Value::Text(b)) => a == b,
            (Self::Bool(a), Value::Bool(b)) => a == b,
            (Self::Number(a), v) => as_number(v).is_some_and(|b| (a - b).abs() < f64::EPSILON),
            _ => false,
        }
    }
}

fn as_text<'a>(value: &'a Value<'_>) -> Option<&'a str> {
    match value {
        Value::Text(t) => Some(t),
        _ => None,
    }
}

/// Numbers may come as text ("12.50", "1.250,00 €"), as shops often send them.
fn as_number(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Number(n) => Some(*n),
        Value::Text(t) => number::read(t),
        Value::Bool(_) => None,
    }
}

/// Which events a rule is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum On {
    /// `"*"`.
    Any,
    /// Page, screen, …: by name as well, `page` is the name of a page call.
    Names(Vec<NameId>),
}

/// No event.
impl Default for On {
    fn default() -> Self {
        Self::Names(Vec::new())
    }
}

impl On {
    /// Whether an event of this name is meant.
    #[must_use]
    pub fn covers(&self, name: NameId) -> bool {
        match self {
            Self::Any => true,
            Self::Names(names) => names.contains(&name),
        }
    }
}

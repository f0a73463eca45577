//! What `on` and `where` say.

use crate::fault::Spanned;
use leadstream_core::domain::answers::Asked;
use leadstream_core::domain::model::predicate::Literal;
use leadstream_core::domain::titles::{Function, Seniority};

/// `on` and `where`.
#[derive(Debug, Clone, Default)]
pub struct ConditionSpec {
    /// Event names; `"*"` for any.
    pub on: Vec<Spanned<String>>,
    /// Property path and its tests.
    pub tests: Tests,
}

/// Property paths, each with its tests.
pub type Tests = Vec<(String, Spanned<Vec<PredicateSpec>>)>;

#[derive(Debug, Clone, PartialEq)]
pub enum PredicateSpec {
    Equals(Literal),
    OneOf(Vec<Literal>),
    Prefix(String),
    Contains(String),
    Regex(String),
    AtLeast(f64),
    AtMost(f64),
    MoreThan(f64),
    LessThan(f64),
    Seniority(Vec<Seniority>),
    Function(Vec<Function>),
    Answer(Vec<Asked>),
    /// Tests of a number.
    Amount(Vec<PredicateSpec>),
    Months(Vec<PredicateSpec>),
    Exists(bool),
    Not(Vec<PredicateSpec>),
}

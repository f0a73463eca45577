//! Conditions: what must hold for a rule.

use crate::record::Reading;
use crate::value::{Get, plain};
use std::borrow::Cow;

/// All of these.
#[derive(Debug, Clone, Default)]
pub struct When(pub Vec<Condition>);

/// One value and what it must be.
#[derive(Debug, Clone)]
pub struct Condition {
    pub get: Get,
    pub test: Test,
}

#[derive(Debug, Clone)]
pub enum Test {
    OneOf(Vec<String>),
    BeginsWith(Vec<String>),
    /// It is there, and says something.
    Exists(bool),
    /// It is a list or an object with nothing in it, or it isn't there.
    Empty(bool),
    Not(Box<Test>),
    /// It is one of these now, and was none of them before.
    Entered {
        of: Vec<String>,
        before: Get,
    },
    /// A number larger than this.
    Above(f64),
}

impl When {
    #[must_use]
    pub fn holds(&self, reading: &Reading<'_>) -> bool {
        self.0.iter().all(|condition| condition.test.holds(condition.get.json(reading), reading))
    }
}

impl Test {
    fn holds(&self, json: Option<Cow<'_, str>>, reading: &Reading<'_>) -> bool {
        let is_of = |json: &Option<Cow<'_, str>>, words: &[String]| {
            let text = json.clone().and_then(plain);
            text.is_some_and(|text| words.iter().any(|word| *word == text))
        };
        match self {
            Self::OneOf(words) => is_of(&json, words),
            Self::BeginsWith(words) => {
                let text = json.and_then(plain);
                text.is_some_and(|text| words.iter().any(|word| text.starts_with(word.as_str())))
            }
            Self::Exists(wanted) => json.is_some() == *wanted,
            Self::Empty(wanted) => {
                let is_empty = json.is_none_or(|json| {
                    let inner =
                        |open: char, close: char| json.trim().strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
                    inner('[', ']').or_else(|| inner('{', '}')).is_some_and(|inner| inner.trim().is_empty())
                });
                is_empty == *wanted
            }
            Self::Not(test) => !test.holds(json, reading),
            Self::Entered { of, before } => is_of(&json, of) && !is_of(&before.json(reading), of),
            Self::Above(least) => {
                json.and_then(plain).and_then(|text| text.trim().parse::<f64>().ok()).is_some_and(|number| number > *least)
            }
        }
    }
}

//! Traits of a prospect that models look at.

use crate::domain::event::Value;
use crate::domain::{Ms, Text, titles};
use std::borrow::Cow;

/// Most traits that the loaded models may name together; more are refused at load.
pub const MAX_TRAITS: usize = 32;

/// Longest text of a trait; the rest is cut off.
pub const MAX_TRAIT_BYTES: usize = 128;

/// What identify and group calls said of the prospect; only what the models name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Traits {
    /// In the order in which they were first heard of.
    pub known: Vec<Trait>,
}

impl Traits {
    /// Nothing is known: it takes no bytes in the record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// What is known of a trait, by the hash that [`crate::domain::names::vocabulary::Vocabulary::intern_trait`] gave for its name.
    #[must_use]
    pub fn get(&self, name: u32) -> Option<Value<'_>> {
        let find = |name: u32| self.known.iter().find(|t| t.name == name);
        let known = find(name).or_else(|| titles::same_as(name).iter().find_map(|other| find(*other)))?;
        Some(match &known.value {
            TraitValue::Text(text) => Value::Text(Cow::Borrowed(text)),
            TraitValue::Number(number) => Value::Number(*number),
            TraitValue::Bool(yes) => Value::Bool(*yes),
        })
    }

    /// The newest by event time counts; a late one only fills a gap. True: another value than before.
    pub(crate) fn set(&mut self, name: u32, value: TraitValue, time_ms: Ms) -> bool {
        match self.known.iter_mut().find(|t| t.name == name) {
            Some(known) if time_ms < known.time_ms => false,
            Some(known) => {
                known.time_ms = time_ms;
                std::mem::replace(&mut known.value, value.clone()) != value
            }
            None => {
                self.known.push(Trait { name, time_ms, value });
                true
            }
        }
    }
}

/// One trait.
#[derive(Debug, Clone, PartialEq)]
pub struct Trait {
    /// [`crate::domain::ids::name_hash`] of its name.
    pub name: u32,
    /// Time of the event that said so.
    pub time_ms: Ms,
    pub value: TraitValue,
}

#[derive(Debug, Clone, PartialEq)]
pub enum TraitValue {
    Text(Text),
    Number(f64),
    Bool(bool),
}

//! What identify and group calls said of the prospect; only what the models name.

mod place;

use super::Ms;
use super::Text;
use super::event::{Event, Value};
use super::model::Models;
use super::names::Kind;
use super::prospect::Prospect;
use super::titles;
use std::borrow::Cow;

pub use place::place;

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

/// One trait.
#[derive(Debug, Clone, PartialEq)]
pub struct Trait {
    /// [`super::model::name_hash`] of its name.
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

impl Traits {
    /// Nothing is known: it takes no bytes in the record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// What is known of a trait, by the hash that [`super::names::Vocabulary::intern_trait`] gave for its name.
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
    fn set(&mut self, name: u32, value: TraitValue, time_ms: Ms) -> bool {
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

/// Takes in what an event says of the prospect. True: something that a model looks at changed.
pub fn learn(prospect: &mut Prospect, event: &Event<'_>, models: &Models) -> bool {
    let named = models.vocabulary.traits();
    if named.is_empty() || event.properties.is_empty() {
        return false;
    }
    let mut changed = false;
    // A group call speaks of the company, every other event of the person.
    for one in named.iter().filter(|one| one.of_company == (event.kind == Kind::Group)) {
        let Some(value) = event.property(one.property) else { continue };
        if one.is_title && matches!(value, Value::Text(text) if titles::is_salutation(text)) {
            continue;
        }
        let traits = &mut prospect.more_mut().traits;
        if traits.known.len() >= MAX_TRAITS {
            // Some are of earlier models: those that run now never name more than fit.
            traits.known.retain(|known| named.iter().any(|n| n.hash == known.name));
        }
        changed |= traits.set(one.hash, kept(value), event.time_ms);
    }
    changed
}

fn kept(value: &Value<'_>) -> TraitValue {
    match value {
        Value::Text(text) => TraitValue::Text(cut(text).into()),
        Value::Number(number) => TraitValue::Number(*number),
        Value::Bool(yes) => TraitValue::Bool(*yes),
    }
}

/// As much of a text as a record keeps, without half a character at its end.
fn cut(text: &str) -> &str {
    let end = (0..=MAX_TRAIT_BYTES.min(text.len())).rev().find(|n| text.is_char_boundary(*n)).unwrap_or(0);
    &text[..end]
}

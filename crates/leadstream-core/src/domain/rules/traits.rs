//! What identify and group calls said of the prospect; only what the models name.

use crate::domain::event::{Event, Value};
use crate::domain::model::Models;
use crate::domain::names::Kind;
use crate::domain::state::prospect::Prospect;
use crate::domain::state::traits::{MAX_TRAIT_BYTES, MAX_TRAITS, TraitValue};
use crate::domain::titles;

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
        let traits = &mut prospect.extras_mut().traits;
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

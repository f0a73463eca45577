//! Values of which the parser has only checked that they are JSON: each is read by itself.

use crate::wire::decode::value::Scalar;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// Whether a text is JSON of a list or an object, by its looks.
pub(super) fn is_json(raw: &RawValue) -> bool {
    raw.get().get(1..).is_some_and(|inner| {
        let inner = inner.trim_start();
        // Or of a text of it.
        inner.strip_prefix(r#"\""#).unwrap_or(inner).trim_start().starts_with(['[', '{'])
    })
}

/// The values of a list; the keys of an object that says yes to them.
pub(super) fn listed(raw: &RawValue) -> Vec<Scalar<'static>> {
    let text = |text: String| Scalar::Text(Cow::Owned(text));
    match serde_json::from_str(raw.get()) {
        Ok(serde_json::Value::Array(values)) => values
            .into_iter()
            .map(|value| if let serde_json::Value::String(value) = value { text(value) } else { Scalar::Other })
            .collect(),
        Ok(serde_json::Value::Object(map)) => {
            map.into_iter().filter(|(_, value)| *value == serde_json::Value::Bool(true)).map(|(key, _)| text(key)).collect()
        }
        _ => vec![Scalar::Other],
    }
}

/// Lets a visitor read a value by itself; whether that went well. The parser has checked it already.
pub(super) fn visit<'de, V: Visitor<'de, Value = ()>>(raw: &'de RawValue, visitor: V) -> bool {
    // A number that no float can hold and text that can't be unescaped are errors to the parser; to the visitors all single
    // values are alike, except null.
    let text = if raw.get().starts_with(['{', '[', 'n']) { raw.get() } else { "0" };
    serde_json::Deserializer::from_str(text).deserialize_any(visitor).is_ok()
}

/// Calls for each element of an array. The parser has checked it already.
pub(super) fn each<'a>(raw: &'a RawValue, element: impl FnMut(&'a RawValue)) {
    serde_json::Deserializer::from_str(raw.get()).deserialize_seq(Elements(element)).unwrap_or_default();
}

/// Calls for each field of an object whose key can be read; how many can't.
pub(super) fn fields_of<'a>(raw: &'a RawValue, field: impl FnMut(Cow<'a, str>, &'a RawValue)) -> u16 {
    serde_json::Deserializer::from_str(raw.get()).deserialize_map(Fields(field)).unwrap_or(1)
}

struct Elements<F>(F);

impl<'de, F: FnMut(&'de RawValue)> Visitor<'de> for Elements<F> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        while let Some(element) = seq.next_element()? {
            self.0(element);
        }
        Ok(())
    }
}

struct Fields<F>(F);

impl<'de, F: FnMut(Cow<'de, str>, &'de RawValue)> Visitor<'de> for Fields<F> {
    type Value = u16;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<u16, A::Error> {
        let mut unreadable = 0_u16;
        while let Some((key, value)) = map.next_entry::<&'de RawValue, &'de RawValue>()? {
            if let Scalar::Text(key) = Scalar::from_raw(key) {
                self.0(key, value);
            } else {
                unreadable = unreadable.saturating_add(1);
            }
        }
        Ok(unreadable)
    }
}

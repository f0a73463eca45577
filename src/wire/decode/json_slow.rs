//! Events in JSON: the slow parser, for records that the fast parser could not read.
//!
//! Each value is first skipped by the library's parser, then read by itself, so that one broken field cannot spoil the others,
//! however it is broken and however deep. What the parser refuses is no JSON, and its words say where.

mod objects;
mod raw;

use super::event_builder::EventBuilder;
use super::fields::Top;
use super::lookup::Lookup;
use super::value::Scalar;
use objects::Reader;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// Reads one event into an empty builder.
///
/// # Errors
/// The text is no JSON object; what is wrong with it, without any of its content.
pub(super) fn parse<'a>(text: &'a str, lookup: &Lookup, file: bool, builder: &mut EventBuilder<'a>) -> Result<(), String> {
    match text.trim_start().as_bytes() {
        [] => return Err("the value is blank".to_owned()),
        [b'[', ..] => return Err("the value is an array: write one event per record".to_owned()),
        [b'{', ..] => {}
        _ => return Err("the value is not a JSON object".to_owned()),
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let read = json.deserialize_map(Envelope { reader: Reader { lookup, builder }, file });
    read.and_then(|()| json.end()).map_err(|e| match e.classify() {
        serde_json::error::Category::Data => "the value is not an event".to_owned(),
        _ => format!("not JSON: {e}"),
    })
}

/// The time in an object, as document stores write theirs: `{"$date": …}`, with the number as text in an object of its own or not.
fn in_object(raw: &RawValue) -> Option<Scalar<'static>> {
    let object: serde_json::Value = raw.get().starts_with('{').then(|| serde_json::from_str(raw.get()).ok())??;
    let Some(date) = object.get("$date") else { return in_seconds(&object) };
    match date.get("$numberLong").unwrap_or(date) {
        serde_json::Value::String(text) => Some(Scalar::Text(Cow::Owned(text.clone()))),
        serde_json::Value::Number(number) => number.as_f64().map(Scalar::Float),
        _ => None,
    }
}

/// `{"seconds": …, "nanos": …}` or `{"_seconds": …, "_nanoseconds": …}`, as Firestore and protobuf write a time.
fn in_seconds(object: &serde_json::Value) -> Option<Scalar<'static>> {
    let number = |names: [&str; 2]| {
        let value = names.iter().find_map(|name| object.get(name))?;
        value.as_f64().or_else(|| value.as_str()?.parse().ok())
    };
    let seconds = number(["seconds", "_seconds"])?;
    let nanos = number(["nanos", "_nanoseconds"]).or_else(|| object.get("nanoseconds")?.as_f64()).unwrap_or(0.0);
    Some(Scalar::Float(seconds + nanos / 1e9))
}

/// The event itself.
struct Envelope<'d, 'de> {
    reader: Reader<'d, 'de>,
    file: bool,
}

impl<'de> Visitor<'de> for Envelope<'_, 'de> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let top = self.reader.lookup.top(self.file);
        while let Some((key, raw)) = self.reader.next(&mut map, top)? {
            match key {
                Some(Top::Field(field)) => {
                    let inner = if field.is_time() { in_object(raw) } else { None };
                    self.reader.builder.set_top(*field, inner.unwrap_or_else(|| Scalar::from_raw(raw)));
                }
                Some(Top::Otherwise(field)) => {
                    let inner = if field.is_time() { in_object(raw) } else { None };
                    self.reader.builder.set_top_otherwise(*field, inner.unwrap_or_else(|| Scalar::from_raw(raw)));
                }
                Some(Top::Properties) => self.reader.properties(raw),
                Some(Top::Nested(node)) => self.reader.nested(*node, raw),
                Some(Top::Nothing) | None => {}
            }
        }
        Ok(())
    }
}

//! Events in JSON: the careful pass, for records that the quick pass stumbled over.
//!
//! Each value is first skipped by the library's parser, then read by itself, so that one broken field cannot spoil the others,
//! however it is broken and however deep. What the parser refuses is no JSON, and its words say where.

use super::draft::{BuiltIn, Draft};
use super::envelope::Top;
use super::forms;
use super::keys::Keys;
use super::lookup::{Entry, ITEM, Lookup, PROPERTIES};
use super::value::Scalar;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// Reads one event into an empty draft.
///
/// # Errors
/// The text is no JSON object; what is wrong with it, without any of its content.
pub(super) fn parse<'a>(text: &'a str, lookup: &Lookup, file: bool, draft: &mut Draft<'a>) -> Result<(), String> {
    match text.trim_start().as_bytes() {
        [] => return Err("the value is blank".to_owned()),
        [b'[', ..] => return Err("the value is an array: write one event per record".to_owned()),
        [b'{', ..] => {}
        _ => return Err("the value is not a JSON object".to_owned()),
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let read = json.deserialize_map(Envelope { reader: Reader { lookup, draft }, file });
    read.and_then(|()| json.end()).map_err(|e| match e.classify() {
        serde_json::error::Category::Data => "the value is not an event".to_owned(),
        _ => format!("not JSON: {e}"),
    })
}

/// What a key means, and its value.
type Field<'k, 'de, T> = (Option<&'k T>, &'de RawValue);

/// What all visitors share.
struct Reader<'d, 'de> {
    lookup: &'d Lookup,
    draft: &'d mut Draft<'de>,
}

impl<'de> Reader<'_, 'de> {
    fn again(&mut self) -> Reader<'_, 'de> {
        Reader { lookup: self.lookup, draft: self.draft }
    }

    /// The meaning of the next key, if anybody looks at it, and its value. A key that can't be unescaped is a broken field.
    fn next<'k, A: MapAccess<'de>, T>(&mut self, map: &mut A, keys: &'k Keys<T>) -> Result<Option<Field<'k, 'de, T>>, A::Error> {
        let Some((key, value)) = map.next_entry::<&'de RawValue, &'de RawValue>()? else { return Ok(None) };
        let meaning = match Scalar::from_raw(key) {
            Scalar::Text(key) => keys.get(key.as_bytes()),
            _ => self.draft.faults.broken(),
        };
        Ok(Some((meaning, value)))
    }

    /// Counts a part that could not be read to its end.
    fn count(&mut self, went_well: bool) {
        if !went_well {
            self.draft.faults.broken::<()>();
        }
    }

    /// A value that models look at, below this place or as a whole.
    fn looked_at(&mut self, entry: &Entry, raw: &'de RawValue) {
        match entry.child {
            Some(node) if entry.is_inner() || raw.get().starts_with(['{', '[']) => self.nested(node, raw),
            _ if entry.is_list && raw.get().starts_with(['{', '[']) => {
                listed(raw).iter().for_each(|scalar| self.draft.put(entry, scalar));
            }
            _ => self.draft.put(entry, &Scalar::from_raw(raw)),
        }
    }

    /// The fields of the properties, or of another object that is looked into.
    fn object<A: MapAccess<'de>>(&mut self, node: u16, map: &mut A) -> Result<(), A::Error> {
        self.draft.single.is_object |= node == ITEM;
        let node = self.lookup.node(node);
        while let Some((entry, raw)) = self.next(map, node)? {
            let Some(entry) = entry else { continue };
            match entry.built_in {
                None => self.looked_at(entry, raw),
                Some(BuiltIn::Products) => self.products(entry, raw),
                Some(field) => self.draft.set_property(field, entry, Scalar::from_raw(raw)),
            }
        }
        Ok(())
    }

    /// Products in whatever form; a single value that is no list of them may be something that models look at.
    fn products(&mut self, entry: &Entry, raw: &'de RawValue) {
        let before = self.draft.begin_list(entry.rank);
        match raw.get().as_bytes() {
            [b'[' | b'{', ..] => forms::read(raw, self.lookup, self.draft),
            [b'"', ..] if forms::is_json(raw) => forms::read(raw, self.lookup, self.draft),
            _ => self.draft.set_property(BuiltIn::Products, entry, Scalar::from_raw(raw)),
        }
        self.draft.settle_list(before);
    }

    fn nested(&mut self, node: u16, raw: &'de RawValue) {
        let went_well = read(raw, Nested { reader: self.again(), node });
        self.count(went_well);
    }
}

/// The time in an object, as document stores write theirs: `{"$date": …}`, with the number as text in an object of its own or not.
fn in_object(raw: &RawValue) -> Option<Scalar<'static>> {
    let object: serde_json::Value = raw.get().starts_with('{').then(|| serde_json::from_str(raw.get()).ok())??;
    let date = object.get("$date")?;
    match date.get("$numberLong").unwrap_or(date) {
        serde_json::Value::String(text) => Some(Scalar::Text(Cow::Owned(text.clone()))),
        serde_json::Value::Number(number) => number.as_f64().map(Scalar::Float),
        _ => None,
    }
}

/// The values of a list; the keys of an object that says yes to them.
fn listed(raw: &RawValue) -> Vec<Scalar<'static>> {
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

/// A value that models look at, in a product.
pub(super) fn looked_at<'a>(lookup: &Lookup, draft: &mut Draft<'a>, entry: &Entry, raw: &'a RawValue) {
    Reader { lookup, draft }.looked_at(entry, raw);
}

/// Lets a visitor read a value by itself; whether that went well. The parser has checked it already.
fn read<'de, V: Visitor<'de, Value = ()>>(raw: &'de RawValue, visitor: V) -> bool {
    // A number that no float can hold and text that can't be unescaped are errors to the parser; to the visitors all single
    // values are alike, except null.
    let text = if raw.get().starts_with(['{', '[', 'n']) { raw.get() } else { "0" };
    serde_json::Deserializer::from_str(text).deserialize_any(visitor).is_ok()
}

/// What a visitor of objects does with single values (all are given as a number, null is absent), and how it calls what it reads.
macro_rules! single_values {
    ($name:literal, $on_value:expr) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str($name)
        }
        fn visit_u64<E>(self, _: u64) -> Result<(), E> {
            $on_value(self);
            Ok(())
        }
        fn visit_unit<E>(self) -> Result<(), E> {
            Ok(())
        }
    };
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
                    self.reader.draft.set_top(*field, inner.unwrap_or_else(|| Scalar::from_raw(raw)));
                }
                Some(Top::Otherwise(field)) => {
                    let inner = if field.is_time() { in_object(raw) } else { None };
                    self.reader.draft.set_top_otherwise(*field, inner.unwrap_or_else(|| Scalar::from_raw(raw)));
                }
                Some(Top::Properties) => {
                    self.reader.draft.begin_properties();
                    let went_well = read(raw, Properties { reader: self.reader.again() });
                    self.reader.count(went_well);
                }
                Some(Top::Nested(node)) => self.reader.nested(*node, raw),
                Some(Top::Nothing) | None => {}
            }
        }
        Ok(())
    }
}

/// The `properties` of an event.
struct Properties<'d, 'de> {
    reader: Reader<'d, 'de>,
}

impl<'de> Visitor<'de> for Properties<'_, 'de> {
    type Value = ();
    single_values!("properties", |this: Self| this.reader.draft.faults.broken::<()>());

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        self.reader.object(PROPERTIES, &mut map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        self.reader.draft.faults.broken::<()>();
        Ok(())
    }
}

/// An object below which models look at something. Of an array the first element that has the value counts.
struct Nested<'d, 'de> {
    reader: Reader<'d, 'de>,
    node: u16,
}

impl<'de> Visitor<'de> for Nested<'_, 'de> {
    type Value = ();
    single_values!("an object", |_: Self| ());

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        self.reader.object(self.node, &mut map)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        while let Some(raw) = seq.next_element::<&'de RawValue>()? {
            // Arrays of arrays are not looked into: the depth of the stack stays that of the vocabulary.
            if raw.get().starts_with('{') {
                self.reader.nested(self.node, raw);
            }
        }
        Ok(())
    }
}

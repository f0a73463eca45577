//! Events in JSON, in the Segment spec.
//!
//! One pass over the text, borrowing from it; what nobody looks at is skipped unread. A record that the quick pass stumbles
//! over (a number that no float can hold, text that can't be unescaped, an id written as a float) is read again with care:
//! there each value is first skipped, then read by itself, so that one broken field cannot spoil the others.

use super::draft::{BuiltIn, Draft, DraftProduct, ProductField};
use super::lookup::{CONTEXT, Entry, Lookup, PROPERTIES, TRAITS};
use super::value::{Faults, Scalar};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// Reads one event into an empty draft.
///
/// # Errors
/// The text is no JSON object; what is wrong with it, without any of its content.
pub(super) fn parse<'a>(text: &'a str, lookup: &Lookup, file: bool, draft: &mut Draft<'a>) -> Result<(), String> {
    if read::<false>(text, lookup, file, draft).is_ok() && !draft.faults.reread {
        return Ok(());
    }
    match text.trim_start().as_bytes() {
        [] => return Err("the value is blank".to_owned()),
        [b'[', ..] => return Err("the value is an array: write one event per record".to_owned()),
        [b'{', ..] => {}
        _ => return Err("the value is not a JSON object".to_owned()),
    }
    *draft = Draft::default();
    read::<true>(text, lookup, file, draft).map_err(|e| match e.classify() {
        serde_json::error::Category::Data => "the value is not an event".to_owned(),
        _ => format!("not JSON: {e}"),
    })
}

fn read<'a, const CAREFUL: bool>(
    text: &'a str,
    lookup: &Lookup,
    file: bool,
    draft: &mut Draft<'a>,
) -> Result<(), serde_json::Error> {
    let mut json = serde_json::Deserializer::from_str(text);
    json.deserialize_map(Envelope::<CAREFUL> { reader: Reader { lookup, draft }, file })?;
    json.end()
}

/// What all visitors share.
struct Reader<'d, 'de> {
    lookup: &'d Lookup,
    draft: &'d mut Draft<'de>,
}

impl<'de> Reader<'_, 'de> {
    fn again(&mut self) -> Reader<'_, 'de> {
        Reader { lookup: self.lookup, draft: self.draft }
    }

    /// Counts a part that could not be read to its end.
    fn count(&mut self, went_well: bool) {
        if !went_well {
            self.draft.faults.broken::<()>();
        }
    }

    /// Reads a value that models look at, below this place or as a whole.
    fn looked_at<A: MapAccess<'de>, const CAREFUL: bool>(&mut self, entry: &Entry, map: &mut A) -> Result<(), A::Error> {
        match entry.child {
            None => {
                let scalar = scalar::<A, CAREFUL>(map)?;
                self.draft.put(entry, &scalar);
            }
            Some(node) if entry.targets.is_empty() => {
                let went_well = nested::<A, _, CAREFUL>(map, Nested::<CAREFUL> { reader: self.again(), node })?;
                self.count(went_well);
            }
            Some(node) => {
                let raw: &'de RawValue = map.next_value()?;
                if is_container(raw) {
                    let went_well = from_raw(raw, Nested::<CAREFUL> { reader: self.again(), node });
                    self.count(went_well);
                } else {
                    self.draft.put(entry, &Scalar::from_raw(raw));
                }
            }
        }
        Ok(())
    }
}

fn scalar<'de, A: MapAccess<'de>, const CAREFUL: bool>(map: &mut A) -> Result<Scalar<'de>, A::Error> {
    if CAREFUL { map.next_value::<&'de RawValue>().map(Scalar::from_raw) } else { map.next_value() }
}

/// Reads a value that is expected to be an object or array; whether that went well.
fn nested<'de, A, V, const CAREFUL: bool>(map: &mut A, visitor: V) -> Result<bool, A::Error>
where
    A: MapAccess<'de>,
    V: Visitor<'de, Value = ()>,
{
    if CAREFUL {
        Ok(from_raw(map.next_value::<&'de RawValue>()?, visitor))
    } else {
        map.next_value_seed(Any(visitor)).map(|()| true)
    }
}

/// Lets a visitor read a value by itself; whether that went well. The parser has checked it already: what can still go wrong is
/// a key that can't be unescaped.
fn from_raw<'de, V: Visitor<'de, Value = ()>>(raw: &'de RawValue, visitor: V) -> bool {
    // A number that no float can hold is an error to the parser; to the visitor all numbers are alike.
    let text = if matches!(Scalar::from_raw(raw), Scalar::Digits(_)) { "0" } else { raw.get() };
    serde_json::Deserializer::from_str(text).deserialize_any(visitor).is_ok()
}

fn is_container(raw: &RawValue) -> bool {
    raw.get().starts_with(['{', '['])
}

/// Deserializes whatever is there.
struct Any<V>(V);

impl<'de, V: Visitor<'de, Value = ()>> DeserializeSeed<'de> for Any<V> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self.0)
    }
}

/// A key, turned into what it means without being copied.
struct Key<F>(F);

impl<'de, T, F: FnOnce(&str) -> T> DeserializeSeed<'de> for Key<F> {
    type Value = T;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<T, F: FnOnce(&str) -> T> Visitor<'_> for Key<F> {
    type Value = T;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }
    fn visit_str<E>(self, key: &str) -> Result<T, E> {
        Ok((self.0)(key))
    }
}

/// What a visitor of objects does with single values: a fault, or nothing.
macro_rules! single_values {
    ($on_value:expr) => {
        fn visit_bool<E>(self, _: bool) -> Result<(), E> {
            $on_value(self);
            Ok(())
        }
        fn visit_i64<E>(self, _: i64) -> Result<(), E> {
            $on_value(self);
            Ok(())
        }
        fn visit_u64<E>(self, _: u64) -> Result<(), E> {
            $on_value(self);
            Ok(())
        }
        fn visit_f64<E>(self, _: f64) -> Result<(), E> {
            $on_value(self);
            Ok(())
        }
        fn visit_str<E>(self, _: &str) -> Result<(), E> {
            $on_value(self);
            Ok(())
        }
        fn visit_unit<E>(self) -> Result<(), E> {
            Ok(())
        }
    };
}

#[derive(Clone, Copy)]
enum Top {
    Call,
    Event,
    Name,
    Category,
    MessageId,
    UserId,
    AnonymousId,
    Timestamp,
    OriginalTimestamp,
    ReceivedAt,
    SentAt,
    Context,
    Properties,
    Traits,
    Batch,
    Other,
}

fn top_key(key: &str) -> Top {
    match key {
        "type" => Top::Call,
        "event" => Top::Event,
        "name" => Top::Name,
        "category" => Top::Category,
        "messageId" => Top::MessageId,
        "userId" => Top::UserId,
        "anonymousId" => Top::AnonymousId,
        "timestamp" => Top::Timestamp,
        "originalTimestamp" => Top::OriginalTimestamp,
        "receivedAt" => Top::ReceivedAt,
        "sentAt" => Top::SentAt,
        "context" => Top::Context,
        "properties" => Top::Properties,
        "traits" => Top::Traits,
        "batch" => Top::Batch,
        _ => Top::Other,
    }
}

/// The event itself.
struct Envelope<'d, 'de, const CAREFUL: bool> {
    reader: Reader<'d, 'de>,
    file: bool,
}

impl<'de, const CAREFUL: bool> Visitor<'de> for Envelope<'_, 'de, CAREFUL> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(Key(top_key))? {
            self.field::<A>(key, &mut map)?;
        }
        Ok(())
    }
}

impl<'de, const CAREFUL: bool> Envelope<'_, 'de, CAREFUL> {
    fn field<A: MapAccess<'de>>(&mut self, key: Top, map: &mut A) -> Result<(), A::Error> {
        match key {
            Top::Properties => {
                let went_well = nested::<A, _, CAREFUL>(map, Properties::<CAREFUL> { reader: self.reader.again() })?;
                self.reader.count(went_well);
                return Ok(());
            }
            Top::Context | Top::Traits => {
                let node = if matches!(key, Top::Context) { CONTEXT } else { TRAITS };
                if !self.reader.lookup.is_used(node) {
                    return map.next_value::<IgnoredAny>().map(drop);
                }
                let went_well = nested::<A, _, CAREFUL>(map, Nested::<CAREFUL> { reader: self.reader.again(), node })?;
                self.reader.count(went_well);
                return Ok(());
            }
            Top::Other => return map.next_value::<IgnoredAny>().map(drop),
            Top::UserId | Top::AnonymousId | Top::ReceivedAt | Top::SentAt if !self.file => {
                return map.next_value::<IgnoredAny>().map(drop);
            }
            _ => {}
        }
        let scalar = scalar::<A, CAREFUL>(map)?;
        let draft = &mut *self.reader.draft;
        let faults = &mut draft.faults;
        match key {
            Top::Call => draft.call = text_only(scalar, faults),
            Top::Event => draft.event = text_only(scalar, faults),
            Top::Name => draft.call_name = Some(scalar),
            Top::Category => draft.call_category = Some(scalar),
            // However long: its hash is what counts.
            Top::MessageId => draft.message_id = scalar.text(faults),
            Top::Timestamp => draft.timestamp = scalar.time(faults),
            Top::OriginalTimestamp => draft.original_timestamp = scalar.time(faults),
            Top::UserId => draft.file.user_id = scalar.text(faults),
            Top::AnonymousId => draft.file.anonymous_id = scalar.text(faults),
            Top::ReceivedAt => draft.file.received_at = scalar.time(faults),
            Top::SentAt => draft.file.sent_at = scalar.time(faults),
            Top::Batch => draft.is_batch = scalar == Scalar::Other,
            Top::Context | Top::Properties | Top::Traits | Top::Other => {}
        }
        Ok(())
    }
}

/// A name: a number is none.
fn text_only<'a>(scalar: Scalar<'a>, faults: &mut Faults) -> Option<Cow<'a, str>> {
    match scalar {
        Scalar::Text(text) => Some(text),
        Scalar::Null => None,
        _ => faults.broken(),
    }
}

/// The `properties` of an event.
struct Properties<'d, 'de, const CAREFUL: bool> {
    reader: Reader<'d, 'de>,
}

impl<'de, const CAREFUL: bool> Visitor<'de> for Properties<'_, 'de, CAREFUL> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("properties")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let lookup = self.reader.lookup;
        while let Some((built_in, entry)) =
            map.next_key_seed(Key(|key: &str| (BuiltIn::of(key), lookup.entry(PROPERTIES, key))))?
        {
            match (built_in, entry) {
                (None, None) => drop(map.next_value::<IgnoredAny>()?),
                (None, Some(entry)) => self.reader.looked_at::<A, CAREFUL>(entry, &mut map)?,
                (Some(BuiltIn::Products), entry) => {
                    let node = entry.and_then(|e| e.child);
                    let went_well = nested::<A, _, CAREFUL>(&mut map, Products::<CAREFUL> { reader: self.reader.again(), node })?;
                    self.reader.count(went_well);
                }
                (Some(field), Some(entry)) => {
                    let scalar = scalar::<A, CAREFUL>(&mut map)?;
                    let draft = &mut *self.reader.draft;
                    let before = draft.faults.broken;
                    draft.put(entry, &scalar);
                    let between = draft.faults.broken;
                    draft.set(field, scalar);
                    draft.faults.count_once(before, between);
                }
                (Some(field), None) => {
                    let scalar = scalar::<A, CAREFUL>(&mut map)?;
                    self.reader.draft.set(field, scalar);
                }
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        self.reader.draft.faults.broken::<()>();
        Ok(())
    }

    single_values!(|this: Self| this.reader.draft.faults.broken::<()>());
}

/// An object below which models look at something. Of an array the first element that has the value counts.
struct Nested<'d, 'de, const CAREFUL: bool> {
    reader: Reader<'d, 'de>,
    node: u16,
}

impl<'de, const CAREFUL: bool> Visitor<'de> for Nested<'_, 'de, CAREFUL> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let (lookup, node) = (self.reader.lookup, self.node);
        while let Some(entry) = map.next_key_seed(Key(|key: &str| lookup.entry(node, key)))? {
            match entry {
                Some(entry) => self.reader.looked_at::<A, CAREFUL>(entry, &mut map)?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        let node = self.node;
        while let Some(raw) = seq.next_element::<&'de RawValue>()? {
            // Arrays of arrays are not looked into: the depth of the stack stays that of the vocabulary.
            if raw.get().starts_with('{') {
                let went_well = from_raw(raw, Nested::<CAREFUL> { reader: self.reader.again(), node });
                self.reader.count(went_well);
            }
        }
        Ok(())
    }

    single_values!(|_: Self| ());
}

/// The list of products of an event.
struct Products<'d, 'de, const CAREFUL: bool> {
    reader: Reader<'d, 'de>,
    node: Option<u16>,
}

impl<'de, const CAREFUL: bool> Visitor<'de> for Products<'_, 'de, CAREFUL> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of products")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        self.reader.draft.list.given = true;
        let node = self.node;
        loop {
            let product = OneProduct::<CAREFUL> { reader: self.reader.again(), node };
            if CAREFUL {
                let Some(raw) = seq.next_element::<&'de RawValue>()? else { return Ok(()) };
                if !from_raw(raw, product) {
                    self.reader.draft.list.drop_one(&mut self.reader.draft.faults);
                }
            } else if seq.next_element_seed(Any(product))?.is_none() {
                return Ok(());
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.reader.draft.faults.broken::<()>();
        Ok(())
    }

    single_values!(|this: Self| this.reader.draft.faults.broken::<()>());
}

/// One product of the list.
struct OneProduct<'d, 'de, const CAREFUL: bool> {
    reader: Reader<'d, 'de>,
    node: Option<u16>,
}

impl<'de, const CAREFUL: bool> Visitor<'de> for OneProduct<'_, 'de, CAREFUL> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a product")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let (lookup, node) = (self.reader.lookup, self.node);
        let entry_of = |key: &str| node.and_then(|node| lookup.entry(node, key));
        let mut product = DraftProduct::default();
        while let Some((field, entry)) = map.next_key_seed(Key(|key: &str| (ProductField::of(key), entry_of(key))))? {
            match (field, entry) {
                (None, None) => drop(map.next_value::<IgnoredAny>()?),
                (None, Some(entry)) => self.reader.looked_at::<A, CAREFUL>(entry, &mut map)?,
                (Some(field), entry) => {
                    let scalar = scalar::<A, CAREFUL>(&mut map)?;
                    let draft = &mut *self.reader.draft;
                    let before = draft.faults.broken;
                    if let Some(entry) = entry {
                        draft.put(entry, &scalar);
                    }
                    let between = draft.faults.broken;
                    product.set(field, scalar, &mut draft.faults);
                    draft.faults.count_once(before, between);
                }
            }
        }
        let draft = self.reader.draft;
        draft.list.push(product, &mut draft.faults);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        self.reader.draft.list.drop_one(&mut self.reader.draft.faults);
        Ok(())
    }

    single_values!(|this: Self| this.reader.draft.list.drop_one(&mut this.reader.draft.faults));
}

//! Protobuf: bytes as JSON, by the descriptors of their messages.
//!
//! Fields come in any order, lists in pieces, and the last of several values counts: each message's fields are sorted first, then
//! written. Names are those of the `.proto` file.

mod compile;
mod descriptor;
mod fields;

pub use compile::compile;
pub use descriptor::{At, Descriptors};

use crate::binary::{Bytes, Decoded, MOST_DEPTH, Text, unzigzag};
use descriptor::{Field, Kind, Message, StandsFor};
use fields::{Field as Part, fields, low_i32};
use std::sync::Arc;

impl Descriptors {
    /// A message's bytes as JSON.
    ///
    /// # Errors
    /// They are not of this message.
    pub fn json(&self, message: At, bytes: &[u8]) -> Result<Decoded, String> {
        let mut walk = Walk { all: self, text: Text::of(bytes.len()), found: Vec::new() };
        walk.message(message, &[bytes], 0)?;
        Ok(Decoded { json: walk.text.json, name: Some(Arc::clone(&self.messages[message].name)) })
    }
}

struct Walk<'d, 'b> {
    all: &'d Descriptors,
    text: Text,
    /// Fields of the messages that are being written, each with its place in its message: the last message's at the end.
    found: Vec<(usize, Part<'b>)>,
}

impl<'d, 'b> Walk<'d, 'b> {
    /// Writes a message; where its field came several times, all of it counts.
    fn message(&mut self, at: At, parts: &[&'b [u8]], depth: usize) -> Result<(), String> {
        self.text.has_room()?;
        if depth == MOST_DEPTH {
            return Err(format!("more than {MOST_DEPTH} values lie within each other"));
        }
        let all: &'d Descriptors = self.all;
        let message = &all.messages[at];
        let base = self.found.len();
        let mut is_known = parts.iter().all(|bytes| bytes.is_empty());
        for field in parts.iter().flat_map(|bytes| fields(bytes)) {
            let (number, part) = field?;
            if let Some(place) = message.field(number)
                && is_of(message.fields[place].kind, &part, message.fields[place].is_list)
            {
                is_known = true;
                self.found.push((place, part));
            }
        }
        if depth == 0 && !is_known {
            return Err(format!("it has no field of a {}: it is of another type", message.name));
        }
        if !self.found[base..].is_sorted_by_key(|(place, _)| *place) {
            self.found[base..].sort_by_key(|(place, _)| *place);
        }
        self.written(message, base, depth)?;
        self.found.truncate(base);
        Ok(())
    }

    fn written(&mut self, message: &'d Message, base: usize, depth: usize) -> Result<(), String> {
        match message.stands {
            StandsFor::Time => self.time(message, base),
            StandsFor::ItsField | StandsFor::AnyField => {
                let last = self.found.len().checked_sub(1).filter(|last| *last >= base).map(|last| self.found[last].0);
                match last.or((message.stands == StandsFor::ItsField).then_some(0)) {
                    Some(place) if place < message.fields.len() => {
                        let from = self.found[base..].iter().position(|(known, _)| *known == place);
                        let from = from.map_or(self.found.len(), |n| base + n);
                        self.field(&message.fields[place], place, from, depth)
                    }
                    _ => {
                        self.text.push("null");
                        Ok(())
                    }
                }
            }
            StandsFor::Itself => {
                self.text.push("{");
                let (mut at, mut is_first) = (base, true);
                for (place, field) in message.fields.iter().enumerate() {
                    let is_there = self.found.get(at).is_some_and(|(known, _)| *known == place);
                    if !is_there && !field.has_default {
                        continue;
                    }
                    if !is_first {
                        self.text.push(",");
                    }
                    is_first = false;
                    self.text.push(&field.name);
                    self.field(field, place, at, depth)?;
                    at += self.found[at..].iter().take_while(|(known, _)| *known == place).count();
                }
                self.text.push("}");
                Ok(())
            }
        }
    }

    /// Writes a field, whose values begin at `from`.
    fn field(&mut self, field: &'d Field, place: usize, from: usize, depth: usize) -> Result<(), String> {
        self.text.has_room()?;
        let to = from + self.found[from..].iter().take_while(|(known, _)| *known == place).count();
        if field.is_list {
            return self.list(field, from, to, depth);
        }
        if let Kind::Message(at) = field.kind {
            let parts: Vec<&'b [u8]> = self.found[from..to].iter().filter_map(|(_, part)| inner(part)).collect();
            return self.message(at, &parts, depth + 1);
        }
        if let Some((_, last)) = self.found[from..to].last() {
            return self.value(field.kind, *last);
        }
        self.nothing(field.kind);
        Ok(())
    }

    fn list(&mut self, field: &'d Field, from: usize, to: usize, depth: usize) -> Result<(), String> {
        let all: &'d Descriptors = self.all;
        let entry = match field.kind {
            Kind::Message(at) if all.messages[at].is_entry => Some(&all.messages[at]),
            _ => None,
        };
        self.text.push(if entry.is_some() { "{" } else { "[" });
        let mut is_first = true;
        for n in from..to {
            let part = self.found[n].1;
            if let (Part::Bytes(packed), false) = (part, matches!(field.kind, Kind::Text | Kind::Bytes | Kind::Message(_))) {
                let mut packed = Bytes(packed);
                while !packed.is_empty() {
                    self.comma(&mut is_first)?;
                    self.value(field.kind, unpacked(field.kind, &mut packed)?)?;
                }
                continue;
            }
            self.comma(&mut is_first)?;
            match (field.kind, inner(&part)) {
                (Kind::Message(_), Some(bytes)) if entry.is_some() => self.entry(entry, bytes, depth)?,
                (Kind::Message(at), Some(bytes)) => self.message(at, &[bytes], depth + 1)?,
                (kind, _) => self.value(kind, part)?,
            }
        }
        self.text.push(if entry.is_some() { "}" } else { "]" });
        Ok(())
    }

    fn comma(&mut self, is_first: &mut bool) -> Result<(), String> {
        if !*is_first {
            self.text.push(",");
        }
        *is_first = false;
        self.text.has_room()
    }

    /// A key and a value of a map: as member of an object.
    fn entry(&mut self, entry: Option<&'d Message>, bytes: &'b [u8], depth: usize) -> Result<(), String> {
        let Some([key, value]) = entry.map(|entry| entry.fields.as_slice()) else {
            return Err("an entry of a map has no key and value".to_owned());
        };
        let (mut keys, base) = (None, self.found.len());
        for part in fields(bytes) {
            match part? {
                (1, part) if is_of(key.kind, &part, false) => keys = Some(part),
                (2, part) if is_of(value.kind, &part, false) => self.found.push((1, part)),
                _ => {}
            }
        }
        let is_text = key.kind == Kind::Text;
        if !is_text {
            self.text.push("\"");
        }
        match keys {
            Some(part) => self.value(key.kind, part)?,
            None => self.nothing(key.kind),
        }
        self.text.push(if is_text { ":" } else { "\":" });
        self.field(value, 1, base, depth)?;
        self.found.truncate(base);
        Ok(())
    }

    /// Seconds and nanoseconds as a time; what is none stays a number.
    fn time(&mut self, message: &'d Message, base: usize) -> Result<(), String> {
        let of = |number: u32| {
            let found = self.found[base..].iter().rfind(|(place, _)| message.fields[*place].number == number);
            found.and_then(|(_, part)| if let Part::Varint(value) = part { Some(value.cast_signed()) } else { None })
        };
        let (seconds, nanos) = (of(1).unwrap_or_default(), of(2).unwrap_or_default());
        let time = i32::try_from(nanos).ok().and_then(|nanos| jiff::Timestamp::new(seconds, nanos).ok());
        if let Some(time) = time {
            return self.text.text(time.to_string().as_bytes());
        }
        self.text.int(seconds);
        Ok(())
    }

    fn value(&mut self, kind: Kind, part: Part<'b>) -> Result<(), String> {
        match (kind, part) {
            (Kind::Double, Part::Fixed64(bits)) => self.text.double(f64::from_bits(bits)),
            (Kind::Float, Part::Fixed32(bits)) => self.text.float(f32::from_bits(bits)),
            (Kind::Fixed64, Part::Fixed64(number)) | (Kind::Uint64, Part::Varint(number)) => self.text.int(number),
            (Kind::Sfixed64, Part::Fixed64(number)) | (Kind::Int64, Part::Varint(number)) => self.text.int(number.cast_signed()),
            (Kind::Fixed32, Part::Fixed32(number)) => self.text.int(number),
            (Kind::Sfixed32, Part::Fixed32(number)) => self.text.int(number.cast_signed()),
            (Kind::Uint32, Part::Varint(number)) => self.text.int(number & u64::from(u32::MAX)),
            (Kind::Int32, Part::Varint(number)) => self.text.int(low_i32(number)),
            (Kind::Sint32, Part::Varint(number)) => self.text.int(unzigzag(number & u64::from(u32::MAX))),
            (Kind::Sint64, Part::Varint(number)) => self.text.int(unzigzag(number)),
            (Kind::Bool, Part::Varint(number)) => self.text.push(if number == 0 { "false" } else { "true" }),
            (Kind::Text, Part::Bytes(bytes)) => self.text.text(bytes)?,
            (Kind::Bytes, Part::Bytes(bytes)) => self.text.bytes(bytes),
            (Kind::Enum(at), Part::Varint(number)) => self.symbol(at, low_i32(number)),
            // Fields of another form were left out.
            _ => self.text.push("null"),
        }
        Ok(())
    }

    /// The symbol of a number, or the number.
    fn symbol(&mut self, at: At, number: i32) {
        let all: &'d Descriptors = self.all;
        match all.enums[at].values.iter().find(|(known, _)| *known == number) {
            Some((_, symbol)) => self.text.push(symbol),
            None => self.text.int(number),
        }
    }

    /// What a value is that isn't there.
    fn nothing(&mut self, kind: Kind) {
        match kind {
            Kind::Text | Kind::Bytes => self.text.push("\"\""),
            Kind::Bool => self.text.push("false"),
            Kind::Enum(at) => self.symbol(at, 0),
            Kind::Message(_) => self.text.push("null"),
            _ => self.text.push("0"),
        }
    }
}

/// The form in which a kind of field is written; any other counts as a field that is not known.
fn is_of(kind: Kind, part: &Part<'_>, is_list: bool) -> bool {
    match part {
        Part::Varint(_) => {
            !matches!(kind, Kind::Text | Kind::Bytes | Kind::Message(_) | Kind::Double | Kind::Float)
                && !matches!(kind, Kind::Fixed64 | Kind::Fixed32 | Kind::Sfixed64 | Kind::Sfixed32)
        }
        Part::Fixed64(_) => matches!(kind, Kind::Double | Kind::Fixed64 | Kind::Sfixed64),
        Part::Fixed32(_) => matches!(kind, Kind::Float | Kind::Fixed32 | Kind::Sfixed32),
        Part::Bytes(_) => is_list || matches!(kind, Kind::Text | Kind::Bytes | Kind::Message(_)),
        Part::Group(_) => matches!(kind, Kind::Message(_)),
    }
}

const fn inner<'b>(part: &Part<'b>) -> Option<&'b [u8]> {
    match part {
        Part::Bytes(bytes) | Part::Group(bytes) => Some(bytes),
        _ => None,
    }
}

/// The next of packed numbers.
fn unpacked<'b>(kind: Kind, packed: &mut Bytes<'b>) -> Result<Part<'b>, String> {
    Ok(match kind {
        Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => Part::Fixed64(u64::from_le_bytes(packed.array()?)),
        Kind::Float | Kind::Fixed32 | Kind::Sfixed32 => Part::Fixed32(u32::from_le_bytes(packed.array()?)),
        _ => Part::Varint(packed.varint()?),
    })
}

#[cfg(test)]
mod tests;

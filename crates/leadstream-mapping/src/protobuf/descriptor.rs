//! Descriptors: the messages of a compiled set of `.proto` files, as a table.

use super::fields::{Field as Part, fields, low_i32};
use crate::json::quoted;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Messages of `google.protobuf` that stand for their field.
const OF_ONE_FIELD: [&str; 11] = [
    "Struct",
    "ListValue",
    "DoubleValue",
    "FloatValue",
    "Int64Value",
    "UInt64Value",
    "Int32Value",
    "UInt32Value",
    "BoolValue",
    "StringValue",
    "BytesValue",
];

/// Where a message or an enum stands in its table.
pub type At = usize;

/// Messages that stand for something else in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StandsFor {
    Itself,
    /// Seconds and nanoseconds: a time.
    Time,
    /// Its one field, which is always there.
    ItsField,
    /// The one of its fields that is there, or null.
    AnyField,
}

/// Registries' clients in Java count the messages that somebody wrote; those of other languages count the entries of maps too, which
/// the compiler adds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    written: Vec<usize>,
    all: Vec<usize>,
}

#[derive(Debug)]
pub struct Message {
    pub name: Arc<str>,
    /// By number.
    pub fields: Vec<Field>,
    pub stands: StandsFor,
    pub is_entry: bool,
    pub file: usize,
    /// Its place in its file and in the messages around it.
    pub places: Places,
}

impl Message {
    #[must_use]
    pub fn field(&self, number: u32) -> Option<usize> {
        self.fields.binary_search_by_key(&number, |field| field.number).ok()
    }
}

#[derive(Debug)]
pub struct Field {
    pub number: u32,
    /// `"name":`
    pub name: String,
    pub kind: Kind,
    pub is_list: bool,
    /// Where it isn't there it has the value that its type begins with: its sender can't say that otherwise.
    pub has_default: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Double,
    Float,
    Int64,
    Uint64,
    Int32,
    Fixed64,
    Fixed32,
    Bool,
    Text,
    Message(At),
    Bytes,
    Uint32,
    Enum(At),
    Sfixed32,
    Sfixed64,
    Sint32,
    Sint64,
}

#[derive(Debug, Default)]
pub struct Enum {
    /// Numbers and names as JSON; of two names of one number the first.
    pub values: Vec<(i32, String)>,
}

/// The messages of a set of files.
#[derive(Debug, Default)]
pub struct Descriptors {
    pub messages: Vec<Message>,
    pub enums: Vec<Enum>,
    /// Files in their order.
    pub files: Vec<String>,
}

impl Descriptors {
    /// Reads a `FileDescriptorSet`, as `protoc --include_imports --descriptor_set_out` writes it.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let mut reader = Reader::default();
        for part in fields(bytes) {
            if let (1, Part::Bytes(file)) = part? {
                reader.file(file)?;
            }
        }
        reader.finish()
    }

    /// A message by its full name.
    #[must_use]
    pub fn message(&self, name: &str) -> Option<At> {
        self.messages.iter().position(|message| &*message.name == name)
    }

    /// A message by its place in a file.
    #[must_use]
    pub fn at(&self, file: usize, places: &[usize]) -> Option<At> {
        let of_file = |message: &Message| message.file == file && !message.is_entry;
        let written = self.messages.iter().position(|message| of_file(message) && message.places.written == places);
        written.or_else(|| self.messages.iter().position(|message| of_file(message) && message.places.all == places))
    }

    /// A message may be meant by this place in its file.
    #[must_use]
    pub fn is_at(&self, message: At, places: &[usize]) -> bool {
        let own = &self.messages[message].places;
        own.written == places || own.all == places
    }
}

/// A field whose type isn't looked up yet.
struct Raw {
    message: At,
    number: u32,
    name: String,
    is_list: bool,
    kind: u64,
    of: String,
    has_default: bool,
}

#[derive(Default)]
struct Reader {
    found: Descriptors,
    fields: Vec<Raw>,
    message_names: BTreeMap<String, At>,
    enum_names: BTreeMap<String, At>,
}

impl Reader {
    fn file(&mut self, bytes: &[u8]) -> Result<(), String> {
        let (mut name, mut package, mut syntax) = (String::new(), String::new(), String::new());
        let (mut messages, mut enums) = (Vec::new(), Vec::new());
        for part in fields(bytes) {
            match part? {
                (1, Part::Bytes(text)) => name = text_of(text)?,
                (2, Part::Bytes(text)) => package = text_of(text)?,
                (4, Part::Bytes(message)) => messages.push(message),
                (5, Part::Bytes(one)) => enums.push(one),
                (12, Part::Bytes(text)) => syntax = text_of(text)?,
                _ => {}
            }
        }
        self.found.files.push(name);
        let is_proto3 = syntax == "proto3";
        for one in enums {
            self.one_enum(one, &package)?;
        }
        for (n, message) in messages.into_iter().enumerate() {
            self.message(message, &package, is_proto3, &Places { written: vec![n], all: vec![n] })?;
        }
        Ok(())
    }

    fn message(&mut self, bytes: &[u8], around: &str, is_proto3: bool, places: &Places) -> Result<(), String> {
        if places.all.len() > 32 {
            return Err("messages lie too deep within each other".to_owned());
        }
        let (mut name, mut own, mut nested, mut enums, mut is_entry) = (String::new(), Vec::new(), Vec::new(), Vec::new(), false);
        for part in fields(bytes) {
            match part? {
                (1, Part::Bytes(text)) => name = text_of(text)?,
                (2, Part::Bytes(field)) => own.push(field),
                (3, Part::Bytes(message)) => nested.push(message),
                (4, Part::Bytes(one)) => enums.push(one),
                (7, Part::Bytes(options)) => is_entry = is_map_entry(options)?,
                _ => {}
            }
        }
        let name = if around.is_empty() { name } else { format!("{around}.{name}") };
        let at = self.found.messages.len();
        self.message_names.insert(name.clone(), at);
        let file = self.found.files.len() - 1;
        let stands = match name.as_str() {
            "google.protobuf.Timestamp" => StandsFor::Time,
            "google.protobuf.Value" => StandsFor::AnyField,
            _ => match name.strip_prefix("google.protobuf.") {
                Some(name) if OF_ONE_FIELD.contains(&name) => StandsFor::ItsField,
                _ => StandsFor::Itself,
            },
        };
        self.found.messages.push(Message {
            name: name.as_str().into(),
            fields: Vec::new(),
            stands,
            is_entry,
            file,
            places: places.clone(),
        });
        for field in own {
            let raw = raw(field, at, is_proto3)?;
            self.fields.push(raw);
        }
        for one in enums {
            self.one_enum(one, &name)?;
        }
        let mut written = 0;
        for (n, message) in nested.into_iter().enumerate() {
            let inner = self.found.messages.len();
            let written_places = [&places.written[..], &[written]].concat();
            let places = Places { written: written_places, all: [&places.all[..], &[n]].concat() };
            self.message(message, &name, is_proto3, &places)?;
            written += usize::from(!self.found.messages[inner].is_entry);
        }
        Ok(())
    }

    fn one_enum(&mut self, bytes: &[u8], around: &str) -> Result<(), String> {
        let (mut name, mut values) = (String::new(), Vec::<(i32, String)>::new());
        for part in fields(bytes) {
            match part? {
                (1, Part::Bytes(text)) => name = text_of(text)?,
                (2, Part::Bytes(value)) => {
                    let (mut symbol, mut number) = (String::new(), 0);
                    for part in fields(value) {
                        match part? {
                            (1, Part::Bytes(text)) => symbol = text_of(text)?,
                            (2, Part::Varint(value)) => number = low_i32(value),
                            _ => {}
                        }
                    }
                    if !values.iter().any(|(known, _)| *known == number) {
                        values.push((number, quoted(&symbol)));
                    }
                }
                _ => {}
            }
        }
        let name = if around.is_empty() { name } else { format!("{around}.{name}") };
        if name == "google.protobuf.NullValue" {
            values = vec![(0, "null".to_owned())];
        }
        self.enum_names.insert(name, self.found.enums.len());
        self.found.enums.push(Enum { values });
        Ok(())
    }

    /// Looks up the types of fields.
    fn finish(mut self) -> Result<Descriptors, String> {
        for raw in self.fields {
            let of = raw.of.trim_start_matches('.');
            let unknown = || format!("no file of the set says what {of:?} is: write it with its imports (`--include_imports`)");
            let kind = match raw.kind {
                1 => Kind::Double,
                2 => Kind::Float,
                3 => Kind::Int64,
                4 => Kind::Uint64,
                5 => Kind::Int32,
                6 => Kind::Fixed64,
                7 => Kind::Fixed32,
                8 => Kind::Bool,
                9 => Kind::Text,
                10 | 11 => Kind::Message(*self.message_names.get(of).ok_or_else(unknown)?),
                12 => Kind::Bytes,
                13 => Kind::Uint32,
                14 => Kind::Enum(*self.enum_names.get(of).ok_or_else(unknown)?),
                15 => Kind::Sfixed32,
                16 => Kind::Sfixed64,
                17 => Kind::Sint32,
                18 => Kind::Sint64,
                other => return Err(format!("{other} is no type of a field")),
            };
            let has_default = raw.has_default && !raw.is_list && !matches!(kind, Kind::Message(_));
            let name = format!("{}:", quoted(&raw.name));
            let field = Field { number: raw.number, name, kind, is_list: raw.is_list, has_default };
            self.found.messages[raw.message].fields.push(field);
        }
        for message in &mut self.found.messages {
            message.fields.sort_by_key(|field| field.number);
        }
        Ok(self.found)
    }
}

fn raw(bytes: &[u8], message: At, is_proto3: bool) -> Result<Raw, String> {
    let mut raw =
        Raw { message, number: 0, name: String::new(), is_list: false, kind: 0, of: String::new(), has_default: is_proto3 };
    for part in fields(bytes) {
        match part? {
            (1, Part::Bytes(text)) => raw.name = text_of(text)?,
            (3, Part::Varint(number)) => raw.number = u32::try_from(number).map_err(|_| "a field has a wrong number")?,
            (4, Part::Varint(label)) => raw.is_list = label == 3,
            (5, Part::Varint(kind)) => raw.kind = kind,
            (6, Part::Bytes(text)) => raw.of = text_of(text)?,
            // One of several, or `optional`: that it isn't there says something.
            (9, _) => raw.has_default = false,
            _ => {}
        }
    }
    Ok(raw)
}

fn is_map_entry(options: &[u8]) -> Result<bool, String> {
    let mut is_entry = false;
    for part in fields(options) {
        if let (7, Part::Varint(value)) = part? {
            is_entry = value != 0;
        }
    }
    Ok(is_entry)
}

fn text_of(bytes: &[u8]) -> Result<String, String> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| "a name is no text".to_owned())
}

//! Schemas of records that are no JSON: read from files, or of a registry by the id that stands before each record.

use crate::avro;
use crate::binary::{Bytes, Decoded};
use crate::protobuf::{self, Descriptors};
use crate::record::Record;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Where newer clients write what stands before the value otherwise.
pub const SCHEMA_HEADER: &str = "__value_schema_id";

/// Messages within messages that a record can name.
const MOST_PLACES: usize = 32;

/// The id of a schema in a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SchemaId {
    Number(u32),
    Guid(u128),
}

impl fmt::Display for SchemaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Guid(guid) => {
                let hex = format!("{guid:032x}");
                write!(f, "{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
            }
        }
    }
}

/// Of what language a schema is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Avro,
    Protobuf,
    Json,
}

impl Language {
    /// As registries and people write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Avro => "AVRO",
            Self::Protobuf => "PROTOBUF",
            Self::Json => "JSON",
        }
    }

    /// Of a registry's word; without one it is Avro.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        let all = [Self::Avro, Self::Protobuf, Self::Json];
        if word.is_empty() { Some(Self::Avro) } else { all.into_iter().find(|one| one.name().eq_ignore_ascii_case(word)) }
    }
}

/// A schema as a registry has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaText {
    pub language: Language,
    pub text: String,
    /// Those that it refers to, under the names by which it does, in an order in which each has those that it needs before it.
    pub references: Vec<(String, String)>,
}

/// A schema that records can be read with.
#[derive(Debug)]
pub enum Schema {
    Avro(avro::Schema),
    /// The messages, and the file of the schema itself.
    Protobuf(Descriptors, usize),
    /// Its records are JSON as they are.
    Json,
}

/// The schema's own file among those that it imports.
const OWN_FILE: &str = "leadstream-schema.proto";

impl Schema {
    /// # Errors
    /// It is no schema, or needs another one that is not there.
    pub fn compile(schema: &SchemaText) -> Result<Self, String> {
        match schema.language {
            Language::Json => Ok(Self::Json),
            Language::Avro => {
                let references = schema.references.iter().map(|(_, text)| text.as_str());
                avro::Schema::parse(&schema.text, references).map(Self::Avro)
            }
            Language::Protobuf => {
                let mut files: BTreeMap<String, String> = schema.references.iter().cloned().collect();
                files.insert(OWN_FILE.to_owned(), schema.text.clone());
                let all = protobuf::compile(OWN_FILE, move |name| files.get(name).cloned())?;
                let file = all.files.iter().position(|name| name == OWN_FILE).ok_or("its own file is not in it")?;
                Ok(Self::Protobuf(all, file))
            }
        }
    }

    const fn language(&self) -> Language {
        match self {
            Self::Avro(_) => Language::Avro,
            Self::Protobuf(..) => Language::Protobuf,
            Self::Json => Language::Json,
        }
    }
}

/// What is known of a schema's id.
#[derive(Debug, Clone)]
pub enum Lookup {
    Known(Arc<Schema>),
    /// Whoever knows it can't be asked just now: why, and what to do. The record has to wait; it is no dead letter.
    NotYet(String),
    /// The registry says that it has no such schema, or it is one that nobody can read: why.
    Unusable(String),
}

/// Who knows schemas by their ids.
pub trait Schemas {
    fn schema(&self, id: SchemaId) -> Lookup;

    /// These will be looked up soon: who has to ask somebody for them may do so for all at once.
    fn want(&self, _ids: &[SchemaId]) {}
}

/// Nobody knows any: for mappings that need no registry.
#[derive(Debug, Clone, Copy)]
pub struct NoSchemas;

impl Schemas for NoSchemas {
    fn schema(&self, _: SchemaId) -> Lookup {
        Lookup::NotYet("no schema registry is set: write its address as `registry.urls`".to_owned())
    }
}

/// A record can't be read yet: its schema is not known so far. It must be tried again, and not be passed over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("schema {id} is not known yet: {trouble}")]
pub struct NotReady {
    pub id: SchemaId,
    pub trouble: String,
}

/// Why a record is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    NotYet(NotReady),
    /// Its schema is unknown or unusable, which won't change.
    NoSchema(String),
    /// It is not of its schema.
    Wrong(String),
}

/// Where the schema of records stands.
#[derive(Debug, Default)]
pub enum Source {
    /// In a registry: a record says under which id.
    #[default]
    Registry,
    /// In a file.
    Avro(avro::Schema),
    /// In a file: this message of it.
    Protobuf(Descriptors, protobuf::At),
}

/// What stands before a value.
struct Prefix<'a> {
    id: Option<SchemaId>,
    /// What follows the id in a header.
    of_header: Option<&'a [u8]>,
    rest: &'a [u8],
}

impl<'a> Prefix<'a> {
    fn of(record: &Record<'a>, value: &'a [u8]) -> Self {
        let header = record.headers.iter().rfind(|(name, _)| name.eq_ignore_ascii_case(SCHEMA_HEADER));
        if let Some((Some(id), after)) = header.map(|(_, header)| id(header)) {
            return Self { id: Some(id), of_header: Some(after), rest: value };
        }
        let (id, rest) = id(value);
        Self { id, of_header: None, rest }
    }

    /// Which message of its file a record is, and its bytes: the places of the message, and of those around it, follow the id. The
    /// first message of all is a single 0.
    fn message(&self) -> Result<(Vec<usize>, &'a [u8]), String> {
        let mut from = Bytes(self.of_header.unwrap_or(self.rest));
        let place = |number: i64| usize::try_from(number).map_err(|_| format!("{number} is no place of a message"));
        let places = match place(from.zigzag()?)? {
            0 => vec![0],
            count if count <= MOST_PLACES => (0..count).map(|_| place(from.zigzag()?)).collect::<Result<_, _>>()?,
            count => return Err(format!("{count} messages lie within each other: at most {MOST_PLACES}")),
        };
        Ok((places, if self.of_header.is_some() { self.rest } else { from.0 }))
    }
}

/// A magic byte and four of a number, or sixteen of a GUID; and what follows.
fn id(bytes: &[u8]) -> (Option<SchemaId>, &[u8]) {
    let mut rest = Bytes(bytes);
    let found = match rest.array() {
        Ok([0]) => rest.array().ok().map(|id| SchemaId::Number(u32::from_be_bytes(id))),
        Ok([1]) => rest.array().ok().map(|id| SchemaId::Guid(u128::from_be_bytes(id))),
        _ => None,
    };
    found.map_or((None, bytes), |id| (Some(id), rest.0))
}

/// The id of a record's schema, if one stands there.
#[must_use]
pub fn id_of(record: &Record<'_>) -> Option<SchemaId> {
    Prefix::of(record, record.value?).id
}

/// A value without the id of its schema, if one stands there.
#[must_use]
pub fn without_prefix<'a>(record: &Record<'a>, value: &'a [u8]) -> &'a [u8] {
    Prefix::of(record, value).rest
}

impl Source {
    /// A value as JSON.
    ///
    /// # Errors
    /// It can't be read, or not yet.
    pub fn json(
        &self,
        language: Language,
        has_prefix: bool,
        record: &Record<'_>,
        schemas: &dyn Schemas,
    ) -> Result<Decoded, Unread> {
        let value = record.value.unwrap_or_default();
        let prefix = if has_prefix { Prefix::of(record, value) } else { Prefix { id: None, of_header: None, rest: value } };
        match self {
            Self::Avro(schema) => schema.json(prefix.rest).map_err(Unread::Wrong),
            Self::Protobuf(all, message) if has_prefix && prefix.id.is_some() => {
                let (places, bytes) = prefix.message().map_err(Unread::Wrong)?;
                if !all.is_at(*message, &places) {
                    let name = &all.messages[*message].name;
                    return Err(Unread::Wrong(format!("it is message {places:?} of its file, which is no {name}")));
                }
                all.json(*message, bytes).map_err(Unread::Wrong)
            }
            Self::Protobuf(all, message) => all.json(*message, prefix.rest).map_err(Unread::Wrong),
            Self::Registry => {
                let no_id = || Unread::Wrong(format!("no schema's id stands before it, nor in a header {SCHEMA_HEADER}"));
                let id = prefix.id.ok_or_else(no_id)?;
                let schema = match schemas.schema(id) {
                    Lookup::Known(schema) => schema,
                    Lookup::NotYet(trouble) => return Err(Unread::NotYet(NotReady { id, trouble })),
                    Lookup::Unusable(detail) => return Err(Unread::NoSchema(format!("schema {id}: {detail}"))),
                };
                if schema.language() != language {
                    let (theirs, ours) = (schema.language().name(), language.name());
                    return Err(Unread::NoSchema(format!("schema {id} is {theirs}, and the mapping is of {ours}")));
                }
                by_registry(&schema, &prefix).map_err(|wrong| Unread::Wrong(format!("schema {id}: {wrong}")))
            }
        }
    }
}

fn by_registry(schema: &Schema, prefix: &Prefix<'_>) -> Result<Decoded, String> {
    match schema {
        Schema::Avro(schema) => schema.json(prefix.rest),
        Schema::Protobuf(all, file) => {
            let (places, bytes) = prefix.message()?;
            let message = all.at(*file, &places).ok_or_else(|| format!("it has no message {places:?}"))?;
            all.json(message, bytes)
        }
        Schema::Json => {
            let json = std::str::from_utf8(prefix.rest).map_err(|error| error.to_string())?;
            Ok(Decoded { json: json.to_owned(), name: None })
        }
    }
}

#[cfg(test)]
mod tests;

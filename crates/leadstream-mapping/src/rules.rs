//! What a mapping makes of a record: compiled from its file.

use crate::path::Step;
use crate::record::Scanners;
use crate::scan::Scanner;
use crate::schema::{Language, Source};
use crate::value::Get;
use crate::value::When;
use crate::write::{At, steps_of};

/// Of what form the bytes are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Format {
    #[default]
    Json,
    /// Values between tabs, with these names.
    Tsv(Vec<String>),
    /// Fields of a form; what is JSON already stays.
    Form,
    /// Bytes that only their schema explains.
    Binary(Language),
}

/// A mapping that can be used.
#[derive(Debug, Default)]
pub struct Mapping {
    pub name: String,
    /// What it is of, in a line.
    pub about: String,
    /// The vendor's documentation.
    pub docs: Vec<String>,
    pub format: Format,
    /// Records are events in the form of the Segment spec already: only who they are about is read.
    pub is_as_is: bool,
    /// A registry's id stands before the value, or in a header.
    pub has_prefix: bool,
    /// Where the schema of a binary format stands.
    pub source: Source,
    /// Steps into the value, before anything else is looked at.
    pub unwrap: Vec<Step>,
    /// The list whose elements are events of their own.
    pub split: Option<Vec<Step>>,
    pub scanners: Scanners,
    pub skip: Vec<When>,
    pub names: Vec<Get>,
    pub time: Option<Get>,
    pub received: Option<Get>,
    /// The message's id is made of all of them.
    pub id: Vec<Get>,
    /// Some of them lie outside of the element: its number is part of the id.
    pub id_is_shared: bool,
    /// In the order in which the first that is there is the prospect.
    pub ids: Vec<(String, Get)>,
    /// Types that can be the prospect, in that order; empty: all but carts.
    pub prospect: Vec<String>,
    pub events: Vec<(String, Vec<Rule>)>,
    /// Of records without a value; none: they are skipped.
    pub tombstone: Vec<Rule>,
    /// Of all other names.
    pub otherwise: Vec<Rule>,
    pub fields: Vec<Field>,
    /// Of some events only.
    pub fields_for: Vec<(String, Vec<Field>)>,
    pub products: Option<Products>,
    pub examples: Vec<Example>,
}

/// One of the rules of a name: the first whose condition holds counts.
#[derive(Debug, Clone, Default)]
pub struct Rule {
    pub when: When,
    pub to: Vec<Target>,
    pub constants: Vec<(String, String)>,
    /// Goes before the mapping's.
    pub time: Option<Get>,
    /// Each stands for the mapping's of its type.
    pub ids: Vec<(String, Get)>,
    /// All members of an object, as properties under their own names.
    pub all: Option<Field>,
    /// An event for each element of this list.
    pub each: Option<Get>,
    pub line: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Skip,
    /// The name as it is.
    Keep,
    DeadLetter,
    Event(String),
}

/// A field of ours and where it comes from.
#[derive(Debug, Clone)]
pub struct Field {
    /// `properties.x` without `properties.`; `traits.x`, `context.x`.
    pub to: String,
    /// Where that stands.
    pub at: At,
    pub get: Get,
}

impl Field {
    #[must_use]
    pub fn new(to: &str, get: Get) -> Self {
        Self { to: to.to_owned(), at: steps_of(to), get }
    }
}

/// The list of products.
#[derive(Debug)]
pub struct Products {
    pub from: Get,
    pub scanner: Scanner,
    pub fields: Vec<Field>,
    /// Of these events; empty: of all.
    pub on: Vec<String>,
    /// Elements that are none.
    pub skip: Vec<When>,
}

/// A record and what comes of it.
#[derive(Debug, Clone, Default)]
pub struct Example {
    pub line: usize,
    pub headers: Vec<(String, String)>,
    pub key: Option<String>,
    /// The name of its schema.
    pub schema: Option<String>,
    /// Of a binary format it is the JSON that becomes of it.
    pub value: String,
    /// Each as far as it says: name, time, id, prospect, ids, and any of its fields.
    pub out: Vec<Vec<(String, leadstream_model::tree::Value)>>,
}

impl Mapping {
    /// Whether a record's headers are looked at.
    #[must_use]
    pub fn reads_headers(&self) -> bool {
        // The id of a schema may stand in one.
        self.has_prefix || self.scanners.reads_headers()
    }
}

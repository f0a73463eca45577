//! The mapping language: what the records of other systems say, in the words of leadstream, by a file and without Rust.
//!
//! ```text
//! shipped      the mappings in the binary
//! file         TOML in, a mapping or every fault with its line out
//! rules        a mapping, compiled
//! apply        a record in, what becomes of each of its elements out: an event, nothing, or a dead letter with its reason
//! elements     a record taken apart; explain: where each value came from
//! write        an event as JSON, as the decoder reads it
//! value        values with their units; conditions
//! propose      a file proposed from samples
//! scan path    one pass over JSON; where a value stands
//! format       what is no JSON, as JSON
//! schema       records of Avro and Protobuf as JSON, by a file or by the id that stands before them
//! avro protobuf binary         bytes by their schema, as JSON text
//! ```
//!
//! No loops, no state, no clock: the same record always gives the same events.

#![warn(clippy::pedantic)]
#![allow(clippy::similar_names, reason = "from and form, rule and rules: the field's words are alike")]

mod apply;
mod avro;
mod binary;
mod elements;
mod example;
mod explain;
mod file;
mod format;
mod json;
mod path;
pub mod propose;
mod protobuf;
mod record;
mod rules;
mod scan;
mod schema;
pub mod shipped;
mod value;
mod write;

pub use apply::{Outcome, What};
pub use elements::{MOST_EVENTS, Reason};
pub use file::{Files, parse, parse_with};
pub use record::Record;
pub use rules::{Format, Mapping, Target};
pub use schema::{Language, Lookup, NoSchemas, NotReady, SCHEMA_HEADER, Schema, SchemaId, SchemaText, Schemas};
pub use shipped::{SHIPPED, load};
pub use write::Event;

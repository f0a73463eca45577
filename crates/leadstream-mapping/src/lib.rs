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
//! scan path    one pass over JSON; where a value stands
//! format       what is no JSON, as JSON
//! ```
//!
//! No loops, no state, no clock: the same record always gives the same events.

#![warn(clippy::pedantic)]
#![allow(clippy::similar_names, reason = "from and form, rule and rules: the field's words are alike")]

mod apply;
mod elements;
mod example;
mod explain;
mod file;
mod format;
mod json;
mod path;
mod record;
mod rules;
mod scan;
pub mod shipped;
mod value;
mod write;

pub use apply::{Outcome, What};
pub use elements::{MOST_EVENTS, Reason};
pub use file::parse;
pub use record::Record;
pub use rules::{Mapping, Target};
pub use shipped::{SHIPPED, load};
pub use write::Event;

//! The model language: what a model file may say, what is wrong with one, and what it comes to.
//!
//! ```text
//! file         files and shipped models in, compiled models or every fault out
//! check        faults of all sections, and of models that run together
//! compile      to the `Model` that steps run on; its identity is a hash of the canonical text
//! describe     in words, statement by statement: `diff`, `aloud`; `dot` draws
//! section      the list of all sections, and a file or folder for each
//! condition    `on` and `where`, which nearly every section has
//! common       values that several sections read, check and describe alike
//! fields tree  TOML with the line of every value, read key by key; settings are read by it, too
//! ```
//!
//! Everything here runs once, when models are loaded or looked at. What runs for each event is `domain::model` of the core: plain
//! data that this crate fills.

#![warn(clippy::pedantic)]
#![allow(clippy::similar_names, reason = "from and form, rule and rules: the field's words are alike")]

pub mod aloud;
pub mod canonical;
mod check;
mod common;
pub mod compile;
mod condition;
mod contradictions;
pub mod describe;
pub mod diff;
pub mod dot;
pub mod fault;
pub mod fields;
pub mod file;
mod notes;
pub mod section;
pub mod tree;
pub mod units;

pub use contradictions::contradictions;
pub use fault::{Fault, Faults, Place, Spanned};
pub use file::{DEFAULT_MODEL, FileFault, Loaded, SHIPPED, build, default_models, from_texts, load, models, parse};
pub use notes::notes;
pub use section::ModelSpec;
pub use section::axis::spec::AxisSpec;
pub use section::cart::parse::cart;
pub use section::cart::spec::CartSpec;
pub use section::people::across::across;
pub use section::people::parse::FIT_SETS;

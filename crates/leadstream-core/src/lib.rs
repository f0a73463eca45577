//! The deterministic heart of leadstream: what a prospect's record holds, what an event does to it, and how it is stored.
//!
//! ```text
//! state_record   the record of one prospect as versioned protobuf bytes
//! engine         one partition in memory: prospects, timers, the open batch
//! domain         terms < event < state < model, output < rules < step: one event or due timer in, new state and effects out
//! ```
//!
//! Nothing here knows Kafka, tokio, a clock, randomness or the environment: the same arguments give the same answer. `Cargo.toml`
//! proves most of it, `clippy.toml` the rest.

pub mod domain;
pub mod engine;
pub mod state_record;

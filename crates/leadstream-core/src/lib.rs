//! The deterministic heart of leadstream: what a prospect's record holds, what an event does to it, and how it is stored.
//!
//! ```text
//! state_record   the record of one prospect as versioned protobuf bytes
//! engine         one partition in memory: prospects, timers; apply(event) -> effects, staged records
//! domain         events, models (stages, rules, scores, cart series), prospects, step(): the brain
//! ```
//!
//! Nothing here knows Kafka, tokio, a clock, randomness or the environment: the same arguments give the same answer. `Cargo.toml`
//! proves most of it, `clippy.toml` the rest.

pub mod domain;
pub mod engine;
pub mod state_record;

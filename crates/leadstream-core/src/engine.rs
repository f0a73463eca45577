//! Layer `engine`: one partition in memory. Prospects as encoded records, staged changes, timers, the task's time.
//!
//! Synchronous and deterministic: events and clock readings go in; effects and staged records come out. Like the domain it
//! knows no Kafka, no tokio, no protobuf, no metrics and no clock.

#![warn(clippy::pedantic)]

pub mod codec;
pub mod effects;
pub mod figures;
pub mod hashing;
pub mod merge;
pub mod planted;
mod prefetch;
pub mod routed;
pub mod store;
pub mod task;
mod task_input;
pub mod timers;

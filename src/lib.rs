//! leadstream: real-time lead scoring on Apache Kafka.
//!
//! ```text
//! main, app, config            wiring, settings, exit codes
//! kafka   wire   http          adapters: rdkafka / formats and state bytes / admin, dashboard
//! view                         what others read of it, as types: the answers of the API, explain and replay
//! leadstream-model             model files: read, checked, compiled, put into words
//! runtime                      one worker = one loop: receive, apply, commit, publish; ports as traits
//! engine                       one partition in memory: prospects, timers; apply(event) -> effects, staged records
//! domain                       events, model (stages, rules, scores, cart series), prospect, step(): the brain
//! telemetry (aside)            names, types, units and labels of all metrics; imports nothing of ours
//! rfc3339 (aside)              times as text, for all that leaves the service
//! ```
//!
//! Imports run downward only; `tests/formats/tidy.rs` holds that. Nothing below `runtime` can ask for the time.

pub mod app;
pub mod config;
pub mod http;
pub mod kafka;
pub mod rfc3339;
pub mod runtime;
pub mod telemetry;
pub mod view;
pub mod wire;

pub use leadstream_core::{domain, engine};

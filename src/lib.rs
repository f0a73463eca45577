//! leadstream: real-time lead scoring on Apache Kafka.
//!
//! ```text
//! main, app, config     commands, wiring, settings, exit codes
//! leadstream-mapping    mapping files: what records of other systems say, in our words
//! leadstream-model      model files: read, checked, compiled, described; runs once, when models are loaded
//! kafka  wire  http     adapters: the Kafka client / records and outputs as bytes / admin server and dashboard
//! registry              schemas of records, asked of a registry over HTTP and kept on disk
//! view                  the answers of the API and of commands, as types
//! runtime               supervisor: one thread per worker; worker: fetch, apply, commit, publish; ports as traits
//! state_record          a prospect's record as versioned protobuf bytes        ┐
//! engine                one partition in memory: prospects, timers, the batch  │
//! domain   step         one event or one due timer in, new state and effects   │ crates/leadstream-core
//!          rules        journeys, scores, carts, hand-overs: what events do    │
//!          output       what leaves: moves, reminders, hand-overs, notes       │
//!          model        compiled models, and what rules ask of them            │
//!          state        what a prospect's record holds: plain data             │
//!          event        one event, as decoded                                  │
//!          terms        closed sets that all of these share                    ┘
//! telemetry (aside)     names, types, units and labels of all metrics; imports nothing of ours
//! rfc3339 (aside)       times as text, for all that leaves the service
//! ```
//!
//! Imports run downward only; `tests/formats/tidy.rs` holds that. Nothing below `runtime` can ask for the time. `docs/architecture.md`
//! says more, and which way a record goes.

pub mod app;
pub mod config;
pub mod http;
pub mod kafka;
pub mod registry;
pub mod rfc3339;
pub mod runtime;
pub mod telemetry;
pub mod view;
pub mod wire;

pub use leadstream_core::{domain, engine, planted};

/// Where tests of properties beside the code keep the seeds of what failed once: with those of `tests/`.
#[cfg(test)]
fn regressions() -> proptest::test_runner::Config {
    use proptest::test_runner::{Config, FileFailurePersistence};
    Config::with_failure_persistence(FileFailurePersistence::SourceParallel("tests/proptest-regressions"))
}

//! Layer `wire`: formats. Records become events, outputs and state become bytes, what can't be used becomes a dead letter.
//!
//! Knows protobuf and JSON, but no Kafka client, no HTTP and no settings. `docs/bad-input.md` says what becomes of each kind
//! of bad input.

pub mod blocked_ids;
pub mod dead_letter;
pub mod decode;
pub mod event_ids;
pub mod forwards;
pub mod identity_settings;
mod json_escape;
pub mod mapped;
pub mod output;
pub mod route;
pub mod routed;

pub mod task_record;
mod tidy_id;
mod time;

pub use leadstream_core::state_record;
pub use leadstream_proto as proto;

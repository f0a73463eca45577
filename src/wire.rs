//! Floor 3: formats. Records become events, outputs and state become bytes, what can't be used becomes a dead letter.
//!
//! Knows protobuf and JSON, but no Kafka client, no HTTP and no settings. `docs/bad-input.md` says what becomes of each kind
//! of bad input.

pub mod dead_letter;
pub mod decode;
pub mod output;
mod special;
pub mod state_record;
pub mod task_record;
mod time;

/// The messages of `proto/leadstream/v1`.
#[allow(clippy::all, clippy::pedantic, missing_docs, reason = "generated")]
pub mod proto {
    include!(concat!(env!("OUT_DIR"), "/leadstream.v1.rs"));
}

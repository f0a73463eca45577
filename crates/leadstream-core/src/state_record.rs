//! The record of one prospect as versioned protobuf: `ProspectRecord` of `proto/leadstream/v1/state.proto`.
//!
//! Written and read by hand, straight from and into the domain's types: every event of every prospect passes here, and the
//! generated message would allocate everything twice. Tests hold that the generated message reads the very same bytes.
//!
//! A record may instead say that its id points to others: `encode_forward`, `decode_forward` and, without a look at the rest,
//! `is_forward`.
//!
//! Each file writes and reads one message, by means of `writer` and `reader` alone and of the messages within it. Every struct is
//! taken apart completely: a field added to the domain does not compile until it has a place here. Whatever the bytes are, the answer
//! is a prospect or an error; the memory that it takes is bounded by their number.

mod cart;
mod consent;
mod disqualified;
mod extras;
mod forward;
mod head;
mod ledger;
mod position;
mod prospect;
mod reader;
mod seen;
mod series;
mod stage;
mod track;
mod version;
mod writer;

pub use forward::{decode_forward, encode_forward, is_forward};
pub use version::VERSION;

use crate::domain::state::prospect::Prospect;
use crate::engine::codec::{Codec, CodecError};

/// The real state format.
#[derive(Debug, Clone, Copy, Default)]
pub struct StateCodec;

impl Codec for StateCodec {
    fn encode(&self, prospect: &Prospect, out: &mut Vec<u8>) {
        prospect::write(prospect, out);
    }

    fn decode_into(&self, bytes: &[u8], prospect: &mut Prospect) -> Result<(), CodecError> {
        prospect::read(bytes, prospect).map_err(|error| *error)
    }
}

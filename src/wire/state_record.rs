//! The record of one prospect as versioned protobuf (`proto/leadstream/v1/state.proto`).

use crate::domain::prospect::Prospect;
use crate::engine::codec::{Codec, CodecError};

/// Version that this build writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// The real state format.
#[derive(Debug, Clone, Copy, Default)]
pub struct StateCodec;

impl Codec for StateCodec {
    fn encode(&self, prospect: &Prospect, out: &mut Vec<u8>) {
        let _ = (prospect, out);
    }

    fn decode(&self, bytes: &[u8]) -> Result<Prospect, CodecError> {
        let _ = bytes;
        Err(CodecError::Damaged("not built yet".to_owned()))
    }
}

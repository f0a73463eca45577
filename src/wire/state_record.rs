//! The record of one prospect as versioned protobuf: `ProspectRecord` of `proto/leadstream/v1/state.proto`.
//!
//! Written and read by hand, straight from and into the domain's types: every event of every prospect passes here, and the
//! generated message would allocate everything twice. Tests hold that the generated message reads the very same bytes.

mod ledger;
mod more;
mod position;
mod read;
mod reader;
mod write;
mod writer;

use crate::domain::prospect::Prospect;
use crate::engine::codec::{Codec, CodecError};

/// Version that this build writes, and the newest that it reads; it reads all before it.
///
/// * 6: money and outcomes (contracts, how a recovery came about, what was handed over).
/// * 5: what real shops send (orders known by their ids, carts by what is in them).
/// * 4: lines of a cart for which there was no room (`lines_left_out`); that a user was named (`identified`); what stays of an erasure
///   (`erasure`).
/// * 3: what only some prospects have (`more`), persona, fit, grade, disqualification and ledger of a track.
/// * 2: ids seen have their times in seconds (`seen_seconds`). 1 had them in milliseconds (`seen_times`).
pub const VERSION: u32 = 6;

/// The real state format.
#[derive(Debug, Clone, Copy, Default)]
pub struct StateCodec;

impl Codec for StateCodec {
    fn encode(&self, prospect: &Prospect, out: &mut Vec<u8>) {
        write::prospect(prospect, out);
    }

    fn decode_into(&self, bytes: &[u8], prospect: &mut Prospect) -> Result<(), CodecError> {
        read::prospect(bytes, prospect).map_err(|error| *error)
    }
}

//! The port to the state format: the engine keeps records as bytes and doesn't know what they look like.

use crate::domain::state::prospect::Prospect;

/// Encodes and decodes a prospect's record. `wire::state_record` is the real one.
pub trait Codec {
    /// Appends the record's bytes to `out`. The same prospect always gives the same bytes.
    fn encode(&self, prospect: &Prospect, out: &mut Vec<u8>);

    /// Reads a record into an empty prospect: it is large, and every move of it costs.
    ///
    /// # Errors
    /// The bytes are damaged, or of a version that this build doesn't know.
    fn decode_into(&self, bytes: &[u8], prospect: &mut Prospect) -> Result<(), CodecError>;

    /// # Errors
    /// As [`Codec::decode_into`].
    fn decode(&self, bytes: &[u8]) -> Result<Prospect, CodecError> {
        let mut prospect = Prospect::default();
        self.decode_into(bytes, &mut prospect).map(|()| prospect)
    }
}

/// Why a record can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    #[error(
        "the state record is of version {found}, this build knows versions up to {known}: use the newer build, or an older changelog"
    )]
    Newer { found: u32, known: u32 },
    #[error("the state record is damaged: {0}")]
    Damaged(String),
}

//! What all tasks of a replay share.

use super::options::Options;
use super::spill::Spill;
use crate::wire::decode::Decoder;
use crate::wire::output::Encoder;

/// What all tasks share.
pub(super) struct Shared<'a> {
    pub options: &'a Options,
    pub decoder: &'a Decoder,
    /// `None`: the outputs are not needed.
    pub encoder: Option<&'a Encoder>,
    pub spill: &'a Spill,
    /// Only this prospect's events are applied; the others move the clock.
    pub only: Option<&'a String>,
    /// Only what leaves about the prospect of these names is kept.
    pub shown: Option<&'a [String]>,
}

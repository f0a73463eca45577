//! The one text of a model: independent of formatting, comments, key order and the order of moves. Its identity is a hash of it.

use crate::section::ModelSpec;
use sha2::{Digest, Sha256};

/// The whole effective model. The title is left out: it changes no output.
#[must_use]
pub fn text(spec: &ModelSpec) -> String {
    let lines = std::iter::once("leadstream model 1".to_owned()).chain(spec.canonical());
    lines.map(|line| line + "\n").collect()
}

/// What tells one model from another, whatever they are called: the beginning of the SHA-256 of its text.
#[must_use]
pub fn hash(spec: &ModelSpec) -> u64 {
    let digest = Sha256::digest(text(spec).as_bytes());
    digest.iter().take(8).fold(0_u64, |hash, byte| hash << 8 | u64::from(*byte))
}

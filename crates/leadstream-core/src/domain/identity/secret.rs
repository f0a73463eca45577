//! The secret that addresses are hashed with, so that who has only ids can't find the addresses by trying.

use super::normal::hex;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt;

/// Shortest secret: shorter ones can be tried.
pub const MIN_SECRET_BYTES: usize = 16;

/// How much of the hash an id has: 128 bits.
const ID_BYTES: usize = 16;

/// Why a text can't be the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretFault {
    #[error("has {0} bytes, and needs at least {MIN_SECRET_BYTES}: take the output of `openssl rand -hex 32`")]
    TooShort(usize),
}

/// Ready to hash; never shown.
#[derive(Clone)]
pub struct IdSecret(Hmac<Sha256>);

impl fmt::Debug for IdSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdSecret(…)")
    }
}

impl IdSecret {
    /// Blanks and line breaks around it don't count: files end with one.
    ///
    /// # Errors
    /// It is too short.
    #[allow(clippy::missing_panics_doc, reason = "there is no key that an HMAC refuses")]
    pub fn new(text: &str) -> Result<Self, SecretFault> {
        let text = text.trim();
        if text.len() < MIN_SECRET_BYTES {
            return Err(SecretFault::TooShort(text.len()));
        }
        Ok(Self(Hmac::new_from_slice(text.as_bytes()).expect("an HMAC takes a key of any length")))
    }

    /// Says whether two secrets are the same one, and nothing of either.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let mut mac = self.0.clone();
        mac.update(b"the settings of identity");
        crate::domain::ids::hash64(&mac.finalize().into_bytes()[..8])
    }

    /// The id of what has this hash.
    pub(super) fn of_hash(&self, hash: &[u8]) -> String {
        let mut mac = self.0.clone();
        mac.update(hash);
        hex(&mac.finalize().into_bytes()[..ID_BYTES])
    }
}

/// What the hash of a plain value is.
pub(super) fn sha256(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

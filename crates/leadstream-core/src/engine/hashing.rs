//! Hashes of keys that clients choose. Whoever knows the seed can choose a thousand keys that share one place of a table, and
//! each look-up then walks past all of them: so a process draws its seed at the start. No output depends on it.

use foldhash::SharedSeed;
use foldhash::fast::{FoldHasher, SeedableRandomState};
use std::hash::BuildHasher;

/// Builds the hashers of one process. The default is fixed: for tests, and for what holds no keys from outside.
#[derive(Debug, Clone)]
pub struct HashSeed(SeedableRandomState);

impl HashSeed {
    /// Both numbers have to be random: with only one of them known, keys can be made to collide. Call it once in a process,
    /// since what it makes stays for ever, and clone it.
    #[must_use]
    pub fn new(own: u64, shared: u64) -> Self {
        Self(SeedableRandomState::with_seed(own, Box::leak(Box::new(SharedSeed::from_u64(shared)))))
    }
}

impl Default for HashSeed {
    fn default() -> Self {
        Self(SeedableRandomState::fixed())
    }
}

impl BuildHasher for HashSeed {
    type Hasher = FoldHasher<'static>;

    #[inline]
    fn build_hasher(&self) -> FoldHasher<'static> {
        self.0.build_hasher()
    }
}

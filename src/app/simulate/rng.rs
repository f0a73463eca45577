//! The random numbers of a simulated shop.

use crate::domain::Ms;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The only source of randomness: the same seed and the same calls give the same answers.
#[derive(Debug)]
pub(super) struct SeededRng(ChaCha8Rng);

impl SeededRng {
    pub(super) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// In [0, 1).
    fn unit(&mut self) -> f64 {
        // 53 bits are what an f64 holds exactly.
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(super) fn chance(&mut self, share: f64) -> bool {
        share > 0.0 && self.unit() < share
    }

    /// In [0, n).
    pub(super) fn below(&mut self, n: u32) -> u32 {
        u32::try_from((u64::from(self.0.next_u32()) * u64::from(n)) >> 32).unwrap_or(0)
    }

    /// From `low` up to and including `high` milliseconds.
    pub(super) fn between(&mut self, low: Ms, high: Ms) -> Ms {
        let span = u64::try_from(high - low).unwrap_or(0) + 1;
        low + i64::try_from((u128::from(self.0.next_u64()) * u128::from(span)) >> 64).unwrap_or(0)
    }

    /// Exponentially distributed around `mean` milliseconds.
    pub(super) fn around(&mut self, mean: f64) -> Ms {
        (-(1.0 - self.unit()).ln() * mean) as Ms
    }

    /// A product: the first ones are the best sellers.
    pub(super) fn product(&mut self) -> u16 {
        let u = self.unit();
        (u * u * f64::from(super::catalogue::PRODUCTS)) as u16
    }
}

//! Seeded chance. Every concern draws from a stream of its own: a draw more in one does not change the others.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::cell::{RefCell, RefMut};

/// What a draw is for.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub enum Stream {
    Network,
    Faults,
    Workload,
    /// When threads get on.
    Schedule,
    /// What the broker draws.
    Broker,
    /// How the run as a whole is set up.
    Setup,
}

const STREAMS: usize = 6;

/// The streams of one run.
pub struct Dice([RefCell<Die>; STREAMS]);

impl Dice {
    /// The same for the same seed and workload.
    #[must_use]
    pub fn new(seed: u64, workload: &str) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        for (n, byte) in workload.bytes().enumerate() {
            key[8 + n % 24] ^= byte;
        }
        Self(std::array::from_fn(|stream| {
            let mut rng = ChaCha8Rng::from_seed(key);
            rng.set_stream(stream as u64);
            RefCell::new(Die(rng))
        }))
    }

    /// The next draws of one stream.
    #[must_use]
    pub fn of(&self, stream: Stream) -> RefMut<'_, Die> {
        self.0[stream as usize].borrow_mut()
    }
}

/// One stream of draws.
pub struct Die(ChaCha8Rng);

impl Die {
    /// A number below `end`; 0 when that is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        if end == 0 { 0 } else { self.0.random_range(0..end) }
    }

    /// A number from `from` to `to`, both included.
    pub fn between(&mut self, from: u64, to: u64) -> u64 {
        self.0.random_range(from..=to.max(from))
    }

    /// Whether something happens that happens so often.
    pub fn chance(&mut self, probability: f64) -> bool {
        probability > 0.0 && self.0.random_bool(probability.min(1.0))
    }

    /// One of these.
    ///
    /// # Panics
    /// There is none.
    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[usize::try_from(self.below(all.len() as u64)).expect("it was one")]
    }
}

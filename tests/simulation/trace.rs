//! What happened, as a hash of all of it and, on demand, as lines; and how often what happened.

use super::api::Us;
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};

/// Lines that are kept.
const KEPT_LINES: usize = 100_000;

/// Everything that happened in one run.
#[derive(Default)]
pub struct Trace {
    state: RefCell<State>,
    counts: RefCell<BTreeMap<&'static str, u64>>,
}

#[derive(Default)]
struct State {
    hash: u64,
    /// `None`: not recorded.
    lines: Option<VecDeque<String>>,
}

impl Trace {
    /// Keeps the last lines from here on.
    pub fn record(&self) {
        self.state.borrow_mut().lines = Some(VecDeque::new());
    }

    /// Something happened: what, and two numbers that tell it from its like.
    pub fn note(&self, now: Us, what: &'static str, numbers: [u64; 2], line: impl FnOnce() -> String) {
        let mut state = self.state.borrow_mut();
        for word in [now, what.len() as u64, u64::from(what.as_bytes()[0]), numbers[0], numbers[1]] {
            state.hash = (state.hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
        if let Some(lines) = &mut state.lines {
            if lines.len() == KEPT_LINES {
                lines.pop_front();
            }
            lines.push_back(format!("{:>12.6} {what} {}", now as f64 / 1e6, line()));
        }
    }

    /// Two runs with the same hash did the same.
    #[must_use]
    pub fn hash(&self) -> u64 {
        self.state.borrow().hash
    }

    /// The last lines, oldest first.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.state.borrow().lines.iter().flatten().cloned().collect()
    }

    /// Counts something that is to be covered.
    pub fn cover(&self, what: &'static str) {
        *self.counts.borrow_mut().entry(what).or_default() += 1;
    }

    /// How often what happened.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.counts.borrow().clone()
    }
}

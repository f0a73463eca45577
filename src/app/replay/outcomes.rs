//! What became of records of topics with a mapping.

use crate::runtime::ports::MappingOutcome;

/// How many elements of records came to each outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcomes([u64; MappingOutcome::ALL.len()]);

impl Outcomes {
    pub(super) fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(mine, others)| *mine += others);
    }

    pub(super) fn count(&mut self, outcome: MappingOutcome) {
        self.0[outcome as usize] += 1;
    }

    /// All outcomes, also those that nothing came to.
    pub fn by_name(&self) -> impl Iterator<Item = (&'static str, u64)> {
        MappingOutcome::ALL.into_iter().map(MappingOutcome::name).zip(self.0)
    }
}

//! What left and what was held back lately, with the checks: for the question why.

/// What left and what was held back lately, with the checks: for the question why.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decisions {}

impl Decisions {
    /// Nothing is known: it takes no bytes in the record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

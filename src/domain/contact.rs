//! What was sent lately, and what bounced: caps count it.

/// What was sent lately, and what bounced: caps count it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Contact {}

impl Contact {
    /// Nothing is known: it takes no bytes in the record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

//! Kinds of triggers.

/// `type` of a record in `leadstream.triggers`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TriggerKind {
    Fired,
    Recalled,
}

impl TriggerKind {
    /// In metrics and summaries.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fired => "fired",
            Self::Recalled => "recalled",
        }
    }
}

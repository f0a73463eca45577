//! What only trusted inputs may say.

/// What an event decides over a prospect that only the shop's own systems may: it is accepted from trusted inputs alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Authority {
    /// The prospect is erased.
    Erasure,
    /// Consent is withdrawn, or an address is no good.
    Consent,
    /// Sales answers.
    Sales,
}

impl Authority {
    /// Every one, in the order of the documentation.
    pub const ALL: [Self; 3] = [Self::Erasure, Self::Consent, Self::Sales];

    /// Closed metric label.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Erasure => "erasure",
            Self::Consent => "consent",
            Self::Sales => "sales",
        }
    }

    /// What such events do, for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Erasure => "erases the prospect",
            Self::Consent => "withdraws consent (unsubscribe, bounce, complaint)",
            Self::Sales => "answers for sales",
        }
    }
}

//! Words of accounts: what changed of one, and how it is judged.

/// `type` of a record in `leadstream.accounts`. The numbers are part of ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountKind {
    JourneyChanged = 0,
    FunnelChanged = 1,
    ConsensusReached = 2,
    ConsensusLost = 3,
    /// By what came late, a transition that was said does not stand.
    ConsensusRecalled = 4,
    /// The group as a whole.
    Disqualified = 5,
    Reopened = 6,
}

impl AccountKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::JourneyChanged,
        Self::FunnelChanged,
        Self::ConsensusReached,
        Self::ConsensusLost,
        Self::ConsensusRecalled,
        Self::Disqualified,
        Self::Reopened,
    ];

    /// The `type` of the output record.
    #[must_use]
    pub fn type_name(self) -> &'static str {
        match self {
            Self::JourneyChanged | Self::FunnelChanged => "account.stage-changed",
            Self::ConsensusReached => "account.consensus-reached",
            Self::ConsensusLost => "account.consensus-lost",
            Self::ConsensusRecalled => "account.consensus-recalled",
            Self::Disqualified => "account.disqualified",
            Self::Reopened => "account.reopened",
        }
    }
}

/// What an event decides about a group as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountVerdict {
    Disqualified,
    Reopened,
}

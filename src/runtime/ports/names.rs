//! Closed sets that outputs, headers and metric labels are named by.

use crate::domain::names::Authority;

/// Why a record can't be used: a closed list (docs/bad-input.md), also the metric label and the `leadstream-reason` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeadReason {
    UnreadableValue,
    KeyMissing,
    KeyEmpty,
    KeyTooLong,
    KeyNotUtf8,
    ValueTooLarge,
    UnknownVersion,
    NoName,
    AbsurdTime,
    /// The key is one of the service's own.
    KeyReserved,
    /// Nothing is wrong with the event, but its input may not say such things.
    Untrusted(Authority),
}

impl DeadReason {
    /// Every reason, in the order of the documentation.
    pub const ALL: [Self; 13] = [
        Self::UnreadableValue,
        Self::KeyMissing,
        Self::KeyEmpty,
        Self::KeyTooLong,
        Self::KeyNotUtf8,
        Self::ValueTooLarge,
        Self::UnknownVersion,
        Self::NoName,
        Self::AbsurdTime,
        Self::KeyReserved,
        Self::Untrusted(Authority::Erasure),
        Self::Untrusted(Authority::Consent),
        Self::Untrusted(Authority::Sales),
    ];

    /// What an untrusted input was not allowed to say.
    #[must_use]
    pub fn authority(self) -> Option<Authority> {
        if let Self::Untrusted(authority) = self { Some(authority) } else { None }
    }

    /// The name in headers and metric labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UnreadableValue => "unreadable-value",
            Self::KeyMissing => "key-missing",
            Self::KeyEmpty => "key-empty",
            Self::KeyTooLong => "key-too-long",
            Self::KeyNotUtf8 => "key-not-utf8",
            Self::ValueTooLarge => "value-too-large",
            Self::UnknownVersion => "unknown-version",
            Self::NoName => "no-name",
            Self::AbsurdTime => "absurd-time",
            Self::KeyReserved => "key-reserved",
            Self::Untrusted(Authority::Erasure) => "untrusted-erasure",
            Self::Untrusted(Authority::Consent) => "untrusted-consent",
            Self::Untrusted(Authority::Sales) => "untrusted-sales",
        }
    }
}

/// Why a transaction was aborted, as a metric label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// A record is larger than its topic takes.
    TooLarge,
    /// A topic takes no records of such a time.
    Timestamp,
    /// A topic does not take such records: damaged, without a key, of another form.
    InvalidRecord,
    /// A policy of the broker.
    Policy,
    /// A right is missing.
    Authorization,
    /// A topic or partition is missing.
    NoTopic,
    /// The consumer is no member of its group, or the group has moved on.
    Membership,
    /// Not written, or not answered, in time.
    TimedOut,
    /// The brokers can't be reached, or are changing places.
    Connection,
    /// The broker lost count of what the producer wrote.
    Sequence,
    /// Too many records of an input can't be used.
    PoisonedInput,
    /// It is not known how the transaction ended.
    UnknownOutcome,
    Other,
}

impl Cause {
    /// Every cause, in the order of the documentation.
    pub const ALL: [Self; 13] = [
        Self::TooLarge,
        Self::Timestamp,
        Self::InvalidRecord,
        Self::Policy,
        Self::Authorization,
        Self::NoTopic,
        Self::Membership,
        Self::TimedOut,
        Self::Connection,
        Self::Sequence,
        Self::PoisonedInput,
        Self::UnknownOutcome,
        Self::Other,
    ];

    /// The name in metric labels and logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TooLarge => "too-large",
            Self::Timestamp => "timestamp",
            Self::InvalidRecord => "invalid-record",
            Self::Policy => "policy",
            Self::Authorization => "authorization",
            Self::NoTopic => "no-topic",
            Self::Membership => "membership",
            Self::TimedOut => "timed-out",
            Self::Connection => "connection",
            Self::Sequence => "sequence",
            Self::PoisonedInput => "poisoned-input",
            Self::UnknownOutcome => "unknown-outcome",
            Self::Other => "other",
        }
    }
}

/// The output topics, without their prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutTopic {
    StageChanges,
    ScoreChanges,
    CartAbandoned,
    CartOutcomes,
    Triggers,
    HandOvers,
    Accounts,
    /// Internal: the updates of members for their accounts. Only with a model that knows accounts.
    AccountMembers,
    DeadLetters,
    State,
}

impl OutTopic {
    /// Every topic that the service writes to.
    pub const ALL: [Self; 10] = [
        Self::StageChanges,
        Self::ScoreChanges,
        Self::CartAbandoned,
        Self::CartOutcomes,
        Self::Triggers,
        Self::HandOvers,
        Self::Accounts,
        Self::AccountMembers,
        Self::DeadLetters,
        Self::State,
    ];

    /// The topics that there must be; `accounts`: a model knows accounts.
    pub fn used(accounts: bool) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |topic| accounts || *topic != Self::AccountMembers)
    }

    /// The short name: files of `replay` are called so.
    #[must_use]
    pub fn short_name(self) -> &'static str {
        match self {
            Self::StageChanges => "stage-changes",
            Self::ScoreChanges => "score-changes",
            Self::CartAbandoned => "cart-abandoned",
            Self::CartOutcomes => "cart-outcomes",
            Self::Triggers => "triggers",
            Self::HandOvers => "hand-overs",
            Self::Accounts => "accounts",
            Self::AccountMembers => "account-members",
            Self::DeadLetters => "dead-letters",
            Self::State => "state",
        }
    }

    /// The topic's name before any prefix.
    #[must_use]
    pub fn topic_name(self) -> String {
        format!("leadstream.{}", self.short_name())
    }
}

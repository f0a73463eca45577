//! Closed sets that outputs, headers and metric labels are named by.

use crate::domain::names::Authority;

/// A closed set: the enum, its members in the order of the documentation, and the names that they have outside.
macro_rules! closed_set {
    ($(#[$doc:meta])* $set:ident, $(#[$what:meta])* $name_of:ident {
        $($(#[$about:meta])* $member:ident = $name:literal),* $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $set {
            $($(#[$about])* $member),*
        }

        impl $set {
            /// All of them, in the order of the documentation.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$member),*];

            $(#[$what])*
            #[must_use]
            pub fn $name_of(self) -> &'static str {
                match self {
                    $(Self::$member => $name),*
                }
            }
        }
    };
}
pub(crate) use closed_set;

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
    /// One record holds more events than its mapping may make of it.
    TooManyEvents,
    /// Its mapping wants events of this name here.
    UnwantedName,
    /// The registry doesn't know the schema that it was written with, or nobody can read that.
    UnknownSchema,
    /// An event was sent on more often than a person has ids.
    TooManyHops,
    /// Nothing is wrong with the event, but its input may not say such things.
    Untrusted(Authority),
}

impl DeadReason {
    /// Every reason, in the order of the documentation.
    pub const ALL: [Self; 17] = [
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
        Self::TooManyEvents,
        Self::UnwantedName,
        Self::UnknownSchema,
        Self::TooManyHops,
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
            Self::TooManyEvents => "too-many-events",
            Self::UnwantedName => "unknown-name",
            Self::UnknownSchema => "unknown-schema",
            Self::TooManyHops => "too-many-hops",
            Self::Untrusted(Authority::Erasure) => "untrusted-erasure",
            Self::Untrusted(Authority::Consent) => "untrusted-consent",
            Self::Untrusted(Authority::Sales) => "untrusted-sales",
        }
    }
}

closed_set! {
    /// Why a transaction was aborted, as a metric label.
    Cause,
    /// The name in metric labels and logs.
    name {
        /// A record is larger than its topic takes.
        TooLarge = "too-large",
        /// A topic takes no records of such a time.
        Timestamp = "timestamp",
        /// A topic does not take such records: damaged, without a key, of another form.
        InvalidRecord = "invalid-record",
        /// A policy of the broker.
        Policy = "policy",
        /// A right is missing.
        Authorization = "authorization",
        /// A topic or partition is missing.
        NoTopic = "no-topic",
        /// The consumer is no member of its group, or the group has moved on.
        Membership = "membership",
        /// Not written, or not answered, in time.
        TimedOut = "timed-out",
        /// The brokers can't be reached, or are changing places.
        Connection = "connection",
        /// The broker lost count of what the producer wrote.
        Sequence = "sequence",
        /// Too many records of an input can't be used.
        PoisonedInput = "poisoned-input",
        /// It is not known how the transaction ended.
        UnknownOutcome = "unknown-outcome",
        Other = "other",
    }
}

closed_set! {
    /// What became of an element of a record whose topic has a mapping, as a metric label.
    MappingOutcome,
    /// The name in metric labels and summaries.
    name {
        Mapped = "mapped",
        /// Under the name that it came with.
        Kept = "kept",
        Skipped = "skipped",
        /// It says nowhere who it is about.
        NoPerson = "no-person",
        /// It can't be used for another reason.
        Dead = "dead",
    }
}

closed_set! {
    /// The output topics, without their prefix.
    OutTopic,
    /// The short name: files of `replay` are called so.
    short_name {
        StageChanges = "stage-changes",
        ScoreChanges = "score-changes",
        CartAbandoned = "cart-abandoned",
        CartOutcomes = "cart-outcomes",
        Triggers = "triggers",
        HandOvers = "hand-overs",
        Accounts = "accounts",
        /// Who became part of whom. Only with identity.
        Identities = "identities",
        /// Internal: the updates of members for their accounts. Only with a model that knows accounts.
        AccountMembers = "account-members",
        /// Internal: the events of inputs that are routed, by prospect. Only with such inputs; routers write it.
        Events = "events",
        /// Internal: what ids are told, and events that are sent on. Only with identity.
        Forwards = "forwards",
        /// Internal: ids that are nobody's, for all instances. Only with identity.
        Identity = "identity",
        DeadLetters = "dead-letters",
        State = "state",
    }
}

impl OutTopic {
    /// The topics that the engine writes; `accounts`: a model knows accounts; `identity`: ids may point to others.
    pub fn used(accounts: bool, identity: bool) -> impl Iterator<Item = Self> {
        let is_used = move |topic: &Self| match topic {
            Self::Events => false,
            Self::AccountMembers => accounts,
            Self::Identities | Self::Forwards | Self::Identity => identity,
            _ => true,
        };
        Self::ALL.into_iter().filter(is_used)
    }

    /// The topics that a router writes.
    pub fn of_routers(identity: bool) -> impl Iterator<Item = Self> {
        [Self::Events, Self::DeadLetters].into_iter().chain(identity.then_some(Self::Forwards))
    }

    /// The topic's name before any prefix.
    #[must_use]
    pub fn topic_name(self) -> String {
        format!("leadstream.{}", self.short_name())
    }
}

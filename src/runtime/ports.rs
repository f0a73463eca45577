//! What the runtime needs from the outside, as traits and plain data; adapters live in `kafka` and `wire`.

use crate::domain::Ms;
use crate::domain::event::Event;

/// One input record as it lies in memory; nothing is copied.
#[derive(Debug, Clone, Copy)]
pub struct RecordView<'a> {
    /// Index of the topic among all input topics, in configured order.
    pub input: u16,
    pub partition: i32,
    pub offset: i64,
    /// The record's time (Kafka timestamp).
    pub timestamp_ms: Ms,
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    /// The `content-type` header, when the record has one.
    pub content_type: Option<&'a [u8]>,
}

/// Why a record can't be used: the fixed list of the contract, also the metric label and the `leadstream-reason` header.
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
}

impl DeadReason {
    /// Every reason, in the order of the documentation.
    pub const ALL: [Self; 9] = [
        Self::UnreadableValue,
        Self::KeyMissing,
        Self::KeyEmpty,
        Self::KeyTooLong,
        Self::KeyNotUtf8,
        Self::ValueTooLarge,
        Self::UnknownVersion,
        Self::NoName,
        Self::AbsurdTime,
    ];

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
        }
    }
}

/// A record that can't be used: it goes to the dead letters with its original bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    pub reason: DeadReason,
    /// For people; bounded length, no personal data.
    pub detail: String,
}

/// Turns records into events. `wire::decode::Decoder` is the real one.
pub trait Decode {
    /// # Errors
    /// The record can't be used; the reason says why.
    fn decode<'a>(&self, record: &RecordView<'a>) -> Result<Event<'a>, Rejected>;
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
    DeadLetters,
    State,
}

impl OutTopic {
    /// Every topic that the service writes to.
    pub const ALL: [Self; 9] = [
        Self::StageChanges,
        Self::ScoreChanges,
        Self::CartAbandoned,
        Self::CartOutcomes,
        Self::Triggers,
        Self::HandOvers,
        Self::Accounts,
        Self::DeadLetters,
        Self::State,
    ];

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

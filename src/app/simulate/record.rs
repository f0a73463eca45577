//! What simulated shops give away: records of the input topics.

use crate::domain::Ms;

/// The input topics, in configured order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub enum Topic {
    #[default]
    Clickstream,
    Email,
    Cart,
}

impl Topic {
    pub const ALL: [Self; 3] = [Self::Clickstream, Self::Email, Self::Cart];

    /// The topic's name before any prefix, also the name of its file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Clickstream => "clickstream",
            Self::Email => "email",
            Self::Cart => "cart",
        }
    }

    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }
}

/// One record as it would lie in Kafka, with those that its act gives right after it. Reused between calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    pub topic: Topic,
    pub record_ms: Ms,
    pub key: Option<Vec<u8>>,
    pub value: Vec<u8>,
    pub headers: Vec<(&'static str, String)>,
    /// Of the same record time.
    pub also: Vec<Self>,
}

impl Record {
    /// Where it lies: sources that know no prospect write no key.
    pub fn place_unkeyed(&mut self, topic: Topic, record_ms: Ms) {
        (self.topic, self.record_ms, self.key) = (topic, record_ms, None);
    }
}

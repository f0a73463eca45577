//! Dead letters, as `deadletters list --json` and `deadletters redrive --json` show them.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The answer of `deadletters list`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct DeadLettersView {
    /// By reason and topic.
    pub dead_letters: Vec<DeadLetterCount>,
    pub total: u64,
}

/// Dead letters of one reason and topic.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct DeadLetterCount {
    pub count: u64,
    /// When the newest was written: RFC 3339, or `no time`.
    pub newest: String,
    /// When the oldest was written: RFC 3339, or `no time`.
    pub oldest: String,
    pub reason: String,
    /// How many of them went back to their topic.
    pub redriven: u64,
    /// The input that they came from.
    pub topic: String,
}

/// One dead letter: a line of `deadletters list --each`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct DeadLetterView {
    pub detail: String,
    /// Number of the element in its record, from 0, where it is about one alone.
    pub element: Option<u32>,
    pub from: RecordPlace,
    /// Headers of the original record that found no room.
    pub headers_left_out: u64,
    /// Size of the original key, where it was cut.
    pub key_truncated_from_bytes: Option<u64>,
    /// Where the dead letter itself lies.
    pub offset: i64,
    pub partition: i32,
    pub reason: String,
    /// It went back to its topic.
    pub redriven: bool,
    /// Of the original record: RFC 3339, or `no time`.
    pub time: String,
    /// Size of the original value, where it was cut.
    pub truncated_from_bytes: Option<u64>,
    pub value_bytes: usize,
}

/// Where the original record lies.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct RecordPlace {
    pub offset: i64,
    pub partition: i32,
    pub topic: String,
}

/// The answer of `deadletters redrive`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct RedriveView {
    /// Were sent back before.
    pub already_redriven: u64,
    /// They were really sent; else this is what would be.
    pub executed: bool,
    /// Came from a topic that is no input here, by topic: not sent.
    pub not_an_input: BTreeMap<String, u64>,
    /// Sent to their topics again.
    pub redriven: u64,
    /// Came from a topic that is gone.
    pub topic_gone: u64,
    /// Were cut when they were written, and can't be sent.
    pub truncated: u64,
}

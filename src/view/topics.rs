//! What became of the topics, as `topics create --json` shows it.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The answer of `topics create`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct TopicsView {
    pub topics: Vec<TopicView>,
}

/// One topic that should be there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct TopicView {
    /// The settings that it should have, by name.
    pub configs: BTreeMap<String, String>,
    /// What is not as it should be, or why it could not be made.
    pub note: Option<String>,
    /// How many it should have.
    pub partitions: u32,
    /// `created`, `would be created`, `exists` or `failed`.
    pub state: String,
    pub topic: String,
}

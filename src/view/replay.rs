//! The summary of a replay, as `summary.json` holds it.

use super::funnel::ModelName;
use super::recovery::RecoveryView;
use super::time::Time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a replay counted. The same to the byte each time, so there are no durations in it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct ReplaySummary {
    /// Good events later than `--until`: not applied.
    pub after_until: u64,
    /// Events from before the prospect asked to be forgotten: not applied.
    pub before_erasure: u64,
    /// Fields of good events that could not be used.
    pub broken_fields: u64,
    /// Times that were set to the record's, because the event's own could not be.
    pub clamped: u64,
    /// Times that were corrected by what the sender's clock was wrong.
    pub clock_corrected: u64,
    /// By reason: where to look, and how the line begins.
    pub dead_letter_examples: BTreeMap<String, DeadLetterExample>,
    /// By reason.
    pub dead_letters: BTreeMap<String, u64>,
    pub duplicates: u64,
    pub events: u64,
    pub first_event: Option<Time>,
    pub last_event: Option<Time>,
    pub late: u64,
    /// Times without a zone.
    pub local_times: u64,
    /// What became of the records of topics that are routed or have a mapping that changes something, by mapping and outcome.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub mappings: BTreeMap<String, BTreeMap<String, u64>>,
    pub models: Vec<ModelName>,
    /// Names of events that nearly are known ones, by the known ones.
    pub near_misses: Vec<NearMiss>,
    /// How many events each known name nearly had.
    pub near_misses_by_name: BTreeMap<String, u64>,
    /// Outcomes of carts, by type.
    pub outcomes: BTreeMap<String, u64>,
    /// By topic.
    pub outputs: BTreeMap<String, u64>,
    pub partitions: u32,
    pub prospects: u64,
    /// Lines that were read; of topics with a mapping, events of them and what could not be used.
    pub records: u64,
    pub recovery: RecoveryView,
    /// Triggers of the model, by name.
    pub triggers: BTreeMap<String, TriggerCount>,
    /// Cart triggers.
    pub triggers_by_step: BTreeMap<String, u64>,
    /// A time, or `forever`; `null`: no event was read.
    pub until: Option<String>,
    /// Events about a product that named none, by their name.
    pub without_product: BTreeMap<String, u64>,
}

/// The first line that became a dead letter for a reason.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct DeadLetterExample {
    pub begins: String,
    pub detail: String,
    pub file: String,
    pub line: u64,
}

/// A name that nearly is a known one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct NearMiss {
    pub count: u64,
    pub did_you_mean: String,
    pub name: String,
}

/// How often a trigger left, and was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct TriggerCount {
    pub fired: u64,
    pub recalled: u64,
}

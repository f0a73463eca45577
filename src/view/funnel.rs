//! Who stands where over an instance, as `/api/v1/funnel` shows it and `report` reads it.

use super::figures::FiguresView;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The answer about the funnel. The first model stands in front, as if it were the only one; all of them follow.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct FunnelView {
    /// Every task of this instance is ready: nothing is missing from the numbers.
    pub complete: bool,
    pub dead_letters: u64,
    pub events: u64,
    pub figures: FiguresView,
    /// Of the first model.
    pub funnel: Vec<Named>,
    /// The consumer group.
    pub group: String,
    /// Of the first model.
    pub journey: Vec<Named>,
    /// Of the first model.
    pub labels: Vec<Named>,
    /// Records not read yet, by topic, as far as they are known.
    pub lag_records: BTreeMap<String, u64>,
    /// The first one.
    pub model: ModelName,
    pub models: Vec<OfModel>,
    /// Those that were counted.
    pub partitions: Vec<i32>,
    pub prospects: u64,
    pub score_changes: u64,
    pub stage_changes: u64,
}

/// A model and its version.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct ModelName {
    pub hash: String,
    pub name: String,
}

/// The prospects that one model is in charge of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct OfModel {
    pub funnel: Vec<Named>,
    pub hash: String,
    pub journey: Vec<Named>,
    pub labels: Vec<Named>,
    pub name: String,
    /// First those who are none of the personas; empty for a model without personas.
    pub personas: Vec<OfPersona>,
    pub prospects: u64,
}

/// Where the prospects of one persona stand: a row of the coverage matrix.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct OfPersona {
    pub funnel: Vec<Named>,
    pub journey: Vec<Named>,
    /// `null`: none of the personas.
    pub name: Option<String>,
    pub prospects: u64,
}

/// How many prospects stand in a stage.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Named {
    /// `null`: in none.
    pub name: Option<String>,
    pub prospects: u64,
}

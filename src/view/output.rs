//! A record of the output topics as `explain` reads it: the fields that it shows.

use super::time::Time;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// One record.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct OutputView {
    pub at: Option<Time>,
    pub axis: Option<String>,
    pub cart_id: Option<String>,
    pub cause: Option<String>,
    /// The id that another prospect claims.
    pub claimed: Option<String>,
    /// What was known of a lead's company.
    pub company: Option<CompanyView>,
    /// What caused it, unless time did.
    pub event: Option<EventView>,
    pub from: Option<String>,
    #[serde(rename = "type")]
    pub kind: String,
    pub qualification: Option<String>,
    pub reason: Option<String>,
    pub reasons: Vec<String>,
    /// Who does not get it.
    pub refused: Option<String>,
    pub step: Option<u8>,
    pub to: Option<String>,
    pub trigger: Option<String>,
}

/// What was known of a lead's company.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct CompanyView {
    pub active_colleagues: Vec<IgnoredAny>,
    pub agreed: Vec<IgnoredAny>,
    pub consensus: bool,
    pub consensus_since: Option<Time>,
    pub expected: u64,
    pub funnel: Option<String>,
    pub journey: Option<String>,
    pub name: String,
}

/// The event behind an output.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct EventView {
    pub name: Option<String>,
}

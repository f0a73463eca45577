//! What `check` found, as `check --json` shows it.

use super::identity::IdentitySampleView;
use serde::{Deserialize, Serialize};

/// The answer of `check`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct CheckView {
    /// What must be put right first.
    pub faults: Vec<CheckLine>,
    /// What is as it should be.
    pub good: Vec<CheckLine>,
    /// What identity would do with the newest records: with `--identity`, or where it is on, and brokers were asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<IdentitySampleView>,
    /// There is no fault.
    pub ok: bool,
    pub warnings: Vec<CheckLine>,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct CheckLine {
    /// What it is about: `settings`, `model`, `http`, `state`, `kafka`, `topics`, `keys`, `inputs`, `identity` or `rights`.
    pub area: String,
    /// Of a fault: what is wrong, and what to do.
    pub message: String,
}

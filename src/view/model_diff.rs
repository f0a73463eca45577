//! What changed between two models, as `model diff --json` shows it.

use serde::{Deserialize, Serialize};

/// The answer of `model diff`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct ModelDiffView {
    /// Hash of the model after.
    pub after: String,
    /// Hash of the model before; the same: both mean the same.
    pub before: String,
    /// In the order of the model file.
    pub changes: Vec<ChangeView>,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct ChangeView {
    pub about: String,
    /// What the model after says of it. Moves and rules say nothing of themselves: they are there or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// What the model before says of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// `added`, `removed` or `changed`.
    pub change: String,
}

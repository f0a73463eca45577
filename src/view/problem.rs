//! Why a question is not answered.

use serde::{Deserialize, Serialize};

/// The answer to what can't be answered, besides its status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Problem {
    /// What is wrong, and what to do.
    pub error: String,
    /// Of a prospect or account that another instance owns (421).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition: Option<i32>,
}

impl Problem {
    #[must_use]
    pub fn new(error: impl Into<String>) -> Self {
        Self { error: error.into(), group: None, partition: None }
    }
}

/// What is read of an answer that gives no reason.
impl Default for Problem {
    fn default() -> Self {
        Self::new("no reason given")
    }
}

//! Carts and their reminders over an instance, as `/api/v1/carts` shows them.

use super::recovery::RecoveryView;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The answer about carts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct CartsView {
    /// Every task of this instance is ready: nothing is missing from the numbers.
    pub complete: bool,
    /// Prospects with an open cart.
    pub open: u64,
    /// Outputs by type.
    pub outcomes: BTreeMap<String, u64>,
    /// Those that were counted.
    pub partitions: Vec<i32>,
    pub recovery: RecoveryView,
    /// Prospects whose series is armed or running.
    pub series_pending: u64,
    /// Steps that wait until their task has caught up.
    pub steps_held: u64,
    pub triggers: Vec<StepCount>,
}

/// How many reminders of a step left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct StepCount {
    pub left: u64,
    /// 1-based.
    pub step: usize,
}

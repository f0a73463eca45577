//! What the file says of an axis.

use crate::condition::spec::{ConditionSpec, Tests};
use crate::fault::{At, Place};
use leadstream_core::domain::Ms;

/// Stages left that a record keeps per axis, when the model says nothing.
const DEFAULT_HISTORY: i64 = 4;

#[derive(Debug, Clone, Default)]
pub struct AxisSpec {
    pub place: Place,
    /// The file has a section for this axis.
    pub given: bool,
    pub stages: Vec<At<String>>,
    pub moves: Vec<At<MoveSpec>>,
    /// `stale = { after, to, except }`: for every stage but these.
    pub stale_all: Option<At<StaleAllSpec>>,
    /// `stale = { intent = { after, to } }`: by stage.
    pub stale_by_stage: Vec<(At<String>, StaleSpec)>,
    /// `renamed = { "old name" = "new name" }`.
    pub renamed: Vec<(At<String>, At<String>)>,
    pub history: Option<At<i64>>,
    /// Events that close a journey: what comes after begins the next one.
    pub closed_by: Vec<At<String>>,
    /// `lapse = { after, to, from }`: customers of whom nothing was seen for long.
    pub lapse: Option<At<LapseSpec>>,
}

#[derive(Debug, Clone)]
pub struct LapseSpec {
    pub stale: StaleSpec,
    pub from: Vec<At<String>>,
}

#[derive(Debug, Clone)]
pub struct StaleAllSpec {
    pub stale: StaleSpec,
    pub except: Vec<At<String>>,
}

#[derive(Debug, Clone)]
pub struct StaleSpec {
    pub after_ms: At<Ms>,
    pub to: At<String>,
}

#[derive(Debug, Clone, Default)]
pub struct MoveSpec {
    pub to: Option<At<String>>,
    pub from: Vec<At<String>>,
    pub when: ConditionSpec,
    pub times: Option<At<i64>>,
    pub within_ms: Option<At<Ms>>,
    pub same: Option<At<String>>,
    pub distinct: Option<At<String>>,
    pub sessions: Option<At<i64>>,
    /// What the cart holds: `lines`, `quantity`, `value`, and their tests.
    pub cart: Tests,
}

impl AxisSpec {
    /// Stages left that a record keeps.
    #[must_use]
    pub fn history(&self) -> i64 {
        self.history.as_ref().map_or(DEFAULT_HISTORY, |history| history.value)
    }
}

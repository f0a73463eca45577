//! What the file says of an axis.

use crate::condition::spec::{ConditionSpec, Tests};
use crate::fault::{Place, Spanned};
use leadstream_core::domain::Ms;

/// Stages left that a record keeps per axis, when the model says nothing.
const DEFAULT_HISTORY: i64 = 4;

#[derive(Debug, Clone, Default)]
pub struct AxisSpec {
    pub place: Place,
    /// The file has a section for this axis.
    pub given: bool,
    pub stages: Vec<Spanned<String>>,
    pub moves: Vec<Spanned<MoveSpec>>,
    /// `stale = { after, to, except }`: for every stage but these.
    pub stale_all: Option<Spanned<StaleAllSpec>>,
    /// `stale = { intent = { after, to } }`: by stage.
    pub stale_by_stage: Vec<(Spanned<String>, StaleSpec)>,
    /// `renamed = { "old name" = "new name" }`.
    pub renamed: Vec<(Spanned<String>, Spanned<String>)>,
    pub history: Option<Spanned<i64>>,
    /// Events that close a journey: what comes after begins the next one.
    pub closed_by: Vec<Spanned<String>>,
    /// `lapse = { after, to, from }`: customers of whom nothing was seen for long.
    pub lapse: Option<Spanned<LapseSpec>>,
}

#[derive(Debug, Clone)]
pub struct LapseSpec {
    pub stale: StaleSpec,
    pub from: Vec<Spanned<String>>,
}

#[derive(Debug, Clone)]
pub struct StaleAllSpec {
    pub stale: StaleSpec,
    pub except: Vec<Spanned<String>>,
}

#[derive(Debug, Clone)]
pub struct StaleSpec {
    pub after_ms: Spanned<Ms>,
    pub to: Spanned<String>,
}

#[derive(Debug, Clone, Default)]
pub struct MoveSpec {
    pub to: Option<Spanned<String>>,
    pub from: Vec<Spanned<String>>,
    pub when: ConditionSpec,
    pub times: Option<Spanned<i64>>,
    pub within_ms: Option<Spanned<Ms>>,
    pub same: Option<Spanned<String>>,
    pub distinct: Option<Spanned<String>>,
    pub sessions: Option<Spanned<i64>>,
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

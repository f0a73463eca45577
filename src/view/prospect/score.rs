//! A score, and the ledger that adds up to it.

use crate::domain::Ms;
use crate::domain::model::{Model, Models};
use crate::domain::rules::ledger::{self, Line, What};
use crate::domain::rules::score::label;
use crate::domain::rules::score::points;
use crate::domain::state::prospect::Prospect;
use crate::domain::state::track::Track;
use crate::domain::state::traits::Traits;
use crate::view::sometimes::{self, Sometimes};
use crate::view::time::Time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A score. Points have three decimals.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct ScoreView {
    /// What the prospect did.
    pub engagement: f64,
    /// Who it is; `null` for a model without fit.
    pub fit: Option<f64>,
    /// Such as `A1`; `null` for a model without fit.
    pub grade: Option<String>,
    /// Points by group.
    pub groups: BTreeMap<String, f64>,
    pub label: Option<String>,
    pub label_falls_at: Option<Time>,
    pub label_rises_at: Option<Time>,
    pub ledger: Vec<LedgerLineView>,
    pub ledger_sum: f64,
    pub total: f64,
}

impl ScoreView {
    pub(super) fn of(track: &Track, prospect: &Prospect, model: &Model, models: &Models, now_ms: Ms) -> Self {
        let groups = model.score.groups.iter();
        let traits = prospect.extras.as_ref().map(|extras| &extras.traits);
        let nobody = Traits::default();
        let ledger = ledger::account(track, traits.unwrap_or(&nobody), model, models.vocabulary.names(), now_ms);
        let changes_at = track.label_falls_at_ms.and_then(Time::of);
        let rises = label::rises_next(track, model);
        Self {
            engagement: rounded(points::engagement(track, &model.score, now_ms)),
            fit: model.people.fit_of(track).map(rounded),
            grade: model.people.grade_of(track).map(|grade| grade.to_string()),
            groups: groups.map(|g| (g.name.to_string(), rounded(points::group_points(track, g, now_ms)))).collect(),
            label: label::label_of(&model.score.labels, track).map(|l| l.name.to_string()),
            label_falls_at: changes_at.filter(|_| !rises),
            label_rises_at: changes_at.filter(|_| rises),
            ledger_sum: rounded(ledger.iter().map(|line| line.now).sum()),
            ledger: ledger.iter().map(LedgerLineView::of).collect(),
            total: rounded(points::total(track, &model.score, now_ms)),
        }
    }
}

/// What gave points, and what they are worth now.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct LedgerLineView {
    /// Of an event.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "sometimes::read")]
    pub at: Sometimes<Time>,
    /// Of an event: its name; `null`: no model names it.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "sometimes::read")]
    pub event: Sometimes<String>,
    /// Of an event: its points then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given: Option<f64>,
    /// `null`: about the score as a whole.
    pub group: Option<String>,
    pub now: f64,
    /// Of an event, or of the fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// `event`, `brought-forward`, `fit`, `fit-cap` or `cap`.
    pub what: String,
}

impl LedgerLineView {
    fn of(line: &Line<'_>) -> Self {
        let of = |what: &str| Self {
            group: line.group.map(str::to_owned),
            now: rounded(line.now),
            what: what.to_owned(),
            ..Self::default()
        };
        match line.what {
            What::Event { at_ms, given, event, rule } => Self {
                at: Some(Time::of(at_ms)),
                event: Some(event.map(str::to_owned)),
                given: Some(rounded(given)),
                rule: Some(rule.to_owned()),
                ..of("event")
            },
            What::Brought => of("brought-forward"),
            What::Fit(rule) => Self { rule: Some(rule.to_owned()), ..of("fit") },
            What::FitCap => of("fit-cap"),
            What::Cap => of("cap"),
        }
    }
}

/// Points for people: three decimals.
fn rounded(points: f64) -> f64 {
    (points * 1_000.0).round() / 1_000.0
}

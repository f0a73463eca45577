//! Where a prospect stands in one model.

use super::journeys::{self, PastJourneyView};
use super::lead::DisqualifiedView;
use super::names::Names;
use super::score::ScoreView;
use crate::domain::Ms;
use crate::domain::model::{AxisModel, Models};
use crate::domain::state::prospect::Prospect;
use crate::domain::state::track::{PastStage, StagePosition, Track};
use crate::domain::terms::movement::Axis;
use crate::view::sometimes::{self, Sometimes};
use crate::view::time::Time;
use serde::{Deserialize, Serialize};

/// Where a prospect stands in one model. Of a model that runs no more only `funnel`, `journey` and `model` are said.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct TrackView {
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "sometimes::read")]
    pub disqualified: Sometimes<DisqualifiedView>,
    /// `null`: not entered.
    pub funnel: Option<StageView>,
    /// Of the model; `null`: the prospect was last judged by another version of it.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "sometimes::read")]
    pub hash: Sometimes<String>,
    /// `null`: not entered.
    pub journey: Option<StageView>,
    pub model: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "sometimes::read")]
    pub persona: Sometimes<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<ScoreView>,
}

impl TrackView {
    pub(super) fn of(track: &Track, prospect: &Prospect, models: &Models, now_ms: Ms) -> Self {
        // A track of a model that runs no more has no names for its numbers.
        let model = models.models.iter().find(|m| m.name == track.model);
        let stage = |axis: Axis| {
            let axis_model = model.map(|m| &m.axes[axis]);
            let names = Names { events: models.vocabulary.names(), stages: axis_model.map_or(&[], |m| &m.stages) };
            track.positions[axis].as_ref().map(|p| StageView::of(p, axis_model, &names, now_ms))
        };
        let place = Self {
            funnel: stage(Axis::Funnel),
            journey: stage(Axis::Journey),
            model: track.model.to_string(),
            ..Self::default()
        };
        let Some(model) = model else { return place };
        Self {
            disqualified: Some(track.disqualified.as_deref().map(DisqualifiedView::of)),
            hash: Some(Some(model.hash_text.clone()).filter(|_| model.hash == track.model_hash)),
            paused: Some(track.paused),
            persona: Some(model.people.persona_of(track).map(|persona| persona.to_string())),
            score: Some(ScoreView::of(track, prospect, model, models, now_ms)),
            ..place
        }
    }
}

/// Where a prospect stands on one axis.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct StageView {
    /// What brought it there: `event`, `stale`, `disqualified`, `re-entered`, …
    pub cause: String,
    pub entered: Option<Time>,
    /// `null`: no model names it, or time was the cause.
    pub event: Option<String>,
    /// Stages before this one, oldest first.
    pub history: Vec<PastStageView>,
    pub in_stage_ms: i64,
    /// These four only where something closes journeys.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "sometimes::read")]
    pub journey_began: Sometimes<Time>,
    /// `null` while the journey is open.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "sometimes::read")]
    pub journey_closed: Sometimes<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub journey_number: Option<u32>,
    /// Oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub past_journeys: Option<Vec<PastJourneyView>>,
    pub stage: String,
    /// How many stages are in the history.
    pub stages_left: usize,
    pub stale_at: Option<Time>,
}

impl StageView {
    fn of(position: &StagePosition, model: Option<&AxisModel>, names: &Names<'_>, now_ms: Ms) -> Self {
        let journeys = journeys::of(position, model, names);
        Self {
            cause: position.by.cause.name().to_owned(),
            entered: Time::of(position.entered_ms),
            event: names.event(position.by),
            history: position.history.iter().map(|past| PastStageView::of(past, names)).collect(),
            in_stage_ms: now_ms.saturating_sub(position.entered_ms).max(0),
            journey_began: journeys.as_ref().map(|j| j.began),
            journey_closed: journeys.as_ref().map(|j| j.closed),
            journey_number: journeys.as_ref().map(|j| j.number),
            past_journeys: journeys.map(|j| j.past),
            stage: position.stage.to_string(),
            stages_left: position.history.len(),
            stale_at: position.stale_at_ms.and_then(Time::of),
        }
    }
}

/// A stage that the prospect has left.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct PastStageView {
    pub cause: String,
    pub entered: Option<Time>,
    pub event: Option<String>,
    /// `null`: the model has it no more.
    pub stage: Option<String>,
}

impl PastStageView {
    fn of(past: &PastStage, names: &Names<'_>) -> Self {
        Self {
            cause: past.by.cause.name().to_owned(),
            entered: Time::of(past.entered_ms),
            event: names.event(past.by),
            stage: names.stage(past.stage_hash),
        }
    }
}

//! Which journey a prospect is on, and those before it, each with the stages that are still remembered of it.

use super::names::Names;
use crate::domain::Ms;
use crate::domain::model::AxisModel;
use crate::domain::rules::journey::next::closed_ms;
use crate::domain::state::track::StagePosition;
use crate::view::time::Time;
use serde::{Deserialize, Serialize};

/// A journey that was closed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct PastJourneyView {
    pub began: Option<Time>,
    pub closed: Option<Time>,
    pub number: usize,
    /// As far back as the record keeps them, oldest first.
    pub stages: Vec<EnteredView>,
}

/// A stage of a past journey.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct EnteredView {
    pub entered: Option<Time>,
    /// `null`: the model has it no more.
    pub stage: Option<String>,
}

/// What is said of the journeys of an axis.
pub(super) struct Journeys {
    pub(super) number: u32,
    pub(super) began: Option<Time>,
    pub(super) closed: Option<Time>,
    pub(super) past: Vec<PastJourneyView>,
}

/// `None` where nothing closes a journey: there is only one, which has no number.
pub(super) fn of(position: &StagePosition, model: Option<&AxisModel>, names: &Names<'_>) -> Option<Journeys> {
    let model = model.filter(|model| model.is_closed_by_something())?;
    let oldest_ms = position.history.first().map_or(position.entered_ms, |past| past.entered_ms);
    let journeys = position.journeys.as_deref();
    let (number, began_ms) = journeys.map_or((1, oldest_ms), |journeys| (journeys.number(), journeys.began_ms));
    let past = journeys.map_or(&[][..], |journeys| &journeys.past);
    let begins_next = past.iter().skip(1).map(|next| next.began_ms).chain([began_ms]);
    let before = past.iter().zip(begins_next).enumerate().map(|(n, (journey, next_ms))| PastJourneyView {
        began: Time::of(journey.began_ms),
        closed: Time::of(journey.closed_ms),
        number: journeys.map_or(0, |journeys| journeys.forgotten as usize) + n + 1,
        stages: stages(position, journey.began_ms, next_ms, names),
    });
    Some(Journeys {
        number,
        began: Time::of(began_ms),
        closed: closed_ms(model, position).and_then(Time::of),
        past: before.collect(),
    })
}

/// The stages that were entered in a journey.
fn stages(position: &StagePosition, from_ms: Ms, to_ms: Ms, names: &Names<'_>) -> Vec<EnteredView> {
    let past = position.history.iter().filter(|past| (from_ms..to_ms).contains(&past.entered_ms));
    past.map(|past| EnteredView { entered: Time::of(past.entered_ms), stage: names.stage(past.stage_hash) }).collect()
}

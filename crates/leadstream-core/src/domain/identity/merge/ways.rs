//! The way that is not kept was counted, too: what of it the record remembers is taken back, move by move.

use crate::domain::Ms;
use crate::domain::model::stages::stage_index;
use crate::domain::model::{AxisModel, Model};
use crate::domain::output::given_up::{GivenUpMove, TakenBack};
use crate::domain::output::{Body, Effects, NoOpportunity};
use crate::domain::rules::journey::direction;
use crate::domain::state::track::{Journeys, Opening, StagePosition, Track};
use crate::domain::terms::movement::{Axis, Cause, Direction};

/// A stage on the way; `stage`: `None` where the model has none of this name any more.
#[derive(Clone, Copy)]
struct Stop {
    stage: Option<usize>,
    entered_ms: Ms,
    cause: Cause,
}

fn stops(position: &StagePosition, model: &AxisModel) -> Vec<Stop> {
    let past = position.history.iter().map(|past| Stop {
        stage: model.hashes.iter().position(|hash| *hash == past.stage_hash),
        entered_ms: past.entered_ms,
        cause: past.by.cause,
    });
    let here = Stop { stage: stage_index(model, &position.stage), entered_ms: position.entered_ms, cause: position.by.cause };
    past.chain([here]).collect()
}

/// Takes back the way to this position, and its opportunity: one person is one. `journeys`: those that are the person's. What was before
/// the journey that it is on is no part of it, nor what was before it was disqualified and came back.
pub(super) fn give_up(
    position: &StagePosition,
    journeys: Option<&Journeys>,
    axis: Axis,
    (index, model): (usize, &Model),
    effects: &mut Effects,
) {
    moves(position, journeys, axis, (index, &model.axes[axis]), effects);
    opportunity(position, None, axis, (index, model), effects);
}

fn moves(
    position: &StagePosition,
    journeys: Option<&Journeys>,
    axis: Axis,
    (index, model): (usize, &AxisModel),
    effects: &mut Effects,
) {
    let all = stops(position, model);
    let begins = |stop: &Stop| match stop.cause {
        Cause::NextJourney => journeys.is_some_and(|journeys| journeys.began_at(stop.entered_ms)),
        Cause::ReEntered => true,
        _ => false,
    };
    let began = all.iter().rposition(begins);
    // An order that came to nothing led back to a stage as of its first entry: when that was counted is not remembered.
    let led_back = all.windows(2).rposition(|two| two[1].entered_ms < two[0].entered_ms).map(|at| at + 1);
    let first = began.max(led_back).unwrap_or(0);
    let is_cut =
        first == 0 && began.is_none() && position.history.len() >= model.history || led_back.is_some_and(|at| at == first);
    for at in first..all.len() {
        let Stop { stage, entered_ms, cause } = all[at];
        let Some(to) = stage else { continue };
        let left = (at > first).then(|| all[at - 1]);
        let is_entry = at == first && (is_cut || cause == Cause::NextJourney);
        let what = if is_entry {
            TakenBack::Entry { to }
        } else {
            let from = left.and_then(|left| Some((left.stage?, left.entered_ms)));
            TakenBack::Move {
                from,
                to: Some(to),
                cause,
                direction: direction(model, (left.is_none(), left.and_then(|left| left.stage)), to, cause),
            }
        };
        effects.given_up_mut().moves.push(GivenUpMove { model: index, axis, at_ms: entered_ms, what });
    }
}

fn opportunity(position: &StagePosition, out_ms: Option<Ms>, axis: Axis, (index, model): (usize, &Model), effects: &mut Effects) {
    let Some(pipeline) = model.pipeline.filter(|pipeline| pipeline.axis == axis) else { return };
    let Opening { since_ms, won_ms } = pipeline.opening(&model.axes, position);
    if since_ms.is_some() || won_ms.is_some() {
        let lost_ms = out_ms.filter(|_| won_ms.is_none());
        effects.no_opportunities.push(NoOpportunity { model: index, opened_ms: since_ms, won_ms, lost_ms });
    }
}

/// Of two of whom one is disqualified, the verdict of `into` counts: all of the other's way is given up. Of somebody who is disqualified
/// alone (`out` is false) there is nothing but what it left then.
pub(super) fn give_up_all(counted: &Track, own_is_out: bool, (index, model): (usize, &Model), effects: &mut Effects) {
    for axis in Axis::ALL {
        let axis_model = &model.axes[axis];
        if let Some(out) = &counted.disqualified {
            let Some(stood) = &out.stood[axis] else { continue };
            moves(stood, stood.journeys.as_deref(), axis, (index, axis_model), effects);
            opportunity(stood, Some(out.since_ms), axis, (index, model), effects);
            let from = stage_index(axis_model, &stood.stage).map(|stage| (stage, stood.entered_ms));
            let what = TakenBack::Move { from, to: None, cause: Cause::Disqualified, direction: Direction::Back };
            effects.given_up_mut().moves.push(GivenUpMove { model: index, axis, at_ms: out.since_ms, what });
        } else if own_is_out && let Some(position) = &counted.positions[axis] {
            drop_unsaid(index, axis, effects);
            give_up(position, position.journeys.as_deref(), axis, (index, model), effects);
        }
    }
}

/// What was moved back without a word on a way that is given up is not counted.
pub(super) fn drop_unsaid(model: usize, axis: Axis, effects: &mut Effects) {
    let is_of = |body: &Body| matches!(body, Body::StageChanged(change) if change.axis == axis);
    effects.unsaid.retain(|output| output.model != model || !is_of(&output.body));
}

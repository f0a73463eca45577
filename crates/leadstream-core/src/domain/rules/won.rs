//! What was sold, and what sales lost, moves a prospect where no move of the model speaks of it: to the stage that is won, or
//! back before the opportunities.

use crate::domain::event::Event;
use crate::domain::ids::name_hash;
use crate::domain::model::Model;
use crate::domain::model::stages::stage_index;
use crate::domain::model::won::told_before_won;
use crate::domain::names::Kind;
use crate::domain::output::NoOpportunity;
use crate::domain::rules::context::StepContext;
use crate::domain::rules::journey;
use crate::domain::rules::journey::moved::{Moved, Presence};
use crate::domain::rules::order_news::Skip;
use crate::domain::state::prospect::Prospect;
use crate::domain::state::track::{EnteredBy, Opening, Track};
use crate::domain::terms::movement::{Axis, Cause};

/// One of the shop's own people is no opportunity and wins none.
pub(super) fn disown(prospect: &Prospect, step: &mut StepContext<'_, '_>) {
    for (index, model) in step.models.models.iter().enumerate() {
        let Some(track) = prospect.tracks.get(index).filter(|track| track.model == model.name) else { continue };
        let Some(pipeline) = model.pipeline else { continue };
        let Some(position) = track.positions[pipeline.axis].as_ref() else { continue };
        let Opening { since_ms, won_ms } = pipeline.opening(&model.axes, position);
        if since_ms.is_some() || won_ms.is_some() {
            step.effects.no_opportunities.push(NoOpportunity { model: index, opened_ms: since_ms, won_ms, lost_ms: None });
        }
    }
}

/// Moves one axis by an event: as the moves of the model say, and by what was sold or lost, if it is the axis on which is won.
/// Orders move by the moves of the model alone.
#[inline]
pub(crate) fn move_axis(
    track: &mut Track,
    axis: Axis,
    model: &Model,
    event: &Event<'_>,
    presence: Presence,
    (skip, is_sale): (Skip<'_>, bool),
) -> Option<Moved> {
    let moved = journey::move_axis(track, axis, &model.axes[axis], event, presence, skip);
    if !matches!(event.kind, Kind::Contract | Kind::Sales) {
        return moved;
    }
    let Some(further) = by_sales(track, axis, model, event, is_sale, presence) else { return moved };
    let Some(first) = moved else { return Some(further) };
    // A move for any event came first: one event moves once, so there was no stage in between.
    if let Some(position) = track.positions[axis].as_mut() {
        position.by.cause = first.cause;
        let between = model.axes[axis].stages.get(first.to).map(|stage| name_hash(stage));
        if position.history.last().map(|past| past.stage_hash) == between {
            position.history.pop();
        }
    }
    Some(Moved { to: further.to, ..first })
}

fn by_sales(track: &mut Track, axis: Axis, model: &Model, event: &Event<'_>, is_sale: bool, presence: Presence) -> Option<Moved> {
    let places = model.won.places.filter(|places| places.axis == axis)?;
    let axis_model = &model.axes[axis];
    let named = axis_model.moves_by_name.get(usize::from(event.name_id.0)).map_or(&[][..], Vec::as_slice);
    let position = track.positions[axis].as_ref();
    let stage = match position {
        Some(position) => Some(stage_index(axis_model, &position.stage)?),
        None => None,
    };
    let to = if is_sale && model.won.is_contract(event) {
        if told_before_won(named.iter().filter_map(|n| axis_model.moves.get(usize::from(*n))), places.won) {
            return None;
        }
        Some(places.won).filter(|won| stage.is_none_or(|stage| axis_model.is_before_won(stage, *won)))?
    } else if named.is_empty() && model.won.is_lost(event) {
        let is_open = stage.is_some_and(|stage| (places.open..places.won).contains(&stage));
        // Late news does not undo what came after it.
        let is_news = position.is_some_and(|position| event.time_ms >= position.entered_ms);
        places.lost_to.filter(|_| is_open && is_news)?
    } else {
        return None;
    };
    let by = EnteredBy::event(Cause::Event, &event.name);
    journey::enter(track, axis, axis_model, to, event.time_ms, by, presence.last_activity_ms)
}

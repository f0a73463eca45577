//! What was sold, and what sales lost, moves a prospect where no move of the model speaks of it: to the stage that is won, or back before
//! the opportunities.

use super::Ms;
use super::effect::{Axis, Cause};
use super::event::Event;
use super::journey::{self, Moved, stage_index};
use super::model::Model;
use super::names::Kind;
use super::prospect::{EnteredBy, Track};

/// Moves one axis, if it is the one on which is won. Orders move by the moves of the model alone.
#[inline]
pub(super) fn move_axis(
    track: &mut Track,
    axis: Axis,
    model: &Model,
    event: &Event<'_>,
    is_sale: bool,
    last_activity_ms: Option<Ms>,
) -> Option<Moved> {
    matches!(event.kind, Kind::Contract | Kind::Sales)
        .then(|| by_sales(track, axis, model, event, is_sale, last_activity_ms))
        .flatten()
}

fn by_sales(
    track: &mut Track,
    axis: Axis,
    model: &Model,
    event: &Event<'_>,
    is_sale: bool,
    last_activity_ms: Option<Ms>,
) -> Option<Moved> {
    let places = model.won.places.filter(|places| places.axis == axis)?;
    let axis_model = &model.axes[axis.index()];
    // What the model says of this event is all there is to say.
    if axis_model.moves_by_name.get(usize::from(event.name_id.0)).is_some_and(|moves| !moves.is_empty()) {
        return None;
    }
    let position = track.positions[axis.index()].as_ref();
    let stage = match position {
        Some(position) => Some(stage_index(axis_model, &position.stage)?),
        None => None,
    };
    let to = if is_sale && model.won.is_contract(event) {
        Some(places.won).filter(|won| stage.is_none_or(|stage| stage < *won))?
    } else if model.won.is_lost(event) {
        let is_open = stage.is_some_and(|stage| (places.open..places.won).contains(&stage));
        // Late news does not undo what came after it.
        let is_news = position.is_some_and(|position| event.time_ms >= position.entered_ms);
        places.lost_to.filter(|_| is_open && is_news)?
    } else {
        return None;
    };
    let by = EnteredBy::event(Cause::Event, &event.name);
    journey::enter(track, axis, axis_model, to, event.time_ms, by, last_activity_ms)
}

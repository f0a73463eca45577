//! Where somebody stands: the further stage of each axis.

use crate::domain::Ms;
use crate::domain::model::AxisModel;
use crate::domain::model::stages::stage_index;
use crate::domain::rules::journey::moved::Moved;
use crate::domain::rules::journey::stale_at;
use crate::domain::state::track::{Journeys, PastJourney, StagePosition};
use crate::domain::terms::movement::{Axis, Cause, Direction};

/// The position that is not kept, and of which of the two it is.
pub(super) enum NotKept {
    Own(StagePosition),
    Theirs(StagePosition),
}

/// Takes over the other's position if it is further; gives the move, and the position that is given up.
pub(super) fn further(
    own: &mut Option<StagePosition>,
    theirs: Option<StagePosition>,
    axis: Axis,
    model: &AxisModel,
    (at_ms, last_activity_ms): (Ms, Option<Ms>),
) -> (Option<Moved>, Option<NotKept>) {
    let Some(mut theirs) = theirs else { return (None, None) };
    let to = stage_index(model, &theirs.stage);
    let Some(mut stood) = own.take() else {
        let moved =
            to.map(|to| Moved { axis, from: None, to, direction: Direction::Enter, cause: Cause::Merged, in_stage_ms: 0 });
        *own = Some(theirs);
        return (moved, None);
    };
    let from = stage_index(model, &stood.stage);
    if !is_further((to, &theirs), (from, &stood), model) || has_gone_stale(&theirs, to, &stood, model, last_activity_ms) {
        stood.journeys = journeys(stood.journeys, theirs.journeys.as_deref(), model);
        *own = Some(stood);
        return (None, Some(NotKept::Theirs(theirs)));
    }
    theirs.journeys = journeys(theirs.journeys, stood.journeys.as_deref(), model);
    let moved = to.filter(|_| theirs.stage != stood.stage).map(|to| Moved {
        axis,
        from: Some(stood.stage.clone()),
        to,
        direction: Direction::Forward,
        cause: Cause::Merged,
        in_stage_ms: (at_ms - stood.entered_ms).max(0),
    });
    *own = Some(theirs);
    (moved, Some(NotKept::Own(stood)))
}

/// Whether the first is further than the second. Of one stage the earlier entry counts. Who lapsed and came back under another
/// name has come back.
fn is_further(
    (one, theirs): (Option<usize>, &StagePosition),
    (other, stood): (Option<usize>, &StagePosition),
    model: &AxisModel,
) -> bool {
    let lapsed = |stage: Option<usize>| stage.is_some() && stage == model.lapsed;
    match (lapsed(one), lapsed(other)) {
        (true, false) if other.is_some() => theirs.entered_ms >= stood.entered_ms,
        (false, true) if one.is_some() => theirs.entered_ms > stood.entered_ms,
        _ => one > other || one == other && theirs.entered_ms < stood.entered_ms,
    }
}

/// The other one has gone stale already, and this would have been by then, too, whichever of both did something last: it is not taken
/// up again to be given up once more.
fn has_gone_stale(
    position: &StagePosition,
    stage: Option<usize>,
    other: &StagePosition,
    model: &AxisModel,
    last_activity_ms: Option<Ms>,
) -> bool {
    let stale_ms = stale_at(model, stage, position, last_activity_ms);
    other.by.cause == Cause::Stale && stale_ms.is_some_and(|stale_ms| stale_ms <= other.entered_ms)
}

/// The journeys of both, each once.
fn journeys(own: Option<Box<Journeys>>, other: Option<&Journeys>, model: &AxisModel) -> Option<Box<Journeys>> {
    let Some(Journeys { began_ms, closed_ms, past, forgotten }) = other else { return own };
    let mut own = own.unwrap_or_else(|| Box::new(Journeys { began_ms: *began_ms, ..Journeys::default() }));
    // One that the other name closed is one of the person's.
    let closed = closed_ms.map(|closed_ms| PastJourney { began_ms: *began_ms, closed_ms });
    let closed = closed.filter(|closed| closed.closed_ms <= own.began_ms);
    for journey in past.iter().copied().chain(closed) {
        if !own.past.contains(&journey) {
            own.past.push(journey);
        }
    }
    own.past.sort_by_key(|journey| (journey.closed_ms, journey.began_ms));
    own.closed_ms = own.closed_ms.max(closed_ms.filter(|closed_ms| *closed_ms > own.began_ms));
    own.forgotten = own.forgotten.max(*forgotten);
    let surplus = own.past.len().saturating_sub(model.history.min(crate::domain::model::MAX_STAGES) + 1);
    own.past.drain(..surplus);
    own.forgotten = own.forgotten.saturating_add(u32::try_from(surplus).unwrap_or(0));
    Some(own)
}

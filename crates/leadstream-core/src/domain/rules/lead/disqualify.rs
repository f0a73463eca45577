//! Disqualified: the prospect is no lead any more and stands nowhere, until it comes back.

use crate::domain::Ms;
use crate::domain::event::Event;
use crate::domain::ids::event_mark;
use crate::domain::model::Model;
use crate::domain::model::sales::{DISQUALIFIED, RE_ENTRY_RESET, ReEntryScore, ReEntryStage};
use crate::domain::output::StageChanged;
use crate::domain::rules::context::{ModelContext, StepContext};
use crate::domain::rules::journey;
use crate::domain::rules::journey::moved::{Moved, Presence};
use crate::domain::rules::lead::reason::said_why;
use crate::domain::rules::score::points;
use crate::domain::state::track::{Disqualified, EnteredBy, Track};
use crate::domain::terms::movement::{Axis, Cause, Direction};

/// Takes a prospect out when a rule of the model says so. True: it is out now. A rule is deaf to what is older than the last
/// return.
pub(in crate::domain) fn take_out(
    track: &mut Track,
    index: usize,
    event: &Event<'_>,
    re_entered_ms: Option<Ms>,
    evaluated_at_ms: Ms,
    step: &mut StepContext<'_, '_>,
) -> bool {
    let context = ModelContext::of(step, index);
    let rules = &context.model.sales.disqualify;
    let Some(rule) = rules.iter().find(|rule| rule.condition.holds(event)) else { return false };
    if re_entered_ms.is_some_and(|at_ms| event.time_ms < at_ms) {
        return false;
    }
    let reason = rule.reason.clone().or_else(|| said_why(event, rule.reason_from).pop());
    let mut out = Disqualified { since_ms: event.time_ms, reason, event: event_mark(&event.name), ..Disqualified::default() };
    for axis in Axis::ALL {
        let Some(mut position) = track.positions[axis].take() else { continue };
        position.stale_at_ms = None;
        let change = StageChanged {
            axis,
            from: Some(position.stage.clone()),
            to: DISQUALIFIED.into(),
            direction: Direction::Back,
            cause: Cause::Disqualified,
            in_stage_ms: (event.time_ms - position.entered_ms).max(0),
            ..context.standing(track, evaluated_at_ms)
        };
        step.effects.outputs.push(context.stage_changed(change, event.time_ms, Some(event)));
        out.stood[axis] = Some(position);
    }
    set_back_at(&mut out, context.model);
    track.disqualified = Some(Box::new(out));
    true
}

/// When it comes back by itself, as the model has it now.
pub fn set_back_at(out: &mut Disqualified, model: &Model) {
    out.back_at_ms = model.sales.re_entry.after_ms.map(|after_ms| out.since_ms.saturating_add(after_ms));
}

/// Whether an event brings a disqualified prospect back.
#[must_use]
pub fn brings_back(out: &Disqualified, model: &Model, event: &Event<'_>) -> bool {
    event.time_ms >= out.since_ms && model.sales.re_entry.rules.iter().any(|when| when.holds(event))
}

/// How an event moves somebody on an axis.
pub(in crate::domain) type Moves<'a> = dyn Fn(&mut Track, Axis) -> Option<Moved> + 'a;

/// Brings it back: to where it stood, or where the event leads somebody new, else to the first stage. What it scored stays or
/// goes, as the model says; its label is for the caller to judge. `cause`: the event, and how it moves.
pub(in crate::domain) fn bring_back(
    track: &mut Track,
    index: usize,
    (at_ms, evaluated_at_ms): (Ms, Ms),
    cause: Option<(&Event<'_>, &Moves<'_>)>,
    presence: Presence,
    step: &mut StepContext<'_, '_>,
) {
    let event = cause.map(|(event, _)| event);
    let Some(out) = track.disqualified.take() else { return };
    let context = ModelContext::of(step, index);
    let model = context.model;
    let re_entry = &model.sales.re_entry;
    let by = event.map_or(EnteredBy::time(Cause::ReEntered), |event| EnteredBy::event(Cause::ReEntered, &event.name));
    if re_entry.score == ReEntryScore::Reset {
        points::reset(track, &model.score, |_| 0.0, evaluated_at_ms, RE_ENTRY_RESET);
    }
    let anew = re_entry.to == ReEntryStage::Anew;
    if anew {
        track.counts.clear();
    }
    for (axis, stood) in Axis::ALL.into_iter().zip(out.stood) {
        let axis_model = &model.axes[axis];
        let was_there = stood.is_some();
        if let Some(stood) = stood.filter(|_| !anew) {
            journey::resume(track, axis, axis_model, stood, at_ms, by, presence.last_activity_ms);
        }
        let resumed = track.positions[axis].is_some();
        let moved = cause.and_then(|(_, moves)| moves(track, axis));
        if was_there && moved.is_none() && !resumed {
            journey::start(track, axis, axis_model, at_ms, by, presence.last_activity_ms);
        }
        let Some(position) = track.positions[axis].as_mut() else { continue };
        if moved.is_some() {
            position.by = by;
            // It never stood where it would have resumed: the event led on at once.
            if resumed {
                position.history.pop();
            }
        }
        let to = position.stage.clone();
        let change = StageChanged {
            axis,
            from: was_there.then(|| DISQUALIFIED.into()),
            to,
            direction: if was_there { Direction::Forward } else { Direction::Enter },
            cause: Cause::ReEntered,
            in_stage_ms: if was_there { at_ms - out.since_ms } else { 0 },
            ..context.standing(track, evaluated_at_ms)
        };
        step.effects.outputs.push(context.stage_changed(change, at_ms, event));
    }
}

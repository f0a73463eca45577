//! The brain: one event or one due timer in, new state and effects out.

use super::cart::{self, CartContext};
use super::effect::{Axis, Body, CausingEvent, Effects, Note, Output, ScoreChanged, StageChanged};
use super::event::Event;
use super::ids::{IdKind, output_id};
use super::journey::{self, Moved, Presence};
use super::model::{Label, Model, Models, name_hash};
use super::names::Kind;
use super::prospect::{Prospect, TimerKind, Track};
use super::score;
use super::{Ms, Text, adopt};

/// Applies one event. `is_new` says that nothing was known of the prospect. Calling it twice with the same arguments gives
/// the same answer; a duplicate changes nothing but gives a note.
pub fn step(prospect: &mut Prospect, is_new: bool, event: &Event<'_>, models: &Models, effects: &mut Effects) {
    if prospect.seen.contains(event.message_hash) {
        effects.notes.push(Note::Duplicate);
        return;
    }
    if event.kind == Kind::Deleted {
        *prospect = Prospect::default();
        effects.erase = true;
        return;
    }
    // Seen first: what the prospect does now moves the clocks that a changed model is judged by.
    see(prospect, is_new, event, models.in_charge(), effects);
    adopt::adopt(prospect, models, event.time_ms, &event.prospect, effects);
    for (index, model) in models.models.iter().enumerate() {
        move_track(prospect, index, model, event, effects);
    }
    let context = CartContext { key: &event.prospect, model: models.in_charge(), model_index: 0 };
    cart::apply(prospect, event, &context, effects);
}

/// What every event does to the record, whatever the models say.
fn see(prospect: &mut Prospect, is_new: bool, event: &Event<'_>, model: &Model, effects: &mut Effects) {
    if is_new {
        prospect.first_seen_ms = event.time_ms;
        prospect.last_seen_ms = event.time_ms;
    } else if event.time_ms < prospect.last_seen_ms {
        effects.notes.push(Note::Late);
    }
    prospect.first_seen_ms = prospect.first_seen_ms.min(event.time_ms);
    prospect.last_seen_ms = prospect.last_seen_ms.max(event.time_ms);
    prospect.seen.remember(event.message_hash, prospect.last_seen_ms);
    if event.is_activity() {
        let pause_over = prospect.last_activity_ms.is_none_or(|last| event.time_ms > last.saturating_add(model.session_gap_ms));
        if pause_over {
            prospect.sessions = prospect.sessions.saturating_add(1);
        }
        prospect.last_activity_ms = prospect.last_activity_ms.max(Some(event.time_ms));
        if event.kind.is_cart_activity() {
            prospect.last_cart_activity_ms = prospect.last_cart_activity_ms.max(Some(event.time_ms));
        }
    }
}

fn move_track(prospect: &mut Prospect, index: usize, model: &Model, event: &Event<'_>, effects: &mut Effects) {
    let presence = Presence { sessions: prospect.sessions, last_activity_ms: prospect.last_activity_ms };
    let now_ms = prospect.last_seen_ms;
    let Some(track) = prospect.tracks.get_mut(index) else { return };
    let scored = score::add_points(track, &model.score, event);
    let context = OutputContext { key: &event.prospect, model, model_index: u16::try_from(index).unwrap_or(u16::MAX) };
    // A label is never judged as of a time before it was last set.
    let judged_ms = now_ms.max(track.label_since_ms);
    let relabelled = if scored || track.label.is_none() { score::relabel(track, model, judged_ms) } else { None };
    for axis in Axis::ALL {
        let axis_model = &model.axes[axis.index()];
        if let Some(moved) = journey::move_axis(track, axis, axis_model, event, presence) {
            let output = context.stage_output(track, moved, event.time_ms, &Cause::Event(event), judged_ms);
            effects.outputs.push(output);
        } else if event.is_activity() {
            journey::retime(track, axis, axis_model, presence.last_activity_ms);
        }
    }
    if let Some(change) = relabelled {
        effects.outputs.push(context.score_output(track, change, event.time_ms, &Cause::Event(event), judged_ms));
    }
}

/// Fires one due timer. `now_ms` is the instant that lateness is measured by; the output's own time is the deadline. A timer
/// that is not set, or lies later than `now_ms`, does nothing.
pub fn fire(key: &str, prospect: &mut Prospect, kind: TimerKind, now_ms: Ms, models: &Models, effects: &mut Effects) {
    if adopt::adopt(prospect, models, now_ms, key, effects) {
        // The deadlines are new: the queue asks again.
        return;
    }
    match kind {
        TimerKind::Stale(track_index, axis) => {
            let axis = if axis == 0 { Axis::Journey } else { Axis::Funnel };
            let (Some(track), Some(model)) =
                (prospect.tracks.get_mut(usize::from(track_index)), models.models.get(usize::from(track_index)))
            else {
                return;
            };
            let moved = journey::go_stale(track, axis, &model.axes[axis.index()], now_ms, prospect.last_activity_ms);
            if let Some((moved, deadline_ms)) = moved {
                let context = OutputContext { key, model, model_index: u16::from(track_index) };
                let output =
                    context.stage_output(track, moved, deadline_ms, &Cause::Time, deadline_ms.max(prospect.last_seen_ms));
                effects.outputs.push(output);
            }
        }
        TimerKind::LabelFalls(track_index) => {
            let (Some(track), Some(model)) =
                (prospect.tracks.get_mut(usize::from(track_index)), models.models.get(usize::from(track_index)))
            else {
                return;
            };
            let Some(deadline_ms) = track.label_falls_at_ms.filter(|d| *d <= now_ms) else { return };
            let context = OutputContext { key, model, model_index: u16::from(track_index) };
            if let Some(change) = score::relabel(track, model, deadline_ms) {
                effects.outputs.push(context.score_output(track, change, deadline_ms, &Cause::Time, deadline_ms));
            }
        }
        TimerKind::CartStep(index) => {
            let context = CartContext { key, model: models.in_charge(), model_index: 0 };
            cart::fire_step(prospect, usize::from(index), now_ms, &context, effects);
        }
        TimerKind::CartForgotten(index) => {
            let context = CartContext { key, model: models.in_charge(), model_index: 0 };
            cart::forget(prospect, usize::from(index), now_ms, &context, effects);
        }
    }
}

/// Why an output leaves: an event, or time.
enum Cause<'a, 'e> {
    Event(&'a Event<'e>),
    Time,
}

impl Cause<'_, '_> {
    fn shown(&self) -> Option<CausingEvent> {
        match self {
            Self::Event(event) => Some(causing(event)),
            Self::Time => None,
        }
    }

    fn hash(&self, otherwise: u32) -> u64 {
        match self {
            Self::Event(event) => event.message_hash,
            Self::Time => u64::from(otherwise),
        }
    }
}

/// The event as outputs show it.
pub(super) fn causing(event: &Event<'_>) -> CausingEvent {
    CausingEvent {
        message_id: event.message_id.as_deref().map(Text::from),
        name: Text::from(&*event.name),
        position: event.position,
    }
}

/// What the outputs of one track have in common.
struct OutputContext<'a> {
    key: &'a str,
    model: &'a Model,
    model_index: u16,
}

impl OutputContext<'_> {
    fn stage_output(&self, track: &Track, moved: Moved, at_ms: Ms, cause: &Cause<'_, '_>, judged_ms: Ms) -> Output {
        let to = self.model.axes[moved.axis.index()].stages.get(moved.to).cloned().unwrap_or_default();
        let kind = IdKind::Stage(u8::from(moved.axis == Axis::Funnel));
        let id = output_id(self.key, &self.model.name, kind, None, at_ms, cause.hash(name_hash(&to)), 0);
        let body = StageChanged {
            axis: moved.axis,
            from: moved.from,
            to,
            direction: moved.direction,
            cause: moved.cause,
            in_stage_ms: moved.in_stage_ms,
            score: score::total(track, &self.model.score, judged_ms),
            label: score::label_of(&self.model.score.labels, track).map(|l| l.name.clone()),
        };
        Output { id, model: self.model_index, at_ms, event: cause.shown(), body: Body::StageChanged(body) }
    }

    fn score_output(
        &self,
        track: &Track,
        (from, to): (Option<&Label>, Option<&Label>),
        at_ms: Ms,
        cause: &Cause<'_, '_>,
        judged_ms: Ms,
    ) -> Output {
        let model = &self.model.score;
        let line = |label: Option<&Label>| label.map_or(f64::NEG_INFINITY, |l| l.score);
        let to_hash = to.map_or(0, |l| l.hash);
        let id = output_id(self.key, &self.model.name, IdKind::Score, None, at_ms, cause.hash(to_hash), 0);
        let body = ScoreChanged {
            from: from.map(|l| l.name.clone()),
            to: to.map(|l| l.name.clone()),
            up: line(to) > line(from),
            score: score::total(track, model, judged_ms),
            groups: model.groups.iter().map(|g| (g.name.clone(), score::group_points(track, g, judged_ms))).collect(),
        };
        Output { id, model: self.model_index, at_ms, event: cause.shown(), body: Body::ScoreChanged(body) }
    }
}

//! Lets the rules of all models act on their tracks: moves, scores, disqualification, and the deadlines of these.

use crate::domain::event::Event;
use crate::domain::model::sales::ReEntryStage;
use crate::domain::names::Kind;
use crate::domain::rules::context::{Cause, ModelContext, StepContext};
use crate::domain::rules::journey::moved::{Held, Presence};
use crate::domain::rules::lead::disqualify;
use crate::domain::rules::order_news::{News, Skip};
use crate::domain::rules::orders::contribution;
use crate::domain::rules::score::{label, points};
use crate::domain::rules::{journey, won};
use crate::domain::state::few::InlineVec;
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::movement::Axis;

/// What rules are looked at with, besides the event.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    /// Who the prospect is may have changed.
    pub(crate) placed: bool,
    /// What the cart holds after the event, where somebody asks.
    pub(crate) held: Option<Held>,
}

/// Lets the rules of all models act. Returns whether they may: what is reported again acts only once.
pub(crate) fn move_tracks(prospect: &mut Prospect, event: &Event<'_>, look: Look, step: &mut StepContext<'_, '_>) -> bool {
    let (models, news, is_sale) = (step.models, step.news, step.is_sale);
    let known = news.acting().and_then(|at| prospect.extras.as_deref()?.known_orders.list.get(at));
    // A copy, made for orders alone: the rules that this one met before.
    let met: InlineVec<u32, 6> = known.map_or_else(InlineVec::new, |order| order.rules.clone());
    let (acts, skip) = match news {
        News::None | News::Placed(_) | News::RefundedInPart(_) => (true, Skip::NOTHING),
        News::TakenBack(_) => (!is_sale, Skip::NOTHING),
        News::Retold(_) if !is_sale || event.kind == Kind::Sales => (true, Skip::NOTHING),
        News::Retold(_) => (
            known.is_some_and(|order| order.is_told_by(event) && contribution::has_new_rules(order, models, event)),
            Skip::met_by(&met),
        ),
        News::Void => (false, Skip::NOTHING),
    };
    if !acts {
        return matches!(news, News::TakenBack(_));
    }
    for (index, model) in models.models.iter().enumerate() {
        let before = news.acting().and_then(|_| prospect.tracks.get(index)).map(|track| track.groups.clone());
        move_track(prospect, index, event, look, skip, step);
        if let (Some(at), Some(before)) = (news.acting().filter(|_| is_sale), before) {
            contribution::note(prospect, at, index, model, event, &before);
        }
    }
    true
}

fn move_track(
    prospect: &mut Prospect,
    index: usize,
    event: &Event<'_>,
    look: Look,
    skip: Skip<'_>,
    step: &mut StepContext<'_, '_>,
) {
    let Look { placed, held } = look;
    let context = ModelContext::of(step, index);
    let (model, is_sale) = (context.model, step.is_sale);
    // It is no word of what was sold before.
    let is_placed = is_sale && matches!(step.news, News::Placed(_));
    let presence = Presence { cart: held, ..Presence::of(prospect, model) };
    let now_ms = prospect.last_seen_ms;
    let re_entered_ms = prospect.extras.as_ref().and_then(|extras| extras.lead.re_entered_ms);
    let Some(track) = prospect.tracks.get_mut(index).filter(|t| !t.paused) else { return };
    let mut is_back = false;
    if let Some(out) = &track.disqualified {
        // A purchase brings a disqualified prospect back.
        if !(disqualify::brings_back(out, model, event) || is_placed && event.time_ms >= out.since_ms) {
            return;
        }
        is_back = true;
        let evaluated_at_ms = track.evaluation_ms(now_ms);
        let moves: &disqualify::Moves<'_> =
            &|track, axis| won::move_axis(track, axis, model, event, presence, (Skip::NOTHING, is_sale));
        disqualify::bring_back(track, index, (event.time_ms, evaluated_at_ms), Some((event, moves)), presence, step);
    } else if !model.sales.disqualify.is_empty()
        && disqualify::take_out(track, index, event, re_entered_ms, track.evaluation_ms(now_ms), step)
    {
        return;
    }
    let scored = points::add_points(track, &model.score, event, skip);
    let evaluated_at_ms = track.evaluation_ms(now_ms);
    let judge = scored || is_back || track.label.is_none() || (placed && !model.people.is_plain());
    let relabelled = if judge { label::relabel(track, model, evaluated_at_ms) } else { None };
    for axis in Axis::ALL.into_iter().filter(|_| !is_back) {
        if let Some(moved) = won::move_axis(track, axis, model, event, presence, (skip, is_sale)) {
            let output = context.stage_output(track, moved, event.time_ms, &Cause::Event(event), evaluated_at_ms);
            step.effects.outputs.push(output);
        }
    }
    if let Some(change) = relabelled {
        step.effects.outputs.push(context.score_output(track, change, event.time_ms, &Cause::Event(event), evaluated_at_ms));
    }
    if is_back {
        prospect.extras_mut().lead.re_enter(event.time_ms, model.sales.re_entry.to == ReEntryStage::Anew);
    }
}

pub(crate) fn stale(prospect: &mut Prospect, index: usize, axis: Axis, step: &mut StepContext<'_, '_>) {
    let (Some(track), Some(model)) = (prospect.tracks.get_mut(index), step.models.models.get(index)) else { return };
    let moved = journey::go_stale(track, axis, &model.axes[axis], step.at_ms, prospect.last_activity_ms);
    if let Some((moved, deadline_ms)) = moved {
        let context = ModelContext::of(step, index);
        let evaluated_at_ms = deadline_ms.max(prospect.last_seen_ms);
        step.effects.outputs.push(context.stage_output(track, moved, deadline_ms, &Cause::Time, evaluated_at_ms));
    }
}

pub(crate) fn label_falls(prospect: &mut Prospect, index: usize, step: &mut StepContext<'_, '_>) {
    let (Some(track), Some(model)) = (prospect.tracks.get_mut(index), step.models.models.get(index)) else { return };
    let Some(deadline_ms) = track.label_falls_at_ms.filter(|d| *d <= step.at_ms) else { return };
    let context = ModelContext::of(step, index);
    if let Some(change) = label::relabel(track, model, deadline_ms) {
        step.effects.outputs.push(context.score_output(track, change, deadline_ms, &Cause::Time, deadline_ms));
    }
}

/// Somebody who was disqualified comes back by itself.
pub(crate) fn re_enter(prospect: &mut Prospect, index: usize, step: &mut StepContext<'_, '_>) {
    let Some(model) = step.models.models.get(index) else { return };
    let presence = Presence::of(prospect, model);
    let Some(track) = prospect.tracks.get_mut(index) else { return };
    let back_at_ms = track.disqualified.as_ref().and_then(|out| out.back_at_ms);
    let Some(deadline_ms) = back_at_ms.filter(|d| *d <= step.at_ms) else { return };
    let context = ModelContext::of(step, index);
    let evaluated_at_ms = track.evaluation_ms(deadline_ms);
    disqualify::bring_back(track, index, (deadline_ms, evaluated_at_ms), None, presence, step);
    if let Some(change) = label::relabel(track, model, evaluated_at_ms) {
        step.effects.outputs.push(context.score_output(track, change, deadline_ms, &Cause::Time, evaluated_at_ms));
    }
    prospect.extras_mut().lead.re_enter(deadline_ms, model.sales.re_entry.to == ReEntryStage::Anew);
}

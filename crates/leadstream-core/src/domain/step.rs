//! The brain: one event or one due timer in, new state and effects out.

use crate::domain::Ms;
use crate::domain::event::Event;
use crate::domain::model::sales::To;
use crate::domain::model::{Model, Models};
use crate::domain::names::Kind;
use crate::domain::output::{Effects, Note};
use crate::domain::rules::cart::attribution;
use crate::domain::rules::cart::reminder_step;
use crate::domain::rules::cart::series;
use crate::domain::rules::context::{Cause, ModelContext, StepContext};
use crate::domain::rules::journey::moved::{Held, Presence};
use crate::domain::rules::lead::disqualify;
use crate::domain::rules::order_news::News;
use crate::domain::rules::order_news::Skip;
use crate::domain::rules::orders::carts::Open;
use crate::domain::rules::orders::contribution;
use crate::domain::rules::orders::reverse;
use crate::domain::rules::score::label;
use crate::domain::rules::score::points;
use crate::domain::rules::triggers::fire;
use crate::domain::rules::{
    account, acquisition, bots, budget, cart, checkout, contact, erasure, forget, internal, journey, lead, model_change, orders,
    personas, traits, triggers, won,
};
use crate::domain::state::few::InlineVec;
use crate::domain::state::prospect::Prospect;
use crate::domain::state::timers::TimerKind;
use crate::domain::terms::movement::Axis;

/// Applies one event. `is_new` says that nothing was known of the prospect. Calling it twice with the same arguments gives
/// the same answer; a duplicate changes nothing but gives a note.
pub fn step(prospect: &mut Prospect, is_new: bool, event: &Event<'_>, models: &Models, effects: &mut Effects) {
    apply(prospect, is_new, event, models, effects);
    budget::fit_record(prospect, models.models.len(), effects);
}

fn apply(prospect: &mut Prospect, is_new: bool, event: &Event<'_>, models: &Models, effects: &mut Effects) {
    // Before the look for duplicates: an erasure whose message id was used for something else is one all the same.
    if event.kind == Kind::Deleted {
        return erasure::erase(prospect, event, models, effects);
    }
    if erasure::is_refused(prospect, event) {
        effects.notes.push(Note::BeforeErasure);
        return;
    }
    let again = event.click().is_some_and(|click| prospect.seen.contains(click));
    if again || prospect.seen.contains(event.message()) {
        effects.notes.push(Note::Duplicate);
        return;
    }
    let is_new = is_new || prospect.is_only_erasure();
    if internal::judge(prospect, event, models, effects) {
        let model = &models.models[models.primary_model_for(prospect)];
        return see(prospect, is_new, event, true, model, effects);
    }
    let model = &models.models[models.primary_model_for(prospect)];
    // What the model doesn't look at changes as much as what a machine did: nothing.
    let of_machine = bots::judge(prospect, event, model, effects);
    let by_machine = of_machine || model.contact.ignores(event);
    let news = orders::learn(prospect, event, model, models, effects);
    let is_sale = orders::is_sale(event, model);
    // Seen first: what the prospect does now moves the clocks that a changed model is judged by.
    see(prospect, is_new, event, by_machine, model, effects);
    if by_machine {
        if of_machine {
            attribution::note_machine(prospect, event);
        }
        return;
    }
    let learned = traits::learn(prospect, event, models);
    let since = effects.outputs.len();
    // Nothing but machines was here before.
    let unplaced = prospect.tracks.is_empty();
    let adopted = model_change::adopt(prospect, models, event.time_ms, &event.prospect, effects);
    let mut step =
        StepContext { key: &event.prospect, models, primary: 0, event: Some(event), at_ms: event.time_ms, since, news, is_sale };
    let placed = learned || adopted || unplaced;
    if placed {
        personas::place(prospect, unplaced, &step, effects);
    }
    step.primary = models.primary_model_for(prospect);
    if let News::TakenBack(at) = news {
        reverse::reverse(prospect, at, &step, effects);
    }
    let asks = models.models.iter().any(|m| m.asks_for_cart(event.name_id));
    let held = asks.then(|| cart::held_after(prospect, event, news, &step.cart()));
    let is_placed = is_sale && matches!(news, News::Placed(_));
    let acts =
        move_tracks(prospect, event, news, Look { placed, skip: Skip::NOTHING, held, is_sale, is_placed }, models, effects);
    contact::on_step(prospect, event, &step.model().contact);
    let open = Open::before(prospect, news);
    cart::apply(prospect, event, news, &step.cart(), effects);
    if let Some(open) = open {
        open.settle(prospect, news, event.time_ms, effects);
    }
    acquisition::on_step(prospect, &step, effects);
    checkout::on_step(prospect, event, news, effects);
    if acts || placed {
        follow(prospect, &step, effects);
    }
}

/// What rules are looked at with, besides the event.
#[derive(Clone, Copy)]
struct Look<'a> {
    /// Who the prospect is may have changed.
    placed: bool,
    /// Rules that acted before.
    skip: Skip<'a>,
    /// What the cart holds after the event, where somebody asks.
    held: Option<Held>,
    /// Something was sold.
    is_sale: bool,
    /// It is no word of what was sold before.
    is_placed: bool,
}

/// Lets the rules of all models act; whether they may, for what is told again acts once.
fn move_tracks(
    prospect: &mut Prospect,
    event: &Event<'_>,
    news: News,
    look: Look<'_>,
    models: &Models,
    effects: &mut Effects,
) -> bool {
    let known = news.acting().and_then(|at| prospect.extras.as_deref()?.known_orders.list.get(at));
    // A copy, made for orders alone: the rules that this one met before.
    let met: InlineVec<u32, 6> = known.map_or_else(InlineVec::new, |order| order.rules.clone());
    let (acts, skip) = match news {
        News::None | News::Placed(_) | News::RefundedInPart(_) => (true, Skip::NOTHING),
        News::TakenBack(_) => (!look.is_sale, Skip::NOTHING),
        News::Retold(_) if !look.is_sale || event.kind == Kind::Sales => (true, Skip::NOTHING),
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
        move_track(prospect, index, model, event, Look { skip, ..look }, effects);
        if let (Some(at), Some(before)) = (news.acting().filter(|_| look.is_sale), before) {
            contribution::note(prospect, at, index, model, event, &before);
        }
    }
    true
}

/// What every event does to the record, whatever the models say.
fn see(prospect: &mut Prospect, is_new: bool, event: &Event<'_>, by_machine: bool, model: &Model, effects: &mut Effects) {
    if is_new {
        prospect.first_seen_ms = event.time_ms;
        prospect.last_seen_ms = event.time_ms;
    } else if event.time_ms < prospect.last_seen_ms {
        effects.notes.push(Note::Late);
    }
    if event.time_ms < prospect.first_seen_ms {
        prospect.first_seen_ms = event.time_ms;
        effects.customer = true;
    }
    prospect.last_seen_ms = prospect.last_seen_ms.max(event.time_ms);
    prospect.seen.remember(event.message(), prospect.last_seen_ms);
    if let Some(click) = event.click() {
        prospect.seen.remember(click, prospect.last_seen_ms);
    }
    prospect.addressable |= event.shows_address();
    prospect.identified |= event.identifies();
    if event.is_activity() && !by_machine {
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

fn move_track(prospect: &mut Prospect, index: usize, model: &Model, event: &Event<'_>, look: Look<'_>, effects: &mut Effects) {
    let Look { placed, skip, held, is_sale, is_placed } = look;
    let presence = Presence { cart: held, ..Presence::of(prospect, model) };
    let now_ms = prospect.last_seen_ms;
    let re_entered_ms = prospect.extras.as_ref().map_or(0, |extras| extras.lead.re_entered_ms);
    let Some(track) = prospect.tracks.get_mut(index).filter(|t| !t.paused) else { return };
    let context = ModelContext { key: &event.prospect, model, model_index: u16::try_from(index).unwrap_or(u16::MAX) };
    let mut is_back = false;
    if let Some(out) = &track.disqualified {
        // Whoever buys is a buyer.
        if !(disqualify::brings_back(out, model, event) || is_placed && event.time_ms >= out.since_ms) {
            return;
        }
        is_back = true;
        let evaluated_at_ms = now_ms.max(track.label_since_ms);
        let moves: &disqualify::Moves<'_> =
            &|track, axis| won::move_axis(track, axis, model, event, presence, (Skip::NOTHING, is_sale));
        disqualify::bring_back(track, &context, (event.time_ms, evaluated_at_ms), Some((event, moves)), presence, effects);
    } else if !model.sales.disqualify.is_empty()
        && disqualify::take_out(track, &context, event, re_entered_ms, now_ms.max(track.label_since_ms), effects)
    {
        return;
    }
    let scored = points::add_points(track, &model.score, event, skip);
    // A label is never judged as of a time before it was last set.
    let evaluated_at_ms = now_ms.max(track.label_since_ms);
    let judge = scored || is_back || track.label.is_none() || (placed && !model.people.is_plain());
    let relabelled = if judge { label::relabel(track, model, evaluated_at_ms) } else { None };
    for axis in Axis::ALL.into_iter().filter(|_| !is_back) {
        if let Some(moved) = won::move_axis(track, axis, model, event, presence, (skip, is_sale)) {
            let output = context.stage_output(track, moved, event.time_ms, &Cause::Event(event), evaluated_at_ms);
            effects.outputs.push(output);
        }
    }
    if let Some(change) = relabelled {
        effects.outputs.push(context.score_output(track, change, event.time_ms, &Cause::Event(event), evaluated_at_ms));
    }
    if is_back {
        prospect.extras_mut().lead.re_enter(event.time_ms, model.sales.re_entry.to == To::Anew);
    }
}

/// Fires one due timer. `now_ms` is the instant that lateness is measured by; the output's own time is the deadline. A timer
/// that is not set, or lies later than `now_ms`, does nothing.
pub fn fire(key: &str, prospect: &mut Prospect, kind: TimerKind, now_ms: Ms, models: &Models, effects: &mut Effects) {
    fire_one(key, prospect, kind, now_ms, models, effects);
    budget::fit_record(prospect, models.models.len(), effects);
}

fn fire_one(key: &str, prospect: &mut Prospect, kind: TimerKind, now_ms: Ms, models: &Models, effects: &mut Effects) {
    if kind == TimerKind::Account {
        // The record of an account has nothing else.
        account::fire(prospect, now_ms, effects);
        return;
    }
    if kind == TimerKind::Forgotten {
        // Whoever goes needs no place in a model that changed meanwhile.
        forget::fire(prospect, now_ms, models, effects);
        return;
    }
    if kind == TimerKind::Erasure {
        return erasure::end(prospect, now_ms, effects);
    }
    let since = effects.outputs.len();
    if model_change::adopt(prospect, models, now_ms, key, effects) {
        personas::place(
            prospect,
            false,
            &StepContext { key, models, primary: 0, event: None, at_ms: now_ms, since, news: News::None, is_sale: false },
            effects,
        );
        // The deadlines are new: the queue asks again.
        return;
    }
    let primary = models.primary_model_for(prospect);
    let step = StepContext { key, models, primary, event: None, at_ms: now_ms, since, news: News::None, is_sale: false };
    match kind {
        TimerKind::Stale(track, axis) => stale(prospect, usize::from(track), axis, &step, effects),
        TimerKind::LabelFalls(track) => label_falls(prospect, usize::from(track), &step, effects),
        TimerKind::CartStep(index) => reminder_step::fire_step(prospect, usize::from(index), now_ms, &step.cart(), effects),
        TimerKind::CartForgotten(index) => series::forget(prospect, usize::from(index), now_ms, &step.cart(), effects),
        TimerKind::Lead => lead::fire(prospect, &step, effects),
        TimerKind::Trigger(index) => fire::fire(prospect, usize::from(index), &step, effects),
        TimerKind::Account | TimerKind::Forgotten | TimerKind::Erasure => {}
        TimerKind::ReEntry(track) => re_enter(prospect, usize::from(track), &step, effects),
    }
    follow(prospect, &step, effects);
}

fn stale(prospect: &mut Prospect, index: usize, axis: u8, step: &StepContext<'_, '_>, effects: &mut Effects) {
    let axis = if axis == 0 { Axis::Journey } else { Axis::Funnel };
    let (Some(track), Some(model)) = (prospect.tracks.get_mut(index), step.models.models.get(index)) else { return };
    let moved = journey::go_stale(track, axis, &model.axes[axis.index()], step.at_ms, prospect.last_activity_ms);
    if let Some((moved, deadline_ms)) = moved {
        let context = ModelContext { key: step.key, model, model_index: u16::try_from(index).unwrap_or(u16::MAX) };
        let evaluated_at_ms = deadline_ms.max(prospect.last_seen_ms);
        effects.outputs.push(context.stage_output(track, moved, deadline_ms, &Cause::Time, evaluated_at_ms));
    }
}

fn label_falls(prospect: &mut Prospect, index: usize, step: &StepContext<'_, '_>, effects: &mut Effects) {
    let (Some(track), Some(model)) = (prospect.tracks.get_mut(index), step.models.models.get(index)) else { return };
    let Some(deadline_ms) = track.label_falls_at_ms.filter(|d| *d <= step.at_ms) else { return };
    let context = ModelContext { key: step.key, model, model_index: u16::try_from(index).unwrap_or(u16::MAX) };
    if let Some(change) = label::relabel(track, model, deadline_ms) {
        effects.outputs.push(context.score_output(track, change, deadline_ms, &Cause::Time, deadline_ms));
    }
}

/// Somebody who was disqualified comes back by itself.
fn re_enter(prospect: &mut Prospect, index: usize, step: &StepContext<'_, '_>, effects: &mut Effects) {
    let Some(model) = step.models.models.get(index) else { return };
    let presence = Presence::of(prospect, model);
    let Some(track) = prospect.tracks.get_mut(index) else { return };
    let back_at_ms = track.disqualified.as_ref().and_then(|out| out.back_at_ms);
    let Some(deadline_ms) = back_at_ms.filter(|d| *d <= step.at_ms) else { return };
    let context = ModelContext::of(step, index);
    let evaluated_at_ms = deadline_ms.max(track.label_since_ms);
    disqualify::bring_back(track, &context, (deadline_ms, evaluated_at_ms), None, presence, effects);
    if let Some(change) = label::relabel(track, model, evaluated_at_ms) {
        effects.outputs.push(context.score_output(track, change, deadline_ms, &Cause::Time, evaluated_at_ms));
    }
    prospect.extras_mut().lead.re_enter(deadline_ms, model.sales.re_entry.to == To::Anew);
}

/// What moved in this turn may mean something for hand-over, triggers and the account.
fn follow(prospect: &mut Prospect, step: &StepContext<'_, '_>, effects: &mut Effects) {
    lead::on_step(prospect, step, effects);
    triggers::on_step(prospect, step, effects);
    account::on_step(prospect, step, effects);
}

//! The brain: one event or one due timer in, new state and effects out.

use crate::domain::Ms;
use crate::domain::event::Event;
use crate::domain::model::Models;
use crate::domain::names::Kind;
use crate::domain::output::{Effects, Note};
use crate::domain::rules::activity::record_activity;
use crate::domain::rules::cart::{attribution, reminder_step, series};
use crate::domain::rules::context::StepContext;
use crate::domain::rules::order_news::News;
use crate::domain::rules::orders::carts::Open;
use crate::domain::rules::orders::reverse;
use crate::domain::rules::tracks::{Look, label_falls, move_tracks, re_enter, stale};
use crate::domain::rules::triggers::fire;
use crate::domain::rules::{
    account, acquisition, bots, budget, cart, checkout, contact, erasure, forget, internal, lead, model_change, orders, personas,
    traits, triggers,
};
use crate::domain::state::prospect::Prospect;
use crate::domain::state::timers::TimerKind;

/// Applies one event. `is_new` says that nothing was known of the prospect. Calling it twice with the same arguments gives
/// the same answer; a duplicate changes nothing but gives a note.
pub fn step(prospect: &mut Prospect, is_new: bool, event: &Event<'_>, models: &Models, effects: &mut Effects) {
    let mut step = StepContext::of_event(prospect, event, models, effects);
    apply(prospect, is_new, event, &mut step);
    budget::fit_record(prospect, models.models.len(), step.effects);
}

/// The rules, in their order.
fn apply(prospect: &mut Prospect, is_new: bool, event: &Event<'_>, step: &mut StepContext<'_, '_>) {
    if is_settled(prospect, event, step) {
        return;
    }
    // An erasure, or ids and consent of an address, may be known of somebody who did nothing yet.
    let is_new = is_new || prospect.seen.is_empty();
    if internal::judge(prospect, event, step) {
        return record_activity(prospect, is_new, event, true, step);
    }
    // What the model doesn't look at changes as much as what a machine did: nothing.
    let of_machine = bots::judge(prospect, event, step);
    let by_machine = of_machine || step.model().contact.ignores(event);
    step.news = orders::learn(prospect, event, step);
    step.is_sale = orders::is_sale(event, step.model());
    // Seen first: what the prospect does now moves the clocks that a changed model is judged by.
    record_activity(prospect, is_new, event, by_machine, step);
    if of_machine {
        attribution::note_machine(prospect, event);
    }
    if by_machine {
        return;
    }
    let placed = place(prospect, event, step);
    if let News::TakenBack(at) = step.news {
        reverse::reverse(prospect, at, step);
    }
    let held = cart::held_after(prospect, event, step);
    let acts = move_tracks(prospect, event, Look { placed, held }, step);
    contact::on_step(prospect, event, &step.model().contact);
    let open = Open::before(prospect, step.news);
    cart::apply(prospect, event, step);
    if let Some(open) = open {
        open.settle(prospect, step);
    }
    acquisition::on_step(prospect, event, step);
    checkout::on_step(prospect, event, step);
    if acts || placed {
        follow(prospect, step);
    }
}

/// An erasure, what came before one, and what was applied before: nothing else is looked at.
fn is_settled(prospect: &mut Prospect, event: &Event<'_>, step: &mut StepContext<'_, '_>) -> bool {
    // Before the look for duplicates: an erasure whose message id was used for something else is one all the same.
    if event.kind == Kind::Deleted {
        erasure::erase(prospect, event, step);
        return true;
    }
    let is_known = event.click().is_some_and(|click| prospect.seen.contains(click)) || prospect.seen.contains(event.message());
    let note = if erasure::is_refused(prospect, event) {
        Note::BeforeErasure
    } else if is_known {
        Note::Duplicate
    } else {
        return false;
    };
    step.effects.notes.push(note);
    true
}

/// Who the prospect is, and by which models it goes. True: that may be another answer than before.
fn place(prospect: &mut Prospect, event: &Event<'_>, step: &mut StepContext<'_, '_>) -> bool {
    let learned = traits::learn(prospect, event, step.models);
    // Nothing but machines was here before.
    let unplaced = prospect.tracks.is_empty();
    let adopted = model_change::adopt(prospect, step);
    let placed = learned || adopted || unplaced;
    if placed {
        personas::assign_models(prospect, unplaced, step);
    }
    placed
}

/// Fires one due timer. `now_ms` is the instant that lateness is measured by; the output's own time is the deadline. A timer
/// that is not set, or lies later than `now_ms`, does nothing.
pub fn fire(key: &str, prospect: &mut Prospect, kind: TimerKind, now_ms: Ms, models: &Models, effects: &mut Effects) {
    let mut step = StepContext::of_time(key, prospect, now_ms, models, effects);
    fire_one(prospect, kind, &mut step);
    budget::fit_record(prospect, models.models.len(), step.effects);
}

fn fire_one(prospect: &mut Prospect, kind: TimerKind, step: &mut StepContext<'_, '_>) {
    match kind {
        // The record of an account has nothing else.
        TimerKind::Account => return account::fire(prospect, step),
        // A prospect that is forgotten needs no position in a changed model.
        TimerKind::Forgotten => return forget::fire(prospect, step),
        TimerKind::Erasure => return erasure::end(prospect, step),
        // The deadlines are new: the queue asks again.
        _ if model_change::adopt(prospect, step) => return personas::assign_models(prospect, false, step),
        TimerKind::Stale(track, axis) => stale(prospect, usize::from(track), axis, step),
        TimerKind::LabelFalls(track) => label_falls(prospect, usize::from(track), step),
        TimerKind::CartStep(index) => reminder_step::fire_step(prospect, usize::from(index), step),
        TimerKind::CartForgotten(index) => series::forget(prospect, usize::from(index), step),
        TimerKind::Lead => lead::fire(prospect, step),
        TimerKind::Trigger(index) => fire::fire(prospect, usize::from(index), step),
        TimerKind::ReEntry(track) => re_enter(prospect, usize::from(track), step),
    }
    follow(prospect, step);
}

/// What moved in this turn may mean something for hand-over, triggers and the account.
fn follow(prospect: &mut Prospect, step: &mut StepContext<'_, '_>) {
    lead::on_step(prospect, step);
    triggers::on_step(prospect, step);
    account::on_step(prospect, step);
}

//! The brain: one event or one due timer in, new state and effects out.

use crate::domain::Ms;
use crate::domain::event::Event;
use crate::domain::model::Models;
use crate::domain::names::Kind;
use crate::domain::output::{Effects, Note};
use crate::domain::rules::activity::record_activity;
use crate::domain::rules::cart::{attribution, reminder_step, series};
use crate::domain::rules::context::StepContext;
use crate::domain::rules::order_news::{News, Skip};
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
    apply(prospect, is_new, event, models, effects);
    budget::fit_record(prospect, models.models.len(), effects);
}

fn apply(prospect: &mut Prospect, is_new: bool, event: &Event<'_>, models: &Models, effects: &mut Effects) {
    if is_settled(prospect, event, models, effects) {
        return;
    }
    let is_new = is_new || prospect.is_only_erasure();
    if internal::judge(prospect, event, models, effects) {
        let model = &models.models[models.primary_model_for(prospect)];
        return record_activity(prospect, is_new, event, true, model, effects);
    }
    let model = &models.models[models.primary_model_for(prospect)];
    // What the model doesn't look at changes as much as what a machine did: nothing.
    let of_machine = bots::judge(prospect, event, model, effects);
    let by_machine = of_machine || model.contact.ignores(event);
    let news = orders::learn(prospect, event, model, models, effects);
    let is_sale = orders::is_sale(event, model);
    // Seen first: what the prospect does now moves the clocks that a changed model is judged by.
    record_activity(prospect, is_new, event, by_machine, model, effects);
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
        personas::assign_models(prospect, unplaced, &step, effects);
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

/// An erasure, what came before one, and what was applied before: nothing else is looked at.
fn is_settled(prospect: &mut Prospect, event: &Event<'_>, models: &Models, effects: &mut Effects) -> bool {
    // Before the look for duplicates: an erasure whose message id was used for something else is one all the same.
    if event.kind == Kind::Deleted {
        erasure::erase(prospect, event, models, effects);
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
    effects.notes.push(note);
    true
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
        personas::assign_models(
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

/// What moved in this turn may mean something for hand-over, triggers and the account.
fn follow(prospect: &mut Prospect, step: &StepContext<'_, '_>, effects: &mut Effects) {
    lead::on_step(prospect, step, effects);
    triggers::on_step(prospect, step, effects);
    account::on_step(prospect, step, effects);
}

//! The reminder series of a cart: armed, running, ended; steps leave or are skipped; outcomes.

use crate::domain::Ms;
use crate::domain::event::Event;
use crate::domain::output::Note;
use crate::domain::rules::cart::clock::{cools_down, done_one_more, idle_since, retime, retime_all};
use crate::domain::rules::cart::outcome::{Fact, OutcomeDetails, report};
use crate::domain::rules::cart::{forgotten, outcome, past_orders, successor};
use crate::domain::rules::context::StepContext;
use crate::domain::rules::{contact, decisions};
use crate::domain::state::cart::{ArmedFor, Arming, Cart, SentStep, Series, SeriesPhase};
use crate::domain::state::decisions::{Checks, TriggerFate};
use crate::domain::state::few::InlineVec;
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::cart::{OutcomeKind, Reason};

/// An add, or a snapshot that brought something, may arm a series; a payment that failed does, also while another runs or cools
/// down.
pub(super) fn arm(prospect: &mut Prospect, at: usize, event: &Event<'_>, armed_for: ArmedFor, step: &mut StepContext<'_, '_>) {
    let failed = armed_for == ArmedFor::PaymentFailed;
    successor::lead_to(prospect, at, event, &step.model().cart);
    if successor::is_taken(prospect, at, &step.model().cart) {
        return;
    }
    let series = &mut prospect.carts[at].series;
    match series.phase {
        SeriesPhase::Armed if failed => {
            series.armed_for = armed_for;
            return;
        }
        SeriesPhase::Armed => return,
        SeriesPhase::Running if !failed || series.armed_for == armed_for => return,
        _ => {}
    }
    if series.sent.iter().any(|s| event.time_ms < s.left_ms) {
        return;
    }
    if let Some(reason) = contact::mail_block_reason(prospect) {
        step.effects.notes.push(Note::NoConsent);
        skip(prospect, at, event, reason, step);
        return;
    }
    if !failed && cools_down(prospect, &step.model().cart, event.time_ms) {
        if !prospect.cooldown_reported {
            prospect.cooldown_reported = true;
            tell_skipped(prospect, at, event, Reason::Cooldown, step);
        }
        return;
    }
    if !outcome::is_worth_it(&prospect.carts[at], &step.model().cart) {
        skip(prospect, at, event, Reason::MinValue, step);
        return;
    }
    prospect.carts[at].skip_told = false;
    if prospect.carts[at].series.phase == SeriesPhase::Running {
        let told = OutcomeDetails::of(OutcomeKind::Cancelled, Reason::PaymentFailed);
        report(&prospect.carts[at], told, Some(event.into()), event.time_ms, step);
    }
    let Series { sent, goods, .. } = std::mem::take(&mut prospect.carts[at].series);
    prospect.carts[at].series = Series {
        phase: SeriesPhase::Armed,
        armed_for,
        episode_ms: event.time_ms,
        armed_by: event.message_hash,
        armed_under: event.came_under.clone(),
        sent,
        goods,
        arming: Some(Arming::of(event)),
        ..Series::default()
    };
}

/// No series begins, and none will for this cart as it is: reported once.
fn skip(prospect: &mut Prospect, at: usize, event: &Event<'_>, reason: Reason, step: &mut StepContext<'_, '_>) {
    if !std::mem::replace(&mut prospect.carts[at].skip_told, true) {
        tell_skipped(prospect, at, event, reason, step);
    }
}

fn tell_skipped(prospect: &mut Prospect, at: usize, event: &Event<'_>, reason: Reason, step: &mut StepContext<'_, '_>) {
    decisions::decide(prospect, 0, (event.time_ms, event.time_ms), TriggerFate::Suppressed(reason), Checks::default());
    let mut told = OutcomeDetails::of(OutcomeKind::Skipped, reason);
    told.episode_ms = Some(event.time_ms);
    report(&prospect.carts[at], told, Some(event.into()), event.time_ms, step);
}

/// Emptied, unsubscribed, bounced or complained: the series ends at once; steps that left after the event are recalled.
pub(in crate::domain) fn end<'a, 'e: 'a>(
    prospect: &mut Prospect,
    at: usize,
    fact: impl Into<Fact<'a, 'e>>,
    reason: Reason,
    step: &mut StepContext<'_, '_>,
) {
    let fact = fact.into();
    let recalled = recall(prospect, at, fact, reason, Ms::MAX, step);
    if reason == Reason::Emptied
        && let Some(heir) = successor::heir(prospect, at, fact.time_ms(), false, &step.model().cart)
    {
        successor::go_back(&mut prospect.carts, at, heir);
        return;
    }
    let cart = &mut prospect.carts[at];
    match cart.series.phase {
        // Not suppressed: an empty cart has nothing to remind of.
        SeriesPhase::Armed if reason == Reason::Emptied => stop(&mut cart.series, SeriesPhase::Idle),
        SeriesPhase::Armed => {
            void_unseen(&mut cart.series, reason);
            stop(&mut cart.series, SeriesPhase::Idle);
            if !recalled {
                let told = OutcomeDetails::of(OutcomeKind::Cancelled, reason);
                report(&prospect.carts[at], told, Some(fact), fact.decided_ms(step), step);
            }
        }
        SeriesPhase::Running => {
            stop(&mut cart.series, SeriesPhase::Ended);
            if !recalled {
                let told = OutcomeDetails::of(OutcomeKind::Cancelled, reason);
                report(&prospect.carts[at], told, Some(fact), fact.decided_ms(step), step);
            }
            // What was reported as cancelled is never reported as recovered.
            void(&mut prospect.carts[at].series, |_| true);
        }
        SeriesPhase::Idle | SeriesPhase::Complete | SeriesPhase::Ended => void_unseen(&mut cart.series, reason),
    }
}

/// No order follows from these steps any more.
fn void(series: &mut Series, which: impl Fn(&SentStep) -> bool) {
    for step in series.sent.iter_mut().filter(|s| which(s)) {
        step.void = true;
    }
    if series.sent.iter().all(|s| s.void) {
        series.goods = InlineVec::new();
    }
}

/// The address is invalid: mails that were neither opened nor clicked never arrived.
fn void_unseen(series: &mut Series, reason: Reason) {
    if matches!(reason, Reason::HardBounce | Reason::SoftBounces) {
        void(series, |s| s.opened_ms.is_none() && s.clicked_ms.is_none());
    }
}

pub(in crate::domain) fn stop(series: &mut Series, phase: SeriesPhase) {
    series.phase = phase;
    series.arming = None;
    series.due_ms = None;
    series.fire_at_ms = None;
}

/// Recalls the steps that left after the event's time and before `until_ms`; the event should have prevented them.
pub(in crate::domain) fn recall<'a, 'e: 'a>(
    prospect: &mut Prospect,
    at: usize,
    fact: impl Into<Fact<'a, 'e>>,
    reason: Reason,
    until_ms: Ms,
    step: &mut StepContext<'_, '_>,
) -> bool {
    let fact = fact.into();
    let cart = &mut prospect.carts[at];
    let too_soon = |s: &SentStep| fact.time_ms() < s.left_ms && s.left_ms < until_ms;
    let ids: Vec<u128> = cart.series.sent.iter().filter(|s| too_soon(s)).map(|s| s.trigger_id).collect();
    if ids.is_empty() {
        return false;
    }
    let mut told = OutcomeDetails::of(OutcomeKind::Recalled, reason);
    told.trigger_ids = Some(ids);
    report(cart, told, Some(fact), fact.decided_ms(step), step);
    // What is recalled once is not recalled again.
    cart.series.sent.retain(|s| !too_soon(s));
    true
}

/// A cart without a cart event for `forget_after` is forgotten.
pub fn forget(prospect: &mut Prospect, at: usize, step: &mut StepContext<'_, '_>) {
    let now_ms = step.at_ms;
    let Some(cart) = prospect.carts.get(at) else { return };
    let Some(deadline_ms) = cart.forget_at_ms.filter(|d| *d <= now_ms) else { return };
    close(prospect, at, None, deadline_ms, OutcomeKind::Expired, Reason::Forgotten, step);
    retime_all(prospect, step);
    past_orders::settle(prospect, &step.model().cart, deadline_ms);
    forgotten::settle(prospect, &step.model().cart, deadline_ms);
}

/// The record holds too many carts: this one has to go.
pub(super) fn evict(prospect: &mut Prospect, at: usize, event: &Event<'_>, step: &mut StepContext<'_, '_>) {
    close(prospect, at, Some(event.into()), event.time_ms, OutcomeKind::Cancelled, Reason::Evicted, step);
}

/// These carts are none that anybody buys from: they go, and their series end.
pub(in crate::domain) fn drop_carts(
    prospect: &mut Prospect,
    fact: Fact<'_, '_>,
    reason: Reason,
    which: impl Fn(&Cart) -> bool,
    step: &mut StepContext<'_, '_>,
) {
    for at in (0..prospect.carts.len()).rev() {
        if which(&prospect.carts[at]) {
            close(prospect, at, Some(fact), fact.decided_ms(step), OutcomeKind::Cancelled, reason, step);
        }
    }
}

#[allow(clippy::too_many_arguments, reason = "the callers differ in exactly these")]
pub(in crate::domain) fn close(
    prospect: &mut Prospect,
    at: usize,
    fact: Option<Fact<'_, '_>>,
    at_ms: Ms,
    kind: OutcomeKind,
    reason: Reason,
    step: &mut StepContext<'_, '_>,
) {
    if kind == OutcomeKind::Expired
        && let Some(heir) = successor::heir(prospect, at, at_ms, false, &step.model().cart)
    {
        // What left is told with the cart that it was for; what is still to come is for the other one.
        let series = prospect.carts[at].series.clone();
        (prospect.carts[at].series.sent, prospect.carts[at].series.goods) = (Vec::new(), InlineVec::new());
        successor::go_back(&mut prospect.carts, at, heir);
        prospect.carts[at].series = series;
    }
    let cart = prospect.carts.remove(at);
    let untold = match cart.series.phase {
        SeriesPhase::Armed | SeriesPhase::Running | SeriesPhase::Complete => true,
        // An older series of this cart may still wait for its outcome.
        SeriesPhase::Idle => cart.series.sent.iter().any(|s| !s.void),
        SeriesPhase::Ended => false,
    };
    if untold {
        report(&cart, OutcomeDetails::of(kind, reason), fact, at_ms, step);
    }
    if kind == OutcomeKind::Expired {
        forgotten::keep(prospect, &cart, at_ms, &step.model().cart);
    }
}

/// The model in charge changed: due times are recomputed. A step whose new due time lies before the change never leaves.
pub fn change_model(prospect: &mut Prospect, now_ms: Ms, step: &mut StepContext<'_, '_>) {
    let model = &step.model().cart;
    let idle_ms = idle_since(prospect, model);
    let zone = prospect.extras.as_ref().and_then(|m| m.contact.zone.clone());
    let mut skipped = Vec::new();
    for cart in &mut prospect.carts {
        if usize::from(cart.series.done) >= model.steps_ms.len() && cart.series.phase == SeriesPhase::Running {
            stop(&mut cart.series, SeriesPhase::Complete);
        }
        let before = cart.series.due_ms;
        // What waited by the other model's quiet hours waits no more.
        cart.series.fire_at_ms = None;
        retime(cart, step, idle_ms, zone.as_deref());
        while cart.series.due_ms != before && cart.series.fire_at_ms.is_some_and(|f| f < now_ms) {
            skipped.push((cart.series.done + 1, cart.series.due_ms.unwrap_or(now_ms)));
            done_one_more(&mut cart.series, model, idle_ms, now_ms, false);
            let mut told = OutcomeDetails::of(OutcomeKind::Skipped, Reason::ModelChanged);
            told.step = Some(cart.series.done);
            report(cart, told, None, now_ms, step);
            retime(cart, step, idle_ms, zone.as_deref());
        }
    }
    for (number, due_ms) in skipped {
        decisions::decide(prospect, number, (now_ms, due_ms), TriggerFate::Suppressed(Reason::ModelChanged), Checks::default());
    }
}

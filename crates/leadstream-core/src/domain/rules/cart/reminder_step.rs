//! A step that is due: it leaves, waits for the end of quiet hours, or is skipped.

use crate::domain::ids::{IdKind, output_id};
use crate::domain::model::CartModel;
use crate::domain::model::words::length;
use crate::domain::output::trigger::CartAbandoned;
use crate::domain::output::{Because, Body, Output, Proof};
use crate::domain::rules::cart::clock::{done_one_more, idle_since, retime};
use crate::domain::rules::cart::goods;
use crate::domain::rules::cart::outcome::{OutcomeDetails, is_worth_it, report, value};
use crate::domain::rules::contact;
use crate::domain::rules::contact::address;
use crate::domain::rules::contact::{Due, SendDecision};
use crate::domain::rules::context::StepContext;
use crate::domain::rules::decisions::decide;
use crate::domain::rules::score::{label, points};
use crate::domain::state::cart::{ArmedFor, Arming, Cart, CartLine, MAX_SENT, SentStep, Series};
use crate::domain::state::decisions::{Check, Checks, TriggerFate};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::cart::{OutcomeKind, Reason};
use crate::domain::{DAY_MS, Ms};

/// How long a cancelled series' steps are remembered.
const RECALLED_MS: Ms = 7 * DAY_MS;

/// The next step of a cart is due: it leaves, waits for the end of quiet hours, or is skipped. `now_ms` measures lateness.
pub fn fire_step(prospect: &mut Prospect, at: usize, step: &mut StepContext<'_, '_>) {
    let now_ms = step.at_ms;
    let model = &step.model().cart;
    let idle_ms = idle_since(prospect, model);
    let Some(series) = prospect.carts.get(at).map(|c| &c.series) else { return };
    let Some((due_ms, fire_at_ms)) = series.due_ms.zip(series.fire_at_ms).filter(|(_, f)| *f <= now_ms) else { return };
    let (next, arming) = (series.done + 1, series.arming);
    let due = Due {
        key: step.key,
        name: step.model().contact.cart,
        due_ms: due_ms.saturating_add(model.grace_ms),
        fire_at_ms,
        now_ms,
        max_lateness_ms: model.max_lateness_ms,
    };
    let mut checks = Checks::default();
    if model.cooldown_ms.is_some() {
        checks.pass(Check::Cooldown);
    }
    let worth = is_worth_it(&prospect.carts[at], model);
    let done = match contact::judge(prospect, step.model(), &due, &mut checks) {
        SendDecision::Leaves if !worth => TriggerFate::Suppressed(Reason::MinValue),
        SendDecision::Leaves => TriggerFate::Left,
        SendDecision::Waits(until_ms) => TriggerFate::HeldUntil(until_ms),
        SendDecision::Suppressed(reason) => TriggerFate::Suppressed(reason),
    };
    decide(prospect, next, (now_ms, due_ms), done, checks);
    let cart = &mut prospect.carts[at];
    match done {
        TriggerFate::HeldUntil(until_ms) => {
            cart.series.fire_at_ms = Some(until_ms);
            return;
        }
        TriggerFate::Suppressed(reason) => {
            done_one_more(&mut cart.series, model, idle_ms, now_ms, false);
            let mut told = OutcomeDetails::of(OutcomeKind::Skipped, reason);
            told.step = Some(next);
            report(cart, told, None, fire_at_ms, step);
        }
        TriggerFate::Left => {
            done_one_more(&mut cart.series, model, idle_ms, now_ms, true);
            let proof = proof(&cart.series, arming, next, checks, model);
            leave(prospect, at, proof, (due_ms, fire_at_ms, now_ms), step);
        }
    }
    let zone = prospect.extras.as_ref().and_then(|m| m.contact.zone.as_deref());
    retime(&mut prospect.carts[at], step, idle_ms, zone);
}

fn leave(
    prospect: &mut Prospect,
    at: usize,
    proof: Proof,
    (due_ms, fire_at_ms, now_ms): (Ms, Ms, Ms),
    step: &mut StepContext<'_, '_>,
) {
    let cart = &mut prospect.carts[at];
    let (number, episode_ms, armed_by) = (cart.series.done, cart.series.episode_ms, cart.series.armed_by);
    let name = &step.model().name;
    let trigger_id = output_id(cart.armed_under(step.key), name, IdKind::CartStep, cart.armed_as(), episode_ms, armed_by, number);
    if cart.series.sent.len() >= MAX_SENT {
        cart.series.sent.remove(0);
    }
    // A void one matters for as long as an event may come late that recalls it.
    cart.series.sent.retain(|s| !s.void || now_ms.saturating_sub(s.left_ms) <= RECALLED_MS);
    let first_that_left = !cart.series.sent.iter().any(|s| s.episode_ms == episode_ms);
    cart.series.sent.push(SentStep { step: number, episode_ms, left_ms: now_ms, trigger_id, ..SentStep::default() });
    let Cart { series, lines, .. } = cart;
    goods::add(&mut series.goods, lines);
    if first_that_left {
        prospect.cooldown_from_ms = Some(now_ms);
        prospect.cooldown_reported = false;
    }
    contact::record_sent(prospect, &step.model().contact, now_ms);
    let body = abandoned(prospect, at, number, due_ms, proof, step);
    step.effects.outputs.push(Output {
        id: trigger_id,
        model: step.primary,
        at_ms: fire_at_ms,
        event: None,
        body: Body::CartAbandoned(Box::new(body)),
    });
}

/// Why a step leaves: the rule in words, what armed the series, the checks passed.
fn proof(series: &Series, arming: Option<Arming>, step: u8, checks: Checks, model: &CartModel) -> Proof {
    let delay = length(model.steps_ms.get(usize::from(step) - 1).copied().unwrap_or_default());
    let since = match series.armed_for {
        ArmedFor::Abandoned => "the cart was left",
        ArmedFor::PaymentFailed => "the payment failed",
    };
    let rule = format!("cart step {step} of {}: {delay} after {since}", model.steps_ms.len());
    let because = arming.map(|a| Because {
        name: a.name().into(),
        at_ms: series.episode_ms,
        position: a.position,
        corrected_ms: a.corrected_ms,
    });
    Proof { rule: rule.into(), because: because.into_iter().collect(), checks: checks.names() }
}

/// The lines as they are told: where they have several currencies, each with its own.
fn shown(cart: &Cart) -> Vec<CartLine> {
    let mut lines = cart.lines.clone();
    if cart.is_mixed() {
        for line in lines.iter_mut().filter(|line| line.currency.is_none()) {
            line.currency.clone_from(&cart.currency);
        }
    }
    lines
}

fn abandoned(prospect: &Prospect, at: usize, number: u8, due_ms: Ms, proof: Proof, step: &StepContext<'_, '_>) -> CartAbandoned {
    let cart = &prospect.carts[at];
    let track = prospect.tracks.get(step.primary);
    let evaluated_at_ms = due_ms.max(prospect.last_seen_ms);
    let score_model = &step.model().score;
    CartAbandoned {
        cart_id: cart.id.clone(),
        episode_ms: cart.series.episode_ms,
        step: number,
        steps: u8::try_from(step.model().cart.steps_ms.len()).unwrap_or(u8::MAX),
        due_at_ms: due_ms,
        abandoned_at_ms: cart.series.abandoned_at_ms,
        armed_for: cart.series.armed_for,
        checkout_started: cart.checkout_started,
        checkout_step: cart.checkout_step.clone(),
        addressable: prospect.addressable,
        address: address::of_cart(prospect, cart),
        lines: shown(cart),
        lines_left_out: cart.lines_left_out,
        value: value(cart),
        currency: cart.only_currency().cloned(),
        score: track.map_or(0.0, |t| points::total(t, score_model, evaluated_at_ms)),
        label: track.and_then(|t| label::label_of(&score_model.labels, t)).map(|l| l.name.clone()),
        persona: track.and_then(|t| step.model().people.persona_of(t)),
        proof,
    }
}

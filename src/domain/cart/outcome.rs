//! What became of a series: how outcomes are told.

use super::{CartContext, PastOrder, attribution};
use crate::domain::effect::{Body, CartOutcome, Effects, OutcomeKind, Output, Reason};
use crate::domain::event::Event;
use crate::domain::ids::{IdKind, output_id};
use crate::domain::prospect::Cart;
use crate::domain::step::causing;
use crate::domain::{Ms, Text};

/// Price times quantity of the lines whose price is known; nothing when none is, or when they have several currencies.
pub(super) fn value(cart: &Cart) -> Option<f64> {
    if cart.is_mixed() {
        return None;
    }
    let mut priced = cart.lines.iter().filter_map(|l| Some(l.price? * l.quantity)).peekable();
    priced.peek()?;
    Some(priced.sum()).filter(|v: &f64| v.is_finite())
}

/// What an outcome says besides what the cart itself knows.
pub(super) struct Told {
    pub kind: OutcomeKind,
    pub reason: Reason,
    pub step: Option<u8>,
    pub episode_ms: Option<Ms>,
    pub trigger_ids: Option<Vec<u128>>,
    /// The order's value counts for this cart.
    pub credited: bool,
}

impl Told {
    pub(super) fn of(kind: OutcomeKind, reason: Reason) -> Self {
        Self { kind, reason, step: None, episode_ms: None, trigger_ids: None, credited: false }
    }
}

/// Tells what became of a series or of one of its steps.
pub(super) fn report(
    cart: &Cart,
    told: Told,
    event: Option<&Event<'_>>,
    at_ms: Ms,
    context: &CartContext<'_>,
    effects: &mut Effects,
) {
    let series = &cart.series;
    let episode_ms = told.episode_ms.unwrap_or(series.episode_ms);
    let (cause_ms, cause_hash) = event.map_or((series.episode_ms, series.armed_by), |e| (e.time_ms, e.message_hash));
    let kind = IdKind::CartOutcome(told.kind as u8);
    let step = told.step.unwrap_or(0);
    // What an event caused differs by the cart; what time did belongs to the series, whatever its cart is called by now.
    let cart_id = if event.is_some() { cart.id.as_deref() } else { cart.armed_as() };
    let id = output_id(context.key, &context.model.name, kind, cart_id, cause_ms, cause_hash, step);
    let ordered = event.filter(|_| told.reason == Reason::Ordered);
    let value = match (ordered, told.credited) {
        (Some(order), true) => order.value,
        (Some(_), false) if told.kind == OutcomeKind::Recovered => None,
        _ => value(cart),
    };
    let currency = ordered.and_then(|e| e.currency.as_deref()).or(cart.only_currency().map(Text::as_str));
    let body = CartOutcome {
        kind: told.kind,
        cart_id: cart.id.clone(),
        episode_ms,
        step: told.step,
        steps_sent: u8::try_from(series.sent.len()).unwrap_or(u8::MAX),
        reason: told.reason,
        trigger_ids: told.trigger_ids.unwrap_or_else(|| series.sent.iter().map(|s| s.trigger_id).collect()),
        order_id: ordered.and_then(|e| e.order_id.as_deref()).map(Text::from),
        value,
        currency: currency.map(Text::from),
        attribution: None,
        attributed_trigger_id: None,
    };
    // It is asked for an order alone: whatever else became of the reminders, nobody bought for them.
    let recovered = event.filter(|_| told.kind == OutcomeKind::Recovered);
    let attributed = recovered.and_then(|order| attribution::of(&series.sent, order.time_ms, &context.model.cart));
    let body = CartOutcome {
        attribution: attributed.map(|(what, _)| what),
        attributed_trigger_id: attributed.map(|(_, id)| id),
        ..body
    };
    let event = event.map(causing);
    effects.outputs.push(Output { id, model: context.model_index, at_ms, event, body: Body::CartOutcome(Box::new(body)) });
}

/// How much of a recovered order is taken back, and why.
pub(super) struct Reversal {
    pub reason: Reason,
    pub value: Option<f64>,
}

/// Tells that an order which counted as recovered came to nothing, or to less.
pub(super) fn reverse(
    past: &PastOrder,
    reversal: &Reversal,
    event: &Event<'_>,
    context: &CartContext<'_>,
    effects: &mut Effects,
) {
    let kind = IdKind::CartOutcome(OutcomeKind::Reversed as u8);
    let id = output_id(context.key, &context.model.name, kind, past.cart.as_deref(), event.time_ms, event.message_hash, 0);
    let attributed = attribution::of(&past.sent, past.time_ms, &context.model.cart);
    let body = CartOutcome {
        kind: OutcomeKind::Reversed,
        cart_id: past.cart.clone(),
        episode_ms: past.episode_ms,
        step: None,
        steps_sent: u8::try_from(past.sent.len()).unwrap_or(u8::MAX),
        reason: reversal.reason,
        trigger_ids: past.sent.iter().map(|s| s.trigger_id).collect(),
        order_id: event.order_id.as_deref().map(Text::from),
        value: reversal.value,
        currency: event.currency.as_deref().map(Text::from).or_else(|| past.currency.clone()),
        attribution: attributed.map(|(what, _)| what),
        attributed_trigger_id: attributed.map(|(_, id)| id),
    };
    effects.outputs.push(Output {
        id,
        model: context.model_index,
        at_ms: event.time_ms,
        event: Some(causing(event)),
        body: Body::CartOutcome(Box::new(body)),
    });
}

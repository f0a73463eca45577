//! What became of a series: how outcomes are reported.

use crate::domain::event::Event;
use crate::domain::ids::{IdKind, low64, output_id};
use crate::domain::model::CartModel;
use crate::domain::output::trigger::CartOutcome;
use crate::domain::output::{Body, Output};
use crate::domain::rules::cart::attribution;
use crate::domain::rules::context::{StepContext, causing};
use crate::domain::state::cart::{Cart, SentStep};
use crate::domain::state::past_carts::PastOrder;
use crate::domain::terms::cart::{OutcomeKind, Reason};
use crate::domain::{Ms, Text};
use std::num::NonZeroU64;

/// What ends a series, or takes back a step: an event, or what was known of the same person under another name.
#[derive(Clone, Copy)]
pub(in crate::domain) enum Fact<'a, 'e> {
    Event(&'a Event<'e>),
    Known { time_ms: Ms, hash: u64 },
}

impl<'a, 'e> From<&'a Event<'e>> for Fact<'a, 'e> {
    fn from(event: &'a Event<'e>) -> Self {
        Self::Event(event)
    }
}

impl<'a, 'e> Fact<'a, 'e> {
    /// When it happened.
    pub(in crate::domain) fn time_ms(self) -> Ms {
        match self {
            Self::Event(event) => event.time_ms,
            Self::Known { time_ms, .. } => time_ms,
        }
    }

    /// When something is decided by it: what was known elsewhere says nothing before it is known here.
    pub(super) fn decided_ms(self, step: &StepContext<'_, '_>) -> Ms {
        match self {
            Self::Event(event) => event.time_ms,
            Self::Known { .. } => step.at_ms,
        }
    }

    /// What was known elsewhere comes to the carts of every name that joins: what it is about tells one outcome of it from another.
    fn hash(self, about: u64) -> u64 {
        match self {
            Self::Event(event) => event.message_hash,
            Self::Known { hash, .. } => hash ^ about,
        }
    }

    fn event(self) -> Option<&'a Event<'e>> {
        match self {
            Self::Event(event) => Some(event),
            Self::Known { .. } => None,
        }
    }
}

/// Price times quantity of the lines whose price is known; nothing when none is, or when they have several currencies.
pub(in crate::domain) fn value(cart: &Cart) -> Option<f64> {
    if cart.is_mixed() {
        return None;
    }
    let mut priced = cart.lines.iter().filter_map(|l| Some(l.price? * l.quantity)).peekable();
    priced.peek()?;
    Some(priced.sum()).filter(|v: &f64| v.is_finite())
}

/// What an outcome says besides what the cart itself knows.
pub(in crate::domain) struct OutcomeDetails {
    pub kind: OutcomeKind,
    pub reason: Reason,
    pub step: Option<u8>,
    pub episode_ms: Option<Ms>,
    pub trigger_ids: Option<Vec<u128>>,
    /// Of a recovered cart: what the order is worth to it.
    pub value: Option<f64>,
    pub late: bool,
}

impl OutcomeDetails {
    pub(in crate::domain) fn of(kind: OutcomeKind, reason: Reason) -> Self {
        Self { kind, reason, step: None, episode_ms: None, trigger_ids: None, value: None, late: false }
    }
}

/// Those that an order may follow.
fn ids(sent: &[SentStep]) -> Vec<u128> {
    sent.iter().filter(|s| !s.void).map(|s| s.trigger_id).collect()
}

fn count(sent: &[SentStep]) -> u8 {
    u8::try_from(sent.iter().filter(|s| !s.void).count()).unwrap_or(u8::MAX)
}

/// Reports what became of a series or of one of its steps, without an order that followed from its reminders.
pub(in crate::domain) fn report(
    cart: &Cart,
    mut told: OutcomeDetails,
    fact: Option<Fact<'_, '_>>,
    at_ms: Ms,
    step: &mut StepContext<'_, '_>,
) {
    let series = &cart.series;
    // What an event caused differs by the cart; what time did belongs to the series, whatever its cart and its prospect are called
    // by now.
    let trigger_ids = told.trigger_ids.take().unwrap_or_else(|| series.sent.iter().map(|s| s.trigger_id).collect());
    let about = trigger_ids.iter().fold(series.armed_by ^ series.episode_ms.cast_unsigned(), |about, id| about ^ low64(*id));
    let id = match fact {
        Some(fact) => id(step.key, &told, cart.id.as_deref(), (fact.time_ms(), fact.hash(about)), step),
        None => id(cart.armed_under(step.key), &told, cart.armed_as(), (series.episode_ms, series.armed_by), step),
    };
    let event = fact.and_then(Fact::event);
    let ordered = event.filter(|_| told.reason == Reason::Ordered);
    let currency = ordered.and_then(|e| e.currency.as_deref()).or(cart.only_currency().map(Text::as_str));
    let body = CartOutcome {
        kind: told.kind,
        cart_id: cart.id.clone(),
        episode_ms: told.episode_ms.unwrap_or(series.episode_ms),
        step: told.step,
        steps_sent: u8::try_from(series.sent.len()).unwrap_or(u8::MAX),
        reason: told.reason,
        trigger_ids,
        order_id: ordered.and_then(|e| e.order_id.as_deref()).map(Text::from),
        value: value(cart),
        currency: currency.map(Text::from),
        ..plain(told.kind, told.reason)
    };
    tell(id, at_ms, event, body, step);
}

/// Tells that an order follows reminders: those of a cart called so, in this currency.
pub(in crate::domain) fn report_of<'a, 'e: 'a>(
    (cart, currency, sent): (Option<&Text>, Option<&Text>, &[SentStep]),
    told: &OutcomeDetails,
    order: impl Into<Fact<'a, 'e>>,
    step: &mut StepContext<'_, '_>,
) {
    let fact = order.into();
    let (order, ordered_ms) = (fact.event(), fact.time_ms());
    let about = sent.iter().fold(0, |about, sent| about ^ low64(sent.trigger_id));
    let id = id(step.key, told, cart.map(Text::as_str), (ordered_ms, fact.hash(about)), step);
    let mut body = CartOutcome {
        cart_id: cart.cloned(),
        episode_ms: told.episode_ms.unwrap_or_default(),
        steps_sent: count(sent),
        trigger_ids: ids(sent),
        order_id: order.and_then(|order| order.order_id.as_deref()).map(Text::from),
        value: told.value,
        currency: order.and_then(|order| order.currency.as_deref()).map(Text::from).or_else(|| currency.cloned()),
        late: told.late,
        ..plain(told.kind, told.reason)
    };
    attribute(&mut body, sent, ordered_ms, step);
    tell(id, fact.decided_ms(step), order, body, step);
}

fn id(
    key: &str,
    told: &OutcomeDetails,
    cart_id: Option<&str>,
    (cause_ms, cause_hash): (Ms, u64),
    step: &StepContext<'_, '_>,
) -> u128 {
    let kind = IdKind::CartOutcome(told.kind as u8);
    output_id(key, &step.model().name, kind, cart_id, cause_ms, cause_hash, told.step.unwrap_or(0))
}

/// With nothing said but what and why.
fn plain(kind: OutcomeKind, reason: Reason) -> CartOutcome {
    CartOutcome {
        kind,
        cart_id: None,
        episode_ms: 0,
        step: None,
        steps_sent: 0,
        reason,
        trigger_ids: Vec::new(),
        order_id: None,
        value: None,
        currency: None,
        attribution: None,
        attributed_trigger_id: None,
        attributed_by: None,
        attribution_reason: None,
        late: false,
        whole: false,
        ordered_ms: 0,
    }
}

/// What the order follows from, or why that is unknown.
fn attribute(body: &mut CartOutcome, sent: &[SentStep], ordered_ms: Ms, step: &StepContext<'_, '_>) {
    match attribution::of(sent, ordered_ms, &step.model().cart) {
        Ok(follows) => {
            body.attribution = Some(follows.what);
            body.attributed_trigger_id = Some(follows.trigger_id);
            body.attributed_by = Some(follows.by);
        }
        Err(reason) => body.attribution_reason = Some(reason),
    }
}

fn tell(id: u128, at_ms: Ms, event: Option<&Event<'_>>, body: CartOutcome, step: &mut StepContext<'_, '_>) {
    let event = event.map(causing);
    step.effects.outputs.push(Output { id, model: step.primary, at_ms, event, body: Body::CartOutcome(Box::new(body)) });
}

/// How much of a recovered order is taken back, and why.
pub(super) struct Reversal {
    pub reason: Reason,
    pub value: Option<f64>,
    /// Nothing is left of it.
    pub whole: bool,
}

/// Tells that an order which counted as recovered came to nothing, or to less.
pub(super) fn reverse<'a, 'e: 'a>(
    past: &PastOrder,
    reversal: &Reversal,
    fact: impl Into<Fact<'a, 'e>>,
    step: &mut StepContext<'_, '_>,
) {
    let fact = fact.into();
    let event = fact.event();
    let told = OutcomeDetails::of(OutcomeKind::Reversed, reversal.reason);
    // One event that says of somebody that nothing was bought is about several orders of one cart.
    let of_all = reversal.reason == Reason::Internal;
    let cause = if of_all { (past.time_ms, past.order.map_or(0, NonZeroU64::get)) } else { (fact.time_ms(), fact.hash(0)) };
    let id = id(step.key, &told, past.cart.as_deref(), cause, step);
    let mut body = CartOutcome {
        cart_id: past.cart.clone(),
        episode_ms: past.episode_ms,
        steps_sent: count(&past.sent),
        trigger_ids: ids(&past.sent),
        order_id: event.and_then(|event| event.order_id.as_deref()).map(Text::from),
        value: reversal.value,
        currency: event.and_then(|event| event.currency.as_deref()).map(Text::from).or_else(|| past.currency.clone()),
        late: past.is_late(),
        whole: reversal.whole,
        ordered_ms: past.time_ms,
        ..plain(told.kind, told.reason)
    };
    attribute(&mut body, &past.sent, past.time_ms, step);
    tell(id, fact.decided_ms(step), event, body, step);
}

/// Whether a cart is worth a reminder; one of unknown value is.
pub(crate) fn is_worth_it(cart: &Cart, model: &CartModel) -> bool {
    model.min_value.zip(value(cart)).is_none_or(|(least, value)| value >= least)
}

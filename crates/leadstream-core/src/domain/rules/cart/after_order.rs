//! What becomes of an order once it took a cart: it comes again, its payment fails, it is cancelled or refunded.

use crate::domain::Ms;
use crate::domain::event::{Event, OrderFate};
use crate::domain::rules::budget;
use crate::domain::rules::cart::find::{concerned, touch};
use crate::domain::rules::cart::open::{check_out, new_cart};
use crate::domain::rules::cart::outcome::{Fact, Reversal, reverse};
use crate::domain::rules::cart::product_match::What;
use crate::domain::rules::cart::{bought, forgotten, goods, series};
use crate::domain::rules::context::StepContext;
use crate::domain::state::cart::{ArmedFor, MAX_LINES, MAX_SENT};
use crate::domain::state::orders::{KnownOrder, Standing};
use crate::domain::state::past_carts::PastOrder;
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::cart::Reason;
use std::num::NonZeroU64;

/// Less than a cent is nothing.
const CENT: f64 = 0.01;

impl PastOrder {
    /// It came after the cart was forgotten.
    #[must_use]
    pub fn is_late(&self) -> bool {
        self.forgotten_ms.is_some_and(|forgotten_ms| self.time_ms >= forgotten_ms)
    }
}

/// A payment failed: what its order took comes back, and the cart is reminded of at once, with that reason.
pub(super) fn payment_failed(prospect: &mut Prospect, event: &Event<'_>, step: &mut StepContext<'_, '_>) {
    check_out(prospect, event, step);
    let at = concerned(&prospect.carts, event.cart_id.as_deref()).or_else(|| concerned(&prospect.carts, None));
    let has_lines = at.is_some_and(|at| !prospect.carts[at].lines.is_empty());
    let order = event.order_hash();
    let orders = prospect.extras.as_deref().map_or(&[][..], |extras| &extras.orders);
    let last_ms = orders.iter().filter(|o| o.time_ms <= event.time_ms).map(|o| o.time_ms).max();
    let is_meant = |o: &PastOrder| if order.is_none() { !has_lines && Some(o.time_ms) == last_ms } else { o.order == order };
    if !orders.iter().any(is_meant) {
        // No order yet: the cart is as it was.
        if let Some(at) = at.filter(|at| prospect.carts[*at].lines.iter().any(|l| l.added_ms <= event.time_ms)) {
            series::arm(prospect, at, event, ArmedFor::PaymentFailed, step);
        }
        return;
    }
    let orders = &mut prospect.extras_mut().orders;
    let mut failed = Vec::new();
    // One that was placed since, with a payment that went well, stays.
    while let Some(n) = orders.iter().position(|o| is_meant(o) && o.time_ms <= event.time_ms) {
        failed.push(orders.remove(n));
    }
    for past in failed {
        if let Some(at) = bring_back(prospect, past, Reason::PaymentFailed, event, step) {
            series::arm(prospect, at, event, ArmedFor::PaymentFailed, step);
        }
    }
}

/// An order that was never paid is cancelled, within the payment window: the cart is as after a payment that failed. Not where
/// the customer wanted it so, or the shop.
fn unpaid_cancelled(prospect: &mut Prospect, at: usize, event: &Event<'_>, step: &mut StepContext<'_, '_>) -> bool {
    let (Some(window_ms), Some(extras)) = (step.model().cart.payment_window_ms, prospect.extras.as_deref_mut()) else {
        return false;
    };
    let Some(known) = extras.known_orders.list.get(at) else { return false };
    let in_window = event.time_ms <= known.placed_ms.saturating_add(window_ms);
    if known.standing != Standing::Cancelled || known.was_paid || event.signals.unwanted || !in_window {
        return false;
    }
    let order = event.order_hash();
    let mut unpaid = Vec::new();
    while let Some(n) = extras.orders.iter().position(|o| order.is_some() && o.order == order && o.time_ms <= event.time_ms) {
        unpaid.push(extras.orders.remove(n));
    }
    for past in unpaid {
        if let Some(at) = bring_back(prospect, past, Reason::OrderCancelled, event, step) {
            series::arm(prospect, at, event, ArmedFor::PaymentFailed, step);
        }
    }
    true
}

/// Puts into its cart again what an order took, and the reminders that it followed: the next order may follow them too.
fn bring_back(
    prospect: &mut Prospect,
    past: PastOrder,
    reason: Reason,
    event: &Event<'_>,
    step: &mut StepContext<'_, '_>,
) -> Option<usize> {
    if !past.sent.is_empty() {
        reverse(&past, &Reversal { reason, value: past.value, whole: true }, event, step);
    }
    if past.forgotten_ms.is_some() {
        forgotten::again(prospect, &past);
        return None;
    }
    if past.lines.is_empty() {
        return None;
    }
    // What came back is bought no more.
    bought::forget(prospect, &past);
    let found = prospect.carts.iter().position(|c| past.cart.as_deref().map_or(c.id.is_none(), |id| c.is_called(id)));
    let at = found.unwrap_or_else(|| new_cart(prospect, past.cart.clone(), event, step));
    let cart = &mut prospect.carts[at];
    for line in past.lines {
        if cart.lines.iter().any(|l| What::holds(l).same(What::holds(&line))) {
            continue;
        }
        if cart.lines.len() < MAX_LINES {
            cart.lines.push(line);
        } else {
            cart.lines_left_out = cart.lines_left_out.saturating_add(1);
        }
    }
    cart.lines_left_out = cart.lines_left_out.saturating_add(budget::fit_cart(&mut cart.lines, step.effects));
    let mut sent = past.sent;
    sent.append(&mut cart.series.sent);
    sent.drain(..sent.len().saturating_sub(MAX_SENT));
    cart.series.sent = sent;
    goods::merge(&mut cart.series.goods, &past.goods);
    cart.currency = cart.currency.take().or(past.currency);
    cart.checkout_started = true;
    touch(cart, event.time_ms);
    Some(at)
}

/// An order was cancelled or refunded: what counted as recovered is taken back, all of it or in part.
/// `known`: its place among the known orders, if it came to nothing.
pub(super) fn take_back(prospect: &mut Prospect, event: &Event<'_>, known: Option<usize>, step: &mut StepContext<'_, '_>) {
    if known.is_some_and(|at| unpaid_cancelled(prospect, at, event, step)) {
        return;
    }
    let Some(extras) = prospect.extras.as_deref_mut() else { return };
    let meant = known.and_then(|at| extras.known_orders.list.get(at));
    let standing = meant.map(|order| order.standing);
    let in_part = standing.is_some_and(Standing::stands);
    let fate = match standing {
        Some(Standing::Cancelled) => OrderFate::Cancelled,
        Some(Standing::Refunded) => OrderFate::Refunded,
        Some(Standing::Failed) => return payment_failed(prospect, event, step),
        _ => match event.order_fate() {
            Some(fate) => fate,
            None if in_part => OrderFate::Refunded,
            None => return,
        },
    };
    let reason = match fate {
        OrderFate::Cancelled => Reason::OrderCancelled,
        OrderFate::Refunded => Reason::OrderRefunded,
    };
    // A refund without an id is of the order that it was counted for.
    let order = meant.map_or((event.order_hash(), None), |order| (order.id, Some(order.placed_ms)));
    // What is known of the order has heard of it before.
    let known = meant.or_else(|| extras.known_orders.list.iter().rfind(|known| order.0.is_some() && known.id == order.0));
    let is_gone = fate == OrderFate::Cancelled && !in_part || standing.is_some_and(|standing| !standing.stands());
    let left_of_order = known.filter(|known| known.standing.stands()).and_then(KnownOrder::left_milli).map(amount);
    let left_of = |past: &PastOrder| {
        let before = past.value.filter(|_| !is_gone)?;
        let named = goods::refunded(&past.goods, event).map(|own| before - event.value.map_or(own, |value| own.min(value.abs())));
        let told = || event.value.map(f64::abs).filter(|value| !(event.signals.is_part && *value >= before));
        let by_amount = || match told().or_else(|| event.value_of_products()) {
            Some(amount) => Some(before - amount),
            None => Some(before).filter(|_| in_part || event.is_of_a_part()),
        };
        let left = match (named, left_of_order) {
            (Some(left), of_order) => Some(of_order.map_or(left, |of_order| left.min(of_order))),
            (None, Some(of_order)) => Some(before.min(of_order)),
            (None, None) => by_amount(),
        };
        left.filter(|left| *left >= CENT)
    };
    // Without a known value, only the whole order can be taken back.
    let is_told = |past: &PastOrder| is_gone || past.value.is_some();
    less(&mut extras.orders, order, |past| is_told(past).then(|| left_of(past)), reason, event, step);
}

/// Orders that were none, found by the hashes of their ids: what counted as recovered is taken back, and nothing is remembered
/// of them.
pub(in crate::domain) fn disown<'a, 'e: 'a>(
    prospect: &mut Prospect,
    fact: impl Into<Fact<'a, 'e>>,
    which: impl Fn(Option<NonZeroU64>) -> bool,
    step: &mut StepContext<'_, '_>,
) {
    let Some(extras) = prospect.extras.as_deref_mut().filter(|extras| !extras.orders.is_empty()) else { return };
    let (none, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut extras.orders).into_iter().partition(|past| which(past.order));
    extras.orders = rest;
    let fact = fact.into();
    for past in none.iter().filter(|past| !past.sent.is_empty()) {
        reverse(past, &Reversal { reason: Reason::Internal, value: past.value, whole: true }, fact, step);
    }
}

/// A known order is reported again: it may be worth less than what counts as recovered.
pub(super) fn lower(prospect: &mut Prospect, at: usize, event: &Event<'_>, step: &mut StepContext<'_, '_>) {
    let Some(extras) = prospect.extras.as_deref_mut().filter(|extras| !extras.orders.is_empty()) else { return };
    let Some(left) = extras.known_orders.list.get(at).and_then(KnownOrder::left_milli).map(amount) else { return };
    let worth_less =
        |past: &PastOrder| past.value.filter(|value| *value - left >= CENT).map(|_| Some(left).filter(|left| *left >= CENT));
    less(&mut extras.orders, (event.order_hash(), None), worth_less, Reason::OrderChanged, event, step);
}

/// Less of an order that counted as recovered is left: `left_of` says how much, inner `None` for nothing, outer for no change.
fn less(
    orders: &mut [PastOrder],
    (order, placed_ms): (Option<NonZeroU64>, Option<Ms>),
    left_of: impl Fn(&PastOrder) -> Option<Option<f64>>,
    reason: Reason,
    event: &Event<'_>,
    step: &mut StepContext<'_, '_>,
) {
    // Without an id it is known by its time, if anybody knows which order is meant.
    let is_it = |o: &PastOrder| o.order == order && (order.is_some() || placed_ms == Some(o.time_ms));
    let is_meant = |o: &PastOrder| is_it(o) && !o.sent.is_empty() && o.time_ms <= event.time_ms;
    for past in orders.iter_mut().filter(|o| is_meant(o)) {
        let Some(left) = left_of(past) else { continue };
        let whole = left.is_none();
        let value = past.value.map(|before| before - left.unwrap_or(0.0));
        if !whole && value.is_none_or(|value| value < CENT) {
            continue;
        }
        reverse(past, &Reversal { reason, value, whole }, event, step);
        past.value = left;
        if whole {
            past.sent = Vec::new();
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "amounts in thousandths stay far below 2^52")]
fn amount(milli: i64) -> f64 {
    milli as f64 / 1_000.0
}

//! Which order an event is about.

use crate::domain::event::Event;
use crate::domain::ids::{hash64, some32};
use crate::domain::names::Kind;
use crate::domain::output::OrderChange;
use crate::domain::state::orders::KnownOrder;
use crate::domain::state::prospect::Prospect;
use crate::domain::{DAY_MS, MINUTE_MS, Ms, number};
use std::num::{NonZeroU32, NonZeroU64};

/// Lines in any order, and the total; `None` where the event has neither.
pub(crate) fn content_hash(event: &Event<'_>) -> Option<NonZeroU32> {
    if event.products.is_empty() && event.value.is_none() {
        return None;
    }
    let line = |p: &crate::domain::event::Product<'_>| {
        let bought = p.sku.as_deref().or(p.variant.as_deref()).unwrap_or_default();
        hash64(&[p.id.as_bytes(), &[0], bought.as_bytes()].concat())
    };
    // A sum doesn't depend on the order of the lines.
    let lines = event.products.iter().map(line).fold(0_u64, u64::wrapping_add);
    let total = event.value.map_or(i64::MIN, number::milli);
    Some(some32(hash64(&[lines.to_le_bytes(), total.to_le_bytes()].concat())))
}

pub(super) fn refund_hash(event: &Event<'_>) -> u64 {
    let order = event.order_hash().map_or(0, NonZeroU64::get).to_le_bytes();
    if let Some(id) = event.refund_id.as_deref() {
        return hash64(&[&order, id.as_bytes()].concat());
    }
    let amount = crate::domain::rules::orders::part::told_milli(event).unwrap_or(i64::MIN);
    hash64(&[order, amount.to_le_bytes(), event.time_ms.to_le_bytes()].concat())
}

fn known(prospect: &Prospect) -> &[KnownOrder] {
    prospect.extras.as_deref().map_or(&[], |extras| &extras.known_orders.list)
}

/// By its id alone.
pub(in crate::domain) fn named(prospect: &Prospect, event: &Event<'_>) -> Option<usize> {
    let id = event.order_hash();
    known(prospect).iter().rposition(|order| id.is_some() && order.id == id)
}

/// The order that a refund without an id is of, if only one may be it and it says how much it pays back.
pub(super) fn only(prospect: &Prospect, event: &Event<'_>) -> Option<usize> {
    crate::domain::rules::orders::part::told_milli(event).filter(|_| event.order_id.is_none())?;
    let orders = known(prospect);
    let mut those = (0..orders.len()).filter(|at| orders.get(*at).is_some_and(|order| may_be(order, event)));
    let at = those.next()?;
    those.next().is_none().then_some(at)
}

/// Whether an event that names no known order may be about this one.
pub(super) fn may_be(order: &KnownOrder, event: &Event<'_>) -> bool {
    let is_other = |currency: &str| order.currency.as_deref().is_some_and(|known| known != currency);
    order.standing.stands()
        && order.placed_ms <= event.time_ms
        && !(event.order_hash().is_some() && order.id.is_some())
        && !event.currency.as_deref().is_some_and(is_other)
}

/// By its id; where an id is missing on either side, by the same lines and total within ten minutes.
pub(super) fn order(prospect: &Prospect, event: &Event<'_>) -> Option<usize> {
    named(prospect, event).or_else(|| deal(prospect, event)).or_else(|| {
        let orders = known(prospect);
        if orders.is_empty() {
            return None;
        }
        // Two that name neither lines nor a total may be any two orders.
        let (id, content) = (event.order_hash(), content_hash(event)?);
        orders.iter().rposition(|order| {
            let is_near = (order.placed_ms - event.time_ms).abs() <= SAME_WITHIN_MS;
            is_near && order.content == Some(content) && (id.is_none() || order.id.is_none())
        })
    })
}

/// The contract that is reported again where an id is missing on either side; what sales says that it won may be an order as
/// well. Two that are worth something else are two.
fn deal(prospect: &Prospect, event: &Event<'_>) -> Option<usize> {
    let by_sales = event.kind == Kind::Sales;
    if !by_sales && event.kind != Kind::Contract {
        return None;
    }
    let id = event.order_hash();
    let is_it = |order: &KnownOrder| {
        let may_be = order.contract.is_some() && !order.by_sales || by_sales;
        may_be && order.standing.stands() && (id.is_none() || order.id.is_none() || by_sales) && is_same_deal(order, event)
    };
    known(prospect).iter().rposition(is_it)
}

/// What sales reported as won, and an order or a contract now reports under its own id.
pub(super) fn won_by_sales(prospect: &Prospect, event: &Event<'_>) -> Option<usize> {
    let is_it = |order: &KnownOrder| order.by_sales && order.standing.stands() && is_same_deal(order, event);
    known(prospect).iter().rposition(is_it).filter(|_| event.kind != Kind::Sales)
}

fn is_same_deal(order: &KnownOrder, event: &Event<'_>) -> bool {
    let told = event.value.map(number::milli);
    let is_near = (order.placed_ms - event.time_ms).abs() <= SAME_DEAL_WITHIN_MS;
    is_near && (told.is_none() || order.total_milli.is_none() || told == order.total_milli)
}

/// The order whose payment failed. A failure that names none may be of any attempt to pay: it takes back no order.
pub(super) fn unpaid(prospect: &Prospect, event: &Event<'_>) -> Option<usize> {
    if event.kind == Kind::PaymentFailed { named(prospect, event) } else { order(prospect, event) }
}

/// What a change of the order at this place means to the figures: it counts for the touch that the order was credited to.
pub(crate) fn change(prospect: &mut Prospect, at: usize, of: impl FnOnce(&KnownOrder) -> OrderChange) -> OrderChange {
    let known = &prospect.extras_mut().known_orders;
    let order = &known.list[at];
    OrderChange { touch: known.touch_of(order), ..of(order) }
}

/// Within this time a contract that is reported twice, without an id on either side, is one.
pub(crate) const SAME_DEAL_WITHIN_MS: Ms = 30 * DAY_MS;

/// Within this time the same lines and the same total are one order where an id is missing.
pub(crate) const SAME_WITHIN_MS: Ms = 10 * MINUTE_MS;

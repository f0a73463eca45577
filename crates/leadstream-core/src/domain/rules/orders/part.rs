//! How much of an order goes back. A known part never takes back the whole order, even when its amount is unknown.

use crate::domain::event::{Event, Product};
use crate::domain::number;
use crate::domain::state::cart::CartLine;
use crate::domain::state::orders::KnownOrder;
use crate::domain::state::prospect::Prospect;

/// A cancellation of goods is of a part of the order if at least a quarter of its value is left: less may be postage and taxes.
const REST_IS_GOODS: i64 = 4;

/// What a refund pays back.
pub(super) enum Refund {
    /// As far as anybody knows, all.
    Whole,
    /// This amount, in thousandths; 0 for a part whose amount is unknown.
    Part(i64),
}

/// What a refund says that it pays back.
pub(super) fn told_milli(event: &Event<'_>) -> Option<i64> {
    event.value.map(f64::abs).or_else(|| event.value_of_products()).map(number::milli)
}

pub(super) fn refunded_milli(prospect: &Prospect, at: usize, event: &Event<'_>) -> Refund {
    let Some(order) = known(prospect, at) else { return Refund::Whole };
    let told = event.value.map(|value| number::milli(value.abs()));
    // Beside the word for a part the total is the order's own.
    let told = told.filter(|told| !(event.signals.is_part && order.total_milli.is_some_and(|total| *told >= total)));
    if let Some(told) = told {
        return Refund::Part(if event.signals.refunded_so_far { (told - order.refunded_milli).max(0) } else { told });
    }
    let of_goods = || of_goods(order, lines(prospect, order), event);
    match of_goods().or_else(|| event.value_of_products().map(number::milli)) {
        Some(milli) => Refund::Part(milli),
        None if event.is_of_a_part() => Refund::Part(0),
        None => Refund::Whole,
    }
}

/// What the goods are worth that a cancellation names, if they are known to be some of the order's only.
pub(super) fn cancelled_milli(prospect: &Prospect, at: usize, event: &Event<'_>) -> Option<i64> {
    let order = known(prospect, at).filter(|_| !event.products.is_empty() && event.products_left_out == 0)?;
    let left = order.left_milli()?;
    let lines = lines(prospect, order);
    let names = |line: &CartLine| event.products.iter().any(|product| is_of(product, line));
    let milli = of_goods(order, lines, event)?;
    // Where the lines are known they tell; else the total that it says, or how much is left over.
    let is_part = match event.value.map(|value| number::milli(value.abs())) {
        _ if !lines.is_empty() => !lines.iter().all(names),
        Some(told) => told < left && (told - milli).abs() < 10,
        None => (left - milli).saturating_mul(REST_IS_GOODS) >= left,
    };
    Some(milli).filter(|milli| is_part && order.is_left_of(*milli))
}

fn known(prospect: &Prospect, at: usize) -> Option<&KnownOrder> {
    prospect.extras.as_deref()?.known_orders.list.get(at)
}

/// What an order took from carts, as long as that is remembered.
fn lines<'a>(prospect: &'a Prospect, order: &KnownOrder) -> &'a [CartLine] {
    let pasts = prospect.extras.as_deref().map_or(&[][..], |extras| &extras.orders);
    pasts.iter().rfind(|past| order.id.is_some() && past.order == order.id).map_or(&[], |past| &past.lines)
}

/// What the goods are worth that an event names: by its own prices, else by those of the order's lines. `None` if one price is
/// unknown.
fn of_goods(order: &KnownOrder, lines: &[CartLine], event: &Event<'_>) -> Option<i64> {
    let worth = |product: &Product<'_>| {
        let line = lines.iter().find(|line| is_of(product, line));
        let price = product.price.or_else(|| line?.price)?;
        Some(price * product.quantity.or_else(|| line.map(|line| line.quantity)).unwrap_or(1.0))
    };
    let sum =
        event.products.iter().map(worth).sum::<Option<f64>>().filter(|sum| sum.is_finite() && !event.products.is_empty())?;
    let milli = number::milli(sum);
    Some(order.left_milli().map_or(milli, |left| milli.min(left)))
}

fn is_of(product: &Product<'_>, line: &CartLine) -> bool {
    let differ = |named: Option<&str>, known: Option<&str>| named.zip(known).is_some_and(|(named, known)| named != known);
    *line.product_id == *product.id
        && !differ(product.sku.as_deref(), line.sku.as_deref())
        && !differ(product.variant.as_deref(), line.variant.as_deref())
}

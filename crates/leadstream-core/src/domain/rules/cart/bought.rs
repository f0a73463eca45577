//! What the last orders took: a page that still shows it fills no cart.
//!
//! The page of thanks, or another tab, may tell the cart as it was before the order, under the same id or another one. That is
//! kept for one session only, as hashes.

use crate::domain::Ms;
use crate::domain::event::Event;
use crate::domain::ids::{hash64, some64};
use crate::domain::model::Model;
use crate::domain::rules::cart::lines::{end_of_instant, quantity_of};
use crate::domain::rules::cart::product_match::What;
use crate::domain::rules::context::StepContext;
use crate::domain::state::cart::{CartLine, MAX_LINES};
use crate::domain::state::orders::KnownOrder;
use crate::domain::state::past_carts::{BoughtLine, PastOrder};
use crate::domain::state::prospect::Prospect;
use std::num::NonZeroU64;

/// What the lines of an order are told by: its id; without one its instant.
#[must_use]
pub fn mark(id: Option<NonZeroU64>, until_ms: Ms) -> NonZeroU64 {
    id.unwrap_or_else(|| some64(hash64(&until_ms.to_le_bytes())))
}

/// Remembers what an order took from the carts, and what it names itself.
pub(super) fn remember(prospect: &mut Prospect, event: &Event<'_>, until_ms: Ms, taken: &[CartLine], step: &StepContext<'_, '_>) {
    if taken.is_empty() && event.products.is_empty() {
        return;
    }
    let before = prospect.extras.as_deref().and_then(|extras| extras.bought.as_deref()).map(|b| b.time_ms);
    if before.is_some_and(|before| before > until_ms.saturating_add(step.model().session_gap_ms)) {
        return;
    }
    name_orders(prospect, step.news.order());
    let order = before.map(|_| mark(event.order_hash(), until_ms));
    let bought = prospect.extras_mut().bought.get_or_insert_default();
    bought.time_ms = bought.time_ms.max(until_ms);
    let named = event.products.iter().map(|product| (What::is(product).hash(), quantity_of(product)));
    let all = taken.iter().map(|line| (What::holds(line).hash(), line.quantity)).chain(named);
    bought.lines.extend(all.map(|(what, quantity)| BoughtLine { what, quantity, order }));
    bought.lines.drain(..bought.lines.len().saturating_sub(MAX_LINES));
}

/// Says of each line which order it is of, before lines of others come to it: while there is only one order, that goes without
/// saying. `other`: the place of an order that it is not.
pub(in crate::domain) fn name_orders(prospect: &mut Prospect, other: Option<usize>) {
    let Some(extras) = prospect.extras.as_deref_mut() else { return };
    let Some(bought) = extras.bought.as_deref_mut().filter(|bought| bought.lines.iter().any(|line| line.order.is_none())) else {
        return;
    };
    let time_ms = bought.time_ms;
    let is_it = |(at, order): &(usize, &KnownOrder)| {
        Some(*at) != other && order.contract.is_none() && end_of_instant(order.placed_ms) == time_ms
    };
    let known = extras.known_orders.list.iter().enumerate().rfind(is_it);
    let order = mark(known.and_then(|(_, order)| order.id), time_ms);
    for line in &mut bought.lines {
        line.order.get_or_insert(order);
    }
}

/// Forgets what came back of an order; of others it is still known.
pub(super) fn forget(prospect: &mut Prospect, order: &PastOrder) {
    let Some(extras) = prospect.extras.as_deref_mut() else { return };
    let until_ms = end_of_instant(order.time_ms);
    let own = mark(order.order, until_ms);
    extras.bought = extras.bought.take().and_then(|mut bought| {
        let time_ms = bought.time_ms;
        bought.lines.retain(|line| line.order.map_or(time_ms != until_ms, |order| order != own));
        Some(bought).filter(|bought| !bought.lines.is_empty())
    });
}

/// Forgets it a session after the order.
pub(super) fn settle(prospect: &mut Prospect, model: &Model, now_ms: Ms) {
    if let Some(extras) = prospect.extras.as_deref_mut()
        && extras.bought.as_ref().is_some_and(|bought| now_ms >= bought.time_ms.saturating_add(model.session_gap_ms))
    {
        extras.bought = None;
    }
}

/// Whether all that the event says is in a cart was bought, and no more of it: less than a session ago for what shows a cart;
/// for an add before the order or at its instant.
pub(super) fn is_all_bought(prospect: &Prospect, event: &Event<'_>, shows_cart: bool, model: &Model) -> bool {
    let Some(bought) = prospect.extras.as_deref().and_then(|extras| extras.bought.as_deref()) else { return false };
    let until_ms = bought.time_ms.saturating_add(if shows_cart { model.session_gap_ms - 1 } else { 0 });
    let mut any = false;
    event.time_ms <= until_ms
        && event.products.iter().filter(|product| quantity_of(product) > 0.0).all(|product| {
            any = true;
            let what = What::is(product);
            let (own, product_alone) = (what.hash(), What { sku: None, variant: None, ..what }.hash());
            let quantity = quantity_of(product);
            bought.lines.iter().any(|line| (line.what == own || line.what == product_alone) && quantity <= line.quantity)
        })
        && any
}

//! What the last orders took: a page that still shows it fills no cart.
//!
//! The page of thanks, or another tab, may tell the cart as it was before the order, under the same id or another one. That is
//! kept for one session only, as hashes.

use crate::domain::Ms;
use crate::domain::event::Event;
use crate::domain::model::Model;
use crate::domain::rules::cart::lines::quantity_of;
use crate::domain::rules::cart::product_match::What;
use crate::domain::state::cart::{CartLine, MAX_LINES};
use crate::domain::state::prospect::Prospect;

/// Remembers what an order took from the carts, and what it names itself.
pub(super) fn remember(prospect: &mut Prospect, event: &Event<'_>, until_ms: Ms, taken: &[CartLine], model: &Model) {
    if taken.is_empty() && event.products.is_empty() {
        return;
    }
    let before = prospect.extras.as_deref().and_then(|extras| extras.bought.as_deref()).map(|b| b.time_ms);
    if before.is_some_and(|before| before > until_ms.saturating_add(model.session_gap_ms)) {
        return;
    }
    let bought = prospect.extras_mut().bought.get_or_insert_default();
    bought.time_ms = bought.time_ms.max(until_ms);
    let named = event.products.iter().map(|product| (What::is(product).hash(), quantity_of(product)));
    bought.lines.extend(taken.iter().map(|line| (What::holds(line).hash(), line.quantity)).chain(named));
    bought.lines.drain(..bought.lines.len().saturating_sub(MAX_LINES));
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
            bought.lines.iter().any(|(hash, of)| (*hash == own || *hash == product_alone) && quantity <= *of)
        })
        && any
}

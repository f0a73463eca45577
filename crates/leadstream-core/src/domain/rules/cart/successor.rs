//! One basket is one basket: a cart that changes its id, and the series that goes with the cart touched last.

use crate::domain::event::Event;
use crate::domain::model::{CartModel, SeriesFor};
use crate::domain::names::Kind;
use crate::domain::rules::cart::clock::{cools_down, is_live};
use crate::domain::rules::cart::goods;
use crate::domain::rules::cart::outcome::is_worth_it;
use crate::domain::rules::cart::product_match::What;
use crate::domain::state::cart::{ArmedFor, Cart, MAX_ALIASES, Series, SeriesPhase};
use crate::domain::state::prospect::Prospect;
use crate::domain::{Ms, Text};

/// An unknown id under which every line of an open cart is shown is that cart's new id; of several carts that of the one
/// touched last.
pub(super) fn rename(prospect: &mut Prospect, event: &Event<'_>) {
    let Some(id) = event.cart_id.as_deref() else { return };
    if prospect.carts.iter().any(|cart| cart.is_called(id)) {
        return;
    }
    let shown = |cart: &Cart| {
        let is_shown = |line| event.products.iter().any(|p| p.quantity != Some(0.0) && What::is(p).means(What::holds(line)));
        !cart.lines.is_empty() && cart.touched_ms <= event.time_ms && cart.lines.iter().all(is_shown)
    };
    let carts = prospect.carts.iter_mut().enumerate().filter(|(_, cart)| shown(cart));
    if let Some((_, cart)) = carts.max_by_key(|(at, cart)| (cart.touched_ms, *at)) {
        let old = cart.id.replace(id.into());
        keep_id(&mut cart.series, old.as_ref(), Some(id));
        if let Some(old) = old {
            if cart.aliases.len() >= MAX_ALIASES {
                cart.aliases.remove(0);
            }
            cart.aliases.push(old);
        }
    }
}

/// Whether an event empties a cart, or takes something out of it, by an id that the cart has no more: the shop closes the old
/// cart once its goods are in the new one. That is no decision of the customer's.
pub(super) fn is_leftover(cart: &Cart, event: &Event<'_>) -> bool {
    let empties = match event.kind {
        Kind::ProductRemoved | Kind::CartEmptied => true,
        Kind::ProductAdded => false,
        _ => event.products.iter().all(|product| product.quantity.is_some_and(|quantity| quantity <= 0.0)),
    };
    empties && event.cart_id.as_deref().is_some_and(|id| cart.id.as_deref() != Some(id))
}

/// The ids of a series' triggers are made of the id of the cart that armed it.
pub(in crate::domain) fn keep_id(series: &mut Series, old: Option<&Text>, new: Option<&str>) {
    if !is_live(series) && series.sent.is_empty() {
        return;
    }
    let armed_as = series.armed_as.take().unwrap_or_else(|| old.cloned().unwrap_or_default());
    series.armed_as = Some(armed_as).filter(|armed_as| *armed_as != new.unwrap_or_default());
}

/// With one series for each prospect, the one that is armed or runs goes with the cart touched last.
pub(super) fn lead_to(prospect: &mut Prospect, at: usize, event: &Event<'_>, model: &CartModel) {
    let carts = &mut prospect.carts;
    if model.series == SeriesFor::Cart || carts.len() < 2 || carts[at].lines.is_empty() || is_live(&carts[at].series) {
        return;
    }
    let Some(from) = carts.iter().position(|cart| is_live(&cart.series)) else { return };
    if carts[from].touched_ms > event.time_ms {
        return;
    }
    hand_over(carts, from, at);
}

pub(in crate::domain) fn hand_over(carts: &mut [Cart], from: usize, to: usize) {
    let mut series = std::mem::take(&mut carts[from].series);
    let old = carts[from].id.clone();
    keep_id(&mut series, old.as_ref(), carts[to].id.as_deref());
    // Steps of an older series of this cart still wait for what becomes of them.
    let Series { mut sent, goods, .. } = std::mem::take(&mut carts[to].series);
    sent.append(&mut series.sent);
    sent.drain(..sent.len().saturating_sub(crate::domain::state::cart::MAX_SENT));
    series.sent = sent;
    goods::merge(&mut series.goods, &goods);
    carts[to].series = series;
}

/// The cart that the one series goes back to when the cart that has it ends: of the others with something in them the one touched
/// last. None that had its own series before: it was reminded of. Nothing leaves in the pause after reminders but what is left of
/// their own series; `ends_pause`: what ends the cart ends that, too.
pub(super) fn heir(prospect: &Prospect, at: usize, time_ms: Ms, ends_pause: bool, model: &CartModel) -> Option<usize> {
    let series = &prospect.carts[at].series;
    if model.series == SeriesFor::Cart || prospect.carts.len() < 2 || !is_live(series) {
        return None;
    }
    if series.done == 0 && !ends_pause && cools_down(prospect, model, time_ms) {
        return None;
    }
    let may = |cart: &Cart| !cart.lines.is_empty() && cart.series.phase == SeriesPhase::Idle && is_worth_it(cart, model);
    let others = prospect.carts.iter().enumerate().filter(|(other, cart)| *other != at && may(cart));
    others.max_by_key(|(other, cart)| (cart.touched_ms, *other)).map(|(other, _)| other)
}

/// The cart that has the one series ends: the series goes on with another one, as if that had been touched last.
pub(super) fn go_back(carts: &mut [Cart], from: usize, to: usize) {
    hand_over(carts, from, to);
    // The payment was that of the other cart.
    carts[to].series.armed_for = ArmedFor::Abandoned;
}

/// Whether another cart has the one series that the prospect may have.
pub(super) fn is_taken(prospect: &Prospect, at: usize, model: &CartModel) -> bool {
    model.series == SeriesFor::Prospect
        && prospect.carts.iter().enumerate().any(|(other, cart)| other != at && is_live(&cart.series))
}

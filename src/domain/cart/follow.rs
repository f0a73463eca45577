//! One basket is one basket: a cart that changes its id, and the series that goes with the cart touched last.

use super::goods;
use super::series::is_live;
use super::which::What;
use crate::domain::Text;
use crate::domain::event::Event;
use crate::domain::model::{CartModel, SeriesFor};
use crate::domain::prospect::{Cart, Prospect, Series};

/// Former ids of a cart that events may still name; the oldest goes first.
pub const MAX_ALIASES: usize = 4;

/// An unknown id under which every line of an open cart is shown is that cart's new id; of several carts that of the one touched last.
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

/// The ids of a series' triggers are made of the id of the cart that armed it.
fn keep_id(series: &mut Series, old: Option<&Text>, new: Option<&str>) {
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
    let mut series = std::mem::take(&mut carts[from].series);
    let old = carts[from].id.clone();
    keep_id(&mut series, old.as_ref(), carts[at].id.as_deref());
    // Steps of an older series of this cart still wait for what becomes of them.
    let Series { mut sent, goods, .. } = std::mem::take(&mut carts[at].series);
    sent.append(&mut series.sent);
    sent.drain(..sent.len().saturating_sub(super::MAX_SENT));
    series.sent = sent;
    goods::merge(&mut series.goods, &goods);
    carts[at].series = series;
}

/// Whether another cart has the one series that the prospect may have.
pub(super) fn is_taken(prospect: &Prospect, at: usize, model: &CartModel) -> bool {
    model.series == SeriesFor::Prospect
        && prospect.carts.iter().enumerate().any(|(other, cart)| other != at && is_live(&cart.series))
}

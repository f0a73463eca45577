//! Which products a prospect has viewed or put into a cart lately: a price drop, or goods that are back, mean something for
//! these.

use crate::domain::Ms;
use crate::domain::event::Event;
use crate::domain::ids::{hash64, low32};
use crate::domain::model::triggers::{Trigger, TriggersModel};
use crate::domain::names::Kind;
use crate::domain::state::few::InlineVec;
use crate::domain::state::prospect::Prospect;
use crate::domain::state::track::Hit;
use crate::domain::state::triggers::MAX_PRODUCTS;

/// Takes in what an event says; only as far as a trigger asks for it.
pub(super) fn learn(prospect: &mut Prospect, event: &Event<'_>, model: &TriggersModel) {
    if model.viewed_ms.is_none() && model.carted_ms.is_none() {
        return;
    }
    if event.kind == Kind::OrderCompleted {
        bought(prospect, event);
        return;
    }
    if event.products.is_empty() {
        return;
    }
    let newest_ms = prospect.last_seen_ms;
    let mut remember = |keep_ms: Option<Ms>, list: fn(&mut Prospect) -> &mut InlineVec<Hit, 4>| {
        let Some(keep_ms) = keep_ms else { return };
        let list = list(prospect);
        list.retain(|h| h.time_ms >= newest_ms.saturating_sub(keep_ms));
        for product in event.products.iter().take(MAX_PRODUCTS) {
            let match_key = hash(&product.id);
            let time_ms = list.iter().find(|h| h.match_key == match_key).map_or(event.time_ms, |h| h.time_ms.max(event.time_ms));
            list.retain(|h| h.match_key != match_key);
            if list.len() >= MAX_PRODUCTS {
                list.remove(0);
            }
            list.push(Hit { time_ms, match_key });
        }
    };
    match event.kind {
        Kind::ProductAdded | Kind::CartViewed | Kind::CartUpdated | Kind::CartLineSet | Kind::CheckoutStarted => {
            remember(model.carted_ms, |p| &mut p.extras_mut().triggers.carted);
        }
        Kind::Site if &*event.name == "Product Viewed" => remember(model.viewed_ms, |p| &mut p.extras_mut().triggers.viewed),
        _ => {}
    }
}

/// Who has bought it need not hear that it is cheaper now; an order that names nothing is about everything.
fn bought(prospect: &mut Prospect, event: &Event<'_>) {
    let Some(extras) = prospect.extras.as_mut() else { return };
    let is_bought = |h: &Hit| {
        h.time_ms <= event.time_ms && (event.products.is_empty() || event.products.iter().any(|p| hash(&p.id) == h.match_key))
    };
    extras.triggers.viewed.retain(|h| !is_bought(h));
    extras.triggers.carted.retain(|h| !is_bought(h));
}

/// Whether the product was viewed, or put into a cart, as lately as the trigger asks for.
pub(super) fn allows(prospect: &Prospect, trigger: &Trigger, product: Option<&str>, at_ms: Ms) -> bool {
    if trigger.if_viewed_ms.is_none() && trigger.if_carted_ms.is_none() {
        return true;
    }
    let (Some(product), Some(extras)) = (product.map(hash), prospect.extras.as_ref()) else { return false };
    let lately = |list: &[Hit], within_ms: Option<Ms>| {
        within_ms.is_some_and(|within| list.iter().any(|h| h.match_key == product && h.time_ms >= at_ms.saturating_sub(within)))
    };
    lately(&extras.triggers.viewed, trigger.if_viewed_ms) || lately(&extras.triggers.carted, trigger.if_carted_ms)
}

fn hash(product_id: &str) -> u32 {
    low32(hash64(product_id.as_bytes()))
}

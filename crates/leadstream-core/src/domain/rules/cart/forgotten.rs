//! Reminded carts that were forgotten: somebody may buy their goods all the same, when the money is there. That is told apart, as
//! late, and is no part of what counts as recovered.

use crate::domain::Ms;
use crate::domain::event::Event;
use crate::domain::model::CartModel;
use crate::domain::rules::cart::outcome::{OutcomeDetails, report_of};
use crate::domain::rules::cart::{goods, outcome, past_orders};
use crate::domain::rules::context::StepContext;
use crate::domain::state::cart::{Cart, CartLine, SentStep};
use crate::domain::state::past_carts::{ForgottenCart, MAX_FORGOTTEN, MAX_FORGOTTEN_SENT, PastOrder};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::cart::{OutcomeKind, Reason};

/// Remembers a cart that is forgotten, if it was reminded of and nothing cancelled that.
pub(super) fn keep(prospect: &mut Prospect, cart: &Cart, forgotten_ms: Ms, model: &CartModel) {
    let claims = cart.series.sent.iter().filter(|s| !s.void);
    let mut sent: Vec<SentStep> = claims.copied().collect();
    let (Some(last), Some(_)) = (sent.last(), model.late_window_ms) else { return };
    if cart.series.goods.is_empty() {
        return;
    }
    let episode_ms = last.episode_ms;
    while sent.len() > MAX_FORGOTTEN_SENT {
        let is_plain = |s: &SentStep| s.opened_ms.is_none() && s.clicked_ms.is_none();
        sent.remove(sent[..sent.len() - 1].iter().position(is_plain).unwrap_or(0));
    }
    let forgotten = ForgottenCart {
        cart: cart.id.clone(),
        episode_ms,
        forgotten_ms,
        sent,
        goods: cart.series.goods.clone(),
        value: outcome::value(cart),
        currency: cart.only_currency().cloned(),
    };
    remember(prospect, forgotten);
}

pub(super) fn remember(prospect: &mut Prospect, cart: ForgottenCart) {
    let list = &mut prospect.extras_mut().forgotten;
    if list.len() >= MAX_FORGOTTEN {
        list.remove(0);
    }
    list.push(cart);
}

/// Forgets what no order can follow any more.
pub(super) fn settle(prospect: &mut Prospect, model: &CartModel, now_ms: Ms) {
    let Some(extras) = prospect.extras.as_deref_mut().filter(|extras| !extras.forgotten.is_empty()) else { return };
    let until = |cart: &ForgottenCart| Some(cart.sent.last()?.left_ms.saturating_add(model.late_window_ms?));
    extras.forgotten.retain(|cart| until(cart).is_some_and(|until_ms| now_ms <= until_ms));
}

/// An order that follows no reminder of a cart that is still there: maybe it is of the goods of one that was forgotten.
/// `taken`: the lines that it took from carts. Of several the one mailed last; the others are over if the order has their goods
/// too.
pub(super) fn order(prospect: &mut Prospect, event: &Event<'_>, taken: &[CartLine], step: &mut StepContext<'_, '_>) {
    let Some(extras) = prospect.extras.as_deref_mut().filter(|extras| !extras.forgotten.is_empty()) else { return };
    let taken: Vec<&CartLine> = taken.iter().collect();
    let is_followed = |cart: &ForgottenCart| cart.sent.iter().any(|s| s.may_lead_to(event.time_ms));
    let share = |cart: &ForgottenCart| {
        if !event.products.is_empty() || !taken.is_empty() {
            return goods::share(&cart.goods, event, &taken);
        }
        // An order that names nothing is one of all: but of no more than was in the cart.
        let value = event.value.map(|total| cart.value.map_or(total, |value| value.min(total)));
        Some(goods::Share { value })
    };
    let (mut bought, rest): (Vec<_>, Vec<_>) =
        std::mem::take(&mut extras.forgotten).into_iter().partition(|cart| is_followed(cart) && share(cart).is_some());
    extras.forgotten = rest;
    bought.sort_by_key(|cart| cart.sent.last().map(|s| s.left_ms));
    let Some((cart, share)) = bought.pop().and_then(|cart| share(&cart).map(|share| (cart, share))) else { return };
    // An order that was placed before the cart was forgotten, and reported after that, is not late.
    let late = event.time_ms >= cart.forgotten_ms;
    let mut told = OutcomeDetails::of(if late { OutcomeKind::RecoveredLate } else { OutcomeKind::Recovered }, Reason::Ordered);
    (told.value, told.late, told.episode_ms) = (share.value, late, Some(cart.episode_ms));
    let about = (cart.cart.as_ref(), cart.currency.as_ref(), &cart.sent[..]);
    report_of(about, &told, event, step);
    let ForgottenCart { cart, episode_ms, forgotten_ms, sent, goods, value: _, currency } = cart;
    let past = PastOrder {
        cart,
        episode_ms,
        sent,
        goods,
        currency,
        value: share.value,
        forgotten_ms: Some(forgotten_ms),
        ..PastOrder::default()
    };
    past_orders::remember(prospect, event, past, step);
}

/// The order came to nothing: another one may follow.
pub(super) fn again(prospect: &mut Prospect, past: &PastOrder) {
    let Some(forgotten_ms) = past.forgotten_ms else { return };
    let PastOrder { cart, episode_ms, sent, goods, value, currency, .. } = past.clone();
    remember(prospect, ForgottenCart { cart, episode_ms, forgotten_ms, sent, goods, value, currency });
}

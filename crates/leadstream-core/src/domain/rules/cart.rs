//! Carts and their reminder series, as docs/carts.md says.
//!
//! `lines` changes what is in a cart, `series` decides when steps are due and how a series ends, `step` what becomes of one that is
//! due; this page says which cart an event is about.

pub mod after_order;
pub mod attribution;
pub mod bought;
pub mod clock;
pub mod find;
pub mod forgotten;
pub mod goods;
pub mod lines;
pub mod open;
pub mod order;
pub mod outcome;
pub mod past_orders;
pub mod product_match;
pub mod reminder_step;
pub mod series;
pub mod successor;

use crate::domain::Ms;
use crate::domain::event::Event;
use crate::domain::names::Kind;
use crate::domain::output::Effects;
use crate::domain::rules::cart::find::{concerned, touch};
use crate::domain::rules::cart::lines::Change;
use crate::domain::rules::cart::open::{check_out, concerned_or_new};
use crate::domain::rules::cart::order::order;
use crate::domain::rules::contact;
use crate::domain::rules::contact::consent;
use crate::domain::rules::context::ModelContext;
use crate::domain::rules::journey::moved::Held;
use crate::domain::rules::order_news::News;
use crate::domain::state::cart::{ArmedFor, Cart};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::cart::Reason;
use crate::domain::terms::consent::ConsentState;

/// Applies what an event says about carts and consent, and sets the clocks of all pending series anew.
pub fn apply(prospect: &mut Prospect, event: &Event<'_>, news: News, context: &ModelContext<'_>, effects: &mut Effects) {
    let now_ms = prospect.last_seen_ms;
    past_orders::settle(prospect, &context.model.cart, now_ms);
    bought::settle(prospect, context.model, now_ms);
    forgotten::settle(prospect, &context.model.cart, now_ms);
    match event.kind {
        Kind::ProductAdded => change(prospect, event, context, effects, lines::add),
        Kind::ProductRemoved => change(prospect, event, context, effects, lines::remove),
        Kind::CartViewed | Kind::CartUpdated if event.has_products => change(prospect, event, context, effects, lines::replace),
        Kind::CheckoutStarted if event.has_products => {
            change(prospect, event, context, effects, lines::replace);
            check_out(prospect, event, context);
        }
        Kind::CartEmptied => change(prospect, event, context, effects, lines::replace),
        Kind::CheckoutStarted | Kind::CheckoutProgress => check_out(prospect, event, context),
        Kind::PaymentFailed => after_order::payment_failed(prospect, event, context, effects),
        // It names one product: the rest of the cart stays.
        Kind::CartUpdated if !event.products.is_empty() => change(prospect, event, context, effects, lines::set),
        Kind::CartViewed | Kind::CartUpdated => {
            if let Some(at) = concerned(&prospect.carts, event.cart_id.as_deref()) {
                successor::lead_to(prospect, at, event, &context.model.cart);
                touch(&mut prospect.carts[at], event.time_ms);
            }
        }
        Kind::OrderCompleted | Kind::OrderUpdated => about_order(prospect, event, news, context, effects),
        Kind::Mail => attribution::note(prospect, event, &context.model.cart),
        Kind::SoftBounce if contact::became_undeliverable(prospect, event) => {
            for at in 0..prospect.carts.len() {
                series::end(prospect, at, event, Reason::SoftBounces, context, effects);
            }
        }
        _ => {}
    }
    if contact::is_about_consent(event) {
        if let Some((reason, state)) = contact::withdrawn(prospect, event, &context.model.contact) {
            withdraw(prospect, event, reason, state, context, effects);
        } else if consent::is_given(prospect, event, &context.model.contact) {
            consent::give(prospect, event);
        }
    }
    clock::retime_all(prospect, context);
}

/// An order, or what became of one.
fn about_order(prospect: &mut Prospect, event: &Event<'_>, news: News, context: &ModelContext<'_>, effects: &mut Effects) {
    match news {
        News::Placed(_) | News::Retold(_) => {
            if let News::Retold(at) = news {
                after_order::lower(prospect, at, event, context, effects);
            }
            if event.kind == Kind::OrderCompleted {
                order(prospect, event, news, context, effects);
            }
        }
        News::TakenBack(at) | News::RefundedInPart(Some(at)) => {
            after_order::take_back(prospect, event, Some(at), context, effects);
        }
        News::RefundedInPart(None) | News::None => after_order::take_back(prospect, event, None, context, effects),
        News::Void => {}
    }
}

/// Changes the lines of the concerned cart, then arms or ends its series.
fn change(
    prospect: &mut Prospect,
    event: &Event<'_>,
    context: &ModelContext<'_>,
    effects: &mut Effects,
    how: fn(&mut Cart, &Event<'_>, &mut Effects) -> Change,
) {
    if event.products.is_empty() && concerned(&prospect.carts, event.cart_id.as_deref()).is_none() {
        return;
    }
    let shows_cart = matches!(event.kind, Kind::CartViewed | Kind::CartUpdated | Kind::CheckoutStarted) && event.has_products;
    if !matches!(event.kind, Kind::ProductRemoved | Kind::CartEmptied)
        && bought::is_all_bought(prospect, event, shows_cart, context.model)
    {
        return;
    }
    if shows_cart {
        successor::rename(prospect, event);
    }
    let at = concerned_or_new(prospect, event, context, effects);
    let cart = &mut prospect.carts[at];
    if successor::is_leftover(cart, event) {
        return;
    }
    let change = how(cart, event, effects);
    lines::settle_currency(cart);
    touch(cart, event.time_ms);
    match change {
        Change::Quiet => successor::lead_to(prospect, at, event, &context.model.cart),
        Change::Gained => series::arm(prospect, at, event, ArmedFor::Abandoned, context, effects),
        Change::Emptied => {
            cart.checkout_started = false;
            cart.checkout_step = None;
            cart.skip_told = false;
            series::end(prospect, at, event, Reason::Emptied, context, effects);
        }
    }
}

/// Consent is withdrawn: every series ends, and none starts until it comes back.
fn withdraw(
    prospect: &mut Prospect,
    event: &Event<'_>,
    reason: Reason,
    state: ConsentState,
    context: &ModelContext<'_>,
    effects: &mut Effects,
) {
    consent::settle(prospect, event.time_ms, state);
    for at in 0..prospect.carts.len() {
        if prospect.consent.state == ConsentState::Open {
            // It came late and consent is back since: only what left in between should not have.
            let until_ms = prospect.consent.since_ms.unwrap_or(Ms::MIN);
            series::recall(prospect, at, event, reason, until_ms, context, effects);
        } else {
            series::end(prospect, at, event, reason, context, effects);
        }
    }
}

/// Of several carts the one touched last, of those that hold anything. By the very rules that change carts, on a copy: few models
/// ask, and few events.
pub fn held_after(prospect: &Prospect, event: &Event<'_>, news: News, context: &ModelContext<'_>) -> Held {
    let mut after = prospect.clone();
    apply(&mut after, event, news, context, &mut Effects::default());
    let cart = after.carts.iter().filter(|cart| !cart.lines.is_empty()).max_by_key(|cart| cart.touched_ms);
    #[allow(clippy::cast_precision_loss, reason = "lines are few")]
    cart.map_or_else(Held::default, |cart| Held {
        lines: cart.lines.len() as f64,
        quantity: cart.lines.iter().map(|line| line.quantity).sum(),
        value: outcome::value(cart),
    })
}

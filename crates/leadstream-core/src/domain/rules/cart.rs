//! Carts and their reminder series, as docs/carts.md says.
//!
//! `lines` changes what is in a cart, `series` decides when steps are due and how a series ends, `step` what becomes of one
//! that is due; this page says which cart an event is about.

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
use crate::domain::rules::contact::{address, consent};
use crate::domain::rules::context::StepContext;
use crate::domain::rules::journey::moved::Held;
use crate::domain::rules::order_news::News;
use crate::domain::state::cart::{ArmedFor, Cart};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::cart::Reason;
use crate::domain::terms::consent::ConsentState;

/// Applies what an event says about carts and consent, and resets the clocks of all pending series.
pub fn apply(prospect: &mut Prospect, event: &Event<'_>, step: &mut StepContext<'_, '_>) {
    let now_ms = prospect.last_seen_ms;
    past_orders::settle(prospect, &step.model().cart, now_ms);
    bought::settle(prospect, step.model(), now_ms);
    forgotten::settle(prospect, &step.model().cart, now_ms);
    match event.kind {
        Kind::ProductAdded => change(prospect, event, step, lines::add),
        Kind::ProductRemoved => change(prospect, event, step, lines::remove),
        Kind::CartViewed | Kind::CartUpdated if event.has_products => change(prospect, event, step, lines::replace),
        Kind::CheckoutStarted if event.has_products => {
            change(prospect, event, step, lines::replace);
            check_out(prospect, event, step);
        }
        Kind::CartEmptied => change(prospect, event, step, lines::replace),
        Kind::CartLineSet => change(prospect, event, step, lines::set),
        Kind::CheckoutStarted | Kind::CheckoutProgress => check_out(prospect, event, step),
        Kind::PaymentFailed => after_order::payment_failed(prospect, event, step),
        // It names one product: the rest of the cart stays.
        Kind::CartUpdated if !event.products.is_empty() => change(prospect, event, step, lines::set),
        Kind::CartViewed | Kind::CartUpdated => {
            if let Some(at) = concerned(&prospect.carts, event.cart_id.as_deref()) {
                successor::lead_to(prospect, at, event, &step.model().cart);
                touch(&mut prospect.carts[at], event.time_ms);
            }
        }
        Kind::OrderCompleted | Kind::OrderUpdated => about_order(prospect, event, step),
        Kind::Mail => attribution::note(prospect, event, &step.model().cart),
        Kind::SoftBounce if contact::became_undeliverable(prospect, event) => {
            for at in 0..prospect.carts.len() {
                series::end(prospect, at, event, Reason::SoftBounces, step);
            }
        }
        _ => {}
    }
    if contact::is_about_consent(event) {
        if let Some((reason, state)) = contact::withdrawn(prospect, event, &step.model().contact) {
            withdraw(prospect, event, reason, state, step);
        } else if consent::is_given(prospect, event, &step.model().contact) {
            consent::give(prospect, event);
        }
    }
    address::learn(prospect, event);
    clock::retime_all(prospect, step);
}

/// An order, or what became of one.
fn about_order(prospect: &mut Prospect, event: &Event<'_>, step: &mut StepContext<'_, '_>) {
    match step.news {
        News::Placed(_) | News::Retold(_) => {
            if let News::Retold(at) = step.news {
                after_order::lower(prospect, at, event, step);
            }
            if event.kind == Kind::OrderCompleted {
                order(prospect, event, step);
            }
        }
        News::TakenBack(at) | News::RefundedInPart(Some(at)) => {
            after_order::take_back(prospect, event, Some(at), step);
        }
        News::RefundedInPart(None) | News::None => after_order::take_back(prospect, event, None, step),
        News::Void => {}
    }
}

/// Changes the lines of the concerned cart, then arms or ends its series.
fn change(
    prospect: &mut Prospect,
    event: &Event<'_>,
    step: &mut StepContext<'_, '_>,
    how: fn(&mut Cart, &Event<'_>, &mut Effects) -> Change,
) {
    if event.products.is_empty() && concerned(&prospect.carts, event.cart_id.as_deref()).is_none() {
        return;
    }
    let shows_cart = matches!(event.kind, Kind::CartViewed | Kind::CartUpdated | Kind::CheckoutStarted) && event.has_products;
    if !matches!(event.kind, Kind::ProductRemoved | Kind::CartEmptied)
        && bought::is_all_bought(prospect, event, shows_cart, step.model())
    {
        return;
    }
    if shows_cart {
        successor::rename(prospect, event);
    }
    let at = concerned_or_new(prospect, event, step);
    let cart = &mut prospect.carts[at];
    if successor::is_leftover(cart, event) {
        return;
    }
    let change = how(cart, event, step.effects);
    lines::settle_currency(cart);
    touch(cart, event.time_ms);
    match change {
        Change::Quiet => successor::lead_to(prospect, at, event, &step.model().cart),
        Change::Gained => series::arm(prospect, at, event, ArmedFor::Abandoned, step),
        Change::Emptied => {
            cart.checkout_started = false;
            cart.checkout_step = None;
            cart.skip_told = false;
            series::end(prospect, at, event, Reason::Emptied, step);
        }
    }
}

/// Consent is withdrawn: every series ends, and none starts until it comes back.
fn withdraw(prospect: &mut Prospect, event: &Event<'_>, reason: Reason, state: ConsentState, step: &mut StepContext<'_, '_>) {
    consent::settle(prospect, event.time_ms, state);
    for at in 0..prospect.carts.len() {
        if prospect.consent.state == ConsentState::Open {
            // It came late and consent is back since: only what left in between should not have.
            let until_ms = prospect.consent.since_ms.unwrap_or(Ms::MIN);
            series::recall(prospect, at, event, reason, until_ms, step);
        } else {
            series::end(prospect, at, event, reason, step);
        }
    }
}

/// What the cart holds after the event, where a move asks for it: of several carts the one touched last, of those that hold
/// anything. By the very rules that change carts, on a copy: few models ask, and few events.
pub fn held_after(prospect: &Prospect, event: &Event<'_>, step: &StepContext<'_, '_>) -> Option<Held> {
    if !step.models.models.iter().any(|model| model.asks_for_cart(event.name_id)) {
        return None;
    }
    let mut after = prospect.clone();
    apply(&mut after, event, &mut step.trial(&mut Effects::default()));
    let cart = after.carts.iter().filter(|cart| !cart.lines.is_empty()).max_by_key(|cart| cart.touched_ms);
    #[allow(clippy::cast_precision_loss, reason = "lines are few")]
    let held = cart.map_or_else(Held::default, |cart| Held {
        lines: cart.lines.len() as f64,
        quantity: cart.lines.iter().map(|line| line.quantity).sum(),
        value: outcome::value(cart),
    });
    Some(held)
}

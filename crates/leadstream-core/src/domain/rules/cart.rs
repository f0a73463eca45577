//! Carts and their reminder series: section 3 of the contract, sentence by sentence.
//!
//! `lines` changes what is in a cart, `series` decides when steps are due and how a series ends, `step` what becomes of one that is
//! due; this page says which cart an event is about.

mod after_order;
mod attribution;
mod bought;
mod follow;
mod forgotten;
pub(crate) mod goods;
mod held;
mod lines;
mod order;
mod outcome;
mod series;
mod step;
mod which;

use crate::domain::event::Event;
use crate::domain::model::Model;
use crate::domain::names::Kind;
use crate::domain::output::{Effects, Note};
use crate::domain::rules::cart::order::order;
use crate::domain::rules::contact;
use crate::domain::rules::contact::consent;
use crate::domain::rules::order_news::News;
use crate::domain::state::cart::{ArmedFor, Cart, MAX_CARTS};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::cart::Reason;
use crate::domain::terms::consent::ConsentState;
use crate::domain::terms::limit::Limit;
use crate::domain::{Ms, Text};
pub use after_order::disown;
pub use attribution::note_machine;
pub use attribution::unclick;
pub use held::held_after;
pub use series::change_model;
pub use series::drop_carts;
pub use series::forget;
pub use step::fire_step;

/// What cart rules need besides the record.
pub struct CartContext<'a> {
    pub key: &'a str,
    /// The model in charge.
    pub model: &'a Model,
    pub model_index: u16,
}

/// Applies what an event says about carts and consent, and sets the clocks of all pending series anew.
pub fn apply(prospect: &mut Prospect, event: &Event<'_>, news: News, context: &CartContext<'_>, effects: &mut Effects) {
    let now_ms = prospect.last_seen_ms;
    after_order::settle(prospect, &context.model.cart, now_ms);
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
                follow::lead_to(prospect, at, event, &context.model.cart);
                touch(&mut prospect.carts[at], event.time_ms);
            }
        }
        Kind::OrderCompleted | Kind::OrderUpdated => about_order(prospect, event, news, context, effects),
        Kind::Mail => attribution::note(prospect, event, &context.model.cart),
        Kind::SoftBounce if contact::dies_of(prospect, event) => {
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
    series::retime_all(prospect, context);
}

/// An order, or what became of one.
fn about_order(prospect: &mut Prospect, event: &Event<'_>, news: News, context: &CartContext<'_>, effects: &mut Effects) {
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

/// The cart that an add, a removal, a snapshot or a checkout concerns: by id; without one the cart touched last.
fn concerned(carts: &[Cart], id: Option<&str>) -> Option<usize> {
    match id {
        Some(id) => carts.iter().position(|c| c.is_called(id)),
        None => carts.iter().enumerate().max_by_key(|(index, c)| (c.touched_ms, *index)).map(|(index, _)| index),
    }
}

/// The concerned cart, made when it isn't there.
fn concerned_or_new(prospect: &mut Prospect, event: &Event<'_>, context: &CartContext<'_>, effects: &mut Effects) -> usize {
    if let Some(at) = concerned(&prospect.carts, event.cart_id.as_deref()) {
        return at;
    }
    new_cart(prospect, event.cart_id.as_deref().map(Into::into), event, context, effects)
}

fn new_cart(
    prospect: &mut Prospect,
    id: Option<Text>,
    event: &Event<'_>,
    context: &CartContext<'_>,
    effects: &mut Effects,
) -> usize {
    if prospect.carts.len() >= MAX_CARTS {
        effects.notes.push(Note::LimitReached(Limit::Carts));
        if let Some((oldest, _)) = prospect.carts.iter().enumerate().min_by_key(|(index, c)| (c.touched_ms, *index)) {
            series::evict(prospect, oldest, event, context, effects);
        }
    }
    prospect.carts.push(Cart { id, touched_ms: event.time_ms, ..Cart::default() });
    prospect.carts.len() - 1
}

fn touch(cart: &mut Cart, time_ms: Ms) {
    cart.touched_ms = cart.touched_ms.max(time_ms);
}

/// What a change of lines means for the series.
pub(crate) enum Change {
    /// Nothing that arms or ends one.
    Quiet,
    /// An add, or a snapshot with something new: may arm.
    Gained,
    /// The last line is gone.
    Emptied,
}

/// Changes the lines of the concerned cart, then arms or ends its series.
fn change(
    prospect: &mut Prospect,
    event: &Event<'_>,
    context: &CartContext<'_>,
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
        follow::rename(prospect, event);
    }
    let at = concerned_or_new(prospect, event, context, effects);
    let cart = &mut prospect.carts[at];
    if follow::is_leftover(cart, event) {
        return;
    }
    let change = how(cart, event, effects);
    lines::settle_currency(cart);
    touch(cart, event.time_ms);
    match change {
        Change::Quiet => follow::lead_to(prospect, at, event, &context.model.cart),
        Change::Gained => series::arm(prospect, at, event, ArmedFor::Abandoned, context, effects),
        Change::Emptied => {
            cart.checkout_started = false;
            cart.checkout_step = None;
            cart.skip_told = false;
            series::end(prospect, at, event, Reason::Emptied, context, effects);
        }
    }
}

/// A checkout concerns the cart touched last; it makes none.
fn check_out(prospect: &mut Prospect, event: &Event<'_>, context: &CartContext<'_>) {
    let id = event.cart_id.as_deref();
    if let Some(at) = concerned(&prospect.carts, id).or_else(|| concerned(&prospect.carts, None)) {
        follow::lead_to(prospect, at, event, &context.model.cart);
        let cart = &mut prospect.carts[at];
        cart.checkout_started = !cart.lines.is_empty();
        if let Some(step) = event.signals.checkout_step.as_deref().filter(|_| cart.checkout_started)
            && (event.time_ms >= cart.touched_ms || cart.checkout_step.is_none())
            && cart.checkout_step.as_deref() != Some(step)
        {
            cart.checkout_step = Some(step.into());
        }
        touch(cart, event.time_ms);
    }
}

/// Consent is withdrawn: every series ends, and none starts until it comes back.
fn withdraw(
    prospect: &mut Prospect,
    event: &Event<'_>,
    reason: Reason,
    state: ConsentState,
    context: &CartContext<'_>,
    effects: &mut Effects,
) {
    consent::settle(prospect, event.time_ms, state);
    for at in 0..prospect.carts.len() {
        if prospect.consent.state == ConsentState::Open {
            // It came late and consent is back since: only what left in between should not have.
            series::recall(prospect, at, event, reason, prospect.consent.since_ms, context, effects);
        } else {
            series::end(prospect, at, event, reason, context, effects);
        }
    }
}

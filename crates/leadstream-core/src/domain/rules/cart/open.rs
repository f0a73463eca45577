//! Opens carts, and takes them to the checkout.

use crate::domain::Text;
use crate::domain::event::Event;
use crate::domain::output::Note;
use crate::domain::rules::cart::find::{concerned, touch};
use crate::domain::rules::cart::{series, successor};
use crate::domain::rules::context::StepContext;
use crate::domain::state::cart::{Cart, MAX_CARTS};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::limit::Limit;

/// The concerned cart, made when it isn't there.
pub(crate) fn concerned_or_new(prospect: &mut Prospect, event: &Event<'_>, step: &mut StepContext<'_, '_>) -> usize {
    if let Some(at) = concerned(&prospect.carts, event.cart_id.as_deref()) {
        return at;
    }
    new_cart(prospect, event.cart_id.as_deref().map(Into::into), event, step)
}

pub(crate) fn new_cart(prospect: &mut Prospect, id: Option<Text>, event: &Event<'_>, step: &mut StepContext<'_, '_>) -> usize {
    if prospect.carts.len() >= MAX_CARTS {
        step.effects.notes.push(Note::LimitReached(Limit::Carts));
        if let Some((oldest, _)) = prospect.carts.iter().enumerate().min_by_key(|(index, c)| (c.touched_ms, *index)) {
            series::evict(prospect, oldest, event, step);
        }
    }
    prospect.carts.push(Cart { id, touched_ms: event.time_ms, ..Cart::default() });
    prospect.carts.len() - 1
}

/// A checkout concerns the cart touched last; it makes none.
pub(crate) fn check_out(prospect: &mut Prospect, event: &Event<'_>, step: &StepContext<'_, '_>) {
    let id = event.cart_id.as_deref();
    if let Some(at) = concerned(&prospect.carts, id).or_else(|| concerned(&prospect.carts, None)) {
        successor::lead_to(prospect, at, event, &step.model().cart);
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

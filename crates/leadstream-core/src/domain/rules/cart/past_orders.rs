//! Orders that took something from a cart, as long as they may be taken back.

use crate::domain::event::Event;
use crate::domain::model::CartModel;
use crate::domain::output::Note;
use crate::domain::rules::budget;
use crate::domain::rules::context::StepContext;
use crate::domain::state::past_carts::{MAX_ORDERS, PastOrder};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::limit::Limit;
use crate::domain::{DAY_MS, Ms};

/// Remembers what an order took from a cart, and which reminders it followed.
pub(crate) fn remember(prospect: &mut Prospect, event: &Event<'_>, mut past: PastOrder, step: &mut StepContext<'_, '_>) {
    if step.model().cart.payment_window_ms.is_none() {
        past.lines = Vec::new();
    }
    if past.lines.is_empty() && past.sent.is_empty() {
        return;
    }
    past.order = event.order_hash();
    past.time_ms = event.time_ms;
    budget::fit_order(&mut past.lines, step.effects);
    let orders = &mut prospect.extras_mut().orders;
    if orders.len() >= MAX_ORDERS {
        step.effects.notes.push(Note::LimitReached(Limit::Orders));
        orders.remove(0);
    }
    orders.push(past);
}

/// Forgets what can't matter any more.
pub(crate) fn settle(prospect: &mut Prospect, model: &CartModel, now_ms: Ms) {
    let Some(extras) = prospect.extras.as_deref_mut().filter(|extras| !extras.orders.is_empty()) else { return };
    let is_settled = |o: &PastOrder| model.payment_window_ms.is_none_or(|window_ms| now_ms > o.time_ms.saturating_add(window_ms));
    for order in extras.orders.iter_mut().filter(|o| is_settled(o)) {
        order.lines = Vec::new();
    }
    let reversible = |o: &PastOrder| !o.sent.is_empty() && now_ms <= o.time_ms.saturating_add(REVERSIBLE_MS);
    extras.orders.retain(|o| !is_settled(o) || reversible(o));
}

/// How long a recovered order can be taken back.
pub(crate) const REVERSIBLE_MS: Ms = 90 * DAY_MS;

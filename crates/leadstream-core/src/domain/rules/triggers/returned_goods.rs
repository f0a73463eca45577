//! Goods that went back, and orders that came to nothing: what waited because of them is not sent.

use crate::domain::Ms;
use crate::domain::event::{Event, Product};
use crate::domain::ids::{hash64, some32};
use crate::domain::names::Kind;
use crate::domain::rules::context::StepContext;
use crate::domain::rules::order_news::News;
use crate::domain::rules::triggers::fire;
use crate::domain::state::prospect::Prospect;
use crate::domain::state::triggers::FiredTrigger;
use std::num::NonZeroU32;

/// The name by which triggers know an order.
const ORDER: &str = "Order Completed";

/// Whether an order event stands for no order: it came to nothing, or reports one that did. Then nothing comes after it.
pub(super) fn is_none(event: &Event<'_>, news: News) -> bool {
    event.kind == Kind::OrderCompleted && matches!(news, News::Void | News::TakenBack(_))
}

/// An order came to nothing, or its goods went back in part: triggers of it go, and what left after that is recalled.
pub(super) fn on_step(prospect: &mut Prospect, event: &Event<'_>, step: &mut StepContext<'_, '_>) {
    let whole = match step.news {
        News::TakenBack(_) => true,
        News::RefundedInPart(_) if !event.products.is_empty() => false,
        _ => return,
    };
    let Some(extras) = prospect.extras.as_deref_mut() else { return };
    let id = event.order_hash();
    let of_event = |at: usize| extras.known_orders.list.get(at);
    let order = match step.news {
        News::TakenBack(at) | News::RefundedInPart(Some(at)) => of_event(at),
        _ => extras.known_orders.list.iter().rfind(|order| id.is_some() && order.id == id),
    };
    let Some(placed_ms) = order.map(|order| order.placed_ms) else { return };
    // The latest order that stands and that its clock may run from instead.
    let before = |from_ms: Ms| {
        let standing = extras.known_orders.list.iter().filter(|order| order.standing.stands() && order.placed_ms < placed_ms);
        standing.map(|order| order.placed_ms).filter(|at| *at >= from_ms).max()
    };
    let is_back = |key: Option<NonZeroU32>| whole || event.products.iter().any(|product| Some(hash(product)) == key);
    extras.triggers.change(|triggers| {
        triggers.pending.retain_mut(|pending| {
            if pending.event != ORDER || pending.since_ms != placed_ms || !is_back(pending.match_key) {
                return true;
            }
            let Some(at) = before(pending.episode_ms).filter(|_| whole && pending.match_key.is_none()) else { return false };
            let earlier_ms = placed_ms - at;
            pending.since_ms = at;
            pending.due_ms -= earlier_ms;
            pending.fire_at_ms = pending.due_ms;
            pending.product = None;
            true
        });
    });
    for trigger in &step.model().triggers.triggers {
        let too_soon = |left: &FiredTrigger| {
            let is_it = !left.recalled && left.trigger == trigger.hash && left.since_ms == placed_ms && is_back(left.match_key);
            is_it && event.time_ms < left.left_ms
        };
        fire::recall(prospect, trigger, &too_soon, &event.name, step);
    }
}

fn hash(product: &Product<'_>) -> NonZeroU32 {
    some32(hash64(product.id.as_bytes()))
}

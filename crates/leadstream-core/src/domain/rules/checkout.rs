//! The way through a checkout, step by step: which one a visit reached, and whether it went on from there. For the figures
//! alone: no stage, point or cart depends on it.
//!
//! A visit stands at the furthest step that it reached. It goes on when it reaches a further one, or orders; then it is
//! through. What a later visit does is another attempt.

use crate::domain::event::Event;
use crate::domain::names::Kind;
use crate::domain::rules::context::StepContext;
use crate::domain::rules::order_news::News;
use crate::domain::state::checkout::{Attempt, Passed, Step};
use crate::domain::state::prospect::Prospect;

/// Follows a visit through the checkout.
pub fn on_step(prospect: &mut Prospect, event: &Event<'_>, step: &mut StepContext<'_, '_>) {
    let reached = match event.kind {
        Kind::CheckoutStarted | Kind::CheckoutProgress => Step::of(event),
        Kind::OrderCompleted if matches!(step.news, News::Placed(_)) => None,
        _ => return,
    };
    let stood = prospect.extras.as_deref().and_then(|extras| extras.checkout);
    // What is heard of late changes nothing.
    if stood.is_some_and(|stood| event.time_ms < stood.since_ms) {
        return;
    }
    let stood = stood.filter(|stood| stood.visit == prospect.sessions);
    // Once it has ordered a visit is through: what comes then belongs to no other attempt.
    let to = reached.unwrap_or(Step::ORDERED);
    if stood.is_some_and(|stood| to <= stood.step) {
        return;
    }
    prospect.extras_mut().checkout = Some(Attempt { step: to, since_ms: event.time_ms, visit: prospect.sessions });
    let from = stood.map(|stood| (stood.step, stood.since_ms));
    let to = reached.map(|step| (step, event.time_ms));
    step.effects.checkout = Some(Passed { from, to }).filter(|_| from.is_some() || to.is_some());
}

//! Which prospects are forgotten without being asked: visitors of whom nothing is known, for whom nothing is pending, and who
//! stayed away.
//!
//! No deadline is kept for it: when that is follows from the record and the models alone, so it holds for records of older
//! builds, and a changed model applies at once.

use crate::domain::Ms;
use crate::domain::model::Models;
use crate::domain::output::Note;
use crate::domain::rules::context::StepContext;
use crate::domain::state::cart::{Cart, SeriesPhase};
use crate::domain::state::lead::Lead;
use crate::domain::state::prospect::Prospect;
use crate::domain::state::timers::{Timer, TimerKind};
use crate::domain::terms::consent::ConsentState;

/// When a prospect is forgotten, if nothing happens before.
#[must_use]
pub fn deadline_ms(prospect: &Prospect, models: &Models) -> Option<Ms> {
    if prospect.seen.is_empty() || !is_anonymous(prospect) || prospect.timers().next().is_some() {
        return None;
    }
    let model = models.models.get(models.primary_model_for(prospect))?;
    Some(prospect.last_seen_ms.saturating_add(model.forget_anonymous_ms?))
}

/// It is unknown who it is, and nothing is owed: no user, address, traits, order, account, lead or decision about mails or about
/// who is out.
#[must_use]
pub fn is_anonymous(prospect: &Prospect) -> bool {
    let Prospect { addressable, identified, consent, carts, tracks, extras, .. } = prospect;
    let is_plain = !addressable && !identified && consent.state == ConsentState::Open && consent.granted_ms.is_none();
    is_plain
        && tracks.iter().all(|track| track.disqualified.is_none())
        && !carts.iter().any(is_in_use)
        && extras.as_ref().is_none_or(|extras| {
            let customer = &extras.customer;
            extras.traits.is_empty()
                && extras.orders.is_empty()
                && customer.orders == 0
                && customer.spent.is_empty()
                && extras.lead.get().is_none_or(|lead| *lead == Lead::default())
                && extras.account.get().is_none()
                && extras.contact.undeliverable_since_ms.is_none()
                && extras.internal.since_ms.is_none()
        })
}

/// With something in it, or reminders that an order may still follow: its model says how long it is kept.
fn is_in_use(cart: &Cart) -> bool {
    !cart.lines.is_empty()
        || !cart.series.sent.is_empty()
        || matches!(cart.series.phase, SeriesPhase::Armed | SeriesPhase::Running)
}

/// The earliest deadline, and the earliest one that is never held; `Ms::MAX` for none.
#[must_use]
pub fn earliest_deadlines_ms(prospect: &Prospect, models: &Models) -> (Ms, Ms) {
    let pending = prospect.earliest_deadlines_ms();
    if pending.0 < Ms::MAX {
        return pending;
    }
    deadline_ms(prospect, models).map_or(pending, |end_ms| (end_ms, end_ms))
}

/// The earliest timer; what leads to a mail is left out while it is held.
#[must_use]
pub fn next_timer(prospect: &Prospect, hold: bool, models: &Models) -> Option<Timer> {
    let forgotten = |deadline_ms| Timer { deadline_ms, kind: TimerKind::Forgotten };
    prospect.next_timer(hold).or_else(|| deadline_ms(prospect, models).map(forgotten))
}

/// Forgets a prospect, if it is time. Nothing leaves, and what was counted of it in past weeks stays.
pub fn fire(prospect: &mut Prospect, step: &mut StepContext<'_, '_>) {
    if deadline_ms(prospect, step.models).is_some_and(|end_ms| end_ms <= step.at_ms) {
        *prospect = Prospect::default();
        step.effects.erase = true;
        step.effects.notes.push(Note::Forgotten);
    }
}

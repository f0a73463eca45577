//! When the next reminder of a series is due.

use crate::domain::Ms;
use crate::domain::model::quiet::Whose;
use crate::domain::model::{CartModel, IdleOn};
use crate::domain::rules::contact;
use crate::domain::rules::context::StepContext;
use crate::domain::state::cart::{Cart, Series, SeriesPhase};
use crate::domain::state::prospect::Prospect;

/// Armed or running: a step is pending.
pub(crate) fn is_live(series: &Series) -> bool {
    matches!(series.phase, SeriesPhase::Armed | SeriesPhase::Running)
}

pub(crate) fn cools_down(prospect: &Prospect, model: &CartModel, time_ms: Ms) -> bool {
    let Some((from, cooldown)) = prospect.cooldown_from_ms.zip(model.cooldown_ms) else { return false };
    time_ms < from.saturating_add(cooldown)
}

/// The clock that idleness is measured by.
pub(crate) fn idle_since(prospect: &Prospect, model: &CartModel) -> Option<Ms> {
    match model.idle_on {
        IdleOn::Site => prospect.last_activity_ms,
        IdleOn::Cart => prospect.last_cart_activity_ms,
    }
}

/// Sets the due time of the next step, and when it is forgotten, again for every cart.
pub(crate) fn retime_all(prospect: &mut Prospect, step: &StepContext<'_, '_>) {
    let idle_ms = idle_since(prospect, &step.model().cart);
    let zone = prospect.extras.as_ref().and_then(|m| m.contact.zone.as_deref());
    for cart in &mut prospect.carts {
        retime(cart, step, idle_ms, zone);
    }
}

/// Sets the due time of the next step, and when the cart is forgotten, again; `zone` is the prospect's own.
pub(crate) fn retime(cart: &mut Cart, step: &StepContext<'_, '_>, idle_ms: Option<Ms>, zone: Option<&str>) {
    let model = step.model();
    cart.forget_at_ms = model.cart.forget_after_ms.map(|after| cart.touched_ms.saturating_add(after));
    let series = &mut cart.series;
    let due = due(series, &model.cart, idle_ms);
    let whose = Whose { key: step.key, zone, trigger: model.contact.cart };
    let kept_ms = series.fire_at_ms.filter(|_| due == series.due_ms);
    series.due_ms = due;
    series.fire_at_ms = due.map(|d| contact::timer(whose, &model.contact, d.saturating_add(model.cart.grace_ms), kept_ms));
}

/// When the next step is due: the latest of what the contract names.
pub(crate) fn due(series: &Series, model: &CartModel, idle_ms: Option<Ms>) -> Option<Ms> {
    let next = usize::from(series.done);
    let delay = *model.steps_ms.get(next)?;
    let first_delay = *model.steps_ms.first()?;
    let idle = idle_ms.unwrap_or(series.episode_ms).max(series.episode_ms);
    match series.phase {
        SeriesPhase::Armed => Some(idle.saturating_add(first_delay)),
        SeriesPhase::Running => {
            let mut due = series.abandoned_at_ms.saturating_add(delay).max(idle.saturating_add(first_delay));
            if series.last_step_left {
                let before = model.steps_ms.get(next - 1).copied().unwrap_or_default();
                due = due.max(series.last_step_ms.saturating_add(delay - before));
            }
            Some(due)
        }
        SeriesPhase::Idle | SeriesPhase::Complete | SeriesPhase::Ended => None,
    }
}

/// One more step left or was skipped.
pub(crate) fn done_one_more(series: &mut Series, model: &CartModel, idle_ms: Option<Ms>, now_ms: Ms, left: bool) {
    if series.done == 0 {
        series.abandoned_at_ms = idle_ms.unwrap_or(series.episode_ms).max(series.episode_ms);
    }
    series.done += 1;
    series.last_step_ms = now_ms;
    series.last_step_left = left;
    series.phase = if usize::from(series.done) >= model.steps_ms.len() { SeriesPhase::Complete } else { SeriesPhase::Running };
    if series.phase == SeriesPhase::Complete {
        series.arming = None;
    }
}

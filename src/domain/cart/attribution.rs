//! Which reminder a recovered order follows from: opened or clicked by a person, not too long before it.

use crate::domain::Ms;
use crate::domain::effect::Attribution;
use crate::domain::event::{Event, MailEvent};
use crate::domain::model::CartModel;
use crate::domain::prospect::{Prospect, SentStep};

/// A mail was opened or clicked: it belongs to the trigger that it names, else to the last step before it.
pub(super) fn note(prospect: &mut Prospect, event: &Event<'_>) {
    let Some(mail @ (MailEvent::Opened | MailEvent::Clicked)) = event.mail() else { return };
    let sent = prospect.carts.iter_mut().flat_map(|c| &mut c.series.sent);
    let mut before = sent.filter(|s| s.left_ms <= event.time_ms);
    let step = match event.signals.trigger_id {
        Some(id) => before.find(|s| s.trigger_id == id),
        None => before.max_by_key(|s| s.left_ms),
    };
    if let Some(step) = step {
        let time = if mail == MailEvent::Opened { &mut step.opened_ms } else { &mut step.clicked_ms };
        *time = (*time).max(Some(event.time_ms));
    }
}

/// What an order follows from: a click counts for longer than an open and before it; of several the last.
pub(super) fn of(sent: &[SentStep], ordered_ms: Ms, model: &CartModel) -> Option<(Attribution, u128)> {
    let last = |window_ms: Option<Ms>, time: fn(&SentStep) -> Option<Ms>| {
        let window_ms = window_ms?;
        let in_window = |s: &&SentStep| {
            time(s).is_some_and(|at| at <= ordered_ms && ordered_ms.saturating_sub(at) <= window_ms && s.left_ms <= at)
        };
        sent.iter().filter(in_window).max_by_key(|s| (time(s), s.left_ms)).map(|s| s.trigger_id)
    };
    let clicked = last(model.click_window_ms, |s| s.clicked_ms).map(|id| (Attribution::Click, id));
    clicked.or_else(|| last(model.open_window_ms, |s| s.opened_ms).map(|id| (Attribution::Open, id)))
}

//! What every event does to the record, whatever the models say: times, visits, ids seen.

use crate::domain::event::Event;
use crate::domain::output::Note;
use crate::domain::rules::context::StepContext;
use crate::domain::state::prospect::Prospect;

/// What every event does to the record, whatever the models say.
pub(crate) fn record_activity(
    prospect: &mut Prospect,
    is_new: bool,
    event: &Event<'_>,
    by_machine: bool,
    step: &mut StepContext<'_, '_>,
) {
    if is_new {
        prospect.first_seen_ms = event.time_ms;
        prospect.last_seen_ms = event.time_ms;
    } else if event.time_ms < prospect.last_seen_ms {
        step.effects.notes.push(Note::Late);
    }
    if event.time_ms < prospect.first_seen_ms {
        prospect.first_seen_ms = event.time_ms;
        step.effects.customer = true;
    }
    prospect.last_seen_ms = prospect.last_seen_ms.max(event.time_ms);
    prospect.seen.remember(event.message(), prospect.last_seen_ms);
    if let Some(click) = event.click() {
        prospect.seen.remember(click, prospect.last_seen_ms);
    }
    prospect.addressable |= event.shows_address();
    prospect.identified |= event.identifies();
    if event.is_activity() && !by_machine {
        let pause_over =
            prospect.last_activity_ms.is_none_or(|last| event.time_ms > last.saturating_add(step.model().session_gap_ms));
        if pause_over {
            prospect.sessions = prospect.sessions.saturating_add(1);
        }
        prospect.last_activity_ms = prospect.last_activity_ms.max(Some(event.time_ms));
        if event.kind.is_cart_activity() {
            prospect.last_cart_activity_ms = prospect.last_cart_activity_ms.max(Some(event.time_ms));
        }
    }
}

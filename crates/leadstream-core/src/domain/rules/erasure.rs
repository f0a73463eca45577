//! Somebody asked to be deleted: everything goes at once, and a mark without any personal data stays until no late event can
//! come.
//!
//! The mark refuses what happened before the deletion, so that a browser that was offline, or a topic that is read again, can't
//! bring the record back. Whatever happens after it is somebody new. When nothing older can arrive any more, the mark goes, too.

use crate::domain::Ms;
use crate::domain::event::Event;
use crate::domain::model::Models;
use crate::domain::output::{Effects, Note};
use crate::domain::rules::account;
use crate::domain::rules::context::StepContext;
use crate::domain::state::erasure::Erasure;
use crate::domain::state::prospect::Prospect;

/// Erases all that is known, unless that was done already: what has come since then stays.
pub(crate) fn erase(prospect: &mut Prospect, event: &Event<'_>, step: &mut StepContext<'_, '_>) {
    if is_refused(prospect, event) {
        step.effects.notes.push(Note::Duplicate);
        return;
    }
    erase_at(prospect, event.time_ms, step);
}

/// Erases what is known, of which some may have come since: an id that somebody asked by led here.
pub fn erase_person(key: &str, prospect: &mut Prospect, before_ms: Ms, models: &Models, effects: &mut Effects) {
    let mut step = StepContext::of_time(key, prospect, before_ms, models, effects);
    erase_at(prospect, before_ms, &mut step);
}

fn erase_at(prospect: &mut Prospect, before_ms: Ms, step: &mut StepContext<'_, '_>) {
    account::forgotten(prospect, step);
    *prospect = Prospect::default();
    let until_ms = before_ms.saturating_add(step.models.max_age_ms);
    prospect.extras_mut().erasure = Some(Erasure { before_ms, until_ms });
    step.effects.erase = true;
}

/// Whether an event happened before the prospect was erased.
pub(crate) fn is_refused(prospect: &Prospect, event: &Event<'_>) -> bool {
    prospect.erasure().is_some_and(|erasure| event.time_ms <= erasure.before_ms)
}

/// No late event can come any more: the mark goes, and the record with it if there is nothing else.
pub(crate) fn end(prospect: &mut Prospect, step: &mut StepContext<'_, '_>) {
    if prospect.erasure().is_none_or(|erasure| erasure.until_ms > step.at_ms) {
        return;
    }
    if prospect.is_only_erasure() {
        *prospect = Prospect::default();
        step.effects.erase = true;
    } else if let Some(extras) = &mut prospect.extras {
        extras.erasure = None;
    }
}

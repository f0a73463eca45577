//! Which reminder a recovered order follows from: opened or clicked by a person, not too long before it.

use crate::domain::event::{Event, MailEvent};
use crate::domain::model::CartModel;
use crate::domain::names::Kind;
use crate::domain::state::cart::SentStep;
use crate::domain::state::prospect::{Extras, Prospect};
use crate::domain::terms::recovery::{AttributedBy, Attribution, AttributionReason};
use crate::domain::{Ms, mail};

/// All reminders that an order may follow from: of carts, and of those that were forgotten.
fn reminders(prospect: &mut Prospect) -> impl Iterator<Item = &mut SentStep> {
    let Prospect { carts, extras, .. } = prospect;
    let forgotten = extras.as_deref_mut().map_or(&mut [][..], |Extras { forgotten, .. }| forgotten.as_mut_slice());
    carts.iter_mut().flat_map(|c| &mut c.series.sent).chain(forgotten.iter_mut().flat_map(|c| &mut c.sent)).filter(|s| !s.void)
}

/// The last reminder before an event.
fn last<'a>(prospect: &'a mut Prospect, event: &Event<'_>) -> Option<&'a mut SentStep> {
    reminders(prospect).filter(|s| s.left_ms <= event.time_ms).max_by_key(|s| s.left_ms)
}

/// A mail event: which reminder it is of, if it is of one.
///
/// One that names a trigger is of that or of none. One that names a mail or campaign is of the reminder that was named so
/// together with its trigger, or of the last one if reminders are called so. One that names nothing belongs to the last
/// reminder before it.
pub(super) fn note(prospect: &mut Prospect, event: &Event<'_>, model: &CartModel) {
    let Some(last) = last(prospect, event) else { return };
    last.heard.any = true;
    let last_id = last.trigger_id;
    let signals = &event.signals;
    let (id, by) = if let Some(id) = signals.trigger_id {
        (Some(id), AttributedBy::TriggerId)
    } else if signals.names.is_empty() {
        (Some(last_id), AttributedBy::LastReminder)
    } else {
        let named =
            reminders(prospect).filter(|s| s.left_ms <= event.time_ms && s.mail.is_some_and(|mail| signals.names.has(mail)));
        match named.max_by_key(|s| s.left_ms) {
            Some(step) => (Some(step.trigger_id), AttributedBy::Mail),
            None => (is_of_reminders(event, model).then_some(last_id), AttributedBy::Campaign),
        }
    };
    let told = event.mail().filter(|mail| *mail != MailEvent::Delivered);
    let Some(step) = reminders(prospect).find(|s| s.left_ms <= event.time_ms && Some(s.trigger_id) == id) else {
        if let Some(last) = crate::domain::rules::cart::attribution::last(prospect, event).filter(|_| told.is_some()) {
            last.heard.of_another = true;
        }
        return;
    };
    if by == AttributedBy::TriggerId && !signals.names.is_empty() {
        step.mail = signals.names.surest();
    }
    let (time, known_by) = match told {
        Some(MailEvent::Opened) => (&mut step.opened_ms, &mut step.opened_by),
        Some(_) => (&mut step.clicked_ms, &mut step.clicked_by),
        None => return,
    };
    if Some(event.time_ms) > *time {
        (*time, *known_by) = (Some(event.time_ms), by);
    }
}

/// Whether what it names is what the shop's mailer calls reminders.
fn is_of_reminders(event: &Event<'_>, model: &CartModel) -> bool {
    let names = &event.signals.names;
    let named = |campaigns: &Vec<crate::domain::Text>| campaigns.iter().any(|name| names.has(mail::known_by(name)));
    model.campaigns.as_ref().map_or_else(|| names.says_cart_reminder(), named)
}

/// A machine opened or clicked a mail.
pub fn note_machine(prospect: &mut Prospect, event: &Event<'_>) {
    if event.kind == Kind::Mail
        && let Some(last) = last(prospect, event)
    {
        (last.heard.any, last.heard.of_machine) = (true, true);
    }
}

/// Clicks at these times turned out to be a machine's.
pub fn unclick(prospect: &mut Prospect, is_machine_s: impl Fn(Ms) -> bool) {
    for step in reminders(prospect) {
        if step.clicked_ms.is_some_and(&is_machine_s) {
            step.clicked_ms = None;
            step.heard.of_machine = true;
        }
    }
}

/// What an order follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Follows {
    pub what: Attribution,
    pub trigger_id: u128,
    pub by: AttributedBy,
}

/// What an order follows from: a click counts for longer than an open and before it; of several the last.
pub(super) fn of(sent: &[SentStep], ordered_ms: Ms, model: &CartModel) -> Result<Follows, AttributionReason> {
    type OutcomeDetails = fn(&SentStep) -> (Option<Ms>, AttributedBy);
    let kinds: [(Attribution, Option<Ms>, OutcomeDetails); 2] = [
        (Attribution::Click, model.click_window_ms, |s| (s.clicked_ms, s.clicked_by)),
        (Attribution::Open, model.open_window_ms, |s| (s.opened_ms, s.opened_by)),
    ];
    let claims = || sent.iter().filter(|s| s.may_lead_to(ordered_ms));
    let before = |s: &SentStep, told: OutcomeDetails| told(s).0.filter(|at| *at <= ordered_ms && s.left_ms <= *at);
    for (what, window_ms, told) in kinds {
        let Some(window_ms) = window_ms else { continue };
        let in_window = |s: &&SentStep| before(s, told).is_some_and(|at| ordered_ms.saturating_sub(at) <= window_ms);
        if let Some(step) = claims().filter(in_window).max_by_key(|s| (told(s).0, s.left_ms)) {
            return Ok(Follows { what, trigger_id: step.trigger_id, by: told(step).1 });
        }
    }
    let any = |holds: &dyn Fn(&SentStep) -> bool| claims().any(holds);
    Err(if any(&|s| kinds.iter().any(|(_, _, told)| before(s, *told).is_some())) {
        AttributionReason::OutsideWindow
    } else if any(&|s| s.heard.of_another) {
        AttributionReason::AnotherMail
    } else if any(&|s| s.heard.of_machine) {
        AttributionReason::ByMachine
    } else if any(&|s| s.heard.any) {
        AttributionReason::NoOpenOrClick
    } else {
        AttributionReason::NoMailEvents
    })
}

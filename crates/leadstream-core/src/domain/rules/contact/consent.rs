//! Whether somebody agreed to be mailed, or refused it: by an event, or by a trait.
//!
//! An event about consent says so once, and the newest one decides. A trait stands in a profile that is told again and again,
//! so it counts when it changes: a profile that wasn't brought up to date takes back no unsubscribe, and no subscription.

use crate::domain::Ms;
use crate::domain::event::{Channel, Event};
use crate::domain::model::contact::ContactModel;
use crate::domain::names::Kind;
use crate::domain::state::consent::{Consent, ConsentTrait};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::consent::ConsentState;

/// Takes in what the traits of an event say.
pub(super) fn learn(prospect: &mut Prospect, event: &Event<'_>, model: &ContactModel) {
    let Some(agrees) = model.consent.says(event.signals.flags) else { return };
    let told = prospect.extras.as_ref().and_then(|extras| extras.contact.told);
    // The same again is no news; what comes late says nothing of now.
    if told.is_none_or(|told| told.agrees != agrees && event.time_ms >= told.since_ms) {
        prospect.extras_mut().contact.told = Some(ConsentTrait { agrees, since_ms: event.time_ms, is_first: told.is_none() });
    }
}

/// What a trait of this event says, if that is another thing than before.
fn changed_by(prospect: &Prospect, event: &Event<'_>, model: &ContactModel) -> Option<ConsentTrait> {
    if event.signals.flags.is_empty() {
        return None;
    }
    let agrees = model.consent.says(event.signals.flags)?;
    prospect.extras.as_ref()?.contact.told.filter(|told| told.agrees == agrees && told.since_ms == event.time_ms)
}

/// The event refuses mail by a trait.
pub(super) fn is_refused(prospect: &Prospect, event: &Event<'_>, model: &ContactModel) -> bool {
    changed_by(prospect, event, model).is_some_and(|told| !told.agrees)
}

/// The event gives consent: by what it is, or by a trait.
#[must_use]
pub fn is_given(prospect: &Prospect, event: &Event<'_>, model: &ContactModel) -> bool {
    if event.kind == Kind::Subscribed {
        // An unknown channel may not be mail.
        return event.channel() == Channel::Mail;
    }
    changed_by(prospect, event, model).is_some_and(|told| {
        told.agrees
            && match prospect.consent.state {
                ConsentState::Open | ConsentState::HardBounce => true,
                // A profile that never said no knows nothing of the unsubscribe.
                ConsentState::Unsubscribed => !told.is_first,
                ConsentState::Complained => false,
            }
    })
}

/// Consent is given. A trait says nothing of whether an address works.
pub fn give(prospect: &mut Prospect, event: &Event<'_>) {
    if event.kind == Kind::Subscribed || prospect.consent.state != ConsentState::HardBounce {
        settle(prospect, event.time_ms, ConsentState::Open);
    }
    let consent = &mut prospect.consent;
    consent.granted_ms = consent.granted_ms.max(Some(event.time_ms));
}

/// The newest event by event time decides; but an address that is no good, which may be good again, never hides what a person
/// said.
pub fn settle(prospect: &mut Prospect, time_ms: Ms, state: ConsentState) {
    turn(&mut prospect.consent, time_ms, state);
}

/// The same for what is known of an address, whoever reads it.
pub fn turn(consent: &mut Consent, time_ms: Ms, state: ConsentState) {
    let is_said = |state| matches!(state, ConsentState::Unsubscribed | ConsentState::Complained);
    let (bounces, bounced) = (state == ConsentState::HardBounce, consent.state == ConsentState::HardBounce);
    let is_newest = consent.since_ms.is_none_or(|since_ms| time_ms >= since_ms);
    if (is_newest && !(bounces && is_said(consent.state))) || (bounced && is_said(state)) {
        consent.state = state;
        consent.since_ms = Some(time_ms);
    }
}

/// In a model that asks for consent it was not given yet.
#[must_use]
pub fn is_missing(prospect: &Prospect, model: &ContactModel) -> bool {
    model.consent.opt_in && prospect.consent.granted_ms.is_none()
}

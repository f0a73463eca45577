//! What an id that points to others does with an event, and with what is said of an address.

use super::super::message::{Body, ConsentFact, Erase, Holder, Link, LinkCause, MAX_HOPS, Message};
use super::super::record::{Effect, Record};
use super::super::rules::{EraseAddress, Rules};
use super::super::types::IdClass;
use super::outcome::residue;
use crate::domain::rules::contact::consent;
use crate::domain::state::identity::{Forward, Identity};
use crate::domain::terms::consent::ConsentState;
use crate::domain::{Ms, Text};

/// What the rules look at in an event.
#[derive(Debug, Clone, Copy, Default)]
pub struct Said<'a> {
    pub time_ms: Ms,
    /// It says this of the address that it came to.
    pub consent: Option<ConsentState>,
    /// `User Deleted`.
    pub is_deletion: bool,
    /// The id from which it was sent on, and how often it was.
    pub via: Option<&'a str>,
    pub hops: u8,
}

/// What becomes of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum OnEvent {
    /// It is the prospect's, under this name: `step`.
    Apply,
    /// The same, and what was held under the id is this now: those that it pointed to are blocked.
    ApplyAfresh(Option<Record>),
    /// It happened before the id was erased: dropped, and counted.
    BeforeErasure,
    /// It was sent on too often: a dead letter, since it can't be.
    TooManyHops,
    /// It is theirs, and nobody else's: what it says of an address goes to all others by messages of its own.
    Forward {
        to: Text,
        /// The new record, where it changed.
        record: Option<Box<Forward>>,
        effects: Vec<Effect>,
    },
}

/// An event comes to an id.
#[must_use]
pub fn on_event(record: Option<&Record>, own: &str, said: &Said<'_>, rules: Rules<'_>) -> OnEvent {
    let Some(forward) = record.and_then(Record::forward) else { return OnEvent::Apply };
    if forward.erasure.is_some_and(|erasure| said.time_ms <= erasure.before_ms) {
        return OnEvent::BeforeErasure;
    }
    if said.hops >= MAX_HOPS {
        return OnEvent::TooManyHops;
    }
    let mut to = holders(forward, rules).into_iter();
    let Some(newest) = to.next() else {
        return OnEvent::ApplyAfresh(residue(forward.clone()).map(Record::Prospect));
    };
    let mut effects = Vec::new();
    let mut changed = None;
    if is_address(own, rules) {
        let hops = said.hops + 1;
        let fact = said.consent.map(|state| Body::Consent(ConsentFact { state, at_ms: said.time_ms }));
        let asks_all = said.is_deletion && rules.limits.erase_address == EraseAddress::All;
        let erase = asks_all.then(|| Body::Erase(Erase { at_ms: said.time_ms, whole_person: true, of: Holder::default() }));
        if let Some(body) = fact.or(erase) {
            effects.extend(to.map(|to| Effect::Send(Message { to, hops, body: body.clone() })));
        }
        changed = said.consent.map(|state| turned(forward, said.time_ms, state));
    }
    if let Some(via) = said.via.filter(|_| forward.to.len() == 1) {
        effects.push(shortcut(via, own, newest.clone(), said.time_ms));
    }
    OnEvent::Forward { to: newest, record: changed.filter(|changed| **changed != *forward), effects }
}

/// Whom an event at a prospect goes back to: whoever sent it on was refused, since this prospect is crowded. What refused it is on its
/// way there and comes before the event.
#[must_use]
pub fn goes_back(identity: &Identity, via: &str, hops: u8, time_ms: Ms) -> Option<Text> {
    let is_refused = identity.is_crowded(time_ms) && identity.names.iter().all(|name| *name.id != *via);
    (is_refused && hops < MAX_HOPS).then(|| via.into())
}

fn turned(forward: &Forward, at_ms: Ms, state: ConsentState) -> Box<Forward> {
    let mut forward = Box::new(forward.clone());
    consent::turn(&mut forward.consent, at_ms, state);
    forward
}

pub(super) fn is_address(own: &str, rules: Rules<'_>) -> bool {
    rules.id(own).is_some_and(|id| rules.class(&id) == IdClass::Address)
}

/// Tells whoever sent an event here where it could have sent it.
fn shortcut(via: &str, own: &str, target: Text, at_ms: Ms) -> Effect {
    let link = Link { target, at_ms, cause: LinkCause::Shortcut(own.into()) };
    Effect::Send(Message::new(via, Body::Link(link)))
}

/// Those that it points to, without who is blocked.
pub(super) fn holders(forward: &Forward, rules: Rules<'_>) -> Vec<Text> {
    forward.to.iter().filter(|claim| !rules.blocked.has(&claim.id)).map(|claim| claim.id.clone()).collect()
}

/// What becomes of what is said of an address.
#[derive(Debug, Clone, PartialEq)]
pub enum OnConsent {
    /// It is true for the prospect under this name, who may not be known yet: as if an event had said it.
    Apply,
    ApplyAfresh(Option<Record>),
    BeforeErasure,
    TooManyHops,
    /// It is true for all of them.
    Forward {
        record: Box<Forward>,
        effects: Vec<Effect>,
    },
}

/// Something is said of an address, or of whoever reads it.
#[must_use]
pub fn on_consent(record: Option<&Record>, own: &str, fact: ConsentFact, hops: u8, rules: Rules<'_>) -> OnConsent {
    let ConsentFact { state, at_ms } = fact;
    let erasure = match record {
        None => None,
        Some(Record::Prospect(prospect)) => prospect.erasure(),
        Some(Record::Forward(forward)) => forward.erasure,
    };
    if erasure.is_some_and(|erasure| at_ms <= erasure.before_ms) {
        return OnConsent::BeforeErasure;
    }
    let Some(forward) = record.and_then(Record::forward) else { return OnConsent::Apply };
    if hops >= MAX_HOPS {
        return OnConsent::TooManyHops;
    }
    let to = holders(forward, rules);
    if to.is_empty() {
        return OnConsent::ApplyAfresh(residue(forward.clone()).map(Record::Prospect));
    }
    let record = if is_address(own, rules) { turned(forward, at_ms, state) } else { Box::new(forward.clone()) };
    let on = |to| Effect::Send(Message { to, hops: hops + 1, body: Body::Consent(fact) });
    OnConsent::Forward { record, effects: to.into_iter().map(on).collect() }
}

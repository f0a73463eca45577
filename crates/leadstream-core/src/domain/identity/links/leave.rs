//! How an id comes to point to nobody: somebody logged out, had too many names, or was erased.

use super::super::message::{Body, Erase, Holder, LinkCause, MAX_HOPS, Message, Move, Unlink};
use super::super::record::{Counted, Effect, Outcome, Record};
use super::super::rules::{EraseAddress, Rules};
use super::event::{holders, is_address};
use super::outcome::{erased, points, residue, unchanged};
use super::take::erase_name;
use crate::domain::Ms;
use crate::domain::state::identity::{Identity, Name};
use crate::domain::state::prospect::Prospect;

/// An id is told that it isn't somebody's any more.
#[must_use]
pub fn on_unlink(record: Option<Record>, unlink: &Unlink) -> Outcome {
    let mut forward = match record {
        Some(Record::Forward(forward)) => forward,
        None => return detach(None, unlink),
        Some(Record::Prospect(prospect)) => return detach(Some(prospect), unlink),
    };
    let before = forward.to.len();
    forward.to.retain(|claim| !unlink.of.is(&claim.id) || claim.at_ms > unlink.at_ms);
    if forward.to.len() == before {
        return unchanged(Some(Record::Forward(forward)), Counted::Nothing);
    }
    if forward.to.is_empty() {
        return detach(residue(forward), unlink);
    }
    points(forward, Vec::new())
}

/// Somebody logged out: what is told late of the time before doesn't bring them back.
fn detach(prospect: Option<Box<Prospect>>, unlink: &Unlink) -> Outcome {
    let is_logout = unlink.of == Holder::default();
    let Some(mut prospect) = prospect.or_else(|| is_logout.then(Box::default)) else { return Outcome::default() };
    if is_logout {
        let device = &mut prospect.extras_mut().identity.device;
        device.detached_ms = device.detached_ms.max(Some(unlink.at_ms));
    }
    Outcome { record: Some(Record::Prospect(prospect)), effects: Vec::new() }
}

/// What becomes of an erasure.
#[derive(Debug, PartialEq)]
pub enum OnErase {
    /// It is the prospect under this name: as `User Deleted`. [`erase_names`] says what to send, of the record as it was.
    Erase,
    Done(Outcome),
}

/// An id is told that somebody is erased.
#[must_use]
pub fn on_erase(record: Option<Record>, own: &str, erase: &Erase, hops: u8, rules: Rules<'_>) -> OnErase {
    if !erase.whole_person {
        return OnErase::Done(erase_holder(record, own, erase, rules));
    }
    let Some(Record::Forward(forward)) = record else { return OnErase::Erase };
    let mut to = holders(&forward, rules);
    if !(is_address(own, rules) && rules.limits.erase_address == EraseAddress::All) {
        to.truncate(1);
    }
    if hops >= MAX_HOPS {
        return OnErase::Done(unchanged(Some(Record::Forward(forward)), Counted::TooManyHops));
    }
    if to.is_empty() {
        return OnErase::Done(Outcome { record: Some(Record::Prospect(erased(erase.at_ms, rules))), effects: Vec::new() });
    }
    let on = |to| Effect::Send(Message { to, hops: hops + 1, body: Body::Erase(erase.clone()) });
    OnErase::Done(points(forward, to.into_iter().map(on).collect()))
}

/// The id was a name of somebody who is erased.
fn erase_holder(record: Option<Record>, own: &str, erase: &Erase, rules: Rules<'_>) -> Outcome {
    let mut forward = match record {
        Some(Record::Forward(forward)) => forward,
        // Whoever is there now is another one: it left the one who is erased before.
        Some(Record::Prospect(prospect)) => return unchanged(Some(Record::Prospect(prospect)), Counted::Nothing),
        None => return Outcome { record: Some(Record::Prospect(erased(erase.at_ms, rules))), effects: Vec::new() },
    };
    forward.to.retain(|claim| !erase.of.is(&claim.id) || claim.at_ms > erase.at_ms);
    if forward.to.is_empty() {
        return Outcome { record: Some(Record::Prospect(erased(erase.at_ms, rules))), effects: Vec::new() };
    }
    // It was linked again since: whoever is there now has to know this name, and has forgotten it with all others.
    let again = forward.to.iter().filter(|claim| erase.of.is(&claim.id)).map(|claim| {
        let name = Name { id: own.into(), rank: rules.rank(own), since_ms: claim.at_ms, linked_ms: 0 };
        let names = Move { from: own.into(), at_ms: claim.at_ms, prospect: None, names: vec![name], cause: LinkCause::Event };
        Effect::Send(Message::new(claim.id.clone(), Body::Move(Box::new(names))))
    });
    let again = again.collect();
    points(forward, again)
}

/// What every name of an erased prospect is told: what points to it points to nobody any more.
#[must_use]
pub fn erase_names(identity: &Identity, own: &str, at_ms: Ms) -> Vec<Effect> {
    let of = Holder::of(own, &identity.names);
    identity.names.iter().map(|name| erase_name(name, at_ms, &of)).collect()
}

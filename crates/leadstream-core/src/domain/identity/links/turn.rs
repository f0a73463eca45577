//! Ranks were changed while records point as they said before: an id that is the smaller one by now turns round.
//!
//! Two ids that pointed to each other would send everything there and back. So whoever touches a record that points to a larger id
//! puts it right first, and whatever is known of the order is asked of the present types: none that is stored counts.

use super::super::held::Held;
use super::super::message::{Body, Link, LinkCause, Message};
use super::super::record::{Counted, Effect, Outcome, Record};
use super::super::rules::Rules;
use super::super::types::IdClass;
use super::link::is_disputed;
use super::outcome::{points, residue};
use crate::domain::state::identity::{Claim, Forward};

/// Puts right what is held under an id; gives what leaves, nothing where it points to smaller ids only.
pub fn turn_round(held: &mut Held<'_>, own: &str, rules: Rules<'_>) -> Vec<Effect> {
    let Some(Outcome { record, effects }) = held.prospect.forward().and_then(|forward| turned(forward, own, rules)) else {
        return Vec::new();
    };
    held.put(record);
    effects
}

/// An id points to larger ones: it doesn't any more, and the one that it stood for is told that it now stands for this one. Of an id
/// of several people nobody is told: it proves nothing.
#[must_use]
pub fn turned(forward: &Forward, own: &str, rules: Rules<'_>) -> Option<Outcome> {
    let id = rules.id(own);
    let is_smaller = |claim: &Claim| id.as_ref().zip(rules.id(&claim.id)).is_some_and(|(id, to)| to < *id);
    if forward.to.iter().all(is_smaller) {
        return None;
    }
    let is_of_many = is_disputed(forward);
    let mut forward = forward.clone();
    let (stay, larger): (Vec<_>, Vec<_>) = std::mem::take(&mut forward.to).into_iter().partition(is_smaller);
    forward.to = stay.into_iter().collect();
    let is_exclusive = id.as_ref().is_some_and(|id| rules.class(id) == IdClass::Exclusive);
    let cause = if is_exclusive { LinkCause::Alias } else { LinkCause::Join };
    let told = larger.into_iter().filter(|_| !is_of_many).map(|Claim { id, at_ms }| {
        let link = Link { target: own.into(), at_ms, cause: cause.clone() };
        Effect::Send(Message::new(id, Body::Link(link)))
    });
    let effects = std::iter::once(Effect::Count(Counted::NotSmaller)).chain(told).collect();
    if forward.to.is_empty() {
        return Some(Outcome { record: residue(forward).map(Record::Prospect), effects });
    }
    Some(points(forward, effects))
}

/// A link that was told under other ranks says the same the other way round. Once: two builds of other settings don't send it there
/// and back.
#[must_use]
pub fn turned_link(own: &str, link: &Link, hops: u8, rules: Rules<'_>) -> Option<Message> {
    let (id, target) = rules.id(own).zip(rules.id(&link.target))?;
    let is_turned = hops == 0 && target > id && !matches!(link.cause, LinkCause::Shortcut(_));
    let turned = || Link { target: own.into(), at_ms: link.at_ms, cause: link.cause.clone() };
    is_turned.then(|| Message { to: link.target.clone(), hops: 1, body: Body::Link(turned()) })
}

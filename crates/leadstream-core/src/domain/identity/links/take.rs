//! What comes with a new name: a prospect to merge, ids to remember, and how many of them a person can have.

use super::super::message::{Body, Erase, Holder, MAX_HOPS, Message, Move, Unlink};
use super::super::record::{Counted, Effect, Record};
use super::super::rules::Rules;
use super::event::holders;
use super::outcome::residue;
use crate::domain::state::identity::{Identity, MAX_NAMES, Name};
use crate::domain::state::prospect::Prospect;
use crate::domain::{DAY_MS, Ms, Text};
use std::cmp::Reverse;

/// What becomes of a prospect that comes to an id.
#[derive(Debug, Clone, PartialEq)]
pub enum OnMove {
    /// The id points to another by now: it goes there.
    Pass(Box<Message>),
    /// It was passed on too often, which can't be: it stays here as the prospect under this id, and is counted.
    Take(Box<Taken>),
    /// Whoever it was for is nobody: it goes back. What is under the id stays.
    Refused(Box<Prospect>, Box<Message>),
    /// Whoever it was for is erased, and so is it. What is under the id stays.
    Erased(Box<Prospect>, Vec<Effect>),
}

/// A prospect to merge into another. What is to do: `merge(into, from)`, then [`take_names`].
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    pub into: Box<Prospect>,
    /// Nothing is to be merged: there are only names.
    pub from: Option<Box<Prospect>>,
    pub from_name: Text,
    pub names: Vec<Name>,
    pub at_ms: Ms,
    pub effects: Vec<Effect>,
}

/// A prospect comes to an id, to be one with the one there.
#[must_use]
pub fn on_move(record: Option<Record>, own: &str, moved: Move, hops: u8, rules: Rules<'_>) -> OnMove {
    let mut effects = Vec::new();
    let into = match record {
        None => Box::default(),
        Some(Record::Prospect(prospect)) => prospect,
        Some(Record::Forward(forward)) => match holders(&forward, rules).into_iter().next() {
            Some(to) if hops < MAX_HOPS => {
                return OnMove::Pass(Box::new(Message { to, hops: hops + 1, body: Body::Move(Box::new(moved)) }));
            }
            // A prospect is never thrown away.
            Some(_) => {
                effects.push(Effect::Count(Counted::TooManyHops));
                residue(forward).unwrap_or_default()
            }
            None => residue(forward).unwrap_or_default(),
        },
    };
    let identity = into.extras.as_ref().and_then(|extras| extras.identity.get());
    if identity.is_some_and(|identity| identity.is_crowded(moved.at_ms)) {
        let to = moved.from.clone();
        let body = Body::Return(Box::new(Move { from: own.into(), ..moved }));
        return OnMove::Refused(into, Box::new(Message::new(to, body)));
    }
    let newest_ms = moved.prospect.as_ref().map_or(moved.at_ms, |prospect| prospect.last_seen_ms);
    if let Some(erasure) = into.erasure().filter(|erasure| newest_ms <= erasure.before_ms) {
        let of = Holder::of(own, &moved.names);
        let effects = moved.names.iter().map(|name| erase_name(name, erasure.before_ms, &of)).collect();
        return OnMove::Erased(into, effects);
    }
    let Move { from, at_ms, prospect, names, cause: _ } = moved;
    OnMove::Take(Box::new(Taken { into, from: prospect, from_name: from, names, at_ms, effects }))
}

/// What becomes of a prospect that comes back.
#[derive(Debug, Clone, PartialEq)]
pub enum OnReturn {
    /// The id points to another one by now: it goes there.
    Pass(Box<Message>),
    /// It is the id's own again, with what came meanwhile.
    Take { meanwhile: Option<Box<Prospect>>, returned: Option<Box<Prospect>>, names: Vec<Name> },
}

/// Whoever a prospect was given to is nobody: it comes back.
#[must_use]
pub fn on_return(record: Option<Record>, own: &str, returned: Move, hops: u8) -> OnReturn {
    let meanwhile = match record {
        None => None,
        Some(Record::Prospect(prospect)) => Some(prospect),
        Some(Record::Forward(mut forward)) => {
            forward.to.retain(|claim| claim.id != returned.from);
            match forward.to.first() {
                Some(claim) if hops < MAX_HOPS => {
                    let to = claim.id.clone();
                    let body = Body::Move(Box::new(Move { from: own.into(), ..returned }));
                    return OnReturn::Pass(Box::new(Message { to, hops: hops + 1, body }));
                }
                _ => residue(forward),
            }
        }
    };
    let Move { prospect, names, .. } = returned;
    let names = names.into_iter().filter(|name| name.id != own).collect();
    OnReturn::Take { meanwhile, returned: prospect, names }
}

pub(super) fn erase_name(name: &Name, at_ms: Ms, of: &Holder) -> Effect {
    Effect::Send(Message::new(name.id.clone(), Body::Erase(Erase { at_ms, whole_person: false, of: of.clone() })))
}

/// Remembers the ids that came to a prospect. Too many within a day say that the id which they share is nobody's.
#[must_use]
pub fn take_names(identity: &mut Identity, own: &str, names: Vec<Name>, rules: Rules<'_>) -> Vec<Effect> {
    for name in names.into_iter().filter(|name| name.id != own) {
        match identity.names.iter_mut().find(|known| known.id == name.id) {
            Some(known) => {
                known.since_ms = known.since_ms.min(name.since_ms);
                known.linked_ms = known.linked_ms.max(name.linked_ms);
            }
            None => identity.names.push(name),
        }
    }
    let mut effects = Vec::new();
    let newest_ms = identity.names.iter().map(|name| name.since_ms).max().unwrap_or(0);
    let of_a_day = identity.names.iter().filter(|name| newest_ms.saturating_sub(name.since_ms) < DAY_MS).count();
    if of_a_day > rules.limits.links_per_day {
        let until_ms = newest_ms.saturating_add(rules.limits.crowded_for_ms);
        let is_news = identity.crowded_until_ms.is_none_or(|known_ms| known_ms < newest_ms);
        identity.crowded_until_ms = identity.crowded_until_ms.max(Some(until_ms));
        if is_news {
            effects.push(Effect::Blocked { id: own.into(), at_ms: newest_ms });
        }
    }
    unlink_oldest(identity, own, rules, &mut effects);
    effects
}

/// Names for which there is no room: of the weakest type first, which says least, the oldest first. They are unlinked, so that no id
/// points to somebody who doesn't know of it.
fn unlink_oldest(identity: &mut Identity, own: &str, rules: Rules<'_>, effects: &mut Vec<Effect>) {
    let over = identity.names.len().saturating_sub(MAX_NAMES);
    if over == 0 {
        return;
    }
    let of = Holder::of(own, &identity.names);
    // How strong a type is may have changed since the names came.
    identity.names.iter_mut().for_each(|name| name.rank = rules.rank(&name.id));
    identity.names.sort_by(|a, b| (Reverse(a.rank), a.since_ms, &a.id).cmp(&(Reverse(b.rank), b.since_ms, &b.id)));
    for name in identity.names.drain(..over) {
        let unlink = Unlink { at_ms: Ms::MAX, of: of.clone() };
        effects.push(Effect::Count(Counted::NamesFull));
        effects.push(Effect::Send(Message::new(name.id, Body::Unlink(unlink))));
    }
}

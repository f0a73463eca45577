//! What an id is told of others is done: whom it points to, and what comes to it, goes back or is erased.

use super::held::Held;
use super::linking::Linking;
use super::links::{
    OnConsent, OnErase, OnMove, OnReturn, Taken, erase_names, on_consent, on_erase, on_link, on_move, on_return, on_unlink,
    take_names, turn_round, turned_link,
};
use super::merge::{hear_consent, merge};
use super::message::{Body, ConsentFact, Erase, Message, Move};
use super::record::{Counted, Effect, Outcome, Record};
use super::rules::Rules;
use crate::domain::model::Models;
use crate::domain::output::{Effects, Note};
use crate::domain::rules::erasure;

/// What came of a message, besides the record.
#[derive(Debug, Default)]
pub struct Heard {
    /// It leaves before what the prospect says.
    pub told: Vec<Effect>,
    /// The record may have changed.
    pub is_changed: bool,
    /// A prospect came to it, or came back.
    pub is_merged: bool,
}

impl Heard {
    fn changed(told: Vec<Effect>) -> Self {
        Self { told, is_changed: true, is_merged: false }
    }
}

/// Does what an id is told. An event that is sent on is none of these: it comes as an event.
pub fn hear(held: &mut Held<'_>, message: &Message, linking: &Linking, models: &Models, effects: &mut Effects) -> Heard {
    let mut told = turn_round(held, &message.to, linking.rules());
    let mut heard = do_as_told(held, message, linking, models, effects);
    if !told.is_empty() {
        told.append(&mut heard.told);
        (heard.told, heard.is_changed) = (told, true);
    }
    heard
}

fn do_as_told(held: &mut Held<'_>, message: &Message, linking: &Linking, models: &Models, effects: &mut Effects) -> Heard {
    let (own, hops, rules) = (&*message.to, message.hops, linking.rules());
    match &message.body {
        Body::Forwarded(_) => Heard::default(),
        Body::Link(link) => match turned_link(own, link, hops, rules) {
            Some(turned) => Heard { told: vec![Effect::Count(Counted::NotSmaller), Effect::Send(turned)], ..Heard::default() },
            None => settle(held, |record| on_link(record, own, link.clone(), rules)),
        },
        Body::Unlink(unlink) => settle(held, |record| on_unlink(record, unlink)),
        Body::Move(moved) => take_in(held, (own, hops), (**moved).clone(), rules, (models, effects)),
        Body::Return(returned) => take_back(held, (own, hops), (**returned).clone(), rules, (models, effects)),
        Body::Consent(fact) => hear_of_address(held, (own, hops), *fact, rules, (models, effects)),
        Body::Erase(asked) => erase(held, (own, hops), asked, rules, (models, effects)),
    }
}

/// A rule takes the record, and gives a new one.
fn settle(held: &mut Held<'_>, rule: impl FnOnce(Option<Record>) -> Outcome) -> Heard {
    let Outcome { record, effects: told } = rule(held.take());
    held.put(record);
    Heard::changed(told)
}

/// A prospect comes to an id.
fn take_in(
    held: &mut Held<'_>,
    (own, hops): (&str, u8),
    moved: Move,
    rules: Rules<'_>,
    (models, effects): (&Models, &mut Effects),
) -> Heard {
    let forward = held.prospect.forward().cloned();
    match on_move(held.take(), own, moved, hops, rules) {
        OnMove::Pass(message) => {
            held.put(forward.map(Record::Forward));
            Heard::changed(vec![Effect::Send(*message)])
        }
        OnMove::Refused(into, message) => {
            held.put(Some(Record::Prospect(into)));
            effects.notes.push(Note::Link(Counted::Crowded));
            Heard::changed(vec![Effect::Send(*message)])
        }
        OnMove::Erased(into, told) => {
            held.put(Some(Record::Prospect(into)));
            Heard::changed(told)
        }
        OnMove::Take(taken) => {
            let Taken { mut into, from, from_name, names, at_ms, effects: mut told } = *taken;
            if let Some(from) = from {
                merge(own, &mut into, &from_name, *from, at_ms, models, effects);
            }
            told.extend(take_names(&mut into.extras_mut().identity, own, names, rules));
            held.put(Some(Record::Prospect(into)));
            Heard { is_merged: true, ..Heard::changed(told) }
        }
    }
}

/// A prospect comes back to its id.
fn take_back(
    held: &mut Held<'_>,
    (own, hops): (&str, u8),
    returned: Move,
    rules: Rules<'_>,
    (models, effects): (&Models, &mut Effects),
) -> Heard {
    let forward = held.prospect.forward().cloned();
    let at_ms = returned.at_ms;
    match on_return(held.take(), own, returned, hops) {
        OnReturn::Pass(message) => {
            held.put(forward.map(Record::Forward));
            Heard::changed(vec![Effect::Send(*message)])
        }
        OnReturn::Take { meanwhile, returned, names } => {
            let mut into = meanwhile.unwrap_or_default();
            if let Some(returned) = returned {
                merge(own, &mut into, own, *returned, at_ms, models, effects);
                // It has been the same all the time.
                effects.merged.clear();
            }
            let told = take_names(&mut into.extras_mut().identity, own, names, rules);
            held.put(Some(Record::Prospect(into)));
            Heard { is_merged: true, ..Heard::changed(told) }
        }
    }
}

/// Something was said of an address.
fn hear_of_address(
    held: &mut Held<'_>,
    (own, hops): (&str, u8),
    fact: ConsentFact,
    rules: Rules<'_>,
    (models, effects): (&Models, &mut Effects),
) -> Heard {
    match on_consent(held.copy().as_ref(), own, fact, hops, rules) {
        OnConsent::Apply => {}
        OnConsent::ApplyAfresh(record) => held.put(record),
        OnConsent::BeforeErasure => {
            effects.notes.push(Note::BeforeErasure);
            return Heard::default();
        }
        OnConsent::TooManyHops => {
            effects.notes.push(Note::Link(Counted::TooManyHops));
            return Heard::default();
        }
        OnConsent::Forward { record, effects: told } => {
            held.put(Some(Record::Forward(*record)));
            return Heard::changed(told);
        }
    }
    (*held.is_new, *held.is_erased) = (false, false);
    hear_consent(own, held.prospect, fact, models, effects);
    Heard::changed(Vec::new())
}

/// Somebody is erased.
fn erase(
    held: &mut Held<'_>,
    (own, hops): (&str, u8),
    asked: &Erase,
    rules: Rules<'_>,
    (models, effects): (&Models, &mut Effects),
) -> Heard {
    let is_prospect = held.prospect.forward().is_none();
    if !(asked.whole_person && is_prospect) {
        return settle(held, |record| match on_erase(record, own, asked, hops, rules) {
            OnErase::Done(outcome) => outcome,
            OnErase::Erase => Outcome::default(),
        });
    }
    if held.prospect.erasure().is_some_and(|known| asked.at_ms <= known.before_ms) {
        effects.notes.push(Note::Duplicate);
        return Heard::default();
    }
    let identity = held.prospect.extras.as_ref().and_then(|extras| extras.identity.get());
    let told = identity.map(|identity| erase_names(identity, own, asked.at_ms)).unwrap_or_default();
    erasure::erase_person(own, held.prospect, asked.at_ms, models, effects);
    effects.erase = false;
    (*held.is_new, *held.is_erased) = (true, false);
    Heard::changed(told)
}

//! An event comes to an id: it is the prospect's there, or goes on to whom the id stands for, and what it says of other ids is told.

use super::held::Held;
use super::linking::Linking;
use super::links::{OnEvent, Said, erase_names, goes_back, on_event, turn_round};
use super::message::{Body, Forwarded, Message};
use super::record::{Counted, Effect, Record};
use super::route::{links_of_direct, links_on_the_way};
use super::said::{SaidIds, Sighting};
use crate::domain::Text;
use crate::domain::event::Event;
use crate::domain::model::Models;
use crate::domain::names::Kind;
use crate::domain::output::{Effects, Note};
use crate::domain::rules::contact::of_address;
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::consent::ConsentState;

/// What becomes of an event.
#[derive(Debug)]
pub struct Received {
    /// This is told first.
    pub told: Vec<Effect>,
    /// It is the prospect's: [`crate::domain::step::step`]. Otherwise nothing is left to do.
    pub is_own: bool,
    /// What was held under the id has changed.
    pub is_changed: bool,
}

impl Received {
    fn own(told: Vec<Effect>) -> Self {
        Self { told, is_own: true, is_changed: false }
    }

    fn gone(told: Vec<Effect>) -> Self {
        Self { told, is_own: false, is_changed: false }
    }
}

/// An event that lies under another key than its strongest id goes there: its source keys it by something else.
#[must_use]
pub fn of_another(event: &Event<'_>, linking: &Linking, models: &Models) -> Option<Vec<Effect>> {
    let said = event.ids.as_deref().filter(|said| !said.key.is_empty() && *said.key != *event.prospect)?;
    let links = links_on_the_way(&said.key, &said.key, &sighting(event, said, models), linking.rules());
    let message = Message { to: said.key.clone(), hops: 1, body: Body::Forwarded(Box::default()) };
    Some([Effect::Send(message)].into_iter().chain(links).collect())
}

/// An event comes to an id, sent on by another one (`via`) or not.
pub fn receive(
    held: &mut Held<'_>,
    event: &Event<'_>,
    by: (&str, u8),
    linking: &Linking,
    (models, effects): (&Models, &mut Effects),
) -> Received {
    let mut told = turn_round(held, &event.prospect, linking.rules());
    let mut received = whose(held, event, by, linking, (models, effects));
    if !told.is_empty() {
        told.append(&mut received.told);
        (received.told, received.is_changed) = (told, true);
    }
    received
}

/// Whose an event is.
fn whose(
    held: &mut Held<'_>,
    event: &Event<'_>,
    (via, hops): (&str, u8),
    linking: &Linking,
    (models, effects): (&Models, &mut Effects),
) -> Received {
    let own = &*event.prospect;
    let via = Some(via).filter(|via| !via.is_empty());
    if held.prospect.forward().is_none() {
        let identity = held.prospect.extras.as_ref().and_then(|extras| extras.identity.get());
        if let Some(to) = identity.zip(via).and_then(|(identity, via)| goes_back(identity, via, hops, event.time_ms)) {
            effects.notes.push(Note::Link(Counted::Crowded));
            return Received::gone(vec![passed_on(own, to, hops)]);
        }
        let told = if event.kind == Kind::Deleted { told_of_erasure(held.prospect, event) } else { Vec::new() };
        return Received::own(told);
    }
    let said = Said {
        time_ms: event.time_ms,
        consent: says_of_address(event, models),
        is_deletion: event.kind == Kind::Deleted,
        via,
        hops,
    };
    match on_event(held.copy().as_ref(), own, &said, linking.rules()) {
        OnEvent::Apply => Received::own(Vec::new()),
        OnEvent::ApplyAfresh(record) => {
            held.put(record);
            Received { is_changed: true, ..Received::own(Vec::new()) }
        }
        OnEvent::BeforeErasure => {
            effects.notes.push(Note::BeforeErasure);
            Received::gone(Vec::new())
        }
        // Such an event is a dead letter before it comes here.
        OnEvent::TooManyHops => {
            effects.notes.push(Note::Link(Counted::TooManyHops));
            Received::gone(Vec::new())
        }
        OnEvent::Forward { to, record, effects: more } => {
            let is_changed = record.is_some();
            if let Some(record) = record {
                held.put(Some(Record::Forward(*record)));
            }
            let links =
                event.ids.as_deref().map(|ids| links_on_the_way(own, &to, &sighting(event, ids, models), linking.rules()));
            let event = passed_on(own, to, hops);
            let told = [event].into_iter().chain(more).chain(links.into_iter().flatten()).collect();
            Received { is_changed, ..Received::gone(told) }
        }
    }
}

/// What an event that came without a router, and was the prospect's own, tells other ids.
pub fn links_of(prospect: &mut Prospect, event: &Event<'_>, linking: &Linking, models: &Models) -> Vec<Effect> {
    let Some(said) = event.ids.as_deref() else { return Vec::new() };
    let mut identity = prospect.extras.as_ref().and_then(|extras| extras.identity.get()).cloned().unwrap_or_default();
    let told = links_of_direct(&mut identity, &event.prospect, &sighting(event, said, models), linking.rules());
    if prospect.extras.as_ref().is_none_or(|extras| *extras.identity != identity) {
        prospect.extras_mut().identity = identity.into();
    }
    told
}

fn sighting<'a>(event: &Event<'_>, said: &'a SaidIds, models: &Models) -> Sighting<'a> {
    Sighting { said, time_ms: event.time_ms, consent: says_of_address(event, models) }
}

fn says_of_address(event: &Event<'_>, models: &Models) -> Option<ConsentState> {
    of_address(event, &models.models.first()?.contact)
}

/// Every id of a prospect that is about to be erased is told.
fn told_of_erasure(prospect: &Prospect, event: &Event<'_>) -> Vec<Effect> {
    if prospect.erasure().is_some_and(|erasure| event.time_ms <= erasure.before_ms) {
        return Vec::new();
    }
    let identity = prospect.extras.as_ref().and_then(|extras| extras.identity.get());
    identity.map(|identity| erase_names(identity, &event.prospect, event.time_ms)).unwrap_or_default()
}

/// An event on its way from one id to another. Whoever writes it down has what it says.
fn passed_on(own: &str, to: Text, hops: u8) -> Effect {
    let forwarded = Forwarded { via: own.into(), ..Forwarded::default() };
    Effect::Send(Message { to, hops: hops + 1, body: Body::Forwarded(Box::new(forwarded)) })
}

//! Ids that point to others: what comes under one goes to whom it stands for (docs/identity.md).
//!
//! The rules are pure ([`crate::domain::identity::links`]); here they meet the records of the open batch. Everything that they send
//! leaves with the batch, so a record goes from one id to another in the transaction that says so.

use super::Forwarder;
use super::state::Task;
use super::tell::Cause;
use crate::domain::Text;
use crate::domain::event::Event;
use crate::domain::identity::linking::Linking;
use crate::domain::identity::links::{OnEvent, Said, erase_names, goes_back, on_event};
use crate::domain::identity::message::{Body, Forwarded, Message};
use crate::domain::identity::record::{Counted, Effect, Record};
use crate::domain::identity::route::{links_of_direct, links_on_the_way};
use crate::domain::identity::said::{SaidIds, Sighting};
use crate::domain::names::Kind;
use crate::domain::output::Note;
use crate::domain::rules::contact::of_address;
use crate::domain::state::prospect::Prospect;
use crate::engine::codec::Codec;
use crate::engine::effects::BatchEffects;
use std::sync::Arc;

impl<C: Codec> Task<C> {
    /// From now on ids may point to others, by these rules.
    pub fn link_ids(&mut self, linking: Arc<Linking>) {
        self.linking = Some(linking);
    }

    /// The rules by which ids point to others.
    #[must_use]
    pub fn linking(&self) -> Option<&Arc<Linking>> {
        self.linking.as_ref()
    }

    /// Whom an id that points to others stands for, the newest first.
    #[must_use]
    pub fn holders(&self, key: &str) -> Vec<Text> {
        let entry = self.store.find(key).and_then(|slot| self.store.entry(slot)).filter(|entry| entry.standing.forward);
        let prospect = entry.and_then(|entry| self.codec.decode(&entry.record).ok());
        let forward = prospect.as_ref().and_then(Prospect::forward);
        forward.map(|forward| forward.to.iter().map(|claim| claim.id.clone()).collect()).unwrap_or_default()
    }

    /// An event that lies under another key than its strongest id is sent there: its source keys it by something else. True: it was.
    pub(super) fn is_of_another(&mut self, event: &Event<'_>, effects: &mut BatchEffects) -> bool {
        let Some((linking, said)) = self.linking.clone().zip(event.ids.as_deref()) else { return false };
        if said.key.is_empty() || *said.key == *event.prospect {
            return false;
        }
        let cause = Cause { own: said.key.clone(), record_ms: event.record_ms };
        let sighting = Sighting { said, time_ms: event.time_ms, consent: self.says_of_address(event) };
        let links = links_on_the_way(&said.key, &said.key, &sighting, linking.rules());
        let body = Body::Forwarded(Box::default());
        let event = Effect::Send(Message { to: said.key.clone(), hops: 1, body });
        self.send([event].into_iter().chain(links), &cause, effects);
        true
    }

    /// An event under an id that points to others is theirs. True: nothing is left to do.
    pub(super) fn is_passed_on(
        &mut self,
        at: usize,
        event: &Event<'_>,
        sent: Option<&Forwarder>,
        effects: &mut BatchEffects,
    ) -> bool {
        let said = Said {
            time_ms: event.time_ms,
            consent: self.says_of_address(event),
            is_deletion: event.kind == Kind::Deleted,
            via: sent.map(|sent| &*sent.via).filter(|via| !via.is_empty()),
            hops: sent.map_or(0, |sent| sent.hops),
        };
        let cause = Cause { own: Text::from(&*event.prospect), record_ms: event.record_ms };
        let prospect = &self.staged[at].prospect;
        if prospect.forward().is_none() {
            let identity = prospect.extras.as_ref().and_then(|extras| extras.identity.get());
            if let Some(to) = identity.and_then(|identity| goes_back(identity, &said)) {
                self.effects.notes.push(Note::Link(Counted::Crowded));
                self.send([passed_on(to, &said, &cause)], &cause, effects);
                effects.take(&event.prospect, &mut self.effects);
                return true;
            }
            if event.kind == Kind::Deleted {
                self.tell_of_erasure(at, event, effects);
            }
            return false;
        }
        let Some(linking) = self.linking.clone() else { return false };
        let record = self.copy_of(at);
        match on_event(record.as_ref(), &event.prospect, &said, linking.rules()) {
            OnEvent::Apply => return false,
            OnEvent::ApplyAfresh(record) => {
                self.put(at, record);
                return false;
            }
            OnEvent::BeforeErasure => self.effects.notes.push(Note::BeforeErasure),
            // Such an event is a dead letter before it comes here.
            OnEvent::TooManyHops => self.effects.notes.push(Note::Link(Counted::TooManyHops)),
            OnEvent::Forward { to, record, effects: more } => {
                if let Some(record) = record {
                    self.put(at, Some(Record::Forward(*record)));
                }
                let links = event.ids.as_deref().map(|ids| {
                    let sighting = Sighting { said: ids, time_ms: event.time_ms, consent: said.consent };
                    links_on_the_way(&cause.own, &to, &sighting, linking.rules())
                });
                let event = passed_on(to, &said, &cause);
                self.send([event].into_iter().chain(more).chain(links.into_iter().flatten()), &cause, effects);
            }
        }
        effects.take(&event.prospect, &mut self.effects);
        true
    }

    /// Every id of a prospect that is about to be erased is told.
    fn tell_of_erasure(&mut self, at: usize, event: &Event<'_>, effects: &mut BatchEffects) {
        let prospect = &self.staged[at].prospect;
        if prospect.erasure().is_some_and(|erasure| event.time_ms <= erasure.before_ms) {
            return;
        }
        let Some(identity) = prospect.extras.as_ref().and_then(|extras| extras.identity.get()) else { return };
        let told = erase_names(identity, &event.prospect, event.time_ms);
        let cause = Cause { own: Text::from(&*event.prospect), record_ms: event.record_ms };
        self.send(told, &cause, effects);
    }

    /// What an event that came without a router says of other ids is told to them.
    pub(super) fn tell_links(&mut self, at: usize, event: &Event<'_>, said: &SaidIds, effects: &mut BatchEffects) {
        let Some(linking) = self.linking.clone() else { return };
        let cause = Cause { own: Text::from(&*event.prospect), record_ms: event.record_ms };
        let sighting = Sighting { said, time_ms: event.time_ms, consent: self.says_of_address(event) };
        let prospect = &mut self.staged[at].prospect;
        let mut identity = prospect.extras.as_ref().and_then(|extras| extras.identity.get()).cloned().unwrap_or_default();
        let told = links_of_direct(&mut identity, &cause.own, &sighting, linking.rules());
        if prospect.extras.as_ref().is_none_or(|extras| *extras.identity != identity) {
            prospect.extras_mut().identity = identity.into();
        }
        self.send(told, &cause, effects);
        effects.take(&event.prospect, &mut self.effects);
    }

    fn says_of_address(&self, event: &Event<'_>) -> Option<crate::domain::terms::consent::ConsentState> {
        of_address(event, &self.models.models.first()?.contact)
    }
}

/// An event on its way from one id to another. Whoever writes it down has what it says.
fn passed_on(to: Text, said: &Said<'_>, cause: &Cause) -> Effect {
    let forwarded = Forwarded { via: cause.own.clone(), ..Forwarded::default() };
    Effect::Send(Message { to, hops: said.hops + 1, body: Body::Forwarded(Box::new(forwarded)) })
}

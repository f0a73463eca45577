//! Ids that point to others: what comes under one goes to whom it stands for, and what ids are told is done (docs/identity.md).
//!
//! The rules are pure ([`crate::domain::identity::links`]); here they meet the records of the open batch. Everything that they send
//! leaves with the batch, so a record goes from one id to another in the transaction that says so.

use super::Forwarder;
use super::state::Task;
use crate::domain::event::Event;
use crate::domain::identity::linking::Linking;
use crate::domain::identity::links::{
    OnConsent, OnErase, OnEvent, OnMove, Said, Taken, erase_names, on_consent, on_erase, on_event, on_link, on_move, on_unlink,
    take_names,
};
use crate::domain::identity::merge::{hear_consent, merge};
use crate::domain::identity::message::{Body, ConsentFact, Erase, Forwarded, MAX_HOPS, Message, Move};
use crate::domain::identity::record::{Counted, Effect, Outcome, Record};
use crate::domain::identity::route::{links_of_direct, links_on_the_way};
use crate::domain::identity::said::{SaidIds, Sighting};
use crate::domain::names::Kind;
use crate::domain::output::of_ids::{blocked, conflict};
use crate::domain::output::{Body as OutputBody, Note, Output};
use crate::domain::rules::contact::of_address;
use crate::domain::rules::erasure;
use crate::domain::state::prospect::Prospect;
use crate::domain::{Ms, Text};
use crate::engine::codec::Codec;
use crate::engine::effects::{BatchEffects, Mode, ProspectOutput};
use crate::engine::figures::Before;
use std::sync::Arc;

/// What comes of a message besides new records, and when the record was written that brought it about.
struct Cause {
    own: Text,
    record_ms: Ms,
}

impl<C: Codec> Task<C> {
    /// From now on ids may point to others, by these rules.
    pub fn link_ids(&mut self, linking: Arc<Linking>) {
        self.linking = Some(linking);
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
        if self.staged[at].prospect.forward().is_none() {
            if event.kind == Kind::Deleted {
                self.tell_of_erasure(at, event, effects);
            }
            return false;
        }
        let Some(linking) = self.linking.clone() else { return false };
        let cause = Cause { own: Text::from(&*event.prospect), record_ms: event.record_ms };
        let record = self.copy_of(at);
        let said = Said {
            time_ms: event.time_ms,
            consent: self.says_of_address(event),
            is_deletion: event.kind == Kind::Deleted,
            via: sent.map(|sent| &*sent.via).filter(|via| !via.is_empty()),
            hops: sent.map_or(0, |sent| sent.hops),
        };
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
                let forwarded = Forwarded { via: cause.own.clone(), ..Forwarded::default() };
                let body = Body::Forwarded(Box::new(forwarded));
                let links = event.ids.as_deref().map(|ids| {
                    let sighting = Sighting { said: ids, time_ms: event.time_ms, consent: said.consent };
                    links_on_the_way(&cause.own, &to, &sighting, linking.rules())
                });
                let event = Effect::Send(Message { to, hops: said.hops + 1, body });
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

    /// Does what an id is told. Timers that come before it fire first, as before an event.
    pub(super) fn apply_told(&mut self, message: &Message, record_ms: Ms, mode: Mode, effects: &mut BatchEffects) {
        self.reach(message.body.at_ms().min(record_ms), mode, effects);
        let Some(linking) = self.linking.clone() else { return };
        let cause = Cause { own: message.to.clone(), record_ms };
        let slot = self.store.find_or_insert(&message.to);
        let Some(at) = self.stage(slot, effects) else { return };
        match &message.body {
            // It comes as an event.
            Body::Forwarded(_) => {}
            Body::Link(link) => {
                self.settle(at, &cause, effects, |record| on_link(record, &cause.own, link.clone(), linking.rules()));
            }
            Body::Unlink(unlink) => self.settle(at, &cause, effects, |record| on_unlink(record, unlink)),
            Body::Move(moved) => self.take_in(at, (&cause, message.hops), (**moved).clone(), &linking, effects),
            Body::Consent(fact) => self.hear_of_address(at, (&cause, message.hops), *fact, &linking, effects),
            Body::Erase(erase) => self.erase(at, (&cause, message.hops), erase, &linking, effects),
        }
        let staged = &mut self.staged[at];
        let deadline_ms = staged.keep_deadlines(&self.models);
        effects.take(&cause.own, &mut self.effects);
        self.schedule(slot, deadline_ms);
    }

    /// A rule takes the record, and gives a new one.
    fn settle(&mut self, at: usize, cause: &Cause, effects: &mut BatchEffects, rule: impl FnOnce(Option<Record>) -> Outcome) {
        let was_there = self.is_there(at);
        let Outcome { record, effects: told } = rule(self.take_record(at));
        self.put_after(at, record, was_there);
        self.send(told, cause, effects);
    }

    /// A prospect comes to an id.
    fn take_in(&mut self, at: usize, (cause, hops): (&Cause, u8), moved: Move, linking: &Linking, effects: &mut BatchEffects) {
        let was_there = self.is_there(at);
        let before = Before::news(&self.staged[at].prospect);
        let forward = self.staged[at].prospect.forward().cloned();
        match on_move(self.take_record(at), &cause.own, moved, hops, linking.rules()) {
            OnMove::Pass(message) => {
                self.put_after(at, forward.map(Record::Forward), was_there);
                self.send([Effect::Send(*message)], cause, effects);
            }
            OnMove::Erased(into, told) => {
                self.put_after(at, Some(Record::Prospect(into)), was_there);
                self.send(told, cause, effects);
            }
            OnMove::Take(taken) => {
                let Taken { mut into, from, from_name, names, at_ms, effects: told } = *taken;
                if let Some(from) = from {
                    merge(&cause.own, &mut into, &from_name, *from, at_ms, &self.models, &mut self.effects);
                }
                let more = take_names(&mut into.extras_mut().identity, &cause.own, names, linking.rules());
                self.put_after(at, Some(Record::Prospect(into)), was_there);
                self.count_merged(at, before);
                self.send(told.into_iter().chain(more), cause, effects);
            }
        }
    }

    /// Something was said of an address.
    fn hear_of_address(
        &mut self,
        at: usize,
        (cause, hops): (&Cause, u8),
        fact: ConsentFact,
        linking: &Linking,
        effects: &mut BatchEffects,
    ) {
        let record = self.copy_of(at);
        match on_consent(record.as_ref(), &cause.own, fact, hops, linking.rules()) {
            OnConsent::Apply => {
                let was_there = self.is_there(at);
                self.staged[at].is_new = false;
                hear_consent(&cause.own, &mut self.staged[at].prospect, fact, &self.models, &mut self.effects);
                self.changed(at, was_there);
            }
            OnConsent::ApplyAfresh(record) => {
                self.put(at, record);
                let was_there = self.is_there(at);
                self.staged[at].is_new = false;
                hear_consent(&cause.own, &mut self.staged[at].prospect, fact, &self.models, &mut self.effects);
                self.changed(at, was_there);
            }
            OnConsent::BeforeErasure => self.effects.notes.push(Note::BeforeErasure),
            OnConsent::TooManyHops => self.effects.notes.push(Note::Link(Counted::TooManyHops)),
            OnConsent::Forward { record, effects: told } => {
                self.put(at, Some(Record::Forward(*record)));
                self.send(told, cause, effects);
            }
        }
        self.tally.passed_on(&self.effects.outputs);
    }

    /// Somebody is erased.
    fn erase(&mut self, at: usize, (cause, hops): (&Cause, u8), erase: &Erase, linking: &Linking, effects: &mut BatchEffects) {
        let is_prospect = self.staged[at].prospect.forward().is_none();
        if !(erase.whole_person && is_prospect) {
            return self.settle(at, cause, effects, |record| match on_erase(record, &cause.own, erase, hops, linking.rules()) {
                OnErase::Done(outcome) => outcome,
                OnErase::Erase => Outcome::default(),
            });
        }
        let staged = &mut self.staged[at];
        if staged.prospect.erasure().is_some_and(|known| erase.at_ms <= known.before_ms) {
            return self.effects.notes.push(Note::Duplicate);
        }
        let was_there = !staged.is_new && !staged.prospect.is_nobody();
        let identity = staged.prospect.extras.as_ref().and_then(|extras| extras.identity.get());
        let told = identity.map(|identity| erase_names(identity, &cause.own, erase.at_ms));
        erasure::erase_person(&cause.own, &mut staged.prospect, erase.at_ms, &self.models, &mut self.effects);
        self.effects.erase = false;
        (staged.is_new, staged.erased, staged.recount) = (true, false, true);
        self.changed(at, was_there);
        self.send(told.into_iter().flatten(), cause, effects);
    }

    /// Whether there is a prospect under a staged id.
    fn is_there(&self, at: usize) -> bool {
        let staged = &self.staged[at];
        !staged.is_new && !staged.prospect.is_nobody()
    }

    /// What is held under a staged id. A prospect has to be put back.
    fn take_record(&mut self, at: usize) -> Option<Record> {
        let staged = &mut self.staged[at];
        if staged.is_new && staged.prospect.erasure().is_none() {
            return None;
        }
        let mut prospect = std::mem::take(&mut staged.prospect);
        Some(match prospect.extras.as_mut().and_then(|extras| extras.forward.take()) {
            Some(forward) => Record::Forward(*forward),
            None => Record::Prospect(prospect),
        })
    }

    /// The same, left where it is: of a prospect only that one is there.
    fn copy_of(&self, at: usize) -> Option<Record> {
        let prospect = &self.staged[at].prospect;
        let of_erasure = || {
            let mut bare = Box::<Prospect>::default();
            bare.extras_mut().erasure = prospect.erasure();
            Record::Prospect(bare)
        };
        match prospect.forward() {
            Some(forward) => Some(Record::Forward(forward.clone())),
            None if prospect.erasure().is_some() => Some(of_erasure()),
            None => None,
        }
    }

    fn put(&mut self, at: usize, record: Option<Record>) {
        let was_there = self.is_there(at);
        self.put_after(at, record, was_there);
    }

    /// What is held under a staged id from now on. `was_there`: there was a prospect.
    fn put_after(&mut self, at: usize, record: Option<Record>, was_there: bool) {
        let staged = &mut self.staged[at];
        match record {
            Some(Record::Prospect(prospect)) => {
                (staged.prospect, staged.is_new, staged.erased) = (prospect, false, false);
            }
            Some(Record::Forward(forward)) => {
                let prospect = &mut *staged.prospect;
                *prospect = Prospect::default();
                prospect.extras_mut().forward = Some(Box::new(forward));
                (staged.is_new, staged.erased) = (false, false);
            }
            None => {
                *staged.prospect = Prospect::default();
                (staged.is_new, staged.erased) = (true, true);
            }
        }
        self.changed(at, was_there);
    }

    fn changed(&mut self, at: usize, was_there: bool) {
        let is_there = self.is_there(at);
        self.room.changed(was_there, is_there);
        let staged = &mut self.staged[at];
        staged.recount = true;
        staged.place = None;
    }

    /// What a merge brought about is counted.
    fn count_merged(&mut self, at: usize, before: Before) {
        let prospect = &self.staged[at].prospect;
        self.tally.heard(before, prospect, &self.models);
        if !self.effects.outputs.is_empty() {
            self.tally.outputs(&self.effects.outputs, prospect, &self.models);
        }
        self.tally.orders(&self.effects.orders);
        self.tally.carts_of_orders(&self.effects.carts);
        self.effects.orders.clear();
        self.effects.carts.clear();
        self.tally.no_opportunities(&self.effects.no_opportunities, &self.models);
        self.effects.no_opportunities.clear();
        self.effects.customer = false;
    }

    /// What leaves of a rule.
    fn send(&mut self, told: impl IntoIterator<Item = Effect>, cause: &Cause, effects: &mut BatchEffects) {
        for effect in told {
            let (key, output) = match effect {
                Effect::Send(message) if matches!(message.body, Body::Forwarded(_)) => {
                    effects.forwarded = Some(effects.outputs.len());
                    (message.to.clone(), told_output(message, cause.record_ms))
                }
                Effect::Send(message) => (message.to.clone(), told_output(message, cause.record_ms)),
                Effect::Conflict(claimed) => {
                    (claimed.kept.clone(), conflict(&claimed.kept, claimed.id, claimed.refused, claimed.at_ms))
                }
                Effect::Blocked { id, at_ms } => {
                    let output = blocked(&id, at_ms);
                    (id, output)
                }
                Effect::Count(why) => {
                    self.effects.notes.push(Note::Link(why));
                    continue;
                }
            };
            effects.outputs.push(ProspectOutput { prospect: (&*key).into(), output });
        }
    }
}

/// A message as it leaves: its record has the time of the one that brought it about.
fn told_output(message: Message, record_ms: Ms) -> Output {
    debug_assert!(message.hops <= MAX_HOPS, "it is stopped before");
    Output { id: 0, model: 0, at_ms: record_ms, event: None, body: OutputBody::Told(Box::new(message)) }
}

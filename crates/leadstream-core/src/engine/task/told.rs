//! What an id is told of others is done: whom it points to, and what comes to it, goes back or is erased.

use super::state::Task;
use super::tell::Cause;
use crate::domain::Ms;
use crate::domain::identity::linking::Linking;
use crate::domain::identity::links::{
    OnConsent, OnErase, OnMove, OnReturn, Taken, erase_names, on_consent, on_erase, on_link, on_move, on_return, on_unlink,
    take_names,
};
use crate::domain::identity::merge::{hear_consent, merge};
use crate::domain::identity::message::{Body, ConsentFact, Erase, Message, Move};
use crate::domain::identity::record::{Counted, Effect, Outcome, Record};
use crate::domain::output::Note;
use crate::domain::rules::erasure;
use crate::engine::codec::Codec;
use crate::engine::effects::{BatchEffects, Mode};
use crate::engine::figures::Before;

impl<C: Codec> Task<C> {
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
            Body::Return(returned) => self.take_back(at, (&cause, message.hops), (**returned).clone(), &linking, effects),
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
            OnMove::Refused(into, message) => {
                self.put_after(at, Some(Record::Prospect(into)), was_there);
                self.effects.notes.push(Note::Link(Counted::Crowded));
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

    /// A prospect comes back to its id.
    fn take_back(
        &mut self,
        at: usize,
        (cause, hops): (&Cause, u8),
        returned: Move,
        linking: &Linking,
        effects: &mut BatchEffects,
    ) {
        let was_there = self.is_there(at);
        let before = Before::news(&self.staged[at].prospect);
        let forward = self.staged[at].prospect.forward().cloned();
        let at_ms = returned.at_ms;
        match on_return(self.take_record(at), &cause.own, returned, hops) {
            OnReturn::Pass(message) => {
                self.put_after(at, forward.map(Record::Forward), was_there);
                self.send([Effect::Send(*message)], cause, effects);
            }
            OnReturn::Take { meanwhile, returned, names } => {
                let mut own = meanwhile.unwrap_or_default();
                if let Some(returned) = returned {
                    merge(&cause.own, &mut own, &cause.own, *returned, at_ms, &self.models, &mut self.effects);
                    // It has been the same all the time.
                    self.effects.merged.clear();
                }
                let more = take_names(&mut own.extras_mut().identity, &cause.own, names, linking.rules());
                self.put_after(at, Some(Record::Prospect(own)), was_there);
                self.count_merged(at, before);
                self.send(more, cause, effects);
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
}

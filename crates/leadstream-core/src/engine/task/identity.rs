//! Ids that point to others: what comes under one goes to whom it stands for, and what ids are told is done (docs/identity.md).
//!
//! The rules are pure ([`crate::domain::identity`]); here they meet the records of the open batch. Everything that they send leaves
//! with the batch, so a record goes from one id to another in the transaction that says so.

use super::Forwarder;
use super::outgoing;
use super::state::{Staged, Task};
use crate::domain::event::Event;
use crate::domain::identity::hear::hear;
use crate::domain::identity::held::Held;
use crate::domain::identity::linking::Linking;
use crate::domain::identity::message::{Body as ToldBody, Message};
use crate::domain::identity::receive::{links_of, of_another, receive};
use crate::domain::identity::record::Effect;
use crate::domain::identity::tell::tell;
use crate::domain::output::Body;
use crate::domain::state::prospect::Prospect;
use crate::domain::{Ms, Text};
use crate::engine::codec::Codec;
use crate::engine::effects::{BatchEffects, Mode, ProspectOutput};
use crate::engine::figures::Before;
use crate::planted;
use std::sync::Arc;

impl Staged {
    fn held(&mut self) -> Held<'_> {
        Held { prospect: &mut self.prospect, is_new: &mut self.is_new, is_erased: &mut self.erased }
    }
}

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

    /// An event that lies under another key than its strongest id is sent there. True: it was.
    pub(super) fn is_of_another(&mut self, event: &Event<'_>, effects: &mut BatchEffects) -> bool {
        let Some(linking) = self.linking.clone() else { return false };
        let Some(told) = of_another(event, &linking, &self.models) else { return false };
        self.tell_ids(told, event.record_ms, effects);
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
        let Some(linking) = self.linking.clone() else { return false };
        if self.staged[at].prospect.forward().is_some() && planted!(ForwardIsApplied) {
            return false;
        }
        let by = sent.map_or(("", 0), |sent| (&*sent.via, sent.hops));
        let staged = &mut self.staged[at];
        let was_there = staged.held().is_there();
        let received = receive(&mut staged.held(), event, by, &linking, (&self.models, &mut self.effects));
        if received.is_changed {
            self.changed(at, was_there);
        }
        self.tell_ids(received.told, event.record_ms, effects);
        if !received.is_own {
            effects.take(&event.prospect, Vec::new, &mut self.effects);
        }
        !received.is_own
    }

    /// What an event that came without a router says of other ids is told to them.
    pub(super) fn tell_links(&mut self, at: usize, event: &Event<'_>, effects: &mut BatchEffects) {
        let Some(linking) = self.linking.clone() else { return };
        let told = links_of(&mut self.staged[at].prospect, event, &linking, &self.models);
        self.tell_ids(told, event.record_ms, effects);
        effects.take(&event.prospect, Vec::new, &mut self.effects);
    }

    /// Does what an id is told. Timers that come before it fire first, as before an event.
    pub(super) fn apply_told(&mut self, message: &Message, record_ms: Ms, mode: Mode, effects: &mut BatchEffects) {
        self.reach(message.body.at_ms().min(record_ms), mode, effects);
        let Some(linking) = self.linking.clone() else { return };
        let slot = self.store.find_or_insert(&message.to);
        let Some(at) = self.stage(slot, effects) else { return };
        let staged = &mut self.staged[at];
        let was_there = staged.held().is_there();
        let before = Before::news(&staged.prospect);
        let kept = planted!(GivenIsKept).then(|| staged.prospect.clone());
        let heard = hear(&mut staged.held(), message, &linking, &self.models, &mut self.effects);
        if let Some(kept) = kept.filter(|_| was_there && staged.prospect.forward().is_some()) {
            staged.prospect = kept;
        }
        if heard.is_changed {
            self.changed(at, was_there);
        }
        if heard.is_merged {
            self.count_merged(at, before);
        } else if matches!(message.body, ToldBody::Consent(_)) {
            self.tally.passed_on(&self.effects.outputs);
        }
        self.tell_ids(heard.told, record_ms, effects);
        let deadline_ms = self.staged[at].keep_deadlines(&self.models);
        let ids = || outgoing::ids(Some(&linking), &self.staged[at].prospect);
        effects.take(&message.to, ids, &mut self.effects);
        self.schedule(slot, deadline_ms);
    }

    fn changed(&mut self, at: usize, was_there: bool) {
        let staged = &mut self.staged[at];
        self.room.changed(was_there, staged.held().is_there());
        staged.recount = true;
        staged.place = None;
    }

    /// What a merge brought about is counted.
    fn count_merged(&mut self, at: usize, before: Before) {
        let prospect = &self.staged[at].prospect;
        self.tally.merged(before, &mut self.effects, prospect, &self.models);
        self.effects.customer = false;
    }

    /// What leaves of a rule.
    fn tell_ids(&mut self, told: Vec<Effect>, record_ms: Ms, effects: &mut BatchEffects) {
        let BatchEffects { outputs, forwarded, .. } = effects;
        tell(told, record_ms, &mut self.effects, |key, output| {
            if matches!(&output.body, Body::Told(message) if matches!(message.body, ToldBody::Move(_))) && planted!(MoveForgotten)
            {
                return;
            }
            if matches!(&output.body, Body::Told(message) if matches!(message.body, ToldBody::Forwarded(_))) {
                *forwarded = Some(outputs.len());
            }
            outputs.push(ProspectOutput { prospect: (&*key).into(), ids: Arc::default(), output });
        });
    }
}

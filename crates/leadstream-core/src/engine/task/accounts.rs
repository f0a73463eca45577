//! What goes between members and their accounts. None of it moves the task's time: how it interleaves with events is not
//! promised.

use super::outgoing;
use super::state::Task;
use crate::domain::member_update::MemberUpdateRecord;
use crate::domain::rules::account::barred::hear;
use crate::domain::rules::account::group::apply_update;
use crate::engine::codec::Codec;
use crate::engine::effects::BatchEffects;
use crate::engine::figures::Before;

impl<C: Codec> Task<C> {
    /// Applies a member's update to its account, or the account's to its member.
    pub fn apply_update(&mut self, member_update: &MemberUpdateRecord, effects: &mut BatchEffects) {
        let key = &*member_update.update.record_key();
        if member_update.update.is_to_member() {
            self.hear(key, member_update, effects);
        } else {
            self.tell(key, member_update, effects);
        }
    }

    fn tell(&mut self, key: &str, member_update: &MemberUpdateRecord, effects: &mut BatchEffects) {
        let slot = self.store.find_or_insert(key);
        let Some(at) = self.stage(slot, effects) else { return };
        let staged = &mut self.staged[at];
        apply_update(&mut staged.prospect, staged.is_new, member_update, &self.models, &mut self.effects);
        (staged.is_new, staged.erased) = (false, false);
        let deadline_ms = staged.keep_deadlines(&self.models);
        self.tally.passed_on(&self.effects.outputs);
        effects.take_of_account(member_update, &mut self.effects);
        self.schedule(slot, deadline_ms);
    }

    /// Does nothing if the member was forgotten in the meantime.
    fn hear(&mut self, key: &str, member_update: &MemberUpdateRecord, effects: &mut BatchEffects) {
        if !self.is_known(key) {
            return;
        }
        let slot = self.store.find_or_insert(key);
        let Some(at) = self.stage(slot, effects) else { return };
        let staged = &mut self.staged[at];
        // Who became part of another has left its account: what was on its way is of no concern any more.
        if staged.prospect.forward().is_some() {
            return;
        }
        let before = Before::news(&staged.prospect);
        hear(&mut staged.prospect, member_update, &self.models, &mut self.effects);
        self.tally.heard(before, &staged.prospect, &self.models);
        if !self.effects.outputs.is_empty() {
            staged.place = None;
            self.tally.outputs(&self.effects.outputs, &staged.prospect, &self.models);
        }
        let deadline_ms = staged.keep_deadlines(&self.models);
        let ids = || outgoing::ids(self.linking.as_deref(), &staged.prospect);
        effects.take(key, ids, &mut self.effects);
        self.schedule(slot, deadline_ms);
    }
}

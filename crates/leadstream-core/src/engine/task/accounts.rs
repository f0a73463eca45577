//! What goes between members and their accounts. None of it moves the task's time: how it interleaves with events is not promised.

use super::state::Task;
use crate::domain::member_update::MemberUpdateRecord;
use crate::domain::rules::account::barred::hear;
use crate::domain::rules::account::group::take_in;
use crate::engine::codec::Codec;
use crate::engine::effects::BatchEffects;
use crate::engine::figures::Before;

impl<C: Codec> Task<C> {
    /// Gives an account what a member told it, or a member what its account did.
    pub(super) fn news(&mut self, key: &str, tidings: &MemberUpdateRecord, effects: &mut BatchEffects) {
        if tidings.update.is_to_member() { self.hear(key, tidings, effects) } else { self.tell(key, tidings, effects) }
    }

    fn tell(&mut self, key: &str, tidings: &MemberUpdateRecord, effects: &mut BatchEffects) {
        let slot = self.store.find_or_insert(key);
        let Some(at) = self.stage(slot, effects) else { return };
        let staged = &mut self.staged[at];
        take_in(&mut staged.prospect, staged.is_new, tidings, &self.models, &mut self.effects);
        (staged.is_new, staged.erased) = (false, false);
        let deadline_ms = staged.keep_deadlines(&self.models);
        self.tally.passed_on(&self.effects.outputs);
        effects.take_of_account(&tidings.update, &mut self.effects);
        self.schedule(slot, deadline_ms);
    }

    /// Whoever is forgotten meanwhile hears nothing.
    fn hear(&mut self, key: &str, tidings: &MemberUpdateRecord, effects: &mut BatchEffects) {
        if !self.is_known(key) {
            return;
        }
        let slot = self.store.find_or_insert(key);
        let Some(at) = self.stage(slot, effects) else { return };
        let staged = &mut self.staged[at];
        let before = Before::news(&staged.prospect);
        hear(&mut staged.prospect, tidings, &self.models, &mut self.effects);
        self.tally.heard(before, &staged.prospect, &self.models);
        if !self.effects.outputs.is_empty() {
            staged.place = None;
            self.tally.outputs(&self.effects.outputs, &staged.prospect, &self.models);
        }
        let deadline_ms = staged.keep_deadlines(&self.models);
        effects.take(key, &mut self.effects);
        self.schedule(slot, deadline_ms);
    }
}

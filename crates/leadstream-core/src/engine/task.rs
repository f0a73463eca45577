//! The task of one partition: committed records, the open batch, timers and the task's time.
//!
//! A batch works on decoded copies of the records that it touches. [`Task::staged`] gives them encoded, for the transaction;
//! [`Task::confirm`] installs those very bytes, [`Task::discard`] forgets them.

mod accounts;
mod admit;
mod commit;
mod decoded_cache;
mod identity;
mod outgoing;
mod prefetch;
mod records;
mod room;
mod state;

use super::codec::Codec;
pub use super::effects::{BatchEffects, Mode, ProspectOutput, TaskSize};
use super::figures::Before;
use super::routed::{LastRouted, Routed, RoutedPartition};
use super::store::NEVER;
pub use super::task_input::{Forwarder, TaskInput};
use crate::domain::event::Event;
use crate::domain::output::Note;
use crate::domain::rules::forget::next_timer;
use crate::domain::state::timers::TimerKind;
use crate::domain::step::{fire, step};
use crate::domain::{Ms, SECOND_MS};
use crate::planted;
pub use commit::StagedRecord;
pub use prefetch::{AHEAD, PrefetchStage};
pub use state::Task;

/// A live timer that fires within this time of its deadline counts as on time: later steps are spaced from the deadline
/// itself, so that a replay gives the same times.
pub const ON_TIME_MS: Ms = 5 * SECOND_MS;

impl<C: Codec> Task<C> {
    /// The task's time: never falls.
    pub fn time_ms(&self) -> Ms {
        self.time_ms
    }

    /// Says what the world's clock shows: an event whose times lie ahead of it moves the task's time, and fires timers, only up
    /// to there. Until it is said first, nothing lies ahead.
    pub fn set_wall_clock(&mut self, wall_ms: Ms) {
        self.wall_ms = wall_ms;
    }

    /// Takes one record in.
    #[inline]
    pub fn apply(&mut self, input: &TaskInput<'_>, mode: Mode, effects: &mut BatchEffects) {
        match input {
            TaskInput::Event(event) if self.routed.is_repeat(event) => effects.note(Note::Duplicate),
            TaskInput::Event(event) => self.apply_event(event, mode, effects),
            TaskInput::Forwarded { event, by } => self.apply_sent(event, Some(by), mode, effects),
            TaskInput::Told { message, record_ms } => self.apply_told(message, *record_ms, mode, effects),
            TaskInput::MemberUpdate { update, .. } => self.apply_update(update, effects),
        }
    }

    /// Fires what is due before this is taken in, as [`Task::apply`] would, but at most so many timers; says whether all of it has
    /// fired. What is left fires the next time.
    #[inline]
    pub fn fire_before(&mut self, input: &TaskInput<'_>, mode: Mode, most: u64, effects: &mut BatchEffects) -> bool {
        if matches!(input, TaskInput::MemberUpdate { .. }) {
            return true;
        }
        let until_ms = self.until_ms(input.time_ms().min(input.record_ms())).saturating_sub(1);
        let is_due = self.timers.earliest_ms().is_some_and(|deadline_ms| deadline_ms <= until_ms);
        if !is_due && self.held.is_empty() {
            return true;
        }
        self.fire_until(until_ms, mode, most, effects)
    }

    /// Fires every timer strictly earlier than min(event time, record time, wall clock), then applies the event.
    pub fn apply_event(&mut self, event: &Event<'_>, mode: Mode, effects: &mut BatchEffects) {
        self.apply_sent(event, None, mode, effects);
    }

    /// No event moves the task's time past the world's clock.
    fn until_ms(&self, until_ms: Ms) -> Ms {
        let is_free = until_ms > self.wall_ms && planted!(OneClockMovesAll);
        if is_free { until_ms } else { until_ms.min(self.wall_ms) }
    }

    /// Fires every timer strictly earlier than this, and is there then.
    fn reach(&mut self, until_ms: Ms, mode: Mode, effects: &mut BatchEffects) {
        let until_ms = self.until_ms(until_ms);
        self.fire_until(until_ms.saturating_sub(1), mode, u64::MAX, effects);
        self.time_ms = if planted!(TimeFalls) { until_ms } else { self.time_ms.max(until_ms) };
    }

    fn apply_sent(&mut self, event: &Event<'_>, sent: Option<&Forwarder>, mode: Mode, effects: &mut BatchEffects) {
        if event.address.as_deref().is_some_and(|address| !outgoing::is_address(self.linking.as_deref(), address)) {
            return self.apply_sent(&Event { address: None, ..event.clone() }, sent, mode, effects);
        }
        self.reach(event.time_ms.min(event.record_ms), mode, effects);
        if self.refuse(event, effects) {
            return;
        }
        if event.ids.is_some() && self.is_of_another(event, effects) {
            return;
        }
        let slot = self.store.find_or_insert(&event.prospect);
        let Some(at) = self.stage(slot, effects) else { return };
        if self.linking.is_some() && self.is_passed_on(at, event, sent, effects) {
            return;
        }
        let staged = &mut self.staged[at];
        let before = Before::event(&staged.prospect, event);
        let was_there = !staged.is_new && !staged.prospect.is_nobody();
        step(&mut staged.prospect, staged.is_new, event, &self.models, &mut self.effects);
        if !self.effects.outputs.is_empty() {
            staged.place = None;
        }
        // First: what is counted begins with it.
        self.tally.event(before, &staged.prospect, event, &self.effects.notes, &self.models, &mut staged.place);
        self.tally.take(&mut self.effects, &staged.prospect, &self.models);
        if let Some(passed) = self.effects.checkout.take() {
            self.tally.checkout(passed);
        }
        let erased = std::mem::take(&mut self.effects.erase);
        let is_there = !erased && !staged.prospect.is_only_erasure();
        self.room.changed(was_there, is_there);
        (staged.is_new, staged.erased) = (erased, erased && staged.prospect.erasure().is_none());
        staged.recount |= std::mem::take(&mut self.effects.customer) || erased;
        staged.place = staged.place.filter(|_| !erased);
        let deadline_ms = staged.keep_deadlines(&self.models);
        let ids = || outgoing::ids(self.linking.as_deref(), &staged.prospect);
        effects.take(&event.prospect, ids, &mut self.effects);
        self.schedule(slot, deadline_ms);
        if event.ids.is_some() && is_there {
            self.tell_links(at, event, effects);
        }
    }

    /// Fires every timer up to and including `until_ms`; the task's time becomes at least that.
    pub fn advance(&mut self, until_ms: Ms, mode: Mode, effects: &mut BatchEffects) {
        self.advance_in_part(until_ms, mode, u64::MAX, effects);
    }

    /// Fires timers up to and including `until_ms`, at most so many, and says whether none is left: then the task's time becomes at
    /// least that.
    pub fn advance_in_part(&mut self, until_ms: Ms, mode: Mode, most: u64, effects: &mut BatchEffects) -> bool {
        let is_done = self.fire_until(until_ms, mode, most, effects);
        if is_done {
            self.time_ms = self.time_ms.max(until_ms);
        }
        is_done
    }

    /// Fires timers up to `until_ms` in their total order: deadline, prospect, kind. At most about so many, as a prospect's that are due
    /// at one instant fire together; says whether none is left.
    fn fire_until(&mut self, until_ms: Ms, mode: Mode, most: u64, effects: &mut BatchEffects) -> bool {
        if mode != Mode::Behind && !self.held.is_empty() {
            for slot in std::mem::take(&mut self.held) {
                if planted!(HeldTimerLost) {
                    continue;
                }
                let deadline_ms = self.deadline_of(slot, false);
                self.schedule(slot, deadline_ms);
            }
        }
        let hold = mode == Mode::Behind;
        let last = effects.fired.saturating_add(most);
        let mut due: Vec<u32> = Vec::new();
        while let Some(deadline_ms) = self.timers.earliest_ms().filter(|d| *d <= until_ms) {
            if effects.fired >= last {
                return false;
            }
            self.collect_due(deadline_ms, hold, &mut due, effects);
            self.sort_by_key(&mut due);
            for slot in due.drain(..) {
                if effects.fired < last {
                    self.fire_slot(slot, deadline_ms, mode, effects);
                } else {
                    self.schedule(slot, deadline_ms);
                }
            }
        }
        true
    }

    /// Takes the slots that are really due at this deadline out of the queue; the others are queued again.
    fn collect_due(&mut self, deadline_ms: Ms, hold: bool, due: &mut Vec<u32>, effects: &mut BatchEffects) {
        while let Some((queued_ms, slot)) = self.timers.pop_until(deadline_ms) {
            let Some(entry) = self.store.entry_mut(slot).filter(|e| e.queued_ms == queued_ms) else { continue };
            entry.queued_ms = NEVER;
            let real_ms = self.deadline_of(slot, hold);
            if real_ms <= deadline_ms {
                due.push(slot);
                continue;
            }
            let with_held_ms = self.deadline_of(slot, false);
            let is_held = hold && with_held_ms <= deadline_ms;
            if is_held {
                self.held.push(slot);
                effects.held += 1;
            }
            // What would be held only at a later deadline comes up again then: it is neither due nor held yet.
            if !planted!(PostponedTimerLost) {
                self.schedule(slot, if is_held { real_ms } else { with_held_ms });
            }
        }
    }

    fn sort_by_key(&self, due: &mut [u32]) {
        if due.len() > 1 {
            due.sort_unstable_by(|a, b| self.key_of(*a).cmp(self.key_of(*b)));
        }
    }

    /// Fires a slot's timers up to a deadline.
    fn fire_slot(&mut self, slot: u32, deadline_ms: Ms, mode: Mode, effects: &mut BatchEffects) {
        let hold = mode == Mode::Behind;
        let Some(at) = self.stage(slot, effects) else { return };
        let Some(entry) = self.store.entry(slot) else { return };
        let staged = &mut self.staged[at];
        let now_ms = match mode {
            Mode::Live { wall_ms } if wall_ms.saturating_sub(deadline_ms) > ON_TIME_MS => wall_ms,
            _ => self.time_ms.max(deadline_ms),
        };
        // Every timer that fires goes away or moves on; the bound is for the day when one doesn't.
        for _ in 0..1_000 {
            let Some(timer) = next_timer(&staged.prospect, hold, &self.models).filter(|t| t.deadline_ms <= deadline_ms) else {
                break;
            };
            let before = Before::timer(&staged.prospect, timer.kind);
            fire(&entry.key, &mut staged.prospect, timer.kind, now_ms, &self.models, &mut self.effects);
            self.tally.timer(before, &staged.prospect, timer.kind, timer.deadline_ms, &self.models);
            effects.fired += 1;
            if self.effects.erase {
                self.room.changed(!matches!(timer.kind, TimerKind::Account | TimerKind::Erasure), false);
                break;
            }
        }
        if std::mem::take(&mut self.effects.erase) {
            (staged.is_new, staged.erased, staged.recount) = (true, true, true);
        }
        self.time_ms = self.time_ms.max(deadline_ms);
        let next_ms = staged.keep_deadlines(&self.models);
        if !self.effects.outputs.is_empty() {
            outgoing::check_addresses(self.linking.as_deref(), &mut self.effects.outputs);
            staged.place = None;
            self.tally.outputs(&self.effects.outputs, &staged.prospect, &self.models);
        }
        let ids = || outgoing::ids(self.linking.as_deref(), &staged.prospect);
        effects.take(&entry.key, ids, &mut self.effects);
        if hold && next_ms <= deadline_ms {
            self.held.push(slot);
            effects.held += 1;
            let next_ms = self.deadline_of(slot, true);
            self.schedule(slot, next_ms);
        } else {
            self.schedule(slot, next_ms);
        }
    }

    /// How far what routers read has come to the task.
    pub fn routed(&self) -> &Routed {
        &self.routed
    }

    /// How far it had come when the task's record was written.
    pub fn restore_routed(&mut self, reached: impl IntoIterator<Item = (RoutedPartition, LastRouted)>) {
        self.routed.restore(reached);
    }

    /// The earliest deadline, to sleep until. May be earlier than the truth, never later.
    pub fn next_deadline_ms(&self) -> Option<Ms> {
        self.timers.earliest_ms()
    }

    /// Whether the open batch touched anything.
    pub fn has_staged(&self) -> bool {
        !self.staged.is_empty()
    }
}

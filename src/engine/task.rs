//! The task of one partition: committed records, the open batch, timers and the task's time.
//!
//! A batch works on decoded copies of the records that it touches. [`Task::staged`] gives them encoded, for the transaction;
//! [`Task::confirm`] installs those very bytes, [`Task::discard`] forgets them.

mod accounts;
mod announce;
mod end;
mod records;
mod room;
mod warm;

use super::codec::Codec;
pub use super::effects::{BatchEffects, Mode, ProspectOutput, TaskSize};
use super::figures::Tally;
use super::figures::notice::{Before, Place};
use super::hashing::HashSeed;
use super::population::{Population, Standing};
use super::store::{Entry, NEVER, Store};
use super::timers::Timers;
use crate::domain::effect::Effects;
use crate::domain::event::Event;
use crate::domain::forget::{earliest_deadlines_ms, next_timer};
use crate::domain::model::Models;
use crate::domain::prospect::{Prospect, TimerKind};
use crate::domain::step::{fire, step};
use crate::domain::{Ms, SECOND_MS};
pub use announce::{AHEAD, Ahead};
pub use end::StagedRecord;
use room::Room;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// A live timer that fires within this time of its deadline counts as on time: later steps are spaced from the deadline
/// itself, so that a replay gives the same times.
pub const ON_TIME_MS: Ms = 5 * SECOND_MS;

/// One prospect touched by the open batch.
struct Staged {
    slot: u32,
    prospect: Box<Prospect>,
    /// Nothing was known of it before its next event.
    is_new: bool,
    erased: bool,
    /// As [`earliest_deadlines_ms`] says.
    deadlines_ms: (Ms, Ms),
    /// Set by [`Task::staged`]; `None` when the record did not change.
    encoded: Option<Committed>,
    /// Where it stands, while that is known and no output has left.
    place: Option<Place>,
    /// Orders or origin changed: what was counted of the committed record is replaced.
    recount: bool,
}

impl Staged {
    /// Keeps the deadlines as a step left them; gives the earliest.
    fn keep_deadlines(&mut self, models: &Models) -> Ms {
        self.deadlines_ms = earliest_deadlines_ms(&self.prospect, models);
        self.deadlines_ms.0
    }
}

/// What has to be known of a changed record without a look into it, and where it lies among those of the batch.
struct Committed {
    bytes: Range<usize>,
    standing: Standing,
    deadlines_ms: (Ms, Ms),
}

/// One partition in memory.
pub struct Task<C: Codec> {
    codec: C,
    models: Arc<Models>,
    store: Store,
    timers: Timers,
    staged: Vec<Staged>,
    /// Slots with a decoded copy, in the order in which they go cold.
    warm: VecDeque<u32>,
    max_warm: usize,
    /// Slots with a cart step that waits until the task has caught up.
    held: Vec<u32>,
    room: Room,
    time_ms: Ms,
    committed_time_ms: Ms,
    /// No event moves the task's time past this.
    wall_ms: Ms,
    population: Population,
    tally: Tally,
    effects: Effects,
    /// The records that the batch changed, one after the other.
    encoded: Vec<u8>,
}

impl<C: Codec> Task<C> {
    /// An empty task. Its hashes have a fixed seed: see [`Task::seeded`].
    pub fn new(models: Arc<Models>, codec: C) -> Self {
        Self::seeded(models, codec, &HashSeed::default())
    }

    /// An empty task whose hashes have this seed: for keys from outside.
    pub fn seeded(models: Arc<Models>, codec: C, hashes: &HashSeed) -> Self {
        let tally = Tally::new(&models, hashes);
        Self {
            population: Population::of(&models),
            codec,
            models,
            tally,
            store: Store::new(hashes.clone()),
            timers: Timers::default(),
            staged: Vec::new(),
            warm: VecDeque::new(),
            max_warm: warm::DECODED_RECORDS,
            held: Vec::new(),
            room: Room::default(),
            time_ms: Ms::MIN,
            committed_time_ms: Ms::MIN,
            wall_ms: Ms::MAX,
            effects: Effects::default(),
            encoded: Vec::new(),
        }
    }

    /// The one place where a committed record becomes the truth.
    fn install_at(&mut self, slot: u32, record: &[u8], standing: Standing, deadlines_ms: (Ms, Ms)) {
        let Some(entry) = self.store.entry_mut(slot) else { return };
        let before = (!entry.record.is_empty()).then_some(entry.standing);
        entry.standing = standing;
        entry.warm = None;
        (entry.deadline_ms, entry.deadline_without_cart_ms) = deadlines_ms;
        self.population.moved(before, Some(standing));
        self.tally.stood(before, Some(standing));
        self.store.set_record(slot, record);
        self.schedule(slot, deadlines_ms.0);
    }

    /// The one place where a prospect is forgotten.
    fn remove_at(&mut self, slot: u32) {
        let Some(entry) = self.store.entry(slot) else { return };
        let before = (!entry.record.is_empty()).then_some(entry.standing);
        self.population.moved(before, None);
        self.tally.stood(before, None);
        self.store.remove(slot);
    }

    /// Makes sure that the queue comes back to a slot not later than at `deadline_ms`.
    fn schedule(&mut self, slot: u32, deadline_ms: Ms) {
        if let Some(entry) = self.store.entry_mut(slot)
            && deadline_ms < entry.queued_ms
        {
            entry.queued_ms = deadline_ms;
            self.timers.push(deadline_ms, slot);
        }
    }

    /// The task's time: never falls.
    pub fn time_ms(&self) -> Ms {
        self.time_ms
    }

    /// Says what the world's clock shows: an event whose times lie ahead of it moves the task's time, and fires timers, only up to
    /// there. Until it is said first, nothing lies ahead.
    pub fn set_wall_clock(&mut self, wall_ms: Ms) {
        self.wall_ms = wall_ms;
    }

    /// Fires every timer strictly earlier than min(event time, record time, wall clock), then applies the event.
    pub fn apply(&mut self, event: &Event<'_>, mode: Mode, effects: &mut BatchEffects) {
        if let Some(tidings) = &event.tidings {
            return self.news(&event.prospect, tidings, effects);
        }
        let until_ms = event.time_ms.min(event.record_ms).min(self.wall_ms);
        self.fire_until(until_ms.saturating_sub(1), mode, effects);
        self.time_ms = self.time_ms.max(until_ms);
        if self.refuse(event, effects) {
            return;
        }
        let slot = self.store.find_or_insert(&event.prospect);
        let Some(at) = self.stage(slot, effects) else { return };
        let staged = &mut self.staged[at];
        let before = Before::event(&staged.prospect, event);
        let was_there = !staged.is_new && !staged.prospect.is_only_erasure();
        step(&mut staged.prospect, staged.is_new, event, &self.models, &mut self.effects);
        if !self.effects.outputs.is_empty() {
            staged.place = None;
        }
        // First: what is counted begins with it.
        self.tally.event(before, &staged.prospect, event, &self.effects.notes, &self.models, &mut staged.place);
        if !self.effects.outputs.is_empty() {
            self.tally.outputs(&self.effects.outputs, &staged.prospect, &self.models);
        }
        self.tally.orders(&self.effects.orders);
        self.tally.carts_of_orders(&self.effects.carts);
        self.effects.orders.clear();
        self.effects.carts.clear();
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
        effects.take(&event.prospect, &mut self.effects);
        self.schedule(slot, deadline_ms);
    }

    /// Fires every timer up to and including `until_ms`; the task's time becomes at least that.
    pub fn advance(&mut self, until_ms: Ms, mode: Mode, effects: &mut BatchEffects) {
        self.fire_until(until_ms, mode, effects);
        self.time_ms = self.time_ms.max(until_ms);
    }

    /// The decoded copy of a prospect in the open batch.
    fn stage(&mut self, slot: u32, effects: &mut BatchEffects) -> Option<usize> {
        let entry = self.store.entry_mut(slot)?;
        if entry.staged != Entry::NOT_STAGED {
            return Some(entry.staged as usize);
        }
        let is_new = entry.record.is_empty();
        let warm = entry.warm.take();
        let is_cold = warm.is_none() && !is_new;
        let mut prospect = warm.unwrap_or_default();
        if is_cold && let Err(error) = self.codec.decode_into(&entry.record, &mut prospect) {
            effects.unreadable = Some(error);
            return None;
        }
        let at = self.staged.len();
        let deadlines_ms = (entry.deadline_ms, entry.deadline_without_cart_ms);
        entry.staged = u32::try_from(at).ok()?;
        self.staged.push(Staged {
            slot,
            prospect,
            is_new,
            erased: false,
            deadlines_ms,
            encoded: None,
            place: None,
            recount: false,
        });
        Some(at)
    }

    /// Fires all timers up to `until_ms` in their total order: deadline, prospect, kind.
    fn fire_until(&mut self, until_ms: Ms, mode: Mode, effects: &mut BatchEffects) {
        if mode != Mode::Behind && !self.held.is_empty() {
            for slot in std::mem::take(&mut self.held) {
                let deadline_ms = self.deadline_of(slot, false);
                self.schedule(slot, deadline_ms);
            }
        }
        let hold = mode == Mode::Behind;
        let mut due: Vec<u32> = Vec::new();
        while let Some(deadline_ms) = self.timers.earliest_ms().filter(|d| *d <= until_ms) {
            self.collect_due(deadline_ms, hold, &mut due, effects);
            self.sort_by_key(&mut due);
            for slot in due.drain(..) {
                self.fire_slot(slot, deadline_ms, mode, effects);
            }
        }
    }

    /// Takes the slots that are really due at this deadline out of the queue; the others are queued anew.
    fn collect_due(&mut self, deadline_ms: Ms, hold: bool, due: &mut Vec<u32>, effects: &mut BatchEffects) {
        while let Some((queued_ms, slot)) = self.timers.pop_until(deadline_ms) {
            let Some(entry) = self.store.entry_mut(slot).filter(|e| e.queued_ms == queued_ms) else { continue };
            entry.queued_ms = NEVER;
            let real_ms = self.deadline_of(slot, hold);
            if real_ms <= deadline_ms {
                due.push(slot);
                continue;
            }
            if hold && self.deadline_of(slot, false) <= deadline_ms {
                self.held.push(slot);
                effects.held += 1;
            }
            self.schedule(slot, real_ms);
        }
    }

    fn sort_by_key(&self, due: &mut [u32]) {
        if due.len() > 1 {
            due.sort_unstable_by(|a, b| self.key_of(*a).cmp(self.key_of(*b)));
        }
    }

    fn key_of(&self, slot: u32) -> &str {
        self.store.entry(slot).map_or("", |e| &e.key)
    }

    /// The real earliest deadline of a slot: of its staged copy, else of its committed record.
    fn deadline_of(&self, slot: u32, hold: bool) -> Ms {
        let Some(entry) = self.store.entry(slot) else { return NEVER };
        if entry.staged != Entry::NOT_STAGED {
            let (all_ms, held_ms) = self.staged[entry.staged as usize].deadlines_ms;
            return if hold { held_ms } else { all_ms };
        }
        if hold { entry.deadline_without_cart_ms } else { entry.deadline_ms }
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
            staged.place = None;
            self.tally.outputs(&self.effects.outputs, &staged.prospect, &self.models);
        }
        effects.take(&entry.key, &mut self.effects);
        if hold && next_ms <= deadline_ms {
            self.held.push(slot);
            effects.held += 1;
            let next_ms = self.deadline_of(slot, true);
            self.schedule(slot, next_ms);
        } else {
            self.schedule(slot, next_ms);
        }
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

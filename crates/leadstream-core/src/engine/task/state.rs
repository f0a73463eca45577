//! What a task holds in memory: committed records in their slots, decoded copies of those that the open batch touches, and the
//! few ways by which they change.

use super::room::Room;
use crate::domain::Ms;
use crate::domain::identity::linking::Linking;
use crate::domain::model::Models;
use crate::domain::output::Effects;
use crate::domain::rules::forget::earliest_deadlines_ms;
use crate::domain::state::prospect::Prospect;
use crate::engine::codec::Codec;
use crate::engine::effects::BatchEffects;
use crate::engine::figures::population::{Population, Standing};
use crate::engine::figures::{Tally, TouchPlace};
use crate::engine::hashing::HashSeed;
use crate::engine::routed::Routed;
use crate::engine::store::{Entry, NEVER, Store};
use crate::engine::timers::Timers;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// Decoded copies that a task keeps unless it is told otherwise, at one to two kilobytes each.
const DECODED_RECORDS: usize = 32_768;

/// One prospect touched by the open batch.
pub(super) struct Staged {
    pub(super) slot: u32,
    pub(super) prospect: Box<Prospect>,
    /// Nothing was known of it before its next event.
    pub(super) is_new: bool,
    pub(super) erased: bool,
    /// As [`earliest_deadlines_ms`] says.
    pub(super) deadlines_ms: (Ms, Ms),
    /// Set by `Task::staged`; `None` when the record did not change.
    pub(super) encoded: Option<Committed>,
    /// Where it stands, while that is known and no output has left.
    pub(super) place: Option<TouchPlace>,
    /// Orders or origin changed: what was counted of the committed record is replaced.
    pub(super) recount: bool,
}

impl Staged {
    /// Keeps the deadlines as a step left them; gives the earliest.
    pub(super) fn keep_deadlines(&mut self, models: &Models) -> Ms {
        self.deadlines_ms = earliest_deadlines_ms(&self.prospect, models);
        self.deadlines_ms.0
    }
}

/// What has to be known of a changed record without a look into it, and where it lies among those of the batch.
pub(super) struct Committed {
    pub(super) bytes: Range<usize>,
    pub(super) standing: Standing,
    pub(super) deadlines_ms: (Ms, Ms),
}

/// One partition in memory.
pub struct Task<C: Codec> {
    pub(super) codec: C,
    pub(super) models: Arc<Models>,
    pub(super) store: Store,
    pub(super) timers: Timers,
    pub(super) staged: Vec<Staged>,
    /// Slots with a decoded copy, in the order in which they go cold.
    pub(super) decoded: VecDeque<u32>,
    pub(super) max_decoded: usize,
    /// Slots with a cart step that waits until the task has caught up.
    pub(super) held: Vec<u32>,
    pub(super) room: Room,
    pub(super) time_ms: Ms,
    pub(super) committed_time_ms: Ms,
    /// No event moves the task's time past this.
    pub(super) wall_ms: Ms,
    pub(super) population: Population,
    pub(super) tally: Tally,
    pub(super) effects: Effects,
    /// Ids may point to others; `None`: each is a prospect's own.
    pub(super) linking: Option<Arc<Linking>>,
    /// How far what routers read has come.
    pub(super) routed: Routed,
    /// The records that the batch changed, one after the other.
    pub(super) encoded: Vec<u8>,
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
            decoded: VecDeque::new(),
            max_decoded: DECODED_RECORDS,
            held: Vec::new(),
            room: Room::default(),
            time_ms: Ms::MIN,
            committed_time_ms: Ms::MIN,
            wall_ms: Ms::MAX,
            effects: Effects::default(),
            linking: None,
            routed: Routed::default(),
            encoded: Vec::new(),
        }
    }

    /// The one place where a committed record becomes the truth.
    pub(super) fn install_at(&mut self, slot: u32, record: &[u8], standing: Standing, deadlines_ms: (Ms, Ms)) {
        let Some(entry) = self.store.entry_mut(slot) else { return };
        let before = (!entry.record.is_empty()).then_some(entry.standing);
        entry.standing = standing;
        entry.decoded = None;
        (entry.deadline_ms, entry.deadline_without_cart_ms) = deadlines_ms;
        self.population.moved(before, Some(standing));
        self.tally.stood(before, Some(standing));
        self.store.set_record(slot, record);
        self.schedule(slot, deadlines_ms.0);
    }

    /// The one place where a prospect is forgotten.
    pub(super) fn remove_at(&mut self, slot: u32) {
        let Some(entry) = self.store.entry(slot) else { return };
        let before = (!entry.record.is_empty()).then_some(entry.standing);
        self.population.moved(before, None);
        self.tally.stood(before, None);
        self.store.remove(slot);
    }

    /// Makes sure that the queue comes back to a slot not later than at `deadline_ms`.
    pub(super) fn schedule(&mut self, slot: u32, deadline_ms: Ms) {
        if let Some(entry) = self.store.entry_mut(slot)
            && deadline_ms < entry.queued_ms
        {
            entry.queued_ms = deadline_ms;
            self.timers.push(deadline_ms, slot);
        }
    }

    /// The decoded copy of a prospect in the open batch.
    pub(super) fn stage(&mut self, slot: u32, effects: &mut BatchEffects) -> Option<usize> {
        let entry = self.store.entry_mut(slot)?;
        if entry.staged != Entry::NOT_STAGED {
            return Some(entry.staged as usize);
        }
        let is_new = entry.record.is_empty();
        let decoded = entry.decoded.take();
        let is_cold = decoded.is_none() && !is_new;
        let mut prospect = decoded.unwrap_or_default();
        if is_cold && let Err(error) = self.codec.decode_into(&entry.record, &mut prospect) {
            effects.unreadable = Some(error);
            return None;
        }
        // Of the time when identity was on: the id is nobody's now.
        let is_of_others = is_cold && self.linking.is_none() && prospect.forward().is_some();
        if is_of_others {
            *prospect = Prospect::default();
        }
        let is_new = is_new || is_of_others;
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

    pub(super) fn key_of(&self, slot: u32) -> &str {
        self.store.entry(slot).map_or("", |e| &e.key)
    }

    /// The real earliest deadline of a slot: of its staged copy, else of its committed record.
    pub(super) fn deadline_of(&self, slot: u32, hold: bool) -> Ms {
        let Some(entry) = self.store.entry(slot) else { return NEVER };
        if entry.staged != Entry::NOT_STAGED {
            let (all_ms, held_ms) = self.staged[entry.staged as usize].deadlines_ms;
            return if hold { held_ms } else { all_ms };
        }
        if hold { entry.deadline_without_cart_ms } else { entry.deadline_ms }
    }
}

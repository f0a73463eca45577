//! The committed records of a task, as bytes: a slab and an index by key.
//!
//! Records stay encoded: that is what the changelog holds, what memory is counted in, and what a batch that fails goes back
//! to. A slab with an index of 4-byte slots has no long stall when it grows and no large empty buckets.

use super::ahead::fetch;
use crate::domain::prospect::Prospect;
use crate::domain::{Ms, Text};
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// No deadline.
pub const NEVER: Ms = Ms::MAX;

/// Room of a record comes in steps: most records stay in their place when they change.
const RECORD_STEP_BYTES: usize = 64;

/// One prospect's place. It exists from the first touch; `record` is empty until a batch with it is committed.
#[derive(Debug)]
pub struct Entry {
    /// In place, as long as it is short.
    pub key: Text,
    pub record: Vec<u8>,
    /// The committed record, decoded: only of the prospects touched lately.
    pub warm: Option<Box<Prospect>>,
    /// It stands in the queue of those that go cold next.
    pub goes_cold: bool,
    /// It was touched since it came into that queue.
    pub touched: bool,
    /// Earliest deadline of the committed record, and without cart steps.
    pub deadline_ms: Ms,
    pub deadline_without_cart_ms: Ms,
    /// Deadline of the valid entry in the timer queue; an entry with another deadline is stale.
    pub queued_ms: Ms,
    /// Index among the staged prospects of the open batch, or [`Entry::NOT_STAGED`].
    pub staged: u32,
    /// Where the prospect stands, for counting: see [`super::population`].
    pub standing: super::population::Standing,
}

impl Entry {
    pub const NOT_STAGED: u32 = u32::MAX;
}

/// Slab and index.
#[derive(Debug, Default)]
pub struct Store {
    entries: Vec<Option<Entry>>,
    free: Vec<u32>,
    index: HashTable<u32>,
    hasher: FixedState,
    record_bytes: usize,
    records: usize,
}

impl Store {
    /// The slot of a key.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<u32> {
        let hash = self.hasher.hash_one(key);
        self.index.find(hash, |slot| self.entries[*slot as usize].as_ref().is_some_and(|e| *e.key == *key)).copied()
    }

    /// Who a key seems to belong to: whoever has the same tag in the index, without a look at the entry. Nearly always it is the
    /// key's own.
    #[must_use]
    pub fn guess(&self, key: &str) -> Option<u32> {
        self.index.find(self.hasher.hash_one(key), |_| true).copied()
    }

    /// Has a slot's entry fetched from memory.
    pub fn fetch_entry(&self, slot: u32) {
        if let Some(entry) = self.entries.get(slot as usize) {
            fetch(entry);
        }
    }

    /// The slot of a key, made when it is new.
    pub fn find_or_insert(&mut self, key: &str) -> u32 {
        if let Some(slot) = self.find(key) {
            return slot;
        }
        let entry = Entry {
            key: key.into(),
            record: Vec::new(),
            warm: None,
            goes_cold: false,
            touched: false,
            deadline_ms: NEVER,
            deadline_without_cart_ms: NEVER,
            queued_ms: NEVER,
            staged: Entry::NOT_STAGED,
            standing: super::population::Standing::default(),
        };
        let slot = if let Some(slot) = self.free.pop() {
            self.entries[slot as usize] = Some(entry);
            slot
        } else {
            self.entries.push(Some(entry));
            // A task never holds 2^32 prospects: memory ends long before.
            u32::try_from(self.entries.len() - 1).unwrap_or(u32::MAX)
        };
        let hasher = &self.hasher;
        let entries = &self.entries;
        let hash_of = |slot: &u32| entries[*slot as usize].as_ref().map_or(0, |e| hasher.hash_one(&*e.key));
        self.index.insert_unique(hasher.hash_one(key), slot, hash_of);
        slot
    }

    /// The entry of a slot that is in use.
    #[must_use]
    pub fn entry(&self, slot: u32) -> Option<&Entry> {
        self.entries.get(slot as usize)?.as_ref()
    }

    /// The entry of a slot that is in use.
    pub fn entry_mut(&mut self, slot: u32) -> Option<&mut Entry> {
        self.entries.get_mut(slot as usize)?.as_mut()
    }

    /// Replaces a committed record, in its place when it fits there.
    pub fn set_record(&mut self, slot: u32, record: &[u8]) {
        let Some(entry) = self.entries.get_mut(slot as usize).and_then(Option::as_mut) else { return };
        self.records += usize::from(entry.record.is_empty());
        self.record_bytes = self.record_bytes - entry.record.len() + record.len();
        let room = entry.record.capacity();
        if record.len() > room || record.len() < room / 2 {
            entry.record = Vec::with_capacity(record.len().next_multiple_of(RECORD_STEP_BYTES));
        }
        entry.record.clear();
        entry.record.extend_from_slice(record);
    }

    /// Forgets a slot.
    pub fn remove(&mut self, slot: u32) {
        let Some(entry) = self.entries.get_mut(slot as usize).and_then(Option::take) else { return };
        let hash = self.hasher.hash_one(&*entry.key);
        if let Ok(found) = self.index.find_entry(hash, |s| *s == slot) {
            found.remove();
        }
        self.records -= usize::from(!entry.record.is_empty());
        self.record_bytes -= entry.record.len();
        self.free.push(slot);
    }

    /// Committed records.
    #[must_use]
    pub fn records(&self) -> usize {
        self.records
    }

    /// Bytes of the committed records, without keys and places.
    #[must_use]
    pub fn record_bytes(&self) -> usize {
        self.record_bytes
    }

    /// All entries in use.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().flatten()
    }
}

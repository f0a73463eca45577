//! The committed records of a task, as bytes: a slab and an index by key.
//!
//! Records stay encoded: that is what the changelog holds, what memory is counted in, and what a batch that fails goes back
//! to. A slab with an index of 4-byte slots has no long stall when it grows and no large empty buckets.

use super::hashing::HashSeed;
use super::prefetch::fetch;
use crate::domain::state::prospect::Prospect;
use crate::domain::{Ms, Text};
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
    pub decoded: Option<Box<Prospect>>,
    /// It stands in the queue of those that go cold next.
    pub in_eviction_queue: bool,
    /// It was touched since it came into that queue.
    pub referenced: bool,
    /// Earliest deadline of the committed record, and without cart steps.
    pub deadline_ms: Ms,
    pub deadline_without_cart_ms: Ms,
    /// Deadline of the valid entry in the timer queue; an entry with another deadline is stale.
    pub queued_ms: Ms,
    /// Index among the staged prospects of the open batch, or [`Entry::NOT_STAGED`].
    pub staged: u32,
    /// Where the prospect stands, for counting: see [`super::figures::population`].
    pub standing: super::figures::population::Standing,
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
    hasher: HashSeed,
    record_bytes: usize,
    records: usize,
}

impl Store {
    /// An empty store whose index hashes with this seed.
    #[must_use]
    pub fn new(hasher: HashSeed) -> Self {
        Self { hasher, ..Self::default() }
    }

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
            decoded: None,
            in_eviction_queue: false,
            referenced: false,
            deadline_ms: NEVER,
            deadline_without_cart_ms: NEVER,
            queued_ms: NEVER,
            staged: Entry::NOT_STAGED,
            standing: super::figures::population::Standing::default(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use foldhash::SharedSeed;

    /// A number whose seed is text at the place where the hash multiplies the last eight bytes of a key: keys that end in it all
    /// have the same hash, whatever they begin with.
    fn weak_seed() -> (u64, String) {
        let at_place = |n: u64| {
            let text = format!("{:?}", SharedSeed::from_u64(n));
            let second = text.split(['[', ',', ']']).nth(2)?.trim().parse::<u64>().ok()?;
            String::from_utf8(second.to_le_bytes().to_vec()).ok()
        };
        (0..).find_map(|n| at_place(n).map(|text| (n, text))).expect("one in some thousands")
    }

    fn comparisons(store: &Store, key: &str) -> usize {
        let mut count = 0;
        let is_it = |slot: &u32| {
            count += 1;
            store.entries[*slot as usize].as_ref().is_some_and(|e| *e.key == *key)
        };
        assert!(store.index.find(store.hasher.hash_one(key), is_it).is_some(), "{key}");
        count
    }

    fn total(seed: HashSeed, keys: &[String]) -> usize {
        let mut store = Store::new(seed);
        for key in keys {
            store.find_or_insert(key);
        }
        keys.iter().map(|key| comparisons(&store, key)).sum()
    }

    #[test]
    fn keys_crafted_for_a_seed_cost_no_more_than_others_under_the_seed_of_a_process() {
        let (known, suffix) = weak_seed();
        let crafted: Vec<String> = (0..1_500).map(|n| format!("{n:08}{suffix}")).collect();
        let ordinary: Vec<String> = (0..1_500).map(|n| format!("visitor-{n:08}")).collect();
        assert!(total(HashSeed::new(1, known), &crafted) > 1_500 * 700, "they collide where the seed is known");
        for drawn in [2, 3, 4] {
            let (worst, usual) =
                (total(HashSeed::new(7 * drawn, known + drawn), &crafted), total(HashSeed::new(drawn, drawn), &ordinary));
            assert!(worst <= 2 * usual, "{worst} comparisons of crafted keys, {usual} of ordinary ones");
        }
    }
}

//! How a log loses records: an unclean election, retention, compaction, a damaged file.

use super::history::{Gone, History};
use super::log::{Body, Fate, Log};
use super::producers::Producers;
use crate::api::{ProducerId, Us};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

impl Log {
    /// A leader is elected that has records up to here only. New ones get the same offsets again, with a higher epoch; a transaction
    /// whose marker is lost is open again, and nobody will end it.
    pub(super) fn truncate(&mut self, now: Us, to: i64, history: &mut History) {
        let to = to.clamp(self.start, self.end);
        let epoch = self.epoch() + 1;
        self.entries.truncate(self.index(to));
        self.end = to;
        self.epochs.retain(|&(_, began)| began < to);
        self.epochs.push((epoch, to));
        self.told = self.told.min(to);
        history.lose(now, self.at, Gone::Truncated, |offset| offset >= to);
        self.recount_producers();
    }

    /// What the remaining records say about their producers.
    fn recount_producers(&mut self) {
        let mut producers = Producers::default();
        for batch in self.entries.chunk_by(|one, next| one.batch == next.batch) {
            let first = &batch[0];
            let Some(producer) = first.producer else { continue };
            match first.body {
                Body::Data(_) => {
                    producers.wrote(producer, first.first_sequence, batch.len(), first.offset, first.is_transactional);
                }
                Body::Marker { .. } => {
                    producers.ended(producer);
                }
            }
        }
        for (since, ProducerId { id, .. }) in producers.open() {
            let from = self.index(since);
            for entry in &mut self.entries[from..] {
                let is_its = entry.is_transactional && entry.producer.is_some_and(|producer| producer.id == id);
                if is_its && matches!(entry.body, Body::Data(_)) {
                    entry.fate = Fate::Open;
                }
            }
        }
        self.first_open = producers.first_open();
        self.producers = producers;
    }

    /// What is below this offset is deleted.
    pub(super) fn retain_from(&mut self, now: Us, start: i64, history: &mut History) {
        let start = start.clamp(self.start, self.end);
        self.entries.drain(..self.index(start));
        self.start = start;
        history.lose(now, self.at, Gone::Retention, |offset| offset < start);
    }

    /// Keeps the last record of every key among those below this offset that are committed; without tombstones on request.
    /// Aborted records go too; markers stay, and so do producers' sequence numbers.
    pub(super) fn compact(&mut self, now: Us, below: i64, keep_tombstones: bool, history: &mut History) {
        let below = below.min(self.stable());
        // The cleaner gives up a partition in which it can't read everything.
        if self.entries.iter().any(|entry| entry.is_damaged && entry.offset < below) {
            return;
        }
        let mut last: BTreeMap<Rc<[u8]>, i64> = BTreeMap::new();
        for entry in &self.entries {
            if let (true, Fate::Kept(_), Body::Data(record)) = (entry.offset < below, entry.fate, &entry.body) {
                let key = record.key.clone().unwrap_or_else(|| Rc::from([]));
                last.insert(key, entry.offset);
            }
        }
        let last: BTreeSet<i64> = last.into_values().collect();
        let mut gone = BTreeSet::new();
        self.entries.retain(|entry| {
            let Body::Data(record) = &entry.body else { return true };
            let is_last = last.contains(&entry.offset) && (keep_tombstones || record.value.is_some());
            let stays = entry.offset >= below || is_last;
            if !stays {
                gone.insert(entry.offset);
            }
            stays
        });
        history.lose(now, self.at, Gone::Compacted, |offset| gone.contains(&offset));
    }

    /// Makes the batch that holds this offset unreadable, or readable again; where it is not written yet, the next one.
    pub(super) fn damage(&mut self, offset: i64, is_damaged: bool) {
        if offset >= self.end {
            self.damages_next = is_damaged;
            return;
        }
        let Some(batch) = self.entries.get(self.index(offset)).map(|entry| entry.batch) else { return };
        for entry in self.entries.iter_mut().filter(|entry| entry.batch == batch) {
            entry.is_damaged = is_damaged;
        }
    }
}

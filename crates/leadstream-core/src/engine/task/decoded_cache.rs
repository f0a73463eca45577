//! Decoded copies of committed records: of whom was here a moment ago.

use super::state::Task;
use crate::domain::state::prospect::Prospect;
use crate::engine::codec::Codec;

/// Decoded copies that stay because they were touched again, before one goes all the same.
const SECOND_CHANCES: usize = 8;

impl<C: Codec> Task<C> {
    /// How many decoded copies it may keep from now on. What is too much goes little by little, as others come.
    pub fn keep_decoded(&mut self, at_most: usize) {
        self.max_decoded = at_most;
    }

    /// Keeps the decoded copy of a committed record: who was here a moment ago mostly comes again.
    pub(super) fn keep_warm(&mut self, slot: u32, prospect: Box<Prospect>) {
        let Some(entry) = self.store.entry_mut(slot).filter(|e| !e.record.is_empty()) else { return };
        entry.decoded = Some(prospect);
        entry.referenced = entry.in_eviction_queue;
        if !std::mem::replace(&mut entry.in_eviction_queue, true) {
            self.decoded.push_back(slot);
        }
        // The oldest goes, unless it was touched again: then it goes to the end, though not for all of them in one go.
        for last_try in (0..SECOND_CHANCES).rev().map(|left| left == 0) {
            if self.decoded.len() <= self.max_decoded {
                return;
            }
            let Some(oldest) = self.decoded.pop_front() else { return };
            let Some(entry) = self.store.entry_mut(oldest) else { continue };
            if std::mem::take(&mut entry.referenced) && !last_try {
                self.decoded.push_back(oldest);
                continue;
            }
            entry.in_eviction_queue = false;
            entry.decoded = None;
        }
    }
}

//! Decoded copies of committed records: of whom was here a moment ago.

use super::state::Task;
use crate::domain::state::prospect::Prospect;
use crate::engine::codec::Codec;

/// Decoded copies that stay because they were touched again, before one goes all the same.
const SECOND_CHANCES: usize = 8;

impl<C: Codec> Task<C> {
    /// How many decoded copies it may keep from now on. What is too much goes little by little, as others come.
    pub fn keep_decoded(&mut self, at_most: usize) {
        self.max_warm = at_most;
    }

    /// Keeps the decoded copy of a committed record: who was here a moment ago mostly comes again.
    pub(super) fn keep_warm(&mut self, slot: u32, prospect: Box<Prospect>) {
        let Some(entry) = self.store.entry_mut(slot).filter(|e| !e.record.is_empty()) else { return };
        entry.warm = Some(prospect);
        entry.touched = entry.goes_cold;
        if !std::mem::replace(&mut entry.goes_cold, true) {
            self.warm.push_back(slot);
        }
        // The oldest goes, unless it was touched again: then it goes to the end, though not for all of them in one go.
        for last_try in (0..SECOND_CHANCES).rev().map(|left| left == 0) {
            if self.warm.len() <= self.max_warm {
                return;
            }
            let Some(oldest) = self.warm.pop_front() else { return };
            let Some(entry) = self.store.entry_mut(oldest) else { continue };
            if std::mem::take(&mut entry.touched) && !last_try {
                self.warm.push_back(oldest);
                continue;
            }
            entry.goes_cold = false;
            entry.warm = None;
        }
    }
}

//! A high-water mark of records: above it, new visitors of whom nothing is known are not taken in.
//!
//! It counts the prospects of this very task, the open batch included, so that the answer follows from what the task has read
//! and is the same live, after a restart and in a replay with as many partitions. Memory in use would protect as well, and
//! give another answer each time.

use super::state::{Staged, Task};
use crate::domain::event::Event;
use crate::domain::output::Note;
use crate::engine::codec::Codec;
use crate::engine::effects::BatchEffects;
use crate::engine::store::Entry;

impl<C: Codec> Task<C> {
    /// So many prospects at most, as far as new ones of whom nothing is known are concerned; `None`: no mark.
    pub fn limit_records(&mut self, most: Option<usize>) {
        self.room.most = most;
    }

    /// Prospects with a record, those of the open batch included. Accounts are none.
    pub fn prospects(&self) -> usize {
        let committed: u64 = self.population.carts.iter().sum();
        usize::try_from(committed).unwrap_or(usize::MAX).saturating_add_signed(self.room.change)
    }

    /// Refuses an event that would make one record too many, of somebody of whom nothing is known. True: it was.
    pub(super) fn refuse(&mut self, event: &Event<'_>, effects: &mut BatchEffects) -> bool {
        let Some(most) = self.room.most else { return false };
        if self.prospects() < most || event.identifies() || self.is_known(&event.prospect) {
            return false;
        }
        self.effects.notes.push(Note::NoRoom);
        effects.take(&event.prospect, Vec::new, &mut self.effects);
        true
    }

    pub(super) fn is_known(&self, key: &str) -> bool {
        let Some(entry) = self.store.find(key).and_then(|slot| self.store.entry(slot)) else { return false };
        match self.staged.get(entry.staged as usize).filter(|_| entry.staged != Entry::NOT_STAGED) {
            Some(Staged { is_new, prospect, .. }) => !is_new && !prospect.is_only_erasure(),
            None => !entry.record.is_empty() && !entry.standing.erased,
        }
    }
}

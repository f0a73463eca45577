//! What a task is about to need, asked for a few events before: the index, the entry, the record and its parts, each when the one
//! before it has come.

use super::state::{Staged, Task};
use crate::engine::codec::Codec;
use crate::engine::prefetch::{fetch, fetch_all, fetch_parts};

/// How near a prospect's event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrefetchStage {
    Entry,
    Record,
    Parts,
}

/// How many events before its own a prospect is announced, and as how near.
pub const AHEAD: [(usize, PrefetchStage); 3] = [(9, PrefetchStage::Entry), (6, PrefetchStage::Record), (3, PrefetchStage::Parts)];

/// The same of staged prospects at a commit.
const ENCODED_AHEAD: usize = 3;
const ENCODED_PARTS_AHEAD: usize = 1;
const CONFIRMED_AHEAD: usize = 6;

impl<C: Codec> Task<C> {
    /// An event of this prospect is soon applied.
    pub fn announce(&self, prospect: &str, ahead: PrefetchStage) {
        let Some(slot) = self.store.guess(prospect) else { return };
        if ahead == PrefetchStage::Entry {
            return self.store.fetch_entry(slot);
        }
        let Some(entry) = self.store.entry(slot) else { return };
        let staged = self.staged.get(entry.staged as usize).map(|staged| &staged.prospect);
        match (staged.or(entry.decoded.as_ref()), ahead) {
            (Some(prospect), PrefetchStage::Record) => fetch(&**prospect),
            (Some(prospect), _) => fetch_parts(prospect),
            (None, PrefetchStage::Record) => fetch_all(&entry.record),
            (None, _) => {}
        }
    }

    /// The staged prospect at `n` is about to be encoded.
    pub(super) fn announce_staged(&self, n: usize) {
        if let Some(soon) = self.staged.get(n + ENCODED_AHEAD) {
            fetch(&*soon.prospect);
            self.store.fetch_entry(soon.slot);
        }
        if let Some(next) = self.staged.get(n + ENCODED_PARTS_AHEAD) {
            fetch_parts(&next.prospect);
        }
    }

    /// These staged prospects soon become the truth, and decoded copies go for them.
    pub(super) fn announce_confirmed(&self, left: &[Staged]) {
        if let Some(soon) = left.get(CONFIRMED_AHEAD) {
            self.store.fetch_entry(soon.slot);
        }
        if let Some(going) = self.decoded.get(CONFIRMED_AHEAD) {
            self.store.fetch_entry(*going);
        }
        if let Some(decoded) = self.decoded.get(CONFIRMED_AHEAD / 2).and_then(|slot| self.store.entry(*slot)?.decoded.as_ref()) {
            fetch(&**decoded);
        }
    }
}

//! How a batch ends: its changed records, encoded for the transaction; then they become the truth or are forgotten.

use super::state::{Committed, Task};
use crate::engine::codec::Codec;
use crate::engine::figures::Contribution;
use crate::engine::figures::population::Standing;
use crate::engine::store::Entry;
use crate::planted;

/// Room for the records of a batch that is always kept.
const SPARE_BYTES: usize = 64 * 1024;

/// Changed records that are handed on at a time.
const STAGED_AT_ONCE: usize = 64;

/// Key and record; `None`: the prospect is forgotten.
pub type StagedRecord<'a> = (&'a [u8], Option<&'a [u8]>);

impl<C: Codec> Task<C> {
    /// The records that the batch changed, encoded, in the order of first touch, some at a time; `None`: delete. Call once per
    /// batch, then [`Task::confirm`] or [`Task::discard`].
    pub fn staged(&mut self, mut each: impl FnMut(&[StagedRecord<'_>])) {
        for first in (0..self.staged.len()).step_by(STAGED_AT_ONCE) {
            let some = first..self.staged.len().min(first + STAGED_AT_ONCE);
            some.clone().for_each(|n| self.encode(n));
            let mut records: [StagedRecord<'_>; STAGED_AT_ONCE] = [Default::default(); STAGED_AT_ONCE];
            let mut count = 0;
            for staged in &self.staged[some] {
                let record = staged.encoded.as_ref().map(|committed| &self.encoded[committed.bytes.clone()]);
                if record.is_some() || staged.erased {
                    records[count] = (self.key_of(staged.slot).as_bytes(), record.filter(|_| !staged.erased));
                    count += 1;
                }
            }
            each(&records[..count]);
        }
    }

    /// Encodes a staged prospect, if its record changed.
    fn encode(&mut self, n: usize) {
        self.announce_staged(n);
        let Some(staged) = self.staged.get_mut(n).filter(|staged| !staged.erased) else { return };
        let Some(entry) = self.store.entry(staged.slot) else { return };
        let start = self.encoded.len();
        self.codec.encode(&staged.prospect, &mut self.encoded);
        if *entry.record == self.encoded[start..] {
            self.encoded.truncate(start);
            return;
        }
        let standing = Standing::of(&staged.prospect, &self.models);
        let bytes = start..self.encoded.len();
        staged.encoded = Some(Committed { bytes, standing, deadlines_ms: staged.deadlines_ms });
    }

    /// The batch is committed: the staged records become the truth.
    pub fn confirm(&mut self) {
        let (mut batch, mut encoded) = (std::mem::take(&mut self.staged), std::mem::take(&mut self.encoded));
        let mut left = batch.drain(..);
        while let Some(staged) = left.next() {
            self.announce_confirmed(left.as_slice());
            if let Some(entry) = self.store.entry_mut(staged.slot) {
                entry.staged = Entry::NOT_STAGED;
            }
            if staged.recount {
                let is = if staged.erased { None } else { Contribution::of(&staged.prospect) };
                self.tally.replace_contribution(self.contribution_at(staged.slot).as_ref(), is.as_ref());
            }
            if staged.erased {
                self.remove_at(staged.slot);
                continue;
            }
            if let Some(Committed { bytes, standing, deadlines_ms }) = staged.encoded {
                self.install_at(staged.slot, &encoded[bytes], standing, deadlines_ms);
            }
            self.keep_warm(staged.slot, staged.prospect);
        }
        drop(left);
        // Their room is for the next batch, unless that of a backlog is left.
        encoded.shrink_to(4 * encoded.len().max(SPARE_BYTES));
        encoded.clear();
        (self.staged, self.encoded) = (batch, encoded);
        self.room.settle();
        self.tally.confirm();
        self.routed.confirm();
        self.committed_time_ms = self.time_ms;
    }

    /// The batch is aborted: the staged records and the task's time since the last confirm are thrown away.
    pub fn discard(&mut self) {
        for staged in std::mem::take(&mut self.staged) {
            let Some(entry) = self.store.entry_mut(staged.slot) else { continue };
            entry.staged = Entry::NOT_STAGED;
            if entry.record.is_empty() {
                self.store.remove(staged.slot);
                continue;
            }
            // The batch may have moved the queue past the committed deadline.
            let deadline_ms = entry.deadline_ms;
            if !planted!(DiscardForgetsTimers) {
                self.schedule(staged.slot, deadline_ms);
            }
        }
        self.encoded.clear();
        self.room.settle();
        self.tally.discard();
        self.routed.discard();
        if !planted!(DiscardForgetsTime) {
            self.time_ms = self.committed_time_ms;
        }
    }
}

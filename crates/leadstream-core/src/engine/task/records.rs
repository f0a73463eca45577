//! Committed records of a task: taken in at a restore, asked for, counted.

use super::state::Task;
use crate::domain::Ms;
use crate::domain::rules::forget::earliest_deadlines_ms;
use crate::domain::state::prospect::Prospect;
use crate::engine::codec::{Codec, CodecError};
use crate::engine::effects::TaskSize;
use crate::engine::figures::population::{Population, Standing};
use crate::engine::figures::{Contribution, Figures};
use crate::planted;

impl<C: Codec> Task<C> {
    /// Installs one committed record (`None`: deleted). Restore calls it for every record of the changelog, and
    /// [`Task::confirm`] goes through the same function below for every record of a committed batch: recovery is not a second
    /// code path.
    ///
    /// # Errors
    /// The record can't be read.
    pub fn install(&mut self, key: &str, record: Option<&[u8]>) -> Result<(), CodecError> {
        let found = self.store.find(key);
        let was = found.and_then(|slot| self.contribution_at(slot));
        let Some(bytes) = record else {
            if let Some(slot) = found.filter(|_| !planted!(TombstoneIgnored)) {
                self.remove_at(slot);
            }
            self.tally.replace_contribution(was.as_ref(), None);
            return Ok(());
        };
        let prospect = self.codec.decode(bytes)?;
        if prospect.forward().is_some() && planted!(ForwardNotRestored) {
            return Ok(());
        }
        self.tally.replace_contribution(was.as_ref(), Contribution::of(&prospect).as_ref());
        let slot = self.store.find_or_insert(key);
        let standing = Standing::of(&prospect, &self.models);
        let deadlines_ms = earliest_deadlines_ms(&prospect, &self.models);
        self.install_at(slot, bytes, standing, deadlines_ms);
        if planted!(TimerLostOnRestore) {
            self.timers = crate::engine::timers::Timers::default();
        }
        Ok(())
    }

    /// What was counted of a committed record that is about to be replaced.
    pub(super) fn contribution_at(&self, slot: u32) -> Option<Contribution> {
        let entry = self.store.entry(slot).filter(|entry| entry.standing.known)?;
        Contribution::of(&self.codec.decode(&entry.record).ok()?)
    }

    /// Sets the time that the task record gives after a restore, or brings it back to the wall clock where it lies ahead of
    /// that: a clock that ran ahead had moved it. Says by how much.
    pub fn restore_time(&mut self, time_ms: Ms, wall_ms: Ms) -> Ms {
        let restored_ms = self.time_ms.max(if planted!(TimeNotRestored) { Ms::MIN } else { time_ms });
        self.time_ms = restored_ms.min(wall_ms);
        self.committed_time_ms = self.time_ms;
        restored_ms.saturating_sub(self.time_ms)
    }

    /// The committed record of one prospect, for questions. Of who was erased nothing is known. The record may
    /// say that the id points to others.
    ///
    /// # Errors
    /// The record can't be read.
    pub fn prospect(&self, key: &str) -> Result<Option<Prospect>, CodecError> {
        let entry = self.store.find(key).and_then(|slot| self.store.entry(slot)).filter(|e| !e.record.is_empty());
        Ok(entry.map(|e| self.codec.decode(&e.record)).transpose()?.filter(|prospect| !prospect.is_only_erasure()))
    }

    /// Keys and committed records, in no particular order.
    pub fn records(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.store.iter().filter(|e| !e.record.is_empty()).map(|e| (&*e.key, &*e.record))
    }

    /// How large the task is.
    pub fn size(&self) -> TaskSize {
        TaskSize {
            records: self.store.records()
                - usize::try_from(self.population.erased + self.population.forwards).unwrap_or_default(),
            prospects: self.prospects(),
            most_prospects: self.room.most,
            record_bytes: self.store.record_bytes(),
            decoded: self.decoded.len(),
            timers: self.timers.len(),
            held: self.held.len(),
        }
    }

    /// What was counted so far, and who stands where.
    pub fn figures(&self) -> Figures {
        let mut figures = self.tally.figures().clone();
        figures.add_population(&self.population, &self.models);
        figures
    }

    /// How many prospects stand where, in the model in charge.
    pub fn population(&self) -> &Population {
        &self.population
    }
}

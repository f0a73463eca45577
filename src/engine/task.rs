//! The task of one partition: prospects, staged changes, timers and the task's time.

use super::codec::{Codec, CodecError};
use crate::domain::Ms;
use crate::domain::effect::{Note, Output};
use crate::domain::event::Event;
use crate::domain::model::Models;
use std::sync::Arc;

/// What a batch gave, in order. Cleared and reused by the caller.
#[derive(Debug, Default)]
pub struct BatchEffects {
    pub outputs: Vec<ProspectOutput>,
    /// How often each note came up.
    pub notes: Vec<(Note, u64)>,
}

/// An output and whose it is.
#[derive(Debug, Clone, PartialEq)]
pub struct ProspectOutput {
    pub prospect: Arc<str>,
    pub output: Output,
}

/// How the task stands to the world's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Files, or `catch_up = "replay"`: everything fires in event time.
    Virtual,
    /// `catch_up = "hold"` and the inputs are not caught up: cart steps wait.
    Behind,
    /// Caught up: task time is the wall clock; lateness is measured by it.
    Live { wall_ms: Ms },
}

/// One partition in memory.
pub struct Task<C: Codec> {
    codec: C,
    models: Arc<Models>,
    time_ms: Ms,
}

impl<C: Codec> Task<C> {
    pub fn new(models: Arc<Models>, codec: C) -> Self {
        Self { codec, models, time_ms: Ms::MIN }
    }

    /// Installs one committed record (`None`: deleted). Restore calls it for every record of the changelog, and
    /// [`Task::confirm`] goes through it for every record of a committed batch: recovery is not a second code path.
    ///
    /// # Errors
    /// The record can't be read.
    pub fn install(&mut self, key: &str, record: Option<&[u8]>) -> Result<(), CodecError> {
        let _ = (key, record, &self.codec, &self.models);
        Ok(())
    }

    /// The task's time: never falls.
    pub fn time_ms(&self) -> Ms {
        self.time_ms
    }

    /// Sets the time that the task record gives after a restore.
    pub fn restore_time(&mut self, time_ms: Ms) {
        self.time_ms = self.time_ms.max(time_ms);
    }

    /// Fires every timer strictly earlier than min(event time, record time), then applies the event.
    pub fn apply(&mut self, event: &Event<'_>, mode: Mode, effects: &mut BatchEffects) {
        let _ = (event, mode, effects);
    }

    /// Fires every timer up to and including `until_ms`; the task's time becomes at least that.
    pub fn advance(&mut self, until_ms: Ms, mode: Mode, effects: &mut BatchEffects) {
        let _ = (until_ms, mode, effects);
    }

    /// The earliest deadline, to sleep until. May be earlier than the truth, never later.
    pub fn next_deadline_ms(&self, mode: Mode) -> Option<Ms> {
        let _ = mode;
        None
    }

    /// The records that the batch changed, encoded, in the order of first touch; `None`: delete. Call once per batch,
    /// then [`Task::confirm`] or [`Task::discard`].
    pub fn staged(&mut self, each: impl FnMut(&str, Option<&[u8]>)) {
        let _ = each;
    }

    /// The batch is committed: the staged records become the truth.
    pub fn confirm(&mut self) {}

    /// The batch is aborted: the staged records and the task's time since the last confirm are thrown away.
    pub fn discard(&mut self) {}
}

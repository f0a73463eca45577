//! What a batch gave, and how a task stands to the world's time.

use super::codec::CodecError;
use crate::domain::Ms;
use crate::domain::identity::message::Message;
use crate::domain::member_update::MemberUpdate;
use crate::domain::output::{Body, Effects, Note, Output};
use std::sync::Arc;

/// What a batch gave, in order. Cleared and reused by the caller.
#[derive(Debug, Default)]
pub struct BatchEffects {
    pub outputs: Vec<ProspectOutput>,
    /// Which of them is the event that was applied last, sent on: its bytes are to be filled in.
    pub forwarded: Option<usize>,
    /// How often each note came up.
    pub notes: Vec<(Note, u64)>,
    /// Cart steps that came due while the task was behind, and wait.
    pub held: u64,
    /// Timers that fired.
    pub fired: u64,
    /// Records that could not be decoded; always a fault of the machine or of a newer build.
    pub unreadable: Option<CodecError>,
}

impl BatchEffects {
    /// Empties it for the next batch.
    pub fn clear(&mut self) {
        self.outputs.clear();
        self.forwarded = None;
        self.notes.clear();
        self.held = 0;
        self.fired = 0;
        self.unreadable = None;
    }

    pub(super) fn take(&mut self, prospect: &str, effects: &mut Effects) {
        if !effects.merged.is_empty() {
            self.take_merged(prospect, effects);
        }
        if !effects.outputs.is_empty() {
            let prospect: Arc<str> = prospect.into();
            let outputs = effects.outputs.drain(..).map(|output| ProspectOutput { prospect: Arc::clone(&prospect), output });
            self.outputs.extend(outputs);
        }
        self.take_notes(effects);
    }

    /// Who became part of the prospect, and what was said of them by their old name.
    fn take_merged(&mut self, prospect: &str, effects: &mut Effects) {
        let old: Arc<str> = effects.merged.last().map_or(prospect, |merged| &merged.from).into();
        let of_old = effects.outputs_of_merged.drain(..).map(|output| ProspectOutput { prospect: Arc::clone(&old), output });
        self.outputs.extend(of_old);
        let prospect: Arc<str> = prospect.into();
        let merged =
            effects.merged.drain(..).map(|merged| ProspectOutput { prospect: Arc::clone(&prospect), output: merged.into() });
        self.outputs.extend(merged);
    }

    /// What an account gave: its own, and what goes to its members or leaves of their leads.
    pub(super) fn take_of_account(&mut self, told: &MemberUpdate, effects: &mut Effects) {
        self.outputs.extend(effects.outputs.drain(..).map(|output| {
            let whose = match &output.body {
                Body::HandOver(_) => &told.member,
                Body::Member(update) => &update.member,
                _ => &told.account,
            };
            ProspectOutput { prospect: whose.as_str().into(), output }
        }));
        self.take_notes(effects);
    }

    /// The event that was applied last is sent on: the message gets its bytes.
    #[inline]
    pub fn fill_forwarded(&mut self, fill: impl FnOnce(&mut Message)) {
        let Some(at) = self.forwarded.take() else { return };
        if let Some(Body::Told(message)) = self.outputs.get_mut(at).map(|output| &mut output.output.body) {
            fill(message);
        }
    }

    fn take_notes(&mut self, effects: &mut Effects) {
        effects.notes.drain(..).for_each(|note| self.note(note));
    }

    pub(super) fn note(&mut self, note: Note) {
        match self.notes.iter_mut().find(|(n, _)| *n == note) {
            Some((_, count)) => *count += 1,
            None => self.notes.push((note, 1)),
        }
    }
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

/// Figures of a task's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TaskSize {
    pub records: usize,
    /// Those of prospects, and at most how many, as far as new ones of whom nothing is known are concerned; `None`: no mark.
    pub prospects: usize,
    pub most_prospects: Option<usize>,
    /// Bytes of encoded records.
    pub record_bytes: usize,
    /// Decoded copies that are kept.
    pub decoded: usize,
    /// Queued deadlines, stale ones included.
    pub timers: usize,
    /// Prospects with a cart step that waits for the task to catch up.
    pub held: usize,
}

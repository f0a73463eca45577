//! What a batch gave, and how a task stands to the world's time.

use super::codec::CodecError;
use crate::domain::identity::message::Message;
use crate::domain::member_update::{MemberUpdateRecord, News};
use crate::domain::output::{Body, Effects, Note, Output};
use crate::domain::{Ms, Text};
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

    /// `ids`: the prospect's other ids, where outputs say them.
    pub(super) fn take(&mut self, prospect: &str, ids: impl FnOnce() -> Vec<Text>, effects: &mut Effects) {
        if !effects.merged.is_empty() || !effects.outputs.is_empty() {
            // Of most nothing is said, and nothing is kept for it then.
            let ids: Arc<[Text]> = Some(ids()).filter(|ids| !ids.is_empty()).map(Into::into).unwrap_or_default();
            self.take_merged(prospect, &ids, effects);
            let prospect: Arc<str> = prospect.into();
            let outputs = effects.outputs.drain(..).map(|output| ProspectOutput::of(&prospect, &ids, output));
            self.outputs.extend(outputs);
        }
        self.take_notes(effects);
    }

    /// Who became part of the prospect, and what was said of them by their old name.
    fn take_merged(&mut self, prospect: &str, ids: &Arc<[Text]>, effects: &mut Effects) {
        if effects.merged.is_empty() {
            return;
        }
        let old: Arc<str> = effects.merged.last().map_or(prospect, |merged| &merged.from).into();
        if !effects.outputs_of_merged.is_empty() {
            // It is one of the person's names now, and the person's own is another one of its ids.
            let others = ids.iter().filter(|id| **id != *old).cloned();
            let own = (!ids.is_empty()).then(|| Text::from(prospect));
            let of_old: Arc<[Text]> = own.into_iter().chain(others).collect();
            let outputs = effects.outputs_of_merged.drain(..).map(|output| ProspectOutput::of(&old, &of_old, output));
            self.outputs.extend(outputs);
        }
        let prospect: Arc<str> = prospect.into();
        let merged = effects.merged.drain(..).map(|merged| ProspectOutput::of(&prospect, ids, merged.into()));
        self.outputs.extend(merged);
    }

    /// What an account gave: its own, and what goes to its members or leaves of their leads.
    pub(super) fn take_of_account(&mut self, told: &MemberUpdateRecord, effects: &mut Effects) {
        let MemberUpdateRecord { update: told, ids, .. } = told;
        let none: Arc<[Text]> = Arc::default();
        self.outputs.extend(effects.outputs.drain(..).map(|output| {
            let (whose, ids) = match &output.body {
                Body::HandOver(_) => (&told.member, ids),
                Body::Member(update) => (&update.member, &none),
                _ => (&told.account, &none),
            };
            ProspectOutput::of(&whose.as_str().into(), ids, output)
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
    /// The prospect's other ids, the strongest first, where outputs say them.
    pub ids: Arc<[Text]>,
    pub output: Output,
}

impl ProspectOutput {
    /// [`Output::member_update`], with the member's other ids.
    #[must_use]
    pub fn member_update(&self) -> Option<MemberUpdateRecord> {
        Some(MemberUpdateRecord { ids: Arc::clone(&self.ids), ..self.output.member_update()? })
    }

    /// What a member tells its account says ids only where an output about the member follows from it.
    fn of(prospect: &Arc<str>, ids: &Arc<[Text]>, output: Output) -> Self {
        let is_inner = matches!(&output.body, Body::Member(update) if !matches!(update.news, News::Lead(_)));
        let ids = if is_inner { Arc::default() } else { Arc::clone(ids) };
        Self { prospect: Arc::clone(prospect), ids, output }
    }
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

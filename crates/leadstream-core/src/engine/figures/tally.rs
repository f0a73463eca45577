//! The figures of one task: what the open batch adds waits beside them until the batch is committed.

use super::key::{Key, OTHER, Origin, Touch};
use super::packed::Packed;
use super::sums::{Figures, MAX_NAMES};
use crate::domain::model::Models;
use crate::domain::names::is_content;
use crate::domain::{Ms, Text};
use crate::engine::hashing::HashSeed;
use hashbrown::HashSet;

/// Where a touch reaches a prospect: model in charge, persona, stage of the journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TouchPlace {
    pub(super) primary: u8,
    pub(super) persona: u8,
    pub(super) stage: u8,
}

/// Figures, and what is to be added when the open batch is committed.
pub struct Tally {
    figures: Figures,
    pub(super) moves: Packed,
    pending: Vec<(Key, i64)>,
    /// Touches of the open batch; nearly every event has one, and few places are touched in a batch.
    referenced: Vec<(TouchPlace, Touch, i64)>,
    /// First and last time of the open batch.
    times: Option<(Ms, Ms)>,
    pub(super) keys: Vec<u64>,
    pub(super) has_personas: bool,
    /// Nothing that began before is counted: [`Ms::MIN`] for a task that began with no record.
    counts_from_ms: Option<Ms>,
    began_with_records: bool,
    /// By the number of an event's name: whether it is about content.
    pub(super) content: Vec<bool>,
    names: [HashSet<Text, HashSeed>; 5],
}

impl Tally {
    #[must_use]
    pub fn new(models: &Models, hashes: &HashSeed) -> Self {
        Self {
            figures: Figures::seeded(models, hashes),
            moves: Packed::default(),
            pending: Vec::new(),
            referenced: Vec::new(),
            times: None,
            keys: models.models.iter().map(|m| m.hash).collect(),
            has_personas: models.models.iter().any(|m| !m.people.personas.is_empty()),
            counts_from_ms: None,
            began_with_records: false,
            content: models.vocabulary.names().iter().map(|name| is_content(name)).collect(),
            names: std::array::from_fn(|_| HashSet::with_hasher(hashes.clone())),
        }
    }

    /// The committed figures, without who stands where.
    #[must_use]
    pub fn figures(&self) -> &Figures {
        &self.figures
    }

    /// A time that the open batch covers.
    pub(super) fn covers(&mut self, time_ms: Ms) {
        let (first, last) = self.times.unwrap_or((time_ms, time_ms));
        self.times = Some((first.min(time_ms), last.max(time_ms)));
        let from_ms = if self.began_with_records { time_ms } else { Ms::MIN };
        self.counts_from_ms.get_or_insert(from_ms);
    }

    /// A record is installed: whatever stood in it before the first event began outside of what is counted.
    pub(super) fn has_records(&mut self) {
        self.began_with_records |= self.counts_from_ms.is_none();
    }

    /// Whether what began then is counted from its beginning.
    pub(super) fn counted_from(&self, began_ms: Ms) -> bool {
        self.counts_from_ms.is_none_or(|from_ms| began_ms >= from_ms)
    }

    /// Whether what happened then may have been counted here. Not before anything was.
    pub(super) fn has_counted(&self, at_ms: Ms) -> bool {
        self.counts_from_ms.is_some_and(|from_ms| at_ms >= from_ms)
    }

    pub(super) fn note(&mut self, key: Key, count: i64) {
        self.pending.push((key, count));
    }

    pub(super) fn touch(&mut self, place: TouchPlace, by: Touch) {
        match self.referenced.iter_mut().find(|(p, b, _)| (*p, *b) == (place, by)) {
            Some((_, _, count)) => *count += 1,
            None => self.referenced.push((place, by, 1)),
        }
    }

    /// The batch is committed.
    pub fn confirm(&mut self) {
        self.moves.drain(&self.keys, |key, count| self.figures.add(key, count));
        for (key, count) in self.pending.drain(..) {
            self.figures.add(key, count);
        }
        for (TouchPlace { primary, persona, stage }, by, count) in self.referenced.drain(..) {
            if let Some(&model) = self.keys.get(usize::from(primary)) {
                self.figures.add(Key::Touched { model, persona, stage, by }, count);
            }
        }
        if let Some((first, last)) = self.times.take() {
            self.figures.covers(Some(first));
            self.figures.covers(Some(last));
        }
    }

    /// The batch is aborted: nothing of it is counted.
    pub fn discard(&mut self) {
        self.moves.clear();
        self.pending.clear();
        self.referenced.clear();
        self.times = None;
    }

    /// A name that is counted as itself, or the place of all that found no room.
    pub(super) fn name(&mut self, of: Origin, name: &str) -> Text {
        let known = &mut self.names[of as usize];
        if known.contains(name) {
            return name.into();
        }
        if known.len() >= MAX_NAMES {
            return Text::const_new(OTHER);
        }
        known.insert(name.into());
        name.into()
    }

    /// Standings are committed at once: they are those of committed records.
    pub(super) fn add(&mut self, key: Key, count: i64) {
        self.figures.add(key, count);
    }
}

//! The figures of one task: what the open batch adds waits beside them until the batch is committed.

use super::notice::Place;
use super::packed::Packed;
use super::{Figures, Key, MAX_NAMES, OTHER, Origin, Touch};
use crate::domain::model::Models;
use crate::domain::{Ms, Text};
use crate::engine::hashing::HashSeed;
use hashbrown::HashSet;

/// Figures, and what is to be added when the open batch is committed.
pub struct Tally {
    figures: Figures,
    pub(super) moves: Packed,
    pending: Vec<(Key, i64)>,
    /// Touches of the open batch; nearly every event has one, and few places are touched in a batch.
    touched: Vec<(Place, Touch, i64)>,
    /// First and last time of the open batch.
    times: Option<(Ms, Ms)>,
    pub(super) keys: Vec<u64>,
    pub(super) has_personas: bool,
    names: [HashSet<Text, HashSeed>; 5],
}

impl Tally {
    #[must_use]
    pub fn new(models: &Models, hashes: &HashSeed) -> Self {
        Self {
            figures: Figures::seeded(models, hashes),
            moves: Packed::default(),
            pending: Vec::new(),
            touched: Vec::new(),
            times: None,
            keys: models.models.iter().map(|m| m.hash).collect(),
            has_personas: models.models.iter().any(|m| !m.people.personas.is_empty()),
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
    }

    pub(super) fn note(&mut self, key: Key, count: i64) {
        self.pending.push((key, count));
    }

    pub(super) fn touch(&mut self, place: Place, by: Touch) {
        match self.touched.iter_mut().find(|(p, b, _)| (*p, *b) == (place, by)) {
            Some((_, _, count)) => *count += 1,
            None => self.touched.push((place, by, 1)),
        }
    }

    /// The batch is committed.
    pub fn confirm(&mut self) {
        self.moves.drain(&self.keys, |key, count| self.figures.add(key, count));
        for (key, count) in self.pending.drain(..) {
            self.figures.add(key, count);
        }
        for (Place { charge, persona, stage }, by, count) in self.touched.drain(..) {
            if let Some(&model) = self.keys.get(usize::from(charge)) {
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
        self.touched.clear();
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

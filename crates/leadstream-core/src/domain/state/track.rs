//! What one model knows of a prospect: stages, counts, points.

use crate::domain::ids::event_mark;
use crate::domain::state::few::InlineVec;
use crate::domain::terms::grade::Grade;
use crate::domain::terms::movement::Cause;
use crate::domain::terms::per_axis::PerAxis;
use crate::domain::{Ms, Text};
use std::num::NonZeroU16;

/// What one model knows of a prospect.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Track {
    /// The model's name: finds the track again when the model's content changes.
    pub model: Text,
    /// Content hash of the model that last wrote this track.
    pub model_hash: u64,
    /// Journey, funnel.
    pub positions: PerAxis<Option<StagePosition>>,
    /// What count rules ("3 times within 7d") remember.
    pub counts: InlineVec<RuleCount, 3>,
    pub groups: InlineVec<GroupPoints, 3>,
    /// How often capped score rules were used in their current period.
    pub uses: InlineVec<RuleUse, 2>,
    /// [`crate::domain::ids::name_hash`] of the current label's name; `None` below the lowest.
    pub label: Option<u32>,
    /// When the label last changed; `None` before the first time.
    pub label_since_ms: Option<Ms>,
    /// The instant at which label or grade change next with no event: fall by decay, or rise because negative points fade.
    pub label_falls_at_ms: Option<Ms>,
    /// [`crate::domain::ids::name_hash`] of the persona's name in this model.
    pub persona: Option<u32>,
    /// Points of the traits; part of the lead score.
    pub fit: f64,
    /// Only of a model with fit.
    pub grade: Option<Grade>,
    /// The model is bound to personas that this prospect isn't of: it neither moves nor scores.
    pub paused: bool,
    pub disqualified: Option<Box<Disqualified>>,
    /// The latest points, oldest first; older ones are in [`GroupPoints::carried_forward`].
    pub ledger: InlineVec<Entry, 6>,
}

impl Track {
    /// As of when label and grade are evaluated: never before the label last changed.
    #[must_use]
    pub fn evaluation_ms(&self, at_ms: Ms) -> Ms {
        self.label_since_ms.map_or(at_ms, |since_ms| at_ms.max(since_ms))
    }
}

/// Where a prospect stands on one axis.
#[derive(Debug, Clone, PartialEq)]
pub struct StagePosition {
    /// Stage name: survives a change of the model.
    pub stage: Text,
    pub entered_ms: Ms,
    /// When the stage goes stale, if it does.
    pub stale_at_ms: Option<Ms>,
    /// What brought it here.
    pub by: EnteredBy,
    /// Stages left, oldest first, as many as the model keeps.
    pub history: InlineVec<PastStage, 3>,
    /// The journeys before this one, and whether this one is closed; `None` while none was.
    pub journeys: Option<Box<Journeys>>,
    /// What the stages that are no longer in the history say of the opportunity; `None` while they say nothing that matters.
    pub opening: Option<Box<Opening>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastStage {
    /// Low 32 bits of the hash of the stage's name (see [`crate::domain::ids::name_hash`]).
    pub stage_hash: u32,
    pub entered_ms: Ms,
    pub by: EnteredBy,
}

/// What brought a prospect into a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnteredBy {
    pub cause: Cause,
    /// [`crate::domain::ids::event_mark`] of the event's name; `None` when time was the cause.
    pub event: Option<NonZeroU16>,
}

impl EnteredBy {
    /// An event brought it about, whatever the move is called.
    #[must_use]
    pub fn event(cause: Cause, name: &str) -> Self {
        Self::marked(cause, event_mark(name))
    }

    /// An event with this mark brought it about.
    #[must_use]
    pub fn marked(cause: Cause, mark: u16) -> Self {
        Self { cause, event: NonZeroU16::new(mark) }
    }

    /// Whether an event with this mark brought it about.
    #[must_use]
    pub fn is_by(self, mark: u16) -> bool {
        self.event == NonZeroU16::new(mark)
    }

    /// A deadline brought it about, not an event.
    #[must_use]
    pub fn time(cause: Cause) -> Self {
        Self { cause, event: None }
    }
}

impl Default for EnteredBy {
    fn default() -> Self {
        Self::time(Cause::Event)
    }
}

/// Memory of one count rule: when it matched, with the hash of the value that must be the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleCount {
    /// Hash of the rule's own text: an edited rule starts from zero.
    pub rule: u32,
    /// Oldest first; bounded by [`crate::domain::model::axis::MAX_COUNT_MEMORY`].
    pub hits: InlineVec<Hit, 2>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    pub time_ms: Ms,
    /// What one match is told from another by: hash of what the model's `same` and `distinct` name, or of a product.
    pub match_key: u32,
}

/// Decaying points of one score group: `points` at `as_of_ms`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupPoints {
    /// [`crate::domain::ids::name_hash`] of the group's name.
    pub group: u32,
    pub points: f64,
    pub as_of_ms: Ms,
    /// What of `points` comes from events that the ledger no longer lists.
    pub carried_forward: f64,
}

/// A capped rule's current period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleUse {
    pub rule: u32,
    pub since_ms: Ms,
    pub count: u32,
}

/// What somebody's way up to a stage says of the opportunity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Opening {
    /// When the newest opportunity was opened, if it is open or was won.
    pub since_ms: Option<Ms>,
    /// When it was won; also by somebody who was never open.
    pub won_ms: Option<Ms>,
}

/// The journeys of a prospect on one axis.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Journeys {
    /// When this one began; of the first, as far as is remembered.
    pub began_ms: Ms,
    /// When this one was closed.
    pub closed_ms: Option<Ms>,
    /// Those before it, oldest first, as many as the record keeps stages.
    pub past: Vec<PastJourney>,
    /// How many were before those.
    pub forgotten: u32,
}

impl Journeys {
    /// Which journey this one is, from 1.
    #[must_use]
    pub fn number(&self) -> u32 {
        u32::try_from(self.past.len()).unwrap_or(u32::MAX).saturating_add(self.forgotten).saturating_add(1)
    }

    /// Whether a journey that is remembered began at this time.
    #[must_use]
    pub fn began_at(&self, time_ms: Ms) -> bool {
        let is_next = !self.past.is_empty() || self.forgotten > 0;
        is_next && self.began_ms == time_ms
            || self.past.iter().skip(usize::from(self.forgotten == 0)).any(|j| j.began_ms == time_ms)
    }

    /// An order came to nothing: a journey that only it had closed goes on. `standing`: when the orders that stand were placed.
    pub fn reopen(&mut self, placed_ms: Ms, standing: impl Fn(Ms, Ms) -> Option<Ms>) {
        if self.closed_ms == Some(placed_ms) {
            self.closed_ms = standing(self.began_ms, Ms::MAX);
        }
        let Some(at) = self.past.iter().position(|journey| journey.closed_ms == placed_ms) else { return };
        let began_ms = self.past[at].began_ms;
        let next_ms = self.past.get(at + 1).map_or(self.began_ms, |next| next.began_ms);
        if let Some(closed_ms) = standing(began_ms, next_ms) {
            self.past[at].closed_ms = closed_ms;
            return;
        }
        match self.past.get_mut(at + 1) {
            Some(next) => next.began_ms = began_ms,
            None => self.began_ms = began_ms,
        }
        self.past.remove(at);
    }
}

/// A journey that was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PastJourney {
    pub began_ms: Ms,
    pub closed_ms: Ms,
}

/// Points that one event gave under one rule. Small: most records hold some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// [`crate::domain::model::score::ScoreRule::number`] and the event's place among the names of the rule, as
    /// [`crate::domain::rules::ledger::what`] packs them.
    pub what: u32,
    pub time_ms: Ms,
    /// What they were worth then, in hundredths, caps taken into account.
    pub hundredths: i32,
}

/// Entries that a track keeps one by one.
pub const MAX_ENTRIES: usize = 12;

/// The prospect is no lead any more, until it comes back.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Disqualified {
    pub since_ms: Ms,
    pub reason: Option<Text>,
    /// Where it stood: journey, funnel.
    pub stood: PerAxis<Option<StagePosition>>,
    /// When it comes back by itself, if it does.
    pub back_at_ms: Option<Ms>,
    /// [`crate::domain::ids::event_mark`] of the event that said so.
    pub event: u16,
}

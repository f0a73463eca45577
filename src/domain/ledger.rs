//! The ledger of a score: which event gave how many points under which rule. The latest entries are kept one by one, older ones
//! are folded into what each group brings forward; together they are the score, always.

use super::Ms;
use super::ids::{hash64, low16};
use super::model::{Model, ScoreGroup};
use super::prospect::Track;
use super::score::decay;

/// Entries that a track keeps one by one.
pub const MAX_ENTRIES: usize = 12;

/// Points below half a hundredth are nobody's reason: they are brought forward at once.
const SMALLEST: f32 = 0.005;

/// Points that one event gave under one rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    /// Hash of the rule's own text.
    pub rule: u32,
    /// [`super::model::name_hash`] of the group's name.
    pub group: u32,
    /// [`event_mark`] of the event's name.
    pub event: u16,
    pub time_ms: Ms,
    /// What they were worth at `time_ms`, caps taken into account.
    pub points: f32,
}

/// What finds an event's name again among those that models use.
#[must_use]
pub fn event_mark(name: &str) -> u16 {
    low16(hash64(name.as_bytes()))
}

/// Writes points down; the oldest entry goes into what its group brings forward.
pub fn enter(track: &mut Track, groups: &[ScoreGroup], entry: Entry) {
    if entry.points.abs() < SMALLEST {
        // A group at its cap gains next to nothing from every event: that would push out what explains the score.
        if let Some(group) = track.groups.iter_mut().find(|g| g.group == entry.group) {
            group.brought += f64::from(entry.points);
        }
        return;
    }
    if track.ledger.len() >= MAX_ENTRIES {
        let oldest = track.ledger.remove(0);
        let half_life_ms = groups.iter().find(|g| g.name_hash == oldest.group).and_then(|g| g.half_life_ms);
        if let Some(group) = track.groups.iter_mut().find(|g| g.group == oldest.group) {
            group.brought += f64::from(oldest.points) * decay(half_life_ms, group.as_of_ms - oldest.time_ms);
        }
    }
    track.ledger.push(entry);
}

/// Another model, other half-lives: what there was is brought forward as a whole.
pub fn bring_forward(track: &mut Track) {
    for group in &mut track.groups {
        group.brought = group.points;
    }
    track.ledger.clear();
}

/// One line of the account of a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Line<'a> {
    /// `None`: about the score as a whole.
    pub group: Option<&'a str>,
    pub what: What<'a>,
    /// What it is worth at the time asked for.
    pub now: f64,
}

/// What a line of the account is about.
#[derive(Debug, Clone, PartialEq)]
pub enum What<'a> {
    /// So many points, then, for this event under this rule (`None`: no longer in the model).
    Event { at_ms: Ms, given: f64, event: Option<&'a str>, rule: Option<&'a str> },
    /// Older events, taken together.
    Brought,
    /// What the traits are worth.
    Fit,
    /// What lies above the cap of the score.
    Cap,
}

/// The account of a score at a time: its lines add up to the score. `names` are the event names that models use.
#[must_use]
pub fn account<'a>(track: &Track, model: &'a Model, names: &'a [String], at_ms: Ms) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    for group in &model.score.groups {
        let name = Some(group.name.as_str());
        let Some(state) = track.groups.iter().find(|g| g.group == group.name_hash) else { continue };
        if state.brought != 0.0 {
            let now = state.brought * decay(group.half_life_ms, at_ms - state.as_of_ms);
            lines.push(Line { group: name, what: What::Brought, now });
        }
        for entry in track.ledger.iter().filter(|e| e.group == group.name_hash) {
            let given = f64::from(entry.points);
            let rule = group.rules.iter().find(|r| r.rule == entry.rule).map(|r| r.words.as_str());
            let event = names.iter().find(|n| event_mark(n) == entry.event).map(String::as_str);
            let what = What::Event { at_ms: entry.time_ms, given, event, rule };
            lines.push(Line { group: name, what, now: given * decay(group.half_life_ms, at_ms - entry.time_ms) });
        }
    }
    if track.fit != 0.0 {
        lines.push(Line { group: None, what: What::Fit, now: track.fit });
    }
    let sum: f64 = lines.iter().map(|l| l.now).sum();
    if let Some(cap) = model.score.cap.filter(|cap| sum > *cap) {
        lines.push(Line { group: None, what: What::Cap, now: cap - sum });
    }
    lines
}

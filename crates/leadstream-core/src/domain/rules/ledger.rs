//! The ledger of a score: which event gave how many points under which rule. The latest entries are kept one by one, older ones
//! are folded into what each group brings forward; together they are the score, always.

use crate::domain::Ms;
use crate::domain::model::{Model, ScoreModel, ScoreRule};
use crate::domain::names::NameId;
use crate::domain::rules::decay::decay;
use crate::domain::state::track::{Entry, MAX_ENTRIES, Track};
use crate::domain::state::traits::Traits;

/// Place of an event among the names of a rule that can't be told.
const ANY: u32 = 15;

/// The entry is of no rule: points of the group with this index were taken away, for the reason with this index.
const RESET: u32 = 1 << 24;

/// Packs rule and event. A rule of more than 15 names doesn't tell the last ones apart.
pub(crate) fn what(rule: &ScoreRule, event: NameId) -> u32 {
    let place = rule.names.iter().position(|name| *name == event).and_then(|at| u32::try_from(at).ok());
    u32::from(rule.number) << 4 | place.unwrap_or(ANY).min(ANY)
}

/// Writes down what a reset took away from a group: its index in the model, and the reason's among the model's resets.
#[must_use]
pub fn reset_what(group: usize, why: u8) -> u32 {
    RESET | u32::try_from(group).unwrap_or(0) << 4 | u32::from(why).min(ANY)
}

/// Notes what an event gave; `points` are what the group gained, as of its `as_of_ms`.
///
/// What hundredths can't say is brought forward at once, so that the sum stays exact. So is less than that from a group at its
/// cap, which gains next to nothing from every event: it would push out what explains the score.
pub fn enter(track: &mut Track, group: usize, model: &ScoreModel, rule: &ScoreRule, event: NameId, points: f64) {
    write_down(track, group, model, what(rule, event), points);
}

/// The same for anything that is packed already.
#[allow(clippy::cast_possible_truncation, reason = "points are bounded far below 2^31 hundredths")]
pub fn write_down(track: &mut Track, group: usize, model: &ScoreModel, what: u32, points: f64) {
    let Some(state) = track.groups.get_mut(group) else { return };
    let hundredths = (points * 100.0).round() as i32;
    let entry = Entry { what, time_ms: state.as_of_ms, hundredths };
    let remainder = points - entry.given();
    // Less is the noise of adding and taking away, and would cost every record eight bytes.
    if remainder.abs() > 1e-9 {
        state.carried_forward += remainder;
    }
    if hundredths == 0 {
        return;
    }
    if track.ledger.len() >= MAX_ENTRIES {
        let oldest = track.ledger.remove(0);
        fold(track, model, oldest);
    }
    track.ledger.push(entry);
}

pub(in crate::domain) fn fold(track: &mut Track, model: &ScoreModel, entry: Entry) {
    let group = match entry.reset() {
        Some((group, _)) => model.groups.get(group),
        None => model.rule(entry.rule()).map(|(group, _)| group),
    };
    let Some(group) = group else { return };
    if let Some(state) = track.groups.iter_mut().find(|g| g.group == group.name_hash) {
        state.carried_forward += entry.worth(group.half_life_ms, state.as_of_ms);
    }
}

impl Entry {
    /// Number of the rule in the model.
    #[must_use]
    pub fn rule(self) -> u16 {
        u16::try_from(self.what >> 4).unwrap_or(u16::MAX)
    }

    /// Of points that were taken away: the index of the group in the model, and of the reason among the model's resets.
    #[must_use]
    pub fn reset(self) -> Option<(usize, u8)> {
        let place = u8::try_from(self.what & ANY).unwrap_or(0);
        (self.what & RESET != 0).then_some((((self.what & !RESET) >> 4) as usize, place))
    }

    /// What is left of the points at a time.
    #[must_use]
    pub fn worth(self, half_life_ms: Option<Ms>, at_ms: Ms) -> f64 {
        self.given() * decay(half_life_ms, at_ms - self.time_ms)
    }

    /// The points as they were given.
    #[must_use]
    pub fn given(self) -> f64 {
        f64::from(self.hundredths) / 100.0
    }
}

/// Another model, other half-lives and rules: what there was is brought forward as a whole.
pub fn carry_forward(track: &mut Track) {
    for group in &mut track.groups {
        group.carried_forward = group.points;
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
    /// So many points, then, for this event (`None`: one of many, or of sales) under this rule; or taken away, then, for this
    /// reason.
    Event { at_ms: Ms, given: f64, event: Option<&'a str>, rule: &'a str },
    /// Older events, taken together.
    Brought,
    /// What the traits are worth under a rule, in its words.
    Fit(&'a str),
    /// What lies above the cap of the fit score.
    FitCap,
    /// What lies above the cap of the score.
    Cap,
}

/// The account of a score at a time: its lines add up to the score. `names` are the event names that models use.
#[must_use]
pub fn account<'a>(track: &Track, traits: &'a Traits, model: &'a Model, names: &'a [String], now_ms: Ms) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    for (index, group) in model.score.groups.iter().enumerate() {
        let name = Some(group.name.as_str());
        let Some(state) = track.groups.iter().find(|g| g.group == group.name_hash) else { continue };
        if state.carried_forward != 0.0 {
            let now = state.carried_forward * decay(group.half_life_ms, now_ms - state.as_of_ms);
            lines.push(Line { group: name, what: What::Brought, now });
        }
        for entry in &track.ledger {
            if let Some((_, why)) = entry.reset().filter(|(of, _)| *of == index) {
                let (at_ms, given) = (entry.time_ms, entry.given());
                let what = What::Event { at_ms, given, event: None, rule: model.sales.reset_words(why) };
                lines.push(Line { group: name, what, now: entry.worth(group.half_life_ms, now_ms) });
                continue;
            }
            let Some(rule) = group.rules.iter().find(|r| r.number == entry.rule()) else { continue };
            let event = rule.names.get((entry.what & ANY) as usize).and_then(|id| names.get(usize::from(id.0)));
            let (at_ms, given) = (entry.time_ms, entry.given());
            let what = What::Event { at_ms, given, event: event.map(String::as_str), rule: &rule.words };
            lines.push(Line { group: name, what, now: entry.worth(group.half_life_ms, now_ms) });
        }
    }
    let reasons = model.people.fit_reasons(traits).filter(|_| model.people.fit.is_some() && track.fit != 0.0);
    let before = lines.len();
    lines.extend(reasons.map(|rule| Line { group: None, what: What::Fit(&rule.words), now: rule.points }));
    let over: f64 = track.fit - lines.iter().skip(before).map(|l| l.now).sum::<f64>();
    if over.abs() > 1e-9 {
        lines.push(Line { group: None, what: What::FitCap, now: over });
    }
    let sum: f64 = lines.iter().map(|l| l.now).sum();
    if let Some(cap) = model.score.cap.filter(|cap| sum > *cap) {
        lines.push(Line { group: None, what: What::Cap, now: cap - sum });
    }
    lines
}

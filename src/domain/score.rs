//! The lead score: points in groups that decay by half-life, labels, and the exact instant at which a label falls.

use super::Ms;
use super::event::Event;
use super::ledger;
use super::model::{AtMost, Label, Model, ScoreGroup, ScoreModel};
use super::names::Kind;
use super::prospect::{Few, GroupPoints, RuleUse, Track};
use smallvec::SmallVec;

/// Adds the points that an event gives; returns whether anything changed.
pub fn add_points(track: &mut Track, model: &ScoreModel, event: &Event<'_>) -> bool {
    let named = model.rules_by_name.get(usize::from(event.name_id.0)).map_or(&[][..], Vec::as_slice);
    let mut changed = false;
    // What sales says is not what the prospect did: only rules that name it look at it.
    let on_any = if event.kind == Kind::Sales { &[][..] } else { &model.rules_on_any };
    for &(group_index, rule_index) in named.iter().chain(on_any) {
        let Some(group) = model.groups.get(usize::from(group_index)) else { continue };
        let Some(rule) = group.rules.get(usize::from(rule_index)) else { continue };
        if !rule.condition.holds(event) || !may_use(&mut track.uses, rule.rule, rule.at_most, event.time_ms) {
            continue;
        }
        let (at, gained) = add(&mut track.groups, group, rule.points, event.time_ms);
        ledger::enter(track, at, model, rule, event.name_id, gained);
        changed = true;
    }
    changed
}

/// Counts one use of a capped rule; false when the period's cap is reached. A period begins with the first use after the
/// last one ended; a late event counts in the current period.
fn may_use(uses: &mut Few<RuleUse, 2>, rule: u32, at_most: Option<AtMost>, time_ms: Ms) -> bool {
    let Some(limit) = at_most else { return true };
    let Some(use_) = uses.iter_mut().find(|u| u.rule == rule) else {
        uses.push(RuleUse { rule, since_ms: time_ms, count: 1 });
        return limit.times > 0;
    };
    if time_ms >= use_.since_ms.saturating_add(limit.per_ms) {
        *use_ = RuleUse { rule, since_ms: time_ms, count: 1 };
        return limit.times > 0;
    }
    if use_.count >= limit.times {
        return false;
    }
    use_.count += 1;
    true
}

/// Adds points; returns the place of the group and what it gained, after its cap.
fn add(groups: &mut Few<GroupPoints, 3>, group: &ScoreGroup, points: f64, time_ms: Ms) -> (usize, f64) {
    let index = groups.iter().position(|g| g.group == group.name_hash).unwrap_or_else(|| {
        groups.push(GroupPoints { group: group.name_hash, points: 0.0, as_of_ms: time_ms, brought: 0.0 });
        groups.len() - 1
    });
    let state = &mut groups[index];
    let gained = if time_ms >= state.as_of_ms {
        let left = decay(group.half_life_ms, time_ms - state.as_of_ms);
        state.points *= left;
        state.brought *= left;
        state.as_of_ms = time_ms;
        points
    } else {
        // A late event counts with its own time: its points have decayed since.
        points * decay(group.half_life_ms, state.as_of_ms - time_ms)
    };
    let before = state.points;
    state.points += gained;
    if let Some(cap) = group.cap {
        state.points = state.points.min(cap);
    }
    (index, state.points - before)
}

/// Takes points away: of each group (by the hash of its name) so much stays. The ledger has a line for it, with the reason's
/// index among the model's resets.
pub fn reset(track: &mut Track, model: &ScoreModel, keep: impl Fn(u32) -> f64, at_ms: Ms, why: u8) {
    for (index, group) in model.groups.iter().enumerate() {
        let Some(at) = track.groups.iter().position(|g| g.group == group.name_hash) else { continue };
        let state = &mut track.groups[at];
        let keep = keep(group.name_hash);
        if keep >= 1.0 || state.points == 0.0 {
            continue;
        }
        let left = decay(group.half_life_ms, at_ms - state.as_of_ms);
        state.as_of_ms = state.as_of_ms.max(at_ms);
        state.points *= left;
        state.brought *= left;
        let before = state.points;
        state.points *= keep;
        let taken = state.points - before;
        ledger::write_down(track, at, model, ledger::reset_what(index, why), taken);
    }
}

/// What is left of one point after a time.
#[allow(clippy::cast_precision_loss, reason = "times in ms stay far below 2^52")]
pub(super) fn decay(half_life_ms: Option<Ms>, elapsed_ms: Ms) -> f64 {
    match half_life_ms {
        Some(half_life) if elapsed_ms > 0 => (-(elapsed_ms as f64) / half_life as f64).exp2(),
        _ => 1.0,
    }
}

/// Points of one group at a time.
#[must_use]
pub fn group_points(track: &Track, group: &ScoreGroup, at_ms: Ms) -> f64 {
    track
        .groups
        .iter()
        .find(|g| g.group == group.name_hash)
        .map_or(0.0, |g| g.points * decay(group.half_life_ms, at_ms - g.as_of_ms))
}

/// The lead score at a time: engagement and fit together.
#[must_use]
pub fn total(track: &Track, model: &ScoreModel, at_ms: Ms) -> f64 {
    sum(track, model, track.fit, at_ms)
}

/// What the prospect did, at a time.
#[must_use]
pub fn engagement(track: &Track, model: &ScoreModel, at_ms: Ms) -> f64 {
    sum(track, model, 0.0, at_ms)
}

/// The points of all groups, and those that never fade.
fn sum(track: &Track, model: &ScoreModel, lasting: f64, at_ms: Ms) -> f64 {
    let sum: f64 = model.groups.iter().map(|g| group_points(track, g, at_ms)).sum::<f64>() + lasting;
    model.cap.map_or(sum, |cap| sum.min(cap))
}

/// The label that a lead score and a fit score earn.
#[must_use]
pub fn label_for(labels: &[Label], score: f64, fit: f64) -> Option<&Label> {
    labels.iter().rev().find(|l| score >= l.score && l.fit.is_none_or(|gate| fit >= gate))
}

/// The label that a track carries.
#[must_use]
pub fn label_of<'a>(labels: &'a [Label], track: &Track) -> Option<&'a Label> {
    track.label.and_then(|hash| labels.iter().find(|l| l.hash == hash))
}

/// Label and grade, before and after.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Relabelled<'a> {
    pub from: Option<&'a Label>,
    pub to: Option<&'a Label>,
    /// As records keep grades.
    pub grade_from: u8,
    pub grade_to: u8,
}

impl Relabelled<'_> {
    /// Whether it got better: the label says so, else the grade.
    #[must_use]
    pub fn is_up(&self) -> bool {
        let line = |label: Option<&Label>| label.map_or(f64::NEG_INFINITY, |l| l.score);
        // Letter and number count alike; of two that are as good the better letter is.
        let rank = |grade: u8| grade.checked_sub(1).map_or((u8::MAX, 0), |g| (g / 4 + g % 4, g / 4));
        if self.to == self.from { rank(self.grade_to) < rank(self.grade_from) } else { line(self.to) > line(self.from) }
    }
}

/// Sets the label and the grade that the score at `at_ms` earns and the timer of their next fall. Returns them before and after
/// when they differ.
pub fn relabel<'a>(track: &mut Track, model: &'a Model, at_ms: Ms) -> Option<Relabelled<'a>> {
    let labels = &model.score.labels;
    // A newcomer starts with the label and the grade that no points earn.
    let newcomer = track.label.is_none() && track.label_since_ms == 0;
    let from = if newcomer { label_for(labels, 0.0, 0.0) } else { label_of(labels, track) };
    let to = label_for(labels, total(track, &model.score, at_ms), track.fit);
    let (mut grade_from, mut grade_to) = (track.grade, 0);
    if model.people.fit.is_some() {
        grade_to = model.people.grade(track.fit, engagement(track, &model.score, at_ms));
        if newcomer && grade_from == 0 {
            grade_from = model.people.grade(0.0, 0.0);
        }
    }
    track.label = to.map(|l| l.hash);
    track.grade = grade_to;
    track.label_falls_at_ms = next_fall(track, model, at_ms);
    if from == to && grade_from == grade_to {
        return None;
    }
    track.label_since_ms = at_ms;
    Some(Relabelled { from, to, grade_from, grade_to })
}

/// When label or grade will fall, whichever is first, if decay ever takes them there.
#[must_use]
pub fn next_fall(track: &Track, model: &Model, from_ms: Ms) -> Option<Ms> {
    let label = label_of(&model.score.labels, track);
    let label_ms = label.and_then(|l| falls_below(track, &model.score, l.score, track.fit, from_ms));
    let line = model.people.engagement_line(track.grade);
    let grade_ms = line.and_then(|line| falls_below(track, &model.score, line, 0.0, from_ms));
    label_ms.into_iter().chain(grade_ms).min()
}

/// The first millisecond after `from_ms` at which the groups and what never fades are together below a line, if decay ever takes
/// them there.
#[must_use]
pub fn falls_below(track: &Track, model: &ScoreModel, line: f64, fit: f64, from_ms: Ms) -> Option<Ms> {
    // On the stack: this runs for every event that scores.
    type Terms<T> = SmallVec<[T; 8]>;
    let terms: Terms<(f64, Option<Ms>)> =
        model.groups.iter().map(|g| (group_points(track, g, from_ms), g.half_life_ms)).collect();
    let lasting: f64 = terms.iter().filter(|(_, h)| h.is_none()).map(|(p, _)| p).sum::<f64>() + fit;
    let decaying: Terms<(f64, f64)> = terms.iter().filter_map(|&(p, h)| Some((p, rate(h?)))).filter(|(p, _)| *p != 0.0).collect();
    let below = |at: Ms| sum(track, model, fit, at) < line;
    if below(from_ms) {
        return Some(from_ms);
    }
    let guess = if decaying.iter().all(|(p, _)| *p > 0.0) {
        if lasting >= line {
            return None;
        }
        newton(&decaying, lasting - line)
    } else {
        scan(&decaying, lasting - line)?
    };
    settle(guess, from_ms, below)
}

#[allow(clippy::cast_precision_loss, reason = "half-lives stay far below 2^52 ms")]
fn rate(half_life_ms: Ms) -> f64 {
    std::f64::consts::LN_2 / half_life_ms as f64
}

fn value(terms: &[(f64, f64)], offset: f64, t: f64) -> f64 {
    terms.iter().map(|(p, rate)| p * (-rate * t).exp()).sum::<f64>() + offset
}

/// The root of a falling convex sum of exponentials, above the negative offset now: Newton from the left never overshoots.
fn newton(terms: &[(f64, f64)], offset: f64) -> f64 {
    let (now, fastest) = terms.iter().fold((0.0, 0.0_f64), |(now, fastest), (p, rate)| (now + p, fastest.max(*rate)));
    // If all faded as fast as the fastest: not after the root, and the root itself when there is but one rate.
    let mut t = ((now / -offset).ln() / fastest).max(0.0);
    for _ in 0..64 {
        let at = |(sum, slope): (f64, f64), (p, rate): &(f64, f64)| {
            let left = p * (-rate * t).exp();
            (sum + left, slope - rate * left)
        };
        let (sum, slope) = terms.iter().fold((offset, 0.0), at);
        let step = sum / -slope;
        if !step.is_finite() || step < 0.25 {
            break;
        }
        t += step;
    }
    t
}

/// With negative points the sum may rise before it falls: look along growing steps, then bisect.
fn scan(terms: &[(f64, f64)], offset: f64) -> Option<f64> {
    let fastest = terms.iter().map(|(_, rate)| *rate).fold(f64::MIN_POSITIVE, f64::max);
    let slowest = terms.iter().map(|(_, rate)| *rate).fold(f64::MAX, f64::min);
    let (mut low, mut step) = (0.0, 0.02 / fastest);
    while low * slowest < 64.0 {
        let high = low + step;
        if value(terms, offset, high) < 0.0 {
            return Some(bisect(terms, offset, low, high));
        }
        (low, step) = (high, step * 1.05);
    }
    None
}

fn bisect(terms: &[(f64, f64)], offset: f64, mut low: f64, mut high: f64) -> f64 {
    while high - low > 0.25 {
        let middle = f64::midpoint(low, high);
        if value(terms, offset, middle) < 0.0 {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

/// From a guess to the exact first millisecond, by the very function that the timer will be judged with.
#[allow(clippy::cast_possible_truncation, reason = "saturating; anything beyond the horizon is refused")]
fn settle(guess: f64, from_ms: Ms, below: impl Fn(Ms) -> bool) -> Option<Ms> {
    // Points that outlive 1,000 years never fall, as far as anybody here is concerned.
    if !(0.0..3.2e13).contains(&guess) {
        return None;
    }
    let mut at = from_ms + guess as Ms;
    // The flat tail of the curve can make the guess a few ms wrong: double the stride until it brackets the line.
    let mut stride = 1;
    while !below(at) {
        at += stride;
        stride *= 2;
        if stride > 1 << 40 {
            return None;
        }
    }
    let mut low = (at - stride).max(from_ms);
    while low > from_ms && below(low) {
        low = (low - stride).max(from_ms);
        stride *= 2;
    }
    // Invariant: not below at `low`, below at `at`.
    while at - low > 1 {
        let middle = low + (at - low) / 2;
        if below(middle) {
            at = middle;
        } else {
            low = middle;
        }
    }
    Some(at)
}

//! Labels and grades: which ones a score earns, which ones it keeps, and when that changes with no event.
//!
//! A prospect that reached a line keeps what it gives until the score has really fallen: until it is below the line by the
//! margin, a minute ago as well as now. So a rise is never followed at once by its fall.

use crate::domain::Ms;
use crate::domain::model::personas::PersonasModel;
use crate::domain::model::{Label, Model, ScoreModel};
use crate::domain::rules::score::crossing::{first_below, first_reached};
use crate::domain::rules::score::points::{engagement, held, total};
use crate::domain::state::track::Track;
use crate::domain::terms::grade::Grade;

/// What was reached is kept this far below its line: this share of it, and at least this many points.
pub const MARGIN_OF_LINE: f64 = 0.01;

pub const MARGIN_POINTS: f64 = 0.5;

/// The line below which is lost what was reached at this one.
fn kept_from(line: f64) -> f64 {
    line - (line.abs() * MARGIN_OF_LINE).max(MARGIN_POINTS)
}

fn asks_no_more_fit(label: &Label, fit: f64) -> bool {
    label.fit.is_none_or(|gate| fit >= gate)
}

/// A line as it is, or as it is for who carries its label.
type Line = fn(f64) -> f64;

/// Without the label, the score has to reach the line itself.
fn reached_at(line: f64) -> f64 {
    line
}

/// What a label asks for at a fit, as one line: score and engagement differ by the fit alone, so the one that asks for more of
/// what was done decides, each with its own margin. True: it is a line of engagement.
fn decisive(label: &Label, fit: f64, line: Line) -> (f64, bool) {
    match label.engagement.map(line) {
        Some(least) if least > line(label.score) - fit => (least, true),
        _ => (line(label.score), false),
    }
}

/// The same, with what lasts besides what was done.
fn line_of(label: &Label, fit: f64, line: Line) -> (f64, f64) {
    let (line, is_engagement) = decisive(label, fit, line);
    (line, if is_engagement { 0.0 } else { fit })
}

/// What labels are judged by.
#[derive(Debug, Clone, Copy)]
struct Points {
    score: f64,
    /// Only looked at where some label asks for it.
    engagement: f64,
    fit: f64,
}

impl Points {
    const NOTHING: Self = Self { score: 0.0, engagement: 0.0, fit: 0.0 };

    fn at(track: &Track, model: &ScoreModel, at_ms: Ms) -> Self {
        let score = total(track, model, at_ms);
        let engagement = if model.asks_engagement { engagement(track, model, at_ms) } else { score };
        Self { score, engagement, fit: track.fit }
    }

    /// Those of a minute ago, where they were more.
    fn or_held(self, track: &Track, model: &ScoreModel, at_ms: Ms) -> Self {
        let score = self.score.max(held(track, model, self.fit, at_ms));
        let before = || held(track, model, 0.0, at_ms);
        let engagement = if model.asks_engagement { self.engagement.max(before()) } else { score };
        Self { score, engagement, ..self }
    }

    /// The place of the label that these earn who carries this one.
    fn earn(self, labels: &[Label], carried: Option<usize>) -> Option<usize> {
        let reached = |n: usize, label: &Label| {
            let line = if carried.is_some_and(|c| n <= c) { kept_from } else { reached_at };
            let (line, is_engagement) = decisive(label, self.fit, line);
            line <= if is_engagement { self.engagement } else { self.score }
        };
        labels.iter().enumerate().rev().find(|(n, l)| reached(*n, l) && asks_no_more_fit(l, self.fit)).map(|(n, _)| n)
    }
}

/// The label that a track carries: the one that was sent last.
#[must_use]
pub fn label_of<'a>(labels: &'a [Label], track: &Track) -> Option<&'a Label> {
    place_of(labels, track).and_then(|n| labels.get(n))
}

fn place_of(labels: &[Label], track: &Track) -> Option<usize> {
    let hash = track.label?;
    labels.iter().position(|l| l.hash == hash)
}

/// Label and grade, before and after.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Relabelled<'a> {
    pub from: Option<&'a Label>,
    pub to: Option<&'a Label>,
    /// As records keep grades.
    pub grade_from: Option<Grade>,
    pub grade_to: Option<Grade>,
}

impl Relabelled<'_> {
    /// Whether it got better: the label says so, else the grade.
    #[must_use]
    pub fn is_up(&self) -> bool {
        let line = |label: Option<&Label>| label.map_or(f64::NEG_INFINITY, |l| l.score);
        // Letter and number count alike; of two that are as good the better letter is.
        let rank = |grade: Option<Grade>| grade.map_or((u8::MAX, 0), |g| (g.letter + g.number, g.letter));
        if self.to == self.from { rank(self.grade_to) < rank(self.grade_from) } else { line(self.to) > line(self.from) }
    }
}

/// What the score at a time earns who carries this label.
fn label_at(track: &Track, model: &Model, carried: Option<usize>, at_ms: Ms) -> Option<usize> {
    let labels = &model.score.labels;
    let points = Points::at(track, &model.score, at_ms);
    let place = points.earn(labels, carried);
    if place >= carried {
        return place;
    }
    // Who would lose it is looked at as of a minute ago, too: that keeps a label and gives none.
    points.or_held(track, &model.score, at_ms).earn(labels, carried).min(carried)
}

fn grade_at(track: &Track, model: &Model, at_ms: Ms) -> Option<Grade> {
    let people = &model.people;
    people.fit.as_ref()?;
    let score = engagement(track, &model.score, at_ms);
    let grade = people.kept_grade(track.fit, score, track.grade, kept_from)?;
    let Some(carried) = track.grade.filter(|carried| grade.number > carried.number) else { return Some(grade) };
    let kept = people.kept_grade(track.fit, score.max(held(track, &model.score, 0.0, at_ms)), track.grade, kept_from)?;
    Some(Grade { number: kept.number.max(carried.number), ..kept })
}

/// Sets the label and the grade that the score at `at_ms` earns and the timer of their next change. Returns them before and after
/// when they differ.
pub fn relabel<'a>(track: &mut Track, model: &'a Model, at_ms: Ms) -> Option<Relabelled<'a>> {
    let labels = &model.score.labels;
    // A newcomer starts with the label and the grade that no points earn.
    let newcomer = track.label.is_none() && track.label_since_ms.is_none();
    let from = if newcomer { Points::NOTHING.earn(labels, None) } else { place_of(labels, track) };
    let to = label_at(track, model, from, at_ms);
    let mut grade_from = track.grade;
    if newcomer {
        grade_from = grade_from.or_else(|| model.people.grade(0.0, 0.0));
    }
    let grade_to = grade_at(track, model, at_ms);
    let label = |place: Option<usize>| place.and_then(|n| labels.get(n));
    track.label = label(to).map(|l| l.hash);
    track.grade = grade_to;
    track.label_falls_at_ms = next_change(track, model, at_ms);
    if from == to && grade_from == grade_to {
        return None;
    }
    track.label_since_ms = Some(at_ms);
    Some(Relabelled { from: label(from), to: label(to), grade_from, grade_to })
}

/// When label or grade will change with no event, whichever is first: fall by decay, or rise because negative points fade.
#[must_use]
pub fn next_change(track: &Track, model: &Model, from_ms: Ms) -> Option<Ms> {
    let (score, fit) = (&model.score, track.fit);
    let carried = place_of(&score.labels, track);
    let line = carried.and_then(|n| score.labels.get(n)).map(|l| line_of(l, fit, kept_from));
    let grade_line = model.people.engagement_line(track.grade);
    let falls_ms = [line, grade_line.map(|line| (kept_from(line), 0.0))];
    let fall_ms = |(line, lasting)| first_below(track, score, line, lasting, from_ms);
    let falls_ms = falls_ms.into_iter().flatten().filter_map(fall_ms);
    // Nothing rises by itself but what negative points hold down.
    if track.groups.iter().all(|g| g.points >= 0.0) {
        return falls_ms.min();
    }
    let above = score.labels.iter().skip(carried.map_or(0, |n| n + 1)).filter(|l| asks_no_more_fit(l, fit));
    // The one that asks for least of what was done; mostly the first.
    let next =
        above.map(|l| line_of(l, fit, reached_at)).min_by(|(a, lasts), (b, lasts_too)| (a - lasts).total_cmp(&(b - lasts_too)));
    let rises_ms = [next, next_number(&model.people, track.grade).map(|line| (line, 0.0))];
    let rises_ms =
        rises_ms.into_iter().flatten().filter_map(|(line, lasting)| first_reached(track, score, line, lasting, from_ms));
    falls_ms.chain(rises_ms).min()
}

/// The engagement that the next better number of a grade asks for.
fn next_number(people: &PersonasModel, grade: Option<Grade>) -> Option<f64> {
    let better = usize::from(grade?.number).checked_sub(1)?;
    people.fit.as_ref()?.numbers.get(better).copied()
}

/// Whether what changes next with no event gets better.
#[must_use]
pub fn rises_next(track: &Track, model: &Model) -> bool {
    track.label_falls_at_ms.is_some_and(|at_ms| {
        let carried = place_of(&model.score.labels, track);
        let number = |grade: Option<Grade>| grade.map_or(0, |grade| grade.number);
        label_at(track, model, carried, at_ms) > carried || number(grade_at(track, model, at_ms)) < number(track.grade)
    })
}

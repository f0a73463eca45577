//! Conversion per week, and which weeks are unusual.
//!
//! Those who entered a stage in a week are followed: the week's conversion is the share of them that went onward, whenever that
//! was. A week is **judged** when at most one in twenty of them is still there, so that its share can't change much any more.
//!
//! Every run of weeks (up to [`LONGEST`] in a row, at most a third of all) is compared with all the other weeks: how many
//! standard deviations do the two shares lie apart? Where the other weeks scatter more than chance would, their own scatter is
//! the measure. The clearest run is **unusual** when it lies [`SIGMAS`] away; a week beside it that lies [`BESIDE`] off the same
//! way belongs to it. Then the rest is looked at again without it, until nothing stands out. Several hundred runs are compared
//! for a stage; with [`SIGMAS`] = 4 chance alone names one in about one of a hundred stages.

use super::dates::day;
use super::share::share;
use super::trust::Trust;
use crate::domain::terms::movement::Axis;
use crate::engine::figures::{Figures, Key, Way, week_start_ms};
use serde::Serialize;
use std::collections::BTreeMap;

/// Longest run of weeks that is compared with the others.
const LONGEST: usize = 8;
/// Number of judged weeks needed to know what is usual.
const LEAST_WEEKS: usize = 6;
/// Fewer entries, in a run or in all other weeks, say too little; a week with fewer than [`LEAST_SCATTER`] says nothing of scatter.
const LEAST: f64 = 20.0;
const LEAST_SCATTER: f64 = 5.0;
/// How far from usual.
const SIGMAS: f64 = 4.0;
/// How far a week beside an unusual run.
const BESIDE: f64 = 2.0;
/// The standard deviation of a normal distribution, in medians of the distance from its middle.
const OF_MEDIAN: f64 = 1.4826;

/// Those who entered a stage in a week.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Week {
    #[serde(skip)]
    pub week: i32,
    /// Its Monday.
    pub begins: String,
    pub entered: i64,
    pub onward: i64,
    /// Left another way.
    pub lost: i64,
    pub conversion: Option<f64>,
    pub conversion_trust: Trust,
    /// `low` or `high`.
    pub unusual: Option<&'static str>,
}

/// A run of unusual weeks.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Unusual {
    pub stage: String,
    /// Monday of the first week, and Sunday of the last one.
    pub from: String,
    pub to: String,
    pub weeks: usize,
    /// `low` or `high`.
    pub direction: &'static str,
    pub entered: i64,
    pub onward: i64,
    pub conversion: f64,
    pub usual: f64,
    /// Standard deviations from the other weeks.
    pub strength: f64,
}

/// The weeks of each stage of an axis.
pub(super) fn of(figures: &Figures, key: u64, meant: Axis) -> BTreeMap<u8, Vec<Week>> {
    let mut all: BTreeMap<u8, BTreeMap<i32, [i64; 3]>> = BTreeMap::new();
    for (k, n) in figures.sorted() {
        let Key::Week { model, axis, stage, week, way } = k else { continue };
        if (*model, *axis) == (key, meant) && *stage > 0 {
            let column = match way {
                Way::Entered => 0,
                Way::Onward => 1,
                _ => 2,
            };
            all.entry(*stage).or_default().entry(*week).or_default()[column] += n;
        }
    }
    let week = |(week, [entered, onward, lost]): (i32, [i64; 3])| Week {
        week,
        begins: day(week_start_ms(week)),
        entered,
        onward,
        lost,
        // A late event may count an exit a week before its entry.
        conversion: share(onward.min(entered), entered),
        conversion_trust: Trust::rate(onward.min(entered), entered),
        unusual: None,
    };
    all.into_iter().map(|(stage, weeks)| (stage, weeks.into_iter().map(week).collect())).collect()
}

/// Entered and went onward.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    entered: f64,
    onward: f64,
}

#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
impl Sum {
    fn of<'a>(weeks: impl IntoIterator<Item = &'a Week>) -> Self {
        let add = |sum: Self, w: &Week| Self {
            entered: sum.entered + w.entered as f64,
            onward: sum.onward + w.onward.min(w.entered) as f64,
        };
        weeks.into_iter().fold(Self::default(), add)
    }

    fn share(self) -> f64 {
        self.onward / self.entered
    }

    /// The same, but never (nearly) all or none: a single exception must not be infinitely far away.
    fn bias(self) -> f64 {
        (self.onward + 0.5) / (self.entered + 1.0)
    }
}

/// How many standard deviations a run of judged weeks lies from the others; `None`: too few entered.
fn distance(run: &[&Week], others: &[&Week]) -> Option<f64> {
    let (inside, outside) = (Sum::of(run.iter().copied()), Sum::of(others.iter().copied()));
    if inside.entered < LEAST || outside.entered < LEAST {
        return None;
    }
    let spread = |bias: f64, entered: f64| (bias * (1.0 - bias) / entered).sqrt();
    let bias = outside.bias();
    let mut away: Vec<f64> = others
        .iter()
        .map(|week| Sum::of([*week]))
        .filter(|week| week.entered >= LEAST_SCATTER)
        .map(|week| (week.share() - bias).abs() / spread(bias, week.entered))
        .collect();
    away.sort_by(f64::total_cmp);
    let scatter = (OF_MEDIAN * away.get(away.len() / 2).copied().unwrap_or(0.0)).max(1.0);
    let both = Sum::of(run.iter().chain(others).copied()).bias();
    let apart = (both * (1.0 - both) * (1.0 / inside.entered + 1.0 / outside.entered)).sqrt();
    Some((inside.share() - outside.share()) / apart / scatter)
}

/// The clearest run of the weeks that are not named yet: first and last index, and how far it lies away.
fn clearest(weeks: &[&Week], named: &[bool]) -> Option<(usize, usize, f64)> {
    let others = |from: usize, to: usize| -> Vec<&Week> {
        (0..weeks.len()).filter(|n| !named[*n] && !(from..=to).contains(n)).map(|n| weeks[n]).collect()
    };
    let left = named.iter().filter(|named| !**named).count();
    if left < LEAST_WEEKS {
        return None;
    }
    let mut best: Option<(usize, usize, f64)> = None;
    for from in (0..weeks.len()).filter(|n| !named[*n]) {
        for to in (from..weeks.len()).take(LONGEST.min(left / 3)).take_while(|n| !named[*n]) {
            if let Some(away) = distance(&weeks[from..=to], &others(from, to))
                && best.is_none_or(|(_, _, b)| away.abs() > b.abs())
            {
                best = Some((from, to, away));
            }
        }
    }
    let (mut from, mut to, away) = best.filter(|(_, _, away)| away.abs() >= SIGMAS)?;
    // A week that was unusual in part.
    let (first, last) = (from, to);
    let beside = |n: usize| {
        let rest: Vec<&Week> = others(first, last).into_iter().filter(|w| w.week != weeks[n].week).collect();
        !named[n] && distance(&[weeks[n]], &rest).is_some_and(|a| a * away.signum() >= BESIDE)
    };
    if from > 0 && beside(from - 1) {
        from -= 1;
    }
    if to + 1 < weeks.len() && beside(to + 1) {
        to += 1;
    }
    Some((from, to, away))
}

/// Marks the unusual weeks of a stage and gives their runs, the clearest first.
#[allow(clippy::cast_possible_truncation, reason = "sums of whole numbers")]
pub(super) fn judge(weeks: &mut [Week], stage: &str) -> Vec<Unusual> {
    let settled = |w: &&Week| w.entered > 0 && (w.entered - w.onward - w.lost) * 20 <= w.entered;
    let all: Vec<Week> = weeks.to_vec();
    let judged: Vec<&Week> = all.iter().filter(settled).collect();
    let mut named = vec![false; judged.len()];
    let mut found = Vec::new();
    while let Some((from, to, strength)) = clearest(&judged, &named) {
        named[from..=to].fill(true);
        found.push((from, to, strength));
    }
    let rest = |n: &usize| !named[*n];
    let usual = Sum::of((0..judged.len()).filter(rest).map(|n| judged[n])).share();
    let run = |(from, to, strength): (usize, usize, f64)| {
        let direction = if strength < 0.0 { "low" } else { "high" };
        let run = &judged[from..=to];
        for week in run {
            weeks.iter_mut().filter(|w| w.week == week.week).for_each(|w| w.unusual = Some(direction));
        }
        let sum = Sum::of(run.iter().copied());
        Unusual {
            stage: stage.to_owned(),
            from: judged[from].begins.clone(),
            to: day(week_start_ms(judged[to].week + 1) - 1),
            weeks: to - from + 1,
            direction,
            entered: sum.entered as i64,
            onward: sum.onward as i64,
            conversion: sum.share(),
            usual,
            strength,
        }
    };
    found.into_iter().map(run).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weeks(rates: &[(i64, i64)]) -> Vec<Week> {
        let week = |(n, (entered, onward)): (usize, &(i64, i64))| Week {
            week: i32::try_from(n).unwrap(),
            begins: n.to_string(),
            entered: *entered,
            onward: *onward,
            lost: entered - onward,
            conversion: share(*onward, *entered),
            conversion_trust: Trust::rate(*onward, *entered),
            unusual: None,
        };
        rates.iter().enumerate().map(week).collect()
    }

    fn found(rates: &[(i64, i64)]) -> Vec<(usize, &'static str)> {
        let mut weeks = weeks(rates);
        judge(&mut weeks, "payment");
        weeks.iter().enumerate().filter_map(|(n, w)| Some((n, w.unusual?))).collect()
    }

    #[test]
    fn a_run_of_bad_weeks_is_found_and_the_ordinary_ones_are_not() {
        let rates = [(40, 34), (50, 42), (45, 39), (44, 14), (50, 16), (48, 40), (39, 33), (60, 51), (52, 43)];
        assert_eq!(found(&rates), [(3, "low"), (4, "low")]);
        let runs = judge(&mut weeks(&rates), "payment");
        assert_eq!((runs.len(), runs[0].weeks, runs[0].entered, runs[0].onward), (1, 2, 94, 30));
        assert!((0.82..0.87).contains(&runs[0].usual), "{runs:?}");
    }

    #[test]
    fn weeks_that_are_each_only_a_little_low_stand_out_together_and_two_runs_are_told_apart() {
        let mut rates = vec![(30, 23); 24];
        rates[8..13].fill((30, 15));
        assert_eq!(found(&rates).iter().map(|(n, _)| *n).collect::<Vec<_>>(), [8, 9, 10, 11, 12]);
        rates[18..20].fill((30, 30));
        let runs = judge(&mut weeks(&rates), "payment");
        let seen: Vec<_> = runs.iter().map(|r| (r.from.as_str(), r.weeks, r.direction)).collect();
        assert_eq!(seen[0], ("8", 5, "low"), "{runs:?}");
    }

    #[test]
    fn a_week_that_was_bad_in_part_belongs_to_the_run_beside_it() {
        let mut rates = vec![(40, 30); 16];
        rates[6..9].fill((40, 8));
        rates[9] = (40, 22);
        assert_eq!(found(&rates).iter().map(|(n, _)| *n).collect::<Vec<_>>(), [6, 7, 8, 9]);
    }

    #[test]
    fn ordinary_scatter_few_entries_and_few_weeks_are_no_finding() {
        assert_eq!(found(&[(40, 20), (40, 24), (40, 16), (40, 21), (40, 18), (40, 25), (40, 15)]), []);
        assert_eq!(found(&[(40, 34), (50, 42), (45, 39), (15, 0), (48, 40), (39, 33), (60, 51)]), [], "too few entered");
        assert_eq!(found(&[(40, 34), (50, 42), (45, 39), (44, 4), (48, 40)]), [], "what is usual is not known");
        let scattered = [(500, 250), (500, 300), (500, 200), (500, 330), (500, 170), (500, 280), (500, 220)];
        assert_eq!(found(&scattered), [], "the weeks differ much anyway");
        assert_eq!(found(&[(50, 50); 9]), []);
        assert_eq!(found(&[(50, 0); 9]), []);
    }

    #[test]
    fn a_week_whose_people_are_still_there_is_not_judged() {
        let rates = [(40, 34), (50, 42), (45, 39), (44, 37), (48, 40), (39, 33), (60, 5)];
        assert_eq!(found(&rates), [(6, "low")]);
        let mut unsettled = weeks(&rates);
        unsettled[6].lost = 40;
        assert!(judge(&mut unsettled, "payment").is_empty(), "15 of 60 may still go onward");
    }
}

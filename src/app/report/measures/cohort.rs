//! Opportunities by when they were opened: a win rate is that of those which had the time to win or lose, and what an open one is
//! worth depends on how long it has been open.

use super::dates::day;
use super::trust::Trust;
use crate::domain::{DAY_MS, Ms};
use crate::engine::figures::opportunity::{CLASSES, class_begins_ms, class_of};
use crate::engine::figures::{Figures, Key, OpportunityFact, buckets, week_start_ms};
use serde::Serialize;
use std::collections::BTreeMap;

/// Fewer of them say nothing: of those closed, of the time it takes; of a cohort, of its rate.
const LEAST_CASES: i64 = 10;
/// Least time to wait, however fast most are won: what is bought on Sunday isn't what is bought on Monday.
const LEAST_WAIT_MS: Ms = 7 * DAY_MS;

/// Those that had the time to win or lose: opened in a week that ended long enough ago.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Cohort {
    /// How long it is waited before a week counts.
    pub matured_after_days: Option<f64>,
    /// The first day that doesn't count any more.
    pub opened_before: Option<String>,
    pub opened: i64,
    pub won: i64,
    pub lost: i64,
    /// Neither won nor lost until now; they count as not won.
    pub still_open: i64,
}

/// What is known of the opportunities of one model.
pub(super) struct Opportunities {
    pub cohort: Cohort,
    /// Of the win rate; with the reason when there is none.
    pub trust: Trust,
    /// Seconds from opening to winning, of the cohort.
    pub won_seconds: i64,
    pub won_directly: i64,
    /// Of the cohort, by class of the time it took: won, lost.
    took: [[i64; CLASSES as usize]; 2],
}

/// Sums of one week: opened, won, lost, seconds.
type Week = [i64; 4];

/// The cohort that had the time, as of the end of what was counted.
pub(super) fn of(figures: &Figures, key: u64) -> Opportunities {
    let mut weeks: BTreeMap<i32, Week> = BTreeMap::new();
    let mut classes: Vec<(i32, bool, u8, i64)> = Vec::new();
    let mut closed: [BTreeMap<u16, i64>; 2] = Default::default();
    let mut won_directly = 0;
    for (k, n) in figures.sorted() {
        match k {
            Key::Opportunities { model, week, what } if *model == key => {
                let column = match what {
                    OpportunityFact::Opened => 0,
                    OpportunityFact::Won => 1,
                    OpportunityFact::Lost => 2,
                    OpportunityFact::WonSeconds => 3,
                    OpportunityFact::WonDirectly => {
                        won_directly += n;
                        continue;
                    }
                };
                weeks.entry(*week).or_default()[column] += n;
            }
            Key::OpportunityTook { model, week, won, class } if *model == key => classes.push((*week, *won, *class, n)),
            Key::OpportunityClosed { model, won, bucket } if *model == key => {
                *closed[usize::from(!won)].entry(*bucket).or_default() += n;
            }
            _ => {}
        }
    }
    let (until_ms, since_ms) = (figures.until_ms.unwrap_or(0), figures.since_ms.unwrap_or(0));
    let pace_ms = pace_ms(&closed);
    let wait_ms = pace_ms.unwrap_or(0).max(LEAST_WAIT_MS);
    let is_mature = |week: i32| week_start_ms(week + 1).saturating_add(wait_ms) <= until_ms;
    let mut all = Opportunities {
        cohort: Cohort::default(),
        trust: Trust::default(),
        won_seconds: 0,
        won_directly,
        took: [[0; CLASSES as usize]; 2],
    };
    for (_, [opened, won, lost, seconds]) in weeks.iter().filter(|(week, _)| is_mature(**week)) {
        all.cohort.opened += opened;
        all.cohort.won += won;
        all.cohort.lost += lost;
        all.won_seconds += seconds;
    }
    for (_, won, class, n) in classes.into_iter().filter(|(week, ..)| is_mature(*week)) {
        all.took[usize::from(!won)][usize::from(class.min(CLASSES - 1))] += n;
    }
    all.cohort.still_open = (all.cohort.opened - all.cohort.won - all.cohort.lost).max(0);
    all.cohort.matured_after_days = pace_ms.map(|_| days(wait_ms));
    all.cohort.opened_before = weeks.keys().find(|week| !is_mature(**week)).map(|week| day(week_start_ms(*week)));
    // A young shop knows only the fast ones: were all equally likely to be won on any day, nine of ten of those seen would be won
    // within two thirds of the time watched. So the pace is believed once half as long again has been watched.
    let more_ms = pace_ms.map_or(0, |pace_ms| pace_ms + pace_ms / 2 - (until_ms - since_ms));
    let first = weeks.iter().find(|(_, week)| week[0] > 0).map(|(week, _)| *week);
    let cases = all.cohort.opened;
    all.trust = match first.map(|week| (week_start_ms(week + 1) + wait_ms - until_ms).max(more_ms)) {
        None => Trust::none(0, "no opportunity was opened".to_owned()),
        Some(missing_ms) if missing_ms > 0 => Trust::too_young(cases, missing_ms),
        Some(_) if pace_ms.is_none() => {
            let closed: i64 = closed.iter().flat_map(BTreeMap::values).sum();
            Trust::none(cases, format!("too few to tell (won or lost were {closed}, at least {LEAST_CASES} are needed)"))
        }
        Some(_) if cases < LEAST_CASES => {
            Trust::none(cases, format!("too few to tell (had the time were {cases}, at least {LEAST_CASES} are needed)"))
        }
        Some(_) => Trust::rate(all.cohort.won, cases),
    };
    all
}

/// Within what time nine of ten were won; where few were, won or lost.
fn pace_ms(closed: &[BTreeMap<u16, i64>; 2]) -> Option<Ms> {
    let count = |of: &BTreeMap<u16, i64>| of.values().sum::<i64>();
    let mut times = closed[0].clone();
    if count(&times) < LEAST_CASES {
        closed[1].iter().for_each(|(bucket, n)| *times.entry(*bucket).or_default() += n);
    }
    let times: Vec<(u16, i64)> = times.into_iter().collect();
    (times.iter().map(|(_, n)| n).sum::<i64>() >= LEAST_CASES).then(|| buckets::quantile_ms(&times, 0.9)).flatten()
}

#[allow(clippy::cast_precision_loss, reason = "times stay far below 2^52")]
pub(super) fn days(ms: Ms) -> f64 {
    ms as f64 / DAY_MS as f64
}

#[allow(clippy::cast_precision_loss, reason = "counts and times stay far below 2^52")]
impl Opportunities {
    /// How likely an opportunity is still won that has been open for this long: of the cohort's that were open at that age, the share that was
    /// won later. Times within a class count as spread evenly.
    pub(super) fn chance(&self, age_ms: Ms) -> f64 {
        let at = class_of(age_ms);
        let (from_ms, to_ms) = (class_begins_ms(at), class_begins_ms(at + 1));
        let left = ((to_ms - age_ms) as f64 / (to_ms - from_ms) as f64).clamp(0.0, 1.0);
        let later = |took: &[i64; CLASSES as usize]| {
            let after: i64 = took.iter().skip(usize::from(at) + 1).sum();
            after as f64 + took[usize::from(at)] as f64 * left
        };
        let [won, lost] = self.took.each_ref().map(later);
        let open = won + lost + self.cohort.still_open as f64;
        if open > 0.0 { (won / open).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// How many of those that are open now will be won.
    pub(super) fn expected_wins(&self, figures: &Figures, key: u64) -> f64 {
        let until_ms = figures.until_ms.unwrap_or(0);
        let open = figures.sorted().into_iter().filter_map(|(k, n)| match k {
            Key::OpportunitiesOpen { model, day } if *model == key => Some((Ms::from(*day), n)),
            _ => None,
        });
        // A sum of nothing is -0.0.
        open.map(|(day, n)| n as f64 * self.chance(age_ms(day, until_ms))).fold(0.0, |all, wins| all + wins)
    }
}

/// How old those are on average that were opened on a day.
fn age_ms(day: Ms, until_ms: Ms) -> Ms {
    let from_ms = day * DAY_MS;
    let to_ms = (from_ms + DAY_MS).min(until_ms).max(from_ms);
    (until_ms - (from_ms + to_ms) / 2).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::HOUR_MS;

    const MODEL: u64 = 7;
    const MONDAY_MS: Ms = 1_716_163_200_000;

    /// Opened in the first week: numbers won within an hour, won after some days, lost after some days; the rest is open.
    fn shop(opened: i64, at_once: i64, late: (i64, i64), lost: (i64, i64), watched_days: i64) -> Figures {
        let week = crate::engine::figures::week_of(MONDAY_MS);
        let mut figures = Figures::default();
        figures.covers(Some(MONDAY_MS));
        figures.covers(Some(MONDAY_MS + watched_days * DAY_MS));
        let mut add = |what, n| figures.add(Key::Opportunities { model: MODEL, week, what }, n);
        add(OpportunityFact::Opened, opened);
        add(OpportunityFact::Won, at_once + late.0);
        add(OpportunityFact::Lost, lost.0);
        for (won, n, took_ms) in [(true, at_once, HOUR_MS / 2), (true, late.0, late.1 * DAY_MS), (false, lost.0, lost.1 * DAY_MS)]
        {
            figures.add(Key::OpportunityTook { model: MODEL, week, won, class: class_of(took_ms) }, n);
            figures.add(Key::OpportunityClosed { model: MODEL, won, bucket: buckets::of(took_ms) }, n);
        }
        figures
    }

    fn why(figures: &Figures) -> Option<String> {
        of(figures, MODEL).trust.why
    }

    #[test]
    fn a_young_shop_says_when_it_can_tell_and_an_old_one_tells() {
        assert_eq!(why(&shop(40, 30, (0, 1), (0, 1), 2)).unwrap(), "too young to tell (first figure in 12 days)");
        assert_eq!(why(&shop(40, 30, (0, 1), (0, 1), 13)).unwrap(), "too young to tell (first figure in 1 day)");
        let old = of(&shop(40, 30, (0, 1), (0, 1), 14), MODEL);
        assert_eq!((old.trust.cases, old.cohort.won, old.cohort.still_open, old.trust.why), (40, 30, 10, None));
        assert!(old.trust.interval.is_some_and(|[low, high]| low < 0.75 && high > 0.75));
    }

    #[test]
    fn what_takes_long_is_watched_for_half_as_long_again() {
        let slow = shop(40, 0, (20, 40), (10, 41), 50);
        let days = of(&slow, MODEL).trust.first_figure_in_days.unwrap();
        assert!((8..=18).contains(&days), "nine of ten within about 42 days: {days}");
        assert_eq!(why(&shop(40, 0, (20, 40), (10, 41), 70)), None);
    }

    #[test]
    fn few_cases_are_told_as_few_however_old() {
        let text = why(&shop(40, 3, (0, 1), (2, 30), 300)).unwrap();
        assert_eq!(text, "too few to tell (won or lost were 5, at least 10 are needed)");
        assert_eq!(why(&shop(0, 0, (0, 1), (0, 1), 300)).unwrap(), "no opportunity was opened");
        assert!(why(&shop(9, 5, (4, 2), (3, 2), 300)).unwrap().starts_with("too few to tell (had the time were 9"));
    }

    #[test]
    fn what_has_been_open_for_long_is_worth_less() {
        let known = of(&shop(100, 40, (10, 20), (30, 30), 300), MODEL);
        assert!((known.chance(0) - 0.5).abs() < 1e-9);
        assert!((known.chance(2 * HOUR_MS) - 10.0 / 60.0).abs() < 1e-9, "the fast ones are through");
        assert!(known.chance(40 * DAY_MS) < 1e-9);
        let mut figures = shop(100, 40, (10, 20), (30, 30), 300);
        let today = u16::try_from(figures.until_ms.unwrap() / DAY_MS).unwrap();
        figures.add(Key::OpportunitiesOpen { model: MODEL, day: today - 100 }, 50);
        assert!(known.expected_wins(&figures, MODEL) < 1e-9);
        figures.add(Key::OpportunitiesOpen { model: MODEL, day: today - 1 }, 6);
        assert!((known.expected_wins(&figures, MODEL) - 1.0).abs() < 1e-9, "six, an hour or more old");
    }
}

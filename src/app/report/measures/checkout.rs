//! The checkout, step by step: of the visits that reached a step in a week, how many went on from it.

use super::dates::day;
use super::share::share;
use super::trust::Trust;
use super::weeks::{self, Unusual, Week};
use crate::domain::DAY_MS;
use crate::domain::state::checkout::Step;
use crate::engine::figures::{Figures, Key, week_start_ms};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Checkout {
    pub steps: Vec<CheckoutStep>,
    /// Weeks that were unusual, the clearest first.
    pub unusual: Vec<Unusual>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct CheckoutStep {
    pub step: String,
    /// Visits that reached it, and those of them that went on to a further step or ordered.
    pub entered: i64,
    pub onward: i64,
    pub conversion: Option<f64>,
    pub conversion_trust: Trust,
    pub weeks: Vec<Week>,
}

/// `None` where no checkout was seen.
pub(super) fn of(figures: &Figures) -> Option<Checkout> {
    let mut all: BTreeMap<Step, BTreeMap<i32, [i64; 2]>> = BTreeMap::new();
    for (key, n) in figures.sorted() {
        if let Key::Checkout { step, week, onward } = key {
            all.entry(Step(*step)).or_default().entry(*week).or_default()[usize::from(*onward)] += n;
        }
    }
    let mut unusual = Vec::new();
    let steps = all.into_iter().map(|(step, by_week)| {
        let (name, mut weeks) = (step.name(), weeks_of(by_week, figures.until_ms));
        unusual.extend(weeks::judge(&mut weeks, &name));
        let sum = |of: fn(&Week) -> i64| weeks.iter().map(of).sum::<i64>();
        let (entered, onward) = (sum(|w| w.entered), sum(|w| w.onward));
        let (conversion, conversion_trust) = (share(onward, entered), Trust::rate(onward, entered));
        CheckoutStep { step: name, entered, onward, conversion, conversion_trust, weeks }
    });
    let steps: Vec<CheckoutStep> = steps.collect();
    unusual.sort_by(|a, b| b.strength.abs().total_cmp(&a.strength.abs()));
    (!steps.is_empty()).then_some(Checkout { steps, unusual })
}

fn weeks_of(by_week: BTreeMap<i32, [i64; 2]>, until_ms: Option<i64>) -> Vec<Week> {
    let week = |(week, [entered, onward]): (i32, [i64; 2])| {
        // Visits take minutes: all but those of the last hour have gone on, or never will.
        let is_settled = until_ms.is_some_and(|until_ms| until_ms >= week_start_ms(week) + DAY_MS);
        let lost = if is_settled { (entered - onward).max(0) } else { 0 };
        let conversion = share(onward.min(entered), entered);
        let conversion_trust = Trust::rate(onward.min(entered), entered);
        Week { week, begins: day(week_start_ms(week)), entered, onward, lost, conversion, conversion_trust, unusual: None }
    };
    by_week.into_iter().map(week).collect()
}

//! Velocity and forecast, with every number that they are made of.

use super::cohort::{self, Cohort, Opportunities};
use super::money;
use super::numbering::number;
use super::share::share;
use super::trust::Trust;
use crate::domain::Text;
use crate::domain::model::axis::Pipeline;
use crate::domain::terms::movement::Axis;
use crate::domain::terms::per_axis::PerAxis;
use crate::engine::figures::{Figures, Key, ModelNames, Way};
use serde::Serialize;
use std::collections::BTreeMap;

const SECONDS_PER_DAY: f64 = 86_400.0;
/// From this cycle on, a velocity is given per week; from the second on, per month of thirty days.
const BY_WEEK_FROM_DAYS: f64 = 14.0;
const BY_MONTH_FROM_DAYS: f64 = 60.0;

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct PipelineMeasures {
    pub axis: &'static str,
    /// Opportunities stand from this stage on, and are won at that one.
    pub open_from: String,
    pub won_at: String,
    pub opportunities: i64,
    /// Moves to won or beyond, and out of the open stages to before them, in all that was counted.
    pub won: i64,
    pub lost: i64,
    /// Of those won, the ones that never were open.
    pub won_directly: i64,
    pub cohort: Cohort,
    /// won ÷ opened, of the cohort
    pub win_rate: Option<f64>,
    pub win_rate_trust: Trust,
    /// Mean time from opening to winning, of the cohort.
    pub cycle_days: Option<f64>,
    pub cycle_days_trust: Trust,
    /// How many of the open ones will be won, given how long each has been open.
    pub expected_wins: Option<f64>,
    pub expected_wins_trust: Trust,
    pub money: BTreeMap<String, Forecast>,
}

/// In one currency.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Forecast {
    /// What is sold in this currency ÷ all orders that name a value.
    pub average_value: f64,
    pub average_value_trust: Trust,
    /// opportunities × average value: no forecast is larger.
    pub pipeline_value: f64,
    /// expected wins × average value
    pub expected: Option<f64>,
    /// The same with the ends of the win rate's interval.
    pub expected_interval: Option<[f64; 2]>,
    /// expected ÷ cycle; a cycle below a day counts as one.
    pub per_day: Option<f64>,
    /// The same by the day, the week or the month, as fits the cycle.
    pub velocity: Option<f64>,
    pub velocity_per: Option<&'static str>,
}

#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub(super) fn of(figures: &Figures, key: u64, names: &ModelNames, wanted: Option<&(String, String)>) -> Option<PipelineMeasures> {
    let pipeline = wanted.and_then(|p| named(&names.stages, p)).or(names.pipeline)?;
    let Pipeline { axis: meant, open, won: won_at } = pipeline;
    let moved = |wanted: &dyn Fn(u8, u8, Way) -> bool| {
        let meant = |k: &Key| matches!(k, Key::Moved { model, axis, from, to, way } if (*model, *axis) == (key, meant) && wanted(*from, *to, *way));
        figures.total(meant)
    };
    let opportunities = figures.total(
        |k| matches!(k, Key::Stands { model, axis, stage, .. } if (*model, *axis) == (key, meant) && pipeline.is_open(*stage)),
    );
    let reversed = moved(&|from, to, way| way == Way::OrderReversed && from >= won_at && to < won_at);
    let known = Known { figures, key, is_counted: names.pipeline == Some(pipeline) };
    let (mut cohort, trust) = known.cohort();
    let win_rate = share(cohort.cohort.won, cohort.cohort.opened).filter(|_| trust.why.is_none());
    let is_told = win_rate.is_some();
    let won = cohort.cohort.won;
    let cycle_days = (is_told && won > 0).then(|| cohort.won_seconds as f64 / won as f64 / SECONDS_PER_DAY);
    let expected_wins = is_told.then(|| cohort.expected_wins(figures, key).min(opportunities as f64));
    let beside = |cases| Trust { cases, interval: None, ..trust.clone() };
    let orders = money::priced_orders(figures);
    let forecast = |(currency, average): (String, f64)| {
        let most = opportunities as f64 * average;
        let expected = expected_wins.map(|wins| wins * average);
        let per_day = cycle_days.zip(expected).map(|(days, expected)| expected / days.max(1.0));
        let unit = cycle_days.map(unit);
        let forecast = Forecast {
            average_value: average,
            average_value_trust: Trust::cases(orders),
            pipeline_value: most,
            expected,
            expected_interval: expected.zip(win_rate.zip(trust.interval)).map(|(e, (rate, ends))| within(e, rate, ends, most)),
            per_day,
            velocity: per_day.zip(unit).map(|(per_day, (_, days))| per_day * days),
            velocity_per: unit.filter(|_| per_day.is_some()).map(|(name, _)| name),
        };
        (currency, forecast)
    };
    let name = |stage: u8| names.stages[meant].get(usize::from(stage) - 1).map(ToString::to_string).unwrap_or_default();
    Some(PipelineMeasures {
        axis: meant.name(),
        open_from: name(open),
        won_at: name(won_at),
        opportunities,
        won: moved(&|from, to, _| from < won_at && to >= won_at) - reversed,
        lost: moved(&|from, to, _| pipeline.is_open(from) && to < open),
        won_directly: cohort.won_directly,
        win_rate,
        cycle_days,
        cycle_days_trust: beside(won),
        expected_wins,
        expected_wins_trust: beside(opportunities),
        money: money::average_order(figures).into_iter().map(forecast).collect(),
        cohort: std::mem::take(&mut cohort.cohort),
        win_rate_trust: trust,
    })
}

/// What was counted of the opportunities.
struct Known<'a> {
    figures: &'a Figures,
    key: u64,
    /// The stages are those by which they were counted.
    is_counted: bool,
}

impl Known<'_> {
    fn cohort(&self) -> (Opportunities, Trust) {
        let mut all = cohort::of(self.figures, self.key);
        if !self.is_counted {
            all.cohort = Cohort::default();
            let why = "not counted: a running instance follows opportunities between the model's own stages only (from files they are counted again)";
            return (all, Trust::none(0, why.to_owned()));
        }
        let trust = all.trust.clone();
        (all, trust)
    }
}

/// The unit that a velocity is given in, and its days.
fn unit(cycle_days: f64) -> (&'static str, f64) {
    if cycle_days < BY_WEEK_FROM_DAYS {
        ("day", 1.0)
    } else if cycle_days < BY_MONTH_FROM_DAYS {
        ("week", 7.0)
    } else {
        ("month", 30.0)
    }
}

/// What is expected, with the ends of the rate's interval instead of the rate. Where nothing is expected no ratio of rates says how much
/// it may be all the same: so much of all.
fn within(expected: f64, rate: f64, [low, high]: [f64; 2], most: f64) -> [f64; 2] {
    if rate > 0.0 && expected > 0.0 { [expected * low / rate, (expected * high / rate).min(most)] } else { [0.0, most * high] }
}

/// The stages that the caller names.
pub(crate) fn named(stages: &PerAxis<Vec<Text>>, (open, won): &(String, String)) -> Option<Pipeline> {
    Axis::ALL.into_iter().rev().find_map(|axis| {
        let place = |wanted: &String| stages[axis].iter().position(|s| s == wanted.as_str());
        let (open, won) = (place(open)?, place(won)?);
        (open < won).then(|| Pipeline { axis, open: number(open), won: number(won) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_velocity_has_the_unit_that_fits_and_a_forecast_its_bounds() {
        assert_eq!([0.001, 13.9, 14.0, 59.0, 61.0, 400.0].map(|d| unit(d).0), ["day", "day", "week", "week", "month", "month"]);
        assert_eq!(within(100.0, 0.5, [0.25, 0.75], 120.0), [50.0, 120.0]);
        assert_eq!(within(0.0, 0.0, [0.0, 0.25], 120.0), [0.0, 30.0]);
    }
}

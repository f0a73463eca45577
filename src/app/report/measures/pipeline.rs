//! Velocity and forecast, with every number that they are made of.

use super::stages::number;
use super::{money, share};
use crate::domain::effect::Axis;
use crate::engine::figures::{Figures, Key, ModelNames, Pipeline};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct PipelineMeasures {
    pub axis: &'static str,
    /// Opportunities stand from this stage on, and are won at that one.
    pub open_from: String,
    pub won_at: String,
    pub opportunities: i64,
    pub won: i64,
    pub lost: i64,
    /// won ÷ (won + lost)
    pub win_rate: Option<f64>,
    /// Mean time from the first touch to the first order.
    pub cycle_days: Option<f64>,
    pub money: BTreeMap<String, Forecast>,
}

/// In one currency.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Forecast {
    /// What is sold in this currency ÷ all orders that name a value.
    pub average_value: f64,
    /// opportunities × win rate × average value
    pub expected: f64,
    /// expected ÷ cycle
    pub per_day: Option<f64>,
}

#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub(super) fn of(figures: &Figures, key: u64, names: &ModelNames, wanted: Option<&(String, String)>) -> Option<PipelineMeasures> {
    let Pipeline { axis: meant, open, won: won_at } = wanted.and_then(|p| named(names, p)).or(names.pipeline)?;
    let is_open = |stage: u8| (open..won_at).contains(&stage);
    let moved = |wanted: &dyn Fn(u8, u8) -> bool| {
        let meant = |k: &Key| matches!(k, Key::Moved { model, axis, from, to, .. } if (*model, *axis) == (key, meant) && wanted(*from, *to));
        figures.total(meant)
    };
    let opportunities = figures
        .total(|k| matches!(k, Key::Stands { model, axis, stage, .. } if (*model, *axis) == (key, meant) && is_open(*stage)));
    let won = moved(&|from, to| from < won_at && to >= won_at);
    let lost = moved(&|from, to| is_open(from) && to < open);
    let win_rate = share(won, won + lost);
    let cycle_days = money::days_to_close(figures).filter(|days| *days > 0.0);
    let forecast = |(currency, average): (String, f64)| {
        let expected = opportunities as f64 * win_rate? * average;
        Some((currency, Forecast { average_value: average, expected, per_day: cycle_days.map(|d| expected / d) }))
    };
    let name = |stage: u8| names.stages[meant.index()].get(usize::from(stage) - 1).map(ToString::to_string).unwrap_or_default();
    Some(PipelineMeasures {
        axis: meant.name(),
        open_from: name(open),
        won_at: name(won_at),
        opportunities,
        won,
        lost,
        win_rate,
        cycle_days,
        money: money::average_order(figures).into_iter().filter_map(forecast).collect(),
    })
}

/// The stages that the caller names.
fn named(names: &ModelNames, (open, won): &(String, String)) -> Option<Pipeline> {
    Axis::ALL.into_iter().rev().find_map(|axis| {
        let place = |wanted: &String| names.stages[axis.index()].iter().position(|s| s == wanted.as_str());
        let (open, won) = (place(open)?, place(won)?);
        (open < won).then(|| Pipeline { axis, open: number(open), won: number(won) })
    })
}

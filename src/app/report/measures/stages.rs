//! Stages of a model: who stands there, where they went on to, how long they stayed.

use super::coverage::{self, Coverage};
use super::numbering::{number, personas};
use super::pipeline::{self, PipelineMeasures};
use super::share::share;
use super::trust::Trust;
use super::weeks::{self, Unusual, Week};
use crate::domain::Text;
use crate::domain::terms::movement::Axis;
use crate::engine::figures::{Figures, Key, ModelNames, Way, buckets};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ModelMeasures {
    pub name: String,
    pub hash: String,
    /// In charge of some of the prospects, who are counted where they stand. Another model only counts moves.
    pub in_charge: bool,
    pub axes: Vec<AxisMeasures>,
    pub pipeline: Option<PipelineMeasures>,
    pub coverage: Option<Coverage>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct AxisMeasures {
    pub axis: &'static str,
    pub stages: Vec<Stage>,
    /// Prospects by persona and stage; those of no persona last.
    pub personas: Vec<PersonaRow>,
    /// Weeks whose conversion was unusual, the clearest first.
    pub unusual: Vec<Unusual>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct PersonaRow {
    pub persona: Option<String>,
    /// By stage.
    pub prospects: Vec<i64>,
}

/// One stage. Everyone who was in it left onward, left another way, or is still there.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Stage {
    pub stage: String,
    /// There now.
    pub prospects: i64,
    /// Times that someone was in it.
    pub visits: i64,
    /// Moves into this stage or past it, from below.
    pub reached: i64,
    pub onward: i64,
    /// Of those onward, the ones that skipped the next stage.
    pub skipped_next: i64,
    pub back: i64,
    pub stale: i64,
    pub disqualified: i64,
    pub re_entered: i64,
    /// Began the next journey: no loss.
    pub next_journey: i64,
    /// Share of the visits that went onward.
    pub conversion: Option<f64>,
    pub conversion_trust: Trust,
    /// Share of the visits that left another way.
    pub drop_off: Option<f64>,
    pub drop_off_trust: Trust,
    /// Where they went instead, the most frequent first.
    pub leaks: Vec<Leak>,
    pub median_ms: Option<i64>,
    pub p90_ms: Option<i64>,
    /// Of median and p90: those who left.
    pub times_trust: Trust,
    pub weeks: Vec<Week>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Leak {
    pub way: &'static str,
    pub to: String,
    pub count: i64,
    pub share: Option<f64>,
    pub share_trust: Trust,
}

/// The measures of one model.
pub(super) fn of(figures: &Figures, key: u64, names: &ModelNames, wanted: Option<&(String, String)>) -> ModelMeasures {
    let in_charge = figures.total(|k| matches!(k, Key::Stands { model, .. } if *model == key)) > 0;
    let axes = Axis::ALL.into_iter().filter(|axis| !names.stages[*axis].is_empty());
    ModelMeasures {
        name: names.name.to_string(),
        hash: names.hash.to_string(),
        in_charge,
        axes: axes.map(|axis| axis_measures(figures, key, names, axis, in_charge)).collect(),
        pipeline: pipeline::of(figures, key, names, wanted).filter(|_| in_charge),
        coverage: (in_charge && !names.stages.journey.is_empty()).then(|| coverage::of(figures, key, names)),
    }
}

/// One move: from, to, way, how often.
type Move = (u8, u8, Way, i64);

fn axis_measures(figures: &Figures, key: u64, names: &ModelNames, meant: Axis, in_charge: bool) -> AxisMeasures {
    let stages = &names.stages[meant];
    let mut moves: Vec<Move> = Vec::new();
    let mut stays: BTreeMap<(u8, bool), Vec<(u16, i64)>> = BTreeMap::new();
    for (k, n) in figures.sorted() {
        match k {
            Key::Moved { model, axis, from, to, way } if (*model, *axis) == (key, meant) => moves.push((*from, *to, *way, n)),
            Key::Stayed { model, axis, stage, onward, bucket } if (*model, *axis) == (key, meant) => {
                stays.entry((*stage, *onward)).or_default().push((*bucket, n));
            }
            _ => {}
        }
    }
    let stands = |persona: u8, stage: u8| figures.get(&Key::Stands { model: key, axis: meant, persona, stage });
    let rows = personas(names).into_iter().map(|(persona, name)| PersonaRow {
        persona: name,
        prospects: (0..stages.len()).map(|n| stands(persona, number(n))).collect(),
    });
    let rows: Vec<PersonaRow> = rows.collect();
    let by_week = weeks::of(figures, key, meant);
    let mut unusual = Vec::new();
    let mut all = Vec::new();
    for (index, name) in stages.iter().enumerate() {
        let now = rows.iter().map(|r| r.prospects[index]).sum();
        let mut stage = stage(number(index), name, stages, &moves, in_charge.then_some(now));
        let onward = stays.get(&(number(index), true)).cloned().unwrap_or_default();
        let otherwise = stays.get(&(number(index), false)).cloned().unwrap_or_default();
        let times = both(&onward, &otherwise);
        stage.median_ms = buckets::quantile_ms(&times, 0.5);
        stage.p90_ms = buckets::quantile_ms(&times, 0.9);
        stage.times_trust = Trust::cases(times.iter().map(|(_, n)| n).sum());
        stage.weeks = by_week.get(&number(index)).cloned().unwrap_or_default();
        let lapsed = usize::from(names.lapsed[meant]);
        let last = if lapsed == stages.len() { stages.len() - 1 } else { stages.len() };
        if index + 1 == last {
            // Nothing lies beyond the last stage; of those who lapsed some come back.
            stage.conversion = None;
            stage.conversion_trust = Trust::none(stage.visits, "nothing lies beyond the last stage".to_owned());
        } else {
            unusual.extend(weeks::judge(&mut stage.weeks, name));
        }
        all.push(stage);
    }
    unusual.sort_by(|a, b| b.strength.abs().total_cmp(&a.strength.abs()));
    AxisMeasures { axis: meant.name(), stages: all, personas: rows, unusual }
}

fn both(one: &[(u16, i64)], two: &[(u16, i64)]) -> Vec<(u16, i64)> {
    let mut sums: BTreeMap<u16, i64> = BTreeMap::new();
    one.iter().chain(two).for_each(|(bucket, n)| *sums.entry(*bucket).or_default() += n);
    sums.into_iter().collect()
}

/// `now`: who stands there, where that is counted; else those who came and did not leave.
fn stage(wanted: u8, name: &Text, stages: &[Text], moves: &[Move], now: Option<i64>) -> Stage {
    let left: Vec<&Move> = moves.iter().filter(|(from, ..)| *from == wanted).collect();
    let by = |way: Way| left.iter().filter(|m| m.2 == way).map(|m| m.3).sum::<i64>();
    let gone: i64 = left.iter().map(|m| m.3).sum();
    let came: i64 = moves.iter().filter(|(_, to, ..)| *to == wanted).map(|m| m.3).sum();
    let now = now.unwrap_or((came - gone).max(0));
    let visits = gone + now;
    let onward = by(Way::Onward);
    let leak = |(_, to, way, count): &&Move| Leak {
        way: way.word(),
        to: stages.get(usize::from(*to).wrapping_sub(1)).map(ToString::to_string).unwrap_or_default(),
        count: *count,
        share: share(*count, visits),
        share_trust: Trust::rate(*count, visits),
    };
    let mut leaks: Vec<Leak> = left.iter().filter(|m| !matches!(m.2, Way::Onward | Way::NextJourney)).map(leak).collect();
    leaks.sort_by_key(|leak| std::cmp::Reverse(leak.count));
    // Who begins the next journey is not lost.
    let lost = gone - onward - by(Way::NextJourney);
    Stage {
        stage: name.to_string(),
        prospects: now,
        visits,
        reached: moves
            .iter()
            .filter(|(from, to, way, _)| *from < wanted && *to >= wanted && *way != Way::Stale)
            .map(|m| m.3)
            .sum(),
        onward,
        skipped_next: left.iter().filter(|m| m.2 == Way::Onward && m.1 > wanted + 1).map(|m| m.3).sum(),
        back: by(Way::Back),
        stale: by(Way::Stale),
        disqualified: by(Way::Disqualified),
        re_entered: by(Way::ReEntered),
        next_journey: by(Way::NextJourney),
        conversion: share(onward, visits),
        conversion_trust: Trust::rate(onward, visits),
        drop_off: share(lost, visits),
        drop_off_trust: Trust::rate(lost, visits),
        leaks,
        median_ms: None,
        p90_ms: None,
        times_trust: Trust::default(),
        weeks: Vec::new(),
    }
}

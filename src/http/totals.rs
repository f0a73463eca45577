//! The numbers of all tasks of an instance added up: for the API, the dashboard and the gauges of `/metrics`.

use crate::domain::model::{Model, Models};
use crate::domain::terms::movement::Axis;
use crate::domain::terms::per_axis::PerAxis;
use crate::domain::{Ms, Text};
use crate::runtime::snapshot::recovery::Recovery;
use crate::runtime::snapshot::{Counts, Population, StatusBoard, TaskState};
use crate::runtime::trouble::{Trouble, TroubleKind};
use crate::telemetry::{StateTotals, Telemetry};
use crate::view::funnel::{Named, OfModel, OfPersona};
use std::collections::BTreeMap;

/// The prospects of one model, with its names.
fn of_model(model: &Model, counts: &Counts) -> OfModel {
    let stages = |axis: Axis, of: &[u64]| named(model.axes[axis].stages.iter(), of);
    let persona = |(name, PerAxis { journey, funnel }): (Option<String>, &PerAxis<Vec<u64>>)| OfPersona {
        funnel: stages(Axis::Funnel, funnel),
        journey: stages(Axis::Journey, journey),
        name,
        prospects: journey.iter().sum(),
    };
    let personas = &model.people.personas;
    let names = std::iter::once(None).chain(personas.iter().map(|p| Some(p.name.to_string())));
    OfModel {
        funnel: stages(Axis::Funnel, &counts.stages(Axis::Funnel)),
        hash: model.hash_text.clone(),
        journey: stages(Axis::Journey, &counts.stages(Axis::Journey)),
        labels: named(model.score.labels.iter().map(|l| &l.name), &counts.labels),
        name: model.name.clone(),
        personas: names.zip(&counts.stages).filter(|_| !personas.is_empty()).map(persona).collect(),
        prospects: counts.labels.iter().sum(),
    }
}

/// Accounts by their state, and their members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AccountTotals {
    /// Neither agreed nor disqualified.
    pub open: u64,
    pub consensus: u64,
    pub disqualified: u64,
    pub members: u64,
}

/// What the instance holds and did, over its tasks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Totals {
    /// Partitions that were counted.
    pub partitions: Vec<i32>,
    /// Every task of this instance is ready: nothing is missing from the numbers.
    pub complete: bool,
    pub prospects: u64,
    /// By the model in charge, in the configured order.
    pub models: Vec<OfModel>,
    /// Prospects with an open cart, and those whose series is armed or running.
    pub open_carts: u64,
    pub series_pending: u64,
    pub accounts: AccountTotals,
    pub steps_held: u64,
    /// Ids that point to others.
    pub forwards: u64,
    pub decoded: u64,
    pub timers: u64,
    /// Of the fullest partition: prospects by `engine.max_records_per_partition`, in thousandths; 0 while that is off.
    pub fill_milli: u64,
    pub state_bytes: u64,
    pub events: u64,
    pub dead_letters: u64,
    pub stage_changes: u64,
    pub score_changes: u64,
    /// Cart triggers by step, first: step 1.
    pub cart_triggers: Vec<u64>,
    pub cart_outcomes: BTreeMap<&'static str, u64>,
    pub recovery: Recovery,
    /// Records not read yet, by topic, as far as they are known.
    pub lag_records: BTreeMap<String, u64>,
}

impl Totals {
    /// Adds up what the tasks last published, with the names of the models.
    #[must_use]
    pub fn of(board: &StatusBoard, models: &Models) -> Self {
        let tasks = board.tasks();
        let mut all = Self { complete: tasks.iter().all(|t| t.state == TaskState::Ready), ..Self::default() };
        let mut population = Population::of(models);
        for task in &tasks {
            all.partitions.push(task.partition);
            population.add(&task.population);
            all.prospects += task.size.records as u64 - task.population.accounts.iter().sum::<u64>();
            all.state_bytes += task.size.record_bytes as u64;
            all.decoded += task.size.decoded as u64;
            all.timers += task.size.timers as u64;
            let fill = task.size.most_prospects.map_or(0, |most| task.size.prospects * 1_000 / most.max(1));
            all.fill_milli = all.fill_milli.max(fill as u64);
            all.steps_held += task.size.held as u64;
            all.events += task.done.events;
            all.dead_letters += task.done.dead_letters;
            all.stage_changes += task.done.stage_changes;
            all.score_changes += task.done.score_changes;
            for (n, left) in task.done.cart_triggers.iter().enumerate() {
                all.cart_triggers.resize(all.cart_triggers.len().max(n + 1), 0);
                all.cart_triggers[n] += left;
            }
            for (kind, count) in &task.done.cart_outcomes {
                *all.cart_outcomes.entry(kind).or_default() += count;
            }
            all.recovery.merge(&task.done.recovery);
            for (topic, lag) in &task.lag {
                *all.lag_records.entry(topic.to_string()).or_default() += lag.unwrap_or_default();
            }
        }
        all.models = models.models.iter().zip(&population.models).map(|(model, counts)| of_model(model, counts)).collect();
        all.cart_triggers.resize(all.cart_triggers.len().max(models.most_cart_steps()), 0);
        all.open_carts = population.carts[2] + population.carts[3];
        all.series_pending = population.carts[3];
        let [_, open, consensus, disqualified] = population.accounts;
        all.forwards = population.forwards;
        all.accounts = AccountTotals { open, consensus, disqualified, members: population.members };
        all
    }
}

/// Counts begin with those that stand nowhere.
fn named<'a>(names: impl Iterator<Item = &'a Text>, counts: &[u64]) -> Vec<Named> {
    let names = std::iter::once(None).chain(names.map(|n| Some(n.to_string())));
    names.zip(counts).map(|(name, prospects)| Named { name, prospects: *prospects }).collect()
}

/// Sets the gauges of `/metrics` from what is published, just before a scrape.
pub fn set_gauges(board: &StatusBoard, models: &Models, now_ms: Ms, telemetry: &Telemetry) {
    let all = Totals::of(board, models);
    all.models.iter().for_each(|model| gauges_of(model, telemetry));
    let AccountTotals { open, consensus, disqualified, members } = all.accounts;
    telemetry.accounts(&[("open", open), ("consensus", consensus), ("disqualified", disqualified)], members);
    if all.forwards > 0 {
        telemetry.forwards(all.forwards);
    }
    telemetry.state(&StateTotals {
        records: all.prospects + open + consensus + disqualified,
        bytes: all.state_bytes,
        decoded: all.decoded,
        timers: all.timers,
        fill_milli: all.fill_milli,
        steps_held: all.steps_held,
    });
    let tasks = board.tasks();
    for state in TaskState::NAMES {
        telemetry.tasks(state, tasks.iter().filter(|t| t.state.name() == state).count() as u64);
    }
    // What left this instance shows no old number.
    telemetry.forget_partitions();
    for task in tasks {
        for (topic, lag) in &task.lag {
            if let Some(records) = lag {
                telemetry.input_lag(topic, task.partition, *records);
            }
        }
        let behind_ms = task.time_ms.filter(|_| !task.caught_up).map_or(0, |time_ms| now_ms - time_ms);
        telemetry.task_clock_lag(task.partition, behind_ms as f64 / 1_000.0);
        for kind in TroubleKind::ALL {
            telemetry.task_trouble(task.partition, kind.name(), seconds_of(kind, &task.troubles, now_ms));
        }
    }
    let routers = board.routers();
    if !routers.is_empty() {
        let troubles: Vec<Trouble> = routers.into_iter().flat_map(|router| router.troubles).collect();
        for kind in TroubleKind::ALL.into_iter().filter(|kind| *kind != TroubleKind::Waiting) {
            telemetry.router_trouble(kind.name(), seconds_of(kind, &troubles, now_ms));
        }
    }
}

/// For how long there has been a trouble of a kind.
fn seconds_of(kind: TroubleKind, among: &[Trouble], now_ms: Ms) -> f64 {
    let since_ms = among.iter().filter(|t| t.kind == kind).map(|t| t.since_ms).min();
    since_ms.map_or(0.0, |since_ms| ((now_ms - since_ms) as f64 / 1_000.0).max(0.001))
}

fn gauges_of(model: &OfModel, telemetry: &Telemetry) {
    for (axis, stages) in [(Axis::Journey, &model.journey), (Axis::Funnel, &model.funnel)] {
        for stage in stages {
            telemetry.prospects(&model.name, axis.name(), stage.name.as_deref().unwrap_or("none"), stage.prospects);
        }
    }
    for label in &model.labels {
        telemetry.score_labels(&model.name, label.name.as_deref(), label.prospects);
    }
    for persona in &model.personas {
        let name = persona.name.as_deref().unwrap_or("none");
        for (axis, stages) in [(Axis::Journey, &persona.journey), (Axis::Funnel, &persona.funnel)] {
            for stage in stages {
                telemetry.personas(&model.name, name, axis.name(), stage.name.as_deref().unwrap_or("none"), stage.prospects);
            }
        }
    }
}

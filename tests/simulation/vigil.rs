//! What only those can see who stand by: why processes stopped, whether gaps were gone over without anybody's consent, whether what the
//! client library said was heard.

use super::api::{TopicPartition, Us};
use super::coverage::Branch;
use super::process::{End, WorkerId};
use super::setup::Simulation;
use super::world::MS;
use std::collections::BTreeMap;

/// So long after it was told, a worker has acted on it.
const HEARD_AFTER: Us = 200 * MS;

/// When which record was handed to which worker.
pub type Handed = BTreeMap<(TopicPartition, i64), Vec<Handing>>;

/// A record was handed to a worker.
#[derive(Copy, Clone, Debug)]
pub struct Handing {
    pub when: Us,
    pub worker: WorkerId,
}

/// When partitions began to be fetched, and from where.
pub type Started = BTreeMap<TopicPartition, Vec<Start>>;

/// A partition is fetched from here on. What was handed out before that offset stays in its worker's hands.
#[derive(Copy, Clone, Debug)]
pub struct Start {
    pub when: Us,
    pub offset: i64,
}

/// A consumer was told that what it had taken is gone.
#[derive(Copy, Clone, Debug)]
pub struct Told {
    pub at: TopicPartition,
    /// Where the log ended when it was truncated.
    pub end: i64,
    pub when: Us,
    pub worker: WorkerId,
}

/// # Errors
/// The first that was seen.
pub fn keep(simulation: &Simulation) -> Result<(), String> {
    stops(simulation)?;
    gaps(simulation)?;
    truncations(simulation)
}

/// A process that stops by itself has a reason that some fault explains.
fn stops(simulation: &Simulation) -> Result<(), String> {
    if !simulation.trial.is_trial {
        return Ok(());
    }
    let trial = &simulation.trial;
    let is_explained = |why: &str| (trial.loses && why.contains("kafka.on_gap")) || (trial.damages && why.contains("damaged"));
    for machine in simulation.fleet.machines.borrow().iter() {
        for run in &machine.runs {
            if let Some((at, End::Failed(why))) = &run.ended
                && !is_explained(why)
            {
                return Err(format!("StopsHaveCauses: at {} ms a process stopped, and no fault explains why: {why}", at / MS));
            }
        }
    }
    Ok(())
}

/// With `kafka.on_gap = "stop"` nobody goes over a gap.
fn gaps(simulation: &Simulation) -> Result<(), String> {
    match simulation.trial.gaps_before.get() {
        0 => Ok(()),
        n => Err(format!("GapsNeedConsent: {n} gaps were gone over although `kafka.on_gap` is `stop`")),
    }
}

/// Records that replaced others that were read are a gap, too: whoever is told so stops, or says that it goes over them.
fn truncations(simulation: &Simulation) -> Result<(), String> {
    let world = &simulation.world;
    if simulation.fleet.seen().get(&("worker: gap", "")).is_some_and(|n| *n > 0) {
        return Ok(());
    }
    let (handed, broker, names) = (world.handed.borrow(), world.broker.borrow(), world.names.borrow());
    let history = broker.history();
    for told in world.told.borrow().iter() {
        let read =
            handed.range((told.at, told.end)..=(told.at, i64::MAX)).filter(|(_, times)| times.iter().any(|t| t.when < told.when));
        let Some(last) = read.map(|((_, offset), _)| *offset).max() else { continue };
        let Some(name) = names.get(&told.worker) else { continue };
        let mut its = history.transactions.iter().filter(|t| t.transactional_id == *name && t.is_committed());
        let is_before = |decided: Us| decided < told.when;
        let Some(before) = its.clone().rfind(|t| is_before(t.decided)) else { continue };
        let visible = history.visible.get(&told.at);
        let replaced = visible.into_iter().flatten().any(|v| (told.end..=last).contains(&v.offset) && v.gone.is_none());
        let goes_on = its.find(|t| {
            t.decided > told.when + HEARD_AFTER
                && t.producer == before.producer
                && t.positions.get(&told.at).is_some_and(|position| *position > last + 1)
        });
        if let (Some(transaction), true) = (goes_on, replaced) {
            return Err(format!(
                "TruncationsAreGaps: at {} ms {name} was told that {:?} was truncated at {}, had read up to {last}, and went on at {} ms as if nothing were lost",
                told.when / MS,
                told.at,
                told.end,
                transaction.decided / MS
            ));
        }
    }
    Ok(())
}

/// A broker that does not say in time where a changelog ends is asked again: no task is read back for that.
///
/// # Errors
/// One was.
pub fn read_back(branches: &BTreeMap<Branch, u64>) -> Result<(), String> {
    match branches.get(&Branch::ReadBackForEnds) {
        None => Ok(()),
        Some(n) => {
            Err(format!("ReadBackForNothing: all tasks were read back {n} times as the ends of a changelog were not known"))
        }
    }
}

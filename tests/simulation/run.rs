//! One run: everything from a seed and a workload, until all is read, or it is clear that it won't be.

use super::api::{TopicPartition, Us};
use super::coverage::{Boards, Point, count_endings, listen};
use super::faults::{Kind, MOST_SKEW_MS};
use super::fleet::Machine;
use super::oracle::routing::Routing;
use super::oracle::{Evidence, Times, judge};
use super::replayed;
use super::setup::Simulation;
use super::vigil;
use super::world::SECOND;
use leadstream::runtime::snapshot::TaskState;
use std::collections::BTreeMap;

/// After the healing everything must be read within this.
const LONGEST_RECOVERY: Us = 90 * SECOND;
/// Where something hangs, somebody looks after so long.
const OPERATOR_COMES_AFTER: Us = 30 * SECOND;
/// After that nothing may come any more for so long.
const QUIET: Us = 12 * SECOND;

/// Which run.
#[derive(Clone, Debug)]
pub struct Case {
    pub seed: u64,
    pub workload: String,
    /// Keeps the last lines of the trace.
    pub is_recorded: bool,
}

impl Case {
    /// What a person calls it.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}, seed {}", self.workload, self.seed)
    }

    /// How a person sees it again.
    #[must_use]
    pub fn command(&self) -> String {
        format!("tests/simulation/run --workload {} --seed {}", self.workload, self.seed)
    }
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// Two runs with the same hash did the same.
    pub hash: u64,
    /// Why it failed.
    pub failure: Option<String>,
    /// The last lines of the trace.
    pub lines: Vec<String>,
    /// What happened how often.
    pub counts: BTreeMap<String, u64>,
}

impl Simulation {
    /// Lets it happen, and judges it.
    ///
    /// # Errors
    /// What failed.
    pub fn run(&self, boards: &Boards) -> Result<(), String> {
        let settled = self.settle();
        let verdict = self.judge(settled.as_ref().ok().copied()).and_then(|()| boards.verdict()).and_then(|()| vigil::keep(self));
        match (settled, verdict) {
            (Ok(_), Ok(())) if self.is_replayed => replayed::check(self),
            (Ok(_), verdict) => verdict,
            (Err(stuck), Ok(())) => Err(stuck),
            (Err(stuck), Err(finding)) => Err(format!("{finding}\n  and {stuck}")),
        }
    }

    /// Lets it happen; says since when everything is read, and every task at work: one whose owner was killed waits for its session.
    fn settle(&self) -> Result<Us, String> {
        let world = &self.world;
        world.run_until(self.ends_at + 5 * SECOND)?;
        while let Some(what) = self.unread().or_else(|| self.unready()).or_else(|| self.unsettled()) {
            if world.now() > self.ends_at + LONGEST_RECOVERY {
                let how = self.fleet.describe();
                return Err(format!("not settled {} s after the healing: {what}{how}", LONGEST_RECOVERY / SECOND));
            }
            if world.now() > self.heals_at + OPERATOR_COMES_AFTER {
                self.end_what_hangs();
            }
            world.run_until(world.now() + SECOND)?;
        }
        let settled = world.now();
        // What was refused for long is tried again ever less often.
        let quiet = if self.ends_at > self.heals_at { QUIET + 35 * SECOND } else { QUIET };
        world.run_until(settled + quiet)?;
        Ok(settled)
    }

    /// An operator does what the service asks for where it waits.
    fn end_what_hangs(&self) {
        let world = &self.world;
        let hanging = world.broker.borrow().hanging();
        for (at, producer) in hanging {
            world.trace.cover("operator: ends what hangs");
            world.broker.borrow_mut().end_by_hand(world.now(), at, producer);
        }
    }

    fn judge(&self, settled: Option<Us>) -> Result<(), String> {
        let world = &self.world;
        let broker = world.broker.borrow();
        let inputs = self.topics.all_of(&self.topics.inputs);
        let topics: Vec<u16> = (0..).take(self.topics.names.len()).collect();
        let formats = &self.fleet.plan().formats;
        let times = Times {
            skew_ms: if self.trial.is_trial { 0 } else { MOST_SKEW_MS },
            healthy: settled.map(|settled| (settled + SECOND, world.now())).into_iter().collect(),
            may_pause: self.trial.is_poisoned,
            may_shorten: self.faults.has(Kind::Refusal) || self.ends_at > self.heals_at,
            ..Times::of_a_quiet_run(formats, world.now())
        };
        let bounds = |at: TopicPartition| broker.bounds(at).map(|(start, _, end)| (at, (start, end)));
        let (handed, started, unknown) = (world.handed.borrow(), world.started.borrow(), BTreeMap::new());
        let (none, no_begins) = (BTreeMap::new(), BTreeMap::new());
        let (names, begins) = (world.names.borrow(), world.begins.borrow());
        let evidence = Evidence {
            handed: if self.trial.is_trial { &handed } else { &none },
            started: if self.trial.is_trial { &started } else { &unknown },
            names: &names,
            begins: if self.trial.is_trial { &begins } else { &no_begins },
            history: broker.history(),
            topics: &self.topics,
            formats,
            bounds: self.topics.all_of(&topics).filter_map(bounds).collect(),
            committed: inputs.filter_map(|at| Some((at, broker.committed(at)?))).collect(),
            routing: Routing {
                handed: &handed,
                started: &started,
                names: &names,
                begins: &begins,
                committed: self.topics.all_of(&self.topics.routed).filter_map(|at| Some((at, broker.committed(at)?))).collect(),
            },
            times,
        };
        judge(&evidence).into_result()
    }

    /// An input that is not read and committed to its end.
    fn unread(&self) -> Option<String> {
        let broker = self.world.broker.borrow();
        let read = self.topics.routed.iter().chain(&self.topics.inputs).copied().collect::<Vec<_>>();
        self.topics.all_of(&read).find_map(|at| {
            // Markers and aborted records at the end are passed with what comes after them.
            let visible = broker.history().visible.get(&at).into_iter().flatten();
            let end = visible.filter(|v| v.gone.is_none() && !v.is_progress()).map(|v| v.offset + 1).max().unwrap_or(0);
            let (name, partition) = (self.topics.name(at.topic), at.partition);
            let committed = broker.committed(at);
            (committed.unwrap_or(0) < end).then(|| format!("{name}, partition {partition} is not read: {committed:?} of {end}"))
        })
    }

    /// What is still to come of the faults, and takes tasks from their owners once more: nobody can be punctual then.
    fn unsettled(&self) -> Option<String> {
        let world = &self.world;
        // A process that is asked to stop finishes the call that it is in, up to ten seconds; its board shows its tasks till then.
        if let Some(machine) = self.fleet.stopping() {
            return Some(format!("machine {machine} stops, or is down"));
        }
        // Who has ended may still join: the broker keeps partitions for it as long as a session.
        if let Some(late_until) = world.late_until() {
            return Some(format!("requests are on their way until {late_until} us"));
        }
        // Boards show tasks at work until their owners hear of it.
        world.broker.borrow().is_rebalancing().then(|| "the group is rebalancing".to_owned())
    }

    /// A task that no board shows at work.
    fn unready(&self) -> Option<String> {
        let machines = self.fleet.machines.borrow();
        let tasks: Vec<_> = machines.iter().filter_map(Machine::running).flat_map(|running| running.board.tasks()).collect();
        let is_ready = |partition| tasks.iter().any(|task| task.partition == partition && task.state == TaskState::Ready);
        let task = (0..self.topics.partitions).find(|partition| !is_ready(*partition));
        let lanes = self.topics.all_of(&self.topics.routed).count();
        let routers: Vec<_> = machines.iter().filter_map(Machine::running).flat_map(|running| running.board.routers()).collect();
        let routed: usize = routers.iter().filter(|router| router.waits_for.is_none()).map(|router| router.partitions).sum();
        let unrouted = || (routed != lanes).then(|| format!("{routed} of {lanes} partitions are routed"));
        task.map(|partition| format!("task {partition} is not ready")).or_else(unrouted)
    }
}

/// Runs a case.
#[must_use]
pub fn run(case: &Case) -> Outcome {
    let simulation = Simulation::new(case);
    let boards = Boards::watch(&simulation);
    let (result, branches) = listen(|| simulation.run(&boards));
    let result = result.and_then(|()| vigil::read_back(&branches));
    simulation.world.kill_all();
    let trace = &simulation.world.trace;
    let mut counts: BTreeMap<String, u64> = trace.counts().into_iter().map(|(what, n)| (what.to_owned(), n)).collect();
    counts.extend(simulation.fleet.seen().into_iter().map(|((kind, name), n)| (format!("{kind}: {name}"), n)));
    counts.extend(boards.counts());
    counts.extend(branches.into_iter().map(|(branch, n)| (Point::Branch(branch).name(), n)));
    count_endings(simulation.world.broker.borrow().history(), &mut counts);
    for why in simulation.fleet.failures() {
        // Without numbers: alike ones are counted together.
        let alike: String = why.chars().filter(|c| !c.is_ascii_digit()).take(160).collect();
        *counts.entry(format!("stopped: {alike}")).or_default() += 1;
    }
    Outcome { hash: trace.hash(), failure: result.err(), lines: trace.lines(), counts }
}

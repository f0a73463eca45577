//! One run: everything from a seed and a workload, until all is read, or it is clear that it won't be.

use super::api::{Protocol, TopicPartition, Us};
use super::broker::{self, Broker};
use super::client::{Topics, batches, fetcher, group};
use super::dice::{Dice, Stream};
use super::faults::{FaultPlan, MOST_SKEW_MS};
use super::fleet::{Fleet, Plan};
use super::oracle::{Evidence, Times, judge};
use super::service::{ClientSettings, Formats};
use super::workloads;
use super::world::{MS, SECOND, START_MS, World};
use leadstream::runtime::ports::OutTopic;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::LazyLock;
use std::time::Duration;

/// After the healing everything must be read within this.
const LONGEST_RECOVERY: Us = 90 * SECOND;
/// After that nothing may come any more for so long.
const QUIET: Us = 12 * SECOND;

/// The workload in which requests may arrive long after they were sent again: the older transaction protocol is not sound then.
pub const PROXIES: &str = "proxies";

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

static SHOP: LazyLock<Formats> = LazyLock::new(|| Formats::new(&[r#"model.files=["tests/simulation/workloads/shop.toml"]"#]));

/// Everything there is in a run, for whoever looks at it from outside.
pub struct Simulation {
    pub world: Rc<World>,
    pub fleet: Rc<Fleet>,
    pub topics: Rc<Topics>,
    pub heals_at: Us,
    /// Some transactions take seconds to be completed, and the next one waits for that: after the healing too.
    slow_markers: bool,
}

impl Simulation {
    /// Sets everything up.
    #[must_use]
    pub fn new(case: &Case) -> Self {
        let formats = SHOP.clone();
        let dice = Dice::new(case.seed, &case.workload);
        let mut die = dice.of(Stream::Setup);
        let partitions = i32::try_from(die.between(1, 3)).unwrap_or(1);
        let topics = Rc::new(formats.topics(partitions));
        let mut settings = broker::Settings::new(vec![broker::Topic::new(partitions); topics.names.len()], START_MS);
        settings.topics[usize::from(topics.outputs[OutTopic::State as usize])].is_compacted = true;
        settings.verifies = die.chance(0.5);
        settings.consumer_session = *die.one_of(&[6 * SECOND, 12 * SECOND]);
        let slow_markers = die.chance(0.3);
        let chance = std::cell::RefCell::new(Dice::new(case.seed, "markers"));
        let delay = move |_: Option<TopicPartition>| {
            let dice = chance.borrow();
            let mut die = dice.of(Stream::Broker);
            if slow_markers && die.chance(0.05) { die.below(3 * SECOND) } else { die.between(100, 5 * MS) }
        };
        let broker = Broker::new(settings, Box::new(delay));
        let world = World::new(case.seed, &case.workload, broker);
        world.network.borrow_mut().has_proxies = case.workload == PROXIES;
        if case.is_recorded {
            world.trace.record();
        }
        let session = die.between(2, 6) * SECOND;
        let protocol = if die.chance(0.5) { Protocol::Classic } else { Protocol::Consumer };
        let transaction_timeout = die.between(2, 6);
        let clients = ClientSettings {
            group: group::Settings {
                protocol,
                topics: topics.inputs.clone(),
                session,
                heartbeat: session / 12,
                rebalance: *die.one_of(&[6 * SECOND, 30 * SECOND, 300 * SECOND]),
            },
            ahead: fetcher::Ahead {
                records: *die.one_of(&[5, 100, 10_000]),
                bytes: *die.one_of(&[2_000, 64 << 10, 1 << 20]),
                records_at_once: *die.one_of(&[1, 7, 500]),
            },
            transaction_timeout: Duration::from_secs(transaction_timeout),
            batches: batches::Settings {
                message_timeout: (transaction_timeout - 1) * SECOND,
                linger: 50 * MS,
                batch_records: *die.one_of(&[1, 5, 1_000]),
                batch_bytes: 1_000_000,
                queue_records: *die.one_of(&[50, 100_000]),
            },
        };
        let workers = u16::try_from(*die.one_of(&[1, 1, 1, 2])).unwrap_or(1);
        let plan = Plan { formats, topics: Rc::clone(&topics), clients, workers, adjust: Box::new(|options| options) };
        let machines = usize::try_from(die.between(1, 3)).unwrap_or(1);
        let fleet = Fleet::new(&world, plan, machines);
        let heals_at = die.between(10, 25) * SECOND;
        let faults = if die.chance(0.1) { FaultPlan::none() } else { FaultPlan::draw(&mut die, heals_at) };
        workloads::steady(&world, &topics, heals_at + 3 * SECOND, die.between(20, 200));
        for machine in 0..machines {
            let starting = Rc::clone(&fleet);
            let at = if die.chance(0.7) { die.below(200 * MS) } else { die.below(heals_at) };
            world.act(at, "start", move |_| starting.start(machine));
        }
        faults.begin(&fleet);
        Self { world, fleet, topics, heals_at, slow_markers }
    }

    /// Lets it happen, and judges it.
    ///
    /// # Errors
    /// What failed.
    pub fn run(&self) -> Result<(), String> {
        let settled = self.settle();
        let verdict = self.judge(settled.as_ref().ok().copied());
        match (settled, verdict) {
            (Ok(_), verdict) => verdict,
            (Err(stuck), Ok(())) => Err(stuck),
            (Err(stuck), Err(finding)) => Err(format!("{finding}\n  and {stuck}")),
        }
    }

    /// Lets it happen; says since when everything is read.
    fn settle(&self) -> Result<Us, String> {
        let world = &self.world;
        world.run_until(self.heals_at + 5 * SECOND)?;
        while let Some(what) = self.unread() {
            if world.now() > self.heals_at + LONGEST_RECOVERY {
                let how = self.fleet.describe();
                return Err(format!("not read {} s after the healing: {what}{how}", LONGEST_RECOVERY / SECOND));
            }
            world.run_until(world.now() + SECOND)?;
        }
        let settled = world.now();
        world.run_until(settled + QUIET)?;
        Ok(settled)
    }

    fn judge(&self, settled: Option<Us>) -> Result<(), String> {
        let world = &self.world;
        let broker = world.broker.borrow();
        let all = |topics: &[u16]| -> Vec<TopicPartition> {
            let partitions = 0..self.topics.partitions;
            topics
                .iter()
                .flat_map(|topic| partitions.clone().map(|partition| TopicPartition { topic: *topic, partition }))
                .collect()
        };
        let inputs = all(&self.topics.inputs);
        let topics: Vec<u16> = (0..).take(self.topics.names.len()).collect();
        let formats = &self.fleet.plan().formats;
        let times = Times {
            skew_ms: MOST_SKEW_MS,
            healthy: settled.map(|settled| (settled + SECOND, world.now())).into_iter().collect(),
            punctual: if self.slow_markers { 10 * SECOND } else { SECOND },
            ..Times::of_a_quiet_run(formats, world.now())
        };
        let bounds = |at: TopicPartition| broker.bounds(at).map(|(start, _, end)| (at, (start, end)));
        let evidence = Evidence {
            history: broker.history(),
            topics: &self.topics,
            formats,
            bounds: all(&topics).into_iter().filter_map(bounds).collect(),
            committed: inputs.iter().filter_map(|at| Some((*at, broker.committed(*at)?))).collect(),
            times,
        };
        judge(&evidence).into_result()
    }

    /// An input that is not read and committed to its end.
    fn unread(&self) -> Option<String> {
        let broker = self.world.broker.borrow();
        for topic in &self.topics.inputs {
            for partition in 0..self.topics.partitions {
                let at = TopicPartition { topic: *topic, partition };
                let (_, _, end) = broker.bounds(at)?;
                if end > 0 && broker.committed(at).unwrap_or(0) < end {
                    let name = self.topics.name(*topic);
                    return Some(format!("{name}, partition {partition}: {:?} of {end}", broker.committed(at)));
                }
            }
        }
        None
    }
}

/// Runs a case.
#[must_use]
pub fn run(case: &Case) -> Outcome {
    let simulation = Simulation::new(case);
    let result = simulation.run();
    simulation.world.kill_all();
    let trace = &simulation.world.trace;
    let mut counts: BTreeMap<String, u64> = trace.counts().into_iter().map(|(what, n)| (what.to_owned(), n)).collect();
    counts.extend(simulation.fleet.seen().into_iter().map(|((kind, name), n)| (format!("{kind}: {name}"), n)));
    for why in simulation.fleet.failures() {
        // Without numbers: alike ones are counted together.
        let alike: String = why.chars().filter(|c| !c.is_ascii_digit()).take(160).collect();
        *counts.entry(format!("stopped: {alike}")).or_default() += 1;
    }
    Outcome { hash: trace.hash(), failure: result.err(), lines: trace.lines(), counts }
}

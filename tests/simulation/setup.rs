//! How a run is set up: everything that the seed decides before it begins.

use super::api::{Protocol, TopicPartition, Us};
use super::broker::{self, Broker};
use super::client::{Topics, batches, fetcher, group};
use super::dice::{Dice, Die, Stream};
use super::faults::{FaultPlan, Kind};
use super::fleet::{Fleet, Plan};
use super::run::Case;
use super::service::ClientSettings;
use super::trials::Trial;
use super::workloads::{self, LATE, LOSSES, OUTAGES, PROXIES, REPLAYED, TRIAL_NAMES};
use super::world::{MS, SECOND, START_MS, World};
use leadstream::runtime::options::{BatchLimits, OnGap, Options};
use leadstream::runtime::ports::OutTopic;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

/// Each request that is held back takes some seconds: so there are several in a run.
const LATE_HEALS_AT: Us = 60 * SECOND;

/// Nothing goes wrong in one run of so many.
const QUIET_RUNS: f64 = 0.1;

/// Everything there is in a run, for whoever looks at it from outside.
pub struct Simulation {
    pub world: Rc<World>,
    pub fleet: Rc<Fleet>,
    pub topics: Rc<Topics>,
    pub faults: FaultPlan,
    pub heals_at: Us,
    /// What comes of it must be what `replay` writes.
    pub is_replayed: bool,
    /// After that nothing is wrong any more.
    pub ends_at: Us,
    pub trial: Rc<Trial>,
}

impl Simulation {
    /// Sets everything up.
    #[must_use]
    pub fn new(case: &Case) -> Self {
        let workload = workloads::named(&case.workload);
        let formats = workload.formats().clone();
        let dice = Dice::new(case.seed, &case.workload);
        let mut die = dice.of(Stream::Setup);
        let partitions = i32::try_from(die.between(1, 3)).unwrap_or(1);
        // Drawn apart: the other workloads' runs stay what they are.
        let routing = Dice::new(case.seed, "routing");
        let mut routing = routing.of(Stream::Setup);
        let topics = Rc::new(formats.topics(partitions, i32::try_from(routing.between(1, 4)).unwrap_or(1)));
        // Some transactions take seconds to be completed, and the next one waits for that.
        let slow_markers = Rc::new(Cell::new(die.chance(0.3)));
        let is_replayed = case.workload == REPLAYED;
        // In a trial the group may know of a commit long before its records can be read.
        let slowest = if ["hostile", "carts"].contains(&case.workload.as_str()) { (0.3, 8 * SECOND) } else { (0.05, 3 * SECOND) };
        let broker = draw_broker(&mut die, &topics, case.seed, (Rc::clone(&slow_markers), slowest), !is_replayed);
        let world = World::new(case.seed, &case.workload, broker);
        world.network.borrow_mut().has_proxies = case.workload == PROXIES;
        if case.is_recorded {
            world.trace.record();
        }
        let is_losing = case.workload == LOSSES;
        let on_gap = if is_losing { OnGap::Skip } else { OnGap::Stop };
        let trial = Rc::new(Trial::draw(case));
        world.network.borrow_mut().is_hostile = trial.is_hostile;
        world.has_strays.set(trial.has_strays);
        let mut batch = draw_batch(&mut Dice::new(case.seed, "batches").of(Stream::Setup));
        if trial.is_slow {
            batch.max_events = 2;
        }
        let plan = Plan {
            formats,
            topics: Rc::clone(&topics),
            clients: draw_clients(&mut die, &topics),
            workers: *die.one_of(&[1, 1, 1, 2]),
            routers: u16::try_from(routing.between(1, 2)).unwrap_or(1),
            adjust: {
                let trial = Rc::clone(&trial);
                let batches = move |options| Options { on_gap, batch, batch_in_backlog: batch, ..options };
                Box::new(move |options| trial.adjust(batches(options)))
            },
        };
        let machines = usize::try_from(die.between(1, 3)).unwrap_or(1);
        let fleet = Fleet::new(&world, plan, machines);
        let (is_late, has_outages) = (case.workload == LATE, case.workload == OUTAGES);
        let restart_after = *die.one_of(&[SECOND, 4 * SECOND, 15 * SECOND]);
        // Whoever died in a transaction comes back when that has timed out, more often than not.
        fleet.restart_after.set(Some(if has_outages { 20 * SECOND } else { restart_after }));
        let (earliest, latest) = if has_outages { (35, 50) } else { (10, 25) };
        let heals_at = if is_late { LATE_HEALS_AT } else { die.between(earliest, latest) * SECOND };
        let is_trial = TRIAL_NAMES.contains(&case.workload.as_str());
        let mut kinds = if is_trial { workloads::kinds_of_trial(&case.workload) } else { Kind::HARMLESS.to_vec() };
        kinds.extend(is_losing.then_some(Kind::Retention));
        kinds.extend(Kind::OUTAGES.into_iter().filter(|_| has_outages));
        // A reminder that is refused for its size leaves without its lines, which a replay knows nothing of.
        kinds.retain(|kind| !(is_replayed && *kind == Kind::Refusal));
        let mut faults = if is_late {
            FaultPlan { heals_at, ..FaultPlan::none() }
        } else if die.chance(QUIET_RUNS) {
            FaultPlan::none()
        } else {
            let drawn = FaultPlan::draw(&mut die, &kinds, workload.favoured, heals_at);
            if has_outages { drawn.with_outages() } else { drawn }
        };
        if trial.is_slow && !faults.kinds.is_empty() {
            (faults.weather.slow, faults.weather.slowest) = (0.3, 300 * MS);
        }
        workload.schedule(&world, &topics, heals_at + 3 * SECOND);
        for machine in 0..machines {
            let starting = Rc::clone(&fleet);
            let at = if workload.backlog || die.chance(0.3) { die.below(heals_at) } else { die.below(200 * MS) };
            world.act(at, "start", move |_| starting.start(machine));
        }
        let ends_at = trial.begin(&fleet, heals_at);
        faults.begin(&fleet);
        if is_late {
            world.hold_requests_back();
        }
        world.act(heals_at, "markers are quick", move |_| slow_markers.set(false));
        Self { world, fleet, topics, faults, heals_at, is_replayed, ends_at, trial }
    }
}

fn draw_broker(
    die: &mut Die,
    topics: &Topics,
    seed: u64,
    (slow_markers, (share, slowest)): (Rc<Cell<bool>>, (f64, Us)),
    has_append_times: bool,
) -> Broker {
    let all = (0..).take(topics.names.len()).map(|topic| broker::Topic::new(topics.partitions_of(topic))).collect();
    let mut settings = broker::Settings::new(all, START_MS);
    settings.routed.clone_from(&topics.routed);
    settings.topics[usize::from(topics.outputs[OutTopic::State as usize])].is_compacted = true;
    for topic in topics.inputs.iter().chain(&topics.routed) {
        // What ids are told has the time of what brought it about.
        let is_own = *topic == topics.outputs[OutTopic::Forwards as usize];
        settings.topics[usize::from(*topic)].has_append_time = die.chance(0.2) && has_append_times && !is_own;
    }
    if !topics.routed.is_empty() {
        settings.topics[usize::from(topics.outputs[OutTopic::Events as usize])].has_append_time = true;
    }
    settings.verifies = die.chance(0.5);
    settings.consumer_session = *die.one_of(&[6 * SECOND, 12 * SECOND]);
    let dice = Dice::new(seed, "markers");
    let delay = move |_: Option<TopicPartition>| {
        let mut die = dice.of(Stream::Broker);
        if slow_markers.get() && die.chance(share) { die.below(slowest) } else { die.between(100, 5 * MS) }
    };
    Broker::new(settings, Box::new(delay))
}

/// Small batches end in the middle of what was fetched; long ones are open when something happens.
fn draw_batch(die: &mut Die) -> BatchLimits {
    let usual = BatchLimits::default();
    BatchLimits {
        max_events: *die.one_of(&[2, 20, usual.max_events]),
        longest: *die.one_of(&[usual.longest, Duration::from_secs(1)]),
        linger: *die.one_of(&[usual.linger, Duration::from_millis(200)]),
    }
}

fn draw_clients(die: &mut Die, topics: &Topics) -> ClientSettings {
    let session = die.between(2, 6) * SECOND;
    let transaction_timeout = die.between(2, 6);
    ClientSettings {
        group: group::Settings {
            protocol: *die.one_of(&[Protocol::Classic, Protocol::Consumer]),
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
    }
}

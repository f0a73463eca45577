//! The instances of the service: each is a machine with its clock, on which processes run one after the other.

use super::api::Us;
use super::client::peers::SimulatedPeers;
use super::client::{Site, Topics, group, micros};
use super::dice::Stream;
use super::process::{End, ProcessId};
use super::service::{ClientSettings, Formats, MachineClock, SimulatedCluster, SimulatedPorts};
use super::world::{SECOND, World};
use leadstream::app::route::{open, show_on};
use leadstream::domain::identity::linking::LiveLinking;
use leadstream::kafka::options as kafka;
use leadstream::runtime::observe::{Observer, RebalanceKind, TransactionOutcome};
use leadstream::runtime::ports::Cause;
use leadstream::runtime::router::{Parts, Router};
use leadstream::runtime::snapshot::StatusBoard;
use leadstream::runtime::supervisor::new_worker::NewWorker;
use leadstream::runtime::worker::Shared;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};

/// A process that was asked to stop is killed after so long (`engine.shutdown_deadline` and a little).
const SHUTDOWN_DEADLINE: Us = 12 * SECOND;

/// The group of the workers; routers have one of their own.
pub const GROUP: &str = "simulation";

/// How all instances are set up.
pub struct Plan {
    pub formats: Formats,
    pub topics: Rc<Topics>,
    pub clients: ClientSettings,
    pub workers: u16,
    /// Of each instance, where something is routed.
    pub routers: u16,
    /// Changes to what the settings say.
    pub adjust: Box<dyn Fn(leadstream::runtime::options::Options) -> leadstream::runtime::options::Options>,
}

/// One process on a machine, from its start to its end.
pub struct Run {
    pub process: ProcessId,
    /// `None`: it runs.
    pub ended: Option<(Us, End)>,
    pub board: Arc<StatusBoard>,
    stop: Arc<AtomicBool>,
    running: usize,
    /// How the first of its workers failed, or the latest ended.
    end: End,
}

/// One machine.
#[derive(Default)]
pub struct Machine {
    pub offset_ms: Arc<AtomicI64>,
    /// Oldest first.
    pub runs: Vec<Run>,
}

impl Machine {
    /// The process that runs.
    #[must_use]
    pub fn running(&self) -> Option<&Run> {
        self.runs.last().filter(|run| run.ended.is_none())
    }
}

/// All machines.
pub struct Fleet {
    pub world: Rc<World>,
    plan: Plan,
    pub machines: RefCell<Vec<Machine>>,
    seen: Arc<Seen>,
    /// How long after its end, at most, a process is started again; `None`: it is not.
    pub restart_after: std::cell::Cell<Option<Us>>,
}

impl Fleet {
    #[must_use]
    pub fn new(world: &Rc<World>, plan: Plan, machines: usize) -> Rc<Self> {
        Rc::new(Self {
            world: Rc::clone(world),
            plan,
            machines: RefCell::new((0..machines).map(|_| Machine::default()).collect()),
            seen: Arc::default(),
            restart_after: std::cell::Cell::new(Some(4 * SECOND)),
        })
    }

    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What runs on a machine.
    #[must_use]
    pub fn running(&self, machine: usize) -> Option<ProcessId> {
        self.machines.borrow()[machine].running().map(|run| run.process)
    }

    /// Starts the service on a machine, unless it runs.
    pub fn start(self: &Rc<Self>, machine: usize) {
        if self.running(machine).is_some() {
            return;
        }
        let plan = &self.plan;
        let name = format!("i{machine}");
        let offset_ms = Arc::clone(&self.machines.borrow()[machine].offset_ms);
        let clock = MachineClock { clock: self.world.clock(), offset_ms: Arc::clone(&offset_ms) };
        let shared = plan.formats.shared(&name, clock, Arc::<Seen>::clone(&self.seen));
        let (stop, joined) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let fleet = Rc::downgrade(self);
        let process = self.world.new_process(move |_, _, end| {
            if let Some(fleet) = fleet.upgrade() {
                fleet.worker_ended(machine, end);
            }
        });
        let kafka = kafka::Options {
            transaction_timeout: plan.clients.transaction_timeout,
            ..kafka::Options::new("simulated", GROUP, &name)
        };
        let linking = plan.formats.linking();
        for worker in 0..plan.workers {
            let options = plan.formats.worker_options(plan.workers, plan.topics.partitions);
            let linking = linking.clone();
            let options = (plan.adjust)(leadstream::runtime::options::Options { worker, linking, ..options });
            let kafka = kafka.clone();
            let (clients, topics, offset_ms) = (plan.clients.clone(), Rc::clone(&plan.topics), Arc::clone(&offset_ms));
            let (shared, joined, stop) = (shared.clone(), Arc::clone(&joined), Arc::clone(&stop));
            self.world.spawn(process, move |world, id| {
                let site = Site { world: Rc::clone(world), worker: id, topics, offset_ms };
                #[allow(clippy::arc_with_non_send_sync, reason = "the service's workers are threads; these are not")]
                let connect = Arc::new(SimulatedCluster { site, kafka, clients });
                let mailbox = channel().1;
                let new: NewWorker<SimulatedPorts, SimulatedCluster> =
                    NewWorker { connect, shared, options, mailbox, joined, stop };
                match new.open() {
                    Ok(Some(mut worker)) => worker.run(),
                    Ok(None) => Ok(()),
                    Err(failure) => Err(failure),
                }
            });
        }
        let routers = self.start_routers(process, &kafka, (&shared, linking.as_ref()), &stop, &offset_ms);
        let running = usize::from(plan.workers) + routers;
        let run = Run { process, ended: None, board: shared.board, stop, running, end: End::Clean };
        self.machines.borrow_mut()[machine].runs.push(run);
    }

    /// Starts the routers of a process; says how many.
    fn start_routers(
        &self,
        process: ProcessId,
        kafka: &kafka::Options,
        (shared, linking): (&Shared<SimulatedPorts>, Option<&Arc<LiveLinking>>),
        stop: &Arc<AtomicBool>,
        offset_ms: &Arc<AtomicI64>,
    ) -> usize {
        let plan = &self.plan;
        let Some(route) = &plan.formats.route else { return 0 };
        for n in 0..plan.routers {
            let (kafka, options) = plan.formats.router_options(plan.workers + n, kafka, &plan.topics);
            let (workers, linking) = (plan.routers, linking.cloned());
            let options = (plan.adjust)(leadstream::runtime::options::Options { workers, linking, ..options });
            let topics = Rc::new(plan.topics.of_routers());
            let group = group::Settings { topics: topics.inputs.clone(), ..plan.clients.group.clone() };
            let clients = ClientSettings { group, ..plan.clients.clone() };
            let (route, stop, offset_ms) = (Arc::clone(route), Arc::clone(stop), Arc::clone(offset_ms));
            let (clock, board) = (Arc::clone(&shared.clock), Arc::clone(&shared.board));
            let observer = Arc::new(OfRouters(Arc::clone(&self.seen)));
            let show = show_on(Arc::clone(&board), options.worker);
            show("it is not connected yet".to_owned());
            self.world.spawn(process, move |world, id| {
                let site = Site { world: Rc::clone(world), worker: id, topics, offset_ms };
                let timeout = micros(clients.transaction_timeout);
                let connect = SimulatedCluster { site: site.clone(), kafka, clients };
                let Some((source, log)) = open::<SimulatedPorts>(&connect, &options, &stop, &show)? else { return Ok(()) };
                let mut router = Router::new(Parts { source, log, route, options, clock, observer, board, stop });
                // Each for itself in every other run: others must not cover up what one does wrong.
                if !site.world.seed.is_multiple_of(2) {
                    router = router.among(Box::new(SimulatedPeers::new(&site, timeout)));
                }
                router.run()
            });
        }
        usize::from(plan.routers)
    }

    /// One worker ended: the others of its process are asked to stop, as the supervisor does.
    fn worker_ended(self: &Rc<Self>, machine: usize, end: End) {
        let mut machines = self.machines.borrow_mut();
        let Some(run) = machines[machine].runs.last_mut() else { return };
        run.running -= 1;
        run.stop.store(true, Ordering::Relaxed);
        if !matches!(run.end, End::Failed(_)) {
            run.end = end;
        }
        if run.running > 0 {
            return;
        }
        run.ended = Some((self.world.now(), run.end.clone()));
        drop(machines);
        if let Some(longest) = self.restart_after.get() {
            let pause = self.world.dice(Stream::Faults).between(longest / 20, longest);
            let fleet = Rc::clone(self);
            self.world.act(self.world.now() + pause, "restart", move |_| fleet.start(machine));
        }
    }

    /// kill -9.
    pub fn kill(&self, machine: usize) {
        if let Some(process) = self.running(machine) {
            self.world.kill(process);
        }
    }

    /// SIGSTOP, and SIGCONT after a while.
    pub fn pause(&self, machine: usize, length: Us) {
        if let Some(process) = self.running(machine) {
            self.world.stand_still(process);
            self.world.act(self.world.now() + length, "go on", move |world| world.go_on(process));
        }
    }

    /// The workers stand still for a while, and their clients go on in the background.
    pub fn stall(&self, machine: usize, length: Us) {
        if let Some(process) = self.running(machine) {
            self.world.stall(process, self.world.now() + length);
        }
    }

    /// A machine whose process was asked to stop and still runs, or is not started again yet.
    #[must_use]
    pub fn stopping(&self) -> Option<usize> {
        let is_up = |run: &Run| !run.stop.load(Ordering::Relaxed);
        self.machines.borrow().iter().position(|machine| !machine.running().is_some_and(is_up))
    }

    /// Asks a process to stop; it is killed if it takes too long.
    pub fn stop(&self, machine: usize) {
        let machines = self.machines.borrow();
        if let Some(run) = machines[machine].running() {
            run.stop.store(true, Ordering::Relaxed);
            let process = run.process;
            self.world.act(self.world.now() + SHUTDOWN_DEADLINE, "shutdown deadline", move |world| world.kill(process));
        }
    }

    /// The wall clock of a machine jumps: it is so far from the true one then.
    pub fn set_clock(&self, machine: usize, offset_ms: i64) {
        self.machines.borrow()[machine].offset_ms.store(offset_ms, Ordering::Relaxed);
    }

    /// How every machine stands, for people: how its processes ended, and what its board shows.
    #[must_use]
    pub fn describe(&self) -> String {
        let mut text = String::new();
        for (machine, its) in self.machines.borrow().iter().enumerate() {
            for run in &its.runs {
                if let Some((at, End::Failed(why))) = &run.ended {
                    text += &format!("\n  machine {machine} stopped at {at} us: {why}");
                }
            }
            let Some(run) = its.running() else {
                text += &format!("\n  machine {machine} is down");
                continue;
            };
            for task in run.board.tasks() {
                let troubles: Vec<_> = task.troubles.iter().map(|trouble| trouble.text.as_str()).collect();
                text += &format!("\n  machine {machine}, task {}: {:?} {troubles:?}", task.partition, task.state);
            }
        }
        text
    }

    /// Why processes ended by themselves.
    #[must_use]
    pub fn failures(&self) -> Vec<String> {
        let machines = self.machines.borrow();
        let ends = machines.iter().flat_map(|machine| &machine.runs).filter_map(|run| run.ended.clone());
        ends.filter_map(|(_, end)| if let End::Failed(why) = end { Some(why) } else { None }).collect()
    }

    /// What the workers reported, by kind and name.
    #[must_use]
    pub fn seen(&self) -> BTreeMap<(&'static str, &'static str), u64> {
        self.seen.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What routers report, counted as theirs.
struct OfRouters(Arc<Seen>);

impl Observer for OfRouters {
    fn transaction(&self, _: u16, outcome: TransactionOutcome) {
        self.0.count("router: transaction", name_of_outcome(outcome));
    }

    fn rebalance(&self, _: u16, kind: RebalanceKind, _: usize) {
        self.0.count("router: rebalance", name_of_rebalance(kind));
    }

    fn aborted(&self, _: u16, cause: Cause) {
        self.0.count("router: aborted", cause.name());
    }

    fn failure(&self, _: u16, class: &'static str) {
        self.0.count("router: failure", class);
    }

    fn gap(&self, _: u16, _: u16, _: u64) {
        self.0.count("router: gap", "");
    }
}

const fn name_of_outcome(outcome: TransactionOutcome) -> &'static str {
    match outcome {
        TransactionOutcome::Committed => "committed",
        TransactionOutcome::Aborted => "aborted",
        TransactionOutcome::Rebuilt => "rebuilt",
    }
}

const fn name_of_rebalance(kind: RebalanceKind) -> &'static str {
    match kind {
        RebalanceKind::Assigned => "assigned",
        RebalanceKind::Revoked => "revoked",
        RebalanceKind::Lost => "lost",
    }
}

/// What workers report, counted.
#[derive(Default)]
struct Seen(Mutex<BTreeMap<(&'static str, &'static str), u64>>);

impl Seen {
    fn count(&self, kind: &'static str, name: &'static str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry((kind, name)).or_default() += 1;
    }
}

impl Observer for Seen {
    fn transaction(&self, _: u16, outcome: TransactionOutcome) {
        self.count("worker: transaction", name_of_outcome(outcome));
    }

    fn rebalance(&self, _: u16, kind: RebalanceKind, _: usize) {
        self.count("worker: rebalance", name_of_rebalance(kind));
    }

    fn aborted(&self, _: u16, cause: Cause) {
        self.count("worker: aborted", cause.name());
    }

    fn failure(&self, _: u16, class: &'static str) {
        self.count("worker: failure", class);
    }

    fn restored(&self, _: u16, _: i32, _: std::time::Duration) {
        self.count("worker: restored", "");
    }

    fn gap(&self, _: u16, _: u16, _: u64) {
        self.count("worker: gap", "");
    }

    fn waited_for(&self, _: u16, _: u16) {
        self.count("worker: waited for an input", "");
    }
}

//! Instances of the service as processes: each of their workers is a coroutine in which the very loop of production runs.
//!
//! A worker runs until a call of the client library waits; then it is suspended and everybody else gets on. A process may be killed
//! (its workers vanish where they stand, and so do its clients), stand still (neither worker nor clients get on, as under SIGSTOP
//! or a long pause of the machine), be asked to stop, and be started again.

#![allow(unsafe_code, reason = "a worker's calls into the world need the way back out of its coroutine")]

use super::api::Us;
use super::dice::Stream;
use super::world::{Event, World};
use corosensei::{Coroutine, CoroutineResult, Yielder};
use leadstream::runtime::ports::Failure;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::rc::Rc;

/// One worker of one run of one instance.
#[derive(Copy, Clone, Debug, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub struct WorkerId(pub u32);

/// One run of one instance, from its start to its end.
#[derive(Copy, Clone, Debug, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub struct ProcessId(pub u32);

/// The longest that a wake-up takes until the thread runs.
const LONGEST_WAKE_UP: Us = 80;
/// One call of so many is interrupted: others get on in between.
const INTERRUPTED: f64 = 0.02;
const LONGEST_INTERRUPTION: Us = 3_000;
/// Calls in a row without a wait, after which one takes time: nothing is for free.
const FREE_CALLS: u32 = 200;

type Result<T> = std::result::Result<T, Failure>;
type Body = Coroutine<(), (), Result<()>>;

/// How a worker ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// It was asked to.
    Clean,
    /// Nothing but a person can help, it said.
    Failed(String),
    Killed,
}

struct Worker {
    process: ProcessId,
    /// `None` while it runs, and once it has ended.
    body: Option<Body>,
    /// The way out of the coroutine, set when it first runs.
    way_out: Rc<Cell<*const Yielder<(), ()>>>,
    /// Number of the latest sleep: only its own wake-up ends it.
    sleep: u64,
    is_asleep: bool,
    /// Ends the sleep early.
    wakes_by: Wakes,
    /// It was woken up while it was awake: the next sleep ends at once.
    is_unparked: bool,
    is_dying: bool,
    calls: u32,
}

/// What ends a sleep before its time.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub enum Wakes {
    /// Nothing.
    Never,
    /// Whatever a client of the worker has news of.
    Anything,
    /// What is for the worker's own loop.
    Unpark,
}

/// Hears how a worker ended.
type OnEnd = Rc<dyn Fn(&Rc<World>, WorkerId, End)>;

struct Process {
    workers: Vec<WorkerId>,
    /// It stands still; what happened to it meanwhile, in order.
    held: Option<Vec<Event>>,
    /// Its workers don't run before.
    stalled_until: Us,
    on_end: OnEnd,
}

/// All that ever ran.
#[derive(Default)]
pub struct Processes {
    workers: Vec<Worker>,
    processes: Vec<Process>,
}

impl Processes {
    /// The event, unless the worker's process stands still: then it happens once that goes on.
    pub(super) fn hold(&mut self, worker: WorkerId, event: Event) -> Option<Event> {
        let process = self.workers[worker.0 as usize].process;
        match &mut self.processes[process.0 as usize].held {
            Some(held) => held.push(event),
            None => return Some(event),
        }
        None
    }

    fn worker(&mut self, worker: WorkerId) -> &mut Worker {
        &mut self.workers[worker.0 as usize]
    }
}

impl World {
    /// A new process without workers. `on_end` hears how each of its workers ended.
    pub fn new_process(&self, on_end: impl Fn(&Rc<Self>, WorkerId, End) + 'static) -> ProcessId {
        let mut all = self.processes.borrow_mut();
        all.processes.push(Process { workers: Vec::new(), held: None, stalled_until: 0, on_end: Rc::new(on_end) });
        ProcessId(number(all.processes.len() - 1))
    }

    /// Starts a worker of a process: a thread of its own, which begins to run in a moment.
    pub fn spawn(
        self: &Rc<Self>,
        process: ProcessId,
        body: impl FnOnce(&Rc<Self>, WorkerId) -> Result<()> + 'static,
    ) -> WorkerId {
        let way_out = Rc::new(Cell::new(ptr::null()));
        let mut all = self.processes.borrow_mut();
        let id = WorkerId(number(all.workers.len()));
        let (world, out) = (Rc::downgrade(self), Rc::clone(&way_out));
        let body = Body::new(move |yielder: &Yielder<(), ()>, ()| {
            out.set(ptr::from_ref(yielder));
            let world = world.upgrade().expect("the world outlives its workers");
            body(&world, id)
        });
        all.workers.push(Worker {
            process,
            body: Some(body),
            way_out,
            sleep: 0,
            is_asleep: true,
            wakes_by: Wakes::Never,
            is_unparked: false,
            is_dying: false,
            calls: 0,
        });
        all.processes[process.0 as usize].workers.push(id);
        drop(all);
        self.at(self.now() + 1, Event::Wake { worker: id, sleep: 0 });
        id
    }

    /// A worker's sleep is over, if it is this one: it runs until it waits again.
    pub(super) fn wake(self: &Rc<Self>, worker: WorkerId, sleep: u64) {
        let mut all = self.processes.borrow_mut();
        let found = all.worker(worker);
        if !found.is_asleep || found.sleep != sleep {
            return;
        }
        let process = found.process;
        let stalled_until = all.processes[process.0 as usize].stalled_until;
        if stalled_until > self.now() {
            return self.at(stalled_until, Event::Wake { worker, sleep });
        }
        let found = all.worker(worker);
        found.is_asleep = false;
        let Some(mut body) = found.body.take() else { return };
        drop(all);
        self.trace.note(self.now(), "run", [u64::from(worker.0), sleep], || format!("worker {}", worker.0));
        match catch_unwind(AssertUnwindSafe(|| body.resume(()))) {
            Ok(CoroutineResult::Yield(())) => self.processes.borrow_mut().worker(worker).body = Some(body),
            Ok(CoroutineResult::Return(result)) => {
                let end = result.map_or_else(|failure| End::Failed(failure.to_string()), |()| End::Clean);
                self.ended(worker, end);
            }
            Err(panic) => {
                let text = panic.downcast_ref::<String>().cloned();
                let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default();
                self.fail(format!("a worker panicked: {text}"));
            }
        }
    }

    fn ended(self: &Rc<Self>, worker: WorkerId, end: End) {
        self.trace.note(self.now(), "ended", [u64::from(worker.0), 0], || format!("worker {}: {end:?}", worker.0));
        let mut all = self.processes.borrow_mut();
        let process = all.worker(worker).process;
        let on_end = Rc::clone(&all.processes[process.0 as usize].on_end);
        drop(all);
        on_end(self, worker, end);
    }

    /// Waits, called by a worker from within its coroutine.
    pub fn suspend(&self, worker: WorkerId, until: Us, wakes: Wakes) {
        let mut all = self.processes.borrow_mut();
        let found = all.worker(worker);
        if found.is_dying || (wakes == Wakes::Unpark && std::mem::take(&mut found.is_unparked)) {
            return;
        }
        found.calls = 0;
        found.sleep += 1;
        found.is_asleep = true;
        found.wakes_by = wakes;
        let (sleep, way_out) = (found.sleep, found.way_out.get());
        drop(all);
        self.at(until, Event::Wake { worker, sleep });
        // SAFETY: the worker's coroutine set it when it began to run, and lives: this is called on its stack, by the clients that its
        // body made and that no other coroutine has.
        unsafe { (*way_out).suspend(()) };
    }

    /// Called at the beginning of every call of the client library: others may get on in between, and time passes for a worker that
    /// never waits.
    pub fn interrupt(&self, worker: WorkerId) {
        let mut all = self.processes.borrow_mut();
        let found = all.worker(worker);
        found.calls += 1;
        let is_tired = found.calls > FREE_CALLS;
        drop(all);
        let mut die = self.dice(Stream::Schedule);
        if is_tired || die.chance(INTERRUPTED) {
            let pause = die.between(1, LONGEST_INTERRUPTION);
            drop(die);
            self.suspend(worker, self.now() + pause, Wakes::Never);
        }
    }

    /// Whether the worker is being killed: what its destructors call must do nothing.
    #[must_use]
    pub fn is_dying(&self, worker: WorkerId) -> bool {
        self.processes.borrow_mut().worker(worker).is_dying
    }

    /// A client has news for its worker; `unpark`: also for its own loop.
    pub(super) fn notify(&self, worker: WorkerId, unpark: bool) {
        let mut all = self.processes.borrow_mut();
        let found = all.worker(worker);
        let ends = match found.wakes_by {
            Wakes::Never => false,
            Wakes::Anything => true,
            Wakes::Unpark => unpark,
        };
        if !found.is_asleep || !ends {
            found.is_unparked |= unpark;
            return;
        }
        found.is_unparked |= unpark && found.wakes_by != Wakes::Unpark;
        // Only once.
        found.wakes_by = Wakes::Never;
        let sleep = found.sleep;
        drop(all);
        let delay = self.dice(Stream::Schedule).between(1, LONGEST_WAKE_UP);
        self.at(self.now() + delay, Event::Wake { worker, sleep });
    }

    /// kill -9: the workers vanish where they stand, and so do their clients.
    pub fn kill(self: &Rc<Self>, process: ProcessId) {
        self.trace.note(self.now(), "kill", [u64::from(process.0), 0], || format!("process {}", process.0));
        for worker in self.workers_of(process) {
            let mut all = self.processes.borrow_mut();
            let found = all.worker(worker);
            found.is_dying = true;
            let body = found.body.take();
            drop(all);
            self.unseat_all_of(worker);
            if let Some(mut body) = body {
                // Destructors run, and find that they may do nothing.
                body.force_unwind();
                drop(body);
                self.ended(worker, End::Killed);
            }
        }
        self.processes.borrow_mut().processes[process.0 as usize].held = None;
    }

    pub(super) fn process_of(&self, worker: WorkerId) -> ProcessId {
        self.processes.borrow().workers[worker.0 as usize].process
    }

    fn workers_of(&self, process: ProcessId) -> Vec<WorkerId> {
        self.processes.borrow().processes[process.0 as usize].workers.clone()
    }

    /// SIGSTOP.
    pub fn stand_still(&self, process: ProcessId) {
        self.trace.note(self.now(), "stand still", [u64::from(process.0), 0], || format!("process {}", process.0));
        self.processes.borrow_mut().processes[process.0 as usize].held.get_or_insert_default();
    }

    /// The workers get no time on a processor until then.
    pub fn stall(&self, process: ProcessId, until: Us) {
        self.processes.borrow_mut().processes[process.0 as usize].stalled_until = until;
    }

    /// SIGCONT: what happened meanwhile happens now.
    pub fn go_on(&self, process: ProcessId) {
        self.trace.note(self.now(), "go on", [u64::from(process.0), 0], || format!("process {}", process.0));
        let held = self.processes.borrow_mut().processes[process.0 as usize].held.take();
        held.into_iter().flatten().for_each(|event| self.at(self.now(), event));
    }

    /// Ends what still runs at the end of a run, and forgets what would have come: it holds the world that holds it.
    pub fn kill_all(self: &Rc<Self>) {
        let count = self.processes.borrow().processes.len();
        (0..count).for_each(|n| self.kill(ProcessId(number(n))));
        self.forget_events();
    }
}

fn number(n: usize) -> u32 {
    u32::try_from(n).expect("a run has few processes")
}

//! The simulated world: one clock, one heap of events, seeded chance, and a trace of everything that happened.
//!
//! One OS thread does everything. An event is taken, the clock is set to its time, and it is served to its end; what it causes are
//! new events. Workers are coroutines that run between two events, until they wait for something (see [`super::process`]).

use super::api::{Answer, Request, Ticket, Us};
use super::broker::Broker;
use super::dice::{Dice, Die, Stream};
use super::network::{Connection, Network};
use super::process::{Processes, WorkerId};
use super::trace::Trace;
use super::vigil::{Handed, Started, Told};
use rdkafka::types::RDKafkaErrorCode as Code;
use std::cell::{Cell, RefCell, RefMut};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};
use std::fmt;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Wall clock at the start of every run.
pub const START_MS: i64 = 1_795_000_000_000;
pub const MS: Us = 1_000;
pub const SECOND: Us = 1_000_000;

/// So much can't happen at the same time.
const MOST_AT_ONCE: u32 = 100_000;

/// One client of the library: a consumer, a producer, a reader.
#[derive(Copy, Clone, Debug, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub struct ClientId(pub u32);

/// Anything that may happen to a world.
pub type Act = Box<dyn FnOnce(&Rc<World>)>;

/// What may happen.
pub enum Event {
    /// A request reaches the broker.
    Arrive { ticket: Ticket, connection: Connection, request: Request },
    /// An answer reaches its client.
    Deliver { client: ClientId, ticket: Ticket, answer: Answer },
    /// A client hears that the connection is lost by which an answer would have come.
    Lost { client: ClientId, ticket: Ticket },
    /// A client wanted to be called.
    Timer { client: ClientId, number: u64 },
    /// A worker that waits is woken up, unless it was before.
    Wake { worker: WorkerId, sleep: u64 },
    /// Anything else: a fault, a record of an input, a look at the state.
    Do { name: &'static str, what: Act },
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arrive { ticket, request, .. } => write!(f, "{ticket:?} arrives: {request:?}"),
            Self::Deliver { client, ticket, .. } => write!(f, "{ticket:?} is answered to {client:?}"),
            Self::Lost { client, ticket } => write!(f, "{ticket:?} of {client:?} is lost"),
            Self::Timer { client, .. } => write!(f, "timer of {client:?}"),
            Self::Wake { worker, .. } => write!(f, "{worker:?} wakes up"),
            Self::Do { name, .. } => f.write_str(name),
        }
    }
}

struct Scheduled {
    at: Us,
    number: u64,
    event: Event,
}

impl PartialEq for Scheduled {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Scheduled {}

impl PartialOrd for Scheduled {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Scheduled {
    /// The earliest is the greatest: a heap gives that first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.number).cmp(&(self.at, self.number))
    }
}

/// What a client of the library does when something happens to it. It never waits.
pub trait Client {
    /// An answer came, or the connection on which it would have come was lost ([`Answer::Failed`]).
    fn answered(&mut self, io: &Io<'_>, ticket: Ticket, answer: Answer);

    /// A time that it had asked for has come.
    fn timer(&mut self, io: &Io<'_>);
}

/// A client in the world.
struct Seat {
    worker: WorkerId,
    client: Rc<RefCell<dyn Client>>,
    /// The earliest time at which it wants to be called, and the number of that call.
    call: Option<(Us, u64)>,
}

/// Everything there is.
pub struct World {
    pub seed: u64,
    me: Weak<Self>,
    /// Microseconds since the start; shared with the clocks of instances.
    clock: Arc<AtomicU64>,
    events: RefCell<BinaryHeap<Scheduled>>,
    number: Cell<u64>,
    dice: Dice,
    pub trace: Trace,
    pub broker: RefCell<Broker>,
    pub(super) network: RefCell<Network>,
    pub(super) processes: RefCell<Processes>,
    clients: RefCell<BTreeMap<ClientId, Seat>>,
    next_client: Cell<u32>,
    /// Why the run has failed.
    failure: RefCell<Option<String>>,
    /// What was handed to workers, for the judge.
    pub handed: RefCell<Handed>,
    pub told: RefCell<Vec<Told>>,
    /// When partitions were begun to be fetched.
    pub started: RefCell<Started>,
    /// Transactional ids of workers.
    pub names: RefCell<BTreeMap<WorkerId, String>>,
    /// When workers began transactions, by transactional id.
    pub begins: RefCell<BTreeMap<String, Vec<Us>>>,
    /// Records may come by the main queue of a consumer.
    pub has_strays: Cell<bool>,
}

impl World {
    #[must_use]
    pub fn new(seed: u64, workload: &str, broker: Broker) -> Rc<Self> {
        Rc::new_cyclic(|me| Self {
            seed,
            me: Weak::clone(me),
            clock: Arc::default(),
            events: RefCell::default(),
            number: Cell::new(0),
            dice: Dice::new(seed, workload),
            trace: Trace::default(),
            broker: RefCell::new(broker),
            network: RefCell::default(),
            processes: RefCell::default(),
            clients: RefCell::default(),
            next_client: Cell::new(0),
            failure: RefCell::default(),
            handed: RefCell::default(),
            told: RefCell::default(),
            started: RefCell::default(),
            names: RefCell::default(),
            begins: RefCell::default(),
            has_strays: Cell::new(false),
        })
    }

    /// Itself, to be kept.
    #[must_use]
    pub fn me(&self) -> Option<Rc<Self>> {
        self.me.upgrade()
    }

    /// Time since the start.
    #[must_use]
    pub fn now(&self) -> Us {
        self.clock.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// The true wall clock.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        START_MS + i64::try_from(self.now() / MS).expect("a run is short")
    }

    /// What clocks of instances read.
    #[must_use]
    pub fn clock(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.clock)
    }

    /// The next draws of a stream.
    #[must_use]
    pub fn dice(&self, stream: Stream) -> RefMut<'_, Die> {
        self.dice.of(stream)
    }

    /// Schedules an event.
    pub fn at(&self, at: Us, event: Event) {
        let number = self.number.get();
        self.number.set(number + 1);
        self.events.borrow_mut().push(Scheduled { at: at.max(self.now()), number, event });
    }

    /// Schedules anything.
    pub fn act(&self, at: Us, name: &'static str, what: impl FnOnce(&Rc<Self>) + 'static) {
        self.at(at, Event::Do { name, what: Box::new(what) });
    }

    /// The latest of what is said of the events to come.
    pub(super) fn latest(&self, what: impl Fn(Us, &Event) -> Option<Us>) -> Option<Us> {
        self.events.borrow().iter().filter_map(|scheduled| what(scheduled.at, &scheduled.event)).max()
    }

    /// Nothing that was to come happens.
    pub(super) fn forget_events(&self) {
        let events = self.events.take();
        drop(events);
    }

    /// The run has failed; what was found first counts.
    pub fn fail(&self, why: impl Into<String>) {
        self.failure.borrow_mut().get_or_insert_with(|| why.into());
    }

    /// Why the run has failed, if it has.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        self.failure.borrow().clone()
    }

    /// Lets everything happen up to this time.
    ///
    /// # Errors
    /// What failed.
    pub fn run_until(self: &Rc<Self>, end: Us) -> Result<(), String> {
        let (mut since, mut at_once) = (self.now(), 0);
        loop {
            at_once = if since == self.now() { at_once + 1 } else { 0 };
            since = self.now();
            if at_once > MOST_AT_ONCE {
                let next = self.events.borrow().peek().map(|next| format!("{:?}", next.event));
                let tick = self.broker.borrow_mut().next_tick();
                self.fail(format!("time stands still: {next:?} or a tick of the broker ({tick:?}) comes again and again"));
            }
            if let Some(failure) = self.failure() {
                return Err(failure);
            }
            let next = self.events.borrow().peek().map(|next| next.at);
            let tick = self.broker.borrow_mut().next_tick().filter(|at| next.is_none_or(|next| *at <= next));
            let Some(at) = tick.or(next).filter(|at| *at <= end) else { break };
            self.clock.fetch_max(at, std::sync::atomic::Ordering::Relaxed);
            if tick.is_some() {
                let answers = self.broker.borrow_mut().tick(self.now());
                self.answered_by_broker(answers);
                continue;
            }
            let scheduled = self.events.borrow_mut().pop();
            if let Some(Scheduled { event, .. }) = scheduled {
                self.serve(event);
            }
        }
        self.clock.fetch_max(end, std::sync::atomic::Ordering::Relaxed);
        self.failure().map_or(Ok(()), Err)
    }

    /// Lets happen what an event is.
    fn serve(self: &Rc<Self>, event: Event) {
        let Some(event) = self.unless_it_stands_still(event) else { return };
        match event {
            Event::Arrive { ticket, connection, request } => self.arrive(ticket, connection, request),
            Event::Deliver { client, ticket, answer } => {
                if self.is_delivered(ticket) {
                    self.call(client, |seat, io| seat.answered(io, ticket, answer));
                }
            }
            Event::Lost { client, ticket } => {
                let lost = Answer::Failed(Code::BrokerTransportFailure);
                self.call(client, |seat, io| seat.answered(io, ticket, lost));
            }
            Event::Timer { client, number } => {
                // One that an earlier call has made superfluous.
                let is_it = |seat: &mut Seat| seat.call.take_if(|call| call.1 == number).is_some();
                if !self.clients.borrow_mut().get_mut(&client).is_some_and(is_it) {
                    return;
                }
                self.call(client, |seat, io| seat.timer(io));
            }
            Event::Wake { worker, sleep } => self.wake(worker, sleep),
            Event::Do { name, what } => {
                self.trace.note(self.now(), name, [0, 0], String::new);
                what(self);
            }
        }
    }

    /// The event, unless it is one of a process that stands still: then it happens once that goes on.
    fn unless_it_stands_still(&self, event: Event) -> Option<Event> {
        let worker = match &event {
            Event::Deliver { client, .. } | Event::Lost { client, .. } | Event::Timer { client, .. } => {
                self.clients.borrow().get(client).map(|seat| seat.worker)
            }
            Event::Wake { worker, .. } => Some(*worker),
            Event::Arrive { .. } | Event::Do { .. } => None,
        };
        match worker {
            Some(worker) => self.processes.borrow_mut().hold(worker, event),
            None => Some(event),
        }
    }

    fn call(&self, client: ClientId, what: impl FnOnce(&mut dyn Client, &Io<'_>)) {
        let seat = self.clients.borrow().get(&client).map(|seat| (seat.worker, Rc::clone(&seat.client)));
        // The process may have died meanwhile.
        if let Some((worker, seat)) = seat {
            what(&mut *seat.borrow_mut(), &Io { world: self, client, worker });
        }
    }

    /// A new client of a worker.
    pub fn seat(&self, worker: WorkerId, client: Rc<RefCell<dyn Client>>) -> ClientId {
        let id = ClientId(self.next_client.get());
        self.next_client.set(id.0 + 1);
        self.clients.borrow_mut().insert(id, Seat { worker, client, call: None });
        id
    }

    /// A client ends without a word. Its requests that are under way may still arrive.
    pub fn unseat(&self, client: ClientId) {
        self.clients.borrow_mut().remove(&client);
        self.close_all_of(client);
    }

    /// All clients of a worker end without a word.
    pub(super) fn unseat_all_of(&self, worker: WorkerId) {
        let of_worker = |(id, seat): (&ClientId, &Seat)| (seat.worker == worker).then_some(*id);
        let all: Vec<ClientId> = self.clients.borrow().iter().filter_map(of_worker).collect();
        all.into_iter().for_each(|client| self.unseat(client));
    }

    /// What a client needs of the world, outside of its events.
    #[must_use]
    pub fn io(&self, client: ClientId, worker: WorkerId) -> Io<'_> {
        Io { world: self, client, worker }
    }
}

/// What a client may ask of the world.
pub struct Io<'w> {
    pub world: &'w World,
    pub client: ClientId,
    pub worker: WorkerId,
}

impl Io<'_> {
    #[must_use]
    pub fn now(&self) -> Us {
        self.world.now()
    }

    /// Sends a request to the broker.
    #[must_use]
    pub fn send(&self, request: Request) -> Ticket {
        self.world.send(self.client, self.worker, request)
    }

    /// The answer is of no interest any more.
    pub fn forget(&self, ticket: Ticket) {
        self.world.network.borrow_mut().forget_request(ticket);
    }

    /// The answer takes too long: its connection is closed, and its request may still arrive.
    pub fn disconnect(&self, ticket: Ticket) {
        let connection = self.world.network.borrow().connection_of(ticket);
        self.forget(ticket);
        if let Some(connection) = connection {
            self.world.close(connection, true);
        }
    }

    /// Wants to be called at this time. Only the earliest of several wishes counts: whoever is called says anew when the next call is
    /// to be.
    pub fn call_at(&self, at: Us) {
        let mut clients = self.world.clients.borrow_mut();
        let Some(seat) = clients.get_mut(&self.client) else { return };
        if seat.call.is_none_or(|(earliest, _)| at < earliest) {
            let number = self.world.number.get();
            seat.call = Some((at, number));
            drop(clients);
            self.world.at(at, Event::Timer { client: self.client, number });
        }
    }

    /// Something came that the worker may be waiting for, in whatever call.
    pub fn notify(&self) {
        self.world.notify(self.worker, false);
    }

    /// Wakes the worker up from its sleep, or from the next one.
    pub fn unpark(&self) {
        self.world.notify(self.worker, true);
    }

    pub fn cover(&self, what: &'static str) {
        self.world.trace.cover(what);
    }
}

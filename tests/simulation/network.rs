//! The network between clients and broker: what is sent arrives later, or much later, or never, or twice.
//!
//! As with TCP, what one connection carries arrives in order, and nothing of it is lost while it lasts. When it breaks, nobody
//! knows what of it arrived: requests on their way vanish or arrive, answers vanish. A request that is sent again after that may so
//! arrive twice, one right after the other. Requests of a client that has given them up, or that has ended, may arrive long after
//! that; with proxies between clients and brokers, which pass on what they hold, all of them may.

pub mod late;
mod under_way;
mod worst;

use super::api::{Answer, Request, Ticket, TopicPartition, Us};
use super::dice::Stream;
use super::process::{ProcessId, WorkerId};
use super::world::{ClientId, Event, MS, SECOND, World};
use late::Late;
use std::collections::BTreeMap;

/// Brokers that lead partitions.
pub const LEADERS: u16 = 3;
const SHORTEST_DELAY: Us = 80;
const LONGEST_DELAY: Us = 600;
/// A connection that was lost is opened again after so long.
const SHORTEST_RECONNECT: Us = 20 * MS;
const LONGEST_RECONNECT: Us = 300 * MS;
/// What arrives late does so within this.
const LATEST: Us = 9 * SECOND;
/// Who asks the transaction's coordinator gives up after ten seconds.
const SHORTEST_SILENCE: Us = 8 * SECOND;
const LONGEST_SILENCE: Us = 14 * SECOND;

/// To whom a connection of a client leads: every client has one to each that it needs.
#[derive(Copy, Clone, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub enum Link {
    /// The broker that leads a partition.
    Leader(u16),
    GroupCoordinator,
    TransactionCoordinator,
}

impl Link {
    pub const ALL: [Self; 5] =
        [Self::Leader(0), Self::Leader(1), Self::Leader(2), Self::GroupCoordinator, Self::TransactionCoordinator];

    fn of(request: &Request) -> Self {
        let leader = |at: &TopicPartition| Self::Leader((at.topic + at.partition.unsigned_abs() as u16) % LEADERS);
        match request {
            Request::Produce { at, .. } | Request::Fetch { at, .. } | Request::ListOffsets { at, .. } => leader(at),
            Request::InitProducerId { .. }
            | Request::AddPartitions { .. }
            | Request::AddOffsets { .. }
            | Request::EndTxn { .. } => Self::TransactionCoordinator,
            _ => Self::GroupCoordinator,
        }
    }
}

/// One connection of one client: the next one of the same link has the next number.
#[derive(Copy, Clone, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub struct Connection {
    pub client: ClientId,
    pub link: Link,
    number: u32,
}

/// What becomes of requests that were on their way when their connection was lost.
#[derive(Copy, Clone, Debug)]
enum Fate {
    Vanish,
    ArriveAt(Us),
    /// When it does most harm.
    Wait,
}

#[derive(Default)]
struct State {
    number: u32,
    /// Nothing gets through before.
    stalled_until: Us,
    last_arrival: Us,
    last_delivery: Us,
}

struct Pending {
    connection: Connection,
    worker: WorkerId,
}

/// How bad the network is.
#[derive(Clone, Debug, Default)]
pub struct Weather {
    /// One request of so many loses its connection.
    pub cut: f64,
    /// One message of so many is slow.
    pub slow: f64,
    pub slowest: Us,
    /// After one request of so many that ends a transaction, or hands positions to it, its broker is silent for longer than anyone
    /// waits. The request is done, or it is not.
    pub unanswered: f64,
}

#[derive(Default)]
pub struct Network {
    pub weather: Weather,
    /// Requests may arrive long after they were sent again.
    pub has_proxies: bool,
    late: Option<Late>,
    /// What nobody waits for any more arrives when it does most harm.
    pub is_hostile: bool,
    /// The process of the next commit is killed.
    pub kills_at_commit: bool,
    /// The workers that write the next record in a transaction stand still for so long, and a generation of the group passes.
    pub stalls_at_commit: Option<Us>,
    /// The worker that begins the next transaction stands still for so long, but not past that time, and a generation of the group
    /// passes.
    pub stalls_at_begin: Option<(Us, Us)>,
    /// A process whose transactional ids begin so dies with every record that it writes in a transaction, until then.
    pub crashes: Option<(String, Us)>,
    worst: worst::Worst,
    states: BTreeMap<(ClientId, Link), State>,
    fates: BTreeMap<Connection, Fate>,
    /// Sent, and not answered yet as far as the client knows.
    pending: BTreeMap<Ticket, Pending>,
    next_ticket: u64,
    stalled_links: BTreeMap<Link, Us>,
    stalled_processes: BTreeMap<ProcessId, Us>,
}

impl Network {
    /// Nothing gets through to or from a broker until then.
    pub fn stall_link(&mut self, link: Link, until: Us) {
        self.stalled_links.insert(link, until);
    }

    /// Nothing gets through to or from a machine until then.
    pub fn stall_process(&mut self, process: ProcessId, until: Us) {
        self.stalled_processes.insert(process, until);
    }

    /// From now on everything gets through. What is on its way arrives when it would have.
    pub fn heal(&mut self) {
        self.weather = Weather::default();
        self.late = None;
        (self.kills_at_commit, self.stalls_at_commit, self.stalls_at_begin, self.crashes) = (false, None, None, None);
        self.stalled_links.clear();
        self.stalled_processes.clear();
    }

    fn stalled_until(&self, link: Link, process: ProcessId) -> Us {
        let link = self.stalled_links.get(&link).copied().unwrap_or(0);
        link.max(self.stalled_processes.get(&process).copied().unwrap_or(0))
    }

    /// Nobody waits for the answer any more.
    pub(super) fn forget_request(&mut self, ticket: Ticket) {
        self.pending.remove(&ticket);
    }

    /// The connection over which an answer is waited for.
    pub(super) fn connection_of(&self, ticket: Ticket) -> Option<Connection> {
        self.pending.get(&ticket).map(|pending| pending.connection)
    }

    /// Connections that are in use.
    fn used(&self, is_hit: impl Fn(&Pending) -> bool) -> Vec<Connection> {
        let mut all: Vec<Connection> = self.pending.values().filter(|p| is_hit(p)).map(|p| p.connection).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl World {
    /// How long something takes through the network.
    fn delay(&self) -> Us {
        let weather = self.network.borrow().weather.clone();
        let mut die = self.dice(Stream::Network);
        let usual = die.between(SHORTEST_DELAY, LONGEST_DELAY);
        if !die.chance(weather.slow) {
            return usual;
        }
        self.trace.cover("network: slow");
        die.between(LONGEST_DELAY, weather.slowest)
    }

    /// Sends a request.
    pub(super) fn send(&self, client: ClientId, worker: WorkerId, request: Request) -> Ticket {
        let (link, process) = (Link::of(&request), self.process_of(worker));
        let delay = self.delay();
        let mut network = self.network.borrow_mut();
        let ticket = Ticket(network.next_ticket);
        network.next_ticket += 1;
        let stalled = network.stalled_until(link, process);
        let state = network.states.entry((client, link)).or_default();
        state.last_arrival = (self.now() + delay).max(state.last_arrival + 1).max(state.stalled_until).max(stalled);
        let (at, connection) = (state.last_arrival, Connection { client, link, number: state.number });
        network.pending.insert(ticket, Pending { connection, worker });
        let cut = network.weather.cut;
        drop(network);
        self.trace.note(self.now(), "send", [ticket.0, at], || format!("{ticket:?} {client:?} {request:?}"));
        self.at(at, Event::Arrive { ticket, connection, request });
        let is_cut = self.dice(Stream::Network).chance(cut);
        if is_cut {
            // Before it arrives, or while it is answered, or after.
            let cut_at = self.now() + self.dice(Stream::Network).below(4 * delay);
            self.act(cut_at, "cut", move |world| world.cut(connection));
        }
        ticket
    }

    /// A connection is lost.
    pub fn cut(&self, lost: Connection) {
        self.close(lost, false);
    }

    /// A connection ends. `is_given_up`: its client waits no longer for what it has sent, and does not send it again.
    pub(super) fn close(&self, lost: Connection, is_given_up: bool) {
        let mut network = self.network.borrow_mut();
        let has_proxies = network.has_proxies;
        let state = network.states.entry((lost.client, lost.link)).or_default();
        if state.number != lost.number {
            return;
        }
        let mut die = self.dice(Stream::Network);
        let now = self.now();
        state.number += 1;
        state.stalled_until = now + die.between(SHORTEST_RECONNECT, LONGEST_RECONNECT);
        if network.is_hostile && is_given_up {
            self.trace.cover("network: requests arrive when it does most harm");
            network.fates.insert(lost, Fate::Wait);
        } else if die.chance(0.5) {
            self.trace.cover("network: requests on their way are lost with their connection");
            network.fates.insert(lost, Fate::Vanish);
        } else if has_proxies || is_given_up {
            self.trace.cover("network: requests arrive long after their connection was lost");
            let latest = if die.chance(0.5) { LONGEST_RECONNECT } else { LATEST };
            network.fates.insert(lost, Fate::ArriveAt(now + die.below(latest)));
        } else {
            self.trace.cover("network: requests arrive, and are sent again");
        }
        let unanswered: Vec<Ticket> =
            network.pending.iter().filter(|(_, p)| p.connection == lost).map(|(ticket, _)| *ticket).collect();
        for ticket in unanswered {
            network.pending.remove(&ticket);
            let delay = die.below(5 * MS);
            self.at(now + delay, Event::Lost { client: lost.client, ticket });
        }
    }

    /// A client has ended. What it sent may still arrive, and nobody hears the answers.
    pub(super) fn close_all_of(&self, client: ClientId) {
        let all = self.network.borrow().used(|p| p.connection.client == client);
        all.into_iter().for_each(|connection| self.close(connection, true));
        self.network.borrow_mut().states.retain(|(of, _), _| *of != client);
    }

    /// All connections over a link are lost.
    pub fn cut_link(&self, link: Link) {
        let hit = self.network.borrow().used(|p| p.connection.link == link);
        hit.into_iter().for_each(|connection| self.cut(connection));
    }

    /// All connections of a process are lost.
    pub fn cut_process(&self, process: ProcessId) {
        let hit = self.network.borrow().used(|p| self.process_of(p.worker) == process);
        hit.into_iter().for_each(|connection| self.cut(connection));
    }

    /// A request reaches the broker.
    pub(super) fn arrive(&self, ticket: Ticket, connection: Connection, request: Request) {
        let fate = self.network.borrow().fates.get(&connection).copied();
        match fate {
            Some(Fate::Vanish) => return,
            Some(Fate::ArriveAt(at)) if at > self.now() => return self.at(at, Event::Arrive { ticket, connection, request }),
            Some(Fate::Wait) if self.waits(ticket, connection, &request) => return,
            _ => {}
        }
        if self.is_held_back(connection, &request) || self.hold_up(ticket, connection, &request) {
            return;
        }
        let moment = late::moment(&request);
        let decides = matches!(request, Request::EndTxn { .. } | Request::TxnOffsetCommit { .. });
        let unanswered = self.network.borrow().weather.unanswered;
        let is_worst = self.network.borrow().is_hostile && self.broker.borrow().is_rebalancing();
        let unanswered = if is_worst { (unanswered * 10.0).min(0.3) } else { unanswered };
        if decides && self.dice(Stream::Network).chance(unanswered) {
            self.trace.cover("network: a transaction's end or positions are not answered");
            let length = self.dice(Stream::Network).between(SHORTEST_SILENCE, LONGEST_SILENCE);
            let until = self.now() + length;
            self.network.borrow_mut().stall_link(connection.link, until);
            if self.dice(Stream::Network).chance(0.5) {
                self.trace.cover("network: and are not done");
                return self.act(until, "cut", move |world| world.cut(connection));
            }
        }
        let process = self.network.borrow().pending.get(&ticket).map(|pending| self.process_of(pending.worker));
        let kills = matches!(request, Request::EndTxn { commit: true, .. }) && self.network.borrow().kills_at_commit;
        if let (true, Some(process)) = (kills, process) {
            self.network.borrow_mut().kills_at_commit = false;
            self.act(self.now(), "kill at a commit", move |world| world.kill(process));
        }
        if let (true, Some(process)) = (self.crashes(&request), process) {
            self.act(self.now(), "die in a transaction", move |world| world.kill(process));
        }
        let writes = matches!(request, Request::Produce { transactional_id: Some(_), .. });
        let stalls = self.network.borrow_mut().stalls_at_commit.take_if(|_| writes && process.is_some());
        if let (Some(length), Some(process)) = (stalls, process) {
            self.act(self.now(), "stand still at a commit", move |world| {
                world.stall(process, world.now() + length);
                world.broker.borrow_mut().pass_generation();
            });
        }
        let after = self.network.borrow().is_hostile.then(|| request.clone());
        let answers = self.broker.borrow_mut().handle(self.now(), ticket, request);
        self.answered_by_broker(answers);
        if let Some(moment) = moment {
            self.release(&moment);
        }
        if let Some(request) = after {
            self.release_after(&request);
        }
    }

    /// Whether the process that writes this dies of it.
    fn crashes(&self, request: &Request) -> bool {
        let Request::Produce { transactional_id: Some(name), .. } = request else { return false };
        let network = self.network.borrow();
        network.crashes.as_ref().is_some_and(|(prefix, until)| name.starts_with(prefix) && self.now() < *until)
    }

    /// Answers of the broker go on their way.
    pub(super) fn answered_by_broker(&self, answers: Vec<(Ticket, Answer)>) {
        answers.into_iter().for_each(|(ticket, answer)| self.answer(ticket, answer));
    }

    /// An answer goes on its way.
    fn answer(&self, ticket: Ticket, answer: Answer) {
        let delay = self.delay();
        let mut network = self.network.borrow_mut();
        let Some(pending) = network.pending.get(&ticket) else { return };
        let (connection, process) = (pending.connection, self.process_of(pending.worker));
        let stalled = network.stalled_until(connection.link, process);
        let Some(state) = network.states.get_mut(&(connection.client, connection.link)) else { return };
        state.last_delivery = (self.now() + delay).max(state.last_delivery + 1).max(stalled);
        let at = state.last_delivery;
        drop(network);
        self.trace.note(self.now(), "answer", [ticket.0, at], || format!("{ticket:?} {answer:?}"));
        self.at(at, Event::Deliver { client: connection.client, ticket, answer });
    }

    /// Whether an answer still has its connection; then it is delivered now.
    pub(super) fn is_delivered(&self, ticket: Ticket) -> bool {
        self.network.borrow_mut().pending.remove(&ticket).is_some()
    }
}

//! [`Peers`] on the model: what `kafka::peers` asks of the library, and how long it waits for it.

use super::{Site, is_passing};
use crate::api::{Answer, Request, Ticket, TopicPartition, Us};
use crate::world::{Client, ClientId, Io, MS, SECOND};
use leadstream::runtime::ports::{InputPartition, PeerLane, Peers, Position};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// As the adapter bounds a question, and a take-over.
const REQUEST_TIMEOUT: Us = 2 * SECOND;
const TAKE_OVER_TIMEOUT: Us = 10 * SECOND;
/// Pause before the coordinator is asked again.
const PAUSE: Us = 50 * MS;

type Said = Vec<Option<(Position, String)>>;

/// A take-over that is under way.
struct Taking {
    router: String,
    request: Option<Ticket>,
    ask_at: Us,
    deadline: Us,
}

/// The library's side: one client that asks, and one producer at a time.
struct Machine {
    transaction_timeout: Us,
    asked: Option<(Ticket, Us)>,
    said: Option<Result<Said, String>>,
    wanted: VecDeque<String>,
    taking: Option<Taking>,
    taken: VecDeque<(String, Result<(), String>)>,
}

impl Client for Machine {
    fn answered(&mut self, io: &Io<'_>, ticket: Ticket, answer: Answer) {
        if self.asked.is_some_and(|(asked, _)| asked == ticket) {
            self.asked = None;
            self.said = Some(match answer {
                Answer::Said(said) => Ok(said),
                other => Err(format!("{other:?}")),
            });
        } else if let Some(taking) = self.taking.as_mut().filter(|taking| taking.request == Some(ticket)) {
            taking.request = None;
            match answer {
                Answer::Producer(_) => self.took(io, Ok(())),
                Answer::Failed(code) if is_passing(code) => taking.ask_at = io.now() + PAUSE,
                other => self.took(io, Err(format!("{other:?}"))),
            }
        }
        self.serve(io);
    }

    fn timer(&mut self, io: &Io<'_>) {
        self.serve(io);
    }
}

impl Machine {
    fn took(&mut self, io: &Io<'_>, result: Result<(), String>) {
        if let Some(taking) = self.taking.take() {
            io.cover(if result.is_ok() { "peers: taken over" } else { "peers: not taken over" });
            self.taken.push_back((taking.router, result));
        }
    }

    fn serve(&mut self, io: &Io<'_>) {
        let now = io.now();
        match self.asked {
            Some((ticket, deadline)) if deadline <= now => {
                io.forget(ticket);
                io.cover("peers: no answer in time");
                (self.asked, self.said) = (None, Some(Err("timed out".to_owned())));
            }
            Some((_, deadline)) => io.call_at(deadline),
            None => {}
        }
        if self.taking.as_ref().is_some_and(|taking| taking.deadline <= now) {
            self.took(io, Err("timed out".to_owned()));
        }
        if self.taking.is_none()
            && let Some(router) = self.wanted.pop_front()
        {
            self.taking = Some(Taking { router, request: None, ask_at: now, deadline: now + TAKE_OVER_TIMEOUT });
        }
        let Some(taking) = &mut self.taking else { return };
        if taking.request.is_none() && taking.ask_at <= now {
            let (transactional_id, timeout) = (taking.router.clone(), self.transaction_timeout);
            taking.request = Some(io.send(Request::InitProducerId { transactional_id, timeout, producer: None }));
        }
        io.call_at(if taking.request.is_none() { taking.ask_at.min(taking.deadline) } else { taking.deadline });
    }
}

/// The other routers of the group, for one of them.
pub struct SimulatedPeers {
    site: Site,
    id: ClientId,
    machine: Rc<RefCell<Machine>>,
    lanes: Vec<(InputPartition, TopicPartition)>,
}

impl SimulatedPeers {
    /// `site`: with the topics as routers see them.
    #[must_use]
    pub fn new(site: &Site, transaction_timeout: Us) -> Self {
        let machine = Rc::new(RefCell::new(Machine {
            transaction_timeout,
            asked: None,
            said: None,
            wanted: VecDeque::new(),
            taking: None,
            taken: VecDeque::new(),
        }));
        let id = site.world.seat(site.worker, Rc::<RefCell<Machine>>::clone(&machine));
        let lane = |at: TopicPartition| Some((site.topics.input(at)?, at));
        let lanes = site.topics.all_of(&site.topics.inputs).filter_map(lane).collect();
        Self { site: site.clone(), id, machine, lanes }
    }

    fn with<T>(&self, call: impl FnOnce(&mut Machine, &Io<'_>) -> T) -> T {
        call(&mut self.machine.borrow_mut(), &self.site.world.io(self.id, self.site.worker))
    }
}

impl Peers for SimulatedPeers {
    fn ask(&mut self) {
        let partitions = self.lanes.iter().map(|(_, at)| *at).collect();
        self.with(|machine, io| {
            machine.asked = Some((io.send(Request::OffsetFetchUnstable { partitions }), io.now() + REQUEST_TIMEOUT));
            machine.serve(io);
        });
    }

    fn answer(&mut self) -> Option<Result<Vec<PeerLane>, String>> {
        let said = self.with(|machine, _| machine.said.take())?;
        Some(said.map(|said| {
            let lane = |((at, _), said): (&(InputPartition, TopicPartition), Option<(Position, String)>)| {
                let mark = said.as_ref().and_then(|(position, _)| position.mark);
                let router = said.filter(|_| mark.is_some_and(|mark| mark.is_held)).map(|(_, name)| name);
                PeerLane { at: *at, mark, router }
            };
            self.lanes.iter().zip(said).map(lane).collect()
        }))
    }

    fn take_over(&mut self, router: &str) {
        self.with(|machine, io| {
            machine.wanted.push_back(router.to_owned());
            machine.serve(io);
        });
    }

    fn taken_over(&mut self) -> Option<(String, Result<(), String>)> {
        self.with(|machine, _| machine.taken.pop_front())
    }
}

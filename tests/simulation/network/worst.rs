//! Requests that nobody waits for any more, and that arrive when it does most harm: those of a transaction that was given up arrive in
//! the middle of its producer's next one.

use super::{Connection, Network};
use crate::api::{Request, Ticket, Us};
use crate::dice::Stream;
use crate::world::{SECOND, World};

/// One write of so many is held up on its way, and its broker is silent for so long.
const HELD_UP: f64 = 0.01;
const SHORTEST_SILENCE: Us = SECOND;
const LONGEST_SILENCE: Us = 7 * SECOND;

/// What waits for its moment.
#[derive(Default)]
pub struct Worst {
    waiting: Vec<(Ticket, Connection, Request)>,
    /// Held up while somebody still waits for them.
    held_up: Vec<(Ticket, Connection, Request)>,
}

/// Whether this is the moment: records come once their partition is part of the next transaction, positions after the next ones.
fn is_moment(late: &Request, now: &Request) -> bool {
    let is_same = late.transactional_id().is_some() && late.transactional_id() == now.transactional_id();
    is_same
        && match (late, now) {
            (Request::Produce { at, .. }, Request::AddPartitions { partitions, .. }) => partitions.contains(at),
            (Request::TxnOffsetCommit { .. }, Request::TxnOffsetCommit { .. }) => true,
            _ => false,
        }
}

impl Network {
    fn is_late(&self, connection: Connection) -> bool {
        self.fates.contains_key(&connection)
    }
}

impl World {
    /// Whether the request, which nobody waits for, arrives later.
    pub(super) fn waits(&self, ticket: Ticket, connection: Connection, request: &Request) -> bool {
        if !matches!(request, Request::Produce { .. } | Request::TxnOffsetCommit { .. }) || request.transactional_id().is_none() {
            return false;
        }
        self.network.borrow_mut().worst.waiting.push((ticket, connection, request.clone()));
        true
    }

    /// Whether the request is held up, as long as somebody waits for it.
    pub(super) fn hold_up(&self, ticket: Ticket, connection: Connection, request: &Request) -> bool {
        let can_be =
            matches!(request, Request::Produce { .. } | Request::TxnOffsetCommit { .. }) && request.transactional_id().is_some();
        let network = self.network.borrow();
        let has_weather = network.is_hostile && network.weather.unanswered > 0.0;
        drop(network);
        if !can_be || !has_weather || !self.dice(Stream::Network).chance(HELD_UP) {
            return false;
        }
        self.trace.cover("network: a write is held up");
        let until = self.now() + self.dice(Stream::Network).between(SHORTEST_SILENCE, LONGEST_SILENCE);
        let mut network = self.network.borrow_mut();
        network.stall_link(connection.link, until);
        network.worst.held_up.push((ticket, connection, request.clone()));
        drop(network);
        self.act(until, "held up no longer", move |world| {
            let mut network = world.network.borrow_mut();
            let held_up = std::mem::take(&mut network.worst.held_up);
            let (its, others) = held_up.into_iter().partition(|held: &(Ticket, Connection, Request)| held.0 == ticket);
            network.worst.held_up = others;
            let is_late = network.is_late(connection);
            drop(network);
            for (ticket, connection, request) in its {
                // Who has given it up is on to the next transaction by now, or will be.
                if is_late {
                    world.network.borrow_mut().worst.waiting.push((ticket, connection, request));
                } else {
                    world.cut(connection);
                }
            }
        });
        true
    }

    /// After a request was handled: what waited for it arrives.
    pub(super) fn release_after(&self, request: &Request) {
        let mut network = self.network.borrow_mut();
        // What was given up while it was held up waits for its moment, too.
        let held_up = std::mem::take(&mut network.worst.held_up);
        let (late, held_up): (Vec<_>, Vec<_>) = held_up.into_iter().partition(|held| network.is_late(held.1));
        network.worst.held_up = held_up;
        network.worst.waiting.extend(late);
        let waiting = std::mem::take(&mut network.worst.waiting);
        let (ready, waiting): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|late| is_moment(&late.2, request));
        network.worst.waiting = waiting;
        drop(network);
        for (ticket, _, request) in ready {
            self.trace.cover("network: a late request arrives in the next transaction");
            self.trace.note(self.now(), "late", [ticket.0, 0], || format!("{request:?}"));
            let answers = self.broker.borrow_mut().handle(self.now(), ticket, request);
            self.answered_by_broker(answers);
        }
    }
}

//! What is still on its way. It is looked for among the events to come, whoever sent it: a client that has ended has no connection any
//! more, and its requests may still arrive.

use super::{Connection, Fate, LONGEST_DELAY, Network, World};
use crate::api::{Request, Ticket, Us};
use crate::world::Event;

/// Whether a request changes nothing at the broker.
const fn is_read(request: &Request) -> bool {
    matches!(
        request,
        Request::Fetch { .. } | Request::ListOffsets { .. } | Request::OffsetFetch { .. } | Request::OffsetFetchUnstable { .. }
    )
}

impl Network {
    /// When something gets there that takes longer than is usual, or that nobody waits for any more.
    fn late(&self, now: Us, at: Us, event: &Event) -> Option<Us> {
        let is_awaited = |ticket: &Ticket| self.pending.contains_key(ticket);
        match event {
            Event::Arrive { ticket, .. } if is_awaited(ticket) => (at > now + LONGEST_DELAY).then_some(at),
            Event::Arrive { connection, request, .. } if !is_read(request) => self.arrival(*connection, at),
            Event::Deliver { ticket, .. } if is_awaited(ticket) => (at > now + LONGEST_DELAY).then_some(at),
            _ => None,
        }
    }

    /// When what was sent over a connection arrives, if it does.
    fn arrival(&self, connection: Connection, at: Us) -> Option<Us> {
        match self.fates.get(&connection) {
            Some(Fate::Vanish) => None,
            Some(Fate::ArriveAt(later)) => Some(at.max(*later)),
            Some(Fate::Wait) | None => Some(at),
        }
    }
}

impl World {
    /// By then, all that is late has got there: those who have ended may still join the group, or fence their successors, and those who
    /// wait for an answer are not at work. `None`: nothing is.
    #[must_use]
    pub fn late_until(&self) -> Option<Us> {
        let network = self.network.borrow();
        self.latest(|at, event| network.late(self.now(), at, event))
    }
}

#[cfg(test)]
mod tests {
    use crate::api::{Answer, Protocol, Request, Ticket};
    use crate::broker::{Broker, Settings, Topic};
    use crate::network::Link;
    use crate::world::{Client, Io, SECOND, START_MS, World};
    use std::cell::RefCell;
    use std::rc::Rc;

    struct Deaf;

    impl Client for Deaf {
        fn answered(&mut self, _: &Io<'_>, _: Ticket, _: Answer) {}
        fn timer(&mut self, _: &Io<'_>) {}
    }

    /// A world in which a client sends that it joins, and nothing gets through for eight seconds.
    fn joining(seed: u64) -> (Rc<World>, impl Fn()) {
        let broker = Broker::new(Settings::new(vec![Topic::new(1)], START_MS), Box::new(|_| 0));
        let world = World::new(seed, "network", broker);
        let process = world.new_process(|_, _, _| {});
        let worker = world.spawn(process, |_, _| Ok(()));
        let client = world.seat(worker, Rc::new(RefCell::new(Deaf)));
        world.network.borrow_mut().stall_link(Link::GroupCoordinator, 8 * SECOND);
        let (protocol, session, rebalance) = (Protocol::Consumer, SECOND, SECOND);
        _ = world.io(client, worker).send(Request::Join { member: None, protocol, topics: vec![0], session, rebalance });
        world.network.borrow_mut().heal();
        let killed = Rc::clone(&world);
        (world, move || killed.kill(process))
    }

    fn has_joined(world: &World) -> bool {
        !world.broker.borrow().assignment().is_empty()
    }

    #[test]
    fn a_request_that_gets_through_late_is_waited_for() {
        let (world, _) = joining(0);
        assert_eq!(world.late_until(), Some(8 * SECOND));
        world.run_until(9 * SECOND).unwrap();
        assert!(has_joined(&world));
        assert_eq!(world.late_until(), None);
    }

    #[test]
    fn a_request_of_a_client_that_has_ended_is_waited_for_if_it_arrives() {
        let mut joined = 0;
        for seed in 0..40 {
            let (world, kill) = joining(seed);
            kill();
            let late_until = world.late_until();
            world.run_until(late_until.unwrap_or(0)).unwrap();
            let has_joined_by_then = has_joined(&world);
            assert_eq!(world.late_until(), None);
            world.run_until(20 * SECOND).unwrap();
            assert_eq!((has_joined(&world), late_until.is_some()), (has_joined_by_then, has_joined_by_then), "seed {seed}");
            joined += u32::from(has_joined_by_then);
        }
        assert!((5..35).contains(&joined), "{joined}");
    }
}

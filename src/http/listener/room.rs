//! The open connections, and which of them is closed when another one needs room.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Waker};
use std::time::Duration;
use tokio::time::Instant;

/// Half a request that is older goes before all others.
const GRACE: Duration = Duration::from_secs(1);

/// Why the server ended a connection by itself. Its names are a metric's labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The head of a request was not complete in time.
    SlowHead,
    /// The head of a request was too long.
    LongHead,
    /// Nothing moved.
    Silence,
    /// Its room was needed.
    Full,
}

impl Reason {
    /// Closed metric label.
    fn name(self) -> &'static str {
        match self {
            Self::SlowHead => "slow-head",
            Self::LongHead => "long-head",
            Self::Silence => "silence",
            Self::Full => "full",
        }
    }
}

/// What a connection is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The head of a request is on its way.
    Head,
    /// A request is worked on.
    Request,
    /// An answer left or is leaving; nothing came since.
    Idle,
}

/// All connections.
pub struct Room {
    most: usize,
    seats: Mutex<Vec<Arc<Mutex<Place>>>>,
    closed: Box<dyn Fn(&'static str) + Send + Sync>,
}

struct Place {
    peer: IpAddr,
    phase: Phase,
    since: Instant,
    evicted: bool,
    waker: Option<Waker>,
}

impl Place {
    /// Who has a greater one goes first: peers with many connections, then old halves of requests, then what stands still for
    /// longest.
    fn superfluity(&self, of_peer: usize, now: Instant) -> (usize, bool, Reverse<Instant>) {
        let is_old_half = self.phase == Phase::Head && now.duration_since(self.since) > GRACE;
        (of_peer, is_old_half, Reverse(self.since))
    }
}

fn lock<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Room {
    pub fn new(most: usize, closed: impl Fn(&'static str) + Send + Sync + 'static) -> Self {
        Self { most: most.max(1), seats: Mutex::new(Vec::new()), closed: Box::new(closed) }
    }

    /// One more. When there is no room, another one is closed.
    pub fn enter(self: &Arc<Self>, peer: IpAddr, now: Instant) -> Seat {
        let place = Arc::new(Mutex::new(Place { peer, phase: Phase::Head, since: now, evicted: false, waker: None }));
        let mut seats = lock(&self.seats);
        if seats.len() >= self.most {
            self.evict(&mut seats, now);
        }
        seats.push(Arc::clone(&place));
        Seat { place, room: Arc::clone(self) }
    }

    fn evict(&self, seats: &mut Vec<Arc<Mutex<Place>>>, now: Instant) {
        let mut of_peers = BTreeMap::<IpAddr, usize>::new();
        for seat in seats.iter() {
            *of_peers.entry(lock(seat).peer).or_default() += 1;
        }
        let superfluous = |(_, seat): &(usize, &Arc<Mutex<Place>>)| {
            let place = lock(seat);
            place.superfluity(of_peers.get(&place.peer).copied().unwrap_or_default(), now)
        };
        let Some((at, _)) = seats.iter().enumerate().max_by_key(superfluous) else { return };
        let gone = seats.swap_remove(at);
        let mut gone = lock(&gone);
        gone.evicted = true;
        if let Some(waker) = gone.waker.take() {
            waker.wake();
        }
        (self.closed)(Reason::Full.name());
    }
}

/// One connection's place, given back when it is dropped.
pub struct Seat {
    place: Arc<Mutex<Place>>,
    room: Arc<Room>,
}

impl Seat {
    pub fn phase(&self) -> Phase {
        lock(&self.place).phase
    }

    pub fn enter_phase(&self, phase: Phase, now: Instant) {
        let mut place = lock(&self.place);
        (place.phase, place.since) = (phase, now);
    }

    /// Whether its room was needed; if not, it is woken when it is.
    pub fn is_evicted(&self, cx: &Context<'_>) -> bool {
        let mut place = lock(&self.place);
        if !place.evicted && place.waker.as_ref().is_none_or(|waker| !waker.will_wake(cx.waker())) {
            place.waker = Some(cx.waker().clone());
        }
        place.evicted
    }

    /// Counts that the server ends it.
    pub fn report(&self, reason: Reason) {
        (self.room.closed)(reason.name());
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = lock(&self.room.seats);
        if let Some(at) = seats.iter().position(|seat| Arc::ptr_eq(seat, &self.place)) {
            seats.swap_remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
    const OTHER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2));

    /// Which of the connections had to go when one more came, half a minute after the first.
    fn evicted(seats: &[(IpAddr, Phase, u64)]) -> Vec<usize> {
        let room = Arc::new(Room::new(seats.len(), |_| {}));
        let start = Instant::now();
        let enter = |(peer, phase, at_ms): &(IpAddr, Phase, u64)| {
            let seat = room.enter(*peer, start);
            seat.enter_phase(*phase, start + Duration::from_millis(*at_ms));
            seat
        };
        let seats: Vec<Seat> = seats.iter().map(enter).collect();
        let _new = room.enter(PEER, start + Duration::from_secs(30));
        let gone = seats.iter().enumerate().filter(|(_, seat)| lock(&seat.place).evicted);
        gone.map(|(at, _)| at).collect()
    }

    #[test]
    fn the_oldest_half_of_a_request_goes_first_then_what_stands_still_for_longest() {
        use Phase::{Head, Idle, Request};
        assert_eq!(evicted(&[(PEER, Idle, 0), (PEER, Head, 27_000), (PEER, Head, 26_000), (PEER, Request, 1)]), [2]);
        assert_eq!(evicted(&[(PEER, Idle, 5), (PEER, Head, 29_900), (PEER, Request, 29_950)]), [0]);
        assert_eq!(evicted(&[(PEER, Head, 29_990), (PEER, Head, 29_980)]), [1]);
    }

    #[test]
    fn a_peer_with_many_connections_pays_with_its_own() {
        use Phase::{Head, Idle};
        assert_eq!(evicted(&[(OTHER, Head, 0), (PEER, Idle, 20_000), (PEER, Idle, 10_000)]), [2]);
    }

    #[test]
    fn a_seat_is_given_back() {
        let room = Arc::new(Room::new(1, |_| {}));
        for _ in 0..3 {
            let seat = room.enter(PEER, Instant::now());
            assert!(!lock(&seat.place).evicted);
        }
        assert!(lock(&room.seats).is_empty());
    }
}

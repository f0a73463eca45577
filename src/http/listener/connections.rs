//! The open connections, and which of them is closed when another one needs its place.

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
pub enum CloseReason {
    /// The head of a request was not complete in time.
    SlowHead,
    /// The head of a request was too long.
    LongHead,
    /// Nothing moved.
    Silence,
    /// Its place was needed for another.
    Full,
}

impl CloseReason {
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
pub struct Connections {
    most: usize,
    slots: Mutex<Vec<Arc<Mutex<Connection>>>>,
    closed: Box<dyn Fn(&'static str) + Send + Sync>,
}

struct Connection {
    peer: IpAddr,
    phase: Phase,
    since: Instant,
    evicted: bool,
    waker: Option<Waker>,
}

impl Connection {
    /// The connection with the greatest one goes first: peers with many connections, then old halves of requests, then what has been idle for
    /// longest.
    fn superfluity(&self, of_peer: usize, now: Instant) -> (usize, bool, Reverse<Instant>) {
        let is_old_half = self.phase == Phase::Head && now.duration_since(self.since) > GRACE;
        (of_peer, is_old_half, Reverse(self.since))
    }
}

fn lock<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Connections {
    pub fn new(most: usize, closed: impl Fn(&'static str) + Send + Sync + 'static) -> Self {
        Self { most: most.max(1), slots: Mutex::new(Vec::new()), closed: Box::new(closed) }
    }

    /// One more. When there is no free slot, another connection is closed.
    pub fn enter(self: &Arc<Self>, peer: IpAddr, now: Instant) -> Slot {
        let connection = Arc::new(Mutex::new(Connection { peer, phase: Phase::Head, since: now, evicted: false, waker: None }));
        let mut slots = lock(&self.slots);
        if slots.len() >= self.most {
            self.evict(&mut slots, now);
        }
        slots.push(Arc::clone(&connection));
        Slot { connection, connections: Arc::clone(self) }
    }

    fn evict(&self, slots: &mut Vec<Arc<Mutex<Connection>>>, now: Instant) {
        let mut of_peers = BTreeMap::<IpAddr, usize>::new();
        for slot in slots.iter() {
            *of_peers.entry(lock(slot).peer).or_default() += 1;
        }
        let superfluous = |(_, slot): &(usize, &Arc<Mutex<Connection>>)| {
            let connection = lock(slot);
            connection.superfluity(of_peers.get(&connection.peer).copied().unwrap_or_default(), now)
        };
        let Some((at, _)) = slots.iter().enumerate().max_by_key(superfluous) else { return };
        let gone = slots.swap_remove(at);
        let mut gone = lock(&gone);
        gone.evicted = true;
        if let Some(waker) = gone.waker.take() {
            waker.wake();
        }
        (self.closed)(CloseReason::Full.name());
    }
}

/// The slot of one connection, released when it is dropped.
pub struct Slot {
    connection: Arc<Mutex<Connection>>,
    connections: Arc<Connections>,
}

impl Slot {
    pub fn phase(&self) -> Phase {
        lock(&self.connection).phase
    }

    pub fn enter_phase(&self, phase: Phase, now: Instant) {
        let mut connection = lock(&self.connection);
        (connection.phase, connection.since) = (phase, now);
    }

    /// Whether its slot was needed for another; if not, the task is woken when it is.
    pub fn is_evicted(&self, cx: &Context<'_>) -> bool {
        let mut connection = lock(&self.connection);
        if !connection.evicted && connection.waker.as_ref().is_none_or(|waker| !waker.will_wake(cx.waker())) {
            connection.waker = Some(cx.waker().clone());
        }
        connection.evicted
    }

    /// Counts that the server ends it.
    pub fn report(&self, reason: CloseReason) {
        (self.connections.closed)(reason.name());
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut slots = lock(&self.connections.slots);
        if let Some(at) = slots.iter().position(|slot| Arc::ptr_eq(slot, &self.connection)) {
            slots.swap_remove(at);
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
    fn evicted(slots: &[(IpAddr, Phase, u64)]) -> Vec<usize> {
        let connections = Arc::new(Connections::new(slots.len(), |_| {}));
        let start = Instant::now();
        let enter = |(peer, phase, at_ms): &(IpAddr, Phase, u64)| {
            let slot = connections.enter(*peer, start);
            slot.enter_phase(*phase, start + Duration::from_millis(*at_ms));
            slot
        };
        let slots: Vec<Slot> = slots.iter().map(enter).collect();
        let _new = connections.enter(PEER, start + Duration::from_secs(30));
        let gone = slots.iter().enumerate().filter(|(_, slot)| lock(&slot.connection).evicted);
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
    fn a_slot_is_released() {
        let connections = Arc::new(Connections::new(1, |_| {}));
        for _ in 0..3 {
            let slot = connections.enter(PEER, Instant::now());
            assert!(!lock(&slot.connection).evicted);
        }
        assert!(lock(&connections.slots).is_empty());
    }
}

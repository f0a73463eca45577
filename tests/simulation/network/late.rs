//! One request after the other is held back until its client has given it up and its successor has begun the next transaction: then it
//! arrives. The broker can't tell the two transactions apart but by the producer's epoch.

use super::{Connection, Fate, World};
use crate::api::{Request, Ticket, Us};
use crate::dice::{Die, Stream};
use crate::world::SECOND;

/// Longer than any client waits for an answer.
const SILENCE: Us = 20 * SECOND;
/// Requests of a kind that pass before one is held back, at most.
const MOST_PASSING: u64 = 12;
/// Nobody waits for its answer.
const NOBODY: Ticket = Ticket(u64::MAX - 1);

/// What is held back next, or is being held back.
pub(super) struct Late {
    kind: Kind,
    passing: u64,
    held: Option<Request>,
}

#[derive(Copy, Clone, Eq, PartialEq)]
enum Kind {
    Records,
    Positions,
    End,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Records, Self::Positions, Self::End];

    fn of(request: &Request) -> Option<Self> {
        match request {
            Request::Produce { transactional_id: Some(_), .. } => Some(Self::Records),
            Request::TxnOffsetCommit { .. } => Some(Self::Positions),
            Request::EndTxn { .. } => Some(Self::End),
            _ => None,
        }
    }
}

/// As they are counted: by kind.
pub const TRIALS: [&str; 3] = [
    "late: records arrived after the next begin",
    "late: positions arrived after the next begin",
    "late: an end arrived after the next begin",
];

impl Late {
    fn draw(die: &mut Die) -> Self {
        Self { kind: *die.one_of(&Kind::ALL), passing: die.below(MOST_PASSING), held: None }
    }
}

/// When what is held back arrives: a transaction has begun, or its own positions are there already.
pub(super) fn moment(request: &Request) -> Option<Moment> {
    let has_positions = match request {
        Request::AddPartitions { .. } => false,
        Request::TxnOffsetCommit { .. } => true,
        _ => return None,
    };
    Some(Moment { transactional_id: request.transactional_id()?.to_owned(), has_positions })
}

pub(super) struct Moment {
    transactional_id: String,
    has_positions: bool,
}

impl World {
    /// From now on, until all heals.
    pub fn hold_requests_back(&self) {
        self.network.borrow_mut().late = Some(Late::draw(&mut self.dice(Stream::Network)));
    }

    /// Takes the request out of the way, and lets nothing more through on its connection.
    pub(super) fn is_held_back(&self, connection: Connection, request: &Request) -> bool {
        let mut network = self.network.borrow_mut();
        let Some(late) = network.late.as_mut().filter(|late| late.held.is_none()) else { return false };
        if Kind::of(request) != Some(late.kind) {
            return false;
        }
        if late.passing > 0 {
            late.passing -= 1;
            return false;
        }
        late.held = Some(request.clone());
        let until = self.now() + SILENCE;
        network.fates.insert(connection, Fate::ArriveAt(until));
        network.states.entry((connection.client, connection.link)).or_default().stalled_until = until;
        true
    }

    /// The next transaction has come so far: what was held back of the one before arrives now.
    pub(super) fn release(&self, moment: &Moment) {
        let mut network = self.network.borrow_mut();
        let Some(late) = &mut network.late else { return };
        if moment.has_positions != (late.kind == Kind::Positions) {
            return;
        }
        let is_meant = |held: &mut Request| held.transactional_id() == Some(moment.transactional_id.as_str());
        let Some(request) = late.held.take_if(is_meant) else { return };
        self.trace.cover(TRIALS[late.kind as usize]);
        *late = Late::draw(&mut self.dice(Stream::Network));
        drop(network);
        let answers = self.broker.borrow_mut().handle(self.now(), NOBODY, request);
        self.answered_by_broker(answers);
    }
}

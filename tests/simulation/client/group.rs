//! A member of a consumer group, as the library is one: it joins, beats and leaves in the background; what the group gives and takes
//! is put into a queue, and the group waits until the worker has answered it by an assign or unassign call.
//!
//! In the classic protocol everything is given up before everything is dealt anew. In the newer one (KIP-848) only what moves is
//! taken and given, and while that goes on everything is paused.

use super::fetcher::Fetcher;
use super::is_passing;
use crate::api::{Answer, Protocol, Request, Ticket, TopicPartition, Us};
use crate::world::{Io, MS};
use leadstream::kafka::client::Code;
use leadstream::kafka::membership::Membership;
use std::collections::{BTreeSet, VecDeque};

/// Pause before a join is tried again.
const JOIN_PAUSE: Us = 100 * MS;

/// How the group is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    pub protocol: Protocol,
    /// What is subscribed.
    pub topics: Vec<u16>,
    pub session: Us,
    pub heartbeat: Us,
    /// How long the group waits for a member that is to join again.
    pub rebalance: Us,
}

/// What the group says, for the worker.
#[derive(Clone, Debug)]
pub enum Event {
    Assign(Vec<TopicPartition>),
    Revoke(Vec<TopicPartition>),
}

#[derive(Copy, Clone, Debug, Eq, PartialEq)]
enum State {
    /// To join, or joining.
    Joining,
    /// Given, and not taken yet by the worker.
    Giving,
    Steady,
    /// Taken away, and not let go yet by the worker; joins again after that, or goes on.
    Taking {
        rejoins: bool,
    },
    Left,
}

/// One member.
pub struct Group {
    settings: Settings,
    state: State,
    member: String,
    generation: i32,
    /// What the group has given; the worker may have to answer yet.
    assigned: BTreeSet<TopicPartition>,
    /// What the group is told is held: as of when nothing was on its way.
    held: BTreeSet<TopicPartition>,
    /// The newer protocol: what the group wants, once what goes on is over.
    target: Option<BTreeSet<TopicPartition>>,
    /// To be given once what was taken is let go.
    giving: BTreeSet<TopicPartition>,
    is_lost: bool,
    /// The newer protocol: the broker has thrown the member out; it joins anew once nothing is on its way.
    is_fenced: bool,
    is_closing: bool,
    request: Option<Ticket>,
    join_at: Us,
    beat_at: Us,
    beaten_at: Us,
    pub events: VecDeque<Event>,
}

impl Group {
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            state: State::Joining,
            member: String::new(),
            generation: -1,
            assigned: BTreeSet::new(),
            held: BTreeSet::new(),
            target: None,
            giving: BTreeSet::new(),
            is_lost: false,
            is_fenced: false,
            is_closing: false,
            request: None,
            join_at: 0,
            beat_at: 0,
            beaten_at: 0,
            events: VecDeque::new(),
        }
    }

    #[must_use]
    pub fn is_cooperative(&self) -> bool {
        self.settings.protocol == Protocol::Consumer
    }

    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.is_lost
    }

    #[must_use]
    pub fn membership(&self) -> Membership {
        Membership { generation: self.generation, member: self.member.clone() }
    }

    /// Joins, beats, and notices that its session is over.
    pub fn serve(&mut self, io: &Io<'_>, fetcher: &mut Fetcher) {
        let now = io.now();
        match self.state {
            State::Left => {}
            State::Joining => self.join(io),
            State::Giving | State::Steady | State::Taking { .. } => {
                if self.is_fenced {
                    if self.state == State::Steady {
                        self.lose(io, fetcher);
                    }
                    return;
                }
                // The newer protocol leaves that to the broker.
                let has_session = self.state == State::Steady && !self.is_cooperative();
                let over_at = self.beaten_at + self.settings.session;
                if has_session && now >= over_at {
                    io.cover("group: the session is over, as the member sees it");
                    self.member.clear();
                    self.lose(io, fetcher);
                    return;
                }
                if self.request.is_none() && now >= self.beat_at {
                    self.beat_at = now + self.settings.heartbeat;
                    // Until all of a change is done nothing of it is said: what comes is held already, and what goes still is.
                    let owned = self.held.union(&self.assigned).copied().collect();
                    let beat = Request::Heartbeat { member: self.member.clone(), generation: self.generation, owned };
                    self.request = Some(io.send(beat));
                }
                if self.request.is_none() {
                    io.call_at(self.beat_at);
                }
                if has_session {
                    io.call_at(over_at);
                }
                self.reconcile(io, fetcher);
            }
        }
    }

    fn join(&mut self, io: &Io<'_>) {
        if self.request.is_some() {
            return;
        }
        if io.now() < self.join_at {
            return io.call_at(self.join_at);
        }
        let Settings { protocol, topics, session, rebalance, .. } = self.settings.clone();
        let member = (!self.member.is_empty()).then(|| self.member.clone());
        self.request = Some(io.send(Request::Join { member, protocol, topics, session, rebalance }));
    }

    /// An answer that may be one to the group; handed back if it is none.
    pub fn answered(&mut self, io: &Io<'_>, fetcher: &mut Fetcher, ticket: Ticket, answer: Answer) -> Option<Answer> {
        if self.request != Some(ticket) {
            return Some(answer);
        }
        self.request = None;
        match answer {
            Answer::Joined { member, generation, assigned } if self.state == State::Joining => {
                (self.member, self.generation) = (member, generation);
                (self.beaten_at, self.beat_at) = (io.now(), io.now() + self.settings.heartbeat);
                self.is_lost = false;
                let assigned = assigned.into_iter().collect();
                if self.is_cooperative() {
                    self.state = State::Steady;
                    self.target = Some(assigned);
                } else {
                    self.state = State::Giving;
                    (self.giving, self.assigned) = (assigned, BTreeSet::new());
                    self.give(io, fetcher);
                }
            }
            Answer::MemberIdRequired { member } if self.state == State::Joining => self.member = member,
            Answer::Beat { generation, assigned } => {
                self.beaten_at = io.now();
                if self.is_cooperative() && self.state != State::Joining {
                    self.generation = generation;
                    if let Some(target) = assigned {
                        self.target = Some(target.into_iter().collect());
                    }
                }
            }
            Answer::Failed(code) if self.state == State::Joining => self.not_joined(io, code),
            Answer::Failed(code) => self.not_beaten(io, fetcher, code),
            _ => {}
        }
        self.serve(io, fetcher);
        None
    }

    fn not_joined(&mut self, io: &Io<'_>, code: Code) {
        self.join_at = io.now() + JOIN_PAUSE;
        match code {
            Code::UnknownMemberId | Code::FencedMemberEpoch => {
                self.member.clear();
                self.generation = -1;
            }
            Code::IllegalGeneration => self.generation = -1,
            _ => io.cover("group: a join is tried again"),
        }
    }

    fn not_beaten(&mut self, io: &Io<'_>, fetcher: &mut Fetcher, code: Code) {
        match code {
            Code::RebalanceInProgress => {
                self.beaten_at = io.now();
                if self.state == State::Steady {
                    io.cover("group: rebalances");
                    let all = std::mem::take(&mut self.assigned);
                    self.take(io, fetcher, all, true);
                }
            }
            Code::UnknownMemberId | Code::FencedMemberEpoch if self.is_cooperative() => {
                io.cover("group: the member is thrown out (the newer protocol)");
                self.is_fenced = true;
            }
            Code::UnknownMemberId => {
                io.cover("group: the member is unknown");
                self.member.clear();
                self.lose_unless_busy(io, fetcher);
            }
            Code::IllegalGeneration => {
                io.cover("group: the generation is illegal");
                self.generation = -1;
                self.lose_unless_busy(io, fetcher);
            }
            code if is_passing(code) => {}
            _ => io.cover("group: other error of a heartbeat"),
        }
    }

    fn lose_unless_busy(&mut self, io: &Io<'_>, fetcher: &mut Fetcher) {
        if self.state == State::Steady {
            self.lose(io, fetcher);
        }
    }

    /// What was given is another member's already.
    fn lose(&mut self, io: &Io<'_>, fetcher: &mut Fetcher) {
        io.cover("group: the assignment is lost");
        self.is_fenced = false;
        self.target = None;
        let all = std::mem::take(&mut self.assigned);
        if self.is_cooperative() && all.is_empty() {
            self.rejoin(io);
            return;
        }
        self.is_lost = true;
        self.take(io, fetcher, all, true);
    }

    fn rejoin(&mut self, io: &Io<'_>) {
        self.is_lost = false;
        if self.is_cooperative() {
            self.generation = 0;
        }
        self.state = State::Joining;
        self.assigned.clear();
        self.held.clear();
        self.request = None;
        self.join(io);
    }

    /// The newer protocol: takes and gives what differs from what the group wants, one after the other.
    fn reconcile(&mut self, io: &Io<'_>, fetcher: &mut Fetcher) {
        if self.state != State::Steady {
            return;
        }
        let Some(target) = self.target.take() else { return };
        let gone: BTreeSet<_> = self.assigned.difference(&target).copied().collect();
        self.giving = target.difference(&self.assigned).copied().collect();
        if !gone.is_empty() {
            io.cover("group: some partitions are taken");
            self.assigned.retain(|at| !gone.contains(at));
            self.take(io, fetcher, gone, false);
        } else if !self.giving.is_empty() {
            io.cover("group: some partitions are given");
            self.give(io, fetcher);
        }
    }

    fn give(&mut self, io: &Io<'_>, fetcher: &mut Fetcher) {
        fetcher.pause_all(io, true);
        self.state = State::Giving;
        self.assigned.extend(self.giving.iter().copied());
        self.events.push_back(Event::Assign(self.giving.iter().copied().collect()));
        io.unpark();
    }

    fn take(&mut self, io: &Io<'_>, fetcher: &mut Fetcher, gone: BTreeSet<TopicPartition>, rejoins: bool) {
        fetcher.pause_all(io, true);
        self.state = State::Taking { rejoins };
        if self.is_closing {
            self.taken(io, fetcher);
            return;
        }
        self.events.push_back(Event::Revoke(gone.into_iter().collect()));
        io.unpark();
    }

    /// The worker has called assign. Whatever it assigned: a call that comes while the group waits for one is the answer.
    pub fn given(&mut self, io: &Io<'_>, fetcher: &mut Fetcher) {
        self.is_lost = false;
        if self.state != State::Giving {
            return;
        }
        self.state = State::Steady;
        self.giving.clear();
        fetcher.pause_all(io, false);
        self.acknowledge(io, fetcher);
    }

    /// The worker has called unassign; as for [`Group::given`].
    pub fn taken(&mut self, io: &Io<'_>, fetcher: &mut Fetcher) {
        self.is_lost = false;
        let State::Taking { rejoins } = self.state else { return };
        fetcher.pause_all(io, false);
        if rejoins {
            self.rejoin(io);
        } else {
            // Also where it is nothing: the library tells of that, too, and waits for the answer.
            self.give(io, fetcher);
        }
    }

    /// The newer protocol: the group hears at once what is held now.
    fn acknowledge(&mut self, io: &Io<'_>, fetcher: &mut Fetcher) {
        self.held.clone_from(&self.assigned);
        if self.is_cooperative() {
            self.beat_at = io.now();
        }
        self.serve(io, fetcher);
    }

    /// From here on what is taken is let go at once.
    pub fn close(&mut self, io: &Io<'_>, fetcher: &mut Fetcher) {
        self.is_closing = true;
        self.events.clear();
        if matches!(self.state, State::Taking { .. }) {
            self.taken(io, fetcher);
        }
    }

    /// Leaves for good.
    pub fn leave(&mut self, io: &Io<'_>) {
        if !self.member.is_empty() && self.state != State::Left {
            _ = io.send(Request::Leave { member: self.member.clone() });
        }
        self.state = State::Left;
        self.request = None;
    }
}

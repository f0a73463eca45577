//! The classic protocol: at every change all members join anew, and wait until all have. Joining and the exchange of the assignment
//! are one request here.

use super::{Joiner, range};
use crate::api::{Answer, Ticket, TopicPartition, Us};
use rdkafka::types::RDKafkaErrorCode as Code;
use std::collections::BTreeMap;

/// So long the broker keeps the request of a member that it hasn't seen before.
const NEW_MEMBER_JOIN_TIMEOUT: Us = 300_000_000;

type Ready = Vec<(Ticket, Answer)>;

#[derive(Debug, Clone)]
struct Member {
    session: Us,
    rebalance: Us,
    topics: Vec<u16>,
    expires: Us,
    /// Its request to join, which is not answered yet.
    waiting: Option<Ticket>,
    is_new: bool,
    assigned: Vec<TopicPartition>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Empty,
    /// All are asked to join; whoever has not at that time is thrown out.
    Preparing {
        until: Us,
        /// A group's first members wait for more of them; so much longer at most.
        more: Option<Us>,
        has_newcomer: bool,
    },
    Stable,
}

#[derive(Debug)]
pub(super) struct Classic {
    state: State,
    generation: i32,
    members: BTreeMap<String, Member>,
    /// Names given out whose owner has not come with them yet, and until when.
    pending: BTreeMap<String, Us>,
    leader: Option<String>,
    initial_delay: Us,
    /// What a coordinator finds that takes over: the last generation that was complete.
    written: (i32, BTreeMap<String, Member>),
}

impl Classic {
    pub(super) fn new(initial_delay: Us) -> Self {
        Self {
            state: State::Empty,
            generation: 0,
            members: BTreeMap::new(),
            pending: BTreeMap::new(),
            leader: None,
            initial_delay,
            written: (0, BTreeMap::new()),
        }
    }

    pub(super) fn is_used(&self) -> bool {
        !self.members.is_empty() || !self.pending.is_empty()
    }

    pub(super) fn assignment(&self) -> BTreeMap<String, Vec<TopicPartition>> {
        self.members.iter().map(|(name, member)| (name.clone(), member.assigned.clone())).collect()
    }

    pub(super) fn join(&mut self, now: Us, joiner: Joiner, new_name: String, partitions: &[i32], ready: &mut Ready) {
        let Joiner { ticket, member, topics, session, rebalance } = joiner;
        let Some(name) = member else {
            self.pending.insert(new_name.clone(), now + session);
            ready.push((ticket, Answer::MemberIdRequired { member: new_name }));
            return;
        };
        let is_new = self.pending.remove(&name).is_some();
        if is_new {
            let (expires, waiting) = (now + NEW_MEMBER_JOIN_TIMEOUT, Some(ticket));
            let assigned = Vec::new();
            let member = Member { session, rebalance, topics, expires, waiting, is_new, assigned };
            self.members.insert(name.clone(), member);
            self.leader.get_or_insert(name);
            if let State::Preparing { has_newcomer, .. } = &mut self.state {
                *has_newcomer = true;
            }
        } else {
            let is_leader = self.leader.as_ref() == Some(&name);
            let Some(member) = self.members.get_mut(&name) else {
                ready.push((ticket, Answer::Failed(Code::UnknownMemberId)));
                return;
            };
            if self.state == State::Stable && !is_leader && member.topics == topics {
                // A follower that has not heard of its generation.
                let assigned = member.assigned.clone();
                ready.push((ticket, Answer::Joined { member: name, generation: self.generation, assigned }));
                return;
            }
            member.expires = now + session;
            (member.topics, member.session, member.rebalance) = (topics, session, rebalance);
            member.waiting = Some(ticket);
        }
        self.rebalance(now, partitions, ready);
    }

    /// Asks all to join, or ends that when all have.
    fn rebalance(&mut self, now: Us, partitions: &[i32], ready: &mut Ready) {
        let at_most = self.members.values().map(|member| member.rebalance).max().unwrap_or(0);
        match self.state {
            State::Empty => {
                let (until, more) = (now + self.initial_delay, Some(at_most.saturating_sub(self.initial_delay)));
                self.state = State::Preparing { until, more, has_newcomer: false };
                return;
            }
            State::Stable => self.state = State::Preparing { until: now + at_most, more: None, has_newcomer: false },
            State::Preparing { .. } => {}
        }
        let is_first = matches!(self.state, State::Preparing { more: Some(_), .. });
        if !is_first && self.pending.is_empty() && self.members.values().all(|member| member.waiting.is_some()) {
            self.complete(now, partitions, ready);
        }
    }

    /// The next generation: of those who have joined.
    fn complete(&mut self, now: Us, partitions: &[i32], ready: &mut Ready) {
        self.members.retain(|_, member| member.waiting.is_some());
        self.generation += 1;
        if !self.leader.as_ref().is_some_and(|leader| self.members.contains_key(leader)) {
            self.leader = self.members.keys().next().cloned();
        }
        self.state = if self.members.is_empty() { State::Empty } else { State::Stable };
        let members: Vec<(&str, &[u16])> =
            self.members.iter().map(|(name, member)| (name.as_str(), member.topics.as_slice())).collect();
        let mut assigned = range(&members, partitions);
        for (name, member) in &mut self.members {
            member.assigned = assigned.remove(name).unwrap_or_default();
            (member.is_new, member.expires) = (false, now + member.session);
            if let Some(ticket) = member.waiting.take() {
                let (generation, assigned) = (self.generation, member.assigned.clone());
                ready.push((ticket, Answer::Joined { member: name.clone(), generation, assigned }));
            }
        }
        self.written = (self.generation, self.members.clone());
    }

    pub(super) fn heartbeat(&mut self, now: Us, name: &str, generation: i32) -> Answer {
        let Some(member) = self.members.get_mut(name) else { return Answer::Failed(Code::UnknownMemberId) };
        if generation != self.generation {
            return Answer::Failed(Code::IllegalGeneration);
        }
        member.expires = now + member.session;
        match self.state {
            State::Preparing { .. } => Answer::Failed(Code::RebalanceInProgress),
            _ => Answer::Beat { generation, assigned: None },
        }
    }

    /// One that all have joined is over before any of them has heard of it.
    pub(super) fn pass_generation(&mut self) {
        if self.state == State::Stable {
            self.generation += 1;
            self.written.0 = self.generation;
        }
    }

    pub(super) fn is_preparing(&self) -> bool {
        matches!(self.state, State::Preparing { .. })
    }

    pub(super) fn leave(&mut self, now: Us, name: &str, partitions: &[i32], ready: &mut Ready) -> Answer {
        if self.pending.remove(name).is_some() {
            self.after_departure(now, partitions, ready);
        } else if self.members.contains_key(name) {
            self.remove(now, name, partitions, ready);
        } else {
            return Answer::Failed(Code::UnknownMemberId);
        }
        Answer::Done
    }

    fn remove(&mut self, now: Us, name: &str, partitions: &[i32], ready: &mut Ready) {
        let Some(member) = self.members.remove(name) else { return };
        if let Some(ticket) = member.waiting {
            ready.push((ticket, Answer::Failed(Code::UnknownMemberId)));
        }
        if self.leader.as_deref() == Some(name) {
            self.leader = self.members.keys().next().cloned();
        }
        if self.state == State::Stable {
            self.rebalance(now, partitions, ready);
        } else {
            self.after_departure(now, partitions, ready);
        }
    }

    /// Whoever has gone need not be waited for.
    fn after_departure(&mut self, now: Us, partitions: &[i32], ready: &mut Ready) {
        if matches!(self.state, State::Preparing { .. }) {
            self.rebalance(now, partitions, ready);
        }
    }

    pub(super) fn check_commit(&self, name: &str, generation: i32) -> Result<(), Code> {
        if generation < 0 && (self.state == State::Empty || name.is_empty()) {
            // Of a transaction, offsets without a member are taken whatever the group does.
            return Ok(());
        }
        if !self.members.contains_key(name) {
            return Err(Code::UnknownMemberId);
        }
        // Up to the next generation this one's offsets are taken, though all are asked to join.
        if generation == self.generation { Ok(()) } else { Err(Code::IllegalGeneration) }
    }

    pub(super) fn reload(&mut self, back: Us, ready: &mut Ready) {
        let waiting = self.members.values_mut().filter_map(|member| member.waiting.take());
        ready.extend(waiting.map(|ticket| (ticket, Answer::Failed(Code::NotCoordinator))));
        self.pending.clear();
        (self.generation, self.members) = self.written.clone();
        self.state = if self.members.is_empty() { State::Empty } else { State::Stable };
        if !self.leader.as_ref().is_some_and(|leader| self.members.contains_key(leader)) {
            self.leader = self.members.keys().next().cloned();
        }
        for member in self.members.values_mut() {
            member.expires = back + member.session;
        }
    }

    pub(super) fn tick(&mut self, now: Us, partitions: &[i32], ready: &mut Ready) {
        for member in self.members.values_mut() {
            if member.expires <= now && member.waiting.is_some() && !member.is_new {
                member.expires = now + member.session;
            }
        }
        let unclaimed = self.pending.len();
        self.pending.retain(|_, until| *until > now);
        if self.pending.len() < unclaimed {
            self.after_departure(now, partitions, ready);
        }
        let expired = |(name, member): (&String, &Member)| (member.expires <= now).then(|| name.clone());
        while let Some(name) = self.members.iter().find_map(expired) {
            self.remove(now, &name, partitions, ready);
        }
        if let State::Preparing { until, more, has_newcomer } = self.state
            && until <= now
        {
            match more {
                Some(left) if has_newcomer && left > 0 && self.initial_delay > 0 => {
                    let delay = left.min(self.initial_delay);
                    let more = Some(left - delay);
                    self.state = State::Preparing { until: now + delay, more, has_newcomer: false };
                }
                _ => self.complete(now, partitions, ready),
            }
        }
    }

    pub(super) fn next(&self) -> Option<Us> {
        let preparing = match self.state {
            State::Preparing { until, .. } => Some(until),
            _ => None,
        };
        let members = self.members.values().map(|member| member.expires);
        members.chain(self.pending.values().copied()).chain(preparing).min()
    }
}

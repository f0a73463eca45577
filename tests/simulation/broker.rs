//! A pure model of a Kafka cluster as its clients meet it: one log per partition, coordinators of transactions and of the group. Time
//! is an argument, and the only chance is how long a marker takes.
//!
//! Names and rules are those of Apache Kafka 4.0 towards a client of the old transaction protocol. Replicas are not modelled: what is
//! written is replicated, until an unclean election says otherwise ([`Broker::truncate`]).

#![allow(dead_code, reason = "the worlds that use it come step by step")]

mod faults;
mod group;
pub mod history;
mod log;
mod loss;
mod offsets;
mod producers;
mod requests;
#[cfg(test)]
mod tests;
mod transactions;

use crate::api::{Answer, ProducerId, Request, Ticket, TopicPartition, Us};
#[allow(unused_imports, reason = "for the plan of faults")]
pub use faults::{Away, Refusal};
use group::{Group, Groups};
use history::History;
use log::{Log, View, Wanted};
use offsets::Offsets;
use rdkafka::types::RDKafkaErrorCode as Code;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use transactions::{COORDINATORS, Coordinator, Target, coordinator_of};

/// A topic as it was created.
#[derive(Debug, Clone)]
pub struct Topic {
    pub partitions: i32,
    /// `cleanup.policy=compact`: refuses records without a key.
    pub is_compacted: bool,
    /// `message.timestamp.type=LogAppendTime`.
    pub has_append_time: bool,
    /// `max.message.bytes`, of a batch.
    pub max_batch_bytes: usize,
}

impl Topic {
    /// With Kafka's defaults.
    pub const fn new(partitions: i32) -> Self {
        Self { partitions, is_compacted: false, has_append_time: false, max_batch_bytes: 1_048_588 }
    }
}

/// A cluster as it is set up.
#[derive(Debug, Clone)]
pub struct Settings {
    /// By their index in [`TopicPartition::topic`].
    pub topics: Vec<Topic>,
    /// What the broker's clock shows when the run begins.
    pub start_ms: i64,
    /// `transaction.partition.verification.enable`: brokers since 3.6 ask the coordinator before the first write of a transaction to
    /// a partition.
    pub verifies: bool,
    /// `transaction.max.timeout.ms`
    pub max_transaction_timeout: Us,
    /// `transaction.abort.timed.out.transaction.cleanup.interval.ms`
    pub transaction_check: Us,
    /// `group.initial.rebalance.delay.ms`
    pub initial_rebalance_delay: Us,
    /// `group.consumer.session.timeout.ms`
    pub consumer_session: Us,
    /// Topics that a group of its own reads; all others are the first group's.
    pub routed: Vec<u16>,
}

impl Settings {
    /// With Kafka's defaults, but a group that begins at once and a broker that looks at old transactions every second.
    pub const fn new(topics: Vec<Topic>, start_ms: i64) -> Self {
        Self {
            topics,
            start_ms,
            verifies: true,
            max_transaction_timeout: 900_000_000,
            transaction_check: 1_000_000,
            initial_rebalance_delay: 0,
            consumer_session: 45_000_000,
            routed: Vec::new(),
        }
    }
}

/// How long a marker takes to its partition; `None`: to the group's offsets.
pub type MarkerDelay = Box<dyn FnMut(Option<TopicPartition>) -> Us>;

/// A reader that waits for its first record.
struct Waiter {
    ticket: Ticket,
    wanted: Wanted,
    until: Us,
}

struct Partition {
    log: Log,
    waiters: Vec<Waiter>,
    /// Until when it has no leader, and what is answered meanwhile.
    away: Option<(Us, Code)>,
    /// Until when readers are answered by a leader that was deposed, and what it shows.
    deposed: Option<(Us, View)>,
}

impl Partition {
    fn view(&self) -> View {
        self.deposed.map_or_else(|| self.log.view(), |deposed| deposed.1)
    }
}

/// The cluster.
pub struct Broker {
    settings: Settings,
    marker_delay: MarkerDelay,
    /// By topic and partition.
    partitions: Vec<Vec<Partition>>,
    coordinator: Coordinator,
    offsets: Offsets,
    groups: Groups,
    /// Until when these have no coordinator, and what is answered meanwhile.
    transactions_away: [Option<(Us, Code)>; COORDINATORS],
    group_away: Option<(Us, Code)>,
    refusals: BTreeMap<u16, Refusal>,
    history: History,
    /// When readers have waited long enough; whoever was answered before is still in it.
    deadlines: BinaryHeap<Reverse<(Us, TopicPartition, Ticket)>>,
    /// Partitions whose readers meet a deposed leader, and until when.
    deposed: Vec<(Us, TopicPartition)>,
    ready: Vec<(Ticket, Answer)>,
}

impl Broker {
    pub fn new(settings: Settings, marker_delay: MarkerDelay) -> Self {
        let partition = |topic, partition| {
            let log = Log::new(TopicPartition { topic, partition });
            Partition { log, waiters: Vec::new(), away: None, deposed: None }
        };
        let topics = (0u16..).zip(&settings.topics);
        let partitions =
            topics.map(|(topic, its)| (0..its.partitions).map(|number| partition(topic, number)).collect()).collect();
        let counts: Vec<i32> = settings.topics.iter().map(|topic| topic.partitions).collect();
        Self {
            marker_delay,
            partitions,
            coordinator: Coordinator::new(settings.max_transaction_timeout, settings.transaction_check),
            offsets: Offsets::default(),
            groups: Groups::new(
                |prefix| Group::new(prefix, counts.clone(), settings.initial_rebalance_delay, settings.consumer_session),
                settings.routed.clone(),
            ),
            transactions_away: [None; COORDINATORS],
            group_away: None,
            refusals: BTreeMap::new(),
            history: History::default(),
            deadlines: BinaryHeap::new(),
            deposed: Vec::new(),
            ready: Vec::new(),
            settings,
        }
    }

    /// Takes a request. Says every answer that is ready now, its own and what others have waited for; the rest comes from
    /// [`Broker::tick`].
    pub fn handle(&mut self, now: Us, from: Ticket, request: Request) -> Vec<(Ticket, Answer)> {
        self.settle(now);
        if let Some(answer) = self.ask(now, from, request) {
            self.ready.push((from, answer));
        }
        self.take_ready()
    }

    /// Does what is due.
    pub fn tick(&mut self, now: Us) -> Vec<(Ticket, Answer)> {
        self.settle(now);
        self.take_ready()
    }

    /// When [`Broker::tick`] has something to do; in the past: at once.
    pub fn next_tick(&self) -> Option<Us> {
        if !self.ready.is_empty() || self.groups.all.iter().any(|group| !group.ready.is_empty()) {
            return Some(0);
        }
        let reader = self.deadlines.peek().map(|deadline| deadline.0.0);
        let away = self.transactions_away;
        let transaction = self.coordinator.next(|name| away[coordinator_of(name)].map_or(0, |away| away.0));
        let member =
            self.groups.all.iter().filter_map(Group::next).min().map(|at| at.max(self.group_away.map_or(0, |away| away.0)));
        let leader = self.deposed.iter().map(|deposed| deposed.0).min();
        [reader, transaction, member, leader].into_iter().flatten().min()
    }

    /// Everything that has happened.
    pub const fn history(&self) -> &History {
        &self.history
    }

    /// The first offset that is there, the last stable one, and the end, of a partition.
    pub fn bounds(&self, at: TopicPartition) -> Option<(i64, i64, i64)> {
        let log = &self.partition(at)?.log;
        Some((log.start, log.stable(), log.end))
    }

    /// What the group has committed, markers that are written included.
    pub fn committed(&self, at: TopicPartition) -> Option<i64> {
        self.offsets.committed(at)
    }

    /// Who has which partitions, as the groups' coordinator sees it.
    pub fn assignment(&self) -> BTreeMap<String, Vec<TopicPartition>> {
        self.groups.all.iter().flat_map(Group::assignment).collect()
    }

    fn take_ready(&mut self) -> Vec<(Ticket, Answer)> {
        // Readers who were answered early need no deadline.
        while let Some(&Reverse((until, at, ticket))) = self.deadlines.peek() {
            let waits = |waiter: &Waiter| waiter.ticket == ticket && waiter.until == until;
            if self.find(at).is_ok_and(|partition| partition.waiters.iter().any(waits)) {
                break;
            }
            self.deadlines.pop();
        }
        let mut ready = std::mem::take(&mut self.ready);
        self.groups.all.iter_mut().for_each(|group| ready.append(&mut group.ready));
        ready
    }

    fn partition(&self, at: TopicPartition) -> Option<&Partition> {
        self.partitions.get(usize::from(at.topic))?.get(usize::try_from(at.partition).ok()?)
    }

    fn find(&mut self, at: TopicPartition) -> Result<&mut Partition, Code> {
        let topic = self.partitions.get_mut(usize::from(at.topic)).ok_or(Code::UnknownTopicOrPartition)?;
        let number = usize::try_from(at.partition).map_err(|_| Code::UnknownTopicOrPartition)?;
        topic.get_mut(number).ok_or(Code::UnknownTopicOrPartition)
    }

    /// The partition, if it has a leader.
    fn led(&mut self, now: Us, at: TopicPartition) -> Result<&mut Partition, Code> {
        let partition = self.find(at)?;
        is_here(partition.away, now)?;
        Ok(partition)
    }

    /// Brings everything up to this time.
    fn settle(&mut self, now: Us) {
        self.expire_transactions(now);
        self.write_markers(now);
        if is_here(self.group_away, now).is_ok() {
            self.groups.all.iter_mut().for_each(|group| group.tick(now));
        }
        for (_, at) in self.deposed.extract_if(.., |deposed| deposed.0 <= now).collect::<Vec<_>>() {
            if let Ok(partition) = self.find(at) {
                partition.deposed = None;
                self.changed(now, at);
            }
        }
        while let Some(&Reverse((until, at, _))) = self.deadlines.peek() {
            if until > now {
                break;
            }
            self.deadlines.pop();
            let Ok(partition) = self.find(at) else { continue };
            let view = partition.view();
            let over: Vec<Waiter> = partition.waiters.extract_if(.., |waiter| waiter.until <= now).collect();
            self.ready.extend(over.iter().map(|waiter| (waiter.ticket, Log::nothing(&waiter.wanted, view))));
        }
    }

    fn expire_transactions(&mut self, now: Us) {
        let away = self.transactions_away;
        let is_at_work = |name: &str| is_here(away[coordinator_of(name)], now).is_ok();
        while let Some(decided) = self.coordinator.expire(now, is_at_work) {
            self.begin_end(now, decided);
        }
    }

    fn write_markers(&mut self, now: Us) {
        let away = self.transactions_away;
        loop {
            let due = self.coordinator.by_name.iter().find_map(|(name, known)| {
                is_here(away[coordinator_of(name)], now).ok()?;
                let marker = known.markers.iter().filter(|marker| marker.0 <= now).min()?;
                Some((name.clone(), known.producer(), marker.1, known.in_history))
            });
            let Some((name, producer, target, place)) = due else { return };
            let later = match target {
                Target::Partition(at) => self.write_marker(now, at, producer, place),
                Target::Offsets => self.write_offsets_marker(now, producer, place),
            };
            match later {
                Some(until) => {
                    let markers = self.coordinator.by_name.get_mut(&name).into_iter().flat_map(|known| &mut known.markers);
                    markers.filter(|marker| marker.1 == target).for_each(|marker| marker.0 = until);
                }
                None if self.coordinator.marked(&name, Some(target)) => self.history.transactions[place].completed = Some(now),
                None => {}
            }
        }
    }

    /// Says when to try again, if there is no leader.
    fn write_marker(&mut self, now: Us, at: TopicPartition, by: ProducerId, place: usize) -> Option<Us> {
        let is_commit = self.history.transactions[place].is_committed();
        let partition = self.find(at).ok()?;
        if let Some((until, _)) = partition.away.filter(|away| away.0 > now) {
            return Some(until);
        }
        if let Ok(ended) = partition.log.mark(now, by, is_commit, place) {
            self.history.transactions[place].records.entry(at).or_default().extend(ended);
            self.changed(now, at);
        }
        None
    }

    fn write_offsets_marker(&mut self, now: Us, by: ProducerId, place: usize) -> Option<Us> {
        if let Some((until, _)) = self.group_away.filter(|away| away.0 > now) {
            return Some(until);
        }
        let is_commit = self.history.transactions[place].is_committed();
        if let Ok(positions) = self.offsets.mark(now, by, is_commit, place, &mut self.history) {
            self.history.transactions[place].positions.extend(positions);
        }
        None
    }

    /// A log has changed: tells the history, and the readers that wait.
    fn changed(&mut self, now: Us, at: TopicPartition) {
        let topic = self.partitions.get_mut(usize::from(at.topic));
        let Some(partition) = topic.and_then(|topic| topic.get_mut(usize::try_from(at.partition).ok()?)) else { return };
        let view = partition.view();
        partition.log.tell(now, view.stable, &mut self.history);
        let Partition { log, waiters, .. } = partition;
        waiters.retain(|waiter| match log.read(&waiter.wanted, view) {
            Some(answer) => {
                self.ready.push((waiter.ticket, answer));
                false
            }
            None => true,
        });
    }
}

/// What to answer while nobody leads.
fn is_here(away: Option<(Us, Code)>, now: Us) -> Result<(), Code> {
    away.filter(|away| away.0 > now).map_or(Ok(()), |away| Err(away.1))
}

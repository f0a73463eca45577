//! The consumer group and its coordinator, in whichever protocol its members speak.

mod classic;
mod consumer;

use crate::api::{Answer, Protocol, Ticket, TopicPartition, Us};
use classic::Classic;
use consumer::Consumer;
use rdkafka::types::RDKafkaErrorCode as Code;
use std::collections::BTreeMap;

/// Someone who wants to be a member.
pub(super) struct Joiner {
    pub(super) ticket: Ticket,
    pub(super) member: Option<String>,
    pub(super) topics: Vec<u16>,
    pub(super) session: Us,
    pub(super) rebalance: Us,
}

/// Both groups: of the workers, and of the routers. One coordinator has them both.
#[derive(Debug)]
pub(super) struct Groups {
    pub(super) all: [Group; 2],
    /// What the second one reads.
    routed: Vec<u16>,
}

/// Names of the second group's members begin so.
const ROUTERS: &str = "r-";

impl Groups {
    pub(super) fn new(group: impl Fn(&'static str) -> Group, routed: Vec<u16>) -> Self {
        Self { all: [group(""), group(ROUTERS)], routed }
    }

    pub(super) fn of_workers(&mut self) -> &mut Group {
        &mut self.all[0]
    }

    /// The group that reads these.
    pub(super) fn of_topics(&mut self, topics: &[u16]) -> &mut Group {
        let is_routed = topics.first().is_some_and(|topic| self.routed.contains(topic));
        &mut self.all[usize::from(is_routed)]
    }

    /// The group that gave a member its name.
    pub(super) fn of_member(&mut self, name: &str) -> &mut Group {
        &mut self.all[usize::from(name.starts_with(ROUTERS))]
    }
}

#[derive(Debug)]
pub(super) struct Group {
    /// Of its members' names.
    prefix: &'static str,
    /// Of the last members; `None`: there never was one.
    protocol: Option<Protocol>,
    classic: Classic,
    consumer: Consumer,
    /// Partitions of every topic.
    partitions: Vec<i32>,
    names: u64,
    pub(super) ready: Vec<(Ticket, Answer)>,
}

impl Group {
    pub(super) fn new(prefix: &'static str, partitions: Vec<i32>, initial_delay: Us, consumer_session: Us) -> Self {
        Self {
            prefix,
            protocol: None,
            classic: Classic::new(initial_delay),
            consumer: Consumer::new(consumer_session),
            partitions,
            names: 0,
            ready: Vec::new(),
        }
    }

    pub(super) fn join(&mut self, now: Us, joiner: Joiner, protocol: Protocol) {
        let other_is_used = match protocol {
            Protocol::Classic => self.consumer.is_used(),
            Protocol::Consumer => self.classic.is_used(),
        };
        if other_is_used {
            self.ready.push((joiner.ticket, Answer::Failed(Code::InconsistentGroupProtocol)));
            return;
        }
        self.protocol = Some(protocol);
        let name = self.new_name();
        match protocol {
            Protocol::Classic => self.classic.join(now, joiner, name, &self.partitions, &mut self.ready),
            Protocol::Consumer => {
                let answer = self.consumer.join(now, &joiner, name, &self.partitions);
                self.ready.push((joiner.ticket, answer));
            }
        }
    }

    /// Names of members are random to Kafka: who is first by name has nothing to do with who came first.
    fn new_name(&mut self) -> String {
        self.names += 1;
        let mut mixed = self.names.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        format!("{}{:08x}-{}", self.prefix, mixed >> 32, self.names)
    }

    pub(super) fn heartbeat(&mut self, now: Us, member: &str, generation: i32, owned: &[TopicPartition]) -> Answer {
        match self.protocol {
            Some(Protocol::Consumer) => self.consumer.heartbeat(now, member, generation, owned, &self.partitions),
            _ => self.classic.heartbeat(now, member, generation),
        }
    }

    pub(super) fn leave(&mut self, now: Us, member: &str) -> Answer {
        match self.protocol {
            Some(Protocol::Consumer) => self.consumer.leave(member),
            _ => self.classic.leave(now, member, &self.partitions, &mut self.ready),
        }
    }

    /// Whether offsets of a transaction are taken from this member.
    pub(super) fn check_commit(&self, member: &str, generation: i32) -> Result<(), Code> {
        match self.protocol {
            // Not even a group.
            None if generation >= 0 => Err(Code::IllegalGeneration),
            None => Ok(()),
            Some(Protocol::Classic) => self.classic.check_commit(member, generation),
            Some(Protocol::Consumer) => self.consumer.check_commit(member, generation),
        }
    }

    pub(super) fn check_fetch(&self, member: &str, generation: i32) -> Result<(), Code> {
        match self.protocol {
            Some(Protocol::Consumer) if !member.is_empty() || generation >= 0 => self.consumer.check_fetch(member, generation),
            _ => Ok(()),
        }
    }

    /// Another coordinator knows what was written down; everyone's time begins anew when it is there.
    pub(super) fn move_coordinator(&mut self, back: Us) {
        self.classic.reload(back, &mut self.ready);
        self.consumer.reload(back);
    }

    pub(super) fn tick(&mut self, now: Us) {
        self.classic.tick(now, &self.partitions, &mut self.ready);
        self.consumer.tick(now);
    }

    pub(super) fn next(&self) -> Option<Us> {
        [self.classic.next(), self.consumer.next()].into_iter().flatten().min()
    }

    pub(super) fn pass_generation(&mut self) {
        self.classic.pass_generation();
    }

    pub(super) fn set_apart(&mut self, is_apart: bool) {
        self.consumer.set_apart(is_apart);
    }

    pub(super) fn is_rebalancing(&self) -> bool {
        self.classic.is_preparing() || self.consumer.is_changing()
    }

    /// Who has what, as the coordinator sees it.
    pub(super) fn assignment(&self) -> BTreeMap<String, Vec<TopicPartition>> {
        match self.protocol {
            Some(Protocol::Consumer) => self.consumer.assignment(),
            _ => self.classic.assignment(),
        }
    }
}

/// `range`: of every topic by itself, members in the order of their names get runs of partitions, the first ones one more. Topics with
/// equally many partitions and the same readers are parted alike.
fn range(members: &[(&str, &[u16])], partitions: &[i32]) -> BTreeMap<String, Vec<TopicPartition>> {
    let mut all: BTreeMap<String, Vec<TopicPartition>> =
        members.iter().map(|(name, _)| ((*name).to_owned(), Vec::new())).collect();
    for (topic, &count) in (0u16..).zip(partitions) {
        let mut readers: Vec<&str> = members.iter().filter(|member| member.1.contains(&topic)).map(|member| member.0).collect();
        readers.sort_unstable();
        let Ok(people) = i32::try_from(readers.len()) else { continue };
        let mut next = 0;
        for (place, reader) in (0..people).zip(readers) {
            let share = count / people + i32::from(place < count % people);
            let its = (next..next + share).map(|partition| TopicPartition { topic, partition });
            all.entry(reader.to_owned()).or_default().extend(its);
            next += share;
        }
    }
    all
}

//! What can go wrong at the broker: switches of the plan of faults. What a switch answers to those who wait is said by the next
//! [`Broker::tick`], which is then due at once.

use super::Broker;
use super::group::Group;
use super::history::{Ending, History, Transaction};
use super::log::{Batch, Log};
use super::transactions::{COORDINATORS, Target};
use crate::api::{Answer, ProducerId, Record, TopicPartition, Us};
use leadstream::runtime::ports::Position;
use rdkafka::types::RDKafkaErrorCode as Code;
use std::collections::BTreeMap;

/// Which records of a topic are refused.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// `PolicyViolation`, `TopicAuthorizationFailed`, `NotEnoughReplicas` and the like.
    All(Code),
    /// Batches with a record of more bytes: `MessageSizeTooLarge`.
    LargerThan(usize),
    /// Batches with a record whose time is more ms before or after the broker's: `InvalidTimestamp`.
    TimesOff(i64),
    /// None, but it is said so: `NotEnoughReplicasAfterAppend`, `RequestTimedOut`. A producer that asks again hears of the offset.
    AfterWriting(Code),
}

/// What has nobody in charge for a time.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub enum Away {
    /// A partition gets another leader, of a higher epoch, which has every record.
    Leader(TopicPartition),
    /// One of the coordinators of transactions, by number.
    Transactions(usize),
    Group,
}

impl Broker {
    /// Nobody is in charge for so long; who asks is told `code` (`NotLeaderForPartition`, `NotCoordinator`, `CoordinatorLoadInProgress`
    /// and the like). Then another is.
    pub fn away(&mut self, now: Us, what: Away, how_long: Us, code: Code) {
        let until = Some((now + how_long, code));
        match what {
            Away::Leader(at) => {
                let Ok(partition) = self.find(at) else { return };
                partition.log.elect();
                partition.away = until;
                let waiters = std::mem::take(&mut partition.waiters);
                self.ready.extend(waiters.into_iter().map(|waiter| (waiter.ticket, Answer::Failed(code))));
            }
            Away::Transactions(coordinator) => {
                let coordinator = coordinator % COORDINATORS;
                self.transactions_away[coordinator] = until;
                self.coordinator.resend(coordinator, now + how_long);
            }
            Away::Group => {
                self.group_away = until;
                self.groups.all.iter_mut().for_each(|group| group.move_coordinator(now + how_long));
            }
        }
    }

    /// Another leader is elected, which has every record and takes what is written. For so long readers are still answered by the one
    /// before, which has not heard of it: with the ends as they are now, and what is there by now.
    pub fn depose(&mut self, now: Us, at: TopicPartition, how_long: Us) {
        let Ok(partition) = self.find(at) else { return };
        let view = partition.view();
        partition.log.elect();
        partition.deposed = Some((now + how_long, view));
        self.deposed.retain(|deposed| deposed.1 != at);
        self.deposed.push((now + how_long, at));
    }

    /// Refuses records of a topic from now on; `None`: no longer.
    pub fn refuse(&mut self, topic: u16, refusal: Option<Refusal>) {
        match refusal {
            Some(refusal) => self.refusals.insert(topic, refusal),
            None => self.refusals.remove(&topic),
        };
    }

    /// An unclean election: records from this offset on are lost, and their offsets are given again. See [`Broker::bounds`]; with a
    /// marker, its transaction's end is lost too, and the last stable offset stands still until [`Broker::end_by_hand`].
    pub fn truncate(&mut self, now: Us, at: TopicPartition, to: i64) {
        self.lose(now, at, |log, history| log.truncate(now, to, history));
    }

    /// Retention: records below this offset are deleted.
    pub fn retain_from(&mut self, now: Us, at: TopicPartition, start: i64) {
        self.lose(now, at, |log, history| log.retain_from(now, start, history));
    }

    /// Compacts what is stable below this offset.
    pub fn compact(&mut self, now: Us, at: TopicPartition, below: i64, keep_tombstones: bool) {
        // What is compacted away was visible, at the latest now.
        if let Ok(partition) = self.find(at) {
            partition.deposed = None;
            self.changed(now, at);
        }
        self.lose(now, at, |log, history| log.compact(now, below, keep_tombstones, history));
    }

    /// A partition that there isn't loses nothing.
    fn lose(&mut self, now: Us, at: TopicPartition, how: impl FnOnce(&mut Log, &mut History)) {
        let mut history = std::mem::take(&mut self.history);
        if let Ok(partition) = self.find(at) {
            how(&mut partition.log, &mut history);
            // Its readers have met the new leader at the latest now.
            partition.deposed = None;
        }
        self.history = history;
        self.changed(now, at);
    }

    /// Makes the batch at this offset unreadable, or readable again.
    pub fn damage(&mut self, now: Us, at: TopicPartition, offset: i64, is_damaged: bool) {
        if let Ok(partition) = self.find(at) {
            partition.log.damage(offset, is_damaged);
            self.changed(now, at);
        }
    }

    /// Plants a hanging transaction: a record of a producer that no coordinator knows. Nothing behind it becomes stable.
    pub fn hang(&mut self, now: Us, at: TopicPartition, record: Record) -> ProducerId {
        let producer = ProducerId { id: self.coordinator.new_id(), epoch: 0 };
        if let Ok(partition) = self.find(at) {
            let records = vec![record];
            partition.log.append(now, Batch { producer: Some(producer), is_transactional: true, first_sequence: 0, records });
            self.changed(now, at);
        }
        producer
    }

    /// The same for the group's offsets: of these partitions none can be read from now on.
    pub fn hang_offsets(&mut self, offsets: &[(TopicPartition, i64)]) -> ProducerId {
        let producer = ProducerId { id: self.coordinator.new_id(), epoch: 0 };
        // A producer that nobody has seen is not refused.
        let offsets: Vec<_> = offsets.iter().map(|(at, offset)| (*at, Position::from(*offset))).collect();
        let taken = self.offsets.add(producer, &offsets);
        debug_assert!(taken.is_ok());
        producer
    }

    /// Nobody has used this transactional id for a week: the broker knows nothing of it, and its producer is a stranger. Not while a
    /// transaction is open.
    pub fn forget_transactional_id(&mut self, name: &str) {
        self.coordinator.forget(name);
    }

    /// A generation of the group comes and goes of which no member hears: as when a request to join that a member had sent twice
    /// arrives late.
    pub fn pass_generation(&mut self) {
        self.groups.all.iter_mut().for_each(Group::pass_generation);
    }

    /// The newer protocol: the inputs of a task are given to different members from now on, or together again.
    pub fn set_apart(&mut self, is_apart: bool) {
        self.groups.of_workers().set_apart(is_apart);
    }

    /// Whether a group waits for its members.
    pub fn is_rebalancing(&self) -> bool {
        self.groups.all.iter().any(Group::is_rebalancing)
    }

    /// Partitions with open transactions, oldest first in each.
    pub fn open_transactions(&self) -> Vec<(TopicPartition, ProducerId)> {
        let logs = self.partitions.iter().flatten().map(|partition| &partition.log);
        logs.flat_map(|log| log.producers.open().into_iter().map(|(_, producer)| (log.at, producer))).collect()
    }

    /// Open transactions of which the coordinator knows nothing, as `kafka-transactions.sh find-hanging` lists them; `None`: of the group's
    /// offsets. A broker that does not verify opens one with a request that arrives after its transaction's end.
    pub fn hanging(&self) -> Vec<(Option<TopicPartition>, ProducerId)> {
        let of_logs = self.open_transactions().into_iter().map(|(at, producer)| (Some(at), producer));
        let of_offsets = self.offsets.open().into_iter().map(|producer| (None, producer));
        let target = |at: Option<TopicPartition>| at.map_or(Target::Offsets, Target::Partition);
        of_logs.chain(of_offsets).filter(|(at, producer)| !self.coordinator.is_open(producer.id, target(*at))).collect()
    }

    /// An operator aborts an open transaction (`kafka-transactions.sh abort`); `None`: that of the group's offsets.
    pub fn end_by_hand(&mut self, now: Us, at: Option<TopicPartition>, producer: ProducerId) {
        let place = self.history.transactions.len();
        self.history.transactions.push(Transaction {
            transactional_id: String::new(),
            producer,
            ending: Ending::ByHand,
            begun: now,
            decided: now,
            completed: Some(now),
            records: BTreeMap::new(),
            positions: BTreeMap::new(),
        });
        // A producer that has gone on meanwhile has ended it itself.
        match at {
            Some(at) => {
                self.write_marker(now, at, producer, place);
            }
            None => {
                self.write_offsets_marker(now, producer, place);
            }
        }
    }
}

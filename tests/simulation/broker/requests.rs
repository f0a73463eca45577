//! What each request does.

use super::group::Joiner;
use super::history::Transaction;
use super::log::{Batch, Log, Wanted, size};
use super::transactions::{Decided, Target, coordinator_of};
use super::{Broker, Refusal, Waiter, is_here};
use crate::api::{Answer, ProducerId, Record, Request, Ticket, TopicPartition, Us};
use leadstream::runtime::ports::Position;
use rdkafka::types::RDKafkaErrorCode as Code;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What came with a batch.
struct Produced {
    transactional_id: Option<String>,
    producer: Option<ProducerId>,
    at: TopicPartition,
    first_sequence: i32,
    records: Vec<Record>,
}

impl Broker {
    /// `None`: the answer comes later.
    pub(super) fn ask(&mut self, now: Us, from: Ticket, request: Request) -> Option<Answer> {
        let answer = match request {
            Request::Produce { transactional_id, producer, at, first_sequence, records } => {
                self.produce(now, Produced { transactional_id, producer, at, first_sequence, records })
            }
            Request::Fetch { at, offset, epoch, max_records, max_bytes, committed, wait } => {
                return self.fetch(now, from, at, Wanted { offset, epoch, max_records, max_bytes, committed }, wait);
            }
            Request::ListOffsets { at, spec } => {
                self.led(now, at).map(|partition| Answer::Offset(partition.log.offset(spec, partition.view())))
            }
            Request::InitProducerId { transactional_id, timeout, producer } => {
                self.init_producer(now, &transactional_id, timeout, producer)
            }
            Request::AddPartitions { transactional_id, producer, partitions } => {
                self.add_partitions(now, &transactional_id, producer, &partitions)
            }
            Request::AddOffsets { transactional_id, producer } => self.add_offsets(now, &transactional_id, producer),
            Request::TxnOffsetCommit { transactional_id, producer, member, generation, offsets } => {
                self.commit_offsets(now, &transactional_id, producer, (&member, generation), &offsets)
            }
            Request::EndTxn { transactional_id, producer, commit } => self.end(now, &transactional_id, producer, commit),
            Request::OffsetFetch { member, generation, partitions } => {
                self.fetch_offsets(now, (&member, generation), &partitions)
            }
            Request::OffsetFetchUnstable { partitions } => is_here(self.group_away, now).map(|()| self.said(&partitions)),
            Request::Join { member, protocol, topics, session, rebalance } => {
                if let Err(code) = is_here(self.group_away, now) {
                    return Some(Answer::Failed(code));
                }
                self.groups.of_topics(&topics).join(now, Joiner { ticket: from, member, topics, session, rebalance }, protocol);
                return None;
            }
            Request::Heartbeat { member, generation, owned } => {
                is_here(self.group_away, now).map(|()| self.groups.of_member(&member).heartbeat(now, &member, generation, &owned))
            }
            Request::Leave { member } => {
                is_here(self.group_away, now).map(|()| self.groups.of_member(&member).leave(now, &member))
            }
        };
        Some(answer.unwrap_or_else(Answer::Failed))
    }

    fn produce(&mut self, now: Us, produced: Produced) -> Result<Answer, Code> {
        let Produced { transactional_id, producer, at, first_sequence, mut records } = produced;
        let verifies = self.settings.verifies;
        let wall_ms = self.wall_ms(now);
        self.check_records(now, at, &records)?;
        let partition = self.led(now, at)?;
        if let (true, Some(name), Some(producer)) = (verifies, &transactional_id, producer)
            && !partition.log.producers.is_open(producer)
        {
            is_here(self.transactions_away[coordinator_of(name)], now).map_err(|_| Code::NotEnoughReplicas)?;
            self.coordinator.verify(name, producer, Target::Partition(at)).map_err(|code| match code {
                Code::ConcurrentTransactions => Code::NotEnoughReplicas,
                code => code,
            })?;
        }
        if self.settings.topics[usize::from(at.topic)].has_append_time {
            records.iter_mut().for_each(|record| record.timestamp_ms = Some(wall_ms));
        }
        let log = &mut self.find(at)?.log;
        if let Some(producer) = producer {
            if let Some(base) = log.producers.duplicate(producer, first_sequence, records.len()) {
                return Ok(Answer::Produced { base });
            }
            log.producers.check_epoch(producer)?;
            log.producers.check_sequence(producer, first_sequence)?;
        }
        let is_transactional = transactional_id.is_some();
        let base = log.append(now, Batch { producer, is_transactional, first_sequence, records });
        self.changed(now, at);
        match self.refusals.get(&at.topic) {
            Some(Refusal::AfterWriting(code)) => Err(*code),
            _ => Ok(Answer::Produced { base }),
        }
    }

    /// Why the broker wants none of these.
    fn check_records(&self, now: Us, at: TopicPartition, records: &[Record]) -> Result<(), Code> {
        let topic = self.settings.topics.get(usize::from(at.topic)).ok_or(Code::UnknownTopicOrPartition)?;
        if topic.is_compacted && records.iter().any(|record| record.key.is_none()) {
            return Err(Code::InvalidRecord);
        }
        if records.iter().map(size).sum::<usize>() > topic.max_batch_bytes {
            return Err(Code::MessageSizeTooLarge);
        }
        match self.refusals.get(&at.topic) {
            Some(Refusal::All(code)) => Err(*code),
            Some(Refusal::LargerThan(bytes)) if records.iter().any(|record| size(record) > *bytes) => {
                Err(Code::MessageSizeTooLarge)
            }
            Some(Refusal::TimesOff(ms)) if !topic.has_append_time => {
                let wall_ms = self.wall_ms(now);
                let is_off = |time_ms: i64| time_ms.saturating_sub(wall_ms).saturating_abs() > *ms;
                let times = records.iter().filter_map(|record| record.timestamp_ms);
                if times.into_iter().any(is_off) { Err(Code::InvalidTimestamp) } else { Ok(()) }
            }
            _ => Ok(()),
        }
    }

    fn wall_ms(&self, now: Us) -> i64 {
        self.settings.start_ms + i64::try_from(now / 1_000).unwrap_or(i64::MAX)
    }

    fn fetch(&mut self, now: Us, ticket: Ticket, at: TopicPartition, wanted: Wanted, wait: Us) -> Option<Answer> {
        let partition = match self.led(now, at) {
            Ok(partition) => partition,
            Err(code) => return Some(Answer::Failed(code)),
        };
        let view = partition.view();
        match partition.log.read(&wanted, view) {
            Some(answer) => Some(answer),
            None if wait == 0 => Some(Log::nothing(&wanted, view)),
            None => {
                let until = now + wait;
                partition.waiters.push(Waiter { ticket, wanted, until });
                self.deadlines.push(Reverse((until, at, ticket)));
                None
            }
        }
    }

    fn init_producer(&mut self, now: Us, name: &str, timeout: Us, producer: Option<ProducerId>) -> Result<Answer, Code> {
        is_here(self.transactions_away[coordinator_of(name)], now)?;
        let (answer, decided) = self.coordinator.init(now, name, timeout, producer);
        if let Some(decided) = decided {
            self.begin_end(now, decided);
        }
        Ok(answer)
    }

    fn add_partitions(&mut self, now: Us, name: &str, by: ProducerId, partitions: &[TopicPartition]) -> Result<Answer, Code> {
        is_here(self.transactions_away[coordinator_of(name)], now)?;
        if partitions.iter().any(|&at| self.partition(at).is_none()) {
            return Err(Code::UnknownTopicOrPartition);
        }
        self.coordinator.add(now, name, by, partitions.iter().map(|&at| Target::Partition(at)))?;
        Ok(Answer::Done)
    }

    fn add_offsets(&mut self, now: Us, name: &str, by: ProducerId) -> Result<Answer, Code> {
        is_here(self.transactions_away[coordinator_of(name)], now)?;
        self.coordinator.add(now, name, by, [Target::Offsets].into_iter())?;
        Ok(Answer::Done)
    }

    fn commit_offsets(
        &mut self,
        now: Us,
        name: &str,
        by: ProducerId,
        (member, generation): (&str, i32),
        offsets: &[(TopicPartition, Position)],
    ) -> Result<Answer, Code> {
        is_here(self.group_away, now)?;
        if self.settings.verifies && !self.offsets.is_open(by) {
            is_here(self.transactions_away[coordinator_of(name)], now).map_err(|_| Code::CoordinatorNotAvailable)?;
            self.coordinator.verify(name, by, Target::Offsets).map_err(|code| match code {
                Code::ConcurrentTransactions => Code::CoordinatorNotAvailable,
                code => code,
            })?;
        }
        let topics: Vec<u16> = offsets.iter().map(|(at, _)| at.topic).collect();
        self.groups.of_topics(&topics).check_commit(member, generation)?;
        self.offsets.add(by, offsets)?;
        Ok(Answer::Done)
    }

    fn fetch_offsets(
        &mut self,
        now: Us,
        (member, generation): (&str, i32),
        partitions: &[TopicPartition],
    ) -> Result<Answer, Code> {
        is_here(self.group_away, now)?;
        let topics: Vec<u16> = partitions.iter().map(|at| at.topic).collect();
        self.groups.of_topics(&topics).check_fetch(member, generation)?;
        self.offsets.fetch(partitions).map(Answer::Committed)
    }

    fn said(&self, partitions: &[TopicPartition]) -> Answer {
        let name = |id: i64| self.coordinator.name_of(id).unwrap_or_default().to_owned();
        let said = |at: &TopicPartition| self.offsets.said(*at).map(|(position, id)| (position, name(id)));
        Answer::Said(partitions.iter().map(said).collect())
    }

    fn end(&mut self, now: Us, name: &str, by: ProducerId, is_commit: bool) -> Result<Answer, Code> {
        is_here(self.transactions_away[coordinator_of(name)], now)?;
        if let Some(decided) = self.coordinator.end(name, by, is_commit)? {
            self.begin_end(now, decided);
        }
        Ok(Answer::Done)
    }

    /// A transaction's end is decided: its markers are on their way.
    pub(super) fn begin_end(&mut self, now: Us, decided: Decided) {
        let Decided { name, producer, ending, begun, targets } = decided;
        let place = self.history.transactions.len();
        self.history.transactions.push(Transaction {
            transactional_id: name.clone(),
            producer,
            ending,
            begun,
            decided: now,
            completed: None,
            records: BTreeMap::new(),
            positions: BTreeMap::new(),
        });
        let markers = targets.into_iter().map(|target| {
            let at = match target {
                Target::Partition(at) => Some(at),
                Target::Offsets => None,
            };
            (now + (self.marker_delay)(at), target)
        });
        let markers: Vec<_> = markers.collect();
        let is_empty = markers.is_empty();
        if let Some(known) = self.coordinator.by_name.get_mut(&name) {
            (known.markers, known.in_history) = (markers, place);
        }
        if is_empty && self.coordinator.marked(&name, None) {
            self.history.transactions[place].completed = Some(now);
        }
        self.write_markers(now);
    }
}

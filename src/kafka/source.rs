//! [`EventSource`] on a consumer group: deferred rebalances, one split queue per partition.

use super::batch::{PartitionQueue, known_end};
use super::context::{self, Context, Rebalance};
use super::errors;
use super::options::Options;
use super::records::{OwnedRecord, OwnedRecords, Records};
use crate::domain::Ms;
use crate::runtime::ports::{Bounds, EventSource, Failure, Fetched, GroupEvent, InputPartition};
use rdkafka::consumer::{BaseConsumer, Consumer, RebalanceProtocol};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Message};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::types::RDKafkaErrorCode as Code;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Bound of every call that asks the broker.
const ASK: Duration = Duration::from_secs(5);
/// Committed offsets that a dead worker's transaction holds are asked for again; the loop goes on in between.
const ASK_COMMITTED: Duration = Duration::from_millis(400);

/// The consumer of one worker.
pub struct KafkaSource {
    consumer: Arc<BaseConsumer<Context>>,
    /// Topic names by input.
    topics: Vec<String>,
    queues: BTreeMap<InputPartition, PartitionQueue<Context>>,
    /// What came by the main queue before its partition was split off.
    strays: BTreeMap<InputPartition, Vec<OwnedRecord>>,
    /// What is assigned, and the next offset to be taken of it.
    positions: BTreeMap<InputPartition, i64>,
}

impl KafkaSource {
    /// Joins the group. Must be called on the thread that will run the worker: that thread is woken up.
    ///
    /// # Errors
    /// The configuration is refused.
    pub fn join(options: &Options, worker: u16) -> Result<Self, Failure> {
        let config = options.consumer_config(worker);
        let mut consumer: BaseConsumer<Context> =
            context::consumer(&config).map_err(|e| errors::of_call("the consumer can't be made", &e))?;
        let thread = std::thread::current();
        consumer.set_nonempty_callback(move || thread.unpark());
        let topics = options.all_inputs();
        let names: Vec<&str> = topics.iter().map(String::as_str).collect();
        consumer.subscribe(&names).map_err(|e| errors::of_call("the inputs can't be subscribed", &e))?;
        Ok(Self {
            consumer: Arc::new(consumer),
            topics,
            queues: BTreeMap::new(),
            strays: BTreeMap::new(),
            positions: BTreeMap::new(),
        })
    }

    /// For the commit log: group metadata must be fresh at every commit.
    pub fn consumer(&self) -> Arc<BaseConsumer<Context>> {
        Arc::clone(&self.consumer)
    }

    fn topic(&self, partition: InputPartition) -> &str {
        &self.topics[usize::from(partition.input)]
    }

    fn list(&self, partitions: &[InputPartition]) -> TopicPartitionList {
        let mut list = TopicPartitionList::with_capacity(partitions.len());
        for p in partitions {
            list.add_partition(self.topic(*p), p.partition);
        }
        list
    }

    fn input_partitions(&self, list: &[(String, i32)]) -> Vec<InputPartition> {
        let mut found: Vec<InputPartition> = list
            .iter()
            .filter_map(|(topic, partition)| {
                let input = self.topics.iter().position(|t| t == topic)?;
                Some(InputPartition { partition: *partition, input: u16::try_from(input).ok()? })
            })
            .collect();
        found.sort_unstable();
        found
    }

    fn is_cooperative(&self) -> bool {
        matches!(self.consumer.rebalance_protocol(), RebalanceProtocol::Cooperative)
    }

    /// A record on the main queue: fetched before its partition was split off.
    fn stray(&mut self, message: &BorrowedMessage<'_>) {
        let at = [(message.topic().to_owned(), message.partition())];
        for partition in self.input_partitions(&at) {
            self.strays.entry(partition).or_default().push(OwnedRecord::new(message));
        }
    }

    fn judge(&self, error: &KafkaError) -> Result<(), Failure> {
        match error {
            KafkaError::PartitionEOF(_) => Ok(()),
            KafkaError::MessageConsumptionFatal(code) => Err(Failure::Stop(format!(
                "the consumer failed for good ({code}). With kafka.static_membership another process may run under the same \
                 engine.instance_id; otherwise start again"
            ))),
            _ => match error.rdkafka_error_code() {
                // The library goes on by itself; a missing input must be known to be missing at the start, later it may come back.
                Some(code) if errors::needs_a_person(code).is_some() && code != Code::UnknownTopicOrPartition => {
                    Err(errors::stop(&format!("the consumer: {error}"), code))
                }
                _ => {
                    tracing::warn!("the consumer: {error}");
                    Ok(())
                }
            },
        }
    }

    /// Serves the main queue: events, errors, strays.
    fn serve(&mut self) -> Result<(), Failure> {
        let consumer = Arc::clone(&self.consumer);
        while let Some(polled) = consumer.poll(Duration::ZERO) {
            match polled {
                Ok(message) => self.stray(&message),
                Err(error) => self.judge(&error)?,
            }
        }
        Ok(())
    }

    /// Brings partitions that stay over an incremental rebalance back to where they were taken.
    ///
    /// librdkafka pauses everything for a rebalance and resumes from its own idea of the position, which is one too many after
    /// an end of partition (before 2.13.2): a record would be skipped. What it fetched meanwhile is outdated by the seek.
    fn seek_back(&self, but: &[InputPartition]) -> Result<(), Failure> {
        let mut list = TopicPartitionList::new();
        for (p, offset) in self.positions.iter().filter(|(p, _)| !but.contains(p)) {
            list.add_partition_offset(self.topic(*p), p.partition, Offset::Offset(*offset))
                .map_err(|e| errors::of_call("positions can't be kept over a rebalance", &e))?;
        }
        if list.count() == 0 {
            return Ok(());
        }
        let rebuild = |e: &dyn std::fmt::Display| Failure::Rebuild(format!("positions can't be kept over a rebalance: {e}"));
        let done = self.consumer.seek_partitions(list, ASK).map_err(|e| rebuild(&e))?;
        done.elements().iter().try_for_each(|e| e.error()).map_err(|e| rebuild(&e))
    }

    /// A partition's queue brought an error.
    fn partition_error(&mut self, from: InputPartition, code: Code, text: &str) -> Result<(), Failure> {
        let what = format!("{}, partition {}: {text}", self.topic(from), from.partition);
        if !matches!(code, Code::AutoOffsetReset | Code::OffsetOutOfRange | Code::LogTruncation) {
            if errors::needs_a_person(code).is_some() && code != Code::UnknownTopicOrPartition {
                return Err(errors::stop(&what, code));
            }
            tracing::warn!("{what}");
            return Ok(());
        }
        // After an end of partition librdkafka's own position is one too many (before 2.13.2), and a new leader takes that for a
        // truncated log. What counts is where we are.
        let Some(position) = self.positions.get(&from).copied() else { return Ok(()) };
        let bounds = self.bounds(from)?;
        if (bounds.low..=bounds.high).contains(&position) {
            tracing::info!(position, "{what}: going on where records were taken");
            return self.start(&[(from, position)]);
        }
        // Records are gone: judged by the committed offset and kafka.on_gap when the tasks are located anew.
        Err(Failure::Rebuild(what))
    }

    /// Splits the queues of partitions off, before they are assigned.
    fn split(&mut self, partitions: &[InputPartition]) -> Result<(), Failure> {
        for p in partitions {
            self.queues.remove(p);
            self.strays.remove(p);
            let queue = PartitionQueue::split(&self.consumer, self.topic(*p), p.partition, std::thread::current())
                .ok_or_else(|| Failure::Stop(format!("{} has no partition {}", self.topic(*p), p.partition)))?;
            self.queues.insert(*p, queue);
        }
        Ok(())
    }
}

impl EventSource for KafkaSource {
    fn group_event(&mut self) -> Result<Option<GroupEvent>, Failure> {
        self.serve()?;
        Ok(self.consumer.context().next_rebalance().map(|event| match event {
            Rebalance::Assign(list) => GroupEvent::Assigned(self.input_partitions(&list)),
            Rebalance::Revoke(list) => {
                GroupEvent::Revoked { partitions: self.input_partitions(&list), lost: self.consumer.assignment_lost() }
            }
        }))
    }

    fn committed(&mut self, partitions: &[InputPartition]) -> Result<Vec<Option<i64>>, Failure> {
        if partitions.is_empty() {
            return Ok(Vec::new());
        }
        // Read-committed consumers get stable offsets only: the call waits while a transaction holds some.
        let list = self
            .consumer
            .committed_offsets(self.list(partitions), ASK_COMMITTED)
            .map_err(|e| errors::of_call("the committed offsets can't be read", &e))?;
        partitions
            .iter()
            .map(|p| {
                let element = list.find_partition(self.topic(*p), p.partition);
                let element = element.ok_or_else(|| context::retry("the committed offsets are incomplete"))?;
                element.error().map_err(|e| errors::of_call("a committed offset can't be read", &e))?;
                Ok(match element.offset() {
                    Offset::Offset(offset) => Some(offset),
                    _ => None,
                })
            })
            .collect()
    }

    fn bounds(&mut self, partition: InputPartition) -> Result<Bounds, Failure> {
        let (low, high) = self
            .consumer
            .fetch_watermarks(self.topic(partition), partition.partition, ASK)
            .map_err(|e| errors::of_call(&format!("the ends of {} can't be read", self.topic(partition)), &e))?;
        Ok(Bounds { low, high })
    }

    fn offset_at(&mut self, partition: InputPartition, time_ms: Ms) -> Result<i64, Failure> {
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(self.topic(partition), partition.partition, Offset::Offset(time_ms))
            .map_err(|e| errors::of_call("a time can't be looked up", &e))?;
        let found = self.consumer.offsets_for_times(list, ASK).map_err(|e| errors::of_call("a time can't be looked up", &e))?;
        match found.elements().first().map(rdkafka::topic_partition_list::TopicPartitionListElem::offset) {
            Some(Offset::Offset(offset)) => Ok(offset),
            // Nothing that young: from the end on.
            _ => self.bounds(partition).map(|b| b.high),
        }
    }

    fn start(&mut self, from: &[(InputPartition, i64)]) -> Result<(), Failure> {
        let partitions: Vec<InputPartition> = from.iter().map(|(p, _)| *p).collect();
        let again: Vec<InputPartition> = partitions.iter().filter(|p| self.positions.contains_key(p)).copied().collect();
        let cooperative = self.is_cooperative();
        if cooperative && !again.is_empty() {
            for p in &again {
                self.queues.remove(p);
            }
            let result = self.consumer.incremental_unassign(&self.list(&again));
            result.map_err(|e| errors::of_call("partitions can't be let go", &e))?;
        }
        self.positions.extend(from.iter().copied());
        // The eager protocol knows one assignment: all of it is given again.
        let all: Vec<(InputPartition, i64)> =
            if cooperative { from.to_vec() } else { self.positions.iter().map(|(p, o)| (*p, *o)).collect() };
        self.split(&all.iter().map(|(p, _)| *p).collect::<Vec<_>>())?;
        let mut list = TopicPartitionList::with_capacity(all.len());
        for (p, offset) in &all {
            list.add_partition_offset(self.topic(*p), p.partition, Offset::Offset(*offset))
                .map_err(|e| errors::of_call("partitions can't be assigned", &e))?;
        }
        let assigned = if cooperative { self.consumer.incremental_assign(&list) } else { self.consumer.assign(&list) };
        assigned.map_err(|e| errors::of_call("partitions can't be assigned", &e))?;
        if cooperative { self.seek_back(&partitions) } else { Ok(()) }
    }

    fn stop(&mut self, partitions: &[InputPartition]) -> Result<(), Failure> {
        for p in partitions {
            self.queues.remove(p);
            self.strays.remove(p);
            self.positions.remove(p);
        }
        let result = if self.is_cooperative() {
            self.consumer.incremental_unassign(&self.list(partitions))
        } else {
            self.queues.clear();
            self.strays.clear();
            self.positions.clear();
            self.consumer.unassign()
        };
        result.map_err(|e| errors::of_call("partitions can't be let go", &e))?;
        if self.positions.is_empty() { Ok(()) } else { self.seek_back(&[]) }
    }

    fn fetch(&mut self, from: InputPartition, max: usize) -> Result<Option<Fetched>, Failure> {
        if let Some(strays) = self.strays.remove(&from) {
            if let Some(last) = strays.last() {
                self.positions.insert(from, last.offset + 1);
            }
            return Ok(Some(Fetched { records: Box::new(OwnedRecords { input: from.input, records: strays }), end: None }));
        }
        let Some(queue) = self.queues.get(&from) else { return Ok(None) };
        let taken = queue.take(max);
        if let Some(last) = taken.messages.len().checked_sub(1) {
            self.positions.insert(from, taken.messages.offset(last) + 1);
        }
        if let Some((code, text)) = taken.error {
            self.partition_error(from, code, &text)?;
        }
        if taken.messages.is_empty() && taken.end.is_none() {
            return Ok(None);
        }
        let records = Records { input: from.input, partition: from.partition, messages: taken.messages };
        Ok(Some(Fetched { records: Box::new(records), end: taken.end }))
    }

    fn known_end(&mut self, partition: InputPartition) -> Option<i64> {
        self.queues.contains_key(&partition).then(|| known_end(&self.consumer, self.topic(partition), partition.partition))?
    }

    fn wait(&mut self, at_most: Duration) {
        // Woken up by any queue that stops being empty.
        std::thread::park_timeout(at_most);
    }

    fn leave(&mut self, _deadline: Duration) {
        self.queues.clear();
        self.strays.clear();
        // The group is left when the last one lets go of the consumer, in its drop.
        self.consumer.context().close();
    }
}

impl Drop for KafkaSource {
    fn drop(&mut self) {
        self.queues.clear();
        self.consumer.context().close();
    }
}

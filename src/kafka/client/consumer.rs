//! The group consumer of librdkafka: split queues, and rebalances that wait.

use super::asked::OnThread;
use super::{ClientError, CommittedOffsets, GroupConsumer, PartitionQueue, Polled, Rebalance, Taken, metadata};
use crate::domain::Ms;
use crate::kafka::context::{self, Context};
use crate::kafka::errors;
use crate::kafka::ffi::{self, Messages};
use crate::kafka::membership::Membership;
use crate::kafka::options::Options;
use crate::runtime::options::Options as WorkerOptions;
use crate::runtime::ports::{Bounds, Failure, InputPartition, Position, RecordBatch, RecordView, credible_ms};
use rdkafka::consumer::{BaseConsumer, Consumer, RebalanceProtocol};
use rdkafka::error::KafkaResult;
use rdkafka::message::Message;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The consumer of one worker.
pub struct RdkafkaConsumer {
    consumer: Arc<BaseConsumer<Context>>,
    /// By number of the input.
    topics: Vec<String>,
    made: Instant,
}

impl RdkafkaConsumer {
    /// Joins the group. Must be called on the thread that will run the worker: that thread is woken up.
    ///
    /// # Errors
    /// The configuration is refused.
    #[allow(clippy::disallowed_methods, reason = "the adapters' clock")]
    pub fn join(options: &Options, worker: &WorkerOptions) -> Result<Self, Failure> {
        let config = options.consumer_config(worker.worker, worker.fetch_shares().queue);
        let mut consumer: BaseConsumer<Context> =
            context::consumer(&config).map_err(|e| errors::of_call("the consumer can't be made", &e))?;
        let thread = std::thread::current();
        consumer.set_nonempty_callback(move || thread.unpark());
        let topics: Vec<String> = worker.all_inputs().cloned().collect();
        let names: Vec<&str> = topics.iter().map(String::as_str).collect();
        consumer.subscribe(&names).map_err(|e| errors::of_call("the inputs can't be subscribed", &e))?;
        Ok(Self { consumer: Arc::new(consumer), topics, made: Instant::now() })
    }

    /// For the commit log: group metadata must be fresh at every commit.
    #[must_use]
    pub fn consumer(&self) -> Arc<BaseConsumer<Context>> {
        Arc::clone(&self.consumer)
    }

    fn topic(&self, at: InputPartition) -> &str {
        &self.topics[usize::from(at.input)]
    }

    fn list(&self, partitions: &[InputPartition]) -> TopicPartitionList {
        let mut list = TopicPartitionList::with_capacity(partitions.len());
        for at in partitions {
            list.add_partition(self.topic(*at), at.partition);
        }
        list
    }

    fn list_from(&self, from: &[(InputPartition, i64)]) -> KafkaResult<TopicPartitionList> {
        let mut list = TopicPartitionList::with_capacity(from.len());
        for (at, offset) in from {
            list.add_partition_offset(self.topic(*at), at.partition, Offset::Offset(*offset))?;
        }
        Ok(list)
    }

    /// `None`: of a topic that is no input.
    fn input_partition(&self, topic: &str, partition: i32) -> Option<InputPartition> {
        let input = self.topics.iter().position(|t| t == topic)?;
        Some(InputPartition { partition, input: u16::try_from(input).ok()? })
    }

    fn input_partitions(&self, list: &[(String, i32)]) -> Vec<InputPartition> {
        list.iter().filter_map(|(topic, partition)| self.input_partition(topic, *partition)).collect()
    }
}

fn bounds(consumer: &BaseConsumer<Context>, topic: &str, partition: i32, at_most: Duration) -> Result<Bounds, ClientError> {
    let (low, high) = consumer.fetch_watermarks(topic, partition, at_most)?;
    Ok(Bounds { low, high })
}

impl GroupConsumer for RdkafkaConsumer {
    type Batch = Records;
    type Queue = InputQueue;
    type Asked<T: Send + 'static> = OnThread<T>;

    fn now(&self) -> Duration {
        self.made.elapsed()
    }

    fn poll(&self) -> Option<Polled> {
        loop {
            match self.consumer.poll(Duration::ZERO)? {
                Ok(message) => {
                    if let Some(at) = self.input_partition(message.topic(), message.partition()) {
                        return Some(Polled::Stray(at, ffi::copied(&message)));
                    }
                }
                Err(error) => return Some(Polled::Error(error.into())),
            }
        }
    }

    fn next_rebalance(&self) -> Option<Rebalance> {
        Some(match self.consumer.context().next_rebalance()? {
            context::Rebalance::Assign(list) => Rebalance::Assign(self.input_partitions(&list)),
            context::Rebalance::Revoke(list) => Rebalance::Revoke(self.input_partitions(&list)),
        })
    }

    fn is_cooperative(&self) -> bool {
        matches!(self.consumer.rebalance_protocol(), RebalanceProtocol::Cooperative)
    }

    fn is_assignment_lost(&self) -> bool {
        self.consumer.assignment_lost()
    }

    fn membership(&self) -> Option<Membership> {
        ffi::membership(&self.consumer)
    }

    fn ask_committed(&self, partitions: &[InputPartition], at_most: Duration) -> OnThread<CommittedOffsets> {
        let (consumer, list) = (Arc::clone(&self.consumer), self.list(partitions));
        let named: Vec<(InputPartition, String)> = partitions.iter().map(|at| (*at, self.topic(*at).to_owned())).collect();
        OnThread::new(move || {
            if named.is_empty() {
                return Ok(Vec::new());
            }
            // Read-committed consumers get stable offsets only: the call waits while a transaction holds some.
            let list = consumer.committed_offsets(list, at_most)?;
            let offset = |(at, topic): (InputPartition, String)| {
                let element = list.find_partition(&topic, at.partition)?;
                let offset = match element.offset() {
                    Offset::Offset(offset) => {
                        Some(Position { time_ms: metadata::time_ms(element.metadata()), ..Position::from(offset) })
                    }
                    _ => None,
                };
                Some((at, element.error().map(|()| offset).map_err(ClientError::from)))
            };
            Ok(named.into_iter().filter_map(offset).collect())
        })
    }

    fn ask_bounds(&self, at: InputPartition, at_most: Duration) -> OnThread<Bounds> {
        let (consumer, topic) = (Arc::clone(&self.consumer), self.topic(at).to_owned());
        OnThread::new(move || bounds(&consumer, &topic, at.partition, at_most))
    }

    fn bounds(&self, at: InputPartition, at_most: Duration) -> Result<Bounds, ClientError> {
        bounds(&self.consumer, self.topic(at), at.partition, at_most)
    }

    fn offset_at(&self, at: InputPartition, time_ms: Ms, at_most: Duration) -> Result<Option<i64>, ClientError> {
        // The list takes the time where the answer has the offset.
        let found = self.consumer.offsets_for_times(self.list_from(&[(at, time_ms)])?, at_most)?;
        Ok(match found.elements().first().map(rdkafka::topic_partition_list::TopicPartitionListElem::offset) {
            Some(Offset::Offset(offset)) => Some(offset),
            _ => None,
        })
    }

    fn split(&self, at: InputPartition) -> Option<InputQueue> {
        let queue = ffi::PartitionQueue::split(&self.consumer, self.topic(at), at.partition, std::thread::current())?;
        Some(InputQueue { at, queue })
    }

    fn assign(&self, from: &[(InputPartition, i64)]) -> Result<(), ClientError> {
        Ok(self.consumer.assign(&self.list_from(from)?)?)
    }

    fn incremental_assign(&self, from: &[(InputPartition, i64)]) -> Result<(), ClientError> {
        Ok(self.consumer.incremental_assign(&self.list_from(from)?)?)
    }

    fn unassign(&self) -> Result<(), ClientError> {
        Ok(self.consumer.unassign()?)
    }

    fn incremental_unassign(&self, partitions: &[InputPartition]) -> Result<(), ClientError> {
        Ok(self.consumer.incremental_unassign(&self.list(partitions))?)
    }

    fn pause(&self, partitions: &[InputPartition]) -> Result<(), ClientError> {
        Ok(self.consumer.pause(&self.list(partitions))?)
    }

    fn resume(&self, partitions: &[InputPartition]) -> Result<(), ClientError> {
        Ok(self.consumer.resume(&self.list(partitions))?)
    }

    fn seek(&self, to: &[(InputPartition, i64)], at_most: Duration) -> Result<(), ClientError> {
        let done = self.consumer.seek_partitions(self.list_from(to)?, at_most)?;
        Ok(done.elements().iter().try_for_each(|e| e.error())?)
    }

    fn known_end(&self, at: InputPartition) -> Option<i64> {
        ffi::known_end(&self.consumer, self.topic(at), at.partition)
    }

    fn wait(&self, at_most: Duration) {
        // Woken up by any queue that stops being empty.
        std::thread::park_timeout(at_most);
    }

    fn close(&self) {
        // The group is left when the last one lets go of the consumer, in its drop.
        self.consumer.context().close();
    }
}

/// The queue of one input partition.
pub struct InputQueue {
    at: InputPartition,
    queue: ffi::PartitionQueue<Context>,
}

impl PartitionQueue for InputQueue {
    type Batch = Records;

    fn take(&self, at_most: usize) -> Taken<Records> {
        let taken = self.queue.take(at_most);
        let bytes = taken.records.bytes();
        let records = Records { at: self.at, messages: taken.records, bytes };
        Taken { records, end: taken.end, error: taken.error }
    }
}

/// Records straight from a partition queue.
pub struct Records {
    at: InputPartition,
    messages: Messages<Context>,
    /// Of all keys, values and headers.
    bytes: usize,
}

impl RecordBatch for Records {
    fn len(&self) -> usize {
        self.messages.len()
    }

    fn view(&self, n: usize) -> RecordView<'_> {
        RecordView {
            input: self.at.input,
            partition: self.at.partition,
            offset: self.messages.offset(n),
            timestamp_ms: self.messages.timestamp_ms(n),
            key: self.messages.key(n),
            value: self.messages.value(n),
            content_type: self.messages.header(n, c"content-type"),
            ids: None,
            mapped: None,
            routed: self.messages.header(n, c"leadstream-routed"),
        }
    }

    fn offset(&self, n: usize) -> i64 {
        self.messages.offset(n)
    }

    fn value(&self, n: usize) -> Option<&[u8]> {
        self.messages.value(n)
    }

    fn record_ms(&self, n: usize) -> Option<Ms> {
        credible_ms(self.messages.timestamp_ms(n))
    }

    fn bytes(&self) -> usize {
        self.bytes
    }

    fn headers(&self, n: usize) -> Vec<(String, Option<Vec<u8>>)> {
        self.messages.headers(n)
    }
}

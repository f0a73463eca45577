//! The transactional producer of librdkafka.

use super::deliveries::Undelivered;
use super::metadata;
use super::{ClientError, Code, ProducerFactory, TransactionalProducer};
use crate::engine::task::StagedRecord;
use crate::kafka::context::Context;
use crate::kafka::errors;
use crate::kafka::ffi::{self, TopicProducer};
use crate::kafka::membership::Membership;
use crate::kafka::options::Options;
use crate::kafka::reports::{self, Reports};
use crate::runtime::options::Options as WorkerOptions;
use crate::runtime::ports::{Failure, InputPartition, OutRecord, OutTopic, Position};
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerGroupMetadata};
use rdkafka::producer::{BaseProducer, Producer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Makes the producers of one worker.
pub struct RdkafkaProducers {
    consumer: Arc<BaseConsumer<Context>>,
    options: Options,
    worker: u16,
    /// By number of the input.
    inputs: Arc<[String]>,
    /// What is written at all; the rest is not opened.
    used: Vec<OutTopic>,
}

impl RdkafkaProducers {
    /// `consumer`: in whose name positions are committed.
    #[must_use]
    pub fn new(options: &Options, worker: &WorkerOptions, consumer: Arc<BaseConsumer<Context>>) -> Self {
        Self {
            consumer,
            options: options.clone(),
            worker: worker.worker,
            inputs: worker.all_inputs().cloned().collect(),
            used: worker.outputs(),
        }
    }
}

impl ProducerFactory for RdkafkaProducers {
    type Producer = RdkafkaProducer;

    #[allow(clippy::disallowed_methods, reason = "the adapters' clock")]
    fn open(&self) -> Result<RdkafkaProducer, Failure> {
        let config = self.options.producer_config(self.worker);
        let made = reports::producer(&config).map_err(|e| errors::of_call("the producer can't be made", &e))?;
        let producer = Arc::new(made);
        let topic = |topic: OutTopic| {
            let name = self.options.output_topic(topic);
            let compression = self.options.compression_of(topic);
            let refused = || Failure::Stop(format!("{name} is no topic name: set another topics.prefix"));
            self.used.contains(&topic).then(|| TopicProducer::new(&producer, &name, compression).ok_or_else(refused)).transpose()
        };
        let topics = OutTopic::ALL.into_iter().map(topic).collect::<Result<_, _>>()?;
        let name = self.options.transactional_id(self.worker);
        Ok(RdkafkaProducer { topics, producer, inputs: Arc::clone(&self.inputs), name, made: Instant::now() })
    }

    fn membership(&self) -> Option<Membership> {
        ffi::membership(&self.consumer)
    }

    fn group_metadata(&self) -> Option<ConsumerGroupMetadata> {
        self.consumer.group_metadata()
    }
}

/// A producer and its topics, in the order of [`OutTopic`].
pub struct RdkafkaProducer {
    topics: Vec<Option<TopicProducer<Reports>>>,
    producer: Arc<BaseProducer<Reports>>,
    inputs: Arc<[String]>,
    /// Its transactional id.
    name: String,
    made: Instant,
}

impl RdkafkaProducer {
    fn topic(&self, topic: OutTopic) -> Result<&TopicProducer<Reports>, Code> {
        self.topics[topic as usize].as_ref().ok_or(Code::UnknownTopic)
    }
}

impl TransactionalProducer for RdkafkaProducer {
    type Group = ConsumerGroupMetadata;

    fn now(&self) -> Duration {
        self.made.elapsed()
    }

    fn init_transactions(&self, at_most: Duration) -> Result<(), ClientError> {
        Ok(self.producer.init_transactions(at_most)?)
    }

    fn begin_transaction(&self) -> Result<(), ClientError> {
        Ok(self.producer.begin_transaction()?)
    }

    fn send(&self, record: &OutRecord<'_>) -> Result<(), Code> {
        self.topic(record.topic)?.send(record)
    }

    fn send_all(&self, partition: i32, records: &[StagedRecord<'_>]) -> (usize, Option<Code>) {
        match self.topic(OutTopic::State) {
            Ok(topic) => topic.send_all(partition, records),
            Err(code) => (0, Some(code)),
        }
    }

    fn poll(&self, at_most: Duration) {
        self.producer.poll(at_most);
    }

    fn flush(&self, at_most: Duration) {
        ffi::flush(&self.producer, i32::try_from(at_most.as_millis()).unwrap_or(i32::MAX));
    }

    fn in_flight(&self) -> usize {
        usize::try_from(self.producer.in_flight_count()).unwrap_or(0)
    }

    fn undelivered(&self) -> Option<Undelivered> {
        self.producer.context().deliveries().look().cloned()
    }

    fn take_undelivered(&self) -> Option<Undelivered> {
        self.producer.context().deliveries().take()
    }

    fn is_spoiled(&self) -> bool {
        self.producer.context().deliveries().is_spoiled()
    }

    fn is_in_doubt(&self) -> bool {
        self.producer.context().deliveries().is_in_doubt()
    }

    fn send_offsets(
        &self,
        positions: &[(InputPartition, Position)],
        group: &ConsumerGroupMetadata,
        at_most: Duration,
    ) -> Result<(), ClientError> {
        let mut list = TopicPartitionList::with_capacity(positions.len());
        for (at, position) in positions {
            let topic = &self.inputs[usize::from(at.input)];
            list.add_partition_offset(topic, at.partition, Offset::Offset(position.offset))?;
            let text = match position {
                Position { mark: Some(mark), .. } => Some(metadata::of_mark(mark, &self.name)),
                Position { time_ms, .. } => time_ms.map(metadata::of_time),
            };
            if let (Some(text), Some(mut element)) = (text, list.find_partition(topic, at.partition)) {
                element.set_metadata(text);
            }
        }
        Ok(self.producer.send_offsets_to_transaction(&list, group, at_most)?)
    }

    fn commit_transaction(&self, at_most: Duration) -> Result<(), ClientError> {
        Ok(self.producer.commit_transaction(at_most)?)
    }

    fn abort_transaction(&self, at_most: Duration) -> Result<(), ClientError> {
        Ok(self.producer.abort_transaction(at_most)?)
    }

    fn let_go(self) {
        // Its drop may wait for the broker: not here.
        std::thread::spawn(move || drop(self));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consumer_that_never_joined_is_nobody() {
        let options = Options::new("127.0.0.1:1", "g", "i");
        let consumer = crate::kafka::context::consumer(&options.consumer_config(0, 1 << 20)).expect("a consumer");
        let producers = RdkafkaProducers::new(&options, &WorkerOptions::new(vec!["cart".to_owned()], 1), Arc::new(consumer));
        assert_eq!(producers.membership(), Some(Membership { generation: -1, member: String::new() }));
    }
}

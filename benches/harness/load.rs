//! Preloads the input topics.

use crate::traffic::{Message, TOPICS, Traffic};
use leadstream::domain::ids::murmur2_partition;
use rdkafka::config::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const SIX_HOURS_MS: i64 = 6 * 3_600_000;

/// Sends events into the topics behind a prefix.
pub struct Sender {
    producer: BaseProducer,
    /// Full names and partitions, by topic without prefix.
    topics: BTreeMap<&'static str, (String, u32)>,
    keys: Keys,
}

/// How records are keyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// By the prospect, and dealt as Kafka's own clients do it.
    Prospect,
    /// Not at all, and dealt in turn: what routers are for.
    None,
}

impl Sender {
    pub fn new(bootstrap: &str, prefix: &str, linger_ms: u32, keys: Keys) -> Self {
        let producer: BaseProducer = ClientConfig::new()
            .set("bootstrap.servers", bootstrap)
            .set("compression.type", "lz4")
            .set("linger.ms", linger_ms.to_string())
            .set("batch.size", "524288")
            // A broker that falls behind gets larger requests, not a queue of small ones that never shrinks again.
            .set("max.in.flight", "5")
            .set("queue.buffering.max.messages", "200000")
            .set("queue.buffering.max.kbytes", "262144")
            .create()
            .unwrap();
        let partitions = |name: &str| {
            let metadata = producer.client().fetch_metadata(Some(name), Duration::from_secs(10)).unwrap();
            u32::try_from(metadata.topics()[0].partitions().len()).unwrap()
        };
        let full = |topic: &str| format!("{prefix}{topic}");
        let topics = TOPICS.map(|t| (t, (full(t), partitions(&full(t))))).into_iter().collect();
        Self { producer, topics, keys }
    }

    /// Sends the `n`th event.
    pub fn send(&self, n: u64, message: &Message<'_>, time_ms: i64) {
        let (name, partitions) = &self.topics[message.topic];
        let partition = match self.keys {
            Keys::Prospect => murmur2_partition(message.key.as_bytes(), *partitions),
            Keys::None => u32::try_from(n % u64::from(*partitions)).unwrap(),
        };
        let partition = i32::try_from(partition).unwrap();
        let mut record = BaseRecord::to(name).partition(partition).payload(message.value).timestamp(time_ms);
        if self.keys == Keys::Prospect {
            record = record.key(message.key);
        }
        loop {
            match self.producer.send(record) {
                Ok(()) => return,
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => {
                    record = back;
                    self.producer.poll(Duration::from_millis(5));
                }
                Err((error, _)) => panic!("{error}"),
            }
        }
    }

    pub fn poll(&self) {
        self.producer.poll(Duration::ZERO);
    }

    pub fn finish(&self) {
        self.producer.flush(Duration::from_secs(60)).unwrap();
    }
}

/// Loads `events` as fast as it goes; their times lie in the last six hours, ascending.
pub fn flat_out(bootstrap: &str, prefix: &str, events: u64, prospects: u64, keys: Keys) {
    let sender = Sender::new(bootstrap, prefix, 20, keys);
    let mut traffic = Traffic::new(42, prospects);
    let from = crate::now_ms() - SIX_HOURS_MS;
    let (begun, mut bytes) = (Instant::now(), 0);
    for n in 0..events {
        let time_ms = from + (SIX_HOURS_MS as f64 * n as f64 / events as f64) as i64;
        let message = traffic.next(time_ms);
        bytes += message.value.len();
        sender.send(n, &message, time_ms);
        if n % 1_000 == 0 {
            sender.poll();
        }
    }
    sender.finish();
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "loaded {events} events of {:.0} B in {seconds:.1} s ({:.0}/s)",
        bytes as f64 / events as f64,
        events as f64 / seconds
    );
}

//! Simulated records into Kafka: keyed as Java clients would (murmur2), with their own times.

use super::record::Record;
use crate::kafka::errors;
use anyhow::Context;
use rdkafka::ClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _, ProducerContext};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Where records go.
#[derive(Debug, Clone)]
pub struct ProducerOptions {
    pub bootstrap_servers: String,
    /// Further librdkafka properties, such as those of TLS and SASL.
    pub properties: Vec<(String, String)>,
    /// Full names of the clickstream, email and cart topic.
    pub topics: [String; 3],
}

#[derive(Default)]
struct Deliveries {
    failed: AtomicU64,
    first_error: Mutex<Option<String>>,
}

impl ClientContext for Deliveries {}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Err((error, _)) = result {
            self.failed.fetch_add(1, Ordering::Relaxed);
            if let Ok(mut first) = self.first_error.lock() {
                first.get_or_insert_with(|| error.to_string());
            }
        }
    }
}

fn headers(all: &[(&'static str, String)]) -> OwnedHeaders {
    all.iter().fold(OwnedHeaders::new_with_capacity(all.len()), |headers, (key, value)| {
        headers.insert(Header { key, value: Some(value) })
    })
}

/// Sends records; they are on their way until [`Producer::finish`].
pub struct Producer {
    producer: BaseProducer<Deliveries>,
    topics: [String; 3],
    sent: u64,
}

impl Producer {
    /// # Errors
    /// A property is unknown or wrong.
    pub fn new(options: &ProducerOptions) -> anyhow::Result<Self> {
        let mut config = ClientConfig::new();
        config
            .set("linger.ms", "5")
            .set("compression.type", "lz4")
            .set("enable.idempotence", "true")
            .set("queue.buffering.max.messages", "500000")
            .set("queue.buffering.max.kbytes", "262144");
        for (key, value) in &options.properties {
            config.set(key, value);
        }
        config.set("bootstrap.servers", &options.bootstrap_servers).set("partitioner", "murmur2_random");
        let refused = |error: KafkaError| anyhow::anyhow!("cannot make the producer: {}", errors::without_values(&error));
        let producer = config.create_with_context(Deliveries::default()).map_err(refused)?;
        Ok(Self { producer, topics: options.topics.clone(), sent: 0 })
    }

    /// Queues one record; waits while the queue is full.
    ///
    /// # Errors
    /// The record can't be queued, or an earlier one was not delivered.
    pub fn send(&mut self, record: &Record) -> anyhow::Result<()> {
        let topic = &self.topics[record.topic.index()];
        loop {
            let mut message: BaseRecord<'_, [u8], [u8]> =
                BaseRecord::to(topic).payload(record.value.as_slice()).timestamp(record.record_ms);
            if let Some(key) = &record.key {
                message = message.key(key.as_slice());
            }
            if !record.headers.is_empty() {
                message = message.headers(headers(&record.headers));
            }
            match self.producer.send(message) {
                Ok(()) => break,
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), _)) => {
                    self.producer.poll(Duration::from_millis(20));
                }
                Err((error, _)) => return Err(error).with_context(|| format!("cannot send to {topic}")),
            }
        }
        self.sent += 1;
        if self.sent.is_multiple_of(512) {
            self.poll()?;
        }
        Ok(())
    }

    /// Serves deliveries without waiting.
    ///
    /// # Errors
    /// A record was not delivered.
    pub fn poll(&self) -> anyhow::Result<()> {
        self.producer.poll(Duration::ZERO);
        self.check()
    }

    fn check(&self) -> anyhow::Result<()> {
        let failed = self.producer.context().failed.load(Ordering::Relaxed);
        if failed == 0 {
            return Ok(());
        }
        let first = self.producer.context().first_error.lock().ok().and_then(|e| e.clone()).unwrap_or_default();
        anyhow::bail!("{failed} records were not delivered, the first because: {first}")
    }

    /// Waits until every record is delivered.
    ///
    /// # Errors
    /// Some were not.
    pub fn finish(self) -> anyhow::Result<()> {
        self.producer.flush(Duration::from_secs(60)).context("the last records were not delivered within 60 s")?;
        self.check()
    }
}

//! What the client library calls back with: it is put aside, never worked on inside a callback.

use crate::runtime::ports::Failure;
use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, ConsumerContext};
use rdkafka::error::KafkaError;
use rdkafka::producer::{DeliveryResult, NoCustomPartitioner, ProducerContext};
use rdkafka::topic_partition_list::TopicPartitionList;
use rdkafka::types::RDKafkaRespErr;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// A rebalance event, with the partitions by topic name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rebalance {
    Assign(Vec<(String, i32)>),
    Revoke(Vec<(String, i32)>),
}

/// Context of every client: logs, and the rebalances and delivery errors put aside.
#[derive(Debug, Default)]
pub struct Context {
    rebalances: Mutex<VecDeque<Rebalance>>,
    delivery_error: Mutex<Option<KafkaError>>,
}

impl Context {
    /// The oldest rebalance that was not looked at.
    pub fn next_rebalance(&self) -> Option<Rebalance> {
        self.rebalances.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    /// The first record of the transaction that could not be written.
    pub fn take_delivery_error(&self) -> Option<KafkaError> {
        self.delivery_error.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        match level {
            RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical | RDKafkaLogLevel::Error => {
                tracing::error!(target: "librdkafka", "{facility}: {message}");
            }
            RDKafkaLogLevel::Warning => tracing::warn!(target: "librdkafka", "{facility}: {message}"),
            RDKafkaLogLevel::Notice | RDKafkaLogLevel::Info => tracing::info!(target: "librdkafka", "{facility}: {message}"),
            RDKafkaLogLevel::Debug => tracing::debug!(target: "librdkafka", "{facility}: {message}"),
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::warn!(target: "librdkafka", "{error}: {reason}");
    }
}

impl ConsumerContext for Context {
    /// Nothing is done here: the worker finishes or gives up its batch first, then assigns or unassigns by itself. The group
    /// waits for that.
    fn rebalance(&self, _: &BaseConsumer<Self>, err: RDKafkaRespErr, partitions: &mut TopicPartitionList) {
        let list = if partitions.count() == 0 {
            Vec::new()
        } else {
            partitions.elements().iter().map(|e| (e.topic().to_owned(), e.partition())).collect()
        };
        let event = match err {
            RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS => Rebalance::Assign(list),
            _ => Rebalance::Revoke(list),
        };
        self.rebalances.lock().unwrap_or_else(PoisonError::into_inner).push_back(event);
    }
}

impl ProducerContext<NoCustomPartitioner> for Context {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Err((error, _)) = result {
            self.delivery_error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| error.clone());
        }
    }
}

/// A lock that a panic has poisoned elsewhere still holds good data here.
pub fn unpoisoned<T>(result: Result<T, PoisonError<T>>) -> T {
    result.unwrap_or_else(PoisonError::into_inner)
}

/// For calls that may be made again.
pub fn retry(text: impl Into<String>) -> Failure {
    Failure::Retry(text.into())
}

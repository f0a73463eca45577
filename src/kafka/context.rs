//! What the client library calls back with: it is put aside, never worked on inside a callback.

use super::{oauth, properties};
use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext, RebalanceProtocol};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::producer::{BaseProducer, DeliveryResult, NoCustomPartitioner, ProducerContext};
use rdkafka::topic_partition_list::TopicPartitionList;
use rdkafka::types::{RDKafkaErrorCode, RDKafkaRespErr};
use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

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
    closing: AtomicBool,
    delivery_error: Mutex<Option<KafkaError>>,
}

impl Context {
    /// The oldest rebalance that was not looked at.
    pub fn next_rebalance(&self) -> Option<Rebalance> {
        self.rebalances.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    /// The worker has released everything: from here on revocations are acknowledged immediately, or the close would wait for ever.
    pub fn close(&self) {
        self.closing.store(true, Ordering::Release);
    }

    /// The first record of the transaction that could not be written.
    pub fn take_delivery_error(&self) -> Option<KafkaError> {
        self.delivery_error.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl ClientContext for Context {
    /// Without OAUTHBEARER it is never asked for.
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(&self, config: Option<&str>) -> Result<OAuthToken, Box<dyn std::error::Error>> {
        oauth::token(config).map_err(|error| {
            tracing::error!(%error, "no token for the brokers");
            error.into()
        })
    }

    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        let message = &*without_values(facility, message);
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
        // The end of a partition is no error; those that are come with the call that met them as well.
        if error.rdkafka_error_code() != Some(RDKafkaErrorCode::PartitionEOF) {
            tracing::warn!(target: "librdkafka", "{error}: {reason}");
        }
    }
}

impl ConsumerContext for Context {
    /// Nothing is done here: the worker finishes or gives up its batch first, then assigns or unassigns by itself. The group
    /// waits for that.
    fn rebalance(&self, consumer: &BaseConsumer<Self>, err: RDKafkaRespErr, partitions: &mut TopicPartitionList) {
        if self.closing.load(Ordering::Acquire) {
            let let_go = match consumer.rebalance_protocol() {
                RebalanceProtocol::Cooperative => consumer.incremental_unassign(partitions),
                _ => consumer.unassign(),
            };
            if let Err(error) = let_go {
                tracing::debug!("while closing: {error}");
            }
            return;
        }
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

/// With `debug=conf` the library logs every property that is set, and takes only some for secrets.
fn without_values<'m>(facility: &str, message: &'m str) -> Cow<'m, str> {
    match message.split_once(" = ") {
        Some((name, _)) if facility == "CONF" && !properties::is_shown(name.trim()) => Cow::Owned(format!("{name} = ********")),
        _ => Cow::Borrowed(message),
    }
}

/// A consumer that has served its first token request: calls that block never would.
///
/// # Errors
/// The configuration is refused.
pub fn consumer(config: &ClientConfig) -> KafkaResult<BaseConsumer<Context>> {
    let consumer: BaseConsumer<Context> = config.create_with_context(Context::default())?;
    serve(&consumer);
    Ok(consumer)
}

/// Serves what waits for a consumer that is not polled: a token request.
pub fn serve(consumer: &BaseConsumer<Context>) {
    if let Some(Err(error)) = consumer.poll(Duration::ZERO) {
        tracing::debug!("{error}");
    }
}

/// A producer that has served its first token request.
///
/// # Errors
/// The configuration is refused.
pub fn producer(config: &ClientConfig) -> KafkaResult<BaseProducer<Context>> {
    let producer: BaseProducer<Context> = config.create_with_context(Context::default())?;
    producer.poll(Duration::ZERO);
    Ok(producer)
}

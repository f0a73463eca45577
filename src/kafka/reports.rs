//! Reports of deliveries: noted when the client library calls back with them.

use super::client::deliveries::Deliveries;
use super::context::Context;
use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::Message;
use rdkafka::producer::{BaseProducer, DeliveryResult, NoCustomPartitioner, ProducerContext};
use rdkafka::types::RDKafkaErrorCode as Code;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Context of a transactional producer.
#[derive(Debug, Default)]
pub struct Reports {
    client: Context,
    deliveries: Mutex<Deliveries>,
}

impl Reports {
    /// What the reports served so far said.
    pub fn deliveries(&self) -> MutexGuard<'_, Deliveries> {
        self.deliveries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a record carries its task through the client library.
#[must_use]
pub fn opaque_of(task: i32) -> usize {
    // 0 means none.
    usize::try_from(task).map_or(0, |task| task + 1)
}

fn task_of(opaque: usize) -> Option<i32> {
    i32::try_from(opaque.checked_sub(1)?).ok()
}

impl ClientContext for Reports {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = Context::ENABLE_REFRESH_OAUTH_TOKEN;

    fn generate_oauth_token(&self, config: Option<&str>) -> Result<OAuthToken, Box<dyn std::error::Error>> {
        self.client.generate_oauth_token(config)
    }

    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        self.client.log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.client.error(error, reason);
    }
}

impl ProducerContext<NoCustomPartitioner> for Reports {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, opaque: usize) {
        if let Err((error, record)) = result {
            let code = error.rdkafka_error_code().unwrap_or(Code::Unknown);
            self.deliveries().note(code, record.topic(), task_of(opaque));
        }
    }
}

/// A transactional producer that has served its first token request.
///
/// # Errors
/// The configuration is refused.
pub fn producer(config: &ClientConfig) -> KafkaResult<BaseProducer<Reports>> {
    let producer: BaseProducer<Reports> = config.create_with_context(Reports::default())?;
    producer.poll(Duration::ZERO);
    Ok(producer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_carries_its_task() {
        assert_eq!([0, 7, i32::MAX].map(|task| task_of(opaque_of(task))), [Some(0), Some(7), Some(i32::MAX)]);
        assert_eq!(task_of(0), None, "a record of no task");
        assert_eq!(opaque_of(-1), 0);
    }
}

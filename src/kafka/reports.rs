//! What became of the records of a transaction: which could not be written, why, and which tasks wrote them.

use super::context::Context;
use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::Message;
use rdkafka::producer::{BaseProducer, DeliveryResult, NoCustomPartitioner, ProducerContext};
use rdkafka::types::RDKafkaErrorCode as Code;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Records that could not be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    pub code: Code,
    pub topic: String,
    /// The tasks whose records met this error.
    pub tasks: BTreeSet<i32>,
}

/// Context of a transactional producer.
#[derive(Debug, Default)]
pub struct Reports {
    client: Context,
    undelivered: Mutex<Option<Undelivered>>,
    is_spoiled: AtomicBool,
}

impl Reports {
    /// The error of the transaction's records that says most: one record that is refused takes all others with it.
    pub fn take(&self) -> Option<Undelivered> {
        self.undelivered.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// What is known so far; it stays.
    pub fn look(&self) -> Option<Undelivered> {
        self.undelivered.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether a record is not written. The library numbered it, the broker didn't see the number: what the producer writes next to
    /// that partition would be held to be out of order until it times out.
    pub fn is_spoiled(&self) -> bool {
        self.is_spoiled.load(Ordering::Acquire)
    }

    fn note(&self, code: Code, topic: &str, task: Option<i32>) {
        self.is_spoiled.store(true, Ordering::Release);
        let mut known = self.undelivered.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *known {
            Some(same) if same.code == code => same.tasks.extend(task),
            Some(other) if !is_consequence(other.code) || is_consequence(code) => {}
            _ => *known = Some(Undelivered { code, topic: topic.to_owned(), tasks: task.into_iter().collect() }),
        }
    }
}

/// The record would have been written, had another one not failed.
#[must_use]
pub fn is_consequence(code: Code) -> bool {
    matches!(code, Code::PurgeQueue | Code::PurgeInflight | Code::InvalidDifferentRecord | Code::OutOfOrderSequenceNumber)
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
            self.note(error.rdkafka_error_code().unwrap_or(Code::Unknown), record.topic(), task_of(opaque));
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
    fn the_error_that_took_the_others_with_it_is_the_one_that_counts() {
        let reports = Reports::default();
        reports.note(Code::PurgeQueue, "a", Some(1));
        reports.note(Code::MessageSizeTooLarge, "b", Some(2));
        reports.note(Code::PurgeInflight, "c", Some(3));
        reports.note(Code::MessageSizeTooLarge, "b", Some(4));
        reports.note(Code::InvalidTimestamp, "d", Some(5));
        let tasks = BTreeSet::from([2, 4]);
        assert_eq!(reports.look(), Some(Undelivered { code: Code::MessageSizeTooLarge, topic: "b".to_owned(), tasks }));
        assert!(reports.is_spoiled() && reports.take().is_some());
        assert_eq!(reports.take(), None);
    }

    #[test]
    fn a_record_carries_its_task() {
        assert_eq!([0, 7, i32::MAX].map(|task| task_of(opaque_of(task))), [Some(0), Some(7), Some(i32::MAX)]);
        assert_eq!(task_of(0), None, "a record of no task");
        assert_eq!(opaque_of(-1), 0);
    }
}

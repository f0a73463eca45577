//! Blocked ids as all instances know them: `leadstream.identity`, read to its end at the start and followed from then on.

use super::context::{self, Context};
use super::errors;
use super::latest;
use super::options::Options;
use super::reports;
use crate::domain::Ms;
use crate::domain::identity::linking::LiveLinking;
use crate::domain::identity::settings::IdentitySettings;
use crate::runtime::ports::{Encoded, Failure, OutTopic};
use crate::wire::blocked_ids;
use crate::wire::identity_settings::{self, Written};
use rdkafka::Message as _;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::BorrowedMessage;
use rdkafka::producer::{BaseRecord, Producer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The topic has one partition that counts: one order for all who read it.
const PARTITION: i32 = 0;
/// Bound of the reading at the start.
const START_TIMEOUT: Duration = Duration::from_secs(30);
/// Bound of a write.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(100);

/// Since when each of these ids is blocked; those that are not are not there.
///
/// # Errors
/// The topic can't be read, or has a record that this build doesn't know.
pub fn blocked_since(options: &Options, ids: &[String]) -> Result<BTreeMap<String, Ms>, Failure> {
    let topic = options.output_topic(OutTopic::Identity);
    let found = latest::newest(options, &topic, &BTreeMap::from([(PARTITION, ids.to_vec())]), &|_| {})?;
    let since = |(id, value): (String, Vec<u8>)| match blocked_ids::read(&value) {
        Ok(since_ms) => Ok((id, since_ms)),
        Err(why) => Err(Failure::Stop(format!("{topic}: {id}: {why}: use the newer build"))),
    };
    found.into_iter().map(since).collect()
}

/// Blocks ids from this instant, or unblocks them (`None`): every router and task that follows the topic does so, too. Waits until the
/// brokers have it.
///
/// # Errors
/// It could not be written.
pub fn set(options: &Options, ids: &[String], since_ms: Option<Ms>) -> Result<(), Failure> {
    let topic = options.output_topic(OutTopic::Identity);
    let doing = format!("{topic} can't be written");
    let fail = |error: &KafkaError| errors::of_call(&doing, error);
    let producer = reports::producer(&options.single_writes_config()).map_err(|e| fail(&e))?;
    let mut encoded = Encoded::default();
    since_ms.into_iter().for_each(|since_ms| blocked_ids::write(since_ms, &mut encoded));
    for id in ids {
        let record: BaseRecord<'_, str, [u8], usize> = BaseRecord::with_opaque_to(&topic, 0).partition(PARTITION).key(id);
        let record = if since_ms.is_some() { record.payload(&*encoded.value) } else { record };
        producer.send(record).map_err(|(e, _)| fail(&e))?;
    }
    producer.flush(WRITE_TIMEOUT).map_err(|e| fail(&e))?;
    match producer.context().deliveries().take() {
        None => Ok(()),
        Some(undelivered) => Err(fail(&KafkaError::MessageProduction(undelivered.code))),
    }
}

/// Follows the topic.
pub struct BlockedIds {
    reader: BaseConsumer<Context>,
    topic: String,
    live: Arc<LiveLinking>,
    /// By which settings ids are written, as far as was read.
    settings: RefCell<Option<Written>>,
}

impl BlockedIds {
    /// Reads what is there.
    ///
    /// # Errors
    /// The topic can't be read, or has a record that this build doesn't know.
    #[allow(clippy::disallowed_methods, reason = "adapters may measure time: the bound of a wait")]
    pub fn read(options: &Options, live: Arc<LiveLinking>) -> Result<Self, Failure> {
        let topic = options.output_topic(OutTopic::Identity);
        let doing = format!("blocked ids can't be read from {topic}");
        let mut config = options.restore_config(0);
        config.set("isolation.level", "read_committed").set("fetch.wait.max.ms", "50").set("enable.partition.eof", "true");
        let reader = context::consumer(&config).map_err(|e| errors::of_call(&doing, &e))?;
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(&topic, PARTITION, Offset::Beginning).map_err(|e| errors::of_call(&doing, &e))?;
        reader.assign(&list).map_err(|e| errors::of_call(&doing, &e))?;
        let blocked = Self { reader, topic, live, settings: RefCell::default() };
        let begun = Instant::now();
        while !blocked.poll()? {
            if begun.elapsed() > START_TIMEOUT {
                return Err(Failure::Retry(format!("{doing}: its end was not reached within {START_TIMEOUT:?}")));
            }
        }
        Ok(blocked)
    }

    /// Takes the next record in; whether the end is reached.
    fn poll(&self) -> Result<bool, Failure> {
        match self.reader.poll(POLL) {
            None => Ok(false),
            Some(Ok(message)) => self.take(&message).map(|()| false),
            Some(Err(KafkaError::PartitionEOF(_))) => Ok(true),
            Some(Err(error)) => {
                tracing::debug!(%error, "reading blocked ids");
                Ok(false)
            }
        }
    }

    /// By which settings ids are written, as the topic says.
    #[must_use]
    pub fn settings(&self) -> Option<Written> {
        self.settings.borrow().clone()
    }

    fn take(&self, message: &BorrowedMessage<'_>) -> Result<(), Failure> {
        if message.key() == Some(identity_settings::KEY) {
            let unreadable =
                |why| Failure::Stop(format!("{}: offset {}: {why}: use the newer build", self.topic, message.offset()));
            *self.settings.borrow_mut() = message.payload().map(identity_settings::read).transpose().map_err(unreadable)?;
            return Ok(());
        }
        let Some(id) = message.key().and_then(|key| std::str::from_utf8(key).ok()) else { return Ok(()) };
        match message.payload() {
            None => self.live.set_blocked(id, false),
            Some(value) => {
                let unreadable =
                    |why| Failure::Stop(format!("{}: offset {}: {why}: use the newer build", self.topic, message.offset()));
                blocked_ids::read(value).map_err(unreadable)?;
                self.live.set_blocked(id, true);
            }
        }
        Ok(())
    }

    /// Follows until it is asked to stop.
    ///
    /// # Errors
    /// A record that this build doesn't know, or another instance wrote other settings than these.
    pub fn follow(&self, own: &IdentitySettings, stop: &AtomicBool) -> Result<(), Failure> {
        while !stop.load(Ordering::Acquire) {
            // What counts is the last that is said.
            if !self.poll()? {
                continue;
            }
            let differing = self.settings.borrow().as_ref().map(|written| own.differences(&written.settings)).unwrap_or_default();
            if !differing.is_empty() {
                let text = format!("another instance goes on with other settings of identity: {}", differing.join("; "));
                return Err(Failure::Stop(text));
            }
        }
        Ok(())
    }
}

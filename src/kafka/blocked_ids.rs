//! Blocked ids as all instances know them: `leadstream.identity`, read to its end at the start and followed from then on.

use super::context::{self, Context};
use super::errors;
use super::options::Options;
use crate::domain::identity::linking::LiveLinking;
use crate::domain::identity::settings::IdentitySettings;
use crate::runtime::ports::{Failure, OutTopic};
use crate::wire::blocked_ids;
use crate::wire::identity_settings::{self, Written};
use rdkafka::Message as _;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::BorrowedMessage;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The topic has one partition that counts: one order for all who read it.
const PARTITION: i32 = 0;
/// Bound of the reading at the start.
const START_TIMEOUT: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(100);

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

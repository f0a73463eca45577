//! Writes the settings of identity into `leadstream.identity`.

use super::context;
use super::errors;
use super::options::Options;
use crate::runtime::ports::{Failure, OutTopic};
use crate::wire::identity_settings::{KEY, Written, write};
use rdkafka::producer::{BaseRecord, Producer};
use std::time::Duration;

/// The instance in its transactional id: of a group one writes at a time.
const WRITER: &str = "+identity-settings";
const TIMEOUT: Duration = Duration::from_secs(30);

/// Whoever opened it last is the only one who writes.
pub struct SettingsWriter {
    producer: rdkafka::producer::BaseProducer<context::Context>,
    topic: String,
}

impl SettingsWriter {
    /// Takes over from any other one of this group: read the settings after this, not before.
    ///
    /// # Errors
    /// The configuration or the broker refuses it.
    pub fn open(options: &Options) -> Result<Self, Failure> {
        let topic = options.output_topic(OutTopic::Identity);
        let doing = format!("the settings of identity can't be written to {topic}");
        let options = Options { instance_id: WRITER.to_owned(), ..options.clone() };
        let producer = context::producer(&options.producer_config(0)).map_err(|e| errors::of_call(&doing, &e))?;
        producer.init_transactions(TIMEOUT).map_err(|e| errors::of_call(&doing, &e))?;
        Ok(Self { producer, topic })
    }

    /// # Errors
    /// They are not written: another one took over, or the broker refuses it.
    pub fn write(&self, settings: &Written) -> Result<(), Failure> {
        let doing = format!("the settings of identity can't be written to {}", self.topic);
        let value = write(settings);
        self.producer.begin_transaction().map_err(|e| errors::of_call(&doing, &e))?;
        let record: BaseRecord<'_, [u8], [u8]> = BaseRecord::to(&self.topic).partition(0).key(KEY).payload(&value);
        if let Err((error, _)) = self.producer.send(record) {
            // Whether or not this works: without a commit nothing is visible.
            let _aborted = self.producer.abort_transaction(TIMEOUT);
            return Err(errors::of_call(&doing, &error));
        }
        self.producer.commit_transaction(TIMEOUT).map_err(|e| errors::of_call(&doing, &e))
    }
}

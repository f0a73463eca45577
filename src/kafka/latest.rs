//! The newest record of some keys of a topic that is compacted, as far as transactions are committed.

use super::context::{self, Context};
use super::errors;
use super::options::Options;
use crate::runtime::ports::Failure;
use rdkafka::Message as _;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Bound of every request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// Nothing arrives for this long: give up.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(100);
/// Records between two words about progress.
const SAID_EVERY: u64 = 10_000;

/// By key: the newest value. A key without a record, or whose newest is a tombstone, is not there.
pub type Newest = BTreeMap<String, Vec<u8>>;

/// Reads partitions from end to end, each once and all at a time, for the keys wanted of each. `said`: how many records were read.
///
/// # Errors
/// The topic is not there, or can't be read to where it ended when this was called.
#[allow(clippy::disallowed_methods, reason = "adapters may measure time: the bound of a wait")]
pub fn newest(
    options: &Options,
    topic: &str,
    wanted: &BTreeMap<i32, Vec<String>>,
    said: &dyn Fn(u64),
) -> Result<Newest, Failure> {
    let doing = format!("{topic} can't be read");
    let fail = |error: &KafkaError| errors::of_call(&doing, error);
    let mut config = options.restore_config(0);
    config.set("isolation.level", "read_committed").set("enable.partition.eof", "true").set("fetch.wait.max.ms", "50");
    let reader: BaseConsumer<Context> = context::consumer(&config).map_err(|e| fail(&e))?;
    let (mut list, mut ends) = (TopicPartitionList::new(), BTreeMap::new());
    for partition in wanted.keys() {
        // Of a reader of committed records: where the first open transaction begins.
        let (low, end) = reader.fetch_watermarks(topic, *partition, REQUEST_TIMEOUT).map_err(|e| fail(&e))?;
        if low < end {
            list.add_partition_offset(topic, *partition, Offset::Offset(low)).map_err(|e| fail(&e))?;
            ends.insert(*partition, end);
        }
    }
    let mut found = Newest::new();
    if ends.is_empty() {
        return Ok(found);
    }
    reader.assign(&list).map_err(|e| fail(&e))?;
    let (mut heard, mut read) = (Instant::now(), 0);
    while !ends.is_empty() {
        match reader.poll(POLL) {
            Some(Ok(message)) => {
                heard = Instant::now();
                read += 1;
                if read % SAID_EVERY == 0 {
                    said(read);
                }
                let keys = wanted.get(&message.partition()).map_or(&[][..], Vec::as_slice);
                if let Some(key) = keys.iter().find(|key| message.key() == Some(key.as_bytes())) {
                    match message.payload() {
                        Some(value) => _ = found.insert(key.clone(), value.to_vec()),
                        None => _ = found.remove(key),
                    }
                }
                if ends.get(&message.partition()).is_some_and(|end| message.offset() + 1 >= *end) {
                    ends.remove(&message.partition());
                }
            }
            Some(Err(KafkaError::PartitionEOF(partition))) => _ = ends.remove(&partition),
            Some(Err(error)) => return Err(fail(&error)),
            None if heard.elapsed() > IDLE_TIMEOUT => return Err(Failure::Retry(format!("{doing}: nothing arrives any more"))),
            None => {}
        }
    }
    said(read);
    Ok(found)
}

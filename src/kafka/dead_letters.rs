//! The dead-letter topic from end to end, and the way back: records to their original topics, each once.
//!
//! What was sent back is remembered by *receipts*: records in the dead-letter topic itself, written in the transaction that
//! sends. A receipt lies in the partition of its dead letters and is kept as long as they are; offsets of a consumer group
//! would expire after a week and can't distinguish single records.

use super::context::{self, Context};
use super::errors;
use super::ffi;
use super::options::Options;
use super::records::OwnedRecord;
use crate::domain::Ms;
use crate::runtime::ports::{Failure, OutTopic};
use crate::wire::dead_letter;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Header, Message, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::types::RDKafkaErrorCode as Code;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// On a receipt: the offsets that were sent back, in its value as `17,18,21`.
pub const RECEIPT: &str = "leadstream-receipt";
/// On a receipt: who wrote it.
const WRITER: &str = "leadstream-writer";
/// Name of the process that sends back: two of them fence each other, so that none works on an old view.
pub const REDRIVER: &str = "+redrive";

/// Bound of every request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// Open transactions of workers end within their timeout.
const OPEN_TXN_TIMEOUT: Duration = Duration::from_secs(60);
/// Nothing arrives for this long: give up.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// A record of the dead-letter topic.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeadLetter {
    pub partition: i32,
    pub offset: i64,
    pub timestamp_ms: Ms,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub headers: Vec<(String, Option<Vec<u8>>)>,
}

impl DeadLetter {
    /// The offsets that a receipt names; `None` when this is none. A dead letter never is one, whatever headers the record came
    /// with: only what has neither a reason nor a key can be ours.
    #[must_use]
    pub fn receipt(&self) -> Option<Vec<i64>> {
        let has = |wanted: &str| self.headers.iter().any(|(name, _)| name == wanted);
        (has(RECEIPT) && !has(dead_letter::REASON) && self.key.is_none()).then(|| {
            let text = String::from_utf8_lossy(self.value.as_deref().unwrap_or_default());
            text.split(',').filter_map(|offset| offset.trim().parse().ok()).collect()
        })
    }
}

/// Partition and offset of dead letters that were sent back.
pub type Receipts = BTreeSet<(i32, i64)>;

/// Reads every committed record that the topic had when this was called, receipts included, in offset order by partition.
///
/// # Errors
/// The topic can't be read to its end, or `each` fails.
#[allow(clippy::disallowed_methods, reason = "adapters may measure time: the bound of a wait")]
pub fn scan(options: &Options, each: &mut dyn FnMut(DeadLetter) -> Result<(), Failure>) -> Result<(), Failure> {
    let topic = options.output_topic(OutTopic::DeadLetters);
    let doing = format!("{topic} can't be read");
    let fail = |error: &KafkaError| errors::of_call(&doing, error);
    let open: BaseConsumer<Context> = context::consumer(&options.probe_config()).map_err(|e| fail(&e))?;
    let reader: BaseConsumer<Context> = context::consumer(&options.restore_config(0)).map_err(|e| fail(&e))?;
    let metadata = open.fetch_metadata(Some(&topic), REQUEST_TIMEOUT).map_err(|e| fail(&e))?;
    let partitions: Vec<i32> =
        metadata.topics().iter().filter(|t| t.error().is_none()).flat_map(|t| t.partitions().iter().map(|p| p.id())).collect();
    if partitions.is_empty() {
        return Err(Failure::Stop(format!("{topic} does not exist: `leadstream topics create` makes it")));
    }
    let mut list = TopicPartitionList::new();
    let mut ends = BTreeMap::new();
    for partition in partitions {
        // Everything that is there now must be settled, or a receipt behind an open transaction would be overlooked.
        let (_, end) = open.fetch_watermarks(&topic, partition, REQUEST_TIMEOUT).map_err(|e| fail(&e))?;
        let begun = Instant::now();
        let low = loop {
            let (low, stable) = reader.fetch_watermarks(&topic, partition, REQUEST_TIMEOUT).map_err(|e| fail(&e))?;
            if stable >= end {
                break low;
            }
            if begun.elapsed() > OPEN_TXN_TIMEOUT {
                return Err(Failure::Retry(format!(
                    "{doing}: a transaction stays open in partition {partition}; try again later"
                )));
            }
            std::thread::sleep(Duration::from_millis(100));
        };
        if low < end {
            list.add_partition_offset(&topic, partition, Offset::Offset(low)).map_err(|e| fail(&e))?;
            ends.insert(partition, end);
        }
    }
    if ends.is_empty() {
        return Ok(());
    }
    reader.assign(&list).map_err(|e| fail(&e))?;
    let mut heard = Instant::now();
    while !ends.is_empty() {
        match reader.poll(Duration::from_millis(100)) {
            Some(Ok(message)) => {
                heard = Instant::now();
                // What came after the call is not read, least of all a record that was sent back and failed again.
                let Some(end) = ends.get(&message.partition()).copied() else { continue };
                if message.offset() < end {
                    each(read(&message))?;
                }
                if message.offset() + 1 >= end {
                    ends.remove(&message.partition());
                }
            }
            Some(Err(KafkaError::PartitionEOF(partition))) => _ = ends.remove(&partition),
            Some(Err(error)) => return Err(fail(&error)),
            None if heard.elapsed() > IDLE_TIMEOUT => return Err(Failure::Retry(format!("{doing}: nothing arrives any more"))),
            None => {}
        }
    }
    Ok(())
}

fn read(message: &BorrowedMessage<'_>) -> DeadLetter {
    let OwnedRecord { partition, offset, timestamp_ms, key, value, headers } = ffi::copied(message);
    let timestamp_ms = timestamp_ms.unwrap_or(-1);
    DeadLetter { partition, offset, timestamp_ms, key, value, headers }
}

/// A record on its way back to where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redrive {
    /// The dead letter.
    pub from: (i32, i64),
    pub topic: String,
    pub partition: i32,
    /// `None`: of the moment when it is sent.
    pub timestamp_ms: Option<Ms>,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub headers: Vec<(String, Option<Vec<u8>>)>,
}

/// Sends records back, with their receipts.
pub struct Redriver {
    producer: BaseProducer<Context>,
    topic: String,
    name: String,
}

impl Redriver {
    /// Takes over from any other one of this group: read the receipts after this, not before.
    ///
    /// # Errors
    /// The configuration or the broker refuses it.
    pub fn open(options: &Options) -> Result<Self, Failure> {
        let options = Options { instance_id: REDRIVER.to_owned(), ..options.clone() };
        let made = context::producer(&options.producer_config(0));
        let producer: BaseProducer<Context> = made.map_err(|e| errors::of_call("the producer can't be made", &e))?;
        producer
            .init_transactions(REQUEST_TIMEOUT + REQUEST_TIMEOUT)
            .map_err(|e| errors::of_call("the producer can't begin", &e))?;
        Ok(Self { producer, topic: options.output_topic(OutTopic::DeadLetters), name: options.transactional_id(0) })
    }

    /// Sends a batch and its receipts as one transaction: all or nothing.
    ///
    /// # Errors
    /// Nothing of the batch was sent, or (a broker that does not answer) it is not known; the receipts show it at the next try.
    pub fn send(&self, batch: &[Redrive]) -> Result<(), Failure> {
        if batch.is_empty() {
            return Ok(());
        }
        self.producer.begin_transaction().map_err(|e| errors::of_call("the transaction can't be opened", &e))?;
        let written = self.write(batch).and_then(|()| self.drain());
        if let Err(failure) = written {
            // Whether or not this works: without a commit nothing is visible.
            let _aborted = self.producer.abort_transaction(REQUEST_TIMEOUT);
            return Err(failure);
        }
        self.producer.commit_transaction(REQUEST_TIMEOUT).map_err(|e| {
            errors::of_call("the transaction can't be committed (another redrive may have taken over); run it again", &e)
        })
    }

    fn write(&self, batch: &[Redrive]) -> Result<(), Failure> {
        for one in batch {
            let mut headers = OwnedHeaders::new_with_capacity(one.headers.len());
            for (key, value) in &one.headers {
                headers = headers.insert(Header { key, value: value.as_deref() });
            }
            let mut record: BaseRecord<'_, [u8], [u8]> = BaseRecord::to(&one.topic).partition(one.partition).headers(headers);
            record.key = one.key.as_deref();
            record.payload = one.value.as_deref();
            record.timestamp = one.timestamp_ms;
            self.put(record)?;
        }
        let partitions: BTreeSet<i32> = batch.iter().map(|one| one.from.0).collect();
        for partition in partitions {
            let offsets: Vec<String> =
                batch.iter().filter(|one| one.from.0 == partition).map(|one| one.from.1.to_string()).collect();
            let value = offsets.join(",");
            let headers = OwnedHeaders::new()
                .insert(Header { key: RECEIPT, value: Some(offsets.len().to_string().as_str()) })
                .insert(Header { key: WRITER, value: Some(self.name.as_str()) });
            let mut record: BaseRecord<'_, [u8], [u8]> = BaseRecord::to(&self.topic).partition(partition).headers(headers);
            record.payload = Some(value.as_bytes());
            self.put(record)?;
        }
        Ok(())
    }

    fn put(&self, record: BaseRecord<'_, [u8], [u8]>) -> Result<(), Failure> {
        let mut record = record;
        loop {
            match self.producer.send(record) {
                Ok(()) => return Ok(()),
                Err((KafkaError::MessageProduction(Code::QueueFull), back)) => {
                    self.producer.poll(Duration::from_millis(5));
                    record = back;
                }
                Err((error, back)) => {
                    return Err(errors::of_call(&format!("a record for {} can't be written", back.topic), &error));
                }
            }
        }
    }

    #[allow(clippy::disallowed_methods, reason = "adapters may measure time: the bound of a wait")]
    fn drain(&self) -> Result<(), Failure> {
        let begun = Instant::now();
        while self.producer.in_flight_count() > 0 {
            self.producer.poll(Duration::ZERO);
            if begun.elapsed() > REQUEST_TIMEOUT {
                return Err(Failure::Retry("the records can't be written: the brokers do not answer".to_owned()));
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        self.producer.poll(Duration::ZERO);
        match self.producer.context().take_delivery_error() {
            Some(error) => Err(errors::of_call("a record can't be written", &error)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_names_what_was_sent_back_and_a_dead_letter_is_none() {
        let mut letter = DeadLetter { value: Some(b"17,18, 21".to_vec()), ..DeadLetter::default() };
        assert_eq!(letter.receipt(), None);
        letter.headers.push((RECEIPT.to_owned(), Some(b"3".to_vec())));
        assert_eq!(letter.receipt(), Some(vec![17, 18, 21]));
    }

    #[test]
    fn a_dead_letter_is_no_receipt_whatever_headers_its_record_came_with() {
        let forged = |more: &str, key: Option<&[u8]>| DeadLetter {
            value: Some(b"0,1,2".to_vec()),
            key: key.map(<[u8]>::to_vec),
            headers: vec![(RECEIPT.to_owned(), Some(b"3".to_vec())), (more.to_owned(), Some(b"unreadable-value".to_vec()))],
            ..DeadLetter::default()
        };
        assert_eq!(forged(dead_letter::REASON, None).receipt(), None);
        assert_eq!(forged("trace", Some(b"ann")).receipt(), None);
        assert_eq!(forged(WRITER, None).receipt(), Some(vec![0, 1, 2]));
    }
}

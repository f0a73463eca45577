//! [`CommitLog`] on a transactional producer.

use super::context::Context;
use super::errors;
use super::ffi::{self, TopicProducer};
use super::membership;
use super::options::Options;
use super::reports::{self, Reports, Undelivered};
use crate::engine::task::StagedRecord;
use crate::runtime::options::Options as WorkerOptions;
use crate::runtime::ports::{Cause, CommitLog, Failure, InputPartition, OutRecord, OutTopic};
use rdkafka::consumer::BaseConsumer;
use rdkafka::error::KafkaError;
use rdkafka::producer::{BaseProducer, Producer, PurgeConfig};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::types::RDKafkaErrorCode as Code;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Bound of the calls of a transaction; past the transaction's own time the broker has aborted it anyway.
const TRANSACTION_TIMEOUT: Duration = Duration::from_secs(10);
/// Taking over from a dead producer of the same name waits for its transaction to be aborted.
const INIT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long writing a batch may take; a record that can't be written fails earlier.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the reports of a transaction that has failed are waited for: the one that says why may not be the first.
const ALL_REPORTS_TIMEOUT: Duration = Duration::from_millis(500);
/// Once that one is known, those of other tasks that are refused as well are waited for, while the rest of the worker waits.
const OTHER_REPORTS_TIMEOUT: Duration = Duration::from_millis(20);
/// How long the reports of a transaction that is given up are waited for, and those of purged records.
const REPORTS_TIMEOUT: Duration = Duration::from_secs(1);
const DRAIN_POLL_INTERVAL: Duration = Duration::from_micros(100);
/// How long one flush may block: errors are seen between two of them. Short while there is other work to do.
const FLUSH_TIMEOUT_MS: i32 = 5;
const BUSY_FLUSH_TIMEOUT_MS: i32 = 1;
/// Drained once this many records wait, which bounds memory.
const SERVE_EVERY: u32 = 256;

/// The producer of one worker.
pub struct KafkaCommitLog {
    producer: Option<Out>,
    consumer: Arc<BaseConsumer<Context>>,
    options: Options,
    worker: u16,
    name: String,
    inputs: Vec<String>,
    outputs: Vec<String>,
    /// What is written at all; the rest is not opened.
    used: Vec<OutTopic>,
    sent: u32,
}

/// A producer and its topics, in the order of [`OutTopic`].
struct Out {
    topics: Vec<Option<TopicProducer<Reports>>>,
    producer: Arc<BaseProducer<Reports>>,
}

impl KafkaCommitLog {
    /// Creates the producer; one of the same name that is still alive is fenced, and what it left open is aborted.
    ///
    /// # Errors
    /// The configuration or the broker refuses it.
    pub fn open(options: &Options, worker: &WorkerOptions, consumer: Arc<BaseConsumer<Context>>) -> Result<Self, Failure> {
        let mut log = Self {
            producer: None,
            consumer,
            options: options.clone(),
            worker: worker.worker,
            name: options.transactional_id(worker.worker),
            inputs: worker.all_inputs().cloned().collect(),
            outputs: OutTopic::ALL.iter().map(|t| options.output_topic(*t)).collect(),
            used: OutTopic::used(worker.members.is_some()).collect(),
            sent: 0,
        };
        log.rebuild()?;
        Ok(log)
    }

    fn topic(&self, topic: OutTopic) -> Result<&TopicProducer<Reports>, Failure> {
        let closed = || Failure::Stop(format!("{} is not open: no model knows accounts", self.outputs[topic as usize]));
        self.out()?.topics[topic as usize].as_ref().ok_or_else(closed)
    }

    /// The client did not take a record of a task: `Ok` when it may take it now.
    fn refused(&self, task: i32, topic: OutTopic, code: Code) -> Result<(), Failure> {
        if code == Code::QueueFull {
            // The bound of the client's memory: wait for the broker.
            let producer = self.producer()?;
            producer.poll(Duration::from_millis(1));
            return if producer.context().look().is_some() { Err(self.undelivered(producer)) } else { Ok(()) };
        }
        let name = self.outputs[topic as usize].clone();
        Err(match code {
            Code::State | Code::InvalidTransactionalState => {
                // The transaction has failed already: for what the broker said of earlier records.
                let producer = self.producer()?;
                self.undelivered(producer)
            }
            code => match errors::of_records(Some(name), vec![task], code, &code.to_string()) {
                Failure::Abort(_, text) => Failure::Rebuild(text),
                failure => failure,
            },
        })
    }

    /// Why records could not be written. One that is refused takes those after it along, whose reports may come first.
    #[allow(clippy::disallowed_methods, reason = "adapters may measure time: the bound of a wait")]
    fn undelivered(&self, producer: &BaseProducer<Reports>) -> Failure {
        let begun = Instant::now();
        let mut bound = ALL_REPORTS_TIMEOUT;
        while producer.in_flight_count() > 0 && begun.elapsed() < bound {
            producer.poll(DRAIN_POLL_INTERVAL);
            if producer.context().look().is_some_and(|found| !reports::is_consequence(found.code)) {
                bound = bound.min(OTHER_REPORTS_TIMEOUT);
            }
        }
        // In a transaction that has failed this says why, in any other only that one is open.
        let reason = match producer.begin_transaction() {
            Err(KafkaError::Transaction(e)) if e.txn_requires_abort() || e.is_fatal() => Some((e.code(), e.to_string())),
            _ => None,
        };
        why_undelivered(producer.context().take(), reason)
    }

    fn producer(&self) -> Result<&BaseProducer<Reports>, Failure> {
        self.out().map(|out| out.producer.as_ref())
    }

    fn out(&self) -> Result<&Out, Failure> {
        self.producer.as_ref().ok_or_else(|| Failure::Rebuild("there is no producer".to_owned()))
    }

    /// Waits until every record is written, doing something useful meanwhile.
    #[allow(clippy::disallowed_methods, reason = "adapters may measure time: the bound of a wait")]
    fn drain(&self, meanwhile: &mut dyn FnMut() -> bool) -> Result<(), Failure> {
        let producer = self.producer()?;
        let begun = Instant::now();
        let mut useful = true;
        loop {
            producer.poll(Duration::ZERO);
            if producer.context().look().is_some() {
                return Err(self.undelivered(producer));
            }
            if producer.in_flight_count() == 0 {
                return Ok(());
            }
            if begun.elapsed() > DRAIN_TIMEOUT {
                return Err(Failure::Rebuild(format!(
                    "{} records could not be written in {DRAIN_TIMEOUT:?}",
                    producer.in_flight_count()
                )));
            }
            // What lingers leaves only while this call runs.
            ffi::flush(producer, if useful { BUSY_FLUSH_TIMEOUT_MS } else { FLUSH_TIMEOUT_MS });
            useful = meanwhile();
        }
    }

    /// Takes the reports of what is under way, for a moment.
    #[allow(clippy::disallowed_methods, reason = "adapters may measure time: the bound of a wait")]
    fn take_reports(&self, serve: impl Fn(&BaseProducer<Reports>)) -> Result<(), Failure> {
        let producer = self.producer()?;
        let begun = Instant::now();
        while producer.in_flight_count() > 0 && begun.elapsed() < REPORTS_TIMEOUT {
            serve(producer);
        }
        Ok(())
    }

    fn offsets(&self, positions: &[(InputPartition, i64)]) -> Result<TopicPartitionList, Failure> {
        let mut list = TopicPartitionList::with_capacity(positions.len());
        for (at, offset) in positions {
            list.add_partition_offset(&self.inputs[usize::from(at.input)], at.partition, Offset::Offset(*offset))
                .map_err(|e| errors::of_transaction("the offsets can't be listed", &e))?;
        }
        Ok(list)
    }
}

/// Why records could not be written: what their reports say, and what the library says of the transaction.
fn why_undelivered(found: Option<Undelivered>, reason: Option<(Code, String)>) -> Failure {
    let Some(found) = found else {
        let (code, text) = reason.unwrap_or((Code::Unknown, "the transaction has failed".to_owned()));
        return errors::of_records(None, Vec::new(), code, &text);
    };
    let tasks = found.tasks.into_iter().collect();
    match reason {
        // It is not known which record it was.
        Some((code, text)) if reports::is_consequence(found.code) => {
            let topic = Some(found.topic).filter(|_| errors::refusal(code).is_none());
            errors::of_records(topic, Vec::new(), code, &text)
        }
        // The report of one record is less exact than the answer about all of a partition.
        Some((code, text)) if found.code == Code::InvalidRecord && errors::refusal(code).is_some() => {
            errors::of_records(Some(found.topic), tasks, code, &text)
        }
        Some((_, text)) => errors::of_records(Some(found.topic), tasks, found.code, &text),
        None => errors::of_records(Some(found.topic), tasks, found.code, &found.code.to_string()),
    }
}

impl CommitLog for KafkaCommitLog {
    fn begin(&mut self) -> Result<(), Failure> {
        let producer = self.producer()?;
        // Left over from a transaction that was aborted.
        producer.context().take();
        producer.begin_transaction().map_err(|e| errors::of_transaction("the transaction can't be opened", &e))
    }

    fn send(&mut self, record: &OutRecord<'_>) -> Result<(), Failure> {
        self.sent = self.sent.wrapping_add(1);
        if self.sent.is_multiple_of(SERVE_EVERY) {
            self.producer()?.poll(Duration::ZERO);
        }
        let topic = self.topic(record.topic)?;
        while let Err(code) = topic.send(record) {
            self.refused(record.task, record.topic, code)?;
        }
        Ok(())
    }

    fn send_state(&mut self, partition: i32, records: &[StagedRecord<'_>]) -> Result<(), Failure> {
        self.producer()?.poll(Duration::ZERO);
        let topic = self.topic(OutTopic::State)?;
        let mut left = records;
        while !left.is_empty() {
            let (taken, refused) = topic.send_all(partition, left);
            left = left.get(taken..).unwrap_or_default();
            if let Some(code) = refused {
                self.refused(partition, OutTopic::State, code)?;
            }
        }
        Ok(())
    }

    fn commit(&mut self, positions: &[(InputPartition, i64)], meanwhile: &mut dyn FnMut() -> bool) -> Result<(), Failure> {
        // The library's own commit sleeps 100 ms when records are in flight: drained first, it takes a few.
        self.drain(meanwhile)?;
        let producer = self.producer()?;
        // Fresh each time: the generation changes with every rebalance.
        let group =
            membership::group_metadata(&self.consumer).map_err(|why| Failure::Abort(Cause::Membership, why.to_string()))?;
        producer
            .send_offsets_to_transaction(&self.offsets(positions)?, &group, TRANSACTION_TIMEOUT)
            .map_err(|e| errors::of_transaction("the positions can't be committed", &e))?;
        producer
            .commit_transaction(TRANSACTION_TIMEOUT)
            .map_err(|e| errors::of_transaction("the transaction can't be committed", &e))
    }

    fn abort(&mut self) -> Result<(), Failure> {
        let producer = self.producer()?;
        // What is aborted is still written, for a moment: records that are purged leave a gap in the producer's sequence numbers.
        self.take_reports(|producer| ffi::flush(producer, FLUSH_TIMEOUT_MS))?;
        if producer.in_flight_count() > 0 {
            producer.purge(PurgeConfig::default().queue().inflight());
            // The reports must be taken, or the abort waits for them.
            self.take_reports(|producer| {
                producer.poll(DRAIN_POLL_INTERVAL);
            })?;
        }
        let aborted = producer.abort_transaction(TRANSACTION_TIMEOUT);
        producer.poll(Duration::ZERO);
        let code = aborted.as_ref().err().and_then(KafkaError::rdkafka_error_code);
        if matches!(code, Some(Code::Fenced | Code::ProducerFenced | Code::InvalidProducerEpoch)) {
            return Err(Failure::Rebuild("the transaction can't be aborted: another producer has taken over".to_owned()));
        }
        if code.is_some() || producer.context().is_spoiled() {
            // Nothing was committed. A new producer ends whatever is open, and begins to number at 0.
            return self.rebuild();
        }
        producer.context().take();
        Ok(())
    }

    fn rebuild(&mut self) -> Result<(), Failure> {
        if let Some(old) = self.producer.take() {
            // Its drop may wait for the broker: not here.
            std::thread::spawn(move || drop(old));
        }
        let config = self.options.producer_config(self.worker);
        let producer: BaseProducer<Reports> =
            reports::producer(&config).map_err(|e| errors::of_call("the producer can't be made", &e))?;
        producer.init_transactions(INIT_TIMEOUT).map_err(|e| match &e {
            KafkaError::Transaction(t) if errors::operator_action(t.code()).is_some() => {
                errors::stop(&format!("the transactional id {} can't be used: {e}", self.name), t.code())
            }
            _ => Failure::Rebuild(format!("the transactional id {} can't be taken over yet: {e}", self.name)),
        })?;
        let producer = Arc::new(producer);
        let topic = |(topic, name): (OutTopic, &String)| {
            let refused = || Failure::Stop(format!("{name} is no topic name: set another topics.prefix"));
            let compression = self.options.compression_of(topic);
            self.used.contains(&topic).then(|| TopicProducer::new(&producer, name, compression).ok_or_else(refused)).transpose()
        };
        let topics = OutTopic::ALL.into_iter().zip(&self.outputs).map(topic).collect::<Result<_, _>>()?;
        self.producer = Some(Out { topics, producer });
        Ok(())
    }

    fn name(&self) -> &str {
        &self.name
    }
}

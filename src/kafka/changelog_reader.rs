//! [`StateSource`] on the changelog: a reader that assigns by itself, and a client that sees open transactions.
//!
//! The state is only as good as what is read here: an error of the log that could mean that something was passed over ends the
//! restore with what to do, and is never read around.

use super::background::Request;
use super::context::{self, Context};
use super::errors;
use super::ffi::{PartitionQueue, Taken};
use super::options::Options;
use super::repair;
use crate::runtime::options::Options as WorkerOptions;
use crate::runtime::ports::{EachRecord, Failure, OutTopic, RestoreProgress, StateSource};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::types::RDKafkaErrorCode as Code;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Bound of every request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// Pause before the ends of the log are asked for again.
const RETRY_PAUSE: Duration = Duration::from_millis(500);
/// An error that the client library gets over by itself is said so often.
const LOG_INTERVAL: Duration = Duration::from_secs(5);
/// Records taken from a partition at a time.
const FETCH_RECORDS: usize = 4_000;
/// Fetches per step and partition: the group is served in between.
const FETCHES_PER_STEP: usize = 8;

/// The reader of one worker.
pub struct ChangelogReader {
    options: Options,
    worker: u16,
    /// Queued of each partition.
    queue_bytes: usize,
    topic: String,
    /// Sees the end with open transactions included.
    probe: Arc<BaseConsumer<Context>>,
    reader: Option<Arc<BaseConsumer<Context>>>,
    reading: BTreeMap<i32, Reading>,
    /// Number of the latest reading.
    latest: u64,
    /// The ends of what is read, being asked for: which readings, and what came of them before the first failure.
    asked: Option<Request<Answers>>,
    ask_at: Option<Instant>,
    /// Not before this time the reader is assigned again.
    assign_at: Option<Instant>,
}

/// Partition, reading, first and next offset of the log; and why the rest could not be found out.
type Answers = (Vec<(i32, u64, (i64, i64))>, Option<Failure>);

struct Reading {
    /// An end that was asked for before this reading began is not its end.
    number: u64,
    queue: Option<PartitionQueue<Context>>,
    /// Where to begin; `None`: at the log's beginning.
    from: Option<i64>,
    position: i64,
    /// `None`: not known yet.
    end: Option<i64>,
    said: Option<Instant>,
}

impl Reading {
    fn is_done(&self) -> bool {
        self.end.is_some_and(|end| self.position >= end)
    }
}

#[allow(clippy::disallowed_methods, reason = "adapters may measure time: pauses between two tries")]
fn now() -> Instant {
    Instant::now()
}

impl ChangelogReader {
    /// # Errors
    /// The configuration is refused.
    pub fn open(options: &Options, worker: &WorkerOptions) -> Result<Self, Failure> {
        let probe = context::consumer(&options.probe_config())
            .map_err(|e| errors::of_call("the client for watermarks can't be made", &e))?;
        Ok(Self {
            options: options.clone(),
            worker: worker.worker,
            queue_bytes: worker.fetch_shares().changelog,
            topic: options.output_topic(OutTopic::State),
            probe: Arc::new(probe),
            reader: None,
            reading: BTreeMap::new(),
            latest: 0,
            asked: None,
            ask_at: None,
            assign_at: None,
        })
    }

    /// Finds out where the readings end that don't know it yet. A broker that doesn't answer costs a pause, not the other tasks.
    fn find_ends(&mut self) -> Result<(), Failure> {
        if self.reading.values().all(|r| r.end.is_some()) {
            self.asked = None;
            return Ok(());
        }
        context::serve(&self.probe);
        if let Some(asked) = &self.asked {
            let Some(answer) = asked.answer() else { return Ok(()) };
            self.asked = None;
            let (found, failed) = answer?;
            for (partition, number, (low, high)) in found {
                if let Some(reading) = self.reading.get_mut(&partition).filter(|r| r.number == number) {
                    reading.position = reading.from.unwrap_or(low).max(low);
                    reading.end = Some(high);
                }
            }
            match failed {
                Some(Failure::Retry(text)) => {
                    tracing::warn!("{text}: trying again");
                    self.ask_at = Some(now() + RETRY_PAUSE);
                }
                Some(failure) => return Err(failure),
                None => {}
            }
        }
        if self.ask_at.is_some_and(|at| at > now()) {
            return Ok(());
        }
        let unknown: Vec<(i32, u64)> =
            self.reading.iter().filter(|(_, r)| r.end.is_none()).map(|(partition, r)| (*partition, r.number)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let (probe, topic) = (Arc::clone(&self.probe), self.topic.clone());
        self.asked = Some(Request::new(move || {
            let mut found = Vec::with_capacity(unknown.len());
            for (partition, number) in unknown {
                match bounds(&probe, &topic, partition) {
                    Ok(ends) => found.push((partition, number, ends)),
                    Err(failure) => return Ok((found, Some(failure))),
                }
            }
            Ok((found, None))
        }));
        Ok(())
    }

    /// An error that the reader met at a partition: `Ok` when nothing can have been passed over.
    fn judge(&mut self, partition: i32, code: Code, text: &str) -> Result<(), Failure> {
        let Some(reading) = self.reading.get_mut(&partition) else { return Ok(()) };
        let position = reading.position;
        let what = format!("{}, partition {partition}: {text}", self.topic);
        if repair::is_passing(code) {
            if reading.said.is_none_or(|at| at.elapsed() > LOG_INTERVAL) {
                tracing::warn!("{what}");
                reading.said = Some(now());
            }
            // What came after it was not taken.
            reading.queue = None;
            self.assign_at = Some(now() + RETRY_PAUSE);
            return Ok(());
        }
        if errors::operator_action(code).is_some() {
            return Err(errors::stop(&what, code));
        }
        if repair::is_reset(code) {
            return match repair::truncated_to(text) {
                // Nothing of what was read is gone: the library's own position is one too many after an end of partition.
                Some(end) if end >= position => {
                    reading.queue = None;
                    Ok(())
                }
                Some(_) => {
                    Err(Failure::Rebuild(format!("{what}. The changelog was truncated at offset {position}: it is read again")))
                }
                None => Err(Failure::Stop(format!(
                    "{what}. Records of the changelog are gone at offset {position} while it was being read: was it recreated, or was \
         something deleted from it? It must be compacted and keep everything else (`leadstream check`). To start over, \
         delete the changelog topic and the group's offsets"
                ))),
            };
        }
        Err(damaged(&what, position))
    }

    /// Hands on what was taken of a partition.
    fn install(&mut self, partition: i32, taken: &Taken<Context>, each: &mut EachRecord<'_>) -> Result<(), Failure> {
        let Some(reading) = self.reading.get_mut(&partition) else { return Ok(()) };
        for n in 0..taken.messages.len() {
            let offset = taken.messages.offset(n);
            if offset < reading.position {
                let what = format!("{}, partition {partition}: offset {offset} came after {}", self.topic, reading.position - 1);
                return Err(damaged(&what, reading.position));
            }
            if let Some(key) = taken.messages.key(n) {
                each(partition, key, taken.messages.value(n))?;
            }
            reading.position = offset + 1;
        }
        // The end message alone knows the offset past commit markers. Below the end that was seen at the start a transaction is
        // still open: more will come.
        reading.position = taken.end.map_or(reading.position, |end| end.max(reading.position));
        Ok(())
    }

    /// Nothing is read any more.
    fn close(&mut self) {
        if let Some(reader) = self.reader.take() {
            // Its drop may wait for the broker: not here.
            std::thread::spawn(move || drop(reader));
        }
    }

    /// Serves the reader's main queue.
    fn serve(&self) -> Result<(), Failure> {
        let Some(reader) = &self.reader else { return Ok(()) };
        while let Some(polled) = reader.poll(Duration::ZERO) {
            let Err(error) = polled else { continue };
            match error.rdkafka_error_code() {
                _ if matches!(error, KafkaError::PartitionEOF(_)) => {}
                Some(code) if repair::is_passing(code) || repair::is_reset(code) => {
                    tracing::warn!("the changelog's reader: {error}");
                }
                Some(code) if errors::operator_action(code).is_some() => {
                    return Err(errors::stop(&format!("the changelog's reader: {error}"), code));
                }
                _ => tracing::warn!("the changelog's reader: {error}"),
            }
        }
        Ok(())
    }

    /// Assigns what is being read, each from where it stands.
    fn reassign(&mut self) -> Result<(), Failure> {
        for reading in self.reading.values_mut() {
            reading.queue = None;
        }
        if self.reading.is_empty() {
            self.close();
            return Ok(());
        }
        let reader = match &self.reader {
            Some(reader) => Arc::clone(reader),
            None => {
                let config = self.options.changelog_config(self.worker, self.queue_bytes);
                let made = context::consumer(&config);
                let reader: BaseConsumer<Context> =
                    made.map_err(|e| errors::of_call("the changelog's reader can't be made", &e))?;
                Arc::new(reader)
            }
        };
        let mut list = TopicPartitionList::new();
        for (partition, reading) in self.reading.iter_mut().filter(|(_, r)| r.end.is_some()) {
            reading.queue = PartitionQueue::split(&reader, &self.topic, *partition, std::thread::current());
            list.add_partition_offset(&self.topic, *partition, Offset::Offset(reading.position))
                .map_err(|e| errors::of_call("the changelog can't be assigned", &e))?;
        }
        reader.assign(&list).map_err(|e| Failure::Rebuild(format!("the changelog can't be assigned: {e}")))?;
        self.reader = Some(reader);
        Ok(())
    }
}

impl StateSource for ChangelogReader {
    fn begin(&mut self, partition: i32, from: Option<i64>) -> Result<(), Failure> {
        self.latest += 1;
        let position = from.unwrap_or(0);
        let reading = Reading { number: self.latest, queue: None, from, position, end: None, said: None };
        self.reading.insert(partition, reading);
        Ok(())
    }

    fn step(&mut self, each: &mut EachRecord<'_>) -> Result<Vec<RestoreProgress>, Failure> {
        self.find_ends()?;
        let is_new = |r: &Reading| r.queue.is_none() && r.end.is_some() && !r.is_done();
        if self.reading.values().any(is_new) && self.assign_at.is_none_or(|at| at <= now()) {
            self.assign_at = None;
            self.reassign()?;
        }
        self.serve()?;
        for partition in self.reading.keys().copied().collect::<Vec<_>>() {
            for _ in 0..FETCHES_PER_STEP {
                let Some(queue) = self.reading.get(&partition).and_then(|r| r.queue.as_ref()) else { break };
                let taken = queue.take(FETCH_RECORDS);
                self.install(partition, &taken, each)?;
                if let Some((code, text)) = &taken.error {
                    self.judge(partition, *code, text)?;
                }
                if taken.messages.is_empty() {
                    break;
                }
            }
        }
        let known = self.reading.iter().filter_map(|(partition, r)| Some((*partition, r, r.end?)));
        let progress: Vec<RestoreProgress> = known
            .map(|(partition, r, end)| RestoreProgress { partition, position: r.position, end, done: r.is_done() })
            .collect();
        self.reading.retain(|_, r| !r.is_done());
        if self.reading.is_empty() {
            self.close();
        }
        Ok(progress)
    }

    fn cancel(&mut self, partition: i32) {
        self.reading.remove(&partition);
        if self.reading.is_empty() {
            self.close();
        }
    }

    fn topic(&self) -> &str {
        &self.topic
    }

    fn held_up(&self, partition: i32, offset: i64) -> String {
        format!(
            "partition {partition} of {} can't be read past offset {offset}: most likely a transaction that began there is open. That of \
             an instance which died a moment ago ends by itself within kafka.transaction_timeout; a hanging one does not (a broker that \
             was killed may leave one behind): `kafka-transactions.sh --bootstrap-server … find-hanging --broker-id …` finds it, `… abort` \
             ends it, and the task continues",
            self.topic
        )
    }

    fn end(&mut self, partition: i32) -> Result<i64, Failure> {
        context::serve(&self.probe);
        bounds(&self.probe, &self.topic, partition).map(|(_, high)| high)
    }
}

fn bounds(probe: &BaseConsumer<Context>, topic: &str, partition: i32) -> Result<(i64, i64), Failure> {
    probe
        .fetch_watermarks(topic, partition, REQUEST_TIMEOUT)
        .map_err(|e| errors::of_call(&format!("the ends of {topic}, partition {partition} can't be read"), &e))
}

fn damaged(what: &str, position: i64) -> Failure {
    Failure::Stop(format!(
        "{what}. The changelog is damaged at or after offset {position}, and a state that lacks a part of it would be wrong. If the topic \
         has replicas, let the broker with the damaged one fetch it again (stop it, delete that partition's folder, start it); otherwise restore \
         the topic from a backup. To start over, delete the changelog topic and the group's offsets"
    ))
}

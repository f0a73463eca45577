//! [`StateSource`] on the changelog: a reader that assigns by itself, and a client that sees open transactions.

use super::batch::PartitionQueue;
use super::context::{self, Context};
use super::errors;
use super::options::Options;
use crate::runtime::ports::{EachRecord, Failure, OutTopic, RestoreProgress, StateSource};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

const ASK: Duration = Duration::from_secs(5);
/// Records taken from a partition at a time.
const AT_ONCE: usize = 4_000;
/// Helpings per step: the group is served in between.
const HELPINGS: usize = 8;

/// The reader of one worker.
pub struct KafkaState {
    options: Options,
    worker: u16,
    topic: String,
    /// Sees the end with open transactions included.
    probe: BaseConsumer<Context>,
    reader: Option<Arc<BaseConsumer<Context>>>,
    reading: BTreeMap<i32, Reading>,
}

struct Reading {
    queue: Option<PartitionQueue<Context>>,
    position: i64,
    end: i64,
}

impl KafkaState {
    /// # Errors
    /// The configuration is refused.
    pub fn open(options: &Options, worker: u16) -> Result<Self, Failure> {
        let probe = context::consumer(&options.probe_config())
            .map_err(|e| errors::of_call("the client for watermarks can't be made", &e))?;
        let topic = options.output_topic(OutTopic::State);
        Ok(Self { options: options.clone(), worker, topic, probe, reader: None, reading: BTreeMap::new() })
    }

    fn bounds(&self, partition: i32) -> Result<(i64, i64), Failure> {
        context::serve(&self.probe);
        self.probe.fetch_watermarks(&self.topic, partition, ASK).map_err(|e| {
            match errors::of_call(&format!("the ends of {}, partition {partition} can't be read", self.topic), &e) {
                // Asked for while tasks are taken over: the whole step is made again.
                Failure::Retry(text) => Failure::Rebuild(text),
                other => other,
            }
        })
    }

    /// Assigns what is being read, each from where it stands.
    fn reassign(&mut self) -> Result<(), Failure> {
        for reading in self.reading.values_mut() {
            reading.queue = None;
        }
        if self.reading.is_empty() {
            self.reader = None;
            return Ok(());
        }
        let reader = match &self.reader {
            Some(reader) => Arc::clone(reader),
            None => {
                let config = self.options.restore_config(self.worker);
                let made = context::consumer(&config);
                let reader: BaseConsumer<Context> =
                    made.map_err(|e| errors::of_call("the changelog's reader can't be made", &e))?;
                Arc::new(reader)
            }
        };
        let mut list = TopicPartitionList::new();
        for (partition, reading) in &mut self.reading {
            reading.queue = PartitionQueue::split(&reader, &self.topic, *partition, std::thread::current());
            list.add_partition_offset(&self.topic, *partition, Offset::Offset(reading.position))
                .map_err(|e| errors::of_call("the changelog can't be assigned", &e))?;
        }
        reader.assign(&list).map_err(|e| Failure::Rebuild(format!("the changelog can't be assigned: {e}")))?;
        self.reader = Some(reader);
        Ok(())
    }
}

impl StateSource for KafkaState {
    fn begin(&mut self, partition: i32, from: Option<i64>) -> Result<(), Failure> {
        let (low, high) = self.bounds(partition)?;
        let position = from.unwrap_or(low).max(low);
        self.reading.insert(partition, Reading { queue: None, position, end: high });
        Ok(())
    }

    fn step(&mut self, each: &mut EachRecord<'_>) -> Result<Vec<RestoreProgress>, Failure> {
        if self.reading.values().any(|r| r.queue.is_none() && r.position < r.end) {
            self.reassign()?;
        }
        if let Some(reader) = &self.reader {
            while let Some(polled) = reader.poll(Duration::ZERO) {
                if let Err(error) = polled {
                    tracing::warn!("the changelog's reader: {error}");
                }
            }
        }
        for (partition, reading) in &mut self.reading {
            for _ in 0..HELPINGS {
                let Some(queue) = &reading.queue else { break };
                let taken = queue.take(AT_ONCE);
                if let Some((code, text)) = taken.error {
                    let what = format!("{}, partition {partition}: {text}", self.topic);
                    if errors::needs_a_person(code).is_some() {
                        return Err(errors::stop(&what, code));
                    }
                    tracing::warn!("{what}");
                }
                let count = taken.messages.len();
                for n in 0..count {
                    if let Some(key) = taken.messages.key(n) {
                        each(*partition, key, taken.messages.value(n))?;
                    }
                }
                if count > 0 {
                    reading.position = taken.messages.offset(count - 1) + 1;
                }
                // The end message alone knows the offset past commit markers. Below the end that was seen at the start a
                // transaction is still open: more will come.
                reading.position = taken.end.map_or(reading.position, |end| end.max(reading.position));
                if count == 0 {
                    break;
                }
            }
        }
        let progress: Vec<RestoreProgress> = self
            .reading
            .iter()
            .map(|(partition, r)| RestoreProgress {
                partition: *partition,
                position: r.position,
                end: r.end,
                done: r.position >= r.end,
            })
            .collect();
        self.reading.retain(|_, r| r.position < r.end);
        if self.reading.is_empty() {
            self.reader = None;
        }
        Ok(progress)
    }

    fn cancel(&mut self, partition: i32) {
        self.reading.remove(&partition);
        if self.reading.is_empty() {
            self.reader = None;
        }
    }

    fn end(&mut self, partition: i32) -> Result<i64, Failure> {
        self.bounds(partition).map(|(_, high)| high)
    }
}

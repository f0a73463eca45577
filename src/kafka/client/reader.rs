//! The clients of librdkafka for the changelog.

use super::asked::OnThread;
use super::{ChangelogConsumer, ChangelogRecords, ClientError, PartitionBounds, PartitionQueue, Taken};
use crate::kafka::context::{self, Context};
use crate::kafka::errors;
use crate::kafka::ffi::{self, Messages};
use crate::kafka::options::Options;
use crate::runtime::options::Options as WorkerOptions;
use crate::runtime::ports::{Bounds, Failure, OutTopic};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The clients of one worker.
pub struct RdkafkaReader {
    options: Options,
    worker: u16,
    /// Queued of each partition.
    queue_bytes: usize,
    topic: String,
    /// Sees the end with open transactions included.
    probe: Arc<BaseConsumer<Context>>,
    reader: Option<Arc<BaseConsumer<Context>>>,
    made: Instant,
}

impl RdkafkaReader {
    /// # Errors
    /// The configuration is refused.
    #[allow(clippy::disallowed_methods, reason = "the adapters' clock")]
    pub fn new(options: &Options, worker: &WorkerOptions) -> Result<Self, Failure> {
        let probe = context::consumer(&options.probe_config())
            .map_err(|e| errors::of_call("the client for watermarks can't be made", &e))?;
        Ok(Self {
            options: options.clone(),
            worker: worker.worker,
            queue_bytes: worker.fetch_shares().changelog,
            topic: options.output_topic(OutTopic::State),
            probe: Arc::new(probe),
            reader: None,
            made: Instant::now(),
        })
    }
}

fn bounds(probe: &BaseConsumer<Context>, topic: &str, partition: i32, at_most: Duration) -> Result<Bounds, ClientError> {
    let (low, high) = probe.fetch_watermarks(topic, partition, at_most)?;
    Ok(Bounds { low, high })
}

impl ChangelogConsumer for RdkafkaReader {
    type Batch = Messages<Context>;
    type Queue = ffi::PartitionQueue<Context>;
    type Asked<T: Send + 'static> = OnThread<T>;

    fn now(&self) -> Duration {
        self.made.elapsed()
    }

    fn serve(&self) {
        context::serve(&self.probe);
    }

    fn ask_bounds(&self, partitions: &[i32], at_most: Duration) -> OnThread<PartitionBounds> {
        let (probe, topic, partitions) = (Arc::clone(&self.probe), self.topic.clone(), partitions.to_vec());
        OnThread::new(move || {
            let mut found = Vec::with_capacity(partitions.len());
            for partition in partitions {
                found.push((partition, bounds(&probe, &topic, partition, at_most)));
                if found.last().is_some_and(|(_, answer)| answer.is_err()) {
                    break;
                }
            }
            Ok(found)
        })
    }

    fn bounds(&self, partition: i32, at_most: Duration) -> Result<Bounds, ClientError> {
        bounds(&self.probe, &self.topic, partition, at_most)
    }

    fn open(&mut self) -> Result<(), Failure> {
        if self.reader.is_none() {
            let config = self.options.changelog_config(self.worker, self.queue_bytes);
            let made = context::consumer(&config);
            self.reader = Some(Arc::new(made.map_err(|e| errors::of_call("the changelog's reader can't be made", &e))?));
        }
        Ok(())
    }

    fn poll(&self) -> Option<ClientError> {
        let reader = self.reader.as_ref()?;
        loop {
            if let Err(error) = reader.poll(Duration::ZERO)? {
                return Some(error.into());
            }
        }
    }

    fn split(&self, partition: i32) -> Option<ffi::PartitionQueue<Context>> {
        ffi::PartitionQueue::split(self.reader.as_ref()?, &self.topic, partition, std::thread::current())
    }

    fn assign(&self, from: &[(i32, i64)]) -> Result<(), ClientError> {
        let Some(reader) = &self.reader else { return Ok(()) };
        let mut list = TopicPartitionList::with_capacity(from.len());
        for (partition, offset) in from {
            list.add_partition_offset(&self.topic, *partition, Offset::Offset(*offset))?;
        }
        Ok(reader.assign(&list)?)
    }

    fn close(&mut self) {
        if let Some(reader) = self.reader.take() {
            // Its drop may wait for the broker: not here.
            std::thread::spawn(move || drop(reader));
        }
    }
}

impl PartitionQueue for ffi::PartitionQueue<Context> {
    type Batch = Messages<Context>;

    fn take(&self, at_most: usize) -> Taken<Messages<Context>> {
        self.take(at_most)
    }
}

impl ChangelogRecords for Messages<Context> {
    fn len(&self) -> usize {
        self.len()
    }

    fn offset(&self, n: usize) -> i64 {
        self.offset(n)
    }

    fn key(&self, n: usize) -> Option<&[u8]> {
        self.key(n)
    }

    fn value(&self, n: usize) -> Option<&[u8]> {
        self.value(n)
    }
}

//! [`Peers`] by the group's offsets, which are read without waiting for open transactions, and by producers of the ids of others.

use super::client::asked::OnThread;
use super::client::{Asked, ClientError, Code, metadata};
use super::context::{self, Context};
use super::errors;
use super::options::Options;
use crate::runtime::options::Options as WorkerOptions;
use crate::runtime::ports::{Failure, InputPartition, PeerLane, Peers};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{BaseProducer, Producer};
use rdkafka::topic_partition_list::TopicPartitionList;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Bound of a question. An answer that takes longer is of no use.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(2);
/// Bound of a take-over: the broker aborts what is open first.
const TAKE_OVER_TIMEOUT: Duration = Duration::from_secs(10);
/// Partitions may be added to a topic.
const COUNT_PARTITIONS_EVERY: Duration = Duration::from_secs(30);

/// Partitions of each topic, and when they were counted.
type Counted = Option<(Instant, Vec<i32>)>;

/// The other routers of the group, for one of them.
pub struct KafkaPeers {
    options: Options,
    worker: u16,
    /// By number of the input.
    topics: Arc<[String]>,
    reader: Arc<BaseConsumer<Context>>,
    counted: Arc<Mutex<Counted>>,
    asked: Option<OnThread<Vec<PeerLane>>>,
    /// Those to be taken over from, and from whom it is tried now.
    wanted: VecDeque<String>,
    taking: Option<(String, OnThread<()>)>,
}

impl KafkaPeers {
    /// `options`: with the group of the routers.
    ///
    /// # Errors
    /// The configuration is refused.
    pub fn new(options: &Options, worker: &WorkerOptions) -> Result<Self, Failure> {
        let reader = context::consumer(&options.peers_config());
        Ok(Self {
            options: options.clone(),
            worker: worker.worker,
            topics: worker.all_inputs().cloned().collect(),
            reader: Arc::new(reader.map_err(|e| errors::of_call("the client for other routers can't be made", &e))?),
            counted: Arc::default(),
            asked: None,
            wanted: VecDeque::new(),
            taking: None,
        })
    }

    fn take_next(&mut self) {
        if self.taking.is_some() {
            return;
        }
        let Some(router) = self.wanted.pop_front() else { return };
        let mut config = self.options.producer_config(self.worker);
        config.set("transactional.id", &router);
        let take = move || {
            let producer: BaseProducer<Context> = context::producer(&config)?;
            Ok(producer.init_transactions(TAKE_OVER_TIMEOUT)?)
        };
        self.taking = Some((router, OnThread::new(take)));
    }
}

impl Peers for KafkaPeers {
    fn ask(&mut self) {
        let (reader, topics, counted) = (Arc::clone(&self.reader), Arc::clone(&self.topics), Arc::clone(&self.counted));
        let options = self.options.clone();
        self.asked = Some(OnThread::new(move || {
            context::serve(&reader);
            let counts = count(&reader, &topics, &counted)?;
            read(&reader, &topics, &counts, &options)
        }));
    }

    fn answer(&mut self) -> Option<Result<Vec<PeerLane>, String>> {
        let answer = self.asked.as_ref()?.answer()?;
        self.asked = None;
        Some(answer.map_err(|error| error.to_string()))
    }

    fn take_over(&mut self, router: &str) {
        self.wanted.push_back(router.to_owned());
        self.take_next();
    }

    fn taken_over(&mut self) -> Option<(String, Result<(), String>)> {
        let (_, asked) = self.taking.as_ref()?;
        let answer = asked.answer()?;
        let (router, _) = self.taking.take()?;
        self.take_next();
        let failed = |error: ClientError| match errors::operator_action(error.code) {
            Some(what) => format!("{error}. What to do: {what}"),
            None => error.to_string(),
        };
        Some((router, answer.map_err(failed)))
    }
}

/// Partitions of each topic.
#[allow(clippy::disallowed_methods, reason = "adapters may measure time: how old the answer is")]
fn count(reader: &BaseConsumer<Context>, topics: &[String], counted: &Mutex<Counted>) -> Result<Vec<i32>, ClientError> {
    let mut counted = counted.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((at, counts)) = &*counted
        && at.elapsed() < COUNT_PARTITIONS_EVERY
    {
        return Ok(counts.clone());
    }
    let mut counts = Vec::with_capacity(topics.len());
    for topic in topics {
        let metadata = reader.fetch_metadata(Some(topic), REQUEST_TIMEOUT)?;
        let found = metadata.topics().first().map_or(0, |topic| topic.partitions().len());
        counts.push(i32::try_from(found).unwrap_or(i32::MAX));
    }
    *counted = Some((Instant::now(), counts.clone()));
    Ok(counts)
}

/// What stands beside the offsets.
fn read(
    reader: &BaseConsumer<Context>,
    topics: &[String],
    counts: &[i32],
    options: &Options,
) -> Result<Vec<PeerLane>, ClientError> {
    let mut list = TopicPartitionList::new();
    let mut lanes = Vec::new();
    for (input, (topic, count)) in (0u16..).zip(topics.iter().zip(counts)) {
        for partition in 0..*count {
            list.add_partition(topic, partition);
            lanes.push((topic, InputPartition { partition, input }));
        }
    }
    if lanes.is_empty() {
        return Err(ClientError::new(Code::UnknownTopicOrPartition, "no partitions are known"));
    }
    let list = reader.committed_offsets(list, REQUEST_TIMEOUT)?;
    let mut said = Vec::with_capacity(lanes.len());
    for (topic, at) in lanes {
        let Some(element) = list.find_partition(topic, at.partition) else { continue };
        element.error()?;
        let (mark, router) = metadata::mark(element.metadata()).unzip();
        // Whatever stands there, no producer of another group is shut out for it.
        let router = router.flatten().filter(|router| options.is_of_group(router));
        said.push(PeerLane { at, mark, router });
    }
    Ok(said)
}

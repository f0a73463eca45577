//! What `check` and `topics create` ask of the cluster: topics, their settings, their ends, and samples of keys.

use super::context::{self, Context};
use super::options::Options;
use super::{errors, ffi, oauth};
use crate::runtime::partitioners::Sample;
use crate::runtime::ports::{Failure, RecordView, credible_ms};
use rdkafka::admin::{AdminClient, AdminOptions, ConfigEntry, ConfigSource, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{BorrowedMessage, Header, Headers, Message};
use rdkafka::producer::{BaseProducer, Producer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::types::RDKafkaErrorCode as Code;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, Wake, Waker};
use std::time::{Duration, Instant};

/// Bound of every request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// Name and value of a header.
pub type RecordHeader = (String, Option<Vec<u8>>);

/// A topic as the cluster knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    pub partitions: u32,
    pub replication: usize,
    /// Partitions without a leader.
    pub leaderless: u32,
}

/// A topic to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTopicSpec {
    pub name: String,
    pub partitions: u32,
    /// `None`: the broker's default.
    pub replication: Option<i32>,
    pub configs: Vec<(String, String)>,
}

/// What became of a topic that was to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    New,
    Existed,
    Failed(String),
}

/// A client for administration.
pub struct Admin {
    options: Options,
    probe: BaseConsumer<Context>,
    admin: AdminClient<Context>,
}

impl Admin {
    /// # Errors
    /// The configuration is refused.
    pub fn connect(options: &Options) -> Result<Self, Failure> {
        let config = options.probe_config();
        let probe = context::consumer(&config);
        let refused = |e| errors::of_call("the client can't be made", &e);
        let admin: AdminClient<Context> = config.create_with_context(Context::default()).map_err(refused)?;
        if config.get("sasl.mechanism").or(config.get("sasl.mechanisms")) == Some("OAUTHBEARER") {
            let token = oauth::token(config.get("sasl.oauthbearer.config")).map_err(|e| e.to_string());
            token.and_then(|t| ffi::set_token(admin.inner(), &t)).map_err(Failure::Stop)?;
        }
        Ok(Self { options: options.clone(), probe: probe.map_err(refused)?, admin })
    }

    /// All topics of the cluster by name.
    ///
    /// # Errors
    /// The cluster does not answer.
    pub fn topics(&self) -> Result<BTreeMap<String, Topic>, Failure> {
        let doing = format!("the topics can't be listed; is Kafka at {}?", self.options.bootstrap_servers);
        let metadata = self.probe.fetch_metadata(None, REQUEST_TIMEOUT).map_err(|e| errors::of_call(&doing, &e))?;
        let of = |topic: &rdkafka::metadata::MetadataTopic| Topic {
            partitions: u32::try_from(topic.partitions().len()).unwrap_or(u32::MAX),
            replication: topic.partitions().first().map_or(0, |p| p.replicas().len()),
            leaderless: u32::try_from(topic.partitions().iter().filter(|p| p.leader() < 0).count()).unwrap_or(u32::MAX),
        };
        let known = metadata.topics().iter().filter(|t| t.error().is_none());
        Ok(known.map(|t| (t.name().to_owned(), of(t))).collect())
    }

    /// Number of brokers.
    ///
    /// # Errors
    /// The cluster does not answer.
    pub fn brokers(&self) -> Result<usize, Failure> {
        let metadata =
            self.probe.fetch_metadata(None, REQUEST_TIMEOUT).map_err(|e| errors::of_call("the brokers can't be listed", &e))?;
        Ok(metadata.brokers().len())
    }

    /// The settings of a topic, defaults included.
    ///
    /// # Errors
    /// They can't be read.
    pub fn topic_configs(&self, topic: &str) -> Result<BTreeMap<String, String>, Failure> {
        let entries = self.topic_config_entries(topic)?;
        Ok(entries.into_iter().filter_map(|e| Some((e.name, e.value?))).collect())
    }

    /// Whether a setting was made for the topic itself, and is not the brokers' default.
    ///
    /// # Errors
    /// The settings can't be read.
    pub fn is_set_on_topic(&self, topic: &str, name: &str) -> Result<bool, Failure> {
        let entries = self.topic_config_entries(topic)?;
        Ok(entries.iter().any(|e| e.name == name && matches!(e.source, ConfigSource::DynamicTopic)))
    }

    fn topic_config_entries(&self, topic: &str) -> Result<Vec<ConfigEntry>, Failure> {
        let doing = format!("the settings of {topic} can't be read");
        let options = AdminOptions::new().request_timeout(Some(REQUEST_TIMEOUT));
        let answered = block_on(self.admin.describe_configs([&ResourceSpecifier::Topic(topic)], &options))
            .ok_or_else(|| Failure::Retry(format!("{doing}: no answer")))?
            .map_err(|e| errors::of_call(&doing, &e))?;
        let mut entries = Vec::new();
        for resource in answered {
            let resource = resource.map_err(|code| errors::stop(&format!("{doing}: {code}"), code))?;
            entries.extend(resource.entries);
        }
        Ok(entries)
    }

    /// Creates topics; the outcome of each, in the same order.
    ///
    /// # Errors
    /// The cluster does not answer.
    pub fn create_topics(&self, specs: &[NewTopicSpec]) -> Result<Vec<Created>, Failure> {
        if specs.is_empty() {
            return Ok(Vec::new());
        }
        let topics: Vec<NewTopic<'_>> = specs
            .iter()
            .map(|spec| {
                let replication = TopicReplication::Fixed(spec.replication.unwrap_or(-1));
                let topic = NewTopic::new(&spec.name, i32::try_from(spec.partitions).unwrap_or(i32::MAX), replication);
                spec.configs.iter().fold(topic, |topic, (name, value)| topic.set(name, value))
            })
            .collect();
        let options = AdminOptions::new().request_timeout(Some(REQUEST_TIMEOUT)).operation_timeout(Some(REQUEST_TIMEOUT));
        let results = block_on(self.admin.create_topics(&topics, &options))
            .ok_or_else(|| Failure::Retry("the topics can't be created: no answer".to_owned()))?
            .map_err(|e| errors::of_call("the topics can't be made", &e))?;
        let mut by_name: BTreeMap<String, Created> = results
            .into_iter()
            .map(|result| match result {
                Ok(name) => (name, Created::New),
                Err((name, Code::TopicAlreadyExists)) => (name, Created::Existed),
                Err((name, code)) => {
                    let what = errors::operator_action(code).map_or(String::new(), |what| format!(". What to do: {what}"));
                    (name, Created::Failed(format!("{code}{what}")))
                }
            })
            .collect();
        let created: Vec<Created> =
            specs.iter().map(|s| by_name.remove(&s.name).unwrap_or_else(|| Created::Failed("no answer".to_owned()))).collect();
        let new = specs.iter().zip(&created).filter(|(_, c)| matches!(c, Created::New)).map(|(s, _)| s);
        self.wait_until_visible(&new.collect::<Vec<_>>());
        Ok(created)
    }

    /// The controller answers before the brokers have heard of a topic: the next request would find it missing.
    #[allow(clippy::disallowed_methods, reason = "adapters may measure time: the bound of a wait")]
    fn wait_until_visible(&self, specs: &[&NewTopicSpec]) {
        let begun = Instant::now();
        let visible =
            |topics: &BTreeMap<String, Topic>| specs.iter().all(|s| topics.get(&s.name).is_some_and(|t| t.partitions > 0));
        while begun.elapsed() < REQUEST_TIMEOUT && !self.topics().is_ok_and(|topics| visible(&topics)) {
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// First and next offset of a partition, open transactions included.
    ///
    /// # Errors
    /// They can't be read.
    pub fn watermarks(&self, topic: &str, partition: i32) -> Result<(i64, i64), Failure> {
        let doing = format!("the ends of {topic}, partition {partition} can't be read");
        self.probe.fetch_watermarks(topic, partition, REQUEST_TIMEOUT).map_err(|e| errors::of_call(&doing, &e))
    }

    /// Deletes the records before these offsets; gives where each partition begins then, or why it doesn't.
    ///
    /// # Errors
    /// The cluster does not answer.
    #[allow(clippy::type_complexity, reason = "partition and result: looked at in one place")]
    pub fn delete_records(&self, topic: &str, before: &[(i32, i64)]) -> Result<Vec<(i32, Result<i64, Code>)>, Failure> {
        if before.is_empty() {
            return Ok(Vec::new());
        }
        let doing = format!("records of {topic} can't be deleted");
        let mut list = TopicPartitionList::new();
        for (partition, offset) in before {
            list.add_partition_offset(topic, *partition, Offset::Offset(*offset)).map_err(|e| errors::of_call(&doing, &e))?;
        }
        let options = AdminOptions::new().request_timeout(Some(REQUEST_TIMEOUT)).operation_timeout(Some(REQUEST_TIMEOUT));
        let list = block_on(self.admin.delete_records(&list, &options))
            .ok_or_else(|| Failure::Retry(format!("{doing}: no answer")))?
            .map_err(|e| errors::of_call(&doing, &e))?;
        let begin = |e: rdkafka::topic_partition_list::TopicPartitionListElem<'_>| {
            let code = |error: rdkafka::error::KafkaError| error.rdkafka_error_code().unwrap_or(Code::Unknown);
            let offset = || if let Offset::Offset(offset) = e.offset() { Ok(offset) } else { Err(Code::Unknown) };
            (e.partition(), e.error().map_err(code).and_then(|()| offset()))
        };
        Ok(list.elements().into_iter().map(begin).collect())
    }

    /// Committed offsets of the group (`None`: none).
    ///
    /// # Errors
    /// They can't be read.
    pub fn committed(&self, topic: &str, partitions: u32) -> Result<Vec<Option<i64>>, Failure> {
        let made = context::consumer(&self.options.restore_config(0));
        let consumer: BaseConsumer<Context> = made.map_err(|e| errors::of_call("the client can't be made", &e))?;
        let mut list = TopicPartitionList::new();
        list.add_partition_range(topic, 0, i32::try_from(partitions).unwrap_or(i32::MAX) - 1);
        let doing = "the group's offsets can't be read";
        let list = consumer.committed_offsets(list, REQUEST_TIMEOUT).map_err(|e| errors::of_call(doing, &e))?;
        let offset = |e: rdkafka::topic_partition_list::TopicPartitionListElem<'_>| match e.offset() {
            Offset::Offset(offset) => Some(offset),
            _ => None,
        };
        Ok(list.elements().into_iter().map(offset).collect())
    }

    /// Record time of the oldest record that the group has not read (where it has no offset: of the oldest there is); `None`
    /// when everything is read.
    ///
    /// # Errors
    /// The topic or the group can't be read.
    #[allow(clippy::disallowed_methods, reason = "adapters may measure time: the bound of a wait")]
    pub fn oldest_unread(&self, topic: &str, partitions: u32) -> Result<Option<i64>, Failure> {
        let doing = format!("the oldest unread record of {topic} can't be read");
        let committed = self.committed(topic, partitions)?;
        let made = context::consumer(&self.options.restore_config(0));
        let reader: BaseConsumer<Context> = made.map_err(|e| errors::of_call(&doing, &e))?;
        let (mut list, mut waiting) = (TopicPartitionList::new(), Vec::new());
        for (partition, offset) in (0i32..).zip(committed) {
            let (low, high) = self.watermarks(topic, partition)?;
            let from = offset.unwrap_or(low).max(low);
            if from < high {
                list.add_partition_offset(topic, partition, Offset::Offset(from)).map_err(|e| errors::of_call(&doing, &e))?;
                waiting.push(partition);
            }
        }
        if waiting.is_empty() {
            return Ok(None);
        }
        reader.assign(&list).map_err(|e| errors::of_call(&doing, &e))?;
        let (begun, mut oldest) = (Instant::now(), None);
        while !waiting.is_empty() && begun.elapsed() < REQUEST_TIMEOUT {
            match reader.poll(Duration::from_millis(100)) {
                None => {}
                Some(Ok(message)) if waiting.contains(&message.partition()) => {
                    waiting.retain(|p| *p != message.partition());
                    let time = credible_ms(message.timestamp().to_millis());
                    oldest = [oldest, time].into_iter().flatten().min();
                }
                // A partition that is known already.
                Some(Ok(_)) => {}
                Some(Err(rdkafka::error::KafkaError::PartitionEOF(partition))) => waiting.retain(|p| *p != partition),
                Some(Err(error)) => return Err(errors::of_call(&doing, &error)),
            }
        }
        Ok(oldest)
    }

    /// Whether transactions under the group's name may be opened: makes a producer of its own name and drops it.
    ///
    /// # Errors
    /// They may not, or the cluster does not answer.
    pub fn may_write_transactions(options: &Options) -> Result<(), Failure> {
        let made = context::producer(&options.producer_config(0));
        let producer: BaseProducer<Context> = made.map_err(|e| errors::of_call("the producer can't be made", &e))?;
        let doing = format!("transactions of {} can't be opened", options.transactional_id(0));
        producer.init_transactions(REQUEST_TIMEOUT).map_err(|e| errors::of_call(&doing, &e))
    }

    /// Samples the newest keys of a topic, at most `per_partition` of each partition.
    ///
    /// # Errors
    /// The topic can't be read.
    pub fn sample_keys(&self, topic: &str, partitions: u32, per_partition: i64) -> Result<Sample, Failure> {
        let mut sample = Sample::default();
        self.sample_records(topic, partitions, per_partition, |record, _| {
            if let Some(key) = record.key {
                sample.add(key, record.partition, partitions);
            }
        })?;
        Ok(sample)
    }

    /// The newest records of each partition, with their headers; `input` of each is 0.
    ///
    /// # Errors
    /// They can't be read.
    #[allow(clippy::disallowed_methods, reason = "adapters may measure time: the bound of a wait")]
    pub fn sample_records(
        &self,
        topic: &str,
        partitions: u32,
        per_partition: i64,
        mut each: impl FnMut(&RecordView<'_>, &[RecordHeader]),
    ) -> Result<(), Failure> {
        let doing = format!("the records of {topic} can't be sampled");
        let mut config = self.options.restore_config(0);
        config.set("fetch.wait.max.ms", "50");
        let made = context::consumer(&config);
        let reader: BaseConsumer<Context> = made.map_err(|e| errors::of_call(&doing, &e))?;
        let (mut list, mut left) = (TopicPartitionList::new(), 0i64);
        for partition in 0..i32::try_from(partitions).unwrap_or(i32::MAX) {
            let (low, high) = self.watermarks(topic, partition)?;
            let from = (high - per_partition).max(low);
            if from < high {
                list.add_partition_offset(topic, partition, Offset::Offset(from)).map_err(|e| errors::of_call(&doing, &e))?;
                left += 1;
            }
        }
        if left == 0 {
            return Ok(());
        }
        reader.assign(&list).map_err(|e| errors::of_call(&doing, &e))?;
        let begun = Instant::now();
        while left > 0 && begun.elapsed() < REQUEST_TIMEOUT {
            match reader.poll(Duration::from_millis(100)) {
                None => {}
                Some(Ok(message)) => each(&view(&message), &headers(&message)),
                Some(Err(rdkafka::error::KafkaError::PartitionEOF(_))) => left -= 1,
                Some(Err(error)) => return Err(errors::of_call(&doing, &error)),
            }
        }
        Ok(())
    }
}

fn headers(message: &BorrowedMessage<'_>) -> Vec<RecordHeader> {
    let owned = |header: Header<'_, &[u8]>| (header.key.to_owned(), header.value.map(<[u8]>::to_vec));
    message.headers().map(|headers| headers.iter().map(owned).collect()).unwrap_or_default()
}

fn view<'a>(message: &'a BorrowedMessage<'_>) -> RecordView<'a> {
    let content_type = message.headers().and_then(|headers| headers.iter().filter(|h| h.key == "content-type").last()?.value);
    RecordView {
        input: 0,
        partition: message.partition(),
        offset: message.offset(),
        timestamp_ms: message.timestamp().to_millis(),
        key: message.key(),
        value: message.payload(),
        content_type,
        ..RecordView::default()
    }
}

/// Waits for an answer of the admin client, whose own thread wakes us; `None` past the bound.
#[allow(clippy::disallowed_methods, reason = "adapters may measure time: the bound of a wait")]
fn block_on<F: Future>(future: F) -> Option<F::Output> {
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = TaskContext::from_waker(&waker);
    let mut future = pin!(future);
    let begun = Instant::now();
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        let left = (REQUEST_TIMEOUT + REQUEST_TIMEOUT).checked_sub(begun.elapsed())?;
        std::thread::park_timeout(left);
    }
}

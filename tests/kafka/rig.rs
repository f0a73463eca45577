//! Topics of their own for every test, a producer, a `read_committed` reader, and the service in this process.

use crate::broker::broker;
use leadstream::app::service::{self, Options};
use leadstream::domain::model::Models;
use leadstream::kafka::admin::{Admin, Created, NewTopicSpec};
use leadstream::kafka::options::Options as KafkaOptions;
use leadstream::runtime::observe::{BatchStats, Observer};
use leadstream::runtime::options::Options as WorkerOptions;
use leadstream::runtime::ports::{Clock, OutTopic};
use leadstream::runtime::snapshot::{Identity, StatusBoard};
use leadstream::runtime::supervisor::Handle;
use leadstream::runtime::worker::Shared;
use leadstream::telemetry::Telemetry;
use leadstream::wire;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{Headers, Message};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub const INPUTS: [&str; 3] = ["clickstream", "email", "cart"];

/// A record as a `read_committed` reader sees it.
#[derive(Debug, Clone)]
pub struct Read {
    pub partition: i32,
    pub offset: i64,
    pub timestamp_ms: i64,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub headers: BTreeMap<String, Vec<u8>>,
}

impl Read {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(self.value.as_deref().expect("a value")).expect("JSON")
    }

    pub fn key_text(&self) -> &str {
        std::str::from_utf8(self.key.as_deref().unwrap_or_default()).expect("UTF-8")
    }
}

/// Topics of one test.
pub struct Rig {
    pub options: KafkaOptions,
    /// How the workers work, unless the test wants something else.
    pub worker: WorkerOptions,
    pub partitions: u32,
    producer: BaseProducer,
}

static NEXT: AtomicU32 = AtomicU32::new(0);

impl Rig {
    /// Makes the topics; `None` when there is no broker.
    pub fn new(name: &str, partitions: u32) -> Option<Self> {
        // Logs of the service when asked for: RUST_LOG=debug cargo test --test kafka -- --nocapture
        if std::env::var("RUST_LOG").is_ok() {
            let _ = tracing_subscriber::fmt().with_env_filter(tracing_subscriber::EnvFilter::from_default_env()).try_init();
        }
        Some(Self::on(broker()?, name, partitions))
    }

    /// As [`Rig::new`], on a given broker.
    pub fn on(address: &str, name: &str, partitions: u32) -> Self {
        let prefix = format!("{name}-{}-{}-{}.", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed), now_ms() % 1_000_000);
        let group = format!("{prefix}group");
        let worker = WorkerOptions::new(INPUTS.map(|name| format!("{prefix}{name}")).to_vec(), partitions);
        let options = KafkaOptions { prefix, ..KafkaOptions::new(address, &group, "test") };
        let rig = Self { producer: producer(address, "murmur2_random"), options, worker, partitions };
        rig.create(&rig.worker.inputs, &[("retention.ms", "-1")]);
        let outputs: Vec<String> =
            OutTopic::ALL.iter().filter(|t| **t != OutTopic::State).map(|t| rig.options.output_topic(*t)).collect();
        rig.create(&outputs, &[("retention.ms", "-1")]);
        rig.create(&[rig.options.output_topic(OutTopic::State)], &[("cleanup.policy", "compact")]);
        rig
    }

    /// Settings of the program for these topics.
    pub fn settings(&self) -> Vec<String> {
        vec![
            format!("kafka.bootstrap_servers={}", self.options.bootstrap_servers),
            format!("kafka.group_id={}", self.options.group_id),
            format!("topics.prefix={}", self.options.prefix),
            "http.listen=off".to_owned(),
        ]
    }

    /// Makes another topic, whose partitions are its own.
    pub fn create_raw(&self, name: &str, partitions: u32) {
        let name = format!("{}{name}", self.options.prefix);
        let configs = vec![("retention.ms".to_owned(), "-1".to_owned())];
        let spec = NewTopicSpec { name, partitions, replication: Some(1), configs };
        assert_eq!(self.admin().create_topics(&[spec]).expect("a topic"), [Created::New]);
    }

    fn create(&self, topics: &[String], configs: &[(&str, &str)]) {
        let configs: Vec<(String, String)> = configs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let specs: Vec<NewTopicSpec> = topics
            .iter()
            .map(|t| NewTopicSpec {
                name: t.clone(),
                partitions: self.partitions,
                replication: Some(1),
                configs: configs.clone(),
            })
            .collect();
        for created in self.admin().create_topics(&specs).expect("topics") {
            assert_eq!(created, Created::New);
        }
    }

    pub fn admin(&self) -> Admin {
        Admin::connect(&self.options).expect("a broker")
    }

    /// Sends one record to an input; `None` for partition: by murmur2 of the key.
    pub fn send(&self, input: &str, partition: Option<i32>, key: Option<&[u8]>, value: &[u8], time_ms: i64) {
        let topic = format!("{}{input}", self.options.prefix);
        send(&self.producer, &topic, partition, key, value, time_ms);
    }

    /// Waits until everything sent is there.
    pub fn flush(&self) {
        self.producer.flush(Duration::from_secs(30)).expect("written");
    }

    /// Everything that a `read_committed` reader finds in an output now.
    pub fn read(&self, topic: OutTopic) -> Vec<Read> {
        read_topic(&self.options.bootstrap_servers, &self.options.output_topic(topic))
    }

    /// Everything that is in an input now.
    pub fn read_input(&self, input: &str) -> Vec<Read> {
        read_topic(&self.options.bootstrap_servers, &format!("{}{input}", self.options.prefix))
    }

    /// Reads until `enough` says so, or fails after a while.
    pub fn read_until(&self, topic: OutTopic, within: Duration, enough: impl Fn(&[Read]) -> bool) -> Vec<Read> {
        let begun = Instant::now();
        loop {
            let records = self.read(topic);
            if enough(&records) {
                return records;
            }
            assert!(begun.elapsed() < within, "after {within:?} {topic:?} holds only {} records", records.len());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Committed offsets of an input, by partition.
    pub fn committed(&self, input: &str) -> Vec<Option<i64>> {
        let topic = format!("{}{input}", self.options.prefix);
        let begun = Instant::now();
        loop {
            // A killed instance's open transaction, or a broker that has just come back, holds them for a while.
            match self.admin().committed(&topic, self.partitions) {
                Ok(offsets) => return offsets,
                Err(error) => assert!(begun.elapsed() < Duration::from_secs(60), "{error}"),
            }
        }
    }

    /// Waits until the group has read so many records of an input.
    pub fn wait_until_read(&self, input: &str, records: i64) {
        let begun = Instant::now();
        loop {
            let read: i64 = self.committed(input).into_iter().flatten().sum();
            if read >= records {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "{input}: only {read} of {records} are read");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until the service reads what is sent now.
    pub fn wait_until_live(&self) {
        let before: i64 = self.committed("email").into_iter().flatten().sum();
        let value = track("Email Delivered", "probe", now_ms(), &serde_json::json!({}));
        self.send("email", None, Some(b"probe"), &value, now_ms());
        self.flush();
        self.wait_until_read("email", before + 1);
    }

    /// Removes the records before an offset, as retention does.
    pub fn delete_before(&self, input: &str, partition: i32, offset: i64) {
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(&format!("{}{input}", self.options.prefix), partition, Offset::Offset(offset)).unwrap();
        let admin: rdkafka::admin::AdminClient<rdkafka::client::DefaultClientContext> =
            ClientConfig::new().set("bootstrap.servers", &self.options.bootstrap_servers).create().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(admin.delete_records(&list, &rdkafka::admin::AdminOptions::new())).expect("deleted");
    }

    /// Changes settings of an output's topic, as an operator does; what is not named goes back to its default.
    pub fn alter(&self, topic: OutTopic, configs: &[(&str, &str)]) {
        use rdkafka::admin::{AdminClient, AdminOptions, AlterConfig, ResourceSpecifier};
        let name = self.options.output_topic(topic);
        let mut alter = AlterConfig::new(ResourceSpecifier::Topic(&name)).set("retention.ms", "-1");
        for (key, value) in configs {
            alter = alter.set(key, value);
        }
        let admin: AdminClient<rdkafka::client::DefaultClientContext> =
            ClientConfig::new().set("bootstrap.servers", &self.options.bootstrap_servers).create().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let done = runtime.block_on(admin.alter_configs(&[alter], &AdminOptions::new())).expect("altered");
        assert!(done.iter().all(Result::is_ok), "{done:?}");
    }

    /// Moves the group's offset, as an operator does.
    pub fn move_offsets(&self, input: &str, partition: i32, offset: i64) {
        self.move_offsets_of("", input, partition, offset);
    }

    /// The same of a group whose name ends so.
    pub fn move_offsets_of(&self, group: &str, input: &str, partition: i32, offset: i64) {
        let group_id = format!("{}{group}", self.options.group_id);
        let consumer: BaseConsumer = self.options.restore_config(0).set("group.id", group_id).create().expect("a consumer");
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(&format!("{}{input}", self.options.prefix), partition, Offset::Offset(offset)).unwrap();
        let begun = Instant::now();
        // Only of a group without members: one that has just left may be known for a moment.
        while let Err(error) = consumer.commit(&list, rdkafka::consumer::CommitMode::Sync) {
            let is_passing = error.rdkafka_error_code() == Some(rdkafka::types::RDKafkaErrorCode::UnknownMemberId);
            assert!(is_passing && begun.elapsed() < Duration::from_secs(60), "moved: {error}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Options of the service in this process, for a test that changes some.
    pub fn options(&self) -> Options {
        Options { kafka: self.options.clone(), worker: self.worker.clone(), mappings: Vec::new(), routed: None, ids: None }
    }

    /// Starts the service in this process.
    pub fn start(&self, models: &Arc<Models>) -> Service {
        self.start_with(models, &self.options())
    }

    pub fn start_with(&self, models: &Arc<Models>, options: &Options) -> Service {
        self.try_start(models, options).unwrap_or_else(|e| panic!("{e}"))
    }

    pub fn try_start(&self, models: &Arc<Models>, options: &Options) -> Result<Service, leadstream::runtime::ports::Failure> {
        let topics = options.worker.inputs.clone();
        let decode = wire::decode::Options {
            topics: topics
                .iter()
                .map(|name| wire::decode::Topic {
                    name: name.clone(),
                    is_email: name.ends_with("email"),
                    is_trusted: !name.ends_with("clickstream"),
                    format: wire::decode::Format::Json,
                })
                .collect(),
            ..wire::decode::Options::default()
        };
        let encode = wire::output::Options {
            format: wire::output::Format::Json,
            source: format!("leadstream/{}", options.kafka.group_id),
            input_topics: topics,
        };
        let board = Arc::new(StatusBoard::new(Identity::default()));
        let counts = Arc::new(Counts::default());
        let shared = Shared {
            decoder: Arc::new(wire::decode::Decoder::new(decode, &models.vocabulary)),
            encoder: Arc::new(wire::output::Encoder::new(encode, Arc::clone(models))),
            codec: wire::state_record::StateCodec,
            models: Arc::clone(models),
            clock: Arc::new(RealClock(Instant::now())),
            observer: Arc::clone(&counts) as Arc<dyn Observer>,
            board: Arc::clone(&board),
        };
        Ok(Service { handle: service::start(options, shared, Vec::new(), &Arc::new(Telemetry::new("test")))?, board, counts })
    }
}

/// The service in this process.
pub struct Service {
    pub handle: Handle,
    pub board: Arc<StatusBoard>,
    pub counts: Arc<Counts>,
}

impl Service {
    pub fn stop(self) {
        self.handle.stop(Duration::from_secs(20)).unwrap_or_else(|e| panic!("{e}"));
    }
}

/// What the observer heard.
#[derive(Default)]
pub struct Counts {
    pub events: std::sync::atomic::AtomicU64,
    pub commits_ms: Mutex<Vec<f64>>,
    /// Events of each batch.
    pub batches: Mutex<Vec<u64>>,
    pub rebalances: AtomicU32,
}

impl Observer for Counts {
    fn batch_committed(&self, _: u16, batch: &BatchStats) {
        self.events.fetch_add(batch.events, Ordering::Relaxed);
        self.commits_ms.lock().unwrap().push(batch.commit_took.as_secs_f64() * 1e3);
        self.batches.lock().unwrap().push(batch.events);
    }

    fn rebalance(&self, _: u16, _: leadstream::runtime::observe::RebalanceKind, _: usize) {
        self.rebalances.fetch_add(1, Ordering::Relaxed);
    }
}

/// The machine's clock.
pub struct RealClock(pub Instant);

impl Clock for RealClock {
    fn now_ms(&self) -> i64 {
        now_ms()
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }
}

pub fn now_ms() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

pub fn producer(address: &str, partitioner: &str) -> BaseProducer {
    ClientConfig::new()
        .set("bootstrap.servers", address)
        .set("partitioner", partitioner)
        .set("linger.ms", "2")
        .set("queue.buffering.max.messages", "2000000")
        .create()
        .expect("a producer")
}

pub fn send(producer: &BaseProducer, topic: &str, partition: Option<i32>, key: Option<&[u8]>, value: &[u8], time_ms: i64) {
    let mut record: BaseRecord<'_, [u8], [u8]> = BaseRecord::to(topic).payload(value).timestamp(time_ms);
    record.key = key;
    record.partition = partition;
    loop {
        match producer.send(record) {
            Ok(()) => break,
            Err((error, back)) => {
                assert_eq!(error.rdkafka_error_code(), Some(rdkafka::types::RDKafkaErrorCode::QueueFull), "{error}");
                producer.poll(Duration::from_millis(10));
                record = back;
            }
        }
    }
    producer.poll(Duration::ZERO);
}

/// Everything in a topic, as a `read_committed` reader sees it, by partition and offset.
pub fn read_topic(address: &str, topic: &str) -> Vec<Read> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", address)
        .set("group.id", "reader-of-tests")
        .set("enable.auto.commit", "false")
        .set("enable.partition.eof", "true")
        .set("isolation.level", "read_committed")
        .set("auto.offset.reset", "earliest")
        .set("fetch.wait.max.ms", "10")
        .create()
        .expect("a consumer");
    let metadata = consumer.fetch_metadata(Some(topic), Duration::from_secs(10)).expect("metadata");
    let partitions = metadata.topics()[0].partitions().len();
    let mut list = TopicPartitionList::new();
    for partition in 0..partitions {
        list.add_partition_offset(topic, i32::try_from(partition).unwrap(), Offset::Beginning).unwrap();
    }
    consumer.assign(&list).unwrap();
    let (mut records, mut ends) = (Vec::new(), 0);
    while ends < partitions {
        match consumer.poll(Duration::from_secs(20)).expect("an answer") {
            Ok(message) => {
                let headers = message.headers().map(|h| {
                    h.iter().map(|h| (h.key.to_owned(), h.value.unwrap_or_default().to_vec())).collect::<BTreeMap<_, _>>()
                });
                records.push(Read {
                    partition: message.partition(),
                    offset: message.offset(),
                    timestamp_ms: message.timestamp().to_millis().unwrap_or(0),
                    key: message.key().map(<[u8]>::to_vec),
                    value: message.payload().map(<[u8]>::to_vec),
                    headers: headers.unwrap_or_default(),
                });
            }
            Err(KafkaError::PartitionEOF(_)) => ends += 1,
            Err(error) => panic!("{error}"),
        }
    }
    records.sort_by_key(|r| (r.partition, r.offset));
    records
}

/// A `track` call as shops send it.
pub fn track(event: &str, user: &str, time_ms: i64, properties: &serde_json::Value) -> Vec<u8> {
    static IDS: AtomicU32 = AtomicU32::new(0);
    let id = IDS.fetch_add(1, Ordering::Relaxed);
    let time = jiff::Timestamp::from_millisecond(time_ms).expect("a time").to_string();
    let call = serde_json::json!({
        "type": "track", "event": event, "userId": user, "messageId": format!("m-{id}-{time_ms}"),
        "timestamp": time, "properties": properties,
    });
    serde_json::to_vec(&call).expect("JSON")
}

/// Follows an output from its end on, and notes when each record became visible to a `read_committed` reader.
pub struct Tail {
    stop: Arc<std::sync::atomic::AtomicBool>,
    seen: Arc<Mutex<Vec<(i64, serde_json::Value)>>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Tail {
    pub fn of(rig: &Rig, topic: OutTopic) -> Self {
        let consumer: BaseConsumer = ClientConfig::new()
            .set("bootstrap.servers", &rig.options.bootstrap_servers)
            .set("group.id", "tail-of-tests")
            .set("enable.auto.commit", "false")
            .set("isolation.level", "read_committed")
            .set("fetch.wait.max.ms", "10")
            .create()
            .expect("a consumer");
        let mut list = TopicPartitionList::new();
        for partition in 0..rig.partitions.cast_signed() {
            list.add_partition_offset(&rig.options.output_topic(topic), partition, Offset::Beginning).unwrap();
        }
        consumer.assign(&list).unwrap();
        let (stop, seen) = (Arc::new(std::sync::atomic::AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
        let (stopped, into) = (Arc::clone(&stop), Arc::clone(&seen));
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                if let Some(Ok(message)) = consumer.poll(Duration::from_millis(20)) {
                    let value = serde_json::from_slice(message.payload().expect("a value")).expect("JSON");
                    into.lock().unwrap().push((now_ms(), value));
                }
            }
        });
        Self { stop, seen, thread: Some(thread) }
    }

    /// Everything seen, once it is enough; fails after a while.
    pub fn wait(&self, within: Duration, enough: impl Fn(&[(i64, serde_json::Value)]) -> bool) -> Vec<(i64, serde_json::Value)> {
        let begun = Instant::now();
        loop {
            let seen = self.seen.lock().unwrap().clone();
            if enough(&seen) {
                return seen;
            }
            assert!(begun.elapsed() < within, "after {within:?} only {} records: {:#?}", seen.len(), seen.last());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A time field of an output.
pub fn time_of(value: &serde_json::Value, field: &str) -> i64 {
    value[field].as_str().expect(field).parse::<jiff::Timestamp>().expect("a time").as_millisecond()
}

/// The value below which this share of the values lies.
pub fn percentile(values: &mut [i64], share: f64) -> i64 {
    values.sort_unstable();
    values[((values.len() - 1) as f64 * share).ceil() as usize]
}

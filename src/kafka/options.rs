//! How to reach the cluster, and the only place that writes client properties.

use super::properties;
use crate::domain::state::limits::{MAX_OUTPUT_BYTES, MAX_RECORD_BYTES};
use crate::runtime::options::MOST_CHANGELOG_BYTES;
use crate::runtime::ports::OutTopic;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use std::collections::BTreeMap;
use std::ffi::CStr;
use std::time::Duration;

/// A record that can't be written fails so much earlier than its transaction would time out.
const MESSAGE_TIMEOUT_BEFORE: Duration = Duration::from_secs(1);

/// Most bytes that the client puts into one request for a partition.
const BATCH_BYTES: usize = 1_000_000;
/// `max.message.bytes` that every output and the changelog must have: Kafka's default. The broker holds what comes in one request
/// against it, and that is [`BATCH_BYTES`] and its frame.
pub const TOPIC_MESSAGE_BYTES: usize = 1_048_588;
/// Key, headers and frame of an output or of a state record.
const BESIDE_THE_VALUE_BYTES: usize = 16 * 1024;

// The largest record always fits into a request, and a request into every topic.
const _: () = assert!(MAX_RECORD_BYTES + BESIDE_THE_VALUE_BYTES <= BATCH_BYTES);
const _: () = assert!(MAX_OUTPUT_BYTES + BESIDE_THE_VALUE_BYTES <= BATCH_BYTES);
const _: () = assert!(BATCH_BYTES < TOPIC_MESSAGE_BYTES);

/// Largest record that the producer takes, unless `message.max.bytes` says otherwise.
const CLIENT_MESSAGE_BYTES: usize = 16 << 20;

/// Begins the instance's id of a command that is no instance: `engine.instance_id` can't hold it, so no instance is fenced.
pub const TOOL: &str = "+";

/// What is asked for of one partition, and of all in one response.
const FETCH_BYTES: u64 = 128 * 1024;
const FETCH_MAX_BYTES: u64 = 2 * 1024 * 1024;

/// Which protocol the consumer group speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GroupProtocol {
    /// With `range`, which keeps partition p of all inputs together; a hand-over pauses everything 10 to 100 ms.
    #[default]
    Classic,
    /// KIP-848 (Kafka 4) with the broker's `range`: only what moves pauses, for 4 to 5 s.
    Consumer,
}

/// How to reach the cluster, and what things are called there; `app` fills it from the settings. How the workers work stands in
/// the [`Options`](crate::runtime::options::Options) of the runtime.
#[derive(Debug, Clone)]
pub struct Options {
    pub bootstrap_servers: String,
    pub group_id: String,
    /// Part of `transactional.id` (group-instance-worker): must be stable over restarts, and no two running processes may share
    /// it. Those of commands other than `run` begin with [`TOOL`].
    pub instance_id: String,
    /// Any other client property, applied last.
    pub properties: BTreeMap<String, String>,
    /// Put before every topic name.
    pub prefix: String,
    pub group_protocol: GroupProtocol,
    pub static_membership: bool,
    pub session_timeout: Duration,
    /// Longest time that the broker keeps a transaction of a dead worker open; at least 2 s.
    pub transaction_timeout: Duration,
    /// The broker answers no administrative requests (the demo's).
    pub is_mock: bool,
}

/// A property that may not be set, with why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("kafka.properties.{name}={value}: {why}")]
pub struct RefusedProperty {
    pub name: String,
    pub value: String,
    pub why: &'static str,
}

/// Properties that the guarantees rest on, and who sets them.
const REFUSED: [(&str, &str); 12] = [
    ("group.id", "set kafka.group_id"),
    ("bootstrap.servers", "set kafka.bootstrap_servers"),
    ("metadata.broker.list", "set kafka.bootstrap_servers"),
    ("transactional.id", "it is built from group, instance and worker; set engine.instance_id"),
    ("group.instance.id", "set kafka.static_membership"),
    ("enable.auto.commit", "offsets are committed in transactions only"),
    ("enable.auto.offset.store", "offsets are committed in transactions only"),
    ("isolation.level", "aborted records must never be read"),
    ("enable.partition.eof", "the end of an input must be known"),
    ("auto.offset.reset", "set kafka.start and kafka.on_gap"),
    ("partition.assignment.strategy", "only range keeps the partitions of all inputs together"),
    ("partitioner", "outputs are dealt by murmur2, as Java does it"),
];

/// Properties that only consumers, or only producers, know: the other kind is not bothered with them.
const CONSUMER_ONLY: [&str; 14] = [
    "session.timeout.ms",
    "heartbeat.interval.ms",
    "max.poll.interval.ms",
    "fetch.min.bytes",
    "fetch.max.bytes",
    "fetch.wait.max.ms",
    "fetch.message.max.bytes",
    "max.partition.fetch.bytes",
    "fetch.queue.backoff.ms",
    "fetch.error.backoff.ms",
    "queued.min.messages",
    "queued.max.messages.kbytes",
    "check.crcs",
    "group.remote.assignor",
];
const PRODUCER_ONLY: [&str; 17] = [
    "acks",
    "request.required.acks",
    "linger.ms",
    "queue.buffering.max.ms",
    "queue.buffering.max.messages",
    "queue.buffering.max.kbytes",
    "batch.size",
    "batch.num.messages",
    "compression.type",
    "compression.codec",
    "compression.level",
    "message.timeout.ms",
    "delivery.timeout.ms",
    "transaction.timeout.ms",
    "enable.idempotence",
    "retries",
    "message.send.max.retries",
];

/// Every property that may not be set.
#[must_use]
pub fn refused_properties(properties: &BTreeMap<String, String>) -> Vec<RefusedProperty> {
    let refuse = |name: &str, value: &str, why| RefusedProperty { name: name.to_owned(), value: value.to_owned(), why };
    let mut refused = Vec::new();
    for (name, value) in properties {
        if let Some((_, why)) = REFUSED.iter().find(|(n, _)| n == name) {
            refused.push(refuse(name, value, why));
        }
        match name.as_str() {
            "enable.idempotence" if value != "true" => refused.push(refuse(name, value, "exactly once rests on it")),
            "acks" | "request.required.acks" if value != "all" && value != "-1" => {
                refused.push(refuse(name, value, "exactly once rests on acks=all"));
            }
            "max.in.flight.requests.per.connection" | "max.in.flight" if value.parse::<u32>().is_ok_and(|n| n > 5) => {
                refused.push(refuse(name, value, "more than 5 would let records change places"));
            }
            _ => {}
        }
    }
    refused
}

impl Options {
    /// Defaults for this cluster and group.
    #[must_use]
    pub fn new(bootstrap_servers: &str, group_id: &str, instance_id: &str) -> Self {
        Self {
            bootstrap_servers: bootstrap_servers.to_owned(),
            group_id: group_id.to_owned(),
            instance_id: instance_id.to_owned(),
            properties: BTreeMap::new(),
            prefix: String::new(),
            group_protocol: GroupProtocol::default(),
            static_membership: false,
            session_timeout: Duration::from_secs(6),
            transaction_timeout: Duration::from_secs(5),
            is_mock: false,
        }
    }

    /// Full name of an output topic.
    #[must_use]
    pub fn output_topic(&self, topic: OutTopic) -> String {
        format!("{}{}", self.prefix, topic.topic_name())
    }

    /// Largest record that the producer takes.
    #[must_use]
    pub fn max_message_bytes(&self) -> usize {
        self.properties.get("message.max.bytes").and_then(|bytes| bytes.trim().parse().ok()).unwrap_or(CLIENT_MESSAGE_BYTES)
    }

    /// `transactional.id` of a worker: group-instance-worker. A dash within the instance's id is written `~`, which no id may
    /// hold: so the last two dashes part the three names, and no two of (group, instance, worker) have the same id.
    #[must_use]
    pub fn transactional_id(&self, worker: u16) -> String {
        format!("{}-{}-{worker}", self.group_id, self.instance_id.replace('-', "~"))
    }

    /// Properties that the client library does not know or take, and why: each is tried alone, so that all are found.
    #[must_use]
    pub fn unknown_properties(&self) -> Vec<(String, String)> {
        properties::unknown(&self.properties)
    }

    fn base(&self, role: &str) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &self.bootstrap_servers)
            .set("client.id", format!("leadstream-{}-{role}", self.instance_id))
            // A lost broker is met again soon, not after ten seconds.
            .set("reconnect.backoff.ms", "50")
            .set("reconnect.backoff.max.ms", "1000")
            .set("topic.metadata.refresh.interval.ms", "30000")
            .set_log_level(RDKafkaLogLevel::Warning);
        config
    }

    fn finish(&self, mut config: ClientConfig, not_for: &[&str]) -> ClientConfig {
        for (name, value) in &self.properties {
            if !not_for.contains(&name.as_str()) {
                config.set(name, value);
            }
        }
        config
    }

    fn reader(&self, role: &str, queue_bytes: usize) -> ClientConfig {
        let mut config = self.base(role);
        config
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "error")
            .set("enable.partition.eof", "true")
            .set("isolation.level", "read_committed")
            // Per partition, since each has a queue of its own.
            .set("queued.min.messages", "10000")
            .set("queued.max.messages.kbytes", (queue_bytes / 1024).to_string())
            // The default of 1 s stalls the fetcher as soon as a queue is full.
            .set("fetch.queue.backoff.ms", "5")
            .set("fetch.error.backoff.ms", "50")
            .set("fetch.wait.max.ms", "10")
            // A response is unpacked as a whole, whatever it unpacks to, and before the queue's bound is looked at: small ones.
            // One larger batch comes anyway.
            .set("fetch.message.max.bytes", FETCH_BYTES.to_string())
            .set("fetch.max.bytes", self.fetch_max_bytes().to_string());
        config
    }

    /// The library wants no response to be smaller than a message may be.
    fn fetch_max_bytes(&self) -> u64 {
        let message = self.properties.get("message.max.bytes").and_then(|bytes| bytes.parse().ok());
        message.unwrap_or(0).max(FETCH_MAX_BYTES)
    }

    /// The consumer of a worker, with at most this many bytes queued per partition.
    #[must_use]
    pub fn consumer_config(&self, worker: u16, queue_bytes: usize) -> ClientConfig {
        let mut config = self.reader(&format!("{worker}"), queue_bytes);
        config.set("group.id", &self.group_id);
        match self.group_protocol {
            GroupProtocol::Classic => {
                config
                    .set("partition.assignment.strategy", "range")
                    .set("session.timeout.ms", self.session_timeout.as_millis().to_string())
                    .set("heartbeat.interval.ms", (self.session_timeout.as_millis() / 12).clamp(100, 3_000).to_string());
            }
            GroupProtocol::Consumer => {
                config.set("group.protocol", "consumer").set("group.remote.assignor", "range");
            }
        }
        if self.static_membership {
            config.set("group.instance.id", format!("{}-{worker}", self.instance_id));
        }
        let mut not_for = PRODUCER_ONLY.to_vec();
        if self.group_protocol == GroupProtocol::Consumer {
            // The broker decides these in this protocol.
            not_for.extend(["session.timeout.ms", "heartbeat.interval.ms"]);
        }
        self.finish(config, &not_for)
    }

    /// A reader that is no member of the group and assigns by itself.
    #[must_use]
    pub fn restore_config(&self, worker: u16) -> ClientConfig {
        let mut config = self.reader(&format!("{worker}-restore"), MOST_CHANGELOG_BYTES);
        config
            .set("group.id", &self.group_id)
            .set("auto.offset.reset", "earliest")
            .set("check.crcs", "true")
            .set("queued.min.messages", "100000");
        self.finish(config, &[PRODUCER_ONLY.as_slice(), &["group.remote.assignor"]].concat())
    }

    /// The reader of the changelog, with at most this many bytes queued per partition: where it can't be read, nothing is skipped.
    #[must_use]
    pub fn changelog_config(&self, worker: u16, queue_bytes: usize) -> ClientConfig {
        let mut config = self.restore_config(worker);
        config
            .set("auto.offset.reset", "error")
            .set("check.crcs", "true")
            .set("queued.max.messages.kbytes", (queue_bytes / 1024).to_string());
        config
    }

    /// A client for metadata, watermarks (open transactions included) and administration.
    #[must_use]
    pub fn probe_config(&self) -> ClientConfig {
        let mut config = self.base("probe");
        config.set("isolation.level", "read_uncommitted").set("enable.auto.commit", "false");
        self.finish(config, &[PRODUCER_ONLY.as_slice(), &["group.remote.assignor"]].concat())
    }

    /// A client that sees what is committed for the group whatever transactions are open, and is no member of it.
    #[must_use]
    pub fn peers_config(&self) -> ClientConfig {
        let mut config = self.probe_config();
        config.set("group.id", &self.group_id);
        config
    }

    /// Whether a transactional id is one of this group's.
    #[must_use]
    pub fn is_of_group(&self, transactional_id: &str) -> bool {
        transactional_id.rsplitn(3, '-').nth(2) == Some(&self.group_id)
    }

    /// The compression of a topic, where it is not that of the producer: state records are small numbers and hashes, which cost more
    /// to compress than to write and to send. A compression that is set applies everywhere.
    pub(super) fn compression_of(&self, topic: OutTopic) -> Option<&'static CStr> {
        let is_set = ["compression.type", "compression.codec"].iter().any(|name| self.properties.contains_key(*name));
        (topic == OutTopic::State && !is_set).then_some(c"none")
    }

    /// A producer of single records outside of any transaction, for commands.
    #[must_use]
    pub fn single_writes_config(&self) -> ClientConfig {
        let mut config = self.producer_config(0);
        config.remove("transactional.id");
        config.remove("transaction.timeout.ms");
        config.set("linger.ms", "0");
        config
    }

    /// The transactional producer of a worker.
    #[must_use]
    pub fn producer_config(&self, worker: u16) -> ClientConfig {
        let transaction_timeout = self.transaction_timeout.max(MESSAGE_TIMEOUT_BEFORE * 2);
        let message_timeout = transaction_timeout - MESSAGE_TIMEOUT_BEFORE;
        let mut config = self.base(&format!("{worker}-out"));
        config
            .set("transactional.id", self.transactional_id(worker))
            .set("transaction.timeout.ms", transaction_timeout.as_millis().to_string())
            .set("message.timeout.ms", message_timeout.as_millis().to_string())
            .set("enable.idempotence", "true")
            .set("acks", "all")
            // Java's partitioner: outputs of a prospect lie where Java consumers and streams expect them.
            .set("partitioner", "murmur2_random")
            .set("compression.type", "lz4")
            // The end of a batch flushes. Before that, small requests cost more than they gain, and records that have lingered
            // and wait for the answer to the request before theirs make the library's thread poll without pause.
            .set("linger.ms", "50")
            .set("batch.size", BATCH_BYTES.to_string())
            .set("batch.num.messages", "100000")
            .set("queue.buffering.max.messages", "1000000")
            .set("queue.buffering.max.kbytes", "1048576")
            .set("message.max.bytes", CLIENT_MESSAGE_BYTES.to_string())
            // A failed record fails its transaction; successes need no report each.
            .set("delivery.report.only.error", "true");
        self.finish(config, &CONSUMER_ONLY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const QUEUE_BYTES: usize = 1 << 20;

    fn id(group: &str, instance: &str, worker: u16) -> String {
        Options::new("b", group, instance).transactional_id(worker)
    }

    #[test]
    fn ids_of_transactions_are_group_instance_worker_and_no_two_names_share_one() {
        assert_eq!(id("leadstream", "00ff12ab34cd56ef", 3), "leadstream-00ff12ab34cd56ef-3");
        assert_eq!(id("shop-leadstream", "a", 0), "shop-leadstream-a-0");
        assert_ne!(id("a", "b-c", 0), id("a-b", "c", 0));
        assert_ne!(id("a", "b-1", 0), id("a-b", "1", 0));
        for tool in ["redrive", "check"] {
            assert_ne!(id("g", &format!("{TOOL}{tool}"), 0), id("g", tool, 0));
            assert_ne!(id("g", &format!("{TOOL}{tool}"), 0), id("g", &format!("-{tool}"), 0));
        }
    }

    proptest! {
        #![proptest_config(crate::regressions())]

        #[test]
        fn different_names_have_different_ids(
            groups in ("[ab-]{1,4}", "[ab-]{1,4}"), instances in ("[+]?[ab1._-]{1,4}", "[+]?[ab1._-]{1,4}"), workers in (0..12_u16, 0..12_u16),
        ) {
            let one = (&groups.0, &instances.0, workers.0);
            let other = (&groups.1, &instances.1, workers.1);
            prop_assert_eq!(one == other, id(one.0, one.1, one.2) == id(other.0, other.1, other.2));
            prop_assert!(id(one.0, one.1, one.2).starts_with(&format!("{}-", one.0)), "rights are given to the group's prefix");
        }
    }

    #[test]
    fn an_id_is_known_for_one_of_the_group_and_of_no_other() {
        let options = |group: &str, instance: &str| Options::new("b", group, instance);
        let of = options("shop.router", "a");
        for instance in ["a", "b-c", "0"] {
            assert!(of.is_of_group(&id("shop.router", instance, 12)), "{instance}");
            for group in ["shop", "shop.router-a", "shop.router.router", "a"] {
                assert!(!of.is_of_group(&id(group, instance, 12)), "{group} {instance}");
            }
        }
        assert!(!of.is_of_group("") && !of.is_of_group("shop.router") && !of.is_of_group("shop.router-a"));
    }

    fn refused(name: &str, value: &str) -> usize {
        refused_properties(&BTreeMap::from([(name.to_owned(), value.to_owned())])).len()
    }

    #[test]
    fn state_is_not_compressed_unless_somebody_asks_for_it() {
        let mut options = Options::new("localhost:9092", "leadstream", "a");
        assert_eq!(options.compression_of(OutTopic::State), Some(c"none"));
        assert_eq!(options.compression_of(OutTopic::StageChanges), None);
        options.properties.insert("compression.type".to_owned(), "zstd".to_owned());
        assert_eq!(options.compression_of(OutTopic::State), None);
    }

    #[test]
    fn properties_that_would_break_a_guarantee_are_refused_and_others_are_not() {
        for (name, value) in [
            ("enable.auto.commit", "true"),
            ("isolation.level", "read_uncommitted"),
            ("transactional.id", "mine"),
            ("enable.idempotence", "false"),
            ("acks", "1"),
            ("group.id", "other"),
            ("max.in.flight", "6"),
        ] {
            assert_eq!(refused(name, value), 1, "{name}={value}");
        }
        for (name, value) in
            [("enable.idempotence", "true"), ("acks", "all"), ("security.protocol", "SASL_SSL"), ("linger.ms", "20")]
        {
            assert_eq!(refused(name, value), 0, "{name}={value}");
        }
    }

    #[test]
    fn users_properties_win_and_reach_the_clients_that_know_them() {
        let mut options = Options::new("b:9092", "g", "i");
        options.properties.insert("linger.ms".to_owned(), "20".to_owned());
        options.properties.insert("fetch.wait.max.ms".to_owned(), "77".to_owned());
        options.properties.insert("security.protocol".to_owned(), "plaintext".to_owned());
        assert_eq!(options.producer_config(0).get("linger.ms"), Some("20"));
        assert_eq!(options.producer_config(0).get("fetch.wait.max.ms"), None);
        assert_eq!(options.consumer_config(0, QUEUE_BYTES).get("fetch.wait.max.ms"), Some("77"));
        assert_eq!(options.consumer_config(0, QUEUE_BYTES).get("linger.ms"), None);
        assert_eq!(options.probe_config().get("security.protocol"), Some("plaintext"));
    }

    #[test]
    fn every_configuration_is_one_that_the_client_library_takes() {
        let mut options = Options::new("127.0.0.1:1", "g", "i");
        for protocol in [GroupProtocol::Classic, GroupProtocol::Consumer] {
            options.group_protocol = protocol;
            let consumer: Result<rdkafka::consumer::BaseConsumer, _> = options.consumer_config(0, QUEUE_BYTES).create();
            assert!(consumer.is_ok(), "{:?}", consumer.err());
        }
        let restore: Result<rdkafka::consumer::BaseConsumer, _> = options.restore_config(0).create();
        assert!(restore.is_ok(), "{:?}", restore.err());
        let producer: Result<rdkafka::producer::BaseProducer, _> = options.producer_config(0).create();
        assert!(producer.is_ok(), "{:?}", producer.err());
    }

    #[test]
    fn a_record_fails_before_its_transaction_times_out() {
        let mut options = Options::new("b:9092", "g", "i");
        for seconds in [0, 5, 60] {
            options.transaction_timeout = Duration::from_secs(seconds);
            let config = options.producer_config(0);
            let ms = |name| config.get(name).unwrap().parse::<u64>().unwrap();
            assert!(ms("message.timeout.ms") < ms("transaction.timeout.ms"));
        }
    }
}

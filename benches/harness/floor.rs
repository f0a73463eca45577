//! The floor under any program that does this job with this client library: a bare loop that reads what the service reads, parses
//! five fields and writes one record per event, in transactions. It decides nothing, remembers nothing and emits nothing.

use crate::process;
use crate::traffic::TOPICS;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::{Message, Offset, TopicPartitionList};
use std::borrow::Cow;
use std::time::{Duration, Instant};

const EVENTS_PER_TRANSACTION: u64 = 20_000;
const CALL: Duration = Duration::from_secs(30);

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    #[serde(borrow)]
    r#type: Cow<'a, str>,
    #[serde(borrow, default)]
    event: Option<Cow<'a, str>>,
    #[serde(borrow)]
    message_id: Cow<'a, str>,
    #[serde(borrow)]
    timestamp: Cow<'a, str>,
    #[serde(borrow, default)]
    user_id: Option<Cow<'a, str>>,
}

/// Reads everything behind the prefix and writes the first `bytes` of each event as its record.
pub fn run(bootstrap: &str, prefix: &str, bytes: usize) {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        .set("group.id", format!("{prefix}floor"))
        .set("enable.auto.commit", "false")
        .set("fetch.queue.backoff.ms", "5")
        .create()
        .unwrap();
    let mut partitions = TopicPartitionList::new();
    let (mut total, mut count) = (0, 0);
    for topic in TOPICS.map(|t| format!("{prefix}{t}")) {
        let metadata = consumer.fetch_metadata(Some(&topic), CALL).unwrap();
        count = metadata.topics()[0].partitions().len();
        for partition in metadata.topics()[0].partitions() {
            let (low, high) = consumer.fetch_watermarks(&topic, partition.id(), CALL).unwrap();
            total += u64::try_from(high - low).unwrap();
            partitions.add_partition_offset(&topic, partition.id(), Offset::Beginning).unwrap();
        }
    }
    let state = format!("{prefix}floor-state");
    create(bootstrap, &state, count);
    let producer: BaseProducer = ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        .set("transactional.id", format!("{prefix}floor"))
        .set("compression.type", "lz4")
        .set("linger.ms", "5")
        .set("batch.size", "1000000")
        .set("batch.num.messages", "100000")
        .set("queue.buffering.max.messages", "1000000")
        .set("delivery.report.only.error", "true")
        .create()
        .unwrap();
    producer.init_transactions(CALL).unwrap();
    consumer.assign(&partitions).unwrap();
    let pid = u64::from(std::process::id());
    let (begun, cpu_before) = (Instant::now(), process::cpu_seconds(pid));
    let (mut read, mut checksum) = (0, 0);
    while read < total {
        producer.begin_transaction().unwrap();
        let end = total.min(read + EVENTS_PER_TRANSACTION);
        while read < end {
            let Some(message) = consumer.poll(CALL) else { panic!("stands at {read} of {total}") };
            let message = message.unwrap();
            let value = message.payload().unwrap();
            let event: Event<'_> = serde_json::from_slice(value).unwrap();
            checksum += event.r#type.len() + event.message_id.len() + event.timestamp.len();
            checksum += event.event.map_or(0, |e| e.len()) + event.user_id.map_or(0, |u| u.len());
            let record = BaseRecord::<[u8], [u8]>::to(&state)
                .partition(message.partition())
                .key(message.key().unwrap())
                .payload(&value[..bytes.min(value.len())]);
            producer.send(record).map_err(|(error, _)| error).unwrap();
            read += 1;
        }
        // Drained first, a commit takes a few milliseconds instead of 100.
        while producer.in_flight_count() > 0 {
            producer.poll(Duration::from_millis(1));
        }
        producer.commit_transaction(CALL).unwrap();
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "bare loop over the client library: {:.0} events/s, {:.2} CPU s per 1 M events (checksum {checksum})",
        total as f64 / seconds,
        (process::cpu_seconds(pid) - cpu_before) / total as f64 * 1e6,
    );
}

fn create(bootstrap: &str, name: &str, partitions: usize) {
    let admin: AdminClient<DefaultClientContext> = ClientConfig::new().set("bootstrap.servers", bootstrap).create().unwrap();
    let topic = NewTopic::new(name, i32::try_from(partitions).unwrap(), TopicReplication::Fixed(1));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let results = runtime.block_on(admin.create_topics(&[topic], &AdminOptions::new())).unwrap();
    results.into_iter().for_each(|result| drop(result.unwrap()));
}

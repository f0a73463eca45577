//! How fast a group commits what lies in its input topics.

use crate::load::Keys;
use crate::process;
use crate::traffic::TOPICS;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::{Offset, TopicPartitionList};
use std::time::{Duration, Instant};

/// What was seen at one look.
struct Look {
    seconds: f64,
    committed: i64,
    cpu_seconds: f64,
}

/// What routers write, and how the group of routers is called after that of the engine.
const EVENTS: &str = "leadstream.events";
const ROUTERS: &str = ".router";

/// Looks at the committed offsets until they equal the ends that the topics have now; prints the steady rate between 10 % and
/// 95 %, CPU and memory. Of records without keys it is the rate of the routers, and the end is that of what they wrote.
pub fn watch(bootstrap: &str, prefix: &str, group: &str, pid: u64, keys: Keys) {
    let readers = if keys == Keys::None { format!("{group}{ROUTERS}") } else { group.to_owned() };
    let consumer = member_of(bootstrap, &readers);
    let (partitions, total) = filled(&consumer, &TOPICS.map(|t| format!("{prefix}{t}")));
    assert!(total > 0, "the input topics are empty: load them first");
    let begun = Instant::now();
    let mut looks: Vec<Look> = Vec::new();
    let mut look = |committed: i64| {
        let cpu_seconds = process::cpu_seconds(pid);
        looks.push(Look { seconds: begun.elapsed().as_secs_f64(), committed, cpu_seconds });
        assert!(process::is_alive(pid), "the process ended at {committed} of {total}");
        assert!(begun.elapsed() < Duration::from_secs(900), "stands at {committed} of {total}");
        std::thread::sleep(Duration::from_millis(100));
    };
    loop {
        let committed = committed(&consumer, &partitions);
        look(committed);
        if committed >= total {
            break;
        }
    }
    if keys == Keys::None {
        let engine = member_of(bootstrap, group);
        let (events, _) = filled(&engine, &[format!("{prefix}{EVENTS}")]);
        let ends: i64 = events.elements().iter().map(|e| high(&engine, e.topic(), e.partition())).sum();
        while committed(&engine, &events) < ends {
            look(total);
        }
    }
    report(&looks, total, pid);
}

/// A consumer that only asks what a group has committed.
fn member_of(bootstrap: &str, group: &str) -> BaseConsumer {
    ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        .set("group.id", group)
        .set("enable.auto.commit", "false")
        // Committed is committed: don't wait for transactions that are still open.
        .set("isolation.level", "read_uncommitted")
        .create()
        .unwrap()
}

fn high(consumer: &BaseConsumer, topic: &str, partition: i32) -> i64 {
    consumer.fetch_watermarks(topic, partition, Duration::from_secs(10)).unwrap().1
}

/// The partitions that hold something, and how much all hold.
fn filled(consumer: &BaseConsumer, topics: &[String]) -> (TopicPartitionList, i64) {
    let (mut partitions, mut total) = (TopicPartitionList::new(), 0);
    for topic in topics {
        let metadata = consumer.fetch_metadata(Some(topic), Duration::from_secs(10)).unwrap();
        for partition in metadata.topics()[0].partitions() {
            let (low, high) = consumer.fetch_watermarks(topic, partition.id(), Duration::from_secs(10)).unwrap();
            total += high - low;
            if high > low {
                partitions.add_partition(topic, partition.id());
            }
        }
    }
    (partitions, total)
}

fn committed(consumer: &BaseConsumer, partitions: &TopicPartitionList) -> i64 {
    let Ok(offsets) = consumer.committed_offsets(partitions.clone(), Duration::from_secs(5)) else { return 0 };
    let one = |offset| if let Offset::Offset(n) = offset { n } else { 0 };
    offsets.elements().iter().map(|e| one(e.offset())).sum()
}

fn report(looks: &[Look], total: i64, pid: u64) {
    let (from, to) = (crossing(looks, 0.10 * total as f64), crossing(looks, 0.95 * total as f64));
    let share = 0.85 * total as f64;
    let cpu = looks.last().map_or(0.0, |l| l.cpu_seconds);
    println!(
        "drained {total} events: {:.0} events/s steady (10 % to 95 %), {:.2} CPU s per 1 M events steady, {:.2} with the start, {} MiB peak",
        share / (to.0 - from.0),
        (to.1 - from.1) / share * 1e6,
        cpu / total as f64 * 1e6,
        process::peak_mib(pid),
    );
}

/// When so many were committed, and the CPU time used until then; between two looks in proportion.
fn crossing(looks: &[Look], count: f64) -> (f64, f64) {
    let after = looks.iter().position(|l| l.committed as f64 >= count).unwrap_or(looks.len() - 1);
    let (b, a) = (&looks[after], &looks[after.saturating_sub(1)]);
    let width = (b.committed - a.committed) as f64;
    let part = if width > 0.0 { (count - a.committed as f64) / width } else { 1.0 };
    (a.seconds + part * (b.seconds - a.seconds), a.cpu_seconds + part * (b.cpu_seconds - a.cpu_seconds))
}

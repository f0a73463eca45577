//! How long after an event was produced its effect is visible to a `read_committed` reader, at a steady rate.

use crate::load::{Keys, Sender};
use crate::process;
use crate::traffic::Traffic;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::{Message, Offset, TopicPartitionList};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Left out at the beginning: the group is settling, and a broker that has not seen such requests before compiles its code, which
/// takes more of two cores than the traffic itself.
const SKIP: Duration = Duration::from_secs(30);

/// Produces `rate` events a second, for so many seconds after a warm-up, and reads `output` beside it.
pub fn measure(bootstrap: &str, prefix: &str, output: &str, rate: u64, seconds: u64, pid: u64, keys: Keys) {
    let reader = at_the_end(bootstrap, &format!("{prefix}{output}"));
    let stop = AtomicBool::new(false);
    let cpu_before = process::cpu_seconds(pid);
    let mut waits = std::thread::scope(|threads| {
        let reading = threads.spawn(|| read(&reader, &stop));
        produce(bootstrap, prefix, rate, SKIP.as_secs() + seconds, keys);
        std::thread::sleep(Duration::from_secs(1));
        stop.store(true, Ordering::Release);
        reading.join().unwrap()
    });
    let cpu = process::cpu_seconds(pid) - cpu_before;
    waits.sort_unstable();
    assert!(!waits.is_empty(), "nothing arrived in {prefix}{output}");
    let quantile = |q: f64| waits[((waits.len() - 1) as f64 * q) as usize];
    println!(
        "{rate} events/s: {} records, visible after p50 {} ms, p90 {} ms, p99 {} ms, p99.9 {} ms, most {} ms; {:.1} % of one core",
        waits.len(),
        quantile(0.5),
        quantile(0.9),
        quantile(0.99),
        quantile(0.999),
        quantile(1.0),
        100.0 * cpu / (SKIP.as_secs() as f64 + seconds as f64 + 1.0),
    );
}

fn produce(bootstrap: &str, prefix: &str, rate: u64, seconds: u64, keys: Keys) {
    let sender = Sender::new(bootstrap, prefix, 1, keys);
    let mut traffic = Traffic::new(7, 100_000);
    let begun = Instant::now();
    for n in 0..rate * seconds {
        let due = Duration::from_secs_f64(n as f64 / rate as f64);
        if let Some(early) = due.checked_sub(begun.elapsed()) {
            sender.poll();
            std::thread::sleep(early);
        }
        let time_ms = crate::now_ms();
        sender.send(n, &traffic.next(time_ms), time_ms);
    }
    sender.finish();
}

fn at_the_end(bootstrap: &str, topic: &str) -> BaseConsumer {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        .set("group.id", "leadstream-bench-reader")
        .set("enable.auto.commit", "false")
        .set("isolation.level", "read_committed")
        .set("fetch.wait.max.ms", "50")
        .set("fetch.queue.backoff.ms", "2")
        .create()
        .unwrap();
    let mut partitions = TopicPartitionList::new();
    let metadata = consumer.fetch_metadata(Some(topic), Duration::from_secs(10)).unwrap();
    for partition in metadata.topics()[0].partitions() {
        let (_, high) = consumer.fetch_watermarks(topic, partition.id(), Duration::from_secs(10)).unwrap();
        partitions.add_partition_offset(topic, partition.id(), Offset::Offset(high)).unwrap();
    }
    consumer.assign(&partitions).unwrap();
    consumer
}

/// Receive time minus record time of every record, in milliseconds.
fn read(consumer: &BaseConsumer, stop: &AtomicBool) -> Vec<i64> {
    let begun = Instant::now();
    let mut waits = Vec::new();
    while !stop.load(Ordering::Acquire) {
        let Some(Ok(message)) = consumer.poll(Duration::from_millis(100)) else { continue };
        let now = crate::now_ms();
        if begun.elapsed() > SKIP {
            waits.push(now - message.timestamp().to_millis().unwrap());
        }
    }
    waits
}

//! What records that are small on the wire and large in memory cost.

use crate::instance::Instance;
use crate::rig::{Rig, now_ms, track};
use flate2::Compression;
use flate2::write::GzEncoder;
use rdkafka::config::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use serde_json::json;
use std::io::Write;
use std::time::{Duration, Instant};

const LARGE: usize = 1_000_000;
const MIB: usize = 1024 * 1024;
/// `engine.fetch_ahead_bytes` of the runs.
const FETCH_AHEAD: usize = 32 * MIB;
/// What the client asks for of one partition (docs/limits.md).
const FETCH: usize = 128 * 1024;

fn packed(bytes: &[u8]) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap().len()
}

/// Sends records that gzip packs a thousandfold, each in a batch of its own.
fn send(rig: &Rig, records: i64, record: impl Fn(i64) -> (Vec<u8>, Option<OwnedHeaders>)) {
    let producer: BaseProducer = ClientConfig::new()
        .set("bootstrap.servers", &rig.options.bootstrap_servers)
        .set("compression.type", "gzip")
        .set("message.max.bytes", "2000000")
        .set("batch.num.messages", "1")
        .set("queue.buffering.max.messages", "50")
        .create()
        .expect("a producer");
    let topic = &rig.worker.inputs[0];
    for n in 0..records {
        let (value, headers) = record(n);
        let key = format!("u-{}", n % 20);
        loop {
            let mut record = BaseRecord::to(topic).partition(0).key(&key).payload(&value).timestamp(now_ms());
            if let Some(headers) = &headers {
                record = record.headers(headers.clone());
            }
            if producer.send(record).is_ok() {
                break;
            }
            producer.poll(Duration::from_millis(5));
        }
    }
    producer.flush(Duration::from_secs(120)).expect("written");
}

/// Peak memory of an instance that reads everything, in bytes.
fn peak(rig: &Rig, name: &str, records: i64) -> usize {
    let dir = tempfile::tempdir().expect("a folder");
    let set = ["engine.workers=1".to_owned(), format!("engine.fetch_ahead_bytes={FETCH_AHEAD}")];
    let set: Vec<&str> = set.iter().map(String::as_str).collect();
    let mut instance = Instance::run(rig, name, dir.path(), &set);
    instance.wait_for_log("restored");
    let begun = Instant::now();
    while rig.committed("clickstream")[0].unwrap_or(0) < records {
        instance.assert_runs();
        assert!(begun.elapsed() < Duration::from_secs(300), "not read: {}", instance.log());
        std::thread::sleep(Duration::from_millis(500));
    }
    let peak = instance.peak_memory_bytes();
    assert!(instance.terminate(Duration::from_secs(20)).success(), "{}", instance.log());
    peak
}

#[test]
fn records_that_unpack_a_thousandfold_cost_what_the_formula_says() {
    let Some(idle) = Rig::new("idle", 1) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let mut instance = Instance::run(&idle, "idle", dir.path(), &["engine.workers=1"]);
    instance.wait_for_log("restored");
    std::thread::sleep(Duration::from_secs(1));
    let base = instance.peak_memory_bytes();
    drop(instance);

    let filler = "a".repeat(LARGE);
    let view = |n: i64, filler: &str| {
        track("Product Viewed", &format!("u-{}", n % 20), now_ms(), &json!({"product_id": "p", "filler": filler}))
    };
    for (name, in_header, records) in [("values", false, 3_000), ("headers", true, 800)] {
        let rig = Rig::new(name, 1).expect("a broker");
        let headers = || OwnedHeaders::new().insert(Header { key: "filler", value: Some(filler.as_bytes()) });
        send(&rig, records, |n| if in_header { (view(n, ""), Some(headers())) } else { (view(n, &filler), None) });
        // What a partition's share of one response unpacks to; it may come twice: in the queue, and just taken from it. The client
        // library's bound of its queue counts values only: all of the headers may wait there.
        let batch = packed(&view(0, &filler));
        let unpacked = if in_header { records as usize * LARGE } else { FETCH.div_ceil(batch) * LARGE };
        let formula = base + FETCH_AHEAD + if in_header { unpacked } else { 2 * unpacked };
        let peak = peak(&rig, name, records);
        eprintln!(
            "{records} {name} of 1 MB, {} KB packed: peak {} MiB, formula {} MiB (idle {} MiB, fetched {} MiB, unpacked {} MiB)",
            records as usize * batch / 1000,
            peak / MIB,
            formula / MIB,
            base / MIB,
            FETCH_AHEAD / MIB,
            (formula - base - FETCH_AHEAD) / MIB
        );
        assert!(peak < formula, "{name}: {} MiB are more than {} MiB", peak / MIB, formula / MIB);
    }
}

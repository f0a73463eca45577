//! The simulated shop as Shopify, SendGrid and GA4 send it: what is said of it live is what a replay of the same topics says.

use crate::instance::{Instance, leadstream};
use crate::rig::Rig;
use crate::routed::{Answers, PARTITIONS, answers_in, assert_same, found, is_read, read, replay, time_ms, wait_until};
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const TOPICS: [&str; 3] = ["site.events", "mail.events", "shop.webhooks"];
const SETTINGS: [&str; 9] = [
    "topics.clickstream=[\"site.events\"]",
    "topics.email=[\"mail.events\"]",
    "topics.cart=[\"shop.webhooks\"]",
    "topics.mappings.site.events=ga4-mp",
    "topics.mappings.mail.events=sendgrid",
    "topics.mappings.shop.webhooks=shopify",
    "route.topics=[\"site.events\", \"mail.events\", \"shop.webhooks\"]",
    "model.cart.catch_up=replay",
    "engine.workers=1",
];

fn simulate(rig: &Rig) {
    let mut command = leadstream();
    command.args(["simulate", "--kafka", "--as", "shopify,sendgrid,ga4", "--events", "6000", "--prospects", "300"]);
    command.args(["--seed", "5", "--start", "2026-01-05T00:00:00Z"]);
    rig.settings().iter().map(String::as_str).chain(SETTINGS).for_each(|pair| _ = command.args(["--set", pair]));
    let output = command.output().expect("simulate");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A topic as `kcat -J` dumps it: when a request was sent is the record's time, which its lines alone don't say.
fn dump(rig: &Rig, topic: &str, file: &Path) -> i64 {
    let mut lines = std::fs::File::create(file).expect("a file");
    let records = rig.read_input(topic);
    for record in &records {
        let text = |bytes: &Option<Vec<u8>>| bytes.as_ref().map(|bytes| String::from_utf8(bytes.clone()).expect("text"));
        let headers: Vec<_> =
            record.headers.iter().flat_map(|(name, value)| [name.clone(), text(&Some(value.clone())).unwrap()]).collect();
        let line = json!({ "topic": topic, "partition": record.partition, "offset": record.offset, "tstype": "create",
            "ts": record.timestamp_ms, "headers": headers, "key": text(&record.key), "payload": text(&record.value) });
        writeln!(lines, "{line}").expect("written");
    }
    i64::try_from(records.len()).expect("records")
}

fn replayed(dir: &Path, files: &[(&str, PathBuf)]) -> (Answers, i64) {
    let out = replay(dir, &SETTINGS, files);
    let summary: Value = serde_json::from_slice(&std::fs::read(out.join("summary.json")).expect("a summary")).expect("JSON");
    let until_ms = time_ms(&summary["until"]).expect("a time");
    (answers_in(&out, until_ms), until_ms)
}

#[test]
fn webhooks_mails_and_site_events_say_live_what_a_replay_of_them_says() {
    let Some(rig) = Rig::new("mixed", PARTITIONS) else { return };
    TOPICS.iter().for_each(|topic| rig.create_raw(topic, 3));
    let dir = tempfile::tempdir().expect("a folder");
    simulate(&rig);
    let files = TOPICS.map(|topic| (topic, dir.path().join(format!("{topic}.jsonl"))));
    let counts: Vec<i64> = files.iter().map(|(topic, file)| dump(&rig, topic, file)).collect();
    assert!(counts.iter().all(|count| *count > 100), "{counts:?}");
    let (want, until_ms) = replayed(dir.path(), &files);
    assert!(want.len() > 100, "the events give nothing to compare: {}", want.len());
    let mut instance = Instance::run(&rig, "a", dir.path(), &SETTINGS);
    for (topic, count) in TOPICS.iter().zip(&counts) {
        wait_until(&mut instance, "all routed", || read(&rig, ".router", topic, 3) >= *count);
    }
    wait_until(&mut instance, "all read", || is_read(&rig));
    // Whatever is missing then is shown below.
    let begun = Instant::now();
    while found(&rig, until_ms).len() < want.len() && begun.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(200));
    }
    let status = instance.terminate(Duration::from_secs(20));
    assert!(status.success(), "{status}: {}", instance.log());
    assert_same(&found(&rig, until_ms), &want);
}

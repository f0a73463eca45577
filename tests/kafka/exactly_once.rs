//! What a `read_committed` reader finds equals what `replay` writes for the same events, whoever was killed on the way.

use crate::instance::{Instance, leadstream};
use crate::rig::{INPUTS, Rig};
use leadstream::runtime::ports::OutTopic;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::time::{Duration, Instant};

const PARTITIONS: u32 = 4;
const OUTPUTS: [OutTopic; 4] = [OutTopic::StageChanges, OutTopic::ScoreChanges, OutTopic::CartAbandoned, OutTopic::CartOutcomes];
const REPLAY: &str = "model.cart.catch_up=replay";

/// Events of these tests: `LEADSTREAM_TEST_EVENTS`, 100,000 without.
fn events() -> u64 {
    std::env::var("LEADSTREAM_TEST_EVENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000)
}

/// Outputs of each topic by prospect, in order, up to a time.
type Answers = BTreeMap<&'static str, BTreeMap<String, Vec<Value>>>;

fn at_ms(value: &Value) -> i64 {
    value["at"].as_str().expect("at").parse::<jiff::Timestamp>().expect("a time").as_millisecond()
}

/// Simulated events as files.
fn simulate(dir: &Path, events: u64, seed: u64) {
    let output = leadstream()
        .args(["simulate", "--events", &events.to_string(), "--late", "0.01", "--seed", &seed.to_string()])
        .args(["--start", "2026-01-05T00:00:00Z", "--prospects", &(events / 20).to_string(), "--out"])
        .arg(dir)
        .output()
        .expect("simulate");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Sends files into the inputs as `replay` reads them; gives the last event's time.
fn preload(rig: &Rig, dir: &Path) -> i64 {
    let mut last = i64::MIN;
    for input in INPUTS {
        for line in BufReader::new(File::open(dir.join(format!("{input}.jsonl"))).expect(input)).lines() {
            let line = line.expect("a line");
            let event: Value = serde_json::from_str(&line).expect("JSON");
            let time = |name: &str| Some(event[name].as_str()?.parse::<jiff::Timestamp>().ok()?.as_millisecond());
            let event_ms = time("timestamp").expect("a time");
            let record_ms = time("receivedAt").or_else(|| time("sentAt")).unwrap_or(event_ms);
            let key = event["userId"].as_str().or_else(|| event["anonymousId"].as_str()).expect("a prospect");
            last = last.max(event_ms);
            rig.send(input, None, Some(key.as_bytes()), line.as_bytes(), record_ms);
        }
    }
    rig.flush();
    last
}

/// What `replay` says.
fn replayed(dir: &Path, last_ms: i64) -> Answers {
    let out = dir.join("replayed");
    let mut command = leadstream();
    command.args(["replay", "--partitions", &PARTITIONS.to_string(), "--set", REPLAY, "--out"]).arg(&out);
    for input in INPUTS {
        command.arg("--input").arg(format!("{input}={}", dir.join(format!("{input}.jsonl")).display()));
    }
    let output = command.output().expect("replay");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut answers = Answers::new();
    for topic in OUTPUTS {
        let by_prospect = answers.entry(topic.short_name()).or_default();
        let file = File::open(out.join(format!("{}.jsonl", topic.short_name()))).expect("an output file");
        for line in BufReader::new(file).lines() {
            let value: Value = serde_json::from_str(&line.expect("a line")).expect("JSON");
            if at_ms(&value) <= last_ms {
                let prospect = value["prospect"].as_str().expect("a prospect").to_owned();
                by_prospect.entry(prospect).or_default().push(value);
            }
        }
    }
    answers
}

/// What a `read_committed` reader finds.
fn found(rig: &Rig, last_ms: i64) -> Answers {
    let mut answers = Answers::new();
    for topic in OUTPUTS {
        let by_prospect = answers.entry(topic.short_name()).or_default();
        for record in rig.read(topic) {
            let value = record.json();
            assert_eq!(record.timestamp_ms, at_ms(&value), "the record's time is the instant of the decision");
            assert_eq!(record.key_text(), value["prospect"].as_str().expect("a prospect"));
            assert_eq!(record.headers["ce_id"], value["id"].as_str().expect("an id").as_bytes());
            if at_ms(&value) <= last_ms {
                by_prospect.entry(record.key_text().to_owned()).or_default().push(value);
            }
        }
    }
    answers
}

fn normal(mut value: Value, prefix: &str) -> Value {
    // The service names topics with their prefix: that of the cause, and those of a trigger's proof.
    let rename = |event: &mut Value| {
        if let Some(topic) = event["topic"].as_str().map(|t| t.strip_prefix(prefix).unwrap_or(t).to_owned()) {
            event["topic"] = Value::String(topic);
        }
    };
    if value["event"].is_object() {
        rename(&mut value["event"]);
    }
    if let Some(events) = value.pointer_mut("/proof/events").and_then(Value::as_array_mut) {
        events.iter_mut().for_each(rename);
    }
    value
}

fn assert_same(rig: &Rig, want: Answers, got: Answers) {
    for topic in OUTPUTS.map(OutTopic::short_name) {
        let (want, got) = (&want[topic], &got[topic]);
        let count = |answers: &BTreeMap<String, Vec<Value>>| answers.values().map(Vec::len).sum::<usize>();
        eprintln!("{topic}: replay {} records, found {} records of {} prospects", count(want), count(got), got.len());
        assert!(count(want) > 0, "{topic}: the events give nothing to compare");
        for (prospect, want) in want {
            let got: Vec<Value> =
                got.get(prospect).into_iter().flatten().map(|v| normal(v.clone(), &rig.options.prefix)).collect();
            assert_eq!(got.len(), want.len(), "{topic}: records of {prospect}\nfound {got:#?}\nreplay {want:#?}");
            for (got, want) in got.iter().zip(want) {
                assert_eq!(got, want, "{topic}: {prospect}");
            }
        }
        let more: Vec<&String> = got.keys().filter(|p| !want.contains_key(*p)).collect();
        assert!(more.is_empty(), "{topic}: only found, not replayed: {more:?}");
    }
}

/// Records read so far, by the group's offsets, and all of them.
fn progress(rig: &Rig, ends: &[i64]) -> (i64, i64) {
    let read = INPUTS.iter().flat_map(|input| rig.committed(input)).map(|offset| offset.unwrap_or(0)).sum();
    (read, ends.iter().sum())
}

fn ends(rig: &Rig) -> Vec<i64> {
    let admin = rig.admin();
    let topics = &rig.worker.inputs;
    topics
        .iter()
        .flat_map(|t| (0..PARTITIONS).map(|p| admin.watermarks(t, p.cast_signed()).expect("ends").1).collect::<Vec<_>>())
        .collect()
}

fn wait_for(rig: &Rig, ends: &[i64], share: f64, instances: &mut [&mut Instance]) {
    let begun = Instant::now();
    loop {
        let (read, all) = progress(rig, ends);
        if read as f64 >= share * all as f64 {
            return;
        }
        instances.iter_mut().for_each(|i| i.assert_runs());
        assert!(begun.elapsed() < Duration::from_secs(300), "read {read} of {all}: {}", instances[0].log());
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn killed_three_times_it_says_what_a_replay_says() {
    let Some(rig) = Rig::new("killed", PARTITIONS) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    simulate(dir.path(), events(), 7);
    let last_ms = preload(&rig, dir.path());
    let ends = ends(&rig);
    // Small batches, so that every kill meets an open transaction.
    let set = [REPLAY, "engine.workers=1", "engine.batch_max_events=2000"];
    for share in [0.2, 0.5, 0.8] {
        let mut instance = Instance::run(&rig, "a", dir.path(), &set);
        wait_for(&rig, &ends, share, &mut [&mut instance]);
        instance.kill();
    }
    let mut instance = Instance::run(&rig, "a", dir.path(), &set);
    // Everything may have been read when it starts: it must be at work before it is asked to stop.
    instance.wait_for_log("restored");
    wait_for(&rig, &ends, 1.0, &mut [&mut instance]);
    let status = instance.terminate(Duration::from_secs(20));
    assert!(status.success(), "{status}: {}", instance.log());
    assert_same(&rig, replayed(dir.path(), last_ms), found(&rig, last_ms));
}

#[test]
fn two_instances_of_which_one_is_killed_say_what_a_replay_says() {
    let Some(rig) = Rig::new("two", PARTITIONS) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    simulate(dir.path(), events(), 11);
    let last_ms = preload(&rig, dir.path());
    let ends = ends(&rig);
    let set = [REPLAY, "engine.workers=2", "engine.batch_max_events=1000"];
    let mut first = Instance::run(&rig, "a", dir.path(), &set);
    wait_for(&rig, &ends, 0.1, &mut [&mut first]);
    let mut second = Instance::run(&rig, "b", dir.path(), &set);
    wait_for(&rig, &ends, 0.4, &mut [&mut first, &mut second]);
    first.kill();
    wait_for(&rig, &ends, 1.0, &mut [&mut second]);
    let status = second.terminate(Duration::from_secs(20));
    assert!(status.success(), "{status}: {}", second.log());
    assert_same(&rig, replayed(dir.path(), last_ms), found(&rig, last_ms));
}

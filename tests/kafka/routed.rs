//! Records without keys, on partitions that have nothing to do with prospects, give what the same events give under their keys.

use crate::instance::{Instance, leadstream};
use crate::rig::{Read, Rig, now_ms};
use crate::stuck::{free_port, readiness};
use leadstream::kafka::admin::Admin;
use leadstream::kafka::options::Options as KafkaOptions;
use leadstream::runtime::ports::OutTopic;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub const RAW_PARTITIONS: u32 = 3;
pub const PARTITIONS: u32 = 12;
const OUTPUTS: [OutTopic; 4] = [OutTopic::StageChanges, OutTopic::ScoreChanges, OutTopic::CartAbandoned, OutTopic::CartOutcomes];
pub const SETTINGS: [&str; 8] = [
    "topics.clickstream=[]",
    "topics.email=[]",
    "topics.cart=[\"raw\"]",
    "route.topics=[\"raw\"]",
    // Tests look at what was routed.
    "route.purge_every=off",
    "model.cart.catch_up=replay",
    "engine.workers=1",
    // Small batches, so that every kill meets an open transaction.
    "engine.batch_max_events=500",
];

/// Outputs by id, without where their events stood.
pub type Answers = BTreeMap<String, Value>;

/// `LEADSTREAM_TEST_EVENTS`, 20,000 without.
fn events() -> u64 {
    std::env::var("LEADSTREAM_TEST_EVENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(20_000)
}

pub fn time_ms(value: &Value) -> Option<i64> {
    Some(value.as_str()?.parse::<jiff::Timestamp>().ok()?.as_millisecond())
}

/// Simulated events of all topics, each with its record's time, in that order.
pub fn simulated(dir: &Path) -> Vec<(i64, String)> {
    let output = leadstream()
        .args(["simulate", "--events", &events().to_string(), "--late", "0.01", "--seed", "5"])
        .args(["--start", "2026-01-05T00:00:00Z", "--prospects", &(events() / 20).to_string(), "--out"])
        .arg(dir)
        .output()
        .expect("simulate");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut all = Vec::new();
    for input in ["clickstream", "email", "cart"] {
        for line in std::fs::read_to_string(dir.join(format!("{input}.jsonl"))).expect(input).lines() {
            let event: Value = serde_json::from_str(line).expect("JSON");
            let record_ms = time_ms(&event["receivedAt"]).or_else(|| time_ms(&event["timestamp"])).expect("a time");
            all.push((record_ms, line.to_owned()));
        }
    }
    all.sort_by_key(|(record_ms, _)| *record_ms);
    all
}

fn add(answers: &mut Answers, mut value: Value, until_ms: i64) {
    if time_ms(&value["at"]).expect("at") > until_ms {
        return;
    }
    for place in ["topic", "partition", "offset"] {
        if let Some(event) = value["event"].as_object_mut() {
            event.remove(place);
        }
        for event in value.pointer_mut("/proof/events").and_then(Value::as_array_mut).into_iter().flatten() {
            event.as_object_mut().map(|event| event.remove(place));
        }
    }
    let id = value["id"].as_str().expect("an id").to_owned();
    assert_eq!(answers.insert(id.clone(), value), None, "{id} is there twice");
}

/// Replays files of these topics; the folder of what leaves.
pub fn replay(dir: &Path, set: &[&str], files: &[(&str, PathBuf)]) -> PathBuf {
    let out = dir.join("replayed");
    let mut command = leadstream();
    command.args(["replay", "--partitions", &PARTITIONS.to_string(), "--out"]).arg(&out);
    set.iter().for_each(|pair| _ = command.args(["--set", pair]));
    files.iter().for_each(|(topic, file)| _ = command.arg("--input").arg(format!("{topic}={}", file.display())));
    let output = command.output().expect("replay");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    out
}

/// What a replay has left in its folder.
pub fn answers_in(out: &Path, until_ms: i64) -> Answers {
    let mut answers = Answers::new();
    for topic in OUTPUTS {
        let text = std::fs::read_to_string(out.join(format!("{}.jsonl", topic.short_name()))).expect("an output");
        text.lines().for_each(|line| add(&mut answers, serde_json::from_str(line).expect("JSON"), until_ms));
    }
    answers
}

/// What `replay` says of the same events, which it deals by their prospects.
pub fn replayed(dir: &Path, all: &[(i64, String)], until_ms: i64) -> Answers {
    let file = dir.join("raw.jsonl");
    let mut lines = std::fs::File::create(&file).expect("a file");
    all.iter().for_each(|(_, line)| writeln!(lines, "{line}").expect("written"));
    answers_in(&replay(dir, &SETTINGS, &[("raw", file)]), until_ms)
}

/// What was found is what a replay says, each of it and nothing else.
pub fn assert_same(got: &Answers, want: &Answers) {
    eprintln!("replay {} outputs, found {}", want.len(), got.len());
    let differ: Vec<_> =
        want.iter().map(|(id, want)| (id, Some(want), got.get(id))).filter(|(_, want, got)| want != got).collect();
    let some: Vec<_> = differ.iter().take(5).collect();
    if let (false, Ok(dir)) = (differ.is_empty(), std::env::var("LEADSTREAM_TEST_DIFFERENCES")) {
        for (name, side) in [("replayed", want), ("found", got)] {
            let lines: String = side.values().map(|value| format!("{value}\n")).collect();
            std::fs::write(format!("{dir}/{name}.jsonl"), lines).expect("written");
        }
    }
    assert!(differ.is_empty(), "{} differ (replayed, found), such as {some:#?}", differ.len());
    let more: Vec<&Value> = got.iter().filter(|(id, _)| !want.contains_key(*id)).map(|(_, value)| value).collect();
    assert!(more.is_empty(), "only found, not replayed: {more:#?}");
}

/// What a `read_committed` reader finds.
pub fn found(rig: &Rig, until_ms: i64) -> Answers {
    let mut answers = Answers::new();
    for topic in OUTPUTS {
        rig.read(topic).iter().for_each(|record| add(&mut answers, record.json(), until_ms));
    }
    answers
}

/// Records that the group of the routers, or that of the engine, has read of a topic.
pub fn read(rig: &Rig, group: &str, topic: &str, partitions: u32) -> i64 {
    let options = KafkaOptions { group_id: format!("{}{group}", rig.options.group_id), ..rig.options.clone() };
    let admin = Admin::connect(&options).expect("a broker");
    let offsets = admin.committed(&format!("{}{topic}", rig.options.prefix), partitions);
    offsets.map_or(0, |offsets| offsets.into_iter().flatten().sum())
}

/// Five minutes at most; larger amounts than those of every run may need more (`LEADSTREAM_TEST_WAIT_S`).
pub fn wait_until(instance: &mut Instance, what: &str, is_done: impl Fn() -> bool) {
    let begun = Instant::now();
    let longest = Duration::from_secs(std::env::var("LEADSTREAM_TEST_WAIT_S").ok().and_then(|n| n.parse().ok()).unwrap_or(300));
    while !is_done() {
        instance.assert_runs();
        assert!(begun.elapsed() < longest, "{what}: {}", instance.log());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What routers wrote, but what they say of themselves.
pub fn events_of(rig: &Rig) -> Vec<Read> {
    rig.read(OutTopic::Events).into_iter().filter(|record| record.key.is_some()).collect()
}

/// Everything routed is read by the engine.
pub fn is_read(rig: &Rig) -> bool {
    let offsets = rig.committed(&OutTopic::Events.topic_name());
    let is_read = |event: &Read| offsets[event.partition as usize].is_some_and(|offset| offset > event.offset);
    events_of(rig).iter().all(is_read)
}

#[test]
fn records_without_keys_say_what_they_would_say_under_their_keys_whoever_is_killed() {
    let Some(rig) = Rig::new("routed", PARTITIONS) else { return };
    rig.create_raw("raw", RAW_PARTITIONS);
    let dir = tempfile::tempdir().expect("a folder");
    let all = simulated(dir.path());
    let until_ms = all.iter().filter_map(|(_, line)| time_ms(&serde_json::from_str::<Value>(line).ok()?["timestamp"])).max();
    let until_ms = until_ms.expect("a time");
    for (n, (record_ms, line)) in (0i32..).zip(&all) {
        rig.send("raw", Some(n % RAW_PARTITIONS.cast_signed()), None, line.as_bytes(), *record_ms);
    }
    rig.flush();
    for share in [0.2, 0.5, 0.8] {
        let mut instance = Instance::run(&rig, "a", dir.path(), &SETTINGS);
        let wanted = (share * all.len() as f64) as i64;
        wait_until(&mut instance, "routed", || read(&rig, ".router", "raw", RAW_PARTITIONS) >= wanted);
        instance.kill();
    }
    let mut instance = Instance::run(&rig, "a", dir.path(), &SETTINGS);
    wait_until(&mut instance, "all routed", || read(&rig, ".router", "raw", RAW_PARTITIONS) >= all.len() as i64);
    wait_until(&mut instance, "all read", || is_read(&rig));
    // What is due at the end leaves once the routers have said that nothing more is coming.
    let want = replayed(dir.path(), &all, until_ms);
    assert!(want.len() > 100, "the events give nothing to compare: {}", want.len());
    wait_until(&mut instance, "all that is due", || found(&rig, until_ms).len() >= want.len());
    let status = instance.terminate(Duration::from_secs(20));
    assert!(status.success(), "{status}: {}", instance.log());
    assert_eq!(events_of(&rig).len(), all.len(), "each event is there once");
    assert_same(&found(&rig, until_ms), &want);
}

#[test]
fn one_bad_element_is_a_dead_letter_alone_and_a_redrive_sends_it_alone() {
    let Some(rig) = Rig::new("elements", 2) else { return };
    rig.create_raw("mails", 3);
    let dir = tempfile::tempdir().expect("a folder");
    let mut set: Vec<&str> =
        vec!["topics.clickstream=[]", "topics.cart=[]", "topics.email=[\"mails\"]", "route.topics=[\"mails\"]"];
    set.extend(["topics.mappings.mails=sendgrid", "route.purge_every=off"]);
    let seconds = now_ms() / 1_000;
    let event =
        |id: &str, email: &str| format!(r#"{{"sg_event_id":"{id}","email":"{email}","event":"open","timestamp":{seconds}}}"#);
    // The mapping takes this one, the engine would not.
    let old = r#"{"sg_event_id":"e4","email":"cara@shop.example","event":"open","timestamp":1}"#;
    let value = format!("[{},{},{},{old}]", event("e1", "ann@shop.example"), event("e2", ""), event("e3", "ben@shop.example"));
    rig.send("mails", Some(1), None, value.as_bytes(), now_ms());
    rig.send("mails", Some(2), None, b"no JSON", now_ms());
    rig.flush();
    let port = free_port();
    let listen = format!("http.listen=127.0.0.1:{port}");
    let mut instance = Instance::run(&rig, "a", dir.path(), &[&set[..], &[&listen]].concat());
    let answer = readiness(port, Duration::from_secs(60), |status, _| status == 200);
    assert_eq!((&answer["routers"][0]["state"], &answer["routers"][0]["partitions"]), (&"ready".into(), &3.into()), "{answer}");
    let letters = rig.read_until(OutTopic::DeadLetters, Duration::from_secs(60), |all| all.len() >= 3);
    let of =
        |reason: &str| letters.iter().find(|l| l.headers["leadstream-reason"] == reason.as_bytes()).expect("a letter").clone();
    let element = of("key-missing");
    assert_eq!(element.value.as_deref(), Some(value.as_bytes()), "the whole record");
    assert_eq!(element.headers["leadstream-element"], b"1");
    let element = of("absurd-time");
    assert_eq!(element.value.as_deref(), Some(value.as_bytes()), "the whole record, which a mapping that is mended makes good");
    assert_eq!(element.headers["leadstream-element"], b"3");
    assert!(!of("unreadable-value").headers.contains_key("leadstream-element"));
    let keys = |all: &[Read]| all.iter().map(|r| r.key_text().to_owned()).collect::<std::collections::BTreeSet<_>>();
    let events =
        rig.read_until(OutTopic::Events, Duration::from_secs(60), |all| all.iter().filter(|r| r.key.is_some()).count() >= 2);
    assert_eq!(
        keys(&events.into_iter().filter(|r| r.key.is_some()).collect::<Vec<_>>()),
        ["ann@shop.example", "ben@shop.example"].map(str::to_owned).into()
    );
    // Three partitions beside the engine's two are no fault of what is routed.
    let checked = |set: &[&str]| {
        let mut command = leadstream();
        command.arg("check");
        rig.settings().iter().map(String::as_str).chain(set.iter().copied()).for_each(|pair| _ = command.args(["--set", pair]));
        String::from_utf8_lossy(&command.output().expect("check").stdout).into_owned()
    };
    let said = checked(&set);
    for part in ["mails is routed by `sendgrid`, as it must be: ", " have no key, ", "hold several events", "it has 3 partitions"]
    {
        assert!(said.contains(part), "{part:?} is not in: {said}");
    }
    assert!(!said.contains("different numbers of partitions"), "{said}");
    let said = checked(&set.iter().copied().filter(|set| !set.starts_with("route.topics")).collect::<Vec<_>>());
    assert!(said.contains("mails is direct by `sendgrid`, but ") && said.contains("Set route.topics=[\"mails\"]"), "{said}");
    let mut command = leadstream();
    command.args(["deadletters", "redrive", "--execute", "--reason", "key-missing"]);
    rig.settings().iter().map(String::as_str).chain(set.iter().copied()).for_each(|pair| _ = command.args(["--set", pair]));
    let output = command.output().expect("redrive");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // It is as bad as before: it alone comes back.
    let letters = rig.read_until(OutTopic::DeadLetters, Duration::from_secs(60), |all| {
        all.iter().filter(|l| l.headers.contains_key("leadstream-element")).count() >= 3
    });
    let elements = letters.iter().filter_map(|l| l.headers.get("leadstream-element")).map(Vec::as_slice);
    assert_eq!(elements.collect::<Vec<_>>().concat().iter().filter(|n| **n == b'1').count(), 2);
    assert_eq!(events_of(&rig).len(), 2, "nothing else was routed again");
    assert!(instance.terminate(Duration::from_secs(20)).success(), "{}", instance.log());
}

#[test]
fn a_topic_that_was_read_where_it_lies_goes_on_there_when_it_is_routed() {
    let Some(rig) = Rig::new("moved", 2) else { return };
    rig.create_raw("raw", 2);
    let dir = tempfile::tempdir().expect("a folder");
    let set = ["topics.clickstream=[]", "topics.email=[]", "topics.cart=[\"raw\"]", "route.purge_every=off"];
    let send = |numbers: std::ops::Range<u32>| {
        for n in numbers {
            let key = format!("u{n}");
            let page = format!(r#"{{"type":"page","messageId":"m{n}","userId":"{key}"}}"#);
            let partition = leadstream::domain::ids::murmur2_partition(key.as_bytes(), 2).cast_signed();
            rig.send("raw", Some(partition), Some(key.as_bytes()), page.as_bytes(), now_ms());
        }
        rig.flush();
    };
    send(0..10);
    let mut instance = Instance::run(&rig, "a", dir.path(), &set);
    wait_until(&mut instance, "read where they lie", || read(&rig, "", "raw", 2) >= 10);
    assert!(instance.terminate(Duration::from_secs(20)).success(), "{}", instance.log());
    send(10..15);
    let mut instance = Instance::run(&rig, "a", dir.path(), &[&set[..], &["route.topics=[\"raw\"]"]].concat());
    wait_until(&mut instance, "routed", || read(&rig, ".router", "raw", 2) >= 15);
    wait_until(&mut instance, "read", || is_read(&rig));
    assert!(instance.terminate(Duration::from_secs(20)).success(), "{}", instance.log());
    assert_eq!(events_of(&rig).len(), 5, "what was read before is not read once more");
}

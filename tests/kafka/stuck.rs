//! A task that does not get on: it says so, the others work on, and it goes on by itself when the cause is put right.

use crate::instance::Instance;
use crate::rig::{Rig, now_ms, track};
use leadstream::runtime::ports::OutTopic;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

const UNBOUNDED: &str = "9223372036854775807";

/// A path of the admin server: status and body.
fn get(port: u16, path: &str) -> (u16, String) {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return (0, String::new()) };
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap_or_default();
    let status = answer.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
    (status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}

/// Waits until `/readyz` answers so.
pub fn readiness(port: u16, within: Duration, wanted: impl Fn(u16, &Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let (status, body) = get(port, "/readyz");
        let json: Value = serde_json::from_str(&body).unwrap_or_default();
        if wanted(status, &json) {
            return json;
        }
        assert!(begun.elapsed() < within, "after {within:?}: {status} {body}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The trouble of a task.
fn trouble(json: &Value, partition: i64) -> Option<&Value> {
    json["tasks"].as_array()?.iter().find(|t| t["partition"] == partition)?["troubles"].get(0)
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A service with one worker, and its admin port.
fn run(rig: &Rig, dir: &tempfile::TempDir, set: &[&str]) -> (Instance, u16) {
    let port = free_port();
    let listen = format!("http.listen=127.0.0.1:{port}");
    let all: Vec<&str> =
        [listen.as_str(), "engine.workers=1", "topics.allow_mixed_partitioners=true"].iter().chain(set).copied().collect();
    let instance = Instance::run(rig, "a", dir.path(), &all);
    readiness(port, Duration::from_secs(60), |status, json| {
        status == 200 && json["tasks"].as_array().is_some_and(|tasks| tasks.len() == rig.partitions as usize)
    });
    (instance, port)
}

fn view(rig: &Rig, partition: i32, user: &str) {
    let value = track("Product Viewed", user, now_ms(), &json!({"product_id": "p-1"}));
    rig.send("clickstream", Some(partition), Some(user.as_bytes()), &value, now_ms());
    rig.flush();
}

/// How often each id of an output is there.
fn ids(rig: &Rig, topic: OutTopic) -> BTreeMap<String, usize> {
    let mut ids = BTreeMap::new();
    for record in rig.read(topic) {
        *ids.entry(record.json()["id"].as_str().expect("an id").to_owned()).or_default() += 1;
    }
    ids
}

fn wait_until_committed(rig: &Rig, input: &str, partition: usize, offset: i64) {
    let begun = Instant::now();
    while rig.committed(input)[partition].unwrap_or(0) < offset {
        assert!(begun.elapsed() < Duration::from_secs(30), "{input}[{partition}]: {:?}", rig.committed(input));
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A setting of the stage changes' topic is changed under the running service so that outputs of partition 0 are refused.
fn refused_and_put_right(name: &str, wrong: (&str, &str), right: (&str, &str), cause: &str) {
    let Some(rig) = Rig::new(name, 3) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let (mut instance, port) = run(&rig, &dir, &[]);
    // Known to the service already: what they view gives no stage change any more.
    for partition in 0..3 {
        view(&rig, partition, &format!("known-{partition}"));
    }
    for partition in 0..3 {
        wait_until_committed(&rig, "clickstream", partition, 1);
    }
    let before = ids(&rig, OutTopic::StageChanges).len();
    rig.alter(OutTopic::StageChanges, &[wrong]);

    for n in 0..5 {
        view(&rig, 0, &format!("new-{n}"));
    }
    let stage_changes = rig.options.output_topic(OutTopic::StageChanges);
    let stuck = readiness(port, Duration::from_secs(60), |status, json| status == 503 && trouble(json, 0).is_some());
    assert_eq!(stuck["status"], "stuck", "{stuck}");
    let trouble_0 = trouble(&stuck, 0).expect("trouble");
    assert_eq!((&trouble_0["kind"], &trouble_0["topic"]), (&json!("refused"), &json!(stage_changes)), "{stuck}");
    let reason = trouble_0["reason"].as_str().expect("a reason");
    assert!(reason.contains(&stage_changes) && reason.contains("What to do") && reason.contains(right.0), "{reason}");
    assert!(trouble_0["since"].is_string());

    // The others work on, and their outputs keep coming; the task that is stuck stays where it is.
    for n in 0..20 {
        for partition in 1..3 {
            let user = format!("known-{partition}");
            let mail = track("Email Delivered", &user, now_ms(), &json!({}));
            rig.send("clickstream", Some(partition), Some(user.as_bytes()), &mail, now_ms());
            rig.send("email", Some(partition), Some(b"u"), format!("not JSON {n}").as_bytes(), now_ms());
        }
    }
    rig.flush();
    for partition in 1..3 {
        wait_until_committed(&rig, "clickstream", partition, 21);
        wait_until_committed(&rig, "email", partition, 20);
    }
    assert_eq!(rig.read(OutTopic::DeadLetters).len(), 40);
    assert_eq!(rig.committed("clickstream")[0], Some(1));
    let json = readiness(port, Duration::from_secs(5), |status, _| status == 503);
    assert!((1..3).all(|p| trouble(&json, p).is_none()), "{json}");
    let (_, metrics) = get(port, "/metrics");
    let value = |name: &str| -> f64 {
        let line = metrics.lines().find(|l| l.starts_with(name)).unwrap_or_else(|| panic!("no {name}"));
        line.rsplit(' ').next().unwrap().parse().unwrap()
    };
    assert!(value("leadstream_task_trouble_seconds{partition=\"0\",kind=\"refused\"}") > 0.0);
    assert!(value("leadstream_task_trouble_seconds{partition=\"1\",kind=\"refused\"}") == 0.0);
    assert!(value("leadstream_tasks{state=\"stuck\"}") == 1.0);
    let aborts = value(&format!("leadstream_aborts_total{{cause=\"{cause}\"}}"));
    assert!((2.0..30.0).contains(&aborts), "{aborts} aborts: known, and not at full speed");

    rig.alter(OutTopic::StageChanges, &[right]);
    readiness(port, Duration::from_secs(60), |status, _| status == 200);
    wait_until_committed(&rig, "clickstream", 0, 6);
    let after = ids(&rig, OutTopic::StageChanges);
    assert!(after.values().all(|n| *n == 1), "each id once: {after:?}");
    assert!(after.len() >= before + 5, "{before} before, {} after", after.len());
    let new: Vec<String> = rig.read(OutTopic::StageChanges).iter().map(|r| r.key_text().to_owned()).collect();
    assert!((0..5).all(|n| new.contains(&format!("new-{n}"))), "{new:?}");
    let status = instance.terminate(Duration::from_secs(15));
    assert!(status.success(), "{status}: {}", instance.log());
    let spoken = instance.log().lines().filter(|l| l.contains("refuses a record")).count();
    assert!(spoken < 10, "{spoken} lines about it:\n{}", instance.log());
}

#[test]
fn outputs_that_are_too_large_for_their_topic_hold_up_their_task_only_and_leave_once_the_topic_takes_them() {
    refused_and_put_right("large", ("max.message.bytes", "300"), ("max.message.bytes", "1048588"), "too-large");
}

#[test]
fn outputs_whose_time_their_topic_does_not_take_hold_up_their_task_only() {
    let name = "message.timestamp.before.max.ms";
    refused_and_put_right("times", (name, "1"), (name, UNBOUNDED), "timestamp");
}

#[test]
fn a_dead_letter_that_its_topic_refuses_after_all_goes_without_its_content() {
    let Some(rig) = Rig::new("letter", 2) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let (mut instance, port) = run(&rig, &dir, &[]);
    rig.alter(OutTopic::DeadLetters, &[("max.message.bytes", "2000")]);
    let noise: String = (0..20_000u32).map(|n| char::from(b'!' + (n.wrapping_mul(2_654_435_761) >> 24) as u8 % 90)).collect();
    for value in ["short", noise.as_str(), "short too"] {
        rig.send("clickstream", Some(0), Some(b"u"), value.as_bytes(), now_ms());
    }
    rig.flush();
    wait_until_committed(&rig, "clickstream", 0, 3);
    readiness(port, Duration::from_secs(30), |status, _| status == 200);
    let letters = rig.read(OutTopic::DeadLetters);
    let value = |offset: &[u8]| {
        let letter = letters.iter().find(|r| r.headers["leadstream-offset"] == offset).expect("a dead letter");
        (letter.value.clone().unwrap_or_default(), letter.headers.get("leadstream-truncated").cloned())
    };
    assert_eq!(letters.len(), 3);
    assert_eq!(value(b"0"), (b"short".to_vec(), None), "what fits stays whole");
    assert_eq!(value(b"1"), (Vec::new(), Some(b"20000".to_vec())));
    assert_eq!(value(b"2"), (b"short too".to_vec(), None));
    assert!(instance.terminate(Duration::from_secs(15)).success(), "{}", instance.log());
}

#[test]
fn a_poisoned_input_is_paused_and_everything_else_works_on() {
    let Some(rig) = Rig::new("poison", 2) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let (mut instance, port) = run(&rig, &dir, &["engine.batch_max_events=400"]);
    for n in 0..5_000 {
        rig.send("email", Some(1), Some(b"u"), format!("garbage {n}").as_bytes(), now_ms());
    }
    rig.flush();
    let json = readiness(port, Duration::from_secs(60), |status, json| status == 503 && trouble(json, 1).is_some());
    let found = trouble(&json, 1).expect("trouble");
    let email = format!("{}email", rig.options.prefix);
    assert_eq!((&found["kind"], &found["topic"]), (&json!("poisoned-input"), &json!(email)), "{json}");
    let reason = found["reason"].as_str().expect("a reason");
    assert!(
        reason.contains("can't be used") && reason.contains("deadletters.stop_ratio") && reason.contains("paused"),
        "{reason}"
    );
    let paused_at = rig.committed("email")[1].unwrap_or(0);
    assert!(paused_at < 1_000, "{paused_at}: what trips the limit is not committed");

    // Other inputs of the same task, and other tasks.
    for n in 0..10 {
        view(&rig, 0, &format!("zero-{n}"));
        view(&rig, 1, &format!("one-{n}"));
    }
    rig.send("email", Some(0), Some(b"u"), b"one bad record", now_ms());
    rig.flush();
    wait_until_committed(&rig, "clickstream", 0, 10);
    wait_until_committed(&rig, "clickstream", 1, 10);
    wait_until_committed(&rig, "email", 0, 1);
    let changed: Vec<String> = rig.read(OutTopic::StageChanges).iter().map(|r| r.key_text().to_owned()).collect();
    assert!((0..10).all(|n| changed.contains(&format!("zero-{n}")) && changed.contains(&format!("one-{n}"))), "{changed:?}");
    // No mail after a purchase that lies in what is not read: the task does not count as caught up.
    let (_, body) = get(port, "/readyz");
    let json: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&json["tasks"][0]["caught_up"], &json["tasks"][1]["caught_up"]), (&json!(true), &json!(false)), "{json}");
    assert_eq!(rig.committed("email")[1].unwrap_or(0), paused_at, "it stays where it is");
    let status = instance.terminate(Duration::from_secs(15));
    assert!(status.success(), "{status}: {}", instance.log());

    // Started again with the limit off, it goes on from there: each record is dead-lettered once.
    let mut instance = Instance::run(
        &rig,
        "a",
        dir.path(),
        &["engine.workers=1", "deadletters.stop_ratio=off", "topics.allow_mixed_partitioners=true"],
    );
    wait_until_committed(&rig, "email", 1, 5_000);
    assert!(instance.terminate(Duration::from_secs(15)).success());
    assert_eq!(rig.read(OutTopic::DeadLetters).len(), 5_001);
}

#[test]
fn a_worker_counts_as_hanging_though_it_never_came_round() {
    let Some(rig) = Rig::new("beats", 2) else { return };
    let mut options = rig.options();
    options.worker.workers = 3;
    let models = crate::basics::plain_models();
    let service = rig.start_with(&models, &options);
    assert_eq!(service.board.heartbeats().len(), 3, "each has to come round from here on");
    service.stop();
}

//! Clocks of producers that are wrong: nobody's reminder leaves early, and nothing is lost.

use crate::instance::{Instance, leadstream};
use crate::raw;
use crate::rig::{INPUTS, Read, Rig, Tail, now_ms, time_of, track};
use leadstream::runtime::ports::{OutTopic, TASK_KEY};
use leadstream::wire::task_record;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use serde_json::json;
use std::time::Duration;

const PAGE: &[u8] = br#"{"type":"page"}"#;
const MINUTE_MS: i64 = 60_000;

fn add_to_cart(rig: &Rig, key: &str, time_ms: i64) {
    let value = track("Product Added", key, time_ms, &json!({"product_id": "p-1", "price": 9.5, "quantity": 1}));
    rig.send("cart", None, Some(key.as_bytes()), &value, time_ms);
}

fn header(letter: &Read, name: &str) -> String {
    String::from_utf8_lossy(letter.headers.get(name).map_or(b"".as_slice(), Vec::as_slice)).into_owned()
}

#[test]
fn a_record_an_hour_ahead_reminds_nobody_and_is_found_in_the_dead_letters() {
    let Some(rig) = Rig::new("hour-ahead", 1) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let mut instance = Instance::run(&rig, "a", dir.path(), &["engine.workers=1"]);
    rig.wait_until_live();
    let begun_ms = now_ms();
    // The default series: the first step is due in an hour less ten seconds.
    (0..5).for_each(|n| add_to_cart(&rig, &format!("cart-{n}"), begun_ms - 10_000));
    rig.flush();
    rig.wait_until_read("cart", 5);
    let ahead = [59 * MINUTE_MS + 55_000, 59 * MINUTE_MS + 59_000].map(|by| begun_ms + by);
    for (n, time_ms) in ahead.iter().enumerate() {
        rig.send("clickstream", None, Some(format!("other-{n}").as_bytes()), PAGE, *time_ms);
    }
    rig.send("clickstream", None, Some(b"honest"), PAGE, begun_ms);
    rig.flush();
    let letters = rig.read_until(OutTopic::DeadLetters, Duration::from_secs(30), |letters| letters.len() >= 2);
    rig.wait_until_read("clickstream", 3);
    std::thread::sleep(Duration::from_secs(3));
    instance.assert_runs();
    assert!(rig.read(OutTopic::CartAbandoned).is_empty(), "five carts are reminded an hour early");
    for (letter, time_ms) in letters.iter().zip(ahead) {
        assert_eq!(header(letter, "leadstream-reason"), "absurd-time");
        assert!(header(letter, "leadstream-detail").contains("ahead of the clock"), "{letter:?}");
        assert_eq!(header(letter, "leadstream-timestamp"), time_ms.to_string());
        assert_eq!(letter.value.as_deref(), Some(PAGE));
        assert!((begun_ms..=now_ms()).contains(&letter.timestamp_ms), "written with the time of the clock: {letter:?}");
    }
    assert_eq!(letters.len(), 2);
    let stages = rig.read(OutTopic::StageChanges);
    assert!(stages.iter().all(|s| time_of(&s.json(), "at") <= now_ms()), "nothing goes stale early: {stages:#?}");
    assert_eq!(instance.log().matches("a producer's clock runs ahead").count(), 1, "once a burst:\n{}", instance.log());

    // The way back: with the time of that moment, so it is applied.
    let mut redrive = leadstream();
    redrive.args(["deadletters", "redrive", "--reason", "absurd-time", "--execute"]);
    rig.settings().iter().for_each(|pair| _ = redrive.args(["--set", pair]));
    let output = redrive.output().expect("leadstream");
    assert!(output.status.success(), "{output:?}");
    rig.wait_until_read("clickstream", 5);
    let back = rig.read_input("clickstream");
    assert!(back[3..].iter().all(|r| (begun_ms..=now_ms()).contains(&r.timestamp_ms)), "{back:?}");
    assert_eq!(rig.read(OutTopic::DeadLetters).iter().filter(|l| l.headers.contains_key("leadstream-reason")).count(), 2);
}

#[test]
fn a_clock_four_minutes_ahead_reminds_nobody_early() {
    let Some(rig) = Rig::new("minutes-ahead", 1) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let mut instance = Instance::run(&rig, "a", dir.path(), &["engine.workers=1", "model.cart.steps=[\"12s\"]"]);
    rig.wait_until_live();
    let tail = Tail::of(&rig, OutTopic::CartAbandoned);
    let begun_ms = now_ms();
    (0..5).for_each(|n| add_to_cart(&rig, &format!("cart-{n}"), begun_ms));
    rig.flush();
    rig.wait_until_read("cart", 5);
    rig.send("clickstream", None, Some(b"fast"), PAGE, begun_ms + 4 * MINUTE_MS);
    rig.flush();
    rig.wait_until_read("clickstream", 1);
    let seen = tail.wait(Duration::from_secs(30), |seen| seen.len() >= 5);
    instance.assert_runs();
    assert_eq!(seen.len(), 5);
    for (visible_ms, value) in &seen {
        assert_eq!(time_of(value, "at"), begun_ms + 12_000, "{value}");
        assert!(*visible_ms >= begun_ms + 12_000, "{} ms early", begun_ms + 12_000 - visible_ms);
    }
    assert!(rig.read(OutTopic::DeadLetters).is_empty());
    let fast = rig.read(OutTopic::StageChanges).into_iter().find(|s| s.key_text() == "fast").expect("it is applied");
    assert_eq!(time_of(&fast.json(), "at"), begun_ms + 4 * MINUTE_MS, "with its own time, as a replay says");
    assert!(fast.timestamp_ms <= now_ms(), "but a broker is not asked to take a time ahead of its own");
}

#[test]
fn a_task_time_that_ran_ahead_is_brought_back_at_a_restart() {
    let Some(rig) = Rig::new("came-back", 1) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let set = ["engine.workers=1", "model.cart.steps=[\"15s\"]"];
    let mut instance = Instance::run(&rig, "a", dir.path(), &set);
    rig.wait_until_live();
    let tail = Tail::of(&rig, OutTopic::CartAbandoned);
    let begun_ms = now_ms();
    add_to_cart(&rig, "c", begun_ms);
    rig.flush();
    rig.wait_until_read("cart", 1);
    assert!(instance.terminate(Duration::from_secs(15)).success(), "{}", instance.log());

    // As an older version left it, whose time a record could move.
    let state = rig.read(OutTopic::State);
    let last = state.iter().rfind(|r| r.key.as_deref() == Some(TASK_KEY)).and_then(|r| r.value.as_deref());
    let mut record = task_record::decode(last.expect("a task record"), &[]).expect("readable");
    record.time_ms += 59 * MINUTE_MS;
    let mut value = Vec::new();
    task_record::encode(&record, &[], &mut value);
    let topic = rig.options.output_topic(OutTopic::State);
    let producer: BaseProducer = crate::rig::producer(&rig.options.bootstrap_servers, "murmur2_random");
    producer.send(BaseRecord::to(&topic).partition(0).key(TASK_KEY).payload(&value)).expect("queued");
    producer.flush(Duration::from_secs(10)).expect("written");
    // Its offsets don't say the task's time.
    for input in INPUTS {
        let offset = rig.committed(input)[0].expect("committed");
        rig.move_offsets(input, 0, offset);
    }

    let mut instance = Instance::run(&rig, "a", dir.path(), &set);
    instance.wait_for_log("this task's time lies ahead of the clock");
    let seen = tail.wait(Duration::from_secs(40), |seen| !seen.is_empty());
    instance.assert_runs();
    assert_eq!(time_of(&seen[0].1, "at"), begun_ms + 15_000, "{:?}", seen[0].1);
    assert!(instance.log().contains("58m") || instance.log().contains("59m"), "{}", instance.log());
}

#[test]
fn a_record_without_a_time_counts_with_the_events_own() {
    let Some(rig) = Rig::new("timeless", 1) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let mut instance = Instance::run(&rig, "a", dir.path(), &["engine.workers=1", "model.cart.steps=[\"4s\"]"]);
    rig.wait_until_live();
    let topic = format!("{}cart", rig.options.prefix);
    let begun_ms = now_ms();
    // None; Java's 0; a clock of 1999.
    let none = [("timeless", -1), ("zero", 0), ("1999", 946_684_799_999)];
    for (key, timestamp_ms) in none {
        let value = track("Product Added", key, begun_ms, &json!({"product_id": "p-1", "price": 9.5}));
        raw::produce(&rig.options.bootstrap_servers, &topic, 0, timestamp_ms, key.as_bytes(), &value);
        raw::produce(&rig.options.bootstrap_servers, &topic, 0, timestamp_ms, b"never", PAGE);
    }
    let read = rig.read_until(OutTopic::CartAbandoned, Duration::from_secs(30), |read| read.len() >= 3);
    instance.assert_runs();
    for (key, _) in none {
        let left = read.iter().find(|r| r.key_text() == key).expect(key).json();
        assert_eq!(time_of(&left, "due_at"), begun_ms + 4_000, "{key}");
    }
    let stages = rig.read(OutTopic::StageChanges);
    assert!(stages.iter().all(|s| time_of(&s.json(), "at") >= begun_ms - MINUTE_MS), "nothing of 1970: {stages:#?}");
    // Where the event has none either, it is a dead letter that can be written, and says what was there.
    let letters = rig.read_until(OutTopic::DeadLetters, Duration::from_secs(30), |letters| letters.len() >= 3);
    for (letter, (_, timestamp_ms)) in letters.iter().zip(none) {
        assert_eq!(header(letter, "leadstream-reason"), "absurd-time");
        assert_eq!(header(letter, "leadstream-timestamp"), timestamp_ms.to_string());
        assert!(letter.timestamp_ms >= begun_ms - MINUTE_MS, "{letter:?}");
    }
    assert_eq!(letters.len(), 3);
}

//! Bad input: dead letters in the same transaction, the limit, and inputs that disagree about partitions.

use crate::instance::Instance;
use crate::rig::{Rig, now_ms, producer, send, track};
use leadstream::runtime::ports::OutTopic;
use serde_json::json;
use std::time::Duration;

#[test]
fn every_kind_of_bad_record_is_dead_lettered_with_its_bytes_and_the_good_ones_count() {
    let Some(rig) = Rig::new("bad", 2) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let good = |user: &str| track("Product Viewed", user, now_ms(), &json!({"product_id": "p-1"}));
    let absurd = track("Product Viewed", "u", now_ms() - 200 * 86_400_000, &json!({}));
    let long_key = vec![b'k'; 300];
    let cases: Vec<(&str, Option<&[u8]>, Vec<u8>)> = vec![
        ("unreadable-value", Some(b"u"), b"not JSON".to_vec()),
        ("unreadable-value", Some(b"u"), b"{\"type\": \"track\", \"event\": \"Product".to_vec()),
        ("unreadable-value", Some(b"u"), vec![0xff, 0xfe, 0x00]),
        ("unreadable-value", Some(b"u"), Vec::new()),
        ("unreadable-value", Some(b"u"), [b'['; 100_000].to_vec()),
        ("key-missing", None, good("u")),
        ("key-empty", Some(b""), good("u")),
        ("key-too-long", Some(&long_key), good("u")),
        ("key-not-utf8", Some(&[0xc3, 0x28]), good("u")),
        ("no-name", Some(b"u"), b"{\"type\": \"track\", \"userId\": \"u\"}".to_vec()),
        ("absurd-time", Some(b"u"), absurd),
    ];
    for (n, (_, key, value)) in cases.iter().enumerate() {
        rig.send("clickstream", Some(0), *key, value, now_ms());
        let user = format!("good-{n}");
        rig.send("clickstream", Some(0), Some(user.as_bytes()), &good(&user), now_ms());
    }
    rig.flush();
    let mut instance = Instance::run(&rig, "a", dir.path(), &["engine.workers=1", "topics.allow_mixed_partitioners=true"]);
    rig.wait_until_read("clickstream", 2 * cases.len() as i64);
    let status = instance.terminate(Duration::from_secs(15));
    assert!(status.success(), "{status}: {}", instance.log());
    let mut letters = rig.read(OutTopic::DeadLetters);
    let offset =
        |r: &crate::rig::Read| String::from_utf8_lossy(&r.headers["leadstream-offset"]).parse::<usize>().expect("an offset");
    letters.sort_by_key(offset);
    assert_eq!(letters.len(), cases.len());
    for (n, ((reason, key, value), letter)) in cases.iter().zip(&letters).enumerate() {
        assert_eq!(String::from_utf8_lossy(&letter.headers["leadstream-reason"]), *reason, "record {n}");
        assert_eq!(letter.key.as_deref(), *key, "record {n}");
        assert_eq!(letter.value.as_deref().unwrap_or_default(), value.as_slice(), "record {n}");
        assert_eq!(offset(letter), 2 * n);
        assert_eq!(letter.headers["leadstream-partition"], b"0");
        assert!(letter.headers["leadstream-topic"].ends_with(b"clickstream"));
    }
    let prospects: std::collections::BTreeSet<String> =
        rig.read(OutTopic::StageChanges).iter().map(|r| r.key_text().to_owned()).collect();
    assert_eq!(prospects.len(), cases.len(), "the good ones count: {prospects:?}");
}

#[test]
fn a_topic_full_of_garbage_stops_the_task_loudly_instead_of_being_drained() {
    let Some(rig) = Rig::new("garbage", 2) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    for n in 0..30_000 {
        rig.send("email", Some(1), Some(b"u"), format!("garbage {n}").as_bytes(), now_ms());
    }
    rig.flush();
    let set =
        ["deadletters.on_poison=stop", "engine.workers=1", "engine.batch_max_events=400", "topics.allow_mixed_partitioners=true"];
    let mut instance = Instance::run(&rig, "a", dir.path(), &set);
    let status = instance.wait(Duration::from_secs(60));
    assert_eq!(status.code(), Some(1), "{}", instance.log());
    let log = instance.log();
    assert!(log.contains("can't be used") && log.contains("deadletters.stop_ratio"), "{log}");
    let letters = rig.read(OutTopic::DeadLetters).len();
    assert!(letters < 1_000, "{letters} dead letters: the batch that trips the limit is not committed");
    assert_eq!(rig.committed("email")[1].unwrap_or(0), letters as i64, "offsets and dead letters go together");

    // The documented way past it.
    let past = ["engine.workers=1", "deadletters.stop_ratio=off", "topics.allow_mixed_partitioners=true"];
    let mut instance = Instance::run(&rig, "a", dir.path(), &past);
    rig.wait_until_read("email", 30_000);
    let status = instance.terminate(Duration::from_secs(15));
    assert!(status.success(), "{status}: {}", instance.log());
    assert_eq!(rig.read(OutTopic::DeadLetters).len(), 30_000, "each once");
}

#[test]
fn inputs_with_different_partitioners_are_refused_with_what_to_set() {
    let Some(rig) = Rig::new("mixed", 4) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let crc32 = producer(&rig.options.bootstrap_servers, "consistent_random");
    for n in 0..200 {
        let user = format!("user-{n}");
        let value = track("Product Viewed", &user, now_ms(), &json!({"product_id": "p"}));
        rig.send("clickstream", None, Some(user.as_bytes()), &value, now_ms());
        send(&crc32, &format!("{}cart", rig.options.prefix), None, Some(user.as_bytes()), &value, now_ms());
    }
    rig.flush();
    rdkafka::producer::Producer::flush(&crc32, Duration::from_secs(10)).expect("written");
    let mut instance = Instance::run(&rig, "a", dir.path(), &[]);
    let status = instance.wait(Duration::from_secs(60));
    assert_eq!(status.code(), Some(1), "{}", instance.log());
    let log = instance.log();
    assert!(log.contains("partitioner=murmur2_random") && log.contains("crc32"), "{log}");
    assert_eq!(rig.committed("clickstream"), [None; 4], "nothing was read");

    let mut instance = Instance::run(&rig, "a", dir.path(), &["topics.allow_mixed_partitioners=true"]);
    rig.wait_until_read("clickstream", 200);
    assert!(instance.terminate(Duration::from_secs(15)).success());
}

//! Bad input: dead letters in the same transaction, the limit, and inputs that disagree about partitions.

use crate::commands::answer;
use crate::instance::Instance;
use crate::rig::{Rig, now_ms, producer, send, track};
use leadstream::runtime::ports::OutTopic;
use leadstream::view::dead_letters::{DeadLettersView, RedriveView};
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

/// A record of the given size that compresses well, as a producer with gzip sends it.
fn send_packed(rig: &Rig, key: &[u8], value: &[u8], headers: &[(&str, &[u8])]) {
    use rdkafka::message::{Header, OwnedHeaders};
    use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
    let producer: BaseProducer = rdkafka::ClientConfig::new()
        .set("bootstrap.servers", &rig.options.bootstrap_servers)
        .set("compression.type", "gzip")
        .set("message.max.bytes", "40000000")
        .create()
        .expect("a producer");
    let mut all = OwnedHeaders::new();
    for (key, value) in headers {
        all = all.insert(Header { key, value: Some(*value) });
    }
    let topic = format!("{}clickstream", rig.options.prefix);
    let record = BaseRecord::to(&topic).partition(0).key(key).payload(value).headers(all).timestamp(now_ms());
    producer.send(record).map_err(|(error, _)| error).expect("queued");
    producer.flush(Duration::from_secs(20)).expect("written");
}

/// Bytes that no compression makes smaller.
fn noise(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..len).map(next).collect()
}

#[test]
fn a_bad_record_whose_key_or_headers_are_larger_than_the_dead_letters_take_stops_nothing() {
    let Some(rig) = Rig::new("huge", 1) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let huge = vec![b'a'; 17_000_000];
    send_packed(&rig, b"header", b"not json", &[("huge", &huge), ("trace", b"x")]);
    send_packed(&rig, &huge, b"not json", &[("trace", b"x")]);
    // The producer's gzip is better than our lz4: what came as 1 MB would be larger on its way out.
    let base64: Vec<u8> = noise(1_330_000, 3)
        .iter()
        .map(|b| b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[usize::from(b & 63)])
        .collect();
    send_packed(&rig, b"base64", b"not json", &[("packed", &base64)]);
    let parts: Vec<Vec<u8>> = (0..30).map(|n| noise(32_000, n)).collect();
    let many: Vec<(&str, &[u8])> = parts.iter().map(|part| ("part", part.as_slice())).collect();
    send_packed(&rig, b"many", &noise(60_000, 99), &many);
    let good = track("Product Viewed", "ann", now_ms(), &json!({"product_id": "p"}));
    rig.send("clickstream", Some(0), Some(b"ann"), &good, now_ms());
    rig.flush();

    let mut instance = Instance::run(&rig, "a", dir.path(), &["engine.workers=1"]);
    rig.wait_until_read("clickstream", 5);
    assert!(instance.terminate(Duration::from_secs(15)).success(), "{}", instance.log());
    let letters = rig.read(OutTopic::DeadLetters);
    let of = |offset: &[u8]| letters.iter().find(|r| r.headers["leadstream-offset"] == offset).expect("a dead letter");
    let number = |offset: &[u8], name: &str| of(offset).headers.get(name).map(|v| String::from_utf8_lossy(v).into_owned());
    assert_eq!(letters.len(), 4);
    assert_eq!((of(b"0").key_text(), of(b"0").value.as_deref()), ("header", Some(b"not json".as_slice())));
    assert_eq!(number(b"0", "leadstream-headers-left-out").as_deref(), Some("1"));
    assert_eq!(of(b"0").headers["trace"], b"x", "what fits stays");
    assert_eq!(number(b"1", "leadstream-key-truncated").as_deref(), Some("17000000"));
    assert_eq!(number(b"2", "leadstream-headers-left-out").as_deref(), Some("1"));
    assert_eq!(of(b"2").value.as_deref(), Some(b"not json".as_slice()));
    assert_eq!(number(b"3", "leadstream-reason").as_deref(), Some("unreadable-value"));
    assert!(!rig.read(OutTopic::StageChanges).is_empty(), "the good one counts");
}

#[test]
fn headers_that_pretend_to_be_ours_hide_no_dead_letter_and_come_back_as_they_were() {
    let Some(rig) = Rig::new("forged", 1) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let forged: [(&str, &[u8]); 5] = [
        ("leadstream-offset", b"x"),
        ("leadstream-truncated", b"7"),
        ("leadstream-receipt", b"2"),
        ("Leadstream-Receipt", b"2"),
        ("trace", b"x"),
    ];
    rig.send("clickstream", Some(0), Some(b"u"), b"not json", now_ms());
    send_packed(&rig, b"forger", b"0,1,2", &forged);
    rig.flush();
    let mut instance = Instance::run(&rig, "a", dir.path(), &["engine.workers=1"]);
    rig.wait_until_read("clickstream", 2);
    assert!(instance.terminate(Duration::from_secs(15)).success(), "{}", instance.log());

    let command = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_leadstream"));
        command.args(arguments);
        for setting in rig.settings() {
            command.args(["--set", &setting]);
        }
        let output = command.output().expect("the command runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, listed) = command(&["deadletters", "list", "--json"]);
    let listed: DeadLettersView = answer(&listed);
    assert_eq!((code, listed.total, listed.dead_letters[0].redriven), (Some(0), 2, 0));
    // What this group doesn't read is not written to, whatever a letter says.
    let away = ["topics.clickstream=[\"elsewhere\"]"];
    let (code, done) = command(&["deadletters", "redrive", "--json", "--set", away[0]]);
    let done: RedriveView = answer(&done);
    assert_eq!((code, done.redriven, done.not_an_input.len()), (Some(1), 0, 1));
    let redrive = || {
        let (code, done) = command(&["deadletters", "redrive", "--execute", "--json"]);
        (code, answer::<RedriveView>(&done).redriven)
    };
    assert_eq!(redrive(), (Some(0), 2));
    let all = rig.read_input("clickstream");
    let back = all.iter().rfind(|r| r.key.as_deref() == Some(b"forger")).expect("it came back");
    assert_eq!(back.value.as_deref(), Some(b"0,1,2".as_slice()));
    for (name, value) in forged {
        assert_eq!(back.headers.get(name).map(Vec::as_slice), Some(value), "{name}");
    }
    assert!(back.headers.contains_key("leadstream-redriven") && back.headers.len() == forged.len() + 1);

    // It fails again: a new dead letter, which may go back again.
    let mut instance = Instance::run(&rig, "a", dir.path(), &["engine.workers=1"]);
    rig.wait_until_read("clickstream", 4);
    assert!(instance.terminate(Duration::from_secs(15)).success(), "{}", instance.log());
    assert_eq!(redrive(), (Some(0), 2));
}

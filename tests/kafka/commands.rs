//! `check`, `topics create` and `deadletters` on a real broker.

use crate::instance::{Instance, leadstream};
use crate::rig::{INPUTS, Rig, now_ms, producer, send};
use leadstream::kafka::admin::{Created, NewTopicSpec};
use leadstream::runtime::ports::OutTopic;
use leadstream::view::check::CheckView;
use leadstream::view::dead_letters::{DeadLetterView, DeadLettersView, RedriveView};
use leadstream::view::topics::TopicsView;
use rdkafka::producer::Producer;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Exit code, stdout and stderr of a command on these settings.
pub fn run(command: &[&str], settings: &[String]) -> (i32, String, String) {
    let mut process = leadstream();
    process.args(command);
    for pair in settings {
        process.args(["--set", pair]);
    }
    let output = process.output().expect("leadstream");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().expect("it ended by itself"), text(&output.stdout), text(&output.stderr))
}

/// An answer as JSON, read as its type: which says all of it, for written again it is the same to the byte.
pub fn answer<T: Serialize + DeserializeOwned>(text: &str) -> T {
    let answer: T = serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"));
    assert_eq!(serde_json::to_string(&answer).expect("JSON"), text.trim_end());
    answer
}

/// The rig's settings with another prefix, below which nothing exists yet.
fn elsewhere(rig: &Rig, name: &str) -> (String, Vec<String>) {
    let prefix = format!("{}{name}.", rig.options.prefix);
    let mut settings = rig.settings();
    settings.push(format!("topics.prefix={prefix}"));
    (prefix, settings)
}

fn make(rig: &Rig, topic: String, partitions: u32, configs: &[(&str, &str)]) {
    let configs = configs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let made = rig.admin().create_topics(&[NewTopicSpec { name: topic, partitions, replication: Some(1), configs }]);
    assert_eq!(made.expect("a broker"), [Created::New]);
}

/// Waits until nothing but the marker of the last transaction is left of an input.
fn wait_until_all_read(rig: &Rig, input: &str) {
    let topic = format!("{}{input}", rig.options.prefix);
    let begun = Instant::now();
    loop {
        let end = |p: i32| rig.admin().watermarks(&topic, p).expect("an end").1;
        if (0i32..).zip(rig.committed(input)).all(|(p, at)| at.unwrap_or(0) >= end(p) - 1) {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{input} is not read to its end: {:?}", rig.committed(input));
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn check_names_what_is_missing_topics_create_makes_it_and_then_check_is_content() {
    let Some(rig) = Rig::new("create", 1) else { return };
    let (prefix, settings) = elsewhere(&rig, "new");
    let (code, out, _) = run(&["check"], &settings);
    assert_eq!(code, 2, "{out}");
    assert_eq!(out.matches("does not exist").count(), INPUTS.len() + OutTopic::used(false, false).count(), "{out}");

    let (code, _, err) = run(&["topics", "create"], &settings);
    assert!(code == 2 && err.contains("say --partitions"), "{code}: {err}");
    let (code, out, _) = run(&["topics", "create", "--inputs", "--partitions", "3", "--dry-run"], &settings);
    assert!(code == 0 && out.matches("would be created").count() == 12, "{code}: {out}");
    assert!(!rig.admin().topics().expect("a broker").keys().any(|t| t.starts_with(&prefix)), "a dry run makes nothing");

    let (code, out, err) = run(&["topics", "create", "--inputs", "--partitions", "3"], &settings);
    assert!(code == 0 && out.matches("created ").count() == 12, "{code}: {out}{err}");
    let topics = rig.admin().topics().expect("a broker");
    assert_eq!(topics.iter().filter(|(t, topic)| t.starts_with(&prefix) && topic.partitions == 3).count(), 12);
    let state = rig.admin().topic_configs(&format!("{prefix}leadstream.state")).expect("settings");
    assert_eq!((state["cleanup.policy"].as_str(), state["delete.retention.ms"].as_str()), ("compact", "604800000"));

    let (code, out, _) = run(&["check"], &settings);
    assert!(code == 0 && out.contains("0 faults, 0 warnings"), "{code}: {out}");
    let (code, out, _) = run(&["topics", "create", "--json"], &settings);
    let again: TopicsView = answer(&out);
    assert_eq!(code, 0);
    assert!(again.topics.iter().all(|topic| topic.state == "exists" && topic.note.is_none()), "{out}");
}

#[test]
fn check_names_every_fault_of_the_topics_at_once_with_what_to_do() {
    let Some(rig) = Rig::new("faulty", 1) else { return };
    let (prefix, settings) = elsewhere(&rig, "bad");
    make(&rig, format!("{prefix}clickstream"), 4, &[]);
    make(&rig, format!("{prefix}cart"), 6, &[("max.message.bytes", "2000000")]);
    make(&rig, format!("{prefix}leadstream.state"), 4, &[("cleanup.policy", "delete")]);
    make(&rig, format!("{prefix}leadstream.dead-letters"), 4, &[("retention.ms", "1000")]);
    make(&rig, format!("{prefix}leadstream.cart-abandoned"), 4, &[("message.timestamp.type", "LogAppendTime")]);
    let settings = [settings, vec!["kafka.properties.linger=1".to_owned(), "engine.worker=1".to_owned()]].concat();
    let (code, out, _) = run(&["check", "--json"], &settings);
    assert_eq!(code, 2);
    let report: CheckView = answer(&out);
    let faults: Vec<&str> = report.faults.iter().map(|fault| &*fault.message).collect();
    for part in [
        "engine.worker: unknown setting: did you mean engine.workers?",
        "kafka.properties.linger: librdkafka has no such property",
        "bad.email does not exist",
        "different numbers of partitions",
        "leadstream.state: cleanup.policy is delete and should be compact; kafka-configs.sh --alter",
        "leadstream.dead-letters: max.message.bytes is 1048588 and should be 2065536",
        "leadstream.dead-letters: retention.ms is 1000 and should be 2592000000",
        "leadstream.cart-abandoned: message.timestamp.type is LogAppendTime and should be CreateTime",
        "leadstream.stage-changes does not exist",
    ] {
        assert!(faults.iter().any(|f| f.contains(part)), "{part:?} is not among {faults:#?}");
    }
    // A topic takes no record of more than an hour ahead, unless it is told to (since Kafka 4.0; before, there was no bound).
    if crate::broker::has_consumer_protocol() {
        let warnings = format!("{:?}", report.warnings);
        let bound =
            "leadstream.dead-letters: message.timestamp.after.max.ms is 3600000 and should be 9223372036854775807; kafka-configs";
        assert!(warnings.contains(bound), "{warnings}");
    }
}

#[test]
fn check_warns_of_inputs_whose_record_times_are_the_producers_and_bounded_by_nobody() {
    let Some(rig) = Rig::new("times", 1) else { return };
    let (prefix, settings) = elsewhere(&rig, "times");
    let endless = i64::MAX.to_string();
    make(&rig, format!("{prefix}clickstream"), 1, &[("message.timestamp.after.max.ms", &endless)]);
    make(&rig, format!("{prefix}email"), 1, &[("message.timestamp.type", "LogAppendTime")]);
    make(&rig, format!("{prefix}cart"), 1, &[("message.timestamp.after.max.ms", "300000")]);
    let (code, out, err) = run(&["topics", "create"], &settings);
    assert_eq!(code, 0, "{out}{err}");
    let (code, out, _) = run(&["check"], &settings);
    assert!(code == 0 && out.contains("0 faults, 1 warning"), "{out}");
    assert!(
        out.contains(&format!("{prefix}clickstream: the record times are the producers' clocks, and nothing bounds them")),
        "{out}"
    );
    assert!(out.contains("--add-config message.timestamp.after.max.ms=300000"), "{out}");
}

#[test]
fn check_sees_inputs_that_disagree_about_partitions_and_outputs_that_forget_too_soon() {
    let Some(rig) = Rig::new("keys", 4) else { return };
    let (prefix, mut settings) = elsewhere(&rig, "out");
    // Inputs that keep their old records, or the broker's retention takes them away while they are looked at; outputs keep 30 days.
    for input in INPUTS {
        make(&rig, format!("{prefix}{input}"), 4, &[("retention.ms", "-1")]);
    }
    let (code, out, err) = run(&["topics", "create"], &settings);
    assert_eq!(code, 0, "{out}{err}");
    for (input, partitioner) in [("clickstream", "murmur2_random"), ("cart", "consistent_random")] {
        let sender = producer(&rig.options.bootstrap_servers, partitioner);
        for n in 0..200 {
            let key = format!("prospect-{n}");
            send(&sender, &format!("{prefix}{input}"), None, Some(key.as_bytes()), b"{}", now_ms() - 40 * 86_400_000);
        }
        sender.flush(Duration::from_secs(10)).expect("written");
    }
    let (code, out, _) = run(&["check"], &settings);
    assert_eq!(code, 2, "{out}");
    assert!(out.contains("fault    keys") && out.contains("partitioner=murmur2_random"), "{out}");
    settings.push("topics.allow_mixed_partitioners=true".to_owned());
    let (code, out, _) = run(&["check"], &settings);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("warning  keys"), "{out}");
    assert!(out.contains("leadstream.stage-changes keeps records for 30d, the oldest unread record of"), "{out}");
}

#[test]
fn check_says_what_identity_would_do_with_the_newest_records_before_it_is_switched_on() {
    let Some(rig) = Rig::new("persons-check", 2) else { return };
    let (prefix, settings) = elsewhere(&rig, "ids");
    let (code, out, err) = run(&["topics", "create", "--inputs", "--partitions", "2"], &settings);
    assert_eq!(code, 0, "{out}{err}");
    let sender = producer(&rig.options.bootstrap_servers, "murmur2_random");
    let say = |key: &str, ids: serde_json::Value| {
        let mut event = serde_json::json!({"type": "track", "event": "Product Viewed"});
        ids.as_object().expect("ids").iter().for_each(|(name, id)| event[name] = id.clone());
        let topic = format!("{prefix}clickstream");
        send(&sender, &topic, None, Some(key.as_bytes()), event.to_string().as_bytes(), now_ms());
    };
    for n in 0..30 {
        say(&format!("anon:v{n}"), serde_json::json!({"anonymousId": format!("v{n}")}));
        say("till", serde_json::json!({"anonymousId": format!("v{n}"), "userId": "till"}));
    }
    say("42", serde_json::json!({"userId": "42", "anonymousId": "w", "traits": {"email": "ada@mail.example"}}));
    sender.flush(Duration::from_secs(10)).expect("written");
    let (code, out, _) = run(&["check", "--json"], &settings);
    let off: CheckView = answer(&out);
    assert!(code == 0 && off.identity.is_none(), "{out}");
    let (code, out, _) = run(&["check", "--identity", "--json"], &settings);
    assert!(code == 0 && !out.contains("mail.example"), "{out}");
    let view: CheckView = answer(&out);
    let figures = view.identity.expect("figures");
    assert_eq!((figures.records, figures.events, figures.crowded), (61, 61, 1));
    assert_eq!(figures.suspects.iter().map(|suspect| (&*suspect.id, &*suspect.why)).collect::<Vec<_>>(), [("till", "crowded")]);
    assert!(
        view.warnings.iter().any(|warning| warning.area == "identity" && warning.message.contains("identity.block = [\"till\"]"))
    );
    let blocked = [&settings[..], &["identity.block=till".to_owned()]].concat();
    let (code, out, _) = run(&["check", "--identity"], &blocked);
    assert!(code == 0 && out.contains("persons  31: 30 with one id, 0 with two, 1 with three, 0 with more"), "{out}");
    assert!(out.contains("user     1 in 1 events; no ids: blocked 30"), "{out}");
}

#[test]
fn dead_letters_are_counted_shown_and_sent_back_as_they_came_each_once() {
    let Some(rig) = Rig::new("letters", 2) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let begun_ms = now_ms() - 5_000;
    let count = 1_200;
    for n in 0..count {
        rig.send(
            "cart",
            Some(n % 2),
            Some(format!("k{n}").as_bytes()),
            format!("no JSON {n}").as_bytes(),
            begun_ms + i64::from(n),
        );
    }
    rig.send("clickstream", Some(0), None, b"{}", begun_ms);
    rig.flush();
    let total = u64::try_from(count).expect("positive") + 1;
    let mut instance = Instance::run(&rig, "a", dir.path(), &["deadletters.stop_ratio=off", "engine.workers=1"]);
    rig.wait_until_read("cart", i64::from(count));
    rig.wait_until_read("clickstream", 1);
    assert!(instance.terminate(Duration::from_secs(20)).success(), "{}", instance.log());

    let list = |more: &[&str]| -> DeadLettersView {
        answer(&run(&[&["deadletters", "list", "--json"], more].concat(), &rig.settings()).1)
    };
    assert_eq!(list(&[]).total, total);
    assert_eq!(list(&["--reason", "key-missing"]).total, 1);
    assert_eq!(list(&["--topic", "no-such-topic"]).total, 0);
    assert_eq!(list(&["--since", "1970-01-01T00:00:00Z", "--until", "2020-01-01T00:00:00Z"]).total, 0);
    let (_, each, _) = run(&["deadletters", "list", "--each", "--limit", "7", "--json"], &rig.settings());
    let each: Vec<DeadLetterView> = each.lines().map(answer).collect();
    assert!(each.len() == 7 && each.iter().all(|letter| !letter.from.topic.is_empty() && !letter.redriven), "{each:?}");

    let redrive = |more: &[&str]| {
        run(&[&["deadletters", "redrive", "--json", "--reason", "unreadable-value"], more].concat(), &rig.settings())
    };
    let (code, out, _) = redrive(&[]);
    let done: RedriveView = answer(&out);
    assert_eq!((code, done.redriven, done.executed), (0, total - 1, false));
    assert_eq!(rig.read_input("cart").len(), count as usize, "a dry run sends nothing");

    // Two at once fence each other; however they end, the next one finishes and nothing goes twice.
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| redrive(&["--execute"]));
        }
    });
    let (code, out, err) = redrive(&["--execute"]);
    assert_eq!(code, 0, "{out}{err}");
    let records = rig.read_input("cart");
    let back: Vec<_> = records.iter().filter(|r| r.headers.contains_key("leadstream-redriven")).collect();
    let from: BTreeSet<&Vec<u8>> = back.iter().map(|r| &r.headers["leadstream-redriven"]).collect();
    assert_eq!((back.len(), from.len()), (count as usize, count as usize), "each once");
    for record in back {
        let key = record.key_text();
        let n: i32 = key[1..].parse().expect("a number");
        assert_eq!(record.value.as_deref(), Some(format!("no JSON {n}").as_bytes()));
        assert_eq!((record.timestamp_ms, record.partition), (begun_ms + i64::from(n), n % 2), "{key}");
        assert_eq!(record.headers.len(), 1, "none of the dead letter's own headers: {:?}", record.headers.keys());
    }
    let (_, out, _) = redrive(&["--execute"]);
    let done: RedriveView = answer(&out);
    assert_eq!((done.redriven, done.already_redriven), (0, total - 1));
    assert_eq!(rig.read_input("cart").len(), 2 * count as usize);

    // What was sent back and failed again is a new dead letter, and may go back again.
    let mut instance = Instance::run(&rig, "a", dir.path(), &["deadletters.stop_ratio=off", "engine.workers=1"]);
    wait_until_all_read(&rig, "cart");
    assert!(instance.terminate(Duration::from_secs(20)).success(), "{}", instance.log());
    let unreadable = &list(&["--reason", "unreadable-value"]).dead_letters[0];
    assert_eq!((unreadable.count, unreadable.redriven), (2 * (total - 1), total - 1));
}

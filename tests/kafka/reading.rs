//! What can't be read, or not yet: said with what to do, never spun on and never passed over.

use crate::broker::OwnBroker;
use crate::instance::Instance;
use crate::rig::{Rig, now_ms, track};
use leadstream::config::{self, Settings};
use leadstream::domain::model::Models;
use leadstream::runtime::ports::OutTopic;
use leadstream::runtime::snapshot::TaskState;
use leadstream::runtime::trouble::TroubleKind;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{BaseProducer, Producer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use serde_json::json;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::time::{Duration, Instant};

fn models() -> Arc<Models> {
    Arc::new(config::models(&Settings::default()).expect("the shipped model loads"))
}

fn view(rig: &Rig, input: &str, n: i32) {
    let user = format!("u-{n}");
    let value = track("Product Viewed", &user, now_ms(), &json!({"product_id": "p"}));
    rig.send(input, Some(0), Some(user.as_bytes()), &value, now_ms());
}

/// Waits until something holds.
fn until(what: &str, within: Duration, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < within, "after {within:?}: not {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Turns a byte over in the first batch of a topic's partition 0, behind the header.
fn damage(broker: &OwnBroker, topic: &str) {
    let path = broker.segment(topic, 0);
    let file = std::fs::File::options().read(true).write(true).open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut byte = [0];
    file.read_exact_at(&mut byte, 80).expect("a first batch");
    file.write_all_at(&[!byte[0]], 80).expect("written");
}

#[test]
fn a_damaged_changelog_stops_with_the_partition_the_offset_and_what_to_do() {
    let Some(broker) = OwnBroker::start("damaged") else { return };
    let rig = Rig::on(&broker.address(), "damaged", 1);
    let dir = tempfile::tempdir().expect("a folder");
    let mut instance = Instance::run(&rig, "a", dir.path(), &[]);
    for n in 0..40 {
        view(&rig, "clickstream", n);
        if n % 10 == 9 {
            rig.flush();
            rig.wait_until_read("clickstream", i64::from(n) + 1);
        }
    }
    assert!(instance.terminate(Duration::from_secs(20)).success(), "{}", instance.log());
    let state = rig.options.output_topic(OutTopic::State);
    damage(&broker, &state);
    let mut instance = Instance::run(&rig, "b", dir.path(), &[]);
    let status = instance.wait(Duration::from_secs(40));
    let log = instance.log();
    assert_eq!(status.code(), Some(1), "{log}");
    for said in [&*format!("{state}, partition 0"), "damaged at or after offset 0", "replicas", "start over"] {
        assert!(log.contains(said), "{said:?} is not in\n{log}");
    }
    let lines = log.lines().filter(|line| !line.contains("leadstream::settings")).count();
    assert!(lines < 20, "it went round and round:\n{log}");
}

#[test]
fn a_foreign_transaction_that_holds_the_offsets_is_said_and_the_membership_outlives_it() {
    let Some(rig) = Rig::new("held", 1) else { return };
    view(&rig, "clickstream", 1);
    rig.flush();
    // Somebody whose transaction holds offsets of the group, and who says nothing more.
    let producer: BaseProducer = ClientConfig::new()
        .set("bootstrap.servers", &rig.options.bootstrap_servers)
        .set("transactional.id", format!("{}hanging", rig.options.prefix))
        .set("transaction.timeout.ms", "120000")
        .create()
        .expect("a producer");
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", &rig.options.bootstrap_servers)
        .set("group.id", &rig.options.group_id)
        .create()
        .expect("a consumer");
    producer.init_transactions(Duration::from_secs(20)).expect("a transaction");
    producer.begin_transaction().expect("a transaction");
    let mut offsets = TopicPartitionList::new();
    offsets.add_partition_offset(&rig.worker.inputs[0], 0, Offset::Offset(0)).unwrap();
    let group = consumer.group_metadata().expect("of no member");
    producer.send_offsets_to_transaction(&offsets, &group, Duration::from_secs(20)).expect("offsets held");

    let mut options = rig.options();
    // Who doesn't poll for this long is thrown out of the group.
    options.kafka.properties.insert("max.poll.interval.ms".to_owned(), "7000".to_owned());
    options.kafka.properties.insert("session.timeout.ms".to_owned(), "6000".to_owned());
    let service = rig.start_with(&models(), &options);
    let waiting = || service.board.task(0).filter(|t| t.troubles.iter().any(|t| t.kind == TroubleKind::Waiting));
    until("said that offsets are waited for", Duration::from_secs(20), || waiting().is_some());
    let task = waiting().expect("as seen just now");
    assert_eq!(task.state, TaskState::Waiting);
    let text = &task.troubles[0].text;
    for said in [&*rig.options.group_id, "transactional id", "find-hanging"] {
        assert!(text.contains(said), "{said:?} is not in {text}");
    }
    // Longer than somebody who doesn't poll would be a member.
    std::thread::sleep(Duration::from_secs(10));
    let members = || {
        let groups = consumer.fetch_group_list(Some(&rig.options.group_id), Duration::from_secs(10)).expect("the group");
        groups.groups().iter().map(|g| (g.members().len(), g.state().to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(members().first().map(|(n, _)| *n), Some(1), "{:?}", members());
    assert!(waiting().is_some());
    let rebalances = service.counts.rebalances.load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!(rebalances, 1, "it stayed a member all the time");
    producer.abort_transaction(Duration::from_secs(20)).expect("aborted");
    rig.wait_until_read("clickstream", 1);
    until("over", Duration::from_secs(10), || service.board.task(0).is_some_and(|t| t.troubles.is_empty()));
    service.stop();
}

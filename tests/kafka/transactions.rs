//! Commits, positions and gaps.

use crate::instance::Instance;
use crate::rig::{Rig, now_ms, track};
use leadstream::config::{self, Settings};
use leadstream::domain::model::Models;
use leadstream::runtime::ports::OutTopic;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

fn models() -> Arc<Models> {
    Arc::new(config::models(&Settings::default()).expect("the shipped model loads"))
}

/// The client library's own commit takes 100 ms whenever records are in flight, and each of ours has some: without our drain one of
/// 467 took less than this.
const COMMIT_MS: f64 = 75.0;

#[test]
fn a_commit_does_not_sleep_a_tenth_of_a_second() {
    let Some(rig) = Rig::new("commit", 2) else { return };
    let service = rig.start(&models());
    let took = || service.counts.commits_ms.lock().unwrap().clone();
    let quick = || took().into_iter().filter(|ms| *ms < COMMIT_MS).count();
    let begun = Instant::now();
    let mut sent: u32 = 0;
    // A machine that has other things to do makes many commits slow, but not all: asked until a tenth was quick.
    while sent < 400 || took().len() < 20 || quick() * 10 < took().len() {
        assert!(begun.elapsed() < Duration::from_secs(60), "after {sent} events {} were quick: {:.1?} ms", quick(), took());
        let user = format!("u-{}", sent % 50);
        let value = track("Product Viewed", &user, now_ms(), &json!({"product_id": "p"}));
        rig.send("clickstream", None, Some(user.as_bytes()), &value, now_ms());
        sent += 1;
        std::thread::sleep(Duration::from_millis(5));
    }
    rig.flush();
    rig.wait_until_read("clickstream", i64::from(sent));
    assert_eq!(service.counts.events.load(Ordering::Relaxed), u64::from(sent));
    eprintln!("{} commits, {} of them in less than {COMMIT_MS} ms", took().len(), quick());
    service.stop();
}

#[test]
fn a_committed_offset_that_retention_has_removed_stops_the_start_or_is_skipped_when_asked() {
    let Some(rig) = Rig::new("gap", 1) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let view = |n: i32| {
        let user = format!("u-{n}");
        let value = track("Product Viewed", &user, now_ms(), &json!({"product_id": "p"}));
        rig.send("clickstream", None, Some(user.as_bytes()), &value, now_ms());
    };
    (0..10).for_each(view);
    rig.flush();
    let mut instance = Instance::run(&rig, "a", dir.path(), &[]);
    rig.wait_until_read("clickstream", 10);
    assert!(instance.terminate(Duration::from_secs(15)).success());
    (10..30).for_each(view);
    rig.flush();
    rig.delete_before("clickstream", 0, 20);

    let mut instance = Instance::run(&rig, "b", dir.path(), &[]);
    let status = instance.wait(Duration::from_secs(60));
    assert_eq!(status.code(), Some(1), "{}", instance.log());
    assert!(instance.log().contains("kafka.on_gap=\"skip\""), "{}", instance.log());

    let mut instance = Instance::run(&rig, "c", dir.path(), &["kafka.on_gap=skip"]);
    rig.wait_until_read("clickstream", 30);
    assert!(instance.terminate(Duration::from_secs(15)).success());
    let prospects: std::collections::BTreeSet<String> =
        rig.read(OutTopic::StageChanges).iter().map(|r| r.key_text().to_owned()).collect();
    assert_eq!(prospects.len(), 20, "ten were read before, ten are left");
}

#[test]
fn state_and_offsets_of_different_instants_are_refused_with_what_to_do() {
    let Some(rig) = Rig::new("moved", 1) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    for n in 0..10 {
        let user = format!("u-{n}");
        let value = track("Product Viewed", &user, now_ms(), &json!({"product_id": "p"}));
        rig.send("clickstream", None, Some(user.as_bytes()), &value, now_ms());
    }
    rig.flush();
    let mut instance = Instance::run(&rig, "a", dir.path(), &[]);
    rig.wait_until_read("clickstream", 10);
    assert!(instance.terminate(Duration::from_secs(15)).success());
    let before = rig.read(OutTopic::StageChanges).len();
    rig.move_offsets("clickstream", 0, 4);

    let mut instance = Instance::run(&rig, "b", dir.path(), &[]);
    let status = instance.wait(Duration::from_secs(60));
    assert_eq!(status.code(), Some(1), "{}", instance.log());
    assert!(instance.log().contains("kafka.positions"), "{}", instance.log());

    let mut instance = Instance::run(&rig, "c", dir.path(), &["kafka.positions=group"]);
    rig.wait_until_read("clickstream", 10);
    assert!(instance.terminate(Duration::from_secs(15)).success());
    assert_eq!(rig.read(OutTopic::StageChanges).len(), before, "read again, but known already");
}

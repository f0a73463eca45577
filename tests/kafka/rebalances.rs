//! Members come, go, freeze and die; every effect stays exactly once.

use crate::broker::has_consumer_protocol;
use crate::instance::Instance;
use crate::rig::{Read, Rig, now_ms, track};
use leadstream::runtime::ports::OutTopic;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const PROSPECTS: usize = 200;

/// Steady traffic while `work` goes on: each prospect views products again and again. Gives the number of events sent.
pub fn under_traffic(rig: &Rig, work: impl FnOnce()) -> i64 {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let sender = scope.spawn(|| {
            let mut sent = 0;
            while !stop.load(Ordering::Relaxed) {
                let user = format!("u-{}", sent as usize % PROSPECTS);
                let value = track("Product Viewed", &user, now_ms(), &json!({"product_id": format!("p-{sent}")}));
                rig.send("clickstream", None, Some(user.as_bytes()), &value, now_ms());
                sent += 1;
                if sent % 10 == 0 {
                    std::thread::sleep(Duration::from_millis(10));
                }
            }
            rig.flush();
            sent
        });
        // Also when the work fails: else the sender goes on for ever.
        let worked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        stop.store(true, Ordering::Relaxed);
        if let Err(panic) = worked {
            std::panic::resume_unwind(panic);
        }
        sender.join().expect("sent")
    })
}

/// Every prospect enters each of its stages once: nothing was applied twice, nothing to a state that had been lost.
pub fn assert_each_once(rig: &Rig) {
    let mut by_prospect: BTreeMap<String, Vec<Read>> = BTreeMap::new();
    for record in rig.read(OutTopic::StageChanges) {
        by_prospect.entry(record.key_text().to_owned()).or_default().push(record);
    }
    assert_eq!(by_prospect.len(), PROSPECTS);
    for (prospect, changes) in by_prospect {
        let seen: Vec<String> = changes
            .iter()
            .map(|r| format!("{}>{}", r.json()["axis"].as_str().unwrap(), r.json()["to"].as_str().unwrap()))
            .collect();
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), seen.len(), "{prospect}: {seen:?}");
        assert!(seen.contains(&"funnel>consideration".to_owned()), "{prospect}: {seen:?}");
    }
}

fn read_share(rig: &Rig) -> i64 {
    rig.committed("clickstream").into_iter().flatten().sum()
}

pub fn wait_for_progress(rig: &Rig, instances: &mut [&mut Instance]) {
    let (begun, before) = (Instant::now(), read_share(rig));
    while read_share(rig) < before + 300 {
        instances.iter_mut().for_each(|i| i.assert_runs());
        assert!(begun.elapsed() < Duration::from_secs(60), "no progress: {}", instances[0].log());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// `settles`: how long a hand-over takes at most.
fn come_and_go(name: &str, protocol: &str, settles: Duration) {
    let Some(rig) = Rig::new(name, 4) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let protocol = format!("kafka.group_protocol={protocol}");
    let set = [protocol.as_str(), "engine.workers=1"];
    let mut first = Instance::run(&rig, "a", dir.path(), &set);
    let sent = under_traffic(&rig, || {
        wait_for_progress(&rig, &mut [&mut first]);
        for n in 0..3 {
            let mut other = Instance::run(&rig, &format!("b{n}"), dir.path(), &set);
            wait_for_progress(&rig, &mut [&mut first, &mut other]);
            std::thread::sleep(settles);
            let status = other.terminate(Duration::from_secs(20));
            assert!(status.success(), "{status}: {}", other.log());
            wait_for_progress(&rig, &mut [&mut first]);
        }
    });
    rig.wait_until_read("clickstream", sent);
    assert!(first.terminate(Duration::from_secs(20)).success(), "{}", first.log());
    assert_each_once(&rig);
    assert!(first.log().contains("reused=true") || name == "consumer", "parked state is never reused:\n{}", first.log());
}

#[test]
fn instances_come_and_go_with_the_classic_protocol() {
    come_and_go("classic", "classic", Duration::from_millis(1500));
}

#[test]
fn instances_come_and_go_with_the_consumer_protocol() {
    if !has_consumer_protocol() {
        return;
    }
    // The broker tells members of a change with their heartbeats, every 5 s.
    come_and_go("consumer", "consumer", Duration::from_secs(8));
}

#[test]
fn a_frozen_instance_that_wakes_up_commits_nothing_of_what_others_took_over() {
    let Some(rig) = Rig::new("zombie", 4) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let set = ["engine.workers=1"];
    let mut frozen = Instance::run(&rig, "a", dir.path(), &set);
    let mut other = None;
    let sent = under_traffic(&rig, || {
        wait_for_progress(&rig, &mut [&mut frozen]);
        let other = other.insert(Instance::run(&rig, "b", dir.path(), &set));
        wait_for_progress(&rig, &mut [&mut frozen, other]);
        frozen.signal("STOP");
        // Past the session (6 s) the other one takes over.
        std::thread::sleep(Duration::from_secs(9));
        wait_for_progress(&rig, &mut [other]);
        frozen.signal("CONT");
        wait_for_progress(&rig, &mut [&mut frozen, other]);
        std::thread::sleep(Duration::from_secs(3));
    });
    rig.wait_until_read("clickstream", sent);
    let mut other = other.expect("started");
    assert!(frozen.terminate(Duration::from_secs(20)).success(), "{}", frozen.log());
    assert!(other.terminate(Duration::from_secs(20)).success(), "{}", other.log());
    assert_each_once(&rig);
}

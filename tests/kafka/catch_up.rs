//! Catch up first, then mail.

use crate::instance::Instance;
use crate::rig::{Rig, now_ms, track};
use leadstream::config::{self, Settings};
use leadstream::runtime::options::BatchLimits;
use leadstream::runtime::ports::OutTopic;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

const HOUR_MS: i64 = 3_600_000;

#[test]
fn after_a_stop_nothing_leaves_for_carts_that_were_bought_and_nothing_that_is_too_late() {
    let Some(rig) = Rig::new("catchup", 2) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let set = ["model.cart.steps=[\"1h\"]", "engine.workers=1"];
    let send = |event: &str, user: &str, time_ms: i64| {
        let value = track(event, user, time_ms, &json!({"product_id": "p-1", "products": [{"product_id": "p-1"}], "price": 5}));
        rig.send("cart", None, Some(user.as_bytes()), &value, time_ms);
    };
    // A backlog of five hours, as after a stop. Steps are due one hour after the add; at most two hours late may they leave.
    let now = now_ms();
    for n in 0..20 {
        // Due 3 h ago: too late.
        send("Product Added", &format!("too-late-{n}"), now - 4 * HOUR_MS);
    }
    for n in 0..20 {
        // Due 1.5 h ago, bought 1 h ago, after the due time.
        send("Product Added", &format!("bought-{n}"), now - 5 * HOUR_MS / 2);
    }
    for n in 0..20 {
        // Due half an hour ago: leaves once.
        send("Product Added", &format!("in-time-{n}"), now - 3 * HOUR_MS / 2);
    }
    for n in 0..20 {
        send("Order Completed", &format!("bought-{n}"), now - HOUR_MS);
    }
    for n in 0..20 {
        // Not due yet.
        send("Product Added", &format!("fresh-{n}"), now - HOUR_MS / 2);
    }
    rig.flush();
    let mut instance = Instance::run(&rig, "a", dir.path(), &set);
    let left = rig.read_until(OutTopic::CartAbandoned, Duration::from_secs(40), |r| r.len() >= 20);
    let skipped = rig.read_until(OutTopic::CartOutcomes, Duration::from_secs(40), |r| r.len() >= 20);
    // Whatever wrongly left would have left by now.
    std::thread::sleep(Duration::from_millis(500));
    let status = instance.terminate(Duration::from_secs(15));
    assert!(status.success(), "{status}: {}", instance.log());
    let left = rig.read(OutTopic::CartAbandoned).len().max(left.len());
    let who: Vec<String> = rig.read(OutTopic::CartAbandoned).iter().map(|r| r.key_text().to_owned()).collect();
    assert_eq!(left, 20, "{who:?}");
    assert!(who.iter().all(|w| w.starts_with("in-time-")), "{who:?}");
    assert_eq!(who.iter().collect::<BTreeSet<_>>().len(), 20, "each once");
    let outcomes = rig.read(OutTopic::CartOutcomes);
    assert_eq!(outcomes.len(), skipped.len());
    for outcome in &outcomes {
        let value = outcome.json();
        assert!(outcome.key_text().starts_with("too-late-"), "{value}");
        assert_eq!((value["type"].as_str(), value["reason"].as_str()), (Some("cart.skipped"), Some("late")), "{value}");
    }
    assert_eq!(outcomes.len(), 20);
}

#[test]
fn batches_are_larger_while_an_input_is_behind_and_only_then() {
    let Some(rig) = Rig::new("backlog", 1) else { return };
    let views = |count: i32, record_ms: i64| {
        for n in 0..count {
            let user = format!("u-{}", n % 500);
            let value = track("Product Viewed", &user, now_ms() - HOUR_MS, &json!({"product_id": "p"}));
            rig.send("clickstream", None, Some(user.as_bytes()), &value, record_ms);
        }
        rig.flush();
    };
    let mut options = rig.options();
    let batch = BatchLimits { max_events: 300, ..BatchLimits::default() };
    options.worker.batch = batch;
    options.worker.behind_after = Duration::from_secs(1_800);
    options.worker.batch_in_backlog = batch.in_backlog(options.kafka.transaction_timeout);
    views(6_000, now_ms() - HOUR_MS);
    let service = rig.start_with(&Arc::new(config::models(&Settings::default()).expect("the shipped model loads")), &options);
    let batches = || std::mem::take(&mut *service.counts.batches.lock().unwrap());
    rig.wait_until_read("clickstream", 6_000);
    let behind = batches();
    assert!(behind.iter().any(|events| *events > 300) && behind.iter().all(|events| *events <= 1_200), "{behind:?}");
    // However slow the machine is, these are young.
    views(3_000, now_ms());
    rig.wait_until_read("clickstream", 9_000);
    let live = batches();
    assert!(live.iter().all(|events| *events <= 300), "{live:?}");
    service.stop();
}

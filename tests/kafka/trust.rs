//! What only trusted inputs may say, and what an erasure leaves.

use crate::commands::{answer, run};
use crate::instance::Instance;
use crate::rig::{Rig, now_ms, track};
use leadstream::engine::codec::Codec;
use leadstream::runtime::ports::OutTopic;
use leadstream::view::check::CheckView;
use leadstream::wire::state_record::StateCodec;
use serde_json::json as object;
use std::time::Duration;

const SET: [&str; 2] = ["engine.workers=1", "topics.allow_mixed_partitioners=true"];

/// The newest record of a prospect; `None` for a tombstone, or for none at all.
fn record(rig: &Rig, prospect: &str) -> Option<leadstream::domain::state::prospect::Prospect> {
    let records = rig.read(OutTopic::State);
    let newest = records.iter().rfind(|r| r.key.as_deref() == Some(prospect.as_bytes()))?;
    Some(StateCodec.decode(newest.value.as_deref()?).expect("readable"))
}

fn terminate(mut instance: Instance) -> String {
    let status = instance.terminate(Duration::from_secs(15));
    assert!(status.success(), "{status}: {}", instance.log());
    instance.log()
}

#[test]
fn a_browser_erases_nobody_withdraws_no_consent_and_stops_nothing_by_trying() {
    let Some(rig) = Rig::new("trust", 1) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let send = |input: &str, name: &str, time_ms| {
        rig.send(
            input,
            Some(0),
            Some(b"ann"),
            &track(name, "ann", time_ms, &object!({"product_id": "p-1", "cart_id": "c"})),
            time_ms,
        );
    };
    let start_ms = now_ms() - 60_000;
    send("clickstream", "Product Added", start_ms);
    // More than deadletters.stop_count, and nothing else among the newest.
    for n in 0..2_500 {
        send("clickstream", ["User Deleted", "Unsubscribed", "Email Bounced", "Lead Lost"][n % 4], start_ms + 1);
    }
    rig.flush();
    let instance = Instance::run(&rig, "a", dir.path(), &SET);
    rig.wait_until_read("clickstream", 2_501);
    let log = terminate(instance);
    assert_eq!(log.matches("add it to inputs.trusted").count(), 1, "one line for a burst: {log}");
    let ann = record(&rig, "ann").expect("she is still there");
    assert_eq!((ann.carts.len(), ann.consent.since_ms), (1, None));
    let letters = rig.read(OutTopic::DeadLetters);
    let count = |reason: &str| letters.iter().filter(|l| l.headers["leadstream-reason"] == reason.as_bytes()).count();
    assert_eq!([count("untrusted-erasure"), count("untrusted-consent"), count("untrusted-sales")], [625, 1_250, 625]);
    assert!(letters.iter().all(|l| l.timestamp_ms > start_ms + 1_000), "they live from when they were written");

    let settings = [rig.settings(), SET.map(str::to_owned).to_vec()].concat();
    let (_, out, _) = run(&["check", "--json"], &settings);
    let report: CheckView = answer(&out);
    let warnings: Vec<String> = report.warnings.into_iter().map(|warning| warning.message).collect();
    let refused = warnings.iter().find(|w| w.contains("clickstream is not trusted")).unwrap_or_else(|| panic!("{warnings:#?}"));
    for part in ["2000 of its 2000 newest", "User Deleted 500", "inputs.trusted=[\"email\", \"cart\", \"clickstream\"]"] {
        assert!(refused.contains(part), "{part}: {refused}");
    }
    let trusting = "inputs.trusted=[\"clickstream\", \"email\"]";
    let (_, out, _) = run(&["check"], &[settings.clone(), vec![trusting.to_owned()]].concat());
    assert!(!out.contains("is not trusted: "), "{out}");

    // The shop's own systems write there, after all: what was refused is taken again.
    let (code, out, err) = run(&["deadletters", "redrive", "--reason", "untrusted-consent", "--execute"], &settings);
    assert_eq!(code, 0, "{out}{err}");
    let instance = Instance::run(&rig, "b", dir.path(), &[SET[0], SET[1], trusting]);
    rig.wait_until_read("clickstream", 3_751);
    terminate(instance);
    assert_ne!(record(&rig, "ann").expect("there").consent.since_ms, None, "consent is withdrawn");
}

#[test]
fn an_erasure_keeps_late_events_out_over_a_restart_and_lets_new_ones_in() {
    let Some(rig) = Rig::new("erase", 1) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let send = |input: &str, name: &str, time_ms| {
        rig.send(
            input,
            Some(0),
            Some(b"ann"),
            &track(name, "ann", time_ms, &object!({"product_id": "p-1", "cart_id": "c"})),
            now_ms(),
        );
        rig.flush();
    };
    let start_ms = now_ms() - 3_600_000;
    send("clickstream", "Product Added", start_ms);
    let instance = Instance::run(&rig, "a", dir.path(), &SET);
    rig.wait_until_read("clickstream", 1);
    send("email", "User Deleted", start_ms + 10_000);
    rig.wait_until_read("email", 1);
    terminate(instance);
    assert!(record(&rig, "ann").expect("a mark").is_only_erasure());

    let instance = Instance::run(&rig, "b", dir.path(), &SET);
    send("clickstream", "Product Added", start_ms + 5_000);
    rig.wait_until_read("clickstream", 2);
    send("email", "User Deleted", start_ms + 10_000);
    rig.wait_until_read("email", 2);
    terminate(instance);
    assert!(record(&rig, "ann").expect("a mark").is_only_erasure(), "what happened before doesn't count");

    let instance = Instance::run(&rig, "c", dir.path(), &SET);
    send("clickstream", "Product Added", start_ms + 20_000);
    rig.wait_until_read("clickstream", 3);
    terminate(instance);
    let ann = record(&rig, "ann").expect("somebody new");
    assert_eq!((ann.carts.len(), ann.first_seen_ms), (1, start_ms + 20_000));
}

//! What routers send a second time is known by its place, however long ago it came.

use crate::instance::Instance;
use crate::rig::{Rig, now_ms, track};
use crate::routed::{read, wait_until};
use leadstream::runtime::ports::OutTopic;
use serde_json::json;
use std::time::Duration;

/// More than a prospect remembers of its messages.
const VIEWS: i64 = 300;
const OUTPUTS: [OutTopic; 4] = [OutTopic::StageChanges, OutTopic::ScoreChanges, OutTopic::CartAbandoned, OutTopic::CartOutcomes];

#[test]
fn case_46_what_a_router_whose_group_was_set_back_sends_again_changes_nothing() {
    let Some(rig) = Rig::new("routed-twice", 2) else { return };
    rig.create_raw("raw", 1);
    let dir = tempfile::tempdir().expect("a folder");
    let set =
        ["topics.clickstream=[]", "topics.email=[]", "topics.cart=[\"raw\"]", "route.topics=[\"raw\"]", "route.purge_every=off"];
    let view = |user: &str, n: i64, at_ms: i64| {
        let value = track("Product Viewed", user, at_ms, &json!({"product_id": format!("p{n}")}));
        rig.send("raw", Some(0), None, &value, at_ms);
    };
    let begin_ms = now_ms() - 3_600_000;
    (0..VIEWS).for_each(|n| view("often", n, begin_ms + 10_000 * n));
    // Somebody new is seen once all before is through.
    let is_read = |instance: &mut Instance, user: &str| {
        (0..8).for_each(|n| view(&format!("{user}{n}"), n, now_ms()));
        rig.flush();
        let came = |n: i32| rig.read(OutTopic::StageChanges).iter().any(|record| record.key_text() == format!("{user}{n}"));
        wait_until(instance, "all is read", || (0..8).all(came));
    };
    let of_often = || -> Vec<String> {
        let all = OUTPUTS.into_iter().flat_map(|topic| rig.read(topic));
        let mut all: Vec<_> = all.filter(|record| record.key_text() == "often").map(|record| record.json().to_string()).collect();
        all.sort();
        all
    };
    let mut instance = Instance::run(&rig, "a", dir.path(), &set);
    is_read(&mut instance, "first");
    assert!(instance.terminate(Duration::from_secs(20)).success(), "{}", instance.log());
    let before = of_often();
    assert!(before.iter().any(|output| output.contains("score.changed")), "{before:#?}");
    // By mistake, while nobody runs.
    assert_eq!(read(&rig, ".router", "raw", 1), VIEWS + 8);
    rig.move_offsets_of(".router", "raw", 0, 0);
    let mut instance = Instance::run(&rig, "b", dir.path(), &set);
    is_read(&mut instance, "second");
    assert!(instance.terminate(Duration::from_secs(20)).success(), "{}", instance.log());
    let sent = rig.read(OutTopic::Events).iter().filter(|record| record.key.as_deref() == Some(b"often")).count();
    assert_eq!(sent, 2 * VIEWS as usize, "each was sent twice");
    assert_eq!(of_often(), before);
}

//! Persons under several ids: whoever browses, logs in and orders is one, whichever partitions their ids lie on.

use crate::instance::Instance;
use crate::rig::{Rig, now_ms};
use crate::routed::wait_until;
use leadstream::runtime::ports::OutTopic;
use serde_json::{Value, json};
use std::time::Duration;

const HOUR_MS: i64 = 3_600_000;

fn event(n: u32, name: &str, ids: &Value, properties: &Value, at_ms: i64) -> Vec<u8> {
    let at = jiff::Timestamp::from_millisecond(at_ms).expect("a time").to_string();
    let mut event =
        json!({"type": "track", "event": name, "messageId": format!("m{n}"), "timestamp": at, "properties": properties});
    for (name, id) in ids.as_object().expect("ids") {
        event[name] = id.clone();
    }
    event.to_string().into_bytes()
}

/// What became of persons `0..persons`, each of whom fills a cart as a visitor, logs in, and, if their number is even, orders.
fn persons(rig: &Rig, set: &[&str], send: impl Fn(u32, &str, Vec<u8>, i64), count: u32) {
    let dir = tempfile::tempdir().expect("a folder");
    let begin_ms = now_ms() - 3 * HOUR_MS;
    for person in 0..count {
        let (anon, user) = (format!("v{person}"), format!("u{person}"));
        let of_visitor = json!({"anonymousId": anon});
        let of_both = json!({"anonymousId": anon, "userId": user});
        let of_user = json!({"userId": user});
        let product = json!({"product_id": "p", "price": 5, "quantity": 1, "cart_id": format!("c{person}")});
        let order = json!({"order_id": format!("o{person}"), "value": 5});
        send(0, &format!("anon:{anon}"), event(4 * person, "Product Added", &of_visitor, &product, begin_ms), begin_ms);
        let at_ms = begin_ms + 60_000;
        send(1, &user, event(4 * person + 1, "Signed In", &of_both, &json!({}), at_ms), at_ms);
        if person % 2 == 0 {
            let at_ms = begin_ms + 120_000;
            send(2, &user, event(4 * person + 2, "Order Completed", &of_user, &order, at_ms), at_ms);
        }
        // Somebody who logged out and looks around.
        let at_ms = begin_ms + 180_000;
        send(
            3,
            &format!("anon:{anon}"),
            event(4 * person + 3, "Product Viewed", &of_visitor, &json!({"product_id": "q"}), at_ms),
            at_ms,
        );
    }
    rig.flush();
    let mut set = set.to_vec();
    set.extend(["identity.enabled=true", "identity.hash=[]", "model.cart.catch_up=replay", "model.cart.steps=[\"1h\"]"]);
    let mut instance = Instance::run(rig, "a", dir.path(), &set);
    let reminded = |rig: &Rig| -> Vec<String> {
        let mut who: Vec<_> = rig.read(OutTopic::CartAbandoned).iter().map(|record| record.key_text().to_owned()).collect();
        who.sort();
        who
    };
    let mut want: Vec<String> = (0..count).filter(|n| n % 2 == 1).map(|n| format!("u{n}")).collect();
    want.sort();
    wait_until(&mut instance, "all reminded", || reminded(rig).len() >= want.len());
    std::thread::sleep(Duration::from_secs(2));
    assert!(instance.terminate(Duration::from_secs(20)).success(), "{}", instance.log());
    assert_eq!(reminded(rig), want, "whoever ordered is not, and all others are, once, under their user's name");
    let merged = rig.read(OutTopic::Identities);
    assert_eq!(merged.len(), count as usize);
    for record in merged {
        let value = record.json();
        assert_eq!((value["type"].as_str(), record.key_text()), (Some("prospect.merged"), value["prospect"].as_str().unwrap()));
        assert_eq!(value["from"], json!(format!("anon:v{}", record.key_text().trim_start_matches('u'))));
    }
    assert!(rig.read(OutTopic::DeadLetters).is_empty());
    let stages = rig.read(OutTopic::StageChanges);
    assert!(stages.iter().any(|record| record.json()["cause"] == "merged"), "their stage is that of both");
}

#[test]
fn visitors_who_log_in_are_the_users_whose_events_lie_on_other_partitions() {
    let Some(rig) = Rig::new("persons", 4) else { return };
    let set = ["topics.clickstream=[]", "topics.email=[]"];
    persons(&rig, &set, |_, key, value, at_ms| rig.send("cart", None, Some(key.as_bytes()), &value, at_ms), 50);
}

#[test]
fn a_router_finds_out_whose_events_have_no_keys() {
    let Some(rig) = Rig::new("persons-routed", 4) else { return };
    rig.create_raw("raw", 3);
    let set = ["topics.clickstream=[]", "topics.email=[]", "topics.cart=[\"raw\"]", "route.topics=[\"raw\"]"];
    persons(&rig, &set, |n, _, value, at_ms| rig.send("raw", Some(n.cast_signed() % 3), None, &value, at_ms), 50);
}

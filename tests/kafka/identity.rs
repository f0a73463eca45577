//! Persons under several ids: whoever browses, logs in and orders is one, whichever partitions their ids lie on.

use crate::instance::{Instance, leadstream};
use crate::rig::{Rig, now_ms};
use crate::routed::{Answers, assert_same, read, wait_until};
use leadstream::runtime::ports::OutTopic;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

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
    let mut all = Vec::new();
    for person in 0..count {
        let (anon, user) = (format!("v{person}"), format!("u{person}"));
        let (visitor, both) = (json!({"anonymousId": anon}), json!({"anonymousId": anon, "userId": user}));
        let product = json!({"product_id": "p", "price": 5, "quantity": 1, "cart_id": format!("c{person}")});
        let order =
            json!({"order_id": format!("o{person}"), "value": 5, "products": [{"product_id": "p", "price": 5, "quantity": 1}]});
        let mut say = |n: u32, key: &str, name: &str, ids: &Value, properties: &Value| {
            let at_ms = begin_ms + i64::from(n) * 60_000;
            all.push((at_ms, n, key.to_owned(), event(4 * person + n, name, ids, properties, at_ms)));
        };
        say(0, &format!("anon:{anon}"), "Product Added", &visitor, &product);
        say(1, &user, "Signed In", &both, &json!({}));
        if person % 2 == 0 {
            say(2, &user, "Order Completed", &json!({"userId": user}), &order);
        }
        // Somebody who logged out and looks around.
        say(3, &format!("anon:{anon}"), "Product Viewed", &visitor, &json!({"product_id": "q"}));
    }
    all.sort_by_key(|(at_ms, ..)| *at_ms);
    for (at_ms, n, key, value) in all {
        send(n, &key, value, at_ms);
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
    // Who logs in before anything of the visitor is routed was never another one.
    assert!(!merged.is_empty() && merged.len() <= count as usize, "{}", merged.len());
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

/// Events of persons with two devices, an account and an address each, whose ids come together at various times: lines with their
/// record's times, in that order. Everything lies within ten minutes, so that no reminder is due before all is read, and what is of one
/// person further apart than routers are from each other.
fn simulated(persons: u32, begin_ms: i64) -> Vec<(i64, String)> {
    let mut dice = ChaCha8Rng::seed_from_u64(7);
    let mut all: Vec<(i64, Value)> = Vec::new();
    for person in 0..persons {
        let mut places: Vec<i64> = (0..60).collect();
        let mut say = |name: &str, ids: Value, properties: Value, dice: &mut ChaCha8Rng| {
            let place = places.swap_remove(dice.random_range(0..places.len()));
            let at_ms = begin_ms + 10_000 * place + dice.random_range(0..5_000);
            let number = all.len();
            let kind = if name == "identify" { "identify" } else { "track" };
            let mut event = json!({
                "type": kind, "event": name, "messageId": format!("m{number}"), "properties": properties,
                "timestamp": jiff::Timestamp::from_millisecond(at_ms).expect("a time").to_string(),
            });
            ids.as_object().expect("ids").iter().for_each(|(name, id)| event[name] = id.clone());
            all.push((at_ms, event));
        };
        let (user, mail) = (format!("u{person}"), json!({"email": format!("p{person}@mail.example")}));
        let devices = [format!("d{person}"), format!("e{person}")];
        for (n, device) in devices.iter().enumerate() {
            let product = json!({"product_id": format!("p{n}"), "price": 5, "quantity": 1, "cart_id": format!("c{person}-{n}")});
            say("Product Added", json!({"anonymousId": device}), product, &mut dice);
            say("Product Viewed", json!({"anonymousId": device}), json!({"product_id": "q"}), &mut dice);
            if dice.random_bool(0.7) {
                say("identify", json!({"anonymousId": device, "userId": user}), json!({}), &mut dice);
            }
        }
        if dice.random_bool(0.5) {
            say("identify", json!({"userId": user, "traits": mail}), json!({}), &mut dice);
        }
        if dice.random_bool(0.4) {
            let order = json!({"order_id": format!("o{person}"), "value": 5, "products": [{"product_id": "p0", "price": 5, "quantity": 1}]});
            let ids = if dice.random_bool(0.5) { json!({"userId": user}) } else { json!({"context": {"traits": mail}}) };
            say("Order Completed", ids, order, &mut dice);
        }
        if dice.random_bool(0.1) {
            say("Unsubscribed", json!({"context": {"traits": mail}}), json!({}), &mut dice);
        }
    }
    all.sort_by_key(|(at_ms, _)| *at_ms);
    all.into_iter().map(|(at_ms, event)| (at_ms, event.to_string())).collect()
}

const CARTS: [OutTopic; 2] = [OutTopic::CartAbandoned, OutTopic::CartOutcomes];

/// What a mailer is told, by what it is about: without where the events stood, and without what depends on which of a person's two
/// sides was heard of first. That are scores, why nothing left of a series, and the event by which a series is called (`episode`, and
/// with it the ids): an event that came to a visitor takes a hop more than an order of the user.
fn add(answers: &mut Answers, ids: &mut BTreeSet<String>, mut value: Value) {
    assert!(ids.insert(value["id"].to_string()), "{} is there twice", value["id"]);
    if value["steps_sent"] == 0 {
        return;
    }
    let output = value.as_object_mut().expect("an object");
    for left in ["id", "episode", "trigger_ids", "attributed_trigger_id", "event", "proof", "score", "label"] {
        output.remove(left);
    }
    let name = ["type", "prospect", "cart_id", "step", "reason", "order_id"].map(|part| output.get(part).map(Value::to_string));
    let name = name.map(Option::unwrap_or_default).join(" ");
    assert_eq!(answers.insert(name.clone(), value), None, "{name} is there twice");
}

fn replayed(dir: &Path, all: &[(i64, String)], set: &[&str]) -> Answers {
    let (file, out) = (dir.join("raw.jsonl"), dir.join("replayed"));
    std::fs::write(&file, all.iter().map(|(_, line)| format!("{line}\n")).collect::<String>()).expect("written");
    let mut command = leadstream();
    command.args(["replay", "--partitions", "4", "--until"]).arg(jiff::Timestamp::now().to_string()).arg("--out").arg(&out);
    set.iter().for_each(|pair| _ = command.args(["--set", pair]));
    let output = command.arg("--input").arg(format!("raw={}", file.display())).output().expect("replay");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (mut answers, mut ids) = (Answers::new(), BTreeSet::new());
    for topic in CARTS {
        let text = std::fs::read_to_string(out.join(format!("{}.jsonl", topic.short_name()))).expect("an output");
        text.lines().for_each(|line| add(&mut answers, &mut ids, serde_json::from_str(line).expect("JSON")));
    }
    answers
}

fn found(rig: &Rig) -> Answers {
    let (mut answers, mut ids) = (Answers::new(), BTreeSet::new());
    for topic in CARTS {
        rig.read(topic).iter().for_each(|record| add(&mut answers, &mut ids, record.json()));
    }
    answers
}

#[test]
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "small counts")]
fn persons_are_reminded_as_a_replay_says_whoever_is_killed() {
    let Some(rig) = Rig::new("persons-killed", 4) else { return };
    rig.create_raw("raw", 3);
    let dir = tempfile::tempdir().expect("a folder");
    let persons = std::env::var("LEADSTREAM_TEST_PERSONS").ok().and_then(|n| n.parse().ok()).unwrap_or(3_000);
    let all = simulated(persons, now_ms() - 4 * HOUR_MS);
    for (n, (at_ms, line)) in (0..).zip(&all) {
        rig.send("raw", Some(n % 3), None, line.as_bytes(), *at_ms);
    }
    rig.flush();
    let set = [
        "topics.clickstream=[]",
        "topics.email=[]",
        "topics.cart=[\"raw\"]",
        "route.topics=[\"raw\"]",
        "route.max_ahead=1s",
        "inputs.trusted=[\"raw\"]",
        "identity.enabled=true",
        "identity.hash=[]",
        "model.cart.catch_up=replay",
        "model.cart.steps=[\"1h\",\"2h\"]",
        // Small ones, so that every kill meets an open transaction.
        "engine.batch_max_events=100",
        "engine.workers=1",
    ];
    let mut instances = ["a", "b"].map(|name| Instance::run(&rig, name, dir.path(), &set));
    for (at, share) in [(0, 0.2), (1, 0.4), (0, 0.6)] {
        let routed = (share * all.len() as f64) as i64;
        wait_until(&mut instances[1 - at], "routed", || read(&rig, ".router", "raw", 3) >= routed);
        let again = Instance::run(&rig, &format!("{}{routed}", ["a", "b"][at]), dir.path(), &set);
        std::mem::replace(&mut instances[at], again).kill();
    }
    let want = replayed(dir.path(), &all, &set);
    assert!(want.len() > persons as usize / 2, "there is nothing to compare: {}", want.len());
    let [one, _] = &mut instances;
    let last = std::cell::Cell::new((0, Instant::now()));
    // What differs says more than that something is missing.
    wait_until(one, "all that is due", || {
        let found = found(&rig).len();
        if found != last.get().0 {
            last.set((found, Instant::now()));
        }
        found >= want.len() || (found > 0 && last.get().1.elapsed() > Duration::from_secs(45))
    });
    std::thread::sleep(Duration::from_secs(2));
    for mut instance in instances {
        assert!(instance.terminate(Duration::from_secs(30)).success(), "{}", instance.log());
    }
    assert_same(&found(&rig), &want);
    assert!(rig.read(OutTopic::DeadLetters).is_empty());
}

#[test]
fn an_id_that_many_share_is_nobodys_for_all_routers_and_stays_so() {
    let Some(rig) = Rig::new("poison", 4) else { return };
    rig.create_raw("raw", 2);
    let dir = tempfile::tempdir().expect("a folder");
    let set = [
        "topics.clickstream=[]",
        "topics.email=[]",
        "topics.cart=[\"raw\"]",
        "route.topics=[\"raw\"]",
        "identity.enabled=true",
        "identity.hash=[]",
        "route.purge_every=off",
        "model.cart.steps=[\"1h\"]",
        "model.cart.catch_up=replay",
    ];
    let devices: u32 = std::env::var("LEADSTREAM_TEST_DEVICES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000);
    let send = |n: u32, name: &str, ids: Value, at_ms: i64| {
        let product = json!({"product_id": "p", "price": 5, "quantity": 1, "cart_id": format!("c{n}")});
        static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        rig.send("raw", Some(n.cast_signed() % 2), None, &event(number, name, &ids, &product, at_ms), at_ms);
    };
    let begin_ms = now_ms() - 3 * HOUR_MS;
    let (device, both) =
        (|n| json!({"anonymousId": format!("v{n}")}), |n| json!({"anonymousId": format!("v{n}"), "userId": "till"}));
    (0..devices).for_each(|n| send(n, "Product Added", device(n), begin_ms + i64::from(n)));
    (0..devices).for_each(|n| send(n, "Signed In", both(n), begin_ms + 60_000 + i64::from(n)));
    rig.flush();
    let mut instance = Instance::run(&rig, "a", dir.path(), &set);
    let is_blocked = || rig.read(OutTopic::Identity).iter().any(|record| record.key.as_deref() == Some(b"till".as_slice()));
    wait_until(&mut instance, "blocked", is_blocked);
    let mailed = |rig: &Rig| rig.read(OutTopic::CartAbandoned).len();
    wait_until(&mut instance, "all others are reminded", || mailed(&rig) >= devices as usize - 21);
    let is_read = |instance: &mut Instance, round: u32| {
        // Of each partition somebody comes last, and goes through every stage that all others went through.
        let last: BTreeSet<String> = (0..16).map(|n| format!("last-{round}-{n}")).collect();
        last.iter()
            .zip(16 * round..)
            .for_each(|(user, n)| send(devices + n, "Product Viewed", json!({"userId": user}), now_ms()));
        rig.flush();
        let came = || rig.read(OutTopic::StageChanges).iter().map(|record| record.key_text().to_owned()).collect();
        wait_until(instance, "all is read", || last.is_subset(&came()));
        std::thread::sleep(Duration::from_secs(2));
    };
    is_read(&mut instance, 0);
    assert!(instance.terminate(Duration::from_secs(20)).success(), "{}", instance.log());
    // Known from the start on.
    let mut instance = Instance::run(&rig, "a", dir.path(), &set);
    let before = rig.read(OutTopic::Identities).len();
    // Devices that were never joined with it.
    (devices - 50..devices).for_each(|n| send(n, "Product Viewed", both(n), now_ms()));
    is_read(&mut instance, 1);
    assert!(instance.terminate(Duration::from_secs(20)).success(), "{}", instance.log());
    assert_eq!(rig.read(OutTopic::Identities).len(), before, "nobody comes to it any more");
    let count = |kind: &str| rig.read(OutTopic::Identities).iter().filter(|record| record.json()["type"] == kind).count();
    assert_eq!(count("id.blocked"), 1);
    // Nobody is, where all devices hear of the login before what they did is read.
    assert!(count("prospect.merged") <= 21, "{}", count("prospect.merged"));
    let to_whom = rig.read(OutTopic::CartAbandoned);
    assert!(to_whom.iter().all(|record| record.key_text().starts_with("anon:v")), "nothing left for the till");
}

//! Persons under several ids: who they are, and that they are the same however many tasks there are.

use super::inputs::without_places;
use crate::program::{json_lines, succeed, write};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// Replays these events of the topic `cart` until nothing is pending; the folder of what leaves.
fn replayed(dir: &Path, name: &str, events: &[Value], more: &[&str]) -> std::path::PathBuf {
    let lines: String = events.iter().map(|event| format!("{event}\n")).collect();
    let (file, out) = (write(dir, "events.jsonl", &lines), dir.join(name));
    let (input, out_text) = (format!("cart={file}"), out.display().to_string());
    let command = ["replay", "--until", "forever", "--input", &input, "--out", &out_text];
    succeed(&[&command[..], more].concat());
    out
}

const ON: [&str; 4] = ["--set", "identity.enabled=true", "--set", "identity.hash=[]"];

fn event(minute: usize, name: &str, ids: Value, properties: &Value) -> Value {
    let time = format!("2026-03-02T{:02}:{:02}:00Z", minute / 60, minute % 60);
    let kind = if name == "identify" { "identify" } else { "track" };
    let mut event = json!({ "type": kind, "event": name, "messageId": format!("m{minute}-{ids}"), "timestamp": time, "properties": properties });
    let Value::Object(ids) = ids else { panic!("ids are an object") };
    event.as_object_mut().expect("an object").extend(ids);
    event
}

fn add(minute: usize, ids: Value, cart: &str) -> Value {
    event(minute, "Product Added", ids, &json!({ "product_id": format!("p{minute}"), "price": 5, "cart_id": cart }))
}

/// Whom the records of an output are of.
fn prospects(out: &Path, output: &str) -> BTreeSet<String> {
    let of = |line: Value| line["prospect"].as_str().expect("a prospect").to_owned();
    json_lines(out.join(format!("{output}.jsonl"))).into_iter().map(of).collect()
}

#[test]
fn case_39_a_value_that_stands_for_nobody_is_no_id_and_without_another_the_event_is_a_dead_letter() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut events = Vec::new();
    for (n, nobody) in [json!("null"), json!("guest"), json!({}), json!("0000"), json!("00000000-0000-0000-0000-000000000000")]
        .into_iter()
        .enumerate()
    {
        // The next id is used, and what nobody is called joins nobody.
        events.push(add(2 * n, json!({ "userId": nobody, "anonymousId": format!("v-{n}") }), "undefined"));
        events.push(add(2 * n + 1, json!({ "userId": nobody, "anonymousId": "0" }), "null"));
    }
    let out = replayed(dir.path(), "out", &events, &ON);
    let visitors: BTreeSet<String> = (0..5).map(|n| format!("anon:v-{n}")).collect();
    assert_eq!(prospects(&out, "cart-abandoned"), visitors);
    let letters = json_lines(out.join("dead-letters.jsonl"));
    let reasons: Vec<&Value> = letters.iter().map(|letter| &letter["reason"]).collect();
    assert_eq!(reasons, vec![&json!("key-missing"); 5], "{letters:?}");
}

/// Events of persons with two devices, an account, an address and a cart each, named together in many ways.
fn persons() -> Vec<Value> {
    let mut events = Vec::new();
    for n in 0..600_usize {
        // Far apart in a way that has no order, and the same every time.
        let (person, what) = (n * 7 % 40, n * 13 % 11);
        let (user, mail) = (format!("u{person}"), json!({ "email": format!("p{person}@mail.example") }));
        let device = format!("d{person}-{}", n % 2);
        let cart = format!("c{person}");
        events.push(match what {
            0..=3 => add(n, json!({ "anonymousId": device }), &cart),
            4 => add(n, json!({ "userId": user }), &cart),
            5 | 6 => event(n, "identify", json!({ "userId": user, "anonymousId": device }), &json!({})),
            7 => event(n, "identify", json!({ "userId": user, "traits": mail }), &json!({})),
            8 => event(n, "Product Viewed", json!({ "context": { "traits": mail } }), &json!({ "product_id": "q" })),
            9 if n % 3 == 0 => event(n, "Unsubscribed", json!({ "context": { "traits": mail } }), &json!({})),
            _ => {
                let order =
                    json!({ "order_id": format!("o{n}"), "cart_id": cart, "value": 5, "products": [{ "product_id": "p" }] });
                event(n, "Order Completed", json!({ "context": { "traits": mail } }), &order)
            }
        });
    }
    events
}

/// Everything that left, each line without where its record lay.
fn left(out: &Path) -> Vec<String> {
    let mut all = Vec::new();
    for output in ["stage-changes", "score-changes", "cart-abandoned", "cart-outcomes", "identities"] {
        let lines = json_lines(out.join(format!("{output}.jsonl")));
        all.extend(lines.into_iter().map(|mut line| {
            without_places(&mut line);
            line.to_string()
        }));
    }
    all.sort();
    all
}

#[test]
fn persons_are_the_same_however_many_tasks_they_are_dealt_to() {
    let dir = tempfile::tempdir().expect("a folder");
    let events = persons();
    let one = left(&replayed(dir.path(), "one", &events, &ON));
    let merged = one.iter().filter(|line| line.contains("prospect.merged")).count();
    assert!(one.len() > 200 && merged >= 40, "there is something to compare: {} lines, {merged} merged", one.len());
    for partitions in ["2", "5", "16"] {
        let many = left(&replayed(dir.path(), partitions, &events, &[&ON[..], &["--partitions", partitions]].concat()));
        assert_eq!(many, one, "{partitions} partitions");
    }
}

#[test]
fn case_57_with_identity_off_nothing_is_said_of_ids_and_on_it_changes_nothing_for_whoever_has_one() {
    let dir = tempfile::tempdir().expect("a folder");
    let of_users = |event: Value| {
        let Value::Object(mut event) = event else { panic!("an event is an object") };
        event.remove("anonymousId");
        event.entry("userId").or_insert_with(|| json!("u-alone"));
        event.remove("context");
        event.remove("traits");
        let properties = event["properties"].as_object_mut().expect("properties");
        properties.remove("cart_id");
        Value::Object(event)
    };
    let events: Vec<Value> = persons().into_iter().map(of_users).collect();
    let (off, on) = (replayed(dir.path(), "off", &events, &[]), replayed(dir.path(), "on", &events, &ON));
    let names = |out: &Path| -> BTreeSet<String> {
        let entries = std::fs::read_dir(out).expect("a folder");
        entries.map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned()).collect()
    };
    assert_eq!(json_lines(off.join("identities.jsonl")), [Value::Null; 0]);
    for file in names(&off).into_iter().filter(|file| file.ends_with(".jsonl")) {
        // Events of persons lie in no partition until all are read.
        let read = |out: &Path| -> Vec<Value> {
            let mut lines = json_lines(out.join(&file));
            lines.iter_mut().for_each(without_places);
            lines
        };
        assert!(read(&off) == read(&on), "{file}");
    }
    assert!(!std::fs::read_to_string(off.join("cart-abandoned.jsonl")).expect("text").is_empty());
}

#[test]
fn a_reminder_says_where_it_belongs_and_all_ids_where_they_are_asked_for() {
    let dir = tempfile::tempdir().expect("a folder");
    let mail = json!({ "email": "Ada@mail.example" });
    let events = [
        add(0, json!({ "anonymousId": "v1" }), "c1"),
        event(1, "identify", json!({ "userId": "42", "anonymousId": "v1", "traits": mail }), &json!({})),
        event(
            2,
            "Email Opened",
            json!({ "context": { "traits": { "email": "read@mail.example" } }, "userId": "42" }),
            &json!({}),
        ),
    ];
    let first = |name: &str, more: &[&str]| {
        let out = replayed(dir.path(), name, &events, more);
        json_lines(out.join("cart-abandoned.jsonl")).swap_remove(0)
    };
    let on = first("on", &ON);
    assert_eq!((&on["prospect"], &on["address"]), (&json!("42"), &json!("email:ada@mail.example")), "{on}");
    assert_eq!(on.get("ids"), None, "nobody asked");
    let with_ids = first("ids", &[&ON[..], &["--set", "identity.ids_in_outputs=true"]].concat());
    let ids = with_ids["ids"].as_array().expect("ids").clone();
    assert_eq!(ids.first(), Some(&json!("email:ada@mail.example")), "{with_ids}");
    assert!(ids.contains(&json!("anon:v1")) && !ids.contains(&json!("42")), "{ids:?}");
    let off = first("off", &[]);
    assert_eq!((off.get("address"), off.get("ids")), (None, None), "{off}");
}

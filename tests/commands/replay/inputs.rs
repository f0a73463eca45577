//! What `replay` reads: lines in any order, rows of warehouses, CSV, dumps of topics; and what it says of lines that it can't use.

use crate::program::write_lines;
use leadstream::app::replay::{Input, Options, Tally, Until, mappings, replay};
use leadstream::config;
use leadstream::runtime::horizon::Horizon;
use leadstream::wire::decode;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Replays files of the topic `cart` until nothing is pending.
pub(super) fn go(out: &Path, files: &[PathBuf], partitions: u32, set: &[&str]) -> Tally {
    let set: Vec<String> = set.iter().map(|&set| set.to_owned()).collect();
    let settings = config::load_from(None, [], &set).unwrap().settings;
    let topics = settings.input_topics();
    let cart = topics.iter().position(|topic| topic.name == "cart").unwrap();
    let options = Options {
        inputs: files.iter().map(|path| Input { topic: cart, path: path.clone() }).collect(),
        out: out.to_owned(),
        partitions,
        until: Until::Forever,
        horizon: Horizon { wall_ms: i64::MAX, max_ahead_ms: i64::MAX },
        models: Arc::new(config::models(&settings).unwrap()),
        max_records: None,
        decode: decode::Options { topics, zones: settings.input_zones(), ..decode::Options::default() },
        mappings: mappings(&settings, None).unwrap(),
        ids: None,
    };
    replay(&options, &indicatif::ProgressBar::hidden()).unwrap()
}

/// Everything that left, without what depends on where a record lay.
pub(super) fn left(out: &Path) -> Vec<Value> {
    let mut all = Vec::new();
    for file in ["stage-changes", "score-changes", "cart-abandoned", "cart-outcomes"] {
        let text = std::fs::read_to_string(out.join(format!("{file}.jsonl"))).unwrap();
        all.extend(text.lines().map(|line| {
            let mut value: Value = serde_json::from_str(line).unwrap();
            without_places(&mut value);
            value
        }));
    }
    // What happens at one instant is in order of its record.
    all.sort_by_key(|value| (value["at"].to_string(), value["prospect"].to_string(), value.to_string()));
    all
}

/// Leaves out where records lay.
pub(super) fn without_places(value: &mut Value) {
    match value {
        Value::Object(all) => {
            all.retain(|name, _| !["offset", "partition", "armed_by"].contains(&name.as_str()));
            all.values_mut().for_each(without_places);
        }
        Value::Array(all) => all.iter_mut().for_each(without_places),
        _ => {}
    }
}

fn track(user: &str, n: u32, name: &str, time: &str, properties: &Value) -> String {
    let received = time.replace("Z", ".400Z");
    json!({"type": "track", "event": name, "messageId": format!("{user}-{n}"), "userId": user, "timestamp": time, "receivedAt": received, "properties": properties})
        .to_string()
}

/// Six people over two weeks, one after the other: an export that is grouped by user.
fn grouped() -> Vec<String> {
    let mut lines = Vec::new();
    for n in 0..6 {
        let user = format!("u-{n}");
        let add = json!({"product_id": format!("p-{n}"), "price": 20, "quantity": 1, "cart_id": "c"});
        lines.push(track(&user, 0, "Product Added", &format!("2026-09-0{}T09:00:00Z", 6 - n), &add));
        lines.push(track(&user, 1, "Product Viewed", &format!("2026-09-0{}T10:30:00Z", 6 - n), &json!({"product_id": "p-9"})));
        let order = json!({"order_id": format!("o-{n}"), "total": 20});
        lines.push(track(&user, 2, "Order Completed", &format!("2026-09-{:02}T10:00:00Z", 9 + n), &order));
    }
    lines
}

#[test]
fn lines_in_any_order_are_as_good_as_sorted_ones() {
    let dir = tempfile::tempdir().unwrap();
    let grouped = grouped();
    let mut sorted = grouped.clone();
    sorted.sort_by_key(|line| serde_json::from_str::<Value>(line).unwrap()["receivedAt"].to_string());
    assert_ne!(sorted, grouped);
    let mut backwards = sorted.clone();
    backwards.reverse();
    for partitions in [1, 3] {
        let out = |name: &str| dir.path().join(format!("{name}-{partitions}"));
        let file = |name: &str, lines: &[String]| write_lines(dir.path().join(format!("{name}.jsonl")), lines);
        let tally = go(&out("sorted"), &[file("sorted", &sorted)], partitions, &[]);
        assert_eq!((tally.events, tally.late), (18, 0));
        let halves = [file("later", &sorted[9..]), file("sooner", &sorted[..9])];
        for (name, files) in [
            ("grouped", vec![file("grouped", &grouped)]),
            ("backwards", vec![file("backwards", &backwards)]),
            ("halves", halves.to_vec()),
        ] {
            assert_eq!(go(&out(name), &files, partitions, &[]), tally, "{name}");
            for output in ["stage-changes", "score-changes", "cart-abandoned", "cart-outcomes", "dead-letters"] {
                let read = |out: PathBuf| std::fs::read_to_string(out.join(format!("{output}.jsonl"))).unwrap();
                assert_eq!(read(out(name)), read(out("sorted")), "{name} {output}");
            }
        }
    }
}

#[test]
fn lines_without_a_time_of_arrival_are_sorted_by_their_own() {
    let dir = tempfile::tempdir().unwrap();
    let bare = |line: &String| {
        let mut event: Value = serde_json::from_str(line).unwrap();
        event.as_object_mut().unwrap().remove("receivedAt");
        event.to_string()
    };
    let mut lines: Vec<String> = grouped().iter().map(bare).collect();
    let first = go(&dir.path().join("a"), &[write_lines(dir.path().join("a.jsonl"), &lines)], 1, &[]);
    lines.reverse();
    let second = go(&dir.path().join("b"), &[write_lines(dir.path().join("b.jsonl"), &lines)], 1, &[]);
    assert_eq!((first.events, first.late, first.dead_letters.len()), (18, 0, 0));
    assert_eq!(first, second);
    assert_eq!(left(&dir.path().join("a")), left(&dir.path().join("b")));
}

/// A basket, its checkout, a page, somebody's address and an order, as the Segment spec has them.
fn nested() -> Vec<Value> {
    let event = |id: &str, minute: u32, fields: Value| {
        let time = format!("2026-09-14T09:{minute:02}:00.000Z");
        let mut event = json!({"messageId": id, "userId": "ann", "timestamp": time, "originalTimestamp": time, "sentAt": time, "receivedAt": time,
            "context": {"campaign": {"source": "news"}, "page": {"path": "/c"}}});
        event.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        event
    };
    let tee = json!({"product_id": "tee", "name": "T-shirt, \"blue\"", "price": 12.5, "quantity": 2});
    let mut add = tee.clone();
    add["cart_id"] = "c-1".into();
    vec![
        event("m-1", 0, json!({"type": "track", "event": "Product Added", "properties": add})),
        event("m-2", 5, json!({"type": "page", "properties": {"path": "/checkout", "url": "https://shop.example/checkout"}})),
        event("m-3", 6, json!({"type": "identify", "traits": {"email": "ann@shop.example"}})),
        event(
            "m-4",
            10,
            json!({"type": "track", "event": "Checkout Started", "properties": {"cart_id": "c-1", "products": [tee]}}),
        ),
    ]
}

/// The same as a row of a warehouse.
fn row(event: &Value) -> Value {
    let mut row = json!({"id": event["messageId"], "message_id": event["messageId"], "anonymous_id": null, "user_id": event["userId"],
        "timestamp": event["timestamp"], "original_timestamp": event["originalTimestamp"], "sent_at": event["sentAt"],
        "received_at": event["receivedAt"], "uuid_ts": event["receivedAt"],
        "context_campaign_source": "news", "context_page_path": "/c"});
    if let Some(name) = event["event"].as_str() {
        row["event"] = name.to_lowercase().replace(' ', "_").into();
        row["event_text"] = name.into();
    }
    for (key, value) in ["properties", "traits"].iter().filter_map(|key| event[key].as_object()).flatten() {
        row[key] = if value.is_array() { value.to_string().into() } else { value.clone() };
    }
    row
}

#[test]
fn rows_of_a_warehouse_are_the_events_that_they_were() {
    let dir = tempfile::tempdir().unwrap();
    let events = nested();
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    let want = go(&dir.path().join("nested"), &[write_lines(dir.path().join("nested.jsonl"), &lines)], 1, &[]);
    assert_eq!((want.events, want.broken_fields), (4, 0));
    assert_eq!(want.triggers_by_step.values().sum::<u64>(), 3);

    let rows: Vec<Value> = events.iter().map(row).collect();
    let lines: Vec<String> = rows.iter().map(Value::to_string).collect();
    let tally = go(&dir.path().join("rows"), &[write_lines(dir.path().join("rows.jsonl"), &lines)], 1, &[]);
    assert_eq!((tally, left(&dir.path().join("rows"))), (want.clone(), left(&dir.path().join("nested"))));

    // All in one table of columns, as a union of them has it.
    let mut columns: Vec<&String> = rows.iter().flat_map(|row| row.as_object().unwrap().keys()).collect();
    columns.sort();
    columns.dedup();
    for (name, delimiter) in [("rows.csv", ','), ("table.tsv", '\t'), ("export", ';')] {
        let cell = |value: &Value| match value {
            Value::Null => String::new(),
            Value::String(text) => format!("\"{}\"", text.replace('"', "\"\"")),
            other => other.to_string(),
        };
        let line = |cells: Vec<String>| cells.join(&delimiter.to_string());
        let mut lines = vec![line(columns.iter().map(|&column| column.clone()).collect())];
        lines.extend(rows.iter().map(|row| line(columns.iter().map(|&column| cell(&row[column])).collect())));
        let out = dir.path().join(format!("{name}-out"));
        let tally = go(&out, &[write_lines(dir.path().join(name), &lines)], 1, &[]);
        assert_eq!((tally, left(&out)), (want.clone(), left(&dir.path().join("nested"))), "{name}");
    }
}

#[test]
fn a_dump_of_a_topic_keeps_its_keys_and_times() {
    let dir = tempfile::tempdir().unwrap();
    let time_ms = |n: i64| 1_789_380_000_000 + n * 60_000;
    // The records say neither who nor when.
    let record = |n: i64, key: &str, event: Value| {
        json!({"topic": "orders-old", "partition": 2, "offset": 40 + n, "tstype": "create", "ts": time_ms(n), "broker": 1, "key": key, "payload": event.to_string()})
            .to_string()
    };
    let add = json!({"type": "track", "event": "Product Added", "userId": "somebody else", "properties": {"product_id": "p", "price": 3, "cart_id": "c"}});
    let tombstone =
        json!({"topic": "orders-old", "partition": 2, "offset": 44, "ts": time_ms(4), "key": "ann", "payload": null}).to_string();
    let lines = [record(1, "ben", add.clone()), record(0, "ann", add), tombstone];
    let file = write_lines(dir.path().join("dump.jsonl"), &lines);
    // A mapping that changes nothing else skips what has no value.
    let tally = go(&dir.path().join("mapped"), std::slice::from_ref(&file), 1, &["topics.mappings.cart=segment"]);
    assert_eq!((tally.events, tally.dead_letters.is_empty()), (2, true));
    assert_eq!(tally.mappings["segment"].by_name().filter(|(_, n)| *n > 0).collect::<Vec<_>>(), [("skipped", 1)]);
    let out = dir.path().join("out");
    let tally = go(&out, &[file], 1, &[]);
    assert_eq!((tally.events, tally.triggers_by_step.get(&1)), (2, Some(&2)));
    assert_eq!((tally.first_ms, tally.last_ms), (Some(time_ms(0)), Some(time_ms(1))), "the records' times");
    let moves = std::fs::read_to_string(out.join("stage-changes.jsonl")).unwrap();
    let first: Value = serde_json::from_str(moves.lines().next().unwrap()).unwrap();
    assert_eq!((&first["prospect"], &first["event"]["offset"]), (&"ben".into(), &41.into()), "as they arrived");
    let carts = std::fs::read_to_string(out.join("cart-abandoned.jsonl")).unwrap();
    let first: Value = serde_json::from_str(carts.lines().next().unwrap()).unwrap();
    assert!(["ann", "ben"].contains(&first["prospect"].as_str().unwrap()), "{first}");
    let letters = std::fs::read_to_string(out.join("dead-letters.jsonl")).unwrap();
    let letter: Value = serde_json::from_str(letters.lines().next().unwrap()).unwrap();
    assert_eq!((&letter["reason"], &letter["key"], &letter["offset"]), (&"unreadable-value".into(), &"ann".into(), &44.into()));
}

#[test]
fn what_cant_be_used_is_summed_up_with_the_first_line_of_its_kind() {
    let dir = tempfile::tempdir().unwrap();
    let lines = [
        track("u", 0, "Product Added", "2026-09-14T09:00:00Z", &json!({"product_id": "p"})),
        r#"{"type":"track","event":"A","userId":"u","timestamp":"09/14/2026 10:00:00"}"#.to_owned(),
        "not json".to_owned(),
        String::new(),
        r#"{"type":"track","event":"A","timestamp":"2026-09-14T10:00:00Z"}"#.to_owned(),
    ];
    let tally = go(&dir.path().join("out"), &[write_lines(dir.path().join("cart.jsonl"), &lines)], 2, &[]);
    assert_eq!(tally.dead_letters.values().sum::<u64>(), 4);
    let summary: Value = serde_json::from_slice(&std::fs::read(dir.path().join("out/summary.json")).unwrap()).unwrap();
    let example = |reason: &str| summary["dead_letter_examples"][reason].clone();
    assert_eq!(example("unreadable-value")["line"], 3);
    assert_eq!(example("unreadable-value")["begins"], "not json");
    assert_eq!(example("key-missing")["line"], 5);
    assert!(example("key-missing")["file"].as_str().unwrap().ends_with("cart.jsonl"));
    let detail = example("absurd-time")["detail"].to_string();
    assert!(detail.contains("09/14/2026 10:00:00"), "{detail}");
}

#[test]
fn a_source_without_zone_has_a_setting_for_its_topic() {
    let dir = tempfile::tempdir().unwrap();
    let add = json!({"type": "track", "event": "Product Added", "userId": "u", "timestamp": "2026-09-14 05:10:00", "properties": {"product_id": "p", "price": 1}});
    let file = write_lines(dir.path().join("cart.jsonl"), &[add.to_string()]);
    let first = |set: &[&str]| go(&dir.path().join("out"), std::slice::from_ref(&file), 1, set).first_ms.unwrap();
    let utc_ms = first(&[]);
    assert_eq!(first(&["inputs.time_zone=America/New_York"]) - utc_ms, 4 * 3_600_000);
    assert_eq!(first(&["inputs.time_zone=UTC", "inputs.time_zones.cart=Europe/Berlin"]) - utc_ms, -2 * 3_600_000);
}

#[test]
fn a_reminder_says_that_the_time_of_its_add_was_corrected() {
    let dir = tempfile::tempdir().unwrap();
    // The browser's clock is an hour behind, its shopper orders ten minutes after the add; somebody else's clock is right.
    let event = |user: &str, id: &str, name: &str, said: &str, sent: &str, received: &str| {
        json!({"type": "track", "event": name, "messageId": id, "userId": user, "timestamp": said, "sentAt": sent, "receivedAt": received,
            "properties": {"product_id": "p", "price": 5, "order_id": "o"}})
        .to_string()
    };
    let lines = [
        event("ann", "a-1", "Product Added", "2026-09-14T08:00:00Z", "2026-09-14T08:00:01Z", "2026-09-14T09:00:01Z"),
        event("ben", "b-1", "Product Added", "2026-09-14T09:00:00Z", "2026-09-14T09:00:01Z", "2026-09-14T09:00:01Z"),
        event("cyd", "c-1", "Product Added", "2026-09-14T09:00:00Z", "2026-09-14T09:00:01Z", "2026-09-14T09:00:01Z"),
        event("cyd", "c-2", "Order Completed", "2026-09-14T08:10:00Z", "2026-09-14T08:10:01Z", "2026-09-14T09:10:01Z"),
    ];
    let out = dir.path().join("out");
    let tally = go(&out, &[write_lines(dir.path().join("cart.jsonl"), &lines)], 1, &[]);
    assert_eq!((tally.clock_corrected, tally.local_times, tally.late), (2, 0, 0));
    let carts: Vec<Value> =
        left(&out).into_iter().filter(|value| value["type"] == "cart.abandoned" && value["step"] == 1).collect();
    let told = |user: &str| {
        carts.iter().find(|cart| cart["prospect"] == user).map(|cart| (cart["at"].clone(), cart["proof"]["events"][0].clone()))
    };
    let (at, armed_by) = told("ann").unwrap();
    assert_eq!((at, &armed_by["clock_corrected_ms"]), ("2026-09-14T10:00:00.000Z".into(), &3_600_000.into()));
    assert_eq!(armed_by["at"], "2026-09-14T09:00:00.000Z");
    assert_eq!(told("ben").unwrap().1.get("clock_corrected_ms"), None);
    assert_eq!(told("cyd"), None, "she ordered");
}

#[test]
fn local_times_are_taken_for_what_they_are_and_late_events_for_late() {
    let dir = tempfile::tempdir().unwrap();
    let add = |user: &str, said: &str| {
        json!({"type": "track", "event": "Product Added", "userId": user, "timestamp": said, "receivedAt": "2026-09-14T09:00:01Z",
            "properties": {"product_id": "p", "price": 5}})
        .to_string()
    };
    let lines = [
        add("new-york", "2026-09-14 05:00:00"),
        add("berlin", "2026-09-14T11:00:00"),
        add("mumbai", "14 Sep 2026 14:30:00"),
        add("utc", "2026-09-14 09:00:00"),
        add("late", "2026-09-14T08:00:00Z"),
        add("late-too", "2026-09-14 08:40:00"),
    ];
    let out = dir.path().join("out");
    let file = write_lines(dir.path().join("cart.jsonl"), &lines);
    let tally = go(&out, std::slice::from_ref(&file), 1, &[]);
    assert_eq!((tally.local_times, tally.clock_corrected, tally.clamped), (3, 0, 0));
    let first = |user: &str| {
        let mut carts = left(&out).into_iter().filter(|value| value["type"] == "cart.abandoned" && value["prospect"] == user);
        carts.next().map(|cart| cart["abandoned_at"].as_str().unwrap()[11..16].to_owned())
    };
    for (user, abandoned_at) in [
        ("new-york", "09:00"),
        ("berlin", "09:00"),
        ("mumbai", "09:00"),
        ("utc", "09:00"),
        ("late", "08:00"),
        ("late-too", "08:40"),
    ] {
        assert_eq!(first(user).as_deref(), Some(abandoned_at), "{user}");
    }
    // Once the zone is said, nothing is guessed: what lies ahead is a wrong clock again.
    let tally = go(&out, &[file], 1, &["inputs.time_zones.cart=UTC"]);
    assert_eq!((tally.local_times, tally.clamped), (0, 2));
    assert_eq!(first("new-york").as_deref(), Some("05:00"));
}

#[test]
fn amounts_in_text_score_as_the_numbers_that_they_are() {
    let dir = tempfile::tempdir().unwrap();
    let value_and_score = |total: &str| {
        let order = json!({"order_id": "o", "total": total, "currency": "GBP"});
        let lines = [
            track(
                "u",
                0,
                "Product Added",
                "2026-09-14T09:00:00Z",
                &json!({"product_id": "sofa", "price": "1.250,00 €", "quantity": 1}),
            ),
            track("u", 1, "Order Completed", "2026-09-14T11:00:00Z", &order),
        ];
        let out = dir.path().join("out");
        let tally = go(&out, &[write_lines(dir.path().join("cart.jsonl"), &lines)], 1, &[]);
        let all = left(&out);
        let reminder = all.iter().find(|value| value["type"] == "cart.abandoned").unwrap();
        let recovered = all.iter().find(|value| value["type"] == "cart.recovered").unwrap();
        assert_eq!(reminder["value"].as_f64(), Some(1_250.0));
        let up = all.iter().find(|value| value["type"] == "score.changed" && value["direction"] == "up").unwrap();
        (recovered["value"].as_f64(), up["score"].as_f64().unwrap().round(), tally.broken_fields)
    };
    let large = value_and_score("£2,000.00");
    assert_eq!((large.0, large.2), (Some(2_000.0), 0));
    let small = value_and_score("20,00");
    assert_eq!((small.0, small.2), (Some(20.0), 0));
    assert!(large.1 > small.1, "a large order is worth more: {large:?} {small:?}");
    assert_eq!(value_and_score("2,000").0, None, "two thousand, or two");
}

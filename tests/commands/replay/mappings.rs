//! `replay`, `report` and `explain` over records of other systems: as the events that the fixtures of their mappings give.

use super::inputs::{self, left, without_places};
use crate::program::{json_lines, run as program, stderr, stdout, succeed, write, write_lines};
use base64::Engine as _;
use leadstream::app::replay::Tally;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Cases of a mapping: the line of each, and what becomes of it.
fn cases(source: &str) -> Vec<(String, Vec<Value>)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mappings").join(source);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.to_str().unwrap().ends_with(".in.json"));
    paths.sort();
    let read = |path: &Path| serde_json::from_str::<Value>(&std::fs::read_to_string(path).unwrap()).unwrap();
    let case = |path: PathBuf| {
        let line = line_of(&read(&path))?;
        let out = read(Path::new(&path.to_str().unwrap().replace(".in.json", ".out.json")));
        Some((line, out.as_array().unwrap().clone()))
    };
    paths.into_iter().filter_map(case).collect()
}

/// A record as a line: its value, or what `kcat -J` makes of one with headers or a key. `None`: it does not fit into one.
fn line_of(record: &Value) -> Option<String> {
    let has = |field: &str| !record[field].is_null();
    let value = match (record["text"].as_str(), record["value"].as_str()) {
        (Some(text), _) | (None, Some(text)) => text.to_owned(),
        (None, None) if has("value") => record["value"].to_string(),
        (None, None) => return None,
    };
    if !has("headers") && !has("key") && !has("topic") {
        return Some(value).filter(|value| !value.contains('\n'));
    }
    let headers = record["headers"].as_object().cloned().unwrap_or_default();
    Some(json!({"topic": record["topic"], "headers": headers, "key": record["key"], "payload": value}).to_string())
}

/// What the fixtures expect as events of the Segment spec, which name a prospect as the decoder of files looks for it.
fn events(cases: &[(String, Vec<Value>)]) -> Vec<String> {
    let event = |one: &Value| {
        let mut event = one["event"].clone();
        if ["userId", "anonymousId"].iter().all(|id| event[id].is_null()) {
            let (_, prospect) = one["prospect"].as_str().unwrap().split_once(':').unwrap();
            event["userId"] = prospect.into();
        }
        event.to_string()
    };
    cases.iter().flat_map(|(_, out)| out).filter(|one| one["event"].is_object()).map(event).collect()
}

fn lines(cases: &[(String, Vec<Value>)]) -> Vec<String> {
    cases.iter().map(|(line, _)| line.clone()).collect()
}

/// Replays a file of the topic `cart`, which is routed if it has a mapping.
fn go(out: &Path, file: &Path, partitions: u32, mapping: Option<&str>) -> Tally {
    let set = |mapping| vec![format!("topics.mappings.cart={mapping}"), "route.topics=[\"cart\"]".to_owned()];
    let set = mapping.map_or_else(Vec::new, set);
    let set: Vec<&str> = set.iter().map(String::as_str).collect();
    inputs::go(out, &[file.to_owned()], partitions, &set)
}

fn counted(tally: &Tally, mapping: &str) -> BTreeMap<&'static str, u64> {
    tally.mappings[mapping].by_name().filter(|(_, n)| *n > 0).collect()
}

/// Names what only one side has.
fn assert_same(got: &[Value], want: &[Value], source: &str) {
    let without = |these: &[Value], those: &[Value]| -> Vec<String> {
        these.iter().filter(|value| !those.contains(value)).map(ToString::to_string).collect()
    };
    let (more, missing) = (without(got, want), without(want, got));
    assert!(got == want, "{source}: {} and {}\nmore: {more:#?}\nmissing: {missing:#?}", got.len(), want.len());
}

#[test]
fn records_of_other_systems_are_replayed_as_the_events_that_they_are() {
    let mut triggers = 0;
    for source in ["shopify", "sendgrid", "segment", "rudderstack", "posthog", "snowplow-tsv", "ga4-mp", "debezium-orders"] {
        let dir = tempfile::tempdir().unwrap();
        let cases = cases(source);
        // Also of a name by which it would be a file of columns.
        let records = write_lines(dir.path().join("records.tsv"), &lines(&cases));
        let spec = write_lines(dir.path().join("spec.jsonl"), &events(&cases));
        let want = go(&dir.path().join("want"), &spec, 1, None);
        let got = go(&dir.path().join("got"), &records, 1, Some(source));
        let split = go(&dir.path().join("split"), &records, 4, Some(source));
        assert!(want.events > 2, "{source}: {want:?}");
        assert_same(&left(&dir.path().join("got")), &left(&dir.path().join("want")), source);
        assert_same(&left(&dir.path().join("split")), &left(&dir.path().join("got")), source);
        assert_eq!((got.events, got.prospects), (want.events, want.prospects), "{source}");
        assert_eq!((&split.dead_letters, &split.mappings), (&got.dead_letters, &got.mappings), "{source}");
        triggers += got.triggers_by_step.values().sum::<u64>();
        let counted = counted(&got, source);
        let all = || cases.iter().flat_map(|(_, out)| out);
        let dead = |reason: &str| all().filter(|one| one["dead"] == reason).count() as u64;
        assert_eq!(counted.get("no-person").copied().unwrap_or(0), dead("key-missing"), "{source}");
        assert_eq!(counted.get("skipped").copied().unwrap_or(0), all().filter(|one| *one == "skipped").count() as u64);
        assert_eq!(counted.values().sum::<u64>(), all().count() as u64, "{source}");
        assert_eq!(got.dead_letters.get("key-missing").copied().unwrap_or(0), dead("key-missing"), "{source}");
    }
    assert!(triggers > 0);
}

#[test]
fn an_element_that_cannot_be_used_keeps_the_line_that_it_stood_in() {
    let dir = tempfile::tempdir().unwrap();
    let good = r#"{"email":"ann@shop.example","event":"open","timestamp":1760000000,"sg_event_id":"1"}"#;
    let line = format!(r#"[{good},7,{{"event":"click","timestamp":1760000001}}]"#);
    let dumped = json!({"topic": "mails", "partition": 3, "offset": 9, "ts": 1_760_000_002_000_i64, "key": "k", "headers": ["a", "b"], "payload": "{\"event\":\"click\"}"});
    let file = write_lines(dir.path().join("mails.jsonl"), &[line.clone(), dumped.to_string()]);
    let tally = go(&dir.path().join("out"), &file, 1, Some("sendgrid"));
    assert_eq!(counted(&tally, "sendgrid"), BTreeMap::from([("mapped", 1), ("no-person", 2), ("dead", 1)]));
    assert_eq!((tally.events, tally.records), (1, 4));
    let dead = json_lines(dir.path().join("out/dead-letters.jsonl"));
    let says = |n: usize| {
        let Value::Object(mut dead) = dead[n].clone() else { panic!("{dead:?}") };
        assert_ne!(dead.remove("detail"), None);
        Value::Object(dead)
    };
    assert_eq!(
        says(0),
        json!({"reason": "unreadable-value", "topic": "cart", "partition": 0, "offset": 1, "element": 1, "value": line})
    );
    assert_eq!(
        says(1),
        json!({"reason": "key-missing", "topic": "cart", "partition": 0, "offset": 2, "element": 2, "value": line})
    );
    let mut want = json!({"reason": "key-missing", "topic": "cart", "partition": 3, "offset": 9, "timestamp": 1_760_000_002_000_i64, "key": "k"});
    want["value"] = dumped.to_string().into();
    assert_eq!(says(2), want);
    let example = &tally.examples["key-missing"];
    assert!(example.source.line == 1 && line.starts_with(&example.begins), "{example:?}");
}

#[test]
fn a_dumped_record_has_the_time_of_its_writing_and_the_prospect_of_its_mapping() {
    let dir = tempfile::tempdir().unwrap();
    let text = "name = \"mine\"\nname_from = \"what\"\n[ids]\nuser = \"who\"\n[events]\nadd = \"Product Added\"\n\
                [fields]\ncart_id = \"cart\"\nproduct_id = \"article\"\nprice = \"price\"\n";
    let mapping = write(dir.path(), "mine.toml", text);
    let value = json!({"what": "add", "who": "ann", "cart": "c", "article": "p", "price": 20}).to_string();
    let ts = 1_789_380_000_000_i64;
    let at_once = json!({"topic": "shop", "partition": 1, "offset": 5, "ts": ts, "key": "another", "payload": value});
    let without_place = json!({"headers": {}, "timestamp": ts, "value": value});
    for record in [at_once, without_place] {
        let file = write_lines(dir.path().join("records.jsonl"), &[record.to_string()]);
        let tally = go(&dir.path().join("out"), &file, 4, Some(&mapping));
        assert_eq!((tally.events, tally.first_ms), (1, Some(ts)), "{tally:?}");
        let abandoned = json_lines(dir.path().join("out/cart-abandoned.jsonl"));
        assert!(!abandoned.is_empty() && abandoned.iter().all(|cart| cart["prospect"] == "ann"), "{abandoned:?}");
    }
}

#[test]
fn an_event_is_of_the_id_that_its_mapping_prefers() {
    let dir = tempfile::tempdir().unwrap();
    let text = "name = \"mine\"\nas_is = true\nname_from = [\"event\", \"type\"]\nskip = { left_out = true }\n\
                [ids]\nanon = \"anonymousId\"\nuser = \"userId\"\n";
    let mapping = write(dir.path(), "mine.toml", text);
    let line = |left_out: bool| {
        json!({"type": "track", "event": "Product Added", "userId": "u", "anonymousId": "a", "messageId": "m", "timestamp": "2026-09-14T09:00:00Z", "receivedAt": "2026-09-14T09:00:01Z", "left_out": left_out, "properties": {"product_id": "p", "price": 20, "cart_id": "c"}}).to_string()
    };
    let file = write_lines(dir.path().join("events.jsonl"), &[line(false), line(true)]);
    let tally = go(&dir.path().join("out"), &file, 4, Some(&mapping));
    assert_eq!(counted(&tally, "mine").get("skipped"), Some(&1));
    assert_eq!((tally.events, tally.first_ms), (1, Some(1_789_376_400_000)));
    let abandoned = json_lines(dir.path().join("out/cart-abandoned.jsonl"));
    assert!(!abandoned.is_empty() && abandoned.iter().all(|cart| cart["prospect"] == "a"), "{abandoned:?}");
}

/// The prospects of what left for a file, and reasons for dead letters.
fn of_whom(file: &Path, set: &[&str]) -> (Vec<String>, BTreeMap<&'static str, u64>) {
    let dir = tempfile::tempdir().unwrap();
    let tally = inputs::go(dir.path(), &[file.to_owned()], 1, set);
    let left = left(dir.path());
    let prospects: BTreeSet<String> = left.iter().map(|one| one["prospect"].as_str().unwrap().to_owned()).collect();
    (prospects.into_iter().collect(), tally.dead_letters)
}

#[test]
fn a_topic_that_is_not_routed_is_replayed_as_the_engine_reads_it() {
    let dir = tempfile::tempdir().unwrap();
    let event = |id: &str, user: Option<&str>| json!({"type": "track", "event": "Product Added", "userId": user, "anonymousId": user.map(|_| "a"), "messageId": id, "timestamp": "2026-09-14T09:00:00Z", "context": {"traits": {"email": "ann@shop.example"}}, "properties": {"product_id": "p"}});
    let dumped = |offset: Option<u32>, key: Option<&str>, event: &Value| {
        let at = json!({"partition": offset.map(|_| 0), "offset": offset, "ts": 1_789_376_400_000_i64});
        let mut record = json!({"topic": "cart", "key": key, "headers": {}, "payload": event.to_string()});
        record.as_object_mut().unwrap().extend(at.as_object().unwrap().clone().into_iter().filter(|(_, value)| !value.is_null()));
        record.to_string()
    };
    let rudderstack = "topics.mappings.cart=rudderstack";
    let routed = "route.topics=[\"cart\"]";
    // The key is the prospect, if a record of a dump has one.
    for offset in [Some(4), None] {
        let file = write_lines(dir.path().join("keyed"), &[dumped(offset, Some("k"), &event("1", Some("u")))]);
        for set in [vec![], vec![rudderstack]] {
            // Without a mapping, a line is a record of a dump by its place.
            if offset.is_some() || !set.is_empty() {
                assert_eq!(of_whom(&file, &set), (vec!["k".to_owned()], BTreeMap::new()), "{offset:?} {set:?}");
            }
        }
        for set in [vec![routed], vec![rudderstack, routed]] {
            assert_eq!(of_whom(&file, &set), (vec!["u".to_owned()], BTreeMap::new()), "{offset:?} {set:?}");
        }
    }
    let keyless = write_lines(dir.path().join("keyless"), &[dumped(Some(4), None, &event("1", Some("u")))]);
    let dead = |reason| (Vec::new(), BTreeMap::from([(reason, 1)]));
    for set in [vec![], vec![rudderstack]] {
        assert_eq!(of_whom(&keyless, &set), dead("key-missing"), "{set:?}");
    }
    // Routers take a known address for somebody, the engine reads the ids of the spec.
    let addressed = write_lines(dir.path().join("addressed"), &[event("1", None).to_string()]);
    assert_eq!(of_whom(&addressed, &["topics.mappings.cart=segment"]), dead("key-missing"));
    assert_eq!(of_whom(&addressed, &[routed]), (vec!["ann@shop.example".to_owned()], BTreeMap::new()));
    // Events of one record are of one prospect at most, where nobody routes them.
    let both = r#"[{"email":"a@shop.example","event":"open","timestamp":1760000000,"sg_event_id":"1"},{"email":"b@shop.example","event":"open","timestamp":1760000000,"sg_event_id":"2"}]"#;
    let both = write_lines(dir.path().join("both"), &[both.to_owned()]);
    let sendgrid = "topics.mappings.cart=sendgrid";
    assert_eq!(of_whom(&both, &[sendgrid]), dead("too-many-events"));
    assert_eq!(of_whom(&both, &[sendgrid, routed]).0, ["a@shop.example", "b@shop.example"]);
}

#[test]
fn rows_of_a_warehouse_are_routed_as_the_events_that_they_are() {
    let dir = tempfile::tempdir().unwrap();
    let text = "event_text,event,anonymous_id,user_id,message_id,timestamp,received_at,product_id\n\
                Product Added,product_added,a,u,m,2026-09-14T09:00:00Z,2026-09-14T09:00:01Z,p\n";
    let rows = PathBuf::from(write(dir.path(), "product_added.csv", text));
    let row =
        r#"{"event_text":"Product Added","user_id":"u","message_id":"m","received_at":"2026-09-14T09:00:01Z","product_id":"p"}"#;
    let lines = write_lines(dir.path().join("rows.jsonl"), &[row.to_owned()]);
    for file in [rows, lines] {
        for set in [vec![], vec!["route.topics=[\"cart\"]"], vec!["topics.mappings.cart=rudderstack"]] {
            assert_eq!(of_whom(&file, &set), (vec!["u".to_owned()], BTreeMap::new()), "{set:?}");
        }
    }
}

#[test]
fn records_that_are_no_text_are_read_from_base64() {
    let dir = tempfile::tempdir().unwrap();
    let schema = r#"{"type":"record","name":"Add","fields":[{"name":"who","type":"string"},{"name":"at","type":"long"}]}"#;
    write(dir.path(), "add.avsc", schema);
    let text = "name = \"adds\"\nformat = \"avro\"\nschema = \"add.avsc\"\nname_from = \"@schema\"\n\
                time = { from = \"at\", unit = \"s\" }\n[ids]\nuser = \"who\"\n[events]\nAdd = \"Product Added\"\n\
                [fields]\nproduct_id = { const = \"p\" }\n";
    let mapping = format!("topics.mappings.cart={}", write(dir.path(), "adds.toml", text));
    let dumped = json!({"topic": "cart", "partition": 0, "offset": 1, "ts": 1_760_000_001_000_i64, "key": "ben", "payload": avro("ben", 1_760_000_001)});
    let bad = json!({"topic": "cart", "partition": 0, "offset": 2, "ts": 1_760_000_001_000_i64, "key": "ben", "payload": "{}"});
    let lines =
        [avro("ann", 1_760_000_000), dumped.to_string(), bad.to_string(), "{}".to_owned(), avro("ann", 1)[..4].to_owned()];
    let file = write_lines(dir.path().join("adds.base64"), &lines);
    for set in [vec![mapping.as_str()], vec![&mapping, "route.topics=[\"cart\"]"]] {
        let (prospects, dead) = of_whom(&file, &set);
        assert_eq!((prospects, dead), (vec!["ann".to_owned(), "ben".to_owned()], BTreeMap::from([("unreadable-value", 3)])));
    }
}

/// A record of a text and a number in base64, as Avro writes them.
fn avro(text: &str, number: u64) -> String {
    let mut bytes = vec![u8::try_from(text.len() * 2).unwrap()];
    bytes.extend_from_slice(text.as_bytes());
    let mut rest = number * 2;
    while rest > 0x7f {
        bytes.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[test]
fn commands_over_files_take_mappings_from_the_settings() {
    let dir = tempfile::tempdir().unwrap();
    let (shopify, sendgrid) = (cases("shopify"), cases("sendgrid"));
    let file = |name: &str, lines: &[String]| write_lines(dir.path().join(name), lines).display().to_string();
    let records = [file("cart.records", &lines(&shopify)), file("email.records", &lines(&sendgrid))];
    let spec = [file("cart.jsonl", &events(&shopify)), file("email.jsonl", &events(&sendgrid))];
    let set = [
        "--set",
        "topics.mappings.cart=shopify",
        "--set",
        "topics.mappings.email=sendgrid",
        "--set",
        "route.topics=[\"cart\", \"email\"]",
    ];
    let run = |command: &[&str], files: &[String; 2], set: &[&str]| {
        let inputs = [format!("cart={}", files[0]), format!("email={}", files[1])];
        let of = ["--input", &inputs[0], "--input", &inputs[1]];
        stdout(&succeed(&[command, &of, set].concat()))
    };
    let out = dir.path().join("out").display().to_string();
    let said = run(&["replay", "--until", "forever", "--out", &out], &records, &set);
    assert!(said.contains("  mapping sendgrid: "), "{said}");
    assert!(said.contains("  mapping shopify: "), "{said}");
    let summary: Value = serde_json::from_str(&std::fs::read_to_string(dir.path().join("out/summary.json")).unwrap()).unwrap();
    let names: Vec<&String> = summary["mappings"]["shopify"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["dead", "kept", "mapped", "no-person", "skipped"]);
    let report = ["report", "--json"];
    let figures = |files: &[String; 2], set: &[&str]| {
        let mut report: Value = serde_json::from_str(&run(&report, files, set)).unwrap();
        report.as_object_mut().unwrap().retain(|name, _| name != "models");
        report
    };
    assert_eq!(figures(&records, &set), figures(&spec, &[]));
    let explain = ["explain", "v-3f2a", "--json"];
    let mut explained =
        [run(&explain, &records, &set), run(&explain, &spec, &[])].map(|text| serde_json::from_str::<Value>(&text).unwrap());
    assert_eq!(explained[0]["prospect"], "v-3f2a");
    explained.iter_mut().for_each(without_places);
    assert_eq!(explained[0], explained[1]);
    let cart = format!("cart={}", records[0]);
    let deleted = program(&[&["explain", "60000000000071", "--input", &cart], &set[..]].concat());
    assert!(stderr(&deleted).contains("or it was deleted"), "{deleted:?}");
}

#[test]
fn routed_topics_are_read_in_the_order_of_their_records_times_as_routers_write_them() {
    let dir = tempfile::tempdir().unwrap();
    let second = |s: u32| format!("2026-03-02T09:00:{s:02}Z");
    let dumped = |topic: &str, partition: u32, s: u32, event: Value| {
        json!({ "topic": topic, "partition": partition, "offset": 0, "ts": 1_772_442_000_000_u64 + 1_000 * u64::from(s),
            "headers": [], "key": "ann", "payload": event.to_string() })
        .to_string()
    };
    let page = json!({ "type": "page", "messageId": "p", "userId": "ann", "timestamp": second(0) });
    let add = |id: &str, s| {
        json!({ "type": "track", "event": "Product Added", "messageId": id, "userId": "ann", "timestamp": second(s),
            "properties": { "cart_id": "c", "product_id": id, "price": 2, "quantity": 1 } })
    };
    // The page was sent half a minute later. Of one time, the lower partition comes first, wherever it stands in the file.
    let web = write_lines(dir.path().join("web.jsonl"), &[dumped("web", 0, 30, page)]);
    let shop = [dumped("shop", 2, 10, add("second", 10)), dumped("shop", 1, 10, add("first", 9))];
    let shop = write_lines(dir.path().join("shop.jsonl"), &shop);
    let moves = |set: &[&str]| -> Vec<(String, String)> {
        let out = dir.path().join("out");
        let inputs = [format!("web={}", web.display()), format!("shop={}", shop.display())];
        let topics = ["--set", "topics.clickstream=[\"web\"]", "--set", "topics.cart=[\"shop\"]", "--set", "topics.email=[]"];
        let of = ["replay", "--out", out.to_str().unwrap(), "--input", &inputs[0], "--input", &inputs[1]];
        succeed(&[&of[..], &topics, set].concat());
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let moved = json_lines(out.join("stage-changes.jsonl")).into_iter().filter(|one| one["axis"] == "funnel");
        moved.map(|one| (text(&one["event"]["id"]), text(&one["from"]))).collect()
    };
    let to = |of: &[(&str, &str)]| -> Vec<(String, String)> {
        of.iter().map(|(id, from)| ((*id).to_owned(), (*from).to_owned())).collect()
    };
    assert_eq!(moves(&["--set", "route.topics=[\"web\", \"shop\"]"]), to(&[("first", "-")]));
    // By the times of their events: as tasks read inputs where they lie.
    assert_eq!(moves(&[])[0], ("p".to_owned(), "-".to_owned()));
    assert_eq!(moves(&["--set", "route.topics=[\"shop\"]"])[0], ("p".to_owned(), "-".to_owned()));
}

#[test]
fn segment_json_by_its_mapping_leaves_what_it_leaves_without_to_the_byte() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    succeed(&["simulate", "--events", "4000", "--prospects", "300", "--start", "2026-03-01T00:00:00Z", "--out", &path("shop")]);
    let topics = ["clickstream", "email", "cart"];
    let replayed = |out: &str, set: &[String]| {
        let inputs = topics.map(|topic| format!("{topic}={}/{topic}.jsonl", path("shop")));
        let mut all = vec!["replay".to_owned(), "--out".to_owned(), path(out), "--until".to_owned(), "forever".to_owned()];
        all.extend(inputs.into_iter().flat_map(|input| ["--input".to_owned(), input]));
        all.extend(set.iter().flat_map(|set| ["--set".to_owned(), set.clone()]));
        succeed(&all.iter().map(String::as_str).collect::<Vec<_>>());
        let files = std::fs::read_dir(dir.path().join(out)).unwrap().map(|file| file.unwrap().path());
        let read = |path: PathBuf| (path.file_name().unwrap().to_owned(), std::fs::read(&path).unwrap());
        let is_output = |path: &PathBuf| path.extension().is_some_and(|end| end == "jsonl");
        files.filter(is_output).map(read).collect::<BTreeMap<_, _>>()
    };
    let want = replayed("without", &[]);
    assert!(want.values().map(Vec::len).sum::<usize>() > 100_000 && want.len() > 4, "{:?}", want.keys());
    let mapped: Vec<String> = topics.iter().map(|topic| format!("topics.mappings.{topic}=segment")).collect();
    assert!(replayed("mapped", &mapped) == want, "read where they lie");
}

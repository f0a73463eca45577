//! Files proposed from samples.

use super::{Case, folder};
use leadstream_mapping::propose::{Samples, propose};
use leadstream_mapping::{NoSchemas, Record, SHIPPED, What, parse};
use std::path::Path;

/// All cases of a source.
fn cases(source: &str) -> Vec<Case> {
    let files = std::fs::read_dir(folder().join(source)).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = files.filter(|file| file.to_string_lossy().ends_with(".in.json")).collect();
    files.sort();
    files.iter().map(|file| Case::of(&serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap())).collect()
}

fn samples<'r>(records: impl IntoIterator<Item = Record<'r>>) -> Samples {
    let mut samples = Samples::default();
    records.into_iter().for_each(|record| samples.add(&record));
    samples
}

#[test]
fn every_shipped_source_is_recognised_and_its_file_loads_under_another_name() {
    let mut wrong = Vec::new();
    for (source, _) in SHIPPED {
        let cases = cases(source);
        let proposal = propose(&samples(cases.iter().map(Case::record)), Some("mine"));
        if proposal.source != Some(source) {
            wrong.push(format!(
                "{source}: {:?}\n{}",
                proposal.source,
                proposal.text.lines().take(5).collect::<Vec<_>>().join("\n")
            ));
        }
        let mapping = parse(source, &proposal.text).unwrap();
        assert_eq!(mapping.name, "mine", "{source}");
        assert!(mapping.wrong_examples(source).is_empty(), "{source}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Lines of an invented format of a shop's own.
fn in_house(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sources/in_house").join(format!("{name}.jsonl"));
    std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

fn record(line: &str) -> Record<'_> {
    Record { topic: "topic", value: Some(line.as_bytes()), ..Record::default() }
}

/// How many elements become events with a person, a time and an id, of how many; and what they are called.
fn made(text: &str, lines: &[String]) -> (usize, usize, Vec<String>) {
    let mapping = parse("proposal", text).unwrap_or_else(|faults| panic!("{faults:?}\n{text}"));
    let outcomes: Vec<_> = lines.iter().flat_map(|line| mapping.apply(&record(line), &NoSchemas).unwrap()).collect();
    let events: Vec<_> =
        outcomes.iter().filter_map(|outcome| if let What::Event(event) = &outcome.what { Some(event) } else { None }).collect();
    let is_whole = |event: &&&leadstream_mapping::Event| event.time.is_some() && event.id.is_some() && event.prospect.is_some();
    let mut names: Vec<String> = events.iter().map(|event| event.name.clone()).collect();
    names.sort();
    names.dedup();
    (events.iter().filter(is_whole).count(), outcomes.len(), names)
}

#[test]
fn records_of_no_source_give_a_file_that_makes_events_of_most() {
    for (name, wanted) in [
        ("nested", &["Checkout Started", "Order Completed", "Product Added", "Product Removed", "identify", "page"][..]),
        ("german", &["Checkout Started", "Order Cancelled", "Order Completed", "Product Added", "Unsubscribed", "page"]),
        (
            "batch",
            &["Cart Emptied", "Cart Updated", "Checkout Started", "Order Completed", "Product Viewed", "Signed In", "page"],
        ),
        ("outbox", &["Plan Upgraded", "Signed In", "Support Ticket Solved", "Trial Started"]),
        ("trolley", &["Product Added"]),
        ("wine", &["Checkout Started", "Order Cancelled", "Order Completed", "Unsubscribed", "page"]),
    ] {
        let lines = in_house(name);
        let proposal = propose(&samples(lines.iter().map(|line| record(line))), Some(name));
        assert_eq!(proposal.source, None, "{name}");
        let (whole, all, names) = made(&proposal.text, &lines);
        assert!(whole * 10 >= all * 8, "{name}: {whole} of {all}\n{}", proposal.text);
        for event in wanted {
            assert!(names.iter().any(|name| name == event), "{name}: {event} is missing\n{}", proposal.text);
        }
        let said: Vec<&str> = match name {
            "nested" => vec!["unit = \"s\"", "scale = 100", "id        = \"meta.event_uuid\"", "quantity   = \"count\""],
            "german" => vec!["zone = \"UTC\"", "user  = \"kunden_nr\"", "order_id   = \"bestell_nr\"", "quantity   = \"menge\""],
            "wine" => vec![
                "total      = \"Data.GrandTotal.Amount\"",
                "product_id = \"Data.Article\"",
                "price      = \"Data.UnitPrice.Amount\"",
                "WarehouseSynced\"     = \"skip\"",
            ],
            "outbox" => vec!["name_from = \"eventKind\"", "user  = \"actor.ref\""],
            "trolley" => {
                vec!["split     = \"recs[]\"", "name_from = \"act\"", "from = \"clock\", unit = \"ms\"", "anon  = \"handset\""]
            }
            _ => vec!["split     = \"[]\"", "unit = \"ms\"", "\"who.@json.accountId\"", "from     = \"body.@json.content\""],
        };
        for part in said {
            assert!(proposal.text.contains(part), "{name}: {part} is missing\n{}", proposal.text);
        }
    }
}

#[test]
fn envelopes_and_forms_are_seen() {
    let event = |n: u32| {
        let (ts, user) = (1_760_000_000 + n, n % 4);
        format!(r#"{{"event":"page_view","ts":{ts},"user_id":"u{user}","id":"e{n}","url":"https://a.example/{n}"}}"#)
    };
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let wrap = |how: &str, n: u32| match how {
        "json" => format!(r#"{{"v":1,"payload":{}}}"#, quoted(&event(n))),
        "object" => format!(r#"{{"v":1,"data":{}}}"#, event(n)),
        "text" => quoted(&event(n)),
        "events" => format!(r#"{{"v":1,"events":[{},{}]}}"#, event(n), event(n + 1_000)),
        "batch of text" => format!(r#"{{"batch":{}}}"#, quoted(&format!("[{}]", event(n)))),
        "prefix" => format!("\0\0\0\0\u{5}{}", event(n)),
        "form" => format!("event=page_view&ts={}&user_id=u{}&id=e{n}", 1_760_000_000 + n, n % 4),
        _ => format!("page_view\t{}\tu{}\te{n}", 1_760_000_000 + n, n % 4),
    };
    for (how, said) in [
        ("json", "unwrap    = [\"payload\", \"json\"]"),
        ("object", "unwrap    = [\"data\"]"),
        ("text", "unwrap    = [\"json\"]"),
        ("events", "split     = \"events[]\""),
        ("batch of text", "split     = \"batch.@json[]\""),
        ("prefix", "prefix    = \"confluent\""),
        ("form", "format    = \"form\""),
        ("tsv", "= [\"c1\", \"c2\", \"c3\", \"c4\"]"),
    ] {
        let lines: Vec<String> = (0..30).map(|n| wrap(how, n)).collect();
        let proposal = propose(&samples(lines.iter().map(|line| record(line))), None);
        assert!(proposal.text.contains(said), "{how}\n{}", proposal.text);
        let (whole, all, names) = made(&proposal.text, &lines);
        // Columns without names say nothing of who it is.
        if how != "tsv" {
            assert!(whole == all && names == ["page"], "{how}: {whole} of {all}\n{}", proposal.text);
        }
    }
}

/// Records that went wrong on the way: cut off, bytes changed, doubled, stuck together.
fn mutated(line: &[u8], seed: &mut u64) -> Vec<u8> {
    let mut next = |below: usize| {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(*seed >> 33).unwrap() % below.max(1)
    };
    let mut bytes = line.to_vec();
    for _ in 0..=next(4) {
        let at = next(bytes.len());
        match next(6) {
            0 => bytes.truncate(at),
            1 if at < bytes.len() => bytes[at] = b"\"{}[],:\\0\x00\xff@*.?^="[next(17)],
            2 => drop(bytes.splice(at..at, b"{\"*\":[[1,{\"a.b\":\"\\u007f\"}]],\"@json\":\"x\",".iter().copied())),
            3 => {
                let to = at + next(bytes.len() - at);
                bytes.extend_from_within(at..to);
            }
            4 => {
                let to = at + next(bytes.len() - at);
                bytes.drain(at..to);
            }
            _ => drop(bytes.splice(at..at, [b'['; 200])),
        }
    }
    bytes
}

#[test]
fn whatever_samples_are_the_file_loads() {
    let mut seed = 7;
    let mut sets: Vec<Vec<Vec<u8>>> = vec![vec![Vec::new()], vec![b"null".to_vec()], vec![b"[]".to_vec(), b"\0".to_vec()]];
    let mut add = |lines: Vec<String>| {
        let lines = lines.iter().take(12).map(|line| mutated(line.as_bytes(), &mut seed));
        sets.push(lines.collect());
    };
    for name in ["nested", "german", "batch", "outbox", "trolley", "wine"] {
        (0..6).for_each(|_| add(in_house(name)));
    }
    for (source, _) in SHIPPED {
        (0..2).for_each(|_| add(cases(source).into_iter().filter_map(|case| case.value).collect()));
    }
    for name in ["*", "", "\"", "a\nb", "\u{7f}", "page\t", "'''", "# x", "header:x", "a.b", "@json", "keep", "\u{202e}x"] {
        let of_event =
            |n: u32| serde_json::json!({ "event": name, name: "a.b", "user id": n, "key": { name: [{ name: 1 }] }, "ts": n });
        let of_key = |n: u32| serde_json::json!({ name: "page_view", "userId": "u", "time": 1_760_000_000 + n, "x": { name: { name: n } } });
        sets.push((0..6).map(|n| of_event(n).to_string().into_bytes()).collect());
        sets.push((0..6).map(|n| of_key(n).to_string().into_bytes()).collect());
    }
    let name = "a \"b\"\n\u{7f}";
    for set in &sets {
        let records = set.iter().map(Vec::as_slice).map(|line| Record {
            topic: "a\"b",
            key: Some(line),
            value: Some(line),
            headers: vec![("x\"-type", line), ("", line)],
        });
        let proposal = propose(&samples(records), Some(name));
        let loads = parse("proposal", &proposal.text).map(|mapping| mapping.name);
        let texts: Vec<_> = set.iter().map(|line| String::from_utf8_lossy(line)).collect();
        assert_eq!(loads.as_deref(), Ok(name), "{texts:?}\n{}", proposal.text);
    }
}

#[test]
fn a_source_with_names_of_its_own_gets_lines_for_them() {
    let line = |name: &str, n: u32| {
        let time = 1_760_000_000 + n;
        format!(r#"[{{"sg_event_id":"e{n}","email":"a@shop.example","timestamp":{time},"event":"{name}"}}]"#)
    };
    let lines: Vec<String> = (0..8).map(|n| line(if n % 2 == 0 { "open" } else { "delivred" }, n)).collect();
    let proposal = propose(&samples(lines.iter().map(|line| record(line))), None);
    assert_eq!(proposal.source, Some("sendgrid"));
    assert!(
        proposal.text.contains("# \"delivred\" = \"keep\"   # to edit: skipped so far, seen 4 of 8 times"),
        "{}",
        proposal.text
    );
    assert!(proposal.notes.iter().any(|note| note.contains("\"delivred\" (4)")), "{:?}", proposal.notes);
    let (whole, all, _) = made(&proposal.text, &lines);
    assert_eq!((whole, all), (4, 8));
}

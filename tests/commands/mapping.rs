//! `mapping check`, `mapping explain` and `mapping new`.

use super::program::{code, run, stderr, stdout, succeed};
use std::path::PathBuf;

fn file(dir: &tempfile::TempDir, name: &str, text: &str) -> PathBuf {
    let path = dir.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn every_fault_of_a_mapping_is_said_with_its_line() {
    let dir = tempfile::tempdir().unwrap();
    let text = "name = \"mine\"\nsplit = \"events\"\n[ids]\nuser = \"a..b\"\n[events]\nbought = { too = \"Order Completed\" }\n\
                [fields]\ntotal = { from = \"sum\", unit = \"sec\" }\n";
    let output = run(&["mapping".as_ref(), "check".as_ref(), file(&dir, "mine.toml", text).as_os_str()]);
    let said = stdout(&output);
    assert_eq!(code(&output), 2, "{said}");
    for (line, what) in [(2, "[]"), (4, "two points"), (6, "did you mean \"to\"?"), (8, "\"sec\" is not known here")] {
        assert!(said.lines().any(|l| l.contains(&format!("mine.toml:{line}: ")) && l.contains(what)), "{line} {what}: {said}");
    }
}

#[test]
fn an_example_that_does_not_come_out_is_a_fault() {
    let dir = tempfile::tempdir().unwrap();
    let text = "name = \"mine\"\nname_from = \"what\"\n[ids]\nuser = \"who\"\n[events]\nbuy = \"Order Completed\"\n[[example]]\n\
                in = '{\"what\":\"buy\",\"who\":\"ann\"}'\nout = [{ name = \"Order Completed\", prospect = \"ben\" }]\n";
    let output = run(&["mapping".as_ref(), "check".as_ref(), file(&dir, "mine.toml", text).as_os_str()]);
    assert_eq!(code(&output), 2);
    assert!(stdout(&output).contains("mine.toml:7: example#1: event 1: prospect is ann, and not ben"), "{}", stdout(&output));
}

#[test]
fn a_sample_is_counted_and_near_names_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let records = concat!(
        r#"[{"email":"a@shop.example","timestamp":1760000000,"event":"open","sg_event_id":"1"},{"event":"open"}]"#,
        "\n",
        r#"[{"email":"a@shop.example","event":"delivred"}]"#,
        "\n"
    );
    let sample = file(&dir, "sample.jsonl", records);
    let output = succeed(&["mapping".as_ref(), "check".as_ref(), "sendgrid".as_ref(), "--sample".as_ref(), sample.as_os_str()]);
    let said = stdout(&output);
    assert!(said.contains("2 records"), "{said}");
    assert!(said.contains("events    1: Email Opened 1"), "{said}");
    assert!(said.contains("1 key-missing, first in line 1"), "{said}");
    assert!(said.contains("\"delivred\" has no rule: did you mean \"delivered\"?"), "{said}");
}

#[test]
fn what_the_engine_would_refuse_and_names_that_nobody_knows_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let text = "name = \"mine\"\nname_from = \"what\"\ntime = \"at\"\n[ids]\nuser = \"who\"\n[events]\nbuy = \"Order Complted\"\n\
                see = \"page\"\nstoop = \"skp\"\nfit = \"Fitting Room Booked\"\n";
    let mapping = file(&dir, "mine.toml", text);
    let check = |records: &str| {
        let sample = file(&dir, "sample.jsonl", records);
        run(&["mapping".as_ref(), "check".as_ref(), mapping.as_os_str(), "--sample".as_ref(), sample.as_os_str()])
    };
    let long = "x".repeat(300);
    let bad = format!("{{\"what\":\"see\",\"who\":\"{long}\",\"at\":1760000000}}\n");
    let output = check(&format!("{{\"what\":\"see\",\"who\":\"ann\",\"at\":1760000000}}\n{bad}"));
    let said = stdout(&output);
    assert_eq!(code(&output), 0, "{said}");
    assert!(said.contains("events    1: page 1"), "{said}");
    assert!(said.contains("dead      1 key-too-long, first in line 2"), "{said}");
    for (written, meant) in [("Order Complted", "Order Completed"), ("skp", "skip")] {
        assert!(
            said.contains(&format!("{written:?} is an event that only your own models can know: did you mean {meant:?}?")),
            "{said}"
        );
    }
    assert!(!said.contains("Fitting Room Booked\" is an event"), "{said}");
    let output = check(&bad);
    assert_eq!(code(&output), 2, "{}", stdout(&output));
    assert!(stdout(&output).contains("can be used"), "{}", stdout(&output));
    let text = format!("{text}[products]\nfrom = \"items\"\nproduct_id = \"p\"\non = [\"Cart Updaated\"]\n")
        .replace("Order Complted", "Cart Updated");
    let output = run(&["mapping".as_ref(), "check".as_ref(), file(&dir, "other.toml", &text).as_os_str()]);
    assert_eq!(code(&output), 2, "{}", stdout(&output));
    assert!(
        stdout(&output).contains("other.toml:14: ") && stdout(&output).contains("did you mean \"Cart Updated\"?"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn each_value_is_explained_and_what_became_of_the_record() {
    let dir = tempfile::tempdir().unwrap();
    let sample = file(
        &dir,
        "sample.jsonl",
        "{\"headers\":{\"trace\":\"1\"},\"value\":[{\"email\":\"A@shop.example\",\"timestamp\":1760000000,\"event\":\"open\",\"sg_event_id\":\"e1\"}]}\n",
    );
    let output = succeed(&["mapping".as_ref(), "explain".as_ref(), "sendgrid".as_ref(), "--sample".as_ref(), sample.as_os_str()]);
    let said = stdout(&output);
    assert!(said.contains("ids.email") && said.contains("\"a@shop.example\" ←"), "{said}");
    assert!(said.contains("⇒ open: Email Opened of email a@shop.example"), "{said}");
}

#[test]
fn a_file_is_proposed_that_check_takes_and_what_is_left_to_edit_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let record = |n: u32, topic: &str| {
        let value =
            format!(r#"{{"id":{n},"email":"a{n}@shop.example","customer":{{"id":{n}}},"updated_at":"2026-03-01T10:00:00Z"}}"#);
        serde_json::json!({ "topic": "t", "headers": ["X-Shopify-Topic", topic, "X-Shopify-Event-Id", n], "key": null, "payload": value }).to_string()
    };
    let lines = [record(1, "customers/create"), record(2, "loyalty/changed"), record(3, "customers/update")].join("\n");
    let of_shopify = file(&dir, "shopify.jsonl", &lines);
    let own: String = (0..30)
        .map(|n| format!("{{\"what\":\"basket_item_added\",\"at\":{},\"memberNo\":{}}}\n", 1_760_000_000 + n * 60, 100 + n % 7))
        .collect();
    let own = file(&dir, "own.jsonl", &own);
    for (sample, said, to_edit) in [
        (&of_shopify, "name  = \"mine\"", "names that it doesn't know: \"loyalty/changed\" (1)"),
        (&own, "\"basket_item_added\" = \"Product Added\"", "to edit   lines "),
    ] {
        let new =
            ["mapping".as_ref(), "new".as_ref(), "--name".as_ref(), "mine".as_ref(), "--sample".as_ref(), sample.as_os_str()];
        let output = succeed(&new);
        let text = stdout(&output);
        assert!(text.contains(said), "{text}");
        assert!(stderr(&output).contains(to_edit) && stderr(&output).contains("events    "), "{}", stderr(&output));
        let mapping = file(&dir, "mine.toml", &text);
        let check = ["mapping".as_ref(), "check".as_ref(), mapping.as_os_str(), "--sample".as_ref(), sample.as_os_str()];
        let checked = stdout(&succeed(&check));
        assert!(checked.contains("without   id 0 %, time 0 %"), "{checked}");
    }
    let empty = file(&dir, "empty.jsonl", "\n");
    let output = run(&["mapping".as_ref(), "new".as_ref(), "--sample".as_ref(), empty.as_os_str()]);
    assert!(code(&output) == 2 && stderr(&output).contains("no record to learn from"), "{}", stderr(&output));
}

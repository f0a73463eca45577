//! The report over files: a synthetic shop with two planted accidents, and the arithmetic of small cases.

mod trust;

use crate::program::{leadstream, run, stderr, stdout, succeed, write};
use leadstream::engine::figures::{Figures, Key, PeopleCount};
use leadstream::view::figures::FiguresView;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

fn report(arguments: &[&str]) -> Value {
    serde_json::from_slice(&succeed(&[&["report", "--json"], arguments].concat()).stdout).unwrap()
}

/// The checkout of the synthetic shop: each visit is a way through it.
const SHOP: &str = r#"
name = "checkout"
[funnel]
stages = ["visit", "product", "cart", "shipping", "payment", "purchase"]
moves = [
  { to = "visit", on = "*" },
  { to = "product", on = "Product Viewed" },
  { to = "cart", on = ["Product Added", "Cart Viewed"] },
  { to = "shipping", on = "Checkout Step Completed" },
  { to = "payment", on = "Payment Info Entered" },
  { to = "purchase", on = "Order Completed" },
]
stale = { after = "30m", to = "visit", except = ["visit"] }
"#;

fn data() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/synthetic-retentioneering-ecom.csv.gz");
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var_os("LEADSTREAM_TESTS_MUST_RUN").is_none_or(|v| v != "1"), "needs {}", path.display());
    eprintln!("skipped: needs {}", path.display());
    None
}

/// The synthetic shop's rows as events in the Segment spec.
fn adapted(path: &Path) -> Vec<Value> {
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let track = |name: &str, properties: Value| json!({ "type": "track", "event": name, "properties": properties });
    let page = |path: &str| json!({ "type": "page", "properties": { "path": path } });
    let event = |(n, line): (usize, &str)| {
        let cells: Vec<&str> = line.split(',').collect();
        let [user, session, event, time, platform, channel, _cohort, lifecycle] = cells[..] else { panic!("{line}") };
        let mut value = match event {
            "home" => page("/"),
            "error_page" => page("/error"),
            "account_page" => page("/account"),
            "catalog" => track("Product List Viewed", json!({})),
            "search" => track("Products Searched", json!({})),
            "filter_results" => track("Product List Filtered", json!({})),
            "promo_page" => track("Promotion Viewed", json!({})),
            "compare" => track("Products Compared", json!({})),
            "wishlist_add" => track("Product Added to Wishlist", json!({ "product_id": "unknown" })),
            "review_page" => track("Reviews Viewed", json!({})),
            "product_view" => track("Product Viewed", json!({ "product_id": "unknown" })),
            "add_to_cart" => track("Product Added", json!({ "product_id": "unknown" })),
            "cart" => track("Cart Viewed", json!({})),
            "shipping_details" => track("Checkout Step Completed", json!({ "step": 1 })),
            "payment_details" => track("Payment Info Entered", json!({})),
            "purchase" => track("Order Completed", json!({ "order_id": format!("{session}-{n}") })),
            "checkout_bug" => track("Checkout Error", json!({})),
            "payment_error" => track("Payment Failed", json!({})),
            "support_chat" => track("Support Chat Started", json!({})),
            other => panic!("{other}: no event of this shop"),
        };
        value["messageId"] = json!(format!("row-{n}"));
        value["userId"] = json!(user);
        value["timestamp"] = json!(format!("{}Z", time.replace(' ', "T")));
        value["context"] =
            json!({ "campaign": { "source": channel }, "device": { "type": platform }, "traits": { "lifecycle": lifecycle } });
        value
    };
    text.lines().skip(1).enumerate().map(event).collect()
}

/// A week's share of those who entered a stage, by the day of its Monday.
fn weeks(report: &Value, stage: &str) -> Vec<(String, i64, f64)> {
    let axis = &report["models"][0]["axes"][0];
    let stage = axis["stages"].as_array().unwrap().iter().find(|s| s["stage"] == stage).unwrap();
    let week = |w: &Value| (w["begins"].as_str().unwrap().to_owned(), w["entered"].as_i64().unwrap(), w["conversion"].as_f64());
    stage["weeks"].as_array().unwrap().iter().map(week).filter_map(|(day, n, rate)| Some((day, n, rate?))).collect()
}

/// Share over the weeks that begin in a range of days.
fn pooled(weeks: &[(String, i64, f64)], meant: impl Fn(&str) -> bool) -> f64 {
    let meant = weeks.iter().filter(|(day, ..)| meant(day));
    let (went, entered) = meant.fold((0.0, 0.0), |(went, all), (_, n, rate)| (went + rate * *n as f64, all + *n as f64));
    went / entered
}

#[test]
fn the_planted_accidents_of_the_synthetic_shop_are_found_by_conversion_per_week() {
    let Some(data) = data() else { return };
    let dir = tempfile::tempdir().unwrap();
    let events = adapted(&data);
    assert_eq!(events.len(), 31_106);
    let mut file = std::fs::File::create(dir.path().join("shop.jsonl")).unwrap();
    events.iter().for_each(|event| writeln!(file, "{event}").unwrap());
    let input = format!("clickstream={}", dir.path().join("shop.jsonl").display());
    let model = format!("model.files=[\"{}\"]", write(dir.path(), "checkout.toml", SHOP));
    let report = report(&["--input", &input, "--set", &model]);
    assert_eq!((&report["prospects"], &report["customers"]["orders"]), (&json!(600), &json!(470)));

    // From shipping on to payment: the bug of 9 April to 9 May. From payment on: the outage of 19 May to 7 June.
    let accidents = [("shipping", "2024-04-08", "2024-05-06", 0.15), ("payment", "2024-05-20", "2024-06-03", 0.3)];
    for (stage, first, last, lower_by) in accidents {
        let weeks = weeks(&report, stage);
        let within = |day: &str| (first..=last).contains(&day);
        let (bad, good) = (pooled(&weeks, within), pooled(&weeks, |day| !within(day)));
        eprintln!("{stage}: {:.1} % in the accident, {:.1} % in the other weeks", 100.0 * bad, 100.0 * good);
        assert!(bad < good - lower_by, "{stage}: {bad} {good}");
        let unusual = report["models"][0]["axes"][0]["unusual"].as_array().unwrap();
        let named: Vec<&Value> = unusual.iter().filter(|u| u["stage"] == stage).collect();
        assert_eq!(named.len(), 1, "{stage}: one run of weeks stands out, and nothing else: {named:?}");
        assert_eq!((named[0]["direction"].as_str(), named[0]["from"].as_str()), (Some("low"), Some(first)), "{named:?}");
        let ends = named[0]["to"].as_str().unwrap();
        assert!(ends >= last && weeks.iter().all(|(day, ..)| day.as_str() <= last || day.as_str() > ends), "{named:?}");
    }

    // A person reads the same.
    let output = run(&["report", "--input", &input, "--set", &model]);
    let text = stdout(&output);
    eprintln!("{text}");
    assert!(text.contains("2024-05-20 to 2024-06-09: from payment only"), "{text}");
    assert!(text.contains("2024-04-08 to 2024-05-12: from shipping only"), "{text}");

    // Dealt to several tasks, the figures add up to the same.
    assert_eq!(self::report(&["--input", &input, "--set", &model, "--partitions", "5"]), report);
}

#[test]
fn the_default_model_finds_both_accidents_at_the_single_steps_of_the_checkout_and_no_third_one() {
    let Some(data) = data() else { return };
    let dir = tempfile::tempdir().unwrap();
    let sessions: Vec<Value> = adapted(&data);
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(std::fs::File::open(&data).unwrap()).read_to_string(&mut text).unwrap();
    for by_session in [false, true] {
        let path = dir.path().join(format!("{by_session}.jsonl"));
        let mut file = std::fs::File::create(&path).unwrap();
        for (event, row) in sessions.iter().zip(text.lines().skip(1)) {
            let mut event = event.clone();
            if by_session {
                event["userId"] = json!(row.split(',').nth(1));
            }
            writeln!(file, "{event}").unwrap();
        }
        let report = report(&["--input", &format!("clickstream={}", path.display())]);
        let runs = |unusual: &Value| -> Vec<[String; 4]> {
            let text = |run: &Value, key: &str| run[key].as_str().unwrap().to_owned();
            let run = |run: &Value| ["stage", "from", "to", "direction"].map(|key| text(run, key));
            unusual.as_array().unwrap().iter().map(run).collect()
        };
        let wanted = [
            ["Payment Info Entered", "2024-05-20", "2024-06-09", "low"],
            ["Checkout Step 1 Completed", "2024-04-08", "2024-05-12", "low"],
        ];
        assert_eq!(runs(&report["checkout"]["unusual"]), wanted.map(|run| run.map(str::to_owned)), "{by_session}");
        // The stage that the payment is in shows the outage once more; nothing else stands out.
        for axis in report["models"][0]["axes"].as_array().unwrap() {
            for [stage, from, to, _] in runs(&axis["unusual"]) {
                assert_eq!([stage.as_str(), &from, &to], ["evaluation", "2024-05-20", "2024-06-09"], "{by_session}");
            }
        }
    }
}

/// A small shop whose numbers can be worked out by hand. The third column: properties, or context.
const SMALL: [(&str, &str, &str, &str); 12] = [
    ("ann", "2026-03-02T10:00:00Z", "page", r#"{"path":"/"}"#),
    ("ann", "2026-03-02T10:01:00Z", "Product Viewed", r#"{"product_id":"p"}"#),
    ("ann", "2026-03-02T10:02:00Z", "Product Added", r#"{"product_id":"p","price":40,"currency":"EUR"}"#),
    ("bob", "2026-03-02T10:00:00Z", "Product Viewed", r#"{"product_id":"p"}"#),
    ("bob", "2026-03-02T10:05:00Z", "Product Added", r#"{"product_id":"p","price":25,"currency":"EUR"}"#),
    ("ann", "2026-03-02T15:00:00Z", "Order Completed", r#"{"order_id":"1","total":40,"currency":"EUR"}"#),
    ("cleo", "2026-03-03T10:00:00Z", "Product Added", r#"{"product_id":"q","price":10,"currency":"EUR"}"#),
    ("cleo", "2026-03-03T10:05:00Z", "Order Completed", r#"{"order_id":"2","total":10,"currency":"EUR"}"#),
    ("cleo", "2026-03-05T10:05:00Z", "Order Completed", r#"{"order_id":"3","total":30,"currency":"EUR"}"#),
    ("dan", "2026-03-05T11:00:00Z", "page", r#"{"path":"/"}"#),
    ("eve", "2026-03-05T12:00:00Z", "Product Added", r#"{"product_id":"q","price":10,"currency":"EUR"}"#),
    ("eve", "2026-03-05T12:30:00Z", "Cart Emptied", "{}"),
];

fn small(dir: &Path) -> String {
    let line = |(n, (user, time, name, properties)): (usize, &(&str, &str, &str, &str))| {
        let properties: Value = serde_json::from_str(properties).unwrap();
        let mut event = json!({ "type": "track", "event": name, "messageId": format!("m{n}"), "userId": user, "timestamp": time, "properties": properties });
        if *name == "page" {
            event["type"] = json!("page");
        }
        match *user {
            "ann" | "bob" => event["context"] = json!({ "campaign": { "source": "search", "name": "spring" } }),
            "cleo" => event["context"] = json!({ "campaign": { "source": "mail", "name": "launch" } }),
            _ => {}
        }
        format!("{event}\n")
    };
    let text: String = SMALL.iter().enumerate().map(line).collect();
    format!("clickstream={}", write(dir, "small.jsonl", &text))
}

#[test]
fn every_figure_of_a_small_shop_is_what_a_person_works_out() {
    let dir = tempfile::tempdir().unwrap();
    let input = small(dir.path());
    let report = report(&[
        "--input",
        &input,
        "--campaign-cost",
        "spring=60",
        "--campaign-cost",
        "never=5",
        "--until",
        "2026-03-06T00:00:00Z",
    ]);
    assert_eq!(report["prospects"], 5);
    let customers = &report["customers"];
    assert_eq!([&customers["customers"], &customers["orders"], &customers["repeaters"]], [&json!(2), &json!(3), &json!(1)]);
    assert_eq!([&customers["repeat_rate"], &customers["spent"]["EUR"]], [&json!(0.5), &json!(80.0)]);
    assert_eq!(customers["lifetime_value"]["EUR"], 40.0);
    // Ann took 5 hours, Cleo 5 minutes.
    let cycle = (5.0 + 5.0 / 60.0) / 24.0 / 2.0;
    assert!((customers["days_to_close_mean"].as_f64().unwrap() - cycle).abs() < 1e-9, "{customers}");

    let carts = &report["carts"];
    let counts = ["opened", "ordered", "emptied", "forgotten", "still_open", "abandoned", "reminded", "recovered"];
    // Ann's and Bob's first reminders left; Ann ordered after hers; Bob's cart is still open.
    assert_eq!(counts.map(|c| carts[c].as_i64().unwrap()), [4, 2, 1, 0, 1, 2, 2, 1], "{carts}");
    assert_eq!([&carts["abandoned_value"]["EUR"], &carts["recovered_value"]["EUR"]], [&json!(65.0), &json!(40.0)]);
    assert_eq!([&carts["recovery_rate"], &carts["abandoned_per_cart"]], [&json!(0.5), &json!(0.5)]);

    let funnel = report["models"][0]["axes"].as_array().unwrap().iter().find(|a| a["axis"] == "funnel").unwrap();
    let stage = |name: &str| funnel["stages"].as_array().unwrap().iter().find(|s| s["stage"] == name).unwrap().clone();
    // Ann and Cleo went on to purchase, Bob is still in intent, Eve too.
    let intent = stage("intent");
    assert_eq!([&intent["visits"], &intent["onward"], &intent["prospects"]], [&json!(4), &json!(2), &json!(2)], "{intent}");
    assert_eq!([&intent["conversion"], &intent["skipped_next"]], [&json!(0.5), &json!(2)], "purchase skips evaluation");
    assert_eq!(stage("purchase")["reached"], 2);

    // 2 open, each worth 80 ÷ 3 orders; nobody has had the time to win or lose.
    let pipeline = &report["models"][0]["pipeline"];
    assert_eq!([&pipeline["open_from"], &pipeline["won_at"]], [&json!("intent"), &json!("purchase")]);
    assert_eq!([&pipeline["opportunities"], &pipeline["won"], &pipeline["lost"]], [&json!(2), &json!(2), &json!(0)]);
    let forecast = &pipeline["money"]["EUR"];
    assert!((forecast["pipeline_value"].as_f64().unwrap() - 2.0 * 80.0 / 3.0).abs() < 1e-9, "{forecast}");
    assert_eq!([&forecast["expected"], &forecast["velocity"], &pipeline["win_rate"]], [&Value::Null; 3]);
    // The week ends on 8 March and counts 7 days later; the shop's last day is the 6th.
    assert_eq!(pipeline["win_rate_trust"]["why"], "too young to tell (first figure in 10 days)", "{pipeline}");

    let campaign = |name: Value| report["campaigns"].as_array().unwrap().iter().find(|c| c["name"] == name).unwrap().clone();
    let spring = campaign(json!("spring"));
    assert_eq!([&spring["prospects"], &spring["customers"], &spring["conversion"]], [&json!(2), &json!(1), &json!(0.5)]);
    assert_eq!([&spring["cost_per_prospect"], &spring["cost_per_customer"]], [&json!(30.0), &json!(60.0)]);
    assert_eq!(
        [&campaign(json!("launch"))["last_touch_orders"], &campaign(json!("launch"))["spent"]["EUR"]],
        [&json!(2), &json!(40.0)]
    );
    assert_eq!([&campaign(json!("never"))["cost"], &campaign(json!("never"))["cost_per_customer"]], [&json!(5.0), &Value::Null]);
    assert_eq!([&campaign(Value::Null)["prospects"], &campaign(Value::Null)["customers"]], [&json!(2), &json!(0)], "Dan and Eve");

    let coverage = &report["models"][0]["coverage"];
    // Ann, Bob (validation or further), Cleo and Eve stand in two stages; Dan in none, the other four are empty.
    assert_eq!([&coverage["empty"], &coverage["rows"][0]["persona"]], [&json!(4), &Value::Null], "{coverage}");
}

#[test]
fn personas_make_the_rows_of_the_coverage() {
    let dir = tempfile::tempdir().unwrap();
    let model = r#"
name = "people"
[journey]
stages = ["looks", "compares", "buys"]
moves = [
  { to = "looks", on = "page" },
  { to = "compares", on = "White Paper Downloaded" },
  { to = "buys", on = "Order Completed" },
]
[[personas]]
name = "engineer"
where = { job = "engineer" }
[[personas]]
name = "manager"
where = { job = "manager" }
"#;
    let lines = [
        json!({ "type": "identify", "messageId": "1", "userId": "ann", "timestamp": "2026-03-02T10:00:00Z", "traits": { "job": "engineer" } }),
        json!({ "type": "page", "messageId": "2", "userId": "ann", "timestamp": "2026-03-02T10:00:01Z", "properties": { "path": "/" } }),
        json!({ "type": "track", "event": "White Paper Downloaded", "messageId": "3", "userId": "ann", "timestamp": "2026-03-02T10:00:02Z" }),
        json!({ "type": "track", "event": "Email Opened", "messageId": "4", "userId": "ann", "timestamp": "2026-03-02T10:00:03Z" }),
        json!({ "type": "identify", "messageId": "5", "userId": "bob", "timestamp": "2026-03-02T10:00:04Z", "traits": { "job": "manager" } }),
        json!({ "type": "page", "messageId": "6", "userId": "bob", "timestamp": "2026-03-02T10:00:05Z", "properties": { "path": "/" } }),
    ];
    let text: String = lines.iter().map(|l| format!("{l}\n")).collect();
    let input = format!("clickstream={}", write(dir.path(), "people.jsonl", &text));
    let model = format!("model.files=[\"{}\"]", write(dir.path(), "people.toml", model));
    let report = report(&["--input", &input, "--set", &model]);
    let coverage = &report["models"][0]["coverage"];
    let cell =
        |prospects: i64, content: i64, campaign: i64| json!({ "prospects": prospects, "content": content, "campaign": campaign });
    assert_eq!(coverage["rows"][0], json!({ "persona": "engineer", "cells": [cell(0, 1, 0), cell(1, 1, 1), cell(0, 0, 0)] }));
    assert_eq!(coverage["rows"][1], json!({ "persona": "manager", "cells": [cell(1, 1, 0), cell(0, 0, 0), cell(0, 0, 0)] }));
    assert_eq!(coverage["rows"].as_array().map(Vec::len), Some(2), "everybody has a persona");
    let counts = ["empty", "without_content", "without_campaign", "untouched"];
    assert_eq!(counts.map(|c| coverage[c].as_i64().unwrap()), [4, 3, 5, 3]);
}

#[test]
fn the_page_stands_alone_and_bad_arguments_say_what_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    let input = small(dir.path());
    let page = dir.path().join("report.html");
    succeed(&["report", "--input", &input, "--html", &page.display().to_string(), "--campaign-cost", "spring=60"]);
    let page = std::fs::read_to_string(page).unwrap();
    for part in ["<!doctype html>", "<svg", "Sales funnel", "Pipeline and forecast", "Coverage of the journey", "spring", "60.00"]
    {
        assert!(page.contains(part), "{part} is not in the page");
    }
    for outside in ["http://", "https://", "src=", "<script"] {
        assert!(!page.contains(outside), "{outside}");
    }
    for (arguments, code, says) in [
        (&["--input", &input, "--campaign-cost", "spring"][..], 2, "NAME=AMOUNT"),
        (&["--input", &input, "--pipeline", "intent"], 2, "intent..purchase"),
        (&["--input", &input, "--pipeline", "intent..sold"], 2, "sold"),
        (&["--input", &input, "--from", "http://127.0.0.1:1"], 2, "--from"),
        (&["--input", "carts=x"], 2, "clickstream, email, cart"),
        (&["--from", "http://127.0.0.1:1"], 1, "no instance answers at http://127.0.0.1:1"),
        (&["--from", "somewhere"], 2, "http://HOST:PORT"),
        (&["--set", "http.listen=off"], 2, "http.listen is off"),
    ] {
        let output = run(&[&["report"], arguments].concat());
        assert_eq!(output.status.code(), Some(code), "{arguments:?} {output:?}");
        assert!(stderr(&output).contains(says), "{arguments:?} {output:?}");
    }
}

/// An instance that answers once, with these orders, to whoever has the token.
fn instance(partition: i64, orders: i64) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut figures = Figures::default();
    figures.add(Key::People { what: PeopleCount::Orders }, orders);
    let body =
        json!({ "group": "shop", "complete": partition != 2, "partitions": [partition], "figures": FiguresView::of(&figures) })
            .to_string();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut head = String::new();
        let mut lines = BufReader::new(&stream);
        while lines.read_line(&mut head).unwrap() > 2 {}
        let known = head.contains("GET /api/v1/funnel ") && head.contains("Authorization: Bearer 0123456789abcdef\r");
        let (status, body) =
            if known { ("200 OK", body) } else { ("401 Unauthorized", json!({ "error": "no token" }).to_string()) };
        write!(&stream, "HTTP/1.0 {status}\r\n\r\n{body}").unwrap();
    });
    format!("http://{address}")
}

#[test]
fn figures_of_several_instances_are_added_up_and_what_is_doubtful_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let token = write(dir.path(), "token", "0123456789abcdef\n");
    let (one, two, again) = (instance(1, 20), instance(2, 22), instance(1, 1));
    let output = run(&["report", "--json", "--token-file", &token, "--from", &one, "--from", &two, "--from", &again]);
    let warnings = stderr(&output);
    assert!(output.status.success(), "{warnings}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["customers"]["orders"], 43);
    assert!(warnings.contains("not every task is ready") && warnings.contains("partition 1 was already counted"), "{warnings}");
    let refused = run(&["report", "--from", &instance(1, 1)]);
    let says = stderr(&refused);
    assert!(refused.status.code() == Some(1) && says.contains("--token-file"), "{says}");
}

#[test]
fn a_running_service_reports_what_it_counted() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let mut demo = leadstream(&["demo", "--duration", "60s", "--plain", "--listen", &address])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let begun = std::time::Instant::now();
    let seen = loop {
        let output = run(&["report", "--json", "--from", &address]);
        let report: Option<Value> = serde_json::from_slice(&output.stdout).ok();
        // The shop has just opened: all of it comes within seconds, not all of it at once.
        let moved = |r: &Value| {
            let stages = r["models"][0]["axes"][1]["stages"].as_array();
            stages.is_some_and(|stages| stages.iter().any(|s| s["onward"].as_i64() > Some(0)))
        };
        let traded = |r: &Value| r["carts"]["opened"].as_i64() > Some(0) && r["customers"]["orders"].as_i64() > Some(0);
        let reported = report.filter(|r| r["prospects"].as_i64() > Some(10) && traded(r) && moved(r));
        if reported.is_some() || begun.elapsed() > std::time::Duration::from_secs(50) {
            break reported;
        }
        std::thread::sleep(std::time::Duration::from_millis(500));
    };
    demo.kill().unwrap();
    demo.wait().unwrap();
    assert!(seen.is_some(), "the demo shows prospects, carts, orders and moves within its time");
}

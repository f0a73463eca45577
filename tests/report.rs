//! The report over files: a synthetic shop with two planted accidents, and the arithmetic of small cases.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test may read its environment, say what it skips, and fail loudly"
)]

use serde_json::{Value, json};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn leadstream(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_leadstream")).args(arguments).env_clear().output().unwrap()
}

fn report(arguments: &[&str]) -> Value {
    let output = leadstream(&[&["report", "--json"], arguments].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn write(dir: &Path, name: &str, text: &str) -> String {
    let path = dir.join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
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
    let output = leadstream(&["report", "--input", &input, "--set", &model]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    eprintln!("{text}");
    assert!(text.contains("2024-05-20 to 2024-06-09: from payment only"), "{text}");
    assert!(text.contains("2024-04-08 to 2024-05-12: from shipping only"), "{text}");

    // Dealt to several tasks, the figures add up to the same.
    assert_eq!(self::report(&["--input", &input, "--set", &model, "--partitions", "5"]), report);
}

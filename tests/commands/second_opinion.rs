//! A second opinion: `tests/second_opinion` (Python, no code of leadstream) works out every figure of the report from the raw events of
//! seeded shops. What differs is a failure. `--nocapture` prints figure by figure.

mod livelier;

use crate::program::{succeed, succeeded};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What is not compared, by a part of its name, and why.
const NOT_COMPARED: &[(&str, &str)] = &[
    (".how.", "sentences that say how figures are counted: held to be those of docs/report.md where they are made"),
    (".hash", "how models are hashed is no figure: tests of models and of the golden state hold it"),
];

/// Everything is exact, but for the noise of floating point: quantiles are read from the buckets of docs/report.md, and the second
/// opinion holds them to be near the exact ones itself.
const NOISE: f64 = 1e-9;

fn has_python() -> bool {
    let asks = "import tomllib, zoneinfo; zoneinfo.ZoneInfo('Europe/Berlin')";
    let newest = Command::new("python3").args(["-c", asks]).output();
    if newest.is_ok_and(|output| output.status.success()) {
        return true;
    }
    let why = "no python3 of version 3.11 or newer is here, or it knows no time zones";
    assert!(std::env::var_os("LEADSTREAM_TESTS_MUST_RUN").is_none_or(|v| v != "1"), "{why}");
    eprintln!("SKIPPED: {why}");
    false
}

/// Every number and word of a JSON text, by its name.
fn leaves(value: &Value, name: &str, into: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| leaves(value, &format!("{name}.{key}"), into)),
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                leaves(item, &format!("{name}[{}]", label(item, n)), into);
            }
        }
        leaf => {
            let before = into.insert(name.to_owned(), leaf.clone());
            assert!(before.is_none(), "two figures are called {name}");
        }
    }
}

/// What tells an item of a list from others: what it is about, else its place.
fn label(item: &Value, place: usize) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| "none".to_owned(), str::to_owned);
    if let Some(row) = item.as_array() {
        return row.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ");
    }
    for key in ["axis", "begins", "name", "persona", "trigger", "qualification"] {
        if let Some(is) = item.get(key) {
            return text(is);
        }
    }
    match (item.get("way"), item.get("stage"), item.get("from")) {
        (Some(way), ..) => format!("{} to {}", text(way), text(&item["to"])),
        (_, Some(stage), Some(from)) => format!("{} from {}", text(stage), text(from)),
        (_, Some(stage), None) => text(stage),
        _ => place.to_string(),
    }
}

fn is_same(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => (one - other).abs() <= NOISE * one.abs().max(other.abs()).max(1e-3),
        _ => one == other,
    }
}

/// Where the events of a shop lie, one file for each topic.
fn inputs(dir: &Path) -> Vec<String> {
    let file = |topic: &str| dir.join(format!("{topic}.jsonl"));
    let topics = ["clickstream", "email", "cart"].into_iter().filter(|topic| file(topic).exists());
    topics.map(|topic| format!("{topic}={}", file(topic).display())).collect()
}

fn report(dir: &Path, model: &Path) -> BTreeMap<String, Value> {
    let mut arguments = ["report", "--json", "--set"].map(str::to_owned).to_vec();
    arguments.push(format!("model.files=[\"{}\"]", model.display()));
    arguments.extend(inputs(dir).into_iter().flat_map(|input| ["--input".to_owned(), input]));
    figures(&succeed(&arguments))
}

fn second_opinion(dir: &Path, model: &Path) -> BTreeMap<String, Value> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/second_opinion");
    figures(&succeeded(Command::new("python3").arg("-B").arg(program).arg(model).args(inputs(dir))))
}

fn figures(output: &Output) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    leaves(&serde_json::from_slice(&output.stdout).unwrap(), "", &mut all);
    all.retain(|name, _| !NOT_COMPARED.iter().any(|(part, _)| name.contains(part)));
    all
}

/// Prints both beside each other, and gives the rows that differ.
fn differences(report: &BTreeMap<String, Value>, opinion: &BTreeMap<String, Value>) -> Vec<String> {
    let names: BTreeSet<&String> = report.keys().chain(opinion.keys()).collect();
    let show = |value: Option<&Value>| value.map_or_else(|| "(missing)".to_owned(), ToString::to_string);
    println!("{:<90} | {:>24} | {:>24}", "figure", "report", "second opinion");
    let mut differ = Vec::new();
    for name in names {
        let (one, other) = (report.get(name), opinion.get(name));
        let row = format!("{:<90} | {:>24} | {:>24}", &name[1..], show(one), show(other));
        let same = one.zip(other).is_some_and(|(one, other)| is_same(one, other));
        println!("{row}{}", if same { "" } else { "  <- differs" });
        if !same {
            differ.push(row);
        }
    }
    differ
}

/// Asks both about the events in this folder, and compares.
fn compare(shop: &str, dir: &Path, model: &Path) {
    let (report, opinion) = (report(dir, model), second_opinion(dir, model));
    println!("{shop}");
    let differ = differences(&report, &opinion);
    println!("{shop}: {} figures, {} differ\n", report.len(), differ.len());
    assert!(report.len() > 400, "{shop}: only {} figures", report.len());
    assert!(differ.is_empty(), "{shop}: figure | report | second opinion\n{}", differ.join("\n"));
    // What both count alike may be counted badly: of some, never more than all are something.
    let rates = report.iter().filter(|(name, _)| name.ends_with("_rate"));
    let impossible: Vec<_> = rates.filter(|(_, rate)| rate.as_f64().is_some_and(|rate| !(0.0..=1.0).contains(&rate))).collect();
    assert!(impossible.is_empty(), "{shop}: {impossible:?}");
}

fn shipped(model: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("config/models/{model}.toml"))
}

/// The shipped model, but records keep all the stages that these customers went through: what an order moved that comes to nothing, and
/// since when an opportunity is open, is then known exactly.
fn with_a_longer_memory(dir: &Path, top: &str) -> PathBuf {
    let mut shop = std::fs::read_to_string(shipped("ecommerce")).unwrap();
    for axis in ["[journey]\n", "[funnel]\n"] {
        shop = shop.replace(axis, &format!("{axis}history = 16\n"));
    }
    let path = dir.join("shop.toml");
    std::fs::write(&path, format!("{top}{shop}")).unwrap();
    path
}

fn simulate(dir: &Path, arguments: &str) {
    let mut all = vec!["simulate".to_owned(), "--out".to_owned(), dir.display().to_string()];
    all.extend(arguments.split_whitespace().map(str::to_owned));
    succeed(&all);
}

#[test]
fn a_busy_week_of_a_shop_with_many_visitors() {
    if !has_python() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    simulate(dir.path(), "--events 50000 --prospects 3000 --seed 1 --start 2026-03-01T00:00:00Z");
    compare("A week, many visitors", dir.path(), &shipped("ecommerce"));
}

#[test]
fn forty_seven_days_of_a_shop_with_regular_customers() {
    if !has_python() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    simulate(dir.path(), "--events 50000 --prospects 400 --seed 11 --start 2026-03-01T00:00:00Z");
    compare("Forty-seven days, regular customers", dir.path(), &with_a_longer_memory(dir.path(), ""));
}

#[test]
fn a_month_with_campaigns_refunds_failed_payments_and_triggers() {
    if !has_python() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    simulate(dir.path(), "--events 50000 --prospects 600 --seed 7 --start 2026-03-01T00:00:00Z");
    livelier::enliven(dir.path());
    let ready = "ready_triggers = [\"browse-abandoned\", \"win-back\", \"ask-for-review\", \"replenish\", \"price-drop\"]\n";
    let model = with_a_longer_memory(dir.path(), ready);
    compare("A month, livelier", dir.path(), &model);
}

/// The shipped model for companies, but sales has office hours and holidays, answers who asks for it at once, and gets customers, too.
fn with_a_desk(dir: &Path) -> PathBuf {
    let desk = r#"[hand_over]
office_hours     = { from = "09:00", to = "17:30" }
holidays         = ["2026-05-25", "04-06", "05-01"]
time_zone        = "Europe/Berlin"
customers        = true
hand_raise_waits = false
"#;
    let shipped = std::fs::read_to_string(shipped("b2b10")).unwrap();
    let shop = shipped.replace("[hand_over]\n", desk).replace(r#"sla = "24h", grace = "24h""#, r#"sla = "8h", grace = "10h""#);
    assert!(shop.contains(desk) && shop.contains(r#"grace = "10h""#));
    let path = dir.join("desk.toml");
    std::fs::write(&path, shop).unwrap();
    path
}

/// Companies, buying groups, sales and contracts.
#[test]
fn half_a_year_of_a_shop_for_companies() {
    if !has_python() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    simulate(dir.path(), "--shop b2b --duration 180d --prospects 5000 --seed 5 --start 2026-03-01T00:00:00Z");
    compare("Half a year, companies", dir.path(), &shipped("b2b10"));
}

#[test]
fn half_a_year_of_a_shop_for_companies_whose_sales_has_office_hours() {
    if !has_python() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    simulate(dir.path(), "--shop b2b --duration 180d --prospects 2000 --seed 9 --start 2026-03-01T00:00:00Z");
    compare("Half a year, companies, office hours", dir.path(), &with_a_desk(dir.path()));
}

#[test]
fn one_event_more_is_a_difference() {
    if !has_python() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    simulate(dir.path(), "--events 3000 --prospects 100 --seed 3 --start 2026-03-01T00:00:00Z");
    let model = shipped("ecommerce");
    let before = second_opinion(dir.path(), &model);
    let cart = dir.path().join("cart.jsonl");
    let events = std::fs::read_to_string(&cart).unwrap();
    let order = events.lines().find(|line| line.contains("\"Order Completed\"")).unwrap();
    let mut another: Value = serde_json::from_str(order).unwrap();
    another["messageId"] = "another".into();
    another["properties"]["order_id"] = "another".into();
    another["properties"]["total"] = 0.01.into();
    another["properties"]["products"] = Value::Array(Vec::new());
    std::fs::write(&cart, format!("{events}{another}\n")).unwrap();
    let differ = differences(&report(dir.path(), &model), &before).join("\n");
    for figure in ["customers.orders", "customers.spent.EUR", "customers.weeks[2026-02-23].orders"] {
        assert!(differ.contains(figure), "{figure} is the same:\n{differ}");
    }
    assert_eq!(differences(&report(dir.path(), &model), &second_opinion(dir.path(), &model)), [""; 0]);
}

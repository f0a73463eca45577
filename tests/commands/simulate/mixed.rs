//! The simulated shop in Segment JSON, and as Shopify, SendGrid and GA4 send it: replays of both give the same stage changes, reminders
//! and outcomes, but for what those sources don't say. `LEADSTREAM_TEST_EVENTS=200000` counts it for docs/simulate.md.

use super::every_shop::time_ms;
use crate::program::{json_lines, succeed};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const SECOND_MS: i64 = 1_000;
const SEGMENT: [(&str, &str); 3] = [("clickstream", ""), ("email", ""), ("cart", "")];
const MIXED: [(&str, &str); 3] = [("site.events", "ga4-mp"), ("mail.events", "sendgrid"), ("shop.webhooks", "shopify")];

const FILTERS: &str = "GA4 has no event for filters: the list is seen again";
const REMOVED: &str = "Shopify sends the cart as it is, not what was taken out";
const LATER: &str = "GA4's requests wait up to 5 s: the cart of Shopify is read before what led to it";
const MAILED: &str = "SendGrid's lists wait up to 30 s: the site is read before the mail that led to it";
/// With what a record takes until it is there.
const WAIT_MS: i64 = 5_000 + SECOND_MS;
const MAILS_WAIT_MS: i64 = 30_000 + SECOND_MS;
/// Of the rule of the shipped model: the third list of a category.
const WITHIN_MS: i64 = 7 * 86_400_000;

fn events() -> usize {
    std::env::var("LEADSTREAM_TEST_EVENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(6_000)
}

/// Simulates and replays; the folder of the outputs.
fn replayed(dir: &Path, name: &str, formats: &str, topics: [(&str, &str); 3]) -> std::path::PathBuf {
    let (shop, out) = (dir.join(name), dir.join(format!("{name}-out")));
    let (count, people) = (events().to_string(), (events() / 20).to_string());
    let start = ["--start", "2026-03-01T00:00:00Z", "--events", &count, "--prospects", &people];
    succeed(&[&["simulate", "--as", formats, "--out", shop.to_str().unwrap()], &start[..]].concat());
    let mut arguments: Vec<String> = vec!["replay".into(), "--out".into(), out.to_str().unwrap().into()];
    let mut set = |setting: String| arguments.extend(["--set".to_owned(), setting]);
    for (kind, (topic, mapping)) in ["clickstream", "email", "cart"].into_iter().zip(topics) {
        set(format!("topics.{kind}=[\"{topic}\"]"));
        if !mapping.is_empty() {
            set(format!("topics.mappings.{topic}={mapping}"));
        }
    }
    if name != "segment" {
        set(format!("route.topics={:?}", topics.map(|(topic, _)| topic)));
    }
    for (topic, _) in topics {
        arguments.extend(["--input".to_owned(), format!("{topic}={}", shop.join(format!("{topic}.jsonl")).display())]);
    }
    succeed(&arguments);
    out
}

/// A stage change, and the event that was its cause.
#[derive(Debug)]
struct Move {
    at_ms: i64,
    what: [Value; 4],
    by: String,
}

impl Move {
    fn is(&self, other: &Self) -> bool {
        self.what == other.what && (self.at_ms - other.at_ms).abs() < SECOND_MS
    }
}

/// Stage changes by prospect and axis, as they were decided.
fn moves(out: &Path) -> BTreeMap<(String, String), Vec<Move>> {
    let mut all: BTreeMap<_, Vec<Move>> = BTreeMap::new();
    for change in json_lines(out.join("stage-changes.jsonl")) {
        let text = |field: &str| change[field].as_str().unwrap().to_owned();
        let what = ["from", "to", "direction", "cause"].map(|field| change[field].clone());
        let by = change["event"]["name"].as_str().unwrap_or("time").to_owned();
        all.entry((text("prospect"), text("axis"))).or_default().push(Move { at_ms: time_ms(&change, "at"), what, by });
    }
    all
}

/// Why both stand at the same stage and don't move alike.
fn reason(one: Option<&Move>, other: Option<&Move>, of_segment: bool, filtered: &[i64]) -> Option<&'static str> {
    let is_more_lists = |other: &Move| {
        other.by == "Product List Viewed"
            && other.what[1] == "requirements-building"
            && filtered.iter().any(|at| (0..WITHIN_MS).contains(&(other.at_ms - at)))
            && one.is_none_or(|one| one.at_ms >= other.at_ms)
    };
    if other.is_some_and(is_more_lists) {
        return Some(FILTERS);
    }
    let one = one.filter(|_| of_segment)?;
    let is_read_before = |other: &Move| other.by == "Cart Updated" && (0..WAIT_MS).contains(&(other.at_ms - one.at_ms));
    let is_visit = |other: &Move| !other.by.starts_with("Email") && (0..MAILS_WAIT_MS).contains(&(other.at_ms - one.at_ms));
    match one.by.as_str() {
        "Email Opened" | "Email Clicked" => other.is_some_and(is_visit).then_some(MAILED),
        "Product List Filtered" => Some(FILTERS),
        "Product Removed" => Some(REMOVED),
        "page" | "Product List Viewed" | "Product Viewed" | "Reviews Viewed" => {
            other.is_some_and(is_read_before).then_some(LATER)
        }
        _ => None,
    }
}

/// When each prospect filtered a list, as Segment JSON says it.
fn filtered(shop: &Path) -> BTreeMap<String, Vec<i64>> {
    let mut all: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for event in json_lines(shop.join("clickstream.jsonl")) {
        if event["event"] == "Product List Filtered" {
            let prospect = event["userId"].as_str().or_else(|| event["anonymousId"].as_str()).unwrap();
            all.entry(prospect.to_owned()).or_default().push(time_ms(&event, "timestamp"));
        }
    }
    all
}

/// Goes through both in their order. A difference begins where both stand at the same stage and one moves alone, which the sources
/// must explain; until both stand at the same stage again, whatever differs follows from it. So does what an order that is taken back
/// leaves behind later: where somebody stood before it.
fn sort_moves(axis: &str, (segment, mixed): (&[Move], &[Move]), filtered: &[i64], kinds: &mut BTreeMap<String, usize>) {
    let (mut a, mut b, mut stages, mut why) = (0, 0, [Value::Null, Value::Null], "");
    loop {
        let (one, other) = (segment.get(a), mixed.get(b));
        let is_same = one.zip(other).is_some_and(|(one, other)| one.is(other));
        let (of_segment, first) = match (one, other) {
            (Some(one), Some(other)) if one.at_ms > other.at_ms => (false, other),
            (Some(one), _) => (true, one),
            (None, Some(other)) => (false, other),
            (None, None) => return,
        };
        let kind = if is_same {
            let is_exact = one.map(|one| one.at_ms) == other.map(|other| other.at_ms);
            if is_exact { "the same" } else { "the same, within the second" }.to_owned()
        } else if stages[0] != stages[1] || (first.what[3] == "order-reversed" && !why.is_empty()) {
            format!("follows: {why}")
        } else {
            why = reason(one, other, of_segment, filtered).unwrap_or("");
            if why.is_empty() { format!("unexplained: {axis} {one:?} and {other:?}") } else { why.to_owned() }
        };
        *kinds.entry(kind).or_default() += 1;
        if is_same || of_segment {
            (stages[0], a) = (segment[a].what[1].clone(), a + 1);
        }
        if is_same || !of_segment {
            (stages[1], b) = (mixed[b].what[1].clone(), b + 1);
        }
    }
}

/// What matters of a reminder, by prospect, cart, series and step; its times are apart.
fn reminders(out: &Path) -> BTreeMap<String, (Value, [i64; 2])> {
    let reminder = |one: Value| {
        let line = |line: &Value| ["product_id", "sku", "name", "quantity", "price"].map(|field| line[field].clone());
        let lines: Vec<_> = one["lines"].as_array().unwrap().iter().map(line).collect();
        let episode = one["episode"].as_i64().unwrap() / SECOND_MS;
        let key = format!("{} {} {episode} {}", one["prospect"], one["cart_id"], one["step"]);
        let what = serde_json::json!([lines, one["value"], one["currency"], one["steps"], one["checkout_started"]]);
        (key, (what, ["due_at", "abandoned_at"].map(|field| time_ms(&one, field))))
    };
    json_lines(out.join("cart-abandoned.jsonl")).into_iter().map(reminder).collect()
}

/// What matters of an outcome, with its whole second.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Outcome {
    prospect: String,
    second: i64,
    reason: String,
    what: String,
}

fn outcomes(out: &Path) -> Vec<Outcome> {
    let fields = ["type", "cart_id", "steps_sent", "order_id", "value", "currency", "attribution"];
    let outcome = |one: Value| Outcome {
        prospect: one["prospect"].as_str().unwrap().to_owned(),
        second: time_ms(&one, "at") / SECOND_MS,
        reason: one["reason"].as_str().unwrap_or_default().to_owned(),
        what: format!("{:?}", fields.map(|field| one[field].to_string())),
    };
    let mut all: Vec<_> = json_lines(out.join("cart-outcomes.jsonl")).into_iter().map(outcome).collect();
    all.sort();
    all
}

#[test]
fn real_sources_move_and_remind_the_same_people_but_for_what_they_do_not_say() {
    let dir = tempfile::tempdir().unwrap();
    let segment = replayed(dir.path(), "segment", "segment", SEGMENT);
    let mixed = replayed(dir.path(), "mixed", "shopify,sendgrid,ga4", MIXED);
    assert!(json_lines(mixed.join("dead-letters.jsonl")).is_empty());

    let (old, new, mut kinds) = (moves(&segment), moves(&mixed), BTreeMap::new());
    let filtered = filtered(&dir.path().join("segment"));
    let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    for key in keys {
        let of = |all| -> &[Move] { BTreeMap::get(all, key).map_or(&[], Vec::as_slice) };
        let filtered = filtered.get(&key.0).map_or(&[][..], Vec::as_slice);
        sort_moves(&key.1, (of(&old), of(&new)), filtered, &mut kinds);
    }
    eprintln!("stage changes: {kinds:#?}");
    let unexplained: Vec<&String> = kinds.keys().filter(|kind| kind.starts_with("unexplained")).collect();
    assert!(unexplained.is_empty(), "{unexplained:#?}");
    for reason in [FILTERS, REMOVED] {
        assert!(kinds.contains_key(reason), "it is no reason for anything: {reason}");
    }
    let differ: usize = kinds.iter().filter(|(kind, _)| !kind.starts_with("the same")).map(|(_, n)| n).sum();
    assert!(differ * 8 < kinds["the same"], "{kinds:#?}");

    let (old, new) = (reminders(&segment), reminders(&mixed));
    assert!(old.len() > events() / 40, "{}", old.len());
    assert!(new.keys().eq(old.keys()), "reminders of one side alone");
    let mut exact = 0;
    for (key, (what, times)) in &old {
        let Some((got, got_times)) = new.get(key) else { panic!("in Segment JSON alone: {key}") };
        assert_eq!(got, what, "{key}");
        assert!(
            times.iter().zip(got_times).all(|(one, other)| (one - other).abs() < SECOND_MS),
            "{key}: {times:?}, {got_times:?}"
        );
        exact += usize::from(times == got_times);
    }
    eprintln!("reminders: {exact} of {} at the same millisecond", old.len());
    let (old, new) = (outcomes(&segment), outcomes(&mixed));
    eprintln!("outcomes: {}", old.len());
    assert!(old.len() > events() / 200, "{}", old.len());
    assert_eq!(old, new);
}

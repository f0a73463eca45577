//! The shop of people as real sources write it: their mappings read it back as the same shop in Segment JSON.

use super::options;
use crate::program::{code, run, stderr, stdout, succeed};
use leadstream::app::cli::SourceFormat::{Ga4, Segment, Sendgrid, Shopify};
use leadstream::app::cli::{ShopKind, SourceFormat};
use leadstream::app::simulate::{Batches, Record, ShopOptions, Sources, Topic, Traffic};
use leadstream::wire::mapped::Mapper;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const EVENTS: usize = 20_000;

/// What is compared of an event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    prospect: String,
    name: String,
    ms: i64,
    json: String,
}

impl Seen {
    fn new(prospect: String, event: &Value) -> Self {
        let name = event["event"].as_str().or_else(|| event["type"].as_str()).unwrap().to_owned();
        let time = event["timestamp"].as_str().unwrap_or_else(|| panic!("{event}"));
        let ms = time.parse::<jiff::Timestamp>().unwrap_or_else(|e| panic!("{time}: {e}")).as_millisecond();
        Self { prospect, name, ms, json: event.to_string() }
    }

    fn value(&self) -> Value {
        serde_json::from_str(&self.json).unwrap()
    }
}

fn written(formats: &[SourceFormat]) -> (Vec<Record>, Vec<Seen>) {
    let sources = Sources::new(formats);
    let mut records = Vec::new();
    let mut batches = Batches::new(sources);
    let mut give = |record: &Record| {
        records.push(record.clone());
        Ok(())
    };
    for record in Traffic::new(ShopKind::Consumer, ShopOptions { sources, ..options() }).take(EVENTS) {
        batches.push(&record, &mut give).unwrap();
    }
    batches.finish(&mut give).unwrap();
    let mapper = |topic| sources.mapping(topic).map(|(name, _)| Mapper::from(leadstream_mapping::load(name).expect(name)));
    let mappers = Topic::ALL.map(mapper);
    let seen = records.iter().flat_map(|record| read(record, mappers[record.topic.index()].as_ref())).collect();
    (records, seen)
}

fn read(record: &Record, mapper: Option<&Mapper>) -> Vec<Seen> {
    let Some(mapper) = mapper else {
        let prospect = String::from_utf8(record.key.clone().unwrap()).unwrap();
        return vec![Seen::new(prospect, &serde_json::from_slice(&record.value).unwrap())];
    };
    assert_eq!(record.key, None, "real sources have no key, or another one");
    let headers = record.headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    let mapped = leadstream_mapping::Record { value: Some(&record.value), headers, ..leadstream_mapping::Record::default() };
    let part = |part: leadstream::wire::mapped::Part| {
        let event = part.what?.unwrap_or_else(|rejected| panic!("{rejected:?}"));
        Some(Seen::new(event.prospect, &serde_json::from_str(&event.json).unwrap()))
    };
    mapper.map(&mapped).expect("no schema is needed").into_iter().filter_map(part).collect()
}

fn counts(seen: &[Seen]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for one in seen {
        *counts.entry(one.name.as_str()).or_default() += 1;
    }
    counts
}

/// Prospect, id and whole second of each.
fn keys(seen: &[Seen], names: &[&str], id: fn(&Value) -> Value) -> BTreeSet<(String, String, String, i64)> {
    let key = |one: &Seen| (one.prospect.clone(), one.name.clone(), id(&one.value()).to_string(), one.ms / 1_000);
    seen.iter().filter(|one| names.contains(&one.name.as_str())).map(key).collect()
}

#[test]
fn real_sources_tell_the_same_of_the_same_people() {
    let (_, segment) = written(&[Segment]);
    let (records, mixed) = written(&[Shopify, Sendgrid, Ga4]);
    assert!(records.is_sorted_by_key(|record| record.record_ms));
    let (old, new) = (counts(&segment), counts(&mixed));
    println!("{old:?}\n{new:?}");
    // What all can say comes as often.
    for name in [
        "identify",
        "Products Searched",
        "Promotion Clicked",
        "Product Viewed",
        "Product Added to Wishlist",
        "Product Shared",
        "Cart Shared",
        "Cart Viewed",
        "Checkout Started",
        "Checkout Step Completed",
        "Payment Info Entered",
        "Email Delivered",
        "Email Opened",
        "Email Link Clicked",
        "Email Bounced",
        "Email Marked as Spam",
        "Unsubscribed",
        "Subscribed",
    ] {
        assert_eq!(new.get(name), old.get(name), "{name}");
    }
    let of = |counts: &BTreeMap<&str, usize>, names: &[&str]| names.iter().filter_map(|name| counts.get(name)).sum::<usize>();
    let carts = ["Product Added", "Product Removed", "Cart Updated", "Cart Emptied"];
    // Snapshots of carts: after each change, at a step of the checkout, and empty after an order.
    let extra = old["Checkout Step Completed"] + old["Order Completed"];
    assert_eq!(of(&new, &["Cart Updated", "Cart Emptied"]), of(&old, &carts) + extra);
    assert_eq!(new["Order Completed"], 2 * old["Order Completed"], "once by orders/create, once by orders/paid");
    assert_eq!(new["Order Updated"], old["Order Refunded"]);
    assert_eq!(new["page"], old["page"] + old["Checkout Step Viewed"]);
    assert_eq!(new["Product List Viewed"], old["Product List Viewed"] + old["Product List Filtered"]);
    for (theirs, ours) in [
        ("reviews_viewed", "Reviews Viewed"),
        ("product_reviewed", "Product Reviewed"),
        ("coupon_applied", "Coupon Applied"),
        ("payment_failed", "Payment Failed"),
    ] {
        assert_eq!(new[theirs], old[ours], "{theirs}");
    }
    let people = |seen: &[Seen]| seen.iter().map(|one| one.prospect.clone()).collect::<BTreeSet<_>>();
    assert_eq!(people(&mixed), people(&segment));
}

#[test]
fn ids_amounts_and_times_survive() {
    let (_, segment) = written(&[Segment]);
    let (_, mixed) = written(&[Shopify, Sendgrid, Ga4]);
    // A number or a text.
    let order = |event: &Value| event["properties"]["order_id"].to_string().replace('"', "").into();
    let orders = keys(&segment, &["Order Completed"], order);
    assert!(orders.len() > 50, "{}", orders.len());
    assert_eq!(keys(&mixed, &["Order Completed"], order), orders);
    let mails = ["Email Delivered", "Email Opened", "Email Link Clicked", "Email Bounced", "Unsubscribed"];
    let mail = |event: &Value| {
        Value::from([event["properties"]["email_id"].clone(), event["properties"]["campaign_id"].clone()].to_vec())
    };
    assert_eq!(keys(&mixed, &mails, mail), keys(&segment, &mails, mail));
    let site = ["Product Viewed", "Products Searched"];
    let exact = |seen: &[Seen]| {
        let of =
            |one: &Seen| (one.prospect.clone(), one.name.clone(), one.ms, one.value()["properties"]["product_id"].to_string());
        seen.iter().filter(|one| site.contains(&one.name.as_str())).map(of).collect::<BTreeSet<_>>()
    };
    assert_eq!(exact(&mixed), exact(&segment));
    let bought = |seen: &[Seen]| {
        let lines = |one: &Seen| {
            let products = one.value()["properties"]["products"].as_array().cloned().unwrap_or_default();
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let number = |value: &Value| text(value).parse::<f64>().unwrap().to_string();
            let line = |p: &Value| (text(&p["product_id"]), text(&p["sku"]), number(&p["price"]), number(&p["quantity"]));
            (one.prospect.clone(), one.ms / 1_000, products.iter().map(line).collect::<Vec<_>>())
        };
        seen.iter().filter(|one| one.name == "Order Completed").map(lines).collect::<BTreeSet<_>>()
    };
    assert_eq!(bought(&mixed), bought(&segment));
}

#[test]
fn a_source_alone_leaves_the_others_as_they_are() {
    for (format, topic) in [(Shopify, Topic::Cart), (Sendgrid, Topic::Email), (Ga4, Topic::Clickstream)] {
        let (records, seen) = written(&[format]);
        let keyless: BTreeSet<Topic> = records.iter().filter(|record| record.key.is_none()).map(|record| record.topic).collect();
        assert_eq!(keyless, BTreeSet::from([topic]), "{format:?}");
        assert!(seen.len() >= EVENTS, "{format:?}: {}", seen.len());
    }
}

#[test]
fn files_hold_records_with_their_headers() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().to_str().unwrap();
    let start = ["--start", "2026-03-01T00:00:00Z", "--prospects", "500", "-n", "5000"];
    let told = stdout(&succeed(&[&["simulate", "--out", out, "--as", "shopify,sendgrid"], &start[..]].concat()));
    assert!(told.contains(" records, of "), "{told}");
    let first = |name: &str| {
        let text = std::fs::read_to_string(dir.path().join(name)).unwrap();
        serde_json::from_str::<Value>(text.lines().next().unwrap()).unwrap()
    };
    let webhook = first("shop.webhooks.jsonl");
    assert_eq!((&webhook["topic"], &webhook["offset"], &webhook["key"]), (&"shop.webhooks".into(), &0.into(), &Value::Null));
    assert_eq!(webhook["headers"][0], "x-shopify-topic");
    assert!(webhook["ts"].is_i64() && webhook["payload"].is_string(), "{webhook}");
    assert!(first("mail.events.jsonl")["payload"].as_str().unwrap().starts_with("[{"));
    assert!(first("clickstream.jsonl")["userId"].is_string() || first("clickstream.jsonl")["anonymousId"].is_string());
    for (file, mapping) in [("shop.webhooks.jsonl", "shopify"), ("mail.events.jsonl", "sendgrid")] {
        let file = dir.path().join(file);
        succeed(&["mapping", "check", mapping, "--sample", file.to_str().unwrap()]);
    }
    let companies = run(&[&["simulate", "--out", out, "--as", "ga4", "--shop", "b2b"], &start[..]].concat());
    assert_eq!(code(&companies), 2, "{}", stderr(&companies));
}

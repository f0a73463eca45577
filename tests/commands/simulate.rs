//! The simulated shop: the same seed gives the same shop, and the shop is one that people would recognise.

mod b2b;
mod every_shop;
mod mixed;
mod sources;

use crate::program::{code, leadstream, stderr, stdout};
use every_shop::time_ms;
use leadstream::app::cli::ShopKind;
use leadstream::app::simulate::{Record, ShopOptions, Topic};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

const START_MS: i64 = 1_760_000_000_000;

fn options() -> ShopOptions {
    ShopOptions { prospects: 500, start_ms: START_MS, ..ShopOptions::default() }
}

fn take(options: ShopOptions, n: usize) -> Vec<Record> {
    every_shop::take(ShopKind::Consumer, options, n)
}

#[test]
fn the_same_seed_gives_the_same_records_and_another_seed_others() {
    every_shop::follows_its_seed(ShopKind::Consumer, &options(), 5_000);
}

#[test]
fn a_dry_run_passes_the_same_time() {
    every_shop::passes_the_same_time_dry(ShopKind::Consumer, &options(), 5_000);
}

#[test]
fn records_come_in_the_order_of_their_times_and_say_so() {
    let options = ShopOptions { late: 0.01, late_by_ms: 3_600_000, ..options() };
    let late = every_shop::comes_in_order(ShopKind::Consumer, &options, 20_000);
    assert!((120..300).contains(&late), "about one in a hundred is late: {late}");
}

#[test]
fn the_shop_is_believable() {
    let mut names: BTreeMap<String, u64> = BTreeMap::new();
    let mut bytes = 0;
    let mut carts: HashMap<Vec<u8>, (bool, bool)> = HashMap::new();
    let mut by_hour = [0_u32; 24];
    let records = take(options(), 60_000);
    for record in &records {
        bytes += record.value.len();
        let event: Value = serde_json::from_slice(&record.value).unwrap();
        let name = event["event"].as_str().unwrap_or_else(|| event["type"].as_str().unwrap()).to_owned();
        let visitor = carts.entry(record.key.clone().unwrap()).or_default();
        match name.as_str() {
            "Product Added" => visitor.0 = true,
            "Order Completed" => visitor.1 = true,
            _ => {}
        }
        if record.topic == Topic::Clickstream {
            by_hour[usize::try_from((record.record_ms - START_MS) / 3_600_000 % 24).unwrap()] += 1;
        }
        *names.entry(name).or_default() += 1;
    }
    for name in [
        "page",
        "identify",
        "Products Searched",
        "Product List Viewed",
        "Product List Filtered",
        "Product Viewed",
        "Reviews Viewed",
        "Product Reviewed",
        "Product Added",
        "Product Removed",
        "Cart Viewed",
        "Cart Updated",
        "Cart Emptied",
        "Cart Shared",
        "Coupon Applied",
        "Checkout Started",
        "Checkout Step Viewed",
        "Checkout Step Completed",
        "Payment Info Entered",
        "Payment Failed",
        "Order Completed",
        "Order Refunded",
        "Email Delivered",
        "Email Opened",
        "Email Link Clicked",
        "Email Bounced",
        "Unsubscribed",
        "Email Marked as Spam",
    ] {
        assert!(names.contains_key(name), "{name} is missing among {names:?}");
    }
    let mean = bytes / records.len();
    assert!((450..650).contains(&mean), "{mean} bytes");
    let (adds, orders, views) = (names["Product Added"], names["Order Completed"], names["Product Viewed"]);
    assert!(adds * 2 < views && orders * 2 < adds, "{views} views, {adds} adds, {orders} orders");
    assert!(by_hour[20] > 5 * by_hour[3].max(1), "{by_hour:?}");
    let added = carts.values().filter(|c| c.0).count();
    let bought = carts.values().filter(|c| c.0 && c.1).count();
    assert!(bought * 10 > added, "{bought} of {added} bought at some time");
}

#[test]
fn reminders_bring_some_people_back() {
    let mut reminded: HashMap<Vec<u8>, bool> = HashMap::new();
    let mut recovered = 0;
    for record in take(options(), 60_000) {
        let key = record.key.clone().unwrap();
        let event: Value = serde_json::from_slice(&record.value).unwrap();
        let reminder = event["properties"]["campaign_name"] == "cart-reminder";
        if event["event"] == "Email Delivered" && reminder {
            reminded.insert(key, true);
        } else if event["event"] == "Order Completed" && reminded.remove(&key).is_some() {
            recovered += 1;
        }
    }
    assert!(recovered > 20, "{recovered}");
}

#[test]
fn dirt_is_of_many_kinds_and_of_the_share_asked_for() {
    let clean = take(options(), 20_000).iter().filter(|r| serde_json::from_slice::<Value>(&r.value).is_err()).count();
    assert_eq!(clean, 0);
    let dirty = take(ShopOptions { corrupt_share: 0.2, ..options() }, 20_000);
    let unreadable = dirty.iter().filter(|r| serde_json::from_slice::<Value>(&r.value).is_err()).count();
    assert!((600..2_400).contains(&unreadable), "{unreadable}");
    assert!(dirty.iter().any(|r| r.key.is_none()));
    assert!(dirty.iter().any(|r| r.key.as_deref() == Some(b"")));
    assert!(dirty.iter().any(|r| r.key.as_ref().is_some_and(|k| k.len() > 256)));
    assert!(dirty.iter().all(|r| !r.value.contains(&b'\n')), "a record is one line in a file");
    let mut ids: HashMap<String, u32> = HashMap::new();
    for event in dirty.iter().filter_map(|r| serde_json::from_slice::<Value>(&r.value).ok()) {
        if let Some(id) = event["messageId"].as_str() {
            *ids.entry(id.to_owned()).or_default() += 1;
        }
    }
    assert!(ids.values().any(|n| *n > 1), "some messages come twice");
}

#[test]
fn a_record_made_now_carries_the_time_of_now() {
    every_shop::carries_the_time_of_now(ShopKind::Consumer, &options(), 2_000);
}

#[test]
fn padding_makes_values_at_least_that_long_and_keeps_them_json() {
    for record in take(ShopOptions { pad_bytes: 900, ..options() }, 300) {
        assert!(record.value.len() >= 900);
        serde_json::from_slice::<Value>(&record.value).unwrap();
    }
}

fn simulate(arguments: &[&str]) -> (std::process::Output, [Vec<u8>; 3]) {
    let dir = tempfile::tempdir().unwrap();
    let output = leadstream(&["simulate", "--out"]).arg(dir.path()).args(arguments).output().unwrap();
    let file = |t: Topic| std::fs::read(dir.path().join(format!("{}.jsonl", t.name()))).unwrap_or_default();
    (output, Topic::ALL.map(file))
}

#[test]
fn the_command_writes_the_same_files_again_and_as_many_events_as_asked_for() {
    let arguments =
        ["--events", "3000", "--prospects", "200", "--start", "2026-03-01T00:00:00Z", "--late", "0.01", "--dirt", "0.01"];
    let (output, files) = simulate(&arguments);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(files.iter().map(|f| f.iter().filter(|b| **b == b'\n').count()).sum::<usize>(), 3_000);
    assert_eq!(files, simulate(&arguments).1);
    assert!(stdout(&output).starts_with("3000 events"), "{output:?}");
}

#[test]
fn without_a_start_the_history_ends_now() {
    let now_ms = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
    let begun_ms = now_ms();
    let (output, files) = simulate(&["--events", "2000", "--prospects", "200"]);
    assert!(output.status.success(), "{output:?}");
    let times = files.iter().flat_map(|f| f.split(|b| *b == b'\n')).filter(|l| !l.is_empty());
    let last_ms = times.map(|l| time_ms(&serde_json::from_slice(l).unwrap(), "receivedAt")).max().unwrap();
    assert!((begun_ms - 5_000..=now_ms()).contains(&last_ms), "{last_ms} is not about now");
}

#[test]
fn files_without_an_end_are_bad_usage() {
    let (output, _) = simulate(&[]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("--events"), "{output:?}");
}

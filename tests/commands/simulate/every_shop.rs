//! What holds of every simulated shop, whoever buys in it.

use leadstream::app::cli::ShopKind;
use leadstream::app::simulate::{Record, ShopOptions, Traffic};
use serde_json::Value;
use std::collections::BTreeSet;

pub fn take(kind: ShopKind, options: ShopOptions, n: usize) -> Vec<Record> {
    Traffic::new(kind, options).take(n).collect()
}

pub fn time_ms(event: &Value, field: &str) -> i64 {
    event[field].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

/// The same seed gives the same records, another seed others.
pub fn follows_its_seed(kind: ShopKind, options: &ShopOptions, n: usize) {
    let one = take(kind, options.clone(), n);
    assert_eq!(one, take(kind, options.clone(), n));
    assert_ne!(one, take(kind, ShopOptions { seed: 2, ..options.clone() }, n));
}

/// A run that writes nothing passes the same time, also where records are late, spoiled or come twice.
pub fn passes_the_same_time_dry(kind: ShopKind, options: &ShopOptions, n: usize) {
    let dirty = ShopOptions { late: 0.05, corrupt_share: 0.05, ..options.clone() };
    let (mut dry, mut wet) = (Traffic::new(kind, dirty.clone()), Traffic::new(kind, dirty));
    let mut record = Record::default();
    for _ in 0..n {
        dry.skip_one();
        wet.next_into(&mut record);
        assert_eq!(dry.elapsed_ms(), wet.elapsed_ms());
    }
}

/// Records come in the order of their times and say so, each under its own key and message; how many of them were late.
pub fn comes_in_order(kind: ShopKind, options: &ShopOptions, n: usize) -> usize {
    let mut last_ms = options.start_ms;
    let mut ids = BTreeSet::new();
    let mut late = 0;
    for record in take(kind, options.clone(), n) {
        assert!(record.record_ms >= last_ms);
        last_ms = record.record_ms;
        let event: Value = serde_json::from_slice(&record.value).unwrap();
        assert_eq!(time_ms(&event, "receivedAt"), record.record_ms);
        let behind_ms = record.record_ms - time_ms(&event, "timestamp");
        assert!((0..=options.late_by_ms + 1_000).contains(&behind_ms), "{behind_ms}");
        late += usize::from(behind_ms > 5_000);
        let key = event.get("userId").unwrap_or(&event["anonymousId"]).as_str().unwrap().as_bytes();
        assert_eq!(record.key.as_deref(), Some(key));
        assert!(ids.insert(event["messageId"].as_str().unwrap().to_owned()));
        assert!(!record.value.contains(&b'\n'), "a record is one line in a file");
    }
    late
}

/// A record that is made now carries the time of now.
pub fn carries_the_time_of_now(kind: ShopKind, options: &ShopOptions, n: usize) {
    let mut traffic = Traffic::new(kind, options.clone());
    let mut record = Record::default();
    for now_ms in (options.start_ms..).step_by(7).take(n) {
        traffic.next_at(now_ms, &mut record);
        let event: Value = serde_json::from_slice(&record.value).unwrap();
        assert_eq!((record.record_ms, time_ms(&event, "receivedAt")), (now_ms, now_ms));
        assert!((0..1_000).contains(&(now_ms - time_ms(&event, "timestamp"))));
    }
}

//! What one visitor can send, however large, stops nobody and stays cheap.

use crate::instance::Instance;
use crate::rig::{Rig, Tail, now_ms, percentile, time_of, track};
use leadstream::domain::state::limits::{MAX_OUTPUT_BYTES, MAX_RECORD_BYTES};
use leadstream::runtime::ports::OutTopic;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Ordinary events, beside which the fat carts are sent.
const PER_SECOND: u64 = 2_000;
const SECONDS: u64 = 10;
/// How far behind what follows from an event may be.
const BEHIND_MS: i64 = 1_000;
/// A machine that is busy with something else is measured again, so often.
const TRIES: u32 = 3;

/// A text of so many bytes that doesn't compress.
fn noise(bytes: usize, seed: &mut u64) -> String {
    let mut letter = || {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'0' + u8::try_from(*seed >> 59).unwrap() % 43)
    };
    (0..bytes).map(|_| letter()).collect()
}

/// 570 KB of one cart: below every limit of a record.
fn fat_cart(cart: usize, seed: &mut u64) -> Value {
    let mut product = |_| {
        json!({ "product_id": noise(256, seed), "sku": noise(256, seed), "name": noise(512, seed), "variant": noise(512, seed),
                "url": noise(2_048, seed), "image_url": noise(2_048, seed), "price": 1.5 })
    };
    let products: Vec<Value> = (0..100).map(&mut product).collect();
    json!({ "cart_id": format!("c-{cart}"), "products": products })
}

fn send_fat_carts(rig: &Rig) {
    let mut seed = 7;
    for cart in 0..16 {
        rig.send("cart", Some(0), Some(b"eve"), &track("Cart Viewed", "eve", now_ms(), &fat_cart(cart, &mut seed)), now_ms());
    }
    rig.flush();
}

/// Keys and values of everything in the changelog.
fn changelog_bytes(rig: &Rig) -> usize {
    let bytes = |part: &Option<Vec<u8>>| part.as_ref().map_or(0, Vec::len);
    rig.read(OutTopic::State).iter().map(|r| bytes(&r.key) + bytes(&r.value)).sum()
}

#[test]
fn sixteen_fat_carts_of_one_visitor_stop_nobody_and_her_page_views_stay_cheap() {
    let Some(rig) = Rig::new("fat", 2) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let set = ["engine.workers=1", "topics.allow_mixed_partitioners=true"];
    let mut instance = Instance::run(&rig, "a", dir.path(), &set);
    rig.wait_until_live();
    send_fat_carts(&rig);
    rig.wait_until_read("cart", 16);
    let before = changelog_bytes(&rig);
    for n in 0..40 {
        let view = track("Product Viewed", "eve", now_ms(), &json!({ "product_id": "p-1" }));
        rig.send("clickstream", Some(0), Some(b"eve"), &view, now_ms());
        rig.flush();
        // Each is a batch of its own: nothing is saved by writing the record once for several.
        rig.wait_until_read("clickstream", n + 1);
    }
    let grown = changelog_bytes(&rig) - before;
    eprintln!("40 page views of a prospect with 16 fat carts: {grown} bytes of changelog");
    assert!(grown < 3_000_000, "{grown} bytes");
    let largest = rig.read(OutTopic::State).iter().map(|r| r.value.as_ref().map_or(0, Vec::len)).max();
    assert!(largest.is_some_and(|bytes| bytes <= MAX_RECORD_BYTES && bytes > MAX_RECORD_BYTES / 2), "{largest:?}");
    instance.assert_runs();
    // And once more from the changelog.
    assert!(instance.terminate(Duration::from_secs(20)).success(), "{}", instance.log());
    let mut instance = Instance::run(&rig, "a", dir.path(), &set);
    rig.wait_until_live();
    instance.assert_runs();
}

#[test]
fn beside_sixteen_fat_carts_ordinary_traffic_is_less_than_a_second_behind() {
    let mut seen = Vec::new();
    for _ in 0..TRIES {
        let Some(mut late) = lateness_beside_fat_carts() else { return };
        let (p50, worst) = (percentile(&mut late, 0.5), percentile(&mut late, 1.0));
        eprintln!("{PER_SECOND} events/s beside 16 fat carts: what follows is visible after {p50} ms (p50), {worst} ms at most");
        if worst < BEHIND_MS {
            return;
        }
        seen.push(worst);
    }
    panic!("{seen:?} ms behind at {PER_SECOND} a second");
}

/// How long after its event each stage change became visible.
fn lateness_beside_fat_carts() -> Option<Vec<i64>> {
    let rig = Rig::new("flood", 2)?;
    let dir = tempfile::tempdir().expect("a folder");
    let set = ["engine.workers=1", "topics.allow_mixed_partitioners=true"];
    let mut instance = Instance::run(&rig, "a", dir.path(), &set);
    rig.wait_until_live();
    let tail = Tail::of(&rig, OutTopic::StageChanges);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let begun = Instant::now();
            for n in 0..PER_SECOND * SECONDS {
                // One of twenty is somebody new, and moves.
                let user = if n % 20 == 0 { format!("new-{n}") } else { format!("u-{}", n % 1_000) };
                let view = track("Product Viewed", &user, now_ms(), &json!({ "product_id": "p-1" }));
                rig.send("clickstream", None, Some(user.as_bytes()), &view, now_ms());
                let due = Duration::from_micros(1_000_000 / PER_SECOND * n);
                std::thread::sleep(due.saturating_sub(begun.elapsed()));
            }
            rig.flush();
        });
        std::thread::sleep(Duration::from_secs(2));
        send_fat_carts(&rig);
    });
    let of_new = |seen: &[(i64, Value)]| -> Vec<i64> {
        let new =
            seen.iter().filter(|(_, v)| v["prospect"].as_str().is_some_and(|p| p.starts_with("new-")) && v["axis"] == "funnel");
        new.map(|(visible_ms, v)| visible_ms - time_of(v, "at")).collect()
    };
    let wanted = usize::try_from(PER_SECOND * SECONDS / 20).unwrap();
    let seen = tail.wait(Duration::from_secs(60), |seen| of_new(seen).len() >= wanted);
    instance.assert_runs();
    Some(of_new(&seen))
}

#[test]
fn a_cart_of_control_characters_is_reminded_of_in_a_record_that_its_topic_takes() {
    let Some(rig) = Rig::new("escapes", 2) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let set = ["engine.workers=1", "topics.allow_mixed_partitioners=true", "model.cart.steps=[\"1s\"]"];
    let mut instance = Instance::run(&rig, "a", dir.path(), &set);
    rig.wait_until_live();
    let tail = Tail::of(&rig, OutTopic::CartAbandoned);
    for n in 0..100 {
        let text = |bytes: usize| "\u{1}".repeat(bytes);
        let product = json!({ "cart_id": "c-1", "product_id": format!("p-{n}"), "name": text(512), "variant": text(512),
                              "url": text(2_048), "image_url": text(2_048), "price": 1.5, "quantity": 1 });
        let add = track("Product Added", "eve", now_ms(), &product);
        rig.send("cart", Some(0), Some(b"eve"), &add, now_ms());
    }
    rig.flush();
    let seen = tail.wait(Duration::from_secs(30), |seen| !seen.is_empty());
    let reminder = &seen[0].1;
    let lines = reminder["lines"].as_array().expect("lines").len();
    assert_eq!(lines + usize::try_from(reminder["lines_left_out"].as_u64().unwrap()).unwrap(), 100);
    assert!(lines > 50, "{lines} lines: texts go before lines do");
    let bytes = rig.read(OutTopic::CartAbandoned)[0].value.as_ref().map_or(0, Vec::len);
    assert!(bytes <= MAX_OUTPUT_BYTES, "{bytes} bytes");
    instance.assert_runs();
}

#[test]
fn a_reminder_that_its_topic_finds_too_large_leaves_without_its_lines() {
    let Some(rig) = Rig::new("short", 2) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let set = ["engine.workers=1", "topics.allow_mixed_partitioners=true", "model.cart.steps=[\"3s\"]"];
    let mut instance = Instance::run(&rig, "a", dir.path(), &set);
    rig.wait_until_live();
    let tail = Tail::of(&rig, OutTopic::CartAbandoned);
    rig.alter(OutTopic::CartAbandoned, &[("max.message.bytes", "2500")]);
    let mut seed = 7;
    let products: Vec<Value> = (0..50).map(|_| json!({ "product_id": noise(100, &mut seed), "price": 1.5 })).collect();
    let cart = json!({ "cart_id": "c-1", "products": products });
    rig.send("cart", Some(0), Some(b"eve"), &track("Cart Viewed", "eve", now_ms(), &cart), now_ms());
    rig.flush();
    let seen = tail.wait(Duration::from_secs(60), |seen| !seen.is_empty());
    assert_eq!((&seen[0].1["lines"], &seen[0].1["lines_left_out"]), (&json!([]), &json!(50)), "{}", seen[0].1);
    assert_eq!((&seen[0].1["cart_id"], &seen[0].1["value"]), (&json!("c-1"), &json!(75.0)));
    rig.alter(OutTopic::CartAbandoned, &[("max.message.bytes", "1048588")]);
    rig.send("cart", Some(0), Some(b"bob"), &track("Cart Viewed", "bob", now_ms(), &cart), now_ms());
    rig.flush();
    let seen = tail.wait(Duration::from_secs(60), |seen| seen.len() > 1);
    assert_eq!(seen[1].1["lines"].as_array().map(Vec::len), Some(50), "the next one has its lines");
    assert_eq!(rig.read(OutTopic::CartAbandoned).len(), 2, "each once");
    assert!(instance.terminate(Duration::from_secs(20)).success(), "{}", instance.log());
}

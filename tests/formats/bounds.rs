//! Nothing that prospects send makes a record or an output larger than the budget: everything from JSON to bytes.

use leadstream::domain::member_update::MemberUpdateRecord;
use leadstream::domain::model::Models;
use leadstream::domain::origin::Position;
use leadstream::domain::output::trigger::CartAbandoned;
use leadstream::domain::output::{Body, Note};
use leadstream::domain::state::limits::{MAX_CART_BYTES, MAX_OUTPUT_BYTES, MAX_RECORD_BYTES};
use leadstream::domain::terms::limit::Limit;
use leadstream::engine::task::{BatchEffects, Mode, Task};
use leadstream::wire::decode::{Decoder, Options, Topic};
use leadstream::wire::output::{self, Encoder, Format};
use leadstream::wire::state_record::StateCodec;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

/// 2026-11-22T12:00:00Z.
const START_MS: i64 = 1_795_348_800_000;
const DAY_MS: i64 = 24 * 3_600_000;

/// Remembers whatever a model can ask for: many counts, all ready triggers and more of its own, traits, accounts, caps, quiet hours.
fn greedy(name: &str) -> String {
    let mut text = format!(
        "name = \"{name}\"\nready_triggers = [\"browse-abandoned\", \"win-back\", \"ask-for-review\", \"replenish\"]\n\
         [journey]\nhistory = 32\nstages = [\"{0}\", \"{1}\"]\nmoves = [\n",
        "a".repeat(64),
        "b".repeat(64)
    );
    for (stage, on) in [("a", "Product Viewed"), ("b", "Cart Viewed")] {
        text += &format!("  {{ to = \"{}\", on = \"{on}\" }},\n", stage.repeat(64));
    }
    for n in 0..200 {
        text += &format!(
            "  {{ to = \"{}\", on = \"*\", from = \"{}\", times = 50, where = {{ p{n} = {{ exists = false }} }}, same = \"name\" }},\n",
            if n % 2 == 0 { "b".repeat(64) } else { "a".repeat(64) },
            if n % 2 == 0 { "a".repeat(64) } else { "b".repeat(64) },
        );
    }
    text += "]\n[score]\nlabels = { cold = 0, warm = 20 }\n";
    for group in 0..64 {
        text += &format!("[[score.groups]]\nname = \"g{group}\"\nhalf_life = \"30d\"\nrules = [");
        for rule in 0..10 {
            text += &format!("{{ on = \"*\", points = {}, at_most = \"5 per 1d\" }},", rule + 1);
        }
        text += "]\n";
    }
    for trigger in 0..8 {
        text += &format!(
            "[[triggers]]\nname = \"t{trigger}\"\nafter = {{ on = \"Product Viewed\" }}\nwithin = \"{}d\"\nsame = \"product_id\"\n",
            trigger + 1
        );
    }
    text
}

fn models(texts: &[&str]) -> Arc<Models> {
    Arc::new(leadstream_model::from_texts(texts).unwrap_or_else(|faults| panic!("{faults:?}")))
}

/// The largest of everything that came of a stream.
#[derive(Debug, Default)]
struct Largest {
    record_bytes: usize,
    output_bytes: usize,
    noted: Vec<Note>,
    reminders: Vec<CartAbandoned>,
}

struct Shop {
    models: Arc<Models>,
    task: Task<StateCodec>,
    decoder: Decoder,
    encoders: [Encoder; 2],
    largest: Largest,
    lines: i64,
}

impl Shop {
    fn new(models: Arc<Models>) -> Self {
        let topic =
            Topic { name: "cart".to_owned(), is_email: false, is_trusted: true, format: leadstream::wire::decode::Format::Json };
        let decoder =
            Decoder::new(Options { topics: vec![topic], max_value_bytes: 16 << 20, ..Options::default() }, &models.vocabulary);
        let encoder = |format| {
            let options = output::Options { format, source: "leadstream/".repeat(20), input_topics: vec!["t".repeat(249)] };
            Encoder::new(options, Arc::clone(&models))
        };
        let encoders = [encoder(Format::Json), encoder(Format::Protobuf)];
        Self {
            task: Task::new(Arc::clone(&models), StateCodec),
            models,
            decoder,
            encoders,
            largest: Largest::default(),
            lines: 0,
        }
    }

    fn send(&mut self, event: &Value) {
        let line = event.to_string();
        self.lines += 1;
        let position = Position { input: 0, partition: i32::MAX, offset: i64::MAX - self.lines };
        let event = self.decoder.decode_line(line.as_bytes(), position).unwrap_or_else(|e| panic!("{e:?}: {line}"));
        let mut effects = BatchEffects::default();
        self.task.apply_event(&event, Mode::Virtual, &mut effects);
        self.end(&effects);
    }

    fn wait_until(&mut self, time_ms: i64) {
        let mut effects = BatchEffects::default();
        self.task.advance(time_ms, Mode::Virtual, &mut effects);
        self.end(&effects);
    }

    /// Every event is a batch of its own; what members tell comes back at once.
    fn end(&mut self, effects: &BatchEffects) {
        let largest = &mut self.largest;
        self.task.staged(|records| {
            for (_, record) in records {
                largest.record_bytes = largest.record_bytes.max(record.map_or(0, <[u8]>::len));
            }
        });
        self.task.confirm();
        for output in &effects.outputs {
            for encoder in &self.encoders {
                let mut value = Vec::new();
                encoder.encode((&output.prospect, &output.ids), &output.output, &mut value);
                largest.output_bytes = largest.output_bytes.max(value.len());
            }
            if let Body::CartAbandoned(cart) = &output.output.body {
                largest.reminders.push((**cart).clone());
            }
        }
        for (note, _) in effects.notes.iter().filter(|(note, _)| matches!(note, Note::LimitReached(_))) {
            if !largest.noted.contains(note) {
                largest.noted.push(*note);
            }
        }
        let member_update: Vec<MemberUpdateRecord> = effects.outputs.iter().filter_map(|o| o.member_update()).collect();
        for member_update in member_update {
            let mut effects = BatchEffects::default();
            self.task.apply_update(&member_update, &mut effects);
            self.end(&effects);
        }
    }

    fn check(&self) {
        let Largest { record_bytes, output_bytes, .. } = self.largest;
        assert!(record_bytes <= MAX_RECORD_BYTES, "a record of {record_bytes} bytes");
        assert!(output_bytes <= MAX_OUTPUT_BYTES, "an output of {output_bytes} bytes");
        assert!(!self.models.models.is_empty());
    }
}

/// A text of so many bytes, different for each number: of letters, of what JSON writes six times as long, of four-byte characters.
fn text(kind: u8, bytes: usize, number: usize) -> String {
    let head = format!("{number}.");
    let rest = bytes.saturating_sub(head.len());
    head + &match kind {
        0 => "x".repeat(rest),
        1 => "\u{1}".repeat(rest),
        2 => "\"".repeat(rest),
        _ => "👟".repeat(rest / 4),
    }
}

fn product(kind: u8, number: usize) -> Value {
    json!({
        "product_id": text(kind, 256, number), "sku": text(kind, 256, number), "name": text(kind, 512, number),
        "variant": text(kind, 512, number), "url": text(kind, 2_048, number), "image_url": text(kind, 2_048, number),
        "price": 999_999_999.99, "quantity": 1_000_000,
    })
}

fn event(name: &str, number: usize, at_ms: i64, properties: Value) -> Value {
    let at_ms = START_MS + at_ms;
    json!({ "type": "track", "event": name, "userId": "eve", "messageId": text(1, 256, number), "timestamp": at_ms,
            "receivedAt": at_ms, "properties": properties })
}

fn whole_cart(kind: u8, cart: usize, products: usize) -> Value {
    let list: Vec<Value> = (0..products).map(|n| product(kind, 1_000 * cart + n)).collect();
    json!({ "cart_id": text(kind, 256, cart), "order_id": text(kind, 256, cart), "currency": "EUR", "step": text(kind, 64, 7),
            "value": 1e15, "products": list })
}

#[test]
fn sixteen_fat_carts_stay_within_the_budget_and_every_later_event_is_as_cheap() {
    for kind in 0..4 {
        let mut shop = Shop::new(models(&[include_str!("../../config/models/ecommerce.toml")]));
        for n in 0..16 {
            shop.send(&event("Cart Viewed", n, n as i64, whole_cart(kind, n, 100)));
        }
        for n in 16..56 {
            shop.send(&event("Product Viewed", n, n as i64, json!({ "product_id": "p" })));
        }
        shop.wait_until(START_MS + 10 * DAY_MS);
        shop.check();
        assert!(shop.largest.record_bytes > MAX_RECORD_BYTES / 2, "as full as it may be: {} bytes", shop.largest.record_bytes);
        assert!(shop.largest.noted.contains(&Note::LimitReached(Limit::RecordBytes)), "{:?}", shop.largest.noted);
        let reminder = &shop.largest.reminders[0];
        assert!(!reminder.lines.is_empty() && reminder.lines_left_out > 0);
    }
}

#[test]
fn a_fat_cart_alone_loses_pictures_first_and_a_reminder_says_what_it_leaves_out() {
    let mut shop = Shop::new(models(&[include_str!("../../config/models/ecommerce.toml")]));
    let list: Vec<Value> = (0..120)
        .map(|n| json!({ "product_id": format!("p-{n}"), "name": "Trail shoe", "url": text(0, 150, n), "image_url": text(0, 250, n) }))
        .collect();
    shop.send(&event("Cart Viewed", 1, 0, json!({ "cart_id": "c", "products": list })));
    shop.wait_until(START_MS + DAY_MS);
    shop.check();
    let reminder = &shop.largest.reminders[0];
    assert_eq!((reminder.lines.len(), reminder.lines_left_out), (100, 20), "the decoder takes a hundred");
    assert!(reminder.lines.iter().all(|l| l.url.is_some() && l.name.is_some()));
    assert!(
        reminder.lines[0].image_url.is_none() && reminder.lines[99].image_url.is_some(),
        "those added first lose theirs first"
    );
    assert!(shop.largest.record_bytes < MAX_CART_BYTES + 4_096);
}

#[test]
fn the_same_snapshot_again_brings_nothing_new_though_some_of_it_found_no_room() {
    let mut shop = Shop::new(models(&[include_str!("../../config/models/ecommerce.toml")]));
    let cart = whole_cart(0, 1, 100);
    shop.send(&event("Cart Viewed", 1, 0, cart.clone()));
    shop.wait_until(START_MS + 4 * DAY_MS);
    assert_eq!(shop.largest.reminders.len(), 3);
    // After the cooldown a new line would arm a new series; a page that is only looked at again must not.
    shop.send(&event("Cart Viewed", 2, 8 * DAY_MS, cart));
    shop.wait_until(START_MS + 12 * DAY_MS);
    assert_eq!(shop.largest.reminders.len(), 3, "nobody put anything into it");
}

#[test]
fn a_model_that_remembers_all_it_can_stays_within_the_budget() {
    let greedy_ones: Vec<String> = (0..8).map(|n| greedy(&format!("greedy-{n}"))).collect();
    let texts: Vec<&str> = greedy_ones.iter().map(String::as_str).collect();
    let mut shop = Shop::new(models(&texts));
    for n in 0..200_usize {
        let at_ms = n as i64 * 3_600_000;
        let properties = match n % 4 {
            0 => whole_cart(1, n, 30),
            _ => product(1, n),
        };
        let name = ["Order Completed", "Product Viewed", "Product Added", "Product Viewed"][n % 4];
        shop.send(&event(name, n, at_ms, properties));
    }
    shop.check();
    assert!(shop.largest.noted.contains(&Note::LimitReached(Limit::RecordBytes)));
}

#[test]
fn an_account_of_people_with_long_names_stays_within_the_budget() {
    let mut shop = Shop::new(models(&[include_str!("../../config/models/b2b10.toml")]));
    for n in 0..100_usize {
        // A zero and signs are nobody.
        let user = text(1, 256, n + 1);
        let at_ms = START_MS + n as i64;
        let call = |kind: &str, more: Value| {
            let mut call = json!({ "type": kind, "userId": user, "messageId": format!("{kind}-{n}"), "timestamp": at_ms,
                                   "receivedAt": at_ms });
            call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            call
        };
        shop.send(&call(
            "identify",
            json!({ "traits": { "email": format!("u{n}@acme.example"), "company": text(1, 200, 1),
                                                         "job_title": text(1, 500, n), "role": text(1, 500, n) } }),
        ));
        shop.send(&call("group", json!({ "groupId": "acme", "traits": { "name": text(1, 200, 1) } })));
        shop.send(&call("track", json!({ "event": "Contract Signed", "properties": { "value": 1e15 } })));
    }
    shop.check();
    assert!(shop.largest.noted.contains(&Note::LimitReached(Limit::AccountMembers)), "{:?}", shop.largest.noted);
}

/// What a hostile visitor may send next.
fn hostile() -> impl Strategy<Value = (usize, usize, u8, usize, i64)> {
    (0..16_usize, 0..20_usize, 0..4_u8, 1..=110_usize, prop_oneof![Just(0_i64), Just(1_000), Just(3_600_000), Just(DAY_MS)])
}

const NAMES: [&str; 17] = [
    "Product Added",
    "Cart Viewed",
    "Cart Updated",
    "Cart Line Set",
    "Checkout Started",
    "Order Completed",
    "Payment Failed",
    "Order Cancelled",
    "Product Removed",
    "Product Viewed",
    "Email Opened",
    "Email Link Clicked",
    "Email Bounced",
    "Unsubscribed",
    "Email Subscribed",
    "Cart Emptied",
    "Quote Requested",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_fattest_prospect_that_can_be_built_stays_within_the_budget(events in proptest::collection::vec(hostile(), 20..60)) {
        let mut shop = Shop::new(models(&[include_str!("../../config/models/ecommerce.toml"), &greedy("greedy")]));
        let mut at_ms = 0;
        for (n, (name, cart, kind, products, later_ms)) in events.into_iter().enumerate() {
            at_ms += later_ms;
            let properties = if n % 3 == 0 { product(kind, products) } else { whole_cart(kind, cart, products) };
            shop.send(&event(NAMES[name], n, at_ms, properties));
        }
        shop.wait_until(START_MS + at_ms + 30 * DAY_MS);
        shop.check();
    }
}

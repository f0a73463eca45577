//! Laws that hold for any input: splitting into batches, duplicates, restarts and aborted batches change nothing.

use super::harness::{Did, Line, START_MS, commit, restored, run_lines, shop, shop_that_says_who_buys};
use leadstream_core::domain::model::Models;
use leadstream_core::domain::rules::ledger;
use leadstream_core::domain::rules::score::points;
use leadstream_core::engine::codec::Codec;
use leadstream_core::engine::task::{BatchEffects, Mode, ProspectOutput, Task};
use leadstream_core::state_record::StateCodec;
use proptest::prelude::*;
use std::sync::Arc;

const NAMES: [&str; 29] = [
    "Product Viewed",
    "page",
    "Product Added",
    "Product Added",
    "Product Removed",
    "Cart Updated",
    "Checkout Started",
    "Order Completed",
    "Email Opened",
    "Unsubscribed",
    "Subscribed",
    "Email Bounced",
    "Product List Viewed",
    "Reviews Viewed",
    "Soft Bounced",
    "Payment Failed",
    "Order Cancelled",
    "Order Refunded",
    "Email Delivered",
    "Email Link Clicked",
    "Lead Accepted",
    "Lead Rejected",
    "Lead No-Show",
    "Lead Disqualified",
    "Lead Requalified",
    "Contract Signed",
    "Contract Cancelled",
    "Lead Won",
    "Lead Lost",
];

/// Events of a few prospects: mostly in order, minutes to days apart, some late.
fn events() -> impl Strategy<Value = Vec<Did>> {
    let one = (
        0..NAMES.len(),
        0..3_u8,
        0..4_u8,
        0..3_u8,
        prop_oneof![0..90_i64, 0..1_500_i64, 0..6_000_i64],
        prop::bool::weighted(0.1),
        0..4_u32,
    );
    prop::collection::vec(one, 1..60).prop_map(|many| {
        let mut now_ms = START_MS;
        many.into_iter()
            .enumerate()
            .map(|(n, (name, who, product, cart, minutes, late, quantity))| {
                now_ms += minutes * 60_000;
                let snapshot = NAMES[name] == "Cart Updated";
                let has_product = (name < 8 || NAMES[name] == "Reviews Viewed") && name != 1 && !(snapshot && product == 0);
                Did {
                    number: 0,
                    prospect: format!("p{who}"),
                    time_ms: if late { now_ms - minutes * 61_000 - 7 } else { now_ms },
                    record_ms: now_ms,
                    name: NAMES[name].to_owned(),
                    message_id: Some(format!("m{n}")),
                    cart_id: (cart > 0).then(|| format!("c{cart}")),
                    order_id: None,
                    has_products: snapshot || (NAMES[name] == "Order Completed" && product > 0),
                    prices: Vec::new(),
                    products: if has_product {
                        vec![(format!("P{product}"), (quantity > 0).then(|| f64::from(quantity)))]
                    } else {
                        vec![]
                    },
                    properties: vec![
                        ("category".to_owned(), format!("k{product}")),
                        ("path".to_owned(), "/magazine/x".to_owned()),
                    ],
                    currency: None,
                    price: Some(f64::from(product) + 0.5),
                    value: None,
                }
            })
            .collect()
    })
}

/// A model with carts only, or one that uses everything about contact and triggers, or about leads, too: by the script, so that each
/// law is tried with all.
fn models_for(events: &[Did]) -> Arc<Models> {
    let cart = "steps = [\"1h\", \"24h\"]\ncooldown = \"2d\"\nmax_lateness = \"2h\"\nforget_after = \"5d\"";
    match events.len() % 3 {
        0 => shop(cart),
        1 => shop(&format!("{cart}\n{CONTACT}")),
        _ => shop_that_says_who_buys(cart, LEADS),
    }
}

/// Lines so low and times so short that everything happens.
const LEADS: &str = r#"
[hand_over]
mql = { label = "warm", sla = "3h", grace = "5h" }
sql = { label = "hot", sla = "1h", age = "3d" }
again_after = "1d"
reset = { keep = 0.5, rejected = { to = 5 }, aged = { groups = { buying = 0 } } }
[hand_over.answers]
won = ["Order Completed", "Lead Won"]
lost = ["Product Removed", "Lead Lost"]
[disqualify]
rules = [ { on = "Lead Disqualified" }, { on = "Unsubscribed", reason = "left" } ]
[re_entry]
rules = [ { on = ["Lead Requalified", "Subscribed"] } ]
after = "5d"
to = "anew"
score = "reset"
"#;

const CONTACT: &str = r#"
[contact]
caps = ["2 per 1d", "5 per 7d"]
priority = ["cart", "browse-abandoned"]
quiet_hours = { from = "22:00", to = "08:00" }
weekdays = ["mon", "tue", "wed", "thu", "fri", "sat"]
time_zone = "Europe/Berlin"
soft_bounces = 2
[[triggers]]
name = "browse-abandoned"
after = { on = "Product Viewed" }
unless = { on = ["Product Added", "Order Completed"] }
restart = true
within = "4h"
at_most = "1 per 2d"
[[triggers]]
name = "each-product"
after = { on = "Product Viewed", times = 2, within = "2d" }
unless = { on = ["Product Added", "Order Completed"] }
same = "product_id"
within = "1h"
mail = false
[[triggers]]
name = "cheaper"
after = { on = "Reviews Viewed" }
if_viewed = "3d"
if_carted = "1d"
within = "0s"
[[triggers]]
name = "call"
after_stage = "intent"
unless_stage = "purchase"
within = "1d"
[[triggers]]
name = "greet"
after_label = "warm"
within = "3h"
max_lateness = "off"
"#;

fn lines(events: &[Did]) -> Vec<Line> {
    let last_ms = events.iter().map(|e| e.record_ms).max().unwrap_or(START_MS);
    events.iter().map(|e| Line::Event(Box::new(e.clone()))).chain([Line::Until(last_ms + 40 * 86_400_000)]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_split_into_batches_gives_the_same(events in events(), batch in 2..40_usize) {
        let models = models_for(&events);
        let lines = lines(&events);
        let one_by_one = run_lines(&[Arc::clone(&models)], &lines, 1);
        prop_assert_eq!(&run_lines(&[Arc::clone(&models)], &lines, batch), &one_by_one);
        prop_assert_eq!(run_lines(&[models], &lines, usize::MAX), one_by_one);
    }

    #[test]
    fn every_output_has_an_id_of_its_own(events in events()) {
        let outputs = run_lines(&[models_for(&events)], &lines(&events), 7);
        let ids: std::collections::BTreeSet<u128> = outputs.iter().map(|o| o.output.id).collect();
        prop_assert_eq!(ids.len(), outputs.len());
    }

    #[test]
    fn duplicates_change_nothing(events in events(), again in prop::collection::vec(any::<prop::sample::Index>(), 1..20)) {
        let models = models_for(&events);
        let mut doubled: Vec<(i64, Did)> = events.iter().enumerate().map(|(n, e)| (n as i64 * 10, e.clone())).collect();
        for index in again {
            let n = index.index(events.len());
            let mut copy = events[n].clone();
            // It comes again right away: a day later its id would be forgotten.
            copy.record_ms = copy.record_ms.max(events[n].record_ms);
            doubled.push((n as i64 * 10 + 1, copy));
        }
        doubled.sort_by_key(|(order, _)| *order);
        let doubled: Vec<Did> = doubled.into_iter().map(|(_, e)| e).collect();
        prop_assert_eq!(run_lines(&[Arc::clone(&models)], &lines(&doubled), 5), run_lines(&[models], &lines(&events), 5));
    }

    #[test]
    fn restarts_change_nothing(events in events(), at in any::<prop::sample::Index>()) {
        let models = models_for(&events);
        let plain = lines(&events);
        let mut with_restart = plain.clone();
        with_restart.insert(at.index(plain.len()), Line::Restart(0));
        prop_assert_eq!(run_lines(&[Arc::clone(&models)], &with_restart, 1), run_lines(&[models], &plain, 1));
    }

    #[test]
    fn an_aborted_batch_leaves_no_trace(events in events(), cut in any::<prop::sample::Index>(), lost in 1..20_usize) {
        let models = models_for(&events);
        let cut = cut.index(events.len());
        let lost = &events[cut..(cut + lost).min(events.len())];
        let end_ms = events.iter().map(|e| e.record_ms).max().unwrap_or(START_MS) + 40 * 86_400_000;
        let run = |abort: bool| -> Vec<ProspectOutput> {
            let mut task = Task::new(Arc::clone(&models), StateCodec);
            let mut outputs = Vec::new();
            let mut effects = BatchEffects::default();
            for (n, did) in events.iter().enumerate() {
                if abort && n == cut {
                    let mut thrown_away = BatchEffects::default();
                    for did in lost {
                        task.apply_event(&did.event(&models), Mode::Virtual, &mut thrown_away);
                    }
                    task.staged(|_| {});
                    task.discard();
                }
                task.apply_event(&did.event(&models), Mode::Virtual, &mut effects);
                commit(&mut task);
                outputs.append(&mut effects.outputs);
            }
            task.advance(end_ms, Mode::Virtual, &mut effects);
            outputs.append(&mut effects.outputs);
            outputs
        };
        prop_assert_eq!(run(true), run(false));
    }

    #[test]
    fn the_account_of_a_score_adds_up_to_it(events in events()) {
        let models = models_for(&events);
        let model = models.in_charge();
        let mut task = Task::new(Arc::clone(&models), StateCodec);
        let mut effects = BatchEffects::default();
        for did in &events {
            task.apply_event(&did.event(&models), Mode::Virtual, &mut effects);
            commit(&mut task);
            for (_, record) in task.records() {
                let prospect = StateCodec.decode(record).expect("its own record");
                let at_ms = prospect.last_seen_ms.max(task.time_ms());
                let Some(track) = prospect.tracks.first() else { continue };
                let traits = prospect.extras.as_ref().map(|extras| extras.traits.clone()).unwrap_or_default();
                let lines = ledger::account(track, &traits, model, models.vocabulary.names(), at_ms);
                let sum: f64 = lines.iter().map(|l| l.now).sum();
                let score = points::total(track, &model.score, at_ms);
                prop_assert!((sum - score).abs() < 0.005, "{} is not {}: {:?}", sum, score, lines);
            }
        }
    }

    #[test]
    fn the_population_counts_what_the_records_say(events in events()) {
        let models = models_for(&events);
        let mut task = Task::new(Arc::clone(&models), StateCodec);
        let mut effects = BatchEffects::default();
        for did in &events {
            task.apply_event(&did.event(&models), Mode::Virtual, &mut effects);
            commit(&mut task);
        }
        let again = restored(&task, Arc::clone(&models));
        prop_assert_eq!(task.population(), again.population());
        prop_assert_eq!(task.population().carts.iter().sum::<u64>(), task.size().records as u64);
        prop_assert_eq!(task.size().record_bytes, again.size().record_bytes);
    }
}

#[test]
fn decoded_copies_are_bounded_however_many_come_and_come_again() {
    const MOST: usize = 2_000;
    let models = models_for(&[]);
    let mut task = Task::new(Arc::clone(&models), StateCodec);
    task.keep_decoded(MOST);
    let mut effects = BatchEffects::default();
    let mut view = |task: &mut Task<StateCodec>, n: usize, who: usize| {
        let time_ms = START_MS + i64::try_from(n).unwrap();
        let viewed = Did {
            prospect: format!("p-{who}"),
            name: "Product Viewed".to_owned(),
            message_id: Some(format!("m-{n}")),
            time_ms,
            record_ms: time_ms,
            ..Did::default()
        };
        task.apply_event(&viewed.event(&models), Mode::Virtual, &mut effects);
    };
    let last = 4 * MOST;
    for n in 0..last {
        // Each second one is of few, so that many in the queue were touched since they came into it.
        view(&mut task, n, if n % 2 == 0 { n % (MOST / 2) } else { n / 2 + MOST });
        if n % 100 == 99 {
            commit(&mut task);
            assert!(task.size().decoded <= MOST, "{}", task.size().decoded);
        }
    }
    assert!(task.size().records > MOST);
    assert_eq!(task.size().decoded, MOST);
    // Told to keep none: all go, though not in one go.
    task.keep_decoded(0);
    for n in last..last + MOST {
        view(&mut task, n, n);
        if n % 100 == 99 {
            commit(&mut task);
        }
    }
    assert_eq!(task.size().decoded, 0);
}

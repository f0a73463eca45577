//! Laws that hold for any two histories.

use super::rig::World;
use crate::harness::{Did, START_MS, shop};
use leadstream_core::domain::model::Models;
use leadstream_core::domain::output::Body;
use leadstream_core::domain::state::cart::SeriesPhase;
use leadstream_core::domain::state::prospect::Prospect;
use leadstream_core::domain::terms::cart::OutcomeKind;
use leadstream_core::domain::terms::consent::ConsentState;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

const WHO: [&str; 3] = ["a", "b", "u"];
const HOUR_MS: i64 = 3_600_000;

/// What somebody did: `what`, whose record saw it, which cart, which of its products, seconds since what was before.
#[derive(Debug, Clone)]
struct Deed {
    what: u8,
    who: usize,
    cart: usize,
    product: usize,
    seconds: i64,
}

fn deeds(most: usize, seconds: i64, people: usize) -> impl Strategy<Value = Vec<Deed>> {
    let one = (0..12_u8, 0..people, 0..2_usize, 0..3_usize, 1..seconds);
    let one = one.prop_map(|(what, who, cart, product, seconds)| Deed { what, who, cart, product, seconds });
    prop::collection::vec(one, 1..most).prop_map(known)
}

/// Who empties a cart of which nothing is known says nothing that a record keeps.
fn known(deeds: Vec<Deed>) -> Vec<Deed> {
    let says = |deed: &Deed| matches!(deed.what, 0..=5 | 7 | 8);
    let mut all: Vec<Deed> = Vec::new();
    for deed in deeds {
        let mut own = all.iter().filter(|before| says(before) && before.who == deed.who);
        let is_known = own.clone().any(|before| before.cart == deed.cart);
        // An order of an unknown cart counts as one without a cart (docs/carts.md): it takes more than if the cart were known.
        let has_other = own.any(|before| before.cart != deed.cart);
        let stays = match deed.what {
            6 => is_known,
            8 => is_known || !has_other,
            _ => true,
        };
        if stays {
            all.push(deed);
        }
    }
    all
}

/// The cart of a shop that gives them no ids.
const UNNAMED: usize = 2;

/// Without ids all is one cart. An order then takes all of it only if something in it is bought: nobody can tell what lay there on the
/// other side where lists were seen, things removed, or bought and put in again.
fn in_carts(named: bool, mut deeds: Vec<Deed>) -> Vec<Deed> {
    if !named {
        let last = deeds.iter().position(|deed| deed.what == 8).map_or(deeds.len(), |at| at + 1);
        deeds.truncate(last);
        deeds.retain(|deed| !matches!(deed.what, 5..=7));
        deeds.iter_mut().for_each(|deed| deed.cart = UNNAMED);
    }
    deeds
}

/// The events, at times of their own; all of one prospect, if `alone`.
fn events(deeds: &[Deed], alone: bool) -> Vec<Did> {
    let mut now_ms = START_MS;
    let event = |(n, deed): (usize, &Deed)| {
        now_ms += deed.seconds * 1_000;
        let time_ms = now_ms + 7;
        let product = format!("{}{}", ["P", "Q", "P"][deed.cart], deed.product);
        let other = format!("{}0", ["Q", "P", "Q"][deed.cart]);
        let (name, products) = match deed.what {
            0..=4 => ("Product Added", vec![product]),
            5 => ("Product Removed", vec![product]),
            6 => ("Cart Updated", vec![]),
            7 => ("Cart Updated", vec![product]),
            8 => ("Order Completed", vec![product, other]),
            9 => ("Unsubscribed", vec![]),
            10 => ("Checkout Started", vec![]),
            _ => ("page", vec![]),
        };
        Did {
            prospect: if alone { "u".to_owned() } else { WHO[deed.who].to_owned() },
            time_ms,
            record_ms: time_ms,
            name: name.to_owned(),
            message_id: Some(format!("m{n}")),
            cart_id: ((deed.what < 9 || deed.what == 10) && deed.cart != UNNAMED).then(|| format!("c{}", deed.cart)),
            order_id: (name == "Order Completed").then(|| format!("o{}", deed.product)),
            has_products: matches!(name, "Cart Updated" | "Order Completed"),
            products: products.into_iter().map(|product| (product, None)).collect(),
            value: (name == "Order Completed").then_some(10.0),
            ..Did::default()
        }
    };
    deeds.iter().enumerate().map(event).collect()
}

/// What no record can tell: a cart that one side emptied, or saw a list of, between two adds of one product by others; a page
/// that shows, after an order, what it did not name.
fn is_told_apart(deeds: &[Deed]) -> bool {
    let clears = |deed: &Deed, cart: usize, product: usize| {
        deed.cart == cart && matches!(deed.what, 6..=8)
            || deed.what == 8
            || deed.what == 5 && deed.cart == cart && deed.product == product
    };
    let between = deeds.iter().enumerate().any(|(n, one)| {
        matches!(one.what, 0..=4 | 7)
            && deeds[n + 1..].iter().enumerate().any(|(m, other)| {
                let same = other.what <= 4 && (other.cart, other.product) == (one.cart, one.product);
                let by_others = |deed: &Deed| deed.who != one.who && deed.who != other.who;
                same && deeds[n + 1..n + 1 + m].iter().any(|deed| by_others(deed) && clears(deed, one.cart, one.product))
            })
    });
    let is_named = |order: &Deed, shown: &Deed| {
        (order.who, order.cart, order.product) == (shown.who, shown.cart, shown.product) && shown.what == 7
    };
    let shown_after_order = deeds.iter().enumerate().any(|(n, order)| {
        order.what == 8 && deeds[n + 1..].iter().any(|deed| matches!(deed.what, 6 | 7) && !is_named(order, deed))
    });
    // An order of an unknown cart counts as one without a cart (docs/carts.md): so it does for a name that knows no other cart, too.
    let is_of_unknown = |n: usize, order: &Deed| {
        let mut known = deeds[..n].iter().filter(|deed| matches!(deed.what, 0..=5 | 7 | 8));
        order.what == 8 && !known.clone().any(|deed| deed.cart == order.cart) && known.next().is_some()
    };
    if deeds.iter().enumerate().any(|(n, order)| is_of_unknown(n, order)) {
        return false;
    }
    // An order of one id is one order: told again it takes what is there then.
    let ordered_twice = deeds
        .iter()
        .enumerate()
        .any(|(n, one)| one.what == 8 && deeds[n + 1..].iter().any(|other| other.what == 8 && other.product == one.product));
    !between && !shown_after_order && !ordered_twice
}

fn model() -> Arc<Models> {
    shop("series = \"cart\"\ncooldown = \"off\"")
}

fn played(models: &Arc<Models>, events: &[Did]) -> World {
    let mut world = World::new(models);
    events.iter().for_each(|event| world.apply(event));
    world
}

/// Cart, product, how many, and whether a series is armed or runs.
fn carts(record: &Prospect) -> BTreeSet<(String, Vec<(String, String)>, bool)> {
    let cart = |cart: &leadstream_core::domain::state::cart::Cart| {
        let mut lines: Vec<_> = cart.lines.iter().map(|line| (line.product_id.to_string(), line.quantity.to_string())).collect();
        lines.sort();
        let live = matches!(cart.series.phase, SeriesPhase::Armed | SeriesPhase::Running);
        (cart.id.as_deref().unwrap_or("-").to_owned(), lines, live)
    };
    record.carts.iter().map(cart).filter(|(_, lines, _)| !lines.is_empty()).collect()
}

fn orders(record: &Prospect) -> (u32, Vec<(String, i64)>, usize) {
    let Some(extras) = record.extras.as_deref() else { return (0, Vec::new(), 0) };
    let spent = extras.customer.spent.iter().map(|(currency, milli)| (currency.to_string(), *milli)).collect();
    (extras.customer.orders, spent, extras.known_orders.list.len())
}

fn end_ms(events: &[Did]) -> i64 {
    events.last().map_or(START_MS, |event| event.time_ms) + 500
}

/// What is promised whatever the order of merges is.
fn promised(record: &Prospect) -> impl PartialEq + std::fmt::Debug {
    (carts(record), orders(record), record.consent, record.seen.len(), record.first_seen_ms, record.last_seen_ms)
}

/// Ids of all steps that leave from now on.
fn later_steps(world: &mut World) -> BTreeSet<u128> {
    let before = world.outputs.len();
    let now_ms = world.now_ms;
    world.advance(now_ms + 8 * 24 * HOUR_MS);
    let steps = world.outputs[before..].iter().filter(|(_, output)| matches!(output.body, Body::CartAbandoned(_)));
    steps.map(|(_, output)| output.id).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_and_somebody_is_somebody(deeds in deeds(40, 3_000, 1)) {
        let events = events(&deeds, false);
        let mut world = played(&model(), &events);
        let mut alone = world.records.remove("a").unwrap_or_default();
        world.records.insert("a".to_owned(), alone.clone());
        let said = world.outputs.len();
        world.merge_now("a", "u", end_ms(&events));
        prop_assert_eq!(world.outputs.len(), said);
        let mut merged = world.records.remove("u").unwrap();
        for record in [&mut alone, &mut merged] {
            for cart in &mut record.carts {
                (cart.origin, cart.series.armed_under) = (None, None);
            }
        }
        prop_assert_eq!(merged, alone);
    }

    #[test]
    fn two_records_that_saw_a_part_each_become_the_one_that_saw_all(named in any::<bool>(), deeds in deeds(30, 20, 2)) {
        let deeds = in_carts(named, deeds);
        prop_assume!(is_told_apart(&deeds));
        let models = model();
        let (apart, together) = (events(&deeds, false), events(&deeds, true));
        let mut two = played(&models, &apart);
        let mut one = played(&models, &together);
        let end_ms = end_ms(&apart);
        two.merge_now("a", "b", end_ms);
        let mut merged = two.records.remove("b").unwrap();
        let single = one.records.remove("u").unwrap_or_default();
        prop_assert_eq!(carts(&merged), carts(&single));
        prop_assert_eq!(orders(&merged), orders(&single));
        prop_assert_eq!(merged.consent, single.consent);
        prop_assert_eq!(merged.last_activity_ms, single.last_activity_ms);
        // Told again, nothing changes.
        let before = merged.clone();
        for event in &together {
            let mut again = event.clone();
            again.prospect = "b".to_owned();
            leadstream_core::domain::step::step(&mut merged, false, &again.event(&models), &models, &mut two.effects);
        }
        prop_assert_eq!(carts(&merged), carts(&before));
        prop_assert_eq!(orders(&merged), orders(&before));
    }

    #[test]
    fn the_order_of_merges_does_not_matter_for_what_is_promised(named in any::<bool>(), deeds in deeds(40, 20, 3)) {
        let deeds = in_carts(named, deeds);
        prop_assume!(is_told_apart(&deeds));
        let models = model();
        let events = events(&deeds, false);
        let at_ms = end_ms(&events);
        let ways = [[("a", "u"), ("b", "u")], [("b", "u"), ("a", "u")], [("a", "b"), ("b", "u")], [("b", "a"), ("a", "u")]];
        let mut results = ways.map(|way| {
            let mut world = played(&models, &events);
            for who in WHO {
                // Everybody is known: who is not is renamed, which says other things.
                world.play(&format!("0m page id=first-{who} by={who}"));
            }
            for (from, into) in way {
                world.merge_now(from, into, at_ms);
            }
            world
        });
        let [first, rest @ ..] = &mut results;
        let promised_first = format!("{:?}", promised(first.of("u")));
        let steps = later_steps(first);
        for other in rest {
            prop_assert_eq!(format!("{:?}", promised(other.of("u"))), promised_first.clone());
            let later = later_steps(other);
            prop_assert_eq!(later.len(), steps.len());
            if !deeds.iter().any(|deed| matches!(deed.what, 5..=9)) {
                // Which event armed what was left of a cart is not known when another name had emptied it.
                prop_assert_eq!(later, steps.clone());
            }
        }
    }

    #[test]
    fn no_step_comes_twice_and_none_for_what_was_bought(deeds in deeds(40, 9_000, 3), merges in prop::collection::vec((0..40_usize, 0..3_usize, 0..3_usize), 1..4),
                                                        prospect in any::<bool>()) {
        let models = if prospect { shop("cooldown = \"off\"") } else { model() };
        let events = events(&deeds, false);
        let mut world = World::new(&models);
        let mut names: Vec<&str> = WHO.to_vec();
        // Who became part of whom.
        let mut into_of: Vec<usize> = (0..3).collect();
        for (n, event) in events.iter().enumerate() {
            let who = WHO.iter().position(|who| *who == event.prospect).unwrap();
            let mut event = event.clone();
            let mut now = who;
            while into_of[now] != now { now = into_of[now]; }
            event.prospect = names[now].to_owned();
            world.apply(&event);
            for (_, from, into) in merges.iter().filter(|(at, _, _)| *at == n) {
                if into_of[*from] == *from && into_of[*into] == *into && from != into {
                    world.merge(names[*from], names[*into], event.time_ms + 400);
                    into_of[*from] = *into;
                }
            }
        }
        names.clear();
        let end_ms = end_ms(&events);
        world.advance(end_ms + 30 * 24 * HOUR_MS);
        let mut ids = BTreeSet::new();
        let mut steps = BTreeSet::new();
        let mut recalled = BTreeSet::new();
        for (_, output) in &world.outputs {
            prop_assert!(ids.insert(output.id), "an id came twice: {:?}", output);
            match &output.body {
                Body::CartAbandoned(cart) => {
                    prop_assert!(steps.insert((cart.episode_ms, cart.step)), "a step came twice: {:?}", output);
                    prop_assert!(!cart.lines.is_empty());
                }
                Body::CartOutcome(outcome) if outcome.kind == OutcomeKind::Recalled => {
                    for id in &outcome.trigger_ids {
                        prop_assert!(recalled.insert(*id), "recalled twice");
                    }
                }
                _ => {}
            }
        }
        let open: Vec<&Prospect> = world.records.values().filter(|record| record.consent.state != ConsentState::Open).collect();
        for record in open {
            prop_assert!(record.carts.iter().all(|cart| !matches!(cart.series.phase, SeriesPhase::Armed | SeriesPhase::Running)));
        }
    }
}

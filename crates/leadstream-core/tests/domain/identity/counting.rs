//! Figures count persons: of two that turn out to be one, the way that is not kept is taken back.

use super::house::{By, House};
use crate::harness::{model, shop, shop_that_says_who_buys};
use leadstream_core::domain::model::Models;
use leadstream_core::domain::terms::movement::Axis;
use leadstream_core::engine::figures::{Figures, Key, LeadBy, LeadFact, OpportunityFact, Way};
use proptest::prelude::*;
use std::sync::Arc;

const CART: &str = "steps = [\"1h\", \"24h\"]\ncooldown = \"1h\"";

fn figures(models: &Arc<Models>, tasks: usize, text: &str) -> Figures {
    let mut house = House::new(models, tasks, By::Router);
    house.play(text);
    house.figures()
}

/// All that is counted of moves and opportunities.
fn ways(figures: &Figures) -> Vec<(Key, i64)> {
    let is_way = |key: &Key| {
        matches!(
            key,
            Key::Moved { .. }
                | Key::Stayed { .. }
                | Key::StayedSeconds { .. }
                | Key::Week { .. }
                | Key::Opportunities { .. }
                | Key::OpportunityTook { .. }
                | Key::OpportunityClosed { .. }
                | Key::OpportunitiesOpen { .. }
                | Key::Stands { .. }
        )
    };
    figures.sorted().into_iter().filter(|(key, _)| is_way(key)).map(|(key, count)| (key.clone(), count)).collect()
}

fn assert_none_below_zero(figures: &Figures) {
    for (key, count) in ways(figures) {
        assert!(count >= 0, "{key:?}: {count}");
    }
}

/// Who came to each stage is who left it and who stands there.
fn assert_balanced(figures: &Figures, models: &Models) {
    for axis in Axis::ALL {
        for stage in 1..=u8::try_from(models.in_charge().axes[axis].stages.len()).unwrap() {
            let of = |came: bool| {
                figures.total(|key| {
                    matches!(key, Key::Week { axis: a, stage: s, way, .. }
                        if (*a, *s) == (axis, stage) && (*way == Way::Entered) == came)
                })
            };
            let stand = figures.total(|key| matches!(key, Key::Stands { axis: a, stage: s, .. } if (*a, *s) == (axis, stage)));
            assert_eq!(of(true), of(false) + stand, "{axis:?} {stage}");
        }
    }
}

#[test]
fn two_that_are_one_are_counted_as_one_who_did_everything() {
    let models = shop(CART);
    for (two, one) in [
        // The user came first and stood still: the visitor's way is the person's.
        (
            "0s add A price=5 ids=anon:v; 1d checkout ids=anon:v; 2d page path=/ ids=42; 3d identify ids=42,anon:v; 4d order order=o A value=5 ids=42",
            "0s add A price=5 ids=42; 1d checkout ids=42; 2d page path=/ ids=42; 3d identify ids=42; 4d order order=o A value=5 ids=42",
        ),
        // Both put something in, a week later the other: an opportunity, opened once.
        (
            "0s add A price=5 ids=42; 8d add B price=6 ids=anon:v; 9d identify ids=42,anon:v; 10d order order=o A B value=11 ids=42",
            "0s add A price=5 ids=42; 8d add B price=6 ids=42; 9d identify ids=42; 10d order order=o A B value=11 ids=42",
        ),
        // The same order told under both names: one purchase.
        (
            "0s add A price=5 ids=42; 1h order order=o A value=5 ids=42; 2h order order=o A value=5 ids=anon:v; 1d identify ids=42,anon:v",
            "0s add A price=5 ids=42; 1h order order=o A value=5 ids=42; 1d identify ids=42",
        ),
        // Three names, and one of them known last.
        (
            "0s add A price=5 ids=anon:v; 1h add B price=5 ids=anon:w; 2h page path=/ ids=42; 1d identify ids=42,anon:v; 2d identify ids=42,anon:w",
            "0s add A price=5 ids=42; 1h add B price=5 ids=42; 2h page path=/ ids=42; 1d identify ids=42; 2d identify ids=42",
        ),
    ] {
        let alone = figures(&models, 1, one);
        assert_balanced(&alone, &models);
        for tasks in [1, 3] {
            let merged = figures(&models, tasks, two);
            assert_none_below_zero(&merged);
            assert_balanced(&merged, &models);
            assert_eq!(ways(&merged), ways(&alone), "{two}");
        }
    }
}

#[test]
fn of_a_way_that_differs_that_of_who_stood_further_is_the_persons() {
    let models = shop(CART);
    let kept = figures(&models, 1, "0s page path=/ ids=anon:v; 1h add A price=5 ids=anon:v; 10d identify ids=anon:v,42");
    let two = "0s page path=/ ids=anon:v; 1h add A price=5 ids=anon:v; 8d page path=/ ids=42; 9d Guide_Downloaded ids=42; 10d identify ids=anon:v,42";
    let merged = figures(&models, 2, two);
    assert_balanced(&merged, &models);
    assert_eq!(ways(&merged), ways(&kept));
}

#[test]
fn what_was_counted_before_a_task_began_to_count_is_not_taken_back() {
    let models = shop(CART);
    let mut house = House::new(&models, 1, By::Router);
    house.play("0s add A price=5 ids=anon:v; 30m add B price=5 ids=42");
    house.restart();
    house.play("2h page path=/ ids=7; 3h identify ids=42,anon:v");
    assert_none_below_zero(&house.figures());
}

#[test]
fn somebody_of_whom_one_name_is_disqualified_is_counted_once() {
    let out = "[disqualify]\nrules = [ { on = \"Lead Disqualified\" } ]";
    let models = shop_that_says_who_buys(CART, out);
    for (who_is_out, other) in [("42", "anon:v"), ("anon:v", "42")] {
        let text = format!(
            "0s add A price=5 ids={who_is_out}; 1h Lead_Disqualified ids={who_is_out}; 2h add B price=5 ids={other}; 1d identify ids=42,anon:v"
        );
        let merged = figures(&models, 2, &text);
        assert_balanced(&merged, &models);
        let opened = merged.total(|key| matches!(key, Key::Opportunities { what: OpportunityFact::Opened, .. }));
        assert_eq!(opened, 1, "{who_is_out}");
    }
}

const LEADS: &str = "[hand_over]\nmql = { label = \"warm\", sla = \"3h\", grace = \"5h\" }\nagain_after = \"1d\"";

fn warm(who: &str, minute: u32) -> String {
    format!(
        "{minute}m add A cart=c{minute} ids={who}; {minute}m checkout cart=c{minute} ids={who}; {minute}m pay cart=c{minute} ids={who};"
    )
}

#[test]
fn sales_gets_a_person_once() {
    let models = shop_that_says_who_buys(CART, LEADS);
    let of = |text: &str| {
        let figures = figures(&models, 2, text);
        let mql = Key::LeadsBy { by: LeadBy::Source, name: "(none)".into(), what: LeadFact::Mql };
        (figures.get(&Key::LeadsGot {}), figures.get(&mql))
    };
    let (a, u) = (warm("anon:v", 0), warm("42", 10));
    assert_eq!(of(&a), (1, 1));
    assert_eq!(of(&format!("{a} {u}")), (2, 2), "two");
    assert_eq!(of(&format!("{a} {u} 30m identify ids=42,anon:v")), (1, 1), "sales had both");
    assert_eq!(of(&format!("{a} 30m identify ids=42,anon:v")), (1, 1), "by a new name");
    assert_eq!(of(&format!("{a} 10m page path=/ ids=42; 30m identify ids=42,anon:v")), (1, 1), "taken over");
    assert_eq!(of(&format!("{u} 20m page path=/ ids=anon:v; 30m identify ids=42,anon:v")), (1, 1));
}

fn deeds() -> impl Strategy<Value = Vec<(usize, usize, i64)>> {
    prop::collection::vec((0..9_usize, 0..3_usize, 1..200_000_i64), 1..40)
}

const WHO: [&str; 3] = ["42", "anon:v", "email:a@b.shop"];
const DID: [&str; 9] = [
    "page path=/",
    "view p",
    "add A price=5",
    "checkout",
    "order order=o1 A value=5",
    "order order=o2 A value=5",
    "Order_Cancelled order=o1",
    "Guide_Downloaded",
    "remove A",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_two_did_nobody_is_counted_twice(deeds in deeds(), short in any::<bool>()) {
        let text = include_str!("../../../../../config/models/ecommerce.toml");
        // Records that forget where they came from soon.
        let models = model(&if short { text.replace("\n[funnel]\n", "\n[funnel]\nhistory = 1\n") } else { text.to_owned() });
        let mut house = House::new(&models, 2, By::Router);
        let mut seconds = 0;
        // By an order that came to nothing somebody stands where it stood before: of the way in between not all is remembered.
        let is_known = !deeds.iter().any(|(what, ..)| DID[*what].starts_with("Order_Cancelled"));
        for (what, who, later) in deeds {
            seconds += later;
            house.play(&format!("{seconds}s {} ids={}", DID[what], WHO[who]));
        }
        let came = |figures: &Figures| figures.total(|key| matches!(key, Key::Moved { .. }));
        let before = house.figures();
        assert_balanced(&before, &models);
        house.play(&format!("{}s identify ids=42,anon:v,email:a@b.shop", seconds + 1));
        let after = house.figures();
        assert_balanced(&after, &models);
        if is_known {
            assert_none_below_zero(&after);
        }
        // Who logs in does something, too: it may come back on both axes, or for the first time.
        prop_assert!(came(&after) <= came(&before) + 4);
        let stand = after.total(|key| matches!(key, Key::Stands { axis: Axis::Funnel, .. }));
        prop_assert_eq!(stand, 1);
    }
}

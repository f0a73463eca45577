//! Movement on the two axes: skips, moves back, counts, sessions, staleness, late events, other models.

use super::harness::{model, run_lines, said, script, shop};
use leadstream_core::domain::output::Body;
use leadstream_core::domain::terms::movement::{Axis, Cause};
use leadstream_core::domain::terms::per_axis::PerAxis;
use leadstream_model::SHIPPED;
use proptest::prelude::*;
use std::sync::Arc;

const MODEL: &str = r#"
name = "small"
[journey]
stages = ["a", "b", "c", "d"]
history = 2
moves = [
  { to = "a", on = "page" },
  { to = "b", on = "Looked", where = { cost = { at_least = 10, less_than = 20 } } },
  { to = "b", on = "Looked", where = { kind = { one_of = ["x", "y"] } } },
  { to = "c", on = "Asked", times = 3, within = "7d" },
  { to = "c", on = "Compared", times = 2, within = "1d", same = "category" },
  { to = "d", on = ["Bought", "Asked Twice"] },
  { to = "a", on = "Left", from = ["c", "d"] },
  { to = "c", on = "Left", from = ["b"] },
  { to = "d", on = "page", sessions = 3 },
  { to = "b", on = "url", where = { path = { regex = "^/b/[0-9]+$" } } },
  { to = "b", on = "url", where = { path = { prefix = "/p/", contains = "shoe" } } },
  { to = "b", on = "url", where = { path = { not = { prefix = "/" } } } },
]
stale = { after = "10d", to = "a", except = ["d"] }
[funnel]
stages = ["in", "out"]
moves = [{ to = "in", on = "*" }, { to = "out", on = "Bought" }]
stale = { out = { after = "1d", to = "in" } }
[score]
labels = { cold = 0 }
[[score.groups]]
name = "g"
half_life = "7d"
rules = [{ on = "page", points = 1 }]
"#;

fn journey(script: &str) -> Vec<String> {
    said(&[model(MODEL)], script, |b| matches!(b, Body::StageChanged(s) if s.axis == Axis::Journey))
}

fn funnel(script: &str) -> Vec<String> {
    said(&[model(MODEL)], script, |b| matches!(b, Body::StageChanged(s) if s.axis == Axis::Funnel))
}

#[test]
fn a_move_leads_from_any_earlier_stage_and_stages_may_be_skipped() {
    assert_eq!(journey("0m page; 1m Bought; 2m page"), ["0s journey - > a enter event", "1m journey a > d forward event"]);
    assert_eq!(journey("0m Bought"), ["0s journey - > d enter event"]);
}

#[test]
fn a_move_back_names_where_it_comes_from() {
    assert_eq!(journey("0m Bought; 1m Left"), ["0s journey - > d enter event", "1m journey d > a back event"]);
    assert_eq!(journey("0m page; 1m Left"), ["0s journey - > a enter event"], "not from a");
    assert_eq!(journey("0m Left"), [""; 0], "not from nowhere");
}

#[test]
fn named_from_wins_then_the_furthest() {
    assert_eq!(journey("0m Looked kind=x; 1m Left"), ["0s journey - > b enter event", "1m journey b > c forward event"]);
    assert_eq!(funnel("0m Bought"), ["0s funnel - > out enter event"], "any event fits the first move, the second leads further");
}

#[test]
fn predicates_decide() {
    let enters = |s: &str| !journey(s).is_empty();
    assert!(enters("0m Looked cost=10") && enters("0m Looked cost=19.99"));
    assert!(!enters("0m Looked cost=20") && !enters("0m Looked cost=9.99") && !enters("0m Looked"));
    assert!(enters("0m Looked kind=y") && !enters("0m Looked kind=z"));
    assert!(enters("0m url path=/b/12") && !enters("0m url path=/b/x"));
    assert!(enters("0m url path=/p/red-shoe") && !enters("0m url path=/p/hat"));
    assert!(enters("0m url path=b") && enters("0m url"), "an absent property passes a negation");
}

#[test]
fn counts_look_at_a_window() {
    assert_eq!(journey("0m Asked; 1d Asked; 6d Asked"), ["6days journey - > c enter event"]);
    assert_eq!(journey("0m Asked; 1d Asked; 7d1m Asked"), [""; 0], "the first is out of the window");
    assert_eq!(journey("0m Asked; 1d Asked; 7d1m Asked; 7d2m Asked"), ["7days2m journey - > c enter event"]);
}

#[test]
fn counts_with_the_same_value() {
    assert_eq!(journey("0m Compared category=x; 1m Compared category=y"), [""; 0]);
    assert_eq!(
        journey("0m Compared category=x; 1m Compared category=y; 2m Compared category=x"),
        ["2m journey - > c enter event"]
    );
}

#[test]
fn a_late_match_counts_with_its_own_time() {
    assert_eq!(journey("0m Asked; 2d Asked; 3d < 1d Asked"), ["1day journey - > c enter event"]);
    assert_eq!(journey("8d Asked; 9d Asked; 10d < 1m Asked"), [""; 0]);
}

#[test]
fn sessions_are_counted_by_pauses() {
    assert_eq!(
        journey("0m page; 40m page; 60m page; 2h page"),
        ["0s journey - > a enter event", "2h journey a > d forward event"],
        "pauses of 40 and 60 minutes, one of 20"
    );
}

#[test]
fn a_stage_goes_stale_at_the_instant() {
    assert_eq!(
        journey("0m Looked kind=x; 3d page; 20d wait"),
        ["0s journey - > b enter event", "13days journey b > a back stale"],
        "activity starts the time anew"
    );
    assert_eq!(journey("0m Bought; 30d wait").len(), 1, "excepted");
    assert_eq!(funnel("0m Bought; 3d wait"), ["0s funnel - > out enter event", "1day funnel out > in back stale"]);
    assert_eq!(funnel("0m Bought; 23h page; 25h wait").len(), 1);
    assert_eq!(funnel("0m Bought; 23h open; 25h wait").len(), 2, "mail is no activity");
}

#[test]
fn a_late_event_moves_on_but_never_back() {
    assert_eq!(
        journey("0m page; 2h Looked kind=x; 3h < 1h Bought"),
        ["0s journey - > a enter event", "2h journey a > b forward event", "1h journey b > d forward event"]
    );
    assert_eq!(journey("0m page; 2h Bought; 3h < 1h Left").len(), 2, "the later purchase decided");
}

#[test]
fn another_model_carries_stages_over_by_name_then_by_mapping_else_keeps_them() {
    let renamed = MODEL
        .replace(r#"stages = ["a", "b", "c", "d"]"#, "stages = [\"a\", \"bee\", \"c\", \"d\"]\nrenamed = { b = \"bee\" }")
        .replace("to = \"b\"", "to = \"bee\"")
        .replace("[\"b\"]", "[\"bee\"]");
    let keep = |b: &Body| matches!(b, Body::StageChanged(s) if s.axis == Axis::Journey);
    let script = "0m Looked kind=x; 1m restart 1; 2m Bought";
    assert_eq!(
        said(&[model(MODEL), model(&renamed)], script, keep),
        ["0s journey - > b enter event", "2m journey bee > d forward event"]
    );
    let lost = renamed.replace("renamed = { b = \"bee\" }", "");
    let script = "0m Looked kind=x; 1m restart 1; 2m Bought; 3m restart 0; 4m Bought";
    assert_eq!(
        said(&[model(MODEL), model(&lost)], script, keep),
        ["0s journey - > b enter event", "4m journey b > d forward event"],
        "kept while unknown, found again when known"
    );
}

#[test]
fn the_four_cases_of_the_fields_literature() {
    let both = |script: &str| said(&[shop("")], script, |b| matches!(b, Body::StageChanged(_)));
    // 2: aware of the product only at journey 4.
    let got = both("0m view");
    assert!(got.contains(&"0s journey - > supplier-selection enter event".to_owned()), "{got:?}");
    assert!(got.contains(&"0s funnel - > awareness enter event".to_owned()), "{got:?}");
    // 4: intent and validation, cart, abandoned, bought.
    let got = both("0m Products_Searched; 1m Reviews_Viewed; 2m add A; 3m checkout; 2d order A");
    assert!(got.iter().any(|g| g.contains("> validation")) && got.iter().any(|g| g.contains("> evaluation")), "{got:?}");
    assert!(got.iter().any(|g| g.starts_with("2days funnel") && g.contains("> purchase forward")), "{got:?}");
    assert!(got.iter().any(|g| g.starts_with("2days journey") && g.contains("> consensus-creation forward")), "{got:?}");
}

const ASKS: &str = r#"
name = "asks"
[funnel]
stages = ["here", "same-shelf", "three", "small", "large", "many"]
moves = [
  { to = "here", on = "*" },
  { to = "same-shelf", on = "Shelf Viewed", times = 2, same = "category", distinct = "shelf" },
  { to = "three", on = "Product Viewed", times = 3, within = "7d", distinct = "product_id" },
  { to = "small", on = ["Product Added", "Cart Updated"], cart = { value = { more_than = 10, less_than = 100 } } },
  { to = "large", on = ["Product Added", "Cart Updated"], cart = { value = { at_least = 100 }, lines = { at_most = 3 } } },
  { to = "many", on = "Product Added", cart = { quantity = { at_least = 20 } } },
]
[score]
labels = { cold = 0 }
"#;

fn asks(text: &str) -> Vec<String> {
    said(&[model(ASKS)], text, |b| matches!(b, Body::StageChanged(_)))
        .iter()
        .filter_map(|line| Some(line.split_once(" > ")?.1.split(' ').next()?.to_owned()))
        .collect()
}

#[test]
fn distinct_values_count_once_each_and_within_the_window() {
    assert_eq!(asks("0m view A; 1m view B; 2m view A; 3m view B"), ["here"], "two products, however often");
    assert_eq!(asks("0m view A; 1m view B; 2m view C"), ["here", "three"]);
    assert_eq!(asks("0m view A; 1d view B; 8d view C"), ["here"], "the first is too old");
    assert_eq!(asks("0m view A; 12h view B; 6d view A; 8d view C"), ["here"], "and so is the second by then");
    assert_eq!(asks("0m view A; 1d view B; 6d view A; 7d view C"), ["here", "three"], "the first was looked at again");
    assert_eq!(asks("0m view A; 1m view; 2m view; 3m view B"), ["here"], "no product is no other product");
    assert_eq!(asks("1h view A; 2h view C; 3h < 90m view B"), ["here", "three"], "in any order");
}

#[test]
fn distinct_and_same_may_be_asked_for_together() {
    let at = |shelves: &str| asks(shelves);
    assert_eq!(at("0m Shelf_Viewed category=x shelf=a; 1m Shelf_Viewed category=x shelf=a"), ["here"]);
    assert_eq!(at("0m Shelf_Viewed category=x shelf=a; 1m Shelf_Viewed category=y shelf=b"), ["here"]);
    assert_eq!(at("0m Shelf_Viewed category=x shelf=a; 1m Shelf_Viewed category=x shelf=b"), ["here", "same-shelf"]);
    assert_eq!(at("0m Shelf_Viewed category=x; 1m Shelf_Viewed category=x shelf=b"), ["here"]);
}

#[test]
fn a_move_may_ask_what_the_cart_holds_after_the_event() {
    assert_eq!(asks("0m add A cart=c price=10"), ["here"], "not more than 10");
    assert_eq!(asks("0m add A cart=c price=10; 1m add B cart=c price=5"), ["here", "small"]);
    assert_eq!(asks("0m add A*10 cart=c price=10"), ["large"]);
    assert_eq!(asks("0m add A*30 cart=c"), ["many"], "a value that isn't known passes nothing, a quantity does");
    assert_eq!(asks("0m snapshot cart=c A B C D price=50"), ["here"], "four lines are more than three");
    assert_eq!(asks("0m snapshot cart=c A B price=50"), ["large"]);
    // The cart that was touched last, of those that hold anything.
    assert_eq!(asks("0m add A*3 cart=c price=5; 1m snapshot cart=d"), ["small"]);
}

const EVENTS: [&str; 22] = [
    "page path=/pricing",
    "page path=/magazine/x",
    "view A",
    "add A cart=c{a} price=5",
    "remove A",
    "checkout",
    "order A order=o{a} value=5",
    "order B order=o{b} value=7",
    "Order_Cancelled order=o{a}",
    "refund order=o{b}",
    "Payment_Failed order=o{a}",
    "Demo_Requested",
    "Proposal_Sent",
    "Contract_Signed order=o{a}",
    "Contract_Cancelled order=o{a}",
    "Lead_Won",
    "Lead_Lost",
    "Lead_Disqualified",
    "Lead_Requalified",
    "Reviews_Viewed",
    "identify industry=software job_title=CEO",
    "Product_Review_Submitted rating=5",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn nobody_moves_to_where_it_stands_and_each_move_begins_where_the_last_one_ended(
        deeds in proptest::collection::vec((0..EVENTS.len(), 1..4_u8, 1..4_u8, prop_oneof![1..90_u32, 1..3_000_u32, 1..600_000_u32], any::<bool>()), 1..50),
    ) {
        let mut minutes = 0;
        let mut text = String::new();
        for (n, (event, a, b, pause, is_late)) in deeds.into_iter().enumerate() {
            minutes += pause;
            let late = if is_late && minutes > 500 { format!("< {}m ", minutes - 500) } else { String::new() };
            let what = EVENTS[event].replace("{a}", &a.to_string()).replace("{b}", &b.to_string());
            text += &format!("{minutes}m {late}{what} id=d{n} user=ann\n");
        }
        for (name, model) in SHIPPED {
            let models = super::harness::model(model);
            let outputs = run_lines(&[Arc::clone(&models)], &script(&format!("{text}{}m wait", minutes + 600_000)), 1);
            let mut stood = PerAxis::<Option<String>>::default();
            for one in outputs {
                let Body::StageChanged(change) = &one.output.body else { continue };
                let (from, to) = (change.from.as_deref().map(str::to_owned), change.to.to_string());
                let before = stood[change.axis].replace(to.clone());
                prop_assert_eq!(&from, &before, "{}: {:?}", name, change);
                prop_assert!(from != Some(to) || change.cause == Cause::NextJourney, "{}: {:?}", name, change);
            }
        }
    }
}

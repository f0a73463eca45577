//! The parts of a record besides carts, orders and leads, one by one.

use super::rig::{World, is_any, is_move};
use crate::harness::{START_MS, model, ms, shop};
use leadstream_core::domain::identity::merge::merge;
use leadstream_core::domain::output::{Body, Effects};
use leadstream_core::domain::rules::score::points;
use leadstream_core::domain::state::prospect::Prospect;
use leadstream_core::domain::terms::movement::Axis;

const PLAIN: &str = "cooldown = \"off\"";

fn after(script: &str) -> World {
    let mut world = World::new(&shop(PLAIN));
    world.play(script);
    world
}

#[test]
fn times_are_those_of_both_and_visits_are_added_up() {
    let world = after("0m page by=a; 1d page by=a; 2d page by=u; 3d page by=u; 3d1h merge a u");
    let record = world.of("u");
    assert_eq!((record.first_seen_ms, record.last_seen_ms), (START_MS, START_MS + ms("3d")));
    assert_eq!((record.last_activity_ms, record.sessions), (Some(START_MS + ms("3d")), 4));
}

#[test]
fn the_visit_in_which_somebody_logs_in_is_one() {
    let world = after("0m page by=u; 1d page by=a; 1d5m page by=u; 1d6m merge a u");
    assert_eq!(world.of("u").sessions, 2);
}

#[test]
fn the_checkout_of_the_current_visit_goes_on() {
    let mut world = after("0m page by=u; 1d add A cart=c by=a; 1d checkout cart=c by=a; 1d1m merge a u");
    world.effects.checkout = None;
    world.play("1d2m pay cart=c by=u");
    let passed = world.effects.checkout.expect("it went on");
    assert_eq!(passed.from.map(|(_, since_ms)| since_ms), Some(START_MS + ms("1d")));
}

#[test]
fn the_further_stage_of_each_axis_wins_and_goes_stale_by_what_either_did() {
    // The visitor stands further on the journey only.
    let world = after("0m page by=u; 0m order A order=o value=1 by=u; 1h add B cart=c by=a; 2h merge a u");
    let positions = &world.of("u").tracks[0].positions;
    let stage = |axis| positions[axis].as_ref().unwrap().stage.clone();
    assert_eq!(stage(Axis::Funnel), "purchase");
    assert!(world.said(is_move).iter().all(|line| !line.contains("funnel") || !line.contains("merged")));
}

#[test]
fn who_has_gone_stale_does_not_go_stale_once_more_when_what_was_on_its_way_meanwhile_comes() {
    // The visitor was given away at once, and comes when the user, who did the same at the same time, has long been told stale.
    let from = after("0m add A by=a").of("a").clone();
    let mut into = after("0m add B by=u; 60d wait").of("u").clone();
    let stages = |record: &Prospect| Axis::ALL.map(|axis| record.tracks[0].positions[axis].as_ref().unwrap().stage.clone());
    let (before, models, mut effects) = (stages(&into), shop(PLAIN), Effects::default());
    assert_ne!(before, stages(&from), "it has gone stale");
    merge("u", &mut into, "a", from, START_MS, &models, &mut effects);
    assert_eq!(stages(&into), before);
    assert!(!effects.outputs.iter().any(|output| matches!(output.body, Body::StageChanged(_))), "{:?}", effects.outputs);
}

#[test]
fn who_lapsed_and_came_back_by_another_name_has_come_back() {
    let world = after("0m order A order=o value=1 by=u; 400d wait; 400d add B cart=c by=a; 400d1h merge a u");
    let stage = world.of("u").tracks[0].positions[Axis::Funnel].as_ref().unwrap().stage.clone();
    assert_eq!(stage, "intent", "{:?}", world.said(is_move));
}

#[test]
fn points_are_added_as_of_one_instant_and_the_ledger_explains_them() {
    let world = after("0m view A by=a; 1d view B by=u; 1d1h merge a u");
    let models = shop(PLAIN);
    let score = &models.in_charge().score;
    let total = |record: &Prospect| points::engagement(&record.tracks[0], score, START_MS + ms("1d"));
    let alone = |script: &str, who: &str| total(after(script).of(who));
    let sum = alone("0m view A by=a", "a") + alone("1d view B by=u", "u");
    assert!((total(world.of("u")) - sum).abs() < 1e-9, "{} is not {sum}", total(world.of("u")));
    let track = &world.of("u").tracks[0];
    for (index, group) in track.groups.iter().enumerate() {
        let of_group = score.groups.iter().find(|g| g.name_hash == group.group).unwrap();
        let listed: f64 = track
            .ledger
            .iter()
            .filter(|entry| of_group.rules.iter().any(|rule| rule.number == entry.rule()))
            .map(|entry| entry.worth(of_group.half_life_ms, group.as_of_ms))
            .sum();
        assert!((group.points - group.carried_forward - listed).abs() < 1e-6, "group {index}");
    }
}

const CAPPED: &str = r#"
name = "capped"
[journey]
stages = ["one", "two"]
moves = [ { to = "one", on = "page" }, { to = "two", on = "Product Viewed", times = 3, within = "7d" } ]
[score]
labels = { cold = 0 }
[[score.groups]]
name = "looks"
half_life = "off"
cap = 40
rules = [ { on = "Product Viewed", points = 10, at_most = "3 per 1d" }, { on = "Video Played", points = 30 } ]
"#;

fn capped(script: &str) -> World {
    let mut world = World::new(&model(CAPPED));
    world.play(script);
    world
}

fn points_of(world: &World) -> f64 {
    world.of("u").tracks[0].groups.iter().map(|group| group.points).sum()
}

#[test]
fn a_capped_rule_counts_as_often_as_for_one_prospect() {
    let world = capped("0m view A by=a; 1m view B by=a; 2m view C by=u; 3m view D by=u; 10m merge a u");
    assert!((points_of(&world) - 30.0).abs() < 1e-6, "{}", points_of(&world));
    // The next one in the period is one too many, too.
    let world = capped("0m view A by=a; 1m view B by=a; 2m view C by=u; 3m view D by=u; 10m merge a u; 20m view E by=u");
    assert!((points_of(&world) - 30.0).abs() < 1e-6);
    // In another period it counts.
    let world = capped("0m view A by=a; 1m view B by=a; 2d view C by=u; 2d view D by=u; 3d merge a u");
    assert!((points_of(&world) - 40.0).abs() < 1e-6, "and the group has its cap");
}

#[test]
fn a_capped_group_has_no_more_than_its_cap() {
    let world = capped("0m Video_Played by=a; 1m Video_Played by=u; 10m merge a u");
    assert!((points_of(&world) - 40.0).abs() < 1e-6, "{}", points_of(&world));
}

#[test]
fn counts_are_united_and_nothing_fires_by_itself() {
    let mut world = capped("0m view A by=a; 1m view B by=u; 2m view C by=u; 10m merge a u");
    assert!(!world.said(is_any).iter().any(|line| line.contains("two")), "{:?}", world.said(is_any));
    world.play("20m view D by=u");
    assert!(world.said(is_any).iter().any(|line| line.contains("two")), "{:?}", world.said(is_any));
}

#[test]
fn the_label_is_judged_once() {
    let world =
        after("0m add A cart=c by=a; 0m checkout cart=c by=a; 1m add B cart=d by=u; 1m checkout cart=d by=u; 10m merge a u");
    let merged: Vec<bool> = world
        .outputs
        .iter()
        .filter_map(|(_, output)| match &output.body {
            Body::ScoreChanged(change) if output.at_ms == START_MS + ms("10m") => Some(change.merged),
            _ => None,
        })
        .collect();
    assert!(merged.len() <= 1 && merged.iter().all(|merged| *merged), "{merged:?}");
}

#[test]
fn the_newest_trait_counts_and_gaps_are_filled() {
    let text = include_str!("../../../../../config/models/b2b10.toml");
    let mut world = World::new(&model(text));
    world.play("0m group of=acme industry=software employees=500 by=u; 1h group of=acme industry=retail by=a; 2h merge a u");
    let traits = &world.of("u").extras.as_ref().unwrap().traits;
    let texts: Vec<String> = traits.known.iter().map(|one| format!("{:?}", one.value)).collect();
    assert!(texts.iter().any(|text| text.contains("retail")) && !texts.iter().any(|text| text.contains("software")), "{texts:?}");
    assert!(texts.iter().any(|text| text.contains("500")), "{texts:?}");
}

#[test]
fn the_source_is_the_first_of_who_came_first_and_the_last_of_who_was_seen_last() {
    let text = "0m page utm_source=ads by=a; 1d page utm_source=mail by=u; 2d page utm_source=search by=a; 3d merge a u";
    let mut world = World::new(&shop(PLAIN));
    world.play(&text.replace("utm_source", "context.campaign.source"));
    let customer = world.of("u").extras.as_ref().map(|extras| (*extras.customer).clone()).unwrap_or_default();
    assert_eq!((customer.first_source.as_deref(), customer.last_source.as_deref()), (Some("ads"), Some("search")));
}

const BROWSE: &str = r#"
[[triggers]]
name = "browse"
after = { on = "Product Viewed" }
unless = { on = ["Product Added", "Order Completed"] }
restart = true
within = "4h"
at_most = "1 per 2d"
"#;

fn browsing(script: &str) -> Vec<String> {
    let mut world = World::new(&shop(&format!("{PLAIN}\n{BROWSE}")));
    world.play(script);
    world.said(|body| matches!(body, Body::Triggered(_)))
}

#[test]
fn a_trigger_that_is_pending_under_both_names_leaves_once() {
    assert_eq!(browsing("0m view A by=a; 1h view B by=u; 2h merge a u; 2d wait"), ["5h trigger browse fired B"]);
}

#[test]
fn what_one_name_did_cancels_what_the_other_waits_for() {
    assert_eq!(browsing("0m view A by=a; 1h add A cart=c by=u; 2h merge a u; 2d wait"), Vec::<String>::new());
    assert_eq!(
        browsing("0m view A by=a; 1h add A cart=c by=u; 5h wait; 5h merge a u; 2d wait"),
        ["a: 4h trigger browse fired A", "5h trigger browse recalled A"]
    );
}

#[test]
fn at_most_counts_what_left_under_both_names() {
    assert_eq!(
        browsing("0m view A by=a; 5h wait; 6h page by=u; 6h merge a u; 7h view B by=u; 1d wait"),
        ["a: 4h trigger browse fired A"]
    );
}

#[test]
fn a_trigger_keeps_its_id_across_the_merge() {
    let ids = |script: &str| {
        let mut world = World::new(&shop(&format!("{PLAIN}\n{BROWSE}")));
        world.play(script);
        let of = |body: &Body| matches!(body, Body::Triggered(_));
        world.outputs.iter().filter(|(_, o)| of(&o.body)).map(|(_, o)| o.id).collect::<Vec<_>>()
    };
    let alone = ids("0m view A by=a; 5h wait");
    assert_eq!(alone.len(), 1);
    assert_eq!(ids("0m view A by=a; 0m page by=u; 2h merge a u; 5h wait"), alone);
}

#[test]
fn the_newest_decisions_of_both_are_remembered() {
    let world = after("0m add A cart=c by=a; 5m add B cart=d by=u; 2h wait; 2h merge a u");
    let decisions = &world.of("u").extras.as_ref().unwrap().decisions.list;
    let times: Vec<i64> = decisions.iter().map(|one| one.at_ms - START_MS).collect();
    assert_eq!(times, [ms("1h"), ms("1h5m")]);
}

#[test]
fn evidence_of_machines_is_that_of_both() {
    let world = after("0m Email_Delivered mail=m1 by=a; 1s Email_Delivered mail=m2 by=u; 2s merge a u");
    let delivered = world.of("u").extras.as_ref().and_then(|extras| extras.bots.delivered);
    assert_eq!(delivered.map(|delivered| delivered.time_ms), Some(START_MS + 1_000));
}

#[test]
fn an_address_known_by_either_name_is_known() {
    let world = after("0m identify email=ada@x.example by=a; 1m page by=u; 2m merge a u");
    let record = world.of("u");
    assert!(record.addressable && record.identified && record.address.is_some());
}

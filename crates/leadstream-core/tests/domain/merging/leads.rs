//! Sales and companies.

use super::rig::{World, is_any};
use crate::harness::{model, shop_that_says_who_buys};
use leadstream_core::domain::output::Body;
use leadstream_core::domain::state::lead::LeadStatus;

const LEADS: &str = "[hand_over]\nmql = { label = \"warm\", sla = \"3h\", grace = \"5h\" }\nagain_after = \"1d\"";

fn world() -> World {
    World::new(&shop_that_says_who_buys("cooldown = \"off\"", LEADS))
}

fn is_lead(body: &Body) -> bool {
    matches!(body, Body::HandOver(_))
}

/// Enough to be warm.
fn warm(who: &str, minute: u32) -> String {
    format!("{minute}m add A cart=c{who} by={who}; {minute}m checkout cart=c{who} by={who}; {minute}m pay cart=c{who} by={who}")
}

#[test]
fn case_54_of_two_leads_that_sales_has_the_weaker_goes_back_under_its_own_name() {
    let mut world = world();
    world.play(&warm("a", 0)).play(&warm("u", 10));
    let before = world.said(is_lead).len();
    assert_eq!(before, 2, "{:?}", world.said(is_any));
    world.play("30m merge a u");
    assert_eq!(world.said(is_lead)[2..], ["a: 30m lead returned MQL: merged"]);
    assert_eq!(world.of("u").extras.as_ref().unwrap().lead.status, LeadStatus::AwaitingAnswer);
}

#[test]
fn a_lead_that_sales_has_goes_on_under_the_new_name() {
    let mut world = world();
    world.play(&warm("a", 0)).play("10m page by=u; 30m merge a u");
    assert_eq!(world.of("u").extras.as_ref().unwrap().lead.status, LeadStatus::AwaitingAnswer);
    assert_eq!(world.said(is_lead).len(), 1);
    world.play("4h wait");
    assert!(world.said(is_lead)[1].starts_with("3h lead reminded"), "{:?}", world.said(is_lead));
}

#[test]
fn points_of_both_may_make_a_lead() {
    let mut world = world();
    world.play("0m add A cart=c by=a; 10m checkout cart=d by=u; 10m add B cart=d by=u");
    let handed = world.said(is_lead).len();
    world.play("30m merge a u");
    let lead = world.of("u").extras.as_ref().map(|extras| extras.lead.status).unwrap_or_default();
    assert!(world.said(is_lead).len() >= handed && (lead == LeadStatus::AwaitingAnswer || handed == 0), "{lead:?}");
}

#[test]
fn case_54_one_person_is_one_member_of_a_company() {
    let text = include_str!("../../../../../config/models/b2b10.toml");
    let mut world = World::new(&model(text));
    world.play("0m identify email=eve@acme.example by=a; 1m page by=a; 5m identify email=eve@acme.example by=u; 6m page by=u");
    world.outputs.clear();
    world.play("30m merge a u");
    let members: Vec<(String, bool)> = world
        .outputs
        .iter()
        .filter_map(|(_, output)| match &output.body {
            Body::Member(update) => Some((update.member.to_string(), update.left)),
            _ => None,
        })
        .collect();
    assert!(members.contains(&("a".to_owned(), true)), "{members:?}");
    assert!(!members.contains(&("u".to_owned(), true)), "{members:?}");
}

#[test]
fn a_new_name_is_the_member_that_the_old_one_was() {
    let text = include_str!("../../../../../config/models/b2b10.toml");
    let mut world = World::new(&model(text));
    world.play("0m identify email=eve@acme.example by=a; 1m page by=a");
    world.outputs.clear();
    world.play("30m merge a u");
    let said: Vec<String> = world.said(is_any);
    assert_eq!(said, ["a: 30m leaves acme", "30m tells acme"]);
}

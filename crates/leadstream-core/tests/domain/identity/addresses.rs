//! What outputs say of ids: `address` of a reminder, where the person was seen, and `ids`.

use super::house::{By, House, everywhere};
use crate::harness::shop;
use leadstream_core::domain::identity::linking::Linking;
use leadstream_core::domain::model::Models;
use leadstream_core::domain::output::Body;
use std::sync::Arc;

fn one_step() -> Arc<Models> {
    shop("steps = [\"1h\"]\ncooldown = \"off\"\nseries = \"cart\"")
}

/// Whom a reminder is for, of which cart, and where it belongs.
fn addresses(house: &House) -> Vec<String> {
    let of = |body: &Body| match body {
        Body::CartAbandoned(cart) => {
            Some(format!("{} {}", cart.cart_id.as_deref().unwrap_or("-"), cart.address.as_deref().unwrap_or("nowhere")))
        }
        _ => None,
    };
    let mut said: Vec<String> =
        house.outputs.iter().filter_map(|sent| Some(format!("{} {}", sent.prospect, of(&sent.output.body)?))).collect();
    said.sort();
    said
}

fn said(script: &str) -> Vec<String> {
    addresses(&everywhere(&one_step(), script))
}

#[test]
fn a_reminder_says_the_address_that_was_named_last_with_its_cart_else_with_anything() {
    let script = "0s add A price=50 cart=c1 ids=42,email:old@mail.example
         1m add B price=50 cart=c2 ids=42
         2m identify ids=42,email:new@mail.example
         3h wait";
    assert_eq!(said(script), ["42 c1 email:old@mail.example", "42 c2 email:new@mail.example"]);
    let later = "0s add A price=50 cart=c1 ids=42,email:old@mail.example
         1m checkout cart=c1 ids=42,email:new@mail.example
         3h wait";
    assert_eq!(said(later), ["42 c1 email:new@mail.example"]);
}

#[test]
fn an_address_that_is_heard_of_late_is_older_than_one_that_was_named_since() {
    let script = "0s add A price=50 cart=c1 ids=42
         10m identify ids=42,email:new@mail.example
         11m < 1m identify ids=42,email:old@mail.example
         3h wait";
    assert_eq!(said(script), ["42 c1 email:new@mail.example"]);
}

#[test]
fn what_becomes_of_a_mail_names_no_address_to_write_to() {
    let script = "0s add A price=50 cart=c1 ids=42
         1m identify ids=42,email:seen@mail.example
         2m open ids=email:read@mail.example
         3m open ids=42,email:read@mail.example
         3h wait";
    assert_eq!(said(script), ["42 c1 email:seen@mail.example"]);
    let by_mail_alone = "0s add A price=50 cart=c1 ids=42
         3m open ids=42,email:read@mail.example
         3h wait";
    assert_eq!(said(by_mail_alone), ["42 c1 nowhere"]);
}

#[test]
fn a_visitor_brings_the_address_along_and_the_newer_one_of_both_counts() {
    let script = "0s add A price=50 cart=c1 ids=anon:v1
         1m identify ids=anon:v1,email:visitor@mail.example
         2m identify ids=42,email:user@mail.example
         5m identify ids=42,anon:v1
         3h wait";
    assert_eq!(said(script), ["42 c1 email:user@mail.example"]);
    let with_cart = "0s identify ids=anon:v1,email:visitor@mail.example
         30s add A price=50 cart=c1 ids=anon:v1
         1m checkout cart=c1 ids=anon:v1,email:visitor@mail.example
         2m add B price=5 cart=c1 ids=42
         3m identify ids=42,email:user@mail.example
         5m identify ids=42,anon:v1
         3h wait";
    assert_eq!(said(with_cart), ["42 c1 email:visitor@mail.example"]);
}

#[test]
fn an_event_that_is_sent_on_keeps_the_address_that_it_names() {
    let script = "0s identify ids=42,anon:v1
         1m add A price=50 cart=c1 ids=anon:v1
         2m checkout cart=c1 ids=email:ada@mail.example,anon:v1
         3h wait";
    assert_eq!(said(script), ["42 c1 email:ada@mail.example"]);
}

#[test]
fn a_blocked_address_is_nobodys_and_without_identity_there_is_none() {
    let script = "0s add A price=50 cart=c1 ids=42,email:ada@mail.example";
    let mut house = House::new(&one_step(), 2, By::Router);
    house.block("email:ada@mail.example");
    house.play(script).play("1m identify ids=42,phone:+4912345678901").play("3h wait");
    assert_eq!(addresses(&house), ["42 c1 phone:+4912345678901"]);
    // Blocked after it was named.
    let mut house = House::new(&one_step(), 2, By::Router);
    house.play(script);
    house.block("email:ada@mail.example");
    house.play("3h wait");
    assert_eq!(addresses(&house), ["42 c1 nowhere"]);
    let mut house = House::new(&one_step(), 2, By::Router);
    house.play(script);
    house.turn_off();
    house.play("3h wait");
    assert_eq!(addresses(&house), ["42 c1 nowhere"], "a record may still have one");
}

/// Of each output of these bodies: its type, whose it is, and which other ids they have.
fn ids(house: &House) -> Vec<String> {
    let kind = |body: &Body| match body {
        Body::CartAbandoned(_) => Some("step"),
        Body::IdentityChanged(_) => Some("identity"),
        Body::StageChanged(_) => Some("stage"),
        _ => None,
    };
    let said = house.outputs.iter().filter_map(|sent| {
        let ids: Vec<&str> = sent.ids.iter().map(|id| &**id).collect();
        Some(format!("{} of {}: {}", kind(&sent.output.body)?, sent.prospect, ids.join(" ")))
    });
    let mut said: Vec<String> = said.collect();
    said.dedup();
    said
}

#[test]
fn outputs_say_all_ids_of_their_prospect_the_strongest_first_where_that_is_asked_for() {
    let script = "0s identify ids=42,cart:c1,anon:v2,anon:v1,email:ada@mail.example
         1m add A price=50 cart=c1 ids=42
         3h wait";
    for (ids_in_outputs, want) in [(true, "step of 42: email:ada@mail.example anon:v1 anon:v2 cart:c1"), (false, "step of 42: ")]
    {
        for by in [By::Router, By::Key] {
            let linking = Linking { ids_in_outputs, ..Linking::default() };
            let mut house = House::with(&one_step(), 2, by, linking);
            house.play(script);
            let said = ids(&house);
            assert_eq!(said.last().map(String::as_str), Some(want), "{by:?}: {said:?}");
        }
    }
}

#[test]
fn who_comes_to_a_prospect_is_one_of_its_ids_at_once_and_with_identity_off_there_are_none() {
    let linking = || Linking { ids_in_outputs: true, ..Linking::default() };
    let mut house = House::with(&one_step(), 2, By::Router, linking());
    house.play("0s page ids=42; 1m add A price=50 cart=c1 ids=anon:v1; 5m identify ids=42,anon:v1");
    let said = ids(&house);
    assert!(said.contains(&"identity of 42: anon:v1".to_owned()), "{said:?}");
    house.outputs.clear();
    house.turn_off();
    house.play("3h wait");
    assert_eq!(ids(&house), ["step of 42: "]);
}

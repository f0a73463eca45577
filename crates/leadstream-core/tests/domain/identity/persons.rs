//! Persons through tasks: what is said of them is the same however many tasks there are, and whether a router read their events or not.

use super::house::{self, By, House, is_shown};
use crate::harness::shop;
use leadstream_core::domain::output::{Body, IdentityChanged};
use leadstream_core::engine::task::ProspectOutput;

const CART: &str = "steps = [\"1h\", \"24h\"]\nmax_lateness = \"6h\"\ncooldown = \"1h\"";

fn everywhere(text: &str) -> House {
    house::everywhere(&shop(CART), text)
}

fn persons(house: &mut House) -> Vec<String> {
    house.records().0.into_keys().collect()
}

#[test]
fn case_1_who_browses_logs_in_and_orders_is_one_and_is_not_reminded() {
    let mut house = everywhere(
        "0s add A price=50 ids=anon:v1
         5m identify ids=42,anon:v1
         20m order order=o1 A value=50 ids=42
         4h wait; 3d wait",
    );
    assert_eq!(persons(&mut house), ["42"]);
    assert_eq!(house.said(is_shown), ["42 5m merged anon:v1"]);
}

#[test]
fn case_2_the_cart_of_a_second_device_is_given_too() {
    let mut house = everywhere(
        "0s add A price=50 cart=c1 ids=42,anon:v1
         10m add B price=20 cart=c2 ids=anon:v2
         20m identify ids=42,anon:v2
         3h wait",
    );
    assert_eq!(persons(&mut house), ["42"]);
    assert_eq!(house.records().0["42"].carts.len(), 2, "both are kept");
}

#[test]
fn case_6_and_8_what_comes_under_a_device_is_of_whoever_uses_it() {
    let mut house = everywhere(
        "0s identify ids=42,anon:v1
         1h add A price=50 ids=anon:v1
         1h1m < 59m add B price=20 ids=anon:v1
         3h wait",
    );
    assert_eq!(persons(&mut house), ["42"]);
    assert_eq!(house.said(is_shown).len(), 1, "{:?}", house.said(is_shown));
    // A logout that detaches: it is somebody else's from then on.
    let mut house = everywhere(
        "0s identify ids=42,anon:v1
         1h Signed_Out detach=yes ids=42,anon:v1
         2h add A price=50 ids=anon:v1",
    );
    assert_eq!(persons(&mut house), ["42", "anon:v1"]);
}

#[test]
fn case_9_a_device_that_changes_hands_keeps_its_past_where_it_is() {
    let mut house = everywhere(
        "0s add A price=50 ids=anon:v1
         5m identify ids=42,anon:v1
         1h identify ids=7,anon:v1
         2h add B price=20 ids=anon:v1
         2h30m order order=o1 ids=7",
    );
    let carts = |house: &mut House, who: &str| house.records().0[who].carts.iter().map(|cart| cart.lines.len()).sum::<usize>();
    assert_eq!((carts(&mut house, "42"), carts(&mut house, "7")), (1, 0));
    assert_eq!(house.said(|body| matches!(body, Body::IdentityChanged(_))), ["42 5m merged anon:v1"]);
}

#[test]
fn case_11_a_device_of_three_is_nobodys() {
    let mut house = everywhere(
        "0s identify ids=1,anon:v1
         1d identify ids=2,anon:v1
         2d identify ids=3,anon:v1
         3d add A price=50 ids=anon:v1",
    );
    assert_eq!(persons(&mut house), ["1", "2", "3", "anon:v1"]);
}

#[test]
fn case_13_and_29_what_is_said_of_an_address_holds_for_everybody_who_reads_it() {
    let house = everywhere(
        "0s identify ids=1,email:e@x.example
         1h identify ids=2,email:e@x.example
         2h add A price=50 ids=1
         2h add A price=50 ids=2
         2h10m unsubscribe ids=email:e@x.example
         2d wait",
    );
    assert!(house.said(|body| matches!(body, Body::CartAbandoned(_))).is_empty(), "{:?}", house.said(is_shown));
    // Before anybody was known to read it.
    let mut house = everywhere(
        "0s unsubscribe ids=email:e@x.example
         1h add A price=50 ids=1
         1h10m identify ids=1,email:e@x.example
         2d wait",
    );
    assert_eq!(persons(&mut house), ["1"]);
    assert!(house.said(|body| matches!(body, Body::CartAbandoned(_))).is_empty(), "{:?}", house.said(is_shown));
}

#[test]
fn case_18_a_guest_orders_by_an_address_alone() {
    let mut house = everywhere(
        "0s add A price=50 cart=c1 ids=anon:v1,cart:c1
         10m order order=o1 A value=50 cart=c1 ids=email:e@x.example,cart:c1
         2d wait",
    );
    assert_eq!(persons(&mut house), ["email:e@x.example"]);
    assert!(house.said(|body| matches!(body, Body::CartAbandoned(_))).is_empty(), "{:?}", house.said(is_shown));
}

#[test]
fn case_19_an_order_names_only_the_token_of_the_cart() {
    let mut house = everywhere(
        "0s add A price=50 cart=c1 ids=42,cart:c1
         2h wait
         3h order order=o1 A value=50 cart=c1 ids=cart:c1
         2d wait",
    );
    assert_eq!(persons(&mut house), ["42"]);
    let said = house.said(|body| matches!(body, Body::CartAbandoned(_) | Body::CartOutcome(_)));
    assert_eq!(said.len(), 2, "one step, and it led to the order: {said:?}");
}

#[test]
fn case_34_who_is_erased_by_an_address_is_erased_under_every_name() {
    let mut house = everywhere(
        "0s add A price=50 ids=42,anon:v1,email:e@x.example
         1h delete ids=email:e@x.example
         1h10m < 50m page ids=anon:v1
         2d wait",
    );
    assert_eq!(persons(&mut house), [""; 0]);
    // Whoever comes after it is somebody new.
    house.play("3d page ids=anon:v1");
    assert_eq!(persons(&mut house), ["anon:v1"]);
}

#[test]
fn case_36_to_38_aliases_of_devices_make_one_person_and_of_users_a_conflict() {
    let mut house = everywhere(
        "0s page ids=anon:a
         1m page ids=anon:b
         2m page ids=anon:c
         3m alias ids=anon:a,>anon:b
         4m alias ids=anon:b,>anon:a
         5m alias ids=anon:b,>anon:c",
    );
    assert_eq!(persons(&mut house), ["anon:a"]);
    let mut house = everywhere("0s page ids=1; 1m page ids=2; 2m alias ids=1,>2");
    assert_eq!(persons(&mut house), ["1", "2"]);
}

#[test]
fn case_42_a_cart_of_two_users_stays_with_the_first() {
    let mut house = everywhere("0s add A cart=c1 ids=1,cart:c1; 1m add B cart=c1 ids=2,cart:c1");
    assert_eq!(persons(&mut house), ["1", "2"]);
    assert_eq!(house.said(|body| matches!(body, Body::IdentityChanged(_))), ["1 1m keeps cart:c1 from 2"]);
}

#[test]
fn case_58_an_order_by_address_and_by_user_counts_once() {
    let mut house = everywhere(
        "0s order order=o1 A value=50 ids=email:e@x.example
         1m order order=o1 A value=50 ids=42
         2m identify ids=42,email:e@x.example",
    );
    let (prospects, _) = house.records();
    assert_eq!(prospects["42"].extras.as_ref().unwrap().customer.orders, 1);
}

#[test]
fn case_57_ids_that_pointed_to_others_are_nobodys_once_identity_is_off() {
    let models = shop(CART);
    let mut house = House::new(&models, 1, By::Key);
    house.play("0s page ids=anon:v1; 1m identify ids=42,anon:v1");
    assert_eq!(persons(&mut house), ["42"]);
    house.turn_off();
    house.play("1h page by=anon:v1");
    assert_eq!(persons(&mut house), ["42", "anon:v1"]);
    assert!(house.records().1.is_empty());
}

#[test]
fn case_20_an_order_that_names_no_goods_takes_the_cart_that_comes_later() {
    let mut house = everywhere(
        "0s add A price=50 cart=c1 ids=anon:v1
         1h < 2m order order=o1 value=50 ids=42
         1h1m < 1m identify ids=42,anon:v1
         3d wait",
    );
    assert_eq!(persons(&mut house), ["42"]);
    let said = house.said(|body| matches!(body, Body::CartAbandoned(_) | Body::CartOutcome(_)));
    assert!(!said.iter().any(|line| line.contains("step 2")), "{said:?}");
}

#[test]
fn case_40_an_id_that_hundreds_share_is_nobodys_and_nobody_is_mailed_for_it() {
    let devices: String = (0..300).map(|n| format!("{n}s add A price=5 cart=c{n} ids=anon:v{n}\n")).collect();
    let logins: String = (0..300).map(|n| format!("{}s identify ids=till,anon:v{n}\n", 600 + n)).collect();
    for by in [By::Router, By::Key] {
        let mut house = House::new(&shop(CART), 3, by);
        house.play(&format!("{devices}{logins}3d wait"));
        house.assert_acyclic();
        house.assert_once();
        let of = |wanted: fn(&IdentityChanged) -> bool| {
            let is_it =
                |output: &&ProspectOutput| matches!(&output.output.body, Body::IdentityChanged(changed) if wanted(changed));
            house.outputs.iter().filter(is_it).count()
        };
        let merged = of(|changed| matches!(changed, IdentityChanged::Merged { .. }));
        // Without a router the one who makes it a crowd is known before his record comes.
        assert_eq!(merged, if by == By::Router { 21 } else { 20 });
        assert_eq!(of(|changed| *changed == IdentityChanged::Blocked), 1);
        let mailed = house.said(|body| matches!(body, Body::CartAbandoned(_)));
        assert!(mailed.iter().all(|line| line.starts_with("anon:v")), "nothing leaves for the till");
        assert!(mailed.len() >= 2 * (300 - 21), "all others are reminded: {}", mailed.len());
        let (prospects, forwards) = house.records();
        assert_eq!((prospects.len(), forwards.len()), (300 - merged + 1, merged), "who came first is there still");
    }
}

#[test]
fn what_was_on_its_way_to_a_crowd_goes_back_as_well() {
    let devices: String = (0..100).map(|n| format!("{n}s add A price=5 cart=c{n} ids=anon:v{n}\n")).collect();
    let logins: String = (0..100).map(|n| format!("{}s identify ids=till,anon:v{n}\n", 600 + n)).collect();
    let mut house = House::new(&shop(CART), 3, By::Router);
    house.lay(&format!("{devices}{logins}"));
    // Every device has heard of the login before what it did is read, which goes to the till, therefore, and overtakes that the device
    // is its own again.
    for (task, sent) in house.pending() {
        let count = house.waiting(task, sent);
        if sent {
            (0..count).for_each(|_| house.take(task, sent));
        }
    }
    for (task, sent) in house.pending() {
        let count = house.waiting(task, sent);
        if !sent {
            (0..count).for_each(|_| house.take(task, sent));
        }
    }
    house.settle();
    house.play("3d wait");
    house.assert_acyclic();
    house.assert_once();
    let mailed = house.said(|body| matches!(body, Body::CartAbandoned(_)));
    assert!(mailed.iter().all(|line| line.starts_with("anon:v")), "nothing leaves for the till");
    assert!(mailed.len() >= 2 * (100 - 21), "all others are reminded: {}", mailed.len());
}

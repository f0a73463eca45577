//! Carts and their series.

use super::rig::{World, is_cart};
use crate::harness::{START_MS, ms, shop};
use leadstream_core::domain::output::Body;
use leadstream_core::domain::state::cart::SeriesPhase;
use std::collections::BTreeSet;

const PLAIN: &str = "cooldown = \"off\"";
const EACH: &str = "series = \"cart\"\ncooldown = \"off\"";

/// Plays a script; what leaves about carts.
fn carts(cart: &str, script: &str) -> Vec<String> {
    World::new(&shop(cart)).play(script).said(is_cart)
}

/// The lines of all carts of `u`: cart, product and quantity.
fn lines(world: &World) -> Vec<String> {
    let record = world.of("u");
    let line =
        |id: &str, line: &leadstream_core::domain::state::cart::CartLine| format!("{id}:{}*{}", line.product_id, line.quantity);
    let carts = record.carts.iter();
    carts.flat_map(|cart| cart.lines.iter().map(move |l| line(cart.id.as_deref().unwrap_or("-"), l))).collect()
}

fn trigger_ids(world: &World) -> Vec<(u8, u128)> {
    let of = |body: &Body, id: u128| match body {
        Body::CartAbandoned(cart) => Some((cart.step, id)),
        _ => None,
    };
    world.outputs.iter().filter_map(|(_, output)| of(&output.body, output.id)).collect()
}

#[test]
fn case_2_carts_of_two_devices_are_both_kept() {
    let mut world = World::new(&shop(PLAIN));
    world.play("0m add A cart=c1 by=a; 5m add B cart=c2 by=u; 10m merge a u");
    assert_eq!(lines(&world), ["c2:B*1", "c1:A*1"]);
    let origin = |id: &str| world.of("u").carts.iter().find(|c| c.id.as_deref() == Some(id)).unwrap().origin.clone();
    assert_eq!((origin("c1").as_deref(), origin("c2")), (Some("a"), None));
}

#[test]
fn lines_of_one_cart_are_as_if_one_prospect_had_put_them_in() {
    for (what, script, want) in [
        ("other products", "0m add A cart=c by=a; 1m add B cart=c by=u", vec!["c:A*1", "c:B*1"]),
        ("the same one: each add was seen by one side", "0m add A cart=c by=a; 1m add A*2 cart=c by=u", vec!["c:A*3"]),
        ("carts without an id", "0m add A by=a; 1m add B by=u", vec!["-:A*1", "-:B*1"]),
        ("removed by the other", "0m add A cart=c by=a; 0m add B cart=c by=a; 1m remove A cart=c by=u", vec!["c:B*1"]),
        ("added again after that", "0m remove A cart=c by=u; 1m add A cart=c by=a", vec!["c:A*1"]),
        ("a list replaces what came before", "0m add A cart=c by=a; 1m snapshot B cart=c by=u", vec!["c:B*1"]),
        ("and not what came after", "0m snapshot B cart=c by=u; 1m add A cart=c by=a", vec!["c:B*1", "c:A*1"]),
        ("of two lists the later", "0m snapshot A B cart=c by=u; 1m snapshot A cart=c by=a", vec!["c:A*1"]),
        ("emptied by the other", "0m add A cart=c by=a; 0m add B cart=c by=u; 1m snapshot cart=c by=u", vec![]),
        ("set by the other", "0m add A*3 cart=c by=a; 1m Cart_Line_Set A*1 cart=c by=u", vec!["c:A*1"]),
    ] {
        let mut world = World::new(&shop(PLAIN));
        world.play(script).play("5m merge a u");
        assert_eq!(lines(&world), want, "{what}");
    }
}

#[test]
fn a_cart_that_one_side_knows_by_its_old_id_is_the_same() {
    let mut world = World::new(&shop(PLAIN));
    world.play("0m add A cart=c1 by=a; 5m add A cart=c1 by=u; 10m snapshot A B cart=c2 by=u; 20m merge a u");
    assert_eq!(lines(&world), ["c2:A*1", "c2:B*1"]);
    assert_eq!(world.of("u").carts[0].aliases, ["c1"]);
}

#[test]
fn case_22_both_armed_and_one_id_is_one_series_of_the_earlier_episode() {
    let mut world = World::new(&shop(PLAIN));
    world.play("0m add A cart=c by=a; 10m add B cart=c by=u; 15m merge a u; 2h wait");
    assert_eq!(world.said(is_cart), ["1h10m step 1/3 cart=c A*1 B*1"]);
    assert_eq!(world.of("u").carts[0].series.episode_ms, START_MS);
}

#[test]
fn case_23_both_armed_and_other_ids_are_two_series_where_each_cart_has_its_own() {
    let script = "0m add A cart=c1 by=a; 10m add B cart=c2 by=u; 15m merge a u; 2h wait";
    assert_eq!(carts(EACH, script), ["1h10m step 1/3 cart=c2 B*1", "1h10m step 1/3 cart=c1 A*1"]);
}

#[test]
fn case_23_with_one_series_for_each_prospect_the_earlier_goes_on_with_the_cart_touched_last() {
    let script = "0m add A cart=c1 by=a; 10m add B cart=c2 by=u; 15m merge a u; 2h wait";
    assert_eq!(carts(PLAIN, script), ["1h10m step 1/3 cart=c2 B*1"]);
}

#[test]
fn case_24_both_run_and_no_number_comes_twice() {
    // Step 1 of one and steps 1 and 2 of the other have left: the third is next, whoever it is of.
    for cart in [PLAIN, EACH] {
        let mut world = World::new(&shop(cart));
        world.play("0m add A cart=c by=a; 23h add B cart=c by=u; 26h wait; 26h merge a u; 10d wait");
        let said = world.said(is_cart);
        assert_eq!(
            said,
            [
                "a: 1h step 1/3 cart=c A*1",
                "a: 1day step 2/3 cart=c A*1",
                "1day step 1/3 cart=c B*1",
                "1day2h cancelled merged sent=1",
                "3days step 3/3 cart=c A*1 B*1",
            ],
            "{cart}"
        );
        assert_eq!(world.of("u").carts[0].series.phase, SeriesPhase::Complete, "{cart}");
        assert_eq!(world.of("u").carts[0].series.sent.len(), 4, "an order finds them all");
    }
}

#[test]
fn case_25_a_series_goes_on_under_the_new_name_with_the_ids_of_the_old_one() {
    let script = "0m add A cart=c by=a; 2h wait";
    let mut alone = World::new(&shop(PLAIN));
    alone.play(script).play("4d wait");
    let mut world = World::new(&shop(PLAIN));
    world.play(script).play("3h view B by=u; 3h merge a u; 4d wait; 5d order A cart=c by=u");
    assert_eq!(
        world.said(is_cart),
        ["a: 1h step 1/3 cart=c A*1", "1day step 2/3 cart=c A*1", "3days step 3/3 cart=c A*1", "5days recovered ordered sent=3",]
    );
    assert_eq!(trigger_ids(&world), trigger_ids(&alone), "a mailer can deduplicate across the merge");
}

#[test]
fn case_26_a_step_in_the_very_millisecond_of_the_merge_has_the_same_id_on_either_side() {
    let step = |merged_at: &str, fire_first: bool| {
        let mut world = World::new(&shop(PLAIN));
        world.play("0m add A cart=c by=a; 0m view B by=u");
        let at_ms = START_MS + ms(merged_at);
        if fire_first {
            world.advance(at_ms);
        } else {
            world.advance(at_ms - 1);
        }
        world.merge_now("a", "u", at_ms);
        world.play("2h wait");
        trigger_ids(&world)
    };
    let (before, after) = (step("1h", true), step("1h", false));
    assert_eq!(before.len(), 1);
    assert_eq!(before, after);
}

#[test]
fn case_27_what_came_due_meanwhile_leaves_at_once_or_is_skipped_as_late() {
    for (taken_at, want) in [("1h10s", "1h step 1/3 cart=c A*1"), ("4h", "1h skipped step 1 late sent=0")] {
        let mut world = World::new(&shop(PLAIN));
        world.play("0m add A cart=c by=a; 0m view B by=u");
        let at_ms = START_MS + ms(taken_at);
        world.merge_now("a", "u", at_ms);
        world.fire_until(at_ms, at_ms + 1);
        assert_eq!(world.said(is_cart), [want]);
    }
}

#[test]
fn case_28_a_cooldown_lets_an_armed_series_go_on_and_stops_what_comes_after() {
    let script = "0m add A cart=c1 by=u; 4d wait; 4d order A cart=c1 by=u; 5d add B cart=c2 by=a; 5d merge a u; 5d2h wait";
    let cooldown = "order_ends_cooldown = false";
    let said = carts(cooldown, script);
    assert_eq!(said[said.len() - 1], "5days1h step 1/3 cart=c2 B*1");
    let mut world = World::new(&shop(cooldown));
    world.play(script).play("5d3h order B cart=c2 by=u; 6d add C cart=c3 by=u; 9d wait");
    assert_eq!(world.said(is_cart).last().unwrap(), "6days skipped cooldown sent=0");
}

#[test]
fn the_later_cooldown_counts() {
    let mut world = World::new(&shop(""));
    world.play("0m add A cart=c1 by=u; 20m add B cart=c2 by=a; 2h wait; 2h merge a u");
    assert_eq!(world.of("u").cooldown_from_ms, Some(START_MS + ms("1h20m")));
}

#[test]
fn a_series_that_is_over_ends_one_that_began_while_it_ran() {
    let mut world = World::new(&shop(PLAIN));
    world.play("0m add A cart=c by=u; 1d add B cart=c by=a; 74h wait; 74h merge a u; 10d wait");
    let said = world.said(is_cart);
    assert!(said.contains(&"3days2h cancelled merged sent=2".to_owned()), "{said:?}");
    assert!(!said.iter().any(|line| line.contains("4days")), "{said:?}");
}

#[test]
fn a_failed_payment_goes_before_a_series_that_runs() {
    let script = "0m add A cart=c by=u; 2h wait; 3h add A cart=c by=a; 3h Payment_Failed cart=c by=a; 3h1m merge a u; 5h wait";
    assert_eq!(
        carts(PLAIN, script),
        ["1h step 1/3 cart=c A*1", "3h1m cancelled payment-failed sent=1", "4h step 1/3 cart=c A*2"]
    );
}

#[test]
fn a_cart_emptied_under_one_name_is_not_reminded_of_under_the_other() {
    // Step 1 left a minute before the cart was emptied, or after it.
    for (script, want) in [
        (
            "0m add A cart=c by=a; 50m add B cart=c by=u; 50m snapshot cart=c by=u",
            vec!["a: 1h step 1/3 cart=c A*1", "1h5m recalled emptied sent=1"],
        ),
        (
            "0m add A cart=c by=a; 61m add B cart=c by=u; 61m snapshot cart=c by=u",
            vec!["a: 1h step 1/3 cart=c A*1", "1h5m cancelled emptied sent=1"],
        ),
        (
            "0m add A cart=c by=a; 62m < 58m add B cart=c by=u; 62m < 59m snapshot cart=c by=u",
            vec!["a: 1h step 1/3 cart=c A*1", "1h5m recalled emptied sent=1"],
        ),
    ] {
        let mut world = World::new(&shop(PLAIN));
        world.play(script).play("65m merge a u; 5d wait");
        assert_eq!(world.said(is_cart), want, "{script}");
    }
}

#[test]
fn the_checkout_of_either_side_counts_while_its_goods_are_there() {
    for (script, want) in [
        ("0m add A cart=c by=a; 1m Checkout_Step_Viewed step=2 cart=c by=a; 2m add B cart=c by=u", true),
        (
            "0m add A cart=c by=a; 1m Checkout_Step_Viewed step=2 cart=c by=a; 2m remove A cart=c by=u; 3m add B cart=c by=u",
            false,
        ),
    ] {
        let mut world = World::new(&shop(PLAIN));
        world.play(script).play("5m merge a u");
        let cart = &world.of("u").carts[0];
        assert_eq!((cart.checkout_started, cart.checkout_step.is_some()), (want, want), "{script}");
    }
}

#[test]
fn of_more_than_sixteen_carts_those_untouched_for_longest_go_and_are_told() {
    let mut world = World::new(&shop(EACH));
    for n in 0..10 {
        world.play(&format!("{n}m add A cart=a{n} by=a; {n}m add A cart=u{n} by=u"));
    }
    world.play("30m merge a u");
    let ids: BTreeSet<String> = world.of("u").carts.iter().map(|cart| cart.id.as_deref().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), 16);
    assert!(!ids.contains("a0") && !ids.contains("u1") && ids.contains("u9"));
    assert_eq!(world.said(is_cart), vec!["30m cancelled evicted sent=0"; 4]);
    let ids: BTreeSet<u128> = world.outputs.iter().map(|(_, output)| output.id).collect();
    assert_eq!(ids.len(), world.outputs.len());
}

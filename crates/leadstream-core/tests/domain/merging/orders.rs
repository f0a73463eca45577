//! Orders and what was bought.

use super::rig::{World, is_cart};
use crate::harness::shop;
use leadstream_core::domain::output::Body;
use leadstream_core::domain::state::past_carts::Bought;
use leadstream_core::domain::state::prospect::Prospect;
use leadstream_core::domain::terms::cart::OutcomeKind;
use leadstream_core::engine::codec::Codec;
use leadstream_core::state_record::StateCodec;
use std::collections::BTreeSet;

const PLAIN: &str = "cooldown = \"off\"";

fn known(world: &World) -> (u32, usize, Option<i64>) {
    let extras = world.of("u").extras.as_ref().unwrap();
    let spent = extras.customer.spent.first().map(|(_, milli)| *milli);
    (extras.customer.orders, extras.known_orders.list.len(), spent)
}

#[test]
fn case_20_an_order_under_the_new_name_takes_the_cart_that_lies_under_the_old_one() {
    for (what, order) in [
        ("by the cart's id", "order A cart=c order=o value=10 by=u"),
        ("by its goods", "order A order=o value=10 by=u"),
        ("naming nothing", "order order=o value=10 by=u"),
        ("naming nothing but the cart", "order cart=c order=o value=10 by=u"),
    ] {
        let mut world = World::new(&shop(PLAIN));
        world.play(&format!("0m add A price=10 cart=c by=a; 20m {order}; 30m merge a u; 10d wait"));
        let said = world.said(is_cart);
        assert!(!said.iter().any(|line| line.contains("step")), "{what}: {said:?}");
        assert!(world.of("u").carts.iter().all(|cart| cart.lines.is_empty()), "{what}");
    }
}

#[test]
fn case_20_a_step_that_left_after_the_order_is_recalled() {
    let mut world = World::new(&shop(PLAIN));
    world.play("0m add A cart=c by=a; 50m order A order=o by=u; 2h wait; 2h merge a u; 10d wait");
    assert_eq!(world.said(is_cart), ["a: 1h step 1/3 cart=c A*1", "2h recalled ordered sent=1"]);
}

#[test]
fn an_order_after_a_step_of_the_other_name_is_recovered() {
    let mut world = World::new(&shop(PLAIN));
    world.play("0m add A price=10 cart=c by=a; 2h wait; 3h order A price=10 order=o value=10 by=u; 3h1m merge a u; 10d wait");
    assert_eq!(world.said(is_cart), ["a: 1h step 1/3 cart=c A*1", "3h1m recovered ordered sent=1"]);
    // What comes of the order is known.
    world.play("11d refund order=o value=10 by=u");
    assert_eq!(world.said(is_cart).last().unwrap(), "11days reversed refunded sent=1");
}

#[test]
fn an_order_of_other_goods_or_of_another_cart_leaves_the_cart_alone() {
    for (what, order) in [
        ("other goods", "order B order=o value=10 by=u"),
        ("another cart", "order cart=other order=o value=10 by=u"),
        ("before the goods were put in", "order A order=o value=10 by=u"),
    ] {
        let at = if what.starts_with("before") { "0m" } else { "20m" };
        let mut world = World::new(&shop(PLAIN));
        world.play(&format!("{at} {order}; 5m add A cart=c by=a; 30m merge a u; 2h wait"));
        assert_eq!(
            world.said(is_cart),
            ["1h20m step 1/3 cart=c A*1", "1h5m step 1/3 cart=c A*1"][usize::from(at == "0m")..][..1],
            "{what}"
        );
    }
}

#[test]
fn an_order_that_names_another_cart_takes_its_goods_only() {
    for (own, other) in [("u", "a"), ("a", "u")] {
        let mut world = World::new(&shop("series = \"cart\"\ncooldown = \"off\""));
        world.play(&format!(
            "1m add Q0 cart=c1 by={own}; 2m add Q1 cart=c1 by={other}; 3m add P0 cart=c0 by={other}; 3m add P1 cart=c0 by={own}; 4m order P0 Q0 cart=c0 order=o value=10 by={own}"
        ));
        world.play("5m merge a u");
        let lines = |world: &World| -> Vec<String> {
            let lines = world.of("u").carts.iter().flat_map(|cart| &cart.lines);
            lines.map(|line| line.product_id.to_string()).collect()
        };
        assert_eq!(lines(&world), ["Q1"], "{own}");
    }
}

#[test]
fn of_several_orders_in_one_visit_each_takes_what_it_named_itself() {
    // A was bought, and put in again under the other name; B was bought after that.
    for (what, orders) in [
        ("one after the other", "0m order A order=o1 by=u; 10m order B order=o2 by=u"),
        ("a third one", "0m order A order=o1 by=u; 1m order C order=o3 by=u; 10m order B order=o2 by=u"),
        ("the older one is told later", "10m order B order=o2 by=u; 11m < 0m order A order=o1 by=u"),
        ("without ids", "0m order A by=u; 10m order B by=u"),
    ] {
        let mut world = World::new(&shop(PLAIN));
        world.play(orders).play("20m < 5m add A cart=c by=a; 20m merge a u; 2h wait");
        assert_eq!(world.said(is_cart), ["1h10m step 1/3 cart=c A*1"], "{what}");
    }
}

#[test]
fn orders_of_several_names_take_the_same_whichever_come_together_first() {
    let said = |merges: &str| {
        let mut world = World::new(&shop(PLAIN));
        world.play("0m order A order=o1 by=a; 5m add A cart=c by=b; 10m order B order=o2 by=u");
        world.play(merges).play("2h wait");
        world.said(is_cart)
    };
    for merges in [
        "20m merge a u; 20m merge b u",
        "20m merge b u; 20m merge a u",
        "20m merge a b; 20m merge b u",
        "20m merge b a; 20m merge a u",
    ] {
        assert_eq!(said(merges), ["1h10m step 1/3 cart=c A*1"], "{merges}");
    }
}

#[test]
fn of_several_orders_in_one_visit_the_one_that_named_the_goods_recovers_the_cart() {
    // The second case: both in one second, as shops report the parts of one basket.
    for orders in [
        "70m order B price=5 order=o1 value=5 by=u; 80m order A price=10 order=o2 value=10 by=u",
        "80m order B price=5 order=o1 value=5 by=u; 80m order A price=10 order=o2 value=10 by=u",
    ] {
        let mut world = World::new(&shop(PLAIN));
        world.play("0m add A price=10 cart=c by=a").play(orders).play("90m merge a u");
        let recovered = |(_, output): &(String, leadstream_core::domain::output::Output)| match &output.body {
            Body::CartOutcome(outcome) if outcome.kind == OutcomeKind::Recovered => Some(outcome.value),
            _ => None,
        };
        let worth: Vec<Option<f64>> = world.outputs.iter().filter_map(recovered).collect();
        assert_eq!(worth, [Some(10.0)], "{orders}");
        let before = world.said(is_cart).len();
        world.play("2h refund order=o1 value=5 by=u");
        assert_eq!(world.said(is_cart).len(), before, "{orders}: the other one is paid back");
        world.play("3h refund order=o2 value=10 by=u");
        assert_eq!(world.said(is_cart)[before..], ["3h reversed refunded sent=1"], "{orders}");
    }
}

#[test]
fn what_comes_back_of_one_order_is_not_what_another_one_took() {
    let mut world = World::new(&shop(PLAIN));
    world.play("0m add A cart=c by=a; 0m add B cart=d by=a");
    world.play("10m order A order=o1 by=u; 20m order B order=o2 by=u; 30m merge a u");
    world.play("40m Payment_Failed order=o1 by=u; 2h wait");
    assert_eq!(world.said(is_cart), ["1h40m step 1/3 cart=c A*1"]);
}

#[test]
fn an_order_of_other_goods_leaves_a_cart_without_an_id_alone() {
    for (what, order, want) in [
        ("other goods", "20m order A order=o by=u", vec!["1h20m step 1/3 Z*1"]),
        ("its goods", "20m order Z order=o by=u", vec![]),
        ("naming nothing", "20m order order=o by=u", vec![]),
    ] {
        let mut world = World::new(&shop(PLAIN));
        world.play("0m add Z by=a").play(order).play("30m merge a u; 2h wait");
        assert_eq!(world.said(is_cart), want, "{what}");
    }
}

#[test]
fn an_order_whose_goods_are_forgotten_ends_a_series_and_recovers_nothing() {
    let mut world = World::new(&shop(PLAIN));
    world.play("0m add Z price=10 cart=c by=a; 5h order A order=o value=9 by=u; 8h page by=u; 9h merge a u; 10d wait");
    assert_eq!(world.said(is_cart), ["a: 1h step 1/3 cart=c Z*1", "9h cancelled ordered sent=1"]);
}

#[test]
fn an_order_that_two_names_told_at_different_times_is_known_to_a_third_one() {
    let mut world = World::new(&shop(PLAIN));
    world.play("0m add A cart=c by=b; 5m order A order=o by=a; 6m order A order=o by=u; 8m merge a u");
    world.play("45m page by=u; 50m merge b u; 2h wait");
    assert!(world.said(is_cart).is_empty(), "{:?}", world.said(is_cart));
}

#[test]
fn what_one_order_bought_costs_no_byte_for_its_name() {
    let bought = |script: &str| {
        let mut world = World::new(&shop(PLAIN));
        world.play(script);
        let bought = world.of("u").extras.as_ref().and_then(|extras| extras.bought.clone()).unwrap();
        let names: Vec<bool> = bought.lines.iter().map(|line| line.order.is_some()).collect();
        (names, bought)
    };
    let (names, mut one) = bought("0m order A order=o1 by=u");
    assert_eq!(names, [false]);
    let (names, two) = bought("0m order A order=o1 by=u; 1m order B order=o2 by=u");
    assert_eq!(names, [true, true]);
    assert_ne!(two.lines[0].order, two.lines[1].order);
    let bytes = |bought: &Bought| {
        let mut bytes = Vec::new();
        let mut record = Prospect::default();
        record.extras_mut().bought = Some(Box::new(bought.clone()));
        StateCodec.encode(&record, &mut bytes);
        bytes.len()
    };
    let before = bytes(&one);
    one.lines[0].order = two.lines[0].order;
    assert_eq!(bytes(&one), before + 16);
}

#[test]
fn outcomes_of_one_order_for_series_of_two_names_have_ids_of_their_own() {
    let mut world = World::new(&shop(PLAIN));
    world.play("0m add A cart=c by=a; 1m add A cart=c by=b; 30m order A cart=c order=o by=u");
    world.play("2h merge a u; 2h wait; 3h merge b u");
    let said = world.said(is_cart);
    assert_eq!(said[2..], ["2h recalled ordered sent=1", "3h recalled ordered sent=1"], "{said:?}");
    let ids: BTreeSet<u128> = world.outputs.iter().map(|(_, output)| output.id).collect();
    assert_eq!(ids.len(), world.outputs.len());
}

#[test]
fn an_order_that_concerns_no_cart_takes_none() {
    let mut world = World::new(&shop(&format!("{PLAIN}\nnot_by = [{{ channel = \"b2b\" }}]")));
    world.play(
        "0m add A cart=c by=a; 1m add B cart=d by=u; 20m order A order=o value=10 channel=b2b by=u; 30m merge a u; 2h wait",
    );
    assert_eq!(world.said(is_cart), ["1h20m step 1/3 cart=d B*1"], "the cart touched last is reminded of: nothing was taken");
    assert_eq!(world.of("u").carts.iter().map(|cart| cart.lines.len()).sum::<usize>(), 2);
    // That it concerns no cart shows only where one was left alone: no mail after a purchase goes before a mail.
    let mut world = World::new(&shop(&format!("{PLAIN}\nnot_by = [{{ channel = \"b2b\" }}]")));
    world.play("0m add A cart=c by=a; 20m order A order=o value=10 channel=b2b by=u; 30m merge a u; 2h wait");
    assert!(world.said(is_cart).is_empty());
}

#[test]
fn an_order_that_says_nothing_of_its_goods_takes_the_cart_of_the_other_name() {
    for merge_at in ["1m", "30m"] {
        let mut world = World::new(&shop(PLAIN));
        world.play(&format!("0m add A cart=c by=a; 20m order order=o value=10 by=u; {merge_at} merge a u; 2h wait"));
        assert!(world.said(is_cart).is_empty(), "{:?}", world.said(is_cart));
    }
}

#[test]
fn where_orders_clear_lines_the_others_stay() {
    let mut world = World::new(&shop("order_clears = \"lines\"\ncooldown = \"off\""));
    world.play("0m add A cart=c by=a; 0m add B cart=c by=a; 20m order A order=o by=u; 30m merge a u; 2h wait");
    assert_eq!(world.said(is_cart), ["1h20m step 1/3 cart=c B*1"]);
}

#[test]
fn case_58_an_order_that_both_names_report_is_one_order() {
    let mut world = World::new(&shop(PLAIN));
    world.play(
        "0m order A order=o value=10 by=a; 1m order A order=o value=10 by=u; 2m order B order=p value=5 by=a; 5m merge a u",
    );
    assert_eq!(known(&world), (2, 2, Some(15_000)));
    let gone: i64 = world.effects.orders.iter().map(|change| change.orders).sum();
    let worth: i64 = world.effects.orders.iter().map(|change| change.milli).sum();
    assert_eq!((gone, worth), (2, 15_000), "figures count two orders in all");
    world.play("10m order A order=o value=10 by=u");
    assert_eq!(known(&world), (2, 2, Some(15_000)));
}

#[test]
fn points_of_an_order_that_both_names_report_count_once() {
    let points = |script: &str| {
        let mut world = World::new(&shop(PLAIN));
        world.play(script);
        world.of("u").tracks[0].groups.iter().map(|group| group.points).sum::<f64>()
    };
    let once = points("0m page by=a; 1m order A order=o value=10 by=u; 5m merge a u");
    let twice = points("0m page by=a; 1m order A order=o value=10 by=u; 1m order A order=o value=10 by=a; 5m merge a u");
    assert!((once - twice).abs() < 1e-6, "{once} is not {twice}");
}

#[test]
fn what_became_of_an_order_under_one_name_holds() {
    for (script, want) in [
        ("0m order A order=o value=10 by=a; 0m order A order=o value=10 by=u; 1h Order_Cancelled order=o by=u", 0),
        ("0m order A order=o value=10 by=a; 1h Order_Cancelled order=o by=u", 0),
        ("0m order A order=o value=10 by=u; 1h Order_Cancelled order=o by=a", 0),
        ("0m Payment_Failed order=o by=u; 1h order A order=o value=10 by=a", 1),
    ] {
        let mut world = World::new(&shop(PLAIN));
        world.play(script).play("2h merge a u");
        assert_eq!(known(&world).0, want, "{script}");
        assert_eq!(known(&world).2.unwrap_or(0), i64::from(want) * 10_000, "{script}");
    }
}

#[test]
fn a_total_that_only_one_name_was_told_is_known() {
    let mut world = World::new(&shop(PLAIN));
    world.play("0m order A order=o by=u; 1m order A order=o value=10 by=a; 5m merge a u");
    assert_eq!(known(&world), (1, 1, Some(10_000)));
    let unpriced: i64 = world.effects.orders.iter().map(|change| change.unpriced).sum();
    assert_eq!(unpriced, 0);
}

#[test]
fn a_second_order_by_another_name_is_one_of_a_customer() {
    let mut world = World::new(&shop(PLAIN));
    world.play("0m order A order=o value=10 by=a; 1d order B order=p value=5 by=u; 2d merge a u");
    let again = |again: bool| -> i64 {
        world.effects.orders.iter().filter(|change| change.is_again == again).map(|change| change.orders).sum()
    };
    assert_eq!((again(false), again(true)), (1, 1));
}

#[test]
fn a_refund_that_both_names_report_is_paid_back_once() {
    let mut world = World::new(&shop(PLAIN));
    world.play("0m order A order=o value=10 by=a; 1h refund order=o value=4 refund_id=r by=a; 2h page by=u; 3h merge a u");
    world.play("4h refund order=o value=4 refund_id=r by=u");
    assert_eq!(known(&world).2, Some(6_000));
}

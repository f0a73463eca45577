//! Orders and what was bought.

use super::rig::{World, is_cart};
use crate::harness::shop;

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
fn an_order_that_concerns_no_cart_takes_none() {
    let mut world = World::new(&shop(&format!("{PLAIN}\nnot_by = [{{ channel = \"b2b\" }}]")));
    world.play("0m add A cart=c by=a; 20m order A order=o value=10 channel=b2b by=u; 30m merge a u; 2h wait");
    assert_eq!(world.said(is_cart), ["1h20m step 1/3 cart=c A*1"]);
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

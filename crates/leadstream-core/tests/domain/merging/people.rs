//! Who the person is: names, consent, what was mailed.

use super::rig::{World, is_any, is_cart, is_move};
use crate::harness::{START_MS, ms, shop};
use leadstream_core::domain::state::consent::Consent;
use leadstream_core::domain::state::erasure::Erasure;
use leadstream_core::domain::state::prospect::Prospect;
use leadstream_core::domain::terms::consent::ConsentState;

const PLAIN: &str = "cooldown = \"off\"";

#[test]
fn case_1_a_visitor_who_logs_in_is_told_once_and_stands_where_either_stood_further() {
    let mut world = World::new(&shop(PLAIN));
    world.play("0m page by=u; 1h add A cart=c by=a; 2h identify by=u");
    world.outputs.clear();
    world.play("2h merge a u");
    assert_eq!(world.merged.len(), 1);
    let merged = &world.merged[0];
    assert_eq!((merged.from.as_str(), merged.renamed, merged.at_ms), ("a", false, START_MS + ms("2h")));
    let said = world.said(is_move);
    assert_eq!(said[0], "2h journey - > validation enter merged", "{said:?}");
    assert_eq!(said[1], "2h funnel awareness > intent forward merged");
    assert!(said[2..].iter().all(|line| line.starts_with("2h label ")));
    world.outputs.clear();
    world.play("3h page by=u");
    assert_eq!(world.said(is_move), Vec::<String>::new(), "nothing is said twice");
}

#[test]
fn case_3_an_unknown_name_is_a_new_name_and_nothing_else_is_said() {
    let mut world = World::new(&shop(PLAIN));
    world.play("0m page by=a; 1m add A cart=c by=a; 2m merge a u");
    world.outputs.clear();
    let mut known = world.of("u").clone();
    let mut alone = World::new(&shop(PLAIN));
    alone.play("0m page by=a; 1m add A cart=c by=a");
    for cart in &mut known.carts {
        assert_eq!((cart.origin.take().as_deref(), cart.series.armed_under.take().as_deref()), (Some("a"), Some("a")));
    }
    assert_eq!(&known, alone.of("a"));
    assert!(world.merged[0].renamed);
    world.play("2h wait");
    alone.play("2h wait");
    let ids = |world: &World| world.outputs.iter().map(|(_, output)| output.id).next_back();
    assert_eq!(world.said(is_cart), ["1h1m step 1/3 cart=c A*1"]);
    assert_eq!(ids(&world), ids(&alone));
}

#[test]
fn a_rename_says_nothing() {
    let mut world = World::new(&shop(PLAIN));
    world.play("0m page by=a; 1m add A cart=c by=a");
    world.outputs.clear();
    world.play("2m merge a u");
    assert_eq!(world.said(is_any), Vec::<String>::new());
}

#[test]
fn three_names_keep_the_first_one_of_each_series() {
    let mut world = World::new(&shop(PLAIN));
    world.play("0m add A cart=c by=a; 1m merge a b; 2m merge b u");
    assert_eq!(world.of("u").carts[0].series.armed_under.as_deref(), Some("a"));
    world.play("3m merge u a");
    assert_eq!(world.of("a").carts[0].series.armed_under, None, "it has its own name again");
}

#[test]
fn case_29_who_unsubscribed_by_an_address_is_not_mailed_by_any_name() {
    let mut world = World::new(&shop(PLAIN));
    world.play("0m unsubscribe by=email; 1h page by=u; 2h merge email u; 3h add A cart=c by=u; 1d wait");
    assert_eq!(world.said(is_cart), ["3h skipped unsubscribed sent=0"]);
    // Known before, the series of the person ends at once.
    let mut world = World::new(&shop(PLAIN));
    world.play("0m unsubscribe by=email; 1h add A cart=c by=u; 1h30m merge email u; 5d wait");
    assert_eq!(world.said(is_cart), ["1h30m cancelled unsubscribed sent=0"]);
}

#[test]
fn case_30_the_strictest_holds_until_a_new_subscription() {
    for (script, want) in [
        ("0m unsubscribe by=a; 1h subscribe by=u", ConsentState::Unsubscribed),
        ("0m bounce bounce_type=hard by=a; 1h page by=u", ConsentState::HardBounce),
        ("0m complain by=a; 1h unsubscribe by=u", ConsentState::Complained),
        ("0m unsubscribe by=a; 1h complain by=u", ConsentState::Complained),
        ("0m subscribe by=a; 1h page by=u", ConsentState::Open),
    ] {
        let script = script.replace("bounce bounce_type=hard", "Email_Hard_Bounced");
        let mut world = World::new(&shop(PLAIN));
        world.play(&script).play("2h merge a u");
        assert_eq!(world.of("u").consent.state, want, "{script}");
        world.play("3h subscribe by=u");
        assert_eq!(world.of("u").consent.state, ConsentState::Open, "{script}");
    }
    let mut world = World::new(&shop(PLAIN));
    world.play("0m subscribe by=a; 1h unsubscribe by=u; 2h merge a u");
    assert_eq!(world.of("u").consent.granted_ms, Some(START_MS), "when it was given is known still");
}

#[test]
fn a_bounce_of_an_address_that_nobody_has_yet_is_inherited() {
    let mut world = World::new(&shop(PLAIN));
    world.play("0m Email_Hard_Bounced by=email; 1h merge email u; 2h add A cart=c by=u; 1d wait");
    assert_eq!(world.said(is_cart), ["2h skipped hard-bounce sent=0"]);
}

#[test]
fn consent_that_is_all_that_is_known_holds_for_who_comes() {
    let mut world = World::new(&shop(PLAIN));
    world.play("0m add A cart=c by=a");
    let consent = Consent { state: ConsentState::Unsubscribed, since_ms: Some(START_MS - 1), granted_ms: None };
    world.records.insert("u".to_owned(), Prospect { consent, ..Prospect::default() });
    world.play("30m merge a u; 5d wait");
    assert_eq!(world.said(is_cart), ["30m cancelled unsubscribed sent=0"]);
    assert_eq!(world.of("u").first_seen_ms, START_MS);
}

#[test]
fn what_left_after_the_other_name_had_unsubscribed_is_recalled() {
    let mut world = World::new(&shop(PLAIN));
    world.play("0m add A cart=c by=a; 30m unsubscribe by=u; 2h wait; 2h merge a u; 5d wait");
    assert_eq!(world.said(is_cart), ["a: 1h step 1/3 cart=c A*1", "2h recalled unsubscribed sent=1"]);
}

#[test]
fn soft_bounces_are_the_more_and_an_address_that_is_dead_is_dead() {
    let mut world = World::new(&shop(&format!("{PLAIN}\n[contact]\nsoft_bounces = 2")));
    world.play("0m soft by=a; 1m soft by=a; 2m soft by=u; 3m add A cart=c by=u; 5m merge a u; 2h wait");
    let contact = &world.of("u").extras.as_ref().unwrap().contact;
    assert_eq!((contact.soft_bounces, contact.undeliverable_since_ms), (2, Some(START_MS + ms("1m"))));
    assert_eq!(world.said(is_cart), ["5m cancelled soft-bounces sent=0"]);
}

#[test]
fn caps_count_mails_of_both_names() {
    let mut world =
        World::new(&shop("series = \"cart\"\ncooldown = \"off\"\nsteps = [\"1h\"]\n[contact]\ncaps = [\"2 per 1d\"]"));
    world.play("0m add A cart=c1 by=a; 0m add B cart=c2 by=u; 2h wait; 2h merge a u; 2h add C cart=c3 by=u; 4h wait");
    assert_eq!(world.said(is_cart).last().unwrap(), "3h skipped step 1 cap sent=0");
}

#[test]
fn a_repeat_is_one_whoever_saw_it_first() {
    let mut world = World::new(&shop(PLAIN));
    world.play("0m add A cart=c id=same by=a; 1m page by=u; 2m merge a u; 3m add A cart=c id=same by=u");
    assert!((world.of("u").carts[0].lines[0].quantity - 1.0).abs() < f64::EPSILON);
}

#[test]
fn who_was_erased_since_is_not_brought_back() {
    let mut world = World::new(&shop(PLAIN));
    world.play("0m add A cart=c by=a; 1h page by=u; 2h delete by=u");
    let before = world.of("u").clone();
    world.play("3h merge a u");
    assert_eq!(world.of("u"), &before);
    assert!(world.merged.is_empty());
    // What came later is somebody new.
    let mut world = World::new(&shop(PLAIN));
    world.play("0m page by=u; 1h delete by=u; 2h add A cart=c by=a; 3h merge a u");
    assert_eq!(world.of("u").carts.len(), 1);
    assert!(matches!(world.of("u").erasure(), Some(Erasure { before_ms, .. }) if before_ms == START_MS + ms("1h")));
}

#[test]
fn one_of_the_shops_own_people_is_so_by_all_names() {
    for (own, other) in [("a", "u"), ("u", "a")] {
        let mut world = World::new(&shop(&format!("{PLAIN}\n[internal]\ndomains = [\"shop.example\"]")));
        world.play(&format!(
            "0m identify email=eve@shop.example by={own}; 0m add A cart=c by={other}; 1m order B order=o value=10 by={other}"
        ));
        world.outputs.clear();
        world.play("5m merge a u; 5d wait");
        let record = world.of("u");
        let extras = record.extras.as_ref().unwrap();
        assert!(extras.internal.since_ms.is_some() && record.carts.is_empty() && extras.customer.orders == 0, "{own}");
        world.play("6d add C cart=d by=u; 7d wait");
        assert!(!world.said(is_cart).iter().any(|line| line.contains("step")), "{own}");
    }
}

//! What happens to persons, from the first click to the last mail: the cases that docs/identity-cases.md lists, through tasks.

use super::house::{By, House, everywhere, is_shown};
use crate::harness::{START_MS, ms, shop};
use leadstream_core::domain::model::Models;
use leadstream_core::domain::output::{Body, IdentityChanged};
use leadstream_core::domain::rules::score::points;
use leadstream_core::domain::state::prospect::Prospect;
use leadstream_core::domain::terms::consent::ConsentState;
use leadstream_core::domain::terms::recovery::{AttributedBy, Attribution};
use std::sync::Arc;

const TASKS: [usize; 3] = [1, 2, 5];

/// Two reminders, for whoever fills a cart.
fn two_steps() -> Arc<Models> {
    shop("steps = [\"1h\", \"24h\"]\nmax_lateness = \"6h\"\ncooldown = \"1h\"")
}

fn three_steps() -> Arc<Models> {
    shop("cooldown = \"off\"")
}

fn persons(house: &mut House) -> Vec<String> {
    house.records().0.into_keys().collect()
}

/// Whom an id stands for.
fn points_to(house: &mut House, id: &str) -> Vec<String> {
    house.records().1.get(id).into_iter().flatten().map(ToString::to_string).collect()
}

fn prospect(house: &mut House, name: &str) -> Prospect {
    house.records().0.remove(name).unwrap_or_else(|| panic!("nobody is {name}"))
}

/// What lies in somebody's carts: cart, product, quantity, and when it was put in.
fn lines(house: &mut House, name: &str) -> Vec<String> {
    let prospect = prospect(house, name);
    let mut lines = Vec::new();
    for cart in &prospect.carts {
        let id = cart.id.as_deref().unwrap_or("-");
        lines.extend(cart.lines.iter().map(|line| format!("{id}: {}*{}", line.product_id, line.quantity)));
    }
    lines.sort();
    lines
}

fn is_move(body: &Body) -> bool {
    matches!(body, Body::StageChanged(_) | Body::ScoreChanged(_))
}

fn is_step(body: &Body) -> bool {
    matches!(body, Body::CartAbandoned(_))
}

fn is_cart(body: &Body) -> bool {
    matches!(body, Body::CartAbandoned(_) | Body::CartOutcome(_))
}

fn is_of_ids(body: &Body) -> bool {
    matches!(body, Body::IdentityChanged(_))
}

fn is_conflict(body: &Body) -> bool {
    matches!(body, Body::IdentityChanged(changed) if matches!(**changed, IdentityChanged::Conflict { .. }))
}

/// The ids of what left that is wanted, in the order of their times.
fn ids(house: &House, keep: fn(&Body) -> bool) -> Vec<u128> {
    let outputs = house.outputs.iter().map(|output| &output.output).filter(|output| keep(&output.body));
    let mut ids: Vec<(i64, u128)> = outputs.map(|output| (output.at_ms, output.id)).collect();
    ids.sort_unstable();
    ids.into_iter().map(|(_, id)| id).collect()
}

/// The script, if all of it had been done under one name.
fn under_one_name(text: &str, name: &str) -> String {
    let word = |word: &str| if word.starts_with("ids=") { format!("ids={name}") } else { word.to_owned() };
    let line = |line: &str| line.split_whitespace().map(word).collect::<Vec<_>>().join(" ");
    text.split(['\n', ';']).map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn case_1_who_logs_in_stands_where_either_name_stood_further() {
    let mut house = everywhere(
        &two_steps(),
        "0s page ids=42
         1h add A price=50 ids=anon:v1
         2h identify ids=42,anon:v1
         3h page ids=anon:v1",
    );
    assert_eq!((persons(&mut house), points_to(&mut house, "anon:v1")), (vec!["42".to_owned()], vec!["42".to_owned()]));
    assert_eq!(house.said(is_of_ids), ["42 2h merged anon:v1"], "once");
    let moves = house.said(|body| matches!(body, Body::StageChanged(_)));
    let of_user: Vec<&String> = moves.iter().filter(|line| line.starts_with("42 ")).collect();
    assert_eq!(
        of_user,
        [
            "42 0s funnel - > awareness enter event",
            "42 2h funnel awareness > intent forward merged",
            "42 2h journey - > validation enter merged"
        ]
    );
}

#[test]
fn case_2_points_and_carts_of_a_second_device_are_added() {
    let models = two_steps();
    let score = &models.in_charge().score;
    let total = |text: &str| {
        let mut house = everywhere(&models, text);
        let prospect = prospect(&mut house, "42");
        (points::engagement(&prospect.tracks[0], score, START_MS + ms("3h")), lines(&mut house, "42"))
    };
    let script = "0s add A price=50 cart=c1 ids=anon:v1
         5m add B price=20 cart=c2 ids=anon:v2
         10m identify ids=42,anon:v1
         20m identify ids=42,anon:v2";
    let (of_devices, carts) = total(script);
    let (of_one, _) = total(&under_one_name(script, "42"));
    assert!(of_one > 0.0 && (of_devices - of_one).abs() < 1e-6, "{of_devices} is not {of_one}");
    assert_eq!(carts, ["c1: A*1", "c2: B*1"]);
}

#[test]
fn case_3_where_nobody_was_known_the_visitor_has_a_new_name_and_nothing_else_is_said() {
    let models = two_steps();
    let visit = "0s page ids=anon:v1; 1m add A price=50 cart=c ids=anon:v1";
    let mut alone = House::new(&models, 1, By::Router);
    alone.play(visit).play("2h wait");
    for tasks in TASKS {
        let mut house = House::new(&models, tasks, By::Router);
        house.play(visit);
        let before = house.said(is_move);
        house.lay("5m identify ids=42,anon:v1");
        // The visitor's id hears of the login before the event is read.
        while let Some((task, sent)) = house.pending().into_iter().find(|(_, sent)| *sent) {
            house.take(task, sent);
        }
        assert_eq!(house.said(is_of_ids), ["42 5m merged anon:v1, renamed"], "{tasks} tasks");
        house.settle();
        house.play("2h wait");
        assert_eq!(house.said(is_move), before, "{tasks} tasks");
        assert_eq!(house.said(is_step), ["42 1h1m step 1/2 cart=c A*1"], "{tasks} tasks");
        assert_eq!(ids(&house, is_step), ids(&alone, is_step), "a mailer knows it by the id that it would have had");
        assert_eq!(persons(&mut house), ["42"]);
    }
}

#[test]
fn case_4_a_thousand_logins_in_ten_minutes_tell_nothing_and_write_nothing() {
    for by in [By::Router, By::Key] {
        for tasks in TASKS {
            let mut house = House::new(&two_steps(), tasks, by);
            house.play("0s identify ids=42,anon:v1");
            let before = (house.messages, house.outputs.len(), house.record("anon:v1"));
            for n in 1..=1_000 {
                house.play(&format!("{}ms identify ids=42,anon:v1", n * 599));
            }
            assert_eq!((house.messages, house.outputs.len(), house.record("anon:v1")), before, "{by:?}, {tasks} tasks");
            house.play("10m identify ids=42,anon:v1");
            assert!(house.messages > before.0, "it is told again");
            assert_eq!((house.outputs.len(), house.record("anon:v1")), (before.1, before.2), "and known: {by:?}");
        }
    }
}

#[test]
fn case_6_what_a_visitor_did_before_a_login_and_arrives_after_it_counts_as_if_the_user_had() {
    let script = "0s add A price=50 cart=c1 ids=42
         20m remove B cart=c1 ids=42
         40m order A cart=c1 order=o1 value=50 ids=42
         1h identify ids=42,anon:v1
         1h5m < 10m add B price=20 cart=c1 ids=anon:v1
         1h6m < 30m add C price=20 cart=c1 ids=anon:v1
         1h7m < 50m add D price=20 cart=c1 ids=anon:v1
         4h wait";
    let mut house = everywhere(&two_steps(), script);
    let mut one = everywhere(&two_steps(), &under_one_name(script, "42"));
    assert_eq!(persons(&mut house), ["42"]);
    assert_eq!(lines(&mut house, "42"), ["c1: D*1"], "the order comes after the others");
    assert_eq!(lines(&mut one, "42"), ["c1: D*1"]);
    assert_eq!(house.said(is_cart), one.said(is_cart));
    assert_eq!(house.said(is_step).len(), 1, "{:?}", house.said(is_cart));
}

#[test]
fn case_7_a_login_that_arrives_three_days_late_moves_carts_with_their_times_and_mails_nothing_late() {
    let mut house = everywhere(
        &two_steps(),
        "0s page ids=42
         2d23h30m add A price=50 cart=c1 ids=anon:v1
         3d < 10m identify ids=42,anon:v1
         3d < 5m add B price=20 cart=c2 ids=anon:v2
         3d < 10m identify ids=42,anon:v2
         3d2h wait",
    );
    assert_eq!(persons(&mut house), ["42"]);
    let touched = |cart: &str, prospect: &Prospect| {
        prospect.carts.iter().find(|known| known.id.as_deref() == Some(cart)).map(|cart| cart.touched_ms - START_MS)
    };
    let prospect = prospect(&mut house, "42");
    assert_eq!((touched("c1", &prospect), touched("c2", &prospect)), (Some(ms("2d23h30m")), Some(ms("5m"))));
    assert_eq!(house.said(is_step), ["42 3days30m step 1/2 cart=c1 A*1"], "{:?}", house.said(is_shown));
}

#[test]
fn case_10_of_two_logins_of_one_backlog_the_later_has_the_future_and_the_first_that_is_read_the_past() {
    for (script, past) in [
        ("1h < 50m identify ids=7,anon:v1; 1h1s < 40m identify ids=42,anon:v1", "7"),
        ("1h < 40m identify ids=42,anon:v1; 1h1s < 50m identify ids=7,anon:v1", "42"),
    ] {
        let script = format!("0s add A price=50 cart=c1 ids=anon:v1; {script}; 2h add B price=20 cart=c2 ids=anon:v1");
        let mut house = everywhere(&two_steps(), &script);
        assert_eq!(persons(&mut house), ["42", "7"], "{script}");
        assert_eq!(points_to(&mut house, "anon:v1"), ["7"], "{script}");
        let other = if past == "7" { "42" } else { "7" };
        let with = |house: &mut House, who: &str, line: &str| lines(house, who).contains(&line.to_owned());
        assert!(with(&mut house, past, "c1: A*1") && !with(&mut house, other, "c1: A*1"), "{script}");
        assert!(with(&mut house, "7", "c2: B*1") && !with(&mut house, "42", "c2: B*1"), "{script}");
        assert_eq!(house.said(is_conflict), [""; 0], "a device may have two users");
    }
}

#[test]
fn case_11_a_device_of_three_is_given_to_none_of_them_when_they_come_back() {
    let mut house = everywhere(
        &two_steps(),
        "0s identify ids=1,anon:v1
         1d identify ids=2,anon:v1
         2d identify ids=3,anon:v1
         3d add A price=50 cart=c1 ids=anon:v1
         3d5m add B price=20 cart=c2 ids=1,anon:v1
         3d10m page ids=anon:v1",
    );
    assert_eq!(persons(&mut house), ["1", "2", "3", "anon:v1"]);
    assert_eq!((lines(&mut house, "anon:v1"), lines(&mut house, "1")), (vec!["c1: A*1".to_owned()], vec!["c2: B*1".to_owned()]));
    assert_eq!(house.said(is_of_ids), [""; 0]);
}

#[test]
fn case_12_a_device_follows_the_address_typed_last_and_two_addresses_are_two_people_until_a_user_has_both() {
    const TYPED: &str = "0s add A price=50 cart=c1 ids=anon:v1
         5m identify ids=email:a@mail.example,anon:v1
         10m identify ids=email:b@mail.example,anon:v1
         20m add B price=20 cart=c2 ids=anon:v1";
    let (a, b) = ("email:a@mail.example", "email:b@mail.example");
    let mut house = everywhere(&two_steps(), TYPED);
    assert_eq!((persons(&mut house), points_to(&mut house, "anon:v1")), (vec![a.to_owned(), b.to_owned()], vec![b.to_owned()]));
    assert_eq!((lines(&mut house, a), lines(&mut house, b)), (vec!["c1: A*1".to_owned()], vec!["c2: B*1".to_owned()]));
    let script = format!("{TYPED}; 30m identify ids=42,{a}");
    assert_eq!(persons(&mut everywhere(&two_steps(), &script)), ["42", b], "one of them has an account");
    let script = format!("{script}; 40m identify ids=42,{b}");
    let mut house = everywhere(&two_steps(), &script);
    assert_eq!(persons(&mut house), ["42"]);
    assert_eq!(lines(&mut house, "42"), ["c1: A*1", "c2: B*1"]);
}

#[test]
fn case_13_of_two_users_of_one_address_the_newest_clicks_and_none_is_mailed_once_it_refuses() {
    const TWO: &str = "0s identify ids=1,email:e@mail.example
         1h identify ids=2,email:e@mail.example
         2h add A price=50 ids=1
         2h add B price=50 ids=2
         2h10m click ids=email:e@mail.example";
    let mut house = everywhere(&two_steps(), TWO);
    assert_eq!(points_to(&mut house, "email:e@mail.example"), ["2", "1"]);
    let seen = |house: &mut House, who: &str| prospect(house, who).last_seen_ms - START_MS;
    assert_eq!((seen(&mut house, "1"), seen(&mut house, "2")), (ms("2h"), ms("2h10m")));
    for (says, state, reason) in [
        ("unsubscribe", ConsentState::Unsubscribed, "unsubscribed"),
        ("Email_Hard_Bounced", ConsentState::HardBounce, "hard-bounce"),
        ("complain", ConsentState::Complained, "complained"),
    ] {
        let mut house = everywhere(&two_steps(), &format!("{TWO}; 2h20m {says} ids=email:e@mail.example; 2d wait"));
        for who in ["1", "2"] {
            assert_eq!(prospect(&mut house, who).consent.state, state, "{who}");
        }
        let ended = |who: &str| format!("{who} 2h20m cancelled {reason} sent=0");
        assert_eq!(house.said(is_cart), [ended("1"), ended("2")]);
    }
}

#[test]
fn case_14_whoever_refuses_mail_to_an_old_address_gets_none_at_the_new_one() {
    let mut house = everywhere(
        &two_steps(),
        "0s identify ids=42,email:old@mail.example
         1d identify ids=42,email:new@mail.example
         2d add A price=50 ids=42
         2d10m unsubscribe ids=email:old@mail.example
         4d wait",
    );
    for address in ["email:old@mail.example", "email:new@mail.example"] {
        assert_eq!(points_to(&mut house, address), ["42"]);
    }
    assert_eq!(house.said(is_cart), ["42 2days10m cancelled unsubscribed sent=0"]);
}

#[test]
fn case_18_a_guests_order_by_address_alone_recovers_the_cart_of_the_visitor() {
    const ADDRESS: &str = "email:e@mail.example";
    let mut house = everywhere(
        &two_steps(),
        "0s add A price=50 cart=c1 ids=anon:v1,cart:c1
         2h wait
         3h order A order=o1 value=50 cart=c1 ids=email:e@mail.example,cart:c1
         3d wait",
    );
    assert_eq!(persons(&mut house), [ADDRESS]);
    for id in ["cart:c1", "anon:v1"] {
        assert_eq!(points_to(&mut house, id), [ADDRESS], "{id}");
    }
    assert_eq!(house.said(is_cart), ["anon:v1 1h step 1/2 cart=c1 A*1", "email:e@mail.example 3h recovered ordered sent=1"]);
    assert!(lines(&mut house, ADDRESS).is_empty());
}

#[test]
fn case_19_an_order_that_names_only_the_cart_recovers_it() {
    let mut house = everywhere(
        &two_steps(),
        "0s add A price=50 cart=c1 ids=anon:v1,cart:c1
         10m identify ids=42,anon:v1
         2h wait
         3h order A order=o1 value=50 cart=c1 ids=cart:c1
         3d wait",
    );
    assert_eq!(persons(&mut house), ["42"]);
    assert_eq!(house.said(is_cart), ["42 1h step 1/2 cart=c1 A*1", "42 3h recovered ordered sent=1"]);
}

#[test]
fn case_22_one_cart_that_is_armed_under_both_names_has_one_series_from_the_earlier_add() {
    let house = everywhere(
        &two_steps(),
        "0s add A price=50 cart=c ids=anon:v1
         10m add B price=20 cart=c ids=42
         15m identify ids=42,anon:v1
         3h wait",
    );
    assert_eq!(house.said(is_cart), ["42 1h10m step 1/2 cart=c A*1 B*1"]);
    let episodes = |output: &Body| if let Body::CartAbandoned(cart) = output { Some(cart.episode_ms) } else { None };
    let episodes: Vec<i64> = house.outputs.iter().filter_map(|output| episodes(&output.output.body)).collect();
    assert_eq!(episodes, [START_MS]);
}

#[test]
fn case_23_two_carts_that_are_armed_under_two_names_have_a_series_each_where_each_cart_has_its_own() {
    let script = "0s add A price=50 cart=c1 ids=anon:v1
         10m add B price=20 cart=c2 ids=42
         15m identify ids=42,anon:v1
         3h wait";
    let each = everywhere(&shop("series = \"cart\"\nsteps = [\"1h\"]\ncooldown = \"off\""), script);
    assert_eq!(each.said(is_cart), ["42 1h10m step 1/1 cart=c1 A*1", "42 1h10m step 1/1 cart=c2 B*1"]);
    let one = everywhere(&shop("steps = [\"1h\"]\ncooldown = \"off\""), script);
    assert_eq!(one.said(is_cart), ["42 1h10m step 1/1 cart=c2 B*1"], "with one series for each prospect");
}

#[test]
fn case_24_of_two_series_that_run_one_goes_on_and_no_number_comes_twice() {
    let house = everywhere(
        &three_steps(),
        "0s add A price=50 cart=c ids=anon:v1
         23h add B price=20 cart=c ids=42
         26h identify ids=42,anon:v1
         9d wait",
    );
    assert_eq!(
        house.said(is_cart),
        [
            "anon:v1 1h step 1/3 cart=c A*1",
            "42 1day step 1/3 cart=c B*1",
            "anon:v1 1day step 2/3 cart=c A*1",
            "42 1day2h cancelled merged sent=1",
            "42 3days step 3/3 cart=c A*1 B*1",
        ]
    );
}

#[test]
fn case_25_a_series_goes_on_under_the_users_name_with_the_ids_of_the_visitor() {
    const VISIT: &str = "0s add A price=50 cart=c ids=anon:v1; 2h wait";
    let alone = everywhere(&three_steps(), &format!("{VISIT}; 4d wait"));
    let house = everywhere(
        &three_steps(),
        &format!("{VISIT}; 3h view B ids=42; 3h1m identify ids=42,anon:v1; 4d wait; 5d order A cart=c order=o1 value=50 ids=42"),
    );
    assert_eq!(
        house.said(is_cart),
        [
            "anon:v1 1h step 1/3 cart=c A*1",
            "42 1day step 2/3 cart=c A*1",
            "42 3days step 3/3 cart=c A*1",
            "42 5days recovered ordered sent=3",
        ]
    );
    assert_eq!(ids(&house, is_step), ids(&alone, is_step));
    let named = |output: &Body| if let Body::CartOutcome(outcome) = output { Some(outcome.trigger_ids.clone()) } else { None };
    let named = house.outputs.iter().find_map(|output| named(&output.output.body));
    assert_eq!(named, Some(ids(&alone, is_step)), "the outcome names what left under either name");
}

#[test]
fn case_26_a_step_in_the_very_millisecond_of_the_login_leaves_once_with_one_id_from_either_name() {
    for by in [By::Router, By::Key] {
        for tasks in TASKS {
            let step = |before: &str| {
                let mut house = House::new(&two_steps(), tasks, by);
                house.play("0s view B ids=42; 0s add A price=50 cart=c ids=anon:v1").play(before);
                house.play("1h identify ids=42,anon:v1; 3h wait");
                house.assert_once();
                (house.said(is_step), ids(&house, is_step))
            };
            // It is due before the login is read, or after.
            let ((before, one), (after, other)) = (step("1h wait"), step("59m wait"));
            assert_eq!(
                (before, after),
                (vec!["anon:v1 1h step 1/2 cart=c A*1".into()], vec!["42 1h step 1/2 cart=c A*1".into()])
            );
            assert_eq!(one, other, "{by:?}, {tasks} tasks");
        }
    }
}

#[test]
fn case_28_a_cooldown_of_the_user_lets_the_visitors_series_go_on_and_stops_what_is_added_after() {
    let models = shop("steps = [\"1h\"]\ncooldown = \"7d\"\norder_ends_cooldown = false");
    let house = everywhere(
        &models,
        "0s add A price=50 cart=c1 ids=42
         2h order A cart=c1 order=o1 value=50 ids=42
         3h add B price=20 cart=c2 ids=anon:v1
         3h10m identify ids=42,anon:v1
         5h order B cart=c2 order=o2 value=20 ids=42
         6h add C price=20 cart=c3 ids=42
         9h wait",
    );
    let said = house.said(is_cart);
    assert_eq!(
        said,
        [
            "42 1h step 1/1 cart=c1 A*1",
            "42 2h recovered ordered sent=1",
            "42 4h step 1/1 cart=c2 B*1",
            "42 5h recovered ordered sent=1",
            "42 6h skipped cooldown sent=0",
        ]
    );
}

#[test]
fn case_29_whoever_refused_mail_by_an_address_alone_is_reminded_of_nothing_once_it_is_theirs() {
    let mut house = everywhere(
        &two_steps(),
        "0s unsubscribe ids=email:e@mail.example
         1h page ids=42
         2h identify ids=42,email:e@mail.example
         3h add A price=50 ids=42
         3d wait",
    );
    assert_eq!(persons(&mut house), ["42"]);
    assert_eq!(prospect(&mut house, "42").consent.state, ConsentState::Unsubscribed);
    assert_eq!(house.said(is_cart), ["42 3h skipped unsubscribed sent=0"]);
}

#[test]
fn case_30_the_strictest_consent_holds_until_a_new_subscription_and_a_bounce_is_inherited() {
    const BOTH: &str = "0s unsubscribe ids=anon:v1; 1h subscribe ids=42; 2h identify ids=42,anon:v1";
    let mut house = everywhere(&two_steps(), &format!("{BOTH}; 3h add A price=50 ids=42; 6h wait"));
    assert_eq!(prospect(&mut house, "42").consent.state, ConsentState::Unsubscribed);
    assert_eq!(house.said(is_cart), ["42 3h skipped unsubscribed sent=0"]);
    let house = everywhere(&two_steps(), &format!("{BOTH}; 2h30m subscribe ids=42; 3h add A price=50 ids=42; 6h wait"));
    assert_eq!(house.said(is_cart), ["42 4h step 1/2 A*1"]);
    // Of an address that nobody has yet nothing is known but that.
    const BOUNCE: &str = "0s Email_Hard_Bounced ids=email:e@mail.example";
    let mut house = everywhere(&two_steps(), BOUNCE);
    assert_eq!(prospect(&mut house, "email:e@mail.example").consent.state, ConsentState::HardBounce);
    let mut house = everywhere(
        &two_steps(),
        &format!("{BOUNCE}; 1h identify ids=42,email:e@mail.example; 2h add A price=50 ids=42; 6h wait"),
    );
    assert_eq!(prospect(&mut house, "42").consent.state, ConsentState::HardBounce);
    assert_eq!(house.said(is_cart), ["42 2h skipped hard-bounce sent=0"]);
}

#[test]
fn case_32_a_click_that_knows_only_the_address_is_the_users_and_of_the_reminder_that_it_names() {
    for by in [By::Router, By::Key] {
        for tasks in TASKS {
            let mut house = House::new(&two_steps(), tasks, by);
            house.play("0s add A price=50 cart=c ids=42; 10m identify ids=42,email:e@mail.example; 25h wait");
            let steps = ids(&house, is_step);
            assert_eq!(steps.len(), 2, "{:?}", house.said(is_cart));
            house.play(&format!("26h click trigger_id={:032x} ids=email:e@mail.example", steps[0]));
            assert_eq!(persons(&mut house), ["42"]);
            assert_eq!(prospect(&mut house, "42").last_seen_ms - START_MS, ms("26h"), "it is the user who clicks");
            house.play("27h order A cart=c order=o1 value=50 ids=42");
            let outcome = |body: &Body| if let Body::CartOutcome(outcome) = body { Some(outcome.clone()) } else { None };
            let outcome = house.outputs.iter().find_map(|output| outcome(&output.output.body)).expect("an outcome");
            assert_eq!(
                (outcome.attribution, outcome.attributed_trigger_id, outcome.attributed_by),
                (Some(Attribution::Click), Some(steps[0]), Some(AttributedBy::TriggerId)),
                "{by:?}, {tasks} tasks"
            );
        }
    }
}

#[test]
fn case_41_whoever_is_erased_with_more_names_than_there_is_room_for_leaves_none_behind() {
    for by in [By::Router, By::Key] {
        for tasks in TASKS {
            let mut house = House::new(&two_steps(), tasks, by);
            for n in 0..70 {
                house.play(&format!("{n}d identify ids=42,anon:{n:03}"));
            }
            let (_, forwards) = house.records();
            assert_eq!(forwards.len(), 64, "{by:?}, {tasks} tasks");
            assert!((0..6).all(|n| !forwards.contains_key(&format!("anon:{n:03}"))), "the oldest are nobody's");
            house.play("70d delete ids=42");
            let (left, forwards) = house.records();
            assert_eq!(forwards.len(), 0, "nobody points to who is erased");
            // That a device had several users stays known of those that were unlinked before.
            assert!(!left.contains_key("42"), "{by:?}, {tasks} tasks");
            assert!(
                left.values().all(|left| left.first_seen_ms == 0 && left.carts.is_empty()),
                "{by:?}, {tasks} tasks: {left:?}"
            );
        }
    }
}

//! What lies between two transactions: a prospect that was given and not taken yet, tasks that die or move meanwhile.

use super::house::{By, House, Trouble};
use crate::harness::{START_MS, ms, shop};
use leadstream_core::domain::model::Models;
use leadstream_core::domain::output::Body;
use leadstream_core::domain::state::prospect::Prospect;
use leadstream_core::domain::terms::consent::ConsentState;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

const TASKS: [usize; 3] = [1, 2, 5];

fn two_steps() -> Arc<Models> {
    shop("steps = [\"1h\", \"24h\"]\nmax_lateness = \"6h\"\ncooldown = \"1h\"")
}

fn is_step(body: &Body) -> bool {
    matches!(body, Body::CartAbandoned(_))
}

fn is_cart(body: &Body) -> bool {
    matches!(body, Body::CartAbandoned(_) | Body::CartOutcome(_))
}

/// In every kind of house: a visitor's cart, and somebody who logs in; what the visitor was is on its way to the user.
fn given(visit: &str, login: &str, mut then: impl FnMut(&mut House, &str)) {
    for by in [By::Router, By::Key] {
        for tasks in TASKS {
            for trouble in [Trouble::Nothing, Trouble::Deaths, Trouble::Rebalances] {
                let which = format!("{by:?}, {tasks} tasks, {trouble:?}");
                let mut house = House::new(&two_steps(), tasks, by);
                house.trouble = trouble;
                house.play(visit).lay(login);
                house.settle_but("42");
                let (prospects, forwards) = house.records();
                assert!(!prospects.contains_key("anon:v1") && forwards.contains_key("anon:v1"), "{which}: it was given");
                then(&mut house, &which);
                house.assert_acyclic();
                house.assert_once();
            }
        }
    }
}

/// Products in somebody's carts.
fn lines(house: &mut House, name: &str) -> Vec<String> {
    let (prospects, _) = house.records();
    let carts = prospects[name].carts.iter();
    carts.flat_map(|cart| cart.lines.iter().map(|line| line.product_id.to_string())).collect()
}

#[test]
fn case_20_an_order_that_is_read_before_the_cart_comes_takes_it() {
    given("0s add A price=50 cart=c1 ids=anon:v1", "10m identify ids=42,anon:v1", |house, which| {
        house.lay("20m order A order=o1 value=50 ids=42");
        house.settle_but("42");
        assert!(lines(house, "42").is_empty(), "{which}: the cart is on its way");
        house.settle();
        house.play("3d wait");
        assert_eq!(house.said(is_cart), [""; 0], "{which}");
        assert!(lines(house, "42").is_empty(), "{which}");
    });
    // A step left, though there was an order before it.
    given("0s add A price=50 cart=c1 ids=anon:v1; 65m wait", "66m identify ids=42,anon:v1", |house, which| {
        house.lay("67m < 50m order A order=o1 value=50 ids=42");
        house.settle_but("42");
        house.settle();
        house.play("3d wait");
        let said = house.said(is_cart);
        assert_eq!(said[0], "anon:v1 1h step 1/2 cart=c1 A*1", "{which}");
        assert_eq!((said.len(), said[1].ends_with("recalled ordered sent=1")), (2, true), "{which}: {said:?}");
    });
}

#[test]
fn case_27_a_step_that_comes_due_on_the_way_leaves_at_once_or_is_skipped_as_late() {
    for (taken, want) in [("1h10s", "42 1h step 1/2 cart=c1 A*1"), ("8h", "42 1h skipped step 1 late sent=0")] {
        given("0s page ids=42; 0s add A price=50 cart=c1 ids=anon:v1", "59m59s identify ids=42,anon:v1", |house, which| {
            // Whoever takes it is away.
            house.pass(START_MS + ms(taken));
            assert_eq!(house.said(is_cart), [""; 0], "{which}: nobody has its timers");
            house.settle();
            house.pass(START_MS + ms(taken));
            assert_eq!(house.said(is_cart), [want], "{which}");
        });
    }
}

#[test]
fn case_34_a_prospect_on_its_way_to_who_is_erased_is_dropped_and_what_comes_after_is_somebody_new() {
    given("0s add A price=50 cart=c1 ids=anon:v1; 5m page ids=42", "10m identify ids=42,anon:v1", |house, which| {
        house.lay("20m delete ids=42");
        house.settle_but("42");
        house.settle();
        let (prospects, forwards) = house.records();
        assert!(prospects.is_empty() && forwards.is_empty(), "{which}: {prospects:?}, {forwards:?}");
        house.play("30m < 15m page ids=anon:v1; 2d wait");
        assert!(house.records().0.is_empty(), "{which}: it happened before");
        assert_eq!(house.said(is_step), [""; 0], "{which}");
        house.play("3d add B price=20 ids=anon:v1; 3d page ids=42");
        let (prospects, _) = house.records();
        assert_eq!(prospects.keys().collect::<Vec<_>>(), ["42", "anon:v1"], "{which}");
        assert_eq!(lines(house, "anon:v1"), ["B"], "{which}");
    });
}

/// Stories in which prospects are given, taken, sent on, joined, refused and erased.
const STORIES: [&str; 5] = [
    "0s add A price=50 cart=c1 ids=anon:v1
     5m identify ids=42,anon:v1
     6m add B price=20 cart=c1 ids=anon:v1
     7m < 1m page ids=anon:v1
     20m add C price=10 cart=c2 ids=42
     2h order A order=o1 value=50 cart=c1 ids=cart:c1,42",
    "0s add A price=50 cart=c1 ids=anon:v1,cart:c1
     10m order A order=o1 value=50 cart=c1 ids=email:e@mail.example,cart:c1
     20m identify ids=42,email:e@mail.example
     30m unsubscribe ids=email:e@mail.example
     40m add B price=20 ids=anon:v1",
    "0s identify ids=1,anon:v1
     1h identify ids=2,anon:v1
     2h add A price=50 ids=anon:v1
     3h identify ids=3,anon:v1
     4h add B price=20 ids=anon:v1
     5h Signed_Out detach=yes ids=3,anon:v1",
    "0s add A price=50 ids=42,anon:v1,email:e@mail.example
     10m identify ids=7,email:e@mail.example
     1h delete ids=email:e@mail.example
     70m < 50m page ids=anon:v1
     80m add B price=20 ids=anon:v1",
    "0s page ids=anon:a
     1m add A price=50 cart=c1 ids=anon:b
     2m add B price=20 cart=c2 ids=anon:c
     3m alias ids=anon:b,>anon:c
     4m alias ids=anon:a,>anon:b
     5m identify ids=42,anon:c",
];

/// What is left of a story: what was said, who is there, and whom each id stands for.
fn told(story: &str, by: By, tasks: usize, trouble: Trouble, is_laid: bool) -> impl PartialEq + std::fmt::Debug {
    let mut house = House::new(&two_steps(), tasks, by);
    house.trouble = trouble;
    if is_laid {
        house.lay(story);
        house.settle();
    } else {
        house.play(story);
    }
    house.play("4d wait");
    house.assert_acyclic();
    house.assert_once();
    let (prospects, forwards) = house.records();
    (house.said(|body| !matches!(body, Body::Told(_))), prospects, forwards)
}

#[test]
fn case_44_whoever_dies_in_any_transaction_says_and_knows_in_the_end_what_is_said_without_a_death() {
    for story in STORIES {
        for by in [By::Router, By::Key] {
            for (tasks, is_laid) in [(1, false), (2, false), (5, false), (1, true), (2, true), (5, true)] {
                let undisturbed = told(story, by, tasks, Trouble::Nothing, is_laid);
                assert_eq!(told(story, by, tasks, Trouble::Deaths, is_laid), undisturbed, "{by:?}, {tasks} tasks: {story}");
            }
        }
    }
}

#[test]
fn case_43_whoever_takes_tasks_over_between_give_and_take_goes_on_as_if_nobody_had_moved() {
    for story in STORIES {
        for by in [By::Router, By::Key] {
            for (tasks, is_laid) in [(1, false), (2, false), (5, false), (1, true), (2, true), (5, true)] {
                let undisturbed = told(story, by, tasks, Trouble::Nothing, is_laid);
                assert_eq!(told(story, by, tasks, Trouble::Rebalances, is_laid), undisturbed, "{by:?}, {tasks} tasks: {story}");
            }
        }
    }
}

/// What somebody does: which of the ids of a person are named, how long after the act before, and what it is.
#[derive(Debug, Clone)]
struct Act {
    person: usize,
    ids: u8,
    minutes: u32,
    what: u8,
}

const PERSONS: usize = 3;

impl Act {
    fn line(&self, number: usize, at_minute: u32) -> String {
        let person = self.person;
        let all = ["u", "email:e", "anon:a", "anon:b", "cart:c"];
        let named = all.iter().enumerate().filter(|(n, _)| self.ids & (1 << n) != 0).map(|(_, id)| {
            let end = if id.starts_with("email") { "@mail.example" } else { "" };
            format!("{id}{person}{end}")
        });
        let ids = named.collect::<Vec<_>>().join(",");
        let what = match self.what {
            0..4 => format!("add P{number}*2 price=5 cart=k{person}"),
            // It takes nothing: of how long it is remembered what an order named, docs/identity.md tells.
            4..6 => format!("order Q{number} price=5 value=5 cart=q{number} order=o{number}"),
            6 => "unsubscribe".to_owned(),
            7 => "page".to_owned(),
            _ => "identify".to_owned(),
        };
        format!("{at_minute}m {what} ids={ids}")
    }
}

fn act() -> impl Strategy<Value = Act> {
    (0..PERSONS, 1..32_u8, 0..40_u32, 0..10_u8).prop_map(|(person, ids, minutes, what)| Act { person, ids, minutes, what })
}

fn script(acts: &[Act]) -> String {
    let mut at_minute = 0;
    let line = |(number, act): (usize, &Act)| {
        at_minute += act.minutes;
        act.line(number, at_minute)
    };
    acts.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
}

/// Of each prospect: how many orders it has, whether it may be mailed, and how much of each product lies in its carts.
type Left = BTreeMap<String, (u32, bool, BTreeMap<String, i64>)>;

/// Who is there, and at whom each of the other ids ends.
fn left(house: &mut House) -> (Left, BTreeMap<String, String>) {
    let (prospects, forwards) = house.records();
    let end = |id: &str| {
        let mut end = id;
        while let Some(to) = forwards.get(end) {
            end = &to[0];
        }
        end.to_owned()
    };
    let ends = forwards.keys().map(|id| (id.clone(), end(id))).collect();
    let one = |(name, prospect): (String, Prospect)| {
        let orders = prospect.extras.as_ref().map_or(0, |extras| extras.customer.orders);
        let mut goods = BTreeMap::new();
        for line in prospect.carts.iter().flat_map(|cart| &cart.lines) {
            #[allow(clippy::cast_possible_truncation, reason = "whole and small")]
            let quantity = line.quantity.round() as i64;
            *goods.entry(line.product_id.to_string()).or_default() += quantity;
        }
        (name, (orders, prospect.consent.state == ConsentState::Open, goods))
    };
    (prospects.into_iter().map(one).collect(), ends)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// No two users, and no two addresses, claim one id: then the order of arrival decides nothing of what is promised.
    #[test]
    fn case_60_in_whatever_order_all_arrives_and_whoever_dies_every_event_counts_once_for_the_same_person(
        acts in vec(act(), 1..25), choices in vec(any::<u8>(), 0..200), tasks in prop::sample::select(vec![1_usize, 2, 5]),
        by in prop::sample::select(vec![By::Router, By::Key])
    ) {
        let script = script(&acts);
        // An order takes the goods that it names, and no cart with others: which carts it would have ended depends on which it knew.
        let models = shop("steps = [\"1h\"]\norder_clears = \"lines\"\ncooldown = \"1h\"");
        let mut reference = House::new(&models, 1, By::Router);
        reference.play(&script).play("10h wait");
        let mut house = House::new(&models, tasks, by);
        house.lay(&script);
        let mut choices = choices.into_iter();
        loop {
            let pending = house.pending();
            let Some(count) = u8::try_from(pending.len()).ok().filter(|count| *count > 0) else { break };
            let choice = choices.next().unwrap_or(0);
            let (task, sent) = pending[usize::from(choice % count)];
            if choice >= 192 {
                house.die(task, sent);
            }
            house.take(task, sent);
        }
        house.play("10h wait");
        house.assert_acyclic();
        house.assert_once();
        prop_assert_eq!(left(&mut house), left(&mut reference), "{}", script);
    }
}

//! Whatever ids events have, in whatever order messages arrive: nothing points in a circle, no event is lost or counted twice, and who
//! is one person doesn't depend on what came first.

use super::net::{Did, Net, ROUTERS};
use super::{START_MS, Setup};
use leadstream_core::domain::identity::id::Id;
use leadstream_core::domain::terms::consent::ConsentState;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const IDS: [&str; 16] = [
    "1", "2", "3", "email:a", "email:b", "phone:p", "phone:q", "anon:a", "anon:b", "anon:c", "anon:d", "anon:e", "cart:a",
    "cart:b", "cart:c", "cart:d",
];

/// What happens, by a router.
#[derive(Debug, Clone)]
struct Act {
    router: usize,
    ids: BTreeSet<usize>,
    minutes: i64,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum What {
    Event,
    Alias,
    Logout,
    Says(ConsentState),
}

fn act() -> impl Strategy<Value = Act> {
    let what = prop_oneof![
        12 => Just(What::Event),
        2 => Just(What::Alias),
        1 => Just(What::Logout),
        1 => Just(What::Says(ConsentState::Unsubscribed)),
    ];
    let ids = prop::collection::btree_set(0..IDS.len(), 1..4);
    (0..ROUTERS, ids, 0..30_000_i64, what).prop_map(|(router, ids, minutes, what)| Act { router, ids, minutes, what })
}

/// Which message is next, for as long as there is a choice.
fn choices() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..300)
}

fn did(net: &Net, act: &Act) -> Did {
    let ids: Vec<Id> = act.ids.iter().map(|n| net.id(IDS[*n])).collect();
    let alias = match (&ids[..], act.what) {
        ([one, other, ..], What::Alias) => Some((other.clone(), one.clone())),
        _ => None,
    };
    let consent = if let What::Says(state) = act.what { Some(state) } else { None };
    Did { ids, time_ms: START_MS + act.minutes * 60_000, alias, consent, detaches: act.what == What::Logout }
}

/// Lets a script happen, each router's part in its order.
fn run(setup: Setup, script: &[Act], choices: &[u8]) -> Net {
    let mut net = Net::new(setup);
    let mut parts: Vec<Vec<&Act>> =
        (0..ROUTERS).map(|router| script.iter().filter(|act| act.router == router).collect()).collect();
    let mut choices = choices.iter().copied();
    loop {
        let (waiting, to_do) = (net.waiting(), parts.iter().filter(|part| !part.is_empty()).count());
        if waiting + to_do == 0 {
            return net;
        }
        let chosen = usize::from(choices.next().unwrap_or(0)) % (waiting + to_do);
        if chosen < waiting {
            net.deliver(chosen);
        } else {
            let (router, part) = parts.iter_mut().enumerate().filter(|(_, part)| !part.is_empty()).nth(chosen - waiting).unwrap();
            let did = did(&net, part.remove(0));
            net.take(router, did);
        }
    }
}

/// Everybody who is one person if all that is said is true: for each id the smallest of its component, where at most one user and one
/// address are in it.
fn undisputed(script: &[Act]) -> BTreeMap<&'static str, &'static str> {
    let mut of: Vec<usize> = (0..IDS.len()).collect();
    for act in script {
        let ids: Vec<usize> = act.ids.iter().copied().collect();
        for pair in ids.windows(2) {
            let (a, b) = (of[pair[0]], of[pair[1]]);
            of.iter_mut().filter(|component| **component == a.max(b)).for_each(|component| *component = a.min(b));
        }
    }
    let is_clear = |component: usize| {
        let count = |of_class: std::ops::Range<usize>| of_class.filter(|id| of[*id] == component).count();
        count(0..3) <= 1 && count(3..7) <= 1
    };
    let used: BTreeSet<usize> = script.iter().flat_map(|act| act.ids.iter().copied()).collect();
    // `IDS` stand in their order.
    used.into_iter().filter(|id| is_clear(of[*id])).map(|id| (IDS[id], IDS[of[id]])).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_circle_no_loss_and_nothing_twice(script in vec(act(), 1..60), choices in choices(), aliases in any::<bool>()) {
        let setup = if aliases { Setup::with_aliases() } else { Setup::default() };
        let net = run(setup, &script, &choices);
        net.check_settled();
        for id in IDS {
            net.end_of(id);
        }
        prop_assert!(net.most_hops < 20, "{} hops", net.most_hops);
    }

    #[test]
    fn who_is_one_person_does_not_depend_on_the_order_of_arrival(
        mut script in vec(act(), 1..30), one in choices(), other in choices()
    ) {
        // A logout divides on purpose, by its time.
        script.iter_mut().filter(|act| act.what == What::Logout).for_each(|act| act.what = What::Event);
        let people = undisputed(&script);
        for choices in [&one, &other] {
            let net = run(Setup::default(), &script, choices);
            net.check_settled();
            for (id, person) in &people {
                let end = net.end_of(id);
                prop_assert_eq!(&*end, *person, "{}", id);
            }
            for (number, did) in net.events.iter().enumerate() {
                let id = net.setup.types.text(&did.ids[0]);
                if let Some(person) = people.get(id.as_str()) {
                    prop_assert_eq!(net.who_has(number), vec![*person], "event {}", number);
                }
            }
        }
    }

    #[test]
    fn aliases_of_users_in_any_order_are_one_prospect(
        pairs in vec((0..8_usize, 0..8_usize, 0..ROUTERS), 1..12), one in choices(), other in choices()
    ) {
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let mut smallest: Vec<usize> = (0..names.len()).collect();
        for (a, b, _) in &pairs {
            let (a, b) = (smallest[*a], smallest[*b]);
            smallest.iter_mut().filter(|of| **of == a.max(b)).for_each(|of| *of = a.min(b));
        }
        for choices in [&one, &other] {
            let mut net = Net::new(Setup::with_aliases());
            for name in names {
                let ids = vec![net.id(name)];
                net.take(0, Did { ids, time_ms: START_MS, ..Did::default() });
            }
            net.settle();
            for (n, (a, b, router)) in pairs.iter().enumerate() {
                let (a, b) = (net.id(names[*a]), net.id(names[*b]));
                let time_ms = START_MS + i64::try_from(n).unwrap();
                net.take(*router, Did { ids: vec![a.clone(), b.clone()], time_ms, alias: Some((a, b)), ..Did::default() });
            }
            for choice in choices {
                if net.waiting() > 0 {
                    net.deliver(usize::from(*choice) % net.waiting());
                }
            }
            net.settle();
            net.check_settled();
            for (n, name) in names.iter().enumerate() {
                let end = net.end_of(name);
                prop_assert_eq!(&*end, names[smallest[n]]);
                prop_assert_eq!(net.who_has(n), vec![names[smallest[n]]]);
            }
        }
    }
}

#[test]
fn a_long_chain_is_walked_once_and_is_short_then() {
    let mut net = Net::new(Setup::default());
    // The worst order: each cart says that a device is another's that is smaller.
    let name = |n: usize| format!("anon:{n:02}");
    let last = 30;
    let visit = |net: &mut Net, ids: &[&str], at_ms: i64| {
        let ids = ids.iter().map(|id| net.id(id)).collect();
        let number = net.take(0, Did { ids, time_ms: START_MS + at_ms, ..Did::default() });
        net.settle();
        number
    };
    for n in (0..last).rev() {
        // A day apart, as nobody has so many devices in one.
        let at_ms = i64::try_from(last - n).unwrap() * 86_400_000;
        visit(&mut net, &[&name(n), &name(n + 1)], at_ms);
    }
    let first = visit(&mut net, &[&name(last)], 40 * 86_400_000);
    assert_eq!(net.who_has(first), ["anon:00"]);
    assert_eq!(net.most_hops, 30);
    for round in 0..6 {
        net.most_hops = 0;
        visit(&mut net, &[&name(last)], (41 + round) * 86_400_000);
    }
    assert!(net.most_hops <= 2, "{} hops", net.most_hops);
    net.check_settled();
}

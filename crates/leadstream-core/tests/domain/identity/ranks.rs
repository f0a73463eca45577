//! Ranks that were changed over live state: what points to an id that is the larger one by now turns round, and nothing goes in a
//! circle, whatever is met first.

use super::house::{By, House, is_shown};
use super::{START_MS, Setup, claims, counted, told};
use crate::harness::shop;
use leadstream_core::domain::identity::linking::Linking;
use leadstream_core::domain::identity::links::{take_names, turned};
use leadstream_core::domain::identity::record::{Counted, Record};
use leadstream_core::domain::identity::types::{IdClass, IdTypeSpec, IdTypes};
use leadstream_core::domain::output::Body;
use leadstream_core::domain::state::identity::{Claim, Forward, Identity, MAX_NAMES, Name};

const CART: &str = "steps = [\"1h\", \"24h\"]\nmax_lateness = \"6h\"";

fn types(own: &[(&str, u8, IdClass)]) -> IdTypes {
    let own: Vec<_> = own.iter().map(|(name, rank, class)| IdTypeSpec::new(name, *rank, *class)).collect();
    IdTypes::with(&own).unwrap()
}

/// A television and a browser, of which the one or the other names whoever has no user.
fn devices(tv: u8, anon: u8) -> Linking {
    let types = types(&[("tv", tv, IdClass::Device), ("anon", anon, IdClass::Device)]);
    Linking { types, ..Linking::default() }
}

fn persons(house: &mut House) -> Vec<String> {
    house.records().0.into_keys().collect()
}

fn orders(house: &mut House) -> u32 {
    house.records().0.values().map(|person| person.extras.as_ref().map_or(0, |extras| extras.customer.orders)).sum()
}

/// All orders of so many things.
fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let insert = |rest: &Vec<usize>, at| {
        let mut all = rest.clone();
        all.insert(at, count - 1);
        all
    };
    permutations(count - 1).iter().flat_map(|rest| (0..count).map(move |at| insert(rest, at))).collect()
}

#[test]
fn case_61_whatever_meets_a_record_of_other_ranks_first_all_ends_with_one_person() {
    let lines = [
        "page ids=tv:t",
        "page ids=anon:a",
        "page ids=anon:a,tv:t",
        "page ids=anon:b,tv:t",
        "order order=o1 value=50 ids=anon:a",
    ];
    for by in [By::Router, By::Key] {
        for order in permutations(lines.len()) {
            let mut house = House::with(&shop(CART), 3, by, devices(7, 6));
            house.play("0s add A price=50 ids=anon:a,tv:t; 1m page ids=tv:t");
            assert_eq!(persons(&mut house), ["anon:a"]);
            house.go_on_by(devices(6, 7));
            for (n, line) in order.iter().enumerate() {
                house.play(&format!("{}m {}", 10 + n, lines[*line]));
            }
            house.assert_acyclic();
            assert_eq!(persons(&mut house), ["tv:t"], "{order:?}");
            house.play("20m identify ids=42,anon:a; 3d wait");
            house.assert_acyclic();
            house.assert_once();
            assert_eq!((persons(&mut house), orders(&mut house)), (vec!["42".to_owned()], 1), "{order:?}");
            assert!(house.messages < 60, "{order:?}: {} messages", house.messages);
            let mailed = house.said(|body| matches!(body, Body::CartAbandoned(_)));
            assert!(mailed.is_empty(), "the order is theirs who filled the cart: {:?}", house.said(is_shown));
        }
    }
}

#[test]
fn case_61_what_was_on_its_way_when_ranks_changed_arrives_once_and_in_no_circle() {
    let lines: String = [
        "0s add A price=50 ids=anon:a",
        "1s page ids=tv:t",
        "2s page ids=anon:a,tv:t",
        "3s order order=o1 value=5 ids=tv:t",
        "4s page ids=anon:b,tv:t",
        "5s order order=o2 value=5 ids=anon:b",
        "6s page ids=tv:u,anon:b",
        "7s order order=o3 value=5 ids=tv:u",
    ]
    .map(|line| format!("{line}\n"))
    .concat();
    for by in [By::Router, By::Key] {
        for taken in 0..40 {
            let mut house = House::with(&shop(CART), 3, by, devices(7, 6));
            house.lay(&lines);
            // In turn, so that messages and events lie everywhere.
            for n in 0..taken {
                let pending = house.pending();
                let Some((task, sent)) = pending.get(n % pending.len().max(1)).copied() else { break };
                house.take(task, sent);
            }
            house.go_on_by(devices(6, 7));
            house.settle();
            assert_eq!(orders(&mut house), 3, "after {taken} records");
            house.play("1h page ids=anon:a,tv:t; 1h page ids=anon:b,tv:t; 1h page ids=tv:u,anon:b; 2h page ids=tv:u; 3d wait");
            house.assert_acyclic();
            house.assert_once();
            assert_eq!((persons(&mut house), orders(&mut house)), (vec!["tv:t".to_owned()], 3), "after {taken} records");
            assert!(house.messages < 200, "{} messages", house.messages);
        }
    }
}

/// Users are somebody of their own, whatever they share with whom.
#[test]
fn an_address_that_becomes_stronger_than_users_names_none_of_them() {
    let strongest = types(&[("email", 1, IdClass::Address), ("user", 2, IdClass::Exclusive)]);
    for first in ["page ids=e@x.example", "page ids=user:42,e@x.example", "page ids=anon:v,user:42"] {
        let mut house = House::new(&shop(CART), 2, By::Key);
        house.play("0s add A price=50 ids=42,email:e@x.example,anon:v; 1m page ids=anon:v");
        house.go_on_by(Linking { types: strongest.clone(), ..Linking::default() });
        house.play(&format!("1h {first}; 2h page ids=e@x.example; 3h page ids=anon:v; 3d wait"));
        house.assert_acyclic();
        house.assert_once();
        assert!(house.messages < 40, "{first}: {} messages", house.messages);
    }
}

fn forward(to: &[(&str, i64)]) -> Forward {
    let to = to.iter().map(|(id, at_ms)| Claim { id: (*id).into(), at_ms: START_MS + at_ms }).collect();
    Forward { to, first_ms: START_MS, refreshed_ms: START_MS, ..Forward::default() }
}

#[test]
fn only_what_points_to_a_larger_id_is_turned_and_of_several_nobody_is_told() {
    let setup = Setup::default();
    let of = |own: &str, to: &[(&str, i64)]| turned(&forward(to), own, setup.rules());
    assert_eq!(of("anon:a", &[("42", 5)]), None);
    let outcome = of("anon:a", &[("anon:b", 5)]).unwrap();
    assert_eq!((outcome.record.as_ref(), told(&outcome)), (None, vec![("anon:b", "anon:a")]));
    assert_eq!(counted(&outcome), [Counted::NotSmaller]);
    // Of an address of several the others stay.
    let outcome = of("email:e", &[("42", 9), ("phone:+4930", 5)]).unwrap();
    assert_eq!((claims(&outcome), told(&outcome)), (vec![("42", 9)], vec![]));
    // What is no id any more is nobody's.
    let long = format!("gone:{}", "x".repeat(200));
    let outcome = of("anon:a", &[(&long, 5)]).unwrap();
    assert!(outcome.record.as_ref().and_then(Record::forward).is_none());
}

#[test]
fn the_weakest_names_go_first_by_the_ranks_of_now() {
    let setup = Setup { types: devices(5, 9).types, ..Setup::default() };
    // The ranks that they came with say the opposite.
    let name = |id: String, rank| Name { id: id.as_str().into(), rank, since_ms: START_MS, linked_ms: 0 };
    let mut identity = Identity::default();
    identity.names.extend((0..MAX_NAMES).map(|n| name(format!("tv:{n:02}"), 99)));
    let effects = take_names(&mut identity, "42", vec![name("anon:a".to_owned(), 1)], setup.rules());
    assert!(identity.names.iter().all(|name| name.id.starts_with("tv:") && name.rank == 5), "{effects:?}");
}

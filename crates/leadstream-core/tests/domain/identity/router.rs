//! The router: which id is the key, which links are told, and what is remembered of them.

use super::{START_MS, Setup, link_of};
use leadstream_core::domain::identity::message::{Link, LinkCause, Message};
use leadstream_core::domain::identity::record::Effect;
use leadstream_core::domain::identity::route::{Route, Router, TOLD_FOR_MS, links_of_direct};
use leadstream_core::domain::identity::said::{SaidIds, Sighting};
use leadstream_core::domain::state::identity::{Identity, MAX_NAMES};

/// Ids; one that ends in `!` is no evidence.
fn ids(setup: &Setup, texts: &[&str]) -> SaidIds {
    let one = |text: &&str| (setup.types.parse(text.trim_end_matches('!')).unwrap(), !text.ends_with('!'));
    SaidIds { ids: texts.iter().map(one).collect(), ..SaidIds::default() }
}

fn sighting(said: &SaidIds, at_ms: i64) -> Sighting<'_> {
    Sighting { said, time_ms: START_MS + at_ms, consent: None }
}

fn route(router: &mut Router, setup: &Setup, texts: &[&str], at_ms: i64) -> Option<Route> {
    router.route(&sighting(&ids(setup, texts), at_ms), setup.rules())
}

fn links(messages: &[Message]) -> Vec<(&str, &str, bool)> {
    let of = |link: &Link| link.cause == LinkCause::Alias;
    messages.iter().filter_map(|message| link_of(message).map(|link| (&*message.to, &*link.target, of(link)))).collect()
}

#[test]
fn the_smallest_id_is_the_key_and_all_others_point_to_it() {
    let setup = Setup::default();
    for (texts, key, told) in [
        (&["cart:c", "anon:a", "42"][..], "42", &["cart:c", "anon:a"][..]),
        (&["anon:b", "anon:a"], "anon:a", &["anon:b"]),
        (&["email:e"], "email:e", &[]),
        (&["9", "10"], "10", &["9"]),
        // What is no evidence may be the key, and points to nobody.
        (&["42!", "anon:a", "cart:c"], "42", &["cart:c"]),
        (&["42", "anon:a!", "cart:c"], "42", &["cart:c"]),
        (&["42", "anon:a", "anon:a"], "42", &["anon:a"]),
    ] {
        let found = route(&mut Router::new(100), &setup, texts, 0).unwrap();
        assert_eq!(found.key, key, "{texts:?}");
        let strongest = if texts[0] == "42!" { "anon:a" } else { key };
        let expected: Vec<_> = told.iter().map(|weak| (*weak, strongest, false)).collect();
        assert_eq!(links(&found.messages), expected, "{texts:?}");
    }
    assert_eq!(route(&mut Router::new(100), &setup, &[], 0), None);
}

#[test]
fn a_blocked_id_is_as_if_it_were_not_there() {
    let mut setup = Setup::default();
    setup.blocked.block("email:poison");
    let mut router = Router::new(100);
    let found = route(&mut router, &setup, &["email:poison", "anon:a", "cart:c"], 0).unwrap();
    assert_eq!((&*found.key, links(&found.messages)), ("anon:a", vec![("cart:c", "anon:a", false)]));
    assert_eq!(route(&mut router, &setup, &["email:poison"], 0), None);
}

#[test]
fn a_link_is_told_once_in_ten_minutes_and_at_once_to_another() {
    let setup = Setup::default();
    let mut router = Router::new(100);
    let mut told = |texts: &[&str], at_ms| {
        let found = route(&mut router, &setup, texts, at_ms).unwrap();
        router.committed();
        found.messages.len()
    };
    assert_eq!(told(&["42", "anon:a"], 0), 1);
    assert_eq!(told(&["42", "anon:a"], TOLD_FOR_MS - 1), 0);
    assert_eq!(told(&["42", "anon:a"], -TOLD_FOR_MS), 0, "older: nothing that isn't known");
    assert_eq!(told(&["42", "anon:a"], TOLD_FOR_MS), 1);
    assert_eq!(told(&["7", "anon:a"], TOLD_FOR_MS), 1, "it changes hands");
    assert_eq!(told(&["42", "anon:a"], TOLD_FOR_MS + 1), 1, "and back");
}

#[test]
fn what_was_not_committed_is_told_again() {
    let setup = Setup::default();
    let mut router = Router::new(100);
    let told = |router: &mut Router| route(router, &setup, &["42", "anon:a"], 0).unwrap().messages.len();
    assert_eq!((told(&mut router), told(&mut router)), (1, 0), "once in a batch");
    router.aborted();
    assert_eq!(told(&mut router), 1);
    router.committed();
    assert_eq!(told(&mut router), 0);
    router.aborted();
    assert_eq!((told(&mut router), router.remembered()), (0, 1));
}

#[test]
fn what_is_remembered_is_bounded_and_the_oldest_goes() {
    let setup = Setup::default();
    let mut router = Router::new(100);
    for n in 0..1_000 {
        route(&mut router, &setup, &["42", &format!("anon:{n}")], 0).unwrap();
        router.committed();
        assert!(router.remembered() <= 100, "{}", router.remembered());
    }
    let mut usual = Router::default();
    for n in 0..1_000 {
        route(&mut usual, &setup, &["42", &format!("anon:{n}")], 0).unwrap();
        usual.committed();
    }
    assert_eq!(usual.remembered(), 1_000);
    assert_eq!(route(&mut router, &setup, &["42", "anon:999"], 1).unwrap().messages.len(), 0);
    assert_eq!(route(&mut router, &setup, &["42", "anon:0"], 1).unwrap().messages.len(), 1);
}

#[test]
fn an_alias_is_turned_so_that_it_points_to_the_smaller_and_is_always_told() {
    let setup = Setup::default();
    let mut router = Router::new(100);
    for (one, other) in [("a", "b"), ("b", "a"), ("b", "a")] {
        let mut both = ids(&setup, &[one, other, "anon:x"]);
        both.alias = Some((both.ids[0].0.clone(), both.ids[1].0.clone()));
        let found = router.route(&sighting(&both, 0), setup.rules()).unwrap();
        router.committed();
        assert_eq!(found.key, "a");
        let aliases: Vec<_> = links(&found.messages).into_iter().filter(|(weak, ..)| *weak != "anon:x").collect();
        assert_eq!(aliases, [("b", "a", true)], "and no link that would be refused");
    }
    let mut same = ids(&setup, &["a"]);
    same.alias = Some((same.ids[0].0.clone(), same.ids[0].0.clone()));
    let found = router.route(&sighting(&same, 0), setup.rules()).unwrap();
    assert_eq!(found.messages, []);
}

#[test]
fn an_event_that_comes_without_a_router_tells_of_its_ids_by_the_prospects_memory() {
    let setup = Setup::default();
    let mut identity = Identity::default();
    let mut told =
        |texts: &[&str], at_ms| links_of_direct(&mut identity, "42", &sighting(&ids(&setup, texts), at_ms), setup.rules()).len();
    assert_eq!(told(&["42", "anon:a", "cart:c"], 0), 2);
    assert_eq!(told(&["42", "anon:a", "cart:c"], TOLD_FOR_MS - 1), 0);
    assert_eq!(told(&["42", "anon:a", "anon:b!"], TOLD_FOR_MS), 1);
    assert_eq!(told(&["42!", "anon:d"], 0), 0, "the key is no evidence");
    assert_eq!(told(&["anon:e", "1"], 0), 1, "never to a larger one");
    assert_eq!(identity.names.len(), 3);
    // As many as a person can have, and a day's.
    let mut identity = Identity::default();
    let mut blocked = 0;
    for n in 0..200 {
        let id = format!("anon:{n:03}");
        let effects = links_of_direct(&mut identity, "42", &sighting(&ids(&setup, &[&id]), n), setup.rules());
        blocked += effects.iter().filter(|effect| matches!(effect, Effect::Blocked { .. })).count();
    }
    assert_eq!((identity.names.len(), blocked), (MAX_NAMES, 1));
}

//! The table of rules (docs/identity.md), row by row: what is held under an id, what it is told, what becomes of it.

use super::*;
use leadstream_core::domain::identity::links::{OnEvent, OnMove, Said, Taken, on_event, on_move, on_unlink, take_names};
use leadstream_core::domain::identity::message::{Holder, MAX_HOPS, Unlink, hash};
use leadstream_core::domain::state::erasure::Erasure;
use leadstream_core::domain::state::identity::{DeviceUser, Identity, MAX_NAMES, Name};
use leadstream_core::domain::terms::consent::ConsentState;

const MINUTE_MS: Ms = 60_000;

#[test]
fn nothing_is_held_the_id_points_to_the_target_which_learns_its_name() {
    let setup = Setup::default();
    let outcome = setup.link(None, "anon:a", "42", START_MS);
    assert_eq!(claims(&outcome), [("42", 0)]);
    assert_eq!(moves(&outcome), [("42", None, vec!["anon:a"])]);
    assert_eq!(forward_of(outcome).users.to_vec(), [DeviceUser { hash: hash("42"), at_ms: START_MS }]);
}

#[test]
fn a_prospect_is_given_whole_with_its_names_and_without_what_is_the_ids_own() {
    let setup = Setup::default();
    let mut prospect = somebody(START_MS - 5);
    let cart = Name { id: "cart:c".into(), rank: 5, since_ms: START_MS - 4, linked_ms: 0 };
    let erasure = Erasure { before_ms: START_MS - 9, until_ms: START_MS + DAY_MS };
    prospect.extras_mut().identity.names.push(cart);
    prospect.extras_mut().erasure = Some(erasure);
    let outcome = setup.link(record_of(prospect), "anon:a", "42", START_MS);
    let [(to, Some(moved), names)] = &moves(&outcome)[..] else { panic!("{outcome:?}") };
    assert_eq!((*to, moved.last_seen_ms, &names[..]), ("42", START_MS - 5, &["cart:c", "anon:a"][..]));
    assert!(moved.erasure().is_none() && moved.extras.as_ref().is_none_or(|extras| extras.is_empty()));
    assert_eq!(forward_of(outcome).erasure, Some(erasure), "events from before it are nobody's, wherever the id points");
}

#[test]
fn two_users_are_never_joined_but_by_an_alias_that_is_allowed() {
    for (setup, cause) in [
        (Setup::default(), LinkCause::Event),
        (Setup::default(), LinkCause::Alias),
        (Setup::with_aliases(), LinkCause::Event),
        (Setup::with_aliases(), LinkCause::Join),
    ] {
        for record in [None, record_of(somebody(START_MS))] {
            let outcome = setup.link_by(record.clone(), "b", "a", START_MS, cause.clone());
            assert_eq!(outcome.record, record, "{cause:?}");
            let [conflict] = &conflicts(&outcome)[..] else { panic!("{outcome:?}") };
            assert_eq!((&*conflict.id, &*conflict.kept, &*conflict.refused), ("b", "b", "a"));
        }
    }
    let outcome = Setup::with_aliases().link_by(record_of(somebody(START_MS)), "b", "a", START_MS, LinkCause::Alias);
    assert_eq!(claims(&outcome), [("a", 0)]);
    assert!(moves(&outcome)[0].1.is_some());
    assert!(forward_of(outcome).users.is_empty(), "a user has no users");
}

#[test]
fn a_link_that_is_known_is_written_anew_once_a_day() {
    let setup = Setup::default();
    let first = setup.links("anon:a", &[("42", 0)]);
    for (later, known) in [(0, 0), (-DAY_MS, 0), (DAY_MS - 1, 0), (DAY_MS, DAY_MS)] {
        let again = setup.link(first.record.clone(), "anon:a", "42", START_MS + later);
        assert_eq!((claims(&again), again.effects.len()), (vec![("42", known)], 0), "{later}");
    }
}

#[test]
fn a_link_of_a_device_that_two_use_is_written_anew_whenever_it_is_newer() {
    let setup = Setup::default();
    let outcome = setup.links("anon:a", &[("42", 0), ("7", 5), ("7", 6), ("42", 5)]);
    assert_eq!(claims(&outcome), [("7", 6)]);
    assert_eq!(counted(&outcome), [Counted::Older]);
}

#[test]
fn it_points_to_the_smaller_of_two_that_are_one_person_and_the_larger_is_told() {
    let setup = Setup::default();
    for (first, second) in [("email:e", "42"), ("42", "email:e")] {
        let outcome = setup.links("anon:a", &[(first, 0), (second, 3)]);
        assert_eq!(claims(&outcome), [("42", 3)], "{first} first");
        assert_eq!(told(&outcome), [("email:e", "42")]);
        assert_eq!(moves(&outcome).len(), usize::from(second == "42"), "who is new to it learns its name");
    }
    // Two devices of one cart.
    assert_eq!(told(&setup.links("cart:c", &[("anon:a", 0), ("anon:b", 1)])), [("anon:b", "anon:a")]);
}

#[test]
fn a_device_follows_whoever_used_it_last_and_joins_nobody() {
    let setup = Setup::default();
    let outcome = setup.links("anon:a", &[("42", 0), ("7", MINUTE_MS)]);
    assert_eq!(claims(&outcome), [("7", MINUTE_MS)]);
    assert_eq!((told(&outcome), moves(&outcome)), (vec![], vec![("7", None, vec!["anon:a"])]));
    assert_eq!(forward_of(outcome).users.len(), 2);
    let late = setup.links("anon:a", &[("7", MINUTE_MS), ("42", 0)]);
    assert_eq!((claims(&late), counted(&late)), (vec![("7", MINUTE_MS)], vec![Counted::Older]));
    for order in [["42", "7"], ["7", "42"]] {
        let tie = setup.links("anon:a", &[(order[0], 0), (order[1], 0)]);
        assert_eq!(claims(&tie), [("42", 0)], "of one instant the smaller, whichever came first");
    }
}

#[test]
fn what_several_use_proves_nothing_of_a_third() {
    let setup = Setup::default();
    // An address that was typed on a device of two users may be of either.
    let outcome = setup.links("anon:a", &[("42", 0), ("7", 1), ("email:e", 2)]);
    assert_eq!((claims(&outcome), told(&outcome)), (vec![("email:e", 2)], vec![]));
    let outcome = setup.links("phone:p", &[("42", 0), ("7", 1), ("email:e", 2)]);
    assert_eq!((claims(&outcome).len(), told(&outcome)), (3, vec![]));
}

#[test]
fn a_device_with_a_third_user_is_shared_and_stays_its_own() {
    let setup = Setup::default();
    let third = setup.links("anon:a", &[("42", 0), ("7", 1), ("8", 2)]);
    assert_eq!(counted(&third), [Counted::BecameShared]);
    let Some(Record::Prospect(prospect)) = &third.record else { panic!("{third:?}") };
    assert!(prospect.extras.as_ref().unwrap().identity.device.shared);
    let later = setup.link(third.record.clone(), "anon:a", "42", START_MS + 90 * DAY_MS);
    assert_eq!((later.record, counted(&third)), (third.record.clone(), vec![Counted::BecameShared]));
    // Not where they are more than thirty days apart.
    let apart = setup.links("anon:a", &[("42", 0), ("7", 1), ("8", 30 * DAY_MS)]);
    assert_eq!(claims(&apart), [("8", 30 * DAY_MS)]);
}

#[test]
fn a_logout_does_not_hide_that_a_device_has_many_users() {
    let setup = Setup::default();
    let mut record = setup.links("anon:a", &[("42", 0), ("7", 1)]).record;
    record = on_unlink(record, &Unlink { at_ms: START_MS + 2, of: Holder::default() }).record;
    assert!(matches!(record, Some(Record::Prospect(_))));
    let outcome = setup.link(record, "anon:a", "8", START_MS + 3);
    assert_eq!(counted(&outcome), [Counted::BecameShared]);
}

#[test]
fn an_address_has_up_to_four_readers_the_newest_first() {
    let setup = Setup::default();
    let outcome = setup.links("email:e", &[("1", 1), ("2", 2), ("3", 3), ("4", 4), ("5", 5)]);
    assert_eq!(claims(&outcome), [("5", 5), ("4", 4), ("3", 3), ("2", 2)]);
    assert_eq!(moves(&outcome), [("5", None, vec!["email:e"])]);
    let older = setup.link(outcome.record, "email:e", "0", START_MS);
    assert_eq!((claims(&older).len(), counted(&older)), (4, vec![Counted::Older]));
}

#[test]
fn a_new_reader_of_an_address_learns_what_was_said_of_it() {
    let setup = Setup::default();
    let mut known = somebody(START_MS);
    known.consent.state = ConsentState::Unsubscribed;
    known.consent.since_ms = Some(START_MS - 7);
    let first = setup.link(record_of(known), "email:e", "42", START_MS);
    let second = setup.link(first.record, "email:e", "7", START_MS + 1);
    let facts: Vec<_> = sent(&second).into_iter().filter(|message| matches!(message.body, Body::Consent(_))).collect();
    let [Message { to, body: Body::Consent(fact), .. }] = facts[..] else { panic!("{second:?}") };
    assert_eq!((&**to, fact.state, fact.at_ms), ("7", ConsentState::Unsubscribed, START_MS - 7));
}

#[test]
fn a_cart_of_two_users_stays_with_the_first_and_of_two_addresses_goes_to_the_newest() {
    let setup = Setup::default();
    let outcome = setup.links("cart:c", &[("42", 0), ("7", 1)]);
    assert_eq!(claims(&outcome), [("42", 0)]);
    let [conflict] = &conflicts(&outcome)[..] else { panic!("{outcome:?}") };
    assert_eq!((&*conflict.id, &*conflict.kept, &*conflict.refused), ("cart:c", "42", "7"));
    let typo = setup.links("cart:c", &[("email:a@mail.exmaple", 0), ("email:a@mail.example", 1)]);
    assert_eq!((claims(&typo), told(&typo), conflicts(&typo).len()), (vec![("email:a@mail.example", 1)], vec![], 0));
}

#[test]
fn an_erased_id_takes_only_links_from_after_it() {
    let setup = Setup::default();
    let mut erased = Prospect::default();
    erased.extras_mut().erasure = Some(Erasure { before_ms: START_MS, until_ms: START_MS + DAY_MS });
    let older = setup.link(record_of(erased.clone()), "anon:a", "42", START_MS);
    assert_eq!((older.record.clone(), counted(&older)), (record_of(erased.clone()), vec![Counted::Erased]));
    let newer = setup.link(record_of(erased), "anon:a", "42", START_MS + 1);
    assert_eq!(moves(&newer), [("42", None, vec!["anon:a"])], "there is no prospect to give");
    let late = setup.link(newer.record, "anon:a", "7", START_MS);
    assert_eq!((claims(&late), counted(&late)), (vec![("42", 1)], vec![Counted::Erased]));
}

#[test]
fn a_link_that_does_not_point_to_a_smaller_id_is_refused() {
    let setup = Setup::with_aliases();
    for (own, target) in [("42", "anon:a"), ("anon:a", "anon:a"), ("anon:a", "anon:b"), ("1", "2")] {
        for record in [None, record_of(somebody(START_MS))] {
            let outcome = setup.link_by(record.clone(), own, target, START_MS, LinkCause::Alias);
            assert_eq!((outcome.record.clone(), counted(&outcome)), (record, vec![Counted::NotSmaller]), "{own} to {target}");
        }
    }
    assert_eq!(counted(&setup.link(None, "anon:a", "", START_MS)), [Counted::NoId]);
}

#[test]
fn whoever_is_blocked_is_nobody() {
    let mut setup = Setup::default();
    let known = setup.links("anon:a", &[("email:e", 0)]).record;
    setup.blocked.block("email:e");
    assert_eq!(counted(&setup.link(None, "anon:b", "email:e", START_MS)), [Counted::Blocked]);
    assert_eq!(counted(&setup.link(None, "email:e", "42", START_MS)), [Counted::Blocked]);
    let other = setup.link(known.clone(), "anon:a", "42", START_MS + 1);
    assert_eq!((claims(&other), told(&other)), (vec![("42", 1)], vec![]), "they are not joined by it");
    let event = on_event(known.as_ref(), "anon:a", &Said { time_ms: START_MS, ..Said::default() }, setup.rules());
    assert_eq!(event, OnEvent::ApplyAfresh(None));
    setup.blocked.unblock("email:e");
    assert_eq!(claims(&setup.link(known, "anon:a", "email:e", START_MS)), [("email:e", 0)]);
}

#[test]
fn whoever_is_crowded_is_given_to_nobody() {
    let setup = Setup::default();
    let mut crowd = somebody(START_MS);
    crowd.extras_mut().identity.crowded_until_ms = Some(START_MS + 2);
    let record = record_of(crowd);
    assert_eq!(counted(&setup.link(record.clone(), "email:e", "42", START_MS + 1)), [Counted::Crowded]);
    assert_eq!(claims(&setup.link(record, "email:e", "42", START_MS + 2)), [("42", 2)]);
}

#[test]
fn an_event_of_an_id_that_points_to_somebody_is_theirs() {
    let setup = Setup::default();
    let event = |record: Option<&Record>, own: &str, said: &Said<'_>| on_event(record, own, said, setup.rules());
    let at = |time_ms| Said { time_ms, ..Said::default() };
    assert_eq!(event(None, "anon:a", &at(START_MS)), OnEvent::Apply);
    assert_eq!(event(record_of(somebody(0)).as_ref(), "anon:a", &at(START_MS)), OnEvent::Apply);
    let record = setup.links("anon:a", &[("42", 0)]).record;
    let sent_on = OnEvent::Forward { to: "42".into(), record: None, effects: Vec::new() };
    assert_eq!(event(record.as_ref(), "anon:a", &at(START_MS - DAY_MS)), sent_on);
    let last = Said { hops: MAX_HOPS, ..at(START_MS) };
    assert_eq!(event(record.as_ref(), "anon:a", &last), OnEvent::TooManyHops);
}

#[test]
fn what_is_said_of_an_address_is_for_all_who_read_it() {
    let setup = Setup::default();
    let record = setup.links("email:e", &[("42", 0), ("7", 1)]).record;
    let event = |said: &Said<'_>| on_event(record.as_ref(), "email:e", said, setup.rules());
    let OnEvent::Forward { to, record: None, .. } = event(&Said { time_ms: START_MS, ..Said::default() }) else { panic!() };
    assert_eq!(to, "7", "a click is the newest's");
    for state in [ConsentState::Unsubscribed, ConsentState::HardBounce, ConsentState::Complained] {
        let said = Said { time_ms: START_MS + 9, consent: Some(state), ..Said::default() };
        let OnEvent::Forward { to, record: Some(changed), effects } = event(&said) else { panic!("{state:?}") };
        assert_eq!((&*to, changed.consent.state), ("7", state));
        let [Effect::Send(Message { to, hops: 1, body: Body::Consent(fact) })] = &effects[..] else { panic!("{effects:?}") };
        assert_eq!((&**to, fact.state, fact.at_ms), ("42", state, START_MS + 9), "the event is one's, and what it says for all");
        assert_eq!(changed.consent.since_ms, Some(START_MS + 9));
    }
    // A device is no address, whatever an event says.
    let device = setup.links("anon:a", &[("42", 0)]).record;
    let said = Said { time_ms: START_MS, consent: Some(ConsentState::Unsubscribed), ..Said::default() };
    let OnEvent::Forward { record: None, .. } = on_event(device.as_ref(), "anon:a", &said, setup.rules()) else { panic!() };
}

#[test]
fn an_event_from_before_an_erasure_is_dropped_wherever_the_id_points_now() {
    let setup = Setup::default();
    let mut forward = forward_of(setup.links("anon:a", &[("42", 5)]));
    forward.erasure = Some(Erasure { before_ms: START_MS, until_ms: START_MS + DAY_MS });
    let record = Some(Record::Forward(forward));
    let event = |time_ms| on_event(record.as_ref(), "anon:a", &Said { time_ms, ..Said::default() }, setup.rules());
    assert_eq!(event(START_MS), OnEvent::BeforeErasure);
    assert!(matches!(event(START_MS + 1), OnEvent::Forward { .. }));
}

#[test]
fn whoever_sent_an_event_to_an_id_that_points_on_is_told_the_shorter_way() {
    let setup = Setup::default();
    let record = setup.links("anon:a", &[("42", 0)]).record;
    let said = Said { time_ms: START_MS, via: Some("cart:c"), hops: 1, ..Said::default() };
    let OnEvent::Forward { effects, .. } = on_event(record.as_ref(), "anon:a", &said, setup.rules()) else { panic!() };
    let [Effect::Send(Message { to, body: Body::Link(link), .. })] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((&**to, &*link.target, &link.cause), ("cart:c", "42", &LinkCause::Shortcut("anon:a".into())));
    let cart = setup.links("cart:c", &[("anon:a", 0)]).record;
    let shorter = on_link(cart, "cart:c", link.clone(), setup.rules());
    assert_eq!((claims(&shorter), shorter.effects.len()), (vec![("42", 0)], 0));
    // It points elsewhere by now: nothing is changed.
    let other = setup.links("cart:c", &[("anon:b", 0)]).record;
    let outcome = on_link(other.clone(), "cart:c", link.clone(), setup.rules());
    assert_eq!((outcome.record.clone(), counted(&outcome)), (other, vec![Counted::Nothing]));
}

#[test]
fn a_shorter_way_makes_no_user_two() {
    let setup = Setup::with_aliases();
    let device = setup.links("anon:a", &[("b", 0), ("c", 1)]).record;
    let shortcut = LinkCause::Shortcut("c".into());
    let outcome = setup.link_by(device, "anon:a", "a", START_MS + 2, shortcut);
    assert_eq!(claims(&outcome), [("a", 1)]);
    let users: Vec<u32> = forward_of(outcome).users.iter().map(|user| user.hash).collect();
    assert_eq!(users, [hash("a"), hash("b")], "c is a");
}

fn taken(on: OnMove) -> Taken {
    match on {
        OnMove::Take(taken) => *taken,
        other => panic!("{other:?}"),
    }
}

fn moved(names: &[&str], prospect: Option<Prospect>) -> Move {
    let name = |id: &&str| Name { id: (*id).into(), rank: 4, since_ms: START_MS, linked_ms: 0 };
    Move {
        from: "anon:a".into(),
        at_ms: START_MS,
        prospect: prospect.map(Box::new),
        names: names.iter().map(name).collect(),
        cause: LinkCause::Event,
    }
}

#[test]
fn a_prospect_that_comes_is_taken_passed_on_or_dropped_with_who_was_erased() {
    let setup = Setup::default();
    let come = || moved(&["anon:a"], Some(somebody(START_MS)));
    let on = |record, hops| on_move(record, "email:e", come(), hops, setup.rules());
    let new = taken(on(None, 0));
    assert_eq!((*new.into, new.from.map(|p| p.last_seen_ms), new.names.len()), (Prospect::default(), Some(START_MS), 1));
    let known = taken(on(record_of(somebody(START_MS + 9)), 0));
    assert_eq!((known.into.last_seen_ms, &*known.from_name), (START_MS + 9, "anon:a"));
    let gone = setup.links("email:e", &[("42", 0)]).record;
    let OnMove::Pass(message) = on(gone.clone(), 3) else { panic!() };
    assert_eq!((&*message.to, message.hops), ("42", 4));
    let stuck = taken(on(gone, MAX_HOPS));
    assert_eq!(stuck.effects, [Effect::Count(Counted::TooManyHops)], "and no prospect is lost");
    let mut erased = Prospect::default();
    erased.extras_mut().erasure = Some(Erasure { before_ms: START_MS, until_ms: START_MS + DAY_MS });
    let OnMove::Erased(_, effects) = on(record_of(erased.clone()), 0) else { panic!() };
    let [Effect::Send(Message { to, body: Body::Erase(erase), .. })] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((&**to, erase.at_ms, erase.whole_person), ("anon:a", START_MS, false));
    assert!(erase.of.is("email:e") && !erase.of.is("42"));
    let later = moved(&["anon:a"], Some(somebody(START_MS + 1)));
    taken(on_move(record_of(erased), "email:e", later, 0, setup.rules()));
}

fn names(from: usize, to: usize, apart_ms: Ms) -> Vec<Name> {
    let name = |n: usize| {
        let since_ms = START_MS + apart_ms * Ms::try_from(n).unwrap();
        Name { id: format!("anon:{n:03}").into(), rank: 4, since_ms, linked_ms: 0 }
    };
    (from..to).map(name).collect()
}

#[test]
fn more_names_within_a_day_than_a_person_has_say_that_it_is_nobody() {
    let setup = Setup::default();
    let mut identity = Identity::default();
    assert_eq!(take_names(&mut identity, "email:e", names(0, 20, MINUTE_MS), setup.rules()), []);
    let effects = take_names(&mut identity, "email:e", names(20, 21, MINUTE_MS), setup.rules());
    let at_ms = START_MS + 20 * MINUTE_MS;
    assert_eq!(effects, [Effect::Blocked { id: "email:e".into(), at_ms }]);
    assert_eq!(identity.crowded_until_ms, Some(at_ms + 30 * DAY_MS));
    assert_eq!(take_names(&mut identity, "email:e", names(21, 30, MINUTE_MS), setup.rules()), [], "it is said once");
    let mut slow = Identity::default();
    assert_eq!(take_names(&mut slow, "email:e", names(0, 60, DAY_MS / 20), setup.rules()), []);
    assert_eq!(slow.crowded_until_ms, None);
}

#[test]
fn a_name_that_is_known_counts_once() {
    let setup = Setup::default();
    let mut identity = Identity::default();
    for _ in 0..3 {
        assert_eq!(take_names(&mut identity, "anon:001", names(0, 15, 0), setup.rules()), []);
    }
    assert_eq!(identity.names.len(), 14, "nor is it a name of its own");
}

#[test]
fn of_too_many_names_the_weakest_and_oldest_are_unlinked() {
    let setup = Setup::default();
    let mut identity = Identity::default();
    let mut all = names(0, MAX_NAMES - 1, DAY_MS);
    all.push(Name { id: "cart:c".into(), rank: 5, since_ms: START_MS + 99 * DAY_MS, linked_ms: 0 });
    assert_eq!(take_names(&mut identity, "42", all, setup.rules()), []);
    let effects = take_names(&mut identity, "42", names(MAX_NAMES, MAX_NAMES + 2, DAY_MS), setup.rules());
    let unlinked: Vec<_> = effects
        .iter()
        .filter_map(
            |effect| if let Effect::Send(Message { to, body: Body::Unlink(u), .. }) = effect { Some((&**to, u)) } else { None },
        )
        .collect();
    assert_eq!(unlinked.iter().map(|(to, _)| *to).collect::<Vec<_>>(), ["cart:c", "anon:000"]);
    assert_eq!(identity.names.len(), MAX_NAMES);
    // It goes only where it points to the one who has too many.
    let own = setup.links("anon:000", &[("42", 5)]).record;
    assert_eq!(on_unlink(own, unlinked[1].1).record.and_then(|record| record.forward().cloned()), None);
    let other = setup.links("anon:000", &[("7", 5)]).record;
    let outcome = on_unlink(other.clone(), unlinked[1].1);
    assert_eq!((outcome.record.clone(), counted(&outcome)), (other, vec![Counted::Nothing]));
}

#[test]
fn a_logout_counts_against_links_from_before_it_in_any_order() {
    let setup = Setup::default();
    let logout = Unlink { at_ms: START_MS + 5, of: Holder::default() };
    let after = on_unlink(setup.links("anon:a", &[("42", 0)]).record, &logout).record;
    assert!(after.as_ref().is_some_and(|record| record.prospect().is_some()));
    let before = on_unlink(None, &logout).record;
    let late = setup.link(before, "anon:a", "42", START_MS);
    assert_eq!(counted(&late), [Counted::Older]);
    assert_eq!(claims(&setup.link(after, "anon:a", "42", START_MS + 6)), [("42", 6)]);
    let newer = setup.links("anon:a", &[("42", 9)]).record;
    assert_eq!(on_unlink(newer.clone(), &logout).record, newer, "they logged in again since");
}

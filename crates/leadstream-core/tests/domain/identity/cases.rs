//! Cases that a person would tell, through the router and the tasks of all ids.

use super::net::{Did, Net};
use super::{START_MS, Setup};
use leadstream_core::domain::DAY_MS;
use leadstream_core::domain::identity::record::{Counted, Record};
use leadstream_core::domain::terms::consent::ConsentState;

const MINUTE_MS: i64 = 60_000;

impl Net {
    /// An event with these ids; everything that follows from it is done before the next.
    fn does(&mut self, ids: &[&str], at_ms: i64) -> usize {
        let ids = ids.iter().map(|id| self.id(id)).collect();
        let number = self.take(0, Did { ids, time_ms: START_MS + at_ms, ..Did::default() });
        self.settle();
        number
    }

    fn says(&mut self, ids: &[&str], state: ConsentState, at_ms: i64) -> usize {
        let ids = ids.iter().map(|id| self.id(id)).collect();
        let number = self.take(0, Did { ids, time_ms: START_MS + at_ms, consent: Some(state), ..Did::default() });
        self.settle();
        number
    }

    fn logs_out(&mut self, ids: &[&str], at_ms: i64) -> usize {
        let ids = ids.iter().map(|id| self.id(id)).collect();
        let number = self.take(0, Did { ids, time_ms: START_MS + at_ms, detaches: true, ..Did::default() });
        self.settle();
        number
    }

    fn alias(&mut self, router: usize, from: &str, to: &str, at_ms: i64) {
        let (from, to) = (self.id(from), self.id(to));
        let ids = vec![from.clone(), to.clone()];
        self.take(router, Did { ids, time_ms: START_MS + at_ms, alias: Some((from, to)), ..Did::default() });
    }
}

#[test]
fn case_1_what_a_visitor_did_is_the_users_after_a_login() {
    let mut net = Net::new(Setup::default());
    let before = net.does(&["anon:a"], 0);
    assert_eq!(net.who_has(before), ["anon:a"]);
    let login = net.does(&["42", "anon:a"], 1);
    let after = net.does(&["anon:a"], 2);
    for event in [before, login, after] {
        assert_eq!(net.who_has(event), ["42"]);
    }
    assert_eq!(net.names("42"), ["anon:a"]);
    net.check_settled();
}

#[test]
fn case_2_a_second_device_is_theirs_too() {
    let mut net = Net::new(Setup::default());
    let events = [net.does(&["anon:a"], 0), net.does(&["anon:b"], 1)];
    net.does(&["42", "anon:a"], 2);
    net.does(&["42", "anon:b"], 3);
    assert!(events.iter().all(|event| net.who_has(*event) == ["42"]));
    assert_eq!(net.names("42"), ["anon:a", "anon:b"]);
}

#[test]
fn case_4_a_thousand_identifies_are_one_link_in_ten_minutes_and_no_write() {
    let mut net = Net::new(Setup::default());
    net.does(&["42", "anon:a"], 0);
    let (links, record) = (net.links, net.records["anon:a"].clone());
    for n in 1..1_000 {
        net.does(&["42", "anon:a"], n * 599);
    }
    assert_eq!((net.links, &net.records["anon:a"]), (links, &record));
    net.does(&["42", "anon:a"], 10 * MINUTE_MS);
    assert_eq!((net.links, &net.records["anon:a"]), (links + 1, &record), "told again, and known");
}

#[test]
fn case_6_an_event_from_before_the_login_that_arrives_after_it_is_the_users() {
    let mut net = Net::new(Setup::default());
    net.does(&["42", "anon:a"], 10);
    let late = net.does(&["anon:a"], 5);
    assert_eq!(net.who_has(late), ["42"]);
}

#[test]
fn case_8_after_a_logout_visits_are_the_users_unless_logging_out_detaches() {
    let mut net = Net::new(Setup::default());
    net.does(&["42", "anon:a"], 0);
    let after = net.does(&["anon:a"], 2);
    assert_eq!(net.who_has(after), ["42"]);
    let out = net.logs_out(&["42", "anon:a"], 3);
    let anonymous = net.does(&["anon:a"], 4);
    assert_eq!((net.who_has(out), net.who_has(anonymous)), (vec!["42"], vec!["anon:a"]));
    // At once again: what the router remembers of before the logout is no reason to be silent.
    net.does(&["42", "anon:a"], 5);
    assert_eq!(net.who_has(anonymous), ["42"]);
    net.check_settled();
}

#[test]
fn case_9_the_next_user_of_a_device_has_its_future_and_not_its_past() {
    let mut net = Net::new(Setup::default());
    let past = net.does(&["anon:a"], 0);
    net.does(&["42", "anon:a"], 1);
    net.does(&["7", "anon:a"], 2);
    let future = net.does(&["anon:a"], 3);
    assert_eq!((net.who_has(past), net.who_has(future)), (vec!["42"], vec!["7"]));
    assert!(net.conflicts.is_empty());
    // And back, within the ten minutes.
    net.does(&["42", "anon:a"], 4);
    let back = net.does(&["anon:a"], 5);
    assert_eq!(net.who_has(back), ["42"]);
}

#[test]
fn case_10_of_two_logins_that_are_read_in_the_wrong_order_the_later_one_counts() {
    let mut net = Net::new(Setup::default());
    net.does(&["7", "anon:a"], 2);
    net.does(&["42", "anon:a"], 1);
    let future = net.does(&["anon:a"], 3);
    assert_eq!(net.who_has(future), ["7"]);
}

#[test]
fn case_11_a_family_computer_is_given_to_nobody() {
    let mut net = Net::new(Setup::default());
    for (user, at_ms) in [("1", 0), ("2", DAY_MS), ("3", 2 * DAY_MS)] {
        net.does(&[user, "anon:a"], at_ms);
    }
    let anonymous = net.does(&["anon:a"], 3 * DAY_MS);
    let login = net.does(&["1", "anon:a"], 4 * DAY_MS);
    assert_eq!((net.who_has(anonymous), net.who_has(login)), (vec!["anon:a"], vec!["1"]));
    assert_eq!((net.counts[&Counted::BecameShared], net.counts[&Counted::Shared]), (1, 1));
    assert!(matches!(&net.records["anon:a"], Record::Prospect(_)));
    net.check_settled();
}

#[test]
fn case_12_two_addresses_typed_on_one_device_are_two_people_until_one_user_has_both() {
    let mut net = Net::new(Setup::default());
    let first = net.does(&["email:a@mail.example", "anon:a"], 0);
    let second = net.does(&["email:b@mail.example", "anon:a"], 1);
    let visit = net.does(&["anon:a"], 2);
    assert_eq!(net.who_has(first), ["email:a@mail.example"]);
    assert_eq!((net.who_has(second), net.who_has(visit)), (vec!["email:b@mail.example"], vec!["email:b@mail.example"]));
    net.does(&["42", "email:a@mail.example"], 3);
    assert_eq!(net.who_has(visit), ["email:b@mail.example"]);
    net.does(&["42", "email:b@mail.example"], 4);
    assert!([first, second, visit].iter().all(|event| net.who_has(*event) == ["42"]));
}

#[test]
fn case_13_two_users_of_one_address() {
    let mut net = Net::new(Setup::default());
    net.does(&["1", "email:e"], 0);
    net.does(&["2", "email:e"], 1);
    assert_eq!(net.points_to("email:e"), ["2", "1"]);
    let click = net.does(&["email:e"], 2);
    assert_eq!(net.who_has(click), ["2"], "a click is the newest's");
    for (n, state) in [(3, ConsentState::HardBounce), (4, ConsentState::Unsubscribed), (5, ConsentState::Complained)] {
        let event = net.says(&["email:e"], state, n);
        assert_eq!(net.who_has(event), ["2"], "an event is one's");
        assert!(
            ["1", "2"].iter().all(|user| net.cargo[*user].heard.contains(&(START_MS + n, state))),
            "{state:?} is the address's"
        );
    }
    // Told with a user's name, it is still of the address.
    net.says(&["1", "email:e"], ConsentState::Open, 6);
    for user in ["1", "2"] {
        assert!(net.cargo[user].heard.contains(&(START_MS + 6, ConsentState::Open)), "{user}");
    }
    net.check_settled();
}

#[test]
fn case_14_an_old_address_is_still_theirs() {
    let mut net = Net::new(Setup::default());
    net.does(&["42", "email:old"], 0);
    net.does(&["42", "email:new"], 1);
    let refusal = net.says(&["email:old"], ConsentState::Unsubscribed, 2);
    assert_eq!(net.who_has(refusal), ["42"]);
}

#[test]
fn case_18_a_guests_cart_visit_and_order_are_one_persons() {
    let mut net = Net::new(Setup::default());
    let visit = net.does(&["anon:a"], 0);
    let cart = net.does(&["anon:a", "cart:c"], 1);
    let order = net.does(&["email:e", "cart:c"], 2);
    assert!([visit, cart, order].iter().all(|event| net.who_has(*event) == ["email:e"]));
    let mut names = net.names("email:e");
    names.sort_unstable();
    assert_eq!(names, ["anon:a", "cart:c"]);
}

#[test]
fn case_19_an_order_that_names_only_the_cart_is_of_whose_cart_it_is() {
    let mut net = Net::new(Setup::default());
    net.does(&["anon:a", "cart:c"], 0);
    net.does(&["42", "anon:a"], 1);
    let order = net.does(&["cart:c"], 2);
    assert_eq!(net.who_has(order), ["42"]);
    assert_eq!(net.points_to("cart:c"), ["42"], "the next one takes the shorter way");
}

#[test]
fn case_30_what_is_said_of_an_address_that_nobody_has_yet_is_inherited() {
    let mut net = Net::new(Setup::default());
    let bounce = net.says(&["email:e"], ConsentState::HardBounce, 0);
    assert_eq!(net.who_has(bounce), ["email:e"]);
    net.does(&["42", "email:e"], 1);
    assert_eq!(net.who_has(bounce), ["42"]);
}

#[test]
fn case_36_an_alias_there_and_back_is_one_direction() {
    let mut net = Net::new(Setup::with_aliases());
    net.alias(0, "a", "b", 0);
    net.alias(1, "b", "a", 1);
    net.settle();
    assert_eq!((net.points_to("b"), net.points_to("a")), (vec!["a"], vec![]));
    assert_eq!(net.counts.get(&Counted::NotSmaller), None);
    net.check_settled();
}

#[test]
fn case_37_a_chain_of_aliases_in_any_order_is_one_prospect() {
    for ids in [["a", "b", "c"], ["b", "c", "a"], ["c", "a", "b"], ["a", "c", "b"], ["b", "a", "c"], ["c", "b", "a"]] {
        for seed in 0..200_usize {
            let mut net = Net::new(Setup::with_aliases());
            let did: Vec<usize> = ids.iter().enumerate().map(|(n, id)| net.does(&[id], i64::try_from(n).unwrap())).collect();
            let (first, second) = if seed % 2 == 0 { (0, 1) } else { (1, 0) };
            let pairs = [(ids[0], ids[1]), (ids[1], ids[2])];
            net.alias(first, pairs[first].0, pairs[first].1, 10);
            net.alias(second, pairs[second].0, pairs[second].1, 11);
            let mut drawn = seed / 2;
            while net.waiting() > 0 {
                let waiting = net.waiting();
                net.deliver(drawn % waiting);
                drawn = drawn / waiting + seed;
            }
            assert!(did.iter().all(|event| net.who_has(*event) == ["a"]), "{ids:?}, {seed}");
            assert!(["b", "c"].iter().all(|id| net.end_of(id) == "a"));
            net.check_settled();
        }
    }
}

#[test]
fn case_38_an_alias_of_two_users_is_refused_where_it_is_not_allowed() {
    let mut net = Net::new(Setup::default());
    let events = [net.does(&["1"], 0), net.does(&["2"], 1)];
    net.alias(0, "1", "2", 2);
    net.settle();
    assert_eq!((net.who_has(events[0]), net.who_has(events[1])), (vec!["1"], vec!["2"]));
    assert_eq!(net.conflicts.len(), 1);
    net.check_settled();
}

#[test]
fn case_40_an_id_of_too_many_is_blocked_after_twenty_one_of_them() {
    let mut net = Net::new(Setup::default());
    for n in 0..100 {
        net.does(&["email:poison", &format!("anon:{n:03}")], n);
    }
    assert!(net.setup.blocked.has("email:poison"));
    assert_eq!(net.names("email:poison").len(), 21);
    let last = net.events.len() - 1;
    assert_eq!(net.who_has(last), ["anon:099"], "who came after it is somebody of their own");
    let first = net.does(&["anon:000"], 200);
    assert_eq!(net.who_has(first), ["anon:000"], "and so is, from now on, who came before");
    net.check_settled();
}

#[test]
fn case_41_the_65th_name_takes_the_place_of_the_oldest_device() {
    let mut net = Net::new(Setup::default());
    for n in 0..65 {
        net.does(&["42", &format!("anon:{n:03}")], n * DAY_MS);
    }
    assert_eq!((net.names("42").len(), net.counts[&Counted::NamesFull]), (64, 1));
    assert!(!net.names("42").contains(&"anon:000") && net.points_to("anon:000").is_empty());
    let visit = net.does(&["anon:000"], 65 * DAY_MS);
    assert_eq!(net.who_has(visit), ["anon:000"]);
    net.check_settled();
}

#[test]
fn case_42_a_cart_that_two_users_have_joins_nobody() {
    let mut net = Net::new(Setup::default());
    let (one, two) = (net.does(&["1", "cart:c"], 0), net.does(&["2", "cart:c"], 1));
    assert_eq!((net.who_has(one), net.who_has(two)), (vec!["1"], vec!["2"]));
    assert_eq!((net.points_to("cart:c"), net.conflicts.len()), (vec!["1"], 1));
    net.check_settled();
}

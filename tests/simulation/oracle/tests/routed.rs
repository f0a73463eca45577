//! What routers do, falsified.

use super::honest::Honest;
use super::{breaks_of, rules, with_value};
use crate::broker::history::Visible;
use crate::oracle::Rule;
use leadstream::domain::Ms;
use leadstream::runtime::ports::{OutTopic, Progress};
use leadstream::wire::routed;
use std::rc::Rc;

fn breaks(rule: Rule, doctor: impl FnOnce(&mut Honest)) {
    breaks_of(Honest::routed(), rule, doctor);
}

impl Honest {
    /// Events, with their partition's place among those of the topic.
    fn events(&mut self) -> &mut Vec<Visible> {
        self.visible(OutTopic::Events).max_by_key(|all| all.iter().filter(|v| !v.is_progress()).count()).expect("some are there")
    }

    fn event(&mut self, n: usize) -> usize {
        let events = self.events().iter().enumerate().filter(|(_, v)| !v.is_progress());
        events.map(|(place, _)| place).nth(n).expect("there are many")
    }

    /// Changes all that routers say of themselves.
    fn say(&mut self, what: impl Fn(&mut Progress)) {
        for visible in self.visible(OutTopic::Events).flatten() {
            let Some(mut said) = visible.progress() else { continue };
            what(&mut said);
            let mut headers = visible.record.headers.to_vec();
            headers[0].1 = Some(routed::encode_progress(&said));
            visible.record.headers = Rc::from(headers);
        }
    }
}

#[test]
fn an_honest_router_is_honest() {
    let mut run = Honest::routed();
    let verdict = run.judge();
    assert_eq!(verdict.findings, []);
    assert!(verdict.commits > 10, "{}", verdict.commits);
    let letters = run.visible(OutTopic::DeadLetters).map(|all| all.len()).sum::<usize>();
    assert!(letters >= 3 + 2 * 3, "{letters}");
    assert!(run.visible(OutTopic::CartAbandoned).map(|all| all.len()).sum::<usize>() > 0);
}

#[test]
fn an_event_that_is_lost_doubled_moved_or_made_up() {
    breaks(Rule::RoutedOnce, |run| {
        let n = run.event(3);
        run.events().remove(n);
    });
    breaks(Rule::RoutedOnce, |run| {
        let (n, end) = (run.event(3), run.events().last().unwrap().offset + 1);
        let again = Visible { offset: end, ..run.events()[n].clone() };
        run.events().push(again);
    });
    breaks(Rule::RoutedOnce, |run| {
        let n = run.event(3);
        run.events()[n].record.key = Some(Rc::from(b"somebody".as_slice()));
    });
    breaks(Rule::RoutedOnce, |run| {
        let n = run.event(3);
        let record = with_value(&run.events()[n].record, b"{}");
        run.events()[n].record = record;
    });
    breaks(Rule::InTransactions, |run| {
        let n = run.event(3);
        run.events()[n].transaction = None;
    });
}

#[test]
fn an_event_in_another_transaction_than_its_records_offset() {
    breaks(Rule::RoutedOnce, |run| {
        let (one, other) = (run.event(3), run.event(8));
        let transaction = run.events()[other].transaction;
        assert_ne!(run.events()[one].transaction, transaction);
        run.events()[one].transaction = transaction;
    });
}

#[test]
fn events_that_changed_places() {
    breaks(Rule::RoutedInOrder, |run| {
        let events = run.events();
        let last = events.iter().map(|v| v.offset).max().unwrap();
        events.iter_mut().for_each(|v| v.offset = last - v.offset);
    });
}

#[test]
fn a_bad_element_without_its_dead_letter_or_with_two() {
    breaks(Rule::DeadLetters, |run| _ = run.longest(OutTopic::DeadLetters).remove(0));
    breaks(Rule::DeadLetters, |run| {
        let all = run.longest(OutTopic::DeadLetters);
        let again = Visible { offset: all.last().unwrap().offset + 1, ..all[0].clone() };
        all.push(again);
    });
    breaks(Rule::DeadLetters, |run| {
        let all = run.longest(OutTopic::DeadLetters);
        all[0].record = with_value(&all[0].record, b"another");
    });
}

#[test]
fn offsets_of_routers_that_are_others() {
    breaks(Rule::OffsetsAreTheStates, |run| *run.routed.values_mut().next().unwrap() += 1);
    breaks(Rule::RoutedOnce, |run| {
        let transactions = run.history.transactions.iter_mut().filter(|t| t.transactional_id.contains(".router"));
        let offset = transactions.flat_map(|t| t.positions.values_mut()).find(|offset| **offset > 0).unwrap();
        *offset = 0;
    });
}

#[test]
fn a_router_that_says_what_is_not_so() {
    breaks(Rule::RoutersTellTheTruth, |run| run.say(|said| said.lanes = 1));
    // A record from before the first of them was in the router's hands all the time.
    let mut run = Honest::routed();
    let lane = *run.routed.keys().next().unwrap();
    let (first, handings) = run.handed.range((lane, 0)..).next().map(|(at, all)| (at.1, all.clone())).unwrap();
    let behind = run.history.visible.get_mut(&lane).unwrap();
    let left = Visible { offset: i64::MAX / 2, since: 0, ..behind[0].clone() };
    behind.push(Visible {
        record: crate::api::Record { timestamp_ms: Some(1_000_000_000_000 as Ms), ..left.record.clone() },
        ..left
    });
    run.handed.insert((lane, i64::MAX / 2), handings);
    assert_eq!(first, 0);
    let verdict = run.judge();
    assert!(rules(&verdict).contains(&Rule::RoutersTellTheTruth), "{:#?}", verdict.findings);
}

#[test]
fn a_reminder_although_nobody_said_that_all_is_routed() {
    breaks(Rule::HeldWhileRoutersBehind, |run| run.say(|said| said.own.iter_mut().for_each(|own| own.2 = 0)));
    breaks(Rule::HeldWhileRoutersBehind, |run| run.say(|said| _ = said.own.remove(0)));
    breaks(Rule::HeldWhileRoutersBehind, |run| run.say(|said| said.wall_ms -= 61_000));
}

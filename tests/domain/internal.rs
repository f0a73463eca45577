//! The shop's own people and tests: what is counted, and what a record keeps of them.

use super::harness::{Line, commit, model, script};
use leadstream::domain::effect::{InternalKind, Note};
use leadstream::domain::internal::MAX_TEST_ORDERS;
use leadstream::domain::prospect::{ConsentState, Prospect};
use leadstream::engine::task::{BatchEffects, Mode, Task};
use leadstream::wire::state_record::StateCodec;
use std::sync::Arc;

const OWN: &str = "[internal]\ndomains = [\"shop.example\"]\nnetworks = [\"10.0.0.0/8\"]\n";

/// What a script leaves behind of Ann, and how many events were left out, by what told them: person, network, marked.
fn run(sections: &str, text: &str) -> (Prospect, [u64; 3]) {
    let models = model(&format!("{}\n{sections}", include_str!("../../config/models/ecommerce.toml")));
    let mut task = Task::new(Arc::clone(&models), StateCodec);
    let mut effects = BatchEffects::default();
    for line in script(text) {
        match line {
            Line::Event(did) => task.apply(&did.event(&models), Mode::Virtual, &mut effects),
            Line::Until(until_ms) => task.advance(until_ms, Mode::Virtual, &mut effects),
            other => panic!("{other:?}"),
        }
    }
    commit(&mut task);
    let count =
        |kind| effects.notes.iter().filter(|(note, _)| *note == Note::Internal(kind)).map(|(_, count)| *count).sum::<u64>();
    (task.prospect("ann").unwrap().unwrap(), InternalKind::ALL.map(count))
}

#[test]
fn what_is_left_out_is_counted_by_what_told_it() {
    let script = "0m page ip=10.1.1.1; 1m page ip=192.0.2.1; 2m order A order=o1 value=5 test=true; 3m page is_test=true; \
                  4m identify email=ann@mail.shop.example; 5m page; 6m add A";
    assert_eq!(run(OWN, script).1, [3, 1, 2]);
    let (_, nothing) = run("", "0m page ip=10.1.1.1; 1m identify email=ann@shop.example; 2m page test=true; 3m add A");
    assert_eq!(nothing, [0, 0, 0], "a model that says nothing looks at marks of tests alone");
    let (_, off) = run("[internal]\nmarked = []", "0m order A order=o1 value=5 test=true; 1m page is_test=true");
    assert_eq!(off, [0, 0, 0]);
}

#[test]
fn of_ones_own_people_nothing_is_kept_but_consent() {
    let script = "0m view A; 1m add A price=5; 2m unsubscribe; 3m identify email=ann@shop.example; 4m add B price=5; 90d wait";
    let (ann, _) = run(OWN, script);
    assert!(ann.tracks.is_empty() && ann.carts.is_empty() && ann.timers().next().is_none(), "{ann:?}");
    assert_eq!(ann.consent.state, ConsentState::Unsubscribed);
    assert!(ann.more.unwrap().internal.since_ms.is_some());
    let (ann, _) = run(OWN, "0m identify email=ann@shop.example; 1m unsubscribe; 2m page");
    assert_eq!(ann.consent.state, ConsentState::Unsubscribed, "what they say of consent holds should they be customers again");
}

#[test]
fn few_test_orders_are_remembered() {
    let orders: Vec<String> = (0..40).map(|n| format!("{n}m order A order=o{n} value=5 test=true")).collect();
    let (ann, counted) = run("", &orders.join("; "));
    let more = ann.more.unwrap();
    assert_eq!((more.internal.test_orders.len(), counted[2]), (MAX_TEST_ORDERS, 40));
    assert!(more.customer.get().is_none_or(|customer| customer.orders == 0) && more.known_orders.get().is_none());
}

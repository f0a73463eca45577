//! The shop's own people and tests: what is counted, and what a record keeps of them.

use super::harness::{Line, commit, model, script};
use leadstream_core::domain::model::Models;
use leadstream_core::domain::output::Note;
use leadstream_core::domain::state::internal::MAX_TEST_ORDERS;
use leadstream_core::domain::state::prospect::Prospect;
use leadstream_core::domain::terms::bots::InternalKind;
use leadstream_core::domain::terms::consent::ConsentState;
use leadstream_core::engine::figures::{CartFact, Figures, Key, OpportunityFact, PeopleCount};
use leadstream_core::engine::task::{BatchEffects, Mode, Task};
use leadstream_core::state_record::StateCodec;
use std::sync::Arc;

const OWN: &str = "[internal]\ndomains = [\"shop.example\"]\nnetworks = [\"10.0.0.0/8\"]\n";

fn act(task: &mut Task<StateCodec>, models: &Models, line: &Line, effects: &mut BatchEffects) {
    match line {
        Line::Event(did) => task.apply_event(&did.event(models), Mode::Virtual, effects),
        Line::Until(until_ms) => task.advance(*until_ms, Mode::Virtual, effects),
        other => panic!("{other:?}"),
    }
}

/// What a script leaves behind of Ann, and how many events were left out, by what told them: person, network, marked.
fn run(sections: &str, text: &str) -> (Prospect, [u64; 3]) {
    let models = model(&format!("{}\n{sections}", include_str!("../../../../config/models/ecommerce.toml")));
    let mut task = Task::new(Arc::clone(&models), StateCodec);
    let mut effects = BatchEffects::default();
    for line in script(text) {
        act(&mut task, &models, &line, &mut effects);
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
    assert!(ann.extras.unwrap().internal.since_ms.is_some());
    let (ann, _) = run(OWN, "0m identify email=ann@shop.example; 1m unsubscribe; 2m page");
    assert_eq!(ann.consent.state, ConsentState::Unsubscribed, "what they say of consent holds should they be customers again");
}

#[test]
fn few_test_orders_are_remembered() {
    let orders: Vec<String> = (0..40).map(|n| format!("{n}m order A order=o{n} value=5 test=true")).collect();
    let (ann, counted) = run("", &orders.join("; "));
    let extras = ann.extras.unwrap();
    assert_eq!((extras.internal.test_orders.len(), counted[2]), (MAX_TEST_ORDERS, 40));
    assert!(extras.customer.get().is_none_or(|customer| customer.orders == 0) && extras.known_orders.get().is_none());
}

/// What is counted of a script; the same after a restart in its midst.
fn counted(text: &str) -> Figures {
    let models = model(&format!("{}\n{OWN}", include_str!("../../../../config/models/ecommerce.toml")));
    let mut task = Task::new(Arc::clone(&models), StateCodec);
    let mut effects = BatchEffects::default();
    for line in script(text) {
        act(&mut task, &models, &line, &mut effects);
        commit(&mut task);
    }
    task.figures()
}

/// Carts opened, ordered and recovered; customers and orders; orders and money by week; opportunities opened and won.
fn sums(figures: &Figures) -> [i64; 9] {
    let cart = |what| figures.get(&Key::Carts { what });
    let people = |what| figures.get(&Key::People { what });
    let fact = |is: OpportunityFact| figures.total(|key| matches!(key, Key::Opportunities { what, .. } if *what == is));
    [
        cart(CartFact::Opened),
        cart(CartFact::Ordered),
        cart(CartFact::Recovered),
        people(PeopleCount::Customers),
        people(PeopleCount::Orders),
        figures.total(|key| matches!(key, Key::Orders { .. })),
        figures.total(|key| matches!(key, Key::OrderValue { .. })),
        fact(OpportunityFact::Opened),
        fact(OpportunityFact::Won) + fact(OpportunityFact::WonDirectly),
    ]
}

const BOUGHT: &str =
    "0m identify email=ann@home.example; 1m add A cart=c1 price=50; 5h click; 6h order A cart=c1 order=o1 value=50";

#[test]
fn what_one_of_ones_own_people_bought_was_never_sold() {
    let before = sums(&counted(BOUGHT));
    assert!(before[..8].iter().all(|n| *n > 0), "{before:?}");
    assert_eq!(sums(&counted(&format!("{BOUGHT}; 2d identify email=ann@shop.example"))), [0; 9]);
    let open = "0m add A cart=c1 price=50; 1m checkout; 10m identify email=ann@shop.example; 30d wait";
    let figures = counted(open);
    assert_eq!((sums(&figures), figures.get(&Key::Carts { what: CartFact::CheckoutStarted })), ([0; 9], 0));
    let refunded = format!("{BOUGHT}; 1d refund order=o1 value=50; 2d identify email=ann@shop.example");
    assert_eq!(sums(&counted(&refunded)), [0; 9]);
    assert_eq!(counted(&refunded).get(&Key::Carts { what: CartFact::CameToNothing }), 0);
}

#[test]
fn what_a_customer_bought_stays_sold() {
    let before = sums(&counted(BOUGHT));
    for extras in ["2d identify email=ann@notshop.example", "2d page ip=10.1.1.1", "2d order B order=o9 value=9 test=true"] {
        assert_eq!(sums(&counted(&format!("{BOUGHT}; {extras}"))), before, "{extras}");
    }
}

#[test]
fn an_order_that_is_told_as_a_test_afterwards_was_none() {
    let late = counted(&format!("{BOUGHT}; 7h order A cart=c1 order=o1 value=50 test=true; 8h order A order=o1 value=50"));
    assert_eq!(sums(&late)[..7], [0; 7]);
    assert_eq!(sums(&late)[8], 0);
    let open = counted("0m add A cart=c1 price=50; 5m order A cart=c1 order=o1 value=50 test=true; 30d wait");
    assert_eq!(sums(&open)[..7], [0; 7], "a test order of a cart that is open");
    let other = counted("0m add A cart=c1 price=5; 1m add B cart=c2 price=5; 5m order A cart=c1 order=o1 value=5 test=true");
    assert_eq!(sums(&other)[0], 1, "the other cart is a customer's");
}

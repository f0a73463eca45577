//! A shop whose records have no keys, and lie anywhere: routers bring each event to its prospect's task. Some records hold several
//! events, and some hold what is none.

use super::events::{CART, CLICKSTREAM, EMAIL, added, event, in_a_shop, ordered, own_time, stamp};
use super::{Input, Stamp, Value};
use crate::api::Us;
use crate::dice::Die;
use crate::world::SECOND;

/// Elements of a record that are no events, or nobody's.
const NO_EVENTS: [&str; 6] = [
    r#""garbage""#,
    "7",
    "{}",
    r#"{"type":"track","event":"Product Viewed"}"#,
    r#"{"type":"track","userId":"u1","properties":{}}"#,
    r#"{"type":"page","userId":"undefined"}"#,
];

/// All the time, or carts that are left while orders come in elsewhere.
pub fn draw(die: &mut Die, until: Us) -> Vec<Input> {
    if die.chance(0.4) { carts(die, until) } else { shop(die, until) }
}

fn shop(die: &mut Die, until: Us) -> Vec<Input> {
    let (people, records) = (die.between(2, 20), die.between(20, 120));
    // Much of it early, at times: a backlog to whoever starts late.
    let until = if die.chance(0.3) { until / die.between(2, 6) } else { until };
    let one = |n: u64| {
        let at = die.below(until);
        match die.below(25) {
            0 => bad(die, at),
            1..=4 => several(die, at, n, people),
            _ => one(die, at, n, people),
        }
    };
    (0..records).map(one).collect()
}

/// As they leave: reminders are due, and some orders come.
fn carts(die: &mut Die, until: Us) -> Vec<Input> {
    let people = die.between(3, 25);
    let mut all = Vec::new();
    for person in 0..people {
        let (at, product) = (die.below(until / 2), die.below(4));
        all.push(keyless(at, CLICKSTREAM, element(person * 10, person, &added(person, product)), stamp(die)));
        if die.chance(0.6) {
            let later = (at + die.below(8 * SECOND)).min(until);
            let order = element(person * 10 + 1, person, &ordered(person, person, product));
            all.push(keyless(later, CART, order, stamp(die)));
        }
    }
    all
}

/// An event of a record of its own; mail comes under its prospect's key.
fn one(die: &mut Die, at: Us, n: u64, people: u64) -> Input {
    let (id, person) = (id(die, n), die.below(people));
    let (input, body) = in_a_shop(die, id, person);
    let stamp = stamp(die);
    if input == EMAIL {
        let own = own_time(die);
        return event(at, id, person, (input, body), own, stamp);
    }
    keyless(at, input, element(id, person, &body), stamp)
}

/// Some messages are told twice.
fn id(die: &mut Die, n: u64) -> u64 {
    10 * if n > 0 && die.chance(0.05) { n - 1 } else { n }
}

/// Several in one record, of one person or of several, and some that can't be used.
fn several(die: &mut Die, at: Us, n: u64, people: u64) -> Input {
    let (first, count) = (id(die, n), die.between(0, 7));
    let mut elements = Vec::new();
    for n in 0..count {
        if die.chance(0.15) {
            elements.push((*die.one_of(&NO_EVENTS)).to_owned());
            continue;
        }
        let person = die.below(people);
        let (_, body) = in_a_shop(die, first + n, person);
        elements.push(element(first + n, person, &body));
    }
    let input = if die.chance(0.5) { CLICKSTREAM } else { CART };
    let stamp = stamp(die);
    keyless(at, input, format!("[{}]", elements.join(",")), stamp)
}

/// A record of which nothing can be used, or which holds nothing.
fn bad(die: &mut Die, at: Us) -> Input {
    let value = match die.below(6) {
        0 => Value::Tombstone,
        1 => Value::Bytes(Vec::new()),
        2 => Value::Bytes(b"garbage".to_vec()),
        3 => Value::Bytes(b"\xff\xfe".to_vec()),
        4 => Value::Bytes(b"[".to_vec()),
        _ => Value::Bytes(die.one_of(&NO_EVENTS).as_bytes().to_vec()),
    };
    let headers = vec![("trace".to_owned(), Some(b"abc".to_vec())), ("leadstream-reason".to_owned(), None)];
    let input = if die.chance(0.5) { CLICKSTREAM } else { CART };
    Input { value, headers, ..keyless(at, input, String::new(), stamp(die)) }
}

/// An event as an element of a record, which says whose it is.
fn element(id: u64, person: u64, body: &str) -> String {
    body.replace("$head", &format!(r#""messageId":"m-{id}","userId":"u{person}"$time"#))
}

pub fn keyless(at: Us, input: usize, body: String, stamp: Stamp) -> Input {
    // The time of each event is that of the record's arrival, or not told.
    let own = (!at.is_multiple_of(3)).then_some(0);
    Input { at, input, key: None, value: Value::Event { body, id: 0, own }, stamp, headers: Vec::new() }
}

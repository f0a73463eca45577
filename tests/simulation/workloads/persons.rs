//! People under several ids: two devices, an account, an address and a cart each, which events name one by one or together. Devices
//! change hands at times, and an address is everybody's.

use super::events::{CART, CLICKSTREAM, EMAIL, added, in_a_shop, ordered, own_time, stamp};
use super::routed::keyless;
use super::{Input, Value};
use crate::api::Us;
use crate::dice::Die;
use crate::world::SECOND;

/// All the time, or carts that visitors leave while they log in and order elsewhere.
pub fn draw(die: &mut Die, until: Us) -> Vec<Input> {
    if die.chance(0.5) { carts(die, until) } else { shop(die, until) }
}

fn shop(die: &mut Die, until: Us) -> Vec<Input> {
    let (people, records) = (die.between(2, 12), die.between(20, 120));
    // Much of it early, at times: a backlog to whoever starts late.
    let until = if die.chance(0.3) { until / die.between(2, 6) } else { until };
    (0..records).map(|n| one(die, n, people, until)).collect()
}

fn one(die: &mut Die, n: u64, people: u64, until: Us) -> Input {
    let at = die.below(until);
    // Some messages are told twice.
    let id = 10 * if n > 0 && die.chance(0.05) { n - 1 } else { n };
    let person = die.below(people);
    let (input, body) = match die.below(30) {
        0 => (CLICKSTREAM, r#"{"type":"track","event":"Signed Out",$head}"#.to_owned()),
        1 => (CART, r#"{"type":"track","event":"User Deleted",$head}"#.to_owned()),
        2 => (CLICKSTREAM, format!(r#"{{"type":"alias",$head,"previousId":"v{person}a"}}"#)),
        _ => in_a_shop(die, id, person),
    };
    let (named, stamp) = (ids(die, person, people), stamp(die));
    let body = said(id, &named, &body);
    if input != EMAIL {
        return keyless(at, input, body, stamp);
    }
    // Mail comes under some key: its person's, or another id of theirs.
    let key = if die.chance(0.6) { format!("u{person}") } else { format!("email:e{person}@mail.example") };
    Input { at, input, key: Some(key), value: Value::Event { body, id: 0, own: own_time(die) }, stamp, headers: Vec::new() }
}

fn carts(die: &mut Die, until: Us) -> Vec<Input> {
    let people = die.between(3, 15);
    let mut all = Vec::new();
    for person in 0..people {
        let (at, product) = (die.below(until / 2), die.below(4));
        let mut say = |die: &mut Die, n: u64, input: usize, latest: Us, named: &str, body: &str| {
            let at = (at + die.below(latest)).min(until);
            all.push(keyless(at, input, said(10 * person + n, named, body), stamp(die)));
        };
        let (device, user) = (format!(r#""anonymousId":"v{person}a""#), format!(r#""userId":"u{person}""#));
        say(die, 0, CLICKSTREAM, 1, &device, &added(person, product));
        if die.chance(0.8) {
            let login = format!(r#"{user},"anonymousId":"v{person}{}""#, if die.chance(0.8) { 'a' } else { 'b' });
            say(die, 1, CLICKSTREAM, 12 * SECOND, &login, r#"{"type":"identify",$head}"#);
        }
        if die.chance(0.3) {
            let both = format!(r#"{user},"traits":{{"email":"e{person}@mail.example"}}"#);
            say(die, 2, CLICKSTREAM, 12 * SECOND, &both, r#"{"type":"identify",$head}"#);
        }
        if die.chance(0.5) {
            let email = format!(r#""context":{{"traits":{{"email":"e{person}@mail.example"}}}}"#);
            let named = die.one_of(&[&user, &device, &email]).to_string();
            say(die, 3, CART, 8 * SECOND, &named, &ordered(person, person, product));
        }
        if die.chance(0.3) {
            say(die, 4, CLICKSTREAM, 10 * SECOND, &device, &added(person, product + 1));
        }
    }
    all
}

/// Whom an event names.
fn ids(die: &mut Die, person: u64, people: u64) -> String {
    let (user, device, other) =
        (format!(r#""userId":"u{person}""#), format!(r#""anonymousId":"v{person}a""#), format!(r#""anonymousId":"v{person}b""#));
    let email = format!(r#""context":{{"traits":{{"email":"e{person}@mail.example"}}}}"#);
    match die.below(20) {
        0..=6 => device,
        7 | 8 => other,
        9..=11 => user,
        12..=14 => format!("{user},{device}"),
        15 => format!("{user},{other}"),
        16 => format!("{user},{email}"),
        17 => email,
        // Somebody else's.
        18 => format!(r#"{user},"anonymousId":"v{}b""#, die.below(people)),
        _ => format!("{device},{email}"),
    }
}

fn said(id: u64, named: &str, body: &str) -> String {
    body.replace("$head", &format!(r#""messageId":"m-{id}",{named}$time"#))
}

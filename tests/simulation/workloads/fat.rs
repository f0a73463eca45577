//! Large records, some near the limits and some beyond them, and useless ones in bursts.

use super::events::{CLICKSTREAM, event, in_a_shop, item, own_time, stamp, track, useless};
use super::{Input, Value};
use crate::api::Us;
use crate::dice::Die;

/// As it comes.
pub fn draw(die: &mut Die, until: Us) -> Vec<Input> {
    let (people, records) = (die.between(2, 8), die.between(30, 110));
    // A burst of useless records of one input, as after a mistake of its producer.
    let burst = if die.chance(0.3) { die.between(10, 40) } else { 0 };
    let burst_at = die.below(until);
    let mut all: Vec<Input> = (0..burst).map(|n| useless(die, (burst_at + n * 1_000).min(until), 0)).collect();
    for n in 0..records {
        let (at, person) = (die.below(until), die.below(people));
        all.push(match die.below(10) {
            0 => useless(die, at, person),
            1 => large_garbage(die, at, person),
            2..=4 => event(at, n, person, (CLICKSTREAM, large_cart(die, person)), own_time(die), stamp(die)),
            _ => {
                let what = in_a_shop(die, n, person);
                event(at, n, person, what, own_time(die), stamp(die))
            }
        });
    }
    all
}

/// A cart with many lines of long names: its reminder is large.
fn large_cart(die: &mut Die, person: u64) -> String {
    let lines = die.between(20, 60);
    let name = "long ".repeat(usize::try_from(die.between(10, 80)).unwrap_or(10));
    let line = |n| format!(r#"{{{},"url":"https://shop.example/{name}","variant":"v{n}"}}"#, item(n));
    let lines: Vec<String> = (0..lines).map(line).collect();
    track("Cart Updated", &format!(r#""cart_id":"c-{person}","products":[{}]"#, lines.join(",")))
}

/// What can't be used, and takes much room in the dead letters.
fn large_garbage(die: &mut Die, at: Us, person: u64) -> Input {
    let bytes = *die.one_of(&[10_000, 100_000, 900_000, 1_100_000]);
    Input { value: Value::Bytes(vec![b'x'; bytes]), ..useless(die, at, person) }
}

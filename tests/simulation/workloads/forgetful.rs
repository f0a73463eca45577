//! Visitors of whom nothing is known, and who are forgotten soon; some come back.

use super::Input;
use super::events::{CLICKSTREAM, event, page, stamp, track};
use crate::api::Us;
use crate::dice::Die;

/// As it comes.
pub fn draw(die: &mut Die, until: Us) -> Vec<Input> {
    let (people, records) = (die.between(5, 40), die.between(30, 150));
    let one = |n| {
        let (at, person) = (die.below(until), die.below(people));
        let what = if die.chance(0.1) {
            format!(r#"{{"type":"identify",$head,"traits":{{"email":"u{person}@shop.example"}}}}"#)
        } else if die.chance(0.3) {
            track("Product Viewed", &super::events::item(die.below(5)))
        } else {
            page("/shoes")
        };
        // Nearly a day old: it is forgotten within seconds.
        let own_ms = i64::try_from(die.below(8_000)).unwrap_or(0) - 86_400_000;
        event(at, n, person, (CLICKSTREAM, what), Some(own_ms), stamp(die))
    };
    (0..records).map(one).collect()
}

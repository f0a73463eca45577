//! Traffic of a shop: all the time, as a backlog, or hardly any, so that timers are all that happens.

use super::Input;
use super::events::{CART, CLICKSTREAM, added, event, in_a_shop, ordered, own_time, stamp, useless};
use crate::api::Us;
use crate::dice::Die;
use crate::world::SECOND;

/// A bit of everything, all the time.
pub fn steady(die: &mut Die, until: Us) -> Vec<Input> {
    let (people, records) = (die.between(2, 30), die.between(20, 200));
    (0..records).map(|n| one(die, n, until, people)).collect()
}

/// Much of it within the first seconds.
pub fn backlog(die: &mut Die, until: Us) -> Vec<Input> {
    let (people, records) = (die.between(2, 20), die.between(100, 350));
    let early = until / die.between(2, 6);
    (0..records)
        .map(|n| {
            let until = if n % 5 == 0 { until } else { early };
            one(die, n, until, people)
        })
        .collect()
}

/// Carts that are left, and nothing any more on most partitions; some orders come, some too late.
pub fn timers(die: &mut Die, until: Us) -> Vec<Input> {
    let people = die.between(3, 25);
    let mut all = Vec::new();
    for person in 0..people {
        let at = die.below(until / 2);
        let product = die.below(4);
        all.push(event(at, person * 10, person, (CLICKSTREAM, added(person, product)), own_time(die), stamp(die)));
        if die.chance(0.3) {
            let later = (at + die.below(8 * SECOND)).min(until);
            all.push(event(later, person * 10 + 1, person, (CART, ordered(person, person, product)), own_time(die), stamp(die)));
        }
    }
    all
}

/// Producers that are wrong for a while: nearly all that an input brings is useless then.
pub fn poisoned(die: &mut Die, until: Us) -> Vec<Input> {
    let mut all = steady(die, until);
    for _ in 0..die.between(1, 3) {
        let (input, people) = (usize::try_from(die.below(3)).unwrap_or(0), die.between(1, 4));
        let (mut at, records) = (die.below(until), die.between(10, 60));
        for n in 0..records {
            at = (at + die.below(SECOND / 20)).min(until);
            if die.chance(0.2) {
                let what = in_a_shop(die, 1_000 + n, n % people);
                all.push(event(at, 1_000 + n, n % people, (input, what.1), own_time(die), stamp(die)));
            } else {
                all.push(Input { input, ..useless(die, at, n % people) });
            }
        }
    }
    all
}

fn one(die: &mut Die, n: u64, until: Us, people: u64) -> Input {
    let (at, person) = (die.below(until), die.below(people));
    if die.chance(0.04) {
        return useless(die, at, person);
    }
    // Some messages are told twice.
    let id = if n > 0 && die.chance(0.05) { n - 1 } else { n };
    let what = in_a_shop(die, id, person);
    event(at, id, person, what, own_time(die), stamp(die))
}

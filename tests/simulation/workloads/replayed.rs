//! A history that lies in the inputs before the service starts, in the order of its records' times: `replay` reads the same one.

use super::events::{event, in_a_shop};
use super::{Input, Stamp, Value};
use crate::api::Us;
use crate::dice::Die;
use crate::world::START_MS;
use leadstream::rfc3339::Rfc3339;

/// The history ends so long before the run begins: no wall clock that is wrong reaches it.
const ENDS_MS: i64 = 10_000;
const LONGEST_MS: u64 = 60_000;

/// People in a shop; some events are late, some are told twice.
pub fn draw(die: &mut Die, _: Us) -> Vec<Input> {
    let (people, records) = (die.between(8, 30), die.between(50, 250));
    let length_ms = die.between(5_000, LONGEST_MS);
    let mut times_ms: Vec<u64> = (0..records).map(|_| die.below(length_ms)).collect();
    times_ms.sort_unstable();
    let begins_ms = START_MS - ENDS_MS - i64::try_from(length_ms).unwrap_or(0);
    (0..)
        .zip(times_ms)
        .map(|(n, passed_ms)| {
            let person = die.below(people);
            let id = if n > 0 && die.chance(0.05) { n - 1 } else { n };
            let record_ms = begins_ms + i64::try_from(passed_ms).unwrap_or(0);
            let late_ms = *die.one_of(&[0, 0, 0, 0, 50, 2_000, 7_000]);
            let (input, body) = in_a_shop(die, id, person);
            let time = |ms| Rfc3339::new(ms).as_str().to_owned();
            let head = format!(
                r#""messageId":"m-{id}","userId":"u{person}","timestamp":"{}","receivedAt":"{}""#,
                time(record_ms - late_ms),
                time(record_ms)
            );
            let line = Value::Bytes(body.replace("$head", &head).into_bytes());
            Input { value: line, ..event(n, id, person, (input, String::new()), None, Stamp::At(record_ms)) }
        })
        .collect()
}

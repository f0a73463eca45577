//! Times of the examples, as people say them.

use leadstream_core::domain::model::words::length;
use leadstream_core::domain::{DAY_MS, HOUR_MS, MINUTE_MS, Ms};

/// When the examples begin: ten in the morning.
pub(crate) const BEGIN_MS: Ms = 10 * HOUR_MS;

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// "10:00 the next day"; counted from the midnight before the example.
pub(crate) fn at(ms: Ms) -> String {
    let clock = clock(ms);
    match ms.div_euclid(DAY_MS) {
        0 => clock,
        1 => format!("{clock} the next day"),
        days => format!("{clock} {days} days later"),
    }
}

/// "Friday at 22:00"; counted from the midnight before Monday.
pub(crate) fn on_day(ms: Ms) -> String {
    let day = usize::try_from(ms.div_euclid(DAY_MS)).unwrap_or_default();
    format!("{} at {}", WEEKDAYS[day % 7], clock(ms))
}

pub(crate) fn clock(ms: Ms) -> String {
    let of_day_ms = ms.rem_euclid(DAY_MS);
    format!("{:02}:{:02}", of_day_ms / HOUR_MS, of_day_ms % HOUR_MS / MINUTE_MS)
}

/// "23 hours", "2 days 10 hours": whole days, then the rest.
pub(crate) fn long(ms: Ms) -> String {
    let (days_ms, rest_ms) = (ms - ms % DAY_MS, ms % DAY_MS);
    match (days_ms, rest_ms) {
        (0, _) | (_, 0) => length(ms),
        _ => format!("{} {}", length(days_ms), length(rest_ms)),
    }
}

//! Times as numbers.

use super::calendar::{days_from_civil, days_in_month};
use super::written::Written;
use crate::domain::{DAY_MS, Ms, SECOND_MS};

/// Reads a Unix time. Its size distinguishes seconds, milliseconds, microseconds and nanoseconds: the borders are the year
/// 5138 in seconds, and 1973 in each of the finer units. Digits of a date (`20261122`), with or without its time of day, are that
/// date: as a Unix time they would lie before 1980 or after 2570.
#[must_use]
pub fn parse_unix(number: f64) -> Option<Written> {
    if let Some(ms) = date_in_digits(number) {
        return Some(Written::local(ms));
    }
    let size = number.abs();
    let ms = match size {
        s if !s.is_finite() => return None,
        s if s < 1e11 => number * 1e3,
        s if s < 1e14 => number,
        s if s < 1e17 => number / 1e3,
        s if s < 1e20 => number / 1e6,
        _ => return None,
    };
    #[allow(clippy::cast_possible_truncation, reason = "less than 1e14 here")]
    Some(Written::utc(ms.round() as Ms))
}

/// `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS` as a number, of the years 1900 to 2199, in UTC.
fn date_in_digits(number: f64) -> Option<Ms> {
    // Most numbers are Unix times: a quick check decides.
    let in_day = match number {
        n if (19e6..22e6).contains(&n) => 1.0,
        n if (19e10..22e10).contains(&n) => 1e4,
        n if (19e12..22e12).contains(&n) => 1e6,
        _ => return None,
    };
    if number.fract() != 0.0 {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, and of 8 and 6 digits at most")]
    let (date, clock) = ((number / in_day) as u32, (number % in_day * (1e6 / in_day)) as u32);
    let (year, month, day) = (date / 10_000, date / 100 % 100, date % 100);
    let (hour, minute, second) = (clock / 10_000, clock / 100 % 100, clock % 100);
    let known = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
    (known && hour <= 23 && minute <= 59 && second <= 59).then(|| {
        let seconds = hour * 3_600 + minute * 60 + second;
        days_from_civil(year, month, day) * DAY_MS + i64::from(seconds) * SECOND_MS
    })
}

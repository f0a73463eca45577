//! Times in text, read leniently from inputs; they are written by [`Rfc3339`].

mod calendar;
mod forms;
mod unix;
mod written;

pub use unix::parse_unix;
pub use written::Written;

use crate::domain::{DAY_MS, Ms, SECOND_MS};
pub use crate::rfc3339::Rfc3339;
use calendar::{days_from_civil, days_in_month};

/// Reads a time in any form that can be read in one way only: RFC 3339, ISO 8601, RFC 2822, what `Date` prints in a browser, a month
/// in letters, a Unix time as text, with an offset or with none. `docs/bad-input.md` lists them.
#[must_use]
pub fn parse_text(text: &str) -> Option<Written> {
    match common_form(text.as_bytes()) {
        Some(ms) => Some(Written::utc(ms)),
        None => forms::read(text.trim()),
    }
}

/// `YYYY-MM-DDTHH:MM:SS[.fraction](Z|+00:00)`: what nearly every producer writes, read without a library call.
fn common_form(text: &[u8]) -> Option<Ms> {
    let (head, tail) = text.split_first_chunk::<19>()?;
    let eight = |from: usize| head.get(from..).and_then(<[u8]>::first_chunk::<8>);
    let [century, _, year, _, _, month, ..] = pairs(*eight(0)?, *b"0000-00-")?;
    let [day, ..] = pairs(*eight(8)?, *b"00T00:00")?;
    let [hour, _, _, minute, _, _, second, _] = pairs(*eight(11)?, *b"00:00:00")?;
    let year = century * 100 + year;
    if !(1..=12).contains(&month) || day == 0 || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    if day > 28 && day > days_in_month(year, month) {
        return None;
    }
    let (fraction_ms, zone) = match tail {
        [b'.', a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', zone @ ..] if zone == b"Z" => {
            ([a, b, c].iter().fold(0, |ms, digit| ms * 10 + i64::from(**digit - b'0')), zone)
        }
        [b'.', rest @ ..] => {
            let digits = rest.iter().take_while(|c| c.is_ascii_digit()).count();
            if !(1..=9).contains(&digits) {
                return None;
            }
            let (fraction, zone) = rest.split_at(digits);
            let ms = (0..3).fold(0, |ms, n| ms * 10 + fraction.get(n).map_or(0, |c| i64::from(c - b'0')));
            (ms, zone)
        }
        zone => (0, zone),
    };
    matches!(zone, b"Z" | b"+00:00").then(|| {
        let seconds = hour * 3_600 + minute * 60 + second;
        days_from_civil(year, month, day) * DAY_MS + i64::from(seconds) * SECOND_MS + fraction_ms
    })
}

/// The numbers of two digits in a text that is written as `form`, where `0` stands for any digit; each where its first digit is.
fn pairs(text: [u8; 8], form: [u8; 8]) -> Option<[u32; 8]> {
    let digits = u64::from_le_bytes(text) ^ u64::from_le_bytes(form);
    // What lifts more than a digit may be to the high bit of its byte; anything else has to be 0.
    let lift = u64::from_le_bytes(form.map(|byte| if byte == b'0' { 0x7F - 9 } else { 0x7F }));
    if (digits.wrapping_add(lift) | digits) & 0x8080_8080_8080_8080 != 0 {
        return None;
    }
    Some((digits * 10 + (digits >> 8)).to_le_bytes().map(u32::from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::HOUR_MS;
    use crate::domain::zones::Zone;

    const NOON_MS: Ms = 1_795_348_800_123; // 2026-11-22T12:00:00.123Z

    fn ms_of(text: &str) -> Option<Ms> {
        parse_text(text).map(|written| written.ms)
    }

    #[test]
    fn times_are_read_in_every_form_that_producers_write() {
        for text in [
            "2026-11-22T12:00:00.123Z",
            "2026-11-22T12:00:00.123456789Z",
            "2026-11-22T12:00:00.123+00:00",
            "2026-11-22T13:00:00.123+01:00",
            "2026-11-22T13:00:00.123+0100",
            "2026-11-22t12:00:00.123z",
            "2026-11-22T12:00:00.123",
            "2026-11-22 12:00:00.123",
            "2026-11-22 12:00:00.123 UTC",
            "  2026-11-22T12:00:00.123Z ",
            "1795348800123",
            "1795348800.123",
        ] {
            assert_eq!(ms_of(text), Some(NOON_MS), "{text}");
        }
        assert_eq!(ms_of("2026-11-21T24:00:00Z"), Some(NOON_MS - 12 * HOUR_MS - 123));
        assert_eq!(ms_of("2026-11-22"), Some(NOON_MS - 12 * HOUR_MS - 123));
        assert_eq!(ms_of("2026-11-22T12:00:00.1Z"), Some(NOON_MS - 23));
        assert_eq!(ms_of("2026-11-22T12:00:00Z"), Some(NOON_MS - 123));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "soon",
            "NaN",
            "inf",
            "2026-13-01T00:00:00.000Z",
            "2026-02-29T00:00:00.000Z",
            "2026-11-22T24:00:00.001Z",
            "2026-11-22T24:30:00Z",
            "2026-11-31T24:00:00Z",
            "2026-11-22T12:00:00+02:00Z",
            "22-Nov-26 12:00:00 GMT",
            "\"soon\"",
            "1e300",
            "2026-11-22T12:00:0:Z",
            "2026-11-22T12:00:/0Z",
            "2026-1\u{80}-22T12:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-11-22T12-00-00Z",
        ] {
            assert_eq!(parse_text(text), None, "{text}");
        }
    }

    #[test]
    fn unix_times_are_told_apart_by_their_size() {
        for number in [1_795_348_800.123, 1_795_348_800_123.0, 1_795_348_800_123_000.0, 1_795_348_800_123_000_000.0] {
            assert_eq!(parse_unix(number), Some(Written::utc(NOON_MS)), "{number}");
        }
        assert_eq!(parse_unix(f64::NAN), None);
    }

    #[test]
    fn digits_of_a_date_are_that_date() {
        let midnight_ms = NOON_MS - 12 * HOUR_MS - 123;
        for (text, ms) in [
            ("20261122", midnight_ms),
            (" 20261122 ", midnight_ms),
            ("20261122.0", midnight_ms),
            ("202611221200", NOON_MS - 123),
            ("20261122120000", NOON_MS - 123),
            ("20261122235959", midnight_ms + DAY_MS - SECOND_MS),
            ("20240229", 1_709_164_800_000),
            ("19991231", 946_598_400_000),
        ] {
            assert_eq!(parse_text(text), Some(Written::local(ms)), "{text}");
            assert_eq!(parse_unix(text.trim().parse().unwrap()), Some(Written::local(ms)), "{text}");
        }
        // No date: what they are as Unix times.
        for (text, ms) in [
            ("20261322", 20_261_322_000),
            ("20260229", 20_260_229_000),
            ("20261100", 20_261_100_000),
            ("20261122.5", 20_261_122_500),
            ("20261122240000", 20_261_122_240_000),
            ("202611221260", 202_611_221_260),
            ("-20261122", -20_261_122_000),
            ("22000101", 22_000_101_000),
        ] {
            assert_eq!(parse_text(text), Some(Written::utc(ms)), "{text}");
        }
    }

    #[test]
    fn a_time_without_a_zone_is_that_of_the_zone_it_is_given() {
        let berlin = Zone::find("Europe/Berlin").unwrap();
        for (text, want) in [
            ("2026-11-22T13:00:00.123", NOON_MS),
            ("2026-11-22T13:00:00.123Z", NOON_MS + HOUR_MS),
            // Twice in that night, and never in the other.
            ("2026-10-25 02:30:00", 1_792_888_200_000),
            ("2026-03-29 02:30:00", 1_774_747_800_000),
        ] {
            assert_eq!(parse_text(text).map(|written| written.in_zone(&berlin)), Some(want), "{text}");
        }
    }

    #[test]
    fn writing_and_reading_agree_with_the_library_over_the_centuries() {
        for day in (-800_000..2_900_000).step_by(97) {
            let ms = day * DAY_MS / 3 + 777;
            if !(-62_167_219_200_000..=253_402_300_799_999).contains(&ms) {
                continue;
            }
            let text = Rfc3339::new(ms);
            let library = jiff::Timestamp::from_millisecond(ms).unwrap();
            assert_eq!(text.as_str().parse::<jiff::Timestamp>().unwrap(), library);
            assert_eq!(common_form(text.as_str().as_bytes()), Some(ms), "{}", text.as_str());
        }
        assert_eq!(Rfc3339::new(Ms::MAX).as_str(), "9999-12-31T23:59:59.999Z");
    }
}

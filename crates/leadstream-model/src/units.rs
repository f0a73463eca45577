//! Values as people write them: lengths of time (`250ms`, `30m`, `1h`, `3d`) and `"off"`.

use std::fmt::Write;
use std::time::Duration;

/// What is wrong with a length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no length of time: write a number and ms, s, m, h or d, such as \"250ms\", \"30m\", \"1h\" or \"3d\"")]
pub struct BadDuration {
    text: String,
}

const UNITS: [(&str, u64); 6] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("w", 604_800_000)];

/// Reads a length of time in milliseconds: one or several numbers with units (`1h30m`), or a bare `0`.
///
/// # Errors
/// The text is no length of time, or longer than 100 years.
pub fn duration_ms(text: &str) -> Result<i64, BadDuration> {
    const LONGEST_MS: u64 = 100 * 366 * 86_400_000;
    let bad = || BadDuration { text: text.to_owned() };
    let mut rest = text.trim();
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(bad());
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(bad)?;
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let unit_ms = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(bad)?.1;
        let part = part_ms(number, unit_ms).ok_or_else(bad)?;
        total = total.checked_add(part).filter(|t| *t <= LONGEST_MS).ok_or_else(bad)?;
        rest = tail.trim_start();
    }
    i64::try_from(total).map_err(|_| bad())
}

/// `number` is digits with at most one point; a fraction must come out at whole milliseconds.
fn part_ms(number: &str, unit_ms: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let whole_ms = whole.parse::<u64>().ok()?.checked_mul(unit_ms)?;
    if !number.contains('.') {
        return Some(whole_ms);
    }
    if fraction.is_empty() || fraction.len() > 9 {
        return None;
    }
    let scale = 10_u64.pow(u32::try_from(fraction.len()).ok()?);
    let part = fraction.parse::<u64>().ok()?.checked_mul(unit_ms)?;
    (part % scale == 0).then(|| whole_ms + part / scale)
}

/// Like [`duration_ms`], as a [`Duration`].
///
/// # Errors
/// See above.
pub fn duration(text: &str) -> Result<Duration, BadDuration> {
    duration_ms(text).map(|ms| Duration::from_millis(ms.unsigned_abs()))
}

/// Writes milliseconds the way [`duration_ms`] reads them: `1h30m`, `250ms`, `0s`.
#[must_use]
pub fn format_ms(ms: i64) -> String {
    let mut rest = ms.unsigned_abs();
    if rest == 0 {
        return "0s".to_owned();
    }
    let mut text = String::new();
    if ms < 0 {
        text.push('-');
    }
    for (unit, unit_ms) in UNITS[..5].iter().rev() {
        if rest >= *unit_ms {
            // Writing to a String can't fail.
            let _never = write!(text, "{}{unit}", rest / unit_ms);
            rest %= unit_ms;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_as_people_write_them() {
        for (text, ms) in [
            ("250ms", 250),
            ("30m", 1_800_000),
            ("1h", 3_600_000),
            ("3d", 259_200_000),
            ("0", 0),
            ("0s", 0),
            ("1h30m", 5_400_000),
            ("1.5h", 5_400_000),
            ("2w", 1_209_600_000),
            (" 10s ", 10_000),
        ] {
            assert_eq!(duration_ms(text), Ok(ms), "{text}");
        }
    }

    #[test]
    fn what_is_no_length_of_time_is_refused_with_how_to_write_one() {
        for text in ["", "10", "h", "1y", "-1h", "1 hour", "1.2.3s", "1.s", "0.0001ms", "99999999999d", "1h x", "１h"] {
            let error = duration_ms(text).expect_err(text);
            assert!(error.to_string().contains("\"30m\""), "{error}");
        }
    }

    #[test]
    fn a_written_length_of_time_reads_back() {
        for ms in [0, 1, 999, 1_000, 61_001, 5_400_000, 86_400_000 * 400 + 1] {
            assert_eq!(duration_ms(&format_ms(ms)), Ok(ms));
        }
        assert_eq!(format_ms(5_400_000), "1h30m");
        assert_eq!(format_ms(259_200_000), "3d");
    }
}

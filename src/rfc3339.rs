//! Times as text, for all that leaves the service and for what people and programs ask it: RFC 3339 with milliseconds and `Z`.

use crate::domain::{DAY_MS, HOUR_MS, MINUTE_MS, Ms, SECOND_MS};

/// The years 0 to 9999.
const FIRST_MS: Ms = -62_167_219_200_000;
const LAST_MS: Ms = 253_402_300_799_999;
/// Libraries that leave room for every offset read no time after this one: 9999-12-30T22:00:00.999Z.
const LAST_READABLE_MS: Ms = 253_402_207_200_999;

/// A time as RFC 3339 with milliseconds and `Z`, held on the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rfc3339([u8; 24]);

impl Rfc3339 {
    /// Times outside of the years 0 to 9999 are written as the nearest that has four digits.
    #[must_use]
    pub fn new(ms: Ms) -> Self {
        let ms = ms.clamp(FIRST_MS, LAST_MS);
        let (days, in_day) = (ms.div_euclid(DAY_MS), ms.rem_euclid(DAY_MS));
        let z = days + 719_468;
        let (era, day_of_era) = (z.div_euclid(146_097), z.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);

        let mut text = *b"0000-00-00T00:00:00.000Z";
        // Two digits at a time, each where it belongs: every output has two of these.
        let digit = |value: i64| b'0' + value as u8;
        let mut pair = |at: usize, value: i64| [text[at], text[at + 1]] = [digit(value / 10), digit(value % 10)];
        pair(0, year / 100);
        pair(2, year % 100);
        pair(5, month);
        pair(8, day);
        pair(11, in_day / HOUR_MS);
        pair(14, in_day / MINUTE_MS % 60);
        pair(17, in_day / SECOND_MS % 60);
        pair(20, in_day % SECOND_MS / 10);
        text[22] = digit(in_day % 10);
        Self(text)
    }

    /// `None` outside of the calendar: years 0 to 9999, as far as libraries read them.
    #[must_use]
    pub fn within_calendar(ms: Ms) -> Option<Self> {
        (FIRST_MS..=LAST_READABLE_MS).contains(&ms).then(|| Self::new(ms))
    }

    /// The same to the second.
    #[must_use]
    pub fn to_second(&self) -> String {
        format!("{}Z", self.as_str().split_at(19).0)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl serde::Serialize for Rfc3339 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_the_library_reads_and_beyond_that_nothing_is_written() {
        for ms in [FIRST_MS, -1, 0, 1_772_409_601_234, LAST_READABLE_MS] {
            let text = Rfc3339::within_calendar(ms).unwrap();
            let read: jiff::Timestamp = text.as_str().parse().unwrap();
            assert_eq!((read.as_millisecond(), text.as_str()), (ms, format!("{read:.3}").as_str()));
            assert_eq!(text.to_second(), format!("{:.0}", read - jiff::SignedDuration::from_millis(ms.rem_euclid(1_000))));
        }
        for ms in [Ms::MIN, FIRST_MS - 1, LAST_READABLE_MS + 1, Ms::MAX] {
            assert_eq!(Rfc3339::within_calendar(ms), None, "{ms}");
        }
    }
}

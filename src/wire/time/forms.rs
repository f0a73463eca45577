//! Times in the many forms that programs write: rare, so read piece by piece.
//!
//! What can be read in two ways (`09/05/2026`, `CST`) is not read at all: a guess would be wrong for half of those who write it.

use super::calendar::{days_from_civil, days_in_month};
use super::unix::parse_unix;
use super::written::Written;
use crate::domain::zones::Zone;
use crate::domain::{DAY_MS, HOUR_MS, MINUTE_MS, Ms, SECOND_MS};

/// No time is longer, with the name of its zone in words.
const MAX_TIME_BYTES: usize = 128;

/// Letters that stand for an offset, in minutes: those that the standard of mail dates gives a meaning, and those of one place alone.
const ZONES: [(&str, i32); 19] = [
    ("Z", 0),
    ("UTC", 0),
    ("GMT", 0),
    ("UT", 0),
    ("WET", 0),
    ("WEST", 60),
    ("CET", 60),
    ("CEST", 120),
    ("MEZ", 60),
    ("MESZ", 120),
    ("EET", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("JST", 540),
    ("EDT", -240),
    ("CDT", -300),
    ("MDT", -360),
    ("PDT", -420),
    ("PST", -480),
];

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Reads a text without blanks around it.
pub(super) fn read(text: &str) -> Option<Written> {
    if text.is_empty() || text.len() > MAX_TIME_BYTES {
        return None;
    }
    if let Ok(number) = text.parse::<f64>() {
        return parse_unix(number);
    }
    if let Some(written) = standard(text).or_else(|| dot_net(text)) {
        return Some(written);
    }
    if let Some(written) = otherwise(text) {
        return Some(written);
    }
    let mut parts = Parts::default();
    parts.read(text)?;
    parts.written()
}

/// ISO 8601 and RFC 9557, in the library's care.
fn standard(text: &str) -> Option<Written> {
    let utc = |time: jiff::Timestamp| Written::utc(time.as_millisecond());
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Some(utc(time));
    }
    // A name of a zone in brackets without an offset before it.
    if text.ends_with(']') {
        return text.parse::<jiff::ZonedDateTime>().ok().map(|time| utc(time.timestamp()));
    }
    let civil = text.parse::<jiff::civil::DateTime>().ok()?;
    Some(Written::local(civil.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond()))
}

/// A time in quotes, with a second zone that says the same, with Go's reading of its own clock behind it, with the sign of mathematics for
/// a minus, or at the end of a day.
fn otherwise(text: &str) -> Option<Written> {
    let quoted = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    if let Some(inner) = quoted('"').or_else(|| quoted('\'')) {
        return read(inner.trim());
    }
    if text.contains('\u{2212}') {
        return read(&text.replace('\u{2212}', "-"));
    }
    if let Some(plain) = text.strip_suffix(['Z', 'z']).filter(|plain| plain.ends_with("+00:00") || plain.ends_with("+0000")) {
        return read(plain);
    }
    if let Some((plain, since)) = text.rsplit_once(" m=") {
        return since.parse::<f64>().ok().and_then(|_| read(plain));
    }
    let at = ["T24:00", " 24:00"].iter().find_map(|end| text.find(end))? + 1;
    let (date, clock) = text.split_at_checked(at)?;
    // Nothing comes after the end of a day.
    let end = clock.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.')).unwrap_or(clock.len());
    let (clock, zone) = clock.split_at_checked(end)?;
    if clock.get(2..)?.bytes().any(|digit| matches!(digit, b'1'..=b'9')) {
        return None;
    }
    let begin = read(&format!("{date}00{}{zone}", clock.get(2..)?))?;
    Some(Written { ms: begin.ms + DAY_MS, ..begin })
}

/// `/Date(1789380000000+0200)/`: milliseconds since 1970 in UTC; the offset only says how they were shown.
fn dot_net(text: &str) -> Option<Written> {
    let inner = text.trim_matches(['/', '\\']).strip_prefix("Date(")?.strip_suffix(')')?;
    let end = inner.rfind(['+', '-']).filter(|at| *at > 0).unwrap_or(inner.len());
    inner.get(..end)?.parse().ok().map(Written::utc)
}

/// What was found of a time so far.
#[derive(Default)]
struct Parts {
    year: Option<u32>,
    month: Option<u32>,
    day: Option<u32>,
    /// The name of the weekday came.
    has_weekday: bool,
    /// Since midnight.
    clock_ms: Option<Ms>,
    /// 12 hours later than the clock shows, or not; `None`: it shows 24.
    is_pm: Option<bool>,
    offset_minutes: Option<i32>,
    zone: Option<Zone>,
}

impl Parts {
    fn read(&mut self, text: &str) -> Option<()> {
        // Words in brackets explain what stands before them.
        let plain = match text.split_once('(') {
            Some((before, words)) => words.trim_end().ends_with(')').then_some(before)?,
            None => text,
        };
        plain.split([' ', ',', '\u{a0}', '\u{202f}']).filter(|word| !word.is_empty()).try_for_each(|word| self.word(word))
    }

    fn word(&mut self, word: &str) -> Option<()> {
        let bytes = word.as_bytes();
        let first = *bytes.first()?;
        if let Some(clock) = word.find(':').filter(|_| first.is_ascii_digit()) {
            // The date and the time of day in one word, with a `T` or a colon between them.
            let between = bytes.iter().position(|b| matches!(b, b'T' | b't')).or_else(|| Some(clock).filter(|at| *at > 2));
            let (date, clock) = match between.filter(|at| *at <= clock) {
                Some(at) => (word.get(..at), word.get(at + 1..)?),
                None => (None, word),
            };
            if let Some(date) = date {
                self.date(date)?;
            }
            return self.clock(clock);
        }
        match first {
            b'0'..=b'9' => self.date(word),
            b'+' | b'-' => self.offset(word),
            _ => self.letters(word),
        }
    }

    /// `2026-09-14`, `2026/09/14`, `14.09.2026`, `14-Sep-2026`, or a part of a date in words: `14`, `14th`, `2026`.
    fn date(&mut self, text: &str) -> Option<()> {
        let mut pieces = text.trim_end_matches('.').split(['-', '/', '.']);
        let (first, second, third) = (pieces.next()?, pieces.next(), pieces.next());
        match (second, third, pieces.next()) {
            (None, None, None) if first.len() == 4 && digits(first).is_some() => set(&mut self.year, digits(first)?),
            (None, None, None) if !text.contains(['-', '/']) => set(&mut self.day, ordinal(first)?),
            (Some(second), Some(third), None) => {
                let (year, day) = match (first.len(), third.len()) {
                    (4, 1..=2) => (first, third),
                    // Day first wherever dots are written; between slashes and hyphens only the name of a month decides.
                    (1..=2, 4) if text.contains('.') || month(second).is_some() => (third, first),
                    // RFC 850: the weekday before it says that the day comes first.
                    (2, 2) if self.has_weekday && month(second).is_some() => (third, first),
                    _ => return None,
                };
                let full = |short: u32| short + if short < 70 { 2_000 } else { 1_900 };
                let year = digits(year).map(|number| if year.len() == 2 { full(number) } else { number });
                set(&mut self.year, year?)?;
                set(&mut self.day, digits(day)?)?;
                set(&mut self.month, digits(second).or_else(|| month(second))?)
            }
            _ => None,
        }
    }

    /// `10:00`, `10:00:00.123`, with `am`, `Z`, `GMT+2` or an offset behind it.
    fn clock(&mut self, text: &str) -> Option<()> {
        let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.')).unwrap_or(text.len());
        let (clock, behind) = text.split_at_checked(end)?;
        let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
        let mut pieces = clock.split(':').map(|piece| digits(piece).filter(|_| piece.len() <= 2));
        let (hour, minute, second) = (pieces.next()??, pieces.next()??, pieces.next().unwrap_or(Some(0))?);
        if pieces.next().is_some() || hour > 23 || minute > 59 || second > 59 || fraction.len() > 9 {
            return None;
        }
        let fraction_ms = (0..3).try_fold(0, |ms, n| match fraction.as_bytes().get(n) {
            None => Some(ms * 10),
            Some(digit) => digit.is_ascii_digit().then(|| ms * 10 + Ms::from(digit - b'0')),
        })?;
        let clock_ms = Ms::from(hour * 3_600 + minute * 60 + second) * SECOND_MS + fraction_ms;
        set(&mut self.clock_ms, clock_ms)?;
        match behind.as_bytes().first() {
            None => Some(()),
            Some(b'+' | b'-') => self.offset(behind),
            Some(_) => self.letters(behind),
        }
    }

    /// `+02:00`, `+0200`, `+02`, `-7`.
    fn offset(&mut self, text: &str) -> Option<()> {
        let sign = if text.starts_with('-') { -1 } else { 1 };
        let rest = text.get(1..)?;
        let (hours, minutes) = match rest.split_once(':') {
            Some(parts) => parts,
            None if rest.len() == 4 => rest.split_at_checked(2)?,
            None => (rest, "00"),
        };
        let (hours, minutes) = (digits(hours).filter(|h| *h <= 14)?, digits(minutes).filter(|m| *m <= 59)?);
        set(&mut self.offset_minutes, sign * i32::try_from(hours * 60 + minutes).ok()?)
    }

    /// A month, a weekday, a zone or half of the day.
    fn letters(&mut self, word: &str) -> Option<()> {
        let bare = word.trim_end_matches('.');
        if let Some(month) = month(bare) {
            return set(&mut self.month, month);
        }
        if named(&WEEKDAYS, bare).is_some() {
            self.has_weekday = true;
            return Some(());
        }
        if bare.eq_ignore_ascii_case("at") {
            return Some(());
        }
        let half = |letters: &str| bare.eq_ignore_ascii_case(letters) || word.eq_ignore_ascii_case(letters);
        if half("am") || half("a.m.") || half("pm") || half("p.m.") {
            return set(&mut self.is_pm, bare.starts_with(['p', 'P']));
        }
        // `GMT+0200` is its offset.
        if let Some(offset) = ["GMT", "UTC"].iter().find_map(|zone| bare.strip_prefix(zone)).filter(|o| o.starts_with(['+', '-']))
        {
            return self.offset(offset);
        }
        if let Some((_, minutes)) = ZONES.iter().find(|(zone, _)| zone.eq_ignore_ascii_case(bare)) {
            // Java writes both: `GMT +0200`.
            return if self.offset_minutes.is_some_and(|offset| *minutes == 0 || offset == *minutes) {
                Some(())
            } else {
                set(&mut self.offset_minutes, *minutes)
            };
        }
        let zone = Zone::find(bare.trim_matches(['[', ']'])).filter(|_| bare.contains('/'))?;
        set(&mut self.zone, zone)
    }

    fn written(self) -> Option<Written> {
        let (year, month, day) = (self.year?, self.month?, self.day?);
        if !(1..=12).contains(&month) || !(1..=days_in_month(year, month)).contains(&day) {
            return None;
        }
        let clock_ms = match (self.clock_ms.unwrap_or_default(), self.is_pm) {
            (ms, None) => ms,
            // There is no 0 and no 13 on a clock of twelve hours; 12 is where it begins.
            (ms, Some(_)) if !(HOUR_MS..13 * HOUR_MS).contains(&ms) => return None,
            (ms, Some(is_pm)) => ms % (12 * HOUR_MS) + if is_pm { 12 * HOUR_MS } else { 0 },
        };
        let shown_ms = days_from_civil(year, month, day) * DAY_MS + clock_ms;
        Some(match (self.offset_minutes, self.zone) {
            // Beside an offset the name of a zone says nothing new.
            (Some(minutes), _) => Written::utc(shown_ms - Ms::from(minutes) * MINUTE_MS),
            (None, Some(zone)) => Written::utc(zone.instant(shown_ms)?),
            (None, None) => Written::local(shown_ms),
        })
    }
}

/// What is said twice can be read in two ways.
fn set<T>(place: &mut Option<T>, found: T) -> Option<()> {
    place.replace(found).is_none().then_some(())
}

fn digits(text: &str) -> Option<u32> {
    if text.is_empty() || text.len() > 4 || !text.bytes().all(|b| b.is_ascii_digit()) { None } else { text.parse().ok() }
}

/// `14` or `14th`.
fn ordinal(text: &str) -> Option<u32> {
    let end = ["st", "nd", "rd", "th"].iter().find_map(|end| text.strip_suffix(end)).unwrap_or(text);
    digits(end).filter(|_| end.len() <= 2)
}

fn month(word: &str) -> Option<u32> {
    let place = if word.eq_ignore_ascii_case("Sept") { Some(8) } else { named(&MONTHS, word) };
    place.and_then(|place| u32::try_from(place + 1).ok())
}

/// The place of a name that is written out or as its first three letters.
fn named(names: &[&str], word: &str) -> Option<usize> {
    let is = |name: &&str| name.eq_ignore_ascii_case(word) || name.get(..3).is_some_and(|short| short.eq_ignore_ascii_case(word));
    names.iter().position(is)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEN_MS: Ms = 1_789_380_000_000; // 2026-09-14T10:00:00Z

    #[test]
    fn forms_that_can_be_read_in_one_way_are_read() {
        for text in [
            "Mon, 14 Sep 2026 10:00:00 GMT",
            "Monday, 14-Sep-26 10:00:00 GMT",
            "2026-09-14T10:00:00+00:00Z",
            "\"2026-09-14T10:00:00Z\"",
            "2026-09-14T07:00:00\u{2212}03:00",
            "2026-09-14 10:00:00 +0000 UTC m=+0.502314",
            "2026-09-14 12:00:00 +0200 CEST m=+7.5",
            "Mon, 14 Sep 2026 12:00:00 +0200",
            "14 Sep 2026 10:00 UTC",
            "Monday, 14-Sep-2026 10:00:00 GMT",
            "14/Sep/2026:12:00:00 +0200",
            "Mon Sep 14 2026 12:00:00 GMT+0200 (Central European Summer Time)",
            "Mon Sep 14 2026 03:00:00 GMT-0700 (Pazifische Sommerzeit (Nordamerika))",
            "Mon Sep 14 12:00:00 CEST 2026",
            "Mon Sep 14 03:00:00 PDT 2026",
            "Sep 14, 2026 12:00 PM +0200",
            "September 14th, 2026 at 10:00:00 a.m. UTC",
            "14 September 2026, 10:00Z",
            "2026-09-14 12:00:00 +0200",
            "2026-09-14T12:00:00 +02:00",
            "2026-09-14 10:00:00+00",
            "2026-09-14 10:00:00 UTC",
            "2026-09-14 10:00:00 GMT",
            "2026-09-14 10:00:00.000000 UTC",
            "2026-09-14 10:00:00 +0000 UTC",
            "2026-09-14T10:00:00,000Z",
            "2026-09-14T10:00Z",
            "2026-09-14T12:00:00+02:00[Europe/Berlin]",
            "2026-09-14T12:00:00[Europe/Berlin]",
            "2026-09-14 12:00:00 Europe/Berlin",
            "2026-09-14 10:00:00Z",
            "20260914T100000Z",
            "20260914T120000+0200",
            "2026/09/14 10:00:00 Z",
            "14.09.2026 12:00:00 +02:00",
            "/Date(1789380000000)/",
            "/Date(1789380000000+0200)/",
            "1789380000",
            "1789380000000",
            "1.78938e9",
        ] {
            assert_eq!(read(text), Some(Written::utc(TEN_MS)), "{text}");
        }
    }

    #[test]
    fn a_time_without_a_zone_says_so() {
        for text in [
            "2026-09-14 10:00:00",
            "2026-09-14T10:00:00.000",
            "14 Sep 2026 10:00",
            "Sep 14, 2026 10:00 AM",
            "14.09.2026 10:00",
            "2026/09/14 10:00",
            "20260914T100000",
            "20260914100000",
        ] {
            assert_eq!(read(text), Some(Written::local(TEN_MS)), "{text}");
        }
        assert_eq!(read("14 Sep 2026"), Some(Written::local(TEN_MS - 10 * HOUR_MS)));
        assert_eq!(read("Sep 14, 2026 12:00 AM"), Some(Written::local(TEN_MS - 10 * HOUR_MS)));
    }

    #[test]
    fn what_can_be_read_in_two_ways_or_in_none_is_not_read() {
        for text in [
            "09/14/2026 10:00:00",
            "09/05/2026",
            "5-9-2026",
            "14 Sep 26 10:00 GMT",
            "Mon, 14 Sep 2026 10:00:00 CST",
            "Mon, 14 Sep 2026 10:00:00 IST",
            "31 Feb 2026 10:00 GMT",
            "14 Sep 2026 25:00 GMT",
            "14 Sep 2026 13:00 PM GMT",
            "14 Sep 2026 10:00 +0200 +0300",
            "14 14 Sep 2026",
            "14 Sep 2026 10:00 GMT (",
            "Sep 2026",
            "10:00:00",
            "2026-09-14 10:00:00 Europe/Atlantis",
            "/Date()/",
            "yesterday",
            "14 Sep 2026 10:00:00.é GMT",
            "é",
            ":",
            "1:",
            "2026-09-14T:",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&"1 ".repeat(100)), None);
    }

    proptest::proptest! {
        #![proptest_config(crate::regressions())]

        #[test]
        fn nothing_makes_it_panic(text in "[0-9A-Za-z:+/.(), \\[\\]é-]{0,40}") {
            let _any = read(&text);
        }
    }
}

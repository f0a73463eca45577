//! Where a value comes from, and what is made of it: the first path that has one, its unit, scale, table of words. A value may have
//! conditions, and conditions are about values.

use crate::json::quoted;

use crate::record::{Reading, Ref};
use crate::scan;
use base64::Engine as _;
use leadstream_core::domain::number;
use std::borrow::Cow;
use std::fmt::Write as _;

/// What a number or text says as a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Days,
    Seconds,
    Milliseconds,
    Microseconds,
    Nanoseconds,
}

impl Unit {
    pub const WORDS: [(&'static str, Self); 5] = [
        ("d", Self::Days),
        ("s", Self::Seconds),
        ("ms", Self::Milliseconds),
        ("us", Self::Microseconds),
        ("ns", Self::Nanoseconds),
    ];

    /// In nanoseconds.
    const fn nanos(self) -> i128 {
        match self {
            Self::Days => 86_400_000_000_000,
            Self::Seconds => 1_000_000_000,
            Self::Milliseconds => 1_000_000,
            Self::Microseconds => 1_000,
            Self::Nanoseconds => 1,
        }
    }
}

/// A value as a mapping asks for it.
#[derive(Debug, Clone, Default)]
pub struct Get {
    /// The first that is there counts.
    pub from: Vec<Ref>,
    /// As JSON: stands for itself, or for what isn't there.
    pub constant: Option<String>,
    pub unit: Option<Unit>,
    pub zone: Option<jiff::tz::TimeZone>,
    /// The numbers of a list, and of the lists in it, are added up.
    pub sum: bool,
    /// The value counts so many parts of one: 100 for cents.
    pub scale: Option<f64>,
    /// Base64 of a big-endian integer with so many decimal places.
    pub decimal: Option<u32>,
    /// Texts that say nothing, besides null and "".
    pub absent: Vec<String>,
    /// What each text stands for; others stand for themselves, or, where it is whole, for nothing.
    pub table: Vec<(String, String)>,
    pub lower: bool,
    /// Of an event's id: without this value there is none.
    pub is_needed: bool,
    /// Where this does not hold, there is none.
    pub when: When,
    /// The file's text, for people.
    pub text: String,
}

impl Get {
    /// The value as JSON; `None`: there is none.
    #[must_use]
    pub fn json<'a>(&self, reading: &Reading<'a>) -> Option<Cow<'a, str>> {
        if !self.when.holds(reading) {
            return None;
        }
        let found = self.from.iter().find_map(|from| self.one(from, reading));
        found.or_else(|| self.constant.clone().map(Cow::Owned)).or_else(|| self.as_it_is(reading))
    }

    /// A number that can't be read stays as it is: whoever reads the event counts it as broken, or reads it after all.
    fn as_it_is<'a>(&self, reading: &Reading<'a>) -> Option<Cow<'a, str>> {
        let is_number = self.sum || self.scale.is_some() || self.decimal.is_some();
        let there = || self.from.iter().filter_map(|from| reading.get(from)).find(|json| !is_absent(json, &self.absent));
        // Of a list nothing may be there.
        if is_number { there().filter(|json| json != "[]") } else { None }
    }

    /// A time as JSON; one that can't be read stays as it is: whoever reads the event counts it as broken.
    #[must_use]
    pub fn time<'a>(&self, reading: &Reading<'a>) -> Option<Cow<'a, str>> {
        let as_it_is = || self.from.iter().filter_map(|from| reading.get(from)).find(|json| !is_absent(json, &self.absent));
        if self.when.holds(reading) { self.json(reading).or_else(as_it_is) } else { None }
    }

    /// The value as text: what stands in quotes, or a number or truth value as it is written.
    #[must_use]
    pub fn plain<'a>(&self, reading: &Reading<'a>) -> Option<Cow<'a, str>> {
        self.json(reading).and_then(plain)
    }

    /// The first of them that is so, as text.
    #[must_use]
    pub fn plain_that<'a>(&self, reading: &Reading<'a>, test: impl Fn(&str) -> bool) -> Option<Cow<'a, str>> {
        if !self.when.holds(reading) {
            return None;
        }
        let mut all = self.from.iter().filter_map(|from| self.one(from, reading).and_then(plain));
        let constant = || plain(Cow::Owned(self.constant.clone()?));
        all.find(|text| test(text)).or_else(constant)
    }

    fn one<'a>(&self, from: &Ref, reading: &Reading<'a>) -> Option<Cow<'a, str>> {
        let json = reading.get(from)?;
        if is_absent(&json, &self.absent) {
            return None;
        }
        self.convert(json)
    }

    fn convert<'a>(&self, json: Cow<'a, str>) -> Option<Cow<'a, str>> {
        let mut json = json;
        if self.sum {
            json = Cow::Owned(sum(&json)?.to_string());
        }
        if let Some(places) = self.decimal {
            json = Cow::Owned(decimal(&json, places)?);
        }
        if let Some(scale) = self.scale {
            json = Cow::Owned((number::read(&plain(json)?)? / scale).to_string());
        }
        if let Some(unit) = self.unit {
            json = Cow::Owned(quoted(&instant(plain(json)?.trim(), unit)?));
        }
        if let Some(zone) = &self.zone {
            json = in_zone(json, zone);
        }
        if !self.table.is_empty() {
            let text = plain(json.clone())?;
            let exact = self.table.iter().find(|(theirs, _)| *theirs == text);
            if let Some((_, word)) = exact.or_else(|| self.table.iter().find(|(theirs, _)| is_same(theirs, &text))) {
                json = Cow::Owned(quoted(word));
            }
        }
        if self.lower && json.starts_with('"') {
            json = Cow::Owned(quoted(&scan::text(&json)?.trim().to_lowercase()));
        }
        Some(json)
    }
}

/// Null, "", or one of these texts.
#[must_use]
pub fn is_absent(json: &str, absent: &[String]) -> bool {
    if json == "null" || json == "\"\"" {
        return true;
    }
    !absent.is_empty() && {
        let text = scan::text(json).unwrap_or(Cow::Borrowed(json));
        absent.iter().any(|word| *word == text.trim())
    }
}

/// Text in quotes without them, a number or truth value as it is written; a list or an object is none.
#[must_use]
pub fn plain(json: Cow<'_, str>) -> Option<Cow<'_, str>> {
    match json.as_bytes().first()? {
        b'"' => match json {
            Cow::Borrowed(json) => scan::text(json),
            Cow::Owned(json) => scan::text(&json).map(|text| Cow::Owned(text.into_owned())),
        },
        b'{' | b'[' | b'n' => None,
        _ => Some(json),
    }
}

/// The numbers of lists, added up; `None`: there is none, or one can't be read.
fn sum(json: &str) -> Option<f64> {
    let mut added = Vec::new();
    gather(json, 0, &mut added)?;
    // Cents that binary fractions don't have.
    (!added.is_empty()).then(|| (added.iter().sum::<f64>() * 1e6_f64).round() / 1e6)
}

fn gather(json: &str, depth: usize, into: &mut Vec<f64>) -> Option<()> {
    if json.starts_with('[') && depth < 8 {
        return scan::elements(json).into_iter().try_for_each(|one| gather(one, depth + 1, into));
    }
    if !is_absent(json, &[]) {
        // As the decoder reads amounts.
        into.push(number::read(&plain(Cow::Borrowed(json))?)?);
    }
    Some(())
}

/// A count of units since 1970 as RFC 3339: whole, with a fraction, or as text.
fn instant(number: &str, unit: Unit) -> Option<String> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    if digits.is_empty() || digits.len() > 20 || !is_digits(digits) || !is_digits(fraction) {
        // A number such as 1.7e9.
        let number: f64 = number.parse().ok().filter(|n: &f64| n.is_finite() && n.abs() < 1e20)?;
        #[allow(clippy::cast_possible_truncation, reason = "its size is bounded above")]
        let whole = number as i128;
        return written(whole * unit.nanos());
    }
    let mut nanos = whole.parse::<i128>().ok()?.checked_mul(unit.nanos())?;
    let mut part = unit.nanos();
    for digit in fraction.bytes().take(18) {
        part /= 10;
        let step = i128::from(digit - b'0') * part;
        nanos += if whole.starts_with('-') { -step } else { step };
    }
    written(nanos)
}

fn written(nanos: i128) -> Option<String> {
    let time = jiff::Timestamp::from_nanosecond(nanos).ok()?;
    let mut text = String::new();
    write!(text, "{time:.3}").ok()?;
    Some(text)
}

/// A time of day without an offset as an instant of this zone; anything else stays.
fn in_zone<'a>(json: Cow<'a, str>, zone: &jiff::tz::TimeZone) -> Cow<'a, str> {
    let Some(text) = scan::text(&json) else { return json };
    if text.parse::<jiff::Timestamp>().is_ok() {
        return json;
    }
    let Ok(local) = text.trim().parse::<jiff::civil::DateTime>() else { return json };
    let Ok(instant) = zone.to_timestamp(local) else { return json };
    Cow::Owned(quoted(&format!("{instant:.3}")))
}

/// A big-endian two's complement integer in base64, with decimal places.
fn decimal(json: &str, places: u32) -> Option<String> {
    let Some(text) = scan::text(json) else { return Some(json.to_owned()) };
    let bytes = base64::engine::general_purpose::STANDARD.decode(text.as_bytes()).ok().filter(|b| (1..=16).contains(&b.len()))?;
    let mut number: i128 = if bytes[0] & 0x80 == 0 { 0 } else { -1 };
    for byte in bytes {
        number = number << 8 | i128::from(byte);
    }
    let scale = 10_i128.checked_pow(places)?;
    let (whole, part) = ((number / scale).unsigned_abs(), (number % scale).unsigned_abs());
    let sign = if number < 0 { "-" } else { "" };
    Some(if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part:0>width$}", width = places as usize) })
}

/// Whether two words are the same: vendors write `Subscribed` here and `subscribed` there.
fn is_same(word: &str, text: &str) -> bool {
    word.eq_ignore_ascii_case(text)
}

/// All of these.
#[derive(Debug, Clone, Default)]
pub struct When(pub Vec<Condition>);

/// One value and what it must be.
#[derive(Debug, Clone)]
pub struct Condition {
    pub get: Get,
    pub test: Test,
}

#[derive(Debug, Clone)]
pub enum Test {
    OneOf(Vec<String>),
    BeginsWith(Vec<String>),
    /// It is there, and says something.
    Exists(bool),
    /// It is a list or an object with nothing in it, or it isn't there.
    Empty(bool),
    Not(Box<Test>),
    /// It is one of these now, and was none of them before.
    Entered {
        of: Vec<String>,
        before: Get,
    },
    /// A number larger than this.
    Above(f64),
}

impl When {
    #[must_use]
    pub fn holds(&self, reading: &Reading<'_>) -> bool {
        self.0.iter().all(|condition| condition.test.holds(condition.get.json(reading), reading))
    }
}

impl Test {
    fn holds(&self, json: Option<Cow<'_, str>>, reading: &Reading<'_>) -> bool {
        let is_of = |json: &Option<Cow<'_, str>>, words: &[String]| {
            let text = json.clone().and_then(plain);
            text.is_some_and(|text| words.iter().any(|word| is_same(word, &text)))
        };
        match self {
            Self::OneOf(words) => is_of(&json, words),
            Self::BeginsWith(words) => {
                let text = json.and_then(plain);
                let begins = |text: &str, word: &str| text.get(..word.len()).is_some_and(|start| is_same(word, start));
                text.is_some_and(|text| words.iter().any(|word| begins(&text, word)))
            }
            Self::Exists(wanted) => json.is_some() == *wanted,
            Self::Empty(wanted) => {
                let is_empty = json.is_none_or(|json| {
                    let inner =
                        |open: char, close: char| json.trim().strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
                    inner('[', ']').or_else(|| inner('{', '}')).is_some_and(|inner| inner.trim().is_empty())
                });
                is_empty == *wanted
            }
            Self::Not(test) => !test.holds(json, reading),
            Self::Entered { of, before } => is_of(&json, of) && !is_of(&before.json(reading), of),
            Self::Above(least) => json.and_then(plain).and_then(|text| number::read(&text)).is_some_and(|number| number > *least),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_units_are_instants() {
        let at = |text, unit| instant(text, unit);
        assert_eq!(at("1760000000", Unit::Seconds).as_deref(), Some("2025-10-09T08:53:20.000Z"));
        assert_eq!(at("1760000000.25", Unit::Seconds).as_deref(), Some("2025-10-09T08:53:20.250Z"));
        assert_eq!(at("1760000000123456", Unit::Microseconds).as_deref(), Some("2025-10-09T08:53:20.123Z"));
        assert_eq!(at("20370", Unit::Days).as_deref(), Some("2025-10-09T00:00:00.000Z"));
        assert_eq!(at("1.76e9", Unit::Seconds).as_deref(), Some("2025-10-09T08:53:20.000Z"));
        for text in ["", "x", "1e300", "999999999999999999999", "-"] {
            assert_eq!(at(text, Unit::Days), None, "{text}");
        }
    }

    #[test]
    fn words_are_the_same_in_any_letters() {
        let file = "name = \"m\"\n[ids]\nuser = \"u\"\n[events]\n\"*\" = [{ when = { s = [\"unsubscribed\", \"out\"] }, to = \"Unsubscribed\" }, \
                    { when = { s = { begins_with = \"sub\" } }, to = \"Subscribed\" }, { to = \"skip\" }]\n[fields]\n\
                    state = { from = \"s\", table = { subscribed = \"in\", Subscribed = \"IN\" } }\n";
        let mapping = crate::parse("m", file).expect("a mapping");
        let of = |state: &str| {
            let value = format!(r#"{{"u":"ann","s":"{state}"}}"#);
            let record = crate::Record { value: Some(value.as_bytes()), ..crate::Record::default() };
            match mapping.apply(&record, &crate::NoSchemas).expect("no schema is needed").remove(0).what {
                crate::What::Event(event) => format!("{} {}", event.name, event.field("state").unwrap_or_default()),
                other => format!("{other:?}"),
            }
        };
        assert_eq!(of("Unsubscribed"), "Unsubscribed Unsubscribed");
        assert_eq!(of("OUT"), "Unsubscribed OUT");
        assert_eq!([of("Subscribed"), of("subscribed"), of("SUBSCRIBED")], ["Subscribed IN", "Subscribed in", "Subscribed in"]);
        assert_eq!((of("sü"), of("su")), ("Skipped".to_owned(), "Skipped".to_owned()));
    }

    #[test]
    fn the_numbers_of_lists_are_added_up() {
        for (json, want) in [
            ("[\"10.10\",5.2]", Some(15.3)),
            ("[[\"1\"],[2,\"3\"],[]]", Some(6.0)),
            ("\"7.5\"", Some(7.5)),
            ("[]", None),
            ("[\"1.234,50\",\"12,5\",null,\"\"]", Some(1247.0)),
            ("[\"x\",null]", None),
            ("[\"x\",7]", None),
        ] {
            assert_eq!(sum(json), want, "{json}");
        }
    }

    #[test]
    fn amounts_in_text_are_read_as_the_decoder_reads_them_and_what_is_none_stays_for_it_to_count() {
        let file = "name = \"m\"\n[ids]\nuser = \"u\"\n[events]\n\"*\" = [{ when = { v = { above = 1000 } }, to = \"page\" }, \"screen\"]\n\
                    [fields]\nscaled = { from = [\"v\", \"w\"], scale = 100 }\nsum = { from = \"l[].v\", sum = true }\nten = { from = \"d\", decimal = 2 }\n";
        let mapping = crate::parse("m", file).expect("a mapping");
        let of = |json: &str| {
            let record = crate::Record { value: Some(json.as_bytes()), ..crate::Record::default() };
            match mapping.apply(&record, &crate::NoSchemas).expect("no schema is needed").remove(0).what {
                crate::What::Event(event) => {
                    let field = |name: &str| event.field(name).map(Cow::into_owned).unwrap_or_default();
                    [event.name.clone(), field("scaled"), field("sum"), field("ten")].join(" ")
                }
                other => format!("{other:?}"),
            }
        };
        assert_eq!(of(r#"{"u":"a","v":"1.234,50","l":[{"v":"1,5"},{"v":2}],"d":"C+o="}"#), "page 12.345 3.5 30.50");
        assert_eq!(of(r#"{"u":"a","v":"x","w":"250","l":[{}],"d":"30.50"}"#), "screen 2.5  30.50");
        assert_eq!(of(r#"{"u":"a","v":"x","d":"!"}"#), "screen x  !");
    }

    #[test]
    fn decimals_of_debezium_are_numbers() {
        assert_eq!(decimal("\"C+o=\"", 2).as_deref(), Some("30.50"));
        assert_eq!(decimal("\"/w==\"", 2).as_deref(), Some("-0.01"));
        assert_eq!(decimal("7.5", 2).as_deref(), Some("7.5"), "a converter that is set up well");
        assert_eq!(decimal("\"\"", 2), None);
    }

    #[test]
    fn times_of_day_are_of_their_zone() {
        let zone = jiff::tz::TimeZone::get("Europe/Berlin").expect("a zone");
        let of = |json: &'static str| in_zone(Cow::Borrowed(json), &zone).into_owned();
        assert_eq!(of("\"2026-07-01 12:00:00\""), "\"2026-07-01T10:00:00.000Z\"");
        assert_eq!(of("\"2026-07-01T12:00:00Z\""), "\"2026-07-01T12:00:00Z\"");
        assert_eq!(of("\"soon\""), "\"soon\"");
    }
}

//! What was seen at one path: how often, values of what shape, how many different ones.

use super::words;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Different values that are remembered as they are, and how long they are at most.
const MOST_VALUES: usize = 120;
const MOST_VALUE_BYTES: usize = 80;
/// Occurrences of which it is remembered whether they were the same.
const MOST_COMPARED: usize = 300;

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    Bool,
    Whole,
    Decimal,
    /// A text that is a whole number; one that has decimal places.
    WholeText,
    DecimalText,
    Email,
    Uuid,
    Url,
    /// With a zone or an offset; without.
    Time,
    LocalTime,
    Date,
    /// Three capital letters.
    Currency,
    /// A word or some, as names of events are.
    Word,
    Text,
    /// JSON in a text, base64 of JSON.
    Packed,
}

/// A path and what stood there.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    pub path: String,
    /// The last key in normal form, and with the key above it.
    pub key: String,
    pub with_parent: String,
    /// What the end of the key says of its unit: `ms`, `cents`.
    pub unit: Option<words::Unit>,
    pub depth: usize,
    pub count: u64,
    pub shapes: BTreeMap<Shape, u64>,
    /// Numbers that would be a time of our days: in seconds, ms, µs, ns, days.
    pub times: [u64; 5],
    /// Values and how often each was there; `None`: they were too many or too long.
    pub values: Option<BTreeMap<String, u64>>,
    compared: u64,
    hashes: BTreeSet<u64>,
    /// Whole numbers only: the smallest.
    pub smallest: Option<i64>,
}

impl Seen {
    pub fn new(path: &str, keys: &[&str]) -> Self {
        let last = keys.last().copied().unwrap_or_default();
        let parent = keys.len().checked_sub(2).and_then(|at| keys.get(at)).copied().unwrap_or_default();
        let (key, unit) = words::normal(last);
        let with_parent = format!("{}{key}", words::normal(parent).0);
        let depth = keys.len();
        Self { path: path.to_owned(), key, with_parent, unit, depth, values: Some(BTreeMap::new()), ..Self::default() }
    }

    /// Adds a value that is no object and no list, and not absent.
    pub fn add(&mut self, value: &Value) {
        let text = match value {
            Value::String(text) => text.trim().to_owned(),
            other => other.to_string(),
        };
        self.count += 1;
        let shape = shape_of(value, &text);
        *self.shapes.entry(shape).or_default() += 1;
        if matches!(shape, Shape::Whole | Shape::Decimal | Shape::WholeText | Shape::DecimalText)
            && let Ok(number) = text.parse::<f64>()
            && let Some(at) = unit_of(number)
        {
            self.times[at] += 1;
        }
        if let (Shape::Whole, Ok(whole)) = (shape, text.parse::<i64>()) {
            self.smallest = Some(self.smallest.map_or(whole, |smallest| smallest.min(whole)));
        }
        if self.compared < MOST_COMPARED as u64 {
            self.compared += 1;
            self.hashes.insert(xxhash_rust::xxh3::xxh3_64(text.as_bytes()));
        }
        if let Some(values) = &mut self.values {
            if text.len() > MOST_VALUE_BYTES || values.len() >= MOST_VALUES && !values.contains_key(&text) {
                self.values = None;
            } else {
                *values.entry(text).or_default() += 1;
            }
        }
    }

    /// How many of its values have one of these shapes, from 0 to 1.
    pub fn share(&self, shapes: &[Shape]) -> f64 {
        let of: u64 = shapes.iter().filter_map(|shape| self.shapes.get(shape)).sum();
        ratio(of, self.count)
    }

    /// How many of its values differ from all before, from 0 to 1.
    pub fn differ(&self) -> f64 {
        ratio(self.hashes.len() as u64, self.compared)
    }

    /// The shape that most have, in words.
    pub fn kind(&self) -> &'static str {
        let most = self.shapes.iter().max_by_key(|(_, count)| **count).map(|(shape, _)| *shape);
        match most {
            Some(Shape::Bool) => "true or false",
            Some(Shape::Whole | Shape::WholeText) => "whole number",
            Some(Shape::Decimal | Shape::DecimalText) => "number",
            Some(Shape::Email) => "address",
            Some(Shape::Uuid) => "UUID",
            Some(Shape::Url) => "URL",
            Some(Shape::Time) => "time",
            Some(Shape::LocalTime) => "time without a zone",
            Some(Shape::Date) => "date",
            Some(Shape::Currency) => "currency",
            Some(Shape::Packed) => "packed text",
            Some(Shape::Word) => "word",
            Some(Shape::Text) | None => "text",
        }
    }
}

pub fn ratio(of: u64, all: u64) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "counts of a sample")]
    if all == 0 { 0.0 } else { of as f64 / all as f64 }
}

/// Which unit makes a time between 2005 and 2065 of it: the index in s, ms, µs, ns, days.
fn unit_of(number: f64) -> Option<usize> {
    const FROM_S: f64 = 1.1e9;
    const TO_S: f64 = 3.0e9;
    let of = [1.0, 1e3, 1e6, 1e9, 1.0 / 86_400.0];
    of.into_iter().position(|parts| number >= FROM_S * parts && number < TO_S * parts)
}

fn shape_of(value: &Value, text: &str) -> Shape {
    match value {
        Value::Bool(_) => return Shape::Bool,
        Value::Number(number) => return if number.is_f64() { Shape::Decimal } else { Shape::Whole },
        _ => {}
    }
    let bytes = text.as_bytes();
    let is_number = bytes.first().is_some_and(|b| b.is_ascii_digit() || *b == b'-')
        && text.parse::<f64>().is_ok_and(f64::is_finite)
        && bytes[bytes.len() - 1].is_ascii_digit();
    if is_number {
        return if bytes.iter().all(|b| b.is_ascii_digit() || *b == b'-') { Shape::WholeText } else { Shape::DecimalText };
    }
    if let Some(shape) = shape_of_time(text) {
        return shape;
    }
    if is_email(text) {
        return Shape::Email;
    }
    if text.starts_with("http://") || text.starts_with("https://") {
        return Shape::Url;
    }
    if is_uuid(bytes) {
        return Shape::Uuid;
    }
    if bytes.len() == 3 && bytes.iter().all(u8::is_ascii_uppercase) {
        return Shape::Currency;
    }
    let is_of_names = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '/' | '$' | ' ');
    let digits = bytes.iter().filter(|b| b.is_ascii_digit()).count();
    let is_word = text.chars().any(char::is_alphabetic)
        && text.chars().all(is_of_names)
        && text.len() <= 64
        && digits * 3 <= bytes.len()
        && text.split_whitespace().count() <= 6;
    if is_word { Shape::Word } else { Shape::Text }
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    !local.is_empty() && domain.contains('.') && !domain.contains('@') && !text.contains(char::is_whitespace)
}

fn is_uuid(bytes: &[u8]) -> bool {
    let is_hyphen = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    bytes.len() == 36 && bytes.iter().enumerate().all(|(at, b)| if is_hyphen(at) { *b == b'-' } else { b.is_ascii_hexdigit() })
}

/// ISO 8601, as far as it tells a date, a time of day and an offset.
fn shape_of_time(text: &str) -> Option<Shape> {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let is = |at: usize, of: &[u8]| bytes.get(at).is_some_and(|b| of.contains(b));
    let is_date = [0, 1, 2, 3, 5, 6, 8, 9].into_iter().all(is_digit) && is(4, b"-") && is(7, b"-");
    if !is_date {
        return None;
    }
    if bytes.len() == 10 {
        return Some(Shape::Date);
    }
    let is_time = is(10, b"T t") && [11, 12, 14, 15].into_iter().all(is_digit) && is(13, b":");
    let rest = text.get(16..)?;
    let has_zone = rest.ends_with(['Z', 'z']) || rest.contains(['+', '-']) || rest.ends_with("UTC");
    is_time.then_some(if has_zone { Shape::Time } else { Shape::LocalTime })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_have_shapes() {
        for (value, want) in [
            (json!(true), Shape::Bool),
            (json!(7), Shape::Whole),
            (json!(7.5), Shape::Decimal),
            (json!("12345678901234567890"), Shape::WholeText),
            (json!("7.50"), Shape::DecimalText),
            (json!("ann@shop.example"), Shape::Email),
            (json!("https://shop.example/"), Shape::Url),
            (json!("2026-03-01T10:00:00+01:00"), Shape::Time),
            (json!("2026-03-01 10:00:00.250"), Shape::LocalTime),
            (json!("2026-03-01"), Shape::Date),
            (json!("EUR"), Shape::Currency),
            (json!("3f2504e0-4f89-11d3-9a0c-0305e82c3301"), Shape::Uuid),
            (json!("order.placed"), Shape::Word),
            (json!("a7f3b2901c"), Shape::Text),
            (json!("Grüße, liebe Leute!"), Shape::Text),
            (json!("inf"), Shape::Word),
            (json!("+4930123456"), Shape::Text),
            (json!(""), Shape::Text),
            (json!("é-"), Shape::Word),
        ] {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            assert_eq!(shape_of(&value, &text), want, "{value}");
        }
    }

    #[test]
    fn sizes_tell_units() {
        for (number, want) in [
            (1_760_000_000.0, Some(0)),
            (1_760_000_000_123.0, Some(1)),
            (1_760_000_000_123_456.0, Some(2)),
            (1.76e18, Some(3)),
            (20_370.0, Some(4)),
            (7.0, None),
            (-1.0, None),
        ] {
            assert_eq!(unit_of(number), want, "{number}");
        }
    }
}

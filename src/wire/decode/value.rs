//! Single values, read leniently: what is broken is dropped and counted, never an error.

use crate::domain::event::Value;
use crate::domain::number;
use crate::domain::placeholder_ids::{IdOf, is_id};
use crate::wire::tidy_id::tidy;
use crate::wire::time::{self, Written};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Longest id; a longer one is dropped, since a cut id could be somebody else's.
pub const MAX_ID_BYTES: usize = 256;
/// Longest name of an event.
pub const MAX_NAME_BYTES: usize = 256;
/// Longest name or variant of a product; the rest is cut off.
pub const MAX_TEXT_BYTES: usize = 512;
/// Longest URL; a longer one is dropped, since a cut URL leads nowhere.
pub const MAX_URL_BYTES: usize = 2_048;
/// Longest text of a property that a model looks at; the rest is cut off.
pub const MAX_PROPERTY_BYTES: usize = 2_048;
/// Longest currency; a longer one is dropped.
pub const MAX_CURRENCY_BYTES: usize = 16;
/// Highest price. A higher one is no price but a mistake, and sums of such would overflow.
pub const MAX_PRICE: f64 = 1e12;
/// Highest value of an order or cart, either sign.
pub const MAX_VALUE: f64 = 1e15;

/// A value as it stands in the record.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar<'a> {
    Null,
    Text(Cow<'a, str>),
    /// A number as JSON writes it, however large or long.
    Digits(&'a str),
    /// Numbers of protobuf.
    Signed(i64),
    Float(f64),
    Bool(bool),
    /// An object, an array or text that can't be unescaped.
    Other,
}

/// What reading a field can leave behind besides its value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Faults {
    /// Fields that were dropped or cut.
    pub broken: u16,
}

impl Faults {
    /// Counts a broken field.
    pub(super) fn count_broken(&mut self) {
        self.broken = self.broken.saturating_add(1);
    }

    /// Counts a broken field, whose value is then absent.
    pub(super) fn broken<T>(&mut self) -> Option<T> {
        self.count_broken();
        None
    }

    /// One field that is used twice is broken once: `before` the first use, `between` the two.
    pub(super) fn count_once(&mut self, before: u16, between: u16) {
        let first = between.saturating_sub(before);
        let second = self.broken.saturating_sub(between);
        self.broken = before.saturating_add(first.max(second));
    }
}

impl<'a> Scalar<'a> {
    /// From a value that the JSON parser has checked but not read.
    pub(super) fn from_raw(raw: &'a RawValue) -> Self {
        let text = raw.get();
        match text.as_bytes() {
            [b'"', inner @ .., b'"'] if !inner.contains(&b'\\') => {
                Self::Text(Cow::Borrowed(text.get(1..text.len() - 1).unwrap_or_default()))
            }
            [b'"', ..] => serde_json::from_str(text).map_or(Self::Other, |text: String| Self::Text(Cow::Owned(text))),
            b"null" => Self::Null,
            b"true" => Self::Bool(true),
            b"false" => Self::Bool(false),
            [b'-' | b'0'..=b'9', ..] => Self::Digits(text),
            _ => Self::Other,
        }
    }

    /// Text of any length; a number becomes the text that it is written as. `None` without a fault for null and for empty text.
    #[inline]
    pub(super) fn text(self, faults: &mut Faults) -> Option<Cow<'a, str>> {
        match self {
            Self::Null => None,
            Self::Text(text) if text.is_empty() => None,
            Self::Text(text) => Some(text),
            // Some writers turn ids into floats: 12345.0 means 12345.
            Self::Digits(text) => Some(Cow::Borrowed(text.strip_suffix(".0").unwrap_or(text))),
            Self::Signed(_) | Self::Float(_) | Self::Bool(_) | Self::Other => faults.broken(),
        }
    }

    /// Text that is dropped when it is too long.
    #[inline]
    pub(super) fn short(self, max_bytes: usize, faults: &mut Faults) -> Option<Cow<'a, str>> {
        let text = self.text(faults)?;
        if text.len() > max_bytes { faults.broken() } else { Some(text) }
    }

    /// Text that is cut when it is too long.
    #[inline]
    pub(super) fn cut(self, max_bytes: usize, faults: &mut Faults) -> Option<Cow<'a, str>> {
        let text = self.text(faults)?;
        if text.len() <= max_bytes {
            return Some(text);
        }
        faults.count_broken();
        Some(cut(text, max_bytes))
    }

    /// An id. Words that stand for none are absent, without a fault: see [`crate::domain::placeholder_ids`].
    #[inline]
    pub(super) fn id(self, of: IdOf, faults: &mut Faults) -> Option<Cow<'a, str>> {
        let text = self.text(faults).map(tidy)?;
        if text.len() > MAX_ID_BYTES { faults.broken() } else { Some(text).filter(|id| is_id(id, of)) }
    }

    /// The same of any length.
    #[inline]
    pub(super) fn long_id(self, of: IdOf, faults: &mut Faults) -> Option<Cow<'a, str>> {
        self.text(faults).map(tidy).filter(|id| is_id(id, of))
    }

    /// A currency, in capital letters and without blanks: `eur` is no other one than `EUR`.
    pub(super) fn currency(self, faults: &mut Faults) -> Option<Cow<'a, str>> {
        let text = self.short(MAX_CURRENCY_BYTES, faults)?;
        if text.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Some(text);
        }
        let text = text.trim().to_ascii_uppercase();
        (!text.is_empty()).then_some(Cow::Owned(text))
    }

    /// A finite number; numeric text will do.
    pub(super) fn number(self, faults: &mut Faults) -> Option<f64> {
        let number = match self {
            Self::Null => return None,
            #[allow(clippy::cast_precision_loss, reason = "amounts are far below 2^53")]
            Self::Signed(n) => n as f64,
            Self::Float(n) => n,
            Self::Digits(text) => plain_decimal(text).unwrap_or_else(|| text.parse().unwrap_or(f64::NAN)),
            Self::Text(text) => number::read(&text).unwrap_or(f64::NAN),
            Self::Bool(_) | Self::Other => f64::NAN,
        };
        // Adding 0 makes 0 of -0.
        if number.is_finite() { Some(number + 0.0) } else { faults.broken() }
    }

    /// A number between two bounds.
    pub(super) fn number_in(self, lowest: f64, highest: f64, faults: &mut Faults) -> Option<f64> {
        let number = self.number(faults)?;
        if (lowest..=highest).contains(&number) { Some(number) } else { faults.broken() }
    }

    /// A number from 0 to the largest `u32`: shops sell by weight and length too.
    pub(super) fn quantity(self, faults: &mut Faults) -> Option<f64> {
        self.number_in(0.0, f64::from(u32::MAX), faults)
    }

    /// A time in text or as a Unix number.
    pub(super) fn time(self, faults: &mut Faults) -> Option<Written> {
        let time = match &self {
            Self::Null => return None,
            Self::Text(text) => time::parse_text(text),
            Self::Bool(_) | Self::Other => None,
            _ => self.number(&mut Faults::default()).and_then(time::parse_unix),
        };
        if time.is_none() { faults.broken() } else { time }
    }

    /// A value for the models.
    pub(super) fn property(self, faults: &mut Faults) -> Option<Value<'a>> {
        match self {
            Self::Null => None,
            Self::Bool(flag) => Some(Value::Bool(flag)),
            Self::Text(text) if text.len() > MAX_PROPERTY_BYTES => {
                faults.count_broken();
                Some(Value::Text(cut(text, MAX_PROPERTY_BYTES)))
            }
            // Unlike an id, a property may well be empty text.
            Self::Text(text) => Some(Value::Text(text)),
            Self::Other => faults.broken(),
            number => number.number(faults).map(Value::Number),
        }
    }
}

/// A number of at most 14 digits without sign and exponent, such as a price. Both of its parts are floats without a loss, so
/// that their quotient is the nearest float, as the library finds it in four times the instructions.
fn plain_decimal(text: &str) -> Option<f64> {
    const POWERS: [f64; 15] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14];
    if text.len() >= POWERS.len() {
        return None;
    }
    let (mut digits, mut point) = (0_u64, text.len());
    for (n, byte) in text.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => digits = digits * 10 + u64::from(byte - b'0'),
            b'.' => point = n + 1,
            _ => return None,
        }
    }
    #[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
    Some(digits as f64 / POWERS.get(text.len() - point)?)
}

/// The first bytes of a text, ending at the border of a character.
pub(super) fn cut(text: Cow<'_, str>, max_bytes: usize) -> Cow<'_, str> {
    let end = text.floor_char_boundary(max_bytes);
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.get(..end).unwrap_or_default()),
        Cow::Owned(mut text) => {
            text.truncate(end);
            // What is kept of a megabyte is a few bytes.
            text.shrink_to_fit();
            Cow::Owned(text)
        }
    }
}

/// The path of a URL: what lies between host and query.
pub(super) fn path_of_url(url: &str) -> Option<&str> {
    let special = url.bytes().position(|b| matches!(b, b':' | b'/' | b'?' | b'#'))?;
    let (scheme, rest) = url.split_at(special);
    let after_scheme = match rest.strip_prefix("://") {
        Some(rest) => rest,
        None if scheme.is_empty() && rest.starts_with('/') => rest,
        None => return None,
    };
    let end = after_scheme.bytes().position(|b| matches!(b, b'?' | b'#')).unwrap_or(after_scheme.len());
    let (without_query, _) = after_scheme.split_at(end);
    let slash = without_query.bytes().position(|b| b == b'/');
    Some(slash.map_or("/", |slash| without_query.split_at(slash).1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_a_url_lies_between_host_and_query() {
        for (url, path) in [
            ("https://shop.example/magazine/boots?utm=a#top", Some("/magazine/boots")),
            ("https://shop.example", Some("/")),
            ("https://shop.example?q=1", Some("/")),
            ("https://shop.example#a/b", Some("/")),
            ("/p/1?x=https://elsewhere.example/y", Some("/p/1")),
            ("android-app://com.shop/p/1", Some("/p/1")),
            ("about:blank", None),
            ("", None),
        ] {
            assert_eq!(path_of_url(url), path, "{url}");
        }
    }

    #[test]
    fn plain_decimals_are_read_as_the_library_reads_them() {
        for text in ["0", "7", "0.1", "0.30", "12.5", "99.99", "104.949999", "12345678901234", "0.00000000001", "3.0000000000"] {
            assert_eq!(plain_decimal(text).map(f64::to_bits), text.parse().ok().map(f64::to_bits), "{text}");
        }
        for cents in (0..100_000_000_u64).step_by(9_973) {
            let text = format!("{}.{:02}", cents / 100, cents % 100);
            assert_eq!(plain_decimal(&text), text.parse().ok(), "{text}");
        }
        for text in ["-1", "1e5", "123456789012345", "1.23456789012345"] {
            assert_eq!(plain_decimal(text), None, "{text}");
        }
    }

    #[test]
    fn long_text_is_cut_at_the_border_of_a_character() {
        assert_eq!(cut(Cow::Borrowed("aé"), 2), "a");
        assert_eq!(cut(Cow::Owned("aé".to_owned()), 3), "aé");
    }
}

//! Binary records become JSON text: bytes that are read in order, and text that is written with an end to it.

use crate::json::quoted;
use base64::Engine as _;
use std::fmt::Write as _;
use std::sync::Arc;

/// Objects and lists within each other: less than the reader of JSON goes into.
pub const MOST_DEPTH: usize = 64;

/// So much text comes of any record, and of a large one so many times its bytes: names are repeated in JSON, and a hostile record of
/// a few bytes may say that it has billions of empty values.
const LEAST_ROOM: usize = 1 << 20;
const MOST_TIMES: usize = 64;

/// A record as JSON, and the full name of its schema or message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    pub json: String,
    pub name: Option<Arc<str>>,
}

/// Bytes, read in order.
#[derive(Debug, Clone, Copy)]
pub struct Bytes<'a>(pub &'a [u8]);

impl<'a> Bytes<'a> {
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// # Errors
    /// So many are not there.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self
            .0
            .split_at_checked(count)
            .ok_or_else(|| format!("{count} bytes more are wanted where {} are left", self.0.len()))?;
        self.0 = rest;
        Ok(taken)
    }

    /// # Errors
    /// They are not there.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (taken, rest) =
            self.0.split_first_chunk().ok_or_else(|| format!("{N} bytes more are wanted where {} are left", self.0.len()))?;
        self.0 = rest;
        Ok(*taken)
    }

    /// Seven bits in each byte, the lowest first: numbers of both formats.
    ///
    /// # Errors
    /// It has no end, or more than 64 bits.
    pub fn varint(&mut self) -> Result<u64, String> {
        let mut number = 0_u64;
        for (n, byte) in self.0.iter().take(10).enumerate() {
            let bits = u64::from(byte & 0x7f);
            if n == 9 && bits > 1 {
                break;
            }
            number |= bits << (7 * n);
            if byte & 0x80 == 0 {
                self.0 = &self.0[n + 1..];
                return Ok(number);
            }
        }
        Err("a number has no end".to_owned())
    }

    /// A varint that may be negative.
    ///
    /// # Errors
    /// See [`Self::varint`].
    pub fn zigzag(&mut self) -> Result<i64, String> {
        self.varint().map(unzigzag)
    }
}

/// 0, -1, 1, -2, …
#[must_use]
pub const fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

/// JSON as it is written.
#[derive(Debug)]
pub struct Text {
    pub json: String,
    most: usize,
}

impl Text {
    /// Of a record of so many bytes.
    #[must_use]
    pub fn of(bytes: usize) -> Self {
        let most = LEAST_ROOM.max(bytes.saturating_mul(MOST_TIMES));
        Self { json: String::with_capacity(bytes.saturating_mul(4).min(LEAST_ROOM)), most }
    }

    /// Asked before each value.
    ///
    /// # Errors
    /// The record is too large as JSON.
    pub fn has_room(&self) -> Result<(), String> {
        if self.json.len() <= self.most { Ok(()) } else { Err(format!("as JSON it has more than {} bytes", self.most)) }
    }

    pub fn push(&mut self, json: &str) {
        self.json.push_str(json);
    }

    pub fn int(&mut self, number: impl Into<i128>) {
        let number = number.into();
        // Most numbers are of this size, which is quicker to write.
        let written = match i64::try_from(number) {
            Ok(number) => write!(self.json, "{number}"),
            Err(_) => write!(self.json, "{number}"),
        };
        debug_assert!(written.is_ok(), "text grows");
    }

    /// What JSON has no number for is null.
    pub fn double(&mut self, number: f64) {
        if number.is_finite() { self.display(number) } else { self.push("null") }
    }

    /// With the digits of its own precision: 3.14, and not 3.140000104904175.
    pub fn float(&mut self, number: f32) {
        if number.is_finite() { self.display(number) } else { self.push("null") }
    }

    fn display(&mut self, value: impl std::fmt::Display) {
        let written = write!(self.json, "{value}");
        debug_assert!(written.is_ok(), "text grows");
    }

    /// # Errors
    /// It is no UTF-8.
    pub fn text(&mut self, bytes: &[u8]) -> Result<(), String> {
        let text = std::str::from_utf8(bytes).map_err(|error| format!("a text is none: {error}"))?;
        if text.bytes().any(|b| b < 0x20 || b == b'"' || b == b'\\') {
            self.push(&quoted(text));
        } else {
            self.json.push('"');
            self.push(text);
            self.json.push('"');
        }
        Ok(())
    }

    /// Base64, as other JSON has bytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.json.push('"');
        base64::engine::general_purpose::STANDARD.encode_string(bytes, &mut self.json);
        self.json.push('"');
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What somebody else wrote, of `tests/serialised`.
    pub struct Case {
        pub about: String,
        pub schema: String,
        pub file: String,
        pub message: String,
        pub hex: String,
        pub json: String,
    }

    impl Case {
        pub fn all(text: &str) -> Vec<Self> {
            let all: Vec<serde_json::Value> = serde_json::from_str(text).expect("cases");
            let text = |case: &serde_json::Value, key: &str| case[key].as_str().unwrap_or_default().to_owned();
            let one = |case: &serde_json::Value| Self {
                about: text(case, "about"),
                schema: text(case, "schema"),
                file: text(case, "file"),
                message: text(case, "message"),
                hex: text(case, "hex"),
                json: text(case, "json"),
            };
            all.iter().map(one).collect()
        }

        pub fn bytes(&self) -> Vec<u8> {
            hex(&self.hex)
        }
    }

    pub fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.chars().filter_map(|c| c.to_digit(16)).map(|d| u8::try_from(d).expect("a digit")).collect();
        digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
    }

    /// What is done to bytes: some are set, some put in, and all after a place cut off.
    #[derive(Debug, Clone)]
    pub struct Changes {
        set: Vec<(prop::sample::Index, u8)>,
        add: Vec<(prop::sample::Index, Vec<u8>)>,
        cut: Option<prop::sample::Index>,
    }

    pub fn mutated() -> impl Strategy<Value = Changes> {
        let byte = || prop_oneof![any::<u8>(), Just(0xff), Just(0x80), Just(0)];
        let set = prop::collection::vec((any::<prop::sample::Index>(), byte()), 0..4);
        let add = prop::collection::vec((any::<prop::sample::Index>(), prop::collection::vec(byte(), 1..12)), 0..3);
        (set, add, prop::option::weighted(0.2, any::<prop::sample::Index>())).prop_map(|(set, add, cut)| Changes {
            set,
            add,
            cut,
        })
    }

    impl Changes {
        pub fn of(&self, bytes: &[u8]) -> Vec<u8> {
            let mut bytes = bytes.to_vec();
            for (at, byte) in &self.set {
                if !bytes.is_empty() {
                    let at = at.index(bytes.len());
                    bytes[at] = *byte;
                }
            }
            for (at, more) in &self.add {
                let at = at.index(bytes.len() + 1);
                bytes.splice(at..at, more.iter().copied());
            }
            if let Some(cut) = &self.cut {
                bytes.truncate(cut.index(bytes.len() + 1));
            }
            bytes
        }

        /// What is read of them is JSON, and not too much of it.
        pub fn check(&self, bytes: &[u8], read: impl Fn(&[u8]) -> Result<String, String>) -> Result<(), TestCaseError> {
            let bytes = self.of(bytes);
            if let Ok(json) = read(&bytes) {
                prop_assert!(json.len() <= (2 * LEAST_ROOM).max(bytes.len() * 2 * MOST_TIMES));
                let parsed = serde_json::from_str::<serde::de::IgnoredAny>(&json);
                prop_assert!(parsed.is_ok(), "{:?}: {json}", parsed.err());
            }
            Ok(())
        }
    }

    #[test]
    fn numbers_have_an_end() {
        assert_eq!(Bytes(&[0xac, 0x02, 7]).varint(), Ok(300));
        assert!(Bytes(&[0xff; 9]).varint().is_err());
        let mut most = [0xff; 10];
        most[9] = 1;
        assert_eq!(Bytes(&most).varint(), Ok(u64::MAX));
        assert_eq!(Bytes(&most).zigzag(), Ok(i64::MIN));
        most[9] = 2;
        assert!(Bytes(&most).varint().is_err() && Bytes(&[0xff; 20]).varint().is_err() && Bytes(&[]).varint().is_err());
        assert_eq!([0, 1, 2, 3, u64::MAX - 1].map(unzigzag), [0, -1, 1, -2, i64::MAX]);
    }

    #[test]
    fn text_and_numbers_are_json() {
        let mut text = Text::of(0);
        text.float(2.7);
        text.push(",");
        text.double(0.1);
        text.push(",");
        text.double(f64::NAN);
        text.push(",");
        text.int(u64::MAX);
        text.push(",");
        text.text("a\"\n\u{1}é".as_bytes()).expect("a text");
        text.push(",");
        text.bytes(&[0xff, 0xfe]);
        assert_eq!(text.json, "2.7,0.1,null,18446744073709551615,\"a\\\"\\n\\u0001é\",\"//4=\"");
        assert!(text.text(&[0xff]).is_err());
    }
}

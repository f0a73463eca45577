//! Bad input of every kind that shops really send.

use super::record::Record;
use super::rng::SeededRng;

/// A kind of corruption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Corruption {
    /// An error page of the proxy in front of the collector.
    NotJson,
    Truncated,
    Empty,
    /// An array, a number, null.
    NotAnObject,
    InvalidUtf8,
    DeepNesting,
    NoKey,
    EmptyKey,
    LongKey,
    NoName,
    UnknownType,
    WrongTypes,
    /// 1970, 2099, or no time at all.
    AbsurdPast,
    Future,
    NoTime,
    BadTime,
    /// Prices and quantities that are no numbers, negative or too large.
    NanPrice,
    HugePrice,
    NegativePrice,
    BadQuantity,
    /// The same message once more, later.
    Twice,
}

const ALL: [Corruption; 21] = [
    Corruption::NotJson,
    Corruption::Truncated,
    Corruption::Empty,
    Corruption::NotAnObject,
    Corruption::InvalidUtf8,
    Corruption::DeepNesting,
    Corruption::NoKey,
    Corruption::EmptyKey,
    Corruption::LongKey,
    Corruption::NoName,
    Corruption::UnknownType,
    Corruption::WrongTypes,
    Corruption::AbsurdPast,
    Corruption::Future,
    Corruption::NoTime,
    Corruption::BadTime,
    Corruption::NanPrice,
    Corruption::HugePrice,
    Corruption::NegativePrice,
    Corruption::BadQuantity,
    Corruption::Twice,
];

impl Corruption {
    pub(super) fn pick(rng: &mut SeededRng) -> Self {
        ALL[rng.below(ALL.len() as u32) as usize % ALL.len()]
    }
}

/// Corrupts a written record; gives the place of `receivedAt` when it is still there.
pub(super) fn corrupt(kind: Corruption, record: &mut Record, number: u64, received_at: Option<usize>) -> Option<usize> {
    let value = &mut record.value;
    match kind {
        Corruption::NotJson => *value = b"<html><body><h1>502 Bad Gateway</h1></body></html>".to_vec(),
        Corruption::Truncated => {
            let keep = value.len() * 2 / 3;
            value.truncate(keep);
            return received_at.filter(|at| at + 24 <= keep);
        }
        Corruption::Empty => value.clear(),
        Corruption::NotAnObject => *value = [&b"[1,2,3]"[..], b"null", b"42", b"\"track\""][number as usize % 4].to_vec(),
        Corruption::InvalidUtf8 => {
            if let Some(at) = find(value, b"\"messageId\":\"") {
                value[at + 13] = 0xff;
            }
            return received_at;
        }
        Corruption::DeepNesting => {
            let depth = 5_000;
            *value = [
                b"{\"type\":\"track\",\"event\":\"x\",\"properties\":".to_vec(),
                b"[".repeat(depth),
                b"]".repeat(depth),
                b"}".to_vec(),
            ]
            .concat();
        }
        Corruption::NoKey => {
            record.key = None;
            rename(value, b"\"userId\"", b"\"user_no\"");
            return rename_before(value, b"\"anonymousId\"", b"\"anonymous_no\"");
        }
        Corruption::EmptyKey => {
            record.key = Some(Vec::new());
            replace_text(value, b"\"userId\":\"", b"");
            replace_text(value, b"\"anonymousId\":\"", b"");
            return find(value, b"\"receivedAt\":\"").map(|at| at + 14);
        }
        Corruption::LongKey => {
            let long = b"k".repeat(300);
            replace_text(value, b"\"userId\":\"", &long);
            replace_text(value, b"\"anonymousId\":\"", &long);
            record.key = Some(long);
            return find(value, b"\"receivedAt\":\"").map(|at| at + 14);
        }
        Corruption::NoName => rename(value, b"\"event\"", b"\"evemt\""),
        Corruption::UnknownType => replace_text(value, b"{\"type\":\"", b"trakc"),
        Corruption::WrongTypes => rename(value, b"\"properties\":{", b"\"properties\":7,\"rest\":{"),
        Corruption::AbsurdPast => replace_text(value, b"\"timestamp\":\"", b"1970-01-01T00:00:00.000Z"),
        Corruption::Future => replace_text(value, b"\"timestamp\":\"", b"2099-01-01T00:00:00.000Z"),
        Corruption::NoTime => rename(value, b"\"timestamp\"", b"\"timestump\""),
        Corruption::BadTime => replace_text(value, b"\"timestamp\":\"", b"yesterday, about noon ..."),
        Corruption::NanPrice => rename(value, b"\"price\":", b"\"price\":NaN,\"list_price\":"),
        Corruption::HugePrice => rename(value, b"\"price\":", b"\"price\":1e999,\"list_price\":"),
        Corruption::NegativePrice => rename(value, b"\"price\":", b"\"price\":-"),
        Corruption::BadQuantity => rename(value, b"\"quantity\":", b"\"quantity\":9999999999999999"),
        Corruption::Twice => {}
    }
    find(&record.value, b"\"receivedAt\":\"").map(|at| at + 14)
}

fn find(value: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(value, needle)
}

/// Replaces the first occurrence.
fn rename(value: &mut Vec<u8>, from: &[u8], to: &[u8]) {
    if let Some(at) = find(value, from) {
        value.splice(at..at + from.len(), to.iter().copied());
    }
}

fn rename_before(value: &mut Vec<u8>, from: &[u8], to: &[u8]) -> Option<usize> {
    rename(value, from, to);
    find(value, b"\"receivedAt\":\"").map(|at| at + 14)
}

/// Replaces the text that follows `field`, up to its closing quote.
fn replace_text(value: &mut Vec<u8>, field: &[u8], to: &[u8]) {
    let Some(at) = find(value, field) else { return };
    let start = at + field.len();
    if let Some(len) = memchr::memchr(b'"', &value[start..]) {
        value.splice(start..start + len, to.iter().copied());
    }
}

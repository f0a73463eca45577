//! The pieces that events of both shops are written of: times, numbers, ids and padding, straight into a reused buffer.

use crate::domain::{DAY_MS, Ms};
use xxhash_rust::xxh3::xxh3_128_with_seed;

/// Small pieces of text, in place of `format!`, which would allocate.
macro_rules! put {
    ($out:expr, $($part:expr),+) => {{ $( $out.extend_from_slice($part.as_ref()); )+ }};
}
pub(super) use put;

/// Times and identity of one event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamp {
    pub event_ms: Ms,
    pub record_ms: Ms,
    pub number: u64,
    pub seed: u64,
    /// People, products and orders have numbers for names, as real sources know them.
    pub has_number_ids: bool,
}

/// Writes times as RFC 3339; the date of the day last written is kept.
#[derive(Debug, Default)]
pub(super) struct Dates {
    day: Option<i64>,
    text: [u8; 11],
}

const TIME_LEN: usize = 24;

impl Dates {
    /// Writes a time over the first 24 bytes.
    pub(super) fn patch(&mut self, into: &mut [u8], ms: Ms) {
        let Some(into) = into.get_mut(..TIME_LEN) else { return };
        let (day, in_day) = (ms.div_euclid(DAY_MS), ms.rem_euclid(DAY_MS));
        if self.day != Some(day) {
            self.day = Some(day);
            let date = jiff::Timestamp::from_millisecond(day * DAY_MS).unwrap_or_default().to_string();
            self.text.copy_from_slice(&date.as_bytes()[..11]);
        }
        into[..11].copy_from_slice(&self.text);
        let mut put = |at: usize, len: usize, value: i64| {
            let mut value = value;
            for slot in into[at..at + len].iter_mut().rev() {
                *slot = b'0' + u8::try_from(value % 10).unwrap_or(0);
                value /= 10;
            }
        };
        put(11, 2, in_day / 3_600_000);
        put(14, 2, in_day / 60_000 % 60);
        put(17, 2, in_day / 1_000 % 60);
        put(20, 3, in_day % 1_000);
        for (at, byte) in [(13, b':'), (16, b':'), (19, b'.'), (23, b'Z')] {
            into[at] = byte;
        }
    }

    pub(super) fn write(&mut self, out: &mut Vec<u8>, ms: Ms) {
        let at = out.len();
        out.resize(at + TIME_LEN, b'0');
        self.patch(&mut out[at..], ms);
    }
}

pub(super) fn number(out: &mut Vec<u8>, value: u64) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut value = value;
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(value % 10).unwrap_or(0);
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

pub(super) fn uuid(out: &mut Vec<u8>, of: &[u8], seed: u64) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let hash = xxh3_128_with_seed(of, seed).to_be_bytes();
    for (n, byte) in hash.iter().enumerate() {
        if matches!(n, 4 | 6 | 8 | 10) {
            out.push(b'-');
        }
        out.extend_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
    }
}

/// Pads an event that is not closed yet.
pub(super) fn pad(out: &mut Vec<u8>, to_bytes: usize) {
    const FRAME: &[u8] = b",\"integrations\":{\"note\":\"\"}}";
    // With the brace that closes the event.
    if out.len() + 1 < to_bytes {
        let missing = to_bytes.saturating_sub(out.len() + FRAME.len());
        put!(out, b",\"integrations\":{\"note\":\"");
        out.resize(out.len() + missing, b'x');
        put!(out, b"\"}");
    }
}

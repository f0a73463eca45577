//! Fields of a message, written by hand.

use crate::domain::Ms;
use prost::encoding::WireType;
use std::num::{NonZeroU32, NonZeroU64};

/// Appends to a buffer. Times are written as distances to `base`.
pub(super) struct Writer<'b> {
    pub(super) out: &'b mut Vec<u8>,
    pub(super) base: Ms,
}

impl Writer<'_> {
    #[inline]
    pub(super) fn varint(&mut self, field: u32, value: u64) {
        encode_key(field, WireType::Varint, self.out);
        encode_varint(value, self.out);
    }

    pub(super) fn uint(&mut self, field: u32, value: u32) {
        if value != 0 {
            self.varint(field, u64::from(value));
        }
    }

    pub(super) fn flag(&mut self, field: u32, value: bool) {
        self.uint(field, u32::from(value));
    }

    pub(super) fn fixed64(&mut self, field: u32, value: u64) {
        encode_key(field, WireType::SixtyFourBit, self.out);
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn fixed32(&mut self, field: u32, value: u32) {
        encode_key(field, WireType::ThirtyTwoBit, self.out);
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn hash64(&mut self, field: u32, hash: Option<NonZeroU64>) {
        if let Some(hash) = hash {
            self.fixed64(field, hash.get());
        }
    }

    pub(super) fn hash32(&mut self, field: u32, hash: Option<NonZeroU32>) {
        if let Some(hash) = hash {
            self.fixed32(field, hash.get());
        }
    }

    pub(super) fn time(&mut self, field: u32, time: Option<Ms>) {
        if let Some(time) = time {
            self.varint(field, zigzag(self.base.wrapping_sub(time)));
        }
    }

    /// A time that is 0 while it is not known.
    pub(super) fn time_or_0(&mut self, field: u32, time: Ms) {
        self.time(field, Some(time).filter(|t| *t != 0));
    }

    pub(super) fn bytes(&mut self, field: u32, bytes: &[u8]) {
        encode_key(field, WireType::LengthDelimited, self.out);
        encode_varint(bytes.len() as u64, self.out);
        self.out.extend_from_slice(bytes);
    }

    pub(super) fn text(&mut self, field: u32, text: &str) {
        if !text.is_empty() {
            self.bytes(field, text.as_bytes());
        }
    }

    pub(super) fn optional_text(&mut self, field: u32, text: Option<&str>) {
        if let Some(text) = text {
            self.bytes(field, text.as_bytes());
        }
    }

    /// The head of a message or packed list with its length in bytes.
    pub(super) fn message_of(&mut self, field: u32, bytes: usize) {
        encode_key(field, WireType::LengthDelimited, self.out);
        encode_varint(bytes as u64, self.out);
    }

    /// A message or packed list whose length is known once it is written. Nearly all are shorter than 128 bytes, so one byte is
    /// kept for the length and the rare long one is moved; one of up to 16 KiB, as the ids of somebody active, by a byte and in
    /// place.
    pub(super) fn nested(&mut self, field: u32, write: impl FnOnce(&mut Self)) {
        encode_key(field, WireType::LengthDelimited, self.out);
        let at = self.out.len();
        self.out.push(0);
        write(self);
        let length = self.out.len() - at - 1;
        if let Some(byte) = self.out.get_mut(at).filter(|_| length < 0x80) {
            *byte = length as u8;
            return;
        }
        if length < 0x4000 {
            self.out.push(0);
            self.out.copy_within(at + 1..at + 1 + length, at + 2);
            self.out[at..at + 2].copy_from_slice(&[length as u8 | 0x80, (length >> 7) as u8]);
            return;
        }
        let mut prefix = Vec::with_capacity(10);
        encode_varint(length as u64, &mut prefix);
        self.out.splice(at..=at, prefix);
    }

    /// Times as a chain: the first as a distance to the base, each further one as the distance from the one before it.
    pub(super) fn times(&mut self, field: u32, times: impl ExactSizeIterator<Item = Ms>) {
        if times.len() == 0 {
            return;
        }
        self.nested(field, |w| {
            let mut last = None;
            for time in times {
                let distance = last.map_or_else(|| w.base.wrapping_sub(time), |last| time.wrapping_sub(last));
                encode_varint(zigzag(distance), w.out);
                last = Some(time);
            }
        });
    }

    pub(super) fn packed<const N: usize>(&mut self, field: u32, values: impl ExactSizeIterator<Item = [u8; N]>) {
        if values.len() == 0 {
            return;
        }
        encode_key(field, WireType::LengthDelimited, self.out);
        encode_varint((values.len() * N) as u64, self.out);
        self.out.reserve(values.len() * N);
        for value in values {
            self.out.extend_from_slice(&value);
        }
    }
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "fields are constants: so are keys")]
fn encode_key(field: u32, wire: WireType, out: &mut Vec<u8>) {
    encode_varint(u64::from(field << 3 | wire as u32), out);
}

/// A record holds a hundred of these, nearly half of one byte.
#[inline(always)]
#[allow(clippy::inline_always, reason = "the keys of fields are constants, and only then known to be of one byte")]
pub(super) fn encode_varint(value: u64, out: &mut Vec<u8>) {
    if value < 0x80 {
        out.push(value as u8);
    } else {
        encode_long_varint(value, out);
    }
}

/// How many bytes a number takes.
pub(super) fn varint_bytes(value: u64) -> usize {
    prost::encoding::encoded_len_varint(value)
}

fn encode_long_varint(value: u64, out: &mut Vec<u8>) {
    let byte = |n: u32| (value >> (7 * n)) as u8;
    match value {
        0..0x4000 => out.extend_from_slice(&[byte(0) | 0x80, byte(1)]),
        0x4000..0x20_0000 => out.extend_from_slice(&[byte(0) | 0x80, byte(1) | 0x80, byte(2)]),
        0x20_0000..0x1000_0000 => out.extend_from_slice(&[byte(0) | 0x80, byte(1) | 0x80, byte(2) | 0x80, byte(3)]),
        _ => prost::encoding::encode_varint(value, out),
    }
}

pub(super) fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

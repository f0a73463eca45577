//! Fields of a message, read by hand: every count and length is checked against the bytes that are there.

use super::VERSION;
use crate::domain::Ms;
use crate::engine::codec::CodecError;
use prost::encoding::{WireType, decode_varint};
use smallvec::SmallVec;

/// Reads the fields of one message in ascending order. Times are distances to `base`.
pub(super) struct Reader<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) base: Ms,
    last_field: u32,
    /// The message, for errors.
    pub(super) what: &'static str,
}

/// The value of a field, as it stands on the wire.
pub(super) enum Value<'b> {
    Varint(u64),
    Fixed64(u64),
    Fixed32(u32),
    Bytes(&'b [u8]),
}

pub(super) type Read<T> = Result<T, CodecError>;

/// A column of a table until it is put together with the others: on the stack, as long as it can be.
pub(super) type List<T> = SmallVec<[T; 4]>;

#[cold]
pub(super) fn damaged<T>(what: &str, why: impl std::fmt::Display) -> Read<T> {
    Err(CodecError::Damaged(format!("{what}: {why}")))
}

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8], base: Ms, what: &'static str) -> Self {
        Self { bytes, base, last_field: 0, what }
    }

    pub(super) fn next(&mut self) -> Read<Option<(u32, Value<'b>)>> {
        if self.bytes.is_empty() {
            return Ok(None);
        }
        let key = self.varint()?;
        let wire = WireType::try_from(key & 7).or_else(|e| damaged(self.what, e))?;
        let field = u32::try_from(key >> 3).unwrap_or(u32::MAX);
        if field < self.last_field {
            return damaged(self.what, format_args!("field {field} after field {}", self.last_field));
        }
        self.last_field = field;
        let value = match wire {
            WireType::Varint => Value::Varint(self.varint()?),
            WireType::SixtyFourBit => Value::Fixed64(u64::from_le_bytes(self.take()?)),
            WireType::ThirtyTwoBit => Value::Fixed32(u32::from_le_bytes(self.take()?)),
            WireType::LengthDelimited => {
                let length = usize::try_from(self.varint()?).unwrap_or(usize::MAX);
                let Some((bytes, rest)) = self.bytes.split_at_checked(length) else {
                    return damaged(self.what, format_args!("field {field} is cut off"));
                };
                self.bytes = rest;
                Value::Bytes(bytes)
            }
            WireType::StartGroup | WireType::EndGroup => return damaged(self.what, "groups are not used"),
        };
        Ok(Some((field, value)))
    }

    /// Nearly all are of one byte.
    #[inline]
    pub(super) fn varint(&mut self) -> Read<u64> {
        if let [value @ 0..0x80, rest @ ..] = self.bytes {
            self.bytes = rest;
            return Ok(u64::from(*value));
        }
        self.long_varint()
    }

    fn long_varint(&mut self) -> Read<u64> {
        decode_varint(&mut self.bytes).or_else(|e| damaged(self.what, e))
    }

    pub(super) fn take<const N: usize>(&mut self) -> Read<[u8; N]> {
        let Some((value, rest)) = self.bytes.split_first_chunk::<N>() else { return damaged(self.what, "cut off") };
        self.bytes = rest;
        Ok(*value)
    }

    pub(super) fn unknown<T>(&self, field: u32) -> Read<T> {
        damaged(self.what, format_args!("field {field} is unknown or of another type in version {VERSION}"))
    }

    pub(super) fn number<T: TryFrom<u64>>(&self, value: u64) -> Read<T> {
        T::try_from(value).or_else(|_| damaged(self.what, format_args!("{value} is too large")))
    }

    pub(super) fn time(&self, value: u64) -> Ms {
        self.base.wrapping_sub(unzigzag(value))
    }

    pub(super) fn text<T: From<&'b str>>(&self, bytes: &'b [u8]) -> Read<T> {
        std::str::from_utf8(bytes).map(T::from).or_else(|e| damaged(self.what, e))
    }

    pub(super) fn nested(&self, bytes: &'b [u8], what: &'static str) -> Self {
        Self::new(bytes, self.base, what)
    }

    pub(super) fn varints(&self, bytes: &'b [u8]) -> Read<List<u64>> {
        let mut list = self.nested(bytes, self.what);
        let mut values = List::new();
        while !list.bytes.is_empty() {
            values.push(list.varint()?);
        }
        Ok(values)
    }

    pub(super) fn times(&self, bytes: &'b [u8]) -> Read<List<Ms>> {
        let mut list = self.nested(bytes, self.what);
        let mut times = List::new();
        while !list.bytes.is_empty() {
            let value = list.varint()?;
            times.push(times.last().map_or_else(|| self.time(value), |last: &Ms| last.wrapping_add(unzigzag(value))));
        }
        Ok(times)
    }

    pub(super) fn packed<const N: usize>(&self, bytes: &'b [u8]) -> Read<&'b [[u8; N]]> {
        match bytes.as_chunks::<N>() {
            (values, []) => Ok(values),
            _ => damaged(self.what, "a list is cut off"),
        }
    }

    /// Two columns of one table must be of one length.
    pub(super) fn same_length(&self, one: usize, other: usize) -> Read<()> {
        if one == other { Ok(()) } else { damaged(self.what, format_args!("columns of {one} and {other} entries")) }
    }
}

pub(super) fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

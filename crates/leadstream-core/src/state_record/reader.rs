//! Fields of a message, read by hand: every count and length is checked against the bytes that are there.

use super::version::VERSION;
use crate::domain::Ms;
use crate::engine::codec::CodecError;
use smallvec::SmallVec;

const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

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

/// The error is boxed: a result is then returned in registers, and a record is read in a hundred of them.
pub(super) type Read<T> = Result<T, Box<CodecError>>;

/// A column of a table until it is put together with the others: on the stack, as long as it can be.
pub(super) type List<T> = SmallVec<[T; 4]>;

#[cold]
pub(super) fn damaged<T>(what: &str, why: impl std::fmt::Display) -> Read<T> {
    Err(Box::new(CodecError::Damaged(format!("{what}: {why}"))))
}

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8], base: Ms, what: &'static str) -> Self {
        Self { bytes, base, last_field: 0, what }
    }

    /// Inlined, so that the value is never put together: the caller looks at its parts right away.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "see above")]
    pub(super) fn next(&mut self) -> Read<Option<(u32, Value<'b>)>> {
        if self.bytes.is_empty() {
            return Ok(None);
        }
        let key = self.varint()?;
        let field = (key >> 3) as u32;
        if field < self.last_field || key > u64::from(u32::MAX) {
            return self.out_of_order(key >> 3);
        }
        self.last_field = field;
        let value = match key & 7 {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(u64::from_le_bytes(self.take()?)),
            2 => Value::Bytes(self.sized(field)?),
            5 => Value::Fixed32(u32::from_le_bytes(self.take()?)),
            _ => return self.no_such_type(),
        };
        Ok(Some((field, value)))
    }

    #[cold]
    fn out_of_order<T>(&self, field: u64) -> Read<T> {
        damaged(self.what, format_args!("field {field} after field {}", self.last_field))
    }

    #[cold]
    fn no_such_type<T>(&self) -> Read<T> {
        damaged(self.what, "groups are not used, nor types above them")
    }

    #[inline]
    fn sized(&mut self, field: u32) -> Read<&'b [u8]> {
        let length = usize::try_from(self.varint()?).unwrap_or(usize::MAX);
        let Some((bytes, rest)) = self.bytes.split_at_checked(length) else {
            return damaged(self.what, format_args!("field {field} is cut off"));
        };
        self.bytes = rest;
        Ok(bytes)
    }

    /// Half of them are of one byte, nearly all others of two to five.
    #[inline]
    pub(super) fn varint(&mut self) -> Read<u64> {
        if let [value @ 0..0x80, rest @ ..] = self.bytes {
            self.bytes = rest;
            return Ok(u64::from(*value));
        }
        self.long_varint()
    }

    fn long_varint(&mut self) -> Read<u64> {
        let Some((chunk, _)) = self.bytes.split_first_chunk::<8>() else { return self.any_varint() };
        let chunk = u64::from_le_bytes(*chunk);
        // The high bit of each byte that is a last one.
        let last = !chunk & HIGH_BITS;
        let Some((_, rest)) = self.bytes.split_at_checked(last.trailing_zeros() as usize / 8 + 1).filter(|_| last != 0) else {
            return self.any_varint();
        };
        self.bytes = rest;
        // Up to the lowest of them, seven bits of each byte, put together by twos, fours and eights.
        let x = chunk & (last ^ last.wrapping_sub(1)) & !HIGH_BITS;
        let x = x & 0x007f_007f_007f_007f | (x & 0x7f00_7f00_7f00_7f00) >> 1;
        let x = x & 0x0000_3fff_0000_3fff | (x & 0x3fff_0000_3fff_0000) >> 2;
        Ok(x & 0x0fff_ffff | (x & 0x0fff_ffff_0000_0000) >> 4)
    }

    /// Close to the end of the bytes, or longer than eight.
    fn any_varint(&mut self) -> Read<u64> {
        let mut value = 0;
        for (n, byte) in self.bytes.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * n);
            if *byte < 0x80 {
                if n == 9 && *byte > 1 {
                    break;
                }
                self.bytes = self.bytes.get(n + 1..).unwrap_or_default();
                return Ok(value);
            }
        }
        damaged(self.what, "a number is cut off or too long")
    }

    #[inline]
    pub(super) fn take<const N: usize>(&mut self) -> Read<[u8; N]> {
        let Some((value, rest)) = self.bytes.split_first_chunk::<N>() else { return damaged(self.what, "cut off") };
        self.bytes = rest;
        Ok(*value)
    }

    #[cold]
    pub(super) fn unknown<T>(&self, field: u32) -> Read<T> {
        damaged(self.what, format_args!("field {field} is unknown or of another type in version {VERSION}"))
    }

    #[inline]
    pub(super) fn number<T: TryFrom<u64>>(&self, value: u64) -> Read<T> {
        T::try_from(value).or_else(|_| damaged(self.what, format_args!("{value} is too large")))
    }

    #[inline]
    pub(super) fn time(&self, value: u64) -> Ms {
        self.base.wrapping_sub(unzigzag(value))
    }

    #[inline]
    pub(super) fn text<T: From<&'b str>>(&self, bytes: &'b [u8]) -> Read<T> {
        std::str::from_utf8(bytes).map(T::from).or_else(|e| damaged(self.what, e))
    }

    #[inline]
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

    #[inline]
    pub(super) fn packed<const N: usize>(&self, bytes: &'b [u8]) -> Read<&'b [[u8; N]]> {
        match bytes.as_chunks::<N>() {
            (values, []) => Ok(values),
            _ => damaged(self.what, "a list is cut off"),
        }
    }

    /// Two columns of one table must be of one length.
    #[inline]
    pub(super) fn same_length(&self, one: usize, other: usize) -> Read<()> {
        if one == other { Ok(()) } else { damaged(self.what, format_args!("columns of {one} and {other} entries")) }
    }
}

pub(super) fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_of_every_length_are_read_wherever_they_stand() {
        for bits in 0..=64 {
            let highest = u64::MAX.checked_shr(64 - bits).unwrap_or(0);
            for value in [highest, highest / 2 + 1, highest & 0x5555_5555_5555_5555] {
                let mut bytes = Vec::new();
                prost::encoding::encode_varint(value, &mut bytes);
                let length = bytes.len();
                for behind in 0..12 {
                    bytes.resize(length + behind, 0xff);
                    let mut reader = Reader::new(&bytes, 0, "test");
                    assert_eq!(reader.varint().unwrap(), value, "{value} and {behind} bytes");
                    assert_eq!(reader.bytes.len(), behind);
                }
            }
        }
    }

    #[test]
    fn varints_that_are_cut_off_or_too_long_are_damage() {
        for bytes in [&[][..], &[0x80], &[0xff; 7], &[0xff; 8], &[0xff; 9], &[0xff; 10], &[0xff; 30]] {
            assert!(Reader::new(bytes, 0, "test").varint().is_err(), "{bytes:?}");
        }
        let largest = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
        assert_eq!(Reader::new(&largest, 0, "test").varint().unwrap(), u64::MAX);
        let too_large = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2];
        assert!(Reader::new(&too_large, 0, "test").varint().is_err());
    }
}

//! The fields of a message's bytes.

use crate::binary::Bytes;

/// A field as it stands in the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field<'a> {
    Varint(u64),
    Fixed64(u64),
    Fixed32(u32),
    /// Of a text, a message, or packed numbers.
    Bytes(&'a [u8]),
    /// What stands between the two marks of a group.
    Group(&'a [u8]),
}

/// Groups within groups, whose end has to be looked for.
const MOST_GROUPS: usize = 16;

/// Numbers and values of all fields.
pub fn fields(bytes: &[u8]) -> impl Iterator<Item = Result<(u32, Field<'_>), String>> {
    let mut rest = Bytes(bytes);
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let one = next(&mut rest, MOST_GROUPS).and_then(|(number, field)| match field {
            Some(field) => Ok((number, field)),
            None => Err(format!("the end of a group {number} that didn't begin")),
        });
        if one.is_err() {
            rest = Bytes(&[]);
        }
        Some(one)
    })
}

/// The next field; `None` is the end of a group.
fn next<'a>(rest: &mut Bytes<'a>, groups: usize) -> Result<(u32, Option<Field<'a>>), String> {
    let tag = u32::try_from(rest.varint()?).map_err(|_| "a field has a wrong number")?;
    let number = tag >> 3;
    if number == 0 {
        return Err("a field has the number 0".to_owned());
    }
    let field = match tag & 7 {
        0 => Field::Varint(rest.varint()?),
        1 => Field::Fixed64(u64::from_le_bytes(rest.array()?)),
        2 => {
            let count = rest.varint()?;
            Field::Bytes(rest.take(usize::try_from(count).map_err(|_| format!("{count} is no length"))?)?)
        }
        3 => Field::Group(group(rest, number, groups)?),
        4 => return Ok((number, None)),
        5 => Field::Fixed32(u32::from_le_bytes(rest.array()?)),
        other => return Err(format!("{other} is no form of a field")),
    };
    Ok((number, Some(field)))
}

/// What stands before the end of a group.
fn group<'a>(rest: &mut Bytes<'a>, number: u32, groups: usize) -> Result<&'a [u8], String> {
    let groups = groups.checked_sub(1).ok_or("groups lie too deep within each other")?;
    let whole = rest.0;
    loop {
        let before = rest.0.len();
        match next(rest, groups)? {
            (_, Some(_)) => {}
            (end, None) if end == number => return Ok(&whole[..whole.len() - before]),
            (end, None) => return Err(format!("the end of a group {end} where {number} ends")),
        }
    }
}

/// Negative numbers of 32 bits are written with 64.
#[allow(clippy::cast_possible_truncation, reason = "the upper half repeats the sign")]
#[must_use]
pub const fn low_i32(number: u64) -> i32 {
    (number as u32).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_one_after_the_other() {
        let bytes = [0x08, 0x96, 0x01, 0x12, 2, 7, 8, 0x1b, 0x08, 1, 0x1c, 0x25, 1, 0, 0, 0, 0x29, 2, 0, 0, 0, 0, 0, 0, 0];
        let all: Result<Vec<_>, _> = fields(&bytes).collect();
        let want = vec![
            (1, Field::Varint(150)),
            (2, Field::Bytes(&[7, 8])),
            (3, Field::Group(&[0x08, 1])),
            (4, Field::Fixed32(1)),
            (5, Field::Fixed64(2)),
        ];
        assert_eq!(all, Ok(want));
        let deep = vec![0x1b; 1000];
        for wrong in [&[0x00][..], &[0x08], &[0x12, 5, 1], &[0x0f], &[0x1c], &[0x1b, 0x24], &deep] {
            assert!(fields(wrong).any(|field| field.is_err()), "{wrong:?}");
        }
    }
}

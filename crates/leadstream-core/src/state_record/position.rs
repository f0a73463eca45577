//! The position of an event that something rests on: input, partition, offset; for the one that armed a cart's series also which
//! event it was.

use super::reader::{Read, Reader, Value, damaged, unzigzag};
use super::writer::{Writer, encode_varint, zigzag};
use crate::domain::origin::Position;
use crate::domain::state::cart::Arming;

/// Three numbers, packed.
pub(super) fn write(field: u32, position: &Position, w: &mut Writer<'_>) {
    let Position { input, partition, offset } = position;
    if *position == Position::default() {
        return;
    }
    w.nested(field, |w| {
        encode_varint(u64::from(*input), w.out);
        encode_varint(zigzag(i64::from(*partition)), w.out);
        encode_varint(zigzag(*offset), w.out);
    });
}

pub(super) fn read(mut r: Reader<'_>) -> Read<Position> {
    let (input, partition, offset) = (r.varint()?, r.varint()?, r.varint()?);
    let partition = i32::try_from(unzigzag(partition)).or_else(|e| damaged(r.what, e))?;
    if !r.bytes.is_empty() {
        return damaged(r.what, "too long");
    }
    Ok(Position { input: r.number(input)?, partition, offset: unzigzag(offset) })
}

/// A message, for the position may be left out.
pub(super) fn write_arming(field: u32, arming: Arming, w: &mut Writer<'_>) {
    w.nested(field, |w| {
        w.uint(1, u32::from(arming.name));
        write(2, &arming.position, w);
        if arming.corrected_ms != 0 {
            w.varint(3, zigzag(arming.corrected_ms));
        }
    });
}

pub(super) fn read_arming(mut r: Reader<'_>) -> Read<Arming> {
    let mut arming = Arming::default();
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Varint(v)) => arming.name = r.number(v)?,
            (2, Value::Bytes(b)) => arming.position = read(r.nested(b, "position"))?,
            (3, Value::Varint(v)) => arming.corrected_ms = unzigzag(v),
            _ => return r.unknown(field),
        }
    }
    Ok(arming)
}

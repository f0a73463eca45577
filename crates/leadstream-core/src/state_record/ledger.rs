//! The ledger of a track: three numbers for each entry, in one list.

use super::reader::{Read, Reader, damaged, unzigzag};
use super::writer::{Writer, encode_varint, zigzag};
use crate::domain::state::few::InlineVec;
use crate::domain::state::track::Entry;

/// Field 21 of a track: what, time (a chain: each the one before it plus this, from the base on), hundredths.
pub(super) fn write(entries: &[Entry], w: &mut Writer<'_>) {
    if entries.is_empty() {
        return;
    }
    w.nested(21, |w| {
        let mut last_ms = w.base;
        for entry in entries {
            encode_varint(zigzag(i64::from(entry.what)), w.out);
            encode_varint(zigzag(entry.time_ms.wrapping_sub(last_ms)), w.out);
            encode_varint(zigzag(i64::from(entry.hundredths)), w.out);
            last_ms = entry.time_ms;
        }
    });
}

pub(super) fn read(bytes: &[u8], r: &Reader<'_>) -> Read<InlineVec<Entry, 6>> {
    let mut list = r.nested(bytes, "ledger");
    let mut entries = InlineVec::new();
    let mut time_ms = r.base;
    while !list.bytes.is_empty() {
        let (what, passed_ms, hundredths) = (unzigzag(list.varint()?), unzigzag(list.varint()?), unzigzag(list.varint()?));
        time_ms = time_ms.wrapping_add(passed_ms);
        let (Ok(what), Ok(hundredths)) = (u32::try_from(what), i32::try_from(hundredths)) else {
            return damaged("ledger", "a number is too large");
        };
        entries.push(Entry { what, time_ms, hundredths });
    }
    Ok(entries)
}

//! Ids of events that were seen, with their times: `SeenRecord`, and the lists of whole hashes of records before version 5.

use super::reader::{Read, Reader, Value, damaged, unzigzag};
use super::writer::{Writer, encode_varint, varint_bytes, zigzag};
use crate::domain::state::seen;
use crate::domain::state::seen::{OldIds, SeenIds};
use crate::domain::{Ms, SECOND_MS};
use prost::encoding::decode_varint;

pub(super) fn write(field: u32, ids: &SeenIds, w: &mut Writer<'_>) {
    let (ids, (oldest_s, gaps)) = (ids.ids(), ids.times());
    if ids.is_empty() {
        return;
    }
    let oldest = zigzag(w.base.div_euclid(SECOND_MS).wrapping_sub(oldest_s));
    let chain = varint_bytes(oldest) + gaps.len();
    let parts = [4 * ids.len(), ids.len(), chain];
    // The largest part of most records: its length is known before it is written, so that nothing has to be moved.
    w.message_of(field, parts.iter().map(|bytes| 1 + varint_bytes(*bytes as u64) + bytes).sum());
    w.packed(1, ids.iter().map(|[low @ .., _]| *low));
    w.packed(2, ids.iter().map(|[.., high]| [*high]));
    w.message_of(3, chain);
    encode_varint(oldest, w.out);
    w.out.extend_from_slice(gaps);
}

/// A chain of whole seconds.
pub(super) fn write_seconds(base_ms: Ms, oldest_s: i64, gaps: &[u8], w: &mut Writer<'_>) {
    encode_varint(zigzag(base_ms.div_euclid(SECOND_MS).wrapping_sub(oldest_s)), w.out);
    w.out.extend_from_slice(gaps);
}

pub(super) fn read(mut r: Reader<'_>) -> Read<SeenIds> {
    let (mut low, mut high, mut seconds): (&[[u8; 4]], &[u8], &[u8]) = (&[], &[], &[]);
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Bytes(b)) => low = r.packed(b)?,
            (2, Value::Bytes(b)) => high = b,
            (3, Value::Bytes(b)) => seconds = b,
            _ => return r.unknown(field),
        }
    }
    if low.is_empty() {
        return damaged(r.what, "no ids");
    }
    let (oldest_s, gaps) = chain_of_seconds(&r, seconds)?;
    let ids = SeenIds::from_parts(low, high, oldest_s, gaps);
    ids.map_or_else(|| damaged(r.what, "ids and their times don't match"), Ok)
}

/// Ids of records before version 5: whole hashes.
pub(super) fn read_old(r: &Reader<'_>, hashes: &[[u8; 8]], times: &[u8], seconds: &[u8]) -> Read<Option<Box<OldIds>>> {
    if hashes.is_empty() && times.is_empty() && seconds.is_empty() {
        return Ok(None);
    }
    let hashes = hashes.iter().map(|h| u64::from_le_bytes(*h));
    if !times.is_empty() {
        // Of version 1, in milliseconds.
        let times = r.times(times)?;
        r.same_length(hashes.len(), times.len())?;
        return Ok(Some(Box::new(OldIds::of(hashes.zip(times.into_iter().map(seen::seconds))))));
    }
    let (oldest_s, gaps) = chain_of_seconds(r, seconds)?;
    let old = OldIds::from_parts(hashes.collect(), oldest_s, gaps.to_vec());
    old.filter(|old| !old.is_empty())
        .map_or_else(|| damaged(r.what, "ids and their times don't match"), |old| Ok(Some(Box::new(old))))
}

/// The first of a chain of whole seconds, and the gaps after it.
fn chain_of_seconds<'b>(r: &Reader<'_>, mut chain: &'b [u8]) -> Read<(i64, &'b [u8])> {
    let distance = decode_varint(&mut chain).or_else(|e| damaged(r.what, e))?;
    Ok((r.base.div_euclid(SECOND_MS).wrapping_sub(unzigzag(distance)), chain))
}

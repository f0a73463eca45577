//! `ForwardRecord`: the record of an id that points to others.
//!
//! It stands in the place of a prospect's record, as the field `forward` of the same message: a build that doesn't know it refuses it
//! by its version. Its times are distances to the newest link, which stands where a prospect's record has its newest event.

use super::consent::{consent_number, consent_state};
use super::extras::identity::{read_users, write_users};
use super::extras::{read_erasure, write_erasure};
use super::head::version_first;
use super::reader::{Read, Reader, Value, damaged};
use super::version::VERSION;
use super::writer::Writer;
use crate::domain::Ms;
use crate::domain::state::consent::Consent;
use crate::domain::state::identity::{Claim, Forward, MAX_HOLDERS};
use crate::engine::codec::CodecError;

/// The field of `ProspectRecord`.
pub(super) const FORWARD: u32 = 17;

/// Appends the record's bytes. The same forward always gives the same bytes.
pub fn encode_forward(forward: &Forward, out: &mut Vec<u8>) {
    let Forward { to, first_ms, refreshed_ms, users, consent: Consent { state, since_ms, granted_ms }, erasure } = forward;
    let w = &mut Writer { out, base: *refreshed_ms };
    w.uint(1, VERSION);
    if *refreshed_ms != 0 {
        w.varint(2, refreshed_ms.cast_unsigned());
    }
    w.nested(FORWARD, |w| {
        for Claim { id, at_ms } in to {
            w.nested(1, |w| {
                w.text(1, id);
                w.time_or_0(2, *at_ms);
            });
        }
        w.time_or_0(2, *first_ms);
        if !users.is_empty() {
            w.nested(3, |w| write_users(users, w));
        }
        w.uint(4, consent_number(*state));
        w.time(5, *since_ms);
        w.time(6, *granted_ms);
        if let Some(erasure) = erasure {
            w.nested(7, |w| write_erasure(*erasure, w));
        }
    });
}

/// Whether a record is of an id that points to others; of damaged bytes whatever they begin with says.
#[must_use]
pub fn is_forward(record: &[u8]) -> bool {
    let Ok(mut r) = version_first(record, "record") else { return false };
    matches!(next_without_base(&mut r), Ok(Some((FORWARD, _))))
}

/// # Errors
/// The bytes are damaged, of a version that this build doesn't know, or of a prospect.
pub fn decode_forward(record: &[u8]) -> Result<Forward, CodecError> {
    read(record).map_err(|error| *error)
}

pub(super) fn read(record: &[u8]) -> Read<Forward> {
    let mut r = version_first(record, "forward")?;
    let (field, bytes) = match next_without_base(&mut r)? {
        Some((FORWARD, Value::Bytes(bytes))) => (FORWARD, bytes),
        Some((field, _)) => return r.unknown(field),
        None => return damaged(r.what, "it points to nobody"),
    };
    let mut forward = read_body(r.nested(bytes, "forward"))?;
    forward.refreshed_ms = r.base;
    match r.next()? {
        None if forward.to.is_empty() => damaged(r.what, "it points to nobody"),
        None => Ok(forward),
        Some((other, _)) => damaged(r.what, format_args!("field {other} behind field {field}")),
    }
}

/// The first field behind the time to which the others are distances, which is taken in.
fn next_without_base<'b>(r: &mut Reader<'b>) -> Read<Option<(u32, Value<'b>)>> {
    match r.next()? {
        Some((2, Value::Varint(base))) => {
            r.base = base.cast_signed();
            r.next()
        }
        other => Ok(other),
    }
}

fn read_body(mut r: Reader<'_>) -> Read<Forward> {
    let mut forward = Forward::default();
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Bytes(_)) if forward.to.len() == MAX_HOLDERS => return damaged(r.what, "it points to too many"),
            (1, Value::Bytes(b)) => forward.to.push(read_claim(r.nested(b, "claim"))?),
            (2, Value::Varint(v)) => forward.first_ms = r.time(v),
            (3, Value::Bytes(b)) => forward.users = read_users(r.nested(b, "users"))?,
            (4, Value::Varint(v)) => forward.consent.state = consent_state(v)?,
            (5, Value::Varint(v)) => forward.consent.since_ms = Some(r.time(v)),
            (6, Value::Varint(v)) => forward.consent.granted_ms = Some(r.time(v)),
            (7, Value::Bytes(b)) => forward.erasure = Some(read_erasure(r.nested(b, "erasure"))?),
            _ => return r.unknown(field),
        }
    }
    Ok(forward)
}

fn read_claim(mut r: Reader<'_>) -> Read<Claim> {
    let (mut id, mut at_ms): (_, Ms) = ("".into(), 0);
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Bytes(b)) => id = r.text(b)?,
            (2, Value::Varint(v)) => at_ms = r.time(v),
            _ => return r.unknown(field),
        }
    }
    Ok(Claim { id, at_ms })
}

//! `ProspectRecord`: everything that is known of one prospect.

use super::consent::{consent_number, consent_state};
use super::head::version_first;
use super::reader::{Read, Value, damaged};
use super::version::{USUAL, VERSION};
use super::writer::Writer;
use super::{cart, extras, forward, seen, track};
use crate::domain::state::cart::Cart;
use crate::domain::state::consent::Consent;
use crate::domain::state::prospect::Prospect;
use crate::domain::state::track::Track;
use std::num::NonZeroU32;

pub(super) fn write(prospect: &Prospect, out: &mut Vec<u8>) {
    if let Some(forward) = prospect.forward() {
        return forward::encode_forward(forward, out);
    }
    let Prospect {
        first_seen_ms,
        last_seen_ms,
        last_activity_ms,
        last_cart_activity_ms,
        sessions,
        seen,
        consent: Consent { state, since_ms, granted_ms },
        carts,
        cooldown_from_ms,
        cooldown_reported,
        tracks,
        addressable,
        identified,
        address,
        extras,
    } = prospect;
    let w = &mut Writer { out, base: *last_seen_ms };
    w.uint(1, version(prospect));
    if *last_seen_ms != 0 {
        w.varint(2, last_seen_ms.cast_unsigned());
    }
    w.time_or_0(3, *first_seen_ms);
    w.time(4, *last_activity_ms);
    w.time(5, *last_cart_activity_ms);
    w.uint(6, *sessions);
    if let Some(old) = &seen.before {
        w.packed(7, old.parts().0.iter().map(|h| h.to_le_bytes()));
    }
    w.uint(9, consent_number(*state));
    w.time(10, *since_ms);
    w.time(11, *cooldown_from_ms);
    w.flag(12, *cooldown_reported);
    for t in tracks {
        w.nested(13, |w| track::write(t, w));
    }
    for c in carts {
        w.nested(14, |w| cart::write(c, w));
    }
    if let Some(old) = &seen.before {
        let (_, oldest_s, gaps) = old.parts();
        w.nested(15, |w| seen::write_seconds(*last_seen_ms, oldest_s, gaps, w));
    }
    if let Some(extras) = extras.as_deref().filter(|m| !m.is_empty()) {
        w.nested(16, |w| extras::write(extras, w));
    }
    w.flag(20, *addressable);
    w.flag(21, *identified);
    for (field, ids) in [(22, &seen.changes), (23, &seen.others)] {
        seen::write(field, ids, w);
    }
    w.time(24, *granted_ms);
    w.hash32(29, *address);
}

/// The oldest version that has all fields of the record.
fn version(prospect: &Prospect) -> u32 {
    let is_of_7 = prospect.carts.iter().any(Cart::has_ids)
        || prospect.extras.as_deref().is_some_and(|extras| {
            let triggers = extras.triggers.get();
            extras.identity.get().is_some()
                || extras.contact.address.is_some()
                || triggers.is_some_and(|triggers| triggers.pending.iter().any(|pending| pending.armed_under.is_some()))
                || triggers.is_some_and(|triggers| triggers.left.iter().any(|left| left.armed_under.is_some()))
        });
    if is_of_7 { VERSION } else { USUAL }
}

pub(super) fn read(bytes: &[u8], p: &mut Prospect) -> Read<()> {
    let mut r = version_first(bytes, "prospect")?;
    let (mut hashes, mut times, mut seconds): (&[[u8; 8]], &[u8], &[u8]) = (&[], &[], &[]);
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (2, Value::Varint(v)) => {
                p.last_seen_ms = v.cast_signed();
                r.base = p.last_seen_ms;
            }
            (3, Value::Varint(v)) => p.first_seen_ms = r.time(v),
            (4, Value::Varint(v)) => p.last_activity_ms = Some(r.time(v)),
            (5, Value::Varint(v)) => p.last_cart_activity_ms = Some(r.time(v)),
            (6, Value::Varint(v)) => p.sessions = r.number(v)?,
            (7, Value::Bytes(b)) => hashes = r.packed(b)?,
            // Of version 1.
            (8, Value::Bytes(b)) => times = b,
            (9, Value::Varint(v)) => p.consent.state = consent_state(v)?,
            (10, Value::Varint(v)) => p.consent.since_ms = Some(r.time(v)),
            (11, Value::Varint(v)) => p.cooldown_from_ms = Some(r.time(v)),
            (12, Value::Varint(v)) => p.cooldown_reported = v != 0,
            (13, Value::Bytes(b)) => {
                p.tracks.push(Track::default());
                if let Some(t) = p.tracks.last_mut() {
                    track::read(r.nested(b, "track"), t)?;
                }
            }
            (14, Value::Bytes(b)) => {
                p.carts.push(Cart::default());
                if let Some(c) = p.carts.last_mut() {
                    cart::read(r.nested(b, "cart"), c)?;
                }
            }
            (15, Value::Bytes(b)) => seconds = b,
            (16, Value::Bytes(b)) => extras::read(r.nested(b, "more"), p.extras_mut())?,
            (forward::FORWARD, Value::Bytes(_)) => {
                // Nothing else stands in such a record, and its newest link is no prospect's newest event.
                *p = Prospect::default();
                p.extras_mut().forward = Some(Box::new(forward::read(bytes)?));
                return Ok(());
            }
            (20, Value::Varint(v)) => p.addressable = v != 0,
            (21, Value::Varint(v)) => p.identified = v != 0,
            (22, Value::Bytes(b)) => p.seen.changes = seen::read(r.nested(b, "ids of changes"))?,
            (23, Value::Bytes(b)) => p.seen.others = seen::read(r.nested(b, "ids"))?,
            (24, Value::Varint(v)) => p.consent.granted_ms = Some(r.time(v)),
            (29, Value::Fixed32(v)) => p.address = NonZeroU32::new(v),
            (17, _) => return damaged(r.what, "it is the record of an id that points to others, and was read as a prospect's"),
            _ => return r.unknown(field),
        }
    }
    p.seen.before = seen::read_old(&r, hashes, times, seconds)?;
    Ok(())
}

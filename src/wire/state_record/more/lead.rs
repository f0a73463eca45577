//! `LeadRecord`.

use crate::domain::lead::{Disqualified, Lead};
use crate::wire::state_record::read::{Read, Reader, Value};
use crate::wire::state_record::write::Writer;

pub(super) fn write(value: &Lead, _w: &mut Writer<'_>) {
    let Lead {} = value;
}

pub(super) fn read(mut r: Reader<'_>) -> Read<Lead> {
    if let Some((field, _)) = r.next()? {
        return r.unknown(field);
    }
    Ok(Lead {})
}

pub(in crate::wire::state_record) fn write_disqualified(value: &Disqualified, w: &mut Writer<'_>) {
    let Disqualified { since_ms, reason, stood: [journey, funnel] } = value;
    w.time_or_0(1, *since_ms);
    w.optional_text(2, reason.as_deref());
    w.optional_text(3, journey.as_deref());
    w.optional_text(4, funnel.as_deref());
}

pub(in crate::wire::state_record) fn read_disqualified(mut r: Reader<'_>) -> Read<Disqualified> {
    let mut d = Disqualified::default();
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Varint(v)) => d.since_ms = r.time(v),
            (2, Value::Bytes(b)) => d.reason = Some(r.text(b)?),
            (3, Value::Bytes(b)) => d.stood[0] = Some(r.text(b)?),
            (4, Value::Bytes(b)) => d.stood[1] = Some(r.text(b)?),
            _ => return r.unknown(field),
        }
    }
    Ok(d)
}

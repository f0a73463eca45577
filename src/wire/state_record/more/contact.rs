//! `ContactRecord`.

use crate::domain::contact::Contact;
use crate::wire::state_record::read::{Read, Reader, Value};
use crate::wire::state_record::write::Writer;

pub(super) fn write(value: &Contact, w: &mut Writer<'_>) {
    let Contact { zone, sent_ms, soft_bounces, dead_since_ms } = value;
    w.optional_text(1, zone.as_deref());
    w.times(2, sent_ms.iter().copied());
    w.uint(3, u32::from(*soft_bounces));
    w.time(4, *dead_since_ms);
}

pub(super) fn read(mut r: Reader<'_>) -> Read<Contact> {
    let mut c = Contact::default();
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Bytes(b)) => c.zone = Some(r.text(b)?),
            (2, Value::Bytes(b)) => c.sent_ms = r.times(b)?.into_iter().collect(),
            (3, Value::Varint(v)) => c.soft_bounces = r.number(v)?,
            (4, Value::Varint(v)) => c.dead_since_ms = Some(r.time(v)),
            _ => return r.unknown(field),
        }
    }
    Ok(c)
}

//! `ContactRecord`.

use crate::domain::Ms;
use crate::domain::state::consent::ConsentTrait;
use crate::domain::state::contact::{Contact, NamedAddress};
use crate::state_record::reader::{Read, Reader, Value, damaged};
use crate::state_record::writer::Writer;

pub(super) fn write(value: &Contact, w: &mut Writer<'_>) {
    let Contact { zone, sent_ms, soft_bounces, undeliverable_since_ms, told, address } = value;
    w.optional_text(1, zone.as_deref());
    w.times(2, sent_ms.iter().copied());
    w.uint(3, u32::from(*soft_bounces));
    w.time(4, *undeliverable_since_ms);
    if let Some(ConsentTrait { agrees, since_ms, is_first }) = told {
        w.time(5, Some(*since_ms));
        w.flag(6, *agrees);
        w.flag(7, *is_first);
    }
    if let Some(NamedAddress { id, at_ms }) = address {
        w.optional_text(8, Some(id));
        w.time(9, Some(*at_ms));
    }
}

pub(super) fn read(mut r: Reader<'_>) -> Read<Contact> {
    let mut c = Contact::default();
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Bytes(b)) => c.zone = Some(r.text(b)?),
            (2, Value::Bytes(b)) => c.sent_ms = r.times(b)?.into_iter().collect(),
            (3, Value::Varint(v)) => c.soft_bounces = r.number(v)?,
            (4, Value::Varint(v)) => c.undeliverable_since_ms = Some(r.time(v)),
            (5, Value::Varint(v)) => c.told = Some(ConsentTrait { agrees: false, since_ms: r.time(v), is_first: false }),
            (6, Value::Varint(v)) => told(&mut c)?.agrees = v != 0,
            (7, Value::Varint(v)) => told(&mut c)?.is_first = v != 0,
            (8, Value::Bytes(b)) => c.address = Some(NamedAddress { id: r.text(b)?, at_ms: 0 }),
            (9, Value::Varint(v)) => set_time(&mut c.address, r.time(v))?,
            _ => return r.unknown(field),
        }
    }
    Ok(c)
}

/// When an address was named, which comes first.
pub(in crate::state_record) fn set_time(address: &mut Option<NamedAddress>, at_ms: Ms) -> Read<()> {
    let Some(address) = address else { return damaged("contact", "the time of an address without the address") };
    address.at_ms = at_ms;
    Ok(())
}

/// What was said of consent, of which the time comes first.
fn told(contact: &mut Contact) -> Read<&mut ConsentTrait> {
    contact.told.as_mut().map_or_else(|| damaged("contact", "consent without a time"), Ok)
}

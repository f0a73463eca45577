//! `InternalRecord`.

use crate::domain::state::internal::Internal;
use crate::state_record::reader::{Read, Reader, Value};
use crate::state_record::writer::Writer;

pub(super) fn write(value: &Internal, w: &mut Writer<'_>) {
    let Internal { since_ms, by_trait, test_orders } = value;
    w.time(1, *since_ms);
    w.flag(2, *by_trait);
    w.packed(3, test_orders.iter().map(|order| order.to_le_bytes()));
}

pub(super) fn read(mut r: Reader<'_>) -> Read<Internal> {
    let mut i = Internal::default();
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Varint(v)) => i.since_ms = Some(r.time(v)),
            (2, Value::Varint(v)) => i.by_trait = v != 0,
            (3, Value::Bytes(b)) => i.test_orders = r.packed(b)?.iter().map(|order| u32::from_le_bytes(*order)).collect(),
            _ => return r.unknown(field),
        }
    }
    Ok(i)
}

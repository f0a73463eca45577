//! `BoughtRecord`: what was ordered within the last session.

use crate::domain::state::past_carts::{Bought, BoughtLine};
use crate::state_record::reader::{Read, Reader, Value};
use crate::state_record::writer::Writer;
use std::num::NonZeroU64;

/// Quantity of an entry that is no product: its hash is the mark of the order that the entries after it belong to. Builds that know
/// nothing of it take it for a product of which nobody can have so few.
const ORDER: f64 = -1.0;

pub(super) fn write(bought: &Bought, w: &mut Writer<'_>) {
    let Bought { time_ms, lines } = bought;
    let mut entries = Vec::with_capacity(lines.len() + 4);
    let mut last = None;
    for BoughtLine { what, quantity, order } in lines {
        if *order != last {
            entries.push((order.map_or(0, NonZeroU64::get), ORDER));
            last = *order;
        }
        entries.push((*what, *quantity));
    }
    w.time_or_0(1, *time_ms);
    w.packed(2, entries.iter().map(|(hash, _)| hash.to_le_bytes()));
    w.packed(3, entries.iter().map(|(_, quantity)| quantity.to_le_bytes()));
}

pub(super) fn read(mut r: Reader<'_>) -> Read<Bought> {
    let mut bought = Bought::default();
    let (mut hashes, mut quantities): (&[[u8; 8]], &[[u8; 8]]) = (&[], &[]);
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Varint(v)) => bought.time_ms = r.time(v),
            (2, Value::Bytes(b)) => hashes = r.packed(b)?,
            (3, Value::Bytes(b)) => quantities = r.packed(b)?,
            _ => return r.unknown(field),
        }
    }
    r.same_length(hashes.len(), quantities.len())?;
    let mut order = None;
    for (hash, quantity) in hashes.iter().zip(quantities) {
        let (what, quantity) = (u64::from_le_bytes(*hash), f64::from_le_bytes(*quantity));
        if quantity.to_bits() == ORDER.to_bits() {
            order = NonZeroU64::new(what);
        } else {
            bought.lines.push(BoughtLine { what, quantity, order });
        }
    }
    Ok(bought)
}

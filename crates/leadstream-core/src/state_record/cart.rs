//! `CartRecord` and its lines.

use super::extras::contact::set_time;
use super::reader::{List, Read, Reader, Value};
use super::series;
use super::writer::Writer;
use crate::domain::Ms;
use crate::domain::state::cart::{Cart, CartLine, Removed, Series};
use crate::domain::state::contact::NamedAddress;

pub(super) fn write(cart: &Cart, w: &mut Writer<'_>) {
    let Cart {
        id,
        aliases,
        lines,
        removed,
        cleared_ms,
        touched_ms,
        checkout_started,
        checkout_step,
        currency,
        series,
        forget_at_ms,
        lines_left_out,
        skip_told,
        origin,
        address,
    } = cart;
    w.optional_text(1, id.as_deref());
    for l in lines {
        w.nested(2, |w| write_line(l, w));
    }
    w.packed(3, removed.iter().map(|r| r.product_hash.to_le_bytes()));
    w.times(4, removed.iter().map(|r| r.time_ms));
    w.time(5, *cleared_ms);
    w.time_or_0(6, *touched_ms);
    w.flag(7, *checkout_started);
    w.optional_text(8, currency.as_deref());
    if *series != Series::default() {
        w.nested(9, |w| series::write(series, w));
    }
    w.time(10, *forget_at_ms);
    w.optional_text(20, checkout_step.as_deref());
    w.uint(21, *lines_left_out);
    for alias in aliases {
        w.optional_text(22, Some(alias));
    }
    w.flag(23, *skip_told);
    w.optional_text(24, origin.as_deref());
    if let Some(NamedAddress { id, at_ms }) = address {
        w.optional_text(25, Some(id));
        w.time(26, Some(*at_ms));
    }
}

pub(super) fn write_line(line: &CartLine, w: &mut Writer<'_>) {
    let CartLine { product_id, sku, name, variant, url, image_url, quantity, price, currency, added_ms } = line;
    w.text(1, product_id);
    w.optional_text(2, sku.as_deref());
    w.optional_text(3, name.as_deref());
    w.optional_text(4, variant.as_deref());
    w.optional_text(5, url.as_deref());
    w.optional_text(6, image_url.as_deref());
    let pieces = line.pieces();
    w.uint(7, pieces.unwrap_or_default());
    if let Some(price) = price {
        w.fixed64(8, price.to_bits());
    }
    w.time_or_0(9, *added_ms);
    if pieces.is_none() {
        w.fixed64(10, quantity.to_bits());
    }
    w.optional_text(11, currency.as_deref());
}

pub(super) fn read(mut r: Reader<'_>, c: &mut Cart) -> Read<()> {
    let (mut hashes, mut times): (&[[u8; 8]], List<Ms>) = (&[], List::new());
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Bytes(b)) => c.id = Some(r.text(b)?),
            (2, Value::Bytes(b)) => {
                c.lines.push(CartLine::default());
                if let Some(l) = c.lines.last_mut() {
                    read_line(r.nested(b, "line"), l)?;
                }
            }
            (3, Value::Bytes(b)) => hashes = r.packed(b)?,
            (4, Value::Bytes(b)) => times = r.times(b)?,
            (5, Value::Varint(v)) => c.cleared_ms = Some(r.time(v)),
            (6, Value::Varint(v)) => c.touched_ms = r.time(v),
            (7, Value::Varint(v)) => c.checkout_started = v != 0,
            (8, Value::Bytes(b)) => c.currency = Some(r.text(b)?),
            (9, Value::Bytes(b)) => series::read(r.nested(b, "series"), &mut c.series)?,
            (10, Value::Varint(v)) => c.forget_at_ms = Some(r.time(v)),
            (20, Value::Bytes(b)) => c.checkout_step = Some(r.text(b)?),
            (21, Value::Varint(v)) => c.lines_left_out = r.number(v)?,
            (22, Value::Bytes(b)) => c.aliases.push(r.text(b)?),
            (23, Value::Varint(v)) => c.skip_told = v != 0,
            (24, Value::Bytes(b)) => c.origin = Some(r.text(b)?),
            (25, Value::Bytes(b)) => c.address = Some(NamedAddress { id: r.text(b)?, at_ms: 0 }),
            (26, Value::Varint(v)) => set_time(&mut c.address, r.time(v))?,
            _ => return r.unknown(field),
        }
    }
    r.same_length(hashes.len(), times.len())?;
    let removed = |(hash, time_ms): (&[u8; 8], Ms)| Removed { product_hash: u64::from_le_bytes(*hash), time_ms };
    c.removed = hashes.iter().zip(times).map(removed).collect();
    Ok(())
}

pub(super) fn read_line(mut r: Reader<'_>, l: &mut CartLine) -> Read<()> {
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Bytes(b)) => l.product_id = r.text(b)?,
            (2, Value::Bytes(b)) => l.sku = Some(r.text(b)?),
            (3, Value::Bytes(b)) => l.name = Some(r.text(b)?),
            (4, Value::Bytes(b)) => l.variant = Some(r.text(b)?),
            (5, Value::Bytes(b)) => l.url = Some(r.text(b)?),
            (6, Value::Bytes(b)) => l.image_url = Some(r.text(b)?),
            (7, Value::Varint(v)) => l.quantity = f64::from(r.number::<u32>(v)?),
            (8, Value::Fixed64(v)) => l.price = Some(f64::from_bits(v)),
            (9, Value::Varint(v)) => l.added_ms = r.time(v),
            (10, Value::Fixed64(v)) => l.quantity = f64::from_bits(v),
            (11, Value::Bytes(b)) => l.currency = Some(r.text(b)?),
            _ => return r.unknown(field),
        }
    }
    Ok(())
}

//! `OrderRecord` and `ForgottenCartRecord`.

use crate::domain::state::cart::CartLine;
use crate::domain::state::past_carts::{ForgottenCart, PastOrder};
use crate::state_record::cart::{read_line, write_line};
use crate::state_record::reader::{Read, Reader, Value};
use crate::state_record::series::{read_goods, read_sent, write_sent};
use crate::state_record::writer::Writer;
use std::num::NonZeroU64;

pub(super) fn write(value: &PastOrder, w: &mut Writer<'_>) {
    let PastOrder { order, time_ms, cart, episode_ms, lines, sent, goods, value, currency, forgotten_ms } = value;
    w.hash64(1, *order);
    w.time_or_0(2, *time_ms);
    w.optional_text(3, cart.as_deref());
    w.time_or_0(4, *episode_ms);
    for line in lines {
        w.nested(5, |w| write_line(line, w));
    }
    for step in sent {
        w.nested(6, |w| write_sent(step, w));
    }
    if let Some(value) = value {
        w.fixed64(7, value.to_bits());
    }
    w.optional_text(8, currency.as_deref());
    w.time(9, *forgotten_ms);
    w.packed(10, goods.iter().map(|hash| hash.to_le_bytes()));
}

pub(super) fn read(mut r: Reader<'_>) -> Read<PastOrder> {
    let mut o = PastOrder::default();
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Fixed64(v)) => o.order = NonZeroU64::new(v),
            (2, Value::Varint(v)) => o.time_ms = r.time(v),
            (3, Value::Bytes(b)) => o.cart = Some(r.text(b)?),
            (4, Value::Varint(v)) => o.episode_ms = r.time(v),
            (5, Value::Bytes(b)) => {
                let mut line = CartLine::default();
                read_line(r.nested(b, "line"), &mut line)?;
                o.lines.push(line);
            }
            (6, Value::Bytes(b)) => o.sent.push(read_sent(r.nested(b, "step"))?),
            (7, Value::Fixed64(v)) => o.value = Some(f64::from_bits(v)),
            (8, Value::Bytes(b)) => o.currency = Some(r.text(b)?),
            (9, Value::Varint(v)) => o.forgotten_ms = Some(r.time(v)),
            (10, Value::Bytes(b)) => o.goods = read_goods(b, &r)?,
            _ => return r.unknown(field),
        }
    }
    Ok(o)
}

pub(super) fn write_forgotten(value: &ForgottenCart, w: &mut Writer<'_>) {
    let ForgottenCart { cart, episode_ms, forgotten_ms, sent, goods, value, currency } = value;
    w.optional_text(1, cart.as_deref());
    w.time_or_0(2, *episode_ms);
    w.time_or_0(3, *forgotten_ms);
    for step in sent {
        w.nested(4, |w| write_sent(step, w));
    }
    w.packed(5, goods.iter().map(|hash| hash.to_le_bytes()));
    if let Some(value) = value {
        w.fixed64(6, value.to_bits());
    }
    w.optional_text(7, currency.as_deref());
}

pub(super) fn read_forgotten(mut r: Reader<'_>) -> Read<ForgottenCart> {
    let mut c = ForgottenCart::default();
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Bytes(b)) => c.cart = Some(r.text(b)?),
            (2, Value::Varint(v)) => c.episode_ms = r.time(v),
            (3, Value::Varint(v)) => c.forgotten_ms = r.time(v),
            (4, Value::Bytes(b)) => c.sent.push(read_sent(r.nested(b, "step"))?),
            (5, Value::Bytes(b)) => c.goods = read_goods(b, &r)?,
            (6, Value::Fixed64(v)) => c.value = Some(f64::from_bits(v)),
            (7, Value::Bytes(b)) => c.currency = Some(r.text(b)?),
            _ => return r.unknown(field),
        }
    }
    Ok(c)
}

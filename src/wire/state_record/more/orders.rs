//! `OrderRecord`.

use crate::domain::cart::PastOrder;
use crate::domain::prospect::CartLine;
use crate::wire::state_record::read::{self, Read, Reader, Value};
use crate::wire::state_record::write::{self, Writer};

pub(super) fn write(value: &PastOrder, w: &mut Writer<'_>) {
    let PastOrder { order, time_ms, cart, episode_ms, lines, sent, value, currency } = value;
    if *order != 0 {
        w.fixed64(1, *order);
    }
    w.time_or_0(2, *time_ms);
    w.optional_text(3, cart.as_deref());
    w.time_or_0(4, *episode_ms);
    for line in lines {
        w.nested(5, |w| write::line(line, w));
    }
    for step in sent {
        w.nested(6, |w| write::sent(step, w));
    }
    if let Some(value) = value {
        w.fixed64(7, value.to_bits());
    }
    w.optional_text(8, currency.as_deref());
}

pub(super) fn read(mut r: Reader<'_>) -> Read<PastOrder> {
    let mut o = PastOrder::default();
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Fixed64(v)) => o.order = v,
            (2, Value::Varint(v)) => o.time_ms = r.time(v),
            (3, Value::Bytes(b)) => o.cart = Some(r.text(b)?),
            (4, Value::Varint(v)) => o.episode_ms = r.time(v),
            (5, Value::Bytes(b)) => {
                let mut line = CartLine::default();
                read::line(r.nested(b, "line"), &mut line)?;
                o.lines.push(line);
            }
            (6, Value::Bytes(b)) => o.sent.push(read::sent(r.nested(b, "step"))?),
            (7, Value::Fixed64(v)) => o.value = Some(f64::from_bits(v)),
            (8, Value::Bytes(b)) => o.currency = Some(r.text(b)?),
            _ => return r.unknown(field),
        }
    }
    Ok(o)
}

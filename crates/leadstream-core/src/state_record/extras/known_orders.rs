//! `KnownOrdersRecord`.

use crate::domain::state::orders::Touch;
use crate::domain::state::orders::{Given, KnownOrder, KnownOrders, Standing};
use crate::state_record::reader::{Read, Reader, Value, damaged, unzigzag};
use crate::state_record::seen;
use crate::state_record::writer::{Writer, zigzag};
use std::num::{NonZeroU16, NonZeroU32, NonZeroU64};

pub(super) fn write(value: &KnownOrders, w: &mut Writer<'_>) {
    let KnownOrders { list, refunds, touches } = value;
    for order in list {
        w.nested(1, |w| write_order(order, w));
    }
    seen::write(2, refunds, w);
    for Touch { source, campaign } in touches {
        w.nested(3, |w| {
            w.optional_text(1, source.as_deref());
            w.optional_text(2, campaign.as_deref());
        });
    }
}

fn write_order(order: &KnownOrder, w: &mut Writer<'_>) {
    let KnownOrder {
        id,
        content,
        placed_ms,
        told_ms,
        standing,
        was_paid,
        total_milli,
        refunded_milli,
        currency,
        has_ordered_before,
        contract,
        by_sales,
        touch,
        carts,
        checkouts,
        rules,
        gave,
    } = order;
    w.hash64(1, *id);
    w.hash32(2, *content);
    w.time_or_0(3, *placed_ms);
    // Most are reported once.
    w.time(4, Some(*told_ms).filter(|told| told != placed_ms));
    w.uint(5, Standing::ALL.iter().position(|s| s == standing).and_then(|n| u32::try_from(n).ok()).unwrap_or(0));
    w.flag(6, *was_paid);
    if let Some(total) = total_milli {
        w.varint(7, zigzag(*total));
    }
    if *refunded_milli != 0 {
        w.varint(8, zigzag(*refunded_milli));
    }
    w.optional_text(9, currency.as_deref());
    w.flag(10, *has_ordered_before);
    w.packed(11, rules.iter().map(|rule| rule.to_le_bytes()));
    w.packed(12, gave.iter().map(given));
    w.uint(17, contract.map_or(0, |mark| u32::from(mark) + 1));
    w.flag(18, *by_sales);
    w.uint(19, u32::from(touch.map_or(0, NonZeroU16::get)));
    w.uint(20, u32::from(*carts));
    w.uint(21, u32::from(*checkouts));
}

fn given(given: &Given) -> [u8; 12] {
    let Given { model, group, hundredths } = given;
    let mut bytes = [0; 12];
    bytes[..4].copy_from_slice(&model.to_le_bytes());
    bytes[4..8].copy_from_slice(&group.to_le_bytes());
    bytes[8..].copy_from_slice(&hundredths.to_le_bytes());
    bytes
}

pub(super) fn read(mut r: Reader<'_>) -> Read<KnownOrders> {
    let mut known = KnownOrders::default();
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Bytes(b)) => known.list.push(read_order(r.nested(b, "known order"))?),
            (2, Value::Bytes(b)) => known.refunds = seen::read(r.nested(b, "refunds"))?,
            (3, Value::Bytes(b)) => known.touches.push(read_touch(r.nested(b, "touch"))?),
            _ => return r.unknown(field),
        }
    }
    if known.list.iter().any(|order| usize::from(order.touch.map_or(0, NonZeroU16::get)) > known.touches.len()) {
        return damaged(r.what, "an order is credited to nothing that is known");
    }
    Ok(known)
}

fn read_touch(mut r: Reader<'_>) -> Read<Touch> {
    let mut touch = Touch::default();
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Bytes(b)) => touch.source = Some(r.text(b)?),
            (2, Value::Bytes(b)) => touch.campaign = Some(r.text(b)?),
            _ => return r.unknown(field),
        }
    }
    Ok(touch)
}

fn read_order(mut r: Reader<'_>) -> Read<KnownOrder> {
    let mut o = KnownOrder::default();
    let mut told_ms = None;
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Fixed64(v)) => o.id = NonZeroU64::new(v),
            (2, Value::Fixed32(v)) => o.content = NonZeroU32::new(v),
            (3, Value::Varint(v)) => o.placed_ms = r.time(v),
            (4, Value::Varint(v)) => told_ms = Some(r.time(v)),
            (5, Value::Varint(v)) => {
                let standing = usize::try_from(v).ok().and_then(|n| Standing::ALL.get(n));
                o.standing = standing.copied().map_or_else(|| damaged(r.what, "an unknown standing"), Ok)?;
            }
            (6, Value::Varint(v)) => o.was_paid = v != 0,
            (7, Value::Varint(v)) => o.total_milli = Some(unzigzag(v)),
            (8, Value::Varint(v)) => o.refunded_milli = unzigzag(v),
            (9, Value::Bytes(b)) => o.currency = Some(r.text(b)?),
            (10, Value::Varint(v)) => o.has_ordered_before = v != 0,
            (11, Value::Bytes(b)) => o.rules = r.packed::<4>(b)?.iter().map(|rule| u32::from_le_bytes(*rule)).collect(),
            (12, Value::Bytes(b)) => {
                let given = r.packed::<12>(b)?.iter().map(|g| Given {
                    model: u32::from_le_bytes([g[0], g[1], g[2], g[3]]),
                    group: u32::from_le_bytes([g[4], g[5], g[6], g[7]]),
                    hundredths: i32::from_le_bytes([g[8], g[9], g[10], g[11]]),
                });
                o.gave = given.collect();
            }
            (17, Value::Varint(v)) => o.contract = r.number::<u16>(v)?.checked_sub(1),
            (18, Value::Varint(v)) => o.by_sales = v != 0,
            (19, Value::Varint(v)) => o.touch = NonZeroU16::new(r.number(v)?),
            (20, Value::Varint(v)) => o.carts = r.number(v)?,
            (21, Value::Varint(v)) => o.checkouts = r.number(v)?,
            _ => return r.unknown(field),
        }
    }
    o.told_ms = told_ms.unwrap_or(o.placed_ms);
    Ok(o)
}

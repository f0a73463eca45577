//! `AbsenceRecord`.

use crate::domain::Ms;
use crate::domain::state::few::InlineVec;
use crate::domain::state::track::Hit;
use crate::domain::state::triggers::{Cancellation, FiredTrigger, Pending, TriggerRecord};
use crate::state_record::position;
use crate::state_record::reader::{List, Read, Reader, Value};
use crate::state_record::writer::Writer;
use std::num::NonZeroU32;

pub(super) fn write(value: &TriggerRecord, w: &mut Writer<'_>) {
    let TriggerRecord { pending, left, met, viewed, carted } = value;
    for p in pending {
        w.nested(1, |w| write_pending(p, w));
    }
    for l in left {
        w.nested(2, |w| write_left(l, w));
    }
    w.packed(3, met.iter().map(|m| m.trigger.to_le_bytes()));
    w.packed(4, met.iter().map(|m| m.match_key.map_or(0, NonZeroU32::get).to_le_bytes()));
    w.times(5, met.iter().map(|m| m.time_ms));
    for (field, hits) in [(6, viewed), (8, carted)] {
        w.packed(field, hits.iter().map(|h| h.match_key.to_le_bytes()));
        w.times(field + 1, hits.iter().map(|h| h.time_ms));
    }
}

fn write_pending(pending: &Pending, w: &mut Writer<'_>) {
    let Pending { trigger, episode_ms, armed_by, since_ms, due_ms, fire_at_ms, match_key, product, event, position, armed_under } =
        pending;
    w.fixed32(1, *trigger);
    w.time(2, Some(*since_ms));
    w.time(3, Some(*episode_ms).filter(|e| e != since_ms));
    w.fixed64(4, *armed_by);
    w.time(5, Some(*due_ms));
    w.time(6, Some(*fire_at_ms).filter(|f| f != due_ms));
    w.hash32(7, *match_key);
    w.optional_text(8, product.as_deref());
    w.text(9, event);
    position::write(10, position, w);
    w.optional_text(11, armed_under.as_deref());
}

fn write_left(left: &FiredTrigger, w: &mut Writer<'_>) {
    let FiredTrigger { trigger, episode_ms, armed_by, since_ms, due_ms, left_ms, match_key, product, recalled, armed_under } =
        left;
    w.fixed32(1, *trigger);
    w.time(2, Some(*since_ms));
    w.time(3, Some(*episode_ms).filter(|e| e != since_ms));
    w.fixed64(4, *armed_by);
    w.time(5, Some(*due_ms));
    w.time(6, Some(*left_ms).filter(|l| l != due_ms));
    w.hash32(7, *match_key);
    w.optional_text(8, product.as_deref());
    w.flag(9, *recalled);
    w.optional_text(10, armed_under.as_deref());
}

pub(super) fn read(mut r: Reader<'_>) -> Read<TriggerRecord> {
    let mut a = TriggerRecord::default();
    let (mut met, mut met_keys, mut met_times): (&[[u8; 4]], &[[u8; 4]], List<Ms>) = (&[], &[], List::new());
    let mut products: [(&[[u8; 4]], List<Ms>); 2] = [(&[], List::new()), (&[], List::new())];
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Bytes(b)) => a.pending.push(read_pending(r.nested(b, "pending trigger"))?),
            (2, Value::Bytes(b)) => a.left.push(read_left(r.nested(b, "trigger that left"))?),
            (3, Value::Bytes(b)) => met = r.packed(b)?,
            (4, Value::Bytes(b)) => met_keys = r.packed(b)?,
            (5, Value::Bytes(b)) => met_times = r.times(b)?,
            (6, Value::Bytes(b)) => products[0].0 = r.packed(b)?,
            (7, Value::Bytes(b)) => products[0].1 = r.times(b)?,
            (8, Value::Bytes(b)) => products[1].0 = r.packed(b)?,
            (9, Value::Bytes(b)) => products[1].1 = r.times(b)?,
            _ => return r.unknown(field),
        }
    }
    r.same_length(met.len(), met_keys.len())?;
    r.same_length(met.len(), met_times.len())?;
    for ((trigger, key), time_ms) in met.iter().zip(met_keys).zip(met_times) {
        let match_key = NonZeroU32::new(u32::from_le_bytes(*key));
        a.met.push(Cancellation { trigger: u32::from_le_bytes(*trigger), match_key, time_ms });
    }
    let [viewed, carted] = products;
    a.viewed = hits(viewed, &r)?;
    a.carted = hits(carted, &r)?;
    Ok(a)
}

fn hits((products, times): (&[[u8; 4]], List<Ms>), r: &Reader<'_>) -> Read<InlineVec<Hit, 4>> {
    r.same_length(products.len(), times.len())?;
    Ok(products.iter().zip(times).map(|(key, time_ms)| Hit { time_ms, match_key: u32::from_le_bytes(*key) }).collect())
}

fn read_pending(mut r: Reader<'_>) -> Read<Pending> {
    let mut p = Pending::default();
    let (mut episode_ms, mut fire_at_ms) = (None, None);
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Fixed32(v)) => p.trigger = v,
            (2, Value::Varint(v)) => p.since_ms = r.time(v),
            (3, Value::Varint(v)) => episode_ms = Some(r.time(v)),
            (4, Value::Fixed64(v)) => p.armed_by = v,
            (5, Value::Varint(v)) => p.due_ms = r.time(v),
            (6, Value::Varint(v)) => fire_at_ms = Some(r.time(v)),
            (7, Value::Fixed32(v)) => p.match_key = NonZeroU32::new(v),
            (8, Value::Bytes(b)) => p.product = Some(r.text(b)?),
            (9, Value::Bytes(b)) => p.event = r.text(b)?,
            (10, Value::Bytes(b)) => p.position = position::read(r.nested(b, "position"))?,
            (11, Value::Bytes(b)) => p.armed_under = Some(r.text(b)?),
            _ => return r.unknown(field),
        }
    }
    p.episode_ms = episode_ms.unwrap_or(p.since_ms);
    p.fire_at_ms = fire_at_ms.unwrap_or(p.due_ms);
    Ok(p)
}

fn read_left(mut r: Reader<'_>) -> Read<FiredTrigger> {
    let mut l = FiredTrigger::default();
    let (mut episode_ms, mut left_ms) = (None, None);
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Fixed32(v)) => l.trigger = v,
            (2, Value::Varint(v)) => l.since_ms = r.time(v),
            (3, Value::Varint(v)) => episode_ms = Some(r.time(v)),
            (4, Value::Fixed64(v)) => l.armed_by = v,
            (5, Value::Varint(v)) => l.due_ms = r.time(v),
            (6, Value::Varint(v)) => left_ms = Some(r.time(v)),
            (7, Value::Fixed32(v)) => l.match_key = NonZeroU32::new(v),
            (8, Value::Bytes(b)) => l.product = Some(r.text(b)?),
            (9, Value::Varint(v)) => l.recalled = v != 0,
            (10, Value::Bytes(b)) => l.armed_under = Some(r.text(b)?),
            _ => return r.unknown(field),
        }
    }
    l.episode_ms = episode_ms.unwrap_or(l.since_ms);
    l.left_ms = left_ms.unwrap_or(l.due_ms);
    Ok(l)
}

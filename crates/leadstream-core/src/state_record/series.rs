//! `SeriesRecord`: the series of reminders of a cart, and the steps of it that were sent.

use super::position;
use super::reader::{Read, Reader, Value, damaged};
use super::writer::Writer;
use crate::domain::state::cart::{ArmedFor, Heard, SentStep, Series, SeriesPhase};
use crate::domain::state::few::InlineVec;
use crate::domain::terms::recovery::AttributedBy;
use std::num::NonZeroU32;

pub(super) fn write(series: &Series, w: &mut Writer<'_>) {
    let Series {
        phase,
        armed_for,
        episode_ms,
        armed_by,
        done,
        abandoned_at_ms,
        last_step_ms,
        last_step_left,
        sent,
        goods,
        due_ms,
        fire_at_ms,
        arming,
        armed_as,
        armed_under,
    } = series;
    let phase = match phase {
        SeriesPhase::Idle => 0,
        SeriesPhase::Armed => 1,
        SeriesPhase::Running => 2,
        SeriesPhase::Complete => 3,
        SeriesPhase::Ended => 4,
    };
    w.uint(1, phase);
    w.time_or_0(2, *episode_ms);
    if *armed_by != 0 {
        w.fixed64(3, *armed_by);
    }
    w.uint(4, u32::from(*done));
    w.time_or_0(5, *abandoned_at_ms);
    w.time_or_0(6, *last_step_ms);
    w.flag(7, *last_step_left);
    for s in sent {
        w.nested(8, |w| write_sent(s, w));
    }
    w.time(9, *due_ms);
    w.time(10, *fire_at_ms);
    if let Some(arming) = arming {
        position::write_arming(11, *arming, w);
    }
    w.flag(20, *armed_for == ArmedFor::PaymentFailed);
    w.optional_text(22, armed_as.as_deref());
    w.packed(23, goods.iter().map(|hash| hash.to_le_bytes()));
    w.optional_text(24, armed_under.as_deref());
}

pub(super) fn write_sent(sent: &SentStep, w: &mut Writer<'_>) {
    let SentStep { step, episode_ms, left_ms, trigger_id, opened_ms, clicked_ms, opened_by, clicked_by, mail, heard, void } =
        sent;
    w.uint(1, u32::from(*step));
    w.time_or_0(2, *episode_ms);
    w.time_or_0(3, *left_ms);
    w.bytes(4, &trigger_id.to_be_bytes());
    w.time(20, *opened_ms);
    w.time(21, *clicked_ms);
    w.hash32(22, *mail);
    let Heard { any, of_another, of_machine } = heard;
    let heard = u32::from(*any) | u32::from(*of_another) << 1 | u32::from(*of_machine) << 2;
    w.uint(23, heard | by_place(*opened_by) << 3 | by_place(*clicked_by) << 5);
    w.flag(24, *void);
}

fn by_place(by: AttributedBy) -> u32 {
    AttributedBy::ALL.iter().position(|known| *known == by).and_then(|at| u32::try_from(at).ok()).unwrap_or(0)
}

pub(super) fn read(mut r: Reader<'_>, s: &mut Series) -> Read<()> {
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Varint(v)) => s.phase = phase(v)?,
            (2, Value::Varint(v)) => s.episode_ms = r.time(v),
            (3, Value::Fixed64(v)) => s.armed_by = v,
            (4, Value::Varint(v)) => s.done = r.number(v)?,
            (5, Value::Varint(v)) => s.abandoned_at_ms = r.time(v),
            (6, Value::Varint(v)) => s.last_step_ms = r.time(v),
            (7, Value::Varint(v)) => s.last_step_left = v != 0,
            (8, Value::Bytes(b)) => s.sent.push(read_sent(r.nested(b, "step"))?),
            (9, Value::Varint(v)) => s.due_ms = Some(r.time(v)),
            (10, Value::Varint(v)) => s.fire_at_ms = Some(r.time(v)),
            (11, Value::Bytes(b)) => s.arming = Some(position::read_arming(r.nested(b, "arming"))?),
            (20, Value::Varint(v)) => s.armed_for = if v == 0 { ArmedFor::Abandoned } else { ArmedFor::PaymentFailed },
            (22, Value::Bytes(b)) => s.armed_as = Some(r.text(b)?),
            (23, Value::Bytes(b)) => s.goods = read_goods(b, &r)?,
            (24, Value::Bytes(b)) => s.armed_under = Some(r.text(b)?),
            _ => return r.unknown(field),
        }
    }
    Ok(())
}

fn phase(number: u64) -> Read<SeriesPhase> {
    Ok(match number {
        0 => SeriesPhase::Idle,
        1 => SeriesPhase::Armed,
        2 => SeriesPhase::Running,
        3 => SeriesPhase::Complete,
        4 => SeriesPhase::Ended,
        _ => return damaged("series", format_args!("phase {number} is unknown")),
    })
}

pub(super) fn read_sent(mut r: Reader<'_>) -> Read<SentStep> {
    let mut s = SentStep::default();
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Varint(v)) => s.step = r.number(v)?,
            (2, Value::Varint(v)) => s.episode_ms = r.time(v),
            (3, Value::Varint(v)) => s.left_ms = r.time(v),
            (4, Value::Bytes(b)) => {
                let Ok(id) = b.try_into() else { return damaged(r.what, "a trigger id has not 16 bytes") };
                s.trigger_id = u128::from_be_bytes(id);
            }
            (20, Value::Varint(v)) => s.opened_ms = Some(r.time(v)),
            (21, Value::Varint(v)) => s.clicked_ms = Some(r.time(v)),
            (22, Value::Fixed32(v)) => s.mail = NonZeroU32::new(v),
            (23, Value::Varint(v)) => {
                s.heard = Heard { any: v & 1 != 0, of_another: v & 2 != 0, of_machine: v & 4 != 0 };
                let by = |bits: u64| AttributedBy::ALL[usize::from(bits & 1 != 0) + 2 * usize::from(bits & 2 != 0)];
                (s.opened_by, s.clicked_by) = (by(v >> 3), by(v >> 5));
                if v >> 7 != 0 {
                    return damaged(r.what, "unknown bits of what was heard");
                }
            }
            (24, Value::Varint(v)) => s.void = v != 0,
            _ => return r.unknown(field),
        }
    }
    Ok(s)
}

/// Hashes of products, of 32 bits each.
pub(super) fn read_goods<const N: usize>(bytes: &[u8], r: &Reader<'_>) -> Read<InlineVec<u32, N>>
where
    [u32; N]: smallvec::Array<Item = u32>,
{
    Ok(r.packed::<4>(bytes)?.iter().map(|hash| u32::from_le_bytes(*hash)).collect())
}

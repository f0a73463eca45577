//! `PositionRecord`: where somebody stands on an axis: the stage, those before it, and the journeys.

use super::reader::{List, Read, Reader, Value, damaged};
use super::writer::{Writer, encode_varint};
use crate::domain::Ms;
use crate::domain::state::few::InlineVec;
use crate::domain::state::track::Opening;
use crate::domain::state::track::{EnteredBy, Journeys, PastJourney, PastStage, StagePosition};
use crate::domain::terms::movement::Cause;
use std::num::NonZeroU16;

pub(super) fn write(position: &StagePosition, w: &mut Writer<'_>) {
    let StagePosition { stage, entered_ms, stale_at_ms, by, history, journeys, opening } = position;
    w.text(1, stage);
    w.time_or_0(2, *entered_ms);
    w.time(3, *stale_at_ms);
    w.packed(4, history.iter().map(|h| h.stage_hash.to_le_bytes()));
    w.times(5, history.iter().map(|h| h.entered_ms));
    w.uint(6, by_number(*by));
    if history.iter().any(|h| h.by != EnteredBy::default()) {
        w.nested(7, |w| history.iter().for_each(|h| encode_varint(u64::from(by_number(h.by)), w.out)));
    }
    if let Some(journeys) = journeys.as_deref() {
        w.nested(8, |w| write_journeys(journeys, w));
    }
    if let Some(Opening { since_ms, won_ms }) = opening.as_deref() {
        w.time(9, *since_ms);
        w.time(10, *won_ms);
    }
}

fn write_journeys(journeys: &Journeys, w: &mut Writer<'_>) {
    let Journeys { began_ms, closed_ms, past, forgotten } = journeys;
    w.time_or_0(1, *began_ms);
    w.time(2, *closed_ms);
    let all: Vec<Ms> = past.iter().flat_map(|journey| [journey.began_ms, journey.closed_ms]).collect();
    w.times(3, all.into_iter());
    w.uint(4, *forgotten);
}

/// The event's mark, then three bits for the cause.
fn by_number(by: EnteredBy) -> u32 {
    let cause = match by.cause {
        Cause::Event => 0,
        Cause::Stale => 1,
        Cause::Disqualified => 2,
        Cause::ReEntered => 3,
        Cause::CarriedOver => 4,
        Cause::OrderReversed => 5,
        Cause::NextJourney => 6,
        Cause::Merged => 7,
    };
    u32::from(by.event.map_or(0, NonZeroU16::get)) << 3 | cause
}

pub(super) fn nowhere() -> StagePosition {
    StagePosition {
        stage: Default::default(),
        entered_ms: 0,
        stale_at_ms: None,
        by: EnteredBy::default(),
        history: InlineVec::new(),
        journeys: None,
        opening: None,
    }
}

pub(super) fn read(mut r: Reader<'_>, p: &mut StagePosition) -> Read<()> {
    let (mut stages, mut times, mut bys): (&[[u8; 4]], List<Ms>, List<u64>) = (&[], List::new(), List::new());
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Bytes(b)) => p.stage = r.text(b)?,
            (2, Value::Varint(v)) => p.entered_ms = r.time(v),
            (3, Value::Varint(v)) => p.stale_at_ms = Some(r.time(v)),
            (4, Value::Bytes(b)) => stages = r.packed(b)?,
            (5, Value::Bytes(b)) => times = r.times(b)?,
            (6, Value::Varint(v)) => p.by = entered_by(v)?,
            (7, Value::Bytes(b)) => bys = r.varints(b)?,
            (8, Value::Bytes(b)) => p.journeys = Some(Box::new(read_journeys(r.nested(b, "journeys"))?)),
            (9, Value::Varint(v)) => p.opening.get_or_insert_default().since_ms = Some(r.time(v)),
            (10, Value::Varint(v)) => p.opening.get_or_insert_default().won_ms = Some(r.time(v)),
            _ => return r.unknown(field),
        }
    }
    r.same_length(stages.len(), times.len())?;
    if !bys.is_empty() {
        r.same_length(stages.len(), bys.len())?;
    }
    for (n, (hash, entered_ms)) in stages.iter().zip(times).enumerate() {
        let by = bys.get(n).map_or(Ok(EnteredBy::default()), |v| entered_by(*v))?;
        p.history.push(PastStage { stage_hash: u32::from_le_bytes(*hash), entered_ms, by });
    }
    Ok(())
}

fn read_journeys(mut r: Reader<'_>) -> Read<Journeys> {
    let mut j = Journeys::default();
    let mut times = List::new();
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Varint(v)) => j.began_ms = r.time(v),
            (2, Value::Varint(v)) => j.closed_ms = Some(r.time(v)),
            (3, Value::Bytes(b)) => times = r.times(b)?,
            (4, Value::Varint(v)) => j.forgotten = r.number(v)?,
            _ => return r.unknown(field),
        }
    }
    r.same_length(times.len() % 2, 0)?;
    j.past = times.chunks_exact(2).map(|pair| PastJourney { began_ms: pair[0], closed_ms: pair[1] }).collect();
    Ok(j)
}

fn entered_by(number: u64) -> Read<EnteredBy> {
    let cause = match number & 7 {
        0 => Cause::Event,
        1 => Cause::Stale,
        2 => Cause::Disqualified,
        3 => Cause::ReEntered,
        4 => Cause::CarriedOver,
        5 => Cause::OrderReversed,
        6 => Cause::NextJourney,
        _ => Cause::Merged,
    };
    match u16::try_from(number >> 3) {
        Ok(mark) => Ok(EnteredBy::marked(cause, mark)),
        Err(_) => damaged("stage", "an event's mark is too large"),
    }
}

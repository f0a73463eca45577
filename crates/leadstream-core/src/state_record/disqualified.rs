//! `DisqualifiedRecord`: that somebody is out of the running, and where they stood.

use super::reader::{Read, Reader, Value};
use super::stage;
use super::writer::Writer;
use crate::domain::state::track::Disqualified;
use crate::domain::terms::per_axis::PerAxis;

pub(super) fn write(value: &Disqualified, w: &mut Writer<'_>) {
    let Disqualified { since_ms, reason, stood: PerAxis { journey, funnel }, back_at_ms, event } = value;
    w.time_or_0(1, *since_ms);
    w.optional_text(2, reason.as_deref());
    for (field, stood) in [(3, journey), (4, funnel)] {
        if let Some(stood) = stood {
            w.nested(field, |w| stage::write(stood, w));
        }
    }
    w.time(5, *back_at_ms);
    w.uint(6, u32::from(*event));
}

pub(super) fn read(mut r: Reader<'_>) -> Read<Disqualified> {
    let mut d = Disqualified::default();
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Varint(v)) => d.since_ms = r.time(v),
            (2, Value::Bytes(b)) => d.reason = Some(r.text(b)?),
            (3, Value::Bytes(b)) => stage::read(r.nested(b, "journey"), d.stood.journey.insert(stage::nowhere()))?,
            (4, Value::Bytes(b)) => stage::read(r.nested(b, "funnel"), d.stood.funnel.insert(stage::nowhere()))?,
            (5, Value::Varint(v)) => d.back_at_ms = Some(r.time(v)),
            (6, Value::Varint(v)) => d.event = r.number(v)?,
            _ => return r.unknown(field),
        }
    }
    Ok(d)
}

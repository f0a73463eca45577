//! `DecisionsRecord`.

use crate::domain::state::decisions::{Checks, Decision, Decisions, REASONS, TriggerFate};
use crate::state_record::reader::{Read, Reader, Value, damaged};
use crate::state_record::writer::Writer;

pub(super) fn write(value: &Decisions, w: &mut Writer<'_>) {
    let Decisions { list } = value;
    for decision in list {
        w.nested(1, |w| one(decision, w));
    }
}

fn one(value: &Decision, w: &mut Writer<'_>) {
    let Decision { at_ms, due_ms, trigger, step, done, checks } = value;
    w.time(1, Some(*at_ms));
    // Nearly always the same.
    w.time(2, Some(*due_ms).filter(|due| due != at_ms));
    w.text(3, trigger);
    w.uint(4, u32::from(*step));
    match done {
        TriggerFate::Left => {}
        TriggerFate::HeldUntil(until_ms) => w.time(5, Some(*until_ms)),
        TriggerFate::Suppressed(reason) => {
            let place = REASONS.iter().position(|r| r == reason).unwrap_or_default();
            w.varint(6, place as u64);
        }
    }
    w.uint(7, u32::from(checks.0));
}

pub(super) fn read(mut r: Reader<'_>) -> Read<Decisions> {
    let mut decisions = Decisions::default();
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Bytes(b)) => decisions.list.push(read_one(r.nested(b, "decision"))?),
            _ => return r.unknown(field),
        }
    }
    Ok(decisions)
}

fn read_one(mut r: Reader<'_>) -> Read<Decision> {
    let mut d = Decision::default();
    let mut due_ms = None;
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Varint(v)) => d.at_ms = r.time(v),
            (2, Value::Varint(v)) => due_ms = Some(r.time(v)),
            (3, Value::Bytes(b)) => d.trigger = r.text(b)?,
            (4, Value::Varint(v)) => d.step = r.number(v)?,
            (5, Value::Varint(v)) => d.done = TriggerFate::HeldUntil(r.time(v)),
            (6, Value::Varint(v)) => {
                let place: usize = r.number(v)?;
                let Some(reason) = REASONS.get(place) else { return damaged(r.what, format_args!("reason {place} is unknown")) };
                d.done = TriggerFate::Suppressed(*reason);
            }
            (7, Value::Varint(v)) => d.checks = Checks(r.number(v)?),
            _ => return r.unknown(field),
        }
    }
    d.due_ms = due_ms.unwrap_or(d.at_ms);
    Ok(d)
}

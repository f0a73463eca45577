//! `LeadRecord`.

use crate::domain::state::lead::{Held, Lead, LeadStatus};
use crate::domain::terms::sales::{Answer, Bar, Qualification};
use crate::state_record::reader::{Read, Reader, Value, damaged};
use crate::state_record::writer::Writer;

pub(super) fn write(value: &Lead, w: &mut Writer<'_>) {
    let Lead {
        status,
        qualification,
        handed_over_ms,
        due_ms,
        answer,
        answered_ms,
        again_from_ms,
        renewed,
        lowest,
        raised,
        found,
        held,
        re_entered_ms,
        source,
        persona,
    } = value;
    w.uint(1, stand_number(*status));
    w.flag(2, *qualification == Qualification::Sql);
    w.time_or_0(3, *handed_over_ms);
    w.time(4, *due_ms);
    w.uint(5, answer.map_or(0, answer_number));
    w.time_or_0(6, *answered_ms);
    w.time_or_0(7, *again_from_ms);
    w.flag(8, *renewed);
    w.time(9, *re_entered_ms);
    if let Some(lowest) = lowest {
        w.fixed64(10, lowest.to_bits());
    }
    w.flag(11, *raised);
    w.flag(12, *found);
    w.optional_text(20, source.as_deref());
    if let Some(persona) = persona {
        w.fixed32(21, *persona);
    }
    if let Some(Held { why, since_ms }) = held {
        w.uint(22, *why as u32);
        w.time(23, Some(*since_ms));
    }
}

pub(super) fn read(mut r: Reader<'_>) -> Read<Lead> {
    let mut l = Lead::default();
    let (mut held_why, mut held_since_ms) = (None, 0);
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Varint(v)) => l.status = status(v)?,
            (2, Value::Varint(v)) => l.qualification = if v == 0 { Qualification::Mql } else { Qualification::Sql },
            (3, Value::Varint(v)) => l.handed_over_ms = r.time(v),
            (4, Value::Varint(v)) => l.due_ms = Some(r.time(v)),
            (5, Value::Varint(v)) => l.answer = answer(v)?,
            (6, Value::Varint(v)) => l.answered_ms = r.time(v),
            (7, Value::Varint(v)) => l.again_from_ms = r.time(v),
            (8, Value::Varint(v)) => l.renewed = v != 0,
            (9, Value::Varint(v)) => l.re_entered_ms = Some(r.time(v)),
            (10, Value::Fixed64(v)) => l.lowest = Some(f64::from_bits(v)),
            (11, Value::Varint(v)) => l.raised = v != 0,
            (12, Value::Varint(v)) => l.found = v != 0,
            (20, Value::Bytes(b)) => l.source = Some(r.text(b)?),
            (21, Value::Fixed32(v)) => l.persona = Some(v),
            (22, Value::Varint(v)) => held_why = bar(v)?,
            (23, Value::Varint(v)) => held_since_ms = r.time(v),
            _ => return r.unknown(field),
        }
    }
    l.held = held_why.map(|why| Held { why, since_ms: held_since_ms });
    Ok(l)
}

/// Why leads of a company are not handed over; 0: they are.
pub(super) fn bar(number: u64) -> Read<Option<Bar>> {
    match (number, Bar::of_number(number)) {
        (0, _) => Ok(None),
        (_, None) => damaged("bar", format_args!("{number} is unknown")),
        (_, bar) => Ok(bar),
    }
}

fn stand_number(status: LeadStatus) -> u32 {
    match status {
        LeadStatus::Open => 0,
        LeadStatus::AwaitingAnswer => 1,
        LeadStatus::Reminded => 2,
        LeadStatus::Accepted => 3,
        LeadStatus::Returned => 4,
        LeadStatus::Won => 5,
    }
}

fn status(number: u64) -> Read<LeadStatus> {
    Ok(match number {
        0 => LeadStatus::Open,
        1 => LeadStatus::AwaitingAnswer,
        2 => LeadStatus::Reminded,
        3 => LeadStatus::Accepted,
        4 => LeadStatus::Returned,
        5 => LeadStatus::Won,
        _ => return damaged("lead", format_args!("stand {number} is unknown")),
    })
}

fn answer_number(answer: Answer) -> u32 {
    match answer {
        Answer::Accepted => 1,
        Answer::Rejected => 2,
        Answer::Recycled => 3,
        Answer::Won => 4,
        Answer::Lost => 5,
        Answer::NoShow => 6,
    }
}

fn answer(number: u64) -> Read<Option<Answer>> {
    Ok(Some(match number {
        0 => return Ok(None),
        1 => Answer::Accepted,
        2 => Answer::Rejected,
        3 => Answer::Recycled,
        4 => Answer::Won,
        5 => Answer::Lost,
        6 => Answer::NoShow,
        _ => return damaged("lead", format_args!("answer {number} is unknown")),
    }))
}

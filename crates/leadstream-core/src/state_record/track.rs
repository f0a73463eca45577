//! `TrackRecord`: what one model makes of a prospect.

use super::reader::{List, Read, Reader, Value};
use super::writer::{Writer, encode_varint};
use super::{disqualified, ledger, stage};
use crate::domain::Ms;
use crate::domain::state::track::{GroupPoints, Hit, RuleCount, RuleUse, Track};
use crate::domain::terms::grade::Grade;
use crate::domain::terms::per_axis::PerAxis;

pub(super) fn write(track: &Track, w: &mut Writer<'_>) {
    let Track {
        model,
        model_hash,
        positions,
        counts,
        groups,
        uses,
        label,
        label_since_ms,
        label_falls_at_ms,
        persona,
        fit,
        grade,
        paused,
        disqualified,
        ledger,
    } = track;
    let PerAxis { journey, funnel } = positions;
    w.text(1, model);
    if *model_hash != 0 {
        w.fixed64(2, *model_hash);
    }
    for (field, stage) in [(3, journey), (4, funnel)] {
        if let Some(stage) = stage {
            w.nested(field, |w| stage::write(stage, w));
        }
    }
    for c in counts {
        w.nested(5, |w| write_count(c, w));
    }
    w.packed(6, groups.iter().map(|g| g.group.to_le_bytes()));
    w.packed(7, groups.iter().map(|g| g.points.to_le_bytes()));
    w.times(8, groups.iter().map(|g| g.as_of_ms));
    w.packed(9, uses.iter().map(|u| u.rule.to_le_bytes()));
    w.times(10, uses.iter().map(|u| u.since_ms));
    if !uses.is_empty() {
        w.nested(11, |w| uses.iter().for_each(|u| encode_varint(u64::from(u.count), w.out)));
    }
    if let Some(label) = label {
        w.fixed32(12, *label);
    }
    w.time(13, *label_since_ms);
    w.time(14, *label_falls_at_ms);
    if let Some(persona) = persona {
        w.fixed32(15, *persona);
    }
    if *fit != 0.0 {
        w.fixed64(16, fit.to_bits());
    }
    w.uint(17, u32::from(grade.map_or(0, Grade::code)));
    w.flag(18, *paused);
    if let Some(disqualified) = disqualified {
        w.nested(19, |w| disqualified::write(disqualified, w));
    }
    if groups.iter().any(|g| g.carried_forward != 0.0) {
        w.packed(20, groups.iter().map(|g| g.carried_forward.to_le_bytes()));
    }
    ledger::write(ledger, w);
}

fn write_count(count: &RuleCount, w: &mut Writer<'_>) {
    let RuleCount { rule, hits } = count;
    if *rule != 0 {
        w.fixed32(1, *rule);
    }
    w.times(2, hits.iter().map(|h| h.time_ms));
    if hits.iter().any(|h| h.match_key != 0) {
        w.packed(3, hits.iter().map(|h| h.match_key.to_le_bytes()));
    }
}

pub(super) fn read(mut r: Reader<'_>, t: &mut Track) -> Read<()> {
    let (mut groups, mut points, mut group_times): (&[[u8; 4]], &[[u8; 8]], List<Ms>) = (&[], &[], List::new());
    let mut carried_forward: &[[u8; 8]] = &[];
    let (mut uses, mut use_times, mut use_counts): (&[[u8; 4]], List<Ms>, List<u64>) = (&[], List::new(), List::new());
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Bytes(b)) => t.model = r.text(b)?,
            (2, Value::Fixed64(v)) => t.model_hash = v,
            (3, Value::Bytes(b)) => stage::read(r.nested(b, "journey"), t.positions.journey.insert(stage::nowhere()))?,
            (4, Value::Bytes(b)) => stage::read(r.nested(b, "funnel"), t.positions.funnel.insert(stage::nowhere()))?,
            (5, Value::Bytes(b)) => t.counts.push(read_count(r.nested(b, "count"))?),
            (6, Value::Bytes(b)) => groups = r.packed(b)?,
            (7, Value::Bytes(b)) => points = r.packed(b)?,
            (8, Value::Bytes(b)) => group_times = r.times(b)?,
            (9, Value::Bytes(b)) => uses = r.packed(b)?,
            (10, Value::Bytes(b)) => use_times = r.times(b)?,
            (11, Value::Bytes(b)) => use_counts = r.varints(b)?,
            (12, Value::Fixed32(v)) => t.label = Some(v),
            (13, Value::Varint(v)) => t.label_since_ms = Some(r.time(v)),
            (14, Value::Varint(v)) => t.label_falls_at_ms = Some(r.time(v)),
            (15, Value::Fixed32(v)) => t.persona = Some(v),
            (16, Value::Fixed64(v)) => t.fit = f64::from_bits(v),
            (17, Value::Varint(v)) => t.grade = Grade::of_code(r.number(v)?),
            (18, Value::Varint(v)) => t.paused = v != 0,
            (19, Value::Bytes(b)) => t.disqualified = Some(Box::new(disqualified::read(r.nested(b, "disqualified"))?)),
            (20, Value::Bytes(b)) => carried_forward = r.packed(b)?,
            (21, Value::Bytes(b)) => t.ledger = ledger::read(b, &r)?,
            _ => return r.unknown(field),
        }
    }
    r.same_length(groups.len(), points.len())?;
    r.same_length(groups.len(), group_times.len())?;
    let group = |((group, points), as_of_ms): ((&[u8; 4], &[u8; 8]), Ms)| GroupPoints {
        group: u32::from_le_bytes(*group),
        points: f64::from_le_bytes(*points),
        as_of_ms,
        carried_forward: 0.0,
    };
    t.groups = groups.iter().zip(points).zip(group_times).map(group).collect();
    if !carried_forward.is_empty() {
        r.same_length(groups.len(), carried_forward.len())?;
    }
    t.groups.iter_mut().zip(carried_forward).for_each(|(group, points)| group.carried_forward = f64::from_le_bytes(*points));
    r.same_length(uses.len(), use_times.len())?;
    r.same_length(uses.len(), use_counts.len())?;
    for ((rule, since_ms), count) in uses.iter().zip(use_times).zip(use_counts) {
        t.uses.push(RuleUse { rule: u32::from_le_bytes(*rule), since_ms, count: r.number(count)? });
    }
    Ok(())
}

fn read_count(mut r: Reader<'_>) -> Read<RuleCount> {
    let mut rule = 0;
    let (mut times, mut keys): (List<Ms>, &[[u8; 4]]) = (List::new(), &[]);
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Fixed32(v)) => rule = v,
            (2, Value::Bytes(b)) => times = r.times(b)?,
            (3, Value::Bytes(b)) => keys = r.packed(b)?,
            _ => return r.unknown(field),
        }
    }
    if !keys.is_empty() {
        r.same_length(times.len(), keys.len())?;
    }
    let key_of = |n: usize| keys.get(n).map_or(0, |key| u32::from_le_bytes(*key));
    let hits = times.into_iter().enumerate().map(|(n, time_ms)| Hit { time_ms, match_key: key_of(n) }).collect();
    Ok(RuleCount { rule, hits })
}

//! Bytes to prospect. Whatever the bytes are, the answer is a prospect or an error; the memory that it takes is bounded by
//! their number.

use super::VERSION;
pub(super) use super::reader::{List, Read, Reader, Value, damaged, unzigzag};
use crate::domain::dedup::{self, OldIds, SeenIds};
use crate::domain::effect::{AttributedBy, Cause};
use crate::domain::prospect::{
    ArmedFor, Cart, CartLine, ConsentState, EnteredBy, Few, GroupPoints, Heard, Hit, Journeys, PastJourney, PastStage, Phase,
    Prospect, Removed, RuleCount, RuleUse, SentStep, Series, StagePosition, Track,
};
use crate::domain::{Ms, SECOND_MS};
use crate::engine::codec::CodecError;
use prost::encoding::decode_varint;

pub(super) fn prospect(bytes: &[u8], p: &mut Prospect) -> Read<()> {
    let mut r = Reader::new(bytes, 0, "prospect");
    match r.next()? {
        Some((1, Value::Varint(version))) if (1..=u64::from(VERSION)).contains(&version) => {}
        Some((1, Value::Varint(found))) if found > u64::from(VERSION) => {
            return Err(Box::new(CodecError::Newer { found: u32::try_from(found).unwrap_or(u32::MAX), known: VERSION }));
        }
        _ => return damaged(r.what, "no version at its beginning"),
    }
    let (mut hashes, mut times, mut seconds): (&[[u8; 8]], &[u8], &[u8]) = (&[], &[], &[]);
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (2, Value::Varint(v)) => {
                p.last_seen_ms = v.cast_signed();
                r.base = p.last_seen_ms;
            }
            (3, Value::Varint(v)) => p.first_seen_ms = r.time(v),
            (4, Value::Varint(v)) => p.last_activity_ms = Some(r.time(v)),
            (5, Value::Varint(v)) => p.last_cart_activity_ms = Some(r.time(v)),
            (6, Value::Varint(v)) => p.sessions = r.number(v)?,
            (7, Value::Bytes(b)) => hashes = r.packed(b)?,
            // Of version 1.
            (8, Value::Bytes(b)) => times = b,
            (9, Value::Varint(v)) => p.consent.state = consent_state(v)?,
            (10, Value::Varint(v)) => p.consent.since_ms = r.time(v),
            (11, Value::Varint(v)) => p.cooldown_from_ms = Some(r.time(v)),
            (12, Value::Varint(v)) => p.cooldown_reported = v != 0,
            (13, Value::Bytes(b)) => {
                p.tracks.push(Track::default());
                if let Some(t) = p.tracks.last_mut() {
                    track(r.nested(b, "track"), t)?;
                }
            }
            (14, Value::Bytes(b)) => {
                p.carts.push(Cart::default());
                if let Some(c) = p.carts.last_mut() {
                    cart(r.nested(b, "cart"), c)?;
                }
            }
            (15, Value::Bytes(b)) => seconds = b,
            (16, Value::Bytes(b)) => super::more::read(r.nested(b, "more"), p.more_mut())?,
            (20, Value::Varint(v)) => p.addressable = v != 0,
            (21, Value::Varint(v)) => p.identified = v != 0,
            (22, Value::Bytes(b)) => p.seen.changes = seen_ids(r.nested(b, "ids of changes"))?,
            (23, Value::Bytes(b)) => p.seen.others = seen_ids(r.nested(b, "ids"))?,
            (24, Value::Varint(v)) => p.consent.granted_ms = Some(r.time(v)),
            (29, Value::Fixed32(v)) => p.address = v,
            _ => return r.unknown(field),
        }
    }
    p.seen.before = old_ids(&r, hashes, times, seconds)?;
    Ok(())
}

pub(super) fn seen_ids(mut r: Reader<'_>) -> Read<SeenIds> {
    let (mut low, mut high, mut seconds): (&[[u8; 4]], &[u8], &[u8]) = (&[], &[], &[]);
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Bytes(b)) => low = r.packed(b)?,
            (2, Value::Bytes(b)) => high = b,
            (3, Value::Bytes(b)) => seconds = b,
            _ => return r.unknown(field),
        }
    }
    if low.is_empty() {
        return damaged(r.what, "no ids");
    }
    let (oldest_s, gaps) = chain_of_seconds(&r, seconds)?;
    let ids = SeenIds::from_parts(low, high, oldest_s, gaps);
    ids.map_or_else(|| damaged(r.what, "ids and their times don't match"), Ok)
}

/// Ids of records before version 5: whole hashes.
fn old_ids(r: &Reader<'_>, hashes: &[[u8; 8]], times: &[u8], seconds: &[u8]) -> Read<Option<Box<OldIds>>> {
    if hashes.is_empty() && times.is_empty() && seconds.is_empty() {
        return Ok(None);
    }
    let hashes = hashes.iter().map(|h| u64::from_le_bytes(*h));
    if !times.is_empty() {
        // Of version 1, in milliseconds.
        let times = r.times(times)?;
        r.same_length(hashes.len(), times.len())?;
        return Ok(Some(Box::new(OldIds::of(hashes.zip(times.into_iter().map(dedup::seconds))))));
    }
    let (oldest_s, gaps) = chain_of_seconds(r, seconds)?;
    let old = OldIds::from_parts(hashes.collect(), oldest_s, gaps.to_vec());
    old.filter(|old| !old.is_empty())
        .map_or_else(|| damaged(r.what, "ids and their times don't match"), |old| Ok(Some(Box::new(old))))
}

/// The first of a chain of whole seconds, and the gaps after it.
fn chain_of_seconds<'b>(r: &Reader<'_>, mut chain: &'b [u8]) -> Read<(i64, &'b [u8])> {
    let distance = decode_varint(&mut chain).or_else(|e| damaged(r.what, e))?;
    Ok((r.base.div_euclid(SECOND_MS).wrapping_sub(unzigzag(distance)), chain))
}

fn consent_state(number: u64) -> Read<ConsentState> {
    Ok(match number {
        0 => ConsentState::Open,
        1 => ConsentState::Unsubscribed,
        2 => ConsentState::HardBounce,
        3 => ConsentState::Complained,
        _ => return damaged("prospect", format_args!("consent {number} is unknown")),
    })
}

fn track(mut r: Reader<'_>, t: &mut Track) -> Read<()> {
    let (mut groups, mut points, mut group_times): (&[[u8; 4]], &[[u8; 8]], List<Ms>) = (&[], &[], List::new());
    let mut brought: &[[u8; 8]] = &[];
    let (mut uses, mut use_times, mut use_counts): (&[[u8; 4]], List<Ms>, List<u64>) = (&[], List::new(), List::new());
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Bytes(b)) => t.model = r.text(b)?,
            (2, Value::Fixed64(v)) => t.model_hash = v,
            (3, Value::Bytes(b)) => position(r.nested(b, "journey"), t.positions[0].insert(nowhere()))?,
            (4, Value::Bytes(b)) => position(r.nested(b, "funnel"), t.positions[1].insert(nowhere()))?,
            (5, Value::Bytes(b)) => t.counts.push(count(r.nested(b, "count"))?),
            (6, Value::Bytes(b)) => groups = r.packed(b)?,
            (7, Value::Bytes(b)) => points = r.packed(b)?,
            (8, Value::Bytes(b)) => group_times = r.times(b)?,
            (9, Value::Bytes(b)) => uses = r.packed(b)?,
            (10, Value::Bytes(b)) => use_times = r.times(b)?,
            (11, Value::Bytes(b)) => use_counts = r.varints(b)?,
            (12, Value::Fixed32(v)) => t.label = Some(v),
            (13, Value::Varint(v)) => t.label_since_ms = r.time(v),
            (14, Value::Varint(v)) => t.label_falls_at_ms = Some(r.time(v)),
            (15, Value::Fixed32(v)) => t.persona = Some(v),
            (16, Value::Fixed64(v)) => t.fit = f64::from_bits(v),
            (17, Value::Varint(v)) => t.grade = r.number(v)?,
            (18, Value::Varint(v)) => t.paused = v != 0,
            (19, Value::Bytes(b)) => {
                t.disqualified = Some(Box::new(super::more::read_disqualified(r.nested(b, "disqualified"))?))
            }
            (20, Value::Bytes(b)) => brought = r.packed(b)?,
            (21, Value::Bytes(b)) => t.ledger = super::ledger::read(b, &r)?,
            _ => return r.unknown(field),
        }
    }
    r.same_length(groups.len(), points.len())?;
    r.same_length(groups.len(), group_times.len())?;
    let group = |((group, points), as_of_ms): ((&[u8; 4], &[u8; 8]), Ms)| GroupPoints {
        group: u32::from_le_bytes(*group),
        points: f64::from_le_bytes(*points),
        as_of_ms,
        brought: 0.0,
    };
    t.groups = groups.iter().zip(points).zip(group_times).map(group).collect();
    if !brought.is_empty() {
        r.same_length(groups.len(), brought.len())?;
    }
    t.groups.iter_mut().zip(brought).for_each(|(group, points)| group.brought = f64::from_le_bytes(*points));
    r.same_length(uses.len(), use_times.len())?;
    r.same_length(uses.len(), use_counts.len())?;
    for ((rule, since_ms), count) in uses.iter().zip(use_times).zip(use_counts) {
        t.uses.push(RuleUse { rule: u32::from_le_bytes(*rule), since_ms, count: r.number(count)? });
    }
    Ok(())
}

pub(super) fn nowhere() -> StagePosition {
    StagePosition {
        stage: Default::default(),
        entered_ms: 0,
        stale_at_ms: None,
        by: EnteredBy::default(),
        history: Few::new(),
        journeys: None,
        opening: None,
    }
}

pub(super) fn position(mut r: Reader<'_>, p: &mut StagePosition) -> Read<()> {
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
            (8, Value::Bytes(b)) => p.journeys = Some(Box::new(journeys(r.nested(b, "journeys"))?)),
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

fn journeys(mut r: Reader<'_>) -> Read<Journeys> {
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
        other => return damaged("stage", format_args!("cause {other} is unknown")),
    };
    match u16::try_from(number >> 3) {
        Ok(event) => Ok(EnteredBy { cause, event }),
        Err(_) => damaged("stage", "an event's mark is too large"),
    }
}

fn count(mut r: Reader<'_>) -> Read<RuleCount> {
    let mut rule = 0;
    let (mut times, mut same): (List<Ms>, &[[u8; 4]]) = (List::new(), &[]);
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Fixed32(v)) => rule = v,
            (2, Value::Bytes(b)) => times = r.times(b)?,
            (3, Value::Bytes(b)) => same = r.packed(b)?,
            _ => return r.unknown(field),
        }
    }
    if !same.is_empty() {
        r.same_length(times.len(), same.len())?;
    }
    let same_of = |n: usize| same.get(n).map_or(0, |s| u32::from_le_bytes(*s));
    let hits = times.into_iter().enumerate().map(|(n, time_ms)| Hit { time_ms, same: same_of(n) }).collect();
    Ok(RuleCount { rule, hits })
}

fn cart(mut r: Reader<'_>, c: &mut Cart) -> Read<()> {
    let (mut hashes, mut times): (&[[u8; 8]], List<Ms>) = (&[], List::new());
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Bytes(b)) => c.id = Some(r.text(b)?),
            (2, Value::Bytes(b)) => {
                c.lines.push(CartLine::default());
                if let Some(l) = c.lines.last_mut() {
                    line(r.nested(b, "line"), l)?;
                }
            }
            (3, Value::Bytes(b)) => hashes = r.packed(b)?,
            (4, Value::Bytes(b)) => times = r.times(b)?,
            (5, Value::Varint(v)) => c.cleared_ms = Some(r.time(v)),
            (6, Value::Varint(v)) => c.touched_ms = r.time(v),
            (7, Value::Varint(v)) => c.checkout_started = v != 0,
            (8, Value::Bytes(b)) => c.currency = Some(r.text(b)?),
            (9, Value::Bytes(b)) => series(r.nested(b, "series"), &mut c.series)?,
            (10, Value::Varint(v)) => c.forget_at_ms = Some(r.time(v)),
            (20, Value::Bytes(b)) => c.checkout_step = Some(r.text(b)?),
            (21, Value::Varint(v)) => c.lines_left_out = r.number(v)?,
            (22, Value::Bytes(b)) => c.aliases.push(r.text(b)?),
            (23, Value::Varint(v)) => c.skip_told = v != 0,
            _ => return r.unknown(field),
        }
    }
    r.same_length(hashes.len(), times.len())?;
    let removed = |(hash, time_ms): (&[u8; 8], Ms)| Removed { product_hash: u64::from_le_bytes(*hash), time_ms };
    c.removed = hashes.iter().zip(times).map(removed).collect();
    Ok(())
}

pub(super) fn line(mut r: Reader<'_>, l: &mut CartLine) -> Read<()> {
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Bytes(b)) => l.product_id = r.text(b)?,
            (2, Value::Bytes(b)) => l.sku = Some(r.text(b)?),
            (3, Value::Bytes(b)) => l.name = Some(r.text(b)?),
            (4, Value::Bytes(b)) => l.variant = Some(r.text(b)?),
            (5, Value::Bytes(b)) => l.url = Some(r.text(b)?),
            (6, Value::Bytes(b)) => l.image_url = Some(r.text(b)?),
            (7, Value::Varint(v)) => l.quantity = f64::from(r.number::<u32>(v)?),
            (8, Value::Fixed64(v)) => l.price = Some(f64::from_bits(v)),
            (9, Value::Varint(v)) => l.added_ms = r.time(v),
            (10, Value::Fixed64(v)) => l.quantity = f64::from_bits(v),
            (11, Value::Bytes(b)) => l.currency = Some(r.text(b)?),
            _ => return r.unknown(field),
        }
    }
    Ok(())
}

fn series(mut r: Reader<'_>, s: &mut Series) -> Read<()> {
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Varint(v)) => s.phase = phase(v)?,
            (2, Value::Varint(v)) => s.episode_ms = r.time(v),
            (3, Value::Fixed64(v)) => s.armed_by = v,
            (4, Value::Varint(v)) => s.done = r.number(v)?,
            (5, Value::Varint(v)) => s.abandoned_at_ms = r.time(v),
            (6, Value::Varint(v)) => s.last_step_ms = r.time(v),
            (7, Value::Varint(v)) => s.last_step_left = v != 0,
            (8, Value::Bytes(b)) => s.sent.push(sent(r.nested(b, "step"))?),
            (9, Value::Varint(v)) => s.due_ms = Some(r.time(v)),
            (10, Value::Varint(v)) => s.fire_at_ms = Some(r.time(v)),
            (11, Value::Bytes(b)) => s.arming = Some(super::position::read_arming(r.nested(b, "arming"))?),
            (20, Value::Varint(v)) => s.armed_for = if v == 0 { ArmedFor::Abandoned } else { ArmedFor::PaymentFailed },
            (22, Value::Bytes(b)) => s.armed_as = Some(r.text(b)?),
            (23, Value::Bytes(b)) => s.goods = hashes(b, &r)?,
            _ => return r.unknown(field),
        }
    }
    Ok(())
}

/// Hashes of 32 bits.
pub(super) fn hashes<const N: usize>(bytes: &[u8], r: &Reader<'_>) -> Read<Few<u32, N>>
where
    [u32; N]: smallvec::Array<Item = u32>,
{
    Ok(r.packed::<4>(bytes)?.iter().map(|hash| u32::from_le_bytes(*hash)).collect())
}

fn phase(number: u64) -> Read<Phase> {
    Ok(match number {
        0 => Phase::Idle,
        1 => Phase::Armed,
        2 => Phase::Running,
        3 => Phase::Complete,
        4 => Phase::Ended,
        _ => return damaged("series", format_args!("phase {number} is unknown")),
    })
}

pub(super) fn sent(mut r: Reader<'_>) -> Read<SentStep> {
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
            (22, Value::Fixed32(v)) => s.mail = v,
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

//! Movement on the two axes: which move an event makes, counts within windows, staleness. [`next`]: one journey after the other.

pub mod moved;
pub mod next;

use crate::domain::Ms;
use crate::domain::event::{Event, Value};
use crate::domain::ids::{hash64, low32, name_hash};
use crate::domain::model::pipeline::Stop;
use crate::domain::model::stages::stage_index;
use crate::domain::model::{AxisModel, CountRule, Distinct, MAX_COUNT_MEMORY, Move};
use crate::domain::rules::journey::moved::{Held, Moved, Presence};
use crate::domain::rules::journey::next::Look;
use crate::domain::rules::order_news::Skip;
use crate::domain::state::few::InlineVec;
use crate::domain::state::track::{EnteredBy, Hit, Opening, PastStage, RuleCount, StagePosition, Track};
use crate::domain::terms::movement::{Axis, Cause, Direction};

/// Moves one axis by an event, at most once, or resets its staleness timer. A late event never moves back what a later event
/// moved forward.
pub fn move_axis(
    track: &mut Track,
    axis: Axis,
    model: &AxisModel,
    event: &Event<'_>,
    presence: Presence,
    skip: Skip<'_>,
) -> Option<Moved> {
    let position = track.positions[axis].as_ref();
    let current = position.and_then(|p| stage_index(model, &p.stage));
    let entered_ms = position.map(|p| p.entered_ms);
    let named = model.moves_by_name.get(usize::from(event.name_id.0)).map_or(&[][..], Vec::as_slice);
    let mut best: Option<&Move> = None;
    // A stage is entered by what the buyer does: what others do moves only where a model names it.
    let on_any = if model.moves_on_any.is_empty() || skip.any() || !event.is_by_buyer() { &[][..] } else { &model.moves_on_any };
    let begins_anew = match next::look(model, position, event.time_ms, presence.session_gap_ms) {
        // It belongs to a journey that is over.
        Look::Before => {
            stay(track, axis, model, current, event, presence.last_activity_ms);
            return None;
        }
        Look::Open => false,
        Look::Next => true,
    };
    let closes = !skip.any() && model.closed_by.covers(event.name_id);
    // What closes a journey begins none: it is another order of the one that is closed. It wins back a customer who lapsed.
    let leads_anew = begins_anew && (!closes || current.is_some() && current == model.lapsed);
    for &index in named.iter().chain(on_any) {
        let Some(rule) = model.moves.get(usize::from(index)) else { continue };
        let leads = leads_on(rule, current, position.is_some()) || leads_anew && rule.from.is_empty();
        let may_be_best = leads && presence.sessions >= rule.sessions && beats(rule, best);
        // Counts go on whatever the position is, so that a window never depends on the way here. Nothing else comes of a rule that would
        // not move: its conditions need no look.
        if !may_be_best && rule.count.is_none() {
            continue;
        }
        let holds = |held: Option<Held>| rule.cart.iter().all(|test| held.unwrap_or_default().passes(test));
        if !rule.condition.holds(event) || skip.has(rule.rule) || !(rule.cart.is_empty() || holds(presence.cart)) {
            continue;
        }
        let counted = rule.count.as_ref().is_none_or(|c| count(&mut track.counts, rule.rule, c, event));
        if counted && may_be_best {
            let goes_back = current.is_some_and(|c| rule.to < c);
            if !(goes_back && entered_ms.is_some_and(|e| event.time_ms < e)) {
                best = Some(rule);
            }
        }
    }
    let Some(Move { to, from, .. }) = best else {
        stay(track, axis, model, current, event, presence.last_activity_ms);
        if closes {
            next::close(track, axis, event.time_ms);
        }
        return None;
    };
    let cause = if begins_anew && from.is_empty() && !closes { Cause::NextJourney } else { Cause::Event };
    if cause == Cause::NextJourney {
        next::begin(track, axis, model, event.time_ms);
    }
    let by = EnteredBy::event(cause, &event.name);
    let moved = enter(track, axis, model, *to, event.time_ms, by, presence.last_activity_ms);
    if closes {
        next::close(track, axis, event.time_ms);
    }
    moved
}

/// Who stays in a stage goes stale later, now that it did something.
fn stay(track: &mut Track, axis: Axis, model: &AxisModel, stage: Option<usize>, event: &Event<'_>, last_activity_ms: Option<Ms>) {
    if event.is_activity()
        && let Some(position) = track.positions[axis].as_mut()
    {
        position.stale_at_ms = stale_at(model, stage, position, last_activity_ms);
    }
}

/// Whether a move leads on from where the prospect stands.
pub(super) fn leads_on(rule: &Move, current: Option<usize>, placed: bool) -> bool {
    match current {
        Some(stage) if rule.from.is_empty() => rule.to > stage,
        Some(stage) => rule.to != stage && rule.from.contains(&stage),
        // A stage that the model doesn't know is kept: only a move from nowhere could leave it, and it isn't nowhere.
        None => !placed && rule.from.is_empty(),
    }
}

/// One that names its `from` wins over one that doesn't, else the furthest `to` wins.
pub(super) fn beats(rule: &Move, best: Option<&Move>) -> bool {
    best.is_none_or(|b| (!rule.from.is_empty(), rule.to) > (!b.from.is_empty(), b.to))
}

/// Remembers a match and says whether there are now enough of them.
pub(super) fn count(counts: &mut InlineVec<RuleCount, 3>, rule: u32, wanted: &CountRule, event: &Event<'_>) -> bool {
    let same = wanted.match_by.and_then(|p| event.property(p)).map_or(0, same_hash);
    let is_distinct = wanted.distinct.is_some();
    let (mark, group) = match wanted.distinct {
        None => (same, u32::MAX),
        Some(distinct) => {
            // What has no value is not another one.
            let Some(value) = distinct_hash(distinct, event) else { return false };
            if wanted.match_by.is_none() { (value, 0) } else { (same & SAME_HALF | value & !SAME_HALF, SAME_HALF) }
        }
    };
    let index = counts.iter().position(|c| c.rule == rule).unwrap_or_else(|| {
        counts.push(RuleCount { rule, hits: InlineVec::new() });
        counts.len() - 1
    });
    let hits = &mut counts[index].hits;
    let newest = hits.iter().map(|h| h.time_ms).max().unwrap_or(event.time_ms).max(event.time_ms);
    let oldest = wanted.within_ms.map_or(Ms::MIN, |w| newest.saturating_sub(w));
    hits.retain(|h| h.time_ms >= oldest);
    let is_of_group = |h: &Hit| h.match_key & group == mark & group;
    let is_near = |h: &Hit| wanted.within_ms.is_none_or(|w| (h.time_ms - event.time_ms).abs() <= w);
    let counts_too = |h: &&Hit| is_of_group(h) && is_near(h) && !(is_distinct && h.match_key == mark);
    let enough = hits.iter().filter(counts_too).count() + 1 >= wanted.times;
    if event.time_ms >= oldest {
        // Of one value the newest is kept.
        let mut time_ms = event.time_ms;
        if let Some(at) = hits.iter().position(|h| is_distinct && h.match_key == mark) {
            time_ms = time_ms.max(hits.remove(at).time_ms);
        }
        let at = hits.partition_point(|h| h.time_ms <= time_ms);
        hits.insert(at, Hit { time_ms, match_key: mark });
    }
    // As many per value as could ever matter, and a bounded number in all. Of distinct ones one more: the next may be one of
    // them.
    let of_value = hits.iter().filter(|h| is_of_group(h)).count();
    if of_value >= wanted.times.max(2) + usize::from(is_distinct)
        && let Some(at) = hits.iter().position(is_of_group)
    {
        hits.remove(at);
    }
    if hits.len() > MAX_COUNT_MEMORY {
        hits.remove(0);
    }
    enough
}

/// Where both `same` and `distinct` are asked for, a hit has half of the hash of each.
const SAME_HALF: u32 = 0xffff_0000;

fn distinct_hash(distinct: Distinct, event: &Event<'_>) -> Option<u32> {
    let property = match (distinct, event.products.as_slice()) {
        // However the event names it.
        (Distinct::Product(_), [product]) => return Some(name_hash(&product.id)),
        (Distinct::Product(id) | Distinct::Property(id), _) => id,
    };
    event.property(property).map(same_hash)
}

/// Hash of a value that must be the same.
pub(super) fn same_hash(value: &Value<'_>) -> u32 {
    match value {
        Value::Text(t) => name_hash(t),
        Value::Number(n) => low32(hash64(&n.to_bits().to_le_bytes())),
        Value::Bool(b) => u32::from(*b) + 1,
    }
}

/// Moves the prospect into a stage. Nothing changes if it is there already, unless the next journey begins there.
pub(super) fn enter(
    track: &mut Track,
    axis: Axis,
    model: &AxisModel,
    to: usize,
    at_ms: Ms,
    by: EnteredBy,
    last_activity_ms: Option<Ms>,
) -> Option<Moved> {
    let stands = track.positions[axis].as_ref().map(|position| &position.stage);
    if by.cause != Cause::NextJourney && stands.is_some() && stands == model.stages.get(to) {
        return None;
    }
    Some(put(track, axis, model, to, at_ms, by, last_activity_ms))
}

/// Puts the prospect into a stage, wherever it stood.
fn put(
    track: &mut Track,
    axis: Axis,
    model: &AxisModel,
    to: usize,
    at_ms: Ms,
    by: EnteredBy,
    last_activity_ms: Option<Ms>,
) -> Moved {
    let slot = &mut track.positions[axis];
    let left = slot.take();
    let from_index = left.as_ref().and_then(|p| stage_index(model, &p.stage));
    let direction = direction(model, (left.is_none(), from_index), to, by.cause);
    // A stage is never left before it was entered, even if the event comes late.
    let entered_ms = left.as_ref().map_or(at_ms, |p| p.entered_ms.max(at_ms));
    let in_stage_ms = left.as_ref().map_or(0, |p| entered_ms - p.entered_ms);
    let mut history = InlineVec::new();
    let mut from = None;
    let (mut journeys, mut opening) = (None, None);
    if let Some(p) = left {
        (history, journeys, opening) = (p.history, p.journeys, p.opening);
        history.push(PastStage { stage_hash: name_hash(&p.stage), entered_ms: p.entered_ms, by: p.by });
        forget_oldest(&mut history, &mut opening, model);
        from = Some(p.stage);
    }
    let stage = model.stages.get(to).map(|s| s.as_str().into()).unwrap_or_default();
    let mut position = StagePosition { stage, entered_ms, stale_at_ms: None, by, history, journeys, opening };
    position.stale_at_ms = stale_at(model, Some(to), &position, last_activity_ms);
    *slot = Some(position);
    Moved { axis, from, to, direction, cause: by.cause, in_stage_ms }
}

/// Which way a move goes, from nowhere or from a stage, which the model may not know.
pub(in crate::domain) fn direction(
    model: &AxisModel,
    (from_nowhere, from): (bool, Option<usize>),
    to: usize,
    cause: Cause,
) -> Direction {
    match from {
        _ if from_nowhere => Direction::Enter,
        _ if cause == Cause::NextJourney => Direction::Enter,
        // Lapsing is a move back and being won back a move forward, wherever the stage stands in the list.
        _ if model.lapsed == Some(to) => Direction::Back,
        Some(from) if to < from && model.lapsed != Some(from) => Direction::Back,
        _ => Direction::Forward,
    }
}

/// Drops the oldest stages beyond the limit. What they say of the opportunity that is open, or was won, is kept.
fn forget_oldest(history: &mut InlineVec<PastStage, 3>, opening: &mut Option<Box<Opening>>, model: &AxisModel) {
    let surplus = history.len().saturating_sub(model.history);
    if surplus == 0 {
        return;
    }
    if let Some(pipeline) = model.pipeline {
        let mut state = opening.as_deref().copied().unwrap_or_default();
        for past in &history[..surplus] {
            state = pipeline.after(state, Stop::past(model, past));
        }
        // The oldest stage that stays may say all that matters.
        let is_told = history.get(surplus).map(|past| Stop::past(model, past));
        let is_told = is_told.is_some_and(|stop| pipeline.after(state, stop) == pipeline.after(Opening::default(), stop));
        *opening = (state != Opening::default() && !is_told).then(|| Box::new(state));
    }
    history.drain(..surplus);
}

/// Puts the prospect into the first stage.
pub fn start(track: &mut Track, axis: Axis, model: &AxisModel, at_ms: Ms, by: EnteredBy, last_activity_ms: Option<Ms>) {
    if !model.stages.is_empty() {
        put(track, axis, model, 0, at_ms, by, last_activity_ms);
    }
}

/// Puts the prospect back to where it stood; nowhere, when the model has no such stage any more.
pub fn resume(
    track: &mut Track,
    axis: Axis,
    model: &AxisModel,
    stood: StagePosition,
    at_ms: Ms,
    by: EnteredBy,
    last_activity_ms: Option<Ms>,
) {
    let renamed = || model.renamed.iter().find(|(old, _)| **old == *stood.stage).map(|(_, to)| *to);
    let Some(stage) = stage_index(model, &stood.stage).or_else(renamed) else { return };
    track.positions[axis] = Some(stood);
    put(track, axis, model, stage, at_ms, by, last_activity_ms);
}

/// When a stage goes stale: counted from the later of entry and activity. A closed journey doesn't.
pub(in crate::domain) fn stale_at(
    model: &AxisModel,
    stage: Option<usize>,
    position: &StagePosition,
    last_activity_ms: Option<Ms>,
) -> Option<Ms> {
    let stale = model.stale.get(stage?)?.as_ref()?;
    if next::closed_ms(model, position).is_some() {
        return None;
    }
    let entered_ms = position.entered_ms;
    Some(entered_ms.max(last_activity_ms.unwrap_or(entered_ms)).saturating_add(stale.after_ms))
}

/// Sets the staleness timer of one axis again after the model changed.
pub fn retime(track: &mut Track, axis: Axis, model: &AxisModel, last_activity_ms: Option<Ms>) {
    if let Some(position) = track.positions[axis].as_mut() {
        let stage = stage_index(model, &position.stage);
        position.stale_at_ms = stale_at(model, stage, position, last_activity_ms);
    }
}

/// A staleness timer is due: moves to where the model says. Nothing when the timer is not set or lies later.
pub fn go_stale(
    track: &mut Track,
    axis: Axis,
    model: &AxisModel,
    now_ms: Ms,
    last_activity_ms: Option<Ms>,
) -> Option<(Moved, Ms)> {
    let position = track.positions[axis].as_mut()?;
    let deadline_ms = position.stale_at_ms.filter(|d| *d <= now_ms)?;
    position.stale_at_ms = None;
    let stage = stage_index(model, &position.stage)?;
    let to = model.stale.get(stage)?.as_ref()?.to;
    Some((enter(track, axis, model, to, deadline_ms, EnteredBy::time(Cause::Stale), last_activity_ms)?, deadline_ms))
}

/// Finds a stage of an earlier version of the model: by name, else by the declared mapping. False: unknown, kept.
pub fn carry_over(track: &mut Track, axis: Axis, model: &AxisModel) -> bool {
    let Some(position) = track.positions[axis].as_mut() else { return true };
    if stage_index(model, &position.stage).is_some() {
        return true;
    }
    let Some((_, to)) = model.renamed.iter().find(|(old, _)| **old == *position.stage) else { return false };
    if let Some(name) = model.stages.get(*to) {
        position.stage = name.as_str().into();
    }
    true
}

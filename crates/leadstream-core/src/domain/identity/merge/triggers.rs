//! Triggers of absence: what is pending under either name is pending once, and what one side did cancels what the other waits for.

use crate::domain::output::Note;
use crate::domain::rules::context::StepContext;
use crate::domain::rules::triggers::fire;
use crate::domain::state::few::InlineVec;
use crate::domain::state::prospect::Prospect;
use crate::domain::state::track::Hit;
use crate::domain::state::triggers::{
    Cancellation, FiredTrigger, MAX_LEFT, MAX_MET, MAX_PENDING, MAX_PRODUCTS, Pending, TriggerRecord,
};
use crate::domain::terms::cart::Reason;
use crate::domain::terms::limit::Limit;

/// Of both; what makes pending ones pointless is [`settle`]d afterwards.
pub(super) fn unite(into: &mut TriggerRecord, from: &TriggerRecord, step: &mut StepContext<'_, '_>) {
    let TriggerRecord { pending, left, met, viewed, carted } = from;
    for theirs in pending {
        let is_it = |own: &&mut Pending| own.trigger == theirs.trigger && own.match_key == theirs.match_key;
        match into.pending.iter_mut().find(is_it) {
            Some(own) => one_of(own, theirs, step),
            None => into.pending.push(theirs.clone()),
        }
    }
    into.pending.sort_by_key(|pending| (pending.since_ms, pending.trigger, pending.match_key));
    while into.pending.len() > MAX_PENDING {
        step.effects.notes.extend([Note::LimitReached(Limit::PendingTriggers), Note::Suppressed(Reason::Evicted)]);
        into.pending.remove(0);
    }
    into.left.extend(left.iter().cloned());
    into.left.sort_by_key(|left| (left.left_ms, left.trigger, left.episode_ms));
    into.left.drain(..into.left.len().saturating_sub(MAX_LEFT));
    for theirs in met {
        let is_it = |own: &&mut Cancellation| own.trigger == theirs.trigger && own.match_key == theirs.match_key;
        match into.met.iter_mut().find(is_it) {
            Some(own) => own.time_ms = own.time_ms.max(theirs.time_ms),
            None => into.met.push(*theirs),
        }
    }
    into.met.sort_by_key(|met| (met.time_ms, met.trigger, met.match_key));
    let surplus = into.met.len().saturating_sub(MAX_MET);
    into.met.drain(..surplus);
    products(&mut into.viewed, viewed);
    products(&mut into.carted, carted);
}

/// The earlier episode, as the person would have had it; where later events move the clock, the later clock.
fn one_of(own: &mut Pending, theirs: &Pending, step: &StepContext<'_, '_>) {
    let key = |pending: &Pending| (pending.episode_ms, pending.armed_by);
    let clock = |pending: &Pending| (pending.since_ms, pending.armed_by);
    let (earlier, later) = if key(own) <= key(theirs) { (own.clone(), theirs) } else { (theirs.clone(), &*own) };
    let restarts = step.model().triggers.trigger(own.trigger).is_some_and(|trigger| trigger.restart);
    let last = if restarts && clock(later) > clock(&earlier) { later.clone() } else { earlier.clone() };
    let Pending { trigger, episode_ms, armed_by, armed_under, match_key, .. } = earlier;
    let Pending { since_ms, due_ms, fire_at_ms, product, event, position, .. } = last;
    *own =
        Pending { trigger, episode_ms, armed_by, since_ms, due_ms, fire_at_ms, match_key, product, event, position, armed_under };
}

/// Of each product the newest time.
fn products(into: &mut InlineVec<Hit, 4>, from: &[Hit]) {
    for theirs in from {
        match into.iter_mut().find(|own| own.match_key == theirs.match_key) {
            Some(own) => own.time_ms = own.time_ms.max(theirs.time_ms),
            None => into.push(*theirs),
        }
    }
    into.sort_by_key(|hit| (hit.time_ms, hit.match_key));
    let surplus = into.len().saturating_sub(MAX_PRODUCTS);
    into.drain(..surplus);
}

/// What one side did holds for the other: what it made pointless is no more pending, and what left all the same is recalled.
pub(super) fn settle(prospect: &mut Prospect, step: &mut StepContext<'_, '_>) {
    let Some(record) = prospect.extras.as_deref_mut().map(|extras| &mut extras.triggers).filter(|t| t.get().is_some()) else {
        return;
    };
    let TriggerRecord { pending, left, met, .. } = &mut **record;
    let ends = |met: &Cancellation, trigger, match_key| {
        met.trigger == trigger && (met.match_key.is_none() || met.match_key == match_key)
    };
    pending.retain(|pending| {
        let is_met = met.iter().any(|met| ends(met, pending.trigger, pending.match_key) && pending.since_ms < met.time_ms);
        // What left later has decided for it.
        let is_it = |left: &&FiredTrigger| left.trigger == pending.trigger && left.match_key == pending.match_key;
        !is_met && !left.iter().filter(is_it).any(|left| pending.since_ms < left.left_ms)
    });
    let met = met.clone();
    for trigger in &step.model().triggers.triggers {
        let too_soon = |left: &FiredTrigger| {
            let is_met = |met: &&Cancellation| {
                ends(met, left.trigger, left.match_key) && left.since_ms <= met.time_ms && met.time_ms < left.left_ms
            };
            !left.recalled && left.trigger == trigger.hash && met.iter().any(|met| is_met(&met))
        };
        fire::recall(prospect, trigger, &too_soon, Reason::Merged.name(), step);
    }
}

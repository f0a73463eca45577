//! Triggers: after an event, unless another one comes, within a time, and at most so often.
//!
//! This page arms, cancels and recalls; `leave` is about the moment when one is due.

pub mod fire;
pub mod product_interest;
pub mod returned_goods;

use crate::domain::event::Event;
use crate::domain::ids::{hash64, name_hash, some32};
use crate::domain::model::triggers::{After, MatchBy, Trigger};
use crate::domain::names::Kind;
use crate::domain::output::{Body, Note};
use crate::domain::rules::context::StepContext;
use crate::domain::rules::triggers::fire::{fire, retime};
use crate::domain::rules::{contact, journey};
use crate::domain::state::prospect::Prospect;
use crate::domain::state::triggers::{Cancellation, FiredTrigger, MAX_EVENT_NAME_CHARS, MAX_MET, MAX_PENDING, Pending};
use crate::domain::terms::cart::Reason;
use crate::domain::terms::consent::ConsentState;
use crate::domain::terms::limit::Limit;
use crate::domain::{DAY_MS, Ms, Text};
use smallvec::SmallVec;
use std::num::NonZeroU32;

/// What comes later than this corrects nothing any more; message ids are remembered as long.
const LATE_MS: Ms = DAY_MS;

/// What a trigger may be about: the hash of what its model compares, if it compares anything, and the product.
type Subjects = SmallVec<[Subject; 2]>;
type Subject = (Option<NonZeroU32>, Option<Text>);

/// Arms and cancels triggers by an event, and by what it moved.
pub fn on_step(prospect: &mut Prospect, step: &mut StepContext<'_, '_>) {
    let model = step.model();
    if model.triggers.triggers.is_empty() {
        return;
    }
    let event = step.event.filter(|event| !returned_goods::is_none(event, step.news));
    if let Some(event) = step.event {
        returned_goods::on_step(prospect, event, step);
    }
    if let Some(event) = event {
        withdraw(prospect, event, step);
        for trigger in &model.triggers.triggers {
            if trigger.unless.as_ref().is_some_and(|c| c.holds(event)) {
                let subjects = subjects_of(trigger, event);
                let all = trigger.match_by.is_none() || (event.kind == Kind::OrderCompleted && subjects.is_empty());
                let any = |match_key| all || subjects.iter().any(|(key, _)| *key == match_key);
                end(prospect, trigger, &any, event.time_ms, &event.name, step);
                remember_met(prospect, trigger, if all { &[] } else { &subjects }, event.time_ms);
            }
        }
        product_interest::learn(prospect, event, &model.triggers);
    }
    let since = step.since.min(step.effects.outputs.len());
    let reached: SmallVec<[(bool, Text, Ms); 2]> = step.effects.outputs[since..]
        .iter()
        .filter(|o| o.model == step.primary)
        .filter_map(|o| match &o.body {
            Body::StageChanged(s) => Some((true, s.to.clone(), o.at_ms)),
            Body::ScoreChanged(s) if s.up => Some((false, s.to.clone()?, o.at_ms)),
            _ => None,
        })
        .collect();
    for trigger in &model.triggers.triggers {
        for (is_stage, name, at_ms) in &reached {
            if *is_stage && trigger.unless_stages.contains(name) {
                end(prospect, trigger, &|_| true, *at_ms, name, step);
                remember_met(prospect, trigger, &[], *at_ms);
            }
        }
        arm_by(prospect, trigger, &reached, step);
    }
    retime(prospect, step.key, model);
}

/// The event may be what a trigger comes after; a stage or a label may have been reached.
fn arm_by(prospect: &mut Prospect, trigger: &Trigger, reached: &[(bool, Text, Ms)], step: &mut StepContext<'_, '_>) {
    let by = step.event;
    let cause = |at_ms, armed_by, match_key, product| Pending {
        trigger: trigger.hash,
        episode_ms: at_ms,
        armed_by,
        since_ms: at_ms,
        due_ms: 0,
        fire_at_ms: 0,
        match_key,
        product,
        event: by.map_or_else(Text::default, |e| e.name.chars().take(MAX_EVENT_NAME_CHARS).collect()),
        position: by.map(|e| e.position).unwrap_or_default(),
        armed_under: by.and_then(|event| event.came_under.clone()),
    };
    match (&trigger.after, step.event.filter(|event| !returned_goods::is_none(event, step.news))) {
        (After::Event { condition, count }, Some(event)) if condition.holds(event) => {
            let enough = count.as_ref().is_none_or(|(rule, count)| {
                let Some(track) = prospect.tracks.get_mut(step.primary) else { return false };
                journey::count(&mut track.counts, *rule, count, event)
            });
            if !enough {
                return;
            }
            for (match_key, product) in subjects_of(trigger, event) {
                if !product_interest::allows(prospect, trigger, product.as_deref(), event.time_ms) {
                    continue;
                }
                // One event may arm it for several products: each has an id of its own.
                let armed_by = match_key.map_or(event.message_hash, |key| {
                    hash64(&[event.message_hash.to_le_bytes(), u64::from(key.get()).to_le_bytes()].concat())
                });
                arm(prospect, trigger, cause(event.time_ms, armed_by, match_key, product), step);
            }
        }
        (After::Stage(stage), _) => {
            if let Some((_, name, at_ms)) = reached.iter().find(|(is_stage, name, _)| *is_stage && name == stage) {
                let armed_by = step.event.map_or_else(|| u64::from(name_hash(name)), |e| e.message_hash);
                arm(prospect, trigger, cause(*at_ms, armed_by, None, None), step);
            }
        }
        (After::Label(label), _) => {
            if let Some((_, name, at_ms)) = reached.iter().find(|(is_stage, name, _)| !*is_stage && name == label) {
                let armed_by = step.event.map_or_else(|| u64::from(name_hash(name)), |e| e.message_hash);
                arm(prospect, trigger, cause(*at_ms, armed_by, None, None), step);
            }
        }
        (After::Event { .. }, _) => {}
    }
}

/// What an event is about, as a trigger sees it.
fn subjects_of(trigger: &Trigger, event: &Event<'_>) -> Subjects {
    let product_of = |id: &str| (Some(some32(hash64(id.as_bytes()))), Some(Text::from(id)));
    match trigger.match_by {
        Some(MatchBy::Product) => {
            let mut subjects = Subjects::new();
            for product in event.products.iter().take(MAX_PENDING) {
                let subject = product_of(&product.id);
                if !subjects.iter().any(|(key, _)| *key == subject.0) {
                    subjects.push(subject);
                }
            }
            subjects
        }
        Some(MatchBy::Property(id)) => {
            let key = |value| Some(some32(journey::same_hash(value).into()));
            event.property(id).map(|value| (key(value), None)).into_iter().collect()
        }
        None => {
            let only = (event.products.len() == 1).then(|| event.products.first().map(|p| Text::from(&*p.id))).flatten();
            std::iter::once((None, only)).collect()
        }
    }
}

fn arm(prospect: &mut Prospect, trigger: &Trigger, mut new: Pending, step: &mut StepContext<'_, '_>) {
    let time_ms = new.since_ms;
    let triggers = &mut prospect.extras_mut().triggers;
    let is_it = |p: &Pending| p.trigger == trigger.hash && p.match_key == new.match_key;
    if let Some(pending) = triggers.pending.iter_mut().find(|p| is_it(p)) {
        if trigger.restart && time_ms > pending.since_ms {
            new.episode_ms = pending.episode_ms;
            new.armed_by = pending.armed_by;
            new.armed_under = pending.armed_under.take();
            new.due_ms = trigger.due_ms(time_ms);
            new.fire_at_ms = new.due_ms;
            *pending = new;
        }
        return;
    }
    // It came late: what happened since has decided.
    let decided = triggers.left.iter().any(|l| l.trigger == trigger.hash && l.match_key == new.match_key && time_ms < l.left_ms)
        || triggers
            .met
            .iter()
            .any(|m| m.trigger == trigger.hash && (m.match_key.is_none() || m.match_key == new.match_key) && time_ms < m.time_ms);
    if decided {
        return;
    }
    if triggers.pending.len() >= MAX_PENDING {
        step.effects.notes.push(Note::LimitReached(Limit::PendingTriggers));
        let of_same = triggers.pending.iter().enumerate().filter(|(_, p)| p.trigger == trigger.hash);
        let Some((oldest, _)) = of_same.min_by_key(|(_, p)| p.since_ms) else { return };
        triggers.pending.remove(oldest);
        step.effects.notes.push(Note::Suppressed(Reason::Evicted));
    }
    new.due_ms = trigger.due_ms(time_ms);
    new.fire_at_ms = new.due_ms;
    triggers.pending.push(new);
}

/// Something made a trigger pointless: what is pending goes, what left too early is recalled.
fn end(
    prospect: &mut Prospect,
    trigger: &Trigger,
    concerns: &dyn Fn(Option<NonZeroU32>) -> bool,
    at_ms: Ms,
    why: &str,
    step: &mut StepContext<'_, '_>,
) {
    let Some(triggers) = prospect.extras.as_mut().map(|m| &mut m.triggers) else { return };
    let is_it = |hash: u32, match_key, since_ms: Ms| hash == trigger.hash && concerns(match_key) && since_ms <= at_ms;
    triggers.pending.retain(|p| !is_it(p.trigger, p.match_key, p.since_ms));
    let too_soon = |l: &FiredTrigger| !l.recalled && is_it(l.trigger, l.match_key, l.since_ms) && at_ms < l.left_ms;
    fire::recall(prospect, trigger, &too_soon, why, step);
}

/// Consent was withdrawn before something left: it is recalled. What is pending stays, for consent may come back in time.
fn withdraw(prospect: &mut Prospect, event: &Event<'_>, step: &mut StepContext<'_, '_>) {
    let Some((reason, _)) = contact::withdrawn(prospect, event, &step.model().contact) else { return };
    // It came late and consent is back since: only what left in between should not have.
    let until_ms = match prospect.consent.state {
        ConsentState::Open => prospect.consent.since_ms.unwrap_or(Ms::MIN),
        _ => Ms::MAX,
    };
    for trigger in step.model().triggers.triggers.iter().filter(|t| t.mail) {
        let too_soon =
            |l: &FiredTrigger| !l.recalled && l.trigger == trigger.hash && event.time_ms < l.left_ms && l.left_ms < until_ms;
        fire::recall(prospect, trigger, &too_soon, reason.name(), step);
    }
}

fn remember_met(prospect: &mut Prospect, trigger: &Trigger, subjects: &[Subject], time_ms: Ms) {
    let now_ms = prospect.last_seen_ms;
    let met = &mut prospect.extras_mut().triggers.met;
    let all = [(None, None)];
    for (match_key, _) in if subjects.is_empty() { &all } else { subjects } {
        let before = met.iter().filter(|m| m.trigger == trigger.hash && m.match_key == *match_key).map(|m| m.time_ms).max();
        met.retain(|m| !(m.trigger == trigger.hash && m.match_key == *match_key) && m.time_ms > now_ms - LATE_MS);
        if met.len() >= MAX_MET {
            met.remove(0);
        }
        met.push(Cancellation { trigger: trigger.hash, match_key: *match_key, time_ms: time_ms.max(before.unwrap_or(time_ms)) });
    }
}

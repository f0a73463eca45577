//! Triggers of absence: after this, if not that, within so long, at most so often.
//!
//! This page arms, cancels and recalls; `leave` is about the moment when one is due.

pub mod fire;
pub mod product_interest;
pub mod returned_goods;

use crate::domain::event::Event;
use crate::domain::ids::{hash64, low32, name_hash};
use crate::domain::model::triggers::{After, Same, Trigger};
use crate::domain::names::Kind;
use crate::domain::output::{Body, Effects, Note};
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

/// What comes later than this is not set right any more: so long message ids are remembered, too.
const LATE_MS: Ms = DAY_MS;

/// What a trigger may be about: the hash that `same` compares (0: nothing to compare), and the product.
type Subjects = SmallVec<[(u32, Option<Text>); 2]>;

/// Arms and cancels triggers by an event, and by what it moved.
pub fn on_step(prospect: &mut Prospect, step: &StepContext<'_, '_>, effects: &mut Effects) {
    let model = step.model();
    if model.triggers.triggers.is_empty() {
        return;
    }
    let event = step.event.filter(|event| !returned_goods::is_none(event, step.news));
    if let Some(event) = step.event {
        returned_goods::on_step(prospect, event, step, effects);
    }
    if let Some(event) = event {
        withdraw(prospect, event, step, effects);
        for trigger in &model.triggers.triggers {
            if trigger.unless.as_ref().is_some_and(|c| c.holds(event)) {
                let subjects = subjects_of(trigger, event);
                let all = trigger.same.is_none() || (event.kind == Kind::OrderCompleted && subjects.is_empty());
                let any = |same: u32| all || subjects.iter().any(|(s, _)| *s == same);
                end(prospect, trigger, &any, event.time_ms, &event.name, step, effects);
                remember_met(prospect, trigger, if all { &[] } else { &subjects }, event.time_ms);
            }
        }
        product_interest::learn(prospect, event, &model.triggers);
    }
    let since = step.since.min(effects.outputs.len());
    let reached: SmallVec<[(bool, Text, Ms); 2]> = effects.outputs[since..]
        .iter()
        .filter(|o| o.model == step.model_index())
        .filter_map(|o| match &o.body {
            Body::StageChanged(s) => Some((true, s.to.clone(), o.at_ms)),
            Body::ScoreChanged(s) if s.up => Some((false, s.to.clone()?, o.at_ms)),
            _ => None,
        })
        .collect();
    for trigger in &model.triggers.triggers {
        for (is_stage, name, at_ms) in &reached {
            if *is_stage && trigger.unless_stages.contains(name) {
                end(prospect, trigger, &|_| true, *at_ms, name, step, effects);
                remember_met(prospect, trigger, &[], *at_ms);
            }
        }
        arm_by(prospect, trigger, &reached, step, effects);
    }
    retime(prospect, step.key, model);
}

/// The event may be what a trigger comes after; a stage or a label may have been reached.
fn arm_by(
    prospect: &mut Prospect,
    trigger: &Trigger,
    reached: &[(bool, Text, Ms)],
    step: &StepContext<'_, '_>,
    effects: &mut Effects,
) {
    let cause = |at_ms, armed_by, same, product| Pending {
        trigger: trigger.hash,
        episode_ms: at_ms,
        armed_by,
        since_ms: at_ms,
        due_ms: 0,
        fire_at_ms: 0,
        same,
        product,
        event: step.event.map_or_else(Text::default, |e| e.name.chars().take(MAX_EVENT_NAME_CHARS).collect()),
        position: step.event.map(|e| e.position).unwrap_or_default(),
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
            for (same, product) in subjects_of(trigger, event) {
                if !product_interest::allows(prospect, trigger, product.as_deref(), event.time_ms) {
                    continue;
                }
                // One event may arm it for several products: each has an id of its own.
                let own = [event.message_hash.to_le_bytes(), u64::from(same).to_le_bytes()].concat();
                let armed_by = if same == 0 { event.message_hash } else { hash64(&own) };
                arm(prospect, trigger, cause(event.time_ms, armed_by, same, product), effects);
            }
        }
        (After::Stage(stage), _) => {
            if let Some((_, name, at_ms)) = reached.iter().find(|(is_stage, name, _)| *is_stage && name == stage) {
                let armed_by = step.event.map_or_else(|| u64::from(name_hash(name)), |e| e.message_hash);
                arm(prospect, trigger, cause(*at_ms, armed_by, 0, None), effects);
            }
        }
        (After::Label(label), _) => {
            if let Some((_, name, at_ms)) = reached.iter().find(|(is_stage, name, _)| !*is_stage && name == label) {
                let armed_by = step.event.map_or_else(|| u64::from(name_hash(name)), |e| e.message_hash);
                arm(prospect, trigger, cause(*at_ms, armed_by, 0, None), effects);
            }
        }
        (After::Event { .. }, _) => {}
    }
}

/// What an event is about, as a trigger sees it.
fn subjects_of(trigger: &Trigger, event: &Event<'_>) -> Subjects {
    let product_of = |id: &str| (low32(hash64(id.as_bytes())).max(1), Some(Text::from(id)));
    match trigger.same {
        Some(Same::Product) => {
            let mut subjects = Subjects::new();
            for product in event.products.iter().take(MAX_PENDING) {
                let subject = product_of(&product.id);
                if !subjects.iter().any(|(same, _)| *same == subject.0) {
                    subjects.push(subject);
                }
            }
            subjects
        }
        Some(Same::Property(id)) => event.property(id).map(|v| (journey::same_hash(v).max(1), None)).into_iter().collect(),
        None => {
            let only = (event.products.len() == 1).then(|| event.products.first().map(|p| Text::from(&*p.id))).flatten();
            std::iter::once((0, only)).collect()
        }
    }
}

fn arm(prospect: &mut Prospect, trigger: &Trigger, mut new: Pending, effects: &mut Effects) {
    let time_ms = new.since_ms;
    let triggers = &mut prospect.extras_mut().triggers;
    let is_it = |p: &Pending| p.trigger == trigger.hash && p.same == new.same;
    if let Some(pending) = triggers.pending.iter_mut().find(|p| is_it(p)) {
        if trigger.restart && time_ms > pending.since_ms {
            new.episode_ms = pending.episode_ms;
            new.armed_by = pending.armed_by;
            new.due_ms = trigger.due_ms(time_ms);
            new.fire_at_ms = new.due_ms;
            *pending = new;
        }
        return;
    }
    // It came late: what happened since has decided.
    let decided = triggers.left.iter().any(|l| l.trigger == trigger.hash && l.same == new.same && time_ms < l.left_ms)
        || triggers.met.iter().any(|m| m.trigger == trigger.hash && (m.same == 0 || m.same == new.same) && time_ms < m.time_ms);
    if decided {
        return;
    }
    if triggers.pending.len() >= MAX_PENDING {
        effects.notes.push(Note::LimitReached(Limit::PendingTriggers));
        let of_same = triggers.pending.iter().enumerate().filter(|(_, p)| p.trigger == trigger.hash);
        let Some((oldest, _)) = of_same.min_by_key(|(_, p)| p.since_ms) else { return };
        triggers.pending.remove(oldest);
        effects.notes.push(Note::Suppressed(Reason::Evicted));
    }
    new.due_ms = trigger.due_ms(time_ms);
    new.fire_at_ms = new.due_ms;
    triggers.pending.push(new);
}

/// Something made a trigger pointless: what is pending goes, what left too early is recalled.
fn end(
    prospect: &mut Prospect,
    trigger: &Trigger,
    concerns: &dyn Fn(u32) -> bool,
    at_ms: Ms,
    why: &str,
    step: &StepContext<'_, '_>,
    effects: &mut Effects,
) {
    let Some(triggers) = prospect.extras.as_mut().map(|m| &mut m.triggers) else { return };
    let is_it = |hash: u32, same: u32, since_ms: Ms| hash == trigger.hash && concerns(same) && since_ms <= at_ms;
    triggers.pending.retain(|p| !is_it(p.trigger, p.same, p.since_ms));
    let too_soon = |l: &FiredTrigger| !l.recalled && is_it(l.trigger, l.same, l.since_ms) && at_ms < l.left_ms;
    fire::recall(prospect, trigger, &too_soon, why, step, effects);
}

/// Consent was withdrawn before something left: it is recalled. What is pending stays, for consent may come back in time.
fn withdraw(prospect: &mut Prospect, event: &Event<'_>, step: &StepContext<'_, '_>, effects: &mut Effects) {
    let Some((reason, _)) = contact::withdrawn(prospect, event, &step.model().contact) else { return };
    // It came late and consent is back since: only what left in between should not have.
    let until_ms = if prospect.consent.state == ConsentState::Open { prospect.consent.since_ms } else { Ms::MAX };
    for trigger in step.model().triggers.triggers.iter().filter(|t| t.mail) {
        let too_soon =
            |l: &FiredTrigger| !l.recalled && l.trigger == trigger.hash && event.time_ms < l.left_ms && l.left_ms < until_ms;
        fire::recall(prospect, trigger, &too_soon, reason.name(), step, effects);
    }
}

fn remember_met(prospect: &mut Prospect, trigger: &Trigger, subjects: &[(u32, Option<Text>)], time_ms: Ms) {
    let now_ms = prospect.last_seen_ms;
    let met = &mut prospect.extras_mut().triggers.met;
    let all = [(0, None)];
    for (same, _) in if subjects.is_empty() { &all } else { subjects } {
        let before = met.iter().filter(|m| m.trigger == trigger.hash && m.same == *same).map(|m| m.time_ms).max();
        met.retain(|m| !(m.trigger == trigger.hash && m.same == *same) && m.time_ms > now_ms - LATE_MS);
        if met.len() >= MAX_MET {
            met.remove(0);
        }
        met.push(Cancellation { trigger: trigger.hash, same: *same, time_ms: time_ms.max(before.unwrap_or(time_ms)) });
    }
}

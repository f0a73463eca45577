//! The moment when a trigger of absence is due: it leaves, waits, or is suppressed; and when it is taken back.

use crate::domain::ids::{IdKind, output_id};
use crate::domain::model::Model;
use crate::domain::model::quiet::Whose;
use crate::domain::model::triggers::Trigger;
use crate::domain::output::{Because, Body, Note, Output, Proof, Triggered};
use crate::domain::rules::contact::{Due, SendDecision};
use crate::domain::rules::context::{StepContext, causing};
use crate::domain::rules::score::{label, points};
use crate::domain::rules::{contact, decisions};
use crate::domain::state::decisions::{Check, Checks, Decision, TriggerFate};
use crate::domain::state::prospect::Prospect;
use crate::domain::state::triggers::{FiredTrigger, MAX_LEFT, Pending};
use crate::domain::terms::cart::Reason;
use crate::domain::terms::trigger::TriggerKind;
use crate::domain::{DAY_MS, Ms, Text};

/// So long what left is remembered at least, for events that should have prevented it.
const RECALL_MS: Ms = 7 * DAY_MS;

/// A pending trigger is due: it leaves, is held or is skipped.
pub fn fire(prospect: &mut Prospect, index: usize, step: &mut StepContext<'_, '_>) {
    let Some(triggers) = prospect.extras.as_mut().map(|m| &mut m.triggers) else { return };
    let Some(pending) = triggers.pending.get(index).filter(|p| p.fire_at_ms <= step.at_ms).cloned() else { return };
    let model = step.model();
    let Some(trigger) = model.triggers.trigger(pending.trigger) else {
        triggers.pending.remove(index);
        step.effects.notes.push(Note::Suppressed(Reason::ModelChanged));
        return;
    };
    let mut checks = Checks::default();
    let done = match verdict(prospect, trigger, &pending, step, &mut checks) {
        SendDecision::Waits(until_ms) => {
            prospect.extras_mut().triggers.pending[index].fire_at_ms = until_ms;
            TriggerFate::HeldUntil(until_ms)
        }
        SendDecision::Suppressed(reason) => {
            prospect.extras_mut().triggers.pending.remove(index);
            step.effects.notes.push(Note::Suppressed(reason));
            TriggerFate::Suppressed(reason)
        }
        SendDecision::Leaves => {
            prospect.extras_mut().triggers.pending.remove(index);
            step.effects.outputs.push(fired(prospect, trigger, &pending, checks, step));
            remember_left(prospect, trigger, &pending, model, step.at_ms);
            if trigger.mail {
                contact::record_sent(prospect, &model.contact, step.at_ms);
            }
            TriggerFate::Left
        }
    };
    let (at_ms, due_ms) = (step.at_ms, pending.due_ms);
    decisions::remember(prospect, Decision { at_ms, due_ms, trigger: trigger.name.clone(), step: 0, done, checks });
}

fn verdict(
    prospect: &Prospect,
    trigger: &Trigger,
    pending: &Pending,
    step: &StepContext<'_, '_>,
    checks: &mut Checks,
) -> SendDecision {
    if prospect.tracks.get(step.primary).is_some_and(|t| t.disqualified.is_some()) {
        return SendDecision::Suppressed(Reason::Disqualified);
    }
    checks.pass(Check::Disqualified);
    if let Some(limit) = trigger.at_most {
        let begins_ms = step.at_ms.saturating_sub(limit.per_ms);
        let left = prospect.extras.iter().flat_map(|m| &m.triggers.left);
        let lately = left.filter(|l| l.trigger == trigger.hash && l.left_ms > begins_ms).count();
        if lately >= usize::try_from(limit.times).unwrap_or(usize::MAX) {
            return SendDecision::Suppressed(Reason::AtMost);
        }
        checks.pass(Check::AtMost);
    }
    if trigger.not_with_open_cart {
        if prospect.carts.iter().any(|cart| !cart.lines.is_empty()) {
            return SendDecision::Suppressed(Reason::OpenCart);
        }
        checks.pass(Check::NoOpenCart);
    }
    if trigger.after_visit {
        let gap_ms = step.model().session_gap_ms;
        let ends_ms = prospect.last_activity_ms.map_or(Ms::MIN, |last_ms| last_ms.saturating_add(gap_ms));
        if step.at_ms < ends_ms {
            return SendDecision::Waits(ends_ms);
        }
        checks.pass(Check::AfterVisit);
    }
    let due = Due {
        key: step.key,
        name: trigger.hash,
        due_ms: pending.due_ms,
        fire_at_ms: pending.fire_at_ms,
        now_ms: step.at_ms,
        max_lateness_ms: trigger.max_lateness_ms,
    };
    if trigger.mail {
        return contact::judge(prospect, step.model(), &due, checks);
    }
    if due.is_late() {
        return SendDecision::Suppressed(Reason::Late);
    }
    if due.max_lateness_ms.is_some() {
        checks.pass(Check::Lateness);
    }
    SendDecision::Leaves
}

fn remember_left(prospect: &mut Prospect, trigger: &Trigger, pending: &Pending, model: &Model, now_ms: Ms) {
    let left = &mut prospect.extras_mut().triggers.left;
    left.retain(|l| {
        let keeps_ms = model.triggers.trigger(l.trigger).map_or(RECALL_MS, |t| t.keeps_ms().max(RECALL_MS));
        l.left_ms > now_ms.saturating_sub(keeps_ms)
    });
    let most = trigger.at_most.map_or(1, |limit| usize::try_from(limit.times).unwrap_or(MAX_LEFT));
    let of_it = left.iter().filter(|l| l.trigger == trigger.hash).count();
    if of_it >= most
        && let Some(oldest) = left.iter().position(|l| l.trigger == trigger.hash)
    {
        left.remove(oldest);
    }
    if left.len() >= MAX_LEFT {
        left.remove(0);
    }
    left.push(FiredTrigger {
        trigger: pending.trigger,
        episode_ms: pending.episode_ms,
        since_ms: pending.since_ms,
        due_ms: pending.due_ms,
        left_ms: now_ms,
        match_key: pending.match_key,
        armed_by: pending.armed_by,
        product: pending.product.clone(),
        recalled: false,
        armed_under: pending.armed_under.clone(),
    });
}

fn id(
    trigger: &Trigger,
    kind: IdKind,
    (armed_under, episode_ms, armed_by): (Option<&Text>, Ms, u64),
    step: &StepContext<'_, '_>,
) -> u128 {
    let key = armed_under.map_or(step.key, Text::as_str);
    output_id(key, &step.model().name, kind, Some(&trigger.name), episode_ms, armed_by, 0)
}

fn fired(prospect: &Prospect, trigger: &Trigger, pending: &Pending, checks: Checks, step: &StepContext<'_, '_>) -> Output {
    let because = (!pending.event.is_empty()).then(|| Because {
        name: pending.event.clone(),
        at_ms: pending.since_ms,
        position: pending.position,
        corrected_ms: 0,
    });
    let proof = Proof { rule: trigger.rule.clone(), because: because.into_iter().collect(), checks: checks.names() };
    let about = (pending.episode_ms, pending.due_ms, pending.product.clone());
    let body = triggered(prospect, trigger, TriggerKind::Fired, about, trigger.reasons.clone(), proof, step);
    Output {
        id: id(trigger, IdKind::Trigger, (pending.armed_under.as_ref(), pending.episode_ms, pending.armed_by), step),
        model: step.primary,
        at_ms: pending.fire_at_ms,
        event: None,
        body: Body::Triggered(Box::new(body)),
    }
}

fn triggered(
    prospect: &Prospect,
    trigger: &Trigger,
    kind: TriggerKind,
    (episode_ms, due_at_ms, product_id): (Ms, Ms, Option<Text>),
    reasons: Vec<Text>,
    proof: Proof,
    step: &StepContext<'_, '_>,
) -> Triggered {
    let (track, model) = (prospect.tracks.get(step.primary), &step.model().score);
    let evaluated_at_ms = due_at_ms.max(prospect.last_seen_ms);
    Triggered {
        kind,
        trigger: trigger.name.clone(),
        episode_ms,
        due_at_ms,
        reasons,
        product_id,
        score: track.map_or(0.0, |t| points::total(t, model, evaluated_at_ms)),
        label: track.and_then(|t| label::label_of(&model.labels, t)).map(|l| l.name.clone()),
        persona: track.and_then(|t| step.model().people.persona_of(t)),
        proof,
    }
}

/// Takes back what left too soon, by the time of the event that should have prevented it.
pub(in crate::domain) fn recall(
    prospect: &mut Prospect,
    trigger: &Trigger,
    too_soon: &dyn Fn(&FiredTrigger) -> bool,
    why: &str,
    step: &mut StepContext<'_, '_>,
) {
    let Some(triggers) = prospect.extras.as_mut().map(|m| &mut m.triggers) else { return };
    let mut taken = Vec::new();
    for left in triggers.left.iter_mut().filter(|l| too_soon(l)) {
        // What is recalled once is not recalled again.
        left.recalled = true;
        taken.push(left.clone());
    }
    for left in taken {
        let because = step.event.map(|e| Because {
            name: e.name.as_ref().into(),
            at_ms: e.time_ms,
            position: e.position,
            corrected_ms: e.corrected_by_ms(),
        });
        let proof = Proof { rule: trigger.rule.clone(), because: because.into_iter().collect(), checks: Vec::new() };
        let armed = (left.armed_under.as_ref(), left.episode_ms, left.armed_by);
        let id = id(trigger, IdKind::TriggerRecalled, armed, step);
        let about = (left.episode_ms, left.due_ms, left.product);
        let body = triggered(prospect, trigger, TriggerKind::Recalled, about, vec![why.into()], proof, step);
        step.effects.outputs.push(Output {
            id,
            model: step.primary,
            at_ms: step.at_ms,
            event: step.event.map(causing),
            body: Body::Triggered(Box::new(body)),
        });
    }
}

/// The model in charge changed: due times are computed again. What would now have been due before the change never leaves, nor
/// does what the model doesn't know any more.
pub fn change_model(prospect: &mut Prospect, now_ms: Ms, step: &mut StepContext<'_, '_>) {
    let model = step.model();
    contact::change_model(prospect, &model.contact);
    let Some(triggers) = prospect.extras.as_mut().map(|m| &mut m.triggers) else { return };
    let mut gone = Vec::new();
    triggers.pending.retain_mut(|pending| {
        let Some(trigger) = model.triggers.trigger(pending.trigger) else {
            step.effects.notes.push(Note::Suppressed(Reason::ModelChanged));
            return false;
        };
        let due_ms = trigger.due_ms(pending.since_ms);
        let changed = due_ms != pending.due_ms;
        if changed {
            pending.due_ms = due_ms;
            pending.fire_at_ms = due_ms;
        }
        if changed && due_ms < now_ms {
            step.effects.notes.push(Note::Suppressed(Reason::ModelChanged));
            gone.push((trigger.name.clone(), due_ms));
            return false;
        }
        true
    });
    triggers.left.retain(|l| model.triggers.trigger(l.trigger).is_some());
    triggers.met.retain(|m| model.triggers.trigger(m.trigger).is_some());
    if model.triggers.viewed_ms.is_none() {
        triggers.viewed.clear();
    }
    if model.triggers.carted_ms.is_none() {
        triggers.carted.clear();
    }
    for (trigger, due_ms) in gone {
        let done = TriggerFate::Suppressed(Reason::ModelChanged);
        decisions::remember(prospect, Decision { at_ms: now_ms, due_ms, trigger, step: 0, done, checks: Checks::default() });
    }
    retime(prospect, step.key, model);
}

/// Sets the timers of what leads to a mail by the prospect's clock.
pub(crate) fn retime(prospect: &mut Prospect, key: &str, model: &Model) {
    if model.contact.quiet.is_none() {
        return;
    }
    let Some(extras) = prospect.extras.as_mut() else { return };
    let zone = extras.contact.zone.as_deref();
    for pending in &mut extras.triggers.pending {
        if model.triggers.trigger(pending.trigger).is_some_and(|t| t.mail) {
            let whose = Whose { key, zone, trigger: pending.trigger };
            pending.fire_at_ms = contact::timer(whose, &model.contact, pending.due_ms, Some(pending.fire_at_ms));
        }
    }
}

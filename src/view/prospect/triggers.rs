//! Triggers that wait, those that left, and what was decided about them.

use crate::domain::model::Models;
use crate::domain::state::decisions::{Check, Decision, TriggerFate};
use crate::domain::state::prospect::Prospect;
use crate::view::time::Time;
use serde::{Deserialize, Serialize};

/// Triggers of the model.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct TriggersView {
    pub left: Vec<LeftView>,
    pub waiting: Vec<WaitingView>,
}

/// A trigger that left.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct LeftView {
    pub left: Option<Time>,
    pub product_id: Option<String>,
    /// It was taken back.
    pub recalled: bool,
    /// `null`: no model has it any more.
    pub trigger: Option<String>,
}

/// A trigger that waits.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct WaitingView {
    pub due: Option<Time>,
    /// The event that its clock runs from; `null`: a stage or label that was reached by time.
    pub event: Option<String>,
    /// The due time, or the end of quiet hours.
    pub leaves: Option<Time>,
    pub product_id: Option<String>,
    pub since: Option<Time>,
    /// `null`: no model has it any more.
    pub trigger: Option<String>,
}

/// `None` where none waits and none left.
pub(super) fn of(prospect: &Prospect, models: &Models) -> Option<TriggersView> {
    let triggers = prospect.extras.as_ref().and_then(|m| m.triggers.get())?;
    let waiting = triggers.pending.iter().map(|p| WaitingView {
        due: Time::of(p.due_ms),
        event: Some(p.event.to_string()).filter(|name| !name.is_empty()),
        leaves: Time::of(p.fire_at_ms),
        product_id: p.product.as_ref().map(ToString::to_string),
        since: Time::of(p.since_ms),
        trigger: name(p.trigger, models),
    });
    let left = triggers.left.iter().map(|l| LeftView {
        left: Time::of(l.left_ms),
        product_id: l.product.as_ref().map(ToString::to_string),
        recalled: l.recalled,
        trigger: name(l.trigger, models),
    });
    Some(TriggersView { left: left.collect(), waiting: waiting.collect() })
}

/// The name of a pending trigger.
pub(super) fn pending_name(prospect: &Prospect, at: usize, models: &Models) -> Option<String> {
    let pending = prospect.extras.as_ref()?.triggers.pending.get(at)?;
    name(pending.trigger, models)
}

fn name(hash: u32, models: &Models) -> Option<String> {
    let mut all = models.models.iter().flat_map(|m| &m.triggers.triggers);
    all.find(|t| t.hash == hash).map(|t| t.name.to_string())
}

/// What was decided about a trigger that was due.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct DecisionView {
    pub at: Option<Time>,
    /// `left`, `held` or `suppressed`.
    pub done: String,
    pub due: Option<Time>,
    /// The checks that it passed, in the order in which they are made.
    pub passed: Vec<String>,
    /// Why it was held or suppressed.
    pub reason: Option<String>,
    /// Of a cart's series; `null`: another trigger, or the whole series.
    pub step: Option<u8>,
    /// `cart`, or the trigger's name.
    pub trigger: String,
    /// Held until then.
    pub until: Option<Time>,
}

/// What left and what was held back lately.
pub(super) fn decisions(prospect: &Prospect) -> Vec<DecisionView> {
    prospect.extras.iter().flat_map(|extras| &extras.decisions.list).map(decision).collect()
}

fn decision(decision: &Decision) -> DecisionView {
    let (done, reason, until) = match decision.done {
        TriggerFate::Left => ("left", None, None),
        // Consent is asked for after the end of a visit, and before quiet hours.
        TriggerFate::HeldUntil(until_ms) if !decision.checks.has(Check::Consent) => {
            ("held", Some("in-a-visit"), Time::of(until_ms))
        }
        TriggerFate::HeldUntil(until_ms) => ("held", Some("quiet-hours"), Time::of(until_ms)),
        TriggerFate::Suppressed(reason) => ("suppressed", Some(reason.name()), None),
    };
    DecisionView {
        at: Time::of(decision.at_ms),
        done: done.to_owned(),
        due: Time::of(decision.due_ms),
        passed: decision.checks.names().into_iter().map(str::to_owned).collect(),
        reason: reason.map(str::to_owned),
        step: Some(decision.step).filter(|step| *step > 0),
        trigger: if decision.trigger.is_empty() { "cart".to_owned() } else { decision.trigger.to_string() },
        until,
    }
}

//! A lead that went back: what speaks for handing it over again.
//!
//! A fit that holds the score above the line would never let it fall and rise again. So it also depends on what the buyer did
//! since: whether the engagement has risen from the lowest that it has been, and whether the buyer asked for sales.

use crate::domain::Ms;
use crate::domain::model::Model;
use crate::domain::model::sales::HandOverModel;
use crate::domain::rules::context::StepContext;
use crate::domain::rules::lead::outputs::DecisionTime;
use crate::domain::rules::score::points;
use crate::domain::state::lead::LeadStatus;
use crate::domain::state::prospect::Prospect;
use crate::domain::state::track::Track;
use crate::domain::terms::sales::Qualification;

/// Whether it may be handed over at all: customers only where the model says so.
pub(super) fn may_buy(prospect: &Prospect, model: &HandOverModel, step: &StepContext<'_, '_>) -> bool {
    model.customers || !is_customer(prospect, step.model(), step.primary)
}

/// Whether somebody bought and is a customer still. Who was led back before the stage that is won by an event is none any more;
/// that a customer is silent, or begins the next journey, says nothing of the kind.
#[must_use]
pub fn is_customer(prospect: &Prospect, model: &Model, primary: usize) -> bool {
    let has_bought =
        prospect.extras.as_deref().is_some_and(|extras| extras.lead.status == LeadStatus::Won || extras.customer.orders > 0);
    has_bought && !has_left(prospect, model, primary)
}

fn has_left(prospect: &Prospect, model: &Model, primary: usize) -> bool {
    let Some(pipeline) = model.pipeline else { return false };
    let position = prospect.tracks.get(primary).and_then(|track| track.positions[pipeline.axis].as_ref());
    position.is_some_and(|position| pipeline.has_left(&model.axes, position))
}

/// The lead has just gone back, or was won.
pub(super) fn begin(prospect: &mut Prospect, step: &StepContext<'_, '_>, decided: DecisionTime) {
    let Some(track) = prospect.tracks.get(step.primary) else { return };
    let now = points::engagement(track, &step.model().score, track.evaluation_ms(decided.evaluated_at_ms));
    prospect.extras_mut().lead.lowest = Some(now);
}

/// Takes in what this turn says for a lead that went back.
pub(super) fn look(
    prospect: &mut Prospect,
    model: &HandOverModel,
    step: &StepContext<'_, '_>,
    decided: DecisionTime,
    is_below: bool,
) {
    let Some(track) = prospect.tracks.get(step.primary) else { return };
    let scored = step.model();
    let now = points::engagement(track, &scored.score, decided.evaluated_at_ms);
    let before = now - step.event.map_or(0.0, |event| given(track, scored, event.time_ms, decided.evaluated_at_ms));
    let asks = step.event.filter(|event| model.hand_raise.as_ref().is_some_and(|when| when.holds(event)));
    let lead = &mut prospect.extras_mut().lead;
    let lowest = lead.lowest.map_or(before, |lowest| lowest.min(before));
    // Points of one event may add up to a hair less than its rule gives.
    let has_risen = model.again_rise.is_some_and(|rise| now - lowest >= rise - 1e-6);
    // Late news of what was asked before sales gave the lead back is no new wish.
    let asks = asks.is_some_and(|event| event.time_ms >= lead.answered_ms.max(lead.handed_over_ms));
    if asks && !model.hand_raise_waits {
        lead.again_from_ms = lead.again_from_ms.min(decided.evaluated_at_ms);
    }
    lead.renewed |= is_below || has_risen;
    lead.raised |= asks;
    lead.lowest = Some(lowest.min(now)).filter(|_| !lead.renewed);
}

/// How far it is qualified, if it is to be handed over again as soon as it may be. Who asks for sales needs the fit that the
/// MQL asks for, not its points.
pub(super) fn level(
    prospect: &Prospect,
    model: &HandOverModel,
    step: &StepContext<'_, '_>,
    by_label: Option<Qualification>,
) -> Option<Qualification> {
    let (track, lead) = (prospect.tracks.get(step.primary)?, &prospect.extras.as_deref()?.lead);
    let gate = step.model().score.labels.get(model.mql).and_then(|label| label.fit);
    let asks = lead.raised && gate.is_none_or(|gate| track.fit >= gate) && track.disqualified.is_none() && !track.paused;
    let level = by_label.filter(|_| lead.renewed || lead.raised).or(asks.then_some(Qualification::Mql));
    level.filter(|_| may_buy(prospect, model, step))
}

/// What the event of a time gave, as much as is left of it.
fn given(track: &Track, model: &Model, time_ms: Ms, at_ms: Ms) -> f64 {
    let of_event = track.ledger.iter().rev().take_while(|entry| entry.time_ms >= time_ms);
    let of_event = of_event.filter(|entry| entry.time_ms == time_ms && entry.reset().is_none());
    let worth = |entry: &crate::domain::state::track::Entry| {
        let (group, _) = model.score.rule(entry.rule())?;
        Some(entry.worth(group.half_life_ms, at_ms))
    };
    of_event.filter_map(worth).sum()
}

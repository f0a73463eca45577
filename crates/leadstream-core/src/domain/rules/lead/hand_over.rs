//! Hands a lead over when its label says so, and it may be. One that its company bars waits until that is over.

use crate::domain::model::sales::HandOverModel;
use crate::domain::rules::context::StepContext;
use crate::domain::rules::lead::again;
use crate::domain::rules::lead::outputs::{DecisionTime, hand_over_output, held_back_output, reasons};
use crate::domain::state::lead::{Held, Lead, LeadStatus};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::sales::{Bar, HandOverKind, Qualification};

/// Hands the lead over when its label says so, and it may be.
pub(crate) fn check_hand_over(
    prospect: &mut Prospect,
    model: &HandOverModel,
    step: &mut StepContext<'_, '_>,
    decided: DecisionTime,
) {
    let Some(track) = prospect.tracks.get(step.primary) else { return };
    let labels = &step.model().score.labels;
    let label = track.label.and_then(|hash| labels.iter().position(|l| l.hash == hash));
    let level = model.level(label).filter(|_| track.disqualified.is_none() && !track.paused);
    let lead = prospect.extras.as_ref().map(|extras| &extras.lead);
    match (lead.map(|l| l.status).unwrap_or_default(), level) {
        (LeadStatus::Open, Some(level)) if again::may_buy(prospect, model, step) => {
            hand_over(prospect, model, step, decided, level);
        }
        (LeadStatus::AwaitingAnswer | LeadStatus::Reminded, Some(Qualification::Sql)) => {
            upgrade_to_sql(prospect, model, step, decided);
        }
        (LeadStatus::Returned | LeadStatus::Won, level) => {
            again::look(prospect, model, step, decided, level.is_none());
            let level = again::level(prospect, model, step, level);
            let lead = &mut prospect.extras_mut().lead;
            let Some(level) = level else {
                (lead.due_ms, lead.held) = (None, None);
                return;
            };
            if decided.evaluated_at_ms >= lead.again_from_ms {
                hand_over(prospect, model, step, decided, level);
            } else {
                // A lead that rises too early is handed over when the pause ends, if its label still says so.
                lead.due_ms = Some(lead.again_from_ms);
            }
        }
        (LeadStatus::Open, None) => let_go(prospect),
        _ => {}
    }
}

pub(crate) fn hand_over(
    prospect: &mut Prospect,
    model: &HandOverModel,
    step: &mut StepContext<'_, '_>,
    decided: DecisionTime,
    level: Qualification,
) {
    if let Some(why) = bar(prospect, model) {
        return hold(prospect, step, decided, (why, level));
    }
    let sla_ms = if level == Qualification::Sql { model.sql_sla_ms } else { model.sla_ms };
    let persona = prospect.tracks.get(step.primary).and_then(|track| track.persona);
    let extras = prospect.extras_mut();
    let (lead, source) = (&mut extras.lead, extras.customer.first_source.clone());
    **lead = Lead {
        status: LeadStatus::AwaitingAnswer,
        qualification: level,
        handed_over_ms: decided.evaluated_at_ms,
        due_ms: Some(model.due_ms(decided.evaluated_at_ms, sla_ms)),
        re_entered_ms: lead.re_entered_ms,
        source,
        persona,
        ..Lead::default()
    };
    let why = reasons(prospect, step, decided);
    hand_over_output(prospect, step, decided, HandOverKind::HandedOver, None, why);
}

/// Sales has not answered yet, and the label already says SQL.
pub(crate) fn upgrade_to_sql(
    prospect: &mut Prospect,
    model: &HandOverModel,
    step: &mut StepContext<'_, '_>,
    decided: DecisionTime,
) {
    let lead = &mut prospect.extras_mut().lead;
    if lead.qualification == Qualification::Sql {
        return;
    }
    lead.qualification = Qualification::Sql;
    // More urgent, never less.
    let due_ms = model.due_ms(decided.evaluated_at_ms, model.sql_sla_ms);
    lead.due_ms = Some(lead.due_ms.map_or(due_ms, |running_ms| running_ms.min(due_ms)));
    let why = reasons(prospect, step, decided);
    hand_over_output(prospect, step, decided, HandOverKind::HandedOver, None, why);
}

/// Why the company's leads are not handed over, as far as the model minds.
fn bar(prospect: &Prospect, model: &HandOverModel) -> Option<Bar> {
    let barred = prospect.extras.as_deref()?.account.get()?.barred?;
    model.bars(barred.why)
}

/// It would be handed over now. Said once, until it is handed over or no longer worth it.
fn hold(prospect: &mut Prospect, step: &mut StepContext<'_, '_>, decided: DecisionTime, (why, level): (Bar, Qualification)) {
    let lead = &mut prospect.extras_mut().lead;
    lead.due_ms = None;
    if lead.held.is_some_and(|held| held.why == why) {
        return;
    }
    lead.held = Some(Held { why, since_ms: decided.evaluated_at_ms });
    let mut because = reasons(prospect, step, decided);
    because.insert(0, why.name().into());
    held_back_output(prospect, step, decided, level, because);
}

/// Its label says no more that it should be handed over.
fn let_go(prospect: &mut Prospect) {
    if let Some(extras) = prospect.extras.as_deref_mut().filter(|extras| extras.lead.held.is_some()) {
        extras.lead.held = None;
    }
}

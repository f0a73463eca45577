//! What sales says of a lead, on time, late, twice, or of a lead that it doesn't have.

use crate::domain::event::Event;
use crate::domain::model::sales::{HandOverModel, ReturnReason};
use crate::domain::names::Kind;
use crate::domain::output::Note;
use crate::domain::rules::context::StepContext;
use crate::domain::rules::lead::outputs::{DecisionTime, hand_over_output};
use crate::domain::rules::lead::reason::said_why;
use crate::domain::rules::lead::return_lead::return_with_reset;
use crate::domain::rules::order_news::News;
use crate::domain::state::lead::LeadStatus;
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::sales::{Answer, HandOverKind, Qualification};
use crate::domain::{Ms, Text};

/// Takes in what the event says of the lead, if it says anything.
pub(super) fn on_answer(prospect: &mut Prospect, model: &HandOverModel, step: &mut StepContext<'_, '_>, decided: DecisionTime) {
    let Some(event) = step.event else { return };
    let said = model.answer(event);
    let Some(answer) = said.or_else(|| sold(prospect, model, step, event)) else { return };
    // Newest by event time: what was said before this hand-over, or before the last answer, was of something else. What sales
    // takes, wins or loses without a hand-over it has found itself.
    let finds = matches!(said, Some(Answer::Accepted | Answer::Won | Answer::Lost));
    let is_free = prospect.extras.as_ref().is_none_or(|extras| extras.lead.status == LeadStatus::Open);
    if is_free && finds {
        let persona = prospect.tracks.get(step.primary).and_then(|track| track.persona);
        let extras = prospect.extras_mut();
        let (lead, source) = (&mut extras.lead, extras.customer.first_source.clone());
        (lead.handed_over_ms, lead.qualification, lead.found) = (event.time_ms, Qualification::Sql, true);
        (lead.source, lead.persona) = (source, persona);
    }
    let has_bought = prospect.extras.as_deref().is_some_and(|extras| extras.customer.orders > 0);
    let lead = prospect.extras.as_mut().map(|extras| &mut extras.lead).filter(|_| !is_free || finds);
    let Some(lead) = lead.filter(|lead| event.time_ms >= lead.handed_over_ms.max(lead.answered_ms)) else {
        ignored(step);
        return;
    };
    let decided = DecisionTime { evaluated_at_ms: decided.at_ms.max(lead.handed_over_ms), ..decided };
    let back = match answer {
        Answer::Rejected => Some(ReturnReason::Rejected),
        Answer::Recycled => Some(ReturnReason::Recycled),
        Answer::Lost => Some(ReturnReason::Lost),
        Answer::Accepted | Answer::Won | Answer::NoShow => None,
    };
    let why = said_why(event, model.reason);
    let status = lead.status;
    if status == LeadStatus::Won && back.is_some() && has_bought {
        // A buyer is a customer as long as the order stands: "recycled: customer already".
        ignored(step);
        return;
    }
    match (status, answer) {
        // It has it already; it gave it back already, and said why; it won it already.
        (LeadStatus::Accepted, Answer::Accepted) | (LeadStatus::Won, Answer::Accepted | Answer::NoShow | Answer::Won) => {
            ignored(step);
            return;
        }
        (LeadStatus::Returned, Answer::Rejected | Answer::Recycled | Answer::Lost | Answer::NoShow) if lead.answer.is_some() => {
            ignored(step);
            return;
        }
        _ => {}
    }
    lead.answered_ms = event.time_ms;
    lead.answer = Some(answer);
    match (status, back) {
        (
            LeadStatus::Open | LeadStatus::AwaitingAnswer | LeadStatus::Reminded | LeadStatus::Accepted | LeadStatus::Won,
            Some(back),
        ) => {
            return_with_reset(prospect, model, step, decided, back, Some((answer, why)));
        }
        _ => answered(prospect, model, step, decided, answer, why),
    }
}

/// What the model calls a sale wins the lead that sales has, or had, unless the model's own answers speak of such events.
fn sold(prospect: &Prospect, model: &HandOverModel, step: &StepContext<'_, '_>, event: &Event<'_>) -> Option<Answer> {
    let lead = prospect.extras.as_deref()?.lead.get()?;
    let is_open = !matches!(lead.status, LeadStatus::Open | LeadStatus::Won);
    let is_new = step.is_sale && matches!(step.news, News::Placed(_));
    let is_judged = model.answers.iter().any(|(answer, when)| *answer == Answer::Won && when.on.covers(event.name_id));
    (is_open && is_new && !is_judged).then_some(Answer::Won)
}

/// Sales keeps or takes the lead, or says late why it did not.
fn answered(
    prospect: &mut Prospect,
    model: &HandOverModel,
    step: &mut StepContext<'_, '_>,
    decided: DecisionTime,
    answer: Answer,
    why: Vec<Text>,
) {
    let lead = &mut prospect.extras_mut().lead;
    let was_back = matches!(lead.status, LeadStatus::Returned | LeadStatus::Open);
    match answer {
        Answer::Won => {
            lead.status = LeadStatus::Won;
            lead.due_ms = None;
            lead.settle(decided.at_ms.saturating_add(model.again_after_ms));
        }
        Answer::Accepted => {
            lead.status = LeadStatus::Accepted;
            lead.due_ms = model.age_ms.map(|age_ms| decided.at_ms.saturating_add(age_ms));
        }
        // The meeting failed, the lead is still theirs: they have as long again for a new one.
        Answer::NoShow if matches!(lead.status, LeadStatus::AwaitingAnswer | LeadStatus::Reminded) => {
            lead.status = LeadStatus::AwaitingAnswer;
            lead.due_ms = Some(model.due_ms(decided.at_ms, sla_of(model, lead.qualification)));
        }
        Answer::NoShow | Answer::Rejected | Answer::Recycled | Answer::Lost => {}
    }
    hand_over_output(prospect, step, decided, HandOverKind::Answered, Some(answer), why);
    let lead = &mut prospect.extras_mut().lead;
    if answer == Answer::Accepted && (was_back || lead.qualification == Qualification::Mql) {
        if was_back {
            lead.handed_over_ms = decided.at_ms;
        }
        lead.qualification = Qualification::Sql;
        hand_over_output(prospect, step, decided, HandOverKind::HandedOver, None, vec!["accepted".into()]);
    }
}

fn sla_of(model: &HandOverModel, qualification: Qualification) -> Ms {
    if qualification == Qualification::Sql { model.sql_sla_ms } else { model.sla_ms }
}

/// An answer that changes nothing is counted, if it can only have been one.
pub(super) fn ignored(step: &mut StepContext<'_, '_>) {
    if step.event.is_some_and(|event| event.kind == Kind::Sales) {
        step.effects.notes.push(Note::AnswerIgnored);
    }
}

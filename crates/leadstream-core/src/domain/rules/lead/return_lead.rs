//! Gives a lead back to marketing.

use crate::domain::Text;
use crate::domain::model::sales::{HandOverModel, ReturnReason};
use crate::domain::rules::context::StepContext;
use crate::domain::rules::lead::again;
use crate::domain::rules::lead::outputs::{DecisionTime, hand_over_output, reset_score};
use crate::domain::state::lead::LeadStatus;
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::sales::{Answer, HandOverKind};

/// Back to marketing, with the reset that the model declares; by what sales said, or by time.
pub(crate) fn return_with_reset(
    prospect: &mut Prospect,
    model: &HandOverModel,
    step: &mut StepContext<'_, '_>,
    decided: DecisionTime,
    why: ReturnReason,
    said: Option<(Answer, Vec<Text>)>,
) {
    let (answer, reasons) = said.map_or_else(|| (None, vec![why.name().into()]), |(answer, reasons)| (Some(answer), reasons));
    return_lead(prospect, step, decided, answer, reasons);
    reset_score(prospect, model, why, step, decided);
    if why.is_silence() {
        // That sales was silent is no reason to keep the lead from it.
        prospect.extras_mut().lead.again_from_ms = decided.at_ms;
    }
    again::begin(prospect, step, decided);
}

pub(crate) fn return_lead(
    prospect: &mut Prospect,
    step: &mut StepContext<'_, '_>,
    decided: DecisionTime,
    answer: Option<Answer>,
    reasons: Vec<Text>,
) {
    let pause_ms = step.model().sales.hand_over.as_ref().map_or(0, |m| m.again_after_ms);
    let lead = &mut prospect.extras_mut().lead;
    lead.status = LeadStatus::Returned;
    lead.answer = answer;
    lead.due_ms = None;
    lead.settle(decided.at_ms.saturating_add(pause_ms));
    hand_over_output(prospect, step, decided, HandOverKind::Returned, answer, reasons);
}

//! Between marketing and sales: where the lead stands, and until when somebody has to answer.

pub mod again;
pub mod answers;
pub mod disqualify;
pub mod hand_over;
pub mod outputs;
pub mod reason;
pub mod return_lead;

use crate::domain::model::sales::ReturnReason;
use crate::domain::rules::context::StepContext;
use crate::domain::rules::lead::hand_over::check_hand_over;
use crate::domain::rules::lead::outputs::{DecisionTime, hand_over_output};
use crate::domain::rules::lead::return_lead::{return_lead, return_with_reset};
use crate::domain::rules::order_news::News;
use crate::domain::state::lead::{Held, Lead, LeadStatus};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::sales::{Bar, HandOverKind};

/// What an event, or what just moved, means for the hand-over.
pub fn on_step(prospect: &mut Prospect, step: &mut StepContext<'_, '_>) {
    let model = step.model().sales.hand_over.as_deref();
    let lead = prospect.extras.as_ref().and_then(|extras| extras.lead.get());
    let is_with_sales = lead.is_some_and(Lead::is_with_sales);
    if model.is_none() && !is_with_sales {
        return;
    }
    // Time alone moves nothing here, unless something left: that says when.
    let Some(decided) = DecisionTime::of(prospect, step) else { return };
    let disqualified = prospect.tracks.get(step.primary).and_then(|t| t.disqualified.as_deref());
    if let Some(disqualified) = disqualified {
        let why = ["disqualified".into()].into_iter().chain(disqualified.reason.clone()).collect();
        if is_with_sales {
            return_lead(prospect, step, decided, None, why);
        }
        if model.is_some_and(|m| step.event.is_some_and(|e| m.answer(e).is_some())) {
            answers::ignored(step);
        }
        return;
    }
    let Some(model) = model else {
        return_lead(prospect, step, decided, None, vec!["model-changed".into()]);
        return;
    };
    answers::on_answer(prospect, model, step, decided);
    if matches!(step.news, News::TakenBack(_)) && has_nothing_left(prospect) {
        return_lead(prospect, step, decided, None, vec!["order-reversed".into()]);
    }
    check_hand_over(prospect, model, step, decided);
}

/// What was won came to nothing.
fn has_nothing_left(prospect: &Prospect) -> bool {
    prospect.extras.as_deref().is_some_and(|extras| extras.lead.status == LeadStatus::Won && extras.customer.orders == 0)
}

/// Somebody should have answered by now, or the lead has aged.
pub fn fire(prospect: &mut Prospect, step: &mut StepContext<'_, '_>) {
    let Some(extras) = prospect.extras.as_deref_mut() else { return };
    let lead = &mut extras.lead;
    let Some(deadline_ms) = lead.due_ms.filter(|due_ms| *due_ms <= step.at_ms) else { return };
    lead.due_ms = None;
    let decided = DecisionTime { at_ms: deadline_ms, evaluated_at_ms: deadline_ms };
    let Some(model) = step.model().sales.hand_over.as_deref() else {
        if lead.is_with_sales() {
            return_lead(prospect, step, decided, None, vec!["model-changed".into()]);
        }
        return;
    };
    match lead.status {
        LeadStatus::AwaitingAnswer => {
            lead.status = LeadStatus::Reminded;
            // If the reminder is late, after a stop of the service, sales still has the whole grace period to answer.
            lead.due_ms = Some(model.due_ms(step.at_ms.max(deadline_ms), model.grace_ms));
            hand_over_output(prospect, step, decided, HandOverKind::Reminded, None, Vec::new());
        }
        LeadStatus::Reminded => return_with_reset(prospect, model, step, decided, ReturnReason::NoAnswer, None),
        LeadStatus::Accepted => return_with_reset(prospect, model, step, decided, ReturnReason::Aged, None),
        LeadStatus::Open | LeadStatus::Returned | LeadStatus::Won => {}
    }
    check_hand_over(prospect, model, step, decided);
}

/// The account said whether leads of the company are handed over.
pub fn barred(prospect: &mut Prospect, step: &mut StepContext<'_, '_>, bar: Option<Bar>) {
    let Some(model) = step.model().sales.hand_over.as_deref() else { return };
    if prospect.tracks.get(step.primary).is_none_or(|track| track.disqualified.is_some()) {
        // No lead at all.
        return;
    }
    // Never before the lead was worth it.
    let held_ms = prospect.extras.as_deref().and_then(|extras| extras.lead.held).map_or(step.at_ms, |held| held.since_ms);
    let at_ms = step.at_ms.max(held_ms);
    let decided = DecisionTime { at_ms, evaluated_at_ms: at_ms.max(prospect.last_seen_ms) };
    let Some(why) = bar.and_then(|bar| model.bars(bar)) else {
        return check_hand_over(prospect, model, step, decided);
    };
    let Some(lead) = prospect.extras.as_deref().and_then(|extras| extras.lead.get()) else { return };
    let since_ms = prospect
        .extras
        .as_deref()
        .and_then(|extras| extras.account.barred)
        .map_or(at_ms, |barred| barred.since_ms)
        .min(step.at_ms);
    let waits = matches!(lead.status, LeadStatus::AwaitingAnswer | LeadStatus::Reminded);
    let never_got = lead.handed_over_ms >= since_ms && (waits || (lead.status == LeadStatus::Returned && lead.answer.is_none()));
    let held = Some(Held { why, since_ms: lead.handed_over_ms.max(since_ms) });
    // What sales has of a customer stays with it; of a company that is out, it needn't answer any more.
    if waits && (never_got || why == Bar::Disqualified) {
        return_lead(prospect, step, decided, None, vec![why.name().into()]);
        let lead = &mut prospect.extras_mut().lead;
        (lead.again_from_ms, lead.renewed, lead.held) = (decided.at_ms, true, held);
    }
    if never_got {
        // Handed over before the word came: the account held it back, so nothing has happened.
        let lead = &mut prospect.extras_mut().lead;
        **lead = Lead { held, re_entered_ms: lead.re_entered_ms, ..Lead::default() };
    }
}

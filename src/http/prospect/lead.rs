//! Where a lead stands between marketing and sales, as the API shows it.

use crate::domain::state::lead::{Disqualified, Lead, Stand};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::movement::Axis;
use crate::domain::terms::sales::Answer;
use crate::http::health::rfc3339;
use serde_json::{Value, json};

fn lead(prospect: &Prospect) -> Option<&Lead> {
    prospect.more.as_ref().map(|more| &*more.lead).filter(|lead| lead.stand != Stand::Free || lead.held.is_some())
}

/// `null` while it was never handed over, nor held back.
pub(super) fn view(prospect: &Prospect) -> Value {
    let Some(lead) = lead(prospect) else { return Value::Null };
    let pause = matches!(lead.stand, Stand::Back | Stand::Won).then_some(lead.again_from_ms);
    json!({
        "state": if lead.stand == Stand::Free { "held-back" } else { stand_name(lead.stand) },
        "qualification": lead.qualification.name(),
        "handed_over": Some(lead.handed_over_ms).filter(|ms| *ms != 0).and_then(rfc3339),
        "due": lead.due_ms.and_then(rfc3339),
        "answer": lead.answer.map(Answer::name),
        "answered": lead.answer.and_then(|_| rfc3339(lead.answered_ms)),
        "not_again_before": pause.and_then(rfc3339),
        "held_back": lead.held.map(|held| json!({ "reason": held.why.name(), "since": rfc3339(held.since_ms) })),
    })
}

fn stand_name(stand: Stand) -> &'static str {
    match stand {
        Stand::Free => "with-marketing",
        Stand::Waiting => "waiting-for-sales",
        Stand::Reminded => "sales-reminded",
        Stand::Working => "accepted",
        Stand::Back => "returned",
        Stand::Won => "won",
    }
}

/// What its timer does.
pub(super) fn next(prospect: &Prospect) -> &'static str {
    match lead(prospect).map(|lead| lead.stand) {
        Some(Stand::Waiting) => "lead-reminded",
        Some(Stand::Reminded) => "lead-returned-without-answer",
        Some(Stand::Working) => "lead-ages",
        Some(Stand::Back | Stand::Won) => "lead-handed-over-again",
        Some(Stand::Free) | None => "lead",
    }
}

pub(super) fn disqualified(out: &Disqualified) -> Value {
    let [journey, funnel] = Axis::ALL.map(|axis| out.stood[axis.index()].as_ref().map(|p| &p.stage));
    json!({
        "since": rfc3339(out.since_ms),
        "reason": out.reason,
        "journey": journey,
        "funnel": funnel,
        "comes_back": out.back_at_ms.and_then(rfc3339),
    })
}

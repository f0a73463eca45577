//! Where a lead stands between marketing and sales.

use crate::domain::state::lead::{Lead, LeadStatus};
use crate::domain::state::prospect::Prospect;
use crate::domain::state::track::Disqualified;
use crate::domain::terms::movement::Axis;
use crate::domain::terms::sales::Answer;
use crate::view::time::Time;
use serde::{Deserialize, Serialize};

/// A lead that was handed over, or held back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct LeadView {
    /// What sales said last.
    pub answer: Option<String>,
    pub answered: Option<Time>,
    /// When sales has to have answered, when the lead has aged, or when it may be handed over again.
    pub due: Option<Time>,
    /// `null`: never.
    pub handed_over: Option<Time>,
    pub held_back: Option<HeldBackView>,
    /// It went back: not before then is it handed over again.
    pub not_again_before: Option<Time>,
    pub qualification: String,
    /// `held-back`, `waiting-for-sales`, `sales-reminded`, `accepted`, `returned` or `won`.
    pub state: String,
}

/// A lead that would be handed over, were it not for its company.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct HeldBackView {
    pub reason: String,
    pub since: Option<Time>,
}

fn lead(prospect: &Prospect) -> Option<&Lead> {
    prospect.extras.as_ref().map(|extras| &*extras.lead).filter(|lead| lead.status != LeadStatus::Open || lead.held.is_some())
}

/// `None` while it was never handed over, nor held back.
pub(super) fn of(prospect: &Prospect) -> Option<LeadView> {
    let lead = lead(prospect)?;
    let pause = matches!(lead.status, LeadStatus::Returned | LeadStatus::Won).then_some(lead.again_from_ms);
    Some(LeadView {
        answer: lead.answer.map(Answer::name).map(str::to_owned),
        answered: lead.answer.and_then(|_| Time::of(lead.answered_ms)),
        due: lead.due_ms.and_then(Time::of),
        handed_over: Some(lead.handed_over_ms).filter(|ms| *ms != 0).and_then(Time::of),
        held_back: lead.held.map(|held| HeldBackView { reason: held.why.name().to_owned(), since: Time::of(held.since_ms) }),
        not_again_before: pause.and_then(Time::of),
        qualification: lead.qualification.name().to_owned(),
        state: if lead.status == LeadStatus::Open { "held-back" } else { status_name(lead.status) }.to_owned(),
    })
}

fn status_name(status: LeadStatus) -> &'static str {
    match status {
        LeadStatus::Open => "with-marketing",
        LeadStatus::AwaitingAnswer => "waiting-for-sales",
        LeadStatus::Reminded => "sales-reminded",
        LeadStatus::Accepted => "accepted",
        LeadStatus::Returned => "returned",
        LeadStatus::Won => "won",
    }
}

/// What its timer does.
pub(super) fn next(prospect: &Prospect) -> &'static str {
    match lead(prospect).map(|lead| lead.status) {
        Some(LeadStatus::AwaitingAnswer) => "lead-reminded",
        Some(LeadStatus::Reminded) => "lead-returned-without-answer",
        Some(LeadStatus::Accepted) => "lead-ages",
        Some(LeadStatus::Returned | LeadStatus::Won) => "lead-handed-over-again",
        Some(LeadStatus::Open) | None => "lead",
    }
}

/// A prospect whom a rule of the model took out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct DisqualifiedView {
    /// When it comes back by itself.
    pub comes_back: Option<Time>,
    /// Where it stood.
    pub funnel: Option<String>,
    pub journey: Option<String>,
    pub reason: Option<String>,
    pub since: Option<Time>,
}

impl DisqualifiedView {
    pub(super) fn of(out: &Disqualified) -> Self {
        let [journey, funnel] = Axis::ALL.map(|axis| out.stood[axis].as_ref().map(|p| p.stage.to_string()));
        Self {
            comes_back: out.back_at_ms.and_then(Time::of),
            funnel,
            journey,
            reason: out.reason.as_ref().map(ToString::to_string),
            since: Time::of(out.since_ms),
        }
    }
}

//! Hand-overs of leads as JSON, with what is known of the company.

use super::values::Rounded;
use crate::domain::Text;
use crate::domain::terms::sales::Answer;
use crate::wire::time::Rfc3339;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct HandOver<'a> {
    qualification: &'a str,
    reasons: &'a [Text],
    answer: Option<&'a str>,
    sla_due_at: Option<Rfc3339>,
    handed_over_at: Rfc3339,
    score: Rounded,
    fit: Option<Rounded>,
    grade: Option<&'a str>,
    label: Option<&'a str>,
    persona: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    company: Option<Company<'a>>,
}

#[derive(Serialize)]
struct Company<'a> {
    name: &'a str,
    known_as: &'a [Text],
    journey: Option<&'a str>,
    funnel: Option<&'a str>,
    score: Rounded,
    consensus: bool,
    consensus_since: Option<Rfc3339>,
    expected: u32,
    agreed: &'a [Text],
    missing: &'a [Text],
    missing_roles: &'a [Text],
    members: u32,
    active_colleagues: Vec<Colleague<'a>>,
    disqualified: bool,
    customer: bool,
}

#[derive(Serialize)]
struct Colleague<'a> {
    member: &'a str,
    role: Option<&'a str>,
    journey: Option<&'a str>,
}

pub(super) fn hand_over(body: &crate::domain::hand_over::HandOver) -> HandOver<'_> {
    HandOver {
        qualification: body.qualification.name(),
        reasons: &body.reasons,
        answer: body.answer.map(Answer::name),
        sla_due_at: body.sla_due_at_ms.map(Rfc3339::new),
        handed_over_at: Rfc3339::new(body.handed_over_at_ms),
        score: Rounded(body.score),
        fit: body.fit.map(Rounded),
        grade: body.grade.as_deref(),
        label: body.label.as_deref(),
        persona: body.persona.as_deref(),
        account: body.account.as_deref(),
        role: body.role.as_deref(),
        company: body.company.as_deref().map(|known| company(body.account.as_deref().unwrap_or_default(), known)),
    }
}

fn company<'a>(account: &'a str, company: &'a crate::domain::hand_over::Company) -> Company<'a> {
    let colleague = |colleague: &'a crate::domain::hand_over::Colleague| Colleague {
        member: &colleague.member,
        role: colleague.role.as_deref(),
        journey: colleague.journey.as_deref(),
    };
    Company {
        name: company.known_as.first().map_or(account, |name| name),
        known_as: &company.known_as,
        journey: company.journey.as_deref(),
        funnel: company.funnel.as_deref(),
        score: Rounded(company.score),
        consensus: company.consensus,
        consensus_since: company.consensus_since_ms.map(Rfc3339::new),
        expected: company.expected,
        agreed: &company.agreed,
        missing: &company.missing,
        missing_roles: &company.missing_roles,
        members: company.members,
        active_colleagues: company.active_colleagues.iter().map(colleague).collect(),
        disqualified: company.disqualified,
        customer: company.customer,
    }
}

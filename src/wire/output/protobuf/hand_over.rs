//! Hand-overs of leads as protobuf, with what is known of the company.

use super::values::{text, texts};
use crate::domain::hand_over::Colleague;
use crate::domain::hand_over::Company;
use crate::domain::hand_over::HandOver;
use crate::wire::output::fields::rounded;
use crate::wire::proto;

pub(super) fn hand_over(body: &HandOver) -> proto::HandOver {
    proto::HandOver {
        qualification: body.qualification.name().to_owned(),
        reasons: texts(&body.reasons),
        answer: body.answer.map(|a| a.name().to_owned()),
        sla_due_at_ms: body.sla_due_at_ms,
        handed_over_at_ms: body.handed_over_at_ms,
        score: rounded(body.score),
        fit: body.fit.map(rounded),
        grade: text(body.grade.as_ref()),
        label: text(body.label.as_ref()),
        persona: text(body.persona.as_ref()),
        account: text(body.account.as_ref()),
        role: text(body.role.as_ref()),
        company: body.company.as_deref().map(|known| company(body.account.as_deref().unwrap_or_default(), known)),
    }
}

fn company(account: &str, company: &Company) -> proto::Company {
    let colleague = |colleague: &Colleague| proto::Colleague {
        member: colleague.member.to_string(),
        role: text(colleague.role.as_ref()),
        journey: text(colleague.journey.as_ref()),
    };
    proto::Company {
        name: company.known_as.first().map_or(account, |name| name).to_owned(),
        known_as: texts(&company.known_as),
        journey: text(company.journey.as_ref()),
        funnel: text(company.funnel.as_ref()),
        score: rounded(company.score),
        consensus: company.consensus,
        consensus_since_ms: company.consensus_since_ms,
        expected: company.expected,
        agreed: texts(&company.agreed),
        missing: texts(&company.missing),
        missing_roles: texts(&company.missing_roles),
        members: company.members,
        active_colleagues: company.active_colleagues.iter().map(colleague).collect(),
        disqualified: company.disqualified,
        customer: company.customer,
    }
}

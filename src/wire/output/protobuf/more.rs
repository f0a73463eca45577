//! Triggers of absence, hand-overs and accounts as protobuf, and the proof that triggers carry.

use super::values::{id_text, text, texts};
use crate::domain::account::group::Member;
use crate::domain::effect;
use crate::wire::output::catalog::Catalog;
use crate::wire::output::fields::{rounded, verdict_name};
use crate::wire::proto;

pub(super) fn proof(proof: &effect::Proof, catalog: &Catalog) -> proto::Proof {
    let because = proof.because.iter().map(|event| proto::Because {
        name: event.name.to_string(),
        at_ms: event.at_ms,
        topic: catalog.topic(event.position.input).to_owned(),
        partition: event.position.partition,
        offset: event.position.offset,
        clock_corrected_ms: event.corrected_ms,
    });
    let checks = proof.checks.iter().map(|check| (*check).to_owned());
    proto::Proof { rule: proof.rule.to_string(), events: because.collect(), checks: checks.collect() }
}

pub(super) fn triggered(body: &effect::Triggered, catalog: &Catalog) -> proto::Triggered {
    proto::Triggered {
        trigger: body.trigger.to_string(),
        episode: body.episode_ms,
        due_at_ms: body.due_at_ms,
        reasons: texts(&body.reasons),
        product_id: text(body.product_id.as_ref()),
        score: rounded(body.score),
        label: text(body.label.as_ref()),
        persona: text(body.persona.as_ref()),
        proof: Some(proof(&body.proof, catalog)),
    }
}

fn company(account: &str, company: &effect::Company) -> proto::Company {
    let colleague = |colleague: &effect::Colleague| proto::Colleague {
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

pub(super) fn hand_over(body: &effect::HandOver) -> proto::HandOver {
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

pub(super) fn account(body: &effect::AccountChanged) -> proto::AccountChanged {
    proto::AccountChanged {
        account: body.account.to_string(),
        journey: text(body.journey.as_ref()),
        funnel: text(body.funnel.as_ref()),
        from: text(body.from.as_ref()),
        to: text(body.to.as_ref()),
        score: rounded(body.score),
        members: body.members,
        agreed: texts(&body.agreed),
        missing: texts(&body.missing),
        expected: body.expected,
        axis: body.axis.map(|axis| axis.name().to_owned()),
        missing_roles: texts(&body.missing_roles),
        consensus: body.consensus,
        disqualified: body.disqualified,
        reason: text(body.reason.as_ref()),
        recalls: body.recalls.map(id_text),
        group: body.group.iter().map(group_member).collect(),
        known_as: texts(&body.known_as),
    }
}

fn group_member(member: &Member) -> proto::GroupMember {
    proto::GroupMember {
        member: member.name.to_string(),
        role: text(member.role.as_ref()),
        journey: text(member.stages[0].as_ref()),
        funnel: text(member.stages[1].as_ref()),
        score: rounded(member.score),
        disqualified: member.disqualified,
    }
}

pub(super) fn member(body: &effect::MemberUpdate) -> proto::MemberUpdate {
    proto::MemberUpdate {
        account: body.account.to_string(),
        member: body.member.to_string(),
        role: text(body.role.as_ref()),
        journey: text(body.journey.as_ref()),
        funnel: text(body.funnel.as_ref()),
        score: body.score,
        disqualified: body.disqualified,
        left: body.left,
        verdict: body.verdict.map(|v| verdict_name(v).to_owned()),
        reason: text(body.reason.as_ref()),
        known_as: text(body.known_as.as_ref()),
        customer: body.customer,
        active_ms: body.active_ms,
        barred: body.barred.map(|bar| bar.name().to_owned()),
        lead: match &body.news {
            effect::News::Lead(news) => Some(proto::LeadNews {
                r#type: news.lead.kind.type_name().to_owned(),
                at_ms: news.at_ms,
                asks: news.asks,
                lead: Some(hand_over(&news.lead)),
            }),
            effect::News::Standing | effect::News::Bar(_) => None,
        },
        bar: match body.news {
            effect::News::Bar(bar) => Some(bar.map_or("", effect::Bar::name).to_owned()),
            effect::News::Standing | effect::News::Lead(_) => None,
        },
    }
}

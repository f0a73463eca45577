//! Triggers of absence, hand-overs and accounts as JSON, and the proof that triggers carry.

use super::values::Rounded;
use crate::domain::Text;
use crate::domain::account::group::Member;
use crate::domain::effect;
use crate::wire::output::catalog::Catalog;
use crate::wire::output::fields::{hex, verdict_name};
use crate::wire::time::Rfc3339;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Proof<'a> {
    rule: &'a str,
    events: Vec<Because<'a>>,
    checks: &'a [&'static str],
}

#[derive(Serialize)]
struct Because<'a> {
    name: &'a str,
    at: Rfc3339,
    topic: &'a str,
    partition: i32,
    offset: i64,
    #[serde(skip_serializing_if = "is_zero")]
    clock_corrected_ms: i64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

#[derive(Serialize)]
pub(super) struct Triggered<'a> {
    trigger: &'a str,
    episode: i64,
    due_at: Rfc3339,
    reasons: &'a [Text],
    product_id: Option<&'a str>,
    score: Rounded,
    label: Option<&'a str>,
    persona: Option<&'a str>,
    proof: Proof<'a>,
}

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

#[derive(Serialize)]
pub(super) struct Account<'a> {
    account: &'a str,
    journey: Option<&'a str>,
    funnel: Option<&'a str>,
    from: Option<&'a str>,
    to: Option<&'a str>,
    score: Rounded,
    members: u32,
    agreed: &'a [Text],
    missing: &'a [Text],
    expected: u32,
    axis: Option<&'static str>,
    missing_roles: &'a [Text],
    consensus: bool,
    disqualified: bool,
    reason: Option<&'a str>,
    recalls: Option<String>,
    group: Vec<GroupMember<'a>>,
    known_as: &'a [Text],
}

#[derive(Serialize)]
struct GroupMember<'a> {
    member: &'a str,
    role: Option<&'a str>,
    journey: Option<&'a str>,
    funnel: Option<&'a str>,
    score: Rounded,
    disqualified: bool,
}

#[derive(Serialize)]
pub(super) struct Update<'a> {
    account: &'a str,
    member: &'a str,
    role: Option<&'a str>,
    journey: Option<&'a str>,
    funnel: Option<&'a str>,
    score: f64,
    disqualified: bool,
    left: bool,
    verdict: Option<&'static str>,
    reason: Option<&'a str>,
    known_as: Option<&'a str>,
}

pub(super) fn proof<'a>(proof: &'a effect::Proof, catalog: &'a Catalog) -> Proof<'a> {
    let because = proof.because.iter().map(|event| Because {
        name: &event.name,
        at: Rfc3339::new(event.at_ms),
        topic: catalog.topic(event.position.input),
        partition: event.position.partition,
        offset: event.position.offset,
        clock_corrected_ms: event.corrected_ms,
    });
    Proof { rule: &proof.rule, events: because.collect(), checks: &proof.checks }
}

pub(super) fn triggered<'a>(body: &'a effect::Triggered, catalog: &'a Catalog) -> Triggered<'a> {
    Triggered {
        trigger: &body.trigger,
        episode: body.episode_ms,
        due_at: Rfc3339::new(body.due_at_ms),
        reasons: &body.reasons,
        product_id: body.product_id.as_deref(),
        score: Rounded(body.score),
        label: body.label.as_deref(),
        persona: body.persona.as_deref(),
        proof: proof(&body.proof, catalog),
    }
}

fn company<'a>(account: &'a str, company: &'a effect::Company) -> Company<'a> {
    let colleague = |colleague: &'a effect::Colleague| Colleague {
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

pub(super) fn hand_over(body: &effect::HandOver) -> HandOver<'_> {
    HandOver {
        qualification: body.qualification.name(),
        reasons: &body.reasons,
        answer: body.answer.map(effect::Answer::name),
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

pub(super) fn account(body: &effect::AccountChanged) -> Account<'_> {
    Account {
        account: &body.account,
        journey: body.journey.as_deref(),
        funnel: body.funnel.as_deref(),
        from: body.from.as_deref(),
        to: body.to.as_deref(),
        score: Rounded(body.score),
        members: body.members,
        agreed: &body.agreed,
        missing: &body.missing,
        expected: body.expected,
        axis: body.axis.map(effect::Axis::name),
        missing_roles: &body.missing_roles,
        consensus: body.consensus,
        disqualified: body.disqualified,
        reason: body.reason.as_deref(),
        recalls: body.recalls.map(|id| hex(id, &mut [0; 32]).to_owned()),
        group: body.group.iter().map(group_member).collect(),
        known_as: &body.known_as,
    }
}

fn group_member(member: &Member) -> GroupMember<'_> {
    GroupMember {
        member: &member.name,
        role: member.role.as_deref(),
        journey: member.stages[0].as_deref(),
        funnel: member.stages[1].as_deref(),
        score: Rounded(member.score),
        disqualified: member.disqualified,
    }
}

pub(super) fn member(body: &effect::MemberUpdate) -> Update<'_> {
    Update {
        account: &body.account,
        member: &body.member,
        role: body.role.as_deref(),
        journey: body.journey.as_deref(),
        funnel: body.funnel.as_deref(),
        score: body.score,
        disqualified: body.disqualified,
        left: body.left,
        verdict: body.verdict.map(verdict_name),
        reason: body.reason.as_deref(),
        known_as: body.known_as.as_deref(),
    }
}

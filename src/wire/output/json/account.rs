//! Changes of accounts as JSON, and their members' updates.

use super::values::Rounded;
use crate::domain::Text;
use crate::domain::member_update::MemberUpdate;
use crate::domain::output::AccountChanged;
use crate::domain::state::group::Member;
use crate::domain::terms::movement::Axis;
use crate::wire::output::fields::{hex, verdict_name};
use serde::Serialize;

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

pub(super) fn account(body: &AccountChanged) -> Account<'_> {
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
        axis: body.axis.map(Axis::name),
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
        journey: member.stages.journey.as_deref(),
        funnel: member.stages.funnel.as_deref(),
        score: Rounded(member.score),
        disqualified: member.disqualified,
    }
}

pub(super) fn member(body: &MemberUpdate) -> Update<'_> {
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

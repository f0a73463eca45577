//! Changes of accounts as protobuf, and their members' updates.

use super::hand_over::hand_over;
use super::values::{id_text, text, texts};
use crate::domain::member_update::MemberUpdate;
use crate::domain::member_update::News;
use crate::domain::output::AccountChanged;
use crate::domain::state::group::Member;
use crate::domain::terms::sales::Bar;
use crate::wire::output::fields::{rounded, verdict_name};
use crate::wire::proto;

pub(super) fn account(body: &AccountChanged) -> proto::AccountChanged {
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
        journey: text(member.stages.journey.as_ref()),
        funnel: text(member.stages.funnel.as_ref()),
        score: rounded(member.score),
        disqualified: member.disqualified,
    }
}

pub(super) fn member(body: &MemberUpdate) -> proto::MemberUpdate {
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
            News::Lead(news) => Some(proto::LeadNews {
                r#type: news.lead.kind.type_name().to_owned(),
                at_ms: news.at_ms,
                asks: news.asks,
                lead: Some(hand_over(&news.lead)),
            }),
            News::Standing | News::Bar(_) => None,
        },
        bar: match body.news {
            News::Bar(bar) => Some(bar.map_or("", Bar::name).to_owned()),
            News::Standing | News::Lead(_) => None,
        },
    }
}

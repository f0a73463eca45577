//! Updates from members to their accounts and back, as read from the internal topic.

use super::options::Options;
use super::rejected::reject;
use crate::domain::Text;
use crate::domain::hand_over::HandOver;
use crate::domain::member_update::{LeadNews, MemberUpdate, MemberUpdateRecord, News};
use crate::domain::model::sales::ANSWERS;
use crate::domain::origin::CausingEvent;
use crate::domain::origin::Position;
use crate::domain::terms::account::AccountVerdict;
use crate::domain::terms::sales::{Bar, HandOverKind, Qualification};
use crate::engine::task::TaskInput;
use crate::runtime::ports::{DeadReason, RecordView, Rejected};
use crate::wire::proto;
use prost::Message;

/// Reads one record of the internal topic.
pub(super) fn decode<'a>(record: &RecordView<'_>, options: &Options) -> Result<TaskInput<'a>, Rejected> {
    let unreadable = |why: &str| reject(DeadReason::UnreadableValue, why);
    let value = record.value.ok_or_else(|| unreadable("the record has no value"))?;
    let output = proto::Output::decode(value).map_err(|e| unreadable(&format!("not a leadstream.v1.Output: {e}")))?;
    let Some(proto::output::Body::Member(body)) = output.body else { return Err(unreadable("it is no update of a member")) };
    let id = u128::from_str_radix(&output.id, 16).map_err(|_| unreadable("its id is none"))?;
    let update = update(body).ok_or_else(|| unreadable("what it says of a lead is unknown"))?;
    let event = output.event.map(|event| {
        let position =
            Position { input: options.input(&event.topic).unwrap_or(u16::MAX), partition: event.partition, offset: event.offset };
        CausingEvent { message_id: text(event.id), name: event.name.into(), position }
    });
    let ids = output.ids.into_iter().map(Text::from).collect();
    let record_ms = record.record_ms().unwrap_or(output.at_ms);
    let update = Box::new(MemberUpdateRecord { update, at_ms: output.at_ms, id, event, ids });
    Ok(TaskInput::MemberUpdate { update, record_ms })
}

fn update(body: proto::MemberUpdate) -> Option<MemberUpdate> {
    let bar = |name: &str| Bar::ALL.into_iter().find(|bar| bar.name() == name);
    let news = match (body.lead, body.bar) {
        (Some(news), _) => News::Lead(Box::new(lead_news(news)?)),
        (None, Some(name)) => News::Bar(bar(&name)),
        (None, None) => News::Standing,
    };
    Some(MemberUpdate {
        account: body.account.into(),
        member: body.member.into(),
        role: text(body.role),
        journey: text(body.journey),
        funnel: text(body.funnel),
        score: body.score,
        disqualified: body.disqualified,
        left: body.left,
        verdict: match body.verdict.as_deref() {
            Some("disqualified") => Some(AccountVerdict::Disqualified),
            Some("reopened") => Some(AccountVerdict::Reopened),
            _ => None,
        },
        reason: text(body.reason),
        known_as: text(body.known_as),
        customer: body.customer,
        active_ms: body.active_ms,
        barred: body.barred.as_deref().and_then(bar),
        news,
    })
}

fn lead_news(news: proto::LeadNews) -> Option<LeadNews> {
    let lead = news.lead?;
    let kind = HandOverKind::ALL.into_iter().find(|kind| kind.type_name() == news.r#type)?;
    let answer = |name: &str| ANSWERS.into_iter().map(|(answer, _)| answer).find(|answer| answer.name() == name);
    let lead = HandOver {
        kind,
        qualification: [Qualification::Mql, Qualification::Sql].into_iter().find(|q| q.name() == lead.qualification)?,
        reasons: lead.reasons.into_iter().map(Text::from).collect(),
        answer: lead.answer.as_deref().and_then(answer),
        sla_due_at_ms: lead.sla_due_at_ms,
        handed_over_at_ms: lead.handed_over_at_ms,
        score: lead.score,
        fit: lead.fit,
        grade: text(lead.grade),
        label: text(lead.label),
        persona: text(lead.persona),
        account: text(lead.account),
        role: text(lead.role),
        company: None,
    };
    Some(LeadNews { lead, at_ms: news.at_ms, asks: news.asks })
}

fn text(text: Option<String>) -> Option<Text> {
    text.map(Text::from)
}

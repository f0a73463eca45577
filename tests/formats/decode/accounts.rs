//! Companies: what events say of them, and what members tell their accounts by the internal topic.

use super::{RECORD_MS, decode, decoder, record, rejected, vocabulary};
use leadstream::domain::company_names::ACCOUNT_KEY;
use leadstream::domain::event::{Event, Value};
use leadstream::domain::hand_over::HandOver;
use leadstream::domain::member_update::MemberUpdateRecord;
use leadstream::domain::member_update::{LeadNews, MemberUpdate, News};
use leadstream::domain::origin::CausingEvent;
use leadstream::domain::origin::Position;
use leadstream::domain::output::{Body, Output};
use leadstream::domain::terms::account::AccountVerdict;
use leadstream::domain::terms::sales::{Answer, Bar, HandOverKind, Qualification};
use leadstream::engine::task::{ProspectOutput, TaskInput};
use leadstream::runtime::ports::{DeadReason, Decode, Encode, Encoded, OutTopic, RecordView};
use leadstream::wire::output::{Encoder, Format, Options};
use std::sync::Arc;

const PAGE: &str = r#"{"type":"page","messageId":"m"}"#;

fn said<'a>(event: &'a Event<'_>, path: &str) -> Option<&'a Value<'a>> {
    event.property(vocabulary().property(path).unwrap())
}

#[test]
fn a_group_call_names_its_group_and_other_events_do_not() {
    let call = |kind: &str| format!(r#"{{"type":"{kind}","event":"Quote Requested","messageId":"m","groupId":"g-7"}}"#);
    let group = call("group");
    assert_eq!(said(&decode(&group), "groupId"), Some(&Value::Text("g-7".into())));
    let track = call("track");
    assert_eq!(said(&decode(&track), "groupId"), None);
    let number = r#"{"type":"group","messageId":"m","groupId":17}"#;
    assert_eq!(said(&decode(number), "groupId"), Some(&Value::Number(17.0)));
}

#[test]
fn a_company_is_a_text_or_an_object_with_a_name() {
    let text = r#"{"type":"identify","messageId":"m","traits":{"company":"Acme"}}"#;
    assert_eq!(said(&decode(text), "traits.company"), Some(&Value::Text("Acme".into())));
    let object = r#"{"type":"identify","messageId":"m","traits":{"company":{"id":1,"name":"Acme"}}}"#;
    let event = decode(object);
    assert_eq!((said(&event, "traits.company"), said(&event, "traits.company.name")), (None, Some(&Value::Text("Acme".into()))));
    assert_eq!(event.broken_fields, 0);
}

#[test]
fn nobody_can_write_into_an_accounts_record() {
    let key = format!("{ACCOUNT_KEY}acme.com");
    assert_eq!(rejected(&record(key.as_bytes(), PAGE.as_bytes())).reason, DeadReason::KeyReserved);
    let line = format!(r#"{{"type":"page","userId":"\u0001account:acme.com","timestamp":{RECORD_MS}}}"#);
    let refused = decoder().decode_line(line.as_bytes(), Position::default()).unwrap_err();
    assert_eq!(refused.reason, DeadReason::KeyReserved);
}

fn member_update() -> MemberUpdateRecord {
    MemberUpdateRecord {
        update: MemberUpdate {
            account: "acme.com".into(),
            member: "ann".into(),
            role: Some("decision-maker".into()),
            journey: Some("validation".into()),
            funnel: None,
            score: 12.345_678,
            disqualified: true,
            left: false,
            verdict: Some(AccountVerdict::Reopened),
            reason: Some("budget is back".into()),
            known_as: Some("Acme Inc.".into()),
            customer: true,
            active_ms: Some(RECORD_MS - 7),
            barred: Some(Bar::Customer),
            news: News::Standing,
        },
        at_ms: RECORD_MS - 5,
        id: 0x0123_4567_89AB_CDEF_0123_4567_89AB_CDEF,
        ids: Arc::default(),
        event: Some(CausingEvent {
            message_id: Some("m-1".into()),
            name: "page".into(),
            position: Position { input: 1, partition: 3, offset: 42 },
        }),
    }
}

/// What leaves of a lead by way of the account, and what the account tells its member.
fn news() -> [MemberUpdateRecord; 3] {
    let lead = HandOver {
        kind: HandOverKind::HeldBack,
        qualification: Qualification::Sql,
        reasons: vec!["account-customer".into(), "label sql".into()],
        answer: Some(Answer::NoShow),
        sla_due_at_ms: Some(RECORD_MS + 1),
        handed_over_at_ms: RECORD_MS - 6,
        score: 70.5,
        fit: Some(40.0),
        grade: Some("A1".into()),
        label: Some("sql".into()),
        persona: Some("executive".into()),
        account: Some("acme.com".into()),
        role: Some("decision-maker".into()),
        company: None,
    };
    let lead = News::Lead(Box::new(LeadNews { lead, at_ms: RECORD_MS - 8, asks: true }));
    [lead, News::Bar(None), News::Bar(Some(Bar::Disqualified))].map(|news| MemberUpdateRecord {
        update: MemberUpdate { account: "acme.com".into(), member: "ann".into(), news, ..MemberUpdate::default() },
        ids: ["email:ann@acme.com".into(), "anon:v1".into()].into(),
        ..member_update()
    })
}

#[test]
fn what_a_member_tells_comes_back_as_it_left_whatever_the_outputs_format() {
    let topics = vec!["clickstream".to_owned(), "email".to_owned(), "typed".to_owned()];
    let models = Arc::new(leadstream_model::default_models());
    for format in [Format::Json, Format::Protobuf] {
        let options = Options { format, source: "leadstream/test".to_owned(), input_topics: topics.clone() };
        let encoder = Encoder::new(options, Arc::clone(&models));
        for member_update in [member_update()].into_iter().chain(news()) {
            let MemberUpdateRecord { update, at_ms, id, event, ids } = member_update.clone();
            let to_member = update.is_to_member();
            let output = Output { id, model: 0, at_ms, event, body: Body::Member(Box::new(update)) };
            let mut encoded = Encoded::default();
            let topic = encoder.output(&ProspectOutput { prospect: "ann".into(), ids: Arc::clone(&ids), output }, &mut encoded);
            assert_eq!(topic, OutTopic::AccountMembers);
            // The input after those of the configuration.
            let view = RecordView { input: 3, ..record(b"acme.com", &encoded.value) };
            let back = decoder().decode(&view).unwrap_or_else(|e| panic!("{e:?}"));
            assert_eq!(back.key(), if to_member { "ann".to_owned() } else { format!("{ACCOUNT_KEY}acme.com") });
            let TaskInput::MemberUpdate { update, .. } = back else { panic!("{back:?}") };
            assert_eq!(*update, member_update);
        }
    }
    let garbage = RecordView { input: 3, ..record(b"acme.com", b"{}") };
    assert_eq!(decoder().decode(&garbage).unwrap_err().reason, DeadReason::UnreadableValue);
    let page = decoder().decode(&record(b"u-1", PAGE.as_bytes())).unwrap();
    assert_eq!(page, TaskInput::Event(decode(PAGE)));
}

//! What leaves the service: fields, names and headers exactly as the contract (section 5) has them.

use leadstream::domain::hand_over::{Colleague, Company, HandOver};
use leadstream::domain::model::{CartModel, MAX_AGE_MS, Model, Models, ScoreModel};
use leadstream::domain::names::Vocabulary;
use leadstream::domain::origin::CausingEvent;
use leadstream::domain::origin::Position;
use leadstream::domain::output::trigger::{CartAbandoned, CartOutcome};
use leadstream::domain::output::{AccountChanged, Because, Body, Output, Proof, ScoreChanged, StageChanged};
use leadstream::domain::state::cart::{ArmedFor, CartLine};
use leadstream::domain::state::group::Member;
use leadstream::domain::terms::account::AccountKind;
use leadstream::domain::terms::cart::{OutcomeKind, Reason};
use leadstream::domain::terms::movement::{Axis, Cause, Direction};
use leadstream::domain::terms::per_axis::PerAxis;
use leadstream::domain::terms::recovery::{AttributedBy, Attribution, AttributionReason};
use leadstream::domain::terms::sales::{Answer, HandOverKind, Qualification};
use leadstream::engine::task::ProspectOutput;
use leadstream::runtime::ports::{DeadReason, Encode, Encoded, Headers, OutTopic, RecordView, Rejected, TaskRecord};
use leadstream::wire::dead_letter;
use leadstream::wire::output::{Encoder, Format, Options};
use leadstream::wire::proto;
use prost::Message;
use std::sync::Arc;

const AT_MS: i64 = 1_795_348_800_123; // 2026-11-22T12:00:00.123Z

fn encoder(format: Format) -> Encoder {
    let model = Model {
        name: "ecommerce".into(),
        title: "Online shop".to_owned(),
        hash_text: "00000000deadbeef".into(),
        hash: 0xDEAD_BEEF,
        session_gap_ms: 1_800_000,
        axes: PerAxis::default(),
        score: ScoreModel::default(),
        cart: CartModel::default(),
        ..Model::default()
    };
    let models = Models { models: vec![model], vocabulary: Vocabulary::default(), max_age_ms: MAX_AGE_MS };
    let input_topics = vec!["shop.clickstream".to_owned(), "shop.cart".to_owned()];
    Encoder::new(Options { format, source: "leadstream/test".to_owned(), input_topics }, Arc::new(models))
}

fn output(event: bool, body: Body) -> Output {
    let position = Position { input: 1, partition: 3, offset: 42 };
    let event = event.then(|| CausingEvent { message_id: Some("m-1".into()), name: "Product Added".into(), position });
    Output { id: 0x0123_4567_89AB_CDEF_0123_4567_89AB_CDEF, model: 0, at_ms: AT_MS, event, body }
}

fn stage() -> Output {
    output(
        true,
        Body::StageChanged(StageChanged {
            axis: Axis::Funnel,
            from: None,
            to: "intent".into(),
            direction: Direction::Enter,
            cause: Cause::ReEntered,
            in_stage_ms: 0,
            score: 12.345_678,
            label: Some("cold".into()),
            persona: None,
        }),
    )
}

fn score() -> Output {
    let groups: Vec<(leadstream::domain::Text, f64)> = vec![("buying".into(), 10.0), ("browsing".into(), 0.1 + 0.2)];
    let body = ScoreChanged {
        from: Some("hot".into()),
        to: None,
        up: false,
        score: -0.0001,
        fit: None,
        engagement: -0.0001,
        grade: None,
        groups,
        merged: false,
    };
    output(false, Body::ScoreChanged(body))
}

fn abandoned() -> Output {
    let line = CartLine {
        product_id: "p-1".into(),
        sku: Some("SKU-1".into()),
        name: Some("Shoe \"Trail\"\n".into()),
        variant: Some("blue".into()),
        url: Some("https://shop.example/p/1".into()),
        image_url: None,
        quantity: 3.0,
        price: Some(19.99),
        currency: None,
        added_ms: 5,
    };
    output(
        false,
        Body::CartAbandoned(Box::new(CartAbandoned {
            cart_id: Some("cart-1".into()),
            episode_ms: AT_MS - 3_600_000,
            step: 1,
            steps: 3,
            due_at_ms: AT_MS,
            abandoned_at_ms: AT_MS - 3_600_000,
            armed_for: ArmedFor::PaymentFailed,
            checkout_started: true,
            checkout_step: Some("shipping".into()),
            addressable: true,
            address: Some("email:ada@mail.example".into()),
            lines: vec![line],
            lines_left_out: 2,
            value: Some(3.0 * 19.99),
            currency: Some("EUR".into()),
            score: 50.0,
            label: Some("hot".into()),
            persona: Some("parents".into()),
            proof: Proof {
                rule: "cart step 1".into(),
                because: vec![Because {
                    name: "Product Added".into(),
                    at_ms: AT_MS,
                    position: Position { input: 1, partition: 3, offset: 7 },
                    corrected_ms: 0,
                }],
                checks: vec!["consent"],
            },
        })),
    )
}

fn outcome(kind: OutcomeKind, reason: Reason) -> Output {
    output(
        true,
        Body::CartOutcome(Box::new(CartOutcome {
            kind,
            cart_id: None,
            episode_ms: 7,
            step: None,
            steps_sent: 2,
            reason,
            trigger_ids: vec![1, u128::MAX],
            order_id: Some("o-1".into()),
            value: Some(59.97),
            currency: None,
            attribution: (kind == OutcomeKind::Recovered).then_some(Attribution::Click),
            attributed_trigger_id: (kind == OutcomeKind::Recovered).then_some(1),
            attributed_by: (kind == OutcomeKind::Recovered).then_some(AttributedBy::TriggerId),
            attribution_reason: (kind == OutcomeKind::RecoveredLate).then_some(AttributionReason::OutsideWindow),
            late: kind == OutcomeKind::RecoveredLate,
            whole: kind == OutcomeKind::Reversed,
            ordered_ms: 0,
        })),
    )
}

fn hand_over() -> Output {
    let body = HandOver {
        kind: HandOverKind::Returned,
        qualification: Qualification::Sql,
        reasons: vec!["no budget".into()],
        answer: Some(Answer::Lost),
        sla_due_at_ms: None,
        handed_over_at_ms: AT_MS - 3_600_000,
        score: 71.4999,
        fit: Some(40.0),
        grade: Some("C2".into()),
        label: Some("hot".into()),
        persona: None,
        account: None,
        role: None,
        company: None,
    };
    output(true, Body::HandOver(Box::new(body)))
}

fn json(output: &Output) -> (OutTopic, serde_json::Value, String) {
    let mut bytes = b"kept".to_vec();
    let topic = encoder(Format::Json).encode(("u-1", &[]), output, &mut bytes);
    let text = String::from_utf8(bytes).expect("UTF-8");
    let text = text.strip_prefix("kept").expect("it appends").to_owned();
    assert!(!text.contains('\n'), "one line");
    (topic, serde_json::from_str(&text).expect("JSON"), text)
}

#[test]
fn a_stage_change_has_the_fields_of_the_contract() {
    let (topic, _, text) = json(&stage());
    assert_eq!(topic, OutTopic::StageChanges);
    assert_eq!(
        text,
        concat!(
            r#"{"id":"0123456789abcdef0123456789abcdef","type":"stage.changed","prospect":"u-1","at":"2026-11-22T12:00:00.123Z","#,
            r#""model":{"name":"ecommerce","hash":"00000000deadbeef"},"#,
            r#""event":{"id":"m-1","name":"Product Added","topic":"shop.cart","partition":3,"offset":42},"#,
            r#""axis":"funnel","from":null,"to":"intent","direction":"enter","cause":"re-entered","in_stage_ms":0,"score":12.35,"#,
            r#""label":"cold","persona":null}"#
        )
    );
}

#[test]
fn a_score_change_has_the_fields_of_the_contract() {
    let (topic, value, text) = json(&score());
    assert_eq!(topic, OutTopic::ScoreChanges);
    assert_eq!(value["event"], serde_json::Value::Null, "time was the cause");
    let body = r#""from":"hot","to":null,"direction":"down","score":0.0,"fit":null,"engagement":0.0,"grade":null,"groups":{"buying":10.0,"browsing":0.3}}"#;
    assert!(text.ends_with(body), "{text}");
}

#[test]
fn an_abandoned_cart_has_the_fields_of_the_contract() {
    let (topic, _, text) = json(&abandoned());
    assert_eq!(topic, OutTopic::CartAbandoned);
    let body = concat!(
        r#""event":null,"cart_id":"cart-1","episode":1795345200123,"step":1,"steps":3,"due_at":"2026-11-22T12:00:00.123Z","#,
        r#""abandoned_at":"2026-11-22T11:00:00.123Z","reason":"payment-failed","checkout_started":true,"checkout_step":"shipping","#,
        r#""addressable":true,"address":"email:ada@mail.example","lines":[{"product_id":"p-1","sku":"SKU-1","#,
        r#""name":"Shoe \"Trail\"\n","variant":"blue","quantity":3,"price":19.99,"url":"https://shop.example/p/1","image_url":null}],"#,
        r#""lines_left_out":2,"value":59.97,"currency":"EUR","score":50.0,"label":"hot","persona":"parents","#,
        r#""proof":{"rule":"cart step 1","events":[{"name":"Product Added","at":"2026-11-22T12:00:00.123Z","topic":"shop.cart","#,
        r#""partition":3,"offset":7}],"checks":["consent"]}}"#
    );
    assert!(text.ends_with(body), "{text}");
}

#[test]
fn an_outcome_has_the_fields_of_the_contract() {
    let (topic, value, text) = json(&outcome(OutcomeKind::Recalled, Reason::HardBounce));
    assert_eq!(topic, OutTopic::CartOutcomes);
    assert_eq!(value["type"], "cart.recalled");
    let body = concat!(
        r#""cart_id":null,"episode":7,"step":null,"steps_sent":2,"reason":"hard-bounce","#,
        r#""trigger_ids":["00000000000000000000000000000001","ffffffffffffffffffffffffffffffff"],"#,
        r#""order_id":"o-1","value":59.97,"currency":null,"attribution":null,"attributed_trigger_id":null,"attributed_by":null,"#,
        r#""attribution_reason":null,"late":false}"#
    );
    assert!(text.ends_with(body), "{text}");
    for (kind, name) in [
        (OutcomeKind::Recovered, "cart.recovered"),
        (OutcomeKind::Cancelled, "cart.cancelled"),
        (OutcomeKind::Expired, "cart.expired"),
        (OutcomeKind::Skipped, "cart.skipped"),
        (OutcomeKind::Reversed, "cart.reversed"),
        (OutcomeKind::RecoveredLate, "cart.recovered-late"),
    ] {
        assert_eq!(json(&outcome(kind, Reason::Late)).1["type"], name);
    }
}

#[test]
fn a_late_order_says_so_and_why_nothing_is_known_and_a_reversal_whether_anything_is_left() {
    let late = json(&outcome(OutcomeKind::RecoveredLate, Reason::Ordered)).1;
    assert_eq!((&late["late"], &late["attribution"]), (&true.into(), &serde_json::Value::Null));
    assert_eq!((&late["attribution_reason"], late.get("whole")), (&"outside-window".into(), None));
    assert_eq!(json(&outcome(OutcomeKind::Reversed, Reason::OrderRefunded)).1["whole"], true);
}

#[test]
fn a_lead_has_the_fields_of_the_contract() {
    let (topic, value, text) = json(&hand_over());
    assert_eq!(topic, OutTopic::HandOvers);
    assert_eq!(value["type"], "lead.returned");
    let body = concat!(
        r#""qualification":"SQL","reasons":["no budget"],"answer":"lost","sla_due_at":null,"#,
        r#""handed_over_at":"2026-11-22T11:00:00.123Z","score":71.5,"fit":40.0,"grade":"C2","label":"hot","persona":null}"#
    );
    assert!(text.ends_with(body), "{text}");
    let mut with_company = hand_over();
    if let Body::HandOver(lead) = &mut with_company.body {
        (lead.account, lead.role) = (Some("acme.com".into()), Some("user".into()));
        lead.company = Some(Box::new(Company {
            known_as: vec!["Acme Inc.".into()],
            journey: Some("validation".into()),
            score: 81.25,
            consensus: true,
            consensus_since_ms: Some(AT_MS - 3_600_000),
            expected: 2,
            agreed: vec!["ann".into(), "ben".into()],
            members: 3,
            active_colleagues: vec![Colleague { member: "ben".into(), role: None, journey: Some("validation".into()) }],
            ..Company::default()
        }));
    }
    let (_, _, text) = json(&with_company);
    let company = concat!(
        r#""account":"acme.com","role":"user","company":{"name":"Acme Inc.","known_as":["Acme Inc."],"journey":"validation","#,
        r#""funnel":null,"score":81.25,"consensus":true,"consensus_since":"2026-11-22T11:00:00.123Z","expected":2,"#,
        r#""agreed":["ann","ben"],"missing":[],"missing_roles":[],"members":3,"active_colleagues":[{"member":"ben","#,
        r#""role":null,"journey":"validation"}],"disqualified":false,"customer":false}}"#
    );
    assert!(text.ends_with(company), "{text}");
    let words = [HandOverKind::HandedOver, HandOverKind::Reminded, HandOverKind::Answered].map(HandOverKind::type_name);
    assert_eq!(words, ["lead.handed-over", "lead.reminded", "lead.answered"]);
}

#[test]
fn headers_are_cloud_events_in_kafkas_binary_mode() {
    let of = |output: &Output, encoder: &Encoder, into: &mut Encoded| {
        encoder.output(&ProspectOutput { prospect: "u-1".into(), ids: Arc::default(), output: output.clone() }, into);
        into.headers
            .iter()
            .map(|(k, v)| (k.to_string(), String::from_utf8(v.clone().unwrap_or_default()).unwrap()))
            .collect::<Vec<_>>()
    };
    let mut into = Encoded::default();
    let headers = of(&stage(), &encoder(Format::Json), &mut into);
    let want = [
        ("ce_specversion", "1.0"),
        ("ce_id", "0123456789abcdef0123456789abcdef"),
        ("ce_type", "stage.changed"),
        ("ce_source", "leadstream/test"),
        ("ce_time", "2026-11-22T12:00:00.123Z"),
        ("ce_subject", "u-1"),
        ("content-type", "application/json"),
    ];
    assert_eq!(headers.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect::<Vec<_>>(), want);
    let value = into.value.clone();
    let again = of(&abandoned(), &encoder(Format::Protobuf), &mut into);
    assert_eq!(again.len(), want.len(), "a buffer that is used again holds nothing of the last record");
    assert_eq!((again[2].1.as_str(), again[6].1.as_str()), ("cart.abandoned", "application/protobuf"));
    assert_ne!(into.value, value);
}

fn account(kind: AccountKind) -> Output {
    let member = |name: &str, stage: &str, score| Member {
        name: name.into(),
        role: (name == "ann").then(|| "user".into()),
        stages: PerAxis { journey: Some(stage.into()), funnel: None },
        score,
        disqualified: false,
        updated_ms: AT_MS,
        ..Member::default()
    };
    output(
        true,
        Body::AccountChanged(Box::new(AccountChanged {
            kind,
            account: "acme.com".into(),
            axis: Some(Axis::Journey),
            journey: Some("validation".into()),
            funnel: None,
            from: None,
            to: Some("validation".into()),
            score: 0.1 + 0.2,
            members: 2,
            agreed: vec!["ann".into()],
            missing: vec!["ben".into()],
            expected: 5,
            missing_roles: vec!["decision-maker".into()],
            consensus: false,
            disqualified: true,
            reason: Some("budget".into()),
            recalls: Some(1),
            known_as: vec!["Acme Inc.".into()],
            group: vec![member("ann", "validation", 0.301), member("ben", "awareness", 0.0)],
        })),
    )
}

#[test]
fn an_account_has_its_fields() {
    let (topic, value, text) = json(&account(AccountKind::JourneyChanged));
    assert_eq!(topic, OutTopic::Accounts);
    assert_eq!(value["type"], "account.stage-changed");
    let body = concat!(
        r#""account":"acme.com","journey":"validation","funnel":null,"from":null,"to":"validation","score":0.3,"members":2,"#,
        r#""agreed":["ann"],"missing":["ben"],"expected":5,"axis":"journey","missing_roles":["decision-maker"],"consensus":false,"#,
        r#""disqualified":true,"reason":"budget","recalls":"00000000000000000000000000000001","#,
        r#""group":[{"member":"ann","role":"user","journey":"validation","funnel":null,"score":0.3,"disqualified":false},"#,
        r#"{"member":"ben","role":null,"journey":"awareness","funnel":null,"score":0.0,"disqualified":false}],"known_as":["Acme Inc."]}"#
    );
    assert!(text.ends_with(body), "{text}");
    for (kind, name) in [
        (AccountKind::FunnelChanged, "account.stage-changed"),
        (AccountKind::ConsensusReached, "account.consensus-reached"),
        (AccountKind::ConsensusLost, "account.consensus-lost"),
        (AccountKind::ConsensusRecalled, "account.consensus-recalled"),
        (AccountKind::Disqualified, "account.disqualified"),
        (AccountKind::Reopened, "account.reopened"),
    ] {
        assert_eq!(json(&account(kind)).1["type"], name);
    }
}

#[test]
fn protobuf_says_the_same_as_json() {
    let account = account(AccountKind::ConsensusLost);
    for output in [stage(), score(), abandoned(), outcome(OutcomeKind::Recovered, Reason::Ordered), account, hand_over()] {
        let mut bytes = Vec::new();
        let topic = encoder(Format::Protobuf).encode(("u-1", &[]), &output, &mut bytes);
        let message = proto::Output::decode(bytes.as_slice()).unwrap();
        let (json_topic, json, _) = json(&output);
        assert_eq!(topic, json_topic);
        assert_eq!(json["id"], message.id);
        assert_eq!(json["type"], message.r#type);
        assert_eq!(json["model"]["hash"], message.model.unwrap().hash);
        assert_eq!(json["event"].is_null(), message.event.is_none());
        match message.body.unwrap() {
            proto::output::Body::StageChanged(m) => assert_eq!((&json["to"], &json["score"]), (&m.to.into(), &m.score.into())),
            proto::output::Body::ScoreChanged(m) => assert_eq!(json["groups"]["browsing"], m.groups[1].points),
            proto::output::Body::CartAbandoned(m) => {
                assert_eq!(json["lines"][0]["price"], m.lines[0].price.unwrap());
                assert_eq!((&json["reason"], &json["checkout_step"]), (&m.reason.into(), &m.checkout_step.unwrap().into()));
                assert_eq!(json["addressable"], m.addressable);
                assert_eq!(json["address"], m.address.unwrap());
                assert_eq!((&json["episode"], &json["value"]), (&m.episode.into(), &m.value.unwrap().into()));
            }
            proto::output::Body::CartOutcome(m) => {
                assert_eq!(json["trigger_ids"][1], m.trigger_ids[1]);
                assert_eq!((&json["attribution"], m.attribution.as_deref()), (&"click".into(), Some("click")));
                assert_eq!(json["attributed_trigger_id"], m.attributed_trigger_id.unwrap());
                assert_eq!((&json["attributed_by"], m.attributed_by.as_deref()), (&"trigger-id".into(), Some("trigger-id")));
                assert_eq!((&json["late"], m.late, m.whole), (&false.into(), false, false));
            }
            proto::output::Body::AccountChanged(m) => {
                assert_eq!((&json["recalls"], &json["axis"]), (&m.recalls.unwrap().into(), &m.axis.unwrap().into()));
                assert_eq!(json["group"][0]["score"], m.group[0].score);
            }
            proto::output::Body::HandOver(m) => {
                assert_eq!(
                    (&json["qualification"], &json["reasons"][0]),
                    (&m.qualification.into(), &m.reasons[0].clone().into())
                );
                assert_eq!((&json["answer"], m.handed_over_at_ms), (&m.answer.unwrap().into(), AT_MS - 3_600_000));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_dead_letter_says_why_and_where_from_and_is_read_back() {
    let record = RecordView {
        input: 0,
        partition: 7,
        offset: 99,
        timestamp_ms: Some(AT_MS),
        key: Some(b"\xff"),
        value: None,
        content_type: None,
        ..RecordView::default()
    };
    let rejected = Rejected { reason: DeadReason::KeyNotUtf8, detail: "the key is not UTF-8".to_owned() };
    let trace = ("trace".to_owned(), Some(b"kept".to_vec()));
    let dead = |original| encoder(Format::Json).dead_letter(&record, original, "shop.clickstream", &rejected, 960 * 1024);
    let letter = dead(vec![trace]);
    assert_eq!(letter.headers[0], ("trace".into(), Some(b"kept".to_vec())), "the record's own headers stay");
    let parse = |headers: &Headers| dead_letter::parse(headers.iter().map(|(name, value)| (&**name, value.as_deref())));
    let want = dead_letter::Info {
        reason: "key-not-utf8".into(),
        detail: rejected.detail.clone(),
        topic: "shop.clickstream".to_owned(),
        partition: 7,
        offset: 99,
        timestamp_ms: AT_MS,
        ..dead_letter::Info::default()
    };
    assert_eq!((letter.key, letter.value, parse(&letter.headers)), (record.key, None, Some(want.clone())));

    // Letters of versions that kept foreign headers under their names: the last death of a record counts.
    let mut twice = letter.headers.clone();
    twice.iter_mut().filter(|(name, _)| name == "leadstream-offset").for_each(|(_, value)| *value = Some(b"x".to_vec()));
    twice.extend(dead(Vec::new()).headers);
    assert_eq!(parse(&twice), Some(want));
    assert_eq!(parse(&vec![("leadstream-reason".into(), Some(b"no-name".to_vec()))]), None);
    let mut broken = letter.headers;
    broken.push(("leadstream-partition".into(), Some(b"seven".to_vec())));
    assert_eq!(parse(&broken), None);
}

#[test]
fn a_task_record_comes_back_through_the_port() {
    let encoder = encoder(Format::Json);
    let positions = vec![("a".into(), 5)];
    let record = TaskRecord { time_ms: -1, positions, incarnation: u64::MAX, writer: "w".to_owned(), routed: Vec::new() };
    let mut bytes = Vec::new();
    encoder.task_record(&record, &mut bytes);
    assert_eq!(encoder.read_task_record(&bytes), Ok(record));
    assert!(encoder.read_task_record(b"\x08\x09").unwrap_err().to_string().contains("version 9"));
    assert!(encoder.read_task_record(b"").is_err());
}

#[test]
fn a_reminder_too_long_to_be_written_leaves_without_its_lines_and_says_how_many() {
    let line = || CartLine { product_id: "p".into(), url: Some("\u{1}".repeat(2_048).into()), ..CartLine::default() };
    let mut output = abandoned();
    let Body::CartAbandoned(cart) = &mut output.body else { unreachable!() };
    (cart.lines, cart.lines_left_out) = ((0..100).map(|_| line()).collect(), 3);
    let mut encoded = Encoded::default();
    let output = ProspectOutput { prospect: "u-1".into(), ids: Arc::default(), output };
    assert_eq!(encoder(Format::Json).output(&output, &mut encoded), OutTopic::CartAbandoned);
    let value: serde_json::Value = serde_json::from_slice(&encoded.value).unwrap();
    assert_eq!((&value["lines"], &value["lines_left_out"]), (&serde_json::json!([]), &serde_json::json!(103)));
    assert_eq!(value["cart_id"], "cart-1");
}

#[test]
fn an_output_says_the_other_ids_of_its_prospect_where_it_is_given_any() {
    let output = abandoned();
    let ids: [leadstream::domain::Text; 2] = ["email:ada@mail.example".into(), "anon:\"v\"".into()];
    let (mut with, mut without) = (Vec::new(), Vec::new());
    encoder(Format::Json).encode(("u-1", &ids), &output, &mut with);
    encoder(Format::Json).encode(("u-1", &[]), &output, &mut without);
    let said = r#""prospect":"u-1","ids":["email:ada@mail.example","anon:\"v\""],"at""#;
    let with = String::from_utf8(with).unwrap();
    assert!(with.contains(said), "{with}");
    assert_eq!(with.replace(said, r#""prospect":"u-1","at""#), String::from_utf8(without).unwrap());
    let mut bytes = Vec::new();
    encoder(Format::Protobuf).encode(("u-1", &ids), &output, &mut bytes);
    assert_eq!(proto::Output::decode(bytes.as_slice()).unwrap().ids, ids.map(|id| id.to_string()));
}

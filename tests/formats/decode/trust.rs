//! What only trusted inputs may say: erase, withdraw consent, answer for sales.

use super::*;
use leadstream::domain::names::Authority;
use leadstream::domain::origin::Position;
use leadstream::runtime::ports::DeadReason;
use leadstream::wire::proto;
use prost::Message;

const OF_AUTHORITY: [(&str, &str, Authority); 16] = [
    ("User Deleted", "{}", Authority::Erasure),
    (r"User\u0020Deleted", "{}", Authority::Erasure),
    ("Unsubscribed", "{}", Authority::Consent),
    ("Email Unsubscribed", "{}", Authority::Consent),
    ("Email Marked as Spam", "{}", Authority::Consent),
    ("Email Bounced", "{}", Authority::Consent),
    ("Email Bounced", r#"{"bounce_type":"hard"}"#, Authority::Consent),
    ("Email Bounced", r#"{"bounceType":"Transient"}"#, Authority::Consent),
    ("Lead Accepted", "{}", Authority::Sales),
    ("Lead Rejected", "{}", Authority::Sales),
    ("Lead Recycled", "{}", Authority::Sales),
    ("Lead Won", "{}", Authority::Sales),
    ("Lead Lost", "{}", Authority::Sales),
    ("Lead No-Show", "{}", Authority::Sales),
    ("Lead Disqualified", "{}", Authority::Sales),
    ("Lead Requalified", "{}", Authority::Sales),
];

#[test]
fn what_erases_withdraws_consent_or_answers_for_sales_is_accepted_from_trusted_inputs_only() {
    let decoder = doubting_decoder();
    for (name, properties, authority) in OF_AUTHORITY {
        for value in [track(name, properties), format!(r#"{{"event":"{name}","userId":"u-1","properties":{properties}}}"#)] {
            let refused = decoder.decode_event(&record(b"u-1", value.as_bytes())).expect_err(name);
            assert_eq!(refused.reason, DeadReason::Untrusted(authority), "{value}");
            assert!(refused.detail.contains("inputs.trusted") && refused.detail.len() <= 300, "{}", refused.detail);
            let accepted = decoder.decode_event(&RecordView { input: EMAIL, ..record(b"u-1", value.as_bytes()) }).expect(name);
            assert_eq!(accepted.kind.authority(), Some(authority), "{value}");
        }
    }
}

#[test]
fn it_is_refused_in_every_format_and_from_files() {
    let decoder = doubting_decoder();
    for (name, _, authority) in OF_AUTHORITY.into_iter().filter(|(name, ..)| !name.contains('\\')) {
        let value = proto::Event { name: name.to_owned(), ..proto::Event::default() }.encode_to_vec();
        let typed = RecordView { input: PROTOBUF, ..record(b"u-1", &value) };
        assert_eq!(decoder.decode_event(&typed).expect_err(name).reason, DeadReason::Untrusted(authority));
        let by_header = RecordView { content_type: Some(b"application/protobuf"), ..record(b"u-1", &value) };
        assert_eq!(decoder.decode_event(&by_header).expect_err(name).reason, DeadReason::Untrusted(authority));
        let line = format!(r#"{{"type":"track","event":"{name}","userId":"u-1","timestamp":"2026-11-22T12:00:00Z"}}"#);
        let from = |input| decoder.decode_line(line.as_bytes(), Position { input, ..Position::default() });
        assert_eq!(from(CLICKSTREAM).expect_err(name).reason, DeadReason::Untrusted(authority));
        assert!(from(EMAIL).is_ok(), "{name}");
    }
}

#[test]
fn a_model_that_calls_an_answer_of_sales_otherwise_is_no_way_round() {
    let mut vocabulary = vocabulary();
    vocabulary.intern_name("Deal Closed");
    vocabulary.intern_sales("Deal Closed");
    let topics = vec![Topic { name: "clickstream".to_owned(), is_email: false, is_trusted: false, format: Format::Json }];
    let decoder = Decoder::new(Options { topics, ..Options::default() }, &vocabulary);
    let value = track("Deal Closed", "{}");
    let refused = decoder.decode_event(&record(b"u-1", value.as_bytes())).expect_err("an answer of sales");
    assert_eq!(refused.reason, DeadReason::Untrusted(Authority::Sales));
}

#[test]
fn everything_else_is_welcome_everywhere() {
    let decoder = doubting_decoder();
    for name in
        ["Order Completed", "Order Refunded", "Subscribed", "Email Opened", "Email Delivered", "Cart Emptied", "Deal Closed"]
    {
        let value = track(name, "{}");
        assert!(decoder.decode_event(&record(b"u-1", value.as_bytes())).is_ok(), "{name}");
    }
    for call in ["identify", "group", "alias", "page", "screen"] {
        let value = format!(r#"{{"type":"{call}","event":"User Deleted","traits":{{"email":"a@b.example"}}}}"#);
        let event = decoder.decode_event(&record(b"u-1", value.as_bytes())).expect(call);
        assert_eq!(event.kind.authority(), None, "{call}");
    }
}

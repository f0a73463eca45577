//! What the service looks at by itself, whatever the models name.

use super::*;
use leadstream::domain::event::{MailEvent, OrderFate, Signals};
use leadstream::domain::ids::{hash64, low32};
use leadstream::domain::origin::Position;
use leadstream::wire::proto;
use prost::Message;
use std::num::NonZeroU32;

fn call(kind: &str, rest: &str) -> String {
    format!(r#"{{"type":"{kind}","messageId":"m-1",{rest}}}"#)
}

#[test]
fn a_user_is_seen_in_records_and_files_and_words_for_nobody_are_none() {
    for (user, has_user) in [
        (r#""u-7""#, true),
        ("17", true),
        (r#"" 7 ""#, true),
        (r#""null pointer""#, true),
        (r#""0x0""#, true),
        ("null", false),
        (r#""""#, false),
        (r#""  ""#, false),
        ("0", false),
        (r#""000""#, false),
        (r#""Undefined""#, false),
        (r#""[object Object]""#, false),
        ("false", false),
        (r#"{"id":"u-7"}"#, false),
        (r#"["u-7"]"#, false),
    ] {
        let value = call("page", &format!(r#""anonymousId":"a-1","userId":{user}"#));
        let event = decode(&value);
        assert_eq!(event.signals.has_user, has_user, "{user}");
        assert_eq!((event.identifies(), event.broken_fields), (has_user, 0), "{user}: it has always been no fault");
        let escaped = format!(r#""anonymousId":"a-1","\u0075serId":{user}"#);
        assert_eq!(decode(&call("page", &escaped)).signals.has_user, has_user, "{user}, by a key that needs unescaping");
    }
    for (rest, why) in [
        (r#""anonymousId":"a-1""#, "there is none"),
        (r#""userId":null,"user_id":"undefined""#, "words for nobody are nobody, under any name"),
        (r#""properties":{"user":"u-7","id":"u-7"}"#, "another property is none"),
    ] {
        assert!(!decode(&call("page", rest)).identifies(), "{why}");
    }
    let typed = |user: &str| {
        let event = proto::Event { name: "Product Viewed".into(), user_id: user.to_owned(), ..proto::Event::default() };
        let bytes = event.encode_to_vec().leak();
        decoder().decode_event(&RecordView { input: PROTOBUF, ..record(b"u-1", bytes) }).unwrap().signals.has_user
    };
    assert!(typed("u-7") && !typed("") && !typed("undefined"));
    let line = |user: &str| {
        let line = format!(r#"{{"type":"page","userId":{user},"anonymousId":"a-1","timestamp":"2026-11-22T06:00:00Z"}}"#);
        decoder().decode_line(line.leak().as_bytes(), Position::default()).unwrap().signals.has_user
    };
    assert!(line(r#""u-7""#) && !line("null") && !line(r#""undefined""#));
}

#[test]
fn an_address_is_seen_in_the_traits_of_the_person_or_of_the_context() {
    for (value, email) in [
        (call("identify", r#""traits":{"plan":"pro","email":"ann@shop.example"}"#), Some("ann@shop.example")),
        (call("page", r#""context":{"ip":"1","traits":{"email":"ann@shop.example"}}"#), Some("ann@shop.example")),
        (
            call("identify", r#""traits":{"email":"a@one.example"},"context":{"traits":{"email":"b@two.example"}}"#),
            Some("a@one.example"),
        ),
        // A company's address is nobody's.
        (call("group", r#""traits":{"email":"info@firm.example"}"#), None),
        (call("identify", r#""traits":{"email":""}"#), None),
        (call("identify", r#""traits":{"email":null}"#), None),
        (call("identify", r#""traits":{"email":{"deep":["x"]}}"#), None),
        (call("page", r#""properties":{"email":"ann@shop.example"}"#), Some("ann@shop.example")),
    ] {
        let event = decode(&value);
        assert_eq!(event.signals.email.as_deref(), email, "{value}");
        assert_eq!(event.broken_fields, 0, "{value}");
    }
    let identify = call("identify", r#""traits":{"email":"ann@Shop.example"}"#);
    assert_eq!(decode(&identify).signals.mail_domain(), Some("Shop.example"));
    let hashed = call("identify", r#""traits":{"email":"5f4dcc3b5aa765d6"}"#);
    assert_eq!((decode(&hashed).signals.mail_domain(), decode(&hashed).shows_address()), (None, true));
}

#[test]
fn the_program_is_read_from_the_context_else_from_the_properties() {
    let both = call("page", r#""context":{"userAgent":"Firefox"},"properties":{"user_agent":"mailer"}"#);
    assert_eq!(decode(&both).signals.user_agent.as_deref(), Some("Firefox"));
    let mail = track("Email Opened", r#"{"useragent":"Scanner/1.0"}"#);
    assert_eq!(decode(&mail).signals.user_agent.as_deref(), Some("Scanner/1.0"));
    // Nobody wants it: it isn't read.
    let silent = Decoder::new(Options::default(), &Vocabulary::default());
    let event = silent.decode_event(&record(b"u-1", both.as_bytes())).unwrap();
    assert_eq!(event.signals, Signals::default());
}

#[test]
fn marks_of_machines_are_yes_however_they_are_written() {
    for (properties, marked) in [
        (r#"{"machine_open":true}"#, true),
        (r#"{"sg_machine_open":"True"}"#, true),
        (r#"{"bot":1}"#, true),
        (r#"{"bot":false,"machine_open":null,"sg_machine_open":"no"}"#, false),
        (r#"{"bot":"acme"}"#, true),
        (r#"{"bot":"none"}"#, false),
    ] {
        let value = track("Email Opened", properties);
        assert_eq!(decode(&value).signals.marked, marked, "{properties}");
    }
}

#[test]
fn a_mail_says_which_trigger_mail_and_link_it_is_about() {
    let hash = |text: &str| NonZeroU32::new(low32(hash64(text.as_bytes())));
    let click = track(
        "Email Link Clicked",
        r#"{"trigger_id":"0123456789abcdef0123456789abcdef","email_id":"e-1","campaign_id":7,"link_url":"https://shop.example/a"}"#,
    );
    let event = decode_on(EMAIL, &click);
    assert_eq!(event.mail(), Some(MailEvent::Clicked));
    let signals = &event.signals;
    assert_eq!(signals.trigger_id, Some(0x0123_4567_89AB_CDEF_0123_4567_89AB_CDEF));
    assert_eq!((signals.mail, signals.link), (hash("e-1"), hash("https://shop.example/a")));
    let other = track("Email Delivered", r#"{"trigger_id":"not hex","campaign_id":7,"link_id":"l-1"}"#);
    let event = decode_on(EMAIL, &other);
    assert_eq!((event.mail(), event.signals.trigger_id), (Some(MailEvent::Delivered), None));
    assert_eq!((event.signals.mail, event.signals.link), (hash("7"), hash("l-1")));
}

#[test]
fn a_step_of_the_checkout_is_a_number_or_a_name() {
    for (step, want) in [("2", Some("2")), ("2.0", Some("2")), (r#""shipping""#, Some("shipping")), ("null", None), ("[1]", None)]
    {
        let value = track("Checkout Step Viewed", &format!(r#"{{"step":{step}}}"#));
        assert_eq!(decode(&value).signals.checkout_step.as_deref(), want, "{step}");
    }
    assert_eq!(decode(&track("Order Cancelled", "{}")).order_fate(), Some(OrderFate::Cancelled));
    assert_eq!(decode(&track("Refunded Order", "{}")).order_fate(), Some(OrderFate::Refunded));
    assert_eq!(decode(&track("Order Updated", "{}")).order_fate(), None);
}

#[test]
fn protobuf_events_have_the_same_signals() {
    let value = |value| proto::PropertyValue { value: Some(value) };
    let text = |text: &str| value(proto::property_value::Value::Text(text.to_owned()));
    let event = proto::Event {
        name: "Email Opened".to_owned(),
        properties: [
            ("context.userAgent".to_owned(), text("Scanner/1.0")),
            ("context.traits.email".to_owned(), text("ann@shop.example")),
            ("machine_open".to_owned(), value(proto::property_value::Value::Flag(true))),
            ("step".to_owned(), value(proto::property_value::Value::Number(3.0))),
        ]
        .into(),
        ..proto::Event::default()
    };
    let bytes = event.encode_to_vec();
    let event = decoder().decode_event(&RecordView { input: PROTOBUF, ..record(b"u-1", &bytes) }).unwrap();
    let signals = &event.signals;
    assert_eq!((signals.user_agent.as_deref(), signals.email.as_deref()), (Some("Scanner/1.0"), Some("ann@shop.example")));
    assert_eq!((signals.marked, signals.checkout_step.as_deref()), (true, Some("3")));
}

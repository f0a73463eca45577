//! What says yes or no, which way of reaching somebody is meant, and from which network an event came.

use leadstream::domain::event::{Channel, Event};
use leadstream::domain::names::Vocabulary;
use leadstream::domain::origin::Position;
use leadstream::wire::decode::{Decoder, Format, Options, Topic};

fn vocabulary() -> Vocabulary {
    let text = include_str!("../../../config/models/ecommerce.toml");
    let text = format!("{text}\n[internal]\nnetworks = [\"10.0.0.0/8\"]\nmarked = [\"is_test\", \"test\", \"staff\"]\n");
    leadstream_model::from_texts(&[&text]).unwrap().vocabulary
}

/// An event with these parts beside its name.
fn read(event: &str, trusted: bool, look: impl FnOnce(&Event<'_>, &Vocabulary)) {
    let vocabulary = vocabulary();
    let topics = vec![Topic { name: "clickstream".to_owned(), is_email: false, is_trusted: trusted, format: Format::Json }];
    let decoder = Decoder::new(Options { topics, ..Options::default() }, &vocabulary);
    let line = format!(r#"{{"userId":"ann","timestamp":"2026-03-02T10:00:00Z",{event}}}"#);
    let event = decoder.decode_line(line.as_bytes(), Position::default()).unwrap_or_else(|e| panic!("{line}: {e:?}"));
    look(&event, &vocabulary);
}

/// What is said at a place: yes, no, nothing.
fn says(event: &str, place: &str) -> Option<bool> {
    let mut answer = None;
    read(event, true, |event, vocabulary| {
        let at = vocabulary.flags().paths().iter().position(|path| path == place).unwrap_or_else(|| panic!("{place}"));
        let (yes, no) = (event.signals.flags.yes >> at & 1 == 1, event.signals.flags.no >> at & 1 == 1);
        answer = (yes != no).then_some(yes);
    });
    answer
}

#[test]
fn traits_of_consent_are_read_in_words_in_any_spelling_and_place() {
    let identify = |traits: &str| format!(r#""type":"identify","traits":{{{traits}}}"#);
    for (traits, place, want) in [
        (r#""marketing_consent":true"#, "traits.marketing_consent", Some(true)),
        (r#""marketingConsent":"No""#, "traits.marketing_consent", Some(false)),
        (r#""Email Opt In":"opted_in""#, "traits.email_opt_in", Some(true)),
        (r#""accepts_marketing":0"#, "traits.accepts_marketing", Some(false)),
        (r#""marketing_consent":{"email":true,"sms":false}"#, "traits.marketing_consent.email", Some(true)),
        (r#""email_marketing_consent":{"state":"not_subscribed"}"#, "traits.email_marketing_consent.state", Some(false)),
        (r#""email_marketing_consent":{"state":"pending"}"#, "traits.email_marketing_consent.state", None),
        (r#""HasOptedOutOfEmail":true"#, "traits.has_opted_out_of_email", Some(true)),
        (r#""marketing_consent":null"#, "traits.marketing_consent", None),
        (r#""sms_opt_in":true"#, "traits.email_opt_in", None),
    ] {
        assert_eq!(says(&identify(traits), place), want, "{traits}");
    }
    let context = r#""type":"page","context":{"traits":{"email_consent":"ja"}}"#;
    assert_eq!(says(context, "traits.email_consent"), Some(true));
}

#[test]
fn marks_are_read_among_the_properties() {
    let order = |more: &str| format!(r#""type":"track","event":"Order Completed","properties":{{"order_id":"o",{more}}}"#);
    assert_eq!(says(&order(r#""test":true"#), "test"), Some(true));
    assert_eq!(says(&order(r#""isTest":"true""#), "is_test"), Some(true));
    assert_eq!(says(&order(r#""staff":"yes""#), "staff"), Some(true));
    assert_eq!(says(&order(r#""test":"headline-b""#), "test"), None);
}

#[test]
fn the_way_of_reaching_somebody_is_read_from_texts_and_lists() {
    let of = |properties: &str| {
        let mut channel = Channel::Mail;
        let event = format!(r#""type":"track","event":"Opted Out","properties":{{{properties}}}"#);
        read(&event, true, |event, _| channel = event.channel());
        channel
    };
    for mail in ["", r#""channel":"email""#, r#""channels":["sms","email"]"#, r#""channels":{"email":true,"sms":false}"#] {
        assert_eq!(of(mail), Channel::Mail, "{mail}");
    }
    for other in [
        r#""channel":"SMS""#,
        r#""channels":["sms","push"]"#,
        r#""channels":{"email":false,"sms":true}"#,
        r#""purpose":"cookies""#,
    ] {
        assert_eq!(of(other), Channel::Other, "{other}");
    }
    assert_eq!((of(r#""channel":"pigeon""#), of(r#""channel":7"#)), (Channel::Unknown, Channel::Unknown));
}

#[test]
fn the_network_is_read_where_a_model_asks_for_it() {
    let ip = |context: &str| {
        let mut ip = None;
        read(&format!(r#""type":"page",{context}"#), true, |event, _| ip = event.signals.ip);
        ip.map(|ip| ip.to_string())
    };
    assert_eq!(ip(r#""context":{"ip":"10.1.2.3"}"#).as_deref(), Some("10.1.2.3"));
    assert_eq!(ip(r#""properties":{"ip":"::1"}"#).as_deref(), Some("::1"));
    assert_eq!(ip(r#""context":{"ip":"nowhere"}"#), None);
}

#[test]
fn an_input_that_is_not_trusted_gives_consent_and_takes_none() {
    let said = |traits: &str| {
        let mut got = (false, 0);
        read(&format!(r#""type":"identify","traits":{{{traits}}}"#), false, |event, _| {
            got = (event.signals.flags.is_empty(), event.broken_fields);
        });
        got
    };
    assert_eq!(said(r#""marketing_consent":true"#), (false, 0));
    assert_eq!(said(r#""marketing_consent":false"#), (true, 1), "dropped and counted");
    assert_eq!(said(r#""unsubscribed":true"#), (true, 1));
}

#[test]
fn whose_address_it_is() {
    let own = |event: &str| {
        let mut own = false;
        read(event, true, |event, _| own = event.signals.email_is_own);
        own
    };
    assert!(own(r#""type":"identify","traits":{"email":"eve@shop.test.io"}"#));
    assert!(own(r#""type":"track","event":"Order Completed","properties":{"order_id":"o","customer_email":"eve@shop.test.io"}"#));
    assert!(!own(r#""type":"track","event":"Lead Accepted","properties":{"email":"rep@shop.test.io"}"#), "who answers for sales");
    assert!(!own(r#""type":"track","event":"Ticket Solved","properties":{"user":{"email":"agent@shop.test.io"}}"#));
}

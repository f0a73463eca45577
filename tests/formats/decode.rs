//! Decoding, held against the contract (section 2), the Segment specs' exact vocabulary, and every kind of bad input.

mod accounts;
mod bad_input;
mod bounces;
mod dictionary;
mod elsewhere;
mod fields;
mod files;
mod flags;
mod formats;
mod mail;
mod names;
mod noise;
mod orders;
mod signals;
mod titles;
mod trust;
mod vocabulary;

use leadstream::domain::event::{Event, Value};
use leadstream::domain::names::Vocabulary;
use leadstream::runtime::ports::{DeadReason, RecordView, Rejected};
use leadstream::wire::decode::{Decoder, Format, Options, Topic};

/// 2026-11-22T12:00:00.123Z, the time of every record here.
pub const RECORD_MS: i64 = 1_795_348_800_123;
pub const CLICKSTREAM: u16 = 0;
pub const EMAIL: u16 = 1;
pub const PROTOBUF: u16 = 2;

pub fn vocabulary() -> Vocabulary {
    let mut vocabulary = Vocabulary::default();
    for name in ["page", "Product Viewed", "Product Added", "Order Completed", "Email Opened", "Quote Requested"] {
        vocabulary.intern_name(name);
    }
    let paths = [
        "path",
        "category",
        "total",
        "name",
        "filters.type",
        "context.campaign.source",
        "traits.industry",
        "coupon",
        "vip",
        "groupId",
        "traits.company",
        "traits.company.name",
    ];
    for path in paths {
        vocabulary.intern_property(path);
    }
    vocabulary.want_user_agents();
    vocabulary
}

pub fn decoder() -> Decoder {
    let topic = |name: &str, is_email, format| Topic { name: name.to_owned(), is_email, is_trusted: true, format };
    let topics = vec![
        topic("clickstream", false, Format::Json),
        topic("email", true, Format::Json),
        topic("typed", false, Format::Protobuf),
    ];
    Decoder::new(Options { topics, ..Options::default() }, &vocabulary())
}

/// As the default settings have it: what any browser can write to is not trusted.
pub fn doubting_decoder() -> Decoder {
    let topic = |name: &str, is_email, is_trusted, format| Topic { name: name.to_owned(), is_email, is_trusted, format };
    let topics = vec![
        topic("clickstream", false, false, Format::Json),
        topic("email", true, true, Format::Json),
        topic("typed", false, false, Format::Protobuf),
    ];
    Decoder::new(Options { topics, ..Options::default() }, &vocabulary())
}

pub fn record<'a>(key: &'a [u8], value: &'a [u8]) -> RecordView<'a> {
    RecordView {
        input: CLICKSTREAM,
        partition: 3,
        offset: 42,
        timestamp_ms: Some(RECORD_MS),
        key: Some(key),
        value: Some(value),
        content_type: None,
        ..RecordView::default()
    }
}

/// Decodes a value that has to be usable.
pub fn decode(value: &str) -> Event<'_> {
    decode_on(CLICKSTREAM, value)
}

pub fn decode_on(input: u16, value: &str) -> Event<'_> {
    let record = RecordView { input, ..record(b"u-1", value.as_bytes()) };
    decoder().decode_event(&record).unwrap_or_else(|e| panic!("{}: {} in {value}", e.reason.name(), e.detail))
}

/// A track event with these properties (JSON of an object).
pub fn track(name: &str, properties: &str) -> String {
    format!(
        r#"{{"type":"track","event":"{name}","messageId":"m-1","timestamp":"2026-11-22T12:00:00.000Z","properties":{properties}}}"#
    )
}

pub fn rejected(record: &RecordView<'_>) -> Rejected {
    let rejected = decoder().decode_event(record).expect_err("this can't be used");
    assert!(!rejected.detail.is_empty() && rejected.detail.len() <= 300, "{}", rejected.detail);
    rejected
}

pub fn reason(value: &[u8]) -> DeadReason {
    rejected(&record(b"u-1", value)).reason
}

/// The value of a property of the vocabulary.
pub fn property<'e>(event: &'e Event<'_>, path: &str) -> Option<&'e Value<'e>> {
    event.property(vocabulary().property(path).unwrap())
}

pub fn text_property(event: &Event<'_>, path: &str) -> Option<String> {
    match property(event, path) {
        Some(Value::Text(text)) => Some(text.to_string()),
        None => None,
        other => panic!("{path} is {other:?}"),
    }
}

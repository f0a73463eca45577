//! Lines of files: the prospect and the record's time stand in the event.

use super::*;
use leadstream::domain::origin::Position;
use leadstream::wire::decode::{FileHead, file_head};

#[test]
fn the_prospect_is_the_user_else_the_anonymous_id() {
    for (line, prospect) in [
        (r#"{"type":"page","userId":"u","anonymousId":"a","timestamp":1795348800123}"#, Some("u")),
        (r#"{"type":"page","anonymousId":"a","timestamp":1795348800123}"#, Some("a")),
        (r#"{"type":"page","userId":null,"anonymousId":"a","timestamp":1795348800123}"#, Some("a")),
        (r#"{"type":"page","userId":"","anonymousId":"a","timestamp":1795348800123}"#, Some("a")),
        (r#"{"type":"page","userId":97,"timestamp":1795348800123}"#, Some("97")),
        (r#"{"type":"page","userId":"0","anonymousId":"a","timestamp":1795348800123}"#, Some("a")),
        (r#"{"type":"page","userId":"0","timestamp":1795348800123}"#, Some("0")),
        (r#"{"type":"page","userId":0,"timestamp":1795348800123}"#, Some("0")),
        (r#"{"type":"page","userId":"00","timestamp":1795348800123}"#, None),
        (r#"{"type":"page","timestamp":1795348800123}"#, None),
    ] {
        assert_eq!(file_head(line.as_bytes()).unwrap().prospect.as_deref(), prospect, "{line}");
        match decoder().decode_line(line.as_bytes(), Position::default()) {
            Ok(event) => assert_eq!(Some(&*event.prospect), prospect, "{line}"),
            Err(rejected) => assert_eq!((prospect, rejected.reason), (None, DeadReason::KeyMissing), "{line}"),
        }
    }
}

#[test]
fn the_records_time_is_received_at_else_sent_at_else_the_events_own() {
    let line = |fields: &str| format!(r#"{{"type":"page","userId":"u","timestamp":"2026-11-22T12:00:00.000Z"{fields}}}"#);
    for (fields, record) in [
        (r#","receivedAt":"2026-11-22T12:00:02Z","sentAt":"2026-11-22T12:00:01Z""#, Some(2_000)),
        (r#","sentAt":"2026-11-22T12:00:01Z""#, Some(1_000)),
        (r#","receivedAt":"never","sentAt":"2026-11-22T12:00:01Z""#, Some(1_000)),
        ("", None),
    ] {
        let line = line(fields);
        let start = RECORD_MS - 123;
        let want = FileHead {
            prospect: Some("u".into()),
            record_ms: record.map(|ms| start + ms),
            event_ms: Some(start),
            has_properties: false,
        };
        assert_eq!(file_head(line.as_bytes()).unwrap(), want, "{fields}");
        let decoder = decoder();
        let event = decoder.decode_line(line.as_bytes(), Position::default()).unwrap();
        assert_eq!((event.time_ms, event.record_ms), (start, start + record.unwrap_or(0)), "{fields}");
    }
}

#[test]
fn a_line_gives_the_event_that_its_record_would_give() {
    let line = r#"{"type":"track","event":"Product Added","messageId":"m","userId":"u-1","receivedAt":"2026-11-22T12:00:00.123Z",
        "timestamp":"2026-11-22T12:00:00.000Z","properties":{"product_id":"p","price":-1,"category":"Games"}}"#;
    let position = Position { input: CLICKSTREAM, partition: 3, offset: 42 };
    let decoder = decoder();
    assert_eq!(decoder.decode_line(line.as_bytes(), position).unwrap(), decode(line));
}

#[test]
fn a_line_that_cannot_be_used_says_why() {
    let reason = |line: &[u8]| decoder().decode_line(line, Position::default()).unwrap_err().reason;
    assert_eq!(reason(b""), DeadReason::UnreadableValue);
    assert_eq!(reason(b"user,time"), DeadReason::UnreadableValue);
    assert_eq!(reason(br#"{"type":"page","userId":"u"}"#), DeadReason::AbsurdTime, "no time anywhere");
    let long = format!(r#"{{"type":"page","userId":"{}","timestamp":1795348800123}}"#, "x".repeat(257));
    assert_eq!(reason(long.as_bytes()), DeadReason::KeyTooLong);
    assert_eq!(file_head(b"[1]").unwrap_err().reason, DeadReason::UnreadableValue);
}

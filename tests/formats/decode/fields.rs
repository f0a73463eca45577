//! Times, message ids, properties: how single fields are read.

use super::*;
use leadstream::domain::ids::hash64;

const DAY_MS: i64 = 86_400_000;

fn at(fields: &str) -> String {
    format!(r#"{{"type":"page","messageId":"m"{fields}}}"#)
}

#[test]
fn event_time_is_timestamp_then_original_timestamp_then_the_records() {
    for (fields, want, broken) in [
        (r#","timestamp":"2026-11-22T10:00:00.000Z","originalTimestamp":"2026-11-22T09:00:00.000Z""#, "10:00", 0),
        (r#","originalTimestamp":"2026-11-22T09:00:00.000Z""#, "09:00", 0),
        (r#","timestamp":null,"originalTimestamp":"2026-11-22T09:00:00.000Z""#, "09:00", 0),
        (r#","timestamp":"yesterday","originalTimestamp":"2026-11-22T09:00:00.000Z""#, "09:00", 1),
        (r#","timestamp":{},"originalTimestamp":"2026-11-22T25:00:00.000Z""#, "record", 2),
        ("", "record", 0),
        (r#","timestamp":"2026-11-22T11:00:00.000+01:00""#, "10:00", 0),
        (r#","timestamp":"2026-11-22 10:00:00 UTC""#, "10:00", 0),
        (r#","timestamp":"Sun, 22 Nov 2026 11:00:00 +0100""#, "10:00", 0),
        (r#","timestamp":{"$date":"2026-11-22T10:00:00Z"}"#, "10:00", 0),
        (r#","timestamp":{"$date":{"$numberLong":"1795341600000"}}"#, "10:00", 0),
        (r#","timestamp":{"date":"2026-11-22T10:00:00Z"}"#, "record", 1),
        (r#","timestamp":"11/22/2026 10:00:00""#, "record", 1),
        (r#","timestamp":1795341600"#, "10:00", 0),
        (r#","timestamp":1795341600000"#, "10:00", 0),
        (r#","timestamp":1795341600.0"#, "10:00", 0),
        (r#","timestamp":"1795341600000""#, "10:00", 0),
        (r#","timestamp":1e999"#, "record", 1),
    ] {
        let value = at(fields);
        let event = decode(&value);
        let want = match want {
            "record" => RECORD_MS,
            "09:00" => RECORD_MS - 123 - 3 * 3_600_000,
            _ => RECORD_MS - 123 - 2 * 3_600_000,
        };
        assert_eq!((event.time_ms, event.broken_fields), (want, broken), "{fields}");
        assert_eq!(event.record_ms, RECORD_MS);
        assert!(!event.clamped);
    }
}

#[test]
fn the_clock_of_a_sender_is_corrected_by_received_at_else_by_the_record() {
    // The record's time is 12:00:00.123.
    for (fields, before_noon_minutes, corrected) in [
        // Two hours behind, as the record's time shows; the event is five minutes old.
        (r#","originalTimestamp":"2026-11-22T09:55:00.123Z","sentAt":"2026-11-22T10:00:00.123Z""#, 5, true),
        // The same by what received it an hour before it came into the topic.
        (
            r#","timestamp":"2026-11-22T08:55:00.123Z","sentAt":"2026-11-22T09:00:00.123Z","receivedAt":"2026-11-22T11:00:00.123Z""#,
            65,
            true,
        ),
        // Nobody says how the clock stands.
        (r#","timestamp":"2026-11-22T09:55:00.123Z""#, 125, false),
        (r#","timestamp":"2026-11-22T09:55:00.123Z","sentAt":"soon""#, 125, false),
        // It waited in the phone, whose clock is right.
        (r#","timestamp":"2026-11-22T09:55:00.123Z","sentAt":"2026-11-22T11:59:58Z""#, 125, false),
    ] {
        let value = at(fields);
        let event = decode(&value);
        assert_eq!(event.time_ms, RECORD_MS - before_noon_minutes * 60_000, "{fields}");
        assert_eq!((event.corrected.is_some(), event.record_ms), (corrected, RECORD_MS), "{fields}");
    }
}

#[test]
fn a_time_beyond_the_allowed_skew_is_set_to_the_records_and_counted() {
    for (ms, want, clamped) in [
        (RECORD_MS + 300_000, RECORD_MS + 300_000, false),
        (RECORD_MS + 300_001, RECORD_MS, true),
        (RECORD_MS + 3650 * DAY_MS, RECORD_MS, true),
    ] {
        let value = at(&format!(r#","timestamp":{ms}"#));
        let event = decode(&value);
        assert_eq!((event.time_ms, event.clamped, event.broken_fields), (want, clamped, 0), "{ms}");
    }
}

#[test]
fn an_event_older_than_its_record_by_more_than_the_maximum_is_refused() {
    let value = at(&format!(r#","timestamp":{}"#, RECORD_MS - 90 * DAY_MS));
    assert_eq!(decode(&value).time_ms, RECORD_MS - 90 * DAY_MS);
    let value = at(&format!(r#","timestamp":{}"#, RECORD_MS - 90 * DAY_MS - 1));
    assert_eq!(reason(value.as_bytes()), DeadReason::AbsurdTime);
}

#[test]
fn a_record_without_a_time_takes_the_events_own() {
    let value = at(r#","timestamp":"2001-01-01T00:00:00Z""#);
    let decoder = decoder();
    let year_1999_ms = 946_684_799_999;
    // None, or what stands for none: Java's 0, the year 1 of Go, and whatever a clock says that was never set.
    for timestamp_ms in [None, Some(-1), Some(0), Some(1), Some(-62_135_596_800_000), Some(i64::MIN), Some(year_1999_ms)] {
        let timeless = RecordView { timestamp_ms, ..record(b"u", value.as_bytes()) };
        let event = decoder.decode_event(&timeless).unwrap();
        assert_eq!((event.time_ms, event.record_ms, event.clamped), (978_307_200_000, 978_307_200_000, false));
        let neither = RecordView { value: Some(br#"{"type":"page"}"#), ..timeless };
        assert_eq!(rejected(&neither).reason, DeadReason::AbsurdTime);
        let never_set = at(r#","timestamp":"1999-12-31T23:59:59.999Z""#);
        let never_set = RecordView { value: Some(never_set.as_bytes()), ..timeless };
        assert_eq!(rejected(&never_set).reason, DeadReason::AbsurdTime);
    }
    let year_2000 = RecordView { timestamp_ms: Some(year_1999_ms + 1), ..record(b"u", br#"{"type":"page"}"#) };
    assert_eq!(decoder.decode_event(&year_2000).unwrap().record_ms, year_1999_ms + 1);
}

#[test]
fn a_time_that_no_calendar_has_is_refused() {
    for ms in [253_402_300_800_000, i64::MAX] {
        let record = RecordView { timestamp_ms: Some(ms), ..record(b"u", br#"{"type":"page"}"#) };
        assert_eq!(rejected(&record).reason, DeadReason::AbsurdTime);
    }
    let last = RecordView { timestamp_ms: Some(253_402_300_799_999), ..record(b"u", br#"{"type":"page"}"#) };
    assert!(decoder().decode_event(&last).is_ok());
}

#[test]
fn the_message_id_or_a_hash_of_key_time_and_bytes_tells_duplicates() {
    let hash = |key: &[u8], value: &str| decoder().decode_event(&record(key, value.as_bytes())).unwrap().message_hash;
    assert_eq!(hash(b"u-1", r#"{"type":"page","messageId":"m-7"}"#), hash64(b"m-7"));
    assert_eq!(hash(b"u-1", r#"{"type":"page","messageId":7}"#), hash64(b"7"), "a number is the text that it is written as");
    let plain = hash(b"u-1", r#"{"type":"page"}"#);
    assert_eq!(plain, hash(b"u-1", r#"{"type":"page"}"#));
    assert_ne!(plain, hash(b"u-2", r#"{"type":"page"}"#));
    assert_ne!(plain, hash(b"u-1", r#"{"type":"page" }"#));
    let later = RecordView { timestamp_ms: Some(RECORD_MS + 1), ..record(b"u-1", br#"{"type":"page"}"#) };
    assert_ne!(plain, decoder().decode_event(&later).unwrap().message_hash);
    assert_eq!(hash(b"u-1", r#"{"type":"page","messageId":""}"#), hash(b"u-1", r#"{"type":"page","messageId":""}"#));
    let long = "x".repeat(300);
    let value = format!(r#"{{"type":"page","messageId":"{long}"}}"#);
    let event = decode(&value);
    assert_eq!((event.message_hash, event.message_id.unwrap().len()), (hash64(long.as_bytes()), 256));
}

#[test]
fn only_what_the_models_look_at_is_extracted() {
    let value = track("Product Viewed", r#"{"category":"Games","brand":"Hasbro","total":"12.50","vip":true,"product_id":"p"}"#);
    let event = decode(&value);
    assert_eq!(event.properties.len(), 3);
    assert_eq!(text_property(&event, "category").as_deref(), Some("Games"));
    assert_eq!(property(&event, "total"), Some(&Value::Text("12.50".into())), "text stays text: the models compare leniently");
    assert_eq!(property(&event, "vip"), Some(&Value::Bool(true)));
    assert!(event.properties.windows(2).all(|two| two[0].0 < two[1].0), "in the order of their ids");
}

#[test]
fn a_contract_has_its_own_names_for_id_and_worth() {
    let of = |name: &str, properties: &str| {
        let value = track(name, properties);
        let event = decode(&value);
        (event.order_id.as_deref().map(str::to_owned), event.value)
    };
    let k1 = || Some("k1".to_owned());
    for (name, properties) in [
        ("Contract Signed", r#"{"contract_id":"k1","amount":24000}"#),
        ("Contract Signed", r#"{"contractId":"k1","contract_value":"24000"}"#),
        ("Contract Signed", r#"{"deal_id":"k1","deal_amount":24000,"amount":"two"}"#),
        ("Closed Won", r#"{"opportunity_id":"k1","value":24000,"amount":7}"#),
        ("Lead Won", r#"{"order_id":"k1","deal_id":"d9","opportunity_amount":24000}"#),
    ] {
        assert_eq!(of(name, properties), (k1(), Some(24_000.0)), "{name} {properties}");
    }
    // Of other events an amount may mean anything, and is no fault either.
    assert_eq!(of("Product Added", r#"{"product_id":"p","amount":2}"#).1, None);
    assert_eq!(of("Order Completed", r#"{"order_id":"k1","amount":1299}"#), (k1(), None));
    assert_eq!(decode(&track("Product Viewed", r#"{"product_id":"p","amount":{"a":1}}"#)).broken_fields, 0);
}

#[test]
fn paths_lead_into_objects_and_lists() {
    let value = r#"{"type":"track","event":"Product List Filtered","context":{"campaign":{"source":"newsletter","medium":"mail"}},
        "traits":{"industry":"Retail"},"properties":{"filters":[{"value":"x"},{"type":"dept"},{"type":"price"}]}}"#;
    let event = decode(value);
    assert_eq!(text_property(&event, "context.campaign.source").as_deref(), Some("newsletter"));
    assert_eq!(text_property(&event, "traits.industry").as_deref(), Some("Retail"));
    assert_eq!(text_property(&event, "filters.type").as_deref(), Some("dept"), "the first element that has it");
    let value = r#"{"type":"identify","context":{"traits":{"industry":"Banking"},"campaign":7}}"#;
    assert_eq!(text_property(&decode(value), "traits.industry").as_deref(), Some("Banking"));
    assert_eq!(decode(value).broken_fields, 0, "a part that isn't there is not broken");
}

#[test]
fn the_path_falls_back_to_the_context_and_to_the_urls() {
    for (value, want) in [
        (
            r#"{"type":"page","properties":{"path":"/a","url":"https://x.example/b"},"context":{"page":{"path":"/c"}}}"#,
            Some("/a"),
        ),
        (r#"{"type":"page","context":{"page":{"path":"/c"}},"properties":{"path":"/a"}}"#, Some("/a")),
        (
            r#"{"type":"page","context":{"page":{"path":"/c","url":"https://x.example/d"}},"properties":{"url":"https://x.example/b"}}"#,
            Some("/c"),
        ),
        (
            r#"{"type":"page","context":{"page":{"url":"https://x.example/d"}},"properties":{"url":"https://x.example/b?q=1"}}"#,
            Some("/b"),
        ),
        (r#"{"type":"track","event":"Quote Requested","context":{"page":{"url":"https://x.example/d#top"}}}"#, Some("/d")),
        (r#"{"type":"page","properties":{"url":7}}"#, None),
        (r#"{"type":"page","properties":{"path":null}}"#, None),
    ] {
        assert_eq!(text_property(&decode(value), "path").as_deref(), want, "{value}");
    }
}

#[test]
fn the_name_and_category_of_a_page_count_as_properties() {
    let event = decode(r#"{"type":"page","name":"Home","category":"Docs"}"#);
    assert_eq!(text_property(&event, "name").as_deref(), Some("Home"));
    assert_eq!(text_property(&event, "category").as_deref(), Some("Docs"));
    let event = decode(r#"{"name":"Home","type":"screen","properties":{"name":"Start"}}"#);
    assert_eq!(text_property(&event, "name").as_deref(), Some("Start"), "the properties win");
    let event = decode(r#"{"type":"track","event":"Quote Requested","name":"Home"}"#);
    assert_eq!(text_property(&event, "name"), None);
}

#[test]
fn escaped_text_is_the_text_that_it_stands_for() {
    let event = decode(
        r#"{"type":"track","event":"Product \u0041dded","messageId":"a\"b","properties":{"product_id":"p\/1","name":"Schuh \ud83d\udc5f"}}"#,
    );
    assert_eq!((&*event.name, event.message_id.as_deref()), ("Product Added", Some("a\"b")));
    assert_eq!((&*event.products[0].id, event.products[0].name.as_deref()), ("p/1", Some("Schuh 👟")));
    let event = decode(r#"{"\u0074ype":"page"}"#);
    assert_eq!(event.name, "page");
}

#[test]
fn the_order_of_fields_means_nothing() {
    let one = r#"{"type":"track","event":"Added Product","messageId":"m","properties":{"id":"p","sku":"s","quantity":2}}"#;
    let other = r#"{"properties":{"quantity":2,"sku":"s","id":"p"},"messageId":"m","event":"Added Product","type":"track"}"#;
    assert_eq!(decode(one), decode(other));
}

#[test]
fn ids_written_as_numbers_become_text_however_they_are_written() {
    for (id, want) in [
        ("12345", "12345"),
        ("12345.0", "12345"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("-7", "-7"),
    ] {
        let value = track("Product Added", &format!(r#"{{"product_id":{id},"cart_id":{id},"sku":"s"}}"#));
        let event = decode(&value);
        assert_eq!((&*event.products[0].id, event.cart_id.as_deref(), event.broken_fields), (want, Some(want), 0));
    }
}

#[test]
fn an_ordinary_event_is_borrowed_from_its_record() {
    let value = track("Product Viewed", r#"{"product_id":"p-1","name":"Shoe","category":"Games"}"#);
    let event = decode(&value);
    let inside = |text: &str| value.as_bytes().as_ptr_range().contains(&text.as_ptr());
    assert!(matches!(event.name, std::borrow::Cow::Borrowed("Product Viewed")) && inside(event.message_id.as_deref().unwrap()));
    assert!(inside(&event.products[0].id) && inside(event.products[0].name.as_deref().unwrap()));
    let Some(Value::Text(category)) = property(&event, "category") else { panic!("it has one") };
    assert!(inside(category));
}

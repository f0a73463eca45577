//! Every kind of bad input of `docs/bad-input.md`: the reason of the dead letter, or what is dropped and counted.

use super::*;
use leadstream::kafka::records::{OwnedRecord, OwnedRecords};
use leadstream::runtime::ports::Decode;
use leadstream::wire::decode::Mappings;
use leadstream::wire::mapped::Mapper;
use leadstream::wire::routed::{self, ForwardedBy, Routed};
use leadstream_mapping::{Lookup, SchemaId, Schemas};
use std::sync::Arc;

const PAGE: &[u8] = br#"{"type":"page"}"#;

#[test]
fn a_record_without_a_usable_key_is_refused() {
    let no_key = RecordView { key: None, ..record(b"", PAGE) };
    assert_eq!(rejected(&no_key).reason, DeadReason::KeyMissing);
    assert_eq!(rejected(&record(b"", PAGE)).reason, DeadReason::KeyEmpty);
    assert_eq!(rejected(&record(&[b'x'; 257], PAGE)).reason, DeadReason::KeyTooLong);
    assert!(decoder().decode_event(&record(&[b'x'; 256], PAGE)).is_ok());
    assert_eq!(rejected(&record(b"u-\xff", PAGE)).reason, DeadReason::KeyNotUtf8);
}

#[test]
fn a_value_that_is_no_event_is_refused() {
    let tombstone = RecordView { value: None, ..record(b"u", PAGE) };
    assert_eq!(rejected(&tombstone).reason, DeadReason::UnreadableValue);
    let kinds: [(&str, &[u8]); 15] = [
        ("empty", b""),
        ("blank", b"  \n"),
        ("not JSON", b"user=1&event=page"),
        ("truncated", br#"{"type":"track","event":"Product Ad"#),
        ("a second value behind it", br#"{"type":"page"} {"type":"page"}"#),
        ("garbage behind it", br#"{"type":"page"}x"#),
        ("invalid UTF-8", b"{\"type\":\"page\",\"name\":\"\xff\xfe\"}"),
        ("invalid UTF-8 where nobody looks", b"{\"type\":\"page\",\"x\":\"\xc3\x28\"}"),
        ("NaN is no JSON", br#"{"type":"page","properties":{"price":NaN}}"#),
        ("Infinity is no JSON", br#"{"type":"page","properties":{"price":-Infinity}}"#),
        ("an array", br#"[{"type":"page"}]"#),
        ("a batch", br#"{"batch":[{"type":"page"}],"sentAt":"2026-11-22T12:00:00Z"}"#),
        ("text", br#""page""#),
        ("a number that no float holds", b"1e999"),
        ("a control character in text", b"{\"type\":\"pa\x01ge\"}"),
    ];
    for (kind, value) in kinds {
        assert_eq!(reason(value), DeadReason::UnreadableValue, "{kind}");
    }
}

#[test]
fn details_hold_nothing_of_the_record() {
    for value in [
        r#"{"type":"track","event":"","userId":"jane@example.com"}"#,
        r#""jane@example.com""#,
        r#"{"jane@example.com"}"#,
        r#"{"type":"page","timestamp":"1970-01-01T00:00:00Z","userId":"jane@example.com"}"#,
        r#"{"type":"jane@example.com"}"#,
    ] {
        let rejected = rejected(&record(b"jane@example.com", value.as_bytes()));
        assert!(!rejected.detail.contains("jane"), "{}", rejected.detail);
    }
    let header = RecordView { content_type: Some(b"jane@example.com"), ..record(b"u", PAGE) };
    assert!(!rejected(&header).detail.contains("jane"));
}

#[test]
fn a_batch_is_refused_with_what_to_do() {
    let batch = rejected(&record(b"u", br#"{"batch":[]}"#));
    assert!(batch.detail.contains("one event per record"), "{}", batch.detail);
}

#[test]
fn a_huge_value_is_refused_by_its_size() {
    let mut huge = br#"{"type":"page","x":""#.to_vec();
    huge.resize(1 << 20, b'x');
    huge.extend_from_slice(br#""}"#);
    assert_eq!(reason(&huge), DeadReason::ValueTooLarge);
}

#[test]
fn an_event_without_a_usable_name_is_refused() {
    let long = format!(r#"{{"type":"track","event":"{}"}}"#, "x".repeat(257));
    for value in [
        "{}",
        r#"{"type":"track"}"#,
        r#"{"type":"track","event":null}"#,
        r#"{"type":"track","event":""}"#,
        r#"{"type":"track","event":"  "}"#,
        r#"{"type":"track","event":17}"#,
        r#"{"type":"track","event":"\ud800"}"#,
        r#"{"type":"delete","userId":"u"}"#,
        r#"{"type":7}"#,
        &long,
    ] {
        assert_eq!(reason(value.as_bytes()), DeadReason::NoName, "{value}");
    }
    let event = decode(r#"{"type":"pageview","event":"Quote Requested"}"#);
    assert_eq!((&*event.name, event.broken_fields), ("Quote Requested", 1), "with a name an unknown type is only broken");
    let event = decode(r#"{"type":7,"event":"Quote Requested"}"#);
    assert_eq!((&*event.name, event.broken_fields), ("Quote Requested", 1));
}

#[test]
fn an_absurd_time_is_refused() {
    for time in [r#""0001-01-01T00:00:00Z""#, "0", r#""1970-01-01T00:00:00.000Z""#, "-5", r#""2026-08-01T00:00:00Z""#] {
        let value = format!(r#"{{"type":"page","timestamp":{time}}}"#);
        assert_eq!(reason(value.as_bytes()), DeadReason::AbsurdTime, "{time}");
    }
}

#[test]
fn deep_nesting_where_nobody_looks_is_skipped_without_a_deep_stack() {
    let depth = 200_000;
    for place in ["properties", "context", "else"] {
        let value = format!(r#"{{"type":"page","{place}":{{"x":{}{}}},"name":"Home"}}"#, "[".repeat(depth), "]".repeat(depth));
        let event = decode(&value);
        assert_eq!((text_property(&event, "name").as_deref(), event.broken_fields), (Some("Home"), 0), "{place}");
    }
    // In the places that are looked at a list is broken, however deep.
    for (place, broken) in [("products", 1), ("category", 1), ("filters", 0), ("price", 1)] {
        let value = track("Product Viewed", &format!(r#"{{"{place}":{}{},"vip":true}}"#, "[".repeat(depth), "]".repeat(depth)));
        let event = decode(&value);
        assert_eq!((event.broken_fields, property(&event, "vip")), (broken, Some(&Value::Bool(true))), "{place}");
    }
    let open = "[".repeat(depth);
    assert_eq!(reason(format!(r#"{{"type":"page","x":{open}"#).as_bytes()), DeadReason::UnreadableValue);
    assert_eq!(reason(open.as_bytes()), DeadReason::UnreadableValue);
    assert_eq!(reason(r#"{"a":"#.repeat(depth).as_bytes()), DeadReason::UnreadableValue);
}

#[test]
fn a_byte_order_mark_is_tolerated() {
    assert_eq!(decode("\u{feff}{\"type\":\"page\"}").name, "page");
}

#[test]
fn null_is_absent_and_not_broken() {
    let value = r#"{"type":"track","event":"Product Added","messageId":null,"timestamp":null,"context":null,"traits":null,"properties":
        {"product_id":"p","sku":null,"name":null,"price":null,"quantity":null,"cart_id":null,"products":null,"currency":null,"category":null,"filters":null}}"#;
    let event = decode(value);
    assert_eq!((event.broken_fields, event.has_products, event.products.len()), (0, false, 1));
    assert_eq!(decode(r#"{"type":"page","properties":null}"#).broken_fields, 0);
}

/// A single-product event with one field of a product: what it became, and how many fields were broken.
fn price(json: &str) -> (Option<f64>, u16) {
    let value = track("Product Added", &format!(r#"{{"product_id":"p","price":{json}}}"#));
    let event = decode(&value);
    (event.products[0].price, event.broken_fields)
}

fn quantity(json: &str) -> (Option<f64>, u16) {
    let value = track("Product Added", &format!(r#"{{"product_id":"p","quantity":{json}}}"#));
    let event = decode(&value);
    (event.products[0].quantity, event.broken_fields)
}

#[test]
fn a_broken_price_is_dropped_and_counted_and_the_event_counts() {
    for (json, want) in [
        ("19.99", 19.99),
        (r#""19.99""#, 19.99),
        (r#"" 5 ""#, 5.0),
        (r#""2,000.00""#, 2000.0),
        (r#""1.250,00 €""#, 1250.0),
        (r#""EUR 12,50""#, 12.5),
        ("0", 0.0),
        ("-0", 0.0),
        ("1e3", 1000.0),
    ] {
        assert_eq!(price(json), (Some(want), 0), "{json}");
    }
    for json in [
        "-1",
        r#""NaN""#,
        r#""inf""#,
        r#""-Infinity""#,
        r#""""#,
        r#""$five""#,
        r#""1,250""#,
        "1e999",
        "-1e999",
        "1e300",
        "true",
        "{}",
        "[5]",
        r#""1e999""#,
        r#""\ud800""#,
    ] {
        assert_eq!(price(json), (None, 1), "{json}");
    }
}

#[test]
fn a_broken_quantity_is_dropped_and_counted_and_the_event_counts() {
    for (json, want) in
        [("1", 1.0), ("2.0", 2.0), (r#""3""#, 3.0), ("1.5", 1.5), ("0", 0.0), ("-0", 0.0), ("4294967295", 4_294_967_295.0)]
    {
        assert_eq!(quantity(json), (Some(want), 0), "{json}");
    }
    for json in ["-1", "-0.5", "4294967296", "99999999999999999999999", "1e999", r#""two""#, r#""NaN""#, "true", "[]"] {
        assert_eq!(quantity(json), (None, 1), "{json}");
    }
}

#[test]
fn an_order_with_broken_amounts_still_is_an_order() {
    let value = track(
        "Order Completed",
        r#"{"order_id":"o-1","total":"free","revenue":-1e999,"currency":["EUR"],"products":[{"product_id":"p","price":"x"}]}"#,
    );
    let event = decode(&value);
    assert_eq!((event.order_id.as_deref(), event.value, event.currency.as_deref()), (Some("o-1"), None, None));
    assert_eq!((event.products.len(), event.has_products, event.broken_fields), (1, true, 4));
}

#[test]
fn wrong_types_are_dropped_and_counted() {
    for (value, broken) in [
        (r#"{"type":"page","properties":5}"#, 1),
        (r#"{"type":"page","properties":"x"}"#, 1),
        (r#"{"type":"page","properties":[1,2]}"#, 1),
        (r#"{"type":"page","properties":1e999}"#, 1),
        (r#"{"type":"page","messageId":{"a":1}}"#, 1),
        (r#"{"type":"page","messageId":true}"#, 1),
        (r#"{"type":"page","context":5,"traits":[1e999]}"#, 0),
        (r#"{"type":"page","properties":{"category":["a"],"vip":{},"coupon":1e999}}"#, 3),
        (r#"{"type":"page","properties":{"category":1e999,"path":"/x"},"name":"\ud800"}"#, 2),
    ] {
        let event = decode(value);
        assert_eq!(event.broken_fields, broken, "{value}");
        assert!(event.products.is_empty());
    }
    let event = decode(r#"{"type":"page","properties":{"category":1e999,"path":"/x"}}"#);
    assert_eq!(text_property(&event, "path").as_deref(), Some("/x"), "what stands beside a broken field is kept");
}

#[test]
fn products_that_are_none_are_dropped_and_counted() {
    for (products, kept, usable, broken) in [
        (r#"[]"#, 0, true, 0),
        (r#"[{"product_id":"a"},{"sku":"b"},{"name":"nameless"}]"#, 2, true, 1),
        (r#"[{"product_id":"a"},7,"x",[1],true,1e999]"#, 1, true, 5),
        (r#"[{"product_id":"a"},null]"#, 1, true, 0),
        (r#"[{"product_id":{}}]"#, 0, false, 2),
        (r#"["p-1","p-2"]"#, 0, false, 2),
        (r#"{"product_id":"a"}"#, 1, true, 0),
        (r#"{}"#, 0, false, 1),
        (r#"{"total":3}"#, 0, false, 1),
        (r#""[]""#, 0, true, 0),
        (r#""[{\"product_id\":\"a\"},7]""#, 1, true, 1),
        (r#""[{\"product_id\":""#, 0, false, 1),
        (r#""a""#, 0, false, 1),
        (r#"17"#, 0, false, 1),
        (r#"1e999"#, 0, false, 1),
        (r#"[{"product_id":"a","\ud800":1,"sku":"s"},{"product_id":"b"}]"#, 2, true, 1),
    ] {
        let value = track("Cart Viewed", &format!(r#"{{"cart_id":"c","products":{products}}}"#));
        let event = decode(&value);
        assert_eq!((event.products.len(), event.has_products, event.broken_fields), (kept, usable, broken), "{products}");
        assert_eq!(event.cart_id.as_deref(), Some("c"));
    }
}

#[test]
fn a_list_has_its_limit_and_what_is_beyond_is_counted() {
    let products: Vec<_> = (0..130).map(|n| format!(r#"{{"product_id":"p-{n}"}}"#)).collect();
    let value = track("Cart Viewed", &format!(r#"{{"products":[{}]}}"#, products.join(",")));
    let event = decode(&value);
    assert_eq!((event.products.len(), event.broken_fields), (100, 30));
    assert_eq!(event.products[99].id, "p-99");
}

#[test]
fn long_text_is_cut_or_dropped_and_counted() {
    let (id, name, url) = ("i".repeat(257), "n".repeat(513), format!("https://x.example/{}", "u".repeat(2_048)));
    let value = track(
        "Product Added",
        &format!(
            r#"{{"product_id":"p","cart_id":"{id}","sku":"{id}","name":"{name}","url":"{url}","currency":"{id}","coupon":"{url}"}}"#
        ),
    );
    let event = decode(&value);
    assert_eq!((event.cart_id, event.currency), (None, None));
    let product = &event.products[0];
    assert_eq!((product.sku.as_deref(), product.url.as_deref()), (None, None));
    assert_eq!(product.name.as_ref().unwrap().len(), 512);
    assert!(matches!(event.properties.iter().find(|(id, _)| *id == vocabulary().property("coupon").unwrap()),
        Some((_, Value::Text(text))) if text.len() == 2_048));
    assert_eq!(event.broken_fields, 6);
}

#[test]
fn text_that_cannot_be_unescaped_breaks_only_its_own_field() {
    let value = track("Product Added", r#"{"product_id":"p","name":"half a pair \ud800","price":5,"variant":"blue"}"#);
    let event = decode(&value);
    let product = &event.products[0];
    assert_eq!((product.name.as_deref(), product.price, product.variant.as_deref()), (None, Some(5.0), Some("blue")));
    assert_eq!(event.broken_fields, 1);
}

#[test]
fn a_key_that_cannot_be_unescaped_breaks_only_its_own_field() {
    let event = r#"{"\ud800":1,"cart_id":"c","product_id":"p"}"#;
    for value in [
        track("Product Added", event),
        track("Product Added", r#"{"cart_id":"c","\udfff\ud800":{"a":[1]},"product_id":"p"}"#),
        track("Product Added", r#"{"cart_id":"c","product_id":"p","\ud800":"\ud800"}"#),
        track("Product Added", r#"{"\u0063art_id":"c","product_id":"p","filters":{"\ud800":1}}"#),
        track("Product Added", r#"{"cart_id":"c","products":[{"\ud800":1,"product_id":"p"}]}"#),
        format!(r#"{{"\ud800":1,"type":"track","event":"Product Added","properties":{}}}"#, event.replace(r"\ud800", "x")),
        format!(
            r#"{{"type":"track","event":"Product Added","context":{{"\udc00":1}},"properties":{}}}"#,
            event.replace(r"\ud800", "x")
        ),
    ] {
        let event = decode(&value);
        let ids: Vec<_> = event.products.iter().map(|p| &*p.id).collect();
        assert_eq!((event.cart_id.as_deref(), ids, event.broken_fields), (Some("c"), vec!["p"], 1), "{value}");
    }
}

#[test]
fn of_the_same_key_twice_the_last_one_counts() {
    for properties in [
        r#"{"cart_id":"a","cart_id":"c","products":[{"product_id":"a"}],"products":[{"product_id":"a","product_id":"p"}]}"#,
        r#"{"products":[{"name":"none"},{"sku":"x"}],"cart_id":"c","products":[{"product_id":"p"}]}"#,
        r#"{"products":"none","cart_id":"c","products":[{"product_id":"p"}]}"#,
        r#"{"cart_id":"b"},"properties":{"products":[{"product_id":"p"}],"cart_id":"c"}"#,
        r#"{"products":[{"product_id":"a"}],"order_id":"o","currency":"EUR"},"properties":{"products":[{"product_id":"p"}],"cart_id":"c"}"#,
    ] {
        for (value, pass) in [
            (track("Cart Viewed", properties), "quick"),
            (track("Cart Viewed", properties).replacen("type", r"\u0074ype", 1), "careful"),
        ] {
            let event = decode(&value);
            let ids: Vec<_> = event.products.iter().map(|p| &*p.id).collect();
            assert_eq!((event.cart_id.as_deref(), ids, event.has_products), (Some("c"), vec!["p"], true), "{pass}: {value}");
            assert_eq!((event.order_id, event.currency), (None, None), "{pass}: {value}");
        }
    }
    for nothing in ["null", "7", "{}"] {
        let value = track("Cart Viewed", &format!(r#"{{"products":[{{"product_id":"a"}}],"products":{nothing}}}"#));
        let event = decode(&value);
        assert_eq!((event.products.len(), event.has_products), (0, false), "{nothing}");
    }
    let value = track("Cart Viewed", r#"{"products":[{"product_id":"a"}]},"properties":null"#);
    assert!(!decode(&value).has_products, "null is the last one");
}

#[test]
fn a_date_in_digits_is_a_date() {
    for time in ["\"20261122\"", "20261122", "\"202611220000\"", "20261122000000"] {
        let value = format!(r#"{{"type":"page","timestamp":{time}}}"#);
        let event = decode(&value);
        assert_eq!((event.time_ms, event.broken_fields), (RECORD_MS - RECORD_MS.rem_euclid(86_400_000), 0), "{time}");
    }
}

/// A registry that has been asked, and has none.
struct Unknown;

impl Schemas for Unknown {
    fn schema(&self, _: SchemaId) -> Lookup {
        Lookup::Unusable("the registry has no such schema".to_owned())
    }
}

#[test]
fn every_reason_of_the_fixed_list_has_a_way_to_come_up() {
    let untrusted = |name| {
        doubting_decoder().decode_event(&record(b"u", track(name, "{}").as_bytes())).expect_err("an untrusted input").reason
    };
    let mapped = |split: &str, value: &str| {
        let split = if split.is_empty() { String::new() } else { format!("split = \"{split}\"\n") };
        let text = format!(
            "name = \"x\"\nname_from = \"what\"\n{split}[ids]\nuser = \"who\"\n[events]\na = \"page\"\ngone = \"dead-letter\"\n"
        );
        let mapper = Mapper::with_schemas(leadstream_mapping::parse("x", &text).expect("a mapping"), Arc::new(Unknown));
        let mappings = Mappings::new(vec![Some(mapper)], Box::new(|_, _, _| {}));
        let records = OwnedRecords {
            input: 0,
            records: vec![OwnedRecord { key: Some(b"u".to_vec()), value: Some(value.into()), ..OwnedRecord::default() }],
        };
        let decoder = decoder().with_mappings(mappings);
        let batch = decoder.prepare(Box::new(records), 0, &mut |_| {}).records.expect("one that is read");
        decoder.decode_event(&batch.view(0)).expect_err("a dead letter").reason
    };
    let sent_on = |hops| {
        let forwarded = Some(ForwardedBy { via: "anon:v1".to_owned(), hops, first: String::new() });
        let header = routed::encode(&Routed {
            version: routed::VERSION,
            topic: "clickstream".to_owned(),
            record_ms: Some(RECORD_MS),
            forwarded,
            ..Routed::default()
        });
        let options = Options { topics: Vec::new(), forwards_input: Some(CLICKSTREAM), ..Options::default() };
        let decoder = Decoder::new(options, &vocabulary());
        decoder
            .decode(&RecordView { routed: Some(&header), ..record(b"u", PAGE) })
            .map_err(|rejected| rejected.reason)
            .map(|_| ())
    };
    assert_eq!(sent_on(63), Ok(()));
    let newer = RecordView { content_type: Some(b"application/avro"), ..record(b"u", PAGE) };
    let huge = vec![b' '; (1 << 20) + 1];
    let reasons = [
        reason(b"x"),
        rejected(&RecordView { key: None, ..record(b"", PAGE) }).reason,
        rejected(&record(b"", PAGE)).reason,
        rejected(&record(&[b'k'; 300], PAGE)).reason,
        rejected(&record(b"\xff", PAGE)).reason,
        reason(&huge),
        rejected(&newer).reason,
        reason(b"{}"),
        reason(br#"{"type":"page","timestamp":0}"#),
        rejected(&record(b"\x01account:acme.com", PAGE)).reason,
        mapped("events[]", r#"{"events":[{"what":"a","who":"ann"},{"what":"a","who":"ben"}]}"#),
        mapped("", r#"{"what":"gone","who":"ann"}"#),
        mapped("a[]\"\nformat = \"avro", "\0\0\0\0\u{7}"),
        sent_on(64).unwrap_err(),
        untrusted("User Deleted"),
        untrusted("Unsubscribed"),
        untrusted("Lead Won"),
    ];
    assert_eq!(reasons, DeadReason::ALL);
}

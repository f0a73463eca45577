//! Whatever the bytes are, the answer is an event or a reason, and both ways of reading agree.

use super::*;
use leadstream::domain::origin::Position;
use leadstream::wire::decode::file_head;
use leadstream::wire::proto;
use proptest::prelude::*;
use prost::Message;

/// JSON that is nearly an event.
fn nearly() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("1e999".to_owned()),
        Just("-0.0".to_owned()),
        any::<i64>().prop_map(|n| n.to_string()),
        // Amounts as shops write them: serde_json may miss the last bit of a longer fraction.
        (-1_000_000_000..1_000_000_000_i64).prop_map(|cents| format!("{}.{:02}", cents / 100, (cents % 100).abs())),
        "[a-zé ]{0,20}".prop_map(|text| format!("\"{text}\"")),
        Just(r#""\ud800""#.to_owned()),
        Just(r#""\u00e9\n""#.to_owned()),
        Just(r#""2026-11-22T12:00:00Z""#.to_owned()),
    ];
    let key = prop_oneof![
        Just("type"),
        Just("event"),
        Just("name"),
        Just("properties"),
        Just("context"),
        Just("page"),
        Just("path"),
        Just("products"),
        Just("product_id"),
        Just("sku"),
        Just("id"),
        Just("price"),
        Just("quantity"),
        Just("filters"),
        Just("timestamp"),
        Just("messageId"),
        Just("userId"),
        Just("traits"),
        Just("url"),
        Just("cart_id"),
        Just("category"),
        Just("other"),
        Just(r"\u0074ype"),
        Just(r"\ud800"),
    ];
    leaf.prop_recursive(5, 60, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(|list| format!("[{}]", list.join(","))),
            proptest::collection::vec((key.clone(), inner), 0..8).prop_map(|fields| {
                let fields: Vec<_> = fields.into_iter().map(|(k, v)| format!("\"{k}\":{v}")).collect();
                format!("{{{}}}", fields.join(","))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_json_makes_it_panic_and_what_stands_behind_does_not_change_what_stands_before(properties in nearly(), other in nearly()) {
        let plain = format!(r#"{{"type":"track","event":"Cart Viewed","messageId":"m","properties":{properties},"x":{other}}}"#);
        // The quick pass gives up at an escaped key, so the careful one reads everything again.
        let careful = plain.replacen(r#""x":"#, r#""\u0078":"#, 1);
        prop_assert_ne!(&plain, &careful);
        let decoder = decoder();
        let one = decoder.decode_event(&record(b"u", plain.as_bytes())).unwrap();
        let other = decoder.decode_event(&record(b"u", careful.as_bytes())).unwrap();
        prop_assert_eq!(one, other);
    }

    #[test]
    fn nearly_events_give_an_event_or_a_reason(value in nearly()) {
        let decoder = decoder();
        if let Err(rejected) = decoder.decode_event(&record(b"u", value.as_bytes())) {
            prop_assert!(rejected.detail.len() <= 300);
        }
        let _: Result<_, _> = decoder.decode_line(value.as_bytes(), Position::default());
        let _: Result<_, _> = file_head(value.as_bytes());
    }

    #[test]
    fn what_is_no_json_is_never_an_event(value in nearly(), at in any::<proptest::sample::Index>(), byte in 0x01..0x7f_u8) {
        let mut value = format!(r#"{{"type":"page","messageId":"m","properties":{value}}}"#).into_bytes();
        let at = at.index(value.len());
        if value[at].is_ascii() {
            value[at] = byte;
        }
        let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(&value).is_ok();
        let decoder = decoder();
        match decoder.decode_event(&record(b"u", &value)) {
            Ok(_) => prop_assert!(is_json, "{}", String::from_utf8_lossy(&value)),
            Err(rejected) if rejected.reason == DeadReason::UnreadableValue => {
                prop_assert!(!is_json || rejected.detail.contains("batch"), "{}: {}", rejected.detail, String::from_utf8_lossy(&value));
            }
            Err(_) => {}
        }
    }

    #[test]
    fn an_event_cut_anywhere_is_unreadable(cut in any::<proptest::sample::Index>()) {
        let value = track("Order Completed", r#"{"order_id":"o","products":[{"product_id":"p","price":5}]}"#);
        prop_assert_eq!(reason(&value.as_bytes()[..cut.index(value.len())]), DeadReason::UnreadableValue);
    }

    #[test]
    fn bytes_changed_anywhere_never_panic(at in any::<proptest::sample::Index>(), byte in any::<u8>(), typed in any::<bool>()) {
        let mut value = if typed {
            let event = proto::Event { name: "Cart Viewed".to_owned(), products: Some(proto::ProductList::default()), ..proto::Event::default() };
            event.encode_to_vec()
        } else {
            track("Order Completed", r#"{"order_id":"o","products":[{"product_id":"p","price":5}],"filters":[{"type":"x"}]}"#).into_bytes()
        };
        let at = at.index(value.len());
        value[at] = byte;
        let input = if typed { PROTOBUF } else { CLICKSTREAM };
        let _: Result<_, _> = decoder().decode_event(&RecordView { input, ..record(b"u", &value) });
    }
}

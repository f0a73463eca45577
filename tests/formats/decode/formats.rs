//! JSON or protobuf, by topic and by header.

use super::*;
use leadstream::domain::names::Kind;
use leadstream::wire::proto;
use prost::Message;

fn typed() -> proto::Event {
    let product =
        proto::Product { product_id: "p-1".to_owned(), price: Some(9.5), quantity: Some(2), ..proto::Product::default() };
    let text = |text: &str| proto::PropertyValue { value: Some(proto::property_value::Value::Text(text.to_owned())) };
    proto::Event {
        version: 1,
        r#type: proto::event::Type::Track.into(),
        name: "Added Product".to_owned(),
        message_id: "m-1".to_owned(),
        timestamp_ms: Some(RECORD_MS - 1_000),
        cart_id: "cart-1".to_owned(),
        order_id: String::new(),
        user_id: "u-1".to_owned(),
        value: Some(19.0),
        currency: "EUR".to_owned(),
        product: Some(product),
        products: None,
        properties: [("category".to_owned(), text("Games")), ("context.campaign.source".to_owned(), text("mail"))].into(),
    }
}

fn decode_typed(event: &proto::Event) -> Result<Event<'static>, Rejected> {
    let bytes = event.encode_to_vec().leak();
    decoder().decode_event(&RecordView { input: PROTOBUF, ..record(b"u-1", bytes) })
}

#[test]
fn a_protobuf_event_is_the_json_event() {
    let event = decode_typed(&typed()).unwrap();
    assert_eq!((event.kind, &*event.name, event.time_ms), (Kind::ProductAdded, "Product Added", RECORD_MS - 1_000));
    assert_eq!(
        (event.message_id.as_deref(), event.cart_id.as_deref(), event.order_id.as_deref()),
        (Some("m-1"), Some("cart-1"), None)
    );
    assert_eq!((event.value, event.currency.as_deref()), (Some(19.0), Some("EUR")));
    assert_eq!((&*event.products[0].id, event.products[0].price, event.products[0].quantity), ("p-1", Some(9.5), Some(2.0)));
    assert_eq!(text_property(&event, "category").as_deref(), Some("Games"));
    assert_eq!(text_property(&event, "context.campaign.source").as_deref(), Some("mail"));
    assert!(!event.has_products);

    let json = r#"{"type":"track","event":"Added Product","userId":"u-1","messageId":"m-1","timestamp":1795348799123,
        "context":{"campaign":{"source":"mail"}},
        "properties":{"cart_id":"cart-1","value":19,"currency":"EUR","product_id":"p-1","price":9.5,"quantity":2,"category":"Games"}}"#;
    let json = decode(json);
    let position = json.position;
    assert_eq!(Event { position, ..event }, json);
}

#[test]
fn a_protobuf_list_may_be_empty_and_a_page_has_its_name_as_a_property() {
    let list =
        proto::Event { name: "Cart Viewed".to_owned(), product: None, products: Some(proto::ProductList::default()), ..typed() };
    let event = decode_typed(&list).unwrap();
    assert!(event.has_products && event.products.is_empty());
    let page = proto::Event { r#type: proto::event::Type::Page.into(), name: "Home".to_owned(), product: None, ..typed() };
    let event = decode_typed(&page).unwrap();
    assert_eq!((event.kind, text_property(&event, "name").as_deref()), (Kind::Page, Some("Home")));
}

#[test]
fn broken_parts_of_a_protobuf_event_are_dropped_and_counted() {
    let product = proto::Product { sku: "s".to_owned(), price: Some(f64::NAN), quantity: Some(-1), ..proto::Product::default() };
    let nothing = proto::Product::default();
    let list = Some(proto::ProductList { items: vec![product, nothing] });
    let event = decode_typed(&proto::Event { product: None, products: list, value: Some(f64::INFINITY), ..typed() }).unwrap();
    assert_eq!(event.products.len(), 1);
    assert_eq!((&*event.products[0].id, event.products[0].price, event.products[0].quantity), ("s", None, None));
    assert_eq!(event.broken_fields, 4, "price, quantity, a product without id, value");
}

#[test]
fn a_protobuf_event_that_cannot_be_used_says_why() {
    let newer = decode_typed(&proto::Event { version: 2, ..typed() }).unwrap_err();
    assert_eq!(newer.reason, DeadReason::UnknownVersion);
    assert!(newer.detail.contains("version 2"), "{}", newer.detail);
    let nameless = decode_typed(&proto::Event { name: String::new(), ..typed() }).unwrap_err();
    assert_eq!(nameless.reason, DeadReason::NoName);
    let json = RecordView { input: PROTOBUF, ..record(b"u", br#"{"type":"page"}"#) };
    assert_eq!(rejected(&json).reason, DeadReason::UnreadableValue);
}

#[test]
fn the_content_type_header_wins_over_the_topic() {
    let json = track("Product Viewed", "{}");
    let bytes = typed().encode_to_vec();
    let with =
        |input, header: &'static str, value| RecordView { input, content_type: Some(header.as_bytes()), ..record(b"u", value) };
    for header in ["application/json", "application/json; charset=utf-8", "Application/JSON"] {
        assert!(decoder().decode_event(&with(PROTOBUF, header, json.as_bytes())).is_ok(), "{header}");
    }
    for header in ["application/protobuf", "application/x-protobuf", "application/protobuf; proto=leadstream.v1.Event"] {
        assert!(decoder().decode_event(&with(CLICKSTREAM, header, &bytes)).is_ok(), "{header}");
    }
    for header in ["application/avro", "", "text/html", "application/protobuf; proto=other.v1.Thing", "avro/\u{0}"] {
        assert_eq!(rejected(&with(CLICKSTREAM, header, json.as_bytes())).reason, DeadReason::UnknownVersion, "{header}");
    }
    let not_text = RecordView { content_type: Some(b"\xff"), ..record(b"u", json.as_bytes()) };
    assert_eq!(rejected(&not_text).reason, DeadReason::UnknownVersion);
}

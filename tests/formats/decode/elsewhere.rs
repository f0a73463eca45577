//! Orders that no cart led to, as shops and payment services say it.

use super::*;
use leadstream::domain::origin::Position;
use leadstream_model::{SHIPPED, from_texts};

/// Whether no cart led to an order with these properties.
fn is_elsewhere(properties: &str) -> bool {
    let models = from_texts(&[SHIPPED[0].1]).unwrap();
    let topics = vec![Topic { name: "cart".into(), is_email: false, is_trusted: true, format: Format::Json }];
    let decoder = Decoder::new(Options { topics, ..Options::default() }, &models.vocabulary);
    let line = format!(
        r#"{{"type":"track","event":"Order Completed","userId":"ann","timestamp":"2026-03-02T09:00:00Z","properties":{{"order_id":"o1",{properties}}}}}"#
    );
    let event = decoder.decode_line(line.as_bytes(), Position::default()).unwrap();
    models.in_charge().elsewhere.holds(&event)
}

#[test]
fn renewals_and_orders_by_phone_or_at_the_counter_are_known_in_any_spelling() {
    for said in [
        r#""isRenewal":true"#,
        r#""Is Renewal":"Yes""#,
        r#""is-recurring-order":1"#,
        r#""subscription_renewal":123"#,
        r#""subscriptionRenewal":"4711""#,
        r#""_subscription_renewal":"4711""#,
        r#""billing_reason":"subscription_cycle""#,
        r#""billingReason":"subscription_cycle""#,
        r#""orderType":"Phone""#,
        r#""order_type":"phone_order""#,
        r#""OrderType":"Renewal Order""#,
        r#""created_via":"admin""#,
        r#""createdVia":"subscription""#,
        r#""source":"pos""#,
        r#""sourceName":"Point of Sale""#,
        r#""is_pos":true"#,
        r#""isPOS":"true""#,
        r#""channel":"retail""#,
        r#""salesChannel":"Store""#,
        r#""channel":"Physical Store""#,
        r#""tags":"Subscription, Subscription Recurring Order""#,
        r#""tags":"vip,POS""#,
    ] {
        assert!(is_elsewhere(said), "{said}");
    }
}

#[test]
fn orders_of_the_web_are_none_of_these() {
    for said in [
        r#""total":5"#,
        r#""isRenewal":false,"is_pos":"no","subscription_renewal":0"#,
        r#""subscription_renewal":null,"renewal":"""#,
        r#""billing_reason":"subscription_create""#,
        r#""orderType":"subscription""#,
        r#""order_type":"online""#,
        r#""created_via":"checkout""#,
        r#""created_via":"rest-api""#,
        r#""source":"web","source_name":"web""#,
        r#""source":"store""#,
        r#""source":"newsletter_phone_offer""#,
        r#""channel":"online_store""#,
        r#""channel":"web","sales_channel":"Online Store""#,
        r#""tags":"Subscription, Subscription First Order""#,
        r#""tags":"postcard, phone-case, composition""#,
        r#""in_stock":true,"pos":3"#,
    ] {
        assert!(!is_elsewhere(said), "{said}");
    }
}

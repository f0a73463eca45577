//! What becomes of an order, in the words of the shops: refunds of a part, drafts, ids in other dress.

use super::decode;
use leadstream::domain::event::{Event, OrderStatus};

fn told(properties: &str, test: impl FnOnce(&Event<'_>)) {
    let value = format!(r#"{{"type":"track","event":"Order Refunded","properties":{{"order_id":"o",{properties}}}}}"#);
    test(&decode(&value));
}

#[test]
fn a_refund_is_worth_what_it_pays_back_whatever_that_is_called() {
    for properties in [
        r#""amount":40"#,
        r#""refund_amount":40,"total":100"#,
        r#""total":100,"refunded_amount":"40.00""#,
        r#""RefundTotal":40,"amount":100"#,
        r#""refund_value":40,"order_value":100"#,
        r#""order_value":100,"amount":40"#,
        r#""refund":{"id":"r","amount":40},"total":100"#,
        r#""transactions":[{"kind":"refund","amount":"40.00"}]"#,
        r#""value":40"#,
        r#""total":40"#,
    ] {
        told(properties, |event| {
            assert_eq!((event.value, event.signals.refunded_so_far, event.broken_fields), (Some(40.0), false, 0), "{properties}");
        });
    }
}

#[test]
fn what_was_paid_back_so_far_is_told_from_what_is_paid_back_now() {
    told(r#""amount":100,"amount_refunded":40"#, |e| assert_eq!((e.value, e.signals.refunded_so_far), (Some(40.0), true)));
    told(r#""total_refunded":40"#, |e| assert_eq!((e.value, e.signals.refunded_so_far), (Some(40.0), true)));
    told(r#""amount_refunded":40,"refund_id":"r""#, |e| assert_eq!((e.value, e.signals.refunded_so_far), (Some(40.0), false)));
}

#[test]
fn elsewhere_what_only_refunds_have_changes_nothing() {
    let completed = decode(
        r#"{"type":"track","event":"Order Completed","properties":{"order_id":"o","total":100,"refund_amount":0,"amount_refunded":0,"amount":7}}"#,
    );
    assert_eq!((completed.value, completed.signals.refunded_so_far), (Some(100.0), false));
    let updated = decode(
        r#"{"type":"track","event":"Order Updated","properties":{"order_id":"o","total":100,"total_refunded":0,"amount":7}}"#,
    );
    assert_eq!((updated.value, updated.signals.is_part), (Some(100.0), false));
    told(r#""contract_value":9000"#, |event| assert_eq!(event.value, None, "that is the contract's"));
}

#[test]
fn a_part_says_so_in_a_word_or_a_flag() {
    for properties in [
        r#""status":"partially_refunded""#,
        r#""financial_status":"Partially Refunded""#,
        r#""status":"wc-partially-refunded""#,
        r#""partial":true"#,
        r#""is_partial":"true""#,
        r#""refund_type":"partial""#,
    ] {
        told(properties, |event| assert!(event.signals.is_part, "{properties}"));
    }
    for properties in [r#""status":"refunded""#, r#""partial":false"#, r#""refund_type":"full""#, r#""partial":null"#] {
        told(properties, |event| assert!(!event.signals.is_part, "{properties}"));
    }
}

#[test]
fn a_draft_is_told_from_an_order() {
    for (word, want) in [
        ("checkout-draft", OrderStatus::Draft),
        ("wc-checkout-draft", OrderStatus::Draft),
        ("auto_draft", OrderStatus::Draft),
        ("Draft", OrderStatus::Draft),
        ("abandoned", OrderStatus::Draft),
        ("trash", OrderStatus::Draft),
        ("rejected", OrderStatus::Failed),
        ("pending_payment", OrderStatus::Pending),
        ("on_hold", OrderStatus::Pending),
        ("processing", OrderStatus::Paid),
        ("drafting-table", OrderStatus::Unsaid),
        ("ready-for-pickup", OrderStatus::Unsaid),
    ] {
        let value = format!(r#"{{"type":"track","event":"Order Completed","properties":{{"order_id":"o","status":"{word}"}}}}"#);
        assert_eq!(decode(&value).signals.order_status, want, "{word}");
    }
}

fn product(fields: &str, test: impl Fn(&leadstream::domain::event::Product<'_>)) {
    for form in [
        format!(r#"{{"type":"track","event":"Product Added","properties":{{{fields}}}}}"#),
        format!(r#"{{"type":"track","event":"Cart Viewed","properties":{{"products":[{{{fields}}}]}}}}"#),
    ] {
        let event = decode(&form);
        assert_eq!(event.broken_fields, 0, "{form}");
        test(event.products.first().unwrap());
    }
}

#[test]
fn a_variant_is_told_by_its_id_else_by_size_and_colour() {
    for (fields, want) in [
        (r#""product_id":"100","variation_id":105"#, Some("105")),
        (r#""product_id":"100","product_variation_id":"105""#, Some("105")),
        (r#""product_id":"100","option_id":105"#, Some("105")),
        (r#""product_id":"100","variation_id":0"#, None),
        (r#""product_id":"100","variation_id":0,"size":"M""#, Some("M")),
        (r#""product_id":"100","variant":"navy","variation_id":105,"size":"M""#, Some("navy")),
        (r#""product_id":"100","size":"M","colour":"red""#, Some("M / red")),
        (r#""product_id":"100","color":"red","size":"M""#, Some("M / red")),
        (r#""product_id":"100","size":"M","sku":"100-M""#, None),
        (r#""product_id":"100","size":null"#, None),
        (r#""product_id":"100","size":{"eu":42}"#, None),
        (r#""product_id":"gid://shopify/Product/100","variant_id":"gid://shopify/ProductVariant/105""#, Some("105")),
    ] {
        product(fields, |product| assert_eq!((&*product.id, product.variant.as_deref()), ("100", want), "{fields}"));
    }
}

#[test]
fn currencies_and_ids_in_another_dress_are_the_same() {
    let plain = |order: &str, cart: &str, currency: &str| {
        let value = format!(
            r#"{{"type":"track","event":"Order Completed","properties":{{"order_id":"{order}","cart_id":"{cart}","currency":"{currency}"}}}}"#
        );
        let event = decode(&value);
        (event.order_id.map(String::from), event.cart_id.map(String::from), event.currency.map(String::from))
    };
    let want = plain("4711", "c1", "EUR");
    for (order, cart, currency) in [
        (" 4711 ", "c1\\t", "eur"),
        ("gid://shopify/Order/4711", "gid://shopify/Cart/c1?key=9f2", " EUR "),
        (" gid://shopify/Order/4711", "c1", "Eur"),
    ] {
        assert_eq!(plain(order, cart, currency), want, "{order} {cart} {currency}");
    }
    for order in ["gid://shopify/Order/", "gid://4711", "gid-4711", "47 11", "4711?x"] {
        assert_ne!(plain(order, "c1", "EUR"), want, "{order}");
    }
    assert_eq!(plain("4711", "c1", "  ").2, None);
}

#[test]
fn zeros_in_text_are_no_id_as_the_number_is_none() {
    for id in [r#""0.0""#, "0.0", r#""0,0""#, r#""0""#, r#""*|ORDER|*""#, r#""undefined undefined""#] {
        let value = format!(r#"{{"type":"track","event":"Order Completed","properties":{{"order_id":{id}}}}}"#);
        assert_eq!(decode(&value).order_id, None, "{id}");
    }
    for id in [r#""0.5""#, r#""0-1""#, r#""00-7""#] {
        let value = format!(r#"{{"type":"track","event":"Order Completed","properties":{{"order_id":{id}}}}}"#);
        assert!(decode(&value).order_id.is_some(), "{id}");
    }
}

//! Every event of Segment's e-commerce v2 and e-mail specs, and the v1 names that are still written.

use super::*;
use leadstream::domain::names::{Kind, NameId};

const PRODUCT: &str = r#""product_id":"507f1f77","sku":"G-32","category":"Games","name":"Monopoly","brand":"Hasbro","variant":"200 pieces",
    "price":18.99,"quantity":1,"coupon":"MAYDEALS","position":3,"url":"https://shop.example/p/32","image_url":"https://shop.example/p/32.jpg""#;

fn with_product(more: &str) -> String {
    format!("{{{more}{PRODUCT}}}")
}

fn with_products(more: &str) -> String {
    format!(
        r#"{{{more}"products":[{{{PRODUCT}}},{{"product_id":"505bd76785ebb509fc183733","sku":"46493-32","price":3,"quantity":2}}]}}"#
    )
}

/// Name, properties as the spec has them, what it means, whether it shows that the prospect is there, how many products.
fn e_commerce() -> Vec<(&'static str, String, Kind, bool, usize)> {
    let order = r#""checkout_id":"c-1","order_id":"o-1","affiliation":"Store","subtotal":22,"total":27.5,"revenue":25,"shipping":3,"tax":2,
        "discount":2.5,"coupon":"hasbros","currency":"USD","#;
    let step = r#"{"checkout_id":"c-1","step":2,"shipping_method":"Fedex","payment_method":"Visa"}"#.to_owned();
    let coupon =
        r#"{"order_id":"o-1","cart_id":"cart-1","coupon_id":"may_deals_2016","coupon_name":"May","discount":23.32,"reason":"x"}"#;
    vec![
        ("Products Searched", r#"{"query":"blue roses"}"#.to_owned(), Kind::Site, true, 0),
        ("Product List Viewed", with_products(r#""list_id":"hot","category":"Deals","#), Kind::Site, true, 2),
        (
            "Product List Filtered",
            with_products(
                r#""list_id":"hot","filters":[{"type":"dept","value":"beauty"}],"sorts":[{"type":"price","value":"desc"}],"#,
            ),
            Kind::Site,
            true,
            2,
        ),
        (
            "Promotion Viewed",
            r#"{"promotion_id":"promo_1","creative":"top","name":"75% off","position":"home"}"#.to_owned(),
            Kind::Site,
            true,
            0,
        ),
        (
            "Promotion Clicked",
            r#"{"promotion_id":"promo_1","creative":"top","name":"75% off","position":"home"}"#.to_owned(),
            Kind::Site,
            true,
            0,
        ),
        ("Product Clicked", with_product(""), Kind::Site, true, 1),
        ("Product Viewed", with_product(r#""currency":"usd","value":18.99,"#), Kind::Site, true, 1),
        ("Product Added", with_product(r#""cart_id":"cart-1","#), Kind::ProductAdded, true, 1),
        ("Product Removed", with_product(r#""cart_id":"cart-1","#), Kind::ProductRemoved, true, 1),
        ("Cart Viewed", with_products(r#""cart_id":"cart-1","#), Kind::CartViewed, true, 2),
        (
            "Checkout Started",
            with_products(r#""order_id":"o-1","value":30,"revenue":25,"currency":"USD","#),
            Kind::CheckoutStarted,
            true,
            2,
        ),
        ("Checkout Step Viewed", step.clone(), Kind::CheckoutProgress, true, 0),
        ("Checkout Step Completed", step.clone(), Kind::CheckoutProgress, true, 0),
        ("Payment Info Entered", step, Kind::CheckoutProgress, true, 0),
        ("Order Completed", with_products(order), Kind::OrderCompleted, true, 2),
        ("Order Updated", with_products(order), Kind::OrderUpdated, false, 2),
        ("Order Refunded", r#"{"order_id":"o-1"}"#.to_owned(), Kind::OrderUpdated, false, 0),
        ("Order Cancelled", with_products(order), Kind::OrderUpdated, false, 2),
        ("Coupon Entered", coupon.to_owned(), Kind::Site, true, 0),
        ("Coupon Applied", coupon.to_owned(), Kind::Site, true, 0),
        ("Coupon Denied", coupon.to_owned(), Kind::Site, true, 0),
        ("Coupon Removed", coupon.to_owned(), Kind::Site, true, 0),
        ("Product Added to Wishlist", with_product(r#""wishlist_id":"w-1","#), Kind::Site, true, 1),
        ("Product Removed from Wishlist", with_product(r#""wishlist_id":"w-1","#), Kind::Site, true, 1),
        (
            "Wishlist Product Added to Cart",
            with_product(r#""wishlist_id":"w-1","cart_id":"cart-1","#),
            Kind::ProductAdded,
            true,
            1,
        ),
        ("Product Shared", with_product(r#""share_via":"email","#), Kind::Site, true, 1),
        ("Cart Shared", with_products(r#""share_via":"email","cart_id":"cart-1","#), Kind::Site, true, 2),
        (
            "Product Reviewed",
            r#"{"product_id":"507f1f77","review_id":"r-1","review_body":"I love it","rating":"5"}"#.to_owned(),
            Kind::Site,
            true,
            1,
        ),
    ]
}

#[test]
fn every_event_of_the_e_commerce_spec_is_understood_with_nothing_broken() {
    let events = e_commerce();
    assert_eq!(events.len(), 28);
    for (name, properties, kind, is_activity, products) in events {
        let value = track(name, &properties);
        let event = decode(&value);
        assert_eq!((event.kind, &*event.name), (kind, name));
        assert_eq!(event.is_activity(), is_activity, "{name}");
        assert_eq!(event.products.len(), products, "{name}");
        assert_eq!(event.has_products, properties.contains("\"products\""), "{name}");
        assert_eq!(event.broken_fields, 0, "{name}");
        assert_eq!(event.cart_id.as_deref(), properties.contains("cart_id").then_some("cart-1"), "{name}");
        assert_eq!(event.order_id.as_deref(), properties.contains("order_id").then_some("o-1"), "{name}");
        assert_eq!(event.message_id.as_deref(), Some("m-1"));
        assert_eq!(event.time_ms, RECORD_MS - 123);
    }
}

#[test]
fn a_product_keeps_everything_that_a_reminder_mail_shows() {
    let value = track("Product Added", &with_product(r#""cart_id":"cart-1","#));
    let event = decode(&value);
    let product = &event.products[0];
    assert_eq!(&*product.id, "507f1f77");
    assert_eq!(product.sku.as_deref(), Some("G-32"));
    assert_eq!(product.name.as_deref(), Some("Monopoly"));
    assert_eq!(product.variant.as_deref(), Some("200 pieces"));
    assert_eq!(product.url.as_deref(), Some("https://shop.example/p/32"));
    assert_eq!(product.image_url.as_deref(), Some("https://shop.example/p/32.jpg"));
    assert_eq!((product.price, product.quantity), (Some(18.99), Some(1.0)));
}

#[test]
fn the_value_is_value_else_total_else_revenue() {
    for (properties, want) in [
        (r#"{"value":30,"total":27.5,"revenue":25}"#, Some(30.0)),
        (r#"{"total":27.5,"revenue":25}"#, Some(27.5)),
        (r#"{"revenue":25}"#, Some(25.0)),
        (r#"{"value":"broken","total":27.5}"#, Some(27.5)),
        (r#"{"subtotal":22}"#, None),
    ] {
        assert_eq!(decode(&track("Order Completed", properties)).value, want, "{properties}");
    }
}

#[test]
fn every_event_of_the_e_mail_spec_is_understood() {
    let properties = r#"{"email_id":"e-1","email_subject":"News","campaign_id":"123","campaign_name":"Weekly","link_id":"l-1","link_url":"https://shop.example/p/1"}"#;
    for (name, kind) in [
        ("Email Delivered", Kind::Mail),
        ("Email Opened", Kind::Mail),
        ("Email Link Clicked", Kind::Mail),
        ("Email Bounced", Kind::SoftBounce),
        ("Email Marked as Spam", Kind::Complained),
        ("Unsubscribed", Kind::Unsubscribed),
    ] {
        let value = track(name, properties);
        let event = decode_on(EMAIL, &value);
        assert_eq!((event.kind, &*event.name, event.broken_fields), (kind, name, 0));
        assert!(event.on_mail_topic && !event.is_activity(), "{name}");
        assert!(!decode_on(CLICKSTREAM, &value).is_activity(), "{name} is none wherever it comes from");
    }
}

#[test]
fn a_bounce_that_may_pass_is_told_from_one_that_stays() {
    for (properties, kind) in [
        ("{}", Kind::SoftBounce),
        (r#"{"bounce_type":"hard"}"#, Kind::HardBounce),
        (r#"{"bounce_type":"Permanent"}"#, Kind::HardBounce),
        (r#"{"bounce_type":"soft"}"#, Kind::SoftBounce),
        (r#"{"type":"blocked"}"#, Kind::SoftBounce),
        (r#"{"bounceType":"Transient"}"#, Kind::SoftBounce),
        (r#"{"bounceType":"Undetermined"}"#, Kind::SoftBounce),
        (r#"{"type":"temporary"}"#, Kind::SoftBounce),
        (r#"{"bounce_type":"hard","type":"soft"}"#, Kind::HardBounce),
    ] {
        assert_eq!(decode_on(EMAIL, &track("Email Bounced", properties)).kind, kind, "{properties}");
    }
}

#[test]
fn v1_names_are_aliases() {
    for (v1, v2) in [
        ("Viewed Product Category", "Product List Viewed"),
        ("Viewed Product", "Product Viewed"),
        ("Clicked Product", "Product Clicked"),
        ("Added Product", "Product Added"),
        ("Removed Product", "Product Removed"),
        ("Viewed Promotion", "Promotion Viewed"),
        ("Clicked Promotion", "Promotion Clicked"),
        ("Started Order", "Checkout Started"),
        ("Viewed Checkout Step", "Checkout Step Viewed"),
        ("Completed Checkout Step", "Checkout Step Completed"),
        ("Updated Order", "Order Updated"),
        ("Completed Order", "Order Completed"),
    ] {
        let (old, new) = (track(v1, "{}"), track(v2, "{}"));
        let (old, new) = (decode(&old), decode(&new));
        assert_eq!((&*old.name, old.kind, old.name_id), (v2, new.kind, new.name_id));
    }
}

#[test]
fn v1_events_bring_their_own_names_of_ids() {
    let value = track("Added Product", r#"{"id":"507f","sku":"45790-32","price":"18.99"}"#);
    assert_eq!(decode(&value).products[0].id, "507f");
    let value = track(
        "Completed Order",
        r#"{"orderId":"50314b8e","total":30,"products":[{"id":"507f","sku":"45790-32"},{"id":"5060"}]}"#,
    );
    let event = decode(&value);
    assert_eq!(event.order_id.as_deref(), Some("50314b8e"));
    assert_eq!(event.products.iter().map(|p| &*p.id).collect::<Vec<_>>(), ["507f", "5060"]);
    assert_eq!(event.broken_fields, 0);
    // In v2 a product of a list is product_id, else sku, else id.
    let value = track("Order Completed", r#"{"products":[{"id":"507f","sku":"45790-32"},{"id":"5060"}]}"#);
    let event = decode(&value);
    assert_eq!(event.products.iter().map(|p| &*p.id).collect::<Vec<_>>(), ["45790-32", "5060"]);
    assert_eq!(event.broken_fields, 0);
    let value = track("Product Added", r#"{"id":"507f","name":"Monopoly"}"#);
    assert!(decode(&value).products.is_empty(), "among the properties of v2 an id may be anything's");
}

#[test]
fn names_of_the_models_become_their_ids_and_all_others_none() {
    let ids = vocabulary();
    assert_eq!(decode(&track("Quote Requested", "{}")).name_id, ids.name("Quote Requested"));
    assert_eq!(decode(&track("Viewed Product", "{}")).name_id, ids.name("Product Viewed"));
    assert_eq!(decode(r#"{"type":"page","name":"Home"}"#).name_id, ids.name("page"));
    assert_eq!(decode(r#"{"type":"identify","traits":{}}"#).name_id, NameId::NONE);
    let value = track("Never Heard Of", "{}");
    let unknown = decode(&value);
    assert_eq!((unknown.name_id, unknown.kind, &*unknown.name), (NameId::NONE, Kind::Other, "Never Heard Of"));
    assert!(unknown.is_activity());
    assert!(!decode_on(EMAIL, &value).is_activity(), "an unknown name on a mail topic shows nobody");
}

#[test]
fn all_kinds_of_calls_are_understood() {
    for (call, kind, is_activity) in [
        ("page", Kind::Page, true),
        ("screen", Kind::Screen, true),
        ("identify", Kind::Identify, false),
        ("group", Kind::Group, false),
        ("alias", Kind::Alias, false),
        ("Page", Kind::Page, true),
    ] {
        let value = format!(r#"{{"type":"{call}","messageId":"m","event":"ignored"}}"#);
        let event = decode(&value);
        assert_eq!((event.kind, event.is_activity()), (kind, is_activity));
        assert_eq!(event.name, call.to_lowercase());
    }
    assert_eq!(decode(r#"{"event":"Product Viewed"}"#).kind, Kind::Site, "a name without a type is a track event");
}

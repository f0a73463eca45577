//! Events as shops send them. `$head` is what every event says: its id and time.

use super::{Input, Stamp, Value};
use crate::api::Us;
use crate::dice::Die;

/// Inputs in the order of the configuration.
pub const CLICKSTREAM: usize = 0;
pub const EMAIL: usize = 1;
pub const CART: usize = 2;

/// What a product is like in an event.
pub fn item(product: u64) -> String {
    format!(
        r#""product_id":"p-{product}","sku":"s-{product}","name":"Shoe {product}","price":{}.5,"quantity":1,"currency":"EUR""#,
        20 + product
    )
}

pub fn track(event: &str, properties: &str) -> String {
    format!(r#"{{"type":"track","event":"{event}",$head,"properties":{{{properties}}}}}"#)
}

pub fn page(path: &str) -> String {
    format!(r#"{{"type":"page",$head,"properties":{{"path":"{path}","url":"https://shop.example{path}"}}}}"#)
}

pub fn added(cart: u64, product: u64) -> String {
    track("Product Added", &format!(r#""cart_id":"c-{cart}",{}"#, item(product)))
}

pub fn ordered(order: u64, cart: u64, product: u64) -> String {
    let total = 20 + product;
    track(
        "Order Completed",
        &format!(
            r#""order_id":"o-{order}","cart_id":"c-{cart}","total":{total}.5,"currency":"EUR","products":[{{{}}}]"#,
            item(product)
        ),
    )
}

/// What somebody does in a shop, and where it comes in.
pub fn in_a_shop(die: &mut Die, id: u64, person: u64) -> (usize, String) {
    let product = die.below(5);
    match die.below(40) {
        0..=9 => (CLICKSTREAM, page(if product == 0 { "/magazine/shoe" } else { "/shoes" })),
        10..=16 => (CLICKSTREAM, track("Product Viewed", &item(product))),
        17..=26 => (if product == 1 { CART } else { CLICKSTREAM }, added(person, product)),
        27 => (CLICKSTREAM, track("Product Removed", &format!(r#""cart_id":"c-{person}",{}"#, item(product)))),
        28 => (CLICKSTREAM, track("Checkout Started", &format!(r#""cart_id":"c-{person}","products":[{{{}}}]"#, item(product)))),
        29 => (EMAIL, track("Email Opened", r#""email_id":"e-1""#)),
        30 => (EMAIL, track("Email Link Clicked", r#""email_id":"e-1","link_url":"https://shop.example/""#)),
        31 => (EMAIL, track("Unsubscribed", "")),
        32 => (CART, track("Cart Emptied", &format!(r#""cart_id":"c-{person}""#))),
        33 => (CLICKSTREAM, r#"{"type":"identify",$head,"traits":{"email":"someone@shop.example"}}"#.to_owned()),
        34 => (CART, track("Payment Failed", &format!(r#""cart_id":"c-{person}","order_id":"o-{id}""#))),
        35 => (CART, track("Order Cancelled", &format!(r#""order_id":"o-{}""#, die.below(id.max(1))))),
        _ => (if product < 3 { CART } else { CLICKSTREAM }, ordered(id, person, product)),
    }
}

/// How far an event's own time is from its arrival: mostly not at all, sometimes late, now and then ahead.
pub fn own_time(die: &mut Die) -> Option<i64> {
    match die.below(20) {
        0 => Some(2_000),
        1 => Some(-2_000),
        2 => Some(-7_000),
        3 => Some(-50),
        4 => Some(90_000),
        5..=9 => None,
        _ => Some(0),
    }
}

/// The record's own time: mostly its arrival, and of every other kind.
pub fn stamp(die: &mut Die) -> Stamp {
    match die.below(60) {
        0 => Stamp::Clock(3_000),
        1 => Stamp::Clock(100_000),
        2 => Stamp::Clock(400_000),
        3 => Stamp::Clock(-8_000),
        4 => Stamp::None,
        5 => Stamp::Zero,
        _ => Stamp::Arrival,
    }
}

/// What can't be used, of several kinds.
pub fn useless(die: &mut Die, at: Us, person: u64) -> Input {
    let bytes = |text: &str| Value::Bytes(text.as_bytes().to_vec());
    let key = Some(format!("u{person}"));
    let (key, value) = match die.below(7) {
        0 => (None, bytes(r#"{"type":"page"}"#)),
        1 => (Some(String::new()), bytes(r#"{"type":"page"}"#)),
        2 => (key, Value::Tombstone),
        3 => (key, bytes("")),
        4 => (key, bytes(r#"{"type":"track","properties":{}}"#)),
        5 => (Some("k".repeat(2_000)), bytes(r#"{"type":"page"}"#)),
        _ => (key, bytes("garbage")),
    };
    let headers = vec![("trace".to_owned(), Some(b"abc".to_vec())), ("leadstream-reason".to_owned(), None)];
    Input { at, input: usize::try_from(die.below(3)).unwrap_or(0), key, value, stamp: stamp(die), headers }
}

/// An event of a person.
pub fn event(at: Us, id: u64, person: u64, (input, body): (usize, String), own: Option<i64>, stamp: Stamp) -> Input {
    Input { at, input, key: Some(format!("u{person}")), value: Value::Event { body, id, own }, stamp, headers: Vec::new() }
}

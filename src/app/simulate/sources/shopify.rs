//! Shopify's webhooks, as a bridge from HTTP writes them into Kafka: without a key, with the headers.
//!
//! Carts come as they are after a change, not as what was added. Where somebody is logged in, the theme has written who it is into the
//! cart's attributes. Guests leave no address here, so that they stay the visitors that they are on the site.

use super::super::catalogue::{VARIANTS, name, price_cents, variant};
use super::super::ids;
use super::super::json_writer::{Dates, Stamp, number, put};
use super::super::people::Line;
use super::super::record::{Record, Topic};
use super::super::scene::Scene;
use super::super::what::What;
use super::super::write::LOCALES;
use super::super::write::properties::cents;
use crate::domain::{HOUR_MS, Ms};

/// Writes the webhooks of a deed; `false`: Shopify says nothing of it.
pub(super) fn write(record: &mut Record, scene: &Scene<'_>, dates: &mut Dates) -> bool {
    let Scene { person, what, .. } = *scene;
    let value = &mut record.value;
    value.clear();
    let topic = match what {
        What::Identify => {
            customer(value, scene, dates);
            "customers/create"
        }
        What::Added { line } => {
            cart(value, scene, person.cart_number, &person.lines, dates);
            if person.lines == [*line] { "carts/create" } else { "carts/update" }
        }
        What::Removed { .. } | What::CartUpdated | What::CartEmptied => {
            cart(value, scene, person.cart_number, &person.lines, dates);
            "carts/update"
        }
        What::CheckoutStarted => {
            checkout(value, scene, person.cart_number, &person.lines, false, dates);
            "checkouts/create"
        }
        What::CheckoutStep { completed: true, .. } => {
            checkout(value, scene, person.cart_number, &person.lines, false, dates);
            "checkouts/update"
        }
        What::Ordered { order: id, cart: token, lines } => {
            order(value, scene, &Order { id: *id, token: Some(*token), lines, is_refunded: false }, dates);
            record.also = after_an_order(scene, &record.value, *token, lines, dates);
            "orders/create"
        }
        What::Refunded { order: id, lines } => {
            order(value, scene, &Order { id: *id, token: None, lines, is_refunded: true }, dates);
            "orders/updated"
        }
        _ => return false,
    };
    address(record, topic, scene.stamp, 0, dates);
    true
}

/// What Shopify sends right after an order. `orders/paid` is of the same event; the cart is empty.
fn after_an_order(scene: &Scene<'_>, order: &[u8], token: u32, lines: &[Line], dates: &mut Dates) -> Vec<Record> {
    let (mut closed, mut emptied) = (Vec::new(), Vec::new());
    checkout(&mut closed, scene, token, lines, true, dates);
    cart(&mut emptied, scene, token, &[], dates);
    let all = [("orders/paid", 0, order.to_vec()), ("checkouts/update", 1, closed), ("carts/update", 2, emptied)];
    let record = |(topic, event, value)| {
        let mut record = Record { value, ..Record::default() };
        address(&mut record, topic, scene.stamp, event, dates);
        record
    };
    all.into_iter().map(record).collect()
}

/// The nth event of a deed, with its webhook.
fn address(record: &mut Record, topic: &'static str, stamp: &Stamp, nth: u64, dates: &mut Dates) {
    record.place_unkeyed(Topic::Cart, stamp.record_ms);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap_or_default();
    let (mut event, mut webhook, mut time) = (Vec::new(), Vec::new(), Vec::new());
    ids::message(&mut event, stamp, nth);
    ids::message(&mut webhook, stamp, 0x100 | topic.len() as u64);
    dates.write(&mut time, stamp.event_ms);
    record.headers = vec![
        ("x-shopify-topic", topic.to_owned()),
        ("x-shopify-event-id", text(event)),
        ("x-shopify-webhook-id", text(webhook)),
        ("x-shopify-triggered-at", text(time)),
        ("x-shopify-shop-domain", "outdoor.myshopify.example".to_owned()),
    ];
}

fn cart(out: &mut Vec<u8>, scene: &Scene<'_>, token: u32, lines: &[Line], dates: &mut Dates) {
    put!(out, b"{\"id\":\"");
    ids::counted(out, "c", scene.visitor, token);
    put!(out, b"\",\"token\":\"");
    ids::counted(out, "c", scene.visitor, token);
    put!(out, b"\",\"line_items\":");
    line_items(out, lines, scene.stamp);
    put!(out, b",\"note\":null,");
    note_attributes(out, scene);
    put!(out, b",\"updated_at\":\"");
    dates.write(out, scene.stamp.event_ms);
    put!(out, b"\"}");
}

fn checkout(out: &mut Vec<u8>, scene: &Scene<'_>, token: u32, lines: &[Line], is_completed: bool, dates: &mut Dates) {
    put!(out, b"{\"token\":\"");
    ids::counted(out, "k", scene.visitor, token);
    put!(out, b"\",");
    bought(out, scene, Some(token), lines, dates);
    put!(out, b",\"discount_codes\":[],\"completed_at\":");
    if is_completed {
        out.push(b'"');
        second(out, scene.stamp.event_ms, dates);
        put!(out, b"\"}");
    } else {
        put!(out, b"null}");
    }
}

struct Order<'a> {
    id: u32,
    /// Of its cart; later nobody here knows it.
    token: Option<u32>,
    lines: &'a [Line],
    is_refunded: bool,
}

fn order(out: &mut Vec<u8>, scene: &Scene<'_>, order: &Order<'_>, dates: &mut Dates) {
    put!(out, b"{\"id\":");
    ids::order(out, scene.visitor, order.id, scene.stamp);
    put!(out, b",\"test\":false,\"source_name\":\"web\",\"financial_status\":\"");
    put!(out, if order.is_refunded { "refunded" } else { "paid" }, b"\",");
    bought(out, scene, order.token, order.lines, dates);
    if order.is_refunded {
        put!(out, b",\"refunds\":[{\"transactions\":[{\"kind\":\"refund\",\"status\":\"success\",\"amount\":\"");
        cents(out, total_cents(order.lines));
        put!(out, b"\"}]}]}");
    } else {
        put!(out, b",\"processed_at\":\"");
        second(out, scene.stamp.event_ms, dates);
        put!(out, b"\",\"discount_codes\":[],\"refunds\":[]}");
    }
}

/// What checkouts and orders have in common.
fn bought(out: &mut Vec<u8>, scene: &Scene<'_>, token: Option<u32>, lines: &[Line], dates: &mut Dates) {
    put!(out, b"\"cart_token\":");
    match token {
        Some(token) => {
            out.push(b'"');
            ids::counted(out, "c", scene.visitor, token);
            out.push(b'"');
        }
        None => put!(out, b"null"),
    }
    if scene.person.known {
        put!(out, b",\"email\":\"");
        ids::address(out, scene.visitor, scene.stamp);
        put!(out, b"\",\"customer\":{\"id\":");
        ids::user(out, scene.visitor, scene.stamp);
        put!(out, b"}");
    } else {
        put!(out, b",\"email\":null,\"customer\":null");
    }
    put!(out, b",\"phone\":null,\"buyer_accepts_marketing\":false,\"currency\":\"EUR\",\"total_price\":\"");
    cents(out, total_cents(lines));
    put!(out, b"\",\"line_items\":");
    line_items(out, lines, scene.stamp);
    out.push(b',');
    note_attributes(out, scene);
    put!(out, b",\"created_at\":\"");
    second(out, scene.stamp.event_ms, dates);
    put!(out, b"\",\"updated_at\":\"");
    second(out, scene.stamp.event_ms, dates);
    out.push(b'"');
}

fn customer(out: &mut Vec<u8>, scene: &Scene<'_>, dates: &mut Dates) {
    put!(out, b"{\"id\":");
    ids::user(out, scene.visitor, scene.stamp);
    put!(out, b",\"email\":\"");
    ids::address(out, scene.visitor, scene.stamp);
    put!(out, b"\",\"phone\":null,\"email_marketing_consent\":{\"state\":\"subscribed\",\"opt_in_level\":\"single_opt_in\"}");
    put!(out, b",\"default_address\":{\"country_code\":\"", &LOCALES[scene.visitor as usize % 4][3..], b"\"},\"created_at\":\"");
    second(out, scene.stamp.event_ms, dates);
    put!(out, b"\",\"updated_at\":\"");
    second(out, scene.stamp.event_ms, dates);
    put!(out, b"\"}");
}

fn note_attributes(out: &mut Vec<u8>, scene: &Scene<'_>) {
    put!(out, b"\"note_attributes\":[{\"name\":\"visitor_id\",\"value\":\"");
    ids::anonymous(out, scene.visitor, scene.stamp);
    put!(out, b"\"}");
    if scene.person.known {
        put!(out, b",{\"name\":\"customer_id\",\"value\":\"");
        ids::user(out, scene.visitor, scene.stamp);
        put!(out, b"\"}");
    }
    out.push(b']');
}

fn line_items(out: &mut Vec<u8>, lines: &[Line], stamp: &Stamp) {
    out.push(b'[');
    for (n, line) in lines.iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        let (make, noun) = name(line.product);
        let kind = VARIANTS.iter().position(|kind| *kind == variant(line.product)).unwrap_or(0);
        put!(out, b"{\"product_id\":");
        ids::product(out, line.product, stamp);
        put!(out, b",\"variant_id\":");
        number(out, 40_000_000 + u64::from(line.product) * 10 + kind as u64);
        put!(out, b",\"sku\":\"");
        ids::sku(out, line.product);
        put!(out, b"\",\"title\":\"", make, b" ", noun, b" ");
        number(out, u64::from(line.product));
        put!(out, b"\",\"variant_title\":\"", variant(line.product), b"\",\"price\":\"");
        cents(out, price_cents(line.product));
        put!(out, b"\",\"price_set\":{\"shop_money\":{\"amount\":\"");
        cents(out, price_cents(line.product));
        put!(out, b"\",\"currency_code\":\"EUR\"}},\"quantity\":");
        number(out, u64::from(line.quantity));
        put!(out, b",\"properties\":null}");
    }
    out.push(b']');
}

fn total_cents(lines: &[Line]) -> u64 {
    lines.iter().map(|line| price_cents(line.product) * u64::from(line.quantity)).sum()
}

/// Times of checkouts, orders and customers have no fraction, and the shop's own offset.
fn second(out: &mut Vec<u8>, ms: Ms, dates: &mut Dates) {
    let at = out.len();
    dates.write(out, ms + HOUR_MS);
    out.truncate(at + "2026-03-01T11:00:00".len());
    put!(out, b"+01:00");
}

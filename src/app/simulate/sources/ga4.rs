//! Requests of GA4's measurement protocol, of one event here; [`Batches`](crate::app::simulate::Batches) make it up to 25 of a client.
//!
//! Deeds that GA4 recommends an event for have that; for others, shops invent names of their own.

use super::super::catalogue::{CATEGORIES, QUERIES, category, name, price_cents, variant};
use super::super::ids;
use super::super::json_writer::{Stamp, number, put};
use super::super::people::Line;
use super::super::record::{Record, Topic};
use super::super::scene::Scene;
use super::super::what::What;
use super::super::write::AGENTS;
use super::super::write::paths::page_parts;
use super::super::write::properties::cents;

/// Writes a request; `false`: such a deed is told elsewhere.
pub(super) fn write(record: &mut Record, scene: &Scene<'_>) -> bool {
    let Scene { stamp, visitor, person, what } = *scene;
    let Some(event) = event(what) else { return false };
    record.place_unkeyed(Topic::Clickstream, stamp.record_ms);
    let out = &mut record.value;
    out.clear();
    put!(out, b"{\"client_id\":\"");
    ids::anonymous(out, visitor, stamp);
    if person.known {
        put!(out, b"\",\"user_id\":\"");
        ids::user(out, visitor, stamp);
    }
    put!(out, b"\",\"user_agent\":\"", AGENTS[visitor as usize % 3], b"\",\"events\":[{\"name\":\"", event);
    put!(out, b"\",\"timestamp_micros\":");
    number(out, u64::try_from(stamp.event_ms * 1_000).unwrap_or(0));
    put!(out, b",\"params\":{\"session_id\":");
    number(out, u64::from(person.visit));
    put!(out, b",\"engagement_time_msec\":100");
    params(out, scene);
    put!(out, b"}}]}");
    true
}

const fn event(what: &What) -> Option<&'static str> {
    Some(match what {
        What::Identify => "login",
        // There is none for a step that is only seen.
        What::Page(_) | What::CheckoutStep { .. } => "page_view",
        What::Searched { .. } => "search",
        // Nor for filters: the list is seen again.
        What::Listed { .. } | What::Filtered { .. } => "view_item_list",
        What::PromotionClicked { .. } => "select_promotion",
        What::Viewed { .. } => "view_item",
        What::ReviewsViewed { .. } => "reviews_viewed",
        What::Reviewed { .. } => "product_reviewed",
        What::Wished { .. } => "add_to_wishlist",
        What::Shared { .. } | What::CartShared => "share",
        What::CartViewed => "view_cart",
        What::CouponApplied => "coupon_applied",
        What::PaymentInfo => "add_payment_info",
        What::PaymentFailed => "payment_failed",
        _ => return None,
    })
}

fn params(out: &mut Vec<u8>, scene: &Scene<'_>) {
    let Scene { stamp, visitor, person, what } = *scene;
    match what {
        What::Identify => put!(out, b",\"method\":\"password\""),
        What::Page(page) => {
            let (path, title) = page_parts(*page);
            put!(out, b",\"page_location\":\"https://shop.example", path, b"\",\"page_title\":\"", title);
            put!(
                out,
                b" - Outdoor Shop\",\"page_referrer\":\"https://search.example/?q=",
                CATEGORIES[visitor as usize % 8],
                b"\""
            );
        }
        What::CheckoutStep { .. } => {
            put!(out, b",\"page_location\":\"https://shop.example/checkout\",\"page_title\":\"Checkout - Outdoor Shop\"");
        }
        What::Searched { query } => put!(out, b",\"search_term\":\"", QUERIES[*query % QUERIES.len()], b"\""),
        What::Listed { category } | What::Filtered { category } => {
            put!(out, b",\"item_list_id\":\"all\",\"item_list_name\":\"", CATEGORIES[*category % 8], b"\"");
            let first = u16::try_from(*category % 8).unwrap_or(0);
            items(out, &[Line { product: first, quantity: 1 }], stamp);
        }
        What::PromotionClicked { category } => {
            put!(out, b",\"promotion_id\":\"promo-", CATEGORIES[*category % 8], b"\",\"promotion_name\":\"Season start\"");
        }
        What::Viewed { product } | What::Wished { product } => {
            items(out, &[Line { product: *product, quantity: 1 }], stamp);
        }
        What::ReviewsViewed { product } | What::Reviewed { product } => {
            put!(out, b",\"product_id\":\"");
            ids::product(out, *product, stamp);
            out.push(b'"');
            if matches!(what, What::Reviewed { .. }) {
                put!(out, b",\"rating\":");
                number(out, 2 + stamp.number % 4);
            }
        }
        What::Shared { product } => {
            put!(out, b",\"method\":\"link\",\"content_type\":\"product\",\"item_id\":\"");
            ids::product(out, *product, stamp);
            out.push(b'"');
        }
        What::CartShared => put!(out, b",\"method\":\"link\",\"content_type\":\"cart\""),
        What::CouponApplied => put!(out, b",\"coupon\":\"SUMMER10\",\"discount\":10"),
        What::PaymentInfo | What::PaymentFailed => {
            put!(out, b",\"payment_type\":\"card\"");
            items(out, &person.lines, stamp);
        }
        _ => items(out, &person.lines, stamp),
    }
}

fn items(out: &mut Vec<u8>, lines: &[Line], stamp: &Stamp) {
    put!(out, b",\"currency\":\"EUR\",\"value\":");
    cents(out, lines.iter().map(|line| price_cents(line.product) * u64::from(line.quantity)).sum());
    put!(out, b",\"items\":[");
    for (n, line) in lines.iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        let (make, noun) = name(line.product);
        put!(out, b"{\"item_id\":\"");
        ids::product(out, line.product, stamp);
        put!(out, b"\",\"item_name\":\"", make, b" ", noun, b" ");
        number(out, u64::from(line.product));
        put!(
            out,
            b"\",\"item_category\":\"",
            CATEGORIES[category(line.product)],
            b"\",\"item_variant\":\"",
            variant(line.product)
        );
        put!(out, b"\",\"price\":");
        cents(out, price_cents(line.product));
        put!(out, b",\"quantity\":");
        number(out, u64::from(line.quantity));
        out.push(b'}');
    }
    out.push(b']');
}

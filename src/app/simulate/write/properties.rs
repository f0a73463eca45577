//! The `properties` of each event.

use super::super::catalogue::{CATEGORIES, QUERIES, category, name, price_cents, variant};
use super::super::ids;
use super::super::json_writer::{Stamp, number, put};
use super::super::people::Line;
use super::super::scene::Scene;
use super::super::what::{Campaign, Mail, What};
use super::paths::{page_parts, product_path};

pub(in crate::app::simulate) fn cents(out: &mut Vec<u8>, value: u64) {
    number(out, value / 100);
    out.push(b'.');
    let rest = u8::try_from(value % 100).unwrap_or(0);
    out.extend_from_slice(&[b'0' + rest / 10, b'0' + rest % 10]);
}

/// A product's fields, without braces.
fn product_fields(out: &mut Vec<u8>, line: Line, stamp: &Stamp) {
    let (make, noun) = name(line.product);
    put!(out, b"\"product_id\":\"");
    ids::product(out, line.product, stamp);
    put!(out, b"\",\"sku\":\"");
    ids::sku(out, line.product);
    put!(out, b"\",\"category\":\"", CATEGORIES[category(line.product)], b"\",\"name\":\"", make, b" ", noun, b" ");
    number(out, u64::from(line.product));
    put!(out, b"\",\"variant\":\"", variant(line.product), b"\",\"price\":");
    cents(out, price_cents(line.product));
    put!(out, b",\"quantity\":");
    number(out, u64::from(line.quantity));
    put!(out, b",\"url\":\"https://shop.example");
    product_path(out, line.product);
    put!(out, b"\",\"image_url\":\"https://img.example/");
    number(out, u64::from(line.product));
    put!(out, b".jpg\"");
}

fn products(out: &mut Vec<u8>, lines: &[Line], stamp: &Stamp) {
    put!(out, b"\"products\":[");
    for (n, line) in lines.iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        out.push(b'{');
        product_fields(out, *line, stamp);
        out.push(b'}');
    }
    out.push(b']');
}

fn id(out: &mut Vec<u8>, field: &str, letter: &str, visitor: u32, count: u32) {
    put!(out, b"\"", field, b"\":\"");
    ids::counted(out, letter, visitor, count);
    out.push(b'"');
}

fn order_id(out: &mut Vec<u8>, visitor: u32, count: u32, stamp: &Stamp) {
    put!(out, b"\"order_id\":\"");
    ids::order(out, visitor, count, stamp);
    out.push(b'"');
}

/// The members of `properties`, without braces.
pub(super) fn write(out: &mut Vec<u8>, scene: &Scene<'_>) {
    let Scene { stamp, visitor, what, .. } = *scene;
    match what {
        What::Identify => {}
        What::Page(page) => {
            let (path, title) = page_parts(*page);
            put!(out, b"\"path\":\"", path, b"\",\"url\":\"https://shop.example", path, b"\",\"title\":\"", title);
            put!(out, b" - Outdoor Shop\",\"referrer\":\"https://search.example/?q=", CATEGORIES[visitor as usize % 8], b"\"");
        }
        What::Searched { query } => put!(out, b"\"query\":\"", QUERIES[*query % QUERIES.len()], b"\""),
        What::Listed { category } => put!(out, b"\"list_id\":\"all\",\"category\":\"", CATEGORIES[*category % 8], b"\""),
        What::Filtered { category } => {
            put!(out, b"\"list_id\":\"all\",\"category\":\"", CATEGORIES[*category % 8], b"\"");
            put!(
                out,
                b",\"filters\":[{\"type\":\"size\",\"value\":\"medium\"}],\"sorts\":[{\"type\":\"price\",\"value\":\"asc\"}]"
            );
        }
        What::PromotionClicked { category } => {
            put!(
                out,
                b"\"promotion_id\":\"promo-",
                CATEGORIES[*category % 8],
                b"\",\"name\":\"Season start\",\"position\":\"top\""
            );
        }
        What::Viewed { product } | What::ReviewsViewed { product } | What::Wished { product } | What::Shared { product } => {
            product_fields(out, Line { product: *product, quantity: 1 }, stamp);
            put!(out, b",\"currency\":\"EUR\"");
        }
        What::Reviewed { product } => {
            put!(out, b"\"review_id\":\"r-");
            number(out, stamp.number);
            put!(out, b"\",\"product_id\":\"");
            ids::product(out, *product, stamp);
            put!(out, b"\",\"rating\":");
            number(out, 2 + stamp.number % 4);
        }
        What::Mail(mail, campaign) => mail_properties(out, *mail, *campaign, visitor),
        _ => cart_properties(out, scene),
    }
}

fn cart_properties(out: &mut Vec<u8>, scene: &Scene<'_>) {
    let Scene { stamp, visitor, person, what } = *scene;
    let comma = |out: &mut Vec<u8>| out.push(b',');
    match what {
        What::Added { line } | What::Removed { line } => {
            id(out, "cart_id", "c", visitor, person.cart_number);
            comma(out);
            product_fields(out, *line, stamp);
            put!(out, b",\"currency\":\"EUR\"");
        }
        What::CartViewed | What::CartUpdated => {
            id(out, "cart_id", "c", visitor, person.cart_number);
            put!(out, b",\"currency\":\"EUR\",");
            products(out, &person.lines, stamp);
        }
        What::CheckoutStarted => {
            order_id(out, visitor, person.orders, stamp);
            put!(out, b",\"value\":");
            cents(out, person.total_cents());
            put!(out, b",\"currency\":\"EUR\",");
            products(out, &person.lines, stamp);
        }
        What::CheckoutStep { step, .. } => {
            id(out, "checkout_id", "k", visitor, person.cart_number);
            put!(out, b",\"step\":");
            number(out, u64::from(*step));
            put!(out, b",\"shipping_method\":\"parcel\"");
        }
        What::PaymentInfo | What::PaymentFailed => {
            id(out, "checkout_id", "k", visitor, person.cart_number);
            comma(out);
            order_id(out, visitor, person.orders, stamp);
            put!(out, b",\"step\":2,\"payment_method\":\"card\"");
        }
        What::Ordered { order, cart, lines } => {
            id(out, "checkout_id", "k", visitor, *cart);
            comma(out);
            order_id(out, visitor, *order, stamp);
            let total = lines.iter().map(|l| price_cents(l.product) * u64::from(l.quantity)).sum();
            put!(out, b",\"total\":");
            cents(out, total);
            put!(out, b",\"currency\":\"EUR\",");
            products(out, lines, stamp);
        }
        What::Refunded { order, .. } => order_id(out, visitor, *order, stamp),
        // Emptied, shared, coupon: they name the cart.
        _ => {
            id(out, "cart_id", "c", visitor, person.cart_number);
            if *what == What::CouponApplied {
                put!(out, b",\"coupon_id\":\"SUMMER10\",\"coupon_name\":\"Ten off\",\"discount\":10");
            }
        }
    }
}

fn mail_properties(out: &mut Vec<u8>, mail: Mail, campaign: Campaign, visitor: u32) {
    let (kind, subject, n) = match campaign {
        Campaign::Newsletter(week) => ("newsletter", "This week outdoors", week),
        Campaign::Reminder(step, _) => ("cart-reminder", "Your cart is waiting", u32::from(step)),
    };
    id(out, "email_id", "e", visitor, n);
    put!(out, b",\"email_subject\":\"", subject, b"\",\"campaign_id\":\"", kind, b"-");
    number(out, u64::from(n));
    put!(out, b"\",\"campaign_name\":\"", kind, b"\"");
    match mail {
        Mail::Clicked => put!(out, b",\"link_id\":\"main\",\"link_url\":\"https://shop.example/cart\""),
        Mail::HardBounced => put!(out, b",\"bounce_type\":\"hard\",\"reason\":\"550 5.1.1 no such mailbox\""),
        Mail::SoftBounced => put!(out, b",\"bounce_type\":\"soft\",\"reason\":\"452 4.2.2 mailbox full\""),
        _ => {}
    }
}

//! Events as Segment JSON, written straight into a reused buffer. No chance in here: what varies comes from numbers.

pub(super) mod paths;
pub(super) mod properties;

use super::ids;
use super::json_writer::{Dates, Stamp, number, pad, put};
use super::people::Visitor;
use super::record::{Record, Topic};
use super::scene::Scene;
use super::what::{Mail, What};
use paths::{page_parts, path};

/// The prospect: `userId`, else `anonymousId`, else the address.
fn key(out: &mut Vec<u8>, visitor: u32, person: &Visitor, stamp: &Stamp, says: (bool, bool)) {
    out.clear();
    match says {
        (true, _) => ids::user(out, visitor, stamp),
        (_, true) => ids::device(out, visitor, person.device, stamp),
        _ => ids::address(out, visitor, stamp),
    }
}

/// Whether an event says the account, and whether it says the device; a mail says neither, but the address.
fn says(person: &Visitor, what: &What) -> (bool, bool) {
    if !person.several_ids || !person.known {
        return (person.known, true);
    }
    match what {
        What::Mail(..) => (false, false),
        // By the shop's server.
        What::Ordered { .. } | What::Refunded { .. } => (true, false),
        _ => (person.identified[usize::from(person.device)], true),
    }
}

/// Writes the event; gives the place of `receivedAt` in the value.
pub(super) fn event(record: &mut Record, scene: &Scene<'_>, topic: Topic, pad_bytes: usize, dates: &mut Dates) -> usize {
    let Scene { stamp, visitor, person, what } = *scene;
    record.topic = topic;
    record.record_ms = stamp.record_ms;
    let says @ (says_user, says_device) = says(person, what);
    key(record.key.get_or_insert_default(), visitor, person, stamp, says);
    let out = &mut record.value;
    out.clear();
    let (call, event) = call_and_name(what);
    put!(out, b"{\"type\":\"", call, b"\",");
    if !event.is_empty() {
        put!(out, if call == "track" { &b"\"event\":\""[..] } else { &b"\"name\":\""[..] }, event, b"\",");
    }
    put!(out, b"\"messageId\":\"");
    ids::message(out, stamp, 0);
    if says_device {
        put!(out, b"\",\"anonymousId\":\"");
        ids::device(out, visitor, person.device, stamp);
    }
    if says_user {
        put!(out, b"\",\"userId\":\"");
        ids::user(out, visitor, stamp);
    }
    put!(out, b"\",\"timestamp\":\"");
    dates.write(out, stamp.event_ms);
    put!(out, b"\",\"receivedAt\":\"");
    let received_at = out.len();
    dates.write(out, stamp.record_ms);
    put!(out, b"\",\"context\":");
    context(out, scene);
    if *what == What::Identify {
        put!(out, b",\"traits\":");
        traits(out, visitor, stamp);
    } else {
        put!(out, b",\"properties\":{");
        properties::write(out, scene);
        put!(out, b"}");
    }
    pad(out, pad_bytes);
    put!(out, b"}");
    received_at
}

/// The topic of Segment events.
pub(super) fn topic(what: &What) -> Topic {
    match what {
        What::Mail(..) => Topic::Email,
        What::Added { .. }
        | What::Removed { .. }
        | What::CartViewed
        | What::CartUpdated
        | What::CartEmptied
        | What::CartShared
        | What::CouponApplied
        | What::CheckoutStarted
        | What::CheckoutStep { .. }
        | What::PaymentInfo
        | What::PaymentFailed
        | What::Ordered { .. }
        | What::Refunded { .. } => Topic::Cart,
        _ => Topic::Clickstream,
    }
}

fn call_and_name(what: &What) -> (&'static str, &'static str) {
    let event = match what {
        What::Identify => return ("identify", ""),
        What::Page(page) => return ("page", page_parts(*page).1),
        What::Searched { .. } => "Products Searched",
        What::Listed { .. } => "Product List Viewed",
        What::Filtered { .. } => "Product List Filtered",
        What::PromotionClicked { .. } => "Promotion Clicked",
        What::Viewed { .. } => "Product Viewed",
        What::ReviewsViewed { .. } => "Reviews Viewed",
        What::Reviewed { .. } => "Product Reviewed",
        What::Wished { .. } => "Product Added to Wishlist",
        What::Shared { .. } => "Product Shared",
        What::Added { .. } => "Product Added",
        What::Removed { .. } => "Product Removed",
        What::CartViewed => "Cart Viewed",
        What::CartUpdated => "Cart Updated",
        What::CartEmptied => "Cart Emptied",
        What::CartShared => "Cart Shared",
        What::CouponApplied => "Coupon Applied",
        What::CheckoutStarted => "Checkout Started",
        What::CheckoutStep { completed: false, .. } => "Checkout Step Viewed",
        What::CheckoutStep { completed: true, .. } => "Checkout Step Completed",
        What::PaymentInfo => "Payment Info Entered",
        What::PaymentFailed => "Payment Failed",
        What::Ordered { .. } => "Order Completed",
        What::Refunded { .. } => "Order Refunded",
        What::Mail(mail, _) => match mail {
            Mail::Delivered => "Email Delivered",
            Mail::Opened => "Email Opened",
            Mail::Clicked => "Email Link Clicked",
            Mail::HardBounced | Mail::SoftBounced => "Email Bounced",
            Mail::Complained => "Email Marked as Spam",
            Mail::Unsubscribed => "Unsubscribed",
            Mail::Subscribed => "Subscribed",
        },
    };
    ("track", event)
}

pub(super) const AGENTS: [&str; 3] = [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/138.0.0.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0",
];
pub(super) const LOCALES: [&str; 4] = ["de-DE", "en-GB", "fr-FR", "nl-NL"];

fn context(out: &mut Vec<u8>, scene: &Scene<'_>) {
    let Scene { stamp, visitor, what, .. } = *scene;
    if let What::Mail(..) = what {
        put!(out, b"{\"integration\":{\"name\":\"mailer\",\"version\":\"3.2\"},\"traits\":{\"email\":\"");
        ids::address(out, visitor, stamp);
        put!(out, b"\"},\"locale\":\"", LOCALES[visitor as usize % 4], b"\"}");
        return;
    }
    put!(out, b"{\"library\":{\"name\":\"analytics.js\",\"version\":\"2.11.1\"},\"page\":{\"path\":\"");
    path(out, what);
    put!(out, b"\"},\"userAgent\":\"", AGENTS[visitor as usize % 3], b"\",\"locale\":\"", LOCALES[visitor as usize % 4], b"\"}");
}

fn traits(out: &mut Vec<u8>, visitor: u32, stamp: &Stamp) {
    put!(out, b"{\"email\":\"");
    ids::address(out, visitor, stamp);
    put!(out, b"\",\"country\":\"", &LOCALES[visitor as usize % 4][3..], b"\",\"age\":");
    number(out, 18 + u64::from(visitor % 60));
    put!(out, b",\"newsletter\":true}");
}

//! Events as Segment JSON, written straight into a reused buffer. No chance in here: what varies comes from numbers.

use super::catalogue::{ARTICLES, CATEGORIES};
use super::people::{Line, Visitor};
use super::shop::{Campaign, Record, Topic};
use crate::domain::{DAY_MS, Ms};
use xxhash_rust::xxh3::xxh3_128_with_seed;

/// What happened, before it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    Identify,
    Page(Page),
    Searched { query: usize },
    Listed { category: usize },
    Filtered { category: usize },
    PromotionClicked { category: usize },
    Viewed { product: u16 },
    ReviewsViewed { product: u16 },
    Reviewed { product: u16 },
    Wished { product: u16 },
    Shared { product: u16 },
    Added { line: Line },
    Removed { line: Line },
    CartViewed,
    CartUpdated,
    CartEmptied,
    CartShared,
    CouponApplied,
    CheckoutStarted,
    CheckoutStep { step: u8, completed: bool },
    PaymentInfo,
    PaymentFailed,
    Ordered { order: u32, cart: u32, lines: Vec<Line> },
    Refunded { order: u32 },
    Mail(Mail, Campaign),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    Home,
    Article(usize),
    Offer,
    Careers,
    Shipping,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mail {
    Delivered,
    Opened,
    Clicked,
    HardBounced,
    SoftBounced,
    Complained,
    Unsubscribed,
    Subscribed,
}

/// Times and identity of one event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamp {
    pub event_ms: Ms,
    pub record_ms: Ms,
    pub number: u64,
    pub seed: u64,
}

/// Writes times as RFC 3339; the date of the day last written is kept.
#[derive(Debug, Default)]
pub(super) struct Dates {
    day: Option<i64>,
    text: [u8; 11],
}

const TIME_LEN: usize = 24;

impl Dates {
    /// Writes a time over the first 24 bytes.
    pub(super) fn patch(&mut self, into: &mut [u8], ms: Ms) {
        let Some(into) = into.get_mut(..TIME_LEN) else { return };
        let (day, in_day) = (ms.div_euclid(DAY_MS), ms.rem_euclid(DAY_MS));
        if self.day != Some(day) {
            self.day = Some(day);
            let date = jiff::Timestamp::from_millisecond(day * DAY_MS).unwrap_or_default().to_string();
            self.text.copy_from_slice(&date.as_bytes()[..11]);
        }
        into[..11].copy_from_slice(&self.text);
        let mut put = |at: usize, len: usize, value: i64| {
            let mut value = value;
            for slot in into[at..at + len].iter_mut().rev() {
                *slot = b'0' + u8::try_from(value % 10).unwrap_or(0);
                value /= 10;
            }
        };
        put(11, 2, in_day / 3_600_000);
        put(14, 2, in_day / 60_000 % 60);
        put(17, 2, in_day / 1_000 % 60);
        put(20, 3, in_day % 1_000);
        for (at, byte) in [(13, b':'), (16, b':'), (19, b'.'), (23, b'Z')] {
            into[at] = byte;
        }
    }

    pub(super) fn write(&mut self, out: &mut Vec<u8>, ms: Ms) {
        let at = out.len();
        out.resize(at + TIME_LEN, b'0');
        self.patch(&mut out[at..], ms);
    }
}

pub(super) fn number(out: &mut Vec<u8>, value: u64) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut value = value;
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(value % 10).unwrap_or(0);
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

pub(super) fn uuid(out: &mut Vec<u8>, of: &[u8], seed: u64) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let hash = xxh3_128_with_seed(of, seed).to_be_bytes();
    for (n, byte) in hash.iter().enumerate() {
        if matches!(n, 4 | 6 | 8 | 10) {
            out.push(b'-');
        }
        out.extend_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
    }
}

/// Small pieces of text, in place of `format!`, which would allocate.
macro_rules! put {
    ($out:expr, $($part:expr),+) => {{ $( $out.extend_from_slice($part.as_ref()); )+ }};
}

// After the macro, which it uses.
mod properties;

fn user_id(out: &mut Vec<u8>, visitor: u32) {
    put!(out, b"u-");
    number(out, 100_000 + u64::from(visitor));
}

/// The prospect: `userId`, else `anonymousId`.
fn key(out: &mut Vec<u8>, visitor: u32, person: &Visitor, seed: u64) {
    out.clear();
    if person.known { user_id(out, visitor) } else { uuid(out, &visitor.to_le_bytes(), seed ^ 0xa0_0a) }
}

/// Writes the event; gives the place of `receivedAt` in the value.
pub(super) fn event(
    record: &mut Record,
    stamp: &Stamp,
    visitor: u32,
    person: &Visitor,
    what: &What,
    pad_bytes: usize,
    dates: &mut Dates,
) -> usize {
    record.topic = topic(what);
    record.record_ms = stamp.record_ms;
    key(record.key.get_or_insert_default(), visitor, person, stamp.seed);
    let out = &mut record.value;
    out.clear();
    let (call, event) = call_and_name(what);
    put!(out, b"{\"type\":\"", call, b"\",");
    if !event.is_empty() {
        put!(out, if call == "track" { &b"\"event\":\""[..] } else { &b"\"name\":\""[..] }, event, b"\",");
    }
    put!(out, b"\"messageId\":\"");
    uuid(out, &stamp.number.to_le_bytes(), stamp.seed);
    put!(out, b"\",\"anonymousId\":\"");
    uuid(out, &visitor.to_le_bytes(), stamp.seed ^ 0xa0_0a);
    if person.known {
        put!(out, b"\",\"userId\":\"");
        user_id(out, visitor);
    }
    put!(out, b"\",\"timestamp\":\"");
    dates.write(out, stamp.event_ms);
    put!(out, b"\",\"receivedAt\":\"");
    let received_at = out.len();
    dates.write(out, stamp.record_ms);
    put!(out, b"\",\"context\":");
    context(out, visitor, what);
    if *what == What::Identify {
        put!(out, b",\"traits\":");
        traits(out, visitor);
    } else {
        put!(out, b",\"properties\":{");
        properties::write(out, visitor, person, what, stamp);
        put!(out, b"}");
    }
    pad(out, pad_bytes);
    put!(out, b"}");
    received_at
}

pub(super) fn pad(out: &mut Vec<u8>, to_bytes: usize) {
    const FRAME: &[u8] = b",\"integrations\":{\"note\":\"\"}}";
    // With the brace that closes the event.
    if out.len() + 1 < to_bytes {
        let missing = to_bytes.saturating_sub(out.len() + FRAME.len());
        put!(out, b",\"integrations\":{\"note\":\"");
        out.resize(out.len() + missing, b'x');
        put!(out, b"\"}");
    }
}

fn topic(what: &What) -> Topic {
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

fn page_parts(page: Page) -> (&'static str, &'static str) {
    match page {
        Page::Home => ("/", "Home"),
        Page::Article(n) => (ARTICLES[n % ARTICLES.len()], "Magazine"),
        Page::Offer => ("/offers/this-week", "Offers"),
        Page::Careers => ("/careers", "Careers"),
        Page::Shipping => ("/help/shipping", "Shipping"),
    }
}

const AGENTS: [&str; 3] = [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/138.0.0.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0",
];
const LOCALES: [&str; 4] = ["de-DE", "en-GB", "fr-FR", "nl-NL"];

fn context(out: &mut Vec<u8>, visitor: u32, what: &What) {
    if let What::Mail(..) = what {
        put!(out, b"{\"integration\":{\"name\":\"mailer\",\"version\":\"3.2\"},\"traits\":{\"email\":\"");
        user_id(out, visitor);
        put!(out, b"@box.example\"},\"locale\":\"", LOCALES[visitor as usize % 4], b"\"}");
        return;
    }
    put!(out, b"{\"library\":{\"name\":\"analytics.js\",\"version\":\"2.11.1\"},\"page\":{\"path\":\"");
    path(out, what);
    put!(out, b"\"},\"userAgent\":\"", AGENTS[visitor as usize % 3], b"\",\"locale\":\"", LOCALES[visitor as usize % 4], b"\"}");
}

fn path(out: &mut Vec<u8>, what: &What) {
    match what {
        What::Page(page) => put!(out, page_parts(*page).0),
        What::Searched { .. } => put!(out, b"/search"),
        What::Listed { category } | What::Filtered { category } | What::PromotionClicked { category } => {
            put!(out, b"/c/", CATEGORIES[*category % CATEGORIES.len()]);
        }
        What::Viewed { product }
        | What::ReviewsViewed { product }
        | What::Reviewed { product }
        | What::Wished { product }
        | What::Shared { product } => product_path(out, *product),
        What::Added { line } => product_path(out, line.product),
        What::CheckoutStarted | What::CheckoutStep { .. } | What::PaymentInfo | What::PaymentFailed => put!(out, b"/checkout"),
        What::Ordered { .. } => put!(out, b"/checkout/thanks"),
        _ => put!(out, b"/cart"),
    }
}

fn product_path(out: &mut Vec<u8>, product: u16) {
    put!(out, b"/p/");
    number(out, u64::from(product));
}

fn traits(out: &mut Vec<u8>, visitor: u32) {
    put!(out, b"{\"email\":\"");
    user_id(out, visitor);
    put!(out, b"@box.example\",\"country\":\"", &LOCALES[visitor as usize % 4][3..], b"\",\"age\":");
    number(out, 18 + u64::from(visitor % 60));
    put!(out, b",\"newsletter\":true}");
}

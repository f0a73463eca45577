//! What happened in the shop of people, before it is written.

use super::people::Line;

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
    Refunded { order: u32, lines: Vec<Line> },
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

/// Which mailing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Campaign {
    Newsletter(u32),
    Reminder(u8, u32),
}

//! The dictionary of event names: what has a meaning of its own, what only models give one, and what teams call it.
//! `docs/dictionary.md` is this table, and a test holds that it is.

use crate::domain::names::kind::{Kind, ONE_LIST_LEFT};
use crate::domain::names::usual::USUAL;

/// Names that are known in any spelling, in models as in events, and what each means to the service itself. `Other`: models give it a
/// meaning, GA4 has a name for it.
pub const DICTIONARY: &[(&str, Kind)] = &[
    ("Product Added", Kind::ProductAdded),
    ("Wishlist Product Added to Cart", Kind::ProductAdded),
    ("Product Removed", Kind::ProductRemoved),
    ("Cart Viewed", Kind::CartViewed),
    ("Cart Updated", Kind::CartUpdated),
    ("Cart Line Set", Kind::CartLineSet),
    ("Cart Emptied", Kind::CartEmptied),
    ("Cart Cleared", Kind::CartEmptied),
    ("Checkout Started", Kind::CheckoutStarted),
    ("Checkout Step Viewed", Kind::CheckoutProgress),
    ("Checkout Step Completed", Kind::CheckoutProgress),
    ("Payment Info Entered", Kind::CheckoutProgress),
    ("Payment Failed", Kind::PaymentFailed),
    ("Order Completed", Kind::OrderCompleted),
    ("Order Updated", Kind::OrderUpdated),
    ("Order Cancelled", Kind::OrderUpdated),
    ("Order Refunded", Kind::OrderUpdated),
    ("Contract Signed", Kind::Contract),
    ("Contract Cancelled", Kind::OrderUpdated),
    ("Email Delivered", Kind::Mail),
    ("Email Opened", Kind::Mail),
    ("Email Link Clicked", Kind::Mail),
    ("Email Sent", Kind::Mail),
    ("Email Delayed", Kind::Mail),
    ("Email Bounced", Kind::HardBounce),
    ("Email Marked as Spam", Kind::Complained),
    ("Unsubscribed", Kind::Unsubscribed),
    (ONE_LIST_LEFT, Kind::Unsubscribed),
    ("Email Unsubscribed", Kind::Unsubscribed),
    ("Subscribed", Kind::Subscribed),
    ("Resubscribed", Kind::Subscribed),
    ("Email Subscribed", Kind::Subscribed),
    ("Email Resubscribed", Kind::Subscribed),
    ("User Deleted", Kind::Deleted),
    ("Lead Accepted", Kind::Sales),
    ("Lead Rejected", Kind::Sales),
    ("Lead Recycled", Kind::Sales),
    ("Lead Won", Kind::Sales),
    ("Lead Lost", Kind::Sales),
    ("Lead No-Show", Kind::Sales),
    ("Lead Disqualified", Kind::Sales),
    ("Lead Requalified", Kind::Sales),
    ("Products Searched", Kind::Site),
    ("Product List Viewed", Kind::Site),
    ("Product List Filtered", Kind::Site),
    ("Promotion Viewed", Kind::Site),
    ("Promotion Clicked", Kind::Site),
    ("Product Clicked", Kind::Site),
    ("Product Viewed", Kind::Site),
    ("Coupon Entered", Kind::Site),
    ("Coupon Applied", Kind::Site),
    ("Coupon Denied", Kind::Site),
    ("Coupon Removed", Kind::Site),
    ("Product Added to Wishlist", Kind::Site),
    ("Product Removed from Wishlist", Kind::Site),
    ("Product Shared", Kind::Site),
    ("Cart Shared", Kind::Site),
    ("Product Reviewed", Kind::Site),
    ("Signed Up", Kind::Other),
    ("Signed In", Kind::Other),
];

/// Names that only models give a meaning: an event is one of these where a loaded model names it.
pub const OF_MODELS: &[&str] = &[
    "Account Created",
    "Account Disqualified",
    "Account Reopened",
    "Approval Given",
    "Callback Requested",
    "Case Study Viewed",
    "Chat Started",
    "Competitor Signed",
    "Contact Requested",
    "Demo Attended",
    "Demo Requested",
    "Event Attended",
    "Event Registered",
    "Feature Missing",
    "Feature Used",
    "Form Submitted",
    "Friend Referred",
    "Guide Downloaded",
    "Invite Sent",
    "Loyalty Programme Joined",
    "Meeting Attended",
    "Meeting Booked",
    "Meeting Cancelled",
    "Onboarding Completed",
    "Plan Downgraded",
    "Plan Upgraded",
    "Price Checked",
    "Price Negotiated",
    "Pricing Viewed",
    "Products Compared",
    "Proposal Shared",
    "Proposal Viewed",
    "Quote Requested",
    "Reference Given",
    "Reference Requested",
    "Reviews Viewed",
    "Seats Added",
    "Security Review Started",
    "Subscription Cancelled",
    "Subscription Renewed",
    "Subscription Started",
    "Support Ticket Solved",
    "Survey Answered",
    "Trial Activated",
    "Trial Ended",
    "Trial Started",
    "Video Watched",
    "Webinar Attended",
    "Webinar Registered",
    "White Paper Downloaded",
    "White Paper Read",
];

/// What trackers call it that have no calls but `track`: such an event is the call.
pub const CALLS: [(&str, &str); 16] = [
    ("Page View", "page"),
    ("Page Viewed", "page"),
    ("Viewed Page", "page"),
    ("Pageview", "page"),
    ("Visit Webpage", "page"),
    ("Visit Web Page", "page"),
    ("Visits Webpage", "page"),
    ("Visited Webpage", "page"),
    ("Webpage Visited", "page"),
    ("Visits Web Page", "page"),
    ("Web Page Visited", "page"),
    ("Website Visited", "page"),
    ("Visited Website", "page"),
    ("Screen View", "screen"),
    ("Screen Viewed", "screen"),
    ("Viewed Screen", "screen"),
];

/// The built-in meaning of a canonical `track` name. A bounce is `HardBounce` here: the decoder looks at its type.
#[must_use]
pub fn kind_of_track(name: &str) -> Kind {
    DICTIONARY.iter().find(|(known, _)| *known == name).map_or(Kind::Other, |(_, kind)| *kind)
}

/// Every usual name with the canonical one that it may stand for, in the order in which they are tried.
pub fn usual() -> impl Iterator<Item = (&'static str, &'static str)> {
    USUAL.iter().flat_map(|(name, others)| others.split('|').map(|other| (other, *name)))
}

/// Every canonical name.
pub fn canonical_names() -> impl Iterator<Item = &'static str> {
    DICTIONARY.iter().map(|(name, _)| *name).chain(OF_MODELS.iter().copied())
}

//! What is no fault but may not be meant: event names that look like a known one.

use super::nearest;
use crate::domain::effect::Axis;
use crate::domain::model::spec::{ConditionSpec, Fault, ModelSpec};
use crate::domain::names::{Kind, canonical, kind_of_track};

/// Names of the Segment spec and of the service's own vocabulary.
const KNOWN: [&str; 57] = [
    "page",
    "screen",
    "identify",
    "group",
    "alias",
    "Products Searched",
    "Product List Viewed",
    "Product List Filtered",
    "Promotion Viewed",
    "Promotion Clicked",
    "Product Clicked",
    "Product Viewed",
    "Product Added",
    "Product Removed",
    "Cart Viewed",
    "Cart Updated",
    "Cart Emptied",
    "Checkout Started",
    "Checkout Step Viewed",
    "Checkout Step Completed",
    "Payment Info Entered",
    "Payment Failed",
    "Order Completed",
    "Order Updated",
    "Order Cancelled",
    "Order Refunded",
    "Coupon Entered",
    "Coupon Applied",
    "Coupon Denied",
    "Coupon Removed",
    "Product Added to Wishlist",
    "Product Removed from Wishlist",
    "Wishlist Product Added to Cart",
    "Product Shared",
    "Cart Shared",
    "Product Reviewed",
    "Reviews Viewed",
    "Email Delivered",
    "Email Opened",
    "Email Link Clicked",
    "Email Bounced",
    "Email Marked as Spam",
    "Unsubscribed",
    "Subscribed",
    "Invite Sent",
    "Trial Started",
    "Demo Requested",
    "Quote Requested",
    "Survey Answered",
    "Guide Downloaded",
    "White Paper Downloaded",
    "White Paper Read",
    "Webinar Attended",
    "Products Compared",
    "Price Checked",
    "Signed Up",
    "Signed In",
];

/// Event names that nothing knows and that look like a known one. A model may name any event, so this is no fault.
#[must_use]
pub fn notes(spec: &ModelSpec) -> Vec<Fault> {
    let moves = Axis::ALL.into_iter().flat_map(|axis| spec.axes[axis.index()].moves.iter().map(|m| &m.value.when));
    let rules = spec.score.groups.iter().flat_map(|g| g.value.rules.iter().map(|r| &r.value.when));
    moves.chain(rules).flat_map(of_condition).collect()
}

fn of_condition(when: &ConditionSpec) -> impl Iterator<Item = Fault> + '_ {
    when.on.iter().filter_map(|name| {
        let text = canonical(&name.value);
        if text == "*" || KNOWN.contains(&text) || kind_of_track(text) != Kind::Other {
            return None;
        }
        let near = nearest(text, KNOWN.into_iter())?;
        let message = format!("{text:?} is an event of your own; if {near:?} is meant, it is spelled differently");
        Some(Fault { place: name.place.clone(), message })
    })
}

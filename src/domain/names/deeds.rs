//! Whose deed an event is: what the buyer does, or what the shop, its people and its systems did. And what of it is content.
//!
//! Names that nobody laid down are judged by their words, each list of which stands in `docs/events.md`.

use super::words;

/// What a row speaks of, and what was done with it: a name that has a word of both is the seller's deed.
const SELLERS: [(&[&str], &[&str]); 9] = [
    // What was sent out, and what became of it on its way.
    (
        &[
            "mail",
            "email",
            "sms",
            "push",
            "notification",
            "notifications",
            "newsletter",
            "campaign",
            "whatsapp",
            "webhook",
            "reminder",
            "letter",
            "postcard",
            "proposal",
            "quote",
            "offer",
            "invoice",
            "contract",
            "coupon",
            "voucher",
        ],
        &[
            "sent",
            "delivered",
            "bounced",
            "dropped",
            "deferred",
            "delayed",
            "queued",
            "processed",
            "scheduled",
            "suppressed",
            "skipped",
            "failed",
            "issued",
            "generated",
        ],
    ),
    // Prices and stock.
    (&["price", "prices"], &["drop", "dropped", "drops", "reduced", "lowered", "increased", "decreased", "changed", "updated"]),
    (&["stock", "inventory"], &["back", "low", "out", "updated", "changed", "replenished", "available"]),
    (&["product", "item", "variant"], &["restocked", "back", "available", "discontinued", "published"]),
    // What became of an order.
    (
        &["order", "shipment", "package", "parcel", "fulfillment", "fulfilment", "delivery", "tracking"],
        &[
            "shipped",
            "dispatched",
            "delivered",
            "fulfilled",
            "packed",
            "picked",
            "processed",
            "delayed",
            "archived",
            "synced",
            "exported",
            "imported",
            "created",
            "updated",
            "sent",
            "out",
        ],
    ),
    (&["refund", "chargeback"], &["issued", "created", "processed", "completed", "sent", "updated"]),
    // Records of the systems behind.
    (
        &["contact", "lead", "customer", "subscriber", "deal", "opportunity", "segment", "audience", "crm"],
        &[
            "created",
            "imported",
            "updated",
            "changed",
            "synced",
            "enriched",
            "merged",
            "assigned",
            "scored",
            "exported",
            "uploaded",
            "matched",
            "entered",
            "exited",
            "moved",
            "tagged",
            "converted",
        ],
    ),
    (
        &["user", "users", "account", "profile", "company", "person", "list", "record"],
        &["imported", "synced", "enriched", "merged", "assigned", "scored", "exported", "uploaded", "matched", "migrated"],
    ),
    // Time that is over.
    (
        &["trial", "subscription", "membership", "points", "coupon", "voucher", "license"],
        &["ended", "expired", "expiring", "renewed"],
    ),
];

/// Of these something was opened, asked for or read: that is what the buyer does, whatever else the name says.
const BUYERS: [&str; 18] = [
    "opened",
    "clicked",
    "viewed",
    "requested",
    "asked",
    "subscribed",
    "submitted",
    "read",
    "watched",
    "searched",
    "entered",
    "signed",
    "accepted",
    "confirmed",
    "redeemed",
    "replied",
    "saved",
    "visited",
];

/// What somebody can offer to be read, seen or heard.
const CONTENT: [&str; 26] = [
    "paper",
    "whitepaper",
    "guide",
    "ebook",
    "book",
    "webinar",
    "video",
    "podcast",
    "article",
    "post",
    "blog",
    "brochure",
    "datasheet",
    "report",
    "study",
    "studies",
    "course",
    "lesson",
    "tutorial",
    "documentation",
    "checklist",
    "infographic",
    "presentation",
    "magazine",
    "story",
    "reviews",
];

/// Whether an event of this name, of which nothing else is known, is no deed of the buyer.
#[must_use]
pub fn is_sellers(name: &str) -> bool {
    let words = words(name);
    let has = |meant: &[&str]| words.iter().any(|word| meant.contains(&word.as_str()));
    // The last word says what was done.
    let is_buyers =
        words.last().is_some_and(|last| BUYERS.contains(&last.as_str()) && !(last == "entered" && has(&["segment", "audience"])));
    !is_buyers && SELLERS.iter().any(|(of, done)| has(of) && has(done))
}

/// Whether an event of this name shows that something was read, seen or heard which somebody made for it.
#[must_use]
pub fn is_content(name: &str) -> bool {
    !is_sellers(name) && words(name).iter().any(|word| CONTENT.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_shop_and_its_systems_do_is_no_deed_of_the_buyer() {
        for name in [
            "SMS Sent",
            "push_notification_delivered",
            "Push Bounced",
            "emailDropped",
            "Newsletter Sent",
            "Proposal Sent",
            "Price Drop",
            "Price Dropped",
            "Product Price Reduced",
            "Back in Stock",
            "Product Back In Stock",
            "product_restocked",
            "Order Shipped",
            "order_fulfilled",
            "Package Out for Delivery",
            "Refund Issued",
            "Contact Imported",
            "contact_created",
            "Lead Created",
            "Deal Stage Changed",
            "Customer Updated",
            "User Imported",
            "Segment Entered",
            "Trial Ended",
            "Subscription Renewed",
        ] {
            assert!(is_sellers(name), "{name}");
        }
    }

    #[test]
    fn what_a_buyer_does_is_one() {
        for name in [
            "Invite Sent",
            "Message Sent",
            "Quote Requested",
            "Contract Signed",
            "Offer Accepted",
            "Push Notification Opened",
            "Newsletter Subscribed",
            "Back in Stock Requested",
            "Price Checked",
            "Price Alert Requested",
            "Account Created",
            "Signed Up",
            "Trial Started",
            "Subscription Started",
            "Subscription Cancelled",
            "Support Ticket Created",
            "Meeting Booked",
            "Products Compared",
            "Coupon Redeemed",
            "Order Tracking Viewed",
            "Something Of Our Own",
            "",
        ] {
            assert!(!is_sellers(name), "{name}");
        }
    }

    #[test]
    fn content_is_what_the_seller_offers() {
        for name in
            ["White Paper Downloaded", "Webinar Attended", "video_played", "Case Study Viewed", "BlogPostRead", "Reviews Viewed"]
        {
            assert!(is_content(name), "{name}");
        }
        for name in [
            "Demo Requested",
            "Quote Requested",
            "Trial Started",
            "Contract Signed",
            "Newsletter Sent",
            "Security Review Started",
            "",
        ] {
            assert!(!is_content(name), "{name}");
        }
    }
}

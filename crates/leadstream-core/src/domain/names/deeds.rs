//! Whose deed an event is: what the buyer does, or what the shop, its people and its systems did. And what of it is content.
//!
//! Names that no standard defines are judged by their words, each list of which stands in `docs/events.md`.

use crate::domain::names::kind::Kind;
use crate::domain::names::spelling::words;

/// What a row speaks of, and what was done with it: a name that has a word of both is the seller's deed. A bar parts words.
const SELLERS: &[(&str, &str)] = &[
    // What was sent out, and what became of it on its way. "In-App" and "WhatsApp" end in the same word.
    (
        "mail|email|emails|sms|push|notification|notifications|newsletter|campaign|app|whatsapp|webhook|reminder|letter|postcard|proposal|\
         quote|offer|invoice|contract|coupon|voucher|survey|nps|questionnaire|alert|receipt|digest|drip|broadcast|gift|swag",
        "sent|delivered|bounced|dropped|deferred|delayed|queued|processed|scheduled|suppressed|skipped|failed|issued|generated",
    ),
    ("invitation|invite", "webinar|event|survey|review|meeting|conference|workshop"),
    ("invoice|bill", "created|paid|due|overdue|finalized|finalised|voided|updated|collected|drafted"),
    ("payment|installment|instalment", "due|overdue|captured|settled|reconciled"),
    // Prices and stock.
    ("price|prices", "drop|dropped|drops|reduced|lowered|increased|decreased|changed|updated"),
    ("stock|inventory", "back|low|out|updated|changed|replenished|available"),
    ("product|item|variant", "restocked|back|available|discontinued|published"),
    // What became of an order.
    (
        "order|shipment|package|parcel|fulfillment|fulfilment|delivery|tracking",
        "shipped|dispatched|delivered|fulfilled|packed|picked|processed|delayed|archived|synced|exported|imported|created|updated|sent|out",
    ),
    ("refund|chargeback", "issued|created|processed|completed|sent|updated"),
    // Records of the systems behind.
    (
        "contact|lead|customer|subscriber|prospect|deal|opportunity|segment|audience|crm",
        "created|imported|updated|changed|synced|enriched|merged|assigned|reassigned|routed|rotated|scored|graded|exported|uploaded|matched|\
         entered|exited|moved|tagged|converted|qualified|nurtured|associated|archived|deduplicated|new",
    ),
    (
        "user|users|account|profile|company|person|list|record|data|salesforce|hubspot|sfdc|marketo",
        "imported|synced|enriched|merged|assigned|scored|exported|uploaded|matched|migrated|refreshed|backfilled|sync|enrichment",
    ),
    // Where somebody stands with sales and marketing, and what they are worth.
    (
        "stage|status|lifecycle|score|grade|owner|territory|data|segment|membership",
        "changed|updated|change|update|set|recalculated|computed|decayed|adjusted|increased|decreased|modified|evaluated|progressed",
    ),
    // Lists and sequences that people are put on, and taken off.
    (
        "list|lists|workflow|workflows|sequence|cadence|campaign|automation|nurture|playbook",
        "added|enrolled|unenrolled|removed|membership|member|enrollment|enrolment|enroll",
    ),
    ("sequence|cadence|nurture|drip", "started|finished|completed|paused|entered|exited"),
    // What the people of the seller note down.
    ("task|tasks|todo", "created|assigned|logged|due|overdue"),
    ("call|calls|note|notes|activity|meeting|email", "logged"),
    ("call|calls", "outbound|attempted|dialed|dialled"),
    ("voicemail", "left|dropped"),
    ("interesting", "moment|moments"),
    // What systems do by themselves.
    ("flag|flags", "evaluated|called|exposed|served|toggled|enabled|disabled"),
    ("consent", "mode"),
    ("job|cron|script|pipeline", "ran|run|executed"),
    // Time that is over.
    ("trial|subscription|membership|points|coupon|voucher|license|licence", "ended|expired|expiring|renewed"),
    ("points|credits|credit", "credited|awarded|granted|adjusted"),
];

/// The same of names that end in what a buyer does: shown is not seen, and what marketing passed to sales is not a request of
/// the buyer.
const SELLERS_ALWAYS: &[(&str, &str)] = &[
    ("ad|ads|advert|banner|popup|modal|overlay|toast|tooltip", "served|shown|displayed|rendered|viewed|triggered|loaded"),
    ("experiment|variation|holdout", "viewed|started|exposed|assigned|bucketed|allocated|entered"),
    ("segment|audience|list|workflow|sequence|cadence", "entered|exited"),
    ("marketing|sales", "qualified"),
];

/// A name with such a word, unless it ends in what a buyer does.
const SELLERS_WORDS: &str =
    "impression|impressions|enriched|enrichment|mql|mqls|sfdc|identify|heartbeat|webhook|cron|backfilled|deduplicated|dedupe";

/// Orders that a CRM or a marketing tool gets and writes down: what is to be done first, then with what.
const IMPERATIVE: &[(&str, &str)] = &[
    ("send", "email|emails|mail|alert|sms|push|notification|campaign|newsletter|survey|invoice|reminder|webhook"),
    ("change|update|set|adjust", "score|data|status|stage|owner|progression|lifecycle|segment|program|lead|crm|sfdc"),
    (
        "add|remove|push|sync|merge|assign|route|enrich|score|enroll|enrol",
        "lead|leads|contact|contacts|list|lists|campaign|crm|sfdc|salesforce|hubspot|marketo|segment|audience|workflow|sequence",
    ),
    ("create|convert|delete|import|export|new", "lead|leads|contact|deal|opportunity|task"),
];

/// Lists of the buyer's own: who puts something on one does something.
const OWN_LISTS: &str =
    "wish|wishlist|shopping|wait|waiting|waitlist|watch|reading|favorites|favourites|play|gift|todo|cart|product|item";

/// Of these something was opened, asked for or read: that is what the buyer does, whatever else the name says.
const BUYERS: &str = "opened|clicked|viewed|requested|asked|subscribed|submitted|read|watched|searched|entered|signed|accepted|confirmed|redeemed|\
     replied|saved|visited|forwarded|downloaded|tracked|answered|declined|unsubscribed|filled|click|open|reply";

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
    let has = |meant: &str| words.iter().any(|word| is_one_of(meant, word));
    let any = |rows: &[(&str, &str)]| rows.iter().any(|(of, done)| has(of) && has(done));
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    if has("list|lists") && has(OWN_LISTS) {
        return false;
    }
    // The last word says what was done.
    any(SELLERS_ALWAYS)
        || !is_one_of(BUYERS, last)
            && (any(SELLERS) || has(SELLERS_WORDS) || IMPERATIVE.iter().any(|(order, of)| is_one_of(order, first) && has(of)))
}

/// Whether a tool may report such an event: carts and orders are reported by the shop itself.
#[must_use]
pub fn is_told_by_tools(kind: Kind) -> bool {
    let is_the_shops = kind.is_cart_activity() || kind == Kind::OrderUpdated;
    !is_the_shops && !matches!(kind, Kind::Identify | Kind::Group | Kind::Alias | Kind::Screen | Kind::Deleted | Kind::Seller)
}

fn is_one_of(list: &str, word: &str) -> bool {
    list.split('|').any(|one| one == word)
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
            "List Membership Changed",
            "Contact Added to List",
            "Enrolled in Workflow",
            "contact_enrolled_in_sequence",
            "Removed from Campaign",
            "Campaign Member Added",
            "Task Created",
            "Call Logged",
            "Outbound Call Made",
            "Lifecycle Stage Changed",
            "leadScoreUpdated",
            "Lead Qualified",
            "Sales Qualified",
            "MQL Created",
            "Change Score",
            "Change Data Value",
            "New Lead",
            "Send Email",
            "Sync Lead to SFDC",
            "Add to List",
            "Ad Impression",
            "Ad Served",
            "Banner Shown",
            "Survey Sent",
            "WhatsApp Message Sent",
            "In-App Message Sent",
            "Webinar Invitation Sent",
            "Enriched",
            "Data Synced",
            "Feature Flag Evaluated",
            "Experiment Viewed",
            "Invoice Created",
            "Invoice Paid",
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
            "Added to Wish List",
            "Add to Watch List",
            "Survey Answered",
            "Course Enrolled",
            "Ad Clicked",
            "Invoice Viewed",
            "Webinar Invitation Accepted",
            "Price Alert Created",
            "Shipping Address Updated",
            "Inbound Call Received",
            "Workflow Created",
            "Campaign Launched",
            "Plan Changed",
            "Job Application Sent",
            "Lead Form Submitted",
            "Banner Clicked",
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

//! What nearly is a known name: `orderComplete`, `Started Checkout`, `Prodcut Added`. A guess for people; no event is changed by it.

use crate::domain::names::spelling::{MAX_NORMAL_BYTES, all, normal, words};
use std::sync::LazyLock;

/// Names that shops give to the same thing, beyond what is written alike.
const MEANT: [(&str, &str); 73] = [
    ("Order Placed", "Order Completed"),
    ("Placed Order", "Order Completed"),
    ("Order Created", "Order Completed"),
    ("Order Confirmed", "Order Completed"),
    ("Order Paid", "Order Completed"),
    ("Order Success", "Order Completed"),
    ("Purchase Completed", "Order Completed"),
    ("Completed Purchase", "Order Completed"),
    ("Purchased", "Order Completed"),
    ("Checkout Completed", "Order Completed"),
    ("Checkout Initiated", "Checkout Started"),
    ("Initiate Checkout", "Checkout Started"),
    ("Checkout Begun", "Checkout Started"),
    ("Added to Cart", "Product Added"),
    ("Item Added", "Product Added"),
    ("Item Added to Cart", "Product Added"),
    ("Product Added to Cart", "Product Added"),
    ("Add to Basket", "Product Added"),
    ("Add to Bag", "Product Added"),
    ("Cart Add", "Product Added"),
    ("Removed from Cart", "Product Removed"),
    ("Item Removed", "Product Removed"),
    ("Product Removed from Cart", "Product Removed"),
    ("Cart Remove", "Product Removed"),
    ("Order Submitted", "Order Completed"),
    ("Order Submit", "Order Completed"),
    ("Order Received", "Order Completed"),
    ("Order Confirmation", "Order Completed"),
    ("New Order", "Order Completed"),
    ("Order Finished", "Order Completed"),
    ("Order Successful", "Order Completed"),
    ("Transaction", "Order Completed"),
    ("Transaction Completed", "Order Completed"),
    ("Transaction Successful", "Order Completed"),
    ("Payment Completed", "Order Completed"),
    ("Payment Succeeded", "Order Completed"),
    ("Payment Success", "Order Completed"),
    ("Payment Successful", "Order Completed"),
    ("Payment Received", "Order Completed"),
    ("Checkout Success", "Order Completed"),
    ("Purchase Success", "Order Completed"),
    ("Bought", "Order Completed"),
    ("Cart Item Added", "Product Added"),
    ("Item Added to Basket", "Product Added"),
    ("Item Added to Bag", "Product Added"),
    ("Product Added to Basket", "Product Added"),
    ("Product Added to Bag", "Product Added"),
    ("Added to Basket", "Product Added"),
    ("Added to Bag", "Product Added"),
    ("Basket Add", "Product Added"),
    ("Cart Item Removed", "Product Removed"),
    ("Item Removed from Cart", "Product Removed"),
    ("Item Removed from Basket", "Product Removed"),
    ("Item Removed from Bag", "Product Removed"),
    ("Product Removed from Basket", "Product Removed"),
    ("Product Removed from Bag", "Product Removed"),
    ("Remove from Basket", "Product Removed"),
    ("Remove from Bag", "Product Removed"),
    ("Basket Remove", "Product Removed"),
    ("Payment Declined", "Payment Failed"),
    ("Payment Failure", "Payment Failed"),
    ("Payment Error", "Payment Failed"),
    ("Payment Rejected", "Payment Failed"),
    ("Card Declined", "Payment Failed"),
    ("Order Failed", "Payment Failed"),
    ("Order Payment Failed", "Payment Failed"),
    ("Order Voided", "Order Cancelled"),
    ("Order Cancellation", "Order Cancelled"),
    ("Refund Created", "Order Refunded"),
    ("Refund Issued", "Order Refunded"),
    ("Refund Completed", "Order Refunded"),
    ("Refund Processed", "Order Refunded"),
    ("Order Refund Created", "Order Refunded"),
];

/// Words that say where a name comes from, not what happened.
const BESIDE: [&str; 11] =
    ["server", "client", "event", "ecommerce", "web", "backend", "frontend", "browser", "webhook", "app", "pixel"];

/// Shortest normal form within which one letter may be wrong, and two.
const ONE_WRONG_FROM: usize = 6;
const TWO_WRONG_FROM: usize = 10;
/// Most words of a name that is looked at.
const MAX_WORDS: usize = 6;

struct Candidate {
    normal: String,
    /// Stems in their order.
    stems: Vec<String>,
    name: &'static str,
    meant_only: bool,
}

/// The known name that an unknown one most likely stands for.
#[must_use]
pub fn near(name: &str) -> Option<&'static str> {
    static CANDIDATES: LazyLock<Vec<Candidate>> = LazyLock::new(|| {
        let known = all().map(|(spelling, known)| (spelling, known.name, false));
        let meant = MEANT.into_iter().map(|(spelling, name)| (spelling, name, true));
        let candidate = |(spelling, name, meant_only): (&str, &'static str, bool)| {
            let normal = normal(spelling, &mut [0; MAX_NORMAL_BYTES])?.to_owned();
            Some(Candidate { normal, stems: stems(spelling), name, meant_only })
        };
        known.chain(meant).filter_map(candidate).collect()
    });
    let mut buffer = [0; MAX_NORMAL_BYTES];
    let written = normal(name, &mut buffer)?;
    let stems = stems(name);
    if stems.is_empty() || stems.len() > MAX_WORDS {
        return None;
    }
    let same_words = |candidate: &&Candidate| candidate.stems == stems;
    let close = |candidate: &&Candidate| !candidate.meant_only && is_close(written, &candidate.normal);
    let one_missing = |candidate: &&Candidate| !candidate.meant_only && lacks_one(&stems, &candidate.stems);
    let found = CANDIDATES.iter().find(same_words).or_else(|| CANDIDATES.iter().find(close));
    let found = found.or_else(|| CANDIDATES.iter().find(one_missing)).map(|candidate| candidate.name);
    found.or_else(|| {
        let of: Vec<String> = words(name).into_iter().filter(|word| !BESIDE.contains(&&**word)).collect();
        let is_less = !of.is_empty() && of.len() < stems.len();
        let stems = if is_less { stems_of(&of) } else { return None };
        CANDIDATES.iter().find(|candidate| candidate.stems == stems).map(|candidate| candidate.name)
    })
}

/// The one of some names that is nearest, when one is near enough to be meant.
#[must_use]
pub fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let wanted = name.to_lowercase();
    known
        .map(|k| (strsim::damerau_levenshtein(&wanted, &k.to_lowercase()), k))
        .filter(|(distance, k)| *distance <= (k.chars().count().min(wanted.chars().count()) / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, k)| k)
}

/// Words without their endings, in alphabetical order: `Orders Completed`, `complete order` and `orderComplete` are the same.
fn stems(name: &str) -> Vec<String> {
    stems_of(&words(name))
}

fn stems_of(words: &[String]) -> Vec<String> {
    let mut stems: Vec<String> = words.iter().map(|word| stem(word).to_owned()).collect();
    stems.sort_unstable();
    stems
}

fn stem(word: &str) -> &str {
    let without = ["ing", "ied", "ed", "es", "e", "s", "y"].into_iter().find_map(|ending| word.strip_suffix(ending));
    without.filter(|rest| rest.len() >= 3).unwrap_or(word)
}

/// One or two letters are wrong, missing, too many or changed over.
fn is_close(one: &str, other: &str) -> bool {
    let shorter = one.len().min(other.len());
    let allowed = match shorter {
        TWO_WRONG_FROM.. => 2,
        ONE_WRONG_FROM.. => 1,
        _ => return false,
    };
    one.len().abs_diff(other.len()) <= allowed && strsim::damerau_levenshtein(one, other) <= allowed
}

/// One word of at least three is missing.
fn lacks_one(stems: &[String], of: &[String]) -> bool {
    of.len() >= 3 && stems.len() + 1 == of.len() && stems.iter().all(|stem| of.contains(stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nearly_written_as_a_known_name_is_told() {
        for (name, want) in [
            ("orderComplete", "Order Completed"),
            ("Order Complet", "Order Completed"),
            ("Ordre Completed", "Order Completed"),
            ("Orders Completed", "Order Completed"),
            ("OrderPlaced", "Order Completed"),
            ("order.completed", "Order Completed"),
            ("Started Checkout", "Checkout Started"),
            ("checkout_start", "Checkout Started"),
            ("Prodcut Added", "Product Added"),
            ("Add Product", "Product Added"),
            ("product_add", "Product Added"),
            ("add_to_carts", "Product Added"),
            ("Added to Cart", "Product Added"),
            ("Empty Cart", "Cart Emptied"),
            ("Product Added Wishlist", "Product Added to Wishlist"),
            ("purchases", "Order Completed"),
            ("unsubscribe", "Unsubscribed"),
            ("email_bounces", "Email Bounced"),
            ("Order Completed (server)", "Order Completed"),
            ("order completed event", "Order Completed"),
            ("ecommerce.purchase", "Order Completed"),
            ("ecommerce.addToCart", "Product Added"),
            ("New Order", "Order Completed"),
            ("order_confirmation", "Order Completed"),
            ("CompletePayment", "Order Completed"),
            ("Payment Succeeded", "Order Completed"),
            ("Cart Item Added", "Product Added"),
            ("product added to basket", "Product Added"),
            ("Removed from Basket", "Product Removed"),
            ("Payment Declined", "Payment Failed"),
            ("Order Voided", "Order Cancelled"),
            ("Refund Issued", "Order Refunded"),
        ] {
            assert_eq!(near(name), Some(want), "{name}");
        }
    }

    #[test]
    fn what_is_another_thing_is_not() {
        for name in [
            "Order Completed Survey Shown",
            "Order",
            "Cart",
            "Added",
            "Page Viewed",
            "Form Submitted",
            "White Paper Downloaded",
            "Video Played",
            "Product Rated",
            "Newsletter Popup Closed",
            "Signed Out",
            "Quote Requested",
            "Application Opened",
            "Session Started",
            "Order Form Opened (server)",
            "Server Event",
            "Web App",
            "New Feature",
            "Payment Page Viewed",
            "Payment Methods Loaded",
            "Refund Policy Read",
            "Basket Ball Game Played",
            "Transaction History Viewed",
            "",
            "☃",
        ] {
            assert_eq!(near(name), None, "{name}");
        }
        assert_eq!(near(&"x".repeat(300)), None);
        assert_eq!(near(&"a ".repeat(300)), None);
    }
}

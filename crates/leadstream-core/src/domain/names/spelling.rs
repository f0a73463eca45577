//! Names as people write them: `order_completed`, `orderCompleted`, `ORDER-COMPLETED` and GA4's `purchase` are Order Completed.
//!
//! Two spellings are one name when their normal forms are: lower case without blanks, underscores and hyphens.

use super::bounces::{HARD, SOFT};
use super::consent::CONSENT;
use crate::domain::names::dictionary::DICTIONARY;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Longest normal form that is looked up; a longer name is none that is known.
pub const MAX_NORMAL_BYTES: usize = 64;

/// Names of version 1 of the Segment spec: there a product's id is `id`.
pub const V1: [(&str, &str); 15] = [
    ("Viewed Product Category", "Product List Viewed"),
    ("Viewed Product", "Product Viewed"),
    ("Clicked Product", "Product Clicked"),
    ("Added Product", "Product Added"),
    ("Removed Product", "Product Removed"),
    ("Viewed Promotion", "Promotion Viewed"),
    ("Clicked Promotion", "Promotion Clicked"),
    ("Viewed Cart", "Cart Viewed"),
    ("Started Order", "Checkout Started"),
    ("Viewed Checkout Step", "Checkout Step Viewed"),
    ("Completed Checkout Step", "Checkout Step Completed"),
    ("Updated Order", "Order Updated"),
    ("Completed Order", "Order Completed"),
    ("Refunded Order", "Order Refunded"),
    ("Cancelled Order", "Order Cancelled"),
];

/// Names of GA4, then what mail tools call their events, where they can mean one thing only.
pub const OTHERS: [(&str, &str); 42] = [
    ("add_to_cart", "Product Added"),
    ("remove_from_cart", "Product Removed"),
    ("view_cart", "Cart Viewed"),
    ("begin_checkout", "Checkout Started"),
    ("add_payment_info", "Payment Info Entered"),
    ("add_shipping_info", "Checkout Step Completed"),
    ("purchase", "Order Completed"),
    ("refund", "Order Refunded"),
    ("view_item", "Product Viewed"),
    ("view_item_list", "Product List Viewed"),
    ("select_item", "Product Clicked"),
    ("view_promotion", "Promotion Viewed"),
    ("select_promotion", "Promotion Clicked"),
    ("search", "Products Searched"),
    ("view_search_results", "Products Searched"),
    ("add_to_wishlist", "Product Added to Wishlist"),
    ("sign_up", "Signed Up"),
    ("login", "Signed In"),
    ("Contract Canceled", "Contract Cancelled"),
    ("Order Canceled", "Order Cancelled"),
    ("Canceled Order", "Order Cancelled"),
    ("Marked Email as Spam", "Email Marked as Spam"),
    ("Email Marked Spam", "Email Marked as Spam"),
    ("Email Spam Reported", "Email Marked as Spam"),
    ("Email Complained", "Email Marked as Spam"),
    ("Spam Complaint", "Email Marked as Spam"),
    ("Email Clicked", "Email Link Clicked"),
    ("Clicked Email", "Email Link Clicked"),
    ("Clicked Email Link", "Email Link Clicked"),
    ("Email Click", "Email Link Clicked"),
    ("Opened Email", "Email Opened"),
    ("Email Open", "Email Opened"),
    ("Delivered Email", "Email Delivered"),
    ("Received Email", "Email Delivered"),
    ("Sent Email", "Email Sent"),
    ("Bounced Email", "Email Bounced"),
    ("Email Bounce", "Email Bounced"),
    ("Unsubscribed from Email", "Email Unsubscribed"),
    ("Unsubscribed from Email Marketing", "Unsubscribed"),
    ("Subscribed to Email", "Email Subscribed"),
    ("Subscribed to Email Marketing", "Subscribed"),
    ("Deleted User", "User Deleted"),
];

/// A name that is known under some spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// As outputs show it.
    pub name: &'static str,
    /// It came under a name of version 1 of the spec.
    pub is_v1: bool,
}

/// All that are known, as they are written in the tables above.
pub fn all() -> impl Iterator<Item = (&'static str, Known)> {
    let own = DICTIONARY.iter().map(|(name, _)| (*name, Known { name, is_v1: false }));
    let v1 = V1.into_iter().map(|(alias, name)| (alias, Known { name, is_v1: true }));
    let bounces = HARD.into_iter().chain(SOFT).map(|name| (name, "Email Bounced"));
    let others = OTHERS.into_iter().chain(CONSENT).chain(bounces);
    own.chain(v1).chain(others.map(|(alias, name)| (alias, Known { name, is_v1: false })))
}

/// What is known under any spelling of a name.
#[must_use]
pub fn known(name: &str) -> Option<Known> {
    static TABLE: LazyLock<BTreeMap<String, Known>> = LazyLock::new(|| {
        let normal_of = |(spelling, known)| Some((normal(spelling, &mut [0; MAX_NORMAL_BYTES])?.to_owned(), known));
        all().filter_map(normal_of).collect()
    });
    TABLE.get(normal(name, &mut [0; MAX_NORMAL_BYTES])?).copied()
}

/// The normal form of a name; `None` when it is empty or longer than any known one. Allocates nothing.
#[must_use]
pub fn normal<'b>(name: &str, buffer: &'b mut [u8; MAX_NORMAL_BYTES]) -> Option<&'b str> {
    let mut length = 0;
    for letter in name.chars() {
        if letter == '_' || letter == '-' || letter.is_whitespace() {
            continue;
        }
        let letter = letter.to_ascii_lowercase();
        let room = buffer.get_mut(length..)?;
        if room.len() < letter.len_utf8() {
            return None;
        }
        length += letter.encode_utf8(room).len();
    }
    let text = std::str::from_utf8(buffer.get(..length)?).ok()?;
    Some(text).filter(|text| !text.is_empty())
}

/// The words of a name in lower case: apart are what blanks, underscores, hyphens, dots and camel case keep apart.
#[must_use]
pub fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for letter in name.chars() {
        let begins = letter.is_uppercase() && !before.is_uppercase() || !before.is_alphanumeric();
        if letter.is_alphanumeric() {
            match words.last_mut() {
                Some(word) if !begins => word.extend(letter.to_lowercase()),
                _ => words.push(letter.to_lowercase().collect()),
            }
        }
        before = letter;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::names::kind::Kind;

    #[test]
    fn every_spelling_of_every_known_name_is_that_name() {
        for (spelling, want) in all() {
            let words = words(spelling);
            let camel: String = words.iter().map(|w| w[..1].to_uppercase() + &w[1..]).collect();
            for written in [
                spelling.to_owned(),
                spelling.to_lowercase(),
                spelling.to_uppercase(),
                words.join("_"),
                words.join("-").to_uppercase(),
                words.concat(),
                camel[..1].to_lowercase() + &camel[1..],
                camel,
                format!(" {} ", spelling.replace(' ', "  ")),
                format!("_{spelling}\u{a0}"),
            ] {
                assert_eq!(known(&written), Some(want), "{written:?}");
            }
        }
    }

    #[test]
    fn each_built_in_name_has_a_meaning_and_each_alias_means_a_known_name() {
        let without: Vec<_> = DICTIONARY.iter().filter(|(_, kind)| *kind == Kind::Other).map(|(name, _)| *name).collect();
        assert_eq!(without, ["Signed Up", "Signed In"], "models give these a meaning, GA4 has names for them");
        for (alias, name) in V1.into_iter().chain(OTHERS).chain(CONSENT) {
            assert_ne!(alias, name);
            assert!(DICTIONARY.iter().any(|(known, _)| *known == name), "{alias}");
        }
        let normals: std::collections::BTreeSet<String> =
            all().map(|(spelling, _)| normal(spelling, &mut [0; MAX_NORMAL_BYTES]).unwrap().to_owned()).collect();
        assert_eq!(normals.len(), all().count(), "no two mean different things under one normal form");
    }

    #[test]
    fn what_says_more_or_less_is_another_name() {
        for name in ["Order Completed Survey Shown", "Order", "Completed", "order.completed", "", " _-", "Pürchase"] {
            assert_eq!(known(name), None, "{name:?}");
        }
        assert_eq!(known(&"Product Added".repeat(100)), None);
        assert_eq!(known(&"é".repeat(40)), None);
    }

    #[test]
    fn words_are_told_apart_however_they_are_written() {
        for name in
            ["Order Completed", "orderCompleted", "order_completed", "ORDER-COMPLETED", "order.completed", " Order  completed"]
        {
            assert_eq!(words(name), ["order", "completed"], "{name}");
        }
        assert_eq!(words("CartIDChanged"), ["cart", "idchanged"]);
    }
}

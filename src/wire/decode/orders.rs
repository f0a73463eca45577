//! The words that shops use for the status of an order.

use super::value::Scalar;
use crate::domain::event::OrderStatus;

/// What was said of an order, by several fields. Nothing is copied: the words are few.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct OrderWords {
    /// In the order of trust.
    statuses: [OrderStatus; 4],
    /// Wanted or not, by several fields.
    reasons: [Option<bool>; 2],
    /// Only a part is refunded, by a field that says only that.
    is_part: bool,
}

/// Statuses of WooCommerce, Shopify (`financial_status`), Magento, PrestaShop, Adyen and Stripe, without `wc-`.
const STATUSES: [(OrderStatus, &[&str]); 7] = [
    (
        OrderStatus::Pending,
        &["pending", "on-hold", "onhold", "unpaid", "awaiting payment", "pending payment", "authorized", "partially_paid", "new"],
    ),
    // WooCommerce creates one as soon as someone opens the checkout.
    (OrderStatus::Draft, &["checkout-draft", "auto-draft", "draft", "abandoned", "trash", "incomplete"]),
    (
        OrderStatus::Paid,
        &["paid", "processing", "completed", "complete", "captured", "shipped", "fulfilled", "delivered", "succeeded"],
    ),
    (OrderStatus::Failed, &["failed", "payment_failed", "payment failed", "declined", "refused", "rejected", "payment_error"]),
    (OrderStatus::Cancelled, &["cancelled", "canceled", "voided", "void", "expired", "closed_unpaid"]),
    (
        OrderStatus::PartlyRefunded,
        &["partially_refunded", "partial_refund", "partially_returned", "partly_refunded", "refunded_partially"],
    ),
    (OrderStatus::Refunded, &["refunded", "fully_refunded", "reversed"]),
];

/// Reasons of a cancelled order for which no payment is expected: `cancel_reason` of Shopify, and what people write.
const UNWANTED: [&str; 8] = ["customer", "fraud", "inventory", "staff", "out of stock", "changed mind", "buyer", "duplicate"];
/// Words that say that it was not paid; they count before the others.
const UNPAID: [&str; 7] = ["unpaid", "not paid", "payment", "declined", "time limit", "timeout", "expired"];

impl OrderWords {
    pub(super) fn status(&mut self, rank: u8, scalar: &Scalar<'_>) {
        let (Some(place), Scalar::Text(text)) = (self.statuses.get_mut(usize::from(rank)), scalar) else { return };
        let word = text.trim();
        let word = word.strip_prefix("wc-").unwrap_or(word);
        let is_it = |words: &&[&str]| words.iter().any(|known| is_same(known, word));
        *place = STATUSES.iter().find(|(_, words)| is_it(words)).map_or(OrderStatus::Unsaid, |(status, _)| *status);
    }

    /// `partial: true`, `refund_type: "partial"`.
    pub(super) fn part(&mut self, scalar: &Scalar<'_>) {
        self.is_part |= match scalar {
            Scalar::Bool(yes) => *yes,
            Scalar::Text(text) => {
                ["true", "1", "yes", "partial", "partially"].iter().any(|yes| yes.eq_ignore_ascii_case(text.trim()))
            }
            Scalar::Digits(digits) => *digits == "1",
            _ => false,
        };
    }

    pub(super) fn is_part(self) -> bool {
        self.is_part || self.says() == OrderStatus::PartlyRefunded
    }

    pub(super) fn reason(&mut self, rank: u8, scalar: &Scalar<'_>) {
        let (Some(place), Scalar::Text(text)) = (self.reasons.get_mut(usize::from(rank)), scalar) else { return };
        // Only the beginning of a long story is looked at.
        let words: String = text.chars().take(200).collect::<String>().to_ascii_lowercase();
        let says = |known: &[&str]| known.iter().any(|word| words.contains(word));
        *place = Some(!says(&UNPAID) && says(&UNWANTED));
    }

    pub(super) fn says(self) -> OrderStatus {
        self.statuses.into_iter().find(|status| *status != OrderStatus::Unsaid).unwrap_or_default()
    }

    pub(super) fn is_unwanted(self) -> bool {
        self.reasons.into_iter().flatten().next().unwrap_or(false)
    }
}

/// Whether two words differ in nothing but their case and what separates their parts.
fn is_same(known: &str, word: &str) -> bool {
    let plain = |byte: u8| if matches!(byte, b' ' | b'-') { b'_' } else { byte.to_ascii_lowercase() };
    known.len() == word.len() && known.bytes().map(plain).eq(word.bytes().map(plain))
}

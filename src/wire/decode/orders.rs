//! The words in which shops say how an order stands.

use super::value::Scalar;
use crate::domain::event::OrderStatus;

/// What was said of an order, by several fields. Nothing is copied: the words are few.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct OrderWords {
    /// In the order of trust.
    statuses: [OrderStatus; 4],
    /// Wanted or not, by several fields.
    reasons: [Option<bool>; 2],
}

/// Statuses of WooCommerce, Shopify (`financial_status`), Magento, PrestaShop, Adyen and Stripe, without `wc-`.
const STATUSES: [(OrderStatus, &[&str]); 5] = [
    (
        OrderStatus::Pending,
        &["pending", "on-hold", "onhold", "unpaid", "awaiting payment", "pending payment", "authorized", "partially_paid", "new"],
    ),
    (
        OrderStatus::Paid,
        &["paid", "processing", "completed", "complete", "captured", "shipped", "fulfilled", "delivered", "succeeded"],
    ),
    (OrderStatus::Failed, &["failed", "payment_failed", "payment failed", "declined", "refused", "payment_error"]),
    (OrderStatus::Cancelled, &["cancelled", "canceled", "voided", "void", "expired", "closed_unpaid"]),
    (OrderStatus::Refunded, &["refunded", "fully_refunded", "reversed"]),
];

/// Why an order is cancelled that nobody waits to be paid: `cancel_reason` of Shopify, and what people write.
const UNWANTED: [&str; 8] = ["customer", "fraud", "inventory", "staff", "out of stock", "changed mind", "buyer", "duplicate"];
/// Words that say that it was not paid; they count before the others.
const UNPAID: [&str; 7] = ["unpaid", "not paid", "payment", "declined", "time limit", "timeout", "expired"];

impl OrderWords {
    pub(super) fn status(&mut self, rank: u8, scalar: &Scalar<'_>) {
        let (Some(place), Scalar::Text(text)) = (self.statuses.get_mut(usize::from(rank)), scalar) else { return };
        let word = text.trim();
        let word = word.strip_prefix("wc-").unwrap_or(word);
        let is_it = |words: &&[&str]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
        *place = STATUSES.iter().find(|(_, words)| is_it(words)).map_or(OrderStatus::Unsaid, |(status, _)| *status);
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

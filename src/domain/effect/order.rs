//! What an event changes in the orders that are counted.

use crate::domain::orders::KnownOrder;
use crate::domain::{Ms, Text};

/// One order more or less, or more or less of one.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderChange {
    /// When the order was placed: its week is what changes.
    pub placed_ms: Ms,
    /// Orders more: 1, 0 or -1.
    pub orders: i64,
    /// It is not the customer's first.
    pub is_again: bool,
    /// Orders more of which nobody said what they are worth.
    pub unpriced: i64,
    /// Thousandths of the currency's unit more.
    pub milli: i64,
    pub currency: Option<Text>,
}

impl OrderChange {
    fn of(order: &KnownOrder, orders: i64, unpriced: i64, milli: i64) -> Self {
        let KnownOrder { placed_ms, has_ordered_before, currency, .. } = order;
        Self { placed_ms: *placed_ms, orders, is_again: *has_ordered_before, unpriced, milli, currency: currency.clone() }
    }

    /// It was placed.
    #[must_use]
    pub fn placed(order: &KnownOrder) -> Self {
        Self::of(order, 1, i64::from(order.total_milli.is_none()), order.total_milli.unwrap_or(0))
    }

    /// Its total became known, or another one.
    #[must_use]
    pub fn repriced(order: &KnownOrder, before_milli: Option<i64>, after_milli: i64) -> Self {
        let more = after_milli.saturating_sub(before_milli.unwrap_or(0));
        Self::of(order, 0, -i64::from(before_milli.is_none()), more)
    }

    /// Part of it was refunded.
    #[must_use]
    pub fn less(order: &KnownOrder, milli: i64) -> Self {
        Self::of(order, 0, 0, milli.saturating_neg())
    }

    /// It came to nothing.
    #[must_use]
    pub fn gone(order: &KnownOrder) -> Self {
        Self::of(order, -1, -i64::from(order.total_milli.is_none()), order.left_milli().unwrap_or(0).saturating_neg())
    }
}

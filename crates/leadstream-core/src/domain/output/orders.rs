//! What an event changes in the orders that are counted.

use crate::domain::state::orders::KnownOrder;
use crate::domain::state::orders::Touch;
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
    /// Additional orders without a known value.
    pub unpriced: i64,
    /// Thousandths of the currency's unit more.
    pub milli: i64,
    pub currency: Option<Text>,
    /// What the order was credited to.
    pub touch: Touch,
}

/// What became of the carts that an order took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CartsChange {
    pub placed_ms: Ms,
    /// When the event was that brings it about.
    pub at_ms: Ms,
    /// Ordered ones more, and of those whose checkout had begun.
    pub ordered: i64,
    pub checkouts: i64,
    /// Gone with an order that came to nothing.
    pub came_to_nothing: i64,
    /// Open again, and begun to be checked out again: they were counted when they were opened.
    pub open_again: i64,
    pub checkouts_again: i64,
}

/// An opportunity that was none: of one of the shop's own people, or of somebody who is a person that has another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoOpportunity {
    /// Index of the model.
    pub model: usize,
    /// `None`: it was won by somebody who was never open.
    pub opened_ms: Option<Ms>,
    pub won_ms: Option<Ms>,
    /// When it was lost, though it is among what is remembered: the prospect was disqualified.
    pub lost_ms: Option<Ms>,
}

impl CartsChange {
    /// Whether anything changes.
    #[must_use]
    pub fn says_something(&self) -> bool {
        let Self { placed_ms: _, at_ms: _, ordered, checkouts, came_to_nothing, open_again, checkouts_again } = *self;
        [ordered, checkouts, came_to_nothing, open_again, checkouts_again].iter().any(|count| *count != 0)
    }
}

impl OrderChange {
    fn of(order: &KnownOrder, orders: i64, unpriced: i64, milli: i64) -> Self {
        let KnownOrder { placed_ms, has_ordered_before, currency, .. } = order;
        Self {
            placed_ms: *placed_ms,
            orders,
            is_again: *has_ordered_before,
            unpriced,
            milli,
            currency: currency.clone(),
            touch: Touch::default(),
        }
    }

    /// It was placed.
    #[must_use]
    pub fn placed(order: &KnownOrder) -> Self {
        Self::of(order, 1, i64::from(order.total_milli.is_none()), order.worth_milli())
    }

    /// What it is worth counts.
    #[must_use]
    pub fn priced(order: &KnownOrder) -> Self {
        Self::of(order, 0, 0, order.worth_milli())
    }

    /// What it was worth counts no more.
    #[must_use]
    pub fn unpriced(order: &KnownOrder) -> Self {
        Self::of(order, 0, 0, -order.worth_milli())
    }

    /// What it was worth before.
    #[must_use]
    pub fn since(order: &KnownOrder, before_milli: i64) -> Self {
        Self::of(order, 0, 0, order.worth_milli() - before_milli)
    }

    /// It came to nothing.
    #[must_use]
    pub fn gone(order: &KnownOrder) -> Self {
        Self::of(order, -1, -i64::from(order.total_milli.is_none()), -order.worth_milli())
    }
}

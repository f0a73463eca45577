//! Carts that are no longer open: ordered, bought within the session, forgotten.

use crate::domain::state::cart::{CartLine, Goods, SentStep};
use crate::domain::{Ms, Text};
use std::num::NonZeroU64;

/// Orders remembered, one for each cart that they took something from; the oldest goes first.
pub const MAX_ORDERS: usize = 8;

/// What an order took from one cart.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PastOrder {
    /// Hash of its id, if one was named.
    pub order: Option<NonZeroU64>,
    pub time_ms: Ms,
    pub cart: Option<Text>,
    /// The series that was running when it came.
    pub episode_ms: Ms,
    /// What it took, while its payment may still fail (`payment_window`).
    pub lines: Vec<CartLine>,
    /// The reminders that it followed: it counted as recovered. None: it didn't.
    pub sent: Vec<SentStep>,
    /// What they showed.
    pub goods: Goods,
    /// What of its value has not been taken back.
    pub value: Option<f64>,
    pub currency: Option<Text>,
    /// When the cart had been forgotten.
    pub forgotten_ms: Option<Ms>,
}

/// What was bought lately.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bought {
    /// The end of the latest order's instant.
    pub time_ms: Ms,
    /// In the order in which they became known.
    pub lines: Vec<BoughtLine>,
}

/// One product that an order named, or took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoughtLine {
    /// Hash of the product and what is bought of it.
    pub what: u64,
    pub quantity: f64,
    /// The [mark](crate::domain::rules::cart::bought::mark) of the order; `None` while there is only one in this visit.
    pub order: Option<NonZeroU64>,
}

/// Forgotten carts of one prospect that are remembered; the oldest goes first.
pub const MAX_FORGOTTEN: usize = 4;

/// Reminders of each that are remembered: the newest, and before them those that were opened or clicked.
pub const MAX_FORGOTTEN_SENT: usize = 3;

/// What is remembered of a reminded cart once it is forgotten.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ForgottenCart {
    pub cart: Option<Text>,
    pub episode_ms: Ms,
    pub forgotten_ms: Ms,
    pub sent: Vec<SentStep>,
    pub goods: Goods,
    /// What they were worth, as far as the cart knew.
    pub value: Option<f64>,
    pub currency: Option<Text>,
}

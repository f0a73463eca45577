//! What is remembered of orders.

pub mod touch;

use crate::domain::state::few::InlineVec;
use crate::domain::state::seen::SeenIds;
use crate::domain::{Ms, Text};
use std::num::{NonZeroU16, NonZeroU32, NonZeroU64};

/// Orders of one prospect that are remembered; the oldest goes first.
pub const MAX_KNOWN: usize = 256;

/// Of so many, the newest, it is remembered which rules they met and what they gave.
pub const MAX_DETAILED: usize = 16;

/// Refunds that are remembered.
pub const MAX_REFUNDS: usize = 256;

/// Orders and refunds of the last 90 days.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KnownOrders {
    /// In the order in which they became known.
    pub list: Vec<KnownOrder>,
    pub refunds: SeenIds,
    /// What they were credited to.
    pub touches: Vec<Touch>,
}

/// One order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KnownOrder {
    /// Hash of its id, if one was named.
    pub id: Option<NonZeroU64>,
    /// Hash of lines and total, as long as another event without an id may be about the same order; never of an empty one.
    pub content: Option<NonZeroU32>,
    pub placed_ms: Ms,
    /// Newest event that told of it.
    pub told_ms: Ms,
    pub standing: Standing,
    /// It was paid, as far as anybody said.
    pub was_paid: bool,
    /// In thousandths of the currency's unit.
    pub total_milli: Option<i64>,
    pub refunded_milli: i64,
    pub currency: Option<Text>,
    /// It was not the customer's first.
    pub has_ordered_before: bool,
    /// Of a contract, the [`crate::domain::ids::event_mark`] of the event that reported it; `None` for an order.
    pub contract: Option<u16>,
    /// Sales said that it won it: whatever tells of it otherwise knows better.
    pub by_sales: bool,
    /// What it is credited to, if to anything: its number among [`KnownOrders::touches`], from 1.
    pub touch: Option<NonZeroU16>,
    /// Carts that it took, and those of them whose checkout had begun; once it came to nothing those that did not come back.
    pub carts: u8,
    pub checkouts: u8,
    /// Hashes of the rules whose conditions it met, by name.
    pub rules: InlineVec<u32, 6>,
    /// Points that it gave.
    pub gave: InlineVec<Given, 2>,
}

/// How an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    #[default]
    Placed,
    Failed,
    Cancelled,
    Refunded,
}

impl Standing {
    /// Every one, in the order of their numbers in records: append only.
    pub const ALL: [Self; 4] = [Self::Placed, Self::Failed, Self::Cancelled, Self::Refunded];

    /// It counts.
    #[must_use]
    pub fn stands(self) -> bool {
        self == Self::Placed
    }
}

/// Points that an order gave to one group of one model, as of its own time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Given {
    /// Hashes of the names.
    pub model: u32,
    pub group: u32,
    pub hundredths: i32,
}

/// The newest source and campaign before an order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Touch {
    pub source: Option<Text>,
    pub campaign: Option<Text>,
}

/// Touches that the remembered orders of one prospect are credited to by name; further ones count as [`OTHER_TOUCH`].
pub const MAX_TOUCHES: usize = 16;

/// Stands for the names that found no room.
pub const OTHER_TOUCH: &str = "(other)";

impl KnownOrder {
    /// What of it has not been refunded: never less than nothing, whatever is told later.
    #[must_use]
    pub fn left_milli(&self) -> Option<i64> {
        Some(self.total_milli?.saturating_sub(self.refunded_milli).max(0))
    }

    /// What it counts for, as far as anybody knows.
    #[must_use]
    pub fn worth_milli(&self) -> i64 {
        self.left_milli().unwrap_or(0)
    }

    /// Whether something of it is left when this is refunded. Less than a cent is nothing.
    pub(crate) fn is_left_of(&self, amount_milli: i64) -> bool {
        self.left_milli().is_none_or(|left| left - amount_milli >= 10)
    }
}

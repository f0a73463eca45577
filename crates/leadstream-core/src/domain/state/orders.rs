//! What is remembered of orders.

pub mod touch;

use crate::domain::event::{Event, OrderStatus};
use crate::domain::ids::event_mark;
use crate::domain::names::Kind;
use crate::domain::output::{Effects, Note};
use crate::domain::rules::acquisition;
use crate::domain::rules::orders::find;
use crate::domain::state::orders::touch::Touch;
use crate::domain::state::seen::{SeenIds, seconds};
use crate::domain::state::sparse::Few;
use crate::domain::terms::limit::Limit;
use crate::domain::{DAY_MS, MINUTE_MS, Ms, Text};

/// Orders of one prospect that are remembered; the oldest goes first.
pub const MAX_KNOWN: usize = 256;

/// Of so many, the newest, it is remembered which rules they met and what they gave.
pub const MAX_DETAILED: usize = 16;

/// Refunds that are remembered.
pub const MAX_REFUNDS: usize = 256;

/// How long after it was last told an order is known by its id (contract section 2), and a refund.
const REMEMBERED_MS: Ms = 90 * DAY_MS;

/// Within this time a contract that is told twice, without an id on either side, is one.
pub(crate) const SAME_DEAL_WITHIN_MS: Ms = 30 * DAY_MS;

/// Within this time the same lines and the same total are one order where an id is missing.
pub(crate) const SAME_WITHIN_MS: Ms = 10 * MINUTE_MS;

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
    /// Hash of its id; 0: nobody named one.
    pub id: u64,
    /// Hash of lines and total, while another telling without an id may be the same order; 0 afterwards, and for an empty one.
    pub content: u32,
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
    /// Of a contract: one more than the [`crate::domain::ids::event_mark`] of the event that told it; 0: it is an order.
    pub contract: u16,
    /// Sales said that it won it: whatever tells of it otherwise knows better.
    pub by_sales: bool,
    /// What it is credited to: its number among [`KnownOrders::touches`], from 1; 0: to nothing.
    pub touch: u16,
    /// Carts that it took, and those of them whose checkout had begun; once it came to nothing those that did not come back.
    pub carts: u8,
    pub checkouts: u8,
    /// Hashes of the rules whose conditions it met, by name.
    pub rules: Few<u32, 6>,
    /// Points that it gave.
    pub gave: Few<Given, 2>,
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

/// What tells a sale that is no order: see [`KnownOrder::contract`].
fn contract_mark(event: &Event<'_>) -> u16 {
    if matches!(event.kind, Kind::Contract | Kind::Sales) { event_mark(&event.name) + 1 } else { 0 }
}

impl KnownOrder {
    /// Whether it was told by events of this name: what moves a contract says nothing of an order of the same id.
    #[must_use]
    pub fn is_told_by(&self, event: &Event<'_>) -> bool {
        self.contract == contract_mark(event)
    }

    /// As an event tells it.
    pub(crate) fn of(event: &Event<'_>) -> Self {
        Self {
            id: find::id_hash(event),
            content: find::content_hash(event),
            placed_ms: event.time_ms,
            told_ms: event.time_ms,
            total_milli: event.value.map(acquisition::milli),
            was_paid: event.signals.order_status == OrderStatus::Paid,
            currency: event.currency.as_deref().map(Text::from),
            contract: contract_mark(event),
            by_sales: event.kind == Kind::Sales,
            ..Self::default()
        }
    }

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

impl KnownOrders {
    /// One more; its place.
    pub(crate) fn add(&mut self, order: KnownOrder, effects: &mut Effects) -> usize {
        if self.list.len() >= MAX_KNOWN {
            effects.notes.push(Note::LimitReached(Limit::Orders));
            self.list.remove(0);
        }
        self.list.push(order);
        if let Some(old) = self.list.len().checked_sub(MAX_DETAILED + 1).and_then(|at| self.list.get_mut(at)) {
            (old.rules, old.gave) = (Few::new(), Few::new());
        }
        self.list.len() - 1
    }

    /// Whether this refund is new.
    pub(crate) fn remember_refund(&mut self, hash: u64, newest_ms: Ms) -> bool {
        if self.refunds.contains(hash) {
            return false;
        }
        self.refunds.forget(0, MAX_REFUNDS - 1, newest_ms.saturating_sub(REMEMBERED_MS));
        self.refunds.push(hash, seconds(newest_ms));
        true
    }

    /// Forgets what can't be told again any more.
    pub(crate) fn forget(&mut self, newest_ms: Ms) {
        let before = self.list.len();
        self.list.retain(|order| newest_ms.saturating_sub(order.told_ms) <= REMEMBERED_MS);
        if self.list.len() < before {
            self.forget_touches();
        }
        for order in &mut self.list {
            if newest_ms.saturating_sub(order.told_ms) > SAME_WITHIN_MS {
                order.content = 0;
            }
        }
        self.refunds.forget(0, MAX_REFUNDS, newest_ms.saturating_sub(REMEMBERED_MS));
    }
}

//! Remembers orders and refunds, and forgets them.

use crate::domain::event::{Event, OrderStatus};
use crate::domain::ids::event_mark;
use crate::domain::names::Kind;
use crate::domain::output::{Effects, Note};
use crate::domain::rules::orders::find;
use crate::domain::rules::orders::find::SAME_WITHIN_MS;
use crate::domain::state::few::InlineVec;
use crate::domain::state::orders::{KnownOrder, KnownOrders, MAX_DETAILED, MAX_KNOWN, MAX_REFUNDS};
use crate::domain::state::seen::seconds;
use crate::domain::terms::limit::Limit;
use crate::domain::{DAY_MS, Ms, Text, number};

impl KnownOrder {
    /// Whether events of this name reported it: what moves a contract says nothing of an order of the same id.
    #[must_use]
    pub fn is_told_by(&self, event: &Event<'_>) -> bool {
        self.contract == contract_mark(event)
    }

    /// As an event reports it.
    pub(crate) fn of(event: &Event<'_>) -> Self {
        Self {
            id: event.order_hash(),
            content: find::content_hash(event),
            placed_ms: event.time_ms,
            told_ms: event.time_ms,
            total_milli: event.value.map(number::milli),
            was_paid: event.signals.order_status == OrderStatus::Paid,
            currency: event.currency.as_deref().map(Text::from),
            contract: contract_mark(event),
            by_sales: event.kind == Kind::Sales,
            ..Self::default()
        }
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
            (old.rules, old.gave) = (InlineVec::new(), InlineVec::new());
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

    /// Forgets what can't be reported again any more.
    pub(crate) fn forget(&mut self, newest_ms: Ms) {
        let before = self.list.len();
        self.list.retain(|order| newest_ms.saturating_sub(order.told_ms) <= REMEMBERED_MS);
        if self.list.len() < before {
            self.forget_touches();
        }
        for order in &mut self.list {
            if newest_ms.saturating_sub(order.told_ms) > SAME_WITHIN_MS {
                order.content = None;
            }
        }
        self.refunds.forget(0, MAX_REFUNDS, newest_ms.saturating_sub(REMEMBERED_MS));
    }
}

/// Marks a sale that is no order: see [`crate::domain::state::orders::KnownOrder::contract`].
pub(crate) fn contract_mark(event: &Event<'_>) -> Option<u16> {
    matches!(event.kind, Kind::Contract | Kind::Sales).then(|| event_mark(&event.name))
}

/// How long after its last report an order, or a refund, is known by its id (docs/orders.md).
pub(crate) const REMEMBERED_MS: Ms = 90 * DAY_MS;

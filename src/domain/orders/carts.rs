//! The carts that an order took: while it stands they are ordered; when it came to nothing they are not, and either open again or gone.

use super::News;
use super::memory::KnownOrder;
use crate::domain::Ms;
use crate::domain::effect::{CartsChange, Effects};
use crate::domain::prospect::Prospect;

/// Carts with something in them, and those of them whose checkout has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Open {
    pub carts: usize,
    pub checkouts: usize,
}

impl Open {
    #[must_use]
    pub fn of(prospect: &Prospect) -> Self {
        let open = || prospect.carts.iter().filter(|cart| !cart.lines.is_empty());
        Self { carts: open().count(), checkouts: open().filter(|cart| cart.checkout_started).count() }
    }

    /// Before an event that is about a known order.
    pub(in crate::domain) fn before(prospect: &Prospect, news: News) -> Option<Self> {
        news.order().map(|_| Self::of(prospect))
    }

    /// The event was applied to the carts, too: what it did to them is written down with the order.
    pub(in crate::domain) fn settle(self, prospect: &mut Prospect, news: News, at_ms: Ms, effects: &mut Effects) {
        let after = Self::of(prospect);
        let (Some(at), Some(more)) = (news.order(), prospect.more.as_deref_mut()) else { return };
        let Some(order) = more.known_orders.list.get_mut(at) else { return };
        let mut change = CartsChange { placed_ms: order.placed_ms, at_ms, ..CartsChange::default() };
        if matches!(news, News::TakenBack(_)) {
            let again = order.carts.min(small(after.carts.saturating_sub(self.carts)));
            let checkouts_again = order.checkouts.min(small(after.checkouts.saturating_sub(self.checkouts)));
            change.ordered = -i64::from(order.carts);
            change.checkouts = -i64::from(order.checkouts);
            change.open_again = i64::from(again);
            change.checkouts_again = i64::from(checkouts_again);
            order.carts -= again;
            order.checkouts -= checkouts_again;
            change.came_to_nothing = i64::from(order.carts);
        } else {
            let taken = small(self.carts.saturating_sub(after.carts));
            let checkouts = small(self.checkouts.saturating_sub(after.checkouts));
            (change.ordered, change.checkouts) = (i64::from(taken), i64::from(checkouts));
            order.carts = order.carts.saturating_add(taken);
            order.checkouts = order.checkouts.saturating_add(checkouts);
        }
        if change.says_something() {
            effects.carts.push(change);
        }
    }
}

fn small(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX)
}

/// An order that came to nothing is placed again: the carts that went with it are ordered after all.
pub(super) fn take_over(before: &KnownOrder, order: &mut KnownOrder, effects: &mut Effects) {
    (order.carts, order.checkouts) = (before.carts, before.checkouts);
    let (carts, checkouts) = (i64::from(order.carts), i64::from(order.checkouts));
    let change = |order: &KnownOrder| CartsChange { placed_ms: order.placed_ms, ..CartsChange::default() };
    let changes =
        [CartsChange { came_to_nothing: -carts, ..change(before) }, CartsChange { ordered: carts, checkouts, ..change(order) }];
    effects.carts.extend(changes.into_iter().filter(CartsChange::says_something));
}

//! The carts that an order took: while it stands they are ordered; when it came to nothing they are not, and either open again
//! or gone. Of one of the shop's own people, and of a test, neither order nor cart ever was.

use crate::domain::output::{CartsChange, OrderChange};
use crate::domain::rules::acquisition;
use crate::domain::rules::context::StepContext;
use crate::domain::rules::order_news::News;
use crate::domain::rules::orders::find::change;
use crate::domain::state::cart::Cart;
use crate::domain::state::orders::{KnownOrder, Standing};
use crate::domain::state::prospect::Prospect;

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
    pub(in crate::domain) fn settle(self, prospect: &mut Prospect, step: &mut StepContext<'_, '_>) {
        let (news, at_ms) = (step.news, step.at_ms);
        let after = Self::of(prospect);
        let (Some(at), Some(extras)) = (news.order(), prospect.extras.as_deref_mut()) else { return };
        let Some(order) = extras.known_orders.list.get_mut(at) else { return };
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
            step.effects.carts.push(change);
        }
    }
}

fn small(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX)
}

/// An order that came to nothing is placed again: the carts that went with it are ordered after all.
pub(super) fn take_over(before: &KnownOrder, order: &mut KnownOrder, step: &mut StepContext<'_, '_>) {
    (order.carts, order.checkouts) = (before.carts, before.checkouts);
    let (carts, checkouts) = (i64::from(order.carts), i64::from(order.checkouts));
    let change = |order: &KnownOrder| CartsChange { placed_ms: order.placed_ms, ..CartsChange::default() };
    let changes =
        [CartsChange { came_to_nothing: -carts, ..change(before) }, CartsChange { ordered: carts, checkouts, ..change(order) }];
    step.effects.carts.extend(changes.into_iter().filter(CartsChange::says_something));
}

/// Takes the order at this place out of what is counted; whether it stood.
pub(in crate::domain) fn disown(prospect: &mut Prospect, at: usize, step: &mut StepContext<'_, '_>) -> bool {
    let Some(order) = prospect.extras_mut().known_orders.list.get_mut(at) else { return false };
    let stood = order.standing.stands();
    let (carts, checkouts) = (i64::from(order.carts), i64::from(order.checkouts));
    (order.carts, order.checkouts) = (0, 0);
    let mut gone = CartsChange { placed_ms: order.placed_ms, at_ms: order.placed_ms, ..CartsChange::default() };
    (gone.open_again, gone.checkouts_again) = (carts, checkouts);
    if stood {
        (gone.ordered, gone.checkouts) = (-carts, -checkouts);
        order.standing = Standing::Cancelled;
    } else {
        gone.came_to_nothing = -carts;
    }
    if gone.says_something() {
        step.effects.carts.push(gone);
    }
    if stood {
        let change = change(prospect, at, OrderChange::gone);
        acquisition::count(prospect, change, step);
    }
    stood
}

/// All orders that are known.
pub(in crate::domain) fn disown_all(prospect: &mut Prospect, step: &mut StepContext<'_, '_>) {
    let count = prospect.extras.as_deref().and_then(|extras| extras.known_orders.get()).map_or(0, |known| known.list.len());
    for at in 0..count {
        disown(prospect, at, step);
    }
}

/// An open cart that is none: it was never opened. When it was, its oldest line tells best.
pub(in crate::domain) fn disown_cart(cart: &Cart, step: &mut StepContext<'_, '_>) {
    if let Some(opened_ms) = cart.lines.iter().map(|line| line.added_ms).min() {
        let checkouts_again = i64::from(cart.checkout_started);
        step.effects.carts.push(CartsChange {
            placed_ms: opened_ms,
            at_ms: opened_ms,
            open_again: 1,
            checkouts_again,
            ..CartsChange::default()
        });
    }
}

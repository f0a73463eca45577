//! Orders that were none: their customer is one of the shop's own people, or somebody tried the checkout. They leave the figures, and
//! the carts that they took do, too.

use super::memory::Standing;
use super::{change, find};
use crate::domain::customer;
use crate::domain::effect::{CartsChange, Effects, OrderChange};
use crate::domain::event::Event;
use crate::domain::prospect::{Cart, Prospect};

/// Takes the order at this place out of what is counted; whether it stood.
pub(in crate::domain) fn disown(prospect: &mut Prospect, at: usize, effects: &mut Effects) -> bool {
    let Some(order) = prospect.more_mut().known_orders.list.get_mut(at) else { return false };
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
        effects.carts.push(gone);
    }
    if stood {
        let change = change(prospect, at, OrderChange::gone);
        customer::count(prospect, change, effects);
    }
    stood
}

/// All orders that are known.
pub(in crate::domain) fn disown_all(prospect: &mut Prospect, effects: &mut Effects) {
    let count = prospect.more.as_deref().and_then(|more| more.known_orders.get()).map_or(0, |known| known.list.len());
    for at in 0..count {
        disown(prospect, at, effects);
    }
}

/// An open cart that is none: it was never opened. When it was, its oldest line tells best.
pub(in crate::domain) fn disown_cart(cart: &Cart, effects: &mut Effects) {
    if let Some(opened_ms) = cart.lines.iter().map(|line| line.added_ms).min() {
        let checkouts_again = i64::from(cart.checkout_started);
        effects.carts.push(CartsChange {
            placed_ms: opened_ms,
            at_ms: opened_ms,
            open_again: 1,
            checkouts_again,
            ..CartsChange::default()
        });
    }
}

/// The known order that an event names.
pub(in crate::domain) fn named(prospect: &Prospect, event: &Event<'_>) -> Option<usize> {
    find::named(prospect, event)
}

//! Which cart an event concerns.

use crate::domain::Ms;
use crate::domain::state::cart::Cart;

/// The cart that an add, a removal, a snapshot or a checkout concerns: by id; without one the cart touched last.
pub(crate) fn concerned(carts: &[Cart], id: Option<&str>) -> Option<usize> {
    match id {
        Some(id) => carts.iter().position(|c| c.is_called(id)),
        None => carts.iter().enumerate().max_by_key(|(index, c)| (c.touched_ms, *index)).map(|(index, _)| index),
    }
}

pub(crate) fn touch(cart: &mut Cart, time_ms: Ms) {
    cart.touched_ms = cart.touched_ms.max(time_ms);
}

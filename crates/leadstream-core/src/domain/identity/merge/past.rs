//! Carts that are no longer open: ordered, bought within the session, forgotten.

use crate::domain::Ms;
use crate::domain::state::cart::MAX_LINES;
use crate::domain::state::past_carts::{Bought, ForgottenCart, MAX_FORGOTTEN, MAX_ORDERS, PastOrder};

/// Of both, the newest.
pub(super) fn orders(into: &mut Vec<PastOrder>, from: Vec<PastOrder>) {
    into.extend(from);
    into.sort_by_key(|order| (order.time_ms, order.order));
    into.drain(..into.len().saturating_sub(MAX_ORDERS));
}

/// What was bought in one visit counts together; of two visits the newer.
pub(super) fn bought(into: &mut Option<Box<Bought>>, from: Option<Box<Bought>>, session_gap_ms: Ms) {
    let (Some(own), Some(theirs)) = (into.as_mut(), &from) else {
        *into = into.take().or(from);
        return;
    };
    let Bought { time_ms, lines } = &**theirs;
    if own.time_ms.abs_diff(*time_ms) > session_gap_ms.unsigned_abs() {
        if *time_ms > own.time_ms {
            *into = from;
        }
        return;
    }
    own.time_ms = own.time_ms.max(*time_ms);
    own.lines.extend(lines.iter().copied());
    own.lines.drain(..own.lines.len().saturating_sub(MAX_LINES));
}

/// Of both, those forgotten last.
pub(super) fn forgotten(into: &mut Vec<ForgottenCart>, from: Vec<ForgottenCart>) {
    into.extend(from);
    into.sort_by_key(|cart| (cart.forgotten_ms, cart.episode_ms));
    into.drain(..into.len().saturating_sub(MAX_FORGOTTEN));
}

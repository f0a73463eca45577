//! Where somebody came from, and what was spent.

use crate::domain::identity::merge::presence::Times;
use crate::domain::state::acquisition::{Customer, NO_CURRENCY};

/// Orders and money are added up: an order that both knew was taken off one of them before. The first source is that of who came
/// first, the last one that of who was seen last.
pub(super) fn unite(into: &mut Customer, from: &Customer, (own, theirs): (&Times, &Times)) {
    let Customer { first_source, first_campaign, last_source, last_campaign, orders, first_order_ms, spent } = from;
    let pick = |own: &mut Option<crate::domain::Text>, their: &Option<crate::domain::Text>, theirs_wins: bool| {
        if own.is_none() || (theirs_wins && their.is_some()) {
            own.clone_from(their);
        }
    };
    let came_first = theirs.first_seen_ms < own.first_seen_ms;
    pick(&mut into.first_source, first_source, came_first);
    pick(&mut into.first_campaign, first_campaign, came_first);
    let was_last = theirs.is_newer_than(own);
    pick(&mut into.last_source, last_source, was_last);
    pick(&mut into.last_campaign, last_campaign, was_last);
    into.orders = into.orders.saturating_add(*orders);
    into.first_order_ms = match (into.first_order_ms, *first_order_ms) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    for (currency, milli) in spent {
        into.pay(Some(currency.as_str()).filter(|currency| *currency != NO_CURRENCY), *milli);
    }
}

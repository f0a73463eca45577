//! One of the shop's own people, whichever name is known for it: nothing that either did counts.

use crate::domain::Ms;
use crate::domain::identity::merge::{account, contact, lists, presence};
use crate::domain::model::Models;
use crate::domain::output::Effects;
use crate::domain::rules::cart::outcome::Fact;
use crate::domain::rules::context::StepContext;
use crate::domain::rules::internal;
use crate::domain::state::internal::{Internal, MAX_TEST_ORDERS};
use crate::domain::state::prospect::{Extras, Prospect};

/// What is kept is what tells messages apart, and consent.
pub(super) fn merge(
    into_key: &str,
    into: &mut Prospect,
    from_key: &str,
    mut from: Prospect,
    at_ms: Ms,
    models: &Models,
    effects: &mut Effects,
) {
    account::leave(&mut from, from_key, at_ms, models, effects);
    let internal_of = |side: &Prospect| side.extras.as_ref().map_or_else(Internal::default, |extras| (*extras.internal).clone());
    let (mut known, theirs) = (internal_of(into), internal_of(&from));
    unite(&mut known, &theirs);
    for side in [&mut *into, &mut from] {
        if internal_of(side).since_ms.is_none() {
            let mut step = StepContext::of_time(into_key, side, at_ms, models, effects);
            let fact = Fact::Known { time_ms: at_ms, hash: 0 };
            internal::join(side, fact, at_ms, &mut step);
        }
    }
    let step = StepContext::of_time(into_key, into, at_ms, models, effects);
    let their_times = presence::Times::of(&from);
    let is_newer = their_times.is_newer_than(&presence::Times::of(into));
    presence::merge(into, &their_times, step.model().session_gap_ms);
    into.seen.unite(from.seen, into.last_seen_ms);
    into.consent = contact::strictest(into.consent, from.consent);
    into.address = if is_newer { from.address.or(into.address) } else { into.address.or(from.address) };
    into.addressable |= from.addressable;
    into.identified |= from.identified;
    let Extras { contact, erasure, .. } = from.extras.map_or_else(Extras::default, |extras| *extras);
    let own = into.extras_mut();
    contact::unite(&mut own.contact, &contact, is_newer);
    own.internal = known.into();
    own.erasure = lists::erased(own.erasure, erasure);
    step.effects.customer = true;
}

/// Since when it is known first, and the test orders of both.
pub(super) fn unite(into: &mut Internal, from: &Internal) {
    let Internal { since_ms, by_trait, test_orders } = from;
    // A trait may say that it is over only if nothing but a trait said that it is so.
    into.by_trait =
        if into.since_ms.is_some() && since_ms.is_some() { into.by_trait && *by_trait } else { into.by_trait || *by_trait };
    into.since_ms = match (into.since_ms, *since_ms) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    for order in test_orders {
        if !into.test_orders.contains(order) {
            into.test_orders.push(*order);
        }
    }
    let surplus = into.test_orders.len().saturating_sub(MAX_TEST_ORDERS);
    into.test_orders.drain(..surplus);
}

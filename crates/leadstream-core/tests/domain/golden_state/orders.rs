//! Message ids and orders by their ids.

use super::{many, text, time};
use leadstream_core::domain::state::orders::Touch;
use leadstream_core::domain::state::orders::{Given, KnownOrder, KnownOrders, Standing};
use leadstream_core::domain::state::seen::{OldIds, Seen, SeenIds};
use proptest::prelude::*;
use std::num::{NonZeroU16, NonZeroU32, NonZeroU64};

/// As records before version 5 have them.
pub fn old_ids(ids: &[(u64, i64)]) -> Option<Box<OldIds>> {
    Some(Box::new(OldIds::of(ids.iter().copied()))).filter(|old| !old.is_empty())
}

pub fn ids(ids: &[(u64, i64)]) -> SeenIds {
    let mut seen = SeenIds::default();
    ids.iter().for_each(|(hash, time_s)| seen.push(*hash, *time_s));
    seen
}

prop_compose! {
    pub fn seen()(changes in many((any::<u64>(), time())), others in many((any::<u64>(), time())), old in many((any::<u64>(), time()))) -> Seen {
        Seen { changes: ids(&changes), others: ids(&others), before: old_ids(&old) }
    }
}

prop_compose! {
    fn known_order()(id in any::<u64>(), content in any::<u32>(), (placed_ms, told_ms) in (time(), time()),
                     standing in 0..Standing::ALL.len(), (was_paid, has_ordered_before, by_sales) in any::<(bool, bool, bool)>(), contract in proptest::option::of(0..2_048_u16),
                     total_milli in any::<Option<i64>>(), refunded_milli in any::<i64>(), currency in proptest::option::of(text()),
                     (carts, checkouts) in any::<(u8, u8)>(), rules in many(any::<u32>()), gave in many(any::<(u32, u32, i32)>())) -> KnownOrder {
        let gave = gave.into_iter().map(|(model, group, hundredths)| Given { model, group, hundredths }).collect();
        KnownOrder {
            id: NonZeroU64::new(id), content: NonZeroU32::new(content), placed_ms, told_ms, standing: Standing::ALL[standing], was_paid, total_milli, refunded_milli, currency,
            has_ordered_before, contract, by_sales, touch: None, carts, checkouts, rules: rules.into(), gave,
        }
    }
}

prop_compose! {
    fn touch()(source in proptest::option::of(text()), campaign in proptest::option::of(text())) -> Touch {
        Touch { source, campaign }
    }
}

prop_compose! {
    pub fn known_orders()(list in many(known_order().boxed()), refunds in many((any::<u64>(), time())), touches in many(touch())) -> KnownOrders {
        let mut list = list;
        for (n, order) in list.iter_mut().enumerate() {
            order.touch = NonZeroU16::new(u16::try_from(n % (touches.len() + 1)).unwrap());
        }
        KnownOrders { list, refunds: ids(&refunds), touches }
    }
}

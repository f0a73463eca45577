//! What is known of how to reach a prospect, of triggers, and of what was decided: for every list and every field something.

use super::{HOUR_MS, NOW_MS, many, optional_text, optional_time, text, time};
use leadstream_core::domain::origin::Position;
use leadstream_core::domain::state::cart::Arming;
use leadstream_core::domain::state::consent::ConsentTrait;
use leadstream_core::domain::state::contact::{Contact, MAX_SENT, NamedAddress};
use leadstream_core::domain::state::decisions::{Checks, Decision, Decisions, MAX_DECISIONS, REASONS, TriggerFate};
use leadstream_core::domain::state::internal::{Internal, MAX_TEST_ORDERS};
use leadstream_core::domain::state::prospect::Extras;
use leadstream_core::domain::state::track::Hit;
use leadstream_core::domain::state::triggers::{
    Cancellation, FiredTrigger, MAX_LEFT, MAX_MET, MAX_PENDING, MAX_PRODUCTS, Pending, TriggerRecord,
};
use proptest::prelude::*;
use std::num::NonZeroU32;

fn position() -> impl Strategy<Value = Position> {
    prop_oneof![
        Just(Position::default()),
        (any::<u16>(), any::<i32>(), any::<i64>()).prop_map(|(input, partition, offset)| Position { input, partition, offset }),
    ]
}

pub fn arming() -> impl Strategy<Value = Arming> {
    (0..6_u8, position(), proptest::num::i64::ANY).prop_map(|(name, position, corrected_ms)| Arming {
        name,
        position,
        corrected_ms,
    })
}

fn done() -> impl Strategy<Value = TriggerFate> {
    prop_oneof![
        Just(TriggerFate::Left),
        time().prop_map(TriggerFate::HeldUntil),
        (0..REASONS.len()).prop_map(|n| TriggerFate::Suppressed(REASONS[n])),
    ]
}

prop_compose! {
    fn decision()(at_ms in time(), due_ms in time(), trigger in text(), step in any::<u8>(), done in done(),
                  checks in any::<u16>()) -> Decision {
        Decision { at_ms, due_ms, trigger, step, done, checks: Checks(checks) }
    }
}

prop_compose! {
    fn pending()(trigger in any::<u32>(), times in (time(), time(), time(), time()), armed_by in any::<u64>(), same in any::<u32>(),
                 (product, armed_under) in (optional_text(), optional_text()), event in text(), position in position()) -> Pending {
        let (episode_ms, since_ms, due_ms, fire_at_ms) = times;
        Pending { trigger, episode_ms, armed_by, since_ms, due_ms, fire_at_ms, match_key: NonZeroU32::new(same), product, event, position, armed_under }
    }
}

prop_compose! {
    fn left()(trigger in any::<u32>(), times in (time(), time(), time(), time()), armed_by in any::<u64>(), same in any::<u32>(),
              (product, armed_under) in (optional_text(), optional_text()), recalled in any::<bool>()) -> FiredTrigger {
        let (episode_ms, since_ms, due_ms, left_ms) = times;
        FiredTrigger { trigger, episode_ms, armed_by, since_ms, due_ms, left_ms, match_key: NonZeroU32::new(same), product, recalled, armed_under }
    }
}

prop_compose! {
    fn told()(agrees in any::<bool>(), since_ms in time(), is_first in any::<bool>()) -> ConsentTrait {
        ConsentTrait { agrees, since_ms, is_first }
    }
}

pub fn address() -> impl Strategy<Value = Option<NamedAddress>> {
    proptest::option::of((text(), time()).prop_map(|(id, at_ms)| NamedAddress { id, at_ms }))
}

prop_compose! {
    fn internal()(since_ms in optional_time(), by_trait in any::<bool>(), test_orders in many(any::<u32>())) -> Internal {
        Internal { since_ms, by_trait, test_orders: test_orders.into() }
    }
}

prop_compose! {
    pub fn extras()(contact in (optional_text(), many(time()), any::<u8>(), optional_time(), proptest::option::of(told()), address()), internal in internal(), pending in many(pending()),
                  left in many(left()), met in many((any::<u32>(), any::<u32>(), time())), viewed in many((time(), any::<u32>())),
                  carted in many((time(), any::<u32>())), decisions in many(decision())) -> Extras {
        let (zone, sent_ms, soft_bounces, undeliverable_since_ms, told, address) = contact;
        let hits = |list: Vec<(i64, u32)>| list.into_iter().map(|(time_ms, match_key)| Hit { time_ms, match_key }).collect();
        let met = met.into_iter().map(|(trigger, same, time_ms)| Cancellation { trigger, match_key: NonZeroU32::new(same), time_ms }).collect();
        Extras {
            contact: Contact { zone, sent_ms: sent_ms.into(), soft_bounces, undeliverable_since_ms, told, address }.into(),
            internal: internal.into(),
            triggers: TriggerRecord { pending, left, met, viewed: hits(viewed), carted: hits(carted) }.into(),
            decisions: Decisions { list: decisions.into() }.into(),
            ..Extras::default()
        }
    }
}

/// Every list as long as it may become.
pub fn all_that_fits() -> Extras {
    let hit = |n: usize| Hit { time_ms: NOW_MS - HOUR_MS * i64::try_from(n).unwrap(), match_key: 0xFFFF_0000 };
    let pending = Pending {
        trigger: 0xFFFF_0001,
        episode_ms: NOW_MS - HOUR_MS,
        armed_by: u64::MAX,
        since_ms: NOW_MS,
        due_ms: NOW_MS + HOUR_MS,
        fire_at_ms: NOW_MS + 2 * HOUR_MS,
        match_key: NonZeroU32::new(0xFFFF_0002),
        product: Some("product-12345".into()),
        event: "Product Viewed".into(),
        position: Position { input: 1, partition: 11, offset: 123_456_789 },
        armed_under: None,
    };
    let left = FiredTrigger {
        trigger: 0xFFFF_0001,
        episode_ms: NOW_MS - 3 * HOUR_MS,
        armed_by: u64::MAX,
        since_ms: NOW_MS - 2 * HOUR_MS,
        due_ms: NOW_MS - HOUR_MS,
        left_ms: NOW_MS,
        match_key: NonZeroU32::new(0xFFFF_0002),
        product: Some("product-12345".into()),
        recalled: true,
        armed_under: None,
    };
    let decision = Decision {
        at_ms: NOW_MS,
        due_ms: NOW_MS - HOUR_MS,
        trigger: "browse-abandoned".into(),
        step: 1,
        done: TriggerFate::HeldUntil(NOW_MS + HOUR_MS),
        checks: Checks(255),
    };
    Extras {
        contact: Contact {
            zone: Some("America/Argentina/ComodRivadavia".into()),
            sent_ms: (0..MAX_SENT).map(|n| NOW_MS - i64::try_from(n).unwrap()).collect(),
            soft_bounces: 200,
            undeliverable_since_ms: Some(NOW_MS),
            told: Some(ConsentTrait { agrees: true, since_ms: NOW_MS - HOUR_MS, is_first: true }),
            address: None,
        }
        .into(),
        triggers: TriggerRecord {
            pending: vec![pending; MAX_PENDING],
            left: vec![left; MAX_LEFT],
            met: (0..MAX_MET).map(|_| Cancellation { trigger: 7, match_key: NonZeroU32::new(8), time_ms: NOW_MS }).collect(),
            viewed: (0..MAX_PRODUCTS).map(hit).collect(),
            carted: (0..MAX_PRODUCTS).map(hit).collect(),
        }
        .into(),
        decisions: Decisions { list: vec![decision; MAX_DECISIONS].into() }.into(),
        internal: Internal { since_ms: Some(NOW_MS), by_trait: true, test_orders: vec![u32::MAX; MAX_TEST_ORDERS].into() }.into(),
        ..Extras::default()
    }
}

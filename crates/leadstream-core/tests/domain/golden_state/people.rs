//! Traits, as records keep them.

use super::{many, text, time};
use leadstream_core::domain::state::traits::{MAX_TRAIT_BYTES, MAX_TRAITS, Trait, TraitValue, Traits};
use proptest::prelude::*;

fn value() -> impl Strategy<Value = TraitValue> {
    prop_oneof![
        text().prop_map(TraitValue::Text),
        super::finite().prop_map(TraitValue::Number),
        any::<bool>().prop_map(TraitValue::Bool)
    ]
}

pub fn traits() -> impl Strategy<Value = Traits> {
    let one = (any::<u32>(), time(), value()).prop_map(|(name, time_ms, value)| Trait { name, time_ms, value });
    many(one).prop_map(|known| Traits { known })
}

/// As many traits as a record may have, each as long as it may be.
pub fn all_that_fits() -> Traits {
    let one = |n: u32| Trait {
        name: u32::MAX - n,
        time_ms: super::NOW_MS - super::HOUR_MS * i64::from(n),
        value: TraitValue::Text("x".repeat(MAX_TRAIT_BYTES).into()),
    };
    Traits { known: (0..u32::try_from(MAX_TRAITS).unwrap()).map(one).collect() }
}

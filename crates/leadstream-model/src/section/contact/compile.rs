//! From what the file says of contact to what steps run on.

use super::consent;
use super::spec::ContactSpec;
use crate::common::compile::at_most;
use leadstream_core::domain::ids::name_hash;
use leadstream_core::domain::model::contact::{CART, ContactModel};
use leadstream_core::domain::model::quiet::Quiet;
use leadstream_core::domain::names::Vocabulary;
use leadstream_core::domain::zones::Zone;

/// Where events say in which time zone the prospect is.
const ZONE_PROPERTIES: [&str; 2] = ["traits.timezone", "context.timezone"];

/// From a checked spec to what steps run on.
pub(super) fn compile(spec: &ContactSpec, vocabulary: &mut Vocabulary) -> ContactModel {
    ContactModel {
        caps: spec.caps.iter().map(|cap| at_most(cap.value)).collect(),
        priority: spec.priority.iter().map(|name| name_hash(&name.value)).collect(),
        cart: name_hash(CART),
        quiet: spec.is_quiet().then(|| Quiet {
            hours: spec.quiet_hours.as_ref().map(|h| h.value),
            weekdays: spec.weekdays().iter().fold(0, |days, day| days | 1 << day),
            zone: spec.time_zone.as_ref().and_then(|z| Zone::find(&z.value)).unwrap_or_default(),
            hold: spec.holds(),
            max_hold_ms: spec.max_hold_ms(),
            zone_properties: ZONE_PROPERTIES.iter().map(|path| vocabulary.intern_property(path)).collect(),
            spread_ms: spec.spread_ms(),
        }),
        soft_bounces: spec.soft_bounces.as_ref().and_then(|n| n.value).map(|n| u8::try_from(n).unwrap_or(u8::MAX)),
        ignores_opens: spec.ignores_opens(),
        one_list_is_all: spec.one_list_is_all(),
        consent: consent::compile(&spec.consent, vocabulary),
    }
}

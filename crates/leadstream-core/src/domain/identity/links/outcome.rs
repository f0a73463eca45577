//! What the rules of linking leave behind.

use super::super::record::{Counted, Effect, Outcome, Record};
use super::super::rules::Rules;
use crate::domain::Ms;
use crate::domain::state::erasure::Erasure;
use crate::domain::state::identity::{Device, Forward, Identity};
use crate::domain::state::prospect::Prospect;

pub(super) fn unchanged(record: Option<Record>, why: Counted) -> Outcome {
    Outcome { record, effects: vec![Effect::Count(why)] }
}

pub(super) fn points(forward: Forward, effects: Vec<Effect>) -> Outcome {
    Outcome { record: Some(Record::Forward(forward)), effects }
}

/// What stays known of an id that points to nobody any more.
pub(super) fn residue(forward: Forward) -> Option<Box<Prospect>> {
    let Forward { to: _, first_ms: _, refreshed_ms: _, users, consent, erasure } = forward;
    let mut prospect = Prospect { consent, ..Prospect::default() };
    if erasure.is_some() || !users.is_empty() {
        let extras = prospect.extras_mut();
        extras.erasure = erasure;
        extras.identity = Identity { device: Device { users, ..Device::default() }, ..Identity::default() }.into();
    }
    (prospect != Prospect::default()).then(|| Box::new(prospect))
}

/// What is left of an erased id.
pub(super) fn erased(before_ms: Ms, rules: Rules<'_>) -> Box<Prospect> {
    let mut prospect = Prospect::default();
    let until_ms = before_ms.saturating_add(rules.limits.erased_for_ms);
    prospect.extras_mut().erasure = Some(Erasure { before_ms, until_ms });
    Box::new(prospect)
}

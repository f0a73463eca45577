//! Consent, the address and its clock.

use crate::domain::Ms;
use crate::domain::rules::contact::mail_block_reason;
use crate::domain::state::consent::{Consent, ConsentTrait};
use crate::domain::state::contact::{Contact, MAX_SENT, NamedAddress};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::cart::Reason;
use crate::domain::terms::consent::ConsentState;

/// What one said holds for both: only a later event opens it again. What a person said goes before what an address did.
pub(super) fn strictest(one: Consent, other: Consent) -> Consent {
    let rank = |consent: &Consent| match consent.state {
        ConsentState::Open => 0,
        ConsentState::HardBounce => 1,
        ConsentState::Unsubscribed => 2,
        ConsentState::Complained => 3,
    };
    let winner = if (rank(&one), one.since_ms) >= (rank(&other), other.since_ms) { one } else { other };
    Consent { granted_ms: one.granted_ms.max(other.granted_ms), ..winner }
}

/// Why the other one must not be mailed, and since when, where this one may be.
pub(super) fn forbidden(prospect: &Prospect, other: &Prospect) -> Option<(Reason, Ms)> {
    if mail_block_reason(prospect).is_some() {
        return None;
    }
    let reason = mail_block_reason(other)?;
    let undeliverable_ms = || other.extras.as_ref().and_then(|extras| extras.contact.undeliverable_since_ms);
    let since_ms = if reason == Reason::SoftBounces { undeliverable_ms() } else { other.consent.since_ms };
    Some((reason, since_ms.unwrap_or(other.last_seen_ms)))
}

/// `is_newer`: the other was seen last.
pub(super) fn unite(into: &mut Contact, from: &Contact, is_newer: bool) {
    let Contact { zone, sent_ms, soft_bounces, undeliverable_since_ms, told, address } = from;
    into.address = NamedAddress::newest(into.address.take(), address.clone());
    into.zone = if is_newer { zone.clone().or(into.zone.take()) } else { into.zone.take().or_else(|| zone.clone()) };
    // Both are counted by the caps.
    into.sent_ms.extend(sent_ms.iter().copied());
    into.sent_ms.sort_unstable();
    let surplus = into.sent_ms.len().saturating_sub(MAX_SENT);
    into.sent_ms.drain(..surplus);
    into.soft_bounces = into.soft_bounces.max(*soft_bounces);
    into.undeliverable_since_ms = match (into.undeliverable_since_ms, *undeliverable_since_ms) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    into.told = match (into.told, *told) {
        (Some(one), Some(other)) => {
            let newest = if (one.since_ms, !one.agrees) >= (other.since_ms, !other.agrees) { one } else { other };
            Some(ConsentTrait { is_first: false, ..newest })
        }
        (one, other) => one.or(other),
    };
}

//! What is small: traits, evidence of bots, decisions, erasures.

use crate::domain::model::Models;
use crate::domain::state::bots::{BotEvidence, MAX_CLICKS, Views};
use crate::domain::state::decisions::{Decisions, MAX_DECISIONS};
use crate::domain::state::erasure::Erasure;
use crate::domain::state::traits::{MAX_TRAITS, Traits};

/// The newest of each; of the same age that of the stronger name.
pub(super) fn traits(into: &mut Traits, from: Traits, models: &Models) {
    let Traits { known } = from;
    for one in known {
        let is_known = into.known.iter().any(|own| own.name == one.name && own.time_ms >= one.time_ms);
        if !is_known {
            into.set(one.name, one.value, one.time_ms);
        }
    }
    if into.known.len() > MAX_TRAITS {
        // Some are of earlier models: those that run now never name more than fit.
        let named = models.vocabulary.traits();
        into.known.retain(|known| named.iter().any(|one| one.hash == known.name));
    }
}

pub(super) fn bots(into: &mut BotEvidence, from: &BotEvidence) {
    let BotEvidence { delivered, clicks, views } = from;
    let time_ms = |delivered: &Option<crate::domain::state::bots::Delivered>| delivered.map(|delivered| delivered.time_ms);
    if time_ms(delivered) > time_ms(&into.delivered) {
        into.delivered = *delivered;
    }
    into.clicks.extend(clicks.iter().copied());
    into.clicks.sort_by_key(|click| (click.time_ms, click.link));
    let surplus = into.clicks.len().saturating_sub(MAX_CLICKS);
    into.clicks.drain(..surplus);
    into.views = match (into.views, *views) {
        (Some(one), Some(other)) => Some(Views {
            since_ms: one.since_ms.min(other.since_ms),
            count: one.count.saturating_add(other.count),
            flood: one.flood || other.flood,
        }),
        (one, other) => one.or(other),
    };
}

/// The newest of both.
pub(super) fn decisions(into: &mut Decisions, from: &Decisions) {
    let Decisions { list } = from;
    into.list.extend(list.iter().cloned());
    into.list.sort_by_key(|decision| (decision.at_ms, decision.due_ms));
    let surplus = into.list.len().saturating_sub(MAX_DECISIONS);
    into.list.drain(..surplus);
}

/// What happened before either erasure stays erased.
pub(super) fn erased(one: Option<Erasure>, other: Option<Erasure>) -> Option<Erasure> {
    let (Some(one), Some(other)) = (one, other) else { return one.or(other) };
    Some(Erasure { before_ms: one.before_ms.max(other.before_ms), until_ms: one.until_ms.max(other.until_ms) })
}

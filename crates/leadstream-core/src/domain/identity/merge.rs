//! Two prospects turn out to be one: what becomes of each part of their records (docs/identity.md).
//!
//! Carts, orders, consent and what is remembered against repeats combine as if all events had met one prospect; stages, scores and
//! leads combine by decisions that a shop would take. Every field is named where it is taken apart: one that is added does not
//! compile until somebody has decided what becomes of it.

mod account;
mod carts;
mod consent_fact;
mod contact;
mod customer;
mod facts;
mod internal;
mod lead;
mod lists;
mod names;
mod orders;
mod past;
mod positions;
mod presence;
mod scores;
mod series;
mod tracks;
mod triggers;
mod ways;

pub use consent_fact::hear_consent;

use crate::domain::ids::{IdKind, hash64, low64, output_id};
use crate::domain::model::Models;
use crate::domain::output::{Body, Effects, Note, Output, ProspectMerged};
use crate::domain::rules::cart::clock;
use crate::domain::rules::context::StepContext;
use crate::domain::rules::{budget, model_change, personas};
use crate::domain::state::consent::Consent;
use crate::domain::state::lead::Lead;
use crate::domain::state::prospect::{Extras, Prospect};
use crate::domain::terms::movement::Cause;
use crate::domain::{Ms, Text};

/// The prospect `from` becomes part of `into`; `at_ms` is the instant of it. Where nothing was known of `into` it is the other
/// one by a new name, and nothing is said but that.
///
/// What is due already is for the timers: a step that came due in the meantime leaves at once, or is skipped as late.
pub fn merge(
    into_key: &str,
    into: &mut Prospect,
    from_key: &str,
    mut from: Prospect,
    at_ms: Ms,
    models: &Models,
    effects: &mut Effects,
) {
    if into.erasure().is_some_and(|erasure| from.last_seen_ms <= erasure.before_ms && !from.seen.is_empty()) {
        // All of it happened before the person was erased.
        effects.notes.push(Note::BeforeErasure);
        return;
    }
    // What was said of an address may be known of somebody who did nothing yet.
    let renamed = into.seen.is_empty() && into.consent == Consent::default();
    let id = output_id(into_key, "", IdKind::Merged, Some(from_key), at_ms, hash64(from_key.as_bytes()), 0);
    effects.merged.push(ProspectMerged { id, at_ms, from: Text::from(from_key), renamed });
    effects.customer = true;
    names::keep(&mut from, from_key, into_key);
    if renamed {
        rename(into_key, into, from_key, from, at_ms, models, effects);
    } else {
        adopt(into_key, into, at_ms, models, effects);
        adopt(into_key, &mut from, at_ms, models, effects);
        if is_internal(into) || is_internal(&from) {
            internal::merge(into_key, into, from_key, from, at_ms, models, effects);
        } else {
            let first = effects.outputs.len();
            unite(into_key, into, from_key, from, at_ms, models, effects);
            effects.outputs[first..].iter_mut().for_each(|output| name_by(output, into_key, from_key, at_ms));
        }
    }
    budget::fit_record(into, models.models.len(), effects);
}

/// Two that become part of the same prospect at one instant may move it to the same stage, one after the other: what is said of it goes
/// by who came, too.
fn name_by(output: &mut Output, into_key: &str, from_key: &str, at_ms: Ms) {
    let is_merged = match &output.body {
        Body::StageChanged(moved) => moved.cause == Cause::Merged,
        Body::ScoreChanged(changed) => changed.merged,
        _ => false,
    };
    if is_merged {
        output.id = output_id(into_key, "", IdKind::Merged, Some(from_key), at_ms, low64(output.id), 1);
    }
}

fn is_internal(prospect: &Prospect) -> bool {
    prospect.extras.as_ref().is_some_and(|extras| extras.internal.since_ms.is_some())
}

/// As on any touch, a record of other models is moved to those that run.
fn adopt(key: &str, prospect: &mut Prospect, at_ms: Ms, models: &Models, effects: &mut Effects) {
    let mut step = StepContext::of_time(key, prospect, at_ms, models, effects);
    if model_change::adopt(prospect, &mut step) {
        personas::assign_models(prospect, false, &mut step);
    }
}

/// Nothing was known by this name.
fn rename(
    into_key: &str,
    into: &mut Prospect,
    from_key: &str,
    mut from: Prospect,
    at_ms: Ms,
    models: &Models,
    effects: &mut Effects,
) {
    let erasure = lists::erased(into.erasure(), from.erasure());
    account::leave(&mut from, from_key, at_ms, models, effects);
    let identity = into.extras.as_deref_mut().map(|extras| std::mem::take(&mut extras.identity)).unwrap_or_default();
    *into = from;
    if erasure.is_some() || identity.get().is_some() {
        let extras = into.extras_mut();
        (extras.erasure, extras.identity) = (erasure, identity);
    }
    lead::is_counted(into, effects);
    let mut step = StepContext::of_time(into_key, into, at_ms, models, effects);
    account::tell(into, &mut step);
}

/// Both are known.
fn unite(
    into_key: &str,
    into: &mut Prospect,
    from_key: &str,
    mut from: Prospect,
    at_ms: Ms,
    models: &Models,
    effects: &mut Effects,
) {
    if into.seen.is_empty() {
        into.first_seen_ms = from.first_seen_ms;
    }
    let counted = from.tracks.clone();
    lead::give_back(into, &mut from, from_key, at_ms, models, effects);
    let membership = account::leave(&mut from, from_key, at_ms, models, effects);
    facts::exchange(into_key, into, &mut from, at_ms, models, effects);
    orders::count_once(into_key, into, &mut from, at_ms, models, effects);
    let since = effects.outputs.len();
    let mut step = StepContext::of_time(into_key, into, at_ms, models, effects);
    step.since = since;
    let Prospect {
        first_seen_ms,
        last_seen_ms,
        last_activity_ms,
        last_cart_activity_ms,
        sessions,
        seen,
        consent,
        carts,
        cooldown_from_ms,
        cooldown_reported,
        tracks,
        addressable,
        address,
        identified,
        extras,
    } = from;
    let their_times = presence::Times { first_seen_ms, last_seen_ms, last_activity_ms, last_cart_activity_ms, sessions };
    let own_times = presence::Times::of(into);
    let extras = extras.map_or_else(Extras::default, |extras| *extras);
    let has_extras = !extras.is_empty() || into.extras.is_some();
    presence::merge(into, &their_times, step.model().session_gap_ms);
    into.seen.unite(seen, into.last_seen_ms);
    into.consent = contact::strictest(into.consent, consent);
    into.address = if their_times.is_newer_than(&own_times) { address.or(into.address) } else { into.address.or(address) };
    into.addressable |= addressable;
    into.identified |= identified;
    into.cooldown_from_ms = into.cooldown_from_ms.max(cooldown_from_ms);
    into.cooldown_reported |= cooldown_reported;
    let mut their_lead = None;
    if has_extras {
        their_lead = unite_extras(into, extras, (&own_times, &their_times), &mut step);
    }
    carts::unite(into, carts, &mut step);
    triggers::settle(into, &mut step);
    tracks::unite(into, tracks, &counted, &mut step);
    if has_extras {
        lead::unite(into, their_lead, &mut step);
        lead::is_counted(into, step.effects);
        account::unite(into, membership, &mut step);
    }
    clock::retime_all(into, &step);
    crate::domain::rules::triggers::fire::retime(into, step.key, step.model());
    lead::follow(into, &mut step);
    account::tell(into, &mut step);
}

/// What only some have; gives the lead of the other.
fn unite_extras(
    into: &mut Prospect,
    from: Extras,
    (own_times, their_times): (&presence::Times, &presence::Times),
    step: &mut StepContext<'_, '_>,
) -> Option<Lead> {
    let Extras {
        traits,
        lead,
        contact,
        triggers,
        bots,
        internal,
        customer,
        decisions,
        // It has left its company.
        account: _,
        erasure,
        orders,
        bought,
        known_orders,
        checkout,
        forgotten,
        // Its names come with the message that brought it (`links::take`).
        identity: _,
        // Not of a prospect.
        forward: _,
    } = from;
    let last_seen_ms = into.last_seen_ms;
    let sessions = into.sessions;
    let own = into.extras_mut();
    lists::traits(&mut own.traits, traits, step.models);
    if let Some(contact) = contact.get() {
        contact::unite(&mut own.contact, contact, their_times.is_newer_than(own_times));
    }
    if let Some(triggers) = triggers.get() {
        triggers::unite(&mut own.triggers, triggers, step);
    }
    if let Some(bots) = bots.get() {
        lists::bots(&mut own.bots, bots);
    }
    if let Some(internal) = internal.get() {
        internal::unite(&mut own.internal, internal);
    }
    if let Some(decisions) = decisions.get() {
        lists::decisions(&mut own.decisions, decisions);
    }
    if let Some(customer) = customer.get() {
        customer::unite(&mut own.customer, customer, (own_times, their_times));
    }
    own.erasure = lists::erased(own.erasure, erasure);
    past::orders(&mut own.orders, orders);
    past::bought(&mut own.bought, bought, step.model().session_gap_ms);
    past::forgotten(&mut own.forgotten, forgotten);
    if let Some(known) = known_orders.get() {
        orders::unite(&mut own.known_orders, known, last_seen_ms, step);
    }
    own.checkout = presence::checkout((own.checkout, own_times), (checkout, their_times), sessions);
    lead.get().cloned()
}

//! What a part of a record weighs: never less than the bytes that it takes in the changelog.
//!
//! Texts weigh their length; numbers, times and the frames around parts weigh the most that they can take. Every struct is taken
//! apart completely: a field added to the domain does not compile until it weighs something.

pub mod account;
pub mod units;

use crate::domain::state::acquisition::Customer;
use crate::domain::state::bots::BotEvidence;
use crate::domain::state::cart::{Cart, CartLine, Series};
use crate::domain::state::contact::{Contact, NamedAddress};
use crate::domain::state::decisions::{Decision, Decisions};
use crate::domain::state::identity::{Claim, Device, DeviceUser, Forward, Identity, Name};
use crate::domain::state::internal::Internal;
use crate::domain::state::orders::{KnownOrder, KnownOrders, Touch};
use crate::domain::state::past_carts::{Bought, BoughtLine, ForgottenCart, PastOrder};
use crate::domain::state::prospect::{Extras, Prospect};
use crate::domain::state::seen::{OldIds, Seen, SeenIds};
use crate::domain::state::track::{Disqualified, StagePosition, Track};
use crate::domain::state::traits::{Trait, TraitValue, Traits};
use crate::domain::state::triggers::{FiredTrigger, Pending, TriggerRecord};
use crate::domain::state::weight::account::membership;
use crate::domain::state::weight::units::{CHAINED, FLAG, FRAME, NUMBER, text, texts};

/// The hash of a product that was removed, and when.
pub const REMOVED: usize = 8 + CHAINED;

/// A whole record.
#[must_use]
pub fn record(prospect: &Prospect) -> usize {
    let Prospect {
        first_seen_ms: _,
        last_seen_ms: _,
        last_activity_ms: _,
        last_cart_activity_ms: _,
        sessions: _,
        seen,
        consent: _,
        carts,
        cooldown_from_ms: _,
        cooldown_reported: _,
        tracks,
        addressable: _,
        identified: _,
        address: _,
        extras,
    } = prospect;
    // The version, nine numbers and three flags.
    let own = 10 * NUMBER + 3 * FLAG + crate::domain::state::weight::seen(seen);
    own + carts.iter().map(cart).sum::<usize>()
        + tracks.iter().map(track).sum::<usize>()
        + extras.as_deref().map_or(0, |extras| FRAME + crate::domain::state::weight::extras(extras))
}

/// Ids and their times.
fn seen(seen: &Seen) -> usize {
    let Seen { changes, others, before } = seen;
    let old = |old: &OldIds| {
        let (hashes, _, gaps) = old.parts();
        2 * FRAME + 8 * hashes.len() + CHAINED + gaps.len()
    };
    ids(changes) + ids(others) + before.as_deref().map_or(0, old)
}

fn ids(ids: &SeenIds) -> usize {
    4 * FRAME + ids.memory().len() + CHAINED
}

/// One cart with its lines and its series.
#[must_use]
pub fn cart(cart: &Cart) -> usize {
    let Cart {
        id,
        aliases,
        lines,
        removed,
        cleared_ms: _,
        touched_ms: _,
        checkout_started: _,
        checkout_step,
        currency,
        series,
        forget_at_ms: _,
        lines_left_out: _,
        skip_told: _,
        origin,
        address,
    } = cart;
    let aliases: usize = aliases.iter().map(|alias| FRAME + alias.len()).sum();
    let own = aliases + FRAME + 4 * NUMBER + 2 * FLAG + 2 * FRAME + REMOVED * removed.len();
    own + texts(&[id, checkout_step, currency, origin])
        + named_address(address.as_ref())
        + crate::domain::state::weight::lines(lines)
        + crate::domain::state::weight::series(series)
}

/// The lines of a cart or order.
#[must_use]
pub fn lines(lines: &[CartLine]) -> usize {
    lines.iter().map(line).sum()
}

/// One line.
#[must_use]
pub fn line(line: &CartLine) -> usize {
    let CartLine { product_id, sku, name, variant, url, image_url, quantity: _, price: _, currency, added_ms: _ } = line;
    2 * FRAME + 3 * NUMBER + product_id.len() + texts(&[sku, name, variant, url, image_url, currency])
}

/// A step that left: two more times once its mail was opened and clicked, how its mail is known, and what was heard of it.
const SENT_STEP: usize = FRAME + 7 * NUMBER + FRAME + 16 + FLAG;

fn series(series: &Series) -> usize {
    let Series {
        phase: _,
        armed_for: _,
        episode_ms: _,
        armed_by: _,
        done: _,
        abandoned_at_ms: _,
        last_step_ms: _,
        last_step_left: _,
        sent,
        goods,
        due_ms: _,
        fire_at_ms: _,
        arming: _,
        armed_as,
        armed_under,
    } = series;
    // Eight numbers, two flags, and the event that armed it with its position.
    let own = FRAME + 8 * NUMBER + 2 * FLAG + 2 * FRAME + 4 * NUMBER;
    own + SENT_STEP * sent.len() + texts(&[armed_as, armed_under]) + hashes(goods)
}

fn hashes(hashes: &[u32]) -> usize {
    FRAME + 4 * hashes.len()
}

fn known_orders(known: &KnownOrders) -> usize {
    let KnownOrders { list, refunds, touches } = known;
    let touches: usize = touches.iter().map(|Touch { source, campaign }| FRAME + texts(&[source, campaign])).sum();
    FRAME + list.iter().map(known_order).sum::<usize>() + ids(refunds) + touches
}

/// What is known of an order by its id.
#[must_use]
pub fn known_order(order: &KnownOrder) -> usize {
    let KnownOrder {
        id: _,
        content: _,
        placed_ms: _,
        told_ms: _,
        standing: _,
        was_paid: _,
        total_milli: _,
        refunded_milli: _,
        currency,
        has_ordered_before: _,
        contract: _,
        by_sales: _,
        touch: _,
        carts: _,
        checkouts: _,
        rules,
        gave,
    } = order;
    4 * FRAME + 8 * NUMBER + 2 * FRAME + 4 * FLAG + text(currency.as_deref()) + 4 * rules.len() + 12 * gave.len()
}

/// What is remembered of an order.
#[must_use]
pub fn order(order: &PastOrder) -> usize {
    let PastOrder { order: _, time_ms: _, cart, episode_ms: _, lines, sent, goods, value: _, currency, forgotten_ms: _ } = order;
    FRAME
        + 5 * NUMBER
        + texts(&[cart, currency])
        + crate::domain::state::weight::lines(lines)
        + SENT_STEP * sent.len()
        + hashes(goods)
}

/// What is remembered of a reminded cart that was forgotten.
#[must_use]
pub fn forgotten(cart: &ForgottenCart) -> usize {
    let ForgottenCart { cart, episode_ms: _, forgotten_ms: _, sent, goods, value: _, currency } = cart;
    FRAME + 3 * NUMBER + texts(&[cart, currency]) + SENT_STEP * sent.len() + hashes(goods)
}

/// What was ordered lately.
#[must_use]
pub fn bought(bought: &Bought) -> usize {
    let Bought { time_ms: _, lines } = bought;
    // One entry for each line, and one before the lines of each order that is named.
    let orders = lines.iter().fold((0, None), |(count, last), BoughtLine { what: _, quantity: _, order }| {
        (count + usize::from(*order != last), *order)
    });
    3 * FRAME + NUMBER + 16 * (lines.len() + orders.0)
}

/// What one model knows.
#[must_use]
pub fn track(track: &Track) -> usize {
    let Track {
        model,
        model_hash: _,
        positions,
        counts,
        groups,
        uses,
        label: _,
        label_since_ms: _,
        label_falls_at_ms: _,
        persona: _,
        fit: _,
        grade: _,
        paused: _,
        disqualified,
        ledger,
    } = track;
    let own = FRAME + FRAME + model.len() + 8 * NUMBER + FLAG;
    let counts: usize = counts.iter().map(|c| 3 * FRAME + NUMBER + (CHAINED + 4) * c.hits.len()).sum();
    own + counts
        + positions.iter().flatten().map(position).sum::<usize>()
        + 4 * FRAME
        + (4 + 8 + CHAINED + 8) * groups.len()
        + 3 * FRAME
        + (4 + CHAINED + 5) * uses.len()
        + disqualified.as_deref().map_or(0, crate::domain::state::weight::disqualified)
        + FRAME
        // What, time, points.
        + 3 * CHAINED * ledger.len()
}

fn position(position: &StagePosition) -> usize {
    let StagePosition { stage, entered_ms: _, stale_at_ms: _, by: _, history, journeys, opening } = position;
    let journeys = journeys.as_deref().map_or(0, |journeys| 2 * FRAME + 3 * NUMBER + 2 * CHAINED * journeys.past.len());
    let opening = if opening.is_some() { 2 * NUMBER } else { 0 };
    FRAME + FRAME + stage.len() + 3 * NUMBER + 3 * FRAME + (4 + CHAINED + 3) * history.len() + journeys + opening
}

fn disqualified(disqualified: &Disqualified) -> usize {
    let Disqualified { since_ms: _, reason, stood, back_at_ms: _, event: _ } = disqualified;
    FRAME + 3 * NUMBER + text(reason.as_deref()) + stood.iter().flatten().map(position).sum::<usize>()
}

/// What only some prospects have.
fn extras(extras: &Extras) -> usize {
    let Extras {
        traits,
        lead,
        contact,
        triggers,
        bots,
        internal,
        customer,
        decisions,
        account,
        erasure,
        orders,
        bought,
        known_orders,
        checkout,
        forgotten,
        identity,
        forward: of_forward,
    } = extras;
    // A lead is numbers, fifteen of them, and the name of a source.
    let lead = lead.get().map_or(0, |lead| FRAME + 15 * NUMBER + text(lead.source.as_deref()));
    crate::domain::state::weight::traits(traits)
        + lead
        + contact.get().map_or(0, crate::domain::state::weight::contact)
        + triggers.get().map_or(0, crate::domain::state::weight::triggers)
        + bots.get().map_or(0, crate::domain::state::weight::bots)
        + internal.get().map_or(0, crate::domain::state::weight::internal)
        + customer.get().map_or(0, crate::domain::state::weight::customer)
        + decisions.get().map_or(0, crate::domain::state::weight::decisions)
        + account.get().map_or(0, membership)
        + erasure.map_or(0, |_| FRAME + 2 * NUMBER)
        + orders.iter().map(order).sum::<usize>()
        + bought.as_deref().map_or(0, crate::domain::state::weight::bought)
        + known_orders.get().map_or(0, crate::domain::state::weight::known_orders)
        + checkout.map_or(0, |_| FRAME + 3 * NUMBER)
        + forgotten.iter().map(crate::domain::state::weight::forgotten).sum::<usize>()
        + identity.get().map_or(0, crate::domain::state::weight::identity)
        + of_forward.as_deref().map_or(0, forward)
}

fn traits(traits: &Traits) -> usize {
    let Traits { known } = traits;
    let value = |value: &TraitValue| match value {
        TraitValue::Text(text) => FRAME + text.len(),
        TraitValue::Number(_) | TraitValue::Bool(_) => NUMBER,
    };
    let one = |Trait { name: _, time_ms: _, value: v }: &Trait| FRAME + 2 * NUMBER + value(v);
    FRAME + known.iter().map(one).sum::<usize>()
}

fn contact(contact: &Contact) -> usize {
    let Contact { zone, sent_ms, soft_bounces: _, undeliverable_since_ms: _, told: _, address } = contact;
    FRAME + text(zone.as_deref()) + FRAME + CHAINED * sent_ms.len() + 4 * NUMBER + FLAG + named_address(address.as_ref())
}

fn named_address(address: Option<&NamedAddress>) -> usize {
    address.map_or(0, |NamedAddress { id, at_ms: _ }| FRAME + id.len() + NUMBER)
}

/// Triggers of absence.
fn triggers(triggers: &TriggerRecord) -> usize {
    let TriggerRecord { pending, left, met, viewed, carted } = triggers;
    let own = FRAME + 7 * FRAME + (4 + 4 + CHAINED) * met.len() + (4 + CHAINED) * (viewed.len() + carted.len());
    own + pending.iter().map(crate::domain::state::weight::pending).sum::<usize>() + left.iter().map(fired).sum::<usize>()
}

/// A pending trigger, with its event's position.
#[must_use]
pub fn pending(pending: &Pending) -> usize {
    let Pending {
        trigger: _,
        episode_ms: _,
        armed_by: _,
        since_ms: _,
        due_ms: _,
        fire_at_ms: _,
        match_key: _,
        product,
        event,
        position: _,
        armed_under,
    } = pending;
    FRAME + 7 * NUMBER + texts(&[product, armed_under]) + FRAME + event.len() + FRAME + 3 * NUMBER
}

/// A trigger that left.
#[must_use]
pub fn fired(left: &FiredTrigger) -> usize {
    let FiredTrigger {
        trigger: _,
        episode_ms: _,
        since_ms: _,
        due_ms: _,
        left_ms: _,
        match_key: _,
        armed_by: _,
        product,
        recalled: _,
        armed_under,
    } = left;
    FRAME + 7 * NUMBER + texts(&[product, armed_under]) + FLAG
}

fn bots(evidence: &BotEvidence) -> usize {
    let BotEvidence { delivered: _, clicks, views: _ } = evidence;
    FRAME + 4 * NUMBER + FLAG + 2 * FRAME + (CHAINED + 4) * clicks.len()
}

fn internal(internal: &Internal) -> usize {
    let Internal { since_ms: _, by_trait: _, test_orders } = internal;
    2 * FRAME + NUMBER + FLAG + 4 * test_orders.len()
}

fn customer(customer: &Customer) -> usize {
    let Customer { first_source, first_campaign, last_source, last_campaign, orders: _, first_order_ms: _, spent } = customer;
    let spent: usize = spent.iter().map(|(currency, _)| FRAME + currency.len() + NUMBER).sum();
    FRAME + texts(&[first_source, first_campaign, last_source, last_campaign]) + 2 * NUMBER + spent
}

fn decisions(decisions: &Decisions) -> usize {
    let Decisions { list } = decisions;
    FRAME + list.iter().map(decision).sum::<usize>()
}

/// One remembered decision.
#[must_use]
pub fn decision(decision: &Decision) -> usize {
    let Decision { at_ms: _, due_ms: _, trigger, step: _, done: _, checks: _ } = decision;
    FRAME + FRAME + trigger.len() + 5 * NUMBER
}

/// The other ids of a prospect.
fn identity(identity: &Identity) -> usize {
    let Identity { names, crowded_until_ms: _, device: Device { users: of_device, shared: _, detached_ms: _ } } = identity;
    let name = |Name { id, rank: _, since_ms: _, linked_ms: _ }: &Name| 2 * FRAME + 3 * NUMBER + id.len();
    FRAME + names.iter().map(name).sum::<usize>() + 2 * NUMBER + users(of_device) + FLAG
}

fn users(users: &[DeviceUser]) -> usize {
    2 * FRAME + (4 + CHAINED) * users.len()
}

/// A record of an id that points to others.
#[must_use]
pub fn forward(forward: &Forward) -> usize {
    let Forward { to, first_ms: _, refreshed_ms: _, users: of_device, consent: _, erasure } = forward;
    let claim = |Claim { id, at_ms: _ }: &Claim| 2 * FRAME + NUMBER + id.len();
    // The version, the newest link, its first, three of consent.
    FRAME + 6 * NUMBER + to.iter().map(claim).sum::<usize>() + users(of_device) + erasure.map_or(0, |_| FRAME + 2 * NUMBER)
}

//! `MoreRecord`: what only some prospects have.

mod account;
mod bots;
mod bought;
pub(super) mod contact;
mod customer;
mod decisions;
pub(super) mod identity;
mod internal;
mod known_orders;
mod lead;
mod orders;
mod traits;
mod triggers;

use super::reader::{Read, Reader, Value};
use super::writer::Writer;
use crate::domain::state::account::Barred;
use crate::domain::state::checkout::{Attempt, Step};
use crate::domain::state::erasure::Erasure;
use crate::domain::state::prospect::Extras;

pub(super) fn write(extras: &Extras, w: &mut Writer<'_>) {
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
        // A record of its own kind (`forward.rs`).
        forward: _,
    } = extras;
    if !traits.is_empty() {
        w.nested(1, |w| traits::write(traits, w));
    }
    if let Some(lead) = lead.get() {
        w.nested(2, |w| lead::write(lead, w));
    }
    if let Some(contact) = contact.get() {
        w.nested(3, |w| contact::write(contact, w));
    }
    if let Some(triggers) = triggers.get() {
        w.nested(4, |w| triggers::write(triggers, w));
    }
    if let Some(evidence) = bots.get() {
        w.nested(5, |w| bots::write(evidence, w));
    }
    if let Some(customer) = customer.get() {
        w.nested(6, |w| customer::write(customer, w));
    }
    if let Some(decisions) = decisions.get() {
        w.nested(7, |w| decisions::write(decisions, w));
    }
    if let Some(account) = account.get() {
        w.nested(8, |w| account::write(account, w));
    }
    if let Some(erasure) = erasure {
        w.nested(9, |w| write_erasure(*erasure, w));
    }
    if let Some(known) = known_orders.get() {
        w.nested(10, |w| known_orders::write(known, w));
    }
    for cart in forgotten {
        w.nested(11, |w| orders::write_forgotten(cart, w));
    }
    if let Some(internal) = internal.get() {
        w.nested(13, |w| internal::write(internal, w));
    }
    if let Some(Attempt { step, since_ms, visit }) = checkout {
        w.nested(17, |w| {
            w.uint(1, u32::from(step.0));
            w.time_or_0(2, *since_ms);
            w.uint(3, *visit);
        });
    }
    if let Some(Barred { why, since_ms }) = account.barred {
        w.nested(18, |w| {
            w.uint(1, why as u32);
            w.time(2, Some(since_ms));
        });
    }
    for order in orders {
        w.nested(20, |w| orders::write(order, w));
    }
    if let Some(bought) = bought.as_deref() {
        w.nested(21, |w| bought::write(bought, w));
    }
    if let Some(identity) = identity.get() {
        w.nested(22, |w| identity::write(identity, w));
    }
}

pub(super) fn read(mut r: Reader<'_>, m: &mut Extras) -> Read<()> {
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (17, Value::Bytes(b)) => m.checkout = Some(attempt(r.nested(b, "checkout"))?),
            (1, Value::Bytes(b)) => m.traits = traits::read(r.nested(b, "traits"))?,
            (2, Value::Bytes(b)) => m.lead = lead::read(r.nested(b, "lead"))?.into(),
            (3, Value::Bytes(b)) => m.contact = contact::read(r.nested(b, "contact"))?.into(),
            (4, Value::Bytes(b)) => m.triggers = triggers::read(r.nested(b, "absence"))?.into(),
            (5, Value::Bytes(b)) => m.bots = bots::read(r.nested(b, "machine"))?.into(),
            (6, Value::Bytes(b)) => m.customer = customer::read(r.nested(b, "customer"))?.into(),
            (7, Value::Bytes(b)) => m.decisions = decisions::read(r.nested(b, "decisions"))?.into(),
            (8, Value::Bytes(b)) => m.account = account::read(r.nested(b, "account"))?.into(),
            (9, Value::Bytes(b)) => m.erasure = Some(read_erasure(r.nested(b, "erasure"))?),
            (10, Value::Bytes(b)) => m.known_orders = known_orders::read(r.nested(b, "known orders"))?.into(),
            (11, Value::Bytes(b)) => m.forgotten.push(orders::read_forgotten(r.nested(b, "forgotten cart"))?),
            (13, Value::Bytes(b)) => m.internal = internal::read(r.nested(b, "internal"))?.into(),
            (18, Value::Bytes(b)) => m.account.barred = read_barred(r.nested(b, "barred"))?,
            (20, Value::Bytes(b)) => m.orders.push(orders::read(r.nested(b, "order"))?),
            (21, Value::Bytes(b)) => m.bought = Some(Box::new(bought::read(r.nested(b, "what was bought"))?)),
            (22, Value::Bytes(b)) => m.identity = identity::read(r.nested(b, "identity"))?.into(),
            _ => return r.unknown(field),
        }
    }
    Ok(())
}

pub(super) fn write_erasure(Erasure { before_ms, until_ms }: Erasure, w: &mut Writer<'_>) {
    w.time(1, Some(before_ms));
    w.time(2, Some(until_ms));
}

pub(super) fn read_erasure(mut r: Reader<'_>) -> Read<Erasure> {
    let mut erasure = Erasure { before_ms: 0, until_ms: 0 };
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Varint(v)) => erasure.before_ms = r.time(v),
            (2, Value::Varint(v)) => erasure.until_ms = r.time(v),
            _ => return r.unknown(field),
        }
    }
    Ok(erasure)
}

fn read_barred(mut r: Reader<'_>) -> Read<Option<Barred>> {
    let (mut why, mut since_ms) = (None, 0);
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Varint(v)) => why = lead::bar(v)?,
            (2, Value::Varint(v)) => since_ms = r.time(v),
            _ => return r.unknown(field),
        }
    }
    Ok(why.map(|why| Barred { why, since_ms }))
}

fn attempt(mut r: Reader<'_>) -> Read<Attempt> {
    let mut attempt = Attempt::default();
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Varint(v)) => attempt.step = Step(r.number(v)?),
            (2, Value::Varint(v)) => attempt.since_ms = r.time(v),
            (3, Value::Varint(v)) => attempt.visit = r.number(v)?,
            _ => return r.unknown(field),
        }
    }
    Ok(attempt)
}

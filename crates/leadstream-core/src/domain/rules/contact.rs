//! Whether, and when, a prospect may be contacted: consent, soft bounces, quiet hours, caps, priorities.
//!
//! Every trigger that leads to a mail comes through [`judge`] when it is due: steps of a cart's series and triggers of absence.

pub mod address;
pub mod consent;

use crate::domain::Ms;
use crate::domain::event::{Channel, Event, Value};
use crate::domain::model::Model;
use crate::domain::model::contact::ContactModel;
use crate::domain::model::quiet::{Quiet, Whose};
use crate::domain::names::Kind;
use crate::domain::state::cart::SeriesPhase;
use crate::domain::state::contact::MAX_SENT;
use crate::domain::state::decisions::{Check, Checks};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::cart::Reason;
use crate::domain::terms::consent::ConsentState;
use crate::domain::zones::Zone;

/// Why no mail may be sent, if so: what somebody said, or an address that is dead. Where a model asks for consent first, that is
/// asked when a mail is due ([`crate::domain::rules::contact::consent::is_missing`]): it may be given after the cart was filled.
#[must_use]
pub fn mail_block_reason(prospect: &Prospect) -> Option<Reason> {
    match prospect.consent.state {
        ConsentState::Unsubscribed => Some(Reason::Unsubscribed),
        ConsentState::HardBounce => Some(Reason::HardBounce),
        ConsentState::Complained => Some(Reason::Complained),
        ConsentState::Open => prospect.extras.as_ref()?.contact.undeliverable_since_ms.map(|_| Reason::SoftBounces),
    }
}

/// What an event says of how to reach the prospect.
pub fn on_step(prospect: &mut Prospect, event: &Event<'_>, model: &ContactModel) {
    if let Some(quiet) = &model.quiet {
        learn_zone(prospect, event, quiet);
    }
    if let Some(limit) = model.soft_bounces {
        count_bounces(prospect, event, limit);
    }
    if !event.signals.flags.is_empty() {
        consent::learn(prospect, event, model);
    }
    learn_address(prospect, event);
}

/// The event may give or withdraw consent.
#[must_use]
pub fn is_about_consent(event: &Event<'_>) -> bool {
    matches!(event.kind, Kind::Unsubscribed | Kind::Subscribed | Kind::HardBounce | Kind::Complained)
        || !event.signals.flags.is_empty()
}

/// Takes in what an event says of consent, of somebody to whom nothing is sent.
pub fn note_consent(prospect: &mut Prospect, event: &Event<'_>, model: &ContactModel) {
    consent::learn(prospect, event, model);
    if let Some((_, state)) = withdrawn(prospect, event, model) {
        consent::settle(prospect, event.time_ms, state);
    } else if consent::is_given(prospect, event, model) {
        consent::give(prospect, event);
    }
}

/// The consent that an event withdraws, and how it is said.
#[must_use]
pub fn withdrawn(prospect: &Prospect, event: &Event<'_>, model: &ContactModel) -> Option<(Reason, ConsentState)> {
    match event.kind {
        // What somebody wants by another way says nothing of mail.
        Kind::Unsubscribed if event.channel() == Channel::Other => None,
        // One newsletter of several says nothing of the others.
        Kind::Unsubscribed if event.leaves_one_list() && !model.one_list_is_all => None,
        Kind::Unsubscribed => Some((Reason::Unsubscribed, ConsentState::Unsubscribed)),
        // The prospect has another address since.
        Kind::HardBounce if is_of_another(prospect, event) => None,
        Kind::HardBounce => Some((Reason::HardBounce, ConsentState::HardBounce)),
        Kind::Complained => Some((Reason::Complained, ConsentState::Complained)),
        _ => consent::is_refused(prospect, event, model).then_some((Reason::Unsubscribed, ConsentState::Unsubscribed)),
    }
}

/// What an event says of an address, whoever reads it.
#[must_use]
pub fn of_address(event: &Event<'_>, model: &ContactModel) -> Option<ConsentState> {
    if !is_about_consent(event) {
        return None;
    }
    let nobody = Prospect::default();
    let withdrawn = withdrawn(&nobody, event, model).map(|(_, state)| state);
    withdrawn.or_else(|| consent::is_given(&nobody, event, model).then_some(ConsentState::Open))
}

/// It names an address, and not the one that is known.
fn is_of_another(prospect: &Prospect, event: &Event<'_>) -> bool {
    let named = event.signals.address_hash();
    named.zip(prospect.address).is_some_and(|(named, known)| named != known)
}

/// A delivered mail, one that a person opened, or another address: earlier bounces no longer count. A prospect that
/// unsubscribed or complained stays so.
fn learn_address(prospect: &mut Prospect, event: &Event<'_>) {
    let bounced_before = prospect.consent.state == ConsentState::HardBounce
        && prospect.consent.since_ms.is_none_or(|since_ms| event.time_ms > since_ms);
    if bounced_before
        && matches!(&*event.name, "Email Delivered" | "Email Opened" | "Email Link Clicked")
        && event.kind == Kind::Mail
    {
        revive(prospect, event.time_ms);
    }
    // What comes late says nothing of now.
    if event.signals.email.is_none() || (prospect.address.is_some() && event.time_ms < prospect.last_seen_ms) {
        return;
    }
    let named = event.signals.address_hash();
    let is_bounce = matches!(event.kind, Kind::HardBounce | Kind::SoftBounce);
    if named == prospect.address || (is_bounce && prospect.address.is_some()) {
        return;
    }
    if bounced_before && prospect.address.is_some() {
        revive(prospect, event.time_ms);
    }
    prospect.address = named;
}

fn revive(prospect: &mut Prospect, at_ms: Ms) {
    prospect.consent.state = ConsentState::Open;
    prospect.consent.since_ms = Some(at_ms);
}

fn learn_zone(prospect: &mut Prospect, event: &Event<'_>, quiet: &Quiet) {
    let said = quiet.zone_properties.iter().find_map(|id| match event.property(*id) {
        Some(Value::Text(name)) => Some(&**name),
        _ => None,
    });
    let Some(name) = said.filter(|_| event.time_ms >= prospect.last_seen_ms) else { return };
    let known = prospect.extras.as_ref().and_then(|m| m.contact.zone.as_deref());
    // A name that is no zone says nothing.
    if known != Some(name) && Zone::find(name).is_some() {
        prospect.extras_mut().contact.zone = Some(name.into());
        // What waits by the other clock waits no more.
        prospect.carts.iter_mut().for_each(|c| c.series.fire_at_ms = None);
        let all_when_due = |triggers: &mut crate::domain::state::triggers::TriggerRecord| {
            triggers.pending.iter_mut().for_each(|p| p.fire_at_ms = p.due_ms);
        };
        prospect.extras_mut().triggers.change(all_when_due);
    }
}

fn count_bounces(prospect: &mut Prospect, event: &Event<'_>, limit: u8) {
    match event.kind {
        Kind::SoftBounce => {
            let contact = &mut prospect.extras_mut().contact;
            contact.soft_bounces = contact.soft_bounces.saturating_add(1);
            if contact.soft_bounces >= limit && contact.undeliverable_since_ms.is_none() {
                contact.undeliverable_since_ms = Some(event.time_ms);
            }
        }
        Kind::Subscribed => mark_deliverable(prospect, event.time_ms),
        Kind::Mail if matches!(&*event.name, "Email Delivered" | "Email Opened" | "Email Link Clicked") => {
            mark_deliverable(prospect, event.time_ms);
        }
        _ => {}
    }
}

/// The address works: what bounced before is forgotten.
fn mark_deliverable(prospect: &mut Prospect, at_ms: Ms) {
    if let Some(contact) = prospect.extras.as_mut().map(|m| &mut m.contact)
        && contact.undeliverable_since_ms.is_none_or(|since| at_ms >= since)
    {
        contact.soft_bounces = 0;
        contact.undeliverable_since_ms = None;
    }
}

/// This event made the address count as dead.
#[must_use]
pub fn became_undeliverable(prospect: &Prospect, event: &Event<'_>) -> bool {
    event.kind == Kind::SoftBounce
        && prospect.extras.as_ref().is_some_and(|m| m.contact.undeliverable_since_ms == Some(event.time_ms))
}

/// When the timer of a mail is set that is due at `due_ms`: at the first instant at which it may leave, or where held mails are
/// spread its own place after that. Where the model has no
/// quiet hours, or waiting would take too long, that is the due time itself; then [`judge`] says so. `kept_ms` is what the timer
/// of the same due time is set to already: it may have had to wait since.
#[must_use]
pub fn timer(whose: Whose<'_>, model: &ContactModel, due_ms: Ms, kept_ms: Option<Ms>) -> Ms {
    let Some(quiet) = &model.quiet else { return due_ms };
    let first_ms = quiet.wait_from(whose, due_ms, due_ms).unwrap_or(due_ms);
    kept_ms.map_or(first_ms, |kept| kept.max(first_ms))
}

/// The prospect's own time zone, as far as it was said.
#[must_use]
pub fn zone_of(prospect: &Prospect) -> Option<&str> {
    prospect.extras.as_ref()?.contact.zone.as_deref()
}

/// A trigger that is due.
#[derive(Debug, Clone, Copy)]
pub struct Due<'a> {
    /// Whose it is.
    pub key: &'a str,
    /// [`crate::domain::ids::name_hash`] of its name; `cart` for steps of a cart's series.
    pub name: u32,
    /// When it was due, before it had to wait.
    pub due_ms: Ms,
    /// When its timer was set to.
    pub fire_at_ms: Ms,
    /// The instant that lateness is measured by.
    pub now_ms: Ms,
    pub max_lateness_ms: Option<Ms>,
}

impl Due<'_> {
    /// Whether it is later than allowed.
    #[must_use]
    pub fn is_late(&self) -> bool {
        self.max_lateness_ms.is_some_and(|limit| self.now_ms - self.fire_at_ms > limit)
    }
}

/// What becomes of a trigger that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendDecision {
    Leaves,
    /// Quiet hours have begun meanwhile: it waits until then.
    Waits(Ms),
    Suppressed(Reason),
}

/// Decides over a trigger that leads to a mail; the checks passed are added.
#[must_use]
pub fn judge(prospect: &Prospect, model: &Model, due: &Due<'_>, checks: &mut Checks) -> SendDecision {
    if due.max_lateness_ms.is_some() {
        if due.is_late() {
            return SendDecision::Suppressed(Reason::Late);
        }
        checks.pass(Check::Lateness);
    }
    if let Some(reason) = mail_block_reason(prospect) {
        return SendDecision::Suppressed(reason);
    }
    if prospect.extras.as_ref().is_some_and(|extras| extras.identity.is_crowded(due.now_ms)) {
        return SendDecision::Suppressed(Reason::Crowded);
    }
    if consent::is_missing(prospect, &model.contact) {
        return SendDecision::Suppressed(Reason::NoConsent);
    }
    checks.pass(Check::Consent);
    let contact = &model.contact;
    if let Some(quiet) = &contact.quiet {
        let whose = Whose { key: due.key, zone: zone_of(prospect), trigger: due.name };
        match quiet.wait_from(whose, due.now_ms, due.due_ms) {
            Some(at_ms) if at_ms == due.now_ms => checks.pass(Check::QuietHours),
            Some(at_ms) => return SendDecision::Waits(at_ms),
            None => return SendDecision::Suppressed(Reason::QuietHours),
        }
    }
    for cap in &contact.caps {
        let begins_ms = due.now_ms.saturating_sub(cap.per_ms);
        let sent = prospect.extras.as_ref().map_or(0, |m| m.contact.sent_ms.iter().filter(|at| **at > begins_ms).count());
        let places = usize::try_from(cap.times).unwrap_or(usize::MAX).saturating_sub(sent);
        if places == 0 {
            return SendDecision::Suppressed(Reason::Cap);
        }
        if places == 1 && higher_priority_pending(prospect, model, due, due.now_ms.saturating_add(cap.per_ms)) {
            return SendDecision::Suppressed(Reason::Priority);
        }
    }
    if !contact.caps.is_empty() {
        checks.pass(Check::Cap);
        if !contact.priority.is_empty() {
            checks.pass(Check::Priority);
        }
    }
    SendDecision::Leaves
}

/// A trigger of higher priority is pending and due before this instant.
fn higher_priority_pending(prospect: &Prospect, model: &Model, due: &Due<'_>, until_ms: Ms) -> bool {
    let contact = &model.contact;
    let own = contact.rank(due.name);
    let carts = prospect.carts.iter().filter(|c| matches!(c.series.phase, SeriesPhase::Armed | SeriesPhase::Running));
    let cart_comes = || carts.filter_map(|c| c.series.fire_at_ms).any(|at_ms| at_ms < until_ms);
    if contact.rank(contact.cart) < own && cart_comes() {
        return true;
    }
    let pending = prospect.extras.iter().flat_map(|m| &m.triggers.pending);
    pending.into_iter().any(|p| {
        let leads_to_mail = || model.triggers.trigger(p.trigger).is_some_and(|t| t.mail);
        p.fire_at_ms < until_ms && contact.rank(p.trigger) < own && leads_to_mail()
    })
}

/// A trigger that leads to a mail left: caps count it.
pub fn record_sent(prospect: &mut Prospect, model: &ContactModel, now_ms: Ms) {
    let Some(longest_ms) = model.caps.iter().map(|c| c.per_ms).max() else { return };
    let most = model.caps.iter().map(|c| usize::try_from(c.times).unwrap_or(MAX_SENT)).max().unwrap_or(MAX_SENT).min(MAX_SENT);
    let sent = &mut prospect.extras_mut().contact.sent_ms;
    let begins_ms = now_ms.saturating_sub(longest_ms);
    sent.retain(|at| *at > begins_ms);
    while sent.len() >= most {
        sent.remove(0);
    }
    sent.push(now_ms);
}

/// What a changed model doesn't ask for any more is forgotten.
pub fn change_model(prospect: &mut Prospect, model: &ContactModel) {
    let Some(contact) = prospect.extras.as_mut().map(|m| &mut m.contact) else { return };
    if model.quiet.is_none() {
        contact.zone = None;
    }
    if model.caps.is_empty() {
        contact.sent_ms.clear();
    }
    if model.soft_bounces.is_none() {
        contact.soft_bounces = 0;
        contact.undeliverable_since_ms = None;
    }
}

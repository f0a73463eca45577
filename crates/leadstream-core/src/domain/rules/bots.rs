//! Machine traffic: events that no person made. They are counted, and change nothing but the evidence of bots.
//!
//! What may be a machine's: views, other events of a site, cart and checkout, opens and clicks of mails. Never: orders and what
//! becomes of them, payments, identity, and everything about consent. An unsubscribe by a scanner stays an unsubscribe.

use crate::domain::event::{Event, MailEvent};
use crate::domain::model::bots::{Agent, BotsModel};
use crate::domain::names::Kind;
use crate::domain::output::Note;
use crate::domain::rules::cart::attribution;
use crate::domain::rules::context::StepContext;
use crate::domain::state::bots::{BotEvidence, Click, Delivered, MAX_CLICKS, Views};
use crate::domain::state::few::InlineVec;
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::bots::BotKind;
use crate::domain::{MINUTE_MS, Ms};

/// So many events in a minute, and half the limit, are counted by the ids seen alone: only beyond them a record counts views.
const MAX_UNCOUNTED: usize = 40;

/// Whether a machine made this event. It is counted, and changes nothing but the evidence of bots.
pub fn judge(prospect: &mut Prospect, event: &Event<'_>, step: &mut StepContext<'_, '_>) -> bool {
    let model = &step.model().bots;
    if let Some(extras) = &mut prospect.extras {
        extras.bots.change(|evidence| evidence.forget(model, event.time_ms));
    }
    let mail = event.mail();
    if mail == Some(MailEvent::Delivered) {
        deliver(prospect, event, model);
        return false;
    }
    if !may_be_a_bots(event.kind, mail) {
        return false;
    }
    let by = if model.marked && event.signals.marked {
        Some(BotKind::Marked)
    } else if is_bot(event, mail, model) {
        Some(BotKind::Bot)
    } else if mail == Some(MailEvent::Clicked) {
        is_scanner_click(prospect, event, model).then_some(BotKind::Scanner)
    } else if mail == Some(MailEvent::Opened) {
        is_proxy_open(prospect, event, model).then_some(BotKind::Proxy)
    } else if matches!(event.kind, Kind::Page | Kind::Screen | Kind::Site) {
        is_view_flood(prospect, event, model).then_some(BotKind::Flood)
    } else {
        None
    };
    step.effects.notes.extend(by.map(Note::Bot));
    by.is_some()
}

fn may_be_a_bots(kind: Kind, mail: Option<MailEvent>) -> bool {
    match kind {
        Kind::Mail => mail.is_some(),
        Kind::Page
        | Kind::Screen
        | Kind::Site
        | Kind::ProductAdded
        | Kind::ProductRemoved
        | Kind::CartViewed
        | Kind::CartUpdated
        | Kind::CartEmptied
        | Kind::CartLineSet
        | Kind::CheckoutStarted
        | Kind::CheckoutProgress
        | Kind::Other => true,
        _ => false,
    }
}

/// A library opens mails only for a scanner; on a site it is the shop's own server that tells what a person did.
fn is_bot(event: &Event<'_>, mail: Option<MailEvent>, model: &BotsModel) -> bool {
    let Some((agents, name)) = model.agents.as_ref().zip(event.signals.user_agent.as_deref()) else { return false };
    match agents.who(name) {
        Agent::Person => false,
        Agent::Library => mail.is_some(),
        Agent::Bot => true,
    }
}

fn deliver(prospect: &mut Prospect, event: &Event<'_>, model: &BotsModel) {
    if model.delivery_matters_ms().is_some() {
        let delivered = Delivered { time_ms: event.time_ms, mail: event.signals.mail };
        let known = prospect.extras.as_deref().and_then(|extras| extras.bots.delivered);
        if known.is_none_or(|known| known.time_ms <= event.time_ms) {
            prospect.extras_mut().bots.delivered = Some(delivered);
        }
    }
}

/// Whether the mail of this event was delivered no longer than this before it.
fn is_just_delivered(prospect: &Prospect, event: &Event<'_>, within_ms: Option<Ms>) -> bool {
    let Some((delivered, within_ms)) = prospect.extras.as_deref().and_then(|extras| extras.bots.delivered).zip(within_ms) else {
        return false;
    };
    let mail = event.signals.mail;
    let is_same = delivered.mail.zip(mail).is_none_or(|(delivered, mail)| delivered == mail);
    // A late event may be older than the delivery.
    is_same && (0..=within_ms).contains(&(event.time_ms - delivered.time_ms))
}

/// An open that a proxy of a mailbox fetched, or so soon after the delivery that no person was there yet.
fn is_proxy_open(prospect: &Prospect, event: &Event<'_>, model: &BotsModel) -> bool {
    event.signals.user_agent.as_deref().is_some_and(|agent| model.proxies.fetched(agent))
        || is_just_delivered(prospect, event, model.proxy_after_ms)
}

/// A click within seconds of the delivery of its mail, or one of several links at once.
fn is_scanner_click(prospect: &mut Prospect, event: &Event<'_>, model: &BotsModel) -> bool {
    if is_just_delivered(prospect, event, model.scanner_after_ms) {
        return true;
    }
    let (Some((links, within_ms)), Some(link)) = (model.scanner_links, event.signals.link) else { return false };
    let clicks = &mut prospect.extras_mut().bots.clicks;
    if clicks.len() >= MAX_CLICKS {
        clicks.remove(0);
    }
    clicks.push(Click { time_ms: event.time_ms, link });
    let near: InlineVec<Click, 4> = clicks.iter().filter(|c| (c.time_ms - event.time_ms).abs() <= within_ms).copied().collect();
    let first_of_link = |(n, click): &(usize, &Click)| !near.iter().take(*n).any(|before| before.link == click.link);
    if near.iter().enumerate().filter(first_of_link).count() < links {
        return false;
    }
    // Those before it were of the same machine: no order follows from them.
    attribution::unclick(prospect, |clicked_ms| near.iter().any(|c| c.time_ms == clicked_ms));
    true
}

/// More views in a minute than a person makes. What comes late says nothing about how fast it was made.
fn is_view_flood(prospect: &mut Prospect, event: &Event<'_>, model: &BotsModel) -> bool {
    let Some(most) = model.views_per_minute else { return false };
    if event.time_ms < prospect.last_seen_ms {
        return false;
    }
    let uncounted = (most / 2).min(MAX_UNCOUNTED);
    if !prospect.seen.others.has_since(uncounted, event.time_ms.saturating_sub(MINUTE_MS)) {
        if let Some(extras) = &mut prospect.extras {
            extras.bots.change(|evidence| evidence.views = None);
        }
        return false;
    }
    let views = &mut prospect.extras_mut().bots.views;
    let mut counted = views.filter(|v| v.flood || event.time_ms - v.since_ms < MINUTE_MS).unwrap_or(Views {
        since_ms: event.time_ms,
        count: 0,
        flood: false,
    });
    counted.count = counted.count.saturating_add(1);
    counted.flood |= uncounted.saturating_add(usize::try_from(counted.count).unwrap_or(usize::MAX)) > most;
    *views = Some(counted);
    counted.flood
}

impl BotEvidence {
    /// Drops what is too old to matter to an event of this time.
    pub(crate) fn forget(&mut self, model: &BotsModel, time_ms: Ms) {
        let is_new = |since_ms: Ms, for_ms: Option<Ms>| for_ms.is_some_and(|for_ms| time_ms.saturating_sub(since_ms) <= for_ms);
        self.delivered = self.delivered.filter(|d| is_new(d.time_ms, model.delivery_matters_ms()));
        self.clicks.retain(|c| is_new(c.time_ms, model.scanner_links.map(|(_, within_ms)| within_ms)));
    }
}

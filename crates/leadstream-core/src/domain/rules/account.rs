//! The account (company) that a prospect belongs to, and the record of an account itself.
//!
//! A member's step reports to the account what changed: stages, score, role, disqualification, that it left. What it tells is an
//! output like any other ([`Body::Member`]); the account's task takes it in by [`group::apply_update`]. Only whether leads of
//! the company are handed over flows back ([`barred`]).

pub mod barred;
pub mod buying_group;
pub mod company;
pub mod consensus;
pub mod group;
pub mod leads;

use crate::domain::event::{Event, Value};
use crate::domain::ids::{IdKind, hash64, low64, output_id, some64};
use crate::domain::member_update::{MemberUpdate, News};
use crate::domain::model::Model;
use crate::domain::model::accounts::Accounts;
use crate::domain::output::{Body, Output};
use crate::domain::rules::account::company::Said;
use crate::domain::rules::context::{StepContext, causing};
use crate::domain::rules::lead::again;
use crate::domain::rules::score::points;
use crate::domain::state::account::{Belongs, MAX_REASON_BYTES, Membership};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::account::AccountVerdict;
use crate::domain::terms::per_axis::PerAxis;
use crate::domain::{Ms, Text};
use std::num::NonZeroU64;

/// A member reports its score again when it has moved by this many points.
const SCORE_STEP: f64 = 10.0;

/// Sends updates of a member to its account.
struct AccountNotifier<'s, 'a, 'e> {
    /// The model that accounts are kept by.
    index: usize,
    model: &'a Model,
    /// What this event calls the company.
    known_as: Option<Text>,
    step: &'s mut StepContext<'a, 'e>,
}

impl AccountNotifier<'_, '_, '_> {
    /// The member is none any more.
    fn leaves(&mut self, belongs: &mut Belongs, at_ms: Ms) {
        if belongs.sent_digest.is_none() {
            return;
        }
        let before_ms = belongs.sent_ms;
        let at_ms = before_ms.map_or(at_ms, |before_ms| at_ms.max(before_ms));
        (belongs.sent_digest, belongs.sent_ms) = (None, Some(at_ms));
        let update = MemberUpdate {
            account: belongs.account.clone(),
            member: self.step.key.into(),
            left: true,
            ..MemberUpdate::default()
        };
        self.push(update, at_ms, before_ms, 0);
    }

    /// `before_ms`: the time of the update before.
    fn push(&mut self, update: MemberUpdate, at_ms: Ms, before_ms: Option<Ms>, sent_digest: u64) {
        let cause = match self.step.event {
            Some(event) => event.message_hash,
            // After an event that was ahead of its time, deadlines come at one instant, and several may tell the same.
            None if before_ms == Some(at_ms) => sent_digest ^ moved_by(self.step).map_or(0, |output| low64(output.id)),
            None => sent_digest,
        };
        let kind = IdKind::Member(u8::from(update.left));
        let id = output_id(self.step.key, &self.model.name, kind, Some(&update.account), at_ms, cause, 0);
        self.step.effects.outputs.push(Output {
            id,
            model: self.index,
            at_ms,
            event: self.step.event.map(causing),
            body: Body::Member(Box::new(update)),
        });
    }
}

/// Tells the account what changed about its member.
pub fn on_step(prospect: &mut Prospect, step: &mut StepContext<'_, '_>) {
    let Some((index, model, accounts)) = step.models.accounts() else { return };
    let mut notifier = AccountNotifier { index, model, known_as: None, step };
    if let Some(event) = notifier.step.event {
        learn(prospect, event, accounts, &mut notifier);
    }
    let sent_ms = prospect.extras.as_ref().and_then(|m| m.account.belongs.as_ref()).map(|b| b.sent_ms);
    let (Some(sent_ms), Some(at_ms)) = (sent_ms, decided_ms(notifier.step)) else { return };
    tell(prospect, sent_ms.map_or(at_ms, |sent_ms| at_ms.max(sent_ms)), accounts, &mut notifier);
    barred::route(prospect, index, step);
}

/// Another prospect became part of this one: its company hears where it stands now.
pub(in crate::domain) fn on_merge(prospect: &mut Prospect, step: &mut StepContext<'_, '_>) {
    let Some((index, model, accounts)) = step.models.accounts() else { return };
    let Some(extras) = prospect.extras.as_deref_mut().filter(|extras| extras.account.belongs.is_some()) else { return };
    extras.account.role = accounts.role_of(&extras.traits).cloned().or_else(|| extras.account.role.take());
    let sent_ms = extras.account.belongs.as_ref().and_then(|belongs| belongs.sent_ms);
    let at_ms = sent_ms.map_or(step.at_ms, |sent_ms| sent_ms.max(step.at_ms));
    let mut notifier = AccountNotifier { index, model, known_as: None, step };
    tell(prospect, at_ms, accounts, &mut notifier);
    barred::route(prospect, index, step);
}

/// The prospect is about to be erased: its account must forget it too.
pub fn forgotten(prospect: &mut Prospect, step: &mut StepContext<'_, '_>) {
    let Some((index, model, _)) = step.models.accounts() else { return };
    let at_ms = step.at_ms;
    let mut notifier = AccountNotifier { index, model, known_as: None, step };
    if let Some(belongs) = prospect.extras.as_mut().and_then(|m| m.account.belongs.as_mut()) {
        notifier.leaves(belongs, at_ms);
    }
}

/// A deadline of an account: it has had no members for a long time.
pub fn fire(prospect: &mut Prospect, step: &mut StepContext<'_, '_>) {
    let due_ms = prospect.extras.as_ref().and_then(|m| m.account.due_ms());
    if due_ms.is_some_and(|due_ms| due_ms <= step.at_ms) {
        *prospect = Prospect::default();
        step.effects.erase = true;
    }
}

/// The instant of this turn, the same whenever it is computed: the event's time, or the deadline that moved something. Nothing
/// that an account must know changes by a timer without an output.
fn decided_ms(step: &StepContext<'_, '_>) -> Option<Ms> {
    if let Some(event) = step.event {
        return Some(event.time_ms);
    }
    moved_by(step).map(|o| o.at_ms)
}

/// What a deadline moved last in this turn.
fn moved_by<'s>(step: &'s StepContext<'_, '_>) -> Option<&'s Output> {
    let moved = |o: &&Output| matches!(o.body, Body::StageChanged(_) | Body::ScoreChanged(_) | Body::HandOver(_));
    step.effects.outputs.get(step.since..)?.iter().rev().find(moved)
}

/// Takes in what an event says of company and role.
fn learn(prospect: &mut Prospect, event: &Event<'_>, accounts: &Accounts, notifier: &mut AccountNotifier<'_, '_, '_>) {
    if event.properties.is_empty() && event.signals.email.is_none() {
        return;
    }
    if accounts.speaks_of_roles(event) {
        let role = prospect.extras.as_ref().and_then(|m| accounts.role_of(&m.traits)).cloned();
        if role.is_some() || prospect.extras.is_some() {
            prospect.extras_mut().account.role = role;
        }
    }
    let Some(Said { mut account, source, mut group_id, known_as }) = company::said_by(event, accounts) else { return };
    let membership: &mut Membership = &mut prospect.extras_mut().account;
    let belongs = &mut membership.belongs;
    let since_ms = event.time_ms;
    if let Some(b) = belongs.as_ref().filter(|b| group_id.is_some() && b.group_id == group_id) {
        // Called by its name before, by its id alone now.
        account.clone_from(&b.account);
    }
    notifier.known_as = known_as;
    match belongs {
        // What is surer stays, and so does what a later event said as surely.
        Some(b) if source < b.source || (source == b.source && since_ms < b.since_ms) => {}
        Some(b) if b.account == account => {
            b.source = source;
            b.since_ms = since_ms.max(b.since_ms);
            b.group_id = group_id.take().or_else(|| b.group_id.take());
        }
        other => {
            if let Some(old) = other {
                notifier.leaves(old, since_ms);
            }
            membership.barred = None;
            *other = Some(Belongs { account, source, since_ms, sent_ms: None, sent_digest: None, group_id });
        }
    }
}

/// Tells the account where its member stands, if that is new to it.
fn tell(prospect: &mut Prospect, at_ms: Ms, accounts: &Accounts, notifier: &mut AccountNotifier<'_, '_, '_>) {
    let Some(track) = prospect.tracks.get(notifier.index) else { return };
    let evaluated_at_ms = at_ms.max(prospect.last_seen_ms);
    let points = points::total(track, &notifier.model.score, evaluated_at_ms);
    let PerAxis { journey, funnel } = PerAxis::from_fn(|axis| track.positions[axis].as_ref().map(|p| p.stage.clone()));
    let (disqualified, paused, label) = (track.disqualified.is_some(), track.paused, track.label);
    let active_ms = prospect.last_activity_ms;
    let customer = again::is_customer(prospect, notifier.model, notifier.index);
    let belongs = prospect.extras.as_mut().filter(|extras| extras.account.belongs.is_some());
    let Some(membership) = belongs.map(|extras| &mut *extras.account) else { return };
    let Some(belongs) = &mut membership.belongs else { return };
    if paused {
        // The model is not for this person: no member of its buying group.
        notifier.leaves(belongs, at_ms);
        membership.barred = None;
        return;
    }
    let (verdict, reason) = notifier.step.event.map_or((None, None), |event| verdict(event, accounts));
    let role = membership.role.clone();
    let sent_digest = digest(&[
        journey.as_deref().unwrap_or_default(),
        funnel.as_deref().unwrap_or_default(),
        role.as_deref().unwrap_or_default(),
        &format!("{} {disqualified} {label:?}{}", (points / SCORE_STEP).round(), if customer { " customer" } else { "" }),
    ]);
    if belongs.sent_digest == Some(sent_digest) && verdict.is_none() {
        return;
    }
    belongs.sent_digest = Some(sent_digest);
    let before_ms = belongs.sent_ms.replace(at_ms);
    let update = MemberUpdate {
        account: belongs.account.clone(),
        member: notifier.step.key.into(),
        role,
        journey,
        funnel,
        score: points,
        disqualified,
        left: false,
        verdict,
        reason,
        known_as: notifier.known_as.take(),
        customer,
        active_ms,
        barred: membership.barred.map(|barred| barred.why),
        news: News::Standing,
    };
    notifier.push(update, at_ms, before_ms, sent_digest.get());
}

/// What an event decides about the group as a whole.
fn verdict(event: &Event<'_>, accounts: &Accounts) -> (Option<AccountVerdict>, Option<Text>) {
    let verdict = if accounts.disqualified.holds(event) {
        AccountVerdict::Disqualified
    } else if accounts.reopened.holds(event) {
        AccountVerdict::Reopened
    } else {
        return (None, None);
    };
    let reason = match event.property(accounts.fields.reason) {
        Some(Value::Text(text)) if text.len() <= MAX_REASON_BYTES => Some(Text::from(&**text)),
        _ => None,
    };
    (Some(verdict), reason)
}

/// Never 0: in a record that stands for nothing sent.
fn digest(parts: &[&str]) -> NonZeroU64 {
    some64(hash64(parts.join("\u{1f}").as_bytes()))
}

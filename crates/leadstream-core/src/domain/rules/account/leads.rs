//! Leads on their way through their account: it completes what leaves with the company's facts, or holds a hand-over back.
//!
//! What a member says of its lead comes after what it says of itself, so the facts are those of this very instant. Whether the
//! company bars its leads is looked up as of the hand-over; members get an update, so that they wait, and hand over once it no
//! longer does.

use crate::domain::hand_over::{Colleague, Company};
use crate::domain::ids::{IdKind, low64, output_id};
use crate::domain::member_update::{LeadNews, MemberUpdate, MemberUpdateRecord, News, voter_of};
use crate::domain::model::Model;
use crate::domain::model::accounts::Accounts;
use crate::domain::model::sales::HandOverModel;
use crate::domain::output::{Body, Effects, Output};
use crate::domain::rules::account::buying_group;
use crate::domain::state::group::{Group, Member};
use crate::domain::terms::sales::{Bar, HandOverKind};
use crate::domain::{DAY_MS, Ms};

/// A member that did something within this time is active.
pub const ACTIVE_MS: Ms = 30 * DAY_MS;

/// Members who bought that an account remembers.
pub const MAX_BUYERS: usize = 64;

impl Group {
    /// Takes in whether a member has bought; who leaves stays a buyer of the company's.
    pub(super) fn buys(&mut self, update: &MemberUpdate, at_ms: Ms) {
        let voter = voter_of(&update.member);
        match (self.buyers.iter().position(|(who, _)| *who == voter), update.customer) {
            (None, true) if self.buyers.len() < MAX_BUYERS => self.buyers.push((voter, at_ms)),
            // Taken back: a refund, a cancelled contract.
            (Some(n), false) if !update.left => {
                self.buyers.remove(n);
            }
            _ => {}
        }
    }

    /// Why leads of the company are not handed over now.
    #[must_use]
    pub fn bar(&self, rules: &HandOverModel) -> Option<Bar> {
        let is_out = self.consensus.is_out();
        rules.bars(Bar::Disqualified).filter(|_| is_out).or(rules.bars(Bar::Customer).filter(|_| !self.buyers.is_empty()))
    }

    /// The same as of an instant.
    fn bar_at(&self, rules: &HandOverModel, at_ms: Ms) -> Option<Bar> {
        let (is_out, bought) = (self.consensus.is_out_at(at_ms), self.buyers.iter().any(|(_, since_ms)| *since_ms <= at_ms));
        rules.bars(Bar::Disqualified).filter(|_| is_out).or(rules.bars(Bar::Customer).filter(|_| bought))
    }
}

/// Passes on what a member says of its lead.
pub(super) fn pass_on(
    group: &mut Group,
    member_update: &MemberUpdateRecord,
    news: &LeadNews,
    (index, model, accounts): (usize, &Model, &Accounts),
    effects: &mut Effects,
) {
    let mut lead = news.lead.clone();
    let at_ms = lead.handed_over_at_ms;
    let rules = model.sales.hand_over.as_deref();
    let bar = rules.filter(|_| news.asks).and_then(|rules| group.bar_at(rules, at_ms));
    let name = &member_update.update.member;
    let place = group.members.binary_search_by(|m| m.name.cmp(name)).ok();
    let member = place.map(|n| &mut group.members[n]);
    if let Some(bar) = bar {
        lead.kind = HandOverKind::HeldBack;
        lead.sla_due_at_ms = None;
        lead.reasons.insert(0, bar.name().into());
    }
    if let Some(member) = member {
        let is_held = !news.asks && member.held_ms == Some(at_ms);
        if is_held && lead.answer.is_none() && matches!(lead.kind, HandOverKind::Reminded | HandOverKind::Returned) {
            // Sales never got it.
            return;
        }
        if bar.is_some() || news.asks || is_held {
            member.held_ms = bar.map(|_| at_ms);
        }
    }
    lead.company = Some(Box::new(company(group, name, news.at_ms, model, accounts)));
    effects.outputs.push(Output {
        id: member_update.id,
        model: index,
        at_ms: news.at_ms,
        event: member_update.event.clone(),
        body: Body::HandOver(Box::new(lead)),
    });
}

/// What is known of the company of one of its members.
fn company(group: &Group, lead: &str, at_ms: Ms, model: &Model, accounts: &Accounts) -> Company {
    let asked = || group.members.iter().filter(|m| buying_group::is_asked(m, accounts));
    let names = |agree: bool| {
        asked().filter(|m| buying_group::agrees(m, model, accounts) == agree).map(|m| m.name.clone()).collect::<Vec<_>>()
    };
    let is_active = |m: &&Member| {
        let lately = m.active_ms.is_some_and(|active_ms| at_ms.saturating_sub(active_ms) <= ACTIVE_MS);
        lately && !m.disqualified && m.name != lead
    };
    let colleague = |m: &Member| Colleague { member: m.name.clone(), role: m.role.clone(), journey: m.stages.journey.clone() };
    Company {
        known_as: group.known_as.clone(),
        journey: group.stages.journey.clone(),
        funnel: group.stages.funnel.clone(),
        score: buying_group::score(group, accounts),
        consensus: group.consensus.reached(),
        consensus_since_ms: group.consensus.said_ms().filter(|_| group.consensus.reached()),
        expected: u32::try_from(buying_group::expected(group, accounts)).unwrap_or(u32::MAX),
        agreed: names(true),
        missing: names(false),
        missing_roles: group.consensus.missing_roles(accounts),
        members: u32::try_from(group.members.len()).unwrap_or(u32::MAX),
        active_colleagues: group.members.iter().filter(is_active).map(colleague).collect(),
        disqualified: group.consensus.is_out(),
        customer: !group.buyers.is_empty(),
    }
}

/// Tells members whether leads of the company are handed over, where that is new to them.
pub(super) fn tell_members(
    group: &mut Group,
    member_update: &MemberUpdateRecord,
    (index, model): (usize, &Model),
    effects: &mut Effects,
) {
    let Some(rules) = model.sales.hand_over.as_deref() else { return };
    let bar = group.bar(rules);
    for member in group.members.iter_mut().filter(|m| m.barred != bar) {
        member.barred = bar;
        let number = bar.map_or(0, |bar| bar as u8);
        let cause = low64(member_update.id);
        let id = output_id(
            &member.name,
            &model.name,
            IdKind::Member(2),
            Some(&member_update.update.account),
            member_update.at_ms,
            cause,
            number,
        );
        let update = MemberUpdate {
            account: member_update.update.account.clone(),
            member: member.name.clone(),
            news: News::Bar(bar),
            ..MemberUpdate::default()
        };
        effects.outputs.push(Output {
            id,
            model: index,
            at_ms: member_update.at_ms,
            event: None,
            body: Body::Member(Box::new(update)),
        });
    }
}

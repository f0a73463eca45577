//! The record of an account: its buying group as its members report it, and what follows.

use crate::domain::ids::{IdKind, low64, output_id};
use crate::domain::member_update::{MemberUpdateRecord, News, voter_of};
use crate::domain::model::accounts::{Accounts, role_hash};
use crate::domain::model::{Model, Models};
use crate::domain::output::{AccountChanged, Body, Effects, Note, Output};
use crate::domain::rules::account::consensus::Change;
use crate::domain::rules::account::{buying_group, leads};
use crate::domain::rules::budget;
use crate::domain::state::consensus::{Announced, Ballot, Vote};
use crate::domain::state::group::{EMPTY_KEPT_MS, Group, MAX_KNOWN_AS, MAX_MEMBERS, Member, Reason};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::account::{AccountKind, AccountVerdict};
use crate::domain::terms::limit::Limit;
use crate::domain::terms::movement::Axis;
use crate::domain::terms::per_axis::PerAxis;
use crate::domain::{Ms, Text};

impl Group {
    /// When the record of an account without members is deleted.
    #[must_use]
    pub fn forget_at_ms(&self) -> Option<Ms> {
        self.empty_since_ms.map(|since| since.saturating_add(EMPTY_KEPT_MS))
    }

    /// Takes in what the company is called; of too many the first of the alphabet stay, whatever came first.
    fn is_called(&mut self, name: Option<&Text>) {
        if let Some(name) = name
            && let Err(at) = self.known_as.binary_search(name)
        {
            self.known_as.insert(at, name.clone());
            self.known_as.truncate(MAX_KNOWN_AS);
        }
    }

    fn of_whom(&self, voter: u64) -> Option<&Text> {
        self.members.iter().map(|m| &m.name).find(|name| voter_of(name) == voter)
    }
}

/// Applies a member's update. The record is the account's.
pub fn apply_update(
    prospect: &mut Prospect,
    is_new: bool,
    member_update: &MemberUpdateRecord,
    models: &Models,
    effects: &mut Effects,
) {
    let Some((index, model, accounts)) = models.accounts() else { return };
    if is_new {
        prospect.first_seen_ms = member_update.at_ms;
        prospect.last_seen_ms = member_update.at_ms;
    }
    prospect.last_seen_ms = prospect.last_seen_ms.max(member_update.at_ms);
    prospect.first_seen_ms = prospect.first_seen_ms.min(member_update.at_ms);
    let newest_ms = prospect.last_seen_ms;
    let group = prospect.extras_mut().account.group.get_or_insert_default();
    let mut update = GroupUpdate { member_update, index, model, accounts, effects };
    if group.model_hash != model.hash {
        group.consensus.settle_all(accounts);
        group.model_hash = model.hash;
    }
    if let News::Lead(news) = &member_update.update.news {
        leads::pass_on(group, member_update, news, (index, model, accounts), update.effects);
        return budget::fit_record(prospect, models.models.len(), update.effects);
    }
    let was_out = group.consensus.is_out();
    update.vote_of_group(group);
    update.member(group);
    let changes = group.consensus.review(accounts);
    update.say_verdict(group, was_out);
    for change in changes {
        update.say_change(group, &change);
    }
    if group.consensus.bound(accounts) {
        update.effects.notes.push(Note::LimitReached(Limit::AccountVotes));
    }
    update.say_stages(group);
    leads::tell_members(group, member_update, (index, model), update.effects);
    group.empty_since_ms = group.members.is_empty().then_some(newest_ms);
    budget::fit_record(prospect, models.models.len(), update.effects);
}

/// One update at work on the record of an account, and what it gives.
struct GroupUpdate<'a> {
    member_update: &'a MemberUpdateRecord,
    index: usize,
    model: &'a Model,
    accounts: &'a Accounts,
    effects: &'a mut Effects,
}

impl GroupUpdate<'_> {
    fn vote(&self, voter: u64, ballot: Ballot) -> Vote {
        Vote {
            time_ms: self.member_update.at_ms,
            voter,
            cause: low64(self.member_update.id),
            ballot,
            announced: Announced::Nothing,
            revision: 0,
        }
    }

    /// What the update decides about the group as a whole.
    fn vote_of_group(&self, group: &mut Group) {
        let Some(verdict) = self.member_update.update.verdict else { return };
        let ballot = if verdict == AccountVerdict::Disqualified { Ballot::Out } else { Ballot::Reopened };
        let vote = self.vote(voter_of(&self.member_update.update.member), ballot);
        group.consensus.add(vote);
        let reason = Reason { time_ms: vote.time_ms, by: vote.voter, text: self.member_update.update.reason.clone() };
        if group.verdict.as_ref().is_none_or(|old| (old.time_ms, old.by) <= (reason.time_ms, reason.by)) {
            group.verdict = Some(reason);
        }
    }

    /// What the update says of the member.
    fn member(&mut self, group: &mut Group) {
        let update = &self.member_update.update;
        let place = group.members.binary_search_by(|m| m.name.cmp(&update.member));
        if place.is_ok_and(|n| self.member_update.at_ms < group.members[n].updated_ms) {
            // Seen before: updates of a member come in order.
            return;
        }
        let voter = voter_of(&update.member);
        group.buys(update, self.member_update.at_ms);
        if update.left {
            if let Ok(n) = place {
                group.members.remove(n);
            }
            self.vote_of_member(group, voter, Ballot::AgreesNot);
            return;
        }
        group.is_called(update.known_as.as_ref());
        let known = place.ok().map(|n| &group.members[n]);
        let member = Member {
            name: update.member.clone(),
            role: update.role.clone(),
            stages: PerAxis { journey: update.journey.clone(), funnel: update.funnel.clone() },
            score: update.score,
            disqualified: update.disqualified,
            updated_ms: self.member_update.at_ms,
            active_ms: update.active_ms,
            barred: known.map_or(update.barred, |known| known.barred),
            held_ms: known.and_then(|known| known.held_ms),
        };
        let role = role_hash(update.role.as_deref());
        let ballot = match (self.agrees(&member), self.accounts.decides(update.role.as_deref())) {
            (true, _) => Ballot::Agrees(role),
            // Who is disqualified decides nothing any more.
            (false, true) if !self.accounts.deciders.is_empty() && !member.disqualified => Ballot::Undecided,
            (false, _) => Ballot::AgreesNot,
        };
        match place {
            Ok(n) => group.members[n] = member,
            Err(n) => group.members.insert(n, member),
        }
        self.vote_of_member(group, voter, ballot);
        if group.members.len() > MAX_MEMBERS {
            self.effects.notes.push(Note::LimitReached(Limit::AccountMembers));
            let oldest = group.members.iter().enumerate().min_by_key(|(_, m)| (m.updated_ms, &m.name)).map(|(n, _)| n);
            if let Some(oldest) = oldest {
                let left = group.members.remove(oldest);
                self.vote_of_member(group, voter_of(&left.name), Ballot::AgreesNot);
            }
        }
    }

    fn vote_of_member(&self, group: &mut Group, voter: u64, ballot: Ballot) {
        if group.consensus.last_of(voter) != ballot {
            group.consensus.add(self.vote(voter, ballot));
        }
    }

    fn agrees(&self, member: &Member) -> bool {
        buying_group::agrees(member, self.model, self.accounts)
    }

    /// Consensus was reached or lost, or what was said of it no longer stands.
    fn say_change(&mut self, group: &Group, change: &Change) {
        let vote = &change.vote;
        // One update may bring two votes: the member's own and one about the group.
        let cause = if vote.ballot.is_of_group() { !vote.cause } else { vote.cause };
        let id = |kind: IdKind, revision| {
            output_id(&self.member_update.update.account, &self.model.name, kind, None, vote.time_ms, cause, revision)
        };
        let kind_of =
            |announced| if announced == Announced::Reached { AccountKind::ConsensusReached } else { AccountKind::ConsensusLost };
        let is_cause = vote.cause == low64(self.member_update.id);
        if change.before != Announced::Nothing {
            let taken_back = id(IdKind::Account(kind_of(change.before) as u8), change.revision.saturating_sub(1));
            let mut body = self.body(group, AccountKind::ConsensusRecalled);
            body.recalls = Some(taken_back);
            let id = id(IdKind::Account(AccountKind::ConsensusRecalled as u8), change.revision);
            self.push(id, self.member_update.at_ms, true, body);
        }
        if change.now != Announced::Nothing {
            let kind = kind_of(change.now);
            let mut body = self.body(group, kind);
            body.consensus = change.now == Announced::Reached;
            body.agreed = change.agreed.iter().filter_map(|voter| group.of_whom(*voter)).cloned().collect();
            body.agreed.sort();
            let all = group.members.iter().filter(|m| buying_group::is_asked(m, self.accounts));
            body.missing = all.map(|m| &m.name).filter(|n| !body.agreed.contains(n)).cloned().collect();
            if change.out {
                body.reason = Some("account-disqualified".into());
            }
            self.push(id(IdKind::Account(kind as u8), change.revision), vote.time_ms, is_cause, body);
        }
    }

    /// The group was disqualified, or is open again.
    fn say_verdict(&mut self, group: &Group, was_out: bool) {
        let is_out = group.consensus.is_out();
        if was_out == is_out {
            return;
        }
        let kind = if is_out { AccountKind::Disqualified } else { AccountKind::Reopened };
        let mut body = self.body(group, kind);
        body.reason = group.verdict.as_ref().and_then(|v| v.text.clone());
        self.push(self.id(kind), self.member_update.at_ms, true, body);
    }

    /// The group moved on an axis.
    fn say_stages(&mut self, group: &mut Group) {
        for axis in Axis::ALL {
            let stages = &self.model.axes[axis].stages;
            let now = self.stage_of(group, axis).and_then(|n| stages.get(n)).cloned();
            if now == group.stages[axis] {
                continue;
            }
            let from = std::mem::replace(&mut group.stages[axis], now.clone());
            let kind = if axis == Axis::Journey { AccountKind::JourneyChanged } else { AccountKind::FunnelChanged };
            let mut body = self.body(group, kind);
            (body.axis, body.from, body.to) = (Some(axis), from, now);
            self.push(self.id(kind), self.member_update.at_ms, true, body);
        }
    }

    /// Journey: the furthest stage that more than half of the group has come to. Funnel: that of the member nearest to buying.
    /// Disqualified members do not count.
    fn stage_of(&self, group: &Group, axis: Axis) -> Option<usize> {
        let counted = || group.members.iter().filter(|m| !m.disqualified);
        let mut ranks: Vec<usize> = counted().filter_map(|m| buying_group::rank(axis, m, self.model)).collect();
        ranks.sort_unstable_by(|a, b| b.cmp(a));
        let needed = if axis == Axis::Journey { counted().count() / 2 } else { 0 };
        ranks.get(needed).copied()
    }

    fn id(&self, kind: AccountKind) -> u128 {
        let MemberUpdateRecord { update, at_ms, id, .. } = self.member_update;
        output_id(&update.account, &self.model.name, IdKind::Account(kind as u8), None, *at_ms, low64(*id), 0)
    }

    fn body(&self, group: &Group, kind: AccountKind) -> AccountChanged {
        let all = group.members.iter().filter(|m| buying_group::is_asked(m, self.accounts));
        let (agreed, missing): (Vec<&Member>, Vec<&Member>) = all.partition(|m| self.agrees(m));
        let names = |members: Vec<&Member>| members.into_iter().map(|m| m.name.clone()).collect();
        AccountChanged {
            kind,
            account: self.member_update.update.account.clone(),
            axis: None,
            journey: group.stages.journey.clone(),
            funnel: group.stages.funnel.clone(),
            from: None,
            to: None,
            score: buying_group::score(group, self.accounts),
            members: u32::try_from(group.members.len()).unwrap_or(u32::MAX),
            agreed: names(agreed),
            missing: names(missing),
            expected: u32::try_from(buying_group::expected(group, self.accounts)).unwrap_or(u32::MAX),
            missing_roles: group.consensus.missing_roles(self.accounts),
            consensus: group.consensus.reached(),
            disqualified: group.consensus.is_out(),
            reason: None,
            recalls: None,
            known_as: group.known_as.clone(),
            group: group.members.clone(),
        }
    }

    fn push(&mut self, id: u128, at_ms: Ms, is_cause: bool, body: AccountChanged) {
        self.effects.outputs.push(Output {
            id,
            model: self.index,
            at_ms,
            event: self.member_update.event.clone().filter(|_| is_cause),
            body: Body::AccountChanged(Box::new(body)),
        });
    }
}

//! The protocol of KIP-848: the broker decides who shall have what, and each member is led there by its heartbeats. A partition is given
//! only when nobody has it any more.

use super::{Joiner, range};
use crate::api::{Answer, TopicPartition, Us};
use rdkafka::types::RDKafkaErrorCode as Code;
use std::collections::{BTreeMap, BTreeSet};

type Partitions = BTreeSet<TopicPartition>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Stable,
    /// It has to give something away first.
    Unrevoked,
    /// It waits for what others still have.
    Unreleased,
}

#[derive(Debug)]
struct Member {
    epoch: i32,
    previous: i32,
    state: State,
    assigned: Partitions,
    /// Still its own until its heartbeats no longer say so.
    revoking: Partitions,
    topics: Vec<u16>,
    rebalance: Us,
    expires: Us,
    revoke_by: Option<Us>,
}

#[derive(Debug)]
pub(super) struct Consumer {
    session: Us,
    epoch: i32,
    members: BTreeMap<String, Member>,
    target: BTreeMap<String, Partitions>,
    target_epoch: i32,
    /// The first topic is dealt the other way round.
    is_apart: bool,
}

impl Consumer {
    pub(super) fn new(session: Us) -> Self {
        Self { session, epoch: 0, members: BTreeMap::new(), target: BTreeMap::new(), target_epoch: 0, is_apart: false }
    }

    pub(super) fn is_used(&self) -> bool {
        !self.members.is_empty()
    }

    pub(super) fn assignment(&self) -> BTreeMap<String, Vec<TopicPartition>> {
        self.members.iter().map(|(name, member)| (name.clone(), member.assigned.iter().copied().collect())).collect()
    }

    /// A heartbeat with epoch 0: whoever was a member of this name before goes on being it, with nothing in its hands.
    pub(super) fn join(&mut self, now: Us, joiner: &Joiner, new_name: String, partitions: &[i32]) -> Answer {
        let name = joiner.member.clone().unwrap_or(new_name);
        let known = self.members.entry(name.clone()).or_insert_with(|| Member {
            epoch: 0,
            previous: -1,
            state: State::Stable,
            assigned: Partitions::new(),
            revoking: Partitions::new(),
            topics: Vec::new(),
            rebalance: 0,
            expires: 0,
            revoke_by: None,
        });
        known.rebalance = joiner.rebalance;
        if known.topics != joiner.topics {
            known.topics.clone_from(&joiner.topics);
            self.epoch += 1;
        }
        self.lead(now, &name, &[], partitions);
        let Some(member) = self.members.get(&name) else { return Answer::Failed(Code::UnknownMemberId) };
        let assigned = member.assigned.iter().copied().collect();
        Answer::Joined { generation: member.epoch, assigned, member: name }
    }

    pub(super) fn heartbeat(&mut self, now: Us, name: &str, epoch: i32, owned: &[TopicPartition], partitions: &[i32]) -> Answer {
        let Some(member) = self.members.get(name) else { return Answer::Failed(Code::UnknownMemberId) };
        // The answer with the higher epoch may have been lost.
        let has_missed = epoch == member.previous && owned.iter().all(|at| member.assigned.contains(at));
        if epoch > member.epoch || (epoch < member.epoch && !has_missed) {
            return Answer::Failed(Code::FencedMemberEpoch);
        }
        let before = member.assigned.clone();
        self.lead(now, name, owned, partitions);
        let Some(member) = self.members.get(name) else { return Answer::Failed(Code::UnknownMemberId) };
        let is_there = owned.len() == member.assigned.len() && owned.iter().all(|at| member.assigned.contains(at));
        let is_told = before == member.assigned && is_there;
        let assigned = (!is_told).then(|| member.assigned.iter().copied().collect());
        Answer::Beat { generation: member.epoch, assigned }
    }

    /// One step of a member towards what it shall have.
    fn lead(&mut self, now: Us, name: &str, owned: &[TopicPartition], partitions: &[i32]) {
        if self.epoch > self.target_epoch {
            let members: Vec<(&str, &[u16])> =
                self.members.iter().map(|(name, member)| (name.as_str(), member.topics.as_slice())).collect();
            let dealt = range(&members, partitions);
            let first = |at: &TopicPartition| at.topic == 0 && self.is_apart;
            let turned: Vec<Vec<TopicPartition>> =
                dealt.values().rev().map(|its| its.iter().copied().filter(first).collect()).collect();
            let rest = dealt.iter().map(|(name, its)| (name.clone(), its.iter().copied().filter(|at| !first(at))));
            self.target = rest.zip(turned).map(|((name, its), first)| (name, its.chain(first).collect())).collect();
            self.target_epoch = self.epoch;
        }
        let taken: Partitions =
            self.members.values().flat_map(|member| member.assigned.union(&member.revoking)).copied().collect();
        let target = self.target.get(name).cloned().unwrap_or_default();
        let (target_epoch, session) = (self.target_epoch, self.session);
        let Some(member) = self.members.get_mut(name) else { return };
        member.expires = now + session;
        let is_there = member.state == State::Stable && member.epoch == target_epoch;
        let holds_on = member.state == State::Unrevoked && owned.iter().any(|at| member.revoking.contains(at));
        if is_there || holds_on {
            return;
        }
        let epoch = member.epoch + i32::from(member.state == State::Unrevoked);
        let kept: Partitions = member.assigned.intersection(&target).copied().collect();
        let revoking: Partitions = member.assigned.difference(&kept).copied().collect();
        let missing: Partitions = target.difference(&kept).copied().collect();
        let free: Partitions = missing.difference(&taken).copied().collect();
        let has_unreleased = free.len() < missing.len();
        member.previous = member.epoch;
        if owned.iter().any(|at| revoking.contains(at)) {
            (member.state, member.epoch, member.assigned, member.revoking) = (State::Unrevoked, epoch, kept, revoking);
            member.revoke_by = Some(now + member.rebalance);
            return;
        }
        member.state = if has_unreleased { State::Unreleased } else { State::Stable };
        member.epoch = target_epoch;
        member.assigned = kept.union(&free).copied().collect();
        member.revoking.clear();
        member.revoke_by = None;
    }

    pub(super) fn set_apart(&mut self, is_apart: bool) {
        if self.is_apart != is_apart {
            self.is_apart = is_apart;
            self.epoch += 1;
        }
    }

    pub(super) fn is_changing(&self) -> bool {
        self.members.values().any(|member| member.state != State::Stable || member.epoch != self.epoch)
    }

    pub(super) fn leave(&mut self, name: &str) -> Answer {
        if self.members.contains_key(name) {
            self.remove(name);
            Answer::Done
        } else {
            Answer::Failed(Code::UnknownMemberId)
        }
    }

    fn remove(&mut self, name: &str) {
        self.members.remove(name);
        self.target.remove(name);
        self.epoch += 1;
    }

    pub(super) fn check_commit(&self, name: &str, epoch: i32) -> Result<(), Code> {
        if epoch < 0 && self.members.is_empty() {
            return Ok(());
        }
        // This request knows no stale epochs.
        self.check_fetch(name, epoch).map_err(|code| if code == Code::StaleMemberEpoch { Code::IllegalGeneration } else { code })
    }

    pub(super) fn check_fetch(&self, name: &str, epoch: i32) -> Result<(), Code> {
        let member = self.members.get(name).ok_or(Code::UnknownMemberId)?;
        if member.epoch == epoch { Ok(()) } else { Err(Code::StaleMemberEpoch) }
    }

    pub(super) fn reload(&mut self, back: Us) {
        for member in self.members.values_mut() {
            member.expires = back + self.session;
            member.revoke_by = member.revoke_by.map(|_| back + member.rebalance);
        }
    }

    pub(super) fn tick(&mut self, now: Us) {
        let is_out = |member: &Member| member.expires <= now || member.revoke_by.is_some_and(|until| until <= now);
        let out = |(name, member): (&String, &Member)| is_out(member).then(|| name.clone());
        while let Some(name) = self.members.iter().find_map(out) {
            self.remove(&name);
        }
    }

    pub(super) fn next(&self) -> Option<Us> {
        self.members.values().flat_map(|member| [Some(member.expires), member.revoke_by]).flatten().min()
    }
}

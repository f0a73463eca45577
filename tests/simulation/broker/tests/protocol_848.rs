//! The group in the protocol of KIP-848.

use super::rig::{Rig, SECOND, at, failed};
use crate::api::{Answer, Protocol, Request, TopicPartition};
use rdkafka::types::RDKafkaErrorCode as Code;

/// A member that does as it is told.
struct Member {
    name: String,
    epoch: i32,
    held: Vec<TopicPartition>,
}

impl Member {
    fn join(rig: &mut Rig) -> Self {
        let (_, ticket) = rig.join(Protocol::Consumer, None);
        let Some(Answer::Joined { member, generation, assigned }) = rig.taken(ticket) else { panic!() };
        Self { name: member, epoch: generation, held: assigned }
    }

    /// One heartbeat with what it holds; says what it is told to hold.
    fn ask(&mut self, rig: &mut Rig) -> Option<Vec<TopicPartition>> {
        match rig.beat(&self.name, self.epoch, &self.held) {
            Answer::Beat { generation, assigned } => {
                self.epoch = generation;
                assigned
            }
            other => panic!("{other:?}"),
        }
    }

    fn beat(&mut self, rig: &mut Rig) {
        if let Some(assigned) = self.ask(rig) {
            self.held = assigned;
        }
    }
}

#[test]
fn a_partition_is_given_only_when_its_owner_has_said_that_it_is_gone() {
    let mut rig = Rig::new();
    let mut one = Member::join(&mut rig);
    assert_eq!((one.held.len(), one.epoch), (12, 1));
    let mut two = Member::join(&mut rig);
    assert_eq!((two.held.len(), two.epoch), (0, 2), "everything is still the first one's");
    let left = one.ask(&mut rig).expect("it is told what to give away");
    assert_eq!((left.len(), one.epoch), (6, 1));
    two.beat(&mut rig);
    assert!(two.held.is_empty());
    // One topic after the other: as soon as one is gone the other member may have it only when all are, since that is one heartbeat.
    let kept_one = one.held.iter().find(|at| !left.contains(at)).copied().expect("one to give away");
    one.held = left.iter().copied().chain([kept_one]).collect();
    assert_eq!(one.ask(&mut rig).as_deref(), Some(left.as_slice()));
    two.beat(&mut rig);
    assert!(two.held.is_empty(), "it has not given everything away");
    one.held = left;
    one.beat(&mut rig);
    assert_eq!(one.epoch, 2);
    two.beat(&mut rig);
    assert_eq!(two.held.len(), 6);
    assert!(two.held.iter().all(|at| !one.held.contains(at)));
    let own: Vec<i32> = two.held.iter().filter(|at| at.topic == 0).map(|at| at.partition).collect();
    assert!(two.held.iter().all(|at| own.contains(&at.partition)), "the same of every topic");
    assert_eq!(rig.beat(&two.name, two.epoch, &two.held), Answer::Beat { generation: 2, assigned: None });
}

#[test]
fn a_member_without_heartbeats_loses_its_partitions_and_its_epoch() {
    let mut rig = Rig::new();
    let mut one = Member::join(&mut rig);
    let two = Member::join(&mut rig);
    one.beat(&mut rig);
    one.beat(&mut rig);
    for _ in 0..5 {
        rig.pass(10 * SECOND);
        one.beat(&mut rig);
    }
    one.beat(&mut rig);
    assert_eq!((one.held.len(), one.epoch), (12, 3));
    assert_eq!(failed(&rig.beat(&two.name, two.epoch, &two.held)), Some(Code::UnknownMemberId));
}

#[test]
fn a_member_that_does_not_give_away_in_time_is_fenced() {
    let mut rig = Rig::new();
    let mut one = Member::join(&mut rig);
    let mut two = Member::join(&mut rig);
    for _ in 0..19 {
        one.ask(&mut rig);
        two.beat(&mut rig);
        rig.pass(SECOND);
    }
    rig.pass(SECOND);
    assert_eq!(failed(&rig.beat(&one.name, one.epoch, &one.held)), Some(Code::UnknownMemberId));
    two.beat(&mut rig);
    assert_eq!(two.held.len(), 12);
}

#[test]
fn epochs_of_heartbeats_are_checked_and_a_lost_answer_is_forgiven() {
    let mut rig = Rig::new();
    let mut one = Member::join(&mut rig);
    let two = Member::join(&mut rig);
    one.beat(&mut rig);
    let (before, held) = (one.epoch, one.held.clone());
    one.beat(&mut rig);
    assert_eq!(one.epoch, before + 1);
    assert!(matches!(rig.beat(&one.name, before, &held), Answer::Beat { generation: 2, .. }), "it never heard of its new epoch");
    assert_eq!(failed(&rig.beat(&one.name, 9, &held)), Some(Code::FencedMemberEpoch));
    assert_eq!(failed(&rig.beat(&two.name, 1, &[])), Some(Code::FencedMemberEpoch));
    // Who joins under its old name goes on.
    let (name, ticket) = rig.join(Protocol::Consumer, Some(&one.name));
    let Some(Answer::Joined { generation: 2, assigned, .. }) = rig.taken(ticket) else { panic!() };
    assert_eq!((name, assigned), (one.name.clone(), one.held));
    assert_eq!(rig.ask(Request::Leave { member: one.name.clone() }), Answer::Done);
    assert_eq!(failed(&rig.ask(Request::Leave { member: one.name })), Some(Code::UnknownMemberId));
}

#[test]
fn offsets_need_the_members_epoch_and_empty_membership_is_not_taken() {
    let mut rig = Rig::new();
    let writer = rig.producer("w");
    rig.ask(writer.add_offsets());
    let one = Member::join(&mut rig);
    let input = at(0, 0);
    assert_eq!(rig.ask(writer.offsets(input, 1, &one.name, 1)), Answer::Done);
    assert_eq!(failed(&rig.ask(writer.offsets(input, 1, &one.name, 0))), Some(Code::IllegalGeneration));
    assert_eq!(failed(&rig.ask(writer.offsets(input, 1, "", -1))), Some(Code::UnknownMemberId));
    let ask =
        |member: &str, generation| Request::OffsetFetch { member: member.to_owned(), generation, partitions: vec![at(0, 1)] };
    assert_eq!(rig.ask(ask(&one.name, 1)), Answer::Committed(vec![None]));
    assert_eq!(failed(&rig.ask(ask(&one.name, 0))), Some(Code::StaleMemberEpoch));
    assert_eq!(rig.ask(ask("", -1)), Answer::Committed(vec![None]));
}

//! The group in the classic protocol, and whose offsets are taken.

use super::super::Away;
use super::rig::{MS, Rig, SECOND, at, failed};
use crate::api::{Answer, Protocol, Request, Ticket, TopicPartition};
use rdkafka::types::RDKafkaErrorCode as Code;

const CLASSIC: Protocol = Protocol::Classic;

fn joined(rig: &mut Rig, ticket: Ticket) -> (i32, Vec<TopicPartition>) {
    match rig.taken(ticket) {
        Some(Answer::Joined { generation, assigned, .. }) => (generation, assigned),
        other => panic!("{other:?}"),
    }
}

/// A group of two in its second generation.
fn two(rig: &mut Rig) -> (String, String) {
    let (one, first) = rig.join(CLASSIC, None);
    rig.pass(0);
    assert_eq!(joined(rig, first).1.len(), 12, "alone it has everything");
    let (two, second) = rig.join(CLASSIC, None);
    assert_eq!(failed(&rig.beat(&one, 1, &[])), Some(Code::RebalanceInProgress));
    assert_eq!(rig.taken(second), None, "until all have joined");
    let (_, again) = rig.join(CLASSIC, Some(&one));
    let (mine, yours) = (joined(rig, again), joined(rig, second));
    assert_eq!((mine.0, yours.0), (2, 2));
    (one, two)
}

#[test]
fn members_join_together_and_range_gives_the_same_partitions_of_every_topic() {
    let mut rig = Rig::new();
    let (one, two) = two(&mut rig);
    let assignment = rig.broker.assignment();
    for (member, other) in [(&one, &two), (&two, &one)] {
        let (first, last) = if member < other { (0, 1) } else { (2, 3) };
        let expected: Vec<_> = [0, 1, 2].into_iter().flat_map(|topic| [at(topic, first), at(topic, last)]).collect();
        assert_eq!(assignment[member], expected);
    }
    assert_eq!(rig.beat(&one, 2, &[]), Answer::Beat { generation: 2, assigned: None });
    assert_eq!(failed(&rig.beat(&one, 1, &[])), Some(Code::IllegalGeneration));
    assert_eq!(failed(&rig.beat("nobody", 2, &[])), Some(Code::UnknownMemberId));
}

#[test]
fn a_member_that_is_silent_is_thrown_out_and_the_rest_join_anew() {
    let mut rig = Rig::new();
    let (one, two) = two(&mut rig);
    for _ in 0..7 {
        rig.pass(SECOND);
        rig.beat(&one, 2, &[]);
    }
    assert_eq!(failed(&rig.beat(&one, 2, &[])), Some(Code::RebalanceInProgress));
    assert_eq!(failed(&rig.beat(&two, 2, &[])), Some(Code::UnknownMemberId));
    let (_, again) = rig.join(CLASSIC, Some(&one));
    let (generation, assigned) = joined(&mut rig, again);
    assert_eq!((generation, assigned.len()), (3, 12));
}

#[test]
fn a_member_that_beats_but_does_not_join_is_thrown_out_after_the_rebalance_time() {
    let mut rig = Rig::new();
    let (one, two) = two(&mut rig);
    let (_, third) = rig.join(CLASSIC, None);
    let (_, again) = rig.join(CLASSIC, Some(&one));
    for _ in 0..19 {
        rig.pass(SECOND);
        assert_eq!(failed(&rig.beat(&two, 2, &[])), Some(Code::RebalanceInProgress));
    }
    assert_eq!(rig.taken(again), None);
    rig.pass(SECOND);
    assert_eq!((joined(&mut rig, again).0, joined(&mut rig, third).0), (3, 3));
    assert_eq!(failed(&rig.beat(&two, 2, &[])), Some(Code::UnknownMemberId));
}

#[test]
fn a_member_that_leaves_is_not_waited_for() {
    let mut rig = Rig::new();
    let (one, two) = two(&mut rig);
    let (_, again) = rig.join(CLASSIC, Some(&one));
    // Only the leader's request makes all others join; a follower's is answered with what it has.
    let asked = rig.taken(again);
    assert!(asked.is_none(), "{asked:?}");
    assert_eq!(rig.ask(Request::Leave { member: two.clone() }), Answer::Done);
    assert_eq!(joined(&mut rig, again).0, 3);
    assert_eq!(failed(&rig.ask(Request::Leave { member: two })), Some(Code::UnknownMemberId));
}

#[test]
fn a_name_that_nobody_comes_with_holds_a_generation_up_for_a_session() {
    let mut rig = Rig::new();
    let (one, first) = rig.join(CLASSIC, None);
    rig.pass(0);
    joined(&mut rig, first);
    let topics = vec![0, 1, 2];
    let (session, rebalance) = (3 * SECOND, 60 * SECOND);
    rig.ask(Request::Join { member: None, protocol: CLASSIC, topics, session, rebalance });
    let (_, again) = rig.join(CLASSIC, Some(&one));
    assert_eq!(rig.taken(again), None);
    rig.pass(3 * SECOND);
    assert_eq!(joined(&mut rig, again).0, 2);
}

#[test]
fn the_first_members_wait_for_more_of_them() {
    let mut rig = Rig::with(|settings| settings.initial_rebalance_delay = 3 * SECOND);
    let (_, first) = rig.join(CLASSIC, None);
    rig.pass(2 * SECOND);
    let (_, second) = rig.join(CLASSIC, None);
    rig.pass(SECOND);
    assert_eq!(rig.taken(first), None, "a newcomer makes it longer");
    rig.pass(3 * SECOND);
    assert_eq!((joined(&mut rig, first).0, joined(&mut rig, second).0), (1, 1));
}

#[test]
fn a_new_coordinator_knows_the_last_generation_and_nobody_who_was_joining() {
    let mut rig = Rig::new();
    let (one, _) = two(&mut rig);
    let (third, joining) = rig.join(CLASSIC, None);
    rig.broker.away(rig.now, Away::Group, 500 * MS, Code::CoordinatorLoadInProgress);
    rig.pass(0);
    assert_eq!(rig.taken(joining), Some(Answer::Failed(Code::NotCoordinator)));
    assert_eq!(failed(&rig.beat(&one, 2, &[])), Some(Code::CoordinatorLoadInProgress));
    rig.pass(500 * MS);
    assert_eq!(rig.beat(&one, 2, &[]), Answer::Beat { generation: 2, assigned: None });
    let (_, joining) = rig.join(CLASSIC, Some(&third));
    assert_eq!(rig.taken(joining), Some(Answer::Failed(Code::UnknownMemberId)));
}

#[test]
fn offsets_are_taken_from_members_of_this_generation_and_from_nobody_at_all() {
    let mut rig = Rig::new();
    let writer = rig.producer("w");
    rig.ask(writer.add_offsets());
    let input = at(0, 0);
    assert_eq!(failed(&rig.ask(writer.offsets(input, 1, "m", 1))), Some(Code::IllegalGeneration), "no group yet");
    let (one, _) = two(&mut rig);
    assert_eq!(rig.ask(writer.offsets(input, 1, &one, 2)), Answer::Done);
    assert_eq!(failed(&rig.ask(writer.offsets(input, 2, &one, 1))), Some(Code::IllegalGeneration));
    assert_eq!(failed(&rig.ask(writer.offsets(input, 2, &one, -1))), Some(Code::IllegalGeneration));
    assert_eq!(failed(&rig.ask(writer.offsets(input, 2, "other", 2))), Some(Code::UnknownMemberId));
    assert_eq!(failed(&rig.ask(writer.offsets(input, 2, "", 2))), Some(Code::UnknownMemberId));
    assert_eq!(rig.ask(writer.offsets(input, 3, "", -1)), Answer::Done, "empty membership is not checked");
    rig.join(CLASSIC, None);
    assert_eq!(rig.ask(writer.offsets(input, 4, &one, 2)), Answer::Done, "until the next generation is complete");
}

#[test]
fn members_of_both_protocols_do_not_mix() {
    let mut rig = Rig::new();
    two(&mut rig);
    let (_, ticket) = rig.join(Protocol::Consumer, None);
    assert_eq!(rig.taken(ticket), Some(Answer::Failed(Code::InconsistentGroupProtocol)));
}

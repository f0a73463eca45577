//! Transactions: what is visible when, who is fenced, and where the old protocol is unsound.

use super::super::history::Ending;
use super::super::{Away, Broker};
use super::rig::{MS, Rig, SECOND, Writer, at, failed, record};
use crate::api::{Answer, OffsetSpec, Request};
use rdkafka::types::RDKafkaErrorCode as Code;

const OUT: crate::api::TopicPartition = at(0, 0);

fn open(rig: &mut Rig, writer: &Writer, first_sequence: i32, values: &[&str]) {
    assert_eq!(rig.ask(writer.add(OUT)), Answer::Done);
    let written = rig.ask(writer.write(OUT, first_sequence, values));
    assert!(matches!(written, Answer::Produced { .. }), "{written:?}");
}

#[test]
fn records_of_a_transaction_are_seen_once_its_marker_is_written_and_a_marker_takes_an_offset() {
    let mut rig = Rig::new();
    rig.marker_delay.set(30 * MS);
    let writer = rig.producer("w");
    open(&mut rig, &writer, 0, &["a", "b"]);
    assert_eq!(rig.seen(OUT), (vec![], true));
    assert_eq!((rig.offset(OUT, OffsetSpec::Stable), rig.offset(OUT, OffsetSpec::End)), (0, 2));

    assert_eq!(rig.ask(writer.end(true)), Answer::Done);
    assert_eq!(rig.seen(OUT), (vec![], true), "the marker is on its way");
    assert_eq!(failed(&rig.ask(writer.add(OUT))), Some(Code::ConcurrentTransactions));
    assert_eq!(failed(&rig.ask(writer.end(true))), Some(Code::ConcurrentTransactions));
    rig.pass(30 * MS);
    assert_eq!(rig.seen(OUT).0, ["a", "b"]);
    assert_eq!(rig.offset(OUT, OffsetSpec::End), 3, "the marker is a record too");
    assert_eq!(rig.ask(writer.end(true)), Answer::Done, "a repeated one");
    assert_eq!(failed(&rig.ask(writer.end(false))), Some(Code::InvalidTransactionalState));

    let ended = &rig.broker.history().transactions[0];
    assert_eq!((ended.decided, ended.completed), (0, Some(30 * MS)));
    assert_eq!(ended.records[&OUT], [0, 1]);
    assert!(rig.broker.history().visible[&OUT].iter().all(|seen| seen.since == 30 * MS && seen.transaction == Some(0)));
}

#[test]
fn aborted_records_are_never_seen_and_a_reader_is_led_past_them() {
    let mut rig = Rig::new();
    let writer = rig.producer("w");
    open(&mut rig, &writer, 0, &["a"]);
    rig.ask(writer.end(false));
    let Answer::Fetched { records, next, at_end, .. } = rig.fetch(OUT, 0, -1) else { panic!() };
    assert!(records.is_empty() && at_end);
    assert_eq!(next, 2);
    assert!(rig.broker.history().visible[&OUT].is_empty());
}

#[test]
fn a_stable_offset_waits_for_the_oldest_open_transaction_whoever_else_commits() {
    let mut rig = Rig::new();
    let (slow, fast) = (rig.producer("slow"), rig.producer("fast"));
    open(&mut rig, &slow, 0, &["slow"]);
    open(&mut rig, &fast, 0, &["fast"]);
    rig.ask(fast.end(true));
    assert_eq!(rig.seen(OUT).0, Vec::<String>::new());
    rig.pass(SECOND);
    rig.ask(slow.end(true));
    assert_eq!(rig.seen(OUT).0, ["slow", "fast"]);
    let since: Vec<_> = rig.broker.history().visible[&OUT].iter().map(|seen| seen.since).collect();
    assert_eq!(since, [SECOND, SECOND]);
}

#[test]
fn a_producer_that_begins_fences_the_one_before_and_aborts_what_it_left_open() {
    let mut rig = Rig::new();
    rig.marker_delay.set(10 * MS);
    let old = rig.producer("w");
    open(&mut rig, &old, 0, &["a"]);
    assert_eq!(failed(&rig.init("w")), Some(Code::ConcurrentTransactions));
    let new = rig.producer("w");
    assert_eq!((new.id.id, new.id.epoch), (old.id.id, old.id.epoch + 2));
    for request in [old.add(OUT), old.end(true), old.write(OUT, 1, &["b"]), old.add_offsets()] {
        assert_eq!(failed(&rig.ask(request)), Some(Code::InvalidProducerEpoch));
    }
    assert_eq!(rig.seen(OUT), (vec![], true));
    assert_eq!(rig.broker.history().transactions[0].ending, Ending::Fenced);
    open(&mut rig, &new, 0, &["c"]);
    rig.ask(new.end(true));
    rig.pass(SECOND);
    assert_eq!(rig.seen(OUT).0, ["c"]);
}

#[test]
fn a_producer_that_asks_for_a_higher_epoch_is_known_by_the_one_it_has() {
    let mut rig = Rig::new();
    let writer = rig.producer("w");
    let bump = |by| Request::InitProducerId { transactional_id: "w".to_owned(), timeout: SECOND, producer: Some(by) };
    let Answer::Producer(bumped) = rig.ask(bump(writer.id)) else { panic!() };
    assert_eq!(bumped.epoch, writer.id.epoch + 1);
    assert_eq!(rig.ask(bump(writer.id)), Answer::Producer(bumped), "the same request again");
    let other = rig.producer("w");
    assert_eq!(failed(&rig.ask(bump(bumped))), Some(Code::ProducerFenced));
    // With a transaction open, the broker aborts it by fencing: the one who asked is fenced too.
    open(&mut rig, &other, 0, &["a"]);
    assert_eq!(failed(&rig.ask(bump(other.id))), Some(Code::ConcurrentTransactions));
    assert_eq!(failed(&rig.ask(bump(other.id))), Some(Code::ProducerFenced));
}

#[test]
fn a_batch_that_comes_twice_is_answered_with_its_offset_and_a_gap_is_refused() {
    let mut rig = Rig::new();
    let writer = rig.producer("w");
    open(&mut rig, &writer, 0, &["a", "b"]);
    assert_eq!(rig.ask(writer.write(OUT, 2, &["c"])), Answer::Produced { base: 2 });
    assert_eq!(rig.ask(writer.write(OUT, 0, &["a", "b"])), Answer::Produced { base: 0 });
    assert_eq!(failed(&rig.ask(writer.write(OUT, 4, &["e"]))), Some(Code::OutOfOrderSequenceNumber));
    for number in 3..8 {
        rig.ask(writer.write(OUT, number, &["x"]));
    }
    assert_eq!(failed(&rig.ask(writer.write(OUT, 2, &["c"]))), Some(Code::OutOfOrderSequenceNumber), "only five are known");
    // Sequence numbers go on in the next transaction, and begin anew with the next epoch.
    rig.ask(writer.end(true));
    open(&mut rig, &writer, 8, &["y"]);
    rig.ask(writer.end(true));
    let next = rig.producer("w");
    rig.ask(next.add(OUT));
    assert_eq!(failed(&rig.ask(next.write(OUT, 9, &["z"]))), Some(Code::OutOfOrderSequenceNumber));
    open(&mut rig, &next, 0, &["z"]);
}

#[test]
fn a_late_batch_joins_the_next_transaction_of_its_epoch() {
    for verifies in [false, true] {
        let mut rig = Rig::with(|settings| settings.verifies = verifies);
        let writer = rig.producer("w");
        rig.ask(writer.add(OUT));
        let late = writer.write(OUT, 0, &["late"]);
        // The client gives up on it and ends the transaction; it is still in the network.
        rig.ask(writer.end(false));
        rig.ask(writer.add(OUT));
        assert_eq!(rig.ask(late), Answer::Produced { base: 1 });
        rig.ask(writer.end(true));
        assert_eq!(rig.seen(OUT).0, ["late"], "unsound, and so it is");
    }
}

#[test]
fn a_late_end_ends_the_next_transaction_of_its_epoch() {
    let mut rig = Rig::new();
    let writer = rig.producer("w");
    let late = writer.end(false);
    open(&mut rig, &writer, 0, &["a"]);
    rig.ask(writer.end(false));
    open(&mut rig, &writer, 1, &["b"]);
    assert_eq!(rig.ask(late), Answer::Done);
    assert_eq!(failed(&rig.ask(writer.end(true))), Some(Code::InvalidTransactionalState));
    assert_eq!(rig.seen(OUT).0, Vec::<String>::new());
}

#[test]
fn a_write_outside_of_a_transaction_hangs_unless_the_broker_asks_the_coordinator() {
    let mut rig = Rig::new();
    let writer = rig.producer("w");
    assert_eq!(failed(&rig.ask(writer.write(OUT, 0, &["a"]))), Some(Code::InvalidTransactionalState));

    let mut rig = Rig::with(|settings| settings.verifies = false);
    let writer = rig.producer("w");
    assert_eq!(rig.ask(writer.write(OUT, 0, &["a"])), Answer::Produced { base: 0 });
    assert_eq!(rig.broker.hanging(), [(Some(OUT), writer.id)]);
    // What is of a transaction does not hang.
    let other = rig.producer("v");
    open(&mut rig, &other, 0, &["b"]);
    assert_eq!(rig.broker.hanging(), [(Some(OUT), writer.id)]);
    rig.write(OUT, &["b"]);
    rig.pass(100 * SECOND);
    assert_eq!(rig.seen(OUT).0, Vec::<String>::new(), "no coordinator knows of it, and no time ends it");
    assert_eq!(rig.broker.open_transactions(), [(OUT, writer.id)]);
    rig.broker.end_by_hand(rig.now, Some(OUT), writer.id);
    assert_eq!(rig.seen(OUT).0, ["b"]);
}

#[test]
fn a_planted_hanging_transaction_holds_readers_until_it_is_ended_by_hand() {
    let mut rig = Rig::new();
    let hanging = rig.broker.hang(0, OUT, record("hanging"));
    rig.write(OUT, &["a"]);
    assert_eq!(rig.seen(OUT), (vec![], true));
    assert_eq!(rig.offset(OUT, OffsetSpec::End), 2);
    rig.broker.end_by_hand(0, Some(OUT), hanging);
    assert_eq!(rig.seen(OUT).0, ["a"]);
}

#[test]
fn the_broker_aborts_a_transaction_that_is_too_old_and_fences_its_producer() {
    let mut rig = Rig::new();
    let writer = rig.producer("w");
    rig.pass(300 * MS);
    open(&mut rig, &writer, 0, &["a"]);
    rig.pass(5 * SECOND);
    assert_eq!(rig.broker.history().transactions.len(), 0, "it looks once a second only");
    rig.pass(SECOND);
    let ended = &rig.broker.history().transactions[0];
    assert_eq!((ended.ending, ended.decided, ended.begun), (Ending::TimedOut, 6 * SECOND, 300 * MS));
    assert_eq!(failed(&rig.ask(writer.end(true))), Some(Code::InvalidProducerEpoch));
    assert_eq!(failed(&rig.ask(writer.write(OUT, 1, &["b"]))), Some(Code::InvalidProducerEpoch));
    let timeout = 901 * SECOND;
    let too_long = Request::InitProducerId { transactional_id: "w".to_owned(), timeout, producer: None };
    assert_eq!(failed(&rig.ask(too_long)), Some(Code::InvalidTransactionTimeout));
}

#[test]
fn a_new_coordinator_ends_what_was_decided_and_writes_all_markers_again() {
    let mut rig = Rig::new();
    rig.marker_delay.set(10 * MS);
    let writer = rig.producer("w");
    open(&mut rig, &writer, 0, &["a"]);
    rig.ask(writer.end(true));
    let all_away = |broker: &mut Broker, now| {
        for number in 0..3 {
            broker.away(now, Away::Transactions(number), SECOND, Code::NotCoordinator);
        }
    };
    all_away(&mut rig.broker, rig.now);
    rig.pass(500 * MS);
    assert_eq!(failed(&rig.ask(writer.end(true))), Some(Code::NotCoordinator));
    assert_eq!(rig.seen(OUT), (vec![], true));
    rig.pass(SECOND);
    assert_eq!(rig.seen(OUT).0, ["a"]);
    assert_eq!(rig.ask(writer.end(true)), Answer::Done);
}

#[test]
fn a_marker_waits_for_the_leader_of_its_partition() {
    let mut rig = Rig::new();
    let writer = rig.producer("w");
    open(&mut rig, &writer, 0, &["a"]);
    rig.broker.away(rig.now, Away::Leader(OUT), 3 * SECOND, Code::NotLeaderForPartition);
    assert_eq!(rig.ask(writer.end(true)), Answer::Done);
    assert_eq!(failed(&rig.fetch(OUT, 0, -1)), Some(Code::NotLeaderForPartition));
    assert_eq!(failed(&rig.ask(writer.add(OUT))), Some(Code::ConcurrentTransactions));
    rig.pass(3 * SECOND);
    assert_eq!(rig.seen(OUT).0, ["a"]);
}

#[test]
fn offsets_of_a_transaction_hold_back_who_asks_and_count_with_its_marker() {
    let mut rig = Rig::new();
    rig.marker_delay.set(10 * MS);
    let writer = rig.producer("w");
    let input = at(1, 0);
    assert_eq!(rig.committed(input), Answer::Committed(vec![None]));
    assert_eq!(failed(&rig.ask(writer.offsets(input, 5, "", -1))), Some(Code::InvalidTransactionalState));
    rig.ask(writer.add_offsets());
    assert_eq!(rig.ask(writer.offsets(input, 5, "", -1)), Answer::Done);
    assert_eq!(failed(&rig.committed(input)), Some(Code::UnstableOffsetCommit));
    assert_eq!(rig.committed(at(1, 1)), Answer::Committed(vec![None]), "of other partitions nothing is pending");
    rig.ask(writer.end(true));
    assert_eq!(failed(&rig.committed(input)), Some(Code::UnstableOffsetCommit));
    rig.pass(10 * MS);
    assert_eq!(rig.committed(input), Answer::Committed(vec![Some(5.into())]));
    assert_eq!(rig.broker.history().transactions[0].positions[&input], 5);

    rig.ask(writer.add_offsets());
    rig.ask(writer.offsets(input, 9, "", -1));
    rig.ask(writer.end(false));
    rig.pass(10 * MS);
    assert_eq!(rig.committed(input), Answer::Committed(vec![Some(5.into())]));
    assert_eq!(rig.broker.history().offsets.len(), 1);
}

#[test]
fn late_offsets_of_a_fenced_producer_become_its_successors_unless_the_broker_asks_the_coordinator() {
    for (verifies, expected) in [(true, None), (false, Some(7))] {
        let mut rig = Rig::with(|settings| settings.verifies = verifies);
        let old = rig.producer("w");
        rig.ask(old.add_offsets());
        let late = old.offsets(at(1, 0), 7, "", -1);
        rig.ask(old.end(true));
        // The marker was written; nothing tells the group's offsets of the successor.
        let new = rig.producer("w");
        let answer = rig.ask(late);
        assert_eq!(failed(&answer).is_some(), verifies);
        rig.ask(new.add_offsets());
        rig.ask(new.end(true));
        assert_eq!(rig.committed(at(1, 0)), Answer::Committed(vec![expected.map(Into::into)]));
    }
}

#[test]
fn hanging_offsets_hold_back_who_asks_until_they_are_ended_by_hand() {
    let mut rig = Rig::new();
    let hanging = rig.broker.hang_offsets(&[(at(1, 0), 3)]);
    assert_eq!(rig.broker.hanging(), [(None, hanging)]);
    assert_eq!(failed(&rig.committed(at(1, 0))), Some(Code::UnstableOffsetCommit));
    rig.broker.end_by_hand(rig.now, None, hanging);
    assert_eq!(rig.committed(at(1, 0)), Answer::Committed(vec![None]));
}

#[test]
fn a_transaction_of_nothing_ends_at_once() {
    let mut rig = Rig::new();
    let writer = rig.producer("w");
    let nothing = Request::AddPartitions { transactional_id: "w".to_owned(), producer: writer.id, partitions: vec![] };
    assert_eq!(rig.ask(nothing), Answer::Done);
    assert_eq!(rig.ask(writer.end(true)), Answer::Done);
    assert_eq!(rig.ask(writer.end(true)), Answer::Done);
    assert_eq!(rig.ask(writer.add(OUT)), Answer::Done);
}

#[test]
fn the_producer_of_an_id_that_the_broker_has_forgotten_is_a_stranger() {
    let mut rig = Rig::new();
    let writer = rig.producer("w");
    rig.broker.forget_transactional_id("w");
    assert_eq!(failed(&rig.ask(writer.add(OUT))), Some(Code::InvalidProducerIdMapping));
    assert_ne!(rig.producer("w").id.id, writer.id.id);
}

//! One partition: reading, waiting, losing, times and refusals.

use super::super::history::Gone;
use super::super::{Away, Refusal};
use super::rig::{APPEND_TIME, CHANGELOG, MS, Rig, SECOND, START_MS, at, failed, fetch, keyed, values};
use crate::api::{Answer, OffsetSpec, Record, Request, TopicPartition, Us};
use rdkafka::types::RDKafkaErrorCode as Code;

const LOG: TopicPartition = at(0, 0);

#[test]
fn a_reader_waits_for_the_first_record_and_not_longer_than_it_said() {
    let mut rig = Rig::new();
    let early = rig.send(fetch(LOG, 0, -1, 100 * MS));
    rig.pass(100 * MS);
    let nothing = Answer::Fetched { records: vec![], next: 0, at_end: true, epoch: -1 };
    assert_eq!(rig.taken(early), Some(nothing));
    let late = rig.send(fetch(LOG, 0, -1, 100 * MS));
    rig.pass(50 * MS);
    rig.write(LOG, &["a"]);
    let Some(Answer::Fetched { records, next: 1, at_end: true, epoch: 0 }) = rig.taken(late) else { panic!() };
    assert_eq!(values(&records), ["a"]);
    assert_eq!(rig.broker.next_tick(), None, "who was answered waits no more");
}

#[test]
fn an_answer_has_at_least_one_record_and_at_most_what_was_asked_for() {
    let mut rig = Rig::new();
    rig.write(LOG, &["a", "b", "c"]);
    let mut ask = |max_records, max_bytes| {
        let request = Request::Fetch { at: LOG, offset: 0, epoch: -1, max_records, max_bytes, committed: true, wait: 0 };
        let Answer::Fetched { records, next, at_end, .. } = rig.ask(request) else { panic!() };
        (values(&records).len(), next, at_end)
    };
    assert_eq!(ask(2, 1_000), (2, 2, false));
    assert_eq!(ask(100, 1), (1, 1, false));
    assert_eq!(ask(3, 1_000), (3, 3, true));
}

#[test]
fn a_reader_of_truncated_records_hears_of_it_though_the_log_has_grown_again() {
    let mut rig = Rig::new();
    rig.write(LOG, &["a", "b", "c"]);
    rig.broker.truncate(SECOND, LOG, 1);
    assert_eq!(rig.fetch(LOG, 3, 0), Answer::Diverged { end: 1 });
    assert_eq!(failed(&rig.fetch(LOG, 3, -1)), Some(Code::OffsetOutOfRange), "without an epoch: only while the log is shorter");
    rig.write(LOG, &["x", "y", "z"]);
    assert_eq!(rig.fetch(LOG, 3, 0), Answer::Diverged { end: 1 });
    let Answer::Fetched { records, .. } = rig.fetch(LOG, 3, -1) else { panic!() };
    assert_eq!(values(&records), ["z"], "and then nothing tells it");
    let visible = &rig.broker.history().visible[&LOG];
    let gone: Vec<_> = visible.iter().filter(|seen| seen.gone.is_some()).map(|seen| (seen.offset, seen.gone)).collect();
    assert_eq!(gone, [(1, Some((SECOND, Gone::Truncated))), (2, Some((SECOND, Gone::Truncated)))]);
    assert_eq!(visible.len(), 6);
}

#[test]
fn a_transaction_whose_marker_is_truncated_is_open_again() {
    let mut rig = Rig::new();
    let writer = rig.producer("w");
    rig.ask(writer.add(LOG));
    rig.ask(writer.write(LOG, 0, &["a"]));
    rig.ask(writer.end(true));
    assert_eq!(rig.seen(LOG).0, ["a"]);
    rig.broker.truncate(0, LOG, 1);
    assert_eq!(rig.seen(LOG), (vec![], true));
    // The next marker of its producer ends it.
    rig.ask(writer.add(LOG));
    rig.ask(writer.end(false));
    assert_eq!(rig.offset(LOG, OffsetSpec::Stable), 2);
    assert_eq!(rig.seen(LOG), (vec![], true));
}

#[test]
fn a_clean_change_of_the_leader_loses_nothing() {
    let mut rig = Rig::new();
    rig.write(LOG, &["a"]);
    let waiting = rig.send(fetch(LOG, 1, 0, SECOND));
    rig.broker.away(rig.now, Away::Leader(LOG), 100 * MS, Code::NotLeaderForPartition);
    rig.pass(0);
    assert_eq!(rig.taken(waiting), Some(Answer::Failed(Code::NotLeaderForPartition)));
    assert_eq!(failed(&rig.write(LOG, &["b"])), Some(Code::NotLeaderForPartition));
    rig.pass(100 * MS);
    rig.write(LOG, &["b"]);
    let Answer::Fetched { records, epoch: 1, .. } = rig.fetch(LOG, 1, 0) else { panic!() };
    assert_eq!(values(&records), ["b"]);
    assert_eq!(failed(&rig.fetch(LOG, 2, 2)), Some(Code::UnknownLeaderEpoch));
}

#[test]
fn markers_and_aborted_records_of_a_new_leader_are_no_truncation() {
    let mut rig = Rig::new();
    rig.write(LOG, &["a"]);
    let writer = rig.producer("w");
    rig.ask(writer.add(LOG));
    rig.broker.away(rig.now, Away::Leader(LOG), 0, Code::NotLeaderForPartition);
    rig.ask(writer.write(LOG, 0, &["aborted"]));
    rig.ask(writer.end(false));
    let Answer::Fetched { next: 3, epoch: 1, .. } = rig.fetch(LOG, 0, -1) else { panic!() };
    let Answer::Fetched { records, next: 3, epoch: 1, .. } = rig.fetch(LOG, 1, 0) else { panic!() };
    assert!(records.is_empty());
    assert_eq!(rig.fetch(LOG, 3, 1), Answer::Fetched { records, next: 3, at_end: true, epoch: 1 });
}

#[test]
fn what_retention_has_deleted_is_out_of_range() {
    let mut rig = Rig::new();
    rig.write(LOG, &["a", "b"]);
    rig.broker.retain_from(5, LOG, 1);
    assert_eq!(failed(&rig.fetch(LOG, 0, -1)), Some(Code::OffsetOutOfRange));
    assert_eq!(rig.offset(LOG, OffsetSpec::Earliest), 1);
    assert_eq!(rig.seen(LOG).0, ["b"]);
    assert_eq!(rig.broker.history().visible[&LOG][0].gone, Some((5, Gone::Retention)));
}

#[test]
fn compaction_keeps_the_last_of_each_key_that_is_committed_and_the_offsets() {
    let mut rig = Rig::new();
    let log = at(CHANGELOG, 0);
    let mut put = |key, value| {
        let records = vec![keyed(key, value)];
        rig.ask(Request::Produce { transactional_id: None, producer: None, at: log, first_sequence: -1, records })
    };
    put("k", Some("1"));
    put("l", Some("2"));
    put("k", Some("3"));
    put("l", None);
    let writer = rig.producer("w");
    rig.ask(writer.add(log));
    rig.ask(writer.write(log, 0, &["k"]));
    rig.broker.compact(0, log, 100, true);
    let Answer::Fetched { records, next: 4, at_end: true, .. } = rig.fetch(log, 0, -1) else { panic!() };
    let left: Vec<_> = records.iter().map(|(offset, record)| (*offset, record.value.is_some())).collect();
    assert_eq!(left, [(2, true), (3, false)], "nothing open counts");
    rig.ask(writer.end(true));
    rig.broker.compact(0, log, 100, false);
    assert_eq!(rig.seen(log).0, ["k"]);
    assert_eq!(rig.offset(log, OffsetSpec::End), 6);
    // The sequence numbers of a producer outlive its records.
    rig.ask(writer.add(log));
    assert_eq!(rig.ask(writer.write(log, 1, &["m"])), Answer::Produced { base: 6 });
}

#[test]
fn a_damaged_batch_is_read_by_nobody_and_what_is_before_it_comes_first() {
    let mut rig = Rig::new();
    for batch in [["a", "b"], ["c", "d"], ["e", "f"]] {
        rig.write(LOG, &batch);
    }
    rig.broker.damage(0, LOG, 3, true);
    let Answer::Fetched { records, next: 2, at_end: false, .. } = rig.fetch(LOG, 0, -1) else { panic!() };
    assert_eq!(values(&records), ["a", "b"]);
    assert_eq!(rig.fetch(LOG, 2, -1), Answer::Damaged { next: 4 });
    assert!(matches!(rig.fetch(LOG, 4, -1), Answer::Fetched { next: 6, .. }));
    rig.broker.damage(0, LOG, 3, false);
    assert_eq!(rig.seen(LOG).0.len(), 6);
}

#[test]
fn times_are_the_producers_or_the_brokers_and_may_be_missing() {
    let mut rig = Rig::new();
    let mut put = |at, timestamp_ms| {
        let records = vec![Record { timestamp_ms, ..keyed("k", Some("v")) }];
        rig.ask(Request::Produce { transactional_id: None, producer: None, at, first_sequence: -1, records });
    };
    put(LOG, None);
    put(LOG, Some(5));
    put(LOG, Some(9));
    put(at(APPEND_TIME, 0), Some(5));
    rig.now = 2 * SECOND;
    let Answer::Fetched { records, .. } = rig.fetch(LOG, 0, -1) else { panic!() };
    assert_eq!(records.iter().map(|(_, record)| record.timestamp_ms).collect::<Vec<_>>(), [None, Some(5), Some(9)]);
    let Answer::Fetched { records, .. } = rig.fetch(at(APPEND_TIME, 0), 0, -1) else { panic!() };
    assert_eq!(records[0].1.timestamp_ms, Some(START_MS));
    assert_eq!([5, 6, 10].map(|time| rig.offset(LOG, OffsetSpec::AtTime(time))), [1, 2, -1]);
}

#[test]
fn the_broker_refuses_what_it_is_told_to_and_what_no_broker_takes() {
    let mut rig = Rig::new();
    rig.broker.refuse(0, Some(Refusal::All(Code::PolicyViolation)));
    assert_eq!(failed(&rig.write(LOG, &["a"])), Some(Code::PolicyViolation));
    rig.broker.refuse(0, Some(Refusal::LargerThan(30)));
    assert_eq!(failed(&rig.write(LOG, &["a", "a rather long one"])), Some(Code::MessageSizeTooLarge));
    rig.broker.refuse(0, Some(Refusal::TimesOff(1_000)));
    assert_eq!(rig.write(LOG, &["a"]), Answer::Produced { base: 0 });
    rig.now = 2 * SECOND;
    assert_eq!(failed(&rig.write(LOG, &["a"])), Some(Code::InvalidTimestamp));
    rig.broker.refuse(0, None);
    assert_eq!(rig.write(LOG, &["a"]), Answer::Produced { base: 1 });
    let records = vec![Record { key: None, ..keyed("k", Some("v")) }];
    let at = at(CHANGELOG, 0);
    let keyless = Request::Produce { transactional_id: None, producer: None, at, first_sequence: -1, records };
    assert_eq!(failed(&rig.ask(keyless)), Some(Code::InvalidRecord));
    assert_eq!(failed(&rig.write(TopicPartition { topic: 0, partition: 9 }, &["a"])), Some(Code::UnknownTopicOrPartition));
}

#[test]
fn a_batch_that_was_written_and_said_to_have_failed_is_there_once_when_it_comes_again() {
    let mut rig = Rig::new();
    let writer = rig.producer("w");
    rig.ask(writer.add(LOG));
    rig.broker.refuse(0, Some(Refusal::AfterWriting(Code::NotEnoughReplicasAfterAppend)));
    assert_eq!(failed(&rig.ask(writer.write(LOG, 0, &["a"]))), Some(Code::NotEnoughReplicasAfterAppend));
    rig.broker.refuse(0, None);
    assert_eq!(rig.ask(writer.write(LOG, 0, &["a"])), Answer::Produced { base: 0 });
    rig.ask(writer.end(true));
    assert_eq!(rig.seen(LOG).0, ["a"]);
}

#[test]
fn readers_of_a_deposed_leader_see_nothing_that_was_written_since() {
    let mut rig = Rig::new();
    rig.write(LOG, &["a"]);
    rig.broker.depose(rig.now, LOG, SECOND);
    rig.write(LOG, &["b"]);
    assert_eq!(rig.seen(LOG), (vec!["a".to_owned()], true));
    assert_eq!((rig.offset(LOG, OffsetSpec::End), rig.offset(LOG, OffsetSpec::Stable)), (1, 1));
    assert_eq!(failed(&rig.fetch(LOG, 2, -1)), Some(Code::OffsetOutOfRange), "someone who knew more");
    assert_eq!(failed(&rig.fetch(LOG, 2, 1)), Some(Code::UnknownLeaderEpoch), "and says so");
    let waiting = rig.send(fetch(LOG, 1, 0, 10 * SECOND));
    rig.pass(SECOND);
    assert!(matches!(rig.taken(waiting), Some(Answer::Fetched { next: 2, .. })));
    assert_eq!(rig.offset(LOG, OffsetSpec::End), 2);
}

/// Since when what is visible of a log is so, by offset.
fn visible_since(rig: &Rig, log: TopicPartition) -> Vec<(i64, Us)> {
    rig.broker.history().visible[&log].iter().map(|seen| (seen.offset, seen.since)).collect()
}

#[test]
fn what_a_deposed_leader_does_not_show_is_not_visible_yet() {
    let mut rig = Rig::new();
    rig.write(LOG, &["a"]);
    rig.broker.depose(rig.now, LOG, SECOND);
    rig.pass(10 * MS);
    rig.write(LOG, &["b"]);
    assert_eq!(visible_since(&rig, LOG), [(0, 0)]);
    rig.pass(2 * SECOND);
    assert_eq!(visible_since(&rig, LOG), [(0, 0), (1, SECOND)], "once readers meet the new leader");
}

#[test]
fn what_was_compacted_away_was_visible_before() {
    let mut rig = Rig::new();
    let log = at(CHANGELOG, 0);
    rig.broker.depose(rig.now, log, SECOND);
    rig.write(log, &["k", "k"]);
    rig.broker.compact(rig.now, log, 2, true);
    assert_eq!(visible_since(&rig, log), [(0, 0), (1, 0)]);
}

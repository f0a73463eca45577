//! The record of a task in the changelog: how far its inputs were read, and who wrote it. What was ever written is read for ever.

use leadstream::engine::codec::CodecError;
use leadstream::engine::routed::LastRouted;
use leadstream::runtime::ports::{TASK_KEY, TaskRecord};
use leadstream::wire::{proto, task_record};
use proptest::prelude::*;
use prost::Message;

const GOLDEN: &str = include_str!("../golden/task-v1.hex");

#[test]
fn the_golden_task_record_is_read_and_written_byte_for_byte() {
    let record = TaskRecord {
        time_ms: 1_795_348_800_123,
        positions: vec![("clickstream".to_owned(), 123_456_789), ("email".to_owned(), 0)],
        incarnation: 0xFEDC_BA98_7654_3210,
        writer: "leadstream-a-0".to_owned(),
        routed: Vec::new(),
    };
    let mut bytes = Vec::new();
    task_record::encode(&record, &[], &mut bytes);
    let written: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(written, GOLDEN.split_whitespace().collect::<String>(), "the bytes of a version are fixed");
    assert_eq!(task_record::decode(&bytes, &[]).unwrap(), record);
}

#[test]
fn how_far_what_is_routed_came_is_known_by_topic_whatever_its_number_is() {
    let reached = |offset| LastRouted { offset, element: 3, part: 1, newest_ms: -1_795_348_800_123 };
    let routed = vec![((2, 0), reached(7)), ((2, 5), reached(i64::MAX)), ((3, 0), reached(0))];
    let record = TaskRecord { routed, ..TaskRecord::default() };
    let topics = ["direct", "", "shop", "mail"].map(str::to_owned);
    let mut bytes = Vec::new();
    task_record::encode(&record, &topics, &mut bytes);
    assert_eq!(task_record::decode(&bytes, &topics).unwrap(), record);
    // A topic less, and the others in another order.
    let turned = ["mail", "", "direct"].map(str::to_owned);
    assert_eq!(task_record::decode(&bytes, &turned).unwrap().routed, [((0, 0), reached(0))]);
}

#[test]
fn the_key_of_the_task_record_can_be_no_prospects() {
    assert!(std::str::from_utf8(TASK_KEY).is_err());
}

#[test]
fn a_task_record_of_a_newer_version_is_refused_as_newer() {
    let newer = proto::TaskRecord { version: 9, ..proto::TaskRecord::default() }.encode_to_vec();
    assert_eq!(task_record::decode(&newer, &[]), Err(CodecError::Newer { found: 9, known: 1 }));
}

proptest! {
    #[test]
    fn noise_is_no_task_record_and_never_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _: Result<_, _> = task_record::decode(&bytes, &[]);
    }
}

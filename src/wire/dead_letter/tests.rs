//! Dead letters of any record: within their budget, unmistakable, and whole again on their way back.

use super::*;
use crate::runtime::ports::DeadReason;
use proptest::prelude::*;

type Original = Vec<(String, Option<Vec<u8>>)>;

fn record<'a>(key: Option<&'a [u8]>, value: Option<&'a [u8]>) -> RecordView<'a> {
    RecordView {
        input: 0,
        partition: 3,
        offset: 41,
        timestamp_ms: Some(1_000),
        key,
        value,
        content_type: None,
        ..RecordView::default()
    }
}

fn rejected() -> Rejected {
    Rejected { reason: DeadReason::UnreadableValue, detail: "no JSON".to_owned() }
}

fn header(name: &str, value: &[u8]) -> (String, Option<Vec<u8>>) {
    (name.to_owned(), Some(value.to_vec()))
}

fn letter<'a>(record: &RecordView<'a>, original: Original, budget_bytes: usize) -> DeadLetter<'a> {
    write(record, original, "shop.cart", &rejected(), budget_bytes)
}

/// As a reader of the topic gets them.
fn read(letter: &DeadLetter<'_>) -> Original {
    letter.headers.iter().map(|(name, value)| (name.to_string(), value.clone())).collect()
}

fn info(letter: &DeadLetter<'_>) -> Info {
    let headers = letter.headers.iter().map(|(name, value)| (&**name, value.as_deref()));
    parse(headers).expect("a dead letter")
}

#[test]
fn what_fits_stays_whole() {
    let original = vec![header("trace", b"x"), ("empty".to_owned(), Some(Vec::new())), ("null".to_owned(), None)];
    let letter = letter(&record(Some(b"ann"), Some(b"not json")), original.clone(), 10_000);
    assert_eq!((letter.key, letter.value), (Some(b"ann".as_slice()), Some(b"not json".as_slice())));
    assert!(info(&letter).is_complete());
    assert_eq!(original_headers(read(&letter)), original);
    let nothing = write(&record(None, None), Vec::new(), "t", &rejected(), 10_000);
    assert_eq!((nothing.key, nothing.value), (None, None), "nothing is not empty");
}

#[test]
fn a_header_without_room_is_left_out_and_counted_and_the_value_stays() {
    let original = vec![header("huge", &vec![b'a'; 17_000_000]), header("trace", b"x")];
    let letter = letter(&record(Some(b"ann"), Some(b"not json")), original, 1_000_000);
    assert_eq!((letter.key, letter.value), (Some(b"ann".as_slice()), Some(b"not json".as_slice())));
    assert_eq!(info(&letter).headers_left_out, 1);
    assert!(!info(&letter).is_complete());
    assert_eq!(original_headers(read(&letter)), [header("trace", b"x")]);
}

#[test]
fn a_key_without_room_is_cut_and_marked() {
    let key = vec![b'k'; 17_000_000];
    let letter = letter(&record(Some(&key), Some(b"not json")), vec![header("trace", b"x")], 1_000_000);
    let info = info(&letter);
    assert_eq!((info.key_truncated_from_bytes, info.truncated_from_bytes), (Some(17_000_000), Some(8)));
    assert_eq!(info.headers_left_out, 1);
    assert!(letter.key.is_some_and(|key| key.len() > 990_000) && size_bytes(&letter) <= 1_000_000);
}

#[test]
fn without_any_budget_our_own_headers_go() {
    let letter = letter(&record(Some(b"ann"), Some(b"not json")), vec![header("trace", b"x")], 0);
    let info = info(&letter);
    assert_eq!((letter.key, letter.value), (Some(b"".as_slice()), Some(b"".as_slice())));
    assert_eq!((info.topic.as_str(), info.partition, info.offset), ("shop.cart", 3, 41));
    assert_eq!((info.key_truncated_from_bytes, info.headers_left_out, info.truncated_from_bytes), (Some(3), 1, Some(8)));
}

#[test]
fn a_forged_header_says_nothing_of_the_letter_and_comes_back_as_it_was() {
    let forged = vec![
        header("leadstream-reason", b"no-name"),
        header("leadstream-offset", b"x"),
        header("leadstream-truncated", b"7"),
        header("Leadstream-Receipt", b"1"),
        header("leadstream-receipt", b"1"),
        header("LEADSTREAM-KEY-TRUNCATED", b"9"),
        header("leadstream-headers-left-out", b"9"),
        header("original-leadstream-offset", b"1"),
        header("Original-ORIGINAL-leadstream-offset", b"1"),
        header("leadstream", b"not ours"),
        header("original-trace", b"not ours"),
    ];
    let letter = letter(&record(None, Some(b"{")), forged.clone(), 100_000);
    let found = info(&letter);
    assert_eq!((found.reason.as_str(), found.offset, found.is_complete()), ("unreadable-value", 41, true));
    let names: Vec<&str> = letter.headers.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names.iter().filter(|name| strip_prefix(name, OURS).is_some()).count(), 6, "only ours: {names:?}");
    assert!(names.contains(&"original-leadstream-receipt") && names.contains(&"original-Leadstream-Receipt"), "{names:?}");
    assert_eq!(original_headers(read(&letter)), forged);
}

#[test]
fn letters_of_older_versions_kept_forged_headers_under_their_names() {
    let mut old =
        vec![header("leadstream-offset", b"x"), header("leadstream-truncated", b"7"), header("leadstream-reason", b"r")];
    let forged = old.clone();
    old.extend(read(&letter(&record(None, Some(b"{")), Vec::new(), 10_000)));
    let found = parse(old.iter().map(|(name, value)| (name.as_str(), value.as_deref()))).expect("a dead letter");
    assert_eq!((found.reason.as_str(), found.offset, found.truncated_from_bytes), ("unreadable-value", 41, None));
    assert_eq!(original_headers(old), forged);
}

#[test]
fn a_redriven_record_that_fails_again_keeps_where_it_was_before() {
    let redriven = vec![header("trace", b"x"), header(REDRIVEN, b"dead/0/1")];
    let letter = letter(&record(None, Some(b"{")), redriven.clone(), 10_000);
    assert!(!letter.headers.iter().any(|(name, _)| name == REDRIVEN), "it was not sent back yet");
    assert_eq!(original_headers(read(&letter)), redriven);
}

/// Names as the wild has them, those like ours among them.
fn names() -> impl Strategy<Value = String> {
    let part = prop_oneof![Just("leadstream-"), Just("original-"), Just("Leadstream-"), Just("ORIGINAL-"), Just("é"), Just("")];
    let last = prop_oneof![Just("reason"), Just("receipt"), Just("truncated"), Just("trace"), Just("")];
    (proptest::collection::vec(part, 0..4), last).prop_map(|(parts, last)| format!("{}{last}", parts.concat()))
}

fn bytes(max: usize) -> impl Strategy<Value = Option<Vec<u8>>> {
    proptest::option::of(proptest::collection::vec(any::<u8>(), 0..max))
}

/// What the client counts before it takes a record, and what the record takes in a batch of the newest format.
fn wire_bytes(letter: &DeadLetter<'_>) -> usize {
    let varint = |n: usize| (1..=5).find(|bytes| n < 1 << (7 * bytes - 1)).unwrap_or(5);
    let part = |part: Option<&[u8]>| part.map_or(1, |p| varint(p.len()) + p.len());
    let headers = letter.headers.iter().map(|(name, value)| part(Some(name.as_bytes())) + part(value.as_deref()));
    let record = 1 + 10 + 5 + part(letter.key) + part(letter.value) + varint(letter.headers.len()) + headers.sum::<usize>();
    61 + varint(record) + record
}

proptest! {
    #![proptest_config(crate::regressions())]

    #[test]
    fn the_parts_of_any_letter_stay_below_the_budget_and_in_a_batch_below_the_topics_limit(
        key in bytes(3_000),
        value in bytes(6_000),
        headers in proptest::collection::vec((names(), bytes(1_500)), 0..40),
        max_message_bytes in 1_200_usize..20_000,
    ) {
        let record = record(key.as_deref(), value.as_deref());
        let budget = budget_bytes(max_message_bytes);
        let letter = letter(&record, headers.clone(), budget);
        prop_assert!(size_bytes(&letter) <= budget, "{} of {budget}", size_bytes(&letter));
        prop_assert!(wire_bytes(&letter) <= max_message_bytes);
        let info = info(&letter);
        prop_assert_eq!((info.reason.as_str(), info.offset), ("unreadable-value", 41));
        // What is not whole says so.
        let kept = original_headers(read(&letter));
        let is_whole = letter.key == key.as_deref() && letter.value == value.as_deref() && kept == headers;
        prop_assert_eq!(info.is_complete(), is_whole);
        prop_assert_eq!(info.headers_left_out as usize + kept.len(), headers.len());
    }

    #[test]
    fn original_headers_come_back_to_the_byte(headers in proptest::collection::vec((names(), bytes(50)), 0..20)) {
        let letter = letter(&record(None, None), headers.clone(), 100_000);
        prop_assert_eq!(original_headers(read(&letter)), headers);
    }
}

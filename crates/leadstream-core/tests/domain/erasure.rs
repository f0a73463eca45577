//! What an erasure leaves: nothing of the person, and no way back for what happened before it.

use super::harness::{commit, play, restored, said, shop};
use leadstream_core::domain::output::{Body, Note};
use leadstream_core::engine::codec::Codec;
use leadstream_core::engine::task::{BatchEffects, Mode, Task};
use leadstream_core::state_record::StateCodec;
use std::sync::Arc;

const PLAIN: &str = r#"cooldown = "off""#;

fn is_cart(body: &Body) -> bool {
    matches!(body, Body::CartAbandoned(_) | Body::CartOutcome(_))
}

fn left(script: &str) -> Vec<String> {
    said(&[shop(PLAIN)], script, is_cart)
}

/// Plays a script, every line as a batch of its own, with a restart after each of them if so wanted.
fn played(script: &str, restarts: bool) -> Task<StateCodec> {
    let models = shop(PLAIN);
    let mut task = Task::new(Arc::clone(&models), StateCodec);
    play(&mut task, &models, script, |task| {
        commit(task);
        if restarts {
            *task = restored(task, Arc::clone(&models));
        }
    });
    task
}

/// Prospects, records of any kind, those in some stage, the bytes of Ann's.
fn counts(task: &Task<StateCodec>) -> (usize, usize, u64, usize) {
    let placed = task.population().models[0].labels.iter().sum();
    (task.size().records, task.records().count(), placed, task.size().record_bytes)
}

#[test]
fn what_happened_before_an_erasure_does_not_bring_the_record_back() {
    for (script, want) in [
        ("0m add A; 30m delete; 9d wait", &[][..]),
        ("0m add A; 30m delete; 1h < 20m add A; 9d wait", &[]),
        ("0m add A id=same; 30m delete; 40m < 0m add A id=same; 9d wait", &[]),
        ("30m delete; 40m < 10m add A; 9d wait", &[]),
        ("0m add A; 30m delete; 40m < 30m add A; 9d wait", &[]),
        ("0m add A; 30m delete; 88d < 29m add A; 98d wait", &[]),
        ("0m add A; 30m delete; 40m add B; 50m < 10m add A; 2h wait", &["1h40m step 1/3 B*1"]),
        ("0m add A; 30m delete; 40m add B; 50m < 30m delete; 2h wait", &["1h40m step 1/3 B*1"]),
        ("0m add A; 30m delete; 40m add B; 50m delete; 9d wait", &[]),
        ("0m add A; 30m delete; 40m add B; 50m delete; 1h < 45m add C; 9d wait", &[]),
        (
            "0m add A; 30m delete; 31m add B; 91d < 30m add C; 91d add D; 92d wait",
            &["1h31m step 1/3 B*1", "1day 1h step 2/3 B*1"],
        ),
    ] {
        let got = left(script);
        if script.contains("91d") {
            // Only that neither C nor A ever comes back matters here.
            assert!(got.iter().all(|line| !line.contains('A')), "{script}: {got:?}");
            continue;
        }
        assert_eq!(got, want, "{script}");
    }
}

#[test]
fn an_erasure_whose_message_id_was_seen_erases_all_the_same() {
    assert_eq!(left("0m add A id=same; 30m delete id=same; 9d wait"), Vec::<String>::new());
    assert_eq!(left("0m page id=same; 1m add A; 30m delete id=same; 9d wait"), Vec::<String>::new());
}

#[test]
fn an_erasure_that_is_delivered_again_takes_nothing_that_came_since() {
    let want = ["1h40m step 1/3 B*1"];
    assert_eq!(left("0m add A; 30m delete id=d; 40m add B; 41m < 30m delete id=d; 2h wait"), want);
    assert_eq!(
        left("0m add A; 30m delete id=d; 40m add B; 41m < 29m delete id=other; 2h wait"),
        want,
        "older than the one before"
    );
}

#[test]
fn what_stays_is_no_prospect_and_goes_when_no_late_event_can_come() {
    for restarts in [false, true] {
        let (prospects, records, placed, bytes) = counts(&played("0m add A; 30m delete", restarts));
        assert_eq!((prospects, records, placed), (0, 1, 0));
        assert!(bytes <= 24, "{bytes} bytes stay");
        assert_eq!(played("0m add A; 30m delete", restarts).prospect("ann"), Ok(None), "nothing is known");
        let (prospects, records, ..) = counts(&played("0m add A; 30m delete; 90d wait", restarts));
        assert_eq!((prospects, records), (0, 1), "90 days later a late event may still come");
        assert_eq!(counts(&played("0m add A; 30m delete; 90d31m wait", restarts)), (0, 0, 0, 0), "then nothing stays");
        let (prospects, records, placed, _) = counts(&played("0m add A; 30m delete; 40m add B", restarts));
        assert_eq!((prospects, records, placed), (1, 1, 1), "somebody new");
        let task = played("0m add A; 30m delete; 40m add B; 90d31m wait", restarts);
        let ann = task.prospect("ann").expect("readable").expect("she came back");
        assert_eq!(ann.erasure(), None, "the mark is gone, what came since isn't");
        assert_eq!(ann.first_seen_ms, super::harness::START_MS + 40 * 60_000);
    }
}

#[test]
fn the_last_mark_is_followed_by_a_tombstone() {
    let models = shop(PLAIN);
    let mut task = Task::new(Arc::clone(&models), StateCodec);
    let mut written = Vec::new();
    play(&mut task, &models, "0m add A; 30m delete; 90d31m wait", |task| {
        task.staged(|records| written.extend(records.iter().map(|(_, record)| record.map(<[u8]>::to_vec))));
        task.confirm();
    });
    assert_eq!(written.iter().map(Option::is_some).collect::<Vec<_>>(), [true, true, false]);
    let mark = StateCodec.decode(written[1].as_ref().expect("a mark")).expect("readable");
    assert!(mark.is_only_erasure());
}

#[test]
fn what_is_dropped_is_counted_and_a_batch_that_fails_forgets_it() {
    let models = shop(PLAIN);
    let mut task = Task::new(Arc::clone(&models), StateCodec);
    play(&mut task, &models, "0m add A; 30m delete", commit);
    let before: Vec<Vec<u8>> = task.records().map(|(_, record)| record.to_vec()).collect();
    let mut effects = BatchEffects::default();
    for line in super::harness::script("40m < 10m add A; 41m < 30m delete; 42m add B") {
        let super::harness::Line::Event(did) = line else { panic!("events only") };
        task.apply_event(&did.event(&models), Mode::Virtual, &mut effects);
    }
    let count = |note| effects.notes.iter().find(|(n, _)| *n == note).map_or(0, |(_, count)| *count);
    assert_eq!((count(Note::BeforeErasure), count(Note::Duplicate)), (1, 1));
    task.discard();
    assert_eq!(task.records().map(|(_, record)| record.to_vec()).collect::<Vec<_>>(), before);
    assert_eq!(counts(&task).0, 0);
}

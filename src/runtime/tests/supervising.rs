//! What the handle reports of workers that stop, fail, panic or hang, and that the others are stopped in time.

use super::memory::{Fate, Memory, MemoryPorts};
use crate::runtime::ports::Failure;
use crate::runtime::snapshot::{InstancePhase, StatusBoard};
use crate::runtime::supervisor::{Handle, WorkerSet, start};
use std::sync::Arc;
use std::time::Duration;

/// Much longer than anything here takes.
const LONG: Duration = Duration::from_secs(30);

/// Three workers with these fates.
fn crew(fates: [Fate; 3]) -> (Handle, Arc<StatusBoard>, Memory) {
    let memory = Memory { fates: (0..).zip(fates).collect(), ..Memory::default() };
    let shared = memory.shared();
    let board = Arc::clone(&shared.board);
    let workers = WorkerSet::<MemoryPorts, _> {
        connect: memory.clone(),
        shared,
        options: Memory::options(3),
        mailboxes: Vec::new(),
        others: Vec::new(),
    };
    (start(workers).expect("threads"), board, memory)
}

fn text(result: Result<(), Failure>) -> String {
    result.expect_err("a failure").to_string()
}

#[test]
fn workers_that_are_asked_to_stop_end_in_order() {
    let (mut handle, board, _) = crew([Fate::Works; 3]);
    assert_eq!(board.heartbeats().len(), 3, "each has to come round from here on");
    assert_eq!(handle.wait(Duration::from_millis(20)), None, "they work");
    handle.stop_switch().stop();
    assert_eq!(handle.wait(LONG), None, "one has ended, the others have not");
    assert_eq!(handle.wait(LONG), None);
    assert_eq!(handle.wait(LONG), Some(Ok(())), "the last one");
    assert_eq!(handle.stop(LONG), Ok(()));
    assert_eq!((board.phase(), board.heartbeats().len()), (InstancePhase::Stopping, 0));
}

#[test]
fn one_that_fails_is_reported_and_stops_the_others() {
    let (mut handle, _, _) = crew([Fate::Works, Fate::Fails, Fate::Works]);
    let failed = handle.wait(LONG).expect("it fails at once");
    assert_eq!(text(failed), "only a person can help");
    assert!(handle.is_stopping());
    assert_eq!(handle.stop(LONG), Ok(()), "the others end as they should");
}

#[test]
fn one_that_panics_is_reported_and_stops_the_others() {
    let (mut handle, _, _) = crew([Fate::Works, Fate::Works, Fate::Panics]);
    let failed = handle.wait(LONG).expect("it panics at once");
    assert!(text(failed).contains("a worker panicked"));
    assert!(handle.is_stopping());
    // Its thread says so once more; the others end as they should.
    assert!(text(handle.stop(LONG)).contains("a worker panicked"));
}

#[test]
fn one_that_hangs_does_not_hold_up_the_end() {
    let (mut handle, _, memory) = crew([Fate::Works, Fate::Hangs, Fate::Works]);
    while !memory.look().is_hanging {
        assert_eq!(handle.wait(Duration::from_millis(5)), None);
    }
    assert!(text(handle.stop(Duration::from_millis(500))).contains("1 of the workers did not end within 500ms"));
}

#[test]
fn a_log_that_is_not_free_yet_is_waited_for_until_the_stop() {
    let (mut handle, _, memory) = crew([Fate::NeverOpens; 3]);
    assert_eq!(handle.wait(Duration::from_millis(1_200)), None);
    let opened = memory.look().opened;
    assert!(opened > 3, "tried again");
    assert_eq!(handle.stop(LONG), Ok(()));
}

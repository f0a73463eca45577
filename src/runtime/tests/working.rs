//! One worker driven by hand: no thread, and a clock that only its waits move.

use super::memory::{Memory, MemoryPorts, VirtualClock};
use crate::runtime::connect::Connect;
use crate::runtime::ports::{Clock, OutTopic};
use crate::runtime::snapshot::{InstancePhase, StatusBoard, TaskState};
use crate::runtime::worker::{Parts, Worker};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::mpsc::channel;
use std::time::Duration;

const PAGE: &str = r#"{"type":"page"}"#;

struct Rig {
    memory: Memory,
    clock: Arc<VirtualClock>,
    board: Arc<StatusBoard>,
    worker: Worker<MemoryPorts>,
}

impl Rig {
    fn new() -> Self {
        let clock = Arc::new(VirtualClock::default());
        let memory = Memory { clock: Some(Arc::clone(&clock)), ..Memory::default() };
        let (shared, options) = (memory.shared(), Memory::options(1));
        let board = Arc::clone(&shared.board);
        let source = memory.source(&options).unwrap();
        let worker = Worker::new(Parts {
            log: memory.log(&options, &source).unwrap(),
            source,
            state: memory.state(&options).unwrap(),
            shared,
            mailbox: channel().1,
            joined: Arc::new(AtomicUsize::new(0)),
            stop: Arc::new(AtomicBool::new(false)),
            options,
        });
        Self { memory, clock, board, worker }
    }

    fn arrives(&self, value: &'static str) {
        self.memory.look().input.push((self.clock.now_ms(), "ann", value));
    }

    fn committed(&self) -> Option<i64> {
        self.memory.look().committed.map(|position| position.offset)
    }

    fn dead_letters(&self) -> usize {
        self.memory.look().outputs.iter().filter(|topic| **topic == OutTopic::DeadLetters).count()
    }

    /// So much time passes, as the worker sees it.
    fn pass(&mut self, time: Duration) {
        let until = self.clock.monotonic() + time;
        while self.clock.monotonic() < until {
            self.worker.step().expect("no failure that ends it");
        }
    }
}

#[test]
fn a_record_goes_from_the_input_to_the_commit_without_a_thread_or_real_time() {
    let mut rig = Rig::new();
    rig.arrives(PAGE);
    rig.arrives("garbage");
    rig.pass(Duration::from_secs(60));
    assert_eq!(rig.board.task(0).map(|task| (task.state.clone(), task.done.events)), Some((TaskState::Ready, 2)));
    assert_eq!(rig.board.phase(), InstancePhase::Running);
    assert_eq!((rig.committed(), rig.dead_letters()), (Some(2), 1));
}

#[test]
fn a_commit_of_which_nothing_is_heard_is_read_back_and_not_done_twice() {
    let mut rig = Rig::new();
    rig.memory.look().loses_answer = true;
    rig.arrives(PAGE);
    rig.arrives("garbage");
    rig.pass(Duration::from_secs(60));
    assert_eq!(rig.committed(), Some(2));
    assert_eq!(rig.dead_letters(), 1, "what was committed is not committed again");
    rig.arrives("garbage");
    rig.pass(Duration::from_secs(60));
    rig.worker.shut_down();
    assert_eq!((rig.committed(), rig.dead_letters()), (Some(3), 2), "it goes on");
}

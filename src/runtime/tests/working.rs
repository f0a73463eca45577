//! One worker driven by hand: no thread, and a clock that only its waits move.

use super::memory::{Memory, MemoryPorts, VirtualClock};
use crate::runtime::connect::Connect;
use crate::runtime::observe::TransactionOutcome;
use crate::runtime::options::{OnGap, Options, Positions};
use crate::runtime::ports::{
    Cause, Clock, Failure, GroupEvent, InputPartition, OutTopic, Position, Refusal, RestoreProgress, TASK_KEY,
};
use crate::runtime::snapshot::{InstancePhase, StatusBoard, TaskState};
use crate::runtime::worker::{Parts, Worker};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::mpsc::channel;
use std::time::Duration;

const PAGE: &str = r#"{"type":"page"}"#;

pub(super) struct Rig {
    pub(super) memory: Memory,
    clock: Arc<VirtualClock>,
    pub(super) board: Arc<StatusBoard>,
    worker: Worker<MemoryPorts>,
}

impl Rig {
    fn new() -> Self {
        let clock = Arc::new(VirtualClock::default());
        Self::on(Memory { clock: Some(clock), ..Memory::default() }, Memory::options(1))
    }

    /// A worker on what is there.
    pub(super) fn on(memory: Memory, options: Options) -> Self {
        let clock = Arc::clone(memory.clock.as_ref().unwrap());
        let shared = memory.shared();
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

    pub(super) fn arrives(&self, value: &'static str) {
        self.arrives_of("ann", value);
    }

    fn arrives_of(&self, who: &'static str, value: &'static str) {
        self.memory.look().input.push((self.clock.now_ms(), who, value));
    }

    pub(super) fn committed(&self) -> Option<i64> {
        self.memory.look().committed.map(|position| position.offset)
    }

    pub(super) fn dead_letters(&self) -> usize {
        self.memory.look().outputs.iter().filter(|topic| **topic == OutTopic::DeadLetters).count()
    }

    /// How often offsets were asked for, and with how many inputs reading was started.
    fn asked_and_started(&self) -> (usize, Vec<usize>) {
        let topics = self.memory.look();
        (topics.asked, topics.started.clone())
    }

    /// What is said to be wrong with the task.
    pub(super) fn troubles(&self) -> Vec<String> {
        self.board.task(0).map_or_else(Vec::new, |task| task.troubles.iter().map(|trouble| trouble.text.clone()).collect())
    }

    /// One that has worked, and committed a page.
    fn at_work() -> Self {
        let mut rig = Self::new();
        rig.arrives(PAGE);
        rig.pass(10 * SECOND);
        assert_eq!(rig.committed(), Some(1));
        rig
    }

    /// The group says this, and a second passes.
    pub(super) fn hears(&mut self, event: GroupEvent) {
        self.memory.look().events.push_back(event);
        self.pass(SECOND);
    }

    /// So much time passes, as the worker sees it.
    pub(super) fn pass(&mut self, time: Duration) {
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

const AT: InputPartition = InputPartition { partition: 0, input: 0 };
const SECOND: Duration = Duration::from_secs(1);

fn progress(position: i64, end: i64) -> RestoreProgress {
    RestoreProgress { partition: 0, position, end, done: position == end }
}

#[test]
fn how_far_a_restore_is_is_told() {
    let mut rig = Rig::new();
    rig.memory.look().progress = [progress(10, 20), progress(15, 20), progress(20, 20)].into();
    rig.pass(SECOND);
    assert_eq!(rig.memory.seen.look().restoring, [(0.5, 0), (0.75, 5), (1.0, 5)]);
    let mut rig = Rig::new();
    rig.pass(SECOND);
    assert_eq!(rig.memory.seen.look().restoring, [(1.0, 0)], "an empty changelog is read at once");
}

#[test]
fn a_changelog_that_can_not_be_read_on_is_told_once_it_lasts() {
    let mut rig = Rig::new();
    for position in [5, 6] {
        rig.memory.look().progress = [progress(position, 20)].into();
        rig.pass(4 * SECOND);
        assert!(rig.troubles().is_empty(), "it got on less than five seconds ago");
    }
    rig.pass(2 * SECOND);
    assert_eq!(rig.troubles(), ["held up at 6"]);
    rig.memory.look().progress = [progress(20, 20)].into();
    rig.pass(SECOND);
    assert!(rig.troubles().is_empty());
}

#[test]
fn committed_offsets_that_do_not_come_are_asked_for_with_pauses_and_told_once_it_lasts() {
    let mut rig = Rig::new();
    rig.memory.look().withheld = Some(Err(Failure::Retry("not stable".to_owned())));
    rig.pass(Duration::from_millis(4_900));
    assert!(rig.troubles().is_empty());
    let asked = rig.memory.look().asked;
    assert!((40..=50).contains(&asked), "every 100 ms: {asked}");
    rig.pass(SECOND);
    assert!(rig.troubles()[0].contains("not stable"), "{:?}", rig.troubles());
    rig.memory.look().withheld = None;
    rig.pass(SECOND);
    assert!(rig.troubles().is_empty());
    let mut rig = Rig::new();
    rig.memory.look().withheld = Some(Ok(()));
    rig.pass(6 * SECOND);
    assert!(rig.troubles()[0].contains("no answer"), "{:?}", rig.troubles());
    assert_eq!(rig.memory.look().asked, 1);
}

#[test]
fn tasks_at_work_say_that_they_are_held_up_by_the_offsets_of_others() {
    const OTHER: InputPartition = InputPartition { partition: 1, input: 0 };
    for goes_away in [false, true] {
        let mut rig = Rig::new();
        rig.pass(SECOND);
        rig.memory.look().withheld = Some(Err(Failure::Retry("not stable".to_owned())));
        rig.memory.look().events.push_back(GroupEvent::Assigned(vec![OTHER]));
        rig.pass(Duration::from_millis(4_900));
        assert!(rig.troubles().is_empty());
        rig.pass(SECOND);
        assert!(rig.troubles()[0].contains("held up") && rig.troubles()[0].contains("not stable"), "{:?}", rig.troubles());
        if goes_away {
            rig.memory.look().events.push_back(GroupEvent::Revoked { partitions: vec![OTHER], lost: false });
        }
        rig.memory.look().withheld = None;
        rig.pass(SECOND);
        assert!(rig.troubles().is_empty(), "{goes_away}: {:?}", rig.troubles());
    }
}

#[test]
fn a_gap_is_counted_where_it_is_gone_over() {
    for (committed, gaps) in [(2, vec![3]), (5, vec![])] {
        let clock = Some(Arc::new(VirtualClock::default()));
        let options = Options { on_gap: OnGap::Skip, positions: Positions::Group, ..Memory::options(1) };
        let mut rig = Rig::on(Memory { clock, ..Memory::default() }, options);
        (0..6).for_each(|_| rig.arrives(PAGE));
        rig.memory.look().low = 5;
        rig.memory.look().committed = Some(Position::from(committed));
        rig.pass(10 * SECOND);
        assert_eq!(rig.memory.seen.look().gaps, gaps);
        assert_eq!(rig.committed(), Some(6));
    }
}

#[test]
fn what_a_batch_wrote_is_counted() {
    let mut rig = Rig::new();
    rig.arrives(PAGE);
    rig.arrives("garbage");
    rig.pass(10 * SECOND);
    let written: Vec<u64> = {
        let topics = rig.memory.look();
        let of_people = topics.changelog.iter().filter(|(key, _)| key != TASK_KEY);
        of_people.map(|(key, value)| (key.len() + value.as_ref().map_or(0, Vec::len)) as u64).collect()
    };
    let told = rig.memory.seen.look();
    assert_eq!((told.state_records, told.state_bytes), (written.len() as u64, written.iter().sum()));
    assert!(told.state_records > 0);
    assert_eq!(rig.board.task(0).map(|task| task.done.dead_letters), Some(1));
}

#[test]
fn failures_in_a_row_are_followed_by_ever_longer_pauses_and_counted() {
    let mut rig = Rig::new();
    rig.memory.look().commit_fails = vec![Failure::Abort(Cause::Connection, "gone".to_owned()); 6].into();
    rig.arrives(PAGE);
    let begun = rig.clock.monotonic();
    while rig.committed().is_none() {
        rig.worker.step().unwrap();
    }
    let took = (rig.clock.monotonic() - begun).as_millis();
    assert!((1_260..2_500).contains(&took), "20 + 40 + 80 + 160 + 320 + 640 ms and what the batches took: {took}");
    let told = rig.memory.seen.look();
    assert_eq!(told.aborted, [Cause::Connection; 6]);
    assert_eq!(told.outcomes, [vec![TransactionOutcome::Aborted; 6], vec![TransactionOutcome::Committed]].concat());
}

#[test]
fn what_can_be_tried_again_is_no_abort_unless_something_is_open() {
    let mut rig = Rig::new();
    rig.pass(SECOND);
    rig.memory.look().fetch_fails.push_back(Failure::Retry("not now".to_owned()));
    rig.pass(SECOND);
    assert!(rig.memory.seen.look().aborted.is_empty());
    rig.memory.look().send_fails.push_back(Failure::Retry("not now".to_owned()));
    rig.memory.look().input.extend([(rig.clock.now_ms(), "ann", PAGE), (rig.clock.now_ms(), "ann", "garbage")]);
    rig.pass(SECOND);
    rig.memory.look().send_fails.push_back(Failure::Retry("not now".to_owned()));
    rig.arrives(PAGE);
    rig.pass(10 * SECOND);
    assert!(!rig.memory.seen.look().aborted.is_empty());
    assert_eq!((rig.committed(), rig.dead_letters()), (Some(3), 1));
}

#[test]
fn offsets_without_a_state_stop_it_once_they_have_disagreed_for_six_seconds() {
    let mut rig = Rig::new();
    rig.arrives(PAGE);
    rig.memory.look().committed = Some(Position::from(1));
    let stopped = loop {
        match rig.worker.step() {
            Err(Failure::Stop(_)) => break rig.clock.monotonic(),
            other => other.unwrap(),
        }
        assert!(rig.clock.monotonic() < 20 * SECOND, "it goes on");
    };
    assert!((6 * SECOND..7 * SECOND).contains(&stopped), "{stopped:?}");
    let begun = rig.memory.look().begun.len();
    assert!((20..=25).contains(&begun), "the end is asked for again every 250 ms: {begun}");
}

#[test]
fn a_state_is_kept_over_a_rebalance_unless_it_may_be_another_member_s() {
    let revoked = |lost| GroupEvent::Revoked { partitions: vec![AT], lost };
    let assigned = || GroupEvent::Assigned(vec![AT]);
    for (lost, is_written, begun) in
        [(false, false, vec![None, Some(2)]), (true, false, vec![None, None]), (false, true, vec![None, Some(2), None])]
    {
        let mut rig = Rig::new();
        rig.arrives(PAGE);
        rig.pass(10 * SECOND);
        assert_eq!(rig.memory.look().changelog.len(), 2, "one person, and the task record");
        rig.memory.look().events.push_back(revoked(lost));
        rig.pass(SECOND);
        assert!(rig.board.task(0).is_none());
        if is_written {
            let mut topics = rig.memory.look();
            let again = topics.changelog.last().cloned().unwrap();
            topics.changelog.push(again);
        }
        rig.memory.look().events.push_back(assigned());
        rig.pass(SECOND);
        rig.arrives("garbage");
        rig.pass(10 * SECOND);
        assert_eq!(rig.memory.look().begun, begun, "lost {lost}, written {is_written}");
        assert_eq!((rig.committed(), rig.dead_letters()), (Some(2), 1));
    }
}

#[test]
fn with_positions_of_the_task_record_reading_begins_there() {
    let mut rig = Rig::new();
    rig.arrives("garbage");
    rig.pass(10 * SECOND);
    rig.memory.look().committed = None;
    let options = Options { positions: Positions::TaskRecord, ..Memory::options(1) };
    let mut rig = Rig::on(rig.memory.clone(), options);
    rig.arrives("garbage");
    rig.pass(10 * SECOND);
    assert_eq!((rig.committed(), rig.dead_letters()), (Some(2), 2));
}

#[test]
fn reading_from_the_positions_of_the_task_record_is_tried_again_when_it_does_not_start() {
    let rig = Rig::at_work();
    rig.memory.look().committed = None;
    let options = Options { positions: Positions::TaskRecord, ..Memory::options(1) };
    let mut rig = Rig::on(rig.memory.clone(), options);
    rig.memory.look().start_fails.extend([None, Some(Failure::Retry("not now".to_owned()))]);
    rig.arrives("garbage");
    rig.pass(10 * SECOND);
    assert_eq!((rig.committed(), rig.dead_letters()), (Some(2), 1));
}

/// More than the task hands on at a time.
const MANY: usize = 150;

#[test]
fn a_part_of_the_state_that_can_not_be_written_is_not_forgotten_when_the_next_part_can() {
    let mut rig = Rig::new();
    rig.pass(SECOND);
    rig.memory.look().state_fails.push_back(Failure::Abort(Cause::Connection, "gone".to_owned()));
    (0..MANY).for_each(|n| rig.arrives_of(format!("visitor-{n}").leak(), PAGE));
    rig.pass(10 * SECOND);
    assert_eq!(rig.memory.seen.look().aborted, [Cause::Connection]);
    assert_eq!(rig.committed(), i64::try_from(MANY).ok());
    assert_eq!(rig.memory.look().changelog.len(), MANY + 1, "everyone, and the task record");
}

fn refused() -> Failure {
    let text = "the topic refuses it".to_owned();
    Failure::Refused(Box::new(Refusal { cause: Cause::Policy, topic: None, tasks: Vec::new(), text }))
}

#[test]
fn what_is_refused_is_tried_alone_and_told_until_it_is_taken() {
    let mut rig = Rig::new();
    rig.memory.look().commit_fails = vec![refused(); 4].into();
    rig.arrives(PAGE);
    rig.pass(3 * SECOND);
    assert_eq!((rig.committed(), rig.troubles().len()), (None, 1));
    assert!(rig.troubles()[0].starts_with("the topic refuses it. Partition 0 waits before"), "{:?}", rig.troubles());
    rig.pass(10 * SECOND);
    assert_eq!((rig.committed(), rig.troubles().len()), (Some(1), 0));
}

#[test]
fn a_refusal_of_nothing_that_a_task_wrote_is_followed_by_pauses() {
    let mut rig = Rig::new();
    rig.pass(SECOND);
    let begun = rig.clock.monotonic();
    rig.memory.look().fetch_fails = vec![refused(); 4].into();
    while !rig.memory.look().fetch_fails.is_empty() {
        rig.worker.step().unwrap();
    }
    let took = (rig.clock.monotonic() - begun).as_millis();
    assert!((300..600).contains(&took), "20 + 40 + 80 + 160 ms: {took}");
}

#[test]
fn a_batch_that_fails_ten_times_in_a_row_is_told_with_why() {
    let mut rig = Rig::new();
    rig.memory.look().commit_fails = vec![Failure::Abort(Cause::Connection, "gone".to_owned()); 12].into();
    rig.arrives(PAGE);
    rig.pass(5 * SECOND);
    assert!(rig.troubles().is_empty(), "it failed some eight times: {:?}", rig.troubles());
    rig.pass(6 * SECOND);
    assert!(rig.troubles()[0].starts_with("the same batch failed 1"), "{:?}", rig.troubles());
    assert!(rig.troubles()[0].ends_with("gone"), "{:?}", rig.troubles());
    rig.pass(10 * SECOND);
    assert_eq!((rig.committed(), rig.troubles().len()), (Some(1), 0));
}

fn revoked() -> GroupEvent {
    GroupEvent::Revoked { partitions: vec![AT], lost: false }
}

fn assigned() -> GroupEvent {
    GroupEvent::Assigned(vec![AT])
}

fn unknown() -> Failure {
    Failure::Rebuild("no answer".to_owned())
}

/// A worker from which the group takes the task while the commit of a page fails like this, if at all; it gets it back afterwards.
fn taken_while_the_commit_fails(failure: Option<Failure>, stop_fails: Option<Failure>) -> Rig {
    let mut rig = Rig::new();
    rig.pass(SECOND);
    rig.arrives("garbage");
    rig.worker.step().unwrap();
    assert_eq!(rig.committed(), None, "the batch is open");
    {
        let mut topics = rig.memory.look();
        topics.loses_answer = failure == Some(unknown());
        topics.commit_fails.extend(failure.filter(|failure| *failure != unknown()));
        topics.stop_fails.extend(stop_fails);
    }
    rig.hears(revoked());
    rig
}

#[test]
fn a_state_whose_last_commit_is_not_known_is_not_kept_and_nobody_waits_for_that() {
    let aborted = || Failure::Abort(Cause::Connection, "gone".to_owned());
    for (failure, ends_asked, begun) in [(None, 1, Some(1)), (Some(aborted()), 1, Some(0)), (Some(unknown()), 0, None)] {
        let mut rig = taken_while_the_commit_fails(failure.clone(), None);
        assert_eq!(rig.memory.look().ends_asked, ends_asked, "{failure:?}");
        rig.hears(assigned());
        assert_eq!(rig.memory.look().begun, [None, begun], "{failure:?}");
        rig.pass(10 * SECOND);
        assert_eq!((rig.committed(), rig.dead_letters()), (Some(1), 1), "{failure:?}");
    }
}

#[test]
fn a_commit_that_is_not_known_is_read_back_though_the_source_can_not_let_go_of_the_task() {
    let mut rig = taken_while_the_commit_fails(Some(unknown()), Some(Failure::Retry("not now".to_owned())));
    assert_eq!(rig.memory.seen.look().outcomes, [TransactionOutcome::Rebuilt]);
    rig.hears(assigned());
    rig.pass(10 * SECOND);
    assert_eq!((rig.committed(), rig.dead_letters()), (Some(1), 1));
}

#[test]
fn what_is_kept_over_a_rebalance_is_read_back_when_everything_is() {
    for (fails, begun) in [(None, [None, Some(2)]), (Some(unknown()), [None, None])] {
        let mut rig = Rig::at_work();
        rig.hears(revoked());
        rig.memory.look().offsets_fail.extend(fails.clone());
        rig.hears(assigned());
        assert_eq!(rig.memory.look().begun, begun, "{fails:?}");
    }
}

#[test]
fn offsets_are_asked_for_anew_at_once_when_everything_is_read_back_and_with_a_pause_when_they_did_not_come() {
    for (fails, took) in [(unknown(), 20..50), (Failure::Retry("not stable".to_owned()), 100..130)] {
        let mut rig = Rig::new();
        rig.memory.look().offsets_fail.push_back(fails.clone());
        while rig.memory.look().asked < 2 {
            rig.worker.step().unwrap();
        }
        assert!(took.contains(&rig.clock.monotonic().as_millis()), "{fails}: {:?}", rig.clock.monotonic());
        rig.pass(SECOND);
        assert_eq!((rig.asked_and_started().0, rig.memory.look().begun.len()), (2, 1));
    }
}

#[test]
fn an_assignment_of_nothing_is_answered_at_once_and_once() {
    let mut rig = Rig::new();
    rig.pass(SECOND);
    rig.hears(revoked());
    rig.hears(GroupEvent::Assigned(Vec::new()));
    assert_eq!(rig.asked_and_started(), (2, vec![1, 0]), "the group waits for the answer");
    assert_eq!((rig.board.phase(), rig.board.tasks().len()), (InstancePhase::Running, 0));
    rig.hears(assigned());
    rig.arrives(PAGE);
    rig.pass(10 * SECOND);
    assert_eq!((rig.asked_and_started(), rig.committed()), ((3, vec![1, 0, 1]), Some(1)));
}

#[test]
fn an_answer_that_leaves_inputs_out_starts_nothing_and_is_asked_for_again() {
    let mut rig = Rig::new();
    rig.memory.look().answers_only = Some(0);
    rig.pass(Duration::from_millis(90));
    assert!(rig.memory.look().started.is_empty());
    assert_eq!(rig.board.task(0).map(|task| task.state.clone()), Some(TaskState::Waiting));
    rig.arrives(PAGE);
    rig.pass(10 * SECOND);
    assert_eq!((rig.asked_and_started(), rig.committed()), ((2, vec![1]), Some(1)));
}

#[test]
fn a_source_that_does_not_start_is_started_again() {
    let mut rig = Rig::new();
    rig.memory.look().start_fails.push_back(Some(Failure::Retry("not now".to_owned())));
    rig.arrives(PAGE);
    rig.pass(10 * SECOND);
    assert_eq!((rig.asked_and_started(), rig.committed()), ((2, vec![1]), Some(1)));
}

//! A router among others of its group, driven by hand: it takes over from the dead, waits for the slow, and says how far it is.

use super::memory::{INPUT, Memory, VirtualClock};
use crate::domain::Ms;
use crate::runtime::connect::Connect;
use crate::runtime::options::{OnPoison, Options, PoisonLimit, Role};
use crate::runtime::ports::{
    Clock, Failure, GroupEvent, InputPartition, Mark, OutTopic, PeerLane, Peers, Position, Purge, Reached,
};
use crate::runtime::router::{Parts, Router};
use crate::runtime::snapshot::{Identity, StatusBoard};
use crate::runtime::trouble::TroubleKind;
use crate::view::health::readiness;
use crate::wire::decode::{Format, Topic};
use crate::wire::mapped::Mapper;
use crate::wire::route::{self, RoutedInput};
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const HOUR_MS: Ms = 3_600_000;
const OWN: InputPartition = InputPartition { partition: 0, input: 0 };
const OTHER: InputPartition = InputPartition { partition: 1, input: 0 };
const PAGE: &str = r#"{"type":"page","userId":"ann"}"#;
/// Its mapping takes it, the engine does not.
const ABSURD: &str = r#"{"type":"page","userId":"ann","timestamp":"1999-01-01T00:00:00Z"}"#;

/// What the others say, and what became of them.
#[derive(Default)]
struct Others {
    said: Vec<PeerLane>,
    is_asked: bool,
    asked: usize,
    /// Nothing is answered.
    is_mute: bool,
    taken: Vec<String>,
    ended: VecDeque<(String, Result<(), String>)>,
    fails: bool,
}

#[derive(Clone, Default)]
struct Group(Arc<Mutex<Others>>);

impl Group {
    fn look(&self) -> MutexGuard<'_, Others> {
        self.0.lock().unwrap()
    }

    fn says(&self, at: InputPartition, router: Option<&str>, reached: Reached) {
        let mut others = self.look();
        others.said.retain(|lane| lane.at != at);
        let mark = Some(Mark { said_ms: 1, reached, is_held: router.is_some() });
        others.said.push(PeerLane { at, mark, router: router.map(str::to_owned) });
    }
}

impl Peers for Group {
    fn ask(&mut self) {
        let mut others = self.look();
        others.is_asked = true;
        others.asked += 1;
    }

    fn answer(&mut self) -> Option<Result<Vec<PeerLane>, String>> {
        let mut others = self.look();
        let is_answered = !others.is_mute && std::mem::take(&mut others.is_asked);
        is_answered.then(|| Ok(others.said.clone()))
    }

    fn take_over(&mut self, router: &str) {
        let mut others = self.look();
        let result = if others.fails { Err("no right".to_owned()) } else { Ok(()) };
        others.taken.push(router.to_owned());
        others.ended.push_back((router.to_owned(), result));
    }

    fn taken_over(&mut self) -> Option<(String, Result<(), String>)> {
        self.look().ended.pop_front()
    }
}

type MemoryRouter = Router<super::memory::Source, super::memory::Log, route::Router>;

struct Rig {
    memory: Memory,
    clock: Arc<VirtualClock>,
    group: Group,
    board: Arc<StatusBoard>,
    router: MemoryRouter,
}

impl Rig {
    fn new() -> Self {
        Self::with(|options| options)
    }

    fn with(adjust: impl FnOnce(Options) -> Options) -> Self {
        let clock = Arc::new(VirtualClock::default());
        let memory = Memory { clock: Some(Arc::clone(&clock)), ..Memory::default() };
        let options = adjust(Options { role: Role::Router, lanes: 2, ..Memory::options(1) });
        let source = memory.source(&options).unwrap();
        let topic = Topic { name: INPUT.to_owned(), is_email: false, is_trusted: true, format: Format::Json };
        let mapper = Mapper::from(leadstream_mapping::load("segment").unwrap());
        let group = Group::default();
        let board = Arc::new(StatusBoard::new(Identity::default()));
        let router = Router::new(Parts {
            log: memory.log(&options, &source).unwrap(),
            source,
            route: Arc::new(route::Router::new(vec![RoutedInput { topic, mapper }], (*memory.shared().decoder).clone())),
            options,
            clock: Arc::<VirtualClock>::clone(&clock),
            observer: Arc::clone(&memory.seen) as Arc<dyn crate::runtime::observe::Observer>,
            board: Arc::clone(&board),
            stop: Arc::new(AtomicBool::new(false)),
        });
        let router = router.among(Box::new(group.clone()));
        Self { memory, clock, group, board, router }
    }

    /// Records arrive that are so old.
    fn arrive(&self, ages_ms: &[Ms]) {
        let now = self.clock.now_ms();
        self.memory.look().input.extend(ages_ms.iter().map(|age_ms| (now - age_ms, "", PAGE)));
    }

    /// Records of now.
    fn arrive_with(&self, values: &[&'static str]) {
        let now = self.clock.now_ms();
        self.memory.look().input.extend(values.iter().map(|value| (now, "", *value)));
    }

    fn dead_letters(&self) -> usize {
        self.memory.look().outputs.iter().filter(|out| **out == OutTopic::DeadLetters).count()
    }

    fn pass(&mut self, time: Duration) {
        let until = self.clock.monotonic() + time;
        while self.clock.monotonic() < until {
            self.router.step().expect("no failure that ends it");
        }
    }

    fn committed(&self) -> Option<Position> {
        self.memory.look().committed
    }

    fn offset(&self) -> Option<i64> {
        self.committed().map(|position| position.offset)
    }

    fn mark(&self) -> Option<Mark> {
        self.committed()?.mark
    }

    fn routed(&self) -> usize {
        self.memory.look().outputs.iter().filter(|out| **out == OutTopic::Events).count()
    }
}

#[test]
fn it_says_every_second_how_far_it_is_and_gives_back_what_it_leaves() {
    let mut rig = Rig::new();
    rig.arrive(&[3 * HOUR_MS, 0]);
    rig.pass(SECOND);
    let first = rig.mark().expect("it says something");
    assert_eq!((rig.offset(), first.reached, first.is_held), (Some(2), Reached::Now, true));
    rig.pass(2 * SECOND);
    let later = rig.mark().expect("it still says something");
    assert!(later.said_ms >= first.said_ms + 1_000, "without any record");
    rig.memory.look().events.push_back(GroupEvent::Revoked { partitions: vec![OWN], lost: false });
    rig.pass(SECOND);
    assert_eq!((rig.offset(), rig.mark().map(|mark| mark.is_held)), (Some(2), Some(false)));
    rig.memory.look().events.push_back(GroupEvent::Assigned(vec![OWN]));
    rig.pass(2 * SECOND);
    assert_eq!(rig.mark().map(|mark| mark.is_held), Some(true));
    rig.router.shut_down();
    assert_eq!((rig.offset(), rig.mark().map(|mark| mark.is_held)), (Some(2), Some(false)));
}

#[test]
fn a_partition_that_says_nothing_is_named() {
    let mut rig = Rig::new();
    rig.memory.look().is_silent = true;
    rig.arrive(&[0]);
    let troubles = |rig: &Rig| rig.board.routers()[0].troubles.clone();
    rig.pass(20 * SECOND);
    assert_eq!((troubles(&rig), rig.routed()), (Vec::new(), 0), "it may take its time");
    rig.pass(20 * SECOND);
    let trouble = troubles(&rig).pop().expect("it says so");
    assert!(trouble.kind == TroubleKind::BrokenInput && trouble.text.contains("clickstream, partition 0: nothing comes"));
    assert!(!readiness(&rig.board).is_ready());
    rig.memory.look().is_silent = false;
    rig.pass(SECOND);
    assert_eq!((troubles(&rig), rig.routed()), (Vec::new(), 1));
}

#[test]
fn what_the_engine_could_not_use_is_a_dead_letter_of_its_own_record() {
    let mut rig = Rig::new();
    rig.arrive_with(&[PAGE, ABSURD, PAGE]);
    rig.pass(SECOND);
    assert_eq!((rig.offset(), rig.routed(), rig.dead_letters()), (Some(3), 2, 1));
}

#[test]
fn an_input_of_which_too_much_can_not_be_used_is_paused_and_holds_nobody_up() {
    let limit = PoisonLimit { window: 10, count: 5, ratio: 0.5 };
    let mut rig = Rig::with(|options| Options { poison: Some(limit), on_poison: OnPoison::Pause, ..options });
    rig.arrive_with(&[PAGE, ABSURD, PAGE, ABSURD]);
    rig.pass(SECOND);
    assert_eq!((rig.offset(), rig.routed(), rig.dead_letters()), (Some(4), 2, 2), "some may be bad");
    assert!(rig.board.routers()[0].troubles.is_empty());
    rig.arrive_with(&[ABSURD, ABSURD, ABSURD, PAGE]);
    rig.pass(10 * SECOND);
    assert_eq!((rig.offset(), rig.dead_letters()), (Some(4), 2), "it is not drained into the dead letters");
    let trouble = rig.board.routers()[0].troubles.clone().pop().expect("it says so");
    assert!(
        trouble.kind == TroubleKind::PoisonedInput && trouble.text.contains("5 of the latest 6 records can't be used"),
        "{trouble:?}"
    );
    assert!(trouble.text.contains("`.router`) past it"), "which offsets are to be moved: {trouble:?}");
    assert!(!readiness(&rig.board).is_ready());
    let last = rig.mark().map(|mark| mark.reached);
    assert_eq!(last, Some(Reached::Unknown), "an order may lie in it");
}

#[test]
fn what_tasks_have_read_before_is_not_routed_once_more() {
    let mut rig = Rig::new();
    rig.arrive(&[0, 0, 0]);
    rig.router = rig.router.after(BTreeMap::from([(OWN, 2)]));
    rig.pass(SECOND);
    assert_eq!((rig.offset(), rig.routed()), (Some(3), 1));
}

#[test]
fn what_is_lost_is_not_given_back() {
    let mut rig = Rig::new();
    rig.arrive(&[0]);
    rig.pass(SECOND);
    rig.memory.look().events.push_back(GroupEvent::Revoked { partitions: vec![OWN], lost: true });
    rig.pass(SECOND);
    assert_eq!(rig.mark().map(|mark| mark.is_held), Some(true), "another may have written there since");
}

#[test]
fn who_has_not_given_its_partition_back_is_taken_over_from_and_then_only_the_dead_are() {
    let mut rig = Rig::new();
    rig.group.says(OWN, Some("b"), Reached::Now);
    rig.group.says(OTHER, Some("c"), Reached::Now);
    rig.pass(SECOND);
    assert_eq!(rig.group.look().taken, ["b"]);
    rig.group.says(OWN, Some("memory"), Reached::Now);
    rig.pass(SECOND);
    assert_eq!(rig.group.look().taken, ["b"]);
    // Its own partition says nothing new in this group: it can't tell who else is dead.
    rig.pass(10 * SECOND);
    assert_eq!(rig.group.look().taken, ["b"]);
    rig.group.look().said.retain(|lane| lane.at == OTHER);
    rig.pass(10 * SECOND);
    assert_eq!(rig.group.look().taken, ["b", "c"]);
}

#[test]
fn a_take_over_that_fails_is_tried_again() {
    let mut rig = Rig::new();
    rig.group.look().fails = true;
    rig.group.says(OTHER, Some("c"), Reached::Now);
    rig.pass(13 * SECOND);
    assert!((2..=4).contains(&rig.group.look().taken.len()), "{:?}", rig.group.look().taken);
}

#[test]
fn in_a_backlog_it_waits_for_the_slowest_and_live_for_nobody() {
    let mut rig = Rig::new();
    let slowest = rig.clock.now_ms() - 2 * HOUR_MS;
    rig.group.says(OTHER, Some("c"), Reached::Until(slowest));
    rig.arrive(&[3 * HOUR_MS, 2 * HOUR_MS - 29_000, 2 * HOUR_MS - 31_000, HOUR_MS, 0]);
    rig.pass(SECOND);
    assert_eq!((rig.offset(), rig.routed()), (Some(2), 2));
    assert_eq!(rig.mark().map(|mark| mark.reached), Some(Reached::Until(slowest + 31_000)), "and says where it is");
    rig.group.says(OTHER, Some("c"), Reached::Until(slowest + 2_000));
    rig.pass(SECOND);
    assert_eq!((rig.offset(), rig.routed()), (Some(3), 3));
    rig.group.says(OTHER, Some("c"), Reached::Now);
    rig.pass(SECOND / 5);
    assert_eq!((rig.offset(), rig.routed()), (Some(5), 5));
    let asked = rig.group.look().asked;
    rig.pass(3 * SECOND);
    assert!(rig.group.look().asked <= asked + 4, "then it asks once a second");
}

#[test]
fn what_is_young_waits_for_no_answer_and_what_is_old_not_for_ever() {
    let mut rig = Rig::new();
    rig.group.look().is_mute = true;
    rig.arrive(&[0]);
    rig.pass(2 * SECOND);
    assert_eq!(rig.offset(), Some(1));
    rig.arrive(&[HOUR_MS]);
    rig.pass(5 * SECOND);
    assert_eq!(rig.offset(), Some(1));
    rig.pass(10 * SECOND);
    assert_eq!(rig.offset(), Some(2));
}

#[test]
fn a_dead_one_that_is_behind_is_waited_for_a_while() {
    let mut rig = Rig::new();
    rig.group.says(OTHER, Some("c"), Reached::Until(rig.clock.now_ms() - 2 * HOUR_MS));
    rig.arrive(&[HOUR_MS]);
    rig.pass(25 * SECOND);
    assert_eq!(rig.offset(), Some(0));
    rig.pass(10 * SECOND);
    assert_eq!(rig.offset(), Some(1));
}

#[test]
fn a_router_that_was_taken_over_from_though_it_lives_goes_on() {
    let mut rig = Rig::new();
    rig.arrive(&[0, 0]);
    rig.memory.look().commit_fails.push_back(Failure::Rebuild("another producer has taken over".to_owned()));
    rig.pass(5 * SECOND);
    assert_eq!((rig.offset(), rig.routed()), (Some(2), 2), "nothing twice");
    assert_eq!(rig.mark().map(|mark| mark.is_held), Some(true));
}

/// How the next purges end, and how often one was asked for.
#[derive(Clone, Default)]
struct Purges(Arc<Mutex<Asked>>);

#[derive(Default)]
struct Asked {
    ends: VecDeque<Result<u64, String>>,
    times: usize,
}

impl Purge for Purges {
    fn purge(&mut self) {
        self.0.lock().unwrap().times += 1;
    }

    fn purged(&mut self) -> Option<Result<u64, String>> {
        let mut purges = self.0.lock().unwrap();
        if purges.times == 0 { None } else { purges.ends.pop_front() }
    }
}

#[test]
fn read_events_are_deleted_again_and_again_but_never_twice_at_a_time() {
    let purges = Purges::default();
    let mut rig = Rig::new();
    rig.router = rig.router.purging(Box::new(purges.clone()), 30 * SECOND);
    let asked = || purges.0.lock().unwrap().times;
    rig.pass(29 * SECOND);
    assert_eq!(asked(), 0);
    rig.pass(100 * SECOND);
    assert_eq!(asked(), 1, "it hasn't ended");
    purges.0.lock().unwrap().ends.push_back(Err("no right".to_owned()));
    rig.pass(SECOND);
    assert_eq!(asked(), 2, "a failure ends nothing");
    purges.0.lock().unwrap().ends.push_back(Ok(7));
    rig.arrive(&[0]);
    rig.pass(31 * SECOND);
    assert_eq!((asked(), rig.offset()), (3, Some(1)));
    assert_eq!(rig.memory.seen.look().purged, [None, Some(7)]);
}

//! A router whose records are refused: which one is blamed, and what it says of itself meanwhile, and in whose name.

use super::memory::VirtualClock;
use crate::domain::Ms;
use crate::engine::task::StagedRecord;
use crate::runtime::observe::NoObserver;
use crate::runtime::options::{Options, Role};
use crate::runtime::ports::{
    Bounds, Broken, Cause, Clock, CommitLog, DeadLetter, EventSource, Failure, FetchRoom, Fetched, GroupEvent, Headers,
    InputPartition, MappingOutcome, OutRecord, OutTopic, Position, Progress, RecordBatch, RecordView, Refusal, Rejected,
};
use crate::runtime::route::{Route, RoutedEvent, RoutedPart};
use crate::runtime::router::{Parts, Router};
use crate::runtime::snapshot::{Identity, StatusBoard};
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// Offset, time and value of a record.
type Line = (i64, Ms, &'static str);

/// When a record is refused.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Refused {
    AtOnce,
    AtTheCommit,
}

/// What lies in the partitions, each with its end, and what came of it.
#[derive(Default)]
struct World {
    lanes: Vec<(Vec<Line>, i64)>,
    /// Records that the broker doesn't take, by key; the empty one is what a router says of itself.
    refused: BTreeMap<&'static str, Refused>,
    cause: Option<Cause>,
    open: Vec<(OutTopic, String)>,
    written: Vec<(OutTopic, String)>,
    committed: BTreeMap<InputPartition, i64>,
}

type Shared = Arc<Mutex<World>>;

fn look(world: &Shared) -> MutexGuard<'_, World> {
    world.lock().unwrap()
}

fn lane(partition: usize) -> InputPartition {
    InputPartition { partition: i32::try_from(partition).unwrap(), input: 0 }
}

struct Records(i32, Vec<Line>);

impl RecordBatch for Records {
    fn len(&self) -> usize {
        self.1.len()
    }

    fn view(&self, n: usize) -> RecordView<'_> {
        let (offset, time_ms, value) = self.1[n];
        let (timestamp_ms, value) = (Some(time_ms), Some(value.as_bytes()));
        RecordView { partition: self.0, offset, timestamp_ms, value, ..RecordView::default() }
    }

    fn headers(&self, _: usize) -> Vec<(String, Option<Vec<u8>>)> {
        Vec::new()
    }
}

/// Hands everything of a partition out at once, with its end.
struct Source {
    world: Shared,
    clock: Arc<VirtualClock>,
    is_assigned: bool,
    /// Records that were handed out; `None`: nothing was asked for yet.
    fetched: BTreeMap<InputPartition, Option<usize>>,
}

impl EventSource for Source {
    fn group_event(&mut self) -> Result<Option<GroupEvent>, Failure> {
        let is_new = !std::mem::replace(&mut self.is_assigned, true);
        let all = 0..look(&self.world).lanes.len();
        Ok(is_new.then(|| GroupEvent::Assigned(all.map(lane).collect())))
    }

    fn ask_committed(&mut self, _: &[InputPartition]) {}

    fn committed(&mut self) -> Result<Option<Vec<Option<Position>>>, Failure> {
        Ok(Some(vec![None; look(&self.world).lanes.len()]))
    }

    fn is_member(&self) -> bool {
        false
    }

    fn waiting_for_offsets(&self) -> String {
        String::new()
    }

    fn bounds(&mut self, _: InputPartition) -> Result<Bounds, Failure> {
        Ok(Bounds { low: 0, high: 0 })
    }

    fn offset_at(&mut self, _: InputPartition, _: Ms) -> Result<i64, Failure> {
        Ok(0)
    }

    fn start(&mut self, from: &[(InputPartition, i64)]) -> Result<(), Failure> {
        self.fetched.extend(from.iter().map(|(at, _)| (*at, None)));
        Ok(())
    }

    fn stop(&mut self, _: &[InputPartition]) -> Result<(), Failure> {
        Ok(())
    }

    fn fetch(&mut self, from: InputPartition, _: FetchRoom) -> Result<Option<Fetched>, Failure> {
        let world = look(&self.world);
        let (all, end) = &world.lanes[usize::try_from(from.partition).unwrap()];
        let taken = self.fetched.insert(from, Some(all.len())).flatten();
        let records = Records(from.partition, all[taken.unwrap_or_default()..].to_vec());
        let is_news = taken.is_none() || !records.is_empty();
        Ok(is_news.then(|| Fetched { records: Box::new(records), end: Some(*end), is_anew: false }))
    }

    fn broken(&self) -> Vec<Broken> {
        Vec::new()
    }

    fn lost(&mut self) -> Vec<(InputPartition, u64)> {
        Vec::new()
    }

    fn wait(&mut self, at_most: Duration) {
        self.clock.pass(at_most);
    }

    fn leave(&mut self) {}
}

struct Log(Shared);

impl Log {
    fn refuse(&self, which: &str, when: Refused) -> Result<(), Failure> {
        let world = look(&self.0);
        if world.refused.get(which) != Some(&when) {
            return Ok(());
        }
        let cause = world.cause.unwrap_or(Cause::TooLarge);
        Err(Failure::Refused(Box::new(Refusal { cause, topic: None, tasks: Vec::new(), text: "refused".to_owned() })))
    }
}

impl CommitLog for Log {
    fn begin(&mut self) -> Result<(), Failure> {
        look(&self.0).open.clear();
        Ok(())
    }

    fn send(&mut self, record: &OutRecord<'_>) -> Result<(), Failure> {
        let text = record.key.or(record.value).map(|text| String::from_utf8_lossy(text).into_owned()).unwrap_or_default();
        if record.topic == OutTopic::Events {
            self.refuse(&text, Refused::AtOnce)?;
        }
        look(&self.0).open.push((record.topic, text));
        Ok(())
    }

    fn send_state(&mut self, _: i32, _: &[StagedRecord<'_>]) -> Result<(), Failure> {
        unreachable!("a router has no state")
    }

    fn commit(&mut self, positions: &[(InputPartition, Position)], _: &mut dyn FnMut() -> bool) -> Result<(), Failure> {
        let events: Vec<String> =
            look(&self.0).open.iter().filter(|(topic, _)| *topic == OutTopic::Events).map(|(_, key)| key.clone()).collect();
        events.iter().try_for_each(|key| self.refuse(key, Refused::AtTheCommit))?;
        let mut world = look(&self.0);
        let open = std::mem::take(&mut world.open);
        world.written.extend(open);
        world.committed.extend(positions.iter().map(|(at, position)| (*at, position.offset)));
        Ok(())
    }

    fn abort(&mut self) -> Result<(), Failure> {
        look(&self.0).open.clear();
        Ok(())
    }

    fn rebuild(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    fn name(&self) -> &'static str {
        "log"
    }
}

/// Each record is an event under its value.
struct Plain;

impl Route for Plain {
    fn route(&self, records: &dyn RecordBatch, n: usize) -> Result<Vec<RoutedPart>, String> {
        let value = records.view(n).value.unwrap_or_default().to_vec();
        let event =
            RoutedEvent { key: String::from_utf8_lossy(&value).into_owned(), value, headers: Headers::new(), sighted: None };
        Ok(vec![RoutedPart { outcome: MappingOutcome::Mapped, what: Some(Ok(event)), element: None }])
    }

    fn progress(&self, _: &Progress) -> Headers {
        Headers::new()
    }

    fn told(&self, _: &crate::domain::identity::message::Message, _: &mut crate::runtime::ports::Encoded) {}

    fn mapping(&self, _: u16) -> &'static str {
        ""
    }

    fn dead_letter<'a>(&self, records: &'a dyn RecordBatch, n: usize, _: Option<u32>, _: &Rejected, _: usize) -> DeadLetter<'a> {
        DeadLetter { key: None, value: records.view(n).value, headers: Headers::new() }
    }
}

/// A router that works for so long on this; some of it is put right in the middle.
fn after(world: World, length: Duration, mend: impl FnOnce(&mut World)) -> World {
    let (world, clock) = (Arc::new(Mutex::new(world)), Arc::new(VirtualClock::default()));
    let lanes = u32::try_from(look(&world).lanes.len()).unwrap();
    let source = Source { world: Arc::clone(&world), clock: Arc::clone(&clock), is_assigned: false, fetched: BTreeMap::new() };
    let mut router = Router::new(Parts {
        source,
        log: Log(Arc::clone(&world)),
        route: Arc::new(Plain),
        options: Options { role: Role::Router, lanes, events_partitions: 1, ..Options::new(vec!["raw".to_owned()], lanes) },
        clock: Arc::<VirtualClock>::clone(&clock),
        observer: Arc::new(NoObserver),
        board: Arc::new(StatusBoard::new(Identity::default())),
        stop: Arc::new(AtomicBool::new(false)),
    });
    let mut pass = |until: Duration| {
        while clock.monotonic() < until {
            router.step().expect("no failure that ends it");
        }
    };
    pass(length / 2);
    mend(&mut look(&world));
    look(&world).written.push((OutTopic::State, "mended".to_owned()));
    pass(length);
    std::mem::take(&mut *look(&world))
}

impl World {
    fn of(lanes: &[(&[Line], i64)], refused: &[(&'static str, Refused)]) -> Self {
        let lanes = lanes.iter().map(|(records, end)| (records.to_vec(), *end)).collect();
        Self { lanes, refused: refused.iter().copied().collect(), ..Self::default() }
    }

    /// What was written to a topic, without what the router says of itself.
    fn all(&self, topic: OutTopic) -> Vec<&str> {
        let mut all: Vec<&str> =
            self.written.iter().filter(|(to, what)| *to == topic && !what.is_empty()).map(|(_, what)| what.as_str()).collect();
        all.sort_unstable();
        all
    }

    /// How often it has said how far it is since things were put right.
    fn said(&self) -> usize {
        let is_said = |(topic, what): &&(OutTopic, String)| *topic == OutTopic::Events && what.is_empty();
        self.written.iter().rev().take_while(|(topic, _)| *topic != OutTopic::State).filter(is_said).count()
    }
}

#[test]
fn the_record_that_is_refused_becomes_a_dead_letter_though_a_marker_comes_after_it() {
    let world = World::of(&[(&[(0, 10, "a"), (1, 20, "large")], 3)], &[("large", Refused::AtTheCommit)]);
    let world = after(world, 20 * SECOND, |_| {});
    assert_eq!((world.all(OutTopic::Events), world.all(OutTopic::DeadLetters)), (vec!["a"], vec!["large"]));
    assert_eq!(world.committed, BTreeMap::from([(lane(0), 3)]));
}

#[test]
fn the_record_that_is_refused_is_blamed_and_none_that_waits() {
    for when in [Refused::AtOnce, Refused::AtTheCommit] {
        let lanes: [(&[_], _); 2] = [(&[(0, 30, "a"), (1, 40, "b")], 2), (&[(0, 10, "large"), (1, 50, "c")], 2)];
        let world = after(World::of(&lanes, &[("large", when)]), 20 * SECOND, |_| {});
        assert_eq!((world.all(OutTopic::Events), world.all(OutTopic::DeadLetters)), (vec!["a", "b", "c"], vec!["large"]));
        assert!(world.said() > 5, "{}", world.said());
    }
}

#[test]
fn what_a_router_says_of_itself_is_said_again_once_it_is_not_refused_any_more() {
    for when in [Refused::AtOnce, Refused::AtTheCommit] {
        let world = World { cause: Some(Cause::Policy), ..World::of(&[(&[], 0)], &[("", when)]) };
        let world = after(world, 20 * SECOND, |world| world.refused.clear());
        assert!(world.said() > 5, "{}", world.said());
    }
}

#[test]
fn no_record_is_blamed_for_what_a_router_says_of_itself() {
    for when in [Refused::AtOnce, Refused::AtTheCommit] {
        let world =
            World { cause: Some(Cause::InvalidRecord), ..World::of(&[(&[(0, 10, "a"), (1, 20, "b")], 2)], &[("", when)]) };
        let world = after(world, 20 * SECOND, |_| {});
        assert_eq!((world.all(OutTopic::Events), world.all(OutTopic::DeadLetters)), (vec!["a", "b"], vec![]));
    }
}

#[test]
fn what_a_router_says_of_itself_is_said_in_the_name_of_its_membership() {
    let world = after(World::of(&[(&[], 0), (&[(0, 10, "a")], 1)], &[]), 20 * SECOND, |_| {});
    assert!(world.said() > 5, "{}", world.said());
    let of_all = BTreeMap::from([(lane(0), 0), (lane(1), 1)]);
    assert_eq!(world.committed, of_all, "offsets, by which the broker knows whether it is a member, go with it");
}

//! Records whose schemas are not known yet: they wait, in their order, and none of them is lost, doubled or a dead letter.

use super::memory::{INPUT, Memory, Records, VirtualClock};
use super::working::Rig;
use crate::domain::HOUR_MS;
use crate::engine::task::{BatchEffects, Task};
use crate::runtime::connect::Connect;
use crate::runtime::observe::BatchStats;
use crate::runtime::options::{Options, Role};
use crate::runtime::ports::{Clock, Decode, GroupEvent, InputPartition, OutTopic, RecordBatch, Rejected};
use crate::runtime::router::{Parts, Router};
use crate::runtime::snapshot::{Identity, StatusBoard, TaskState};
use crate::runtime::task_runner::{Collect, Now, TaskRunner};
use crate::runtime::trouble::TroubleKind;
use crate::view::health::readiness;
use crate::wire::decode::{Format, Topic};
use crate::wire::mapped::Mapper;
use crate::wire::route::{self, RoutedInput};
use crate::wire::state_record::StateCodec;
use leadstream_mapping::{Language, Lookup, Schema, SchemaId, SchemaText, Schemas};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const MAPPING: &str = "name = \"p\"\nformat = \"avro\"\n[ids]\nuser = \"who\"\n[events]\n\"*\" = \"page\"\n";
const SCHEMA: &str = r#"{"type":"record","name":"P","fields":[{"name":"who","type":"string"}]}"#;
/// Records of ann's, of schemas 7, 8 and 9.
const SEVEN: &str = "\0\0\0\0\u{7}\u{6}ann";
const EIGHT: &str = "\0\0\0\0\u{8}\u{6}ann";
const NINE: &str = "\0\0\0\0\u{9}\u{6}ann";

/// A registry that has answered for some ids, and others that it was told of before their records came.
#[derive(Default)]
struct Answered(Mutex<BTreeSet<u32>>, Mutex<Vec<SchemaId>>);

impl Schemas for Answered {
    fn schema(&self, id: SchemaId) -> Lookup {
        let SchemaId::Number(number) = id else { return Lookup::Unusable("a GUID".to_owned()) };
        if !self.0.lock().unwrap().contains(&number) {
            return Lookup::NotYet("the registry is away".to_owned());
        }
        let text = SchemaText { language: Language::Avro, text: SCHEMA.to_owned(), references: Vec::new() };
        Lookup::Known(Arc::new(Schema::compile(&text).expect("a schema")))
    }

    fn want(&self, ids: &[SchemaId]) {
        self.1.lock().unwrap().extend(ids);
    }
}

impl Answered {
    fn knows(&self, id: u32) {
        self.0.lock().unwrap().insert(id);
    }

    fn was_told_of(&self, id: u32) -> bool {
        self.1.lock().unwrap().contains(&SchemaId::Number(id))
    }
}

fn memory() -> (Memory, Arc<Answered>) {
    let schemas = Arc::new(Answered::default());
    schemas.knows(7);
    let mapping = leadstream_mapping::parse("p", MAPPING).expect("a mapping");
    let mapper = Mapper::with_schemas(mapping, Arc::<Answered>::clone(&schemas));
    (Memory { clock: Some(Arc::new(VirtualClock::default())), mapper: Some(mapper), ..Memory::default() }, schemas)
}

#[test]
fn records_wait_for_their_schema_and_those_before_them_do_not() {
    let (memory, schemas) = memory();
    let mut rig = Rig::on(memory, Memory::options(1));
    [SEVEN, EIGHT, SEVEN, NINE, SEVEN].into_iter().for_each(|record| rig.arrives(record));
    rig.pass(SECOND);
    assert!(rig.troubles().is_empty(), "a registry may take its time");
    assert!(schemas.was_told_of(9) && !schemas.was_told_of(8), "all that wait are asked for together");
    rig.pass(100 * SECOND);
    let task = rig.board.task(0).expect("a task");
    assert_eq!((rig.committed(), task.done.events, task.caught_up), (Some(1), 1, false));
    assert!(
        matches!(&task.state, TaskState::Stuck { reason } if reason.contains("schema 8 is not known yet: the registry is away"))
    );
    assert_eq!(task.troubles.iter().map(|trouble| trouble.kind).collect::<Vec<_>>(), [TroubleKind::NoSchema]);
    assert!(!readiness(&rig.board).is_ready());
    schemas.knows(8);
    rig.pass(SECOND);
    assert_eq!(rig.committed(), Some(3));
    schemas.knows(9);
    rig.pass(10 * SECOND);
    let task = rig.board.task(0).expect("a task");
    assert_eq!((rig.committed(), task.done.events, task.caught_up, rig.dead_letters()), (Some(5), 5, true, 0));
    assert_eq!(rig.memory.mapped.load(Ordering::Relaxed), 5, "each is counted once");
    assert!(readiness(&rig.board).is_ready() && rig.troubles().is_empty());
    rig.arrives(SEVEN);
    rig.pass(SECOND);
    assert_eq!(rig.committed(), Some(6), "it goes on");
}

#[test]
fn what_waits_is_read_again_where_the_partition_goes() {
    let (memory, schemas) = memory();
    let mut rig = Rig::on(memory, Memory::options(1));
    [SEVEN, EIGHT, SEVEN].into_iter().for_each(|record| rig.arrives(record));
    rig.pass(10 * SECOND);
    let partitions = vec![InputPartition { partition: 0, input: 0 }];
    rig.hears(GroupEvent::Revoked { partitions: partitions.clone(), lost: false });
    rig.hears(GroupEvent::Assigned(partitions));
    rig.pass(10 * SECOND);
    assert_eq!((rig.committed(), rig.troubles().len()), (Some(1), 1));
    schemas.knows(8);
    rig.pass(10 * SECOND);
    assert_eq!((rig.committed(), rig.dead_letters()), (Some(3), 0));
    assert_eq!(rig.memory.mapped.load(Ordering::Relaxed), 3);
}

#[test]
fn an_end_that_was_seen_before_records_waited_counts_only_if_nothing_has_come_since() {
    for (known_end, is_caught_up) in [(None, true), (Some(1), true), (Some(2), false)] {
        let (memory, schemas) = memory();
        let shared = memory.shared();
        let decoder = &*shared.decoder;
        let mut runner = TaskRunner::new(0, Task::new(Arc::clone(&shared.models), StateCodec), &[0], 1, false, None);
        runner.active = true;
        // Long ago, so that its own time says nothing.
        let records = Records(vec![(0, shared.clock.now_ms() - HOUR_MS, "ann", EIGHT)]);
        let now = Now::of(&*shared.clock, &Memory::options(1));
        runner.push(0, decoder.prepare(Box::new(records), 0, &mut |_| {}), Some(1), now.monotonic, decoder);
        assert!(!runner.resume(0, known_end, &now, decoder) && runner.waits(0).is_some());
        schemas.knows(8);
        assert!(runner.resume(0, known_end, &now, decoder) && runner.waits(0).is_none());
        let (mut effects, mut stats) = (BatchEffects::default(), BatchStats::default());
        let mut dead = |_: &dyn RecordBatch, _: usize, _: &Rejected| panic!("it can be read");
        let mut into = Collect { effects: &mut effects, stats: &mut stats, dead: &mut dead };
        assert_eq!(runner.run(9, &now, decoder, &mut into).expect("it runs").applied, 1);
        assert_eq!(runner.is_caught_up(&now), is_caught_up, "{known_end:?}");
    }
}

#[test]
fn a_router_waits_for_schemas_too() {
    let (memory, schemas) = memory();
    let clock = memory.clock.clone().expect("a clock");
    let options = Options { role: Role::Router, lanes: 1, ..Memory::options(1) };
    let source = memory.source(&options).expect("a source");
    let topic = Topic { name: INPUT.to_owned(), is_email: false, is_trusted: true, format: Format::Json };
    let inputs = vec![RoutedInput { topic, mapper: memory.mapper.clone().expect("a mapping") }];
    let board = Arc::new(StatusBoard::new(Identity::default()));
    let mut router = Router::new(Parts {
        log: memory.log(&options, &source).expect("a log"),
        source,
        route: Arc::new(route::Router::new(inputs, (*memory.shared().decoder).clone())),
        options,
        clock: Arc::<VirtualClock>::clone(&clock),
        observer: Arc::clone(&memory.seen) as Arc<dyn crate::runtime::observe::Observer>,
        board: Arc::clone(&board),
        stop: Arc::new(AtomicBool::new(false)),
    });
    let mut pass = |time: Duration| {
        let until = clock.monotonic() + time;
        while clock.monotonic() < until {
            router.step().expect("no failure that ends it");
        }
    };
    let so_far = || {
        let topics = memory.look();
        let of = |topic: OutTopic| topics.outputs.iter().filter(|out| **out == topic).count();
        (topics.committed.map(|position| position.offset), of(OutTopic::Events), of(OutTopic::DeadLetters))
    };
    memory.look().input.extend([SEVEN, EIGHT, SEVEN].map(|record| (clock.now_ms(), "ann", record)));
    pass(60 * SECOND);
    assert_eq!(so_far(), (Some(1), 1, 0));
    let routers = board.routers();
    let trouble = routers[0].troubles.first().expect("it says so");
    assert!(trouble.kind == TroubleKind::NoSchema && trouble.text.contains("schema 8"), "{trouble:?}");
    assert!(!readiness(&board).is_ready());
    schemas.knows(8);
    pass(10 * SECOND);
    assert_eq!(so_far(), (Some(3), 3, 0));
    assert!(board.routers()[0].troubles.is_empty());
}

//! Tasks with identity: events come under their keys, what ids are told goes from task to task, and timers fire.

use crate::harness::{Did, Line, START_MS, commit, restored, say, script};
use leadstream_core::domain::Text;
use leadstream_core::domain::identity::linking::Linking;
use leadstream_core::domain::identity::message::{Body as Told, Message};
use leadstream_core::domain::identity::route::Router;
use leadstream_core::domain::identity::said::{SaidIds, Sighting};
use leadstream_core::domain::ids::hash64;
use leadstream_core::domain::model::Models;
use leadstream_core::domain::output::Body;
use leadstream_core::domain::rules::contact::of_address;
use leadstream_core::domain::state::prospect::Prospect;
use leadstream_core::engine::codec::Codec;
use leadstream_core::engine::task::{BatchEffects, Forwarder, Mode, ProspectOutput, Task, TaskInput};
use leadstream_core::state_record::StateCodec;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// What lies in a topic.
#[derive(Debug, Clone)]
enum Record {
    /// With who sent it on, and the first id that it came to.
    Event(Box<Did>, Option<(Forwarder, Text)>),
    Told(Box<Message>, i64),
}

/// What goes wrong while everything arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Trouble {
    #[default]
    Nothing,
    /// Whoever takes a record dies before it is committed: another one goes on from the last commit, and takes it again. So does every
    /// router, which forgets what it told.
    Deaths,
    /// After each record all tasks go to other workers.
    Rebalances,
}

/// How events come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A router reads them, whatever their keys.
    Router,
    /// Under the strongest id.
    Key,
    /// Identity is off.
    Nothing,
}

pub struct House {
    pub models: Arc<Models>,
    pub linking: Arc<Linking>,
    pub trouble: Trouble,
    by: By,
    tasks: Vec<Task<StateCodec>>,
    router: Router,
    /// Per task: events, and what was sent on.
    events: Vec<VecDeque<Record>>,
    forwards: Vec<VecDeque<Record>>,
    pub outputs: Vec<ProspectOutput>,
    pub notes: Vec<(leadstream_core::domain::output::Note, u64)>,
    /// What was sent into `leadstream.forwards`.
    pub messages: usize,
    now_ms: i64,
}

impl House {
    pub fn new(models: &Arc<Models>, tasks: usize, by: By) -> Self {
        Self::with(models, tasks, by, Linking::default())
    }

    pub fn with(models: &Arc<Models>, tasks: usize, by: By, linking: Linking) -> Self {
        let linking = Arc::new(linking);
        let task = || {
            let mut task = Task::new(Arc::clone(models), StateCodec);
            task.link_ids(Arc::clone(&linking));
            task
        };
        Self {
            models: Arc::clone(models),
            trouble: Trouble::Nothing,
            by,
            tasks: (0..tasks).map(|_| task()).collect(),
            router: Router::default(),
            events: vec![VecDeque::new(); tasks],
            forwards: vec![VecDeque::new(); tasks],
            outputs: Vec::new(),
            notes: Vec::new(),
            messages: 0,
            now_ms: START_MS,
            linking,
        }
    }

    fn task_of(&self, id: &str) -> usize {
        usize::try_from(hash64(id.as_bytes()) % self.tasks.len() as u64).unwrap()
    }

    /// Plays a script: a line may end in `ids=42,anon:a` (one that ends in `!` is no evidence; `>` before one: an alias of the other), and
    /// in `detach=yes`. Everything is settled before the next line.
    pub fn play(&mut self, text: &str) -> &mut Self {
        for line in text.split([';', '\n']).map(str::trim).filter(|line| !line.is_empty()) {
            match script(line).remove(0) {
                Line::Event(mut did) => {
                    name(&mut did, line);
                    self.advance(did.record_ms.max(self.now_ms) - 1);
                    self.send(*did);
                    self.settle();
                }
                Line::Until(until_ms) => self.advance(until_ms),
                other => panic!("{other:?}"),
            }
        }
        self
    }

    /// All of a script's events lie there before anybody reads one.
    pub fn lay(&mut self, text: &str) {
        for line in text.lines() {
            let Line::Event(mut did) = script(line).remove(0) else { panic!("{line}") };
            name(&mut did, line);
            self.send(*did);
        }
    }

    /// Puts an event into its topic.
    pub fn send(&mut self, mut did: Did) {
        self.now_ms = self.now_ms.max(did.record_ms);
        let said = said_ids(&did, &self.linking);
        let strongest = said.ids.iter().map(|(id, _)| id).min().expect("an id");
        let mut key = self.linking.types.text(strongest);
        if self.by == By::Router {
            let event = did.event(&self.models);
            let consent = of_address(&event, &self.models.models[0].contact);
            let sighting = Sighting { said: &said, time_ms: did.time_ms, consent };
            if self.trouble == Trouble::Deaths {
                self.router = Router::default();
            }
            let route = self.router.route(&sighting, self.linking.rules()).expect("an id");
            self.router.committed();
            key = route.key;
            for message in route.messages {
                self.tell(message, did.record_ms);
            }
        }
        did.prospect = key.to_string();
        let task = self.task_of(&key);
        self.events[task].push_back(Record::Event(Box::new(did), None));
    }

    fn tell(&mut self, message: Message, record_ms: i64) {
        self.messages += 1;
        let task = self.task_of(&message.to);
        self.forwards[task].push_back(Record::Told(Box::new(message), record_ms));
    }

    /// Which topics hold something: of events, and of what was sent on.
    pub fn pending(&self) -> Vec<(usize, bool)> {
        let of = |queues: &[VecDeque<Record>], sent: bool| -> Vec<(usize, bool)> {
            queues.iter().enumerate().filter(|(_, queue)| !queue.is_empty()).map(|(task, _)| (task, sent)).collect()
        };
        [of(&self.events, false), of(&self.forwards, true)].concat()
    }

    /// How much one of them holds.
    pub fn waiting(&self, task: usize, sent: bool) -> usize {
        let queues = if sent { &self.forwards } else { &self.events };
        queues[task].len()
    }

    /// A task takes the next record of one of its topics.
    pub fn take(&mut self, task: usize, sent: bool) {
        let record = self.queue(task, sent).pop_front().expect("a record");
        let (effects, did, first) = self.apply(task, record);
        self.collect(effects, did.as_deref().map(|did| (did, first)));
    }

    /// A task takes the next record of one of its topics, and dies with all that it made of it. Another one goes on from the last commit.
    pub fn die(&mut self, task: usize, sent: bool) {
        let record = self.queue(task, sent).front().expect("a record").clone();
        commit(&mut self.tasks[task]);
        self.apply(task, record);
        self.tasks[task].discard();
        self.replace(task);
    }

    /// Another worker goes on with a task, from what is committed.
    fn replace(&mut self, task: usize) {
        let next = restored(&self.tasks[task], Arc::clone(&self.models));
        self.tasks[task] = next;
        self.tasks[task].link_ids(Arc::clone(&self.linking));
    }

    fn queue(&mut self, task: usize, sent: bool) -> &mut VecDeque<Record> {
        if sent { &mut self.forwards[task] } else { &mut self.events[task] }
    }

    /// What a task makes of a record; of an event with what it is, and the first id that it came to.
    fn apply(&mut self, task: usize, record: Record) -> (BatchEffects, Option<Box<Did>>, Option<Text>) {
        let mut effects = BatchEffects::default();
        let mut first = None;
        let did = match record {
            Record::Event(did, by) => {
                first = by.as_ref().map(|(_, first)| first.clone());
                let mut event = did.event(&self.models);
                let is_direct = self.by == By::Key && by.is_none();
                event.ids = is_direct.then(|| Box::new(said_ids(&did, &self.linking)));
                let input = match by {
                    None => TaskInput::Event(event),
                    Some((by, first)) => {
                        event.came_under = Some(first);
                        TaskInput::Forwarded { event, by }
                    }
                };
                self.tasks[task].apply(&input, Mode::Virtual, &mut effects);
                Some(did)
            }
            Record::Told(message, record_ms) => {
                self.tasks[task].apply(&TaskInput::Told { message, record_ms }, Mode::Virtual, &mut effects);
                None
            }
        };
        assert_eq!(effects.unreadable, None);
        (effects, did, first)
    }

    fn collect(&mut self, effects: BatchEffects, did: Option<(&Did, Option<Text>)>) {
        self.notes.extend(effects.notes);
        for output in effects.outputs {
            if output.output.body == Body::Blocked {
                self.block(&output.prospect);
                continue;
            }
            let Body::Told(message) = &output.output.body else {
                self.outputs.push(output);
                continue;
            };
            if let Told::Forwarded(forwarded) = &message.body {
                let (did, first) = did.clone().expect("only an event is sent on");
                let mut did = did.clone();
                let first = first.unwrap_or_else(|| forwarded.via.clone());
                did.prospect = message.to.to_string();
                let by = Forwarder { via: forwarded.via.to_string(), hops: message.hops };
                let task = self.task_of(&message.to);
                self.messages += 1;
                self.forwards[task].push_back(Record::Event(Box::new(did), Some((by, first))));
            } else {
                self.tell((**message).clone(), output.output.at_ms);
            }
        }
    }

    /// All tasks and routers hear that an id is nobody's.
    fn block(&mut self, id: &str) {
        let mut linking = (*self.linking).clone();
        linking.blocked.block(id);
        self.linking = Arc::new(linking);
        for task in &mut self.tasks {
            task.link_ids(Arc::clone(&self.linking));
        }
    }

    /// Everything that is on its way arrives: events first, as they have one way less.
    pub fn settle(&mut self) {
        while let Some((task, sent)) = self.pending().first().copied() {
            self.arrive(task, sent);
        }
    }

    /// Everything arrives but what is sent to this id, and what lies behind it.
    pub fn settle_but(&mut self, held: &str) {
        let task_of_held = self.task_of(held);
        loop {
            let is_held = match self.forwards[task_of_held].front() {
                Some(Record::Told(message, _)) => &*message.to == held,
                Some(Record::Event(did, _)) => did.prospect == held,
                None => false,
            };
            let next = self.pending().into_iter().find(|(task, sent)| !(*sent && is_held && *task == task_of_held));
            let Some((task, sent)) = next else { return };
            self.arrive(task, sent);
        }
    }

    /// A task takes the next record of one of its topics, with all the trouble that there is.
    pub fn arrive(&mut self, task: usize, sent: bool) {
        if self.trouble == Trouble::Deaths {
            self.die(task, sent);
        }
        self.take(task, sent);
        if self.trouble == Trouble::Rebalances {
            self.restart();
        }
    }

    /// Time passes for all tasks.
    pub fn advance(&mut self, until_ms: i64) {
        self.pass(until_ms);
        self.settle();
    }

    /// Time passes for all tasks, and nothing arrives.
    pub fn pass(&mut self, until_ms: i64) {
        self.now_ms = self.now_ms.max(until_ms);
        for task in 0..self.tasks.len() {
            let mut effects = BatchEffects::default();
            self.tasks[task].advance(until_ms, Mode::Virtual, &mut effects);
            self.collect(effects, None);
        }
    }

    /// All tasks die, and go on from what was committed.
    pub fn restart(&mut self) {
        for task in 0..self.tasks.len() {
            commit(&mut self.tasks[task]);
            self.replace(task);
        }
    }

    /// All tasks and routers go on by other rules, from what was committed.
    pub fn go_on_by(&mut self, linking: Linking) {
        self.linking = Arc::new(linking);
        self.router = Router::default();
        self.restart();
    }

    /// All tasks go on without identity, from what was committed.
    pub fn turn_off(&mut self) {
        self.by = By::Nothing;
        for task in &mut self.tasks {
            commit(task);
            *task = restored(task, Arc::clone(&self.models));
        }
    }

    /// Who is there, and what each of the other ids stands for.
    pub fn records(&mut self) -> (BTreeMap<String, Prospect>, BTreeMap<String, Vec<Text>>) {
        let (mut prospects, mut forwards) = (BTreeMap::new(), BTreeMap::new());
        for task in &mut self.tasks {
            commit(task);
            for (key, bytes) in task.records() {
                let prospect = StateCodec.decode(bytes).expect("a record");
                match prospect.forward() {
                    Some(forward) => {
                        forwards.insert(key.to_owned(), forward.to.iter().map(|claim| claim.id.clone()).collect());
                        assert_eq!(task.holders(key), forwards[key], "{key}");
                    }
                    None if prospect.is_only_erasure() => {}
                    None => {
                        prospects.insert(key.to_owned(), prospect);
                    }
                }
            }
        }
        (prospects, forwards)
    }

    /// What is held under an id, as it is written.
    pub fn record(&mut self, id: &str) -> Vec<u8> {
        let task = self.task_of(id);
        commit(&mut self.tasks[task]);
        self.tasks[task].records().find(|(key, _)| *key == id).map(|(_, record)| record.to_vec()).unwrap_or_default()
    }

    /// Every id that points to others points to a smaller one, so no chain closes.
    pub fn assert_acyclic(&mut self) {
        for (id, to) in self.records().1 {
            let id = self.linking.types.parse(&id).unwrap();
            assert!(to.iter().all(|to| self.linking.types.parse(to).unwrap() < id), "{id:?}: {to:?}");
        }
    }

    /// What left that is wanted, as short lines with the name before them.
    pub fn said(&self, keep: fn(&Body) -> bool) -> Vec<String> {
        let outputs = self.outputs.iter().filter(|output| keep(&output.output.body));
        let mut said: Vec<_> =
            outputs.map(|output| (output.output.at_ms, format!("{} {}", output.prospect, say(&output.output)))).collect();
        // How outputs of several people lie is not promised.
        said.sort();
        said.into_iter().map(|(_, line)| line).collect()
    }

    /// No trigger left twice.
    pub fn assert_once(&self) {
        let mut ids = BTreeSet::new();
        for output in &self.outputs {
            assert!(ids.insert(output.output.id), "twice: {} {}", output.prospect, say(&output.output));
        }
    }
}

/// A message is called by its line, unless that says how.
fn name(did: &mut Did, line: &str) {
    let named = did.message_id.take().filter(|_| line.contains(" id="));
    did.message_id = Some(named.unwrap_or_else(|| format!("{line} {}", did.time_ms)));
}

/// The ids that a line names.
fn said_ids(did: &Did, linking: &Linking) -> SaidIds {
    let property = |name: &str| did.properties.iter().find(|(key, _)| key.trim_start_matches("traits.") == name);
    let named = property("ids").map_or(did.prospect.as_str(), |(_, ids)| ids);
    let texts: Vec<&str> = named.split(',').collect();
    let id = |text: &str| linking.types.parse(text.trim_matches(['!', '>'])).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
    let alias = texts.iter().find(|text| text.starts_with('>')).map(|other| {
        let one = texts.iter().find(|text| !text.starts_with('>')).expect("two ids");
        (id(one), id(other))
    });
    let ids: Vec<_> = texts.iter().map(|text| (id(text), !text.ends_with('!'))).collect();
    let key = ids.iter().map(|(id, _)| id).min().map(|id| linking.types.text(id)).unwrap_or_default();
    SaidIds { key, ids, alias, detaches: property("detach").is_some() }
}

/// What is the same however events come, and however many tasks there are.
pub fn is_shown(body: &Body) -> bool {
    matches!(body, Body::CartAbandoned(_) | Body::CartOutcome(_) | Body::IdentityChanged(_))
}

/// Plays a script in every kind of house; gives one of them, in which the same is said as in all others.
pub fn everywhere(models: &Arc<Models>, text: &str) -> House {
    let mut first: Option<House> = None;
    for by in [By::Router, By::Key] {
        for tasks in [1, 2, 5] {
            for restarts in [false, true] {
                let mut house = House::new(models, tasks, by);
                for line in text.split([';', '\n']) {
                    house.play(line);
                    if restarts {
                        house.restart();
                    }
                }
                house.assert_acyclic();
                house.assert_once();
                if let Some(first) = &mut first {
                    assert_eq!(house.said(is_shown), first.said(is_shown), "{by:?}, {tasks} tasks");
                    let names = |house: &mut House| house.records().0.into_keys().collect::<Vec<_>>();
                    assert_eq!(names(&mut house), names(first), "{by:?}, {tasks} tasks");
                    assert_eq!(house.records().1, first.records().1, "{by:?}, {tasks} tasks");
                } else {
                    first = Some(house);
                }
            }
        }
    }
    first.expect("a house")
}

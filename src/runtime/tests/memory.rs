//! Ports in memory: one input of one partition, one group of one worker at a time, one changelog.

use crate::app::service::SystemClock;
use crate::config;
use crate::domain::Ms;
use crate::domain::model::Models;
use crate::engine::task::StagedRecord;
use crate::runtime::connect::Connect;
use crate::runtime::observe::{BatchStats, Observer, TransactionOutcome};
use crate::runtime::options::Options;
use crate::runtime::ports::{
    Bounds, Broken, Cause, Clock, CommitLog, EachRecord, EventSource, Failure, FetchRoom, Fetched, GroupEvent, InputPartition,
    OutRecord, OutTopic, Ports, Position, RecordBatch, RecordView, RestoreProgress, StateSource,
};
use crate::runtime::snapshot::{Identity, StatusBoard};
use crate::runtime::worker::Shared;
use crate::wire;
use crate::wire::mapped::Mapper;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

pub(super) const INPUT: &str = "clickstream";
const START_MS: Ms = 1_795_000_000_000;
const AT: InputPartition = InputPartition { partition: 0, input: 0 };

/// What becomes of a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Fate {
    /// It works until it is asked to stop.
    #[default]
    Works,
    Fails,
    Panics,
    /// It doesn't hear that it is asked to stop.
    Hangs,
    /// Its log is never free.
    NeverOpens,
}

/// Everything that outlives a worker.
#[derive(Default)]
pub(super) struct Topics {
    pub(super) input: Vec<(Ms, &'static str, &'static str)>,
    pub(super) outputs: Vec<OutTopic>,
    pub(super) changelog: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    pub(super) committed: Option<Position>,
    /// Records before this one are gone.
    pub(super) low: i64,
    /// What the group says next.
    pub(super) events: VecDeque<GroupEvent>,
    /// What is said of committed offsets instead of them, and how often they were asked for.
    pub(super) withheld: Option<Result<(), Failure>>,
    pub(super) asked: usize,
    /// Why the next answers about offsets are none.
    pub(super) offsets_fail: VecDeque<Failure>,
    /// The next answer has the offsets of so many inputs only.
    pub(super) answers_only: Option<usize>,
    /// With how many inputs reading was started, each time.
    pub(super) started: Vec<usize>,
    /// How far the changelog is read, step by step, instead of reading it; the last one stays.
    pub(super) progress: VecDeque<RestoreProgress>,
    /// Where readings of the changelog began.
    pub(super) begun: Vec<Option<i64>>,
    /// How often the changelog's end was asked for over a rebalance.
    pub(super) ends_asked: usize,
    /// Why the next calls of each kind fail; some starts may succeed in between.
    pub(super) start_fails: VecDeque<Option<Failure>>,
    pub(super) stop_fails: VecDeque<Failure>,
    pub(super) fetch_fails: VecDeque<Failure>,
    /// The input has no leader: nothing is fetched, and nobody says why.
    pub(super) is_silent: bool,
    pub(super) send_fails: VecDeque<Failure>,
    pub(super) state_fails: VecDeque<Failure>,
    pub(super) commit_fails: VecDeque<Failure>,
    /// The next commit is done, and nothing is heard of it.
    pub(super) loses_answer: bool,
    pub(super) opened: usize,
    /// A worker has begun to hang.
    pub(super) is_hanging: bool,
}

/// A cluster in memory.
#[derive(Clone, Default)]
pub(super) struct Memory {
    pub(super) topics: Arc<Mutex<Topics>>,
    pub(super) fates: BTreeMap<u16, Fate>,
    /// `None`: waiting takes real time.
    pub(super) clock: Option<Arc<VirtualClock>>,
    pub(super) seen: Arc<Seen>,
    /// The input's mapping, and what it made of records.
    pub(super) mapper: Option<Mapper>,
    pub(super) mapped: Arc<AtomicU64>,
}

/// What the observer was told.
#[derive(Default)]
pub(super) struct Seen(Mutex<Told>);

#[derive(Default)]
pub(super) struct Told {
    pub(super) restoring: Vec<(f64, u64)>,
    pub(super) gaps: Vec<u64>,
    pub(super) aborted: Vec<Cause>,
    pub(super) outcomes: Vec<TransactionOutcome>,
    pub(super) state_records: u64,
    pub(super) state_bytes: u64,
    pub(super) purged: Vec<Option<u64>>,
}

impl Seen {
    pub(super) fn look(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap()
    }
}

impl Observer for Seen {
    fn batch_committed(&self, _: u16, batch: &BatchStats) {
        let mut told = self.look();
        told.state_records += batch.state_records;
        told.state_bytes += batch.state_bytes;
    }

    fn transaction(&self, _: u16, outcome: TransactionOutcome) {
        self.look().outcomes.push(outcome);
    }

    fn aborted(&self, _: u16, cause: Cause) {
        self.look().aborted.push(cause);
    }

    fn gap(&self, _: u16, _: u16, records: u64) {
        self.look().gaps.push(records);
    }

    fn purged(&self, _: u16, offsets: Option<u64>) {
        self.look().purged.push(offsets);
    }

    fn restoring(&self, _: u16, _: i32, ratio: f64, records: u64) {
        self.look().restoring.push((ratio, records));
    }
}

impl Memory {
    pub(super) fn look(&self) -> MutexGuard<'_, Topics> {
        self.topics.lock().unwrap()
    }

    /// What workers on it share.
    pub(super) fn shared(&self) -> Shared<MemoryPorts> {
        let settings = config::load_from(None, [], &[]).unwrap().settings;
        let models: Arc<Models> = Arc::new(config::models(&settings).unwrap());
        let topic =
            wire::decode::Topic { name: INPUT.to_owned(), is_email: false, is_trusted: true, format: wire::decode::Format::Json };
        let decode = wire::decode::Options { topics: vec![topic], ..wire::decode::Options::default() };
        let encode = wire::output::Options {
            format: wire::output::Format::Json,
            source: "leadstream/memory".to_owned(),
            input_topics: vec![INPUT.to_owned()],
        };
        let clock: Arc<dyn Clock + Send + Sync> = match &self.clock {
            Some(clock) => Arc::<VirtualClock>::clone(clock),
            None => Arc::new(SystemClock::new()),
        };
        let mapped = Arc::clone(&self.mapped);
        let count = move |_: &str, _, n| _ = mapped.fetch_add(n, Ordering::Relaxed);
        let mappings = wire::decode::Mappings::new(vec![self.mapper.clone()], Box::new(count));
        Shared {
            decoder: Arc::new(wire::decode::Decoder::new(decode, &models.vocabulary).with_mappings(mappings)),
            encoder: Arc::new(wire::output::Encoder::new(encode, Arc::clone(&models))),
            codec: wire::state_record::StateCodec,
            models,
            clock,
            observer: Arc::<Seen>::clone(&self.seen),
            board: Arc::new(StatusBoard::new(Identity::default())),
        }
    }

    pub(super) fn options(workers: u16) -> Options {
        Options { workers, ..Options::new(vec![INPUT.to_owned()], 1) }
    }
}

/// A clock that only waiting moves.
#[derive(Default)]
pub(super) struct VirtualClock(AtomicU64);

impl Clock for VirtualClock {
    fn now_ms(&self) -> Ms {
        START_MS + Ms::try_from(self.monotonic().as_millis()).unwrap()
    }

    fn monotonic(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::Relaxed))
    }
}

impl VirtualClock {
    pub(super) fn pass(&self, time: Duration) {
        self.0.fetch_add(u64::try_from(time.as_micros()).unwrap().max(1), Ordering::Relaxed);
    }
}

pub(super) struct MemoryPorts;

impl Ports for MemoryPorts {
    type Source = Source;
    type Log = Log;
    type State = State;
    type Decoder = wire::decode::Decoder;
    type Encoder = wire::output::Encoder;
    type Codec = wire::state_record::StateCodec;
}

impl Connect<MemoryPorts> for Memory {
    fn source(&self, worker: &Options) -> Result<Source, Failure> {
        let fate = self.fates.get(&worker.worker).copied().unwrap_or_default();
        let is_assigned = worker.worker > 0;
        Ok(Source { memory: self.clone(), fate, is_assigned, asked: None, position: None, end_said: None })
    }

    fn log(&self, _: &Options, source: &Source) -> Result<Log, Failure> {
        self.look().opened += 1;
        match source.fate {
            Fate::NeverOpens => Err(Failure::Rebuild("another writer holds on".to_owned())),
            _ => Ok(Log { memory: self.clone(), open: None }),
        }
    }

    fn state(&self, _: &Options) -> Result<State, Failure> {
        Ok(State { memory: self.clone(), reading: None })
    }
}

pub(super) struct Records(pub(super) Vec<(i64, Ms, &'static str, &'static str)>);

impl RecordBatch for Records {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn view(&self, n: usize) -> RecordView<'_> {
        let (offset, timestamp_ms, key, value) = self.0[n];
        RecordView {
            input: 0,
            partition: 0,
            offset,
            timestamp_ms: Some(timestamp_ms),
            key: Some(key.as_bytes()),
            value: Some(value.as_bytes()),
            content_type: None,
            ..RecordView::default()
        }
    }

    fn headers(&self, _: usize) -> Vec<(String, Option<Vec<u8>>)> {
        Vec::new()
    }
}

pub(super) struct Source {
    memory: Memory,
    fate: Fate,
    is_assigned: bool,
    /// Of how many inputs the offsets are asked for.
    asked: Option<usize>,
    position: Option<i64>,
    end_said: Option<i64>,
}

impl EventSource for Source {
    fn group_event(&mut self) -> Result<Option<GroupEvent>, Failure> {
        match self.fate {
            Fate::Fails => return Err(Failure::Stop("only a person can help".to_owned())),
            Fate::Panics => panic!("as the test wants it"),
            Fate::Hangs => {
                self.memory.look().is_hanging = true;
                loop {
                    std::thread::park();
                }
            }
            Fate::Works | Fate::NeverOpens => {}
        }
        let is_new = !std::mem::replace(&mut self.is_assigned, true);
        Ok(is_new.then(|| GroupEvent::Assigned(vec![AT])).or_else(|| self.memory.look().events.pop_front()))
    }

    fn ask_committed(&mut self, of: &[InputPartition]) {
        self.memory.look().asked += 1;
        self.asked = Some(of.len());
    }

    fn committed(&mut self) -> Result<Option<Vec<Option<Position>>>, Failure> {
        let Some(asked) = self.asked else { return Err(Failure::Retry("nobody asked for offsets".to_owned())) };
        let mut topics = self.memory.look();
        if matches!(topics.withheld, Some(Ok(()))) {
            return Ok(None);
        }
        self.asked = None;
        match topics.offsets_fail.pop_front().or_else(|| topics.withheld.clone()?.err()) {
            Some(failure) => Err(failure),
            None => Ok(Some(vec![topics.committed; topics.answers_only.take().unwrap_or(asked)])),
        }
    }

    fn is_member(&self) -> bool {
        false
    }

    fn waiting_for_offsets(&self) -> String {
        String::new()
    }

    fn bounds(&mut self, _: InputPartition) -> Result<Bounds, Failure> {
        let topics = self.memory.look();
        Ok(Bounds { low: topics.low, high: i64::try_from(topics.input.len()).unwrap() })
    }

    fn offset_at(&mut self, at: InputPartition, _: Ms) -> Result<i64, Failure> {
        Ok(self.bounds(at)?.low)
    }

    fn start(&mut self, from: &[(InputPartition, i64)]) -> Result<(), Failure> {
        let mut topics = self.memory.look();
        if let Some(failure) = topics.start_fails.pop_front().flatten() {
            return Err(failure);
        }
        topics.started.push(from.len());
        self.position = from.first().map(|(_, offset)| *offset);
        self.end_said = None;
        Ok(())
    }

    fn stop(&mut self, _: &[InputPartition]) -> Result<(), Failure> {
        self.position = None;
        self.memory.look().stop_fails.pop_front().map_or(Ok(()), Err)
    }

    fn fetch(&mut self, _: InputPartition, room: FetchRoom) -> Result<Option<Fetched>, Failure> {
        let Some(position) = self.position else { return Ok(None) };
        let mut topics = self.memory.look();
        if let Some(failure) = topics.fetch_fails.pop_front() {
            return Err(failure);
        }
        if topics.is_silent {
            return Ok(None);
        }
        let records: Vec<_> = (0..)
            .zip(&topics.input)
            .skip(usize::try_from(position).unwrap())
            .take(room.records)
            .map(|(offset, (timestamp_ms, key, value))| (offset, *timestamp_ms, *key, *value))
            .collect();
        let next = position + i64::try_from(records.len()).unwrap();
        self.position = Some(next);
        let end = (next == i64::try_from(topics.input.len()).unwrap()).then_some(next);
        if records.is_empty() && self.end_said == end {
            return Ok(None);
        }
        self.end_said = end;
        Ok(Some(Fetched { records: Box::new(Records(records)), end, is_anew: false }))
    }

    fn broken(&self) -> Vec<Broken> {
        Vec::new()
    }

    fn lost(&mut self) -> Vec<(InputPartition, u64)> {
        Vec::new()
    }

    fn wait(&mut self, at_most: Duration) {
        match &self.memory.clock {
            Some(clock) => clock.pass(at_most),
            None => std::thread::sleep(at_most),
        }
    }

    fn leave(&mut self) {
        self.position = None;
    }
}

/// What an open transaction holds.
#[derive(Default)]
struct Transaction {
    outputs: Vec<OutTopic>,
    changelog: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

pub(super) struct Log {
    memory: Memory,
    open: Option<Transaction>,
}

impl Log {
    fn open(&mut self) -> &mut Transaction {
        self.open.as_mut().expect("nothing is written outside a transaction")
    }
}

impl CommitLog for Log {
    fn begin(&mut self) -> Result<(), Failure> {
        assert!(self.open.replace(Transaction::default()).is_none(), "a transaction is open already");
        Ok(())
    }

    fn send(&mut self, record: &OutRecord<'_>) -> Result<(), Failure> {
        if let Some(failure) = self.memory.look().send_fails.pop_front() {
            return Err(failure);
        }
        assert_eq!(record.partition.is_some(), record.topic == OutTopic::State, "outputs go where their key says");
        match record.topic {
            OutTopic::State => {
                let changed = (record.key.unwrap_or_default().to_vec(), record.value.map(<[u8]>::to_vec));
                self.open().changelog.push(changed);
            }
            topic => self.open().outputs.push(topic),
        }
        Ok(())
    }

    fn send_state(&mut self, _: i32, records: &[StagedRecord<'_>]) -> Result<(), Failure> {
        if let Some(failure) = self.memory.look().state_fails.pop_front() {
            return Err(failure);
        }
        let changed = records.iter().map(|(key, value)| (key.to_vec(), value.map(<[u8]>::to_vec)));
        self.open().changelog.extend(changed);
        Ok(())
    }

    fn commit(&mut self, positions: &[(InputPartition, Position)], meanwhile: &mut dyn FnMut() -> bool) -> Result<(), Failure> {
        meanwhile();
        if let Some(failure) = self.memory.look().commit_fails.pop_front() {
            return Err(failure);
        }
        let Transaction { outputs, changelog } = self.open.take().expect("a transaction is open");
        let mut topics = self.memory.look();
        topics.outputs.extend(outputs);
        topics.changelog.extend(changelog);
        topics.committed = positions.first().map(|(_, position)| *position).or(topics.committed);
        if std::mem::take(&mut topics.loses_answer) {
            return Err(Failure::Rebuild("no answer".to_owned()));
        }
        Ok(())
    }

    fn abort(&mut self) -> Result<(), Failure> {
        self.open = None;
        Ok(())
    }

    fn rebuild(&mut self) -> Result<(), Failure> {
        self.open = None;
        Ok(())
    }

    fn name(&self) -> &'static str {
        "memory"
    }
}

pub(super) struct State {
    memory: Memory,
    reading: Option<usize>,
}

impl StateSource for State {
    fn begin(&mut self, _: i32, from: Option<i64>) {
        self.memory.look().begun.push(from);
        self.reading = Some(usize::try_from(from.unwrap_or(0)).unwrap());
    }

    fn step(&mut self, each: &mut EachRecord<'_>) -> Result<Vec<RestoreProgress>, Failure> {
        let Some(from) = self.reading.take() else { return Ok(Vec::new()) };
        let mut topics = self.memory.look();
        if let Some(progress) = topics.progress.front().copied() {
            if topics.progress.len() > 1 || progress.done {
                topics.progress.pop_front();
            }
            self.reading = (!progress.done).then_some(from);
            return Ok(vec![progress]);
        }
        for (key, value) in &topics.changelog[from..] {
            each(0, key, value.as_deref())?;
        }
        let end = i64::try_from(topics.changelog.len()).unwrap();
        Ok(vec![RestoreProgress { partition: 0, position: end, end, done: true }])
    }

    fn cancel(&mut self, _: i32) {
        self.reading = None;
    }

    fn topic(&self) -> &'static str {
        "changelog"
    }

    fn held_up(&self, _: i32, offset: i64) -> String {
        format!("held up at {offset}")
    }

    fn end(&mut self, _: i32) -> Result<i64, Failure> {
        let mut topics = self.memory.look();
        topics.ends_asked += 1;
        Ok(i64::try_from(topics.changelog.len()).unwrap())
    }
}

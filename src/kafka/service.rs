//! The service on Kafka: checks before the start, one thread per worker, and an end that does not hang.

use super::admin::{Admin, Topic};
use super::log::KafkaLog;
use super::options::{Options, TOPIC_MESSAGE_BYTES, refused_properties};
use super::source::KafkaSource;
use super::state::KafkaState;
use crate::domain::model::Models;
use crate::engine::codec::Codec;
use crate::runtime::lookup::Question;
use crate::runtime::observe::Observer;
use crate::runtime::partitioners::disagreement;
use crate::runtime::ports::{Clock, Decode, Encode, Failure, OutTopic, Ports};
use crate::runtime::snapshot::{Board, Phase};
use crate::runtime::worker::{Parts, Worker};
use crate::wire::dead_letter;
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Newest keys per partition looked at for the partitioner check.
const KEYS_PER_PARTITION: i64 = 100;
const JOIN_NAP: Duration = Duration::from_millis(5);
/// Tries at the start before a cluster that does not answer is given up.
const START_TRIES: u32 = 6;

/// What the service runs on, besides the cluster.
pub struct ServiceParts<D, E, C> {
    pub models: Arc<Models>,
    pub decoder: Arc<D>,
    pub encoder: Arc<E>,
    pub codec: C,
    pub clock: Arc<dyn Clock + Send + Sync>,
    pub observer: Arc<dyn Observer>,
    pub board: Arc<Board>,
    /// One per worker; missing ones get an empty mailbox.
    pub mailboxes: Vec<Receiver<Question>>,
}

/// A running service.
pub struct Handle {
    stop: Arc<AtomicBool>,
    board: Arc<Board>,
    ended: Receiver<(u16, Result<(), Failure>)>,
    threads: Vec<JoinHandle<()>>,
    running: usize,
    partitions: u32,
}

impl Handle {
    /// Partitions of the inputs.
    #[must_use]
    pub fn partitions(&self) -> u32 {
        self.partitions
    }

    /// A switch that asks all workers to stop; may be set from anywhere.
    #[must_use]
    pub fn stop_switch(&self) -> StopSwitch {
        StopSwitch { stop: Arc::clone(&self.stop), board: Arc::clone(&self.board) }
    }

    /// Somebody has asked to stop.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Waits until a worker ends (all of them after a stop), at most `at_most`. `None`: still running.
    ///
    /// One worker that fails stops the others: its tasks would move to them and fail again.
    pub fn wait(&mut self, at_most: Duration) -> Option<Result<(), Failure>> {
        let (worker, result) = self.ended.recv_timeout(at_most).ok()?;
        self.running -= 1;
        if let Err(failure) = result {
            tracing::error!(worker, "{failure}");
            self.stop_switch().stop();
            return Some(Err(failure));
        }
        (self.running == 0).then_some(Ok(()))
    }

    /// Asks all workers to stop and waits for them, at most `deadline`; what is not done by then is left to the broker's
    /// time-outs (and is taken again at the next start).
    ///
    /// # Errors
    /// A worker failed, or the deadline passed.
    #[allow(clippy::disallowed_methods, reason = "adapters may measure time: the bound of a wait")]
    pub fn stop(mut self, deadline: Duration) -> Result<(), Failure> {
        self.stop_switch().stop();
        let begun = Instant::now();
        let mut first = Ok(());
        while self.running > 0 {
            let left = deadline.saturating_sub(begun.elapsed());
            let Ok((worker, result)) = self.ended.recv_timeout(left) else {
                return Err(Failure::Stop(format!(
                    "{} of the workers did not end within {deadline:?}: a broker is not answering. Nothing is lost: what was not \
                     committed is taken again",
                    self.running
                )));
            };
            self.running -= 1;
            if let Err(failure) = result {
                tracing::error!(worker, "{failure}");
                first = first.and(Err(failure));
            }
        }
        for thread in self.threads.drain(..) {
            // Its result is known; it is letting go of its clients, which waits for the broker.
            while !thread.is_finished() && begun.elapsed() < deadline {
                std::thread::sleep(JOIN_NAP);
            }
            if !thread.is_finished() {
                tracing::warn!(
                    "a worker could not leave the group within {deadline:?}: its partitions move when the session ends"
                );
            } else if thread.join().is_err() {
                first = first.and(Err(Failure::Stop("a worker panicked: please report it with the log".to_owned())));
            }
        }
        first
    }
}

/// Asks all workers to stop.
#[derive(Clone)]
pub struct StopSwitch {
    stop: Arc<AtomicBool>,
    board: Arc<Board>,
}

impl StopSwitch {
    pub fn stop(&self) {
        self.board.set_phase(Phase::Stopping);
        self.stop.store(true, Ordering::Release);
    }
}

/// Checks the topics, then starts the workers.
///
/// # Errors
/// Something must be put right first: what and how.
pub fn start<D, E, C>(options: &Options, parts: ServiceParts<D, E, C>) -> Result<Handle, Failure>
where
    D: Decode + Send + Sync + 'static,
    E: Encode + Send + Sync + 'static,
    C: Codec + Clone + Send + 'static,
{
    let refused = refused_properties(&options.properties);
    if !refused.is_empty() {
        return Err(Failure::Stop(refused.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")));
    }
    let mut options = options.clone();
    options.accounts = parts.models.accounts().is_some();
    let (partitions, dead_letter_budget_bytes) = look_at_topics(&options)?;
    options.partitions = partitions;
    let options = &options;
    let mut worker_options = options.worker.clone();
    worker_options.inputs = options.input_topics();
    worker_options.members = options.members_topic();
    worker_options.partitions = partitions;
    worker_options.fetch = options.fetch_shares();
    worker_options.workers = options.workers.max(1);
    worker_options.start = options.start;
    worker_options.on_gap = options.on_gap;
    worker_options.positions = options.positions;
    worker_options.dead_letter_budget_bytes = dead_letter_budget_bytes;

    let stop = Arc::new(AtomicBool::new(false));
    let joined = Arc::new(AtomicUsize::new(0));
    let (sender, ended) = channel();
    let mut mailboxes = parts.mailboxes.into_iter();
    let mut threads = Vec::new();
    for worker in 0..options.workers.max(1) {
        worker_options.worker = worker;
        // From here on a worker that never comes round counts as one that hangs.
        parts.board.beat(usize::from(worker), parts.clock.monotonic());
        let start = Start {
            kafka: options.clone(),
            options: worker_options.clone(),
            models: Arc::clone(&parts.models),
            decoder: Arc::clone(&parts.decoder),
            encoder: Arc::clone(&parts.encoder),
            codec: parts.codec.clone(),
            clock: Arc::clone(&parts.clock),
            observer: Arc::clone(&parts.observer),
            board: Arc::clone(&parts.board),
            mailbox: mailboxes.next().unwrap_or_else(|| channel().1),
            joined: Arc::clone(&joined),
            stop: Arc::clone(&stop),
        };
        let report = Report { worker, sender: sender.clone(), told: false };
        let thread = std::thread::Builder::new().name(format!("worker-{worker}"));
        let spawned = thread.spawn(move || start.run(report));
        threads.push(spawned.map_err(|e| Failure::Stop(format!("a worker's thread can't be started: {e}")))?);
    }
    let running = threads.len();
    Ok(Handle { stop, board: parts.board, ended, threads, running, partitions })
}

/// Says that a worker has ended, even when it panicked.
struct Report {
    worker: u16,
    sender: Sender<(u16, Result<(), Failure>)>,
    told: bool,
}

impl Report {
    fn tell(mut self, result: Result<(), Failure>) {
        self.told = true;
        // Nobody listens any more when the process is ending.
        self.sender.send((self.worker, result)).unwrap_or_default();
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        if !self.told {
            let failure = Failure::Stop("a worker panicked: please report it with the log".to_owned());
            self.sender.send((self.worker, Err(failure))).unwrap_or_default();
        }
    }
}

/// A worker's ports on Kafka, with the formats that the service was given.
struct OnKafka<D, E, C>(PhantomData<(D, E, C)>);

impl<D: Decode, E: Encode, C: Codec + Clone> Ports for OnKafka<D, E, C> {
    type Source = KafkaSource;
    type Log = KafkaLog;
    type State = KafkaState;
    type Decoder = D;
    type Encoder = E;
    type Codec = C;
}

type KafkaWorker<D, E, C> = Worker<OnKafka<D, E, C>>;

/// One worker before its thread runs.
struct Start<D, E, C> {
    kafka: Options,
    options: crate::runtime::options::Options,
    models: Arc<Models>,
    decoder: Arc<D>,
    encoder: Arc<E>,
    codec: C,
    clock: Arc<dyn Clock + Send + Sync>,
    observer: Arc<dyn Observer>,
    board: Arc<Board>,
    mailbox: Receiver<Question>,
    joined: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
}

impl<D: Decode, E: Encode, C: Codec + Clone> Start<D, E, C> {
    /// Runs on the worker's own thread. What came of it is reported before its clients are let go of: that waits for the broker,
    /// and may do so for as long as the broker is away.
    fn run(self, report: Report) {
        match self.make() {
            Ok(Some(mut worker)) => report.tell(worker.run()),
            Ok(None) => report.tell(Ok(())),
            Err(failure) => report.tell(Err(failure)),
        }
    }

    /// The worker with its clients; `None`: it was asked to stop before.
    fn make(self) -> Result<Option<KafkaWorker<D, E, C>>, Failure> {
        let worker = self.options.worker;
        let source = KafkaSource::join(&self.kafka, worker)?;
        let log = loop {
            // A producer of the same name that died in a transaction is waited for.
            match KafkaLog::open(&self.kafka, worker, source.consumer()) {
                Err(Failure::Retry(text) | Failure::Rebuild(text)) if !self.stop.load(Ordering::Acquire) => {
                    tracing::warn!("{text}: trying again");
                    std::thread::sleep(Duration::from_millis(500));
                }
                Err(Failure::Retry(_) | Failure::Rebuild(_)) => return Ok(None),
                other => break other?,
            }
        };
        let state = KafkaState::open(&self.kafka, worker)?;
        let parts = Parts {
            source,
            log,
            state,
            decoder: self.decoder,
            encoder: self.encoder,
            codec: self.codec,
            models: self.models,
            clock: self.clock,
            observer: self.observer,
            board: self.board,
            mailbox: self.mailbox,
            joined: self.joined,
            stop: self.stop,
            options: self.options,
        };
        Ok(Some(Worker::new(parts)))
    }
}

/// Partitions of the inputs, and what a dead letter may take; every fault of the topics at once.
fn look_at_topics(options: &Options) -> Result<(u32, usize), Failure> {
    let admin = Admin::connect(options)?;
    let inputs = options.input_topics();
    let topics = again(|| {
        let topics = admin.topics()?;
        // Topics that were made a moment ago are not known to every broker yet: looked at a few times.
        let faults = topic_faults(options, &topics);
        if faults.is_empty() { Ok(topics) } else { Err(Failure::Retry(faults.join("; "))) }
    })?;
    let partitions = topics.get(&inputs[0]).map_or(0, |t| t.partitions);
    if options.is_mock {
        return Ok((partitions, dead_letter::budget_bytes(TOPIC_MESSAGE_BYTES)));
    }
    if !options.worker.allow_mixed_partitioners {
        let mut samples = Vec::new();
        for topic in &inputs {
            samples.push(again(|| admin.sample_keys(topic, partitions, KEYS_PER_PARTITION))?);
        }
        if let Some(text) = disagreement(&inputs, &samples, partitions) {
            return Err(Failure::Stop(text));
        }
    }
    let mut largest = TOPIC_MESSAGE_BYTES;
    let mut too_small = Vec::new();
    for topic in OutTopic::used(options.accounts) {
        let name = options.output_topic(topic);
        // Without the right to read settings the broker's default is assumed.
        let configs = admin.topic_configs(&name).unwrap_or_default();
        let takes = configs.get("max.message.bytes").and_then(|v| v.parse().ok()).unwrap_or(TOPIC_MESSAGE_BYTES);
        if topic == OutTopic::DeadLetters {
            largest = takes;
        }
        too_small.extend((takes < TOPIC_MESSAGE_BYTES).then(|| too_small_a_topic(&name, takes)));
    }
    if too_small.is_empty() {
        Ok((partitions, dead_letter::budget_bytes(options.max_message_bytes().min(largest))))
    } else {
        Err(Failure::Stop(too_small.join("; ")))
    }
}

/// A topic that doesn't take what the service may have to write.
fn too_small_a_topic(name: &str, takes_bytes: usize) -> String {
    format!(
        "{name}: max.message.bytes is {takes_bytes} and must be at least {TOPIC_MESSAGE_BYTES}, or a request is refused one day: \
         kafka-configs.sh --alter --entity-type topics --entity-name {name} --add-config max.message.bytes={TOPIC_MESSAGE_BYTES}"
    )
}

/// What is wrong with the topics, each with what to do.
fn topic_faults(options: &Options, topics: &BTreeMap<String, Topic>) -> Vec<String> {
    let inputs = options.input_topics();
    let mut faults = Vec::new();
    if inputs.is_empty() {
        faults.push("no input topics: set topics.clickstream, topics.email and topics.cart".to_owned());
    }
    let state = options.output_topic(OutTopic::State);
    for topic in inputs.iter().cloned().chain(OutTopic::used(options.accounts).map(|t| options.output_topic(t))) {
        if !topics.contains_key(&topic) {
            faults.push(format!("topic {topic} is missing: `leadstream topics create` makes it"));
        }
    }
    let members = options.members_topic();
    let counts: Vec<(&String, u32)> =
        inputs.iter().chain([&state]).chain(&members).filter_map(|t| Some((t, topics.get(t)?.partitions))).collect();
    if let Some((first, rest)) = counts.split_first() {
        for (topic, count) in rest.iter().filter(|(_, count)| *count != first.1) {
            faults.push(format!(
                "{topic} has {count} partitions, {} has {}: the inputs and the changelog must have the same number, so that all \
                 events of a prospect are one task's. Make the topic anew with {} partitions",
                first.0, first.1, first.1
            ));
        }
    }
    faults
}

/// A few tries while the cluster does not answer.
fn again<T>(mut call: impl FnMut() -> Result<T, Failure>) -> Result<T, Failure> {
    let mut tries = 1;
    loop {
        match call() {
            Err(Failure::Retry(text)) if tries < START_TRIES => {
                tracing::warn!("{text}: trying again");
                tries += 1;
                std::thread::sleep(Duration::from_millis(500));
            }
            Err(Failure::Retry(text)) => return Err(Failure::Stop(text)),
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_of_the_topics_is_named_at_once_with_what_to_do() {
        let options = Options::new("b", "g", "i", vec!["clickstream".to_owned(), "cart".to_owned()]);
        let topic = |partitions| Topic { partitions, replication: 1, leaderless: 0 };
        let mut topics: BTreeMap<String, Topic> = OutTopic::ALL.iter().map(|t| (options.output_topic(*t), topic(4))).collect();
        topics.insert("clickstream".to_owned(), topic(4));
        let faults = topic_faults(&options, &topics);
        assert_eq!(faults.len(), 1);
        assert!(faults[0].contains("cart is missing") && faults[0].contains("topics create"), "{faults:?}");
        topics.insert("cart".to_owned(), topic(6));
        let faults = topic_faults(&options, &topics);
        assert_eq!(faults.len(), 1);
        assert!(faults[0].contains("cart has 6 partitions"), "{faults:?}");
        topics.insert("cart".to_owned(), topic(4));
        assert_eq!(topic_faults(&options, &topics), Vec::<String>::new());
    }
}

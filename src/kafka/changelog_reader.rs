//! [`StateSource`] on the changelog: a reader that assigns by itself, and a client that sees open transactions.
//!
//! The state is only as good as what is read here: an error of the log that could mean that something was passed over ends the
//! restore with what to do, and is never read around.

use super::client::{Asked, ChangelogConsumer, ChangelogRecords, ClientError, Code, PartitionBounds, PartitionQueue, Taken};
use super::errors;
use super::options::Options;
use super::repair;
use crate::planted;
use crate::runtime::ports::{Bounds, EachRecord, Failure, OutTopic, RestoreProgress, StateSource};
use std::collections::BTreeMap;
use std::time::Duration;

/// Bound of every request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// Pause before the ends of the log are asked for again.
const RETRY_PAUSE: Duration = Duration::from_millis(500);
/// An error that the client library gets over by itself is said so often.
const LOG_INTERVAL: Duration = Duration::from_secs(5);
/// Records taken from a partition at a time.
const FETCH_RECORDS: usize = 4_000;
/// Fetches per step and partition: the group is served in between.
const FETCHES_PER_STEP: usize = 8;

/// The reader of one worker.
pub struct ChangelogReader<C: ChangelogConsumer> {
    consumer: C,
    topic: String,
    reading: BTreeMap<i32, Reading<C::Queue>>,
    /// Number of the latest reading.
    latest: u64,
    /// The ends of what is read, being asked for.
    asked: Option<Question<C>>,
    ask_at: Option<Duration>,
    /// Not before this time the reader is assigned again.
    assign_at: Option<Duration>,
}

/// Which readings want to know their ends, and the answers by partition.
struct Question<C: ChangelogConsumer> {
    readings: BTreeMap<i32, u64>,
    answers: C::Asked<PartitionBounds>,
}

struct Reading<Q> {
    /// An end that was asked for before this reading began is not its end.
    number: u64,
    queue: Option<Q>,
    /// Where to begin; `None`: at the log's beginning.
    from: Option<i64>,
    position: i64,
    /// `None`: not known yet.
    end: Option<i64>,
    said: Option<Duration>,
}

impl<Q> Reading<Q> {
    fn is_done(&self) -> bool {
        self.end.is_some_and(|end| self.position >= end)
    }
}

impl<C: ChangelogConsumer> ChangelogReader<C> {
    #[must_use]
    pub fn new(consumer: C, options: &Options) -> Self {
        Self {
            consumer,
            topic: options.output_topic(OutTopic::State),
            reading: BTreeMap::new(),
            latest: 0,
            asked: None,
            ask_at: None,
            assign_at: None,
        }
    }

    /// Finds out where the readings end that don't know it yet. A broker that doesn't answer costs a pause, not the other tasks.
    fn find_ends(&mut self) -> Result<(), Failure> {
        if self.reading.values().all(|r| r.end.is_some()) {
            self.asked = None;
            return Ok(());
        }
        self.consumer.serve();
        if let Some(question) = &self.asked {
            let Some(answers) = question.answers.answer() else { return Ok(()) };
            if let Some(Question { readings, .. }) = self.asked.take() {
                self.found(&readings, answers)?;
            }
        }
        if self.ask_at.is_some_and(|at| at > self.consumer.now()) {
            return Ok(());
        }
        let unknown: BTreeMap<i32, u64> =
            self.reading.iter().filter(|(_, r)| r.end.is_none()).map(|(partition, r)| (*partition, r.number)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let partitions: Vec<i32> = unknown.keys().copied().collect();
        let answers = self.consumer.ask_bounds(&partitions, REQUEST_TIMEOUT);
        self.asked = Some(Question { readings: unknown, answers });
        Ok(())
    }

    /// Takes the ends of these readings.
    fn found(&mut self, readings: &BTreeMap<i32, u64>, answers: Result<PartitionBounds, ClientError>) -> Result<(), Failure> {
        let answers = answers.map_err(|e| errors::of_client(&format!("the ends of {} can't be read", self.topic), &e))?;
        for (partition, answer) in answers {
            match answer.map_err(|e| self.ends_unknown(partition, &e)) {
                Ok(Bounds { low, high }) => {
                    let asked = readings.get(&partition);
                    if let Some(reading) = self.reading.get_mut(&partition).filter(|r| Some(&r.number) == asked) {
                        reading.position = reading.from.unwrap_or(low).max(low);
                        reading.end = Some(high);
                    }
                }
                Err(Failure::Retry(text)) if planted!(WatermarkTimeoutIsRebuild) => return Err(Failure::Rebuild(text)),
                Err(Failure::Retry(text)) => {
                    tracing::warn!("{text}: trying again");
                    self.ask_at = Some(self.consumer.now() + RETRY_PAUSE);
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }

    fn ends_unknown(&self, partition: i32, error: &ClientError) -> Failure {
        errors::of_client(&format!("the ends of {}, partition {partition} can't be read", self.topic), error)
    }

    /// An error that the reader met at a partition: `Ok` when nothing can have been passed over.
    fn judge(&mut self, partition: i32, code: Code, text: &str) -> Result<(), Failure> {
        let now = self.consumer.now();
        let Some(reading) = self.reading.get_mut(&partition) else { return Ok(()) };
        let position = reading.position;
        let what = format!("{}, partition {partition}: {text}", self.topic);
        if repair::is_passing(code) {
            if reading.said.is_none_or(|at| now.saturating_sub(at) > LOG_INTERVAL) {
                tracing::warn!("{what}");
                reading.said = Some(now);
            }
            // What came after it was not taken.
            reading.queue = None;
            self.assign_at = Some(now + RETRY_PAUSE);
            return Ok(());
        }
        if errors::operator_action(code).is_some() {
            return Err(errors::stop(&what, code));
        }
        if repair::is_reset(code) {
            return match repair::truncated_to(text) {
                // Nothing of what was read is gone: the library's own position is one too many after an end of partition.
                Some(end) if end >= position => {
                    reading.queue = None;
                    Ok(())
                }
                Some(_) => {
                    Err(Failure::Rebuild(format!("{what}. The changelog was truncated at offset {position}: it is read again")))
                }
                None => Err(Failure::Stop(format!(
                    "{what}. Records of the changelog are gone at offset {position} while it was being read: was it recreated, or was \
         something deleted from it? It must be compacted and keep everything else (`leadstream check`). To start over, \
         delete the changelog topic and the group's offsets"
                ))),
            };
        }
        if planted!(ChangelogDamageIsAWarning) {
            tracing::warn!("{what}");
            return Ok(());
        }
        Err(damaged(&what, position))
    }

    /// Hands on what was taken of a partition.
    fn install(&mut self, partition: i32, taken: &Taken<C::Batch>, each: &mut EachRecord<'_>) -> Result<(), Failure> {
        let Some(reading) = self.reading.get_mut(&partition) else { return Ok(()) };
        for n in 0..taken.records.len() {
            let offset = taken.records.offset(n);
            if offset < reading.position {
                let what = format!("{}, partition {partition}: offset {offset} came after {}", self.topic, reading.position - 1);
                return Err(damaged(&what, reading.position));
            }
            if let Some(key) = taken.records.key(n) {
                each(partition, key, taken.records.value(n))?;
            }
            reading.position = offset + 1;
        }
        // The end message alone knows the offset past commit markers. Below the end that was seen at the start a transaction is
        // still open: more will come.
        reading.position = taken.end.map_or(reading.position, |end| end.max(reading.position));
        if planted!(RestoredToStable, RestoredToStableUnchecked) {
            reading.end = taken.end.or(reading.end);
        }
        Ok(())
    }

    /// Serves the reader's main queue.
    fn serve(&self) -> Result<(), Failure> {
        while let Some(error) = self.consumer.poll() {
            let code = error.code;
            if code == Code::PartitionEOF {
                continue;
            }
            if errors::operator_action(code).is_some() && !repair::is_passing(code) && !repair::is_reset(code) {
                return Err(errors::stop(&format!("the changelog's reader: {error}"), code));
            }
            tracing::warn!("the changelog's reader: {error}");
        }
        Ok(())
    }

    /// Assigns what is being read, each from where it stands.
    fn reassign(&mut self) -> Result<(), Failure> {
        for reading in self.reading.values_mut() {
            reading.queue = None;
        }
        if self.reading.is_empty() {
            self.consumer.close();
            return Ok(());
        }
        self.consumer.open()?;
        let mut from = Vec::new();
        for (partition, reading) in self.reading.iter_mut().filter(|(_, r)| r.end.is_some()) {
            reading.queue = self.consumer.split(*partition);
            from.push((*partition, reading.position));
        }
        self.consumer.assign(&from).map_err(|e| Failure::Rebuild(format!("the changelog can't be assigned: {e}")))
    }
}

impl<C: ChangelogConsumer> StateSource for ChangelogReader<C> {
    fn begin(&mut self, partition: i32, from: Option<i64>) {
        self.latest += 1;
        let position = from.unwrap_or(0);
        let reading = Reading { number: self.latest, queue: None, from, position, end: None, said: None };
        self.reading.insert(partition, reading);
    }

    fn step(&mut self, each: &mut EachRecord<'_>) -> Result<Vec<RestoreProgress>, Failure> {
        self.find_ends()?;
        let is_new = |r: &Reading<C::Queue>| r.queue.is_none() && r.end.is_some() && !r.is_done();
        if self.reading.values().any(is_new) && self.assign_at.is_none_or(|at| at <= self.consumer.now()) {
            self.assign_at = None;
            self.reassign()?;
        }
        self.serve()?;
        for partition in self.reading.keys().copied().collect::<Vec<_>>() {
            for _ in 0..FETCHES_PER_STEP {
                let Some(queue) = self.reading.get(&partition).and_then(|r| r.queue.as_ref()) else { break };
                let taken = queue.take(FETCH_RECORDS);
                self.install(partition, &taken, each)?;
                if let Some((code, text)) = &taken.error {
                    self.judge(partition, *code, text)?;
                }
                if taken.records.is_empty() {
                    break;
                }
            }
        }
        let known = self.reading.iter().filter_map(|(partition, r)| Some((*partition, r, r.end?)));
        let progress: Vec<RestoreProgress> = known
            .map(|(partition, r, end)| RestoreProgress { partition, position: r.position, end, done: r.is_done() })
            .collect();
        self.reading.retain(|_, r| !r.is_done());
        if self.reading.is_empty() {
            self.consumer.close();
        }
        Ok(progress)
    }

    fn cancel(&mut self, partition: i32) {
        self.reading.remove(&partition);
        if self.reading.is_empty() {
            self.consumer.close();
        }
    }

    fn topic(&self) -> &str {
        &self.topic
    }

    fn held_up(&self, partition: i32, offset: i64) -> String {
        format!(
            "partition {partition} of {} can't be read past offset {offset}: most likely a transaction that began there is open. That of \
             an instance which died a moment ago ends by itself within kafka.transaction_timeout; a hanging one does not (a broker that \
             was killed may leave one behind): `kafka-transactions.sh --bootstrap-server … find-hanging --broker-id …` finds it, `… abort` \
             ends it, and the task continues",
            self.topic
        )
    }

    fn end(&mut self, partition: i32) -> Result<i64, Failure> {
        self.consumer.serve();
        let answer = self.consumer.bounds(partition, REQUEST_TIMEOUT);
        answer.map(|bounds| bounds.high).map_err(|e| self.ends_unknown(partition, &e))
    }
}

fn damaged(what: &str, position: i64) -> Failure {
    Failure::Stop(format!(
        "{what}. The changelog is damaged at or after offset {position}, and a state that lacks a part of it would be wrong. If the topic \
         has replicas, let the broker with the damaged one fetch it again (stop it, delete that partition's folder, start it); otherwise restore \
         the topic from a backup. To start over, delete the changelog topic and the group's offsets"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::{Cell, RefCell};
    use std::collections::VecDeque;
    use std::rc::Rc;

    /// Offsets of records; the key is always `k`.
    struct Records(Vec<i64>);

    impl ChangelogRecords for Records {
        fn len(&self) -> usize {
            self.0.len()
        }

        fn offset(&self, n: usize) -> i64 {
            self.0[n]
        }

        fn key(&self, _: usize) -> Option<&[u8]> {
            Some(b"k")
        }

        fn value(&self, _: usize) -> Option<&[u8]> {
            Some(b"v")
        }
    }

    struct Answer<T>(RefCell<Option<Result<T, ClientError>>>);

    impl<T> Asked<T> for Answer<T> {
        fn answer(&self) -> Option<Result<T, ClientError>> {
            self.0.take()
        }
    }

    /// Two clients that say what was written down for them, and remember what they were told.
    #[derive(Default)]
    struct Script {
        told: RefCell<Vec<String>>,
        now: Cell<Duration>,
        ends: RefCell<VecDeque<Result<Bounds, ClientError>>>,
        taken: Rc<RefCell<VecDeque<Taken<Records>>>>,
        errors: RefCell<VecDeque<ClientError>>,
    }

    struct Queue(Rc<RefCell<VecDeque<Taken<Records>>>>);

    impl PartitionQueue for Queue {
        type Batch = Records;

        fn take(&self, _: usize) -> Taken<Records> {
            self.0.borrow_mut().pop_front().unwrap_or(Taken { records: Records(Vec::new()), end: None, error: None })
        }
    }

    impl ChangelogConsumer for Rc<Script> {
        type Batch = Records;
        type Queue = Queue;
        type Asked<T: Send + 'static> = Answer<T>;

        fn now(&self) -> Duration {
            self.now.get()
        }

        fn ask_bounds(&self, partitions: &[i32], _: Duration) -> Answer<PartitionBounds> {
            self.told.borrow_mut().push(format!("ask {partitions:?}"));
            let answers = self.ends.borrow_mut().pop_front().map(|end| Ok(vec![(partitions[0], end)]));
            Answer(RefCell::new(answers))
        }

        fn bounds(&self, _: i32, _: Duration) -> Result<Bounds, ClientError> {
            Ok(Bounds { low: 2, high: 7 })
        }

        fn open(&mut self) -> Result<(), Failure> {
            self.told.borrow_mut().push("open".to_owned());
            Ok(())
        }

        fn poll(&self) -> Option<ClientError> {
            self.errors.borrow_mut().pop_front()
        }

        fn split(&self, _: i32) -> Option<Queue> {
            Some(Queue(Rc::clone(&self.taken)))
        }

        fn assign(&self, from: &[(i32, i64)]) -> Result<(), ClientError> {
            self.told.borrow_mut().push(format!("assign {from:?}"));
            Ok(())
        }

        fn close(&mut self) {
            self.told.borrow_mut().push("close".to_owned());
        }
    }

    /// A log from 2 to 7 of which partition 1 is read, at ten seconds.
    struct Read {
        script: Rc<Script>,
        reader: ChangelogReader<Rc<Script>>,
        installed: usize,
    }

    impl Read {
        fn begin(ends: Vec<Result<Bounds, ClientError>>, from: Option<i64>) -> Self {
            let script = Rc::new(Script { ends: RefCell::new(ends.into()), ..Script::default() });
            script.now.set(Duration::from_secs(10));
            let mut reader = ChangelogReader::new(Rc::clone(&script), &Options::new("", "g", "i"));
            reader.begin(1, from);
            Self { script, reader, installed: 0 }
        }

        /// Assigned, at its beginning.
        fn assigned() -> Self {
            let mut read = Self::begin(vec![Ok(Bounds { low: 2, high: 7 })], None);
            assert_eq!(read.step().unwrap(), []);
            assert_eq!(read.told(), ["ask [1]"], "nothing is assigned before the end is known");
            assert_eq!(read.step().unwrap(), [progress(2, false)]);
            assert_eq!(read.told(), ["open", "assign [(1, 2)]"]);
            read
        }

        fn step(&mut self) -> Result<Vec<RestoreProgress>, Failure> {
            let installed = &mut self.installed;
            self.reader.step(&mut |_, _, _| {
                *installed += 1;
                Ok(())
            })
        }

        fn gives(&self, offsets: &[i64], end: Option<i64>, error: Option<(Code, &str)>) {
            let error = error.map(|(code, text)| (code, text.to_owned()));
            self.script.taken.borrow_mut().push_back(Taken { records: Records(offsets.to_vec()), end, error });
        }

        fn after(&self, pause: Duration) {
            self.script.now.set(self.script.now.get() + pause);
        }

        fn told(&self) -> Vec<String> {
            self.script.told.take()
        }
    }

    fn progress(position: i64, done: bool) -> RestoreProgress {
        RestoreProgress { partition: 1, position, end: 7, done }
    }

    const NOTHING: [&str; 0] = [];
    const A_MOMENT: Duration = Duration::from_millis(1);

    #[test]
    fn a_log_is_read_to_its_end_past_markers_and_assigned_once() {
        let mut read = Read::assigned();
        read.gives(&[2, 3], None, None);
        assert_eq!(read.step().unwrap(), [progress(4, false)]);
        read.gives(&[], Some(6), None);
        assert_eq!(read.step().unwrap(), [progress(6, false)], "a transaction is open: more will come");
        assert_eq!(read.told(), NOTHING);
        read.gives(&[6], None, None);
        assert_eq!(read.step().unwrap(), [progress(7, true)]);
        assert_eq!((read.told(), read.installed), (vec!["close".to_owned()], 3));
        assert_eq!(read.step().unwrap(), []);
    }

    #[test]
    fn what_is_kept_is_read_from_where_it_ends_and_not_before_the_log_begins() {
        for (from, begins) in [(5, 5), (1, 2)] {
            let mut read = Read::begin(vec![Ok(Bounds { low: 2, high: 7 })], Some(from));
            read.step().unwrap();
            assert_eq!(read.step().unwrap(), [progress(begins, false)]);
        }
    }

    #[test]
    fn an_end_that_was_asked_for_before_a_reading_began_is_not_its_end() {
        let mut read = Read::begin(vec![Ok(Bounds { low: 2, high: 3 }), Ok(Bounds { low: 2, high: 7 })], None);
        read.step().unwrap();
        read.reader.begin(1, None);
        assert_eq!(read.step().unwrap(), []);
        assert_eq!(read.step().unwrap(), [progress(2, false)]);
        assert_eq!(read.told(), ["ask [1]", "ask [1]", "open", "assign [(1, 2)]"]);
    }

    #[test]
    fn an_end_that_is_not_known_is_asked_for_again_after_a_pause() {
        let moved = ClientError::new(Code::NotLeaderForPartition, "moved");
        let mut read = Read::begin(vec![Err(moved), Ok(Bounds { low: 2, high: 7 })], None);
        read.step().unwrap();
        read.step().unwrap();
        assert_eq!(read.told(), ["ask [1]"]);
        read.after(RETRY_PAUSE - A_MOMENT);
        read.step().unwrap();
        assert_eq!(read.told(), NOTHING);
        read.after(A_MOMENT);
        read.step().unwrap();
        assert_eq!(read.told(), ["ask [1]"]);
        assert_eq!(read.step().unwrap(), [progress(2, false)]);
        let refused = ClientError::new(Code::TopicAuthorizationFailed, "no");
        let mut read = Read::begin(vec![Err(refused)], None);
        read.step().unwrap();
        assert!(matches!(read.step(), Err(Failure::Stop(_))));
    }

    #[test]
    fn what_comes_after_an_error_that_passes_is_read_again_from_the_position() {
        let mut read = Read::assigned();
        read.gives(&[2], None, Some((Code::BrokerTransportFailure, "gone")));
        assert_eq!(read.step().unwrap(), [progress(3, false)]);
        read.after(RETRY_PAUSE - A_MOMENT);
        read.step().unwrap();
        assert_eq!(read.told(), NOTHING);
        read.after(A_MOMENT);
        read.step().unwrap();
        assert_eq!(read.told(), ["open", "assign [(1, 3)]"]);
    }

    #[test]
    fn a_truncated_log_is_read_again_only_where_something_that_was_read_is_gone() {
        let at = |end: &str| {
            let mut read = Read::assigned();
            read.gives(&[2, 3, 4], None, Some((Code::LogTruncation, end)));
            read.step().map(|_| read)
        };
        let mut read = at("broker end offset is 5").unwrap_or_else(|_| panic!("nothing is gone"));
        read.step().unwrap();
        assert_eq!(read.told(), ["open", "assign [(1, 5)]"]);
        assert!(matches!(at("broker end offset is 4"), Err(Failure::Rebuild(_))));
        assert!(matches!(at("records are gone"), Err(Failure::Stop(_))));
    }

    #[test]
    fn a_state_that_may_lack_a_record_is_never_taken() {
        for error in [(Code::BadMessage, "CRC"), (Code::TopicAuthorizationFailed, "no")] {
            let mut read = Read::assigned();
            read.gives(&[2], None, Some(error));
            assert!(matches!(read.step(), Err(Failure::Stop(_))), "{error:?}");
        }
        let mut read = Read::assigned();
        read.gives(&[4, 3], None, None);
        let Err(Failure::Stop(text)) = read.step() else { panic!("3 came after 4") };
        assert!(text.contains("offset 3 came after 4"), "{text}");
    }

    #[test]
    fn of_the_reader_s_own_errors_only_those_that_nobody_but_an_operator_can_mend_end_it() {
        let with = |code| {
            let mut read = Read::assigned();
            read.script.errors.borrow_mut().push_back(ClientError::new(code, "why"));
            read.step()
        };
        for code in [Code::PartitionEOF, Code::Fail, Code::AllBrokersDown, Code::UnknownTopicOrPartition, Code::OffsetOutOfRange]
        {
            assert_eq!(with(code).unwrap(), [progress(2, false)], "{code:?}");
        }
        assert!(matches!(with(Code::TopicAuthorizationFailed), Err(Failure::Stop(_))));
    }

    #[test]
    fn what_is_cancelled_is_not_read_and_the_reader_ends_with_the_last() {
        let mut read = Read::assigned();
        read.reader.begin(4, None);
        read.reader.cancel(1);
        assert_eq!(read.told(), NOTHING);
        read.reader.cancel(4);
        assert_eq!(read.told(), ["close"]);
        assert_eq!(read.step().unwrap(), []);
        assert_eq!(read.told(), ["close"], "and asks for nothing");
    }

    #[test]
    fn it_says_what_it_reads_and_where_it_is_held_up() {
        let mut read = Read::assigned();
        let topic = Options::new("", "g", "i").output_topic(OutTopic::State);
        assert_eq!(read.reader.topic(), topic);
        let text = read.reader.held_up(1, 5);
        assert!(text.contains(&format!("partition 1 of {topic} can't be read past offset 5")), "{text}");
        assert_eq!(read.reader.end(1).unwrap(), 7);
    }
}

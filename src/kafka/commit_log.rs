//! [`CommitLog`] on a transactional producer.

use super::client::deliveries::{Undelivered, is_consequence};
use super::client::{Code, ProducerFactory, TransactionalProducer};
use super::errors;
use super::membership::{NotAMember, check_unchanged};
use super::options::Options;
use crate::engine::task::StagedRecord;
use crate::planted;
use crate::runtime::options::Options as WorkerOptions;
use crate::runtime::ports::{Cause, CommitLog, Failure, InputPartition, OutRecord, OutTopic, Position};
use std::time::Duration;

/// Bound of the calls of a transaction; past the transaction's own time the broker has aborted it anyway.
const TRANSACTION_TIMEOUT: Duration = Duration::from_secs(10);
/// Taking over from a dead producer of the same name waits for its transaction to be aborted.
const INIT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long writing a batch may take; a record that can't be written fails earlier.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the reports of a transaction that has failed are waited for: the one that says why may not be the first.
const ALL_REPORTS_TIMEOUT: Duration = Duration::from_millis(500);
/// Once that one is known, those of other tasks that are refused as well are waited for, while the rest of the worker waits.
const OTHER_REPORTS_TIMEOUT: Duration = Duration::from_millis(20);
/// How long the reports of a transaction that is given up are waited for.
const REPORTS_TIMEOUT: Duration = Duration::from_secs(1);
const DRAIN_POLL_INTERVAL: Duration = Duration::from_micros(100);
/// How long one flush may block: errors are seen between two of them. Short while there is other work to do.
const FLUSH_TIMEOUT: Duration = Duration::from_millis(5);
const BUSY_FLUSH_TIMEOUT: Duration = Duration::from_millis(1);
/// Drained once so many records wait: memory is bounded by it.
const SERVE_EVERY: u32 = 256;
/// What a failure of the positions says first.
const NO_POSITIONS: &str = "the positions can't be committed";

/// The producer of one worker.
pub struct KafkaCommitLog<F: ProducerFactory> {
    producer: Option<F::Producer>,
    factory: F,
    name: String,
    /// Names of the topics, and whether they are written at all, in the order of [`OutTopic`].
    outputs: Vec<(String, bool)>,
    sent: u32,
    /// Nobody knows what became of the last commit: its requests may still arrive.
    is_in_doubt: bool,
    #[cfg(feature = "planted-bugs")]
    first_group: std::cell::OnceCell<<F::Producer as TransactionalProducer>::Group>,
}

impl<F: ProducerFactory> KafkaCommitLog<F> {
    /// Makes the producer; one of the same name that is still alive is fenced, what it left open is aborted.
    ///
    /// # Errors
    /// The configuration or the broker refuses it.
    pub fn open(options: &Options, worker: &WorkerOptions, factory: F) -> Result<Self, Failure> {
        let used = worker.outputs();
        let mut log = Self {
            producer: None,
            factory,
            name: options.transactional_id(worker.worker),
            outputs: OutTopic::ALL.iter().map(|t| (options.output_topic(*t), used.contains(t))).collect(),
            sent: 0,
            is_in_doubt: false,
            #[cfg(feature = "planted-bugs")]
            first_group: std::cell::OnceCell::new(),
        };
        log.rebuild()?;
        Ok(log)
    }

    /// The client did not take a record of a task: `Ok` when it may take it now.
    fn refused(&self, task: i32, topic: OutTopic, code: Code) -> Result<(), Failure> {
        if code == Code::QueueFull {
            // The bound of the client's memory: wait for the broker.
            let producer = self.producer()?;
            producer.poll(Duration::from_millis(1));
            return if producer.undelivered().is_some() { Err(wait_for_reason(producer)) } else { Ok(()) };
        }
        let name = self.outputs[topic as usize].0.clone();
        Err(match code {
            Code::State | Code::InvalidTransactionalState => {
                // The transaction has failed already: for what the broker said of earlier records.
                wait_for_reason(self.producer()?)
            }
            code => match errors::of_records(Some(name), vec![task], code, &code.to_string()) {
                Failure::Abort(_, text) => Failure::Rebuild(text),
                failure => failure,
            },
        })
    }

    fn producer(&self) -> Result<&F::Producer, Failure> {
        self.producer.as_ref().ok_or_else(|| Failure::Rebuild("there is no producer".to_owned()))
    }

    /// Waits until every record is written, doing something useful meanwhile.
    fn drain(&self, meanwhile: &mut dyn FnMut() -> bool) -> Result<(), Failure> {
        let producer = self.producer()?;
        let begun = producer.now();
        let mut useful = true;
        loop {
            producer.poll(Duration::ZERO);
            if producer.undelivered().is_some() {
                return Err(wait_for_reason(producer));
            }
            if producer.in_flight() == 0 {
                return Ok(());
            }
            if producer.now().saturating_sub(begun) > DRAIN_TIMEOUT {
                return Err(Failure::Rebuild(format!(
                    "{} records could not be written in {DRAIN_TIMEOUT:?}",
                    producer.in_flight()
                )));
            }
            // What lingers leaves only while this call runs.
            producer.flush(if useful { BUSY_FLUSH_TIMEOUT } else { FLUSH_TIMEOUT });
            useful = meanwhile();
        }
    }

    /// The membership in whose name positions are committed. Fresh each time: the generation changes with every rebalance.
    fn group(&self) -> Result<<F::Producer as TransactionalProducer>::Group, Failure> {
        let lost = |why: NotAMember| Failure::Abort(Cause::Membership, why.to_string());
        let nobody = || lost(NotAMember::NoGroup);
        let before = self.factory.membership().ok_or_else(nobody)?;
        let group = self.factory.group_metadata().ok_or_else(nobody)?;
        check_unchanged(&before, &self.factory.membership().ok_or_else(nobody)?).map_err(lost)?;
        Ok(group)
    }

    fn try_commit(&self, positions: &[(InputPartition, Position)], meanwhile: &mut dyn FnMut() -> bool) -> Result<(), Failure> {
        // The library's own commit sleeps 100 ms when records are in flight: drained first, it takes a few.
        if !planted!(CommitBeforeDrain) {
            self.drain(meanwhile)?;
        }
        let producer = self.producer()?;
        if !(positions.is_empty() && planted!(OutputsCommittedFirst, RoutedBeforeOffsets, RecordSplit)) {
            let own = self.group()?;
            #[cfg(not(feature = "planted-bugs"))]
            let group = &own;
            #[cfg(feature = "planted-bugs")]
            let group = if planted!(FirstMembershipForEver) { self.first_group.get_or_init(|| own) } else { &own };
            let sent = producer.send_offsets(positions, group, TRANSACTION_TIMEOUT).map_err(|e| {
                let failure = errors::of_transaction(NO_POSITIONS, &e);
                if !e.is_fatal && planted!(PositionsTimeoutIsAborted) { aborted(failure) } else { failure }
            });
            if !(matches!(sent, Err(Failure::Rebuild(_))) && planted!(PositionsTimeoutIsIgnored)) {
                sent?;
            }
        }
        let committed = producer
            .commit_transaction(TRANSACTION_TIMEOUT)
            .map_err(|e| errors::of_commit("the transaction can't be committed", &e));
        match committed {
            Err(failure @ Failure::Rebuild(_)) if planted!(UnknownOutcomeIsAborted) => Err(aborted(failure)),
            committed => committed,
        }
    }
}

/// For what is planted.
fn aborted(failure: Failure) -> Failure {
    Failure::Abort(failure.cause(), failure.to_string())
}

/// Waits for why records could not be written. One that is refused takes those after it along, whose reports may come first.
fn wait_for_reason(producer: &impl TransactionalProducer) -> Failure {
    let begun = producer.now();
    let mut bound = ALL_REPORTS_TIMEOUT;
    while producer.in_flight() > 0 && producer.now().saturating_sub(begun) < bound {
        producer.poll(DRAIN_POLL_INTERVAL);
        if producer.undelivered().is_some_and(|found| !is_consequence(found.code)) {
            bound = bound.min(OTHER_REPORTS_TIMEOUT);
        }
    }
    // In a transaction that has failed this says why, in any other only that one is open.
    let reason = match producer.begin_transaction() {
        Err(error) if error.requires_abort || error.is_fatal => Some((error.code, error.text)),
        _ => None,
    };
    why_undelivered(producer.take_undelivered(), reason)
}

/// Why records could not be written: what their reports say, and what the library says of the transaction.
fn why_undelivered(found: Option<Undelivered>, reason: Option<(Code, String)>) -> Failure {
    let Some(found) = found else {
        let (code, text) = reason.unwrap_or((Code::Unknown, "the transaction has failed".to_owned()));
        return errors::of_records(None, Vec::new(), code, &text);
    };
    let tasks = found.tasks.into_iter().collect();
    match reason {
        // It is not known which record it was.
        Some((code, text)) if is_consequence(found.code) => {
            let topic = Some(found.topic).filter(|_| errors::refusal(code).is_none());
            errors::of_records(topic, Vec::new(), code, &text)
        }
        // The report of one record is less exact than the answer about all of a partition.
        Some((code, text)) if found.code == Code::InvalidRecord && errors::refusal(code).is_some() => {
            errors::of_records(Some(found.topic), tasks, code, &text)
        }
        Some((_, text)) => errors::of_records(Some(found.topic), tasks, found.code, &text),
        None => errors::of_records(Some(found.topic), tasks, found.code, &found.code.to_string()),
    }
}

impl<F: ProducerFactory> CommitLog for KafkaCommitLog<F> {
    fn begin(&mut self) -> Result<(), Failure> {
        let producer = self.producer()?;
        // Left over from a transaction that was aborted.
        producer.take_undelivered();
        producer.begin_transaction().map_err(|e| errors::of_transaction("the transaction can't be opened", &e))
    }

    fn send(&mut self, record: &OutRecord<'_>) -> Result<(), Failure> {
        self.sent = self.sent.wrapping_add(1);
        if self.sent.is_multiple_of(SERVE_EVERY) {
            self.producer()?.poll(Duration::ZERO);
        }
        let (name, is_used) = &self.outputs[record.topic as usize];
        if !is_used {
            return Err(Failure::Stop(format!("{name} is not open: nothing of it was expected")));
        }
        let producer = self.producer()?;
        while let Err(code) = producer.send(record) {
            if code == Code::QueueFull && planted!(DroppedWhenQueueIsFull) {
                break;
            }
            self.refused(record.task, record.topic, code)?;
        }
        Ok(())
    }

    fn send_state(&mut self, partition: i32, records: &[StagedRecord<'_>]) -> Result<(), Failure> {
        let producer = self.producer()?;
        producer.poll(Duration::ZERO);
        let mut left = records;
        while !left.is_empty() {
            let (taken, refused) = producer.send_all(partition, left);
            left = left.get(taken..).unwrap_or_default();
            if refused == Some(Code::QueueFull) && planted!(DroppedWhenQueueIsFull) {
                left = left.get(1..).unwrap_or_default();
                continue;
            }
            if let Some(code) = refused {
                self.refused(partition, OutTopic::State, code)?;
            }
        }
        Ok(())
    }

    fn commit(&mut self, positions: &[(InputPartition, Position)], meanwhile: &mut dyn FnMut() -> bool) -> Result<(), Failure> {
        let result = self.try_commit(positions, meanwhile);
        if let Err(Failure::Rebuild(why)) = &result
            && (planted!(UnknownOutcomeIsCommitted) || why.starts_with(NO_POSITIONS) && planted!(PositionsTimeoutIsCommitted))
        {
            return self.rebuild();
        }
        self.is_in_doubt |= matches!(result, Err(Failure::Rebuild(_)));
        result
    }

    fn abort(&mut self) -> Result<(), Failure> {
        let producer = self.producer()?;
        // What is given up is written all the same, for a moment: records that are not leave a gap in the producer's numbers.
        let begun = producer.now();
        while producer.in_flight() > 0 && producer.now().saturating_sub(begun) < REPORTS_TIMEOUT {
            producer.flush(FLUSH_TIMEOUT);
        }
        let is_in_doubt = self.is_in_doubt || producer.in_flight() > 0 || producer.is_in_doubt();
        if is_in_doubt && !planted!(SameProducerAfterTimeout) {
            // A request may still arrive. After an abort of the same epoch the broker would take it for one of the next transaction, or
            // of one that nobody ends. A new producer aborts what is open under an epoch of its own, which shuts out what comes late.
            return self.rebuild();
        }
        let aborted = producer.abort_transaction(TRANSACTION_TIMEOUT);
        producer.poll(Duration::ZERO);
        if let Err(error) = &aborted
            && matches!(error.code, Code::Fenced | Code::ProducerFenced | Code::InvalidProducerEpoch)
            && !planted!(FencedGoesOn)
        {
            return Err(Failure::Rebuild("the transaction can't be aborted: another producer has taken over".to_owned()));
        }
        if aborted.is_err() || producer.is_spoiled() {
            // Nothing was committed. A new producer ends whatever is open, and begins to number at 0.
            return self.rebuild();
        }
        producer.take_undelivered();
        Ok(())
    }

    fn rebuild(&mut self) -> Result<(), Failure> {
        if let Some(old) = self.producer.take() {
            old.let_go();
        }
        let producer = self.factory.open()?;
        producer.init_transactions(INIT_TIMEOUT).map_err(|e| {
            if errors::operator_action(e.code).is_some() {
                errors::stop(&format!("the transactional id {} can't be used: {e}", self.name), e.code)
            } else {
                Failure::Rebuild(format!("the transactional id {} can't be taken over yet: {e}", self.name))
            }
        })?;
        self.producer = Some(producer);
        self.is_in_doubt = false;
        Ok(())
    }

    fn name(&self) -> &str {
        &self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::client::ClientError;
    use crate::kafka::client::deliveries::Deliveries;
    use crate::kafka::membership::Membership;
    use std::cell::{Cell, RefCell};
    use std::collections::VecDeque;
    use std::rc::Rc;

    /// A client library that does what was written down for it, and remembers who asked the broker for what.
    #[derive(Default)]
    struct Script {
        asked: RefCell<Vec<(usize, &'static str)>>,
        made: Cell<usize>,
        now: Cell<Duration>,
        /// Records of the first producer that nobody reports, or not before this time.
        in_flight: usize,
        reported_at: Option<Duration>,
        /// Reports that the first poll serves.
        reports: RefCell<Vec<(Code, i32)>>,
        /// Those that it serves from a time on.
        later_reports: RefCell<Vec<(Duration, Code, i32)>>,
        /// Why the next records are not taken, and what was taken.
        refusals: RefCell<VecDeque<Code>>,
        sent: RefCell<Vec<Vec<u8>>>,
        begin: RefCell<Option<ClientError>>,
        send_offsets: Option<ClientError>,
        commit: Option<ClientError>,
        abort: Option<ClientError>,
    }

    struct Scripted {
        script: Rc<Script>,
        number: usize,
        deliveries: RefCell<Deliveries>,
    }

    impl Scripted {
        fn asks(&self, what: &'static str, fails: Option<&ClientError>) -> Result<(), ClientError> {
            self.script.asked.borrow_mut().push((self.number, what));
            fails.map_or(Ok(()), |error| Err(error.clone()))
        }
    }

    impl TransactionalProducer for Scripted {
        type Group = ();

        fn now(&self) -> Duration {
            self.script.now.get()
        }

        fn init_transactions(&self, _: Duration) -> Result<(), ClientError> {
            self.asks("init", None)
        }

        fn begin_transaction(&self) -> Result<(), ClientError> {
            self.script.begin.borrow().clone().map_or(Ok(()), Err)
        }

        fn send(&self, record: &OutRecord<'_>) -> Result<(), Code> {
            match self.script.refusals.borrow_mut().pop_front() {
                Some(code) => Err(code),
                None => {
                    self.script.sent.borrow_mut().extend(record.key.map(<[u8]>::to_vec));
                    Ok(())
                }
            }
        }

        fn send_all(&self, _: i32, records: &[StagedRecord<'_>]) -> (usize, Option<Code>) {
            let refused = self.script.refusals.borrow_mut().pop_front();
            let taken = if refused.is_some() { 1 } else { records.len() };
            self.script.sent.borrow_mut().extend(records.iter().take(taken).map(|(key, _)| key.to_vec()));
            (taken, refused)
        }

        fn poll(&self, at_most: Duration) {
            self.script.now.set(self.now() + at_most);
            let mut later = self.script.later_reports.borrow_mut();
            let due: Vec<_> = later.extract_if(.., |(at, ..)| *at <= self.now()).map(|(_, code, task)| (code, task)).collect();
            for (code, task) in self.script.reports.take().into_iter().chain(due) {
                self.deliveries.borrow_mut().note(code, "a topic", Some(task));
            }
        }

        fn flush(&self, at_most: Duration) {
            self.poll(at_most);
        }

        fn in_flight(&self) -> usize {
            let is_reported = self.script.reported_at.is_some_and(|at| at <= self.now());
            if self.number == 1 && !is_reported { self.script.in_flight } else { 0 }
        }

        fn undelivered(&self) -> Option<Undelivered> {
            self.deliveries.borrow().look().cloned()
        }

        fn take_undelivered(&self) -> Option<Undelivered> {
            self.deliveries.borrow_mut().take()
        }

        fn is_spoiled(&self) -> bool {
            self.deliveries.borrow().is_spoiled()
        }

        fn is_in_doubt(&self) -> bool {
            self.deliveries.borrow().is_in_doubt()
        }

        fn send_offsets(&self, _: &[(InputPartition, Position)], (): &(), _: Duration) -> Result<(), ClientError> {
            self.asks("positions", self.script.send_offsets.as_ref())
        }

        fn commit_transaction(&self, _: Duration) -> Result<(), ClientError> {
            self.asks("commit", self.script.commit.as_ref())
        }

        fn abort_transaction(&self, _: Duration) -> Result<(), ClientError> {
            self.asks("abort", self.script.abort.as_ref())
        }

        fn let_go(self) {
            self.script.asked.borrow_mut().push((self.number, "let go"));
        }
    }

    impl ProducerFactory for Rc<Script> {
        type Producer = Scripted;

        fn open(&self) -> Result<Scripted, Failure> {
            self.made.set(self.made.get() + 1);
            Ok(Scripted { script: Self::clone(self), number: self.made.get(), deliveries: RefCell::default() })
        }

        fn membership(&self) -> Option<Membership> {
            Some(Membership { generation: 3, member: "m".to_owned() })
        }

        fn group_metadata(&self) -> Option<()> {
            Some(())
        }
    }

    /// Commits, which fails, and aborts: the failure, and what the broker was asked for from the abort on.
    fn failed(script: Script) -> (Failure, Vec<(usize, &'static str)>) {
        let script = Rc::new(script);
        let worker = WorkerOptions::new(vec!["cart".to_owned()], 1);
        let mut log = KafkaCommitLog::open(&Options::new("", "g", "i"), &worker, Rc::clone(&script)).unwrap();
        log.begin().unwrap();
        let failure = log.commit(&[], &mut || false).unwrap_err();
        script.asked.borrow_mut().clear();
        log.abort().unwrap();
        (failure, script.asked.take())
    }

    fn reported(reports: &[(Code, i32)]) -> Script {
        Script { reports: RefCell::new(reports.to_vec()), ..Script::default() }
    }

    const NEW_PRODUCER: [(usize, &str); 2] = [(1, "let go"), (2, "init")];

    #[test]
    fn whatever_times_out_or_may_be_committed_ends_the_producer_without_another_request() {
        let mut scripts = vec![reported(&[(Code::MessageTimedOut, 3)]), Script { in_flight: 2, ..Script::default() }];
        // The try that was answered is not the one that may have been done.
        for code in [Code::InvalidProducerIdMapping, Code::IllegalGeneration, Code::TopicAuthorizationFailed] {
            let error = ClientError { requires_abort: true, ..ClientError::new(code, "asked again") };
            scripts.push(Script { commit: Some(error), ..Script::default() });
        }
        for requires_abort in [false, true] {
            let error = || Some(ClientError { requires_abort, ..ClientError::new(Code::OperationTimedOut, "too late") });
            scripts.push(Script { send_offsets: error(), ..Script::default() });
            scripts.push(Script { commit: error(), ..Script::default() });
        }
        for (n, script) in scripts.into_iter().enumerate() {
            let (failure, asked) = failed(script);
            // Records alone: the transaction was never asked to commit, so what memory holds still is the truth.
            let is_known = matches!(failure, Failure::Abort(Cause::TimedOut, _));
            assert!(if n == 0 { is_known } else { matches!(failure, Failure::Rebuild(_)) }, "{n}: {failure:?}");
            assert_eq!(asked, NEW_PRODUCER, "{n}: an abort of the same epoch would make room for what comes late");
        }
    }

    #[test]
    fn a_time_out_behind_a_refused_record_ends_the_producer_as_well() {
        for reports in [
            [(Code::MessageSizeTooLarge, 1), (Code::MessageTimedOut, 2)],
            [(Code::MessageTimedOut, 2), (Code::MessageSizeTooLarge, 1)],
            [(Code::MessageSizeTooLarge, 1), (Code::PurgeInflight, 2)],
        ] {
            let (failure, asked) = failed(reported(&reports));
            assert!(matches!(failure, Failure::Refused(_) | Failure::Abort(..)), "{failure:?}");
            assert_eq!(asked, NEW_PRODUCER, "{reports:?}");
        }
    }

    #[test]
    fn a_gap_in_the_numbers_ends_the_producer_once_its_transaction_is_aborted() {
        for code in [Code::OutOfOrderSequenceNumber, Code::PurgeQueue, Code::NotEnoughReplicas, Code::MessageSizeTooLarge] {
            let (failure, asked) = failed(reported(&[(code, 3)]));
            assert!(matches!(failure, Failure::Abort(..) | Failure::Refused(_)), "{failure:?}");
            assert_eq!(asked, [(1, "abort"), (1, "let go"), (2, "init")], "{code:?}");
        }
    }

    #[test]
    fn a_producer_of_which_nothing_is_missing_goes_on() {
        let moved = ClientError { requires_abort: true, ..ClientError::new(Code::IllegalGeneration, "the group has moved on") };
        let (failure, asked) = failed(Script { send_offsets: Some(moved), ..Script::default() });
        assert!(matches!(failure, Failure::Abort(Cause::Membership, _)), "{failure:?}");
        assert_eq!(asked, [(1, "abort")]);
    }

    #[test]
    fn positions_of_nobody_are_not_sent() {
        struct Nobody(Rc<Script>);
        impl ProducerFactory for Nobody {
            type Producer = Scripted;

            fn open(&self) -> Result<Scripted, Failure> {
                self.0.open()
            }

            fn membership(&self) -> Option<Membership> {
                Some(Membership { generation: -1, member: String::new() })
            }

            fn group_metadata(&self) -> Option<()> {
                Some(())
            }
        }
        let script = Rc::new(Script::default());
        let worker = WorkerOptions::new(vec!["cart".to_owned()], 1);
        let mut log = KafkaCommitLog::open(&Options::new("", "g", "i"), &worker, Nobody(Rc::clone(&script))).unwrap();
        log.begin().unwrap();
        let failure = log.commit(&[], &mut || false).unwrap_err();
        assert!(matches!(failure, Failure::Abort(Cause::Membership, _)), "{failure:?}");
        assert_eq!(script.asked.take(), [(1, "init")]);
    }

    /// A log with an open transaction, of which the broker was asked nothing yet.
    fn opened(script: Script) -> (Rc<Script>, KafkaCommitLog<Rc<Script>>) {
        let script = Rc::new(script);
        let worker = WorkerOptions::new(vec!["cart".to_owned()], 1);
        let mut log = KafkaCommitLog::open(&Options::new("", "g", "i"), &worker, Rc::clone(&script)).unwrap();
        log.begin().unwrap();
        script.asked.borrow_mut().clear();
        (script, log)
    }

    fn record(topic: OutTopic) -> OutRecord<'static> {
        OutRecord { task: 3, topic, partition: None, key: Some(b"k"), value: None, timestamp_ms: None, headers: &[] }
    }

    fn abortable(code: Code) -> ClientError {
        ClientError { requires_abort: true, ..ClientError::new(code, "of all") }
    }

    fn refused(failure: &Failure) -> (Cause, Vec<i32>) {
        let Failure::Refused(refusal) = failure else { panic!("{failure:?}") };
        (refusal.cause, refusal.tasks.clone())
    }

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_full_queue_is_waited_for_and_nothing_is_dropped() {
        let (script, mut log) = opened(Script { refusals: RefCell::new([Code::QueueFull; 2].into()), ..Script::default() });
        log.send(&record(OutTopic::DeadLetters)).unwrap();
        assert_eq!(script.now.get(), 2 * MS, "the library is served meanwhile");
        script.refusals.borrow_mut().push_back(Code::QueueFull);
        log.send_state(3, &[(b"1", None), (b"2", None), (b"3", None)]).unwrap();
        assert_eq!(script.sent.take(), [b"k".to_vec(), b"1".to_vec(), b"2".to_vec(), b"3".to_vec()]);
        script.refusals.borrow_mut().push_back(Code::QueueFull);
        script.reports.borrow_mut().push((Code::MessageSizeTooLarge, 4));
        let failure = log.send(&record(OutTopic::DeadLetters)).unwrap_err();
        assert_eq!(refused(&failure), (Cause::TooLarge, vec![4]), "what fails meanwhile is said");
    }

    #[test]
    fn a_record_that_is_not_taken_fails_with_its_task_or_with_what_failed_before() {
        let sent = |code, begin| {
            let (script, mut log) = opened(Script { refusals: RefCell::new([code].into()), ..Script::default() });
            *script.begin.borrow_mut() = begin;
            log.send(&record(OutTopic::DeadLetters)).unwrap_err()
        };
        assert_eq!(refused(&sent(Code::MessageSizeTooLarge, None)), (Cause::TooLarge, vec![3]));
        assert!(matches!(sent(Code::Fail, None), Failure::Rebuild(_)), "the producer is of no use");
        let failure = sent(Code::State, Some(abortable(Code::InvalidTimestamp)));
        assert_eq!(refused(&failure), (Cause::Timestamp, vec![]));
        let (_, mut log) = opened(Script::default());
        assert!(matches!(log.send(&record(OutTopic::AccountMembers)), Err(Failure::Stop(_))), "no model knows accounts");
    }

    #[test]
    fn the_report_that_says_why_is_waited_for_and_others_like_it_for_a_moment() {
        let later = [(5, 2), (10, 3), (200, 4)].map(|(at, task)| (at * MS, Code::MessageSizeTooLarge, task));
        let first = || RefCell::new(vec![(Code::PurgeQueue, 1)]);
        let script = Script { in_flight: 4, reports: first(), later_reports: RefCell::new(later.to_vec()), ..Script::default() };
        let (script, mut log) = opened(script);
        let failure = log.commit(&[], &mut || false).unwrap_err();
        assert_eq!(refused(&failure), (Cause::TooLarge, vec![2, 3]));
        assert_eq!(script.now.get(), OTHER_REPORTS_TIMEOUT);
        for (in_flight, waits) in [(1, ALL_REPORTS_TIMEOUT), (0, Duration::ZERO)] {
            let (script, mut log) = opened(Script { in_flight, reports: first(), ..Script::default() });
            assert!(matches!(log.commit(&[], &mut || false), Err(Failure::Abort(..))));
            assert_eq!(script.now.get(), waits);
        }
    }

    #[test]
    fn what_the_library_says_of_the_transaction_counts_where_the_reports_say_less() {
        let because = |report, begin| {
            let (script, mut log) = opened(reported(&[(report, 3)]));
            *script.begin.borrow_mut() = Some(begin);
            log.commit(&[], &mut || false).unwrap_err()
        };
        let of_one = (Cause::Timestamp, vec![3]);
        assert_eq!(
            refused(&because(Code::PurgeQueue, abortable(Code::InvalidTimestamp))),
            (Cause::Timestamp, vec![]),
            "of whom?"
        );
        assert_eq!(refused(&because(Code::InvalidRecord, abortable(Code::InvalidTimestamp))), of_one);
        assert_eq!(refused(&because(Code::InvalidRecord, abortable(Code::KafkaStorageError))), (Cause::InvalidRecord, vec![3]));
        assert_eq!(refused(&because(Code::MessageSizeTooLarge, abortable(Code::InvalidTimestamp))), (Cause::TooLarge, vec![3]));
        assert_eq!(refused(&because(Code::MessageSizeTooLarge, abortable(Code::KafkaStorageError))), (Cause::TooLarge, vec![3]));
        let fenced = ClientError { is_fatal: true, ..ClientError::new(Code::Fenced, "of all") };
        assert!(matches!(because(Code::PurgeQueue, fenced), Failure::Rebuild(_)));
        let open = because(Code::PurgeQueue, ClientError::new(Code::State, "of all"));
        assert!(matches!(&open, Failure::Abort(_, text) if !text.contains("of all")), "it is open, no more: {open:?}");
    }

    #[test]
    fn records_are_written_before_positions_and_not_waited_for_without_end() {
        let (script, mut log) = opened(Script { in_flight: 2, reported_at: Some(50 * MS), ..Script::default() });
        log.commit(&[], &mut || false).unwrap();
        assert_eq!(script.asked.take(), [(1, "positions"), (1, "commit")]);
        let (script, mut log) = opened(Script { in_flight: 2, ..Script::default() });
        assert!(matches!(log.commit(&[], &mut || true), Err(Failure::Rebuild(_))));
        assert!(script.asked.take().is_empty() && script.now.get() > DRAIN_TIMEOUT);
    }

    #[test]
    fn what_is_given_up_is_written_for_a_moment_before_the_abort() {
        for (in_flight, reported_at, waits, asks) in [
            (0, None, Duration::ZERO, &[(1, "abort")][..]),
            (2, Some(300 * MS), 300 * MS, &[(1, "abort")]),
            (2, None, REPORTS_TIMEOUT, &NEW_PRODUCER),
        ] {
            let (script, mut log) = opened(Script { in_flight, reported_at, ..Script::default() });
            log.abort().unwrap();
            assert_eq!((script.now.get(), script.asked.take()), (waits, asks.to_vec()));
        }
    }

    #[test]
    fn an_abort_that_fails_ends_the_producer_and_a_fenced_one_is_told() {
        let aborted = |code| {
            let (script, mut log) = opened(Script { abort: Some(ClientError::new(code, "why")), ..Script::default() });
            (log.abort(), script.asked.take())
        };
        let (result, asked) = aborted(Code::OperationTimedOut);
        assert!(result.is_ok());
        assert_eq!(asked, [(1, "abort"), (1, "let go"), (2, "init")]);
        for code in [Code::Fenced, Code::ProducerFenced, Code::InvalidProducerEpoch] {
            let (result, asked) = aborted(code);
            assert!(matches!(result, Err(Failure::Rebuild(_))), "{code:?}");
            assert_eq!(asked, [(1, "abort")], "{code:?}: the next failure rebuilds, with a pause");
        }
    }

    #[test]
    fn a_transaction_begins_without_what_was_reported_of_the_last_one() {
        let (script, mut log) = opened(Script::default());
        script.reports.borrow_mut().push((Code::MessageSizeTooLarge, 4));
        log.producer().unwrap().poll(Duration::ZERO);
        log.begin().unwrap();
        log.commit(&[], &mut || false).unwrap();
        *script.begin.borrow_mut() = Some(abortable(Code::OutOfOrderSequenceNumber));
        assert!(matches!(log.begin(), Err(Failure::Abort(Cause::Sequence, _))));
        assert_eq!(log.name(), Options::new("", "g", "i").transactional_id(0));
    }
}

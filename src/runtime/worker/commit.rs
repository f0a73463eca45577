//! Writing a batch, committing it, and what to do when that fails.

use super::{Batch, LONGEST_PAUSE, Worker, fetch_lane};
use crate::domain::Ms;
use crate::domain::effect::Body;
use crate::engine::codec::Codec;
use crate::engine::task::BatchEffects;
use crate::runtime::lane::Lane;
use crate::runtime::observe::{BatchStats, TransactionOutcome};
use crate::runtime::options::Options;
use crate::runtime::ports::{
    Cause, CommitLog, Decode, Encode, Encoded, EventSource, Failure, InputPartition, OutRecord, OutTopic, RecordBatch, Refusal,
    Rejected, StateSource, TASK_KEY, TaskRecord,
};
use crate::runtime::snapshot::Done;
use std::collections::BTreeMap;
use std::time::Duration;

/// Failures in a row that are all logged, and how often those after them are.
const SAID_AT_ONCE: u32 = 3;
const SAID_EVERY: Duration = Duration::from_secs(30);

/// Writes into the open transaction; opens one when there is none.
pub(super) struct Writer<'a, L, E> {
    pub log: &'a mut L,
    pub encoder: &'a E,
    pub options: &'a Options,
    /// No record is written with a time after this: the broker refuses what lies ahead of its own clock.
    pub wall_ms: Ms,
    /// Reminders leave without their lines.
    pub short: bool,
    pub open: &'a mut bool,
    pub encoded: &'a mut Encoded,
    pub done: &'a mut BTreeMap<i32, Done>,
    /// Dead letters are written without what their records held: with it they were refused.
    pub is_bare: bool,
}

impl<L: CommitLog, E: Encode> Writer<'_, L, E> {
    /// Counts what a task applied.
    pub(super) fn count(&mut self, partition: i32, events: u64, dead_letters: u64) {
        if events > 0 {
            let done = self.done.entry(partition).or_default();
            done.events += events;
            done.dead_letters += dead_letters;
        }
    }

    pub(super) fn open(&mut self) -> Result<(), Failure> {
        if !*self.open {
            self.log.begin()?;
            *self.open = true;
        }
        Ok(())
    }

    /// Writes the outputs of a task and keeps them for the observer.
    pub(super) fn outputs(&mut self, partition: i32, effects: &mut BatchEffects, stats: &mut BatchStats) -> Result<(), Failure> {
        stats.held += std::mem::take(&mut effects.held);
        stats.fired += std::mem::take(&mut effects.fired);
        for (note, count) in effects.notes.drain(..) {
            *stats.notes.entry(note).or_default() += count;
        }
        for output in effects.outputs.drain(..) {
            self.open()?;
            let topic = if self.short {
                self.encoder.short_output(&output, self.encoded)
            } else {
                self.encoder.output(&output, self.encoded)
            };
            // What a member tells goes to its account's task and back, and retention counts from now: it is read at once.
            let (key, timestamp_ms) = match &output.output.body {
                Body::Member(update) => (update.addressee().as_bytes(), None),
                _ => (output.prospect.as_bytes(), Some(output.output.at_ms.min(self.wall_ms))),
            };
            self.log.send(&OutRecord {
                task: partition,
                topic,
                partition: (topic == OutTopic::State).then_some(partition),
                key: Some(key),
                value: Some(&self.encoded.value),
                timestamp_ms,
                headers: &self.encoded.headers,
            })?;
            count_output(self.done.entry(partition).or_default(), &output.output.body);
            stats.outputs.push(output);
        }
        Ok(())
    }

    /// Writes a dead letter: original bytes and headers, with where it came from and why. Its time is now: with the record's own
    /// the broker might refuse it, or delete it at once.
    pub(super) fn dead_letter(&mut self, batch: &dyn RecordBatch, n: usize, rejected: &Rejected) -> Result<(), Failure> {
        self.open()?;
        let view = batch.view(n);
        let topic = self.options.input(view.input).map_or("", String::as_str);
        let budget_bytes = if self.is_bare { 0 } else { self.options.dead_letter_budget_bytes };
        let letter = self.encoder.dead_letter(&view, batch.headers(n), topic, rejected, budget_bytes);
        self.log.send(&OutRecord {
            task: view.partition,
            topic: OutTopic::DeadLetters,
            partition: None,
            key: letter.key,
            value: letter.value,
            timestamp_ms: Some(self.wall_ms),
            headers: &letter.headers,
        })
    }

    /// Writes the changed records of a task and its task record; says how many records and bytes.
    fn state<C: Codec>(&mut self, lane: &mut Lane<C>) -> Result<(u64, u64), Failure> {
        let (mut records, mut bytes, mut result) = (0, 0, Ok(()));
        lane.task.staged(|some| {
            if result.is_err() || some.is_empty() {
                return;
            }
            records += some.len() as u64;
            bytes += some.iter().map(|(key, value)| (key.len() + value.map_or(0, <[u8]>::len)) as u64).sum::<u64>();
            result = self.open().and_then(|()| self.log.send_state(lane.partition, some));
        });
        result.map(|()| (records, bytes))
    }

    fn task_record<C: Codec>(&mut self, lane: &Lane<C>) -> Result<(), Failure> {
        self.open()?;
        let record = TaskRecord {
            time_ms: lane.task.time_ms(),
            positions: self.options.all_inputs().cloned().zip(lane.positions()).collect(),
            incarnation: lane.incarnation,
            writer: self.log.name().to_owned(),
        };
        self.encoded.value.clear();
        self.encoder.task_record(&record, &mut self.encoded.value);
        self.log.send(&OutRecord {
            task: lane.partition,
            topic: OutTopic::State,
            partition: Some(lane.partition),
            key: Some(TASK_KEY),
            value: Some(&self.encoded.value),
            timestamp_ms: None,
            headers: &[],
        })
    }
}

impl<S, L, R, D, E, C> Worker<S, L, R, D, E, C>
where
    S: EventSource,
    L: CommitLog,
    R: StateSource,
    D: Decode,
    E: Encode,
    C: Codec + Clone,
{
    /// Commits the open batch: outputs and dead letters (written already), state, task records and positions in one
    /// transaction. Then, and only then, the batch becomes the truth.
    pub(super) fn commit(&mut self) -> Result<(), Failure> {
        let (begun, wall_ms) = (self.clock.monotonic(), self.clock.now_ms());
        let (records, short) = (self.batch.records, self.shortens_reminders());
        let Self { lanes, batch, log, encoder, options, source, decoder, samples, .. } = self;
        let Batch { effects, stats, encoded, open, since, done, .. } = batch;
        let is_bare = false;
        let mut writer = Writer { log, encoder: encoder.as_ref(), options, wall_ms, short, is_bare, open, encoded, done };
        for lane in lanes.values_mut().filter(|lane| lane.touched) {
            writer.outputs(lane.partition, effects, stats)?;
            let (records, bytes) = writer.state(lane)?;
            stats.state_records += records;
            stats.state_bytes += bytes;
        }
        if records == 0 && !*writer.open {
            // Timers looked at and nothing came of it.
            lanes.values_mut().filter(|lane| lane.touched).for_each(Lane::confirm);
            *since = None;
            return Ok(());
        }
        for lane in lanes.values().filter(|lane| lane.touched) {
            writer.task_record(lane)?;
        }
        let mut positions = Vec::new();
        for lane in lanes.values().filter(|lane| lane.touched) {
            let partition = lane.partition;
            positions.extend((0u16..).zip(lane.positions()).map(|(input, offset)| (InputPartition { partition, input }, offset)));
        }
        let mut failed = None;
        let mut meanwhile = || {
            // While the broker works, fetch what has arrived, and decode what of it is next; nothing of it is applied.
            let mut any = false;
            for lane in lanes.values_mut() {
                match fetch_lane(lane, source, decoder.as_ref(), options, samples) {
                    Ok(fetched) => any |= fetched,
                    Err(failure) => failed = Some(failure),
                }
            }
            any && failed.is_none()
        };
        log.commit(&positions, &mut meanwhile)?;
        *open = false;
        self.committed(begun);
        failed.map_or(Ok(()), Err)
    }

    /// Publishes what the batch gave.
    fn committed(&mut self, begun: Duration) {
        let now = self.clock.monotonic();
        let since = self.batch.since.unwrap_or(begun);
        self.quiet_since = (!self.is_full(begun.saturating_sub(since))).then_some(now);
        let batch = &mut self.batch;
        let stats = &mut batch.stats;
        stats.committed_at_ms = self.clock.now_ms();
        stats.commit_took = now.saturating_sub(begun);
        stats.took = now.saturating_sub(since);
        for lane in self.lanes.values_mut().filter(|lane| lane.touched) {
            lane.confirm();
            lane.last_commit_ms = Some(stats.committed_at_ms);
            self.watches.entry(lane.partition).or_default().committed();
            if let Some(done) = batch.done.remove(&lane.partition) {
                add_done(&mut lane.done, &done);
            }
        }
        tracing::debug!(
            events = stats.events,
            outputs = stats.outputs.len(),
            fired = stats.fired,
            state_records = stats.state_records,
            took = ?stats.took,
            commit_took = ?stats.commit_took,
            "committed"
        );
        self.board.add_misses(&stats.misses);
        self.observer.batch_committed(self.options.worker, stats);
        self.observer.transaction(self.options.worker, TransactionOutcome::Committed);
        batch.reset();
        self.failures = 0;
    }

    /// After a failure: what its class asks for.
    pub(super) fn recover(&mut self, failure: Failure) -> Result<(), Failure> {
        let mut failure = failure;
        loop {
            self.observer.failure(self.options.worker, failure.class());
            let outcome = match failure {
                Failure::Retry(text) if self.batch.since.is_none() => {
                    self.say(|| tracing::warn!("{text}: trying again"));
                    self.alone = None;
                    Ok(())
                }
                // The trial is over, and the others have waited for nothing: no pause.
                Failure::Refused(refusal) if self.lanes.values().any(|lane| lane.touched) => match self.refused(&refusal) {
                    Ok(()) => return Ok(()),
                    failed => failed,
                },
                Failure::Retry(_) | Failure::Abort(..) | Failure::Refused(_) => {
                    self.say(|| tracing::warn!("the batch is aborted and taken again: {failure}"));
                    self.note_failure(&failure.to_string());
                    self.count_abort(TransactionOutcome::Aborted, failure.cause());
                    self.abort()
                }
                Failure::Rebuild(_) => {
                    self.say(|| {
                        tracing::error!(
                            "the outcome of the last transaction is unknown or its producer is unusable; reading it back: {failure}"
                        );
                    });
                    self.note_failure(&failure.to_string());
                    self.count_abort(TransactionOutcome::Rebuilt, failure.cause());
                    self.rebuild()
                }
                stop @ Failure::Stop(_) => {
                    // It stops anyway, for the reason that counts.
                    self.abort().unwrap_or_default();
                    return Err(stop);
                }
            };
            self.pause();
            match outcome {
                Ok(()) => return Ok(()),
                // What undoes a batch may itself be retried by the next stronger means.
                Err(weaker @ (Failure::Retry(_) | Failure::Abort(..) | Failure::Refused(_))) => {
                    failure = Failure::Rebuild(weaker.to_string());
                }
                Err(stronger) => failure = stronger,
            }
            self.publish(true);
            if self.stop.load(std::sync::atomic::Ordering::Relaxed) {
                return Ok(());
            }
        }
    }

    /// The broker refuses what a task writes: it is set aside, and the others go on.
    fn refused(&mut self, refusal: &Refusal) -> Result<(), Failure> {
        let touched: Vec<i32> = self.lanes.values().filter(|lane| lane.touched).map(|lane| lane.partition).collect();
        let taken = self.batch.records;
        self.count_abort(TransactionOutcome::Aborted, refusal.cause);
        let aborted = self.abort();
        self.set_aside(refusal, &touched, taken);
        aborted
    }

    fn count_abort(&self, outcome: TransactionOutcome, cause: Cause) {
        self.observer.transaction(self.options.worker, outcome);
        self.observer.aborted(self.options.worker, cause);
    }

    /// Says the first failures in a row, then one now and then.
    fn say(&mut self, what: impl FnOnce()) {
        let now = self.clock.monotonic();
        if self.failures < SAID_AT_ONCE || self.failure_logged.is_none_or(|at| now.saturating_sub(at) >= SAID_EVERY) {
            self.failure_logged = Some(now);
            what();
        }
    }

    fn pause(&mut self) {
        let pause = Duration::from_millis(20 << self.failures.min(7)).min(LONGEST_PAUSE);
        self.failures += 1;
        self.source.wait(pause);
    }

    /// Gives the open batch up and takes it again from memory.
    pub(super) fn abort(&mut self) -> Result<(), Failure> {
        self.discard_batch();
        if std::mem::take(&mut self.batch.open) {
            self.log.abort()?;
        }
        Ok(())
    }

    fn discard_batch(&mut self) {
        let decoder = self.decoder.as_ref();
        self.lanes.values_mut().filter(|lane| lane.touched).for_each(|lane| lane.discard(decoder));
        let open = self.batch.open;
        self.batch.reset();
        self.batch.open = open;
    }

    /// A new producer, and every task from the committed offsets and the changelog.
    fn rebuild(&mut self) -> Result<(), Failure> {
        self.discard_batch();
        self.batch.open = false;
        self.log.rebuild()?;
        self.relocate_all();
        Ok(())
    }
}

fn count_output(done: &mut Done, body: &Body) {
    match body {
        Body::StageChanged(_) => done.stage_changes += 1,
        Body::ScoreChanged(_) => done.score_changes += 1,
        Body::CartAbandoned(cart) => {
            let step = usize::from(cart.step.max(1));
            if done.cart_triggers.len() < step {
                done.cart_triggers.resize(step, 0);
            }
            done.cart_triggers[step - 1] += 1;
        }
        Body::CartOutcome(outcome) => {
            *done.cart_outcomes.entry(outcome.kind.type_name()).or_default() += 1;
            done.recovery.note(outcome);
        }
        Body::Triggered(_) | Body::HandOver(_) | Body::AccountChanged(_) | Body::Member(_) => {}
    }
}

fn add_done(to: &mut Done, batch: &Done) {
    to.events += batch.events;
    to.dead_letters += batch.dead_letters;
    to.stage_changes += batch.stage_changes;
    to.score_changes += batch.score_changes;
    if to.cart_triggers.len() < batch.cart_triggers.len() {
        to.cart_triggers.resize(batch.cart_triggers.len(), 0);
    }
    to.cart_triggers.iter_mut().zip(&batch.cart_triggers).for_each(|(a, b)| *a += b);
    for (name, count) in &batch.cart_outcomes {
        *to.cart_outcomes.entry(name).or_default() += count;
    }
    to.recovery.merge(&batch.recovery);
}

impl Batch {
    fn reset(&mut self) {
        self.effects.clear();
        self.done.clear();
        let (mut outputs, mut sampled) =
            (std::mem::take(&mut self.stats.outputs), std::mem::take(&mut self.stats.sampled_record_ms));
        outputs.clear();
        sampled.clear();
        self.stats = BatchStats { outputs, sampled_record_ms: sampled, ..BatchStats::default() };
        self.open = false;
        self.records = 0;
        self.since = None;
    }
}

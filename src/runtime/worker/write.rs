//! What a batch writes into its transaction: outputs, dead letters, the changed records and the task record of each task.

use crate::domain::Ms;
use crate::domain::output::Body;
use crate::engine::codec::Codec;
use crate::engine::effects::BatchEffects;
use crate::planted;
use crate::runtime::observe::BatchStats;
use crate::runtime::options::Options;
use crate::runtime::ports::{
    CommitLog, Encode, Encoded, Failure, OutRecord, OutTopic, RecordBatch, Rejected, TASK_KEY, TaskRecord,
};
use crate::runtime::snapshot::counters::TaskCounters;
use crate::runtime::task_runner::TaskRunner;
use std::collections::BTreeMap;

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
    pub done: &'a mut BTreeMap<i32, TaskCounters>,
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
            // A member's update goes to its account's task and back, and retention counts from now: it is read at once.
            let (key, timestamp_ms) = match &output.output.body {
                Body::Member(update) => (update.addressee().as_bytes(), None),
                _ => (output.prospect.as_bytes(), Some(output.output.at_ms.min(self.wall_ms))),
            };
            self.log.send(&OutRecord {
                task: partition,
                topic,
                partition: match topic {
                    OutTopic::State => Some(partition),
                    // One order for all who read it.
                    OutTopic::Identity => Some(0),
                    _ => None,
                },
                key: Some(key),
                value: Some(&self.encoded.value),
                timestamp_ms,
                headers: &self.encoded.headers,
            })?;
            self.done.entry(partition).or_default().count(&output.output.body);
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
    pub(super) fn state<C: Codec>(&mut self, runner: &mut TaskRunner<C>) -> Result<(u64, u64), Failure> {
        let (mut records, mut bytes, mut result) = (0, 0, Ok(()));
        runner.task.staged(|some| {
            if result.is_err() || some.is_empty() {
                return;
            }
            records += some.len() as u64;
            bytes += some.iter().map(|(key, value)| (key.len() + value.map_or(0, <[u8]>::len)) as u64).sum::<u64>();
            result = self.open().and_then(|()| self.log.send_state(runner.partition, some));
        });
        result.map(|()| (records, bytes))
    }

    pub(super) fn task_record<C: Codec>(&mut self, runner: &TaskRunner<C>) -> Result<(), Failure> {
        self.open()?;
        let stale = planted!(TaskRecordStale);
        let positions: Vec<i64> = if stale { runner.confirmed_positions().collect() } else { runner.positions().collect() };
        let record = TaskRecord {
            time_ms: runner.task.time_ms(),
            positions: self.options.all_inputs().cloned().zip(positions).collect(),
            incarnation: runner.incarnation,
            writer: self.log.name().to_owned(),
            routed: runner.task.routed().iter().collect(),
        };
        self.encoded.value.clear();
        self.encoder.task_record(&record, &mut self.encoded.value);
        self.log.send(&OutRecord {
            task: runner.partition,
            topic: OutTopic::State,
            partition: Some(runner.partition),
            key: Some(TASK_KEY),
            value: Some(&self.encoded.value),
            timestamp_ms: None,
            headers: &[],
        })
    }
}

//! Committing a batch: either all of it becomes visible together, or it is discarded and processed again.

use super::batch::Batch;
use super::fetch::fetch_task;
use super::parts::Worker;
use super::write::Writer;
use crate::planted;
use crate::runtime::observe::TransactionOutcome;
use crate::runtime::ports::{CommitLog, Failure, InputPartition, Ports, Position};
use crate::runtime::task_runner::TaskRunner;
use std::time::Duration;

impl<P: Ports> Worker<P> {
    /// Commits the open batch: outputs and dead letters (written already), state, task records and positions in one
    /// transaction. Then, and only then, the batch becomes the truth.
    pub(super) fn commit(&mut self) -> Result<(), Failure> {
        let (begun, wall_ms) = (self.clock.monotonic(), self.clock.now_ms());
        let (records, short) = (self.batch.records, self.shortens_reminders());
        let now = self.now();
        let Self { runners, batch, log, encoder, options, source, decoder, samples, .. } = self;
        let Batch { effects, stats, encoded, open, since, done, .. } = batch;
        let is_bare = false;
        let mut writer = Writer { log, encoder: encoder.as_ref(), options, wall_ms, short, is_bare, open, encoded, done };
        for runner in runners.values_mut().filter(|runner| runner.touched) {
            writer.outputs(runner.partition, effects, stats)?;
            let (records, bytes) = writer.state(runner)?;
            stats.state_records += records;
            stats.state_bytes += bytes;
        }
        if records == 0 && !*writer.open {
            // Timers looked at and nothing came of it.
            runners.values_mut().filter(|runner| runner.touched).for_each(TaskRunner::confirm);
            (*since, stats.fired) = (None, 0);
            return Ok(());
        }
        if planted!(OutputsCommittedFirst) && *writer.open {
            writer.log.commit(&[], &mut || false)?;
            *writer.open = false;
        }
        for runner in runners.values().filter(|runner| runner.touched && !planted!(TaskRecordForgotten)) {
            writer.task_record(runner)?;
        }
        if planted!(TaskRecordForgotten) {
            writer.open()?;
        }
        let mut positions = Vec::new();
        for runner in runners.values().filter(|runner| runner.touched) {
            let (partition, time_ms) = (runner.partition, Some(runner.task.time_ms()));
            let at = |(input, offset)| (InputPartition { partition, input }, Position { time_ms, ..Position::from(offset) });
            positions.extend((0u16..).zip(runner.positions()).map(at));
        }
        for (_, Position { offset, .. }) in &mut positions {
            *offset += i64::from(planted!(OffsetTooHigh)) - i64::from(*offset > 0 && planted!(OffsetTooLow));
        }
        if planted!(ConfirmedBeforeCommit) {
            runners.values_mut().filter(|runner| runner.touched).for_each(TaskRunner::confirm);
        }
        let mut failed = None;
        let mut meanwhile = || {
            // While the broker works, fetch what has arrived, and decode what of it is next; nothing of it is applied.
            let mut any = false;
            for runner in runners.values_mut() {
                match fetch_task(runner, source, decoder.as_ref(), options, samples, &now) {
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
        for runner in self.runners.values_mut().filter(|runner| runner.touched) {
            runner.confirm();
            runner.committed();
            runner.last_commit_ms = Some(stats.committed_at_ms);
            runner.committed_ms = Some(runner.task.time_ms());
            self.watches.entry(runner.partition).or_default().committed();
            if let Some(done) = batch.done.remove(&runner.partition) {
                runner.done.add(&done);
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

    /// Gives the open batch up and takes it again from memory.
    pub(super) fn abort(&mut self) -> Result<(), Failure> {
        self.discard_batch();
        if std::mem::take(&mut self.batch.open) {
            self.log.abort()?;
        }
        Ok(())
    }

    pub(super) fn discard_batch(&mut self) {
        let decoder = self.decoder.as_ref();
        self.runners.values_mut().filter(|runner| runner.touched).for_each(|runner| runner.discard(decoder));
        let open = self.batch.open;
        self.batch.reset();
        self.batch.open = open;
    }
}

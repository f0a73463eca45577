//! What to do when a batch fails: take it again, set a task aside, or read everything back.

use super::parts::Worker;
use crate::planted;
use crate::runtime::observe::TransactionOutcome;
use crate::runtime::ports::{Cause, CommitLog, EventSource, Failure, Ports, Refusal};
use crate::runtime::task_runner::TaskRunner;
use std::time::Duration;

/// Longest pause after failures in a row.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// Failures in a row that are all logged, and how often those after them are.
const LOGGED_AT_ONCE: u32 = 3;
const LOG_INTERVAL: Duration = Duration::from_secs(30);

impl<P: Ports> Worker<P> {
    /// After a failure: what its class asks for.
    pub(super) fn recover(&mut self, failure: Failure) -> Result<(), Failure> {
        let mut failure = failure;
        loop {
            self.observer.failure(self.options.worker, failure.class());
            let outcome = match failure {
                Failure::Retry(text) if self.batch.since.is_none() => {
                    self.log_limited(|| tracing::warn!("{text}: trying again"));
                    self.alone = None;
                    Ok(())
                }
                // The trial is over, and the others have waited for nothing: no pause.
                Failure::Refused(refusal)
                    if self.runners.values().any(|runner| runner.touched) && !planted!(BrokerRefusalRetriedForEver) =>
                {
                    match self.refused(&refusal) {
                        Ok(()) => return Ok(()),
                        failed => failed,
                    }
                }
                Failure::Retry(_) | Failure::Abort(..) | Failure::Refused(_) => {
                    self.log_limited(|| tracing::warn!("the batch is aborted and taken again: {failure}"));
                    if !planted!(BrokerRefusalRetriedForEver) {
                        self.note_failure(&failure.to_string());
                    }
                    self.count_abort(TransactionOutcome::Aborted, failure.cause());
                    self.abort()
                }
                Failure::Rebuild(_) => {
                    self.log_limited(|| {
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

    /// The broker refuses what a task writes: it is set aside, and the others continue.
    fn refused(&mut self, refusal: &Refusal) -> Result<(), Failure> {
        let touched: Vec<i32> = self.runners.values().filter(|runner| runner.touched).map(|runner| runner.partition).collect();
        let taken = self.batch.records;
        self.count_abort(TransactionOutcome::Aborted, refusal.cause);
        if planted!(RefusedIsDropped) {
            self.runners.values_mut().filter(|runner| runner.touched).for_each(TaskRunner::confirm);
        }
        let aborted = self.abort();
        self.set_aside(refusal, &touched, taken);
        aborted
    }

    fn count_abort(&self, outcome: TransactionOutcome, cause: Cause) {
        self.observer.transaction(self.options.worker, outcome);
        self.observer.aborted(self.options.worker, cause);
    }

    /// Says the first failures in a row, then one now and then.
    fn log_limited(&mut self, what: impl FnOnce()) {
        let now = self.clock.monotonic();
        if self.failures < LOGGED_AT_ONCE || self.failure_logged.is_none_or(|at| now.saturating_sub(at) >= LOG_INTERVAL) {
            self.failure_logged = Some(now);
            what();
        }
    }

    fn pause(&mut self) {
        let pause = Duration::from_millis(20 << self.failures.min(7)).min(LONGEST_PAUSE);
        self.failures += 1;
        self.source.wait(pause);
    }

    /// A new producer, and every task from the committed offsets and the changelog.
    fn rebuild(&mut self) -> Result<(), Failure> {
        self.discard_batch();
        self.batch.open = false;
        self.log.rebuild()?;
        if !planted!(RebuildKeepsMemory) {
            self.restore_all();
        }
        Ok(())
    }
}

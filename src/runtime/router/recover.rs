//! What to do when a batch of a router fails, and what a router shows.

use super::lane::Lane;
use super::parts::Router;
use crate::planted;
use crate::runtime::horizon::Now;
use crate::runtime::observe::TransactionOutcome;
use crate::runtime::ports::{Cause, CommitLog, EventSource, Failure, InputPartition, Refusal};
use crate::runtime::route::Route;
use crate::runtime::snapshot::router::RouterSnapshot;
use crate::runtime::trouble::{Place, TroubleKind};
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Longest pause after failures in a row.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// Failures in a row after which it is said that nothing gets through.
const STUCK_AFTER: u32 = 5;
/// How often a router shows how it stands.
const PUBLISH_INTERVAL: Duration = Duration::from_millis(500);

impl<S: EventSource, L: CommitLog, R: Route> Router<S, L, R> {
    /// After a failure: what its class asks for.
    pub(super) fn recover(&mut self, failure: Failure) -> Result<(), Failure> {
        let mut failure = failure;
        loop {
            self.observer.failure(self.options.worker, failure.class());
            if self.failures < 3 {
                tracing::warn!("router: {failure}");
            }
            let outcome = match &failure {
                Failure::Retry(_) if self.batch.since.is_none() => Ok(()),
                Failure::Retry(_) | Failure::Abort(..) | Failure::Refused(_) => {
                    self.count(TransactionOutcome::Aborted, failure.cause());
                    if let Failure::Refused(refusal) = &failure {
                        self.suspect(refusal);
                    }
                    self.abort()
                }
                Failure::Rebuild(_) => {
                    self.count(TransactionOutcome::Rebuilt, failure.cause());
                    self.rebuild()
                }
                Failure::Stop(_) => {
                    // It stops anyway, for the reason that counts.
                    self.abort().unwrap_or_default();
                    return Err(failure);
                }
            };
            self.note(&failure);
            let pause = Duration::from_millis(20 << self.failures.min(7)).min(LONGEST_PAUSE);
            self.failures += 1;
            self.source.wait(pause);
            match outcome {
                Ok(()) => return Ok(()),
                // What undoes a batch may itself be retried by the next stronger means.
                Err(weaker @ (Failure::Retry(_) | Failure::Abort(..) | Failure::Refused(_))) => {
                    failure = Failure::Rebuild(weaker.to_string());
                }
                Err(stronger) => failure = stronger,
            }
            self.publish();
            if self.stop.load(Ordering::Relaxed) {
                return Ok(());
            }
        }
    }

    /// One of the batch's records can't be written: each goes alone from now on, and the one that is refused alone becomes a dead
    /// letter, if it is for what it holds.
    fn suspect(&mut self, refusal: &Refusal) {
        let is_for_its_content = matches!(refusal.cause, Cause::TooLarge | Cause::InvalidRecord);
        // What a router says of itself may be what is refused: it has none of the records, or goes without them the next time.
        if self.batch.records == 1 && is_for_its_content && !self.batch.has_said {
            self.refused = self.batch.last;
        }
        self.suspects = self.suspects.max(self.batch.records);
    }

    fn count(&self, outcome: TransactionOutcome, cause: Cause) {
        self.observer.transaction(self.options.worker, outcome);
        self.observer.aborted(self.options.worker, cause);
    }

    fn note(&mut self, failure: &Failure) {
        let now = self.now();
        let (kind, lasts) = match failure {
            Failure::Refused(_) => (TroubleKind::Refused, self.refused.is_none()),
            _ => (TroubleKind::NoCommit, true),
        };
        if lasts && self.failures >= STUCK_AFTER {
            self.troubles.raise(Place::task(-1, kind), None, &failure.to_string(), &now);
        }
    }

    /// A new producer, and every lane from the committed offsets.
    fn rebuild(&mut self) -> Result<(), Failure> {
        self.discard();
        self.batch.is_open = false;
        self.log.rebuild()?;
        // Others may route them.
        self.suspects = 0;
        if planted!(RouterKeepsMemory) {
            return Ok(());
        }
        let lanes: Vec<InputPartition> = std::mem::take(&mut self.lanes).into_keys().collect();
        if !lanes.is_empty() || self.pending.is_some() {
            self.resolve(lanes);
        }
        Ok(())
    }

    pub(super) fn now(&self) -> Now {
        Now::of(&*self.clock, &self.options)
    }

    /// Shows that it is alive, and now and then how it stands.
    pub(super) fn publish(&mut self) {
        let now = self.now();
        self.board.heartbeat(usize::from(self.options.worker), now.monotonic);
        if self.published.is_some_and(|at| now.monotonic.saturating_sub(at) < PUBLISH_INTERVAL) {
            return;
        }
        self.published = Some(now.monotonic);
        if self.failures == 0 {
            for kind in [TroubleKind::Refused, TroubleKind::NoCommit] {
                self.troubles.clear(Place::task(-1, kind), &now);
            }
        }
        self.look_after_inputs(&now);
        let source = &mut self.source;
        let lag = |(at, lane): (&InputPartition, &Lane)| {
            let end = source.known_end(*at)?;
            Some(u64::try_from(end - lane.next_offset).unwrap_or(0))
        };
        let lag = self.lanes.iter().filter_map(lag).sum();
        let waits_for = match (&self.pending, self.joining.has_joined()) {
            // Why is worth asking once it lasts.
            (Some(pending), _) if pending.reported.is_some() => Some(self.source.waiting_for_offsets()),
            (Some(_), _) => Some("the offsets of its partitions are not known yet".to_owned()),
            (None, false) => Some("its group has not given it its partitions yet".to_owned()),
            (None, true) => None,
        };
        self.board.show_router(RouterSnapshot {
            worker: usize::from(self.options.worker),
            partitions: self.lanes.len(),
            has_joined: self.joining.has_joined(),
            waits_for,
            is_at_end: self.lanes.values().all(Lane::is_at_end),
            lag,
            troubles: self.troubles.of(-1),
        });
    }
}

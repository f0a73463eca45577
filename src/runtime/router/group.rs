//! What the group gives and takes.

use super::lane::Lane;
use super::parts::Router;
use super::pending::Pending;
use crate::planted;
use crate::runtime::circuit_breaker::CircuitBreaker;
use crate::runtime::observe::RebalanceKind;
use crate::runtime::ports::{CommitLog, EventSource, Failure, GroupEvent, InputPartition, Position};
use crate::runtime::route::Route;
use crate::runtime::worker::first_offset;
use std::time::Duration;

/// Pause before offsets are asked for again.
const RETRY_PAUSE: Duration = Duration::from_millis(100);
/// Offsets that don't come for this long are said to be waited for.
const REPORT_AFTER: Duration = Duration::from_secs(5);

impl<S: EventSource, L: CommitLog, R: Route> Router<S, L, R> {
    pub(super) fn serve_group(&mut self) -> Result<bool, Failure> {
        match self.source.group_event()? {
            Some(GroupEvent::Assigned(partitions)) => {
                tracing::info!(partitions = partitions.len(), "router: assigned");
                self.observer.rebalance(self.options.worker, RebalanceKind::Assigned, partitions.len());
                self.resolve(partitions);
                Ok(true)
            }
            Some(GroupEvent::Revoked { partitions, lost }) => {
                self.revoked(&partitions, lost)?;
                Ok(true)
            }
            None => {
                let Self { pending, joining, source, clock, .. } = self;
                if pending.is_none() && joining.is_stand_by(|| source.is_member(), clock.monotonic()) {
                    joining.answered();
                }
                self.resolve_offsets()
            }
        }
    }

    /// Offsets of more are to be resolved, with those already on their way.
    pub(super) fn resolve(&mut self, partitions: impl IntoIterator<Item = InputPartition>) {
        let mut all = self.pending.take().unwrap_or_default().partitions;
        all.extend(partitions);
        self.pending = Some(Pending { partitions: all, ..Pending::default() });
    }

    fn resolve_offsets(&mut self) -> Result<bool, Failure> {
        let now = self.clock.monotonic();
        let Some(pending) = &mut self.pending else { return Ok(false) };
        pending.since.get_or_insert(now);
        let partitions: Vec<InputPartition> = pending.partitions.iter().copied().collect();
        if !pending.is_asked {
            if now < pending.ask_at {
                return Ok(false);
            }
            pending.is_asked = true;
            self.source.ask_committed(&partitions);
        }
        if pending.offsets.is_none() {
            pending.offsets = match self.source.committed() {
                Ok(offsets) => offsets.map(|offsets| (offsets, now)),
                Err(failure) => return self.not_started(failure),
            };
        }
        let Some((offsets, since)) = pending.offsets.clone() else {
            self.report_waiting(None);
            return Ok(false);
        };
        if !self.has_looked(since) {
            return Ok(false);
        }
        match self.start(&partitions, &offsets, since) {
            Ok(()) => Ok(true),
            Err(failure) => self.not_started(failure),
        }
    }

    fn not_started(&mut self, failure: Failure) -> Result<bool, Failure> {
        let Failure::Retry(text) = failure else { return Err(failure) };
        let now = self.clock.monotonic();
        if let Some(pending) = &mut self.pending {
            (pending.is_asked, pending.ask_at, pending.offsets) = (false, now + RETRY_PAUSE, None);
        }
        self.report_waiting(Some(&text));
        Ok(false)
    }

    /// `since`: when the committed offsets were known.
    fn start(&mut self, partitions: &[InputPartition], committed: &[Option<Position>], since: Duration) -> Result<(), Failure> {
        let mut from = Vec::with_capacity(partitions.len());
        for (at, committed) in partitions.iter().zip(committed) {
            // What tasks have taken is not taken once more by way of a router.
            let committed = committed.map(|c| c.offset).or_else(|| self.read_before.get(at).copied());
            let first = first_offset(&mut self.source, &self.options, *at, committed)?;
            if let Some(lost) = committed.map(|offset| first - offset).filter(|lost| *lost > 0) {
                self.observer.gap(self.options.worker, at.input, lost.unsigned_abs());
            }
            from.push((*at, first));
        }
        tracing::debug!(?from, "router: starts");
        self.source.start(&from)?;
        self.take_over(partitions, since);
        self.pending = None;
        self.joining.answered();
        self.said = None;
        let breaker = || self.options.poison.map(CircuitBreaker::new);
        let lanes: Vec<_> = from.into_iter().map(|(at, offset)| (at, Lane::new(offset, breaker()))).collect();
        self.lanes.extend(lanes);
        Ok(())
    }

    fn revoked(&mut self, partitions: &[InputPartition], lost: bool) -> Result<(), Failure> {
        tracing::info!(partitions = partitions.len(), lost, "router: revoked");
        let kind = if lost { RebalanceKind::Lost } else { RebalanceKind::Revoked };
        self.observer.rebalance(self.options.worker, kind, partitions.len());
        // Another member may own them already when they are lost.
        let ended = if lost && !planted!(LostIsRouted) { self.abort() } else { self.give_back(partitions) };
        let mut rebuild = None;
        if let Err(failure) = ended {
            tracing::warn!(%failure, "router: the open batch is given up with the partitions");
            match failure {
                Failure::Stop(_) => return Err(failure),
                Failure::Rebuild(_) => rebuild = Some(failure),
                Failure::Retry(_) | Failure::Abort(..) | Failure::Refused(_) => rebuild = self.abort().err(),
            }
        }
        self.lanes.retain(|at, _| !partitions.contains(at) || planted!(RevokedIsRouted));
        self.refused = self.refused.filter(|(at, _)| !partitions.contains(at));
        if self.refused.is_none() {
            // They may be among what others route now; what is still here is suspected again when it is refused again.
            self.suspects = 0;
        }
        if let Some(pending) = &mut self.pending {
            pending.partitions.retain(|at| !partitions.contains(at));
            *pending = Pending { partitions: std::mem::take(&mut pending.partitions), ..Pending::default() };
        }
        self.pending = self.pending.take().filter(|pending| !pending.partitions.is_empty());
        self.source.stop(partitions)?;
        rebuild.map_or(Ok(()), Err)
    }

    fn report_waiting(&mut self, last: Option<&str>) {
        let now = self.clock.monotonic();
        let Some(pending) = &mut self.pending else { return };
        let waited = pending.since.map_or(Duration::ZERO, |since| now.saturating_sub(since));
        if waited < REPORT_AFTER || pending.reported.is_some_and(|at| now.saturating_sub(at) < 6 * REPORT_AFTER) {
            return;
        }
        pending.reported = Some(now);
        let why = self.source.waiting_for_offsets();
        tracing::warn!("router: {why} (last answer: {})", last.unwrap_or("no answer"));
    }
}

//! Where assigned partitions resume: their offsets are requested and waited for.

use super::assignment::REPORT_AFTER;
use super::parts::Worker;
use super::positions::first_offset;
use crate::planted;
use crate::runtime::ports::{EventSource, Failure, InputPartition, Ports, Position};
use crate::runtime::trouble::{Place, TroubleKind};
use std::collections::BTreeSet;
use std::time::Duration;

/// Pause before offsets are asked for again.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

impl<P: Ports> Worker<P> {
    /// Finds out where the pending partitions resume; then starts to fetch, and to restore. Waits without blocking.
    pub(super) fn resolve_offsets(&mut self) -> Result<bool, Failure> {
        let Some(pending) = &self.assignment.pending else {
            self.report_going_on();
            return Ok(false);
        };
        let now = self.clock.monotonic();
        let resolving = &mut self.assignment.resolving;
        resolving.since.get_or_insert(now);
        if !resolving.is_asked {
            if now < resolving.ask_at {
                return Ok(false);
            }
            resolving.is_asked = true;
            self.source.ask_committed(pending);
        }
        let pending = pending.clone();
        let offsets = self.source.committed().and_then(|offsets| self.first_offsets(&pending, offsets));
        let started = offsets.and_then(|offsets| match offsets {
            Some(resolved) => self.resolved(&resolved).map(|()| true),
            None => Ok(false),
        });
        match started {
            Ok(true) => Ok(true),
            Ok(false) => {
                self.report_waiting();
                Ok(false)
            }
            // The answer, if there was one, is used up.
            Err(Failure::Retry(text)) => {
                tracing::debug!("committed offsets are not known yet, or nothing can be started from them: {text}");
                let resolving = &mut self.assignment.resolving;
                (resolving.is_asked, resolving.ask_at, resolving.failed) = (false, now + RETRY_PAUSE, Some(text));
                self.report_waiting();
                Ok(false)
            }
            Err(failure) => Err(failure),
        }
    }

    /// What is committed and where to begin.
    #[allow(clippy::type_complexity, reason = "partition, committed offset, first offset: looked at in one place")]
    fn first_offsets(
        &mut self,
        pending: &[InputPartition],
        positions: Option<Vec<Option<Position>>>,
    ) -> Result<Option<Vec<(InputPartition, (Option<Position>, i64))>>, Failure> {
        let Some(positions) = positions else { return Ok(None) };
        if positions.len() != pending.len() {
            // To start what was answered would leave the others out without a word.
            return Err(Failure::Retry(format!(
                "offsets of {} inputs came, of {} that were asked for",
                positions.len(),
                pending.len()
            )));
        }
        let mut resolved = Vec::with_capacity(pending.len());
        for (partition, committed) in pending.iter().zip(positions) {
            let first = first_offset(&mut self.source, &self.options, *partition, committed.map(|c| c.offset))?;
            resolved.push((*partition, (committed, first)));
        }
        Ok(Some(resolved))
    }

    /// The offsets are known. Nothing fails once the source has started: then they are no longer asked for.
    fn resolved(&mut self, resolved: &[(InputPartition, (Option<Position>, i64))]) -> Result<(), Failure> {
        let from: Vec<(InputPartition, i64)> = resolved.iter().map(|(p, (_, first))| (*p, *first)).collect();
        self.source.start(&from)?;
        for (partition, (committed, first)) in resolved {
            if let Some(lost) = committed.map(|c| first - c.offset).filter(|lost| *lost > 0) {
                self.observer.gap(self.options.worker, partition.input, lost.unsigned_abs());
            }
        }
        self.assignment.pending = None;
        let now = self.now();
        for partition in resolved.iter().map(|(p, _)| p.partition).collect::<BTreeSet<_>>() {
            self.troubles.clear(Place::task(partition, TroubleKind::Waiting), &now);
        }
        self.has_joined();
        self.assignment.held.extend(from.iter().map(|(p, _)| *p));
        self.assignment.waiting.extend(resolved.iter().copied());
        // What came back is reused; what did not is with another member.
        let mut parked = std::mem::take(&mut self.parked);
        for partition in self.assignment.pending() {
            let at = |input| InputPartition { partition, input };
            let all = self.options.all_inputs().count();
            let inputs: Vec<_> =
                (0u16..).take(all).filter_map(|input| self.assignment.waiting.get(&at(input)).copied()).collect();
            if inputs.len() < all {
                // With KIP-848 the others may follow; with the classic protocol `range` brings them together.
                tracing::warn!(
                    partition,
                    here = inputs.len(),
                    of = all,
                    "the task waits for its other inputs; if that lasts, an instance has another subscription or assignor"
                );
                continue;
            }
            for input in (0u16..).take(inputs.len()) {
                self.assignment.waiting.remove(&at(input));
            }
            let another = parked.keys().copied().find(|p| *p != partition).filter(|_| planted!(ParkedOfAnother));
            self.begin_restore(partition, &inputs, parked.remove(&another.unwrap_or(partition)));
        }
        self.publish(true);
        Ok(())
    }

    /// Says what is waited for, when it lasts.
    fn report_waiting(&mut self) {
        let now = self.now();
        let resolving = &self.assignment.resolving;
        let Some(waited) = resolving.since.map(|since| now.monotonic.saturating_sub(since)) else { return };
        if waited < REPORT_AFTER || planted!(WaitForOffsetsSaysNothing) {
            return;
        }
        let last = resolving.failed.as_deref().unwrap_or("no answer");
        let text = format!("{} (last answer: {last})", self.source.waiting_for_offsets());
        let tasks: BTreeSet<i32> = self.assignment.pending.iter().flatten().map(|p| p.partition).collect();
        for partition in tasks {
            self.troubles.raise(Place::task(partition, TroubleKind::Waiting), None, &text, &now);
        }
        if planted!(HeldUpSaysNothing) {
            return;
        }
        // Until an assignment is answered the client library fetches nothing, of what is at work either.
        self.assignment.holds_up = true;
        let text = format!("It is held up until other partitions of this worker are started. {text}");
        for partition in self.runners.keys() {
            self.troubles.raise(Place::task(*partition, TroubleKind::Waiting), None, &text, &now);
        }
    }

    /// What was held up isn't any more.
    fn report_going_on(&mut self) {
        if std::mem::take(&mut self.assignment.holds_up) {
            let now = self.now();
            for partition in self.runners.keys() {
                self.troubles.clear(Place::task(*partition, TroubleKind::Waiting), &now);
            }
        }
    }
}

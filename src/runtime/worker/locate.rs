//! Where assigned partitions go on: their offsets are asked for and waited for, and what keeps inputs from being read is said.

use super::Worker;
use super::positions::first_offset;
use crate::engine::codec::Codec;
use crate::runtime::ports::{CommitLog, Decode, Encode, EventSource, Failure, InputPartition, StateSource};
use crate::runtime::trouble::{Place, TroubleKind};
use std::collections::BTreeSet;
use std::time::Duration;

/// Pause before offsets are asked for again.
const ASK_AGAIN: Duration = Duration::from_millis(100);
/// Offsets that don't come for this long are said to be waited for.
const SAY_AFTER: Duration = Duration::from_secs(5);
/// An input that can't be read for this long makes its task stuck.
const BROKEN_AFTER: Duration = Duration::from_secs(30);
/// How long the state of a revoked task is kept, should the task come back.
const PARKED_FOR: Duration = Duration::from_secs(60);

/// How far the question for offsets is.
#[derive(Default)]
pub(super) struct Locating {
    is_asked: bool,
    ask_at: Duration,
    since: Option<Duration>,
    /// Why the last answer was none.
    failed: Option<String>,
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
    /// Finds out where the pending partitions go on; then starts to fetch, and to restore. Waits without blocking.
    pub(super) fn locate(&mut self) -> Result<bool, Failure> {
        let Some(pending) = &self.assignment.pending else { return Ok(false) };
        let now = self.clock.monotonic();
        let locating = &mut self.assignment.locating;
        locating.since.get_or_insert(now);
        if !locating.is_asked {
            if now < locating.ask_at {
                return Ok(false);
            }
            locating.is_asked = true;
            self.source.ask_committed(pending);
        }
        let pending = pending.clone();
        match self.source.committed().and_then(|offsets| self.first_offsets(&pending, offsets)) {
            Ok(Some(located)) => self.located(&located).map(|()| true),
            Ok(None) => {
                self.say_waiting();
                Ok(false)
            }
            Err(Failure::Retry(text)) => {
                tracing::debug!("committed offsets are not stable yet: {text}");
                let locating = &mut self.assignment.locating;
                (locating.is_asked, locating.ask_at, locating.failed) = (false, now + ASK_AGAIN, Some(text));
                self.say_waiting();
                Ok(false)
            }
            Err(failure) => Err(failure),
        }
    }

    /// Committed offsets and where to begin.
    #[allow(clippy::type_complexity, reason = "partition, committed offset, first offset: looked at in one place")]
    fn first_offsets(
        &mut self,
        pending: &[InputPartition],
        offsets: Option<Vec<Option<i64>>>,
    ) -> Result<Option<Vec<(InputPartition, (Option<i64>, i64))>>, Failure> {
        let Some(offsets) = offsets else { return Ok(None) };
        let mut located = Vec::with_capacity(pending.len());
        for (partition, committed) in pending.iter().zip(offsets) {
            let first = first_offset(&mut self.source, &self.options, *partition, committed)?;
            located.push((*partition, (committed, first)));
        }
        Ok(Some(located))
    }

    /// The offsets are known.
    fn located(&mut self, located: &[(InputPartition, (Option<i64>, i64))]) -> Result<(), Failure> {
        let from: Vec<(InputPartition, i64)> = located.iter().map(|(p, (_, first))| (*p, *first)).collect();
        self.source.start(&from)?;
        for (partition, (committed, first)) in located {
            if let Some(lost) = committed.map(|c| first - c).filter(|lost| *lost > 0) {
                self.observer.gap(self.options.worker, partition.input, lost.unsigned_abs());
            }
        }
        self.assignment.pending = None;
        let now = self.now();
        for partition in located.iter().map(|(p, _)| p.partition).collect::<BTreeSet<_>>() {
            self.troubles.clear(Place::task(partition, TroubleKind::Waiting), &now);
        }
        self.has_joined();
        self.assignment.held.extend(from.iter().map(|(p, _)| *p));
        self.assignment.waiting.extend(located.iter().copied());
        // What came back is reused; what did not is with somebody else.
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
            self.begin_restore(partition, &inputs, parked.remove(&partition))?;
        }
        self.publish(true);
        Ok(())
    }

    /// Says what is waited for, when it lasts.
    fn say_waiting(&mut self) {
        let now = self.now();
        let locating = &self.assignment.locating;
        let Some(waited) = locating.since.map(|since| now.monotonic.saturating_sub(since)) else { return };
        if waited < SAY_AFTER {
            return;
        }
        let last = locating.failed.as_deref().unwrap_or("no answer");
        let text = format!("{} (last answer: {last})", self.source.waiting_for_offsets());
        let tasks: BTreeSet<i32> = self.assignment.pending.iter().flatten().map(|p| p.partition).collect();
        for partition in tasks {
            self.troubles.raise(Place::task(partition, TroubleKind::Waiting), None, &text, &now);
        }
    }

    /// Says of which tasks the state can't be read to its end, when it lasts.
    pub(super) fn say_held_up(&mut self) {
        let now = self.now();
        let topic = self.state.topic();
        for (partition, restoring) in &self.restoring {
            let place = Place::task(*partition, TroubleKind::Waiting);
            let waits = now.monotonic.saturating_sub(restoring.moved) >= SAY_AFTER;
            let Some(offset) = restoring.held_up_at().filter(|_| waits) else {
                self.troubles.clear(place, &now);
                continue;
            };
            let text = format!(
                "partition {partition} of {topic} can't be read past offset {offset}: most likely a transaction that began there is open. That of \
                 an instance which died a moment ago ends by itself within kafka.transaction_timeout; a hanging one does not (a broker that \
                 was killed may leave one behind): `kafka-transactions.sh --bootstrap-server … find-hanging --broker-id …` finds it, `… abort` \
                 ends it, and the task goes on"
            );
            self.troubles.raise(place, Some(topic), &text, &now);
        }
    }

    /// Looks after the inputs now and then: what can't be read, what was lost, and states that nobody came back for.
    pub(super) fn look_after_inputs(&mut self) {
        let now = self.now();
        let broken = self.source.broken();
        let gone: Vec<InputPartition> =
            self.assignment.broken.keys().filter(|at| broken.iter().all(|b| b.at != **at)).copied().collect();
        for at in gone {
            self.assignment.broken.remove(&at);
            self.troubles.clear(Place::input(at.partition, at.input, TroubleKind::BrokenInput), &now);
        }
        for broken in broken {
            let at = broken.at;
            let since = *self.assignment.broken.entry(at).or_insert(now.monotonic);
            if now.monotonic.saturating_sub(since) >= BROKEN_AFTER {
                let topic = self.options.input(at.input).map(String::as_str);
                let text = format!(
                    "{}. It is tried again every few seconds; nothing is passed over. If it lasts: look at the broker's log and at that \
         partition's replicas",
                    broken.text
                );
                self.troubles.raise(Place::input(at.partition, at.input, TroubleKind::BrokenInput), topic, &text, &now);
            }
        }
        for (at, records) in self.source.lost() {
            self.observer.gap(self.options.worker, at.input, records);
        }
        self.parked.retain(|_, parked| now.monotonic.saturating_sub(parked.since) < PARKED_FOR);
    }
}

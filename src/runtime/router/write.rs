//! The open batch of a router: events and dead letters of records, and the offsets after them.

use super::batch::Batch;
use super::lane::Lane;
use super::look::reached;
use super::parts::Router;
use crate::planted;
use crate::runtime::circuit_breaker::Tripped;
use crate::runtime::observe::TransactionOutcome;
use crate::runtime::options::OnPoison;
use crate::runtime::ports::{
    Cause, CommitLog, DeadReason, EventSource, Failure, InputPartition, MappingOutcome, OutRecord, OutTopic, Position, Progress,
    Reached, Rejected,
};
use crate::runtime::route::{Route, RoutedPart};
use std::collections::BTreeSet;
use std::time::Duration;

/// How often a router says how far it is.
const SAY_INTERVAL: Duration = Duration::from_secs(1);

impl<S: EventSource, L: CommitLog, R: Route> Router<S, L, R> {
    /// Routes the next record of a lane; whether there was one.
    pub(super) fn route_head(&mut self, at: InputPartition) -> Result<bool, Failure> {
        let Self { lanes, log, route, batch, options, refused, clock, links, .. } = self;
        let Some(lane) = lanes.get_mut(&at) else { return Ok(false) };
        let Some((records, n)) = lane.head() else { return Ok(false) };
        let is_refused = *refused == Some((at, records.offset(n)));
        let parts = if is_refused { Ok(vec![unwritable()]) } else { route.route(records, n) };
        let parts = match parts {
            Ok(parts) => parts,
            Err(why) => {
                lane.wait(why, clock.monotonic());
                return Ok(false);
            }
        };
        batch.since.get_or_insert_with(|| clock.monotonic());
        batch.records += 1;
        batch.last = Some((at, records.offset(n)));
        let offset = records.offset(n);
        let (mut is_first, mut is_bad, mut has_event) = (true, false, false);
        for part in parts {
            if !std::mem::take(&mut is_first) && batch.is_open && planted!(RecordSplit) {
                log.commit(&[], &mut || false)?;
                log.begin()?;
            }
            *batch.stats.outcomes.entry((at.input, part.outcome)).or_default() += 1;
            let Some(what) = part.what else { continue };
            if !batch.is_open {
                log.begin()?;
                batch.is_open = true;
            }
            let task = at.partition;
            has_event |= what.is_ok();
            // Nothing is wrong with what an input may not say: one visitor must not stop it by that.
            is_bad |= what.as_ref().is_err_and(|rejected| rejected.reason.authority().is_none());
            match what {
                Ok(event) => {
                    let key = match &event.sighted {
                        Some(sighted) => links.tell(sighted, task, &**route, log)?,
                        None => None,
                    };
                    log.send(&OutRecord {
                        task,
                        topic: OutTopic::Events,
                        partition: None,
                        key: Some(key.as_deref().unwrap_or(&event.key).as_bytes()),
                        value: Some(&event.value),
                        timestamp_ms: None,
                        headers: &event.headers,
                    })?;
                }
                Err(_) if planted!(RouterDeadLetterForgotten) => {}
                Err(rejected) => {
                    *batch.stats.dead.entry((at.input, rejected.reason)).or_default() += 1;
                    let budget_bytes = if is_refused { 0 } else { options.dead_letter_budget_bytes };
                    let letter = route.dead_letter(records, n, part.element, &rejected, budget_bytes);
                    log.send(&OutRecord {
                        task,
                        topic: OutTopic::DeadLetters,
                        partition: None,
                        key: letter.key,
                        value: letter.value,
                        timestamp_ms: Some(clock.now_ms()),
                        headers: &letter.headers,
                    })?;
                }
            }
        }
        batch.stats.records += 1;
        lane.step();
        let is_bad = is_bad && !has_event && !is_refused;
        match lane.breaker.as_mut().and_then(|breaker| breaker.count(is_bad)) {
            Some((dead, of)) => Err(self.poisoned(at, &Tripped { input: at.input, offset, dead, of })),
            None => Ok(true),
        }
    }

    /// Too many of the latest records of a lane can't be used: it isn't drained into the dead letters.
    fn poisoned(&mut self, at: InputPartition, tripped: &Tripped) -> Failure {
        let topic = self.options.input(at.input).map_or("", String::as_str);
        let Some(lane) = self.lanes.get_mut(&at) else { return Failure::Retry(String::new()) };
        let text = tripped.text(topic, at.partition, lane.confirmed_offset, &self.options);
        match self.options.on_poison {
            OnPoison::Stop => Failure::Stop(text),
            OnPoison::Pause => {
                lane.paused = Some(text.clone());
                Failure::Abort(Cause::PoisonedInput, text)
            }
        }
    }

    /// Says in every partition of the events how far it is: tasks hold back what must not leave while an order may be on its way.
    pub(super) fn say_how_far(&mut self) -> Result<bool, Failure> {
        let now = self.now();
        let is_news = |lane: &Lane| lane.is_said_unknown && reached(lane, false, &now) != Reached::Unknown;
        let is_due = self.said.is_none_or(|at| now.monotonic.saturating_sub(at) >= SAY_INTERVAL);
        if !(is_due || self.lanes.values().any(is_news)) || self.lanes.is_empty() {
            return Ok(false);
        }
        self.said = Some(now.monotonic);
        self.batch.says = self.look.is_some();
        if self.suspects > 0 {
            // Beside the offsets only: a record that is refused must be alone.
            if self.batch.says {
                self.batch.since.get_or_insert(now.monotonic);
            }
            return Ok(self.batch.says);
        }
        self.batch.has_said = true;
        self.batch.since.get_or_insert(now.monotonic);
        let unseen = |lane: &Lane| lane.head().is_none() && planted!(UnseenIsRouted);
        let is_present = |lane: &Lane| lane.is_at_end() || unseen(lane) || lane.head_ms().is_some_and(|ms| now.is_present(ms));
        let is_read = |lane: &Lane| lane.waits.is_none() && lane.paused.is_none();
        let is_caught_up = |lane: &Lane| (is_read(lane) && is_present(lane)) || planted!(RouterAlwaysCaughtUp);
        let topic = |input: u16| self.options.input(input).cloned().unwrap_or_default();
        let own = self.lanes.iter().map(|(at, lane)| (topic(at.input), at.partition, u8::from(is_caught_up(lane)))).collect();
        let progress = Progress { wall_ms: now.wall_ms, lanes: self.options.lanes, own };
        let headers = self.route.progress(&progress);
        if !self.batch.is_open {
            self.log.begin()?;
            self.batch.is_open = true;
        }
        for partition in 0..self.options.events_partitions.cast_signed() {
            self.log.send(&OutRecord {
                task: -1,
                topic: OutTopic::Events,
                partition: Some(partition),
                key: None,
                value: None,
                timestamp_ms: None,
                headers: &headers,
            })?;
        }
        Ok(true)
    }

    /// Commits the open batch with partitions that this router gives back: what it says beside their offsets is that nobody reads
    /// them now.
    pub(super) fn give_back(&mut self, partitions: &[InputPartition]) -> Result<(), Failure> {
        let given: BTreeSet<InputPartition> = partitions.iter().copied().filter(|at| self.lanes.contains_key(at)).collect();
        if !given.is_empty() && self.look.is_some() {
            self.batch.since.get_or_insert(self.clock.monotonic());
        }
        self.commit_but(&given)
    }

    /// Commits the open batch: its events, its dead letters and the offsets become visible together.
    pub(super) fn commit(&mut self) -> Result<(), Failure> {
        self.commit_but(&BTreeSet::new())
    }

    /// `given`: partitions that are given back with it.
    fn commit_but(&mut self, given: &BTreeSet<InputPartition>) -> Result<(), Failure> {
        let begun = self.clock.monotonic();
        if self.batch.since.is_none() {
            return Ok(());
        }
        if !self.batch.is_open {
            // Everything was skipped: only the offsets move.
            self.log.begin()?;
            self.batch.is_open = true;
        }
        let positions = self.positions(given);
        if planted!(RoutedBeforeOffsets) {
            self.log.commit(&[], &mut || false)?;
            self.log.begin()?;
        }
        if planted!(RoutedBeforeCommit) {
            self.lanes.values_mut().for_each(Lane::confirm);
        }
        self.log.commit(&positions, &mut || false)?;
        tracing::debug!(records = self.batch.records, ?positions, "routed");
        let is_quiet = self.lanes.values().all(|lane| lane.head().is_none());
        for (at, position) in &positions {
            if let Some(lane) = self.lanes.get_mut(at) {
                lane.confirm();
                lane.is_said_unknown = position.mark.is_some_and(|mark| mark.reached == Reached::Unknown);
            }
        }
        let mut batch = std::mem::take(&mut self.batch);
        self.links.committed();
        let now = self.clock.monotonic();
        batch.stats.commit_took = now.saturating_sub(begun);
        self.quiet_since = is_quiet.then_some(now);
        self.suspects = self.suspects.saturating_sub(batch.records);
        if self.suspects == 0 {
            self.refused = None;
        }
        self.failures = 0;
        self.observer.routed(self.options.worker, &batch.stats);
        self.observer.transaction(self.options.worker, TransactionOutcome::Committed);
        Ok(())
    }

    /// The offsets of the open batch. What is said beside one is written with each: without, it would be gone.
    ///
    /// What it says of itself, it says in the name of its membership, which offsets alone are taken by: one that was frozen, and whose
    /// partitions others have, says nothing.
    fn positions(&self, given: &BTreeSet<InputPartition>) -> Vec<(InputPartition, Position)> {
        let now = self.now();
        let broken: BTreeSet<InputPartition> = self.source.broken().into_iter().map(|broken| broken.at).collect();
        let wrong = i64::from(planted!(RoutedOffsetTooHigh)) - i64::from(planted!(RoutedOffsetTooLow));
        let has_said = self.batch.says || self.batch.has_said && !planted!(RouterSpeaksForNobody);
        let is_said = |at: &InputPartition, lane: &Lane| lane.is_touched || has_said || given.contains(at);
        let position = |(at, lane): (&InputPartition, &Lane)| {
            let mark = self.look.is_some().then(|| self.mark(lane, broken.contains(at), !given.contains(at), &now));
            (*at, Position { mark, ..Position::from(lane.next_offset + wrong) })
        };
        self.lanes.iter().filter(|(at, lane)| is_said(at, lane)).map(position).collect()
    }

    /// Gives the open batch up: it is routed again from memory.
    pub(super) fn abort(&mut self) -> Result<(), Failure> {
        self.discard();
        if std::mem::take(&mut self.batch.is_open) {
            self.log.abort()?;
        }
        Ok(())
    }

    pub(super) fn discard(&mut self) {
        self.lanes
            .values_mut()
            .filter(|lane| lane.is_touched)
            .for_each(|lane| if planted!(RouterForgetsToDiscard) { lane.confirm() } else { lane.discard() });
        self.said = None;
        let is_open = self.batch.is_open;
        self.links.aborted();
        self.batch = Batch { is_open, ..Batch::default() };
    }
}

/// What the broker would not take.
fn unwritable() -> RoutedPart {
    let detail = "what its mapping makes of the record is refused by the broker, most likely as it is too large".to_owned();
    RoutedPart {
        outcome: MappingOutcome::Dead,
        what: Some(Err(Rejected { reason: DeadReason::ValueTooLarge, detail })),
        element: None,
    }
}

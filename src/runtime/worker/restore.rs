//! A task is read back from its changelog, or taken up again as it was parked; then it starts to work.

use super::assignment::{Parked, REPORT_AFTER, Restoring};
use super::parts::Worker;
use super::positions::agreed_positions;
use crate::domain::model::{CatchUp, Models};
use crate::domain::{MINUTE_MS, Ms};
use crate::engine::codec::Codec;
use crate::engine::task::Task;
use crate::planted;
use crate::runtime::circuit_breaker::CircuitBreaker;
use crate::runtime::horizon::length;
use crate::runtime::options::Positions;
use crate::runtime::ports::{CommitLog, Encode, EventSource, Failure, InputPartition, Ports, Position, StateSource, TASK_KEY};
use crate::runtime::task_runner::TaskRunner;
use crate::runtime::trouble::{Place, TroubleKind};
use std::sync::Arc;

impl<P: Ports> Worker<P> {
    /// Each task of this worker may keep as many decoded copies as any other.
    pub(super) fn share_decoded_records(&mut self) {
        let each = self.options.decoded_records / self.runners.len().max(1);
        self.runners.values_mut().for_each(|runner| runner.task.keep_decoded(each));
    }

    fn new_runner(&self, partition: i32, mut task: Task<P::Codec>, offsets: &[i64]) -> TaskRunner<P::Codec> {
        task.limit_records(self.options.max_records);
        let breaker = self.options.poison.map(CircuitBreaker::new);
        TaskRunner::new(partition, task, offsets, self.options.inputs.len(), is_replay(&self.models), breaker)
            .behind(self.options.routed_input, self.options.forwards_input)
    }

    fn new_task(&self) -> Task<P::Codec> {
        let mut task = Task::seeded(Arc::clone(&self.models), self.codec.clone(), &self.options.hash_seed);
        if let Some(linking) = &self.options.linking {
            task.link_ids(linking.get());
        }
        task
    }

    pub(super) fn begin_restore(&mut self, partition: i32, inputs: &[(Option<Position>, i64)], parked: Option<Parked<P::Codec>>) {
        let (committed, offsets): (Vec<_>, Vec<_>) = inputs.iter().copied().unzip();
        // A member that went further also wrote to the changelog; this checks the same thing a second time, as the changelog's end may be
        // reported too low.
        let is_last = |p: &Parked<_>| {
            let is_same_time = |time_ms: Option<_>| {
                time_ms.is_none() || p.time_ms.is_none() || time_ms == p.time_ms || planted!(LostIsRevokedUnchecked)
            };
            let is_its = |(c, o): (&Option<Position>, &i64)| c.is_none_or(|c| c.offset <= *o && is_same_time(c.time_ms));
            committed.iter().zip(&p.offsets).all(is_its)
        };
        let parked = parked.filter(|p| is_last(p) || planted!(ParkedIsTrusted, ParkedOfAnother));
        let (task, from, parked) = match parked {
            Some(parked) => (parked.task, Some(parked.end), Some((parked.incarnation, parked.time_ms))),
            None => (self.new_task(), None, None),
        };
        self.state.begin(partition, from);
        let restoring = Restoring {
            committed,
            offsets: offsets.clone(),
            task_record: None,
            parked,
            spoiled: false,
            doubt: None,
            first: from.unwrap_or(0),
            position: from.unwrap_or(0),
            end: i64::MAX,
            since: self.clock.monotonic(),
            moved: self.clock.monotonic(),
        };
        self.restoring.insert(partition, restoring);
        let runner = self.new_runner(partition, task, &offsets);
        self.runners.insert(partition, runner);
    }

    /// Reads on in the changelog; tasks that are done start to work.
    pub(super) fn restore(&mut self) -> Result<bool, Failure> {
        if self.restoring.is_empty() {
            return Ok(false);
        }
        self.ask_doubted();
        let Self { state, runners, restoring, .. } = self;
        let mut any = false;
        let progress = state.step(&mut |partition, key, value| {
            any = true;
            let another = restoring.keys().copied().find(|p| *p != partition).filter(|_| planted!(RestoredToAnother));
            let partition = another.unwrap_or(partition);
            match (runners.get_mut(&partition), restoring.get_mut(&partition)) {
                (Some(runner), Some(restoring)) => install(runner, restoring, key, value),
                _ => Ok(()),
            }
        })?;
        let now = self.clock.monotonic();
        for p in progress {
            let Some(restoring) = self.restoring.get_mut(&p.partition) else { continue };
            if restoring.end == i64::MAX && restoring.parked.is_none() {
                restoring.first = restoring.first.min(p.position);
            }
            let read = if restoring.end == i64::MAX { 0 } else { p.position - restoring.position };
            if p.position > restoring.position {
                restoring.moved = now;
            }
            (restoring.position, restoring.end) = (p.position, p.end);
            let (left, total) = restoring.progress();
            let ratio = if total == 0 { 1.0 } else { 1.0 - left as f64 / total as f64 };
            self.observer.restoring(self.options.worker, p.partition, ratio, read.max(0).unsigned_abs());
            let half = p.position * 2 >= p.end && planted!(RestoredTooEarly, RestoredTooEarlyUnchecked);
            if p.done || half {
                any = true;
                self.restored(p.partition)?;
            }
        }
        self.report_held_up();
        Ok(any)
    }

    /// The changelog of a task is read to its end.
    fn restored(&mut self, partition: i32) -> Result<(), Failure> {
        let Some(mut restoring) = self.restoring.remove(&partition) else { return Ok(()) };
        if restoring.spoiled && !planted!(ParkedIsTrusted) {
            // Another member wrote while the state was parked: from the beginning.
            let task = self.new_task();
            let runner = self.new_runner(partition, task, &restoring.offsets);
            self.runners.insert(partition, runner);
            self.state.begin(partition, None);
            restoring =
                Restoring { task_record: None, parked: None, spoiled: false, first: 0, position: 0, end: i64::MAX, ..restoring };
            self.restoring.insert(partition, restoring);
            return Ok(());
        }
        let record = match &restoring.task_record {
            Some(bytes) => Some(self.encoder.read_task_record(bytes).map_err(|error| {
                Failure::Stop(format!("the task record of changelog partition {partition} can't be read: {error}"))
            })?),
            None => None,
        };
        let mut offsets = restoring.offsets.clone();
        if restoring.parked.is_none() {
            let agreed = agreed_positions(&self.options, partition, &restoring.committed, &offsets, record.as_ref());
            let from = match agreed {
                Ok(from) => from,
                Err(_) if planted!(DisagreementIgnored, RestoredToStableUnchecked, RestoredTooEarlyUnchecked) => offsets.clone(),
                Err(why) => return self.doubt(partition, restoring, why),
            };
            if from != offsets {
                let starts: Vec<_> =
                    (0u16..).zip(&from).map(|(input, offset)| (InputPartition { partition, input }, *offset)).collect();
                if let Err(failure) = self.source.start(&starts) {
                    // Else nobody would come back to it.
                    self.state.begin(partition, Some(restoring.position));
                    self.restoring.insert(partition, restoring);
                    return Err(failure);
                }
                offsets = from;
            }
        }
        let Some(old) = self.runners.remove(&partition) else { return Ok(()) };
        let mut runner = self.new_runner(partition, old.task, &offsets);
        let ahead_ms = runner.task.restore_time(record.as_ref().map_or(Ms::MIN, |r| r.time_ms), self.clock.now_ms());
        warn_of_time(partition, ahead_ms, self.options.max_ahead_ms);
        let drawn = || crate::domain::ids::hash64(format!("{}/{partition}/{}", self.log.name(), self.clock.now_ms()).as_bytes());
        // Who moved the group's offsets on purpose wants what comes again.
        if let Some(record) = record.as_ref().filter(|_| restoring.parked.is_none() && self.options.positions != Positions::Group)
        {
            runner.task.restore_routed(record.routed.iter().copied());
        }
        let written = record.map(|r| (r.incarnation, Some(r.time_ms)));
        (runner.incarnation, runner.committed_ms) = restoring.parked.or(written).unwrap_or_else(|| (drawn(), None));
        runner.active = true;
        for input in self.watches.get(&partition).into_iter().flat_map(|watch| watch.paused.keys()) {
            runner.pause(*input);
        }
        self.runners.insert(partition, runner);
        self.share_decoded_records();
        self.troubles.clear(Place::task(partition, TroubleKind::Waiting), &self.now());
        self.observer.restored(self.options.worker, partition, self.clock.monotonic().saturating_sub(restoring.since));
        tracing::info!(partition, reused = restoring.parked.is_some(), ?offsets, "restored");
        self.publish(true);
        Ok(())
    }

    /// Says of which tasks the state can't be read to its end, when it lasts.
    fn report_held_up(&mut self) {
        let now = self.now();
        let topic = self.state.topic();
        for (partition, restoring) in &self.restoring {
            let place = Place::task(*partition, TroubleKind::Waiting);
            let waits = now.monotonic.saturating_sub(restoring.moved) >= REPORT_AFTER;
            let Some(offset) = restoring.held_up_at().filter(|_| waits) else {
                self.troubles.clear(place, &now);
                continue;
            };
            self.troubles.raise(place, Some(topic), &self.state.held_up(*partition, offset), &now);
        }
    }
}

/// A few milliseconds ahead was only another machine's clock.
fn warn_of_time(partition: i32, ahead_ms: Ms, max_ahead_ms: Ms) {
    if ahead_ms > max_ahead_ms.min(5 * MINUTE_MS) {
        tracing::warn!(
            partition,
            ahead = length(ahead_ms),
            "the state says that this task's time lies ahead of the clock: a record from the future had moved it (before this version), \
             or this machine's clock is slow. It continues at the clock's time; outputs sent early with times in that future stay as they are"
        );
    }
}

/// Installs one record of the changelog.
fn install<C: Codec>(
    runner: &mut TaskRunner<C>,
    restoring: &mut Restoring,
    key: &[u8],
    value: Option<&[u8]>,
) -> Result<(), Failure> {
    if restoring.parked.is_some() {
        restoring.spoiled = true;
    }
    if restoring.spoiled {
        return Ok(());
    }
    if key == TASK_KEY {
        restoring.task_record = value.map(<[u8]>::to_vec);
        return Ok(());
    }
    let partition = runner.partition;
    let key = std::str::from_utf8(key).map_err(|_| {
        Failure::Stop(format!(
            "changelog partition {partition} holds a key that is not UTF-8: it is not a changelog of leadstream"
        ))
    })?;
    runner.task.install(key, value).map_err(|e| Failure::Stop(format!("changelog partition {partition}: {e}")))
}

/// Whether the models want steps to fire in event time.
fn is_replay(models: &Models) -> bool {
    models.in_charge().cart.catch_up == CatchUp::Replay
}

//! One worker: receive, apply, commit, publish. A plain loop over ports, which the supervisor runs on a thread of the worker's own.
//! Tests that have ports in memory call [`Worker::step`] instead: the same loop without a thread and without real time.

mod alone;
mod assign;
mod assignment;
mod batch;
mod commit;
mod doubt;
mod fetch;
mod inputs;
mod parts;
mod positions;
mod publish;
mod recover;
mod resolve_offsets;
mod restore;
mod say;
mod write;

use super::circuit_breaker::Tripped;
use super::options::{OnPoison, Options};
use super::partitioners::disagreement;
use super::ports::{Cause, CommitLog, EventSource, Failure, Ports, RecordBatch};
use super::task_runner::{Collect, TaskRunner, left_to_fire, unreadable};
use super::trouble::{Place, TroubleKind};
use super::watch::Watch;
use crate::engine::codec::Codec;
use batch::Batch;
use fetch::fetch_task;
use parts::is_aside;
pub use parts::{Parts, Shared, Worker};
pub(super) use positions::first_offset;
use std::sync::atomic::Ordering;
use std::time::Duration;
use write::Writer;

/// The longest sleep of the loop: a stop request and group events are seen this soon.
const LONGEST_SLEEP: Duration = Duration::from_millis(50);
/// Records applied to one task before the next one has its turn.
const RECORDS_PER_RUN: usize = 2_000;

/// What an iteration of the loop did.
#[derive(Default)]
struct Iteration {
    busy: bool,
}

impl<P: Ports> Worker<P> {
    /// Runs until it is asked to stop (`Ok`), or until nothing but a person can help.
    ///
    /// # Errors
    /// What happened and what to do.
    pub fn run(&mut self) -> Result<(), Failure> {
        while !self.stop.load(Ordering::Relaxed) {
            self.step()?;
        }
        self.shut_down();
        Ok(())
    }

    /// One iteration of the loop, with the wait at its end, or with what its failure asks for. All waits are those of the source,
    /// all time is the clock's.
    ///
    /// # Errors
    /// As [`Worker::run`]; the worker is of no more use then.
    pub fn step(&mut self) -> Result<(), Failure> {
        let iterated = self.iterate();
        let result = iterated.map(|iteration| self.idle(&iteration)).or_else(|failure| self.recover(failure));
        if let Err(failure) = result {
            self.publish_stuck(&failure);
            return Err(failure);
        }
        self.publish(false);
        Ok(())
    }

    /// One iteration of the loop.
    fn iterate(&mut self) -> Result<Iteration, Failure> {
        let mut iteration = Iteration::default();
        self.answer();
        iteration.busy |= self.serve_group()?;
        iteration.busy |= self.restore()?;
        iteration.busy |= self.fetch()?;
        iteration.busy |= self.try_alone()?;
        let applied = if self.linger_left().is_some() { 0 } else { self.apply(None)? };
        iteration.busy |= applied > 0;
        self.say_how_far()?;
        if self.must_commit(applied) {
            self.commit()?;
            iteration.busy = true;
        }
        Ok(iteration)
    }

    /// Fetches what is there, up to the bound of each input.
    fn fetch(&mut self) -> Result<bool, Failure> {
        let now = self.now();
        let options = &self.options;
        let mut any = false;
        for runner in self.runners.values_mut() {
            any |= fetch_task(runner, &mut self.source, self.decoder.as_ref(), options, &mut self.samples, &now)?;
        }
        if any
            && !self.options.allow_mixed_partitioners
            && let Some(text) = disagreement(&self.options.inputs, &self.samples, self.options.partitions)
        {
            return Err(Failure::Stop(text));
        }
        Ok(any)
    }

    /// Applies what is in merge order, and fires what is due; of all tasks that are not set aside, or of one (`alone`) at most this many
    /// records.
    fn apply(&mut self, alone: Option<(i32, usize)>) -> Result<usize, Failure> {
        let now = self.now();
        let most = alone.map_or_else(|| self.limits(&now).max_events, |(_, records)| records);
        let left = most.saturating_sub(self.batch.records);
        let short = self.shortens_reminders();
        let Self { runners, batch, log, encoder, decoder, options, observer, watches, .. } = self;
        let has_turn = |runner: &TaskRunner<P::Codec>| match alone {
            Some((partition, _)) => runner.partition == partition,
            None => !is_aside(watches, runner.partition),
        };
        let Batch { effects, stats, encoded, open, records, since, done } = batch;
        let is_bare = alone.is_some_and(|(p, _)| watches.get(&p).is_some_and(|w| w.is_letter_too_large));
        let wall_ms = now.wall_ms;
        let mut writer = Writer { log, encoder: encoder.as_ref(), options, wall_ms, short, is_bare, open, encoded, done };
        let mut applied = 0;
        for runner in runners.values_mut().filter(|runner| runner.active && has_turn(runner)) {
            let mut dead = |batch: &dyn RecordBatch, n: usize, rejected: &_| writer.dead_letter(batch, n, rejected);
            let mut collect = Collect { effects, stats, dead: &mut dead };
            let dead_before: u64 = collect.stats.dead.values().sum();
            let ran = runner.run(RECORDS_PER_RUN.min(left.saturating_sub(applied)), &now, decoder.as_ref(), &mut collect)?;
            if let Some(input) = ran.waiting_for {
                observer.waited_for(options.worker, input);
            }
            applied += ran.applied;
            *records += ran.applied;
            if let Some(tripped) = ran.tripped {
                return Err(pause(runner, watches.entry(runner.partition).or_default(), &tripped, options));
            }
            writer.count(runner.partition, ran.applied as u64, stats.dead.values().sum::<u64>() - dead_before);
            runner.advance(&now, left_to_fire(effects, stats), effects);
            if let Some(error) = effects.unreadable.take() {
                return Err(unreadable(runner.partition, &error));
            }
            if runner.has_idled() {
                runner.touched = true;
                writer.open()?;
            }
            writer.outputs(runner.partition, effects, stats)?;
        }
        if applied > 0 || stats.fired > 0 || *open {
            since.get_or_insert(now.monotonic);
        }
        Ok(applied)
    }

    /// Tries a task that was set aside, in a transaction of its own, when its time has come.
    fn try_alone(&mut self) -> Result<bool, Failure> {
        if self.batch.open || self.batch.since.is_some() {
            return Ok(false);
        }
        let now = self.now().monotonic;
        let is_active = |partition| self.runners.get(partition).is_some_and(|runner| runner.active);
        let due = |(partition, watch): (&i32, &Watch)| Some((*partition, watch.trial(now)?));
        let Some((partition, records)) = self.watches.iter().filter(|(p, _)| is_active(*p)).find_map(due) else {
            return Ok(false);
        };
        self.alone = Some(partition);
        let applied = self.apply(Some((partition, records)))?;
        self.commit()?;
        self.alone = None;
        let now = self.now();
        if self.watches.entry(partition).or_default().committed_alone(applied, now.monotonic) {
            self.troubles.clear(Place::task(partition, TroubleKind::Refused), &now);
        }
        Ok(true)
    }

    fn must_commit(&self, applied: usize) -> bool {
        let Some(since) = self.batch.since else { return false };
        let age = self.clock.monotonic().saturating_sub(since);
        let nothing_more = applied == 0 && (self.quiet_since.is_some() || age >= self.options.batch.linger);
        nothing_more || self.is_full(age)
    }

    /// Sleeps when there was nothing to do: until something arrives or is due.
    fn idle(&mut self, iteration: &Iteration) {
        if iteration.busy {
            return;
        }
        let mut sleep = self.linger_left().unwrap_or_else(|| self.until_next()).min(LONGEST_SLEEP);
        if !self.restoring.is_empty() || self.assignment.is_pending() {
            sleep = sleep.min(Duration::from_millis(2));
        }
        if !sleep.is_zero() {
            self.source.wait(sleep);
        }
    }

    /// How long there is nothing to do, should nothing arrive: until the batch has lingered or a timer is due.
    fn until_next(&self) -> Duration {
        let now = self.now();
        let mut sleep = Duration::MAX;
        if let Some(since) = self.batch.since {
            sleep = sleep.min(self.options.batch.linger.saturating_sub(now.monotonic.saturating_sub(since)));
        }
        if let Some(deadline) = self.at_work().filter_map(|runner| runner.next_deadline_ms(&now)).min() {
            let ms = (deadline - now.wall_ms).max(0) as f64 / self.clock.speed();
            sleep = sleep.min(Duration::from_micros((ms * 1_000.0).min(1e9) as u64));
        }
        sleep
    }

    /// Finishes the open batch, leaves the group. The supervisor bounds it.
    pub fn shut_down(&mut self) {
        if let Err(failure) = self.commit() {
            tracing::warn!(%failure, "the last batch is not committed; it is taken again at the next start");
            // What is left open, the broker aborts.
            self.log.abort().unwrap_or_default();
        }
        self.runners.clear();
        self.parked.clear();
        self.source.leave();
        self.board.worker_ended(usize::from(self.options.worker));
    }
}

/// What becomes of an input of which too many records can't be used.
fn pause<C: Codec>(runner: &mut TaskRunner<C>, watch: &mut Watch, tripped: &Tripped, options: &Options) -> Failure {
    let from = runner.confirmed_positions().nth(usize::from(tripped.input)).unwrap_or_default();
    let topic = options.input(tripped.input).map_or("", String::as_str);
    let text = tripped.text(topic, runner.partition, from, options);
    match options.on_poison {
        OnPoison::Stop => Failure::Stop(text),
        OnPoison::Pause => {
            runner.pause(tripped.input);
            watch.paused.insert(tripped.input, text.clone());
            Failure::Abort(Cause::PoisonedInput, text)
        }
    }
}

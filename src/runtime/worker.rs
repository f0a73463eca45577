//! One worker: receive, apply, commit, publish. A plain loop over ports, so that a simulator can drive the very same one.

mod alone;
mod assign;
mod commit;
mod doubt;
mod locate;
mod positions;
mod publish;

use super::chunk::Chunk;
use super::lane::{Collect, Lane, Now, unreadable};
use super::lookup::Question;
use super::observe::{BatchStats, Observer};
use super::options::{BatchLimits, OnPoison, Options};
use super::partitioners::{Sample, disagreement};
use super::poison::Poisoned;
use super::ports::{
    Cause, Clock, CommitLog, Decode, Encode, Encoded, EventSource, Failure, InputPartition, RecordBatch, Room, StateSource,
};
use super::snapshot::{Board, Done};
use super::trouble::Troubles;
use super::watch::Watch;
use crate::domain::model::{CatchUp, Models};
use crate::engine::codec::Codec;
use crate::engine::task::BatchEffects;
use assign::{Assignment, Parked, Restoring};
use commit::Writer;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;
use std::time::Duration;

/// The longest sleep of the loop: a stop request and group events are seen this soon.
const LONGEST_SLEEP: Duration = Duration::from_millis(50);
/// Records taken from one partition queue at a time.
const FETCH_AT_ONCE: usize = 1_000;
/// Records applied to one task before the next one has its turn.
const TURN_RECORDS: usize = 2_000;
/// Longest pause after failures in a row.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Everything that a worker is made of.
pub struct Parts<S, L, R, D, E, C> {
    pub source: S,
    pub log: L,
    pub state: R,
    pub decoder: Arc<D>,
    pub encoder: Arc<E>,
    pub codec: C,
    pub models: Arc<Models>,
    pub clock: Arc<dyn Clock + Send + Sync>,
    pub observer: Arc<dyn Observer>,
    pub board: Arc<Board>,
    /// Questions about single prospects.
    pub mailbox: Receiver<Question>,
    /// Workers of this instance that have heard from the group.
    pub joined: Arc<AtomicUsize>,
    pub stop: Arc<AtomicBool>,
    pub options: Options,
}

/// One worker: the tasks that the group gave it, its consumer and its transactional producer.
pub struct Worker<S, L, R, D, E, C: Codec> {
    source: S,
    log: L,
    state: R,
    decoder: Arc<D>,
    encoder: Arc<E>,
    codec: C,
    models: Arc<Models>,
    clock: Arc<dyn Clock + Send + Sync>,
    observer: Arc<dyn Observer>,
    board: Arc<Board>,
    mailbox: Receiver<Question>,
    all_joined: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    options: Options,
    lanes: BTreeMap<i32, Lane<C>>,
    assignment: Assignment,
    restoring: BTreeMap<i32, Restoring>,
    parked: BTreeMap<i32, Parked<C>>,
    batch: Batch,
    /// When the last batch was committed, if it ended because nothing more was there.
    quiet_since: Option<Duration>,
    samples: Vec<Sample>,
    joined: bool,
    failures: u32,
    last_published: Option<Duration>,
    troubles: Troubles,
    /// By partition.
    watches: BTreeMap<i32, Watch>,
    /// The task that is tried alone just now.
    alone: Option<i32>,
    failure_logged: Option<Duration>,
}

/// The open batch.
#[derive(Default)]
struct Batch {
    effects: BatchEffects,
    stats: BatchStats,
    encoded: Encoded,
    /// A transaction is open.
    open: bool,
    records: usize,
    /// When its first event was applied, or its first timer fired.
    since: Option<Duration>,
    /// What it did, by partition.
    done: BTreeMap<i32, Done>,
}

/// What a turn of the loop did.
#[derive(Default)]
struct Turn {
    busy: bool,
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
    pub fn new(parts: Parts<S, L, R, D, E, C>) -> Self {
        let samples = vec![Sample::default(); parts.options.inputs.len()];
        Self {
            source: parts.source,
            log: parts.log,
            state: parts.state,
            decoder: parts.decoder,
            encoder: parts.encoder,
            codec: parts.codec,
            models: parts.models,
            clock: parts.clock,
            observer: parts.observer,
            board: parts.board,
            mailbox: parts.mailbox,
            all_joined: parts.joined,
            stop: parts.stop,
            options: parts.options,
            lanes: BTreeMap::new(),
            assignment: Assignment::default(),
            restoring: BTreeMap::new(),
            parked: BTreeMap::new(),
            batch: Batch::default(),
            quiet_since: None,
            samples,
            joined: false,
            failures: 0,
            last_published: None,
            troubles: Troubles::default(),
            watches: BTreeMap::new(),
            alone: None,
            failure_logged: None,
        }
    }

    /// Runs until it is asked to stop (`Ok`), or until nothing but a person can help.
    ///
    /// # Errors
    /// What happened and what to do.
    pub fn run(&mut self) -> Result<(), Failure> {
        while !self.stop.load(Ordering::Relaxed) {
            let turned = self.turn();
            let result = turned.map(|turn| self.rest(&turn)).or_else(|failure| self.recover(failure));
            if let Err(failure) = result {
                self.publish_stuck(&failure);
                return Err(failure);
            }
            self.publish(false);
        }
        self.shut_down()
    }

    /// One turn of the loop.
    fn turn(&mut self) -> Result<Turn, Failure> {
        let mut turn = Turn::default();
        self.answer();
        turn.busy |= self.serve_group()?;
        turn.busy |= self.restore()?;
        turn.busy |= self.fetch()?;
        turn.busy |= self.try_alone()?;
        let applied = if self.gathering().is_some() { 0 } else { self.apply(None)? };
        turn.busy |= applied > 0;
        if self.must_commit(applied) {
            self.commit()?;
            turn.busy = true;
        }
        Ok(turn)
    }

    fn now(&self) -> Now {
        let behind_ms = self.options.behind_after.as_millis() as f64 * self.clock.speed();
        Now {
            wall_ms: self.clock.now_ms(),
            monotonic: self.clock.monotonic(),
            behind_after_ms: behind_ms as i64,
            max_ahead_ms: self.options.max_ahead_ms,
        }
    }

    /// Fetches what is there, up to the bound of each input.
    fn fetch(&mut self) -> Result<bool, Failure> {
        let options = &self.options;
        let mut any = false;
        for lane in self.lanes.values_mut() {
            any |= fetch_lane(lane, &mut self.source, self.decoder.as_ref(), options, &mut self.samples)?;
        }
        if any
            && !self.options.allow_mixed_partitioners
            && let Some(text) = disagreement(&self.options.inputs, &self.samples, self.options.partitions)
        {
            return Err(Failure::Stop(text));
        }
        Ok(any)
    }

    /// Applies what is in merge order, and fires what is due; of all tasks that are not set aside, or of one (`alone`) so many
    /// records.
    fn apply(&mut self, alone: Option<(i32, usize)>) -> Result<usize, Failure> {
        let now = self.now();
        let most = alone.map_or_else(|| self.limits(&now).max_events, |(_, records)| records);
        let left = most.saturating_sub(self.batch.records);
        let short = self.shortens_reminders();
        let Self { lanes, batch, log, encoder, decoder, options, observer, watches, .. } = self;
        let has_turn = |lane: &Lane<C>| match alone {
            Some((partition, _)) => lane.partition == partition,
            None => !is_aside(watches, lane.partition),
        };
        let Batch { effects, stats, encoded, open, records, since, done } = batch;
        let is_bare = alone.is_some_and(|(p, _)| watches.get(&p).is_some_and(|w| w.is_letter_too_large));
        let wall_ms = now.wall_ms;
        let mut writer = Writer { log, encoder: encoder.as_ref(), options, wall_ms, short, is_bare, open, encoded, done };
        let mut applied = 0;
        let mut fired = false;
        for lane in lanes.values_mut().filter(|lane| lane.active && has_turn(lane)) {
            let mut dead = |batch: &dyn RecordBatch, n: usize, rejected: &_| writer.dead_letter(batch, n, rejected);
            let mut collect = Collect { effects, stats, dead: &mut dead };
            let dead_before: u64 = collect.stats.dead.values().sum();
            let ran = lane.run(TURN_RECORDS.min(left.saturating_sub(applied)), &now, decoder.as_ref(), &mut collect)?;
            if let Some(input) = ran.waiting_for {
                observer.waited_for(options.worker, input);
            }
            applied += ran.applied;
            *records += ran.applied;
            if let Some(poisoned) = ran.poisoned {
                return Err(pause(lane, watches.entry(lane.partition).or_default(), &poisoned, options));
            }
            writer.count(lane.partition, ran.applied as u64, stats.dead.values().sum::<u64>() - dead_before);
            fired |= lane.advance(&now, effects);
            if let Some(error) = effects.unreadable.take() {
                return Err(unreadable(lane.partition, &error));
            }
            writer.outputs(lane.partition, effects, stats)?;
        }
        if applied > 0 || fired || *open {
            since.get_or_insert(now.monotonic);
        }
        Ok(applied)
    }

    /// How long the next batch still gathers before anything of it is applied.
    ///
    /// A broker answers a commit before it has ended the transaction everywhere; whoever begins the next one meanwhile is told
    /// so, and the client library asks again after 20 ms. Events that come in quick succession wait these few instead.
    fn gathering(&self) -> Option<Duration> {
        let waited = self.clock.monotonic().saturating_sub(self.quiet_since?);
        self.options.batch.linger.checked_sub(waited).filter(|left| !left.is_zero())
    }

    fn must_commit(&self, applied: usize) -> bool {
        let Some(since) = self.batch.since else { return false };
        let age = self.clock.monotonic().saturating_sub(since);
        let nothing_more = applied == 0 && (self.quiet_since.is_some() || age >= self.options.batch.linger);
        nothing_more || self.is_full(age)
    }

    fn limits(&self, now: &Now) -> BatchLimits {
        let behind = self.at_work().any(|lane| lane.has_backlog(now));
        if behind { self.options.batch_in_backlog } else { self.options.batch }
    }

    /// The tasks that are not set aside.
    fn at_work(&self) -> impl Iterator<Item = &Lane<C>> {
        self.lanes.values().filter(|lane| lane.active && !is_aside(&self.watches, lane.partition))
    }

    fn is_full(&self, age: Duration) -> bool {
        let limits = self.limits(&self.now());
        let bytes: usize = self.lanes.values().map(Lane::applied_bytes).sum();
        self.batch.records >= limits.max_events || age >= limits.longest || bytes >= self.options.fetch.batch
    }

    /// Sleeps when there was nothing to do: until something arrives or is due.
    fn rest(&mut self, turn: &Turn) {
        if turn.busy {
            return;
        }
        let mut sleep = self.gathering().unwrap_or_else(|| self.until_next()).min(LONGEST_SLEEP);
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
        if let Some(deadline) = self.at_work().filter_map(|lane| lane.next_deadline_ms(&now)).min() {
            let ms = (deadline - now.wall_ms).max(0) as f64 / self.clock.speed();
            sleep = sleep.min(Duration::from_micros((ms * 1_000.0).min(1e9) as u64));
        }
        sleep
    }

    /// Finishes the open batch, leaves the group. Whoever asked for the stop bounds it.
    fn shut_down(&mut self) -> Result<(), Failure> {
        if let Err(failure) = self.commit() {
            tracing::warn!(%failure, "the last batch is not committed; it is taken again at the next start");
            // What is left open, the broker aborts.
            self.log.abort().unwrap_or_default();
        }
        self.lanes.clear();
        self.parked.clear();
        self.source.leave();
        self.board.no_more_beats(usize::from(self.options.worker));
        Ok(())
    }
}

/// Whether a task is tried alone.
fn is_aside(watches: &BTreeMap<i32, Watch>, partition: i32) -> bool {
    watches.get(&partition).is_some_and(Watch::is_aside)
}

/// What becomes of an input of which too many records can't be used.
fn pause<C: Codec>(lane: &mut Lane<C>, watch: &mut Watch, poisoned: &Poisoned, options: &Options) -> Failure {
    let from = lane.confirmed_positions().nth(usize::from(poisoned.input)).unwrap_or_default();
    let topic = options.input(poisoned.input).map_or("", String::as_str);
    let text = poisoned.text(topic, lane.partition, from, options.on_poison);
    match options.on_poison {
        OnPoison::Stop => Failure::Stop(text),
        OnPoison::Pause => {
            lane.pause(poisoned.input);
            watch.paused.insert(poisoned.input, text.clone());
            Failure::Abort(Cause::PoisonedInput, text)
        }
    }
}

/// Fetches for one task.
fn fetch_lane<S: EventSource, D: Decode, C: Codec>(
    lane: &mut Lane<C>,
    source: &mut S,
    decoder: &D,
    options: &Options,
    samples: &mut [Sample],
) -> Result<bool, Failure> {
    let mut any = false;
    for input in (0u16..).take(options.all_inputs().count()) {
        let ahead = Room { records: options.fetch_ahead, bytes: options.fetch.ahead };
        let room = lane.room(input, ahead);
        // Small helpings cost more per record: wait for room, as long as there is enough to work on.
        if room.records < FETCH_AT_ONCE.min(ahead.records / 2) || room.bytes < ahead.bytes / 2 {
            continue;
        }
        let room = Room { records: room.records.min(FETCH_AT_ONCE), ..room };
        let from = InputPartition { partition: lane.partition, input };
        let Some(fetched) = source.fetch(from, room)? else { continue };
        any = true;
        let chunk = (!fetched.records.is_empty()).then(|| Chunk::of(fetched.records));
        // The internal input is our own producer's: it says nothing of the others'.
        if let (Some(sample), Some(chunk)) = (samples.get_mut(usize::from(input)), &chunk)
            && let Some(key) = chunk.records().view(0).key
        {
            sample.add(key, lane.partition, options.partitions);
        }
        lane.push(input, chunk, fetched.end, decoder);
    }
    Ok(any)
}

/// Whether the models want steps to fire in event time.
fn is_replay(models: &Models) -> bool {
    models.in_charge().cart.catch_up == CatchUp::Replay
}

//! One task with its inputs: fetched chunks, cursors, the merge, and how the task stands to the world's time.
//!
//! Records stay until their batch is committed, so that an aborted batch is taken again from memory.

mod input;
mod others;
mod routers;

use super::circuit_breaker::{CircuitBreaker, Tripped};
pub use super::horizon::Now;
use super::horizon::RefusedAhead;
use super::observe::BatchStats;
use super::ports::{Decode, Failure, FetchRoom, Prepared, RecordBatch, Rejected};
use super::snapshot::counters::TaskCounters;
use crate::domain::Ms;
use crate::engine::codec::{Codec, CodecError};
use crate::engine::merge::{Choice, Head, choose};
use crate::engine::task::{BatchEffects, Mode, Task};
use crate::planted;
use input::{Held, Input};
use others::Others;
use std::time::Duration;

/// So many timers fire in one batch: what comes due together after an outage, however much that is, must not outlast a transaction. As
/// many outputs as a quarter of a batch's events (`engine.batch_max_events`) brings about at the most.
pub const MOST_FIRED: u64 = 5_000;

/// What a run gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ran {
    pub applied: usize,
    /// An event is in hand, but this input must be waited for.
    pub waiting_for: Option<u16>,
    /// Too many records of an input can't be used: what was taken of it must be given up.
    pub tripped: Option<Tripped>,
}

/// Writes the dead letter of record n of a batch.
pub type WriteDead<'a> = dyn FnMut(&dyn RecordBatch, usize, &Rejected) -> Result<(), Failure> + 'a;

/// What runs are collected into.
pub struct Collect<'a> {
    pub effects: &'a mut BatchEffects,
    pub stats: &'a mut BatchStats,
    /// Writes a dead letter.
    pub dead: &'a mut WriteDead<'a>,
}

/// So many timers may fire yet in this batch.
pub fn left_to_fire(effects: &BatchEffects, stats: &BatchStats) -> u64 {
    MOST_FIRED.saturating_sub(stats.fired + effects.fired)
}

/// One task at work.
pub struct TaskRunner<C: Codec> {
    pub partition: i32,
    pub task: Task<C>,
    inputs: Vec<Input>,
    refused: RefusedAhead,
    /// Of the changelog.
    pub incarnation: u64,
    /// The task's time in its last commit.
    pub committed_ms: Option<Ms>,
    /// Part of the open batch.
    pub touched: bool,
    /// Restored, and at work.
    pub active: bool,
    /// What it did since it was assigned here.
    pub done: TaskCounters,
    /// Wall clock of the last commit.
    pub last_commit_ms: Option<Ms>,
    replay: bool,
    was_live: bool,
    /// Inputs of the configuration; one more is the updates of members for their accounts.
    external: usize,
    /// What is known of routers and of the other tasks.
    pub others: Others,
}

impl<C: Codec> TaskRunner<C> {
    /// A runner that reads from these offsets, one per input, of which this many are configured ones. `replay`:
    /// `catch_up = "replay"`.
    pub fn new(
        partition: i32,
        task: Task<C>,
        offsets: &[i64],
        external: usize,
        replay: bool,
        breaker: Option<CircuitBreaker>,
    ) -> Self {
        let inputs = (0..=u16::MAX).zip(offsets).map(|(number, offset)| Input::new(number, *offset, breaker.clone())).collect();
        Self {
            partition,
            task,
            inputs,
            refused: RefusedAhead::default(),
            incarnation: 0,
            committed_ms: None,
            touched: false,
            active: false,
            done: TaskCounters::default(),
            last_commit_ms: None,
            replay,
            was_live: false,
            external,
            others: Others::default(),
        }
    }

    /// Room for more records of an input, when so much may be fetched ahead.
    pub fn room(&self, input: u16, ahead: FetchRoom) -> FetchRoom {
        if !self.active {
            return FetchRoom { records: 0, bytes: 0 };
        }
        let input = &self.inputs[usize::from(input)];
        FetchRoom { records: ahead.records.saturating_sub(input.ahead), bytes: ahead.bytes.saturating_sub(input.ahead_bytes) }
    }

    /// Bytes of the records that the open batch has applied, kept in case it is aborted.
    pub fn applied_bytes(&self) -> usize {
        self.inputs.iter().map(|input| input.applied_bytes).sum()
    }

    /// Takes what was fetched of an input. `since`: since when what can't be read of it is waited for, should there be any.
    pub fn push(&mut self, input: u16, prepared: Prepared, end: Option<i64>, since: Duration, decoder: &impl Decode) {
        self.inputs[usize::from(input)].push(prepared, end, since, decoder);
    }

    /// Tries what waits for a schema again, and says whether some of it can be read now. `known_end`: the newest end of the input that
    /// is known, as it may have grown while this waited.
    pub fn resume(&mut self, input: u16, known_end: Option<i64>, now: &Now, decoder: &impl Decode) -> bool {
        let input = &mut self.inputs[usize::from(input)];
        let Some(Held { waiting, end, since }) = input.held.take() else { return false };
        let end = end.filter(|end| known_end.is_none_or(|known| known <= *end));
        let prepared = decoder.resume(waiting, input.number);
        let is_on = prepared.records.is_some();
        input.push(prepared, end, if is_on { now.monotonic } else { since }, decoder);
        is_on
    }

    /// Since when a record of this input waits for its schema, and what to do.
    pub fn waits(&self, input: u16) -> Option<(Duration, &str)> {
        self.inputs.get(usize::from(input))?.held.as_ref().map(|held| (held.since, held.waiting.why.as_str()))
    }

    /// What was fetched of an input and not taken in was thrown away, and comes again.
    pub fn forget_end(&mut self, input: u16, decoder: &impl Decode) {
        self.inputs[usize::from(input)].forget_end(decoder);
    }

    /// Next offset per input, the open batch included.
    pub fn positions(&self) -> impl Iterator<Item = i64> + '_ {
        self.inputs.iter().map(|i| i.next_offset)
    }

    /// All inputs are at their end, or what comes next is young (`engine.behind_after`), and so it is with whoever writes them.
    pub fn is_caught_up(&self, now: &Now) -> bool {
        self.has_read_its_own(now) && self.others.have_told(now)
    }

    fn has_read_its_own(&self, now: &Now) -> bool {
        // Nothing of accounts flows back into a prospect: the updates of members need not be read for that.
        self.inputs[..self.external].iter().all(|i| i.is_caught_up(now)) && self.others.are_routed(now)
    }

    /// How sure the task is that nothing is on its way to it.
    pub fn look_at_others(&mut self, now: &Now) -> u8 {
        let is_read = self.active && self.has_read_its_own(now);
        self.others.look(is_read, now)
    }

    /// These inputs are what routers write, and what ids are told: the task is not caught up before they are.
    #[must_use]
    pub fn behind(mut self, routed: Option<u16>, forwards: Option<u16>) -> Self {
        self.others = Others::new(routed, forwards, &self.positions().collect::<Vec<_>>());
        self
    }

    /// What others say of themselves must be committed before it is deleted.
    pub fn has_idled(&self) -> bool {
        self.active && !self.others.are_none() && self.others.have_idled(&self.positions().collect::<Vec<_>>())
    }

    /// The offsets are committed.
    pub fn committed(&mut self) {
        let positions: Vec<i64> = self.positions().collect();
        self.others.committed(&positions);
    }

    /// An input that is read on is not caught up.
    pub fn has_backlog(&self, now: &Now) -> bool {
        self.inputs[..self.external].iter().any(|i| !i.is_paused && !i.is_caught_up(now))
    }

    /// Something waits to be committed, or to be taken, and nothing that has its own trouble is waited for.
    pub fn has_in_hand(&self) -> bool {
        let waits = self.inputs.iter().any(|input| input.held.is_some());
        self.touched || (!waits && self.inputs.iter().any(Input::has_records))
    }

    /// Next offset per input as it is committed.
    pub fn confirmed_positions(&self) -> impl Iterator<Item = i64> + '_ {
        self.inputs.iter().map(|i| i.confirmed_offset)
    }

    /// Nothing of an input is taken any more.
    pub fn pause(&mut self, input: u16) {
        self.inputs[usize::from(input)].is_paused = true;
        if planted!(PausedIsDropped) {
            self.inputs[usize::from(input)].confirm();
        }
    }

    fn mode(&self, now: &Now) -> Mode {
        match (self.replay, self.is_caught_up(now)) {
            (false, false) if planted!(HoldForgotten) => Mode::Live { wall_ms: now.wall_ms },
            (true, _) => Mode::Virtual,
            (false, true) => Mode::Live { wall_ms: now.wall_ms },
            (false, false) => Mode::Behind,
        }
    }

    /// Applies at most `budget` records in merge order.
    ///
    /// # Errors
    /// A dead letter can't be written, or a record of the state can't be read.
    pub fn run(&mut self, budget: usize, now: &Now, decoder: &impl Decode, into: &mut Collect<'_>) -> Result<Ran, Failure> {
        let mut ran = Ran::default();
        self.task.set_wall_clock(now.wall_ms);
        self.look_at_others(now);
        for input in &mut self.inputs {
            if input.head == Head::AtEnd {
                input.last_at_end = Some(now.monotonic);
            }
        }
        while ran.applied < budget {
            let n = match self.next_input(ran.applied < budget / 2, now) {
                Choice::Take(n) => n,
                Choice::WaitFor(n) => {
                    ran.waiting_for = u16::try_from(n).ok();
                    break;
                }
                Choice::Nothing => break,
            };
            let mode = self.mode(now);
            self.touched = true;
            let input = &mut self.inputs[n];
            let chunk = &input.chunks[input.at.0];
            let offset = chunk.records().offset(input.at.1);
            let refused = n < self.external && input.is_refused(now);
            let refused = refused.then(|| self.refused.refuse(self.partition, (n, offset), input.head_record_ms, now));
            let task = &mut self.task;
            chunk.announce(task);
            let left = left_to_fire(into.effects, into.stats);
            let bad = chunk.with_input(|records, taken| match (taken, &refused) {
                (Ok(taken), None) => {
                    if !task.fire_before(taken, mode, left, into.effects) {
                        return Ok(None);
                    }
                    task.apply(taken, mode, into.effects);
                    if !planted!(ForwardedEmpty) {
                        into.effects.fill_forwarded(|message| decoder.forwarded(&records.view(input.at.1), message));
                    }
                    into.stats.count_input(input.number, taken);
                    Ok(Some(false))
                }
                // What can't be read is of no use at any time.
                (Err(rejected), _) | (Ok(_), Some(rejected)) => {
                    if !planted!(DeadLetterForgotten) {
                        (into.dead)(records, input.at.1, rejected)?;
                    }
                    into.stats.count_dead(input.number, rejected.reason);
                    // Nothing is wrong with what an input may not say: one visitor must not stop it by that.
                    Ok(Some(rejected.reason.authority().is_none()))
                }
            })?;
            // What is due before it fills the batch: it has its turn in the next one.
            let Some(bad) = bad else { break };
            if let Some((dead, of)) = input.breaker.as_mut().and_then(|p| p.count(bad)) {
                ran.tripped = Some(Tripped { input: input.number, offset, dead, of });
                return Ok(ran);
            }
            if let Some(error) = into.effects.unreadable.take() {
                return Err(unreadable(self.partition, &error));
            }
            input.step(offset, decoder);
            if bad && planted!(DeadLetterNotPassed) {
                input.next_offset = offset;
            }
            ran.applied += 1;
        }
        Ok(ran)
    }

    /// What to take next. An update of a member for its account has no place in the merge order, for it changes no prospect: it is
    /// taken first, up to a half of a run, and it is never waited for. What is refused for its time changes nothing either.
    fn next_input(&self, members_first: bool, now: &Now) -> Choice {
        let merged = |inputs: &[Input]| choose(inputs.iter().map(|i| i.head().by(now.wall_ms)));
        let has_update = self.inputs.get(self.external).is_some_and(Input::has_records);
        if has_update && members_first {
            return Choice::Take(self.external);
        }
        if let Some(refused) = self.inputs[..self.external].iter().position(|i| i.is_refused(now)) {
            return Choice::Take(refused);
        }
        match merged(&self.inputs[..self.external]) {
            Choice::WaitFor(_) | Choice::Nothing if has_update => Choice::Take(self.external),
            choice => choice,
        }
    }

    /// Moves the task's time to the wall clock when it is caught up and has nothing in hand. At most so many timers fire.
    pub fn advance(&mut self, now: &Now, most: u64, effects: &mut BatchEffects) {
        let in_hand = self.inputs[..self.external].iter().any(Input::has_records);
        if (in_hand && !planted!(FiredWithRecordsInHand)) || !self.is_caught_up(now) {
            self.was_live &= self.is_caught_up(now);
            return;
        }
        let mode = self.mode(now);
        let became_live = !std::mem::replace(&mut self.was_live, true);
        let wall_ms = now.wall_ms + if planted!(TimersEarly) { 2_000 } else { 0 };
        let due = self.task.next_deadline_ms().is_some_and(|deadline| deadline <= wall_ms);
        if !due && !became_live {
            return;
        }
        self.task.advance_in_part(wall_ms, mode, most, effects);
        self.touched |= self.task.has_staged();
    }

    /// When to wake up for a timer (wall clock); `None` while behind, or when nothing is pending.
    pub fn next_deadline_ms(&self, now: &Now) -> Option<Ms> {
        if !self.active || !self.is_caught_up(now) {
            return None;
        }
        self.task.next_deadline_ms()
    }

    /// The batch is committed.
    pub fn confirm(&mut self) {
        self.task.confirm();
        for input in &mut self.inputs {
            input.confirm();
        }
        self.inputs.iter_mut().filter_map(|i| i.breaker.as_mut()).for_each(CircuitBreaker::confirm);
        self.touched = false;
    }

    /// The batch is aborted: everything is taken again.
    pub fn discard(&mut self, decoder: &impl Decode) {
        if !planted!(DiscardForgetsTask) {
            self.task.discard();
        }
        for input in &mut self.inputs {
            if planted!(DiscardForgetsInputs) {
                input.confirm();
            } else {
                input.discard(decoder);
            }
        }
        self.inputs.iter_mut().filter_map(|i| i.breaker.as_mut()).for_each(CircuitBreaker::discard);
        self.touched = false;
        // Timers that fired on going live fire again.
        self.was_live = false;
    }
}

/// A record that this very process has written or restored can't be read.
pub(super) fn unreadable(partition: i32, error: &CodecError) -> Failure {
    Failure::Stop(format!("partition {partition}: a prospect's record can't be read: {error}"))
}

//! The router: reads inputs whose records don't lie where their prospects' tasks read, and writes each of their events under its
//! prospect's key, in transactions with the offsets. It has no state: what was not committed is routed again.
//!
//! A plain loop over ports, as the worker's; the supervisor runs it on a thread of its own.

mod batch;
mod group;
mod inputs;
mod lane;
mod links;
mod look;
mod look_around;
mod parts;
mod pending;
pub mod purge;
mod purge_events;
mod recover;
mod turn;
mod watch;
mod write;

use super::horizon::Now;
use super::ports::{CommitLog, EventSource, Failure, FetchRoom, InputPartition};
use super::route::Route;
use crate::planted;
use lane::Lane;
pub use parts::{Parts, Router};
use std::sync::atomic::Ordering;
use std::time::Duration;
use turn::{Head, Turn};
use watch::Bound;

/// The longest sleep of the loop.
const LONGEST_SLEEP: Duration = Duration::from_millis(50);
/// Records taken from one partition at a time.
const FETCH_AT_ONCE: usize = 1_000;
/// Records of one lane before it is looked again which comes first.
const RECORDS_PER_TURN: usize = 256;

impl<S: EventSource, L: CommitLog, R: Route> Router<S, L, R> {
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

    /// One iteration of the loop, with the wait at its end, or with what its failure asks for.
    ///
    /// # Errors
    /// As [`Router::run`]; the router is of no more use then.
    pub fn step(&mut self) -> Result<(), Failure> {
        match self.iterate() {
            Ok(true) => {}
            Ok(false) => self.idle(),
            Err(failure) => self.recover(failure)?,
        }
        self.publish();
        Ok(())
    }

    fn iterate(&mut self) -> Result<bool, Failure> {
        let mut is_busy = self.serve_group()?;
        self.look_around();
        self.purge();
        is_busy |= self.fetch()?;
        let routed = if self.linger_left().is_some() { 0 } else { self.route_some()? };
        is_busy |= routed > 0;
        is_busy |= self.say_how_far()?;
        if self.must_commit(routed) {
            self.commit()?;
            is_busy = true;
        }
        Ok(is_busy)
    }

    /// Fetches what is there, up to the bound of each lane.
    fn fetch(&mut self) -> Result<bool, Failure> {
        let ahead = FetchRoom { records: self.options.fetch_ahead, bytes: self.options.fetch_shares().ahead };
        let mut any = false;
        let now = self.clock.monotonic();
        for (at, lane) in &mut self.lanes {
            if lane.is_at_end() {
                lane.was_at_end = Some(now);
            }
            let room = lane.room(ahead);
            if room.records < FETCH_AT_ONCE.min(ahead.records / 2) || room.bytes < ahead.bytes / 2 {
                continue;
            }
            let room = FetchRoom { records: room.records.min(FETCH_AT_ONCE), ..room };
            if let Some(fetched) = self.source.fetch(*at, room)? {
                if fetched.is_anew && !planted!(RoutedEndOutlivesSeek) {
                    lane.forget_end();
                }
                lane.push(fetched.records, fetched.end);
                any = true;
            }
        }
        Ok(any)
    }

    /// Routes what comes first by the records' times, so that a task gets a prospect's events in their order from a backlog, too; says
    /// how many records.
    fn route_some(&mut self) -> Result<usize, Failure> {
        let most = if self.suspects > 0 { 1 } else { self.options.batch.max_events.saturating_sub(self.batch.records) };
        let broken: Vec<InputPartition> = self.source.broken().into_iter().map(|broken| broken.at).collect();
        let now = self.now();
        let bound = self.bound(&now);
        let mut routed = 0;
        while routed < most {
            let Some((at, until)) = self.next_lane(&broken) else { break };
            let Some(until) = self.within(bound, at, until, &now) else {
                self.wait_for_others(true);
                return Ok(routed);
            };
            for n in 0..RECORDS_PER_TURN.min(most - routed) {
                let is_next = n == 0 || self.lanes.get(&at).and_then(Lane::head_ms).is_some_and(|ms| (ms, at) <= until);
                if !is_next {
                    break;
                }
                if !self.route_head(at)? {
                    // What comes first waits for its schema, and so do all that come after it.
                    return Ok(routed);
                }
                routed += 1;
            }
        }
        self.wait_for_others(false);
        Ok(routed)
    }

    /// Until which place the lane that comes first may be read, before others have come after; `None`: not at all.
    fn within(&self, bound: Bound, at: InputPartition, until: Turn, now: &Now) -> Option<Turn> {
        let head_ms = self.lanes.get(&at)?.head_ms()?;
        match bound {
            Bound::None => Some(until),
            Bound::Until(bound_ms) => (head_ms <= bound_ms).then(|| until.min((bound_ms, at))),
            Bound::Unknown => now.is_present(head_ms).then_some(until),
        }
    }

    /// What comes first. A lane that can't be read holds nothing up.
    fn next_lane(&self, broken: &[InputPartition]) -> Option<(InputPartition, Turn)> {
        let head = |(at, lane): (&InputPartition, &Lane)| match lane.what_is_next() {
            Head::Unseen(_) if broken.contains(at) => (*at, Head::AtEnd),
            head => (*at, head),
        };
        turn::first(self.lanes.iter().map(head))
    }

    /// How long the next batch still gathers: a producer that begins a transaction while the broker still ends the one before waits
    /// longer than that.
    fn linger_left(&self) -> Option<Duration> {
        let waited = self.clock.monotonic().saturating_sub(self.quiet_since?);
        self.options.batch.linger.checked_sub(waited).filter(|left| !left.is_zero())
    }

    fn must_commit(&self, routed: usize) -> bool {
        let Some(since) = self.batch.since else { return false };
        let age = self.clock.monotonic().saturating_sub(since);
        let is_full = self.batch.records >= self.options.batch.max_events || age >= self.options.batch.longest;
        self.suspects > 0 || routed == 0 || is_full
    }

    fn idle(&mut self) {
        let is_short = self.pending.is_some() || self.waits_for_others();
        let sleep = if is_short { Duration::from_millis(2) } else { LONGEST_SLEEP };
        let sleep = self.linger_left().unwrap_or(sleep).min(sleep);
        if !sleep.is_zero() {
            self.source.wait(sleep);
        }
    }

    /// Finishes the open batch, leaves the group.
    pub fn shut_down(&mut self) {
        let all: Vec<InputPartition> = self.lanes.keys().copied().collect();
        if let Err(failure) = self.give_back(&all) {
            tracing::warn!(%failure, "the last batch of a router is not committed; it is taken again at the next start");
            // What is left open, the broker aborts.
            self.log.abort().unwrap_or_default();
        }
        self.lanes.clear();
        self.source.leave();
        self.board.worker_ended(usize::from(self.options.worker));
    }
}

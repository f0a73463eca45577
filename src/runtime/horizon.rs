//! Records from the future: a record's time is its producer's, and no clock of a producer may move the time of others.

use super::options::Options;
use super::ports::{Clock, DeadReason, Rejected};
use crate::domain::Ms;
use std::time::Duration;

/// So long without such a record, and the next one is worth a line in the log again.
const BURST_ENDS_AFTER: Duration = Duration::from_secs(60);

/// How far ahead of the wall clock records may lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Horizon {
    pub wall_ms: Ms,
    /// [`Ms::MAX`]: as far as they like.
    pub max_ahead_ms: Ms,
}

impl Horizon {
    /// A record of this time lies too far ahead.
    #[must_use]
    pub fn is_behind(&self, record_ms: Ms) -> bool {
        record_ms > self.wall_ms.saturating_add(self.max_ahead_ms)
    }

    /// Why such a record is refused.
    #[must_use]
    pub fn refuse(&self, record_ms: Ms) -> Rejected {
        let detail = format!(
            "the record's time is {} ahead of the clock, at most {} are allowed (inputs.max_ahead): set its producer's clock right, then \
             send it again (`leadstream deadletters redrive --reason absurd-time`): it gets the time of that moment",
            length(record_ms.saturating_sub(self.wall_ms)),
            length(self.max_ahead_ms)
        );
        Rejected { reason: DeadReason::AbsurdTime, detail }
    }
}

/// A length of time for people, to the second.
#[must_use]
pub fn length(ms: Ms) -> String {
    humantime::format_duration(Duration::from_secs(ms.max(0).unsigned_abs().div_ceil(1_000))).to_string()
}

/// The instant of an iteration of the worker's loop.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    pub wall_ms: Ms,
    pub monotonic: Duration,
    /// A record younger than this is no backlog (in the clock's time).
    pub behind_after_ms: Ms,
    /// See [`Horizon`].
    pub max_ahead_ms: Ms,
    /// What routers and other tasks say of themselves was said not longer ago than this (in the clock's time).
    pub said_within_ms: Ms,
}

/// Clocks of machines being as they are.
const SAID_WITHIN_MS: Ms = 60_000;

impl Now {
    /// By a clock, with what a worker's options say of times.
    #[must_use]
    pub fn of(clock: &dyn Clock, options: &Options) -> Self {
        let behind_ms = options.behind_after.as_millis() as f64 * clock.speed();
        Self {
            wall_ms: clock.now_ms(),
            monotonic: clock.monotonic(),
            behind_after_ms: behind_ms as i64,
            max_ahead_ms: options.max_ahead_ms,
            said_within_ms: (SAID_WITHIN_MS as f64 * clock.speed()) as Ms,
        }
    }

    fn horizon(&self) -> Horizon {
        Horizon { wall_ms: self.wall_ms, max_ahead_ms: self.max_ahead_ms }
    }

    /// A record of this time lies too far ahead.
    pub(super) fn refuses(&self, record_ms: Ms) -> bool {
        self.horizon().is_behind(record_ms)
    }

    /// A record of this time is no backlog. One that lies ahead just as far says nothing of that.
    pub(super) fn is_present(&self, record_ms: Ms) -> bool {
        let away_ms = record_ms.saturating_sub(self.wall_ms);
        -self.behind_after_ms < away_ms && away_ms <= self.behind_after_ms && !self.refuses(record_ms)
    }
}

/// Refuses the records of a task that lie too far ahead, and says so in the log once for each burst of them.
#[derive(Debug, Default)]
pub(super) struct RefusedAhead {
    last: Option<Duration>,
}

impl RefusedAhead {
    /// Why a record is refused; `from`: its input and offset.
    pub(super) fn refuse(&mut self, partition: i32, from: (usize, i64), record_ms: Ms, now: &Now) -> Rejected {
        if self.begins(now.monotonic) {
            let (input, offset) = from;
            let ahead = length(record_ms.saturating_sub(now.wall_ms));
            tracing::warn!(
                partition,
                input,
                offset,
                ahead,
                "a producer's clock runs ahead: its records go to the dead letters (absurd-time) and move no one's time; further ones \
                 are only counted until none has come for a minute"
            );
        }
        now.horizon().refuse(record_ms)
    }

    /// Counts one; whether it is the first one for a while.
    fn begins(&mut self, monotonic: Duration) -> bool {
        let last = self.last.replace(monotonic);
        last.is_none_or(|last| monotonic.saturating_sub(last) > BURST_ENDS_AFTER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_behind_the_horizon_is_refused_with_how_far_it_is_ahead() {
        let horizon = Horizon { wall_ms: 1_000_000, max_ahead_ms: 300_000 };
        assert!(!horizon.is_behind(1_300_000));
        assert!(horizon.is_behind(1_300_001));
        let rejected = horizon.refuse(1_000_000 + 3_599_000);
        assert_eq!(rejected.reason, DeadReason::AbsurdTime);
        assert!(rejected.detail.contains("59m 59s ahead of the clock, at most 5m are allowed"), "{}", rejected.detail);
        assert!(rejected.detail.len() < 300);
    }

    #[test]
    fn no_time_is_too_large_for_it() {
        let horizon = Horizon { wall_ms: 1_000_000, max_ahead_ms: 0 };
        assert!(horizon.refuse(Ms::MAX).detail.len() < 300);
        assert!(!Horizon { max_ahead_ms: Ms::MAX, ..horizon }.is_behind(Ms::MAX), "no limit");
    }

    #[test]
    fn a_burst_is_said_once() {
        let mut bursts = RefusedAhead::default();
        let at = Duration::from_secs;
        assert_eq!([5, 6, 60, 119, 180, 181].map(|s| bursts.begins(at(s))), [true, false, false, false, true, false]);
    }
}

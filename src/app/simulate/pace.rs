//! When simulated records are given away. The only part of the simulation that looks at the real clock.

use crate::domain::Ms;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The real time.
#[expect(clippy::disallowed_methods, reason = "simulated records must carry times that the real clock has passed")]
pub(crate) fn wall_ms() -> Ms {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| Ms::try_from(d.as_millis()).unwrap_or(Ms::MAX))
}

/// When records are given away, and which times they carry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum PaceKind {
    /// Their own times, as fast as it goes.
    FlatOut,
    /// Their own times, into Kafka: as fast as it goes, but never before their time.
    NotAhead,
    /// Their own times, this many per second.
    History(f64),
    /// The times at which they are handed out, this many per second.
    Live(f64),
    /// As the shop lives, in real time.
    RealTime,
}

/// Holds records back until it is their turn.
pub(super) struct Pace {
    kind: PaceKind,
    start_ms: Ms,
    begun: Instant,
    wall_ms: Ms,
    stop: Arc<AtomicBool>,
}

impl Pace {
    #[expect(clippy::disallowed_methods, reason = "a rate is kept against the real clock")]
    pub(super) fn new(kind: PaceKind, start_ms: Ms) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        if !matches!(kind, PaceKind::FlatOut) {
            stop_on_ctrl_c(Arc::clone(&stop));
        }
        Self { kind, start_ms, begun: Instant::now(), wall_ms: wall_ms(), stop }
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Waits for the turn of record `n`, which comes at `at_ms` of the shop's time. Gives the time it shall carry in place of
    /// its own.
    pub(super) fn stamp(&mut self, n: u64, at_ms: Ms) -> Option<Ms> {
        match self.kind {
            PaceKind::FlatOut => None,
            PaceKind::NotAhead => {
                self.wait_for(self.start_ms + at_ms);
                None
            }
            PaceKind::History(rate) => {
                self.wait(Duration::from_secs_f64(n as f64 / rate));
                self.wait_for(self.start_ms + at_ms);
                None
            }
            PaceKind::Live(rate) => {
                self.wait(Duration::from_secs_f64(n as f64 / rate));
                self.now();
                Some(self.wall_ms)
            }
            PaceKind::RealTime => {
                self.wait_for(self.start_ms + at_ms);
                self.now();
                Some(self.wall_ms)
            }
        }
    }

    /// Times never go back, whatever the system's clock does.
    fn now(&mut self) {
        self.wall_ms = self.wall_ms.max(wall_ms());
    }

    /// Looks at the clock only when the last reading lies before the time.
    fn wait_for(&mut self, ms: Ms) {
        while ms > self.wall_ms && !self.is_stopped() {
            self.now();
            let left_ms = u64::try_from(ms - self.wall_ms).unwrap_or(0);
            std::thread::sleep(Duration::from_millis(left_ms.min(50)));
        }
    }

    fn wait(&self, since_begin: Duration) {
        while !self.is_stopped() {
            let left = since_begin.saturating_sub(self.begun.elapsed());
            if left.is_zero() {
                return;
            }
            std::thread::sleep(left.min(Duration::from_millis(50)));
        }
    }
}

/// Ends the stream of records in order, so that what was made is also written.
pub(crate) fn stop_on_ctrl_c(stop: Arc<AtomicBool>) {
    std::thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
            stop.store(true, Ordering::Relaxed);
        }
    });
}

//! The demo's clock: real time, sped up. It stands still until the shop opens, so that joining the group costs no shop time: at the
//! end of what happened before.

use crate::domain::Ms;
use crate::runtime::ports::Clock;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// An accelerated clock.
#[derive(Debug)]
pub(super) struct DemoClock {
    base_ms: Ms,
    history_ms: Ms,
    speed: f64,
    made: Instant,
    opened: OnceLock<Instant>,
}

impl DemoClock {
    #[expect(clippy::disallowed_methods, reason = "a clock adapter")]
    pub(super) fn new(base_ms: Ms, history_ms: Ms, speed: f64) -> Self {
        Self { base_ms, history_ms, speed, made: Instant::now(), opened: OnceLock::new() }
    }

    /// Lets the time run.
    #[expect(clippy::disallowed_methods, reason = "a clock adapter")]
    pub(super) fn open(&self) {
        self.opened.get_or_init(Instant::now);
    }

    /// Real time since the shop opened.
    pub(super) fn open_for(&self) -> Duration {
        self.opened.get().map_or(Duration::ZERO, Instant::elapsed)
    }

    /// The shop's time since its first event.
    pub(super) fn elapsed_ms(&self) -> Ms {
        self.history_ms + (self.open_for().as_secs_f64() * 1_000.0 * self.speed) as Ms
    }
}

impl Clock for DemoClock {
    fn now_ms(&self) -> Ms {
        self.base_ms.saturating_add(self.elapsed_ms())
    }

    fn monotonic(&self) -> Duration {
        self.made.elapsed()
    }

    fn speed(&self) -> f64 {
        self.speed
    }
}

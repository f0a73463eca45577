//! Events that are counted and do nothing else.

use super::{Telemetry, catalogue};

impl Telemetry {
    /// `kind`: how they were recognised.
    pub fn machine_events(&self, kind: &str, count: u64) {
        if count > 0 {
            self.counter(&catalogue::MACHINE_EVENTS, &[kind]).increment(count);
        }
    }

    /// `kind`: how they were recognised.
    pub fn internal_events(&self, kind: &str, count: u64) {
        if count > 0 {
            self.counter(&catalogue::INTERNAL_EVENTS, &[kind]).increment(count);
        }
    }
}

//! New prospects that found no room: in the log when a burst begins, and every minute while it lasts.

use crate::domain::{MINUTE_MS, Ms};
use std::sync::{Mutex, PoisonError};

/// What was not logged yet.
#[derive(Debug, Default)]
pub(super) struct RefusedLog {
    refused: Mutex<Refused>,
}

#[derive(Debug, Default)]
struct Refused {
    logged_ms: Option<Ms>,
    events: u64,
}

impl RefusedLog {
    /// The line for the log, when it is time for one.
    pub(super) fn line(&self, events: u64, now_ms: Ms) -> Option<String> {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.events += events;
        if refused.logged_ms.is_some_and(|logged_ms| now_ms.saturating_sub(logged_ms) < MINUTE_MS) {
            return None;
        }
        refused.logged_ms = Some(now_ms);
        let events = std::mem::take(&mut refused.events);
        Some(format!(
            "{events} events of new visitors of whom nothing is known were not applied: a partition holds \
             engine.max_records_per_partition prospects. Known prospects and new ones with a user id, an address or an order are \
             served. If this is no flood of invented ids, raise the setting (and the memory), or let the model forget unknown \
             visitors sooner (forget_anonymous_after)"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_logged_at_its_beginning_and_every_minute_with_all_that_came_meanwhile() {
        let room = RefusedLog::default();
        assert!(room.line(2, 1_000).expect("the first is logged").starts_with("2 events"));
        assert_eq!((0..59).find_map(|n| room.line(1, 2_000 + n * 1_000)), None);
        assert!(room.line(1, 61_000).expect("a minute later").starts_with("60 events"));
        assert!(room.line(7, 600_000).expect("the next burst").starts_with("7 events"));
    }
}

//! What a task knows of those that write one of its inputs, routers or other tasks: as long as they are behind, an order of somebody
//! whose reminder is due may not have come through yet.

use crate::domain::Ms;
use crate::planted;
use crate::runtime::horizon::Now;
use crate::runtime::ports::Progress;
use std::collections::BTreeMap;
use std::time::Duration;

/// What a router has said counts for so long: it says how far it is every second.
const COUNTS_FOR: Duration = Duration::from_secs(5);

/// How far each partition is routed, or each other task is.
#[derive(Debug, Default)]
pub struct Routers {
    /// Partitions of all topics that are routed, as was last said.
    lanes: u32,
    /// By topic and partition: the level that was said, when it was, and when that was heard.
    heard: BTreeMap<(String, i32), (u8, Ms, Duration)>,
}

impl Routers {
    /// A router says how far it is.
    pub fn heard(&mut self, progress: Progress, now: Duration) {
        let Progress { wall_ms, lanes, own } = progress;
        self.lanes = lanes;
        self.heard.extend(own.into_iter().map(|(topic, partition, level)| ((topic, partition), (level, wall_ms, now))));
    }

    /// All partitions were routed a moment ago.
    pub fn are_caught_up(&self, now: &Now) -> bool {
        self.level(now) > 0
    }

    /// The least level that counts of all partitions.
    pub fn level(&self, now: &Now) -> u8 {
        let counts = |(level, wall_ms, heard): &(u8, Ms, Duration)| {
            let is_fresh = now.monotonic.saturating_sub(*heard) < COUNTS_FOR && now.wall_ms - wall_ms < now.said_within_ms;
            (*level > 0 && (is_fresh || planted!(RoutersBelievedForEver))).then_some(*level)
        };
        let lanes = if planted!(OneLaneSuffices) { self.lanes.min(1) } else { self.lanes };
        let counted = self.heard.values().filter_map(counts);
        let (count, least) = counted.fold((0, u8::MAX), |(count, least), level| (count + 1, least.min(level)));
        if lanes > 0 && count >= lanes { least } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now(ms: u64) -> Now {
        Now {
            wall_ms: 1_760_000_000_000 + ms.cast_signed(),
            monotonic: Duration::from_millis(ms),
            behind_after_ms: 5_000,
            max_ahead_ms: 0,
            said_within_ms: 60_000,
        }
    }

    fn said(own: &[(i32, u8)], at: u64) -> Progress {
        let own = own.iter().map(|(partition, level)| ("raw".to_owned(), *partition, *level)).collect();
        Progress { wall_ms: now(at).wall_ms, lanes: 3, own }
    }

    #[test]
    fn they_are_caught_up_when_every_partition_was_a_moment_ago() {
        let mut routers = Routers::default();
        assert!(!routers.are_caught_up(&now(0)), "nothing is known of them");
        routers.heard(said(&[(0, 1), (1, 1)], 1_000), now(1_000).monotonic);
        assert!(!routers.are_caught_up(&now(1_000)), "nobody reads one");
        routers.heard(said(&[(2, 0)], 1_500), now(1_500).monotonic);
        assert!(!routers.are_caught_up(&now(1_500)), "one is behind");
        routers.heard(said(&[(2, 1)], 2_500), now(2_500).monotonic);
        assert!(routers.are_caught_up(&now(2_600)));
        assert!(!routers.are_caught_up(&now(6_100)), "one has said nothing for long");
    }

    #[test]
    fn where_the_clock_runs_fast_a_word_is_as_old_as_it_is_in_life() {
        let mut routers = Routers::default();
        routers.heard(said(&[(0, 1), (1, 1), (2, 1)], 0), now(1_000).monotonic);
        // A second later, and four hours by the clock.
        let fast = Now { wall_ms: now(0).wall_ms + 14_400_000, said_within_ms: 14_400 * 60_000, ..now(2_000) };
        assert!(routers.are_caught_up(&fast));
        assert!(!routers.are_caught_up(&Now { said_within_ms: 60_000, ..fast }));
    }

    #[test]
    fn what_a_router_said_long_ago_counts_for_nothing_though_it_is_read_now() {
        let mut routers = Routers::default();
        routers.heard(said(&[(0, 1), (1, 1), (2, 1)], 0), now(3_600_000).monotonic);
        assert!(!routers.are_caught_up(&now(3_600_000)));
    }
}

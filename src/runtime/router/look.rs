//! What a router knows of the others of its group, and what it says of its own partitions.

use super::lane::Lane;
use super::turn::Head;
use super::watch::Watch;
use crate::domain::Ms;
use crate::runtime::horizon::Now;
use crate::runtime::ports::{Peers, Reached};
use std::time::Duration;

/// A partition that was at its end so long ago is up to date, though records lie there again.
const END_COUNTS_FOR: Duration = Duration::from_secs(2);

/// What a router knows of the others, and how it gets to know it.
pub(super) struct Look {
    pub peers: Box<dyn Peers>,
    pub watch: Watch,
    /// When it asked, while no answer has come.
    pub asked: Option<Duration>,
    pub last_asked: Option<Duration>,
    /// When the question was asked that was answered last.
    pub answers: Option<Duration>,
    /// Since when it waits for others.
    pub waits_since: Option<Duration>,
    /// Take-overs that failed in a row are said once.
    pub has_failed: bool,
}

impl Look {
    pub fn new(peers: Box<dyn Peers>, own: &str, now: Duration) -> Self {
        let watch = Watch::new(own, now);
        Self { peers, watch, asked: None, last_asked: None, answers: None, waits_since: None, has_failed: false }
    }
}

/// How far a partition is routed. One that can't be read on holds nobody up for long.
pub(super) fn reached(lane: &Lane, is_broken: bool, now: &Now) -> Reached {
    let was_at_end = lane.was_at_end.is_some_and(|at| now.monotonic.saturating_sub(at) < END_COUNTS_FOR);
    let is_young = lane.head_ms().is_some_and(|ms| now.is_present(ms));
    if is_broken || lane.waits.is_some() || lane.paused.is_some() {
        Reached::Unknown
    } else if lane.is_at_end() || was_at_end || is_young {
        Reached::Now
    } else {
        match lane.what_is_next() {
            Head::At(ms) | Head::Unseen(ms) if ms > Ms::MIN => Reached::Until(ms),
            _ => Reached::Unknown,
        }
    }
}

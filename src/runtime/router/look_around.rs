//! A router looks around: what the other routers of its group say beside their offsets, and who has to be taken over from.

use super::lane::Lane;
use super::look::{Look, reached};
use super::parts::Router;
use super::watch::Bound;
use crate::runtime::horizon::Now;
use crate::runtime::ports::{CommitLog, EventSource, InputPartition, Mark};
use crate::runtime::route::Route;
use std::time::Duration;

/// How often it looks.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// How often while it waits for others.
const WAITING_INTERVAL: Duration = Duration::from_millis(10);
/// Who takes partitions waits no longer than this for what was said of them.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

impl<S: EventSource, L: CommitLog, R: Route> Router<S, L, R> {
    /// Asks for what the others say, hears it, and takes over from those that are dead. Never waits.
    pub(super) fn look_around(&mut self) {
        let now = self.clock.monotonic();
        let is_urgent = self.pending.as_ref().is_some_and(|pending| pending.offsets.is_some());
        let Some(look) = &mut self.look else { return };
        if let Some(answer) = look.peers.answer() {
            let asked = look.asked.take().unwrap_or(now);
            match answer {
                Ok(lanes) => {
                    look.answers = Some(asked);
                    for router in look.watch.heard(lanes, asked, now) {
                        tracing::warn!("router {router} has said nothing for some seconds: what it has left open is ended");
                        look.peers.take_over(&router);
                    }
                }
                Err(error) => tracing::debug!("what other routers say can't be read: {error}"),
            }
        }
        let interval = if is_urgent || look.waits_since.is_some() { WAITING_INTERVAL } else { LOOK_INTERVAL };
        let is_due = look.last_asked.is_none_or(|at| now.saturating_sub(at) >= interval);
        if look.asked.is_none() && is_due {
            (look.asked, look.last_asked) = (Some(now), Some(now));
            look.peers.ask();
        }
        if let Some((router, result)) = look.peers.taken_over() {
            self.observer.took_over(self.options.worker, result.is_ok());
            match result {
                Ok(()) => tracing::info!("took over from router {router}: its open transaction is aborted"),
                Err(why) => {
                    look.watch.not_taken(&router, now);
                    if !std::mem::replace(&mut look.has_failed, true) {
                        tracing::warn!(
                            "router {router} can't be taken over from, the broker ends its transaction in time: {why}"
                        );
                    }
                    return;
                }
            }
            look.has_failed = false;
        }
    }

    /// Whether it is known what was said of partitions whose offsets were known then: whoever reads them writes over it.
    pub(super) fn has_looked(&self, since: Duration) -> bool {
        let now = self.clock.monotonic();
        let is_answered = |look: &Look| look.answers.is_some_and(|asked| asked >= since);
        self.look.as_ref().is_none_or(|look| is_answered(look) || now.saturating_sub(since) >= LONGEST_WAIT)
    }

    /// Takes over from whoever read partitions before, unless they were given back. Their offsets were known `since` then: what was said
    /// before that may be of a commit earlier.
    pub(super) fn take_over(&mut self, partitions: &[InputPartition], since: Duration) {
        let Some(look) = &mut self.look else { return };
        if look.answers.is_none_or(|asked| asked < since) {
            return;
        }
        for router in look.watch.left_behind(partitions) {
            tracing::warn!("router {router} has not given its partitions back: what it has left open is ended");
            look.peers.take_over(&router);
        }
    }

    /// How far it may go before the others have come after. Notes whether it has to wait.
    pub(super) fn bound(&self, now: &Now) -> Bound {
        let (Some(look), Some(ahead_ms)) = (&self.look, self.options.route_ahead_ms) else { return Bound::None };
        look.watch.bound(|at| self.lanes.contains_key(&at), ahead_ms, now.wall_ms, now.monotonic)
    }

    /// It has something in hand and waits for others, or not any more.
    pub(super) fn wait_for_others(&mut self, waits: bool) {
        let now = self.clock.monotonic();
        let Some(look) = &mut self.look else { return };
        match (waits, look.waits_since) {
            (true, None) => look.waits_since = Some(now),
            (false, Some(since)) => {
                look.waits_since = None;
                self.observer.waited_for_routers(self.options.worker, now.saturating_sub(since));
            }
            _ => {}
        }
    }

    pub(super) fn waits_for_others(&self) -> bool {
        self.look.as_ref().is_some_and(|look| look.waits_since.is_some())
    }

    /// What is said of a partition beside its offset.
    pub(super) fn mark(&self, lane: &Lane, is_broken: bool, is_held: bool, now: &Now) -> Mark {
        Mark { said_ms: now.wall_ms, reached: reached(lane, is_broken, now), is_held }
    }
}

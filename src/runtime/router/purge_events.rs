//! A router has read events deleted, and says when that fails.

use super::parts::Router;
use crate::runtime::ports::{CommitLog, EventSource};
use crate::runtime::route::Route;

impl<S: EventSource, L: CommitLog, R: Route> Router<S, L, R> {
    /// Has read events deleted when it is time. Never waits.
    pub(super) fn purge(&mut self) {
        let now = self.clock.monotonic();
        let Some(purging) = &mut self.purging else { return };
        if let Some(ended) = purging.purge.purged() {
            purging.is_under_way = false;
            self.observer.purged(self.options.worker, ended.as_ref().ok().copied());
            match ended {
                Ok(offsets) => {
                    tracing::debug!(offsets, "read events were deleted");
                    purging.said = None;
                }
                Err(why) if purging.said.as_ref() != Some(&why) => {
                    tracing::warn!("read events can't be deleted, they stay until the topic's retention removes them: {why}");
                    purging.said = Some(why);
                }
                Err(_) => {}
            }
        }
        if !purging.is_under_way && now.saturating_sub(purging.asked) >= purging.every {
            (purging.asked, purging.is_under_way) = (now, true);
            purging.purge.purge();
        }
    }
}

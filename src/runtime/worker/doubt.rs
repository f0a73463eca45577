//! What is in the changelog and what the group has committed don't agree: is it so, or is the reported end of the changelog too low?
//!
//! A broker that has just come back, or just become the leader of a partition, may report an end for a moment that lies before what was
//! committed. To believe that would stop a service with which nothing is wrong.

use super::assignment::{Doubt, Restoring};
use super::parts::Worker;
use crate::planted;
use crate::runtime::ports::{Failure, Ports, StateSource};
use std::time::Duration;

/// It is so when it is still so after this long: brokers write down how far their partitions are every five seconds.
const CERTAIN_AFTER: Duration = Duration::from_secs(6);
/// Pause before the end of the changelog is asked for again.
const RETRY_PAUSE: Duration = Duration::from_millis(250);

impl<P: Ports> Worker<P> {
    /// A task whose changelog was read to an end that doesn't agree with the group. What is read stays; more may come.
    ///
    /// # Errors
    /// It has disagreed for so long that it is certain.
    pub(super) fn doubt(&mut self, partition: i32, mut restoring: Restoring, why: Failure) -> Result<(), Failure> {
        let now = self.clock.monotonic();
        let since = match restoring.doubt {
            Some(doubt) if now.saturating_sub(doubt.since) >= CERTAIN_AFTER => return Err(why),
            _ if planted!(DoubtIsCertain) => return Err(why),
            Some(doubt) => doubt.since,
            None => {
                tracing::warn!("{why} (the end of the changelog is requested again)");
                now
            }
        };
        restoring.doubt = Some(Doubt { since, ask_at: Some(now + RETRY_PAUSE) });
        self.restoring.insert(partition, restoring);
        Ok(())
    }

    /// Reads on where a doubt is old enough to ask again.
    pub(super) fn ask_doubted(&mut self) {
        let now = self.clock.monotonic();
        for (partition, restoring) in &mut self.restoring {
            if let Some(doubt) = restoring.doubt.as_mut().filter(|doubt| doubt.ask_at.is_some_and(|at| at <= now)) {
                doubt.ask_at = None;
                self.state.begin(*partition, Some(restoring.position));
            }
        }
    }
}

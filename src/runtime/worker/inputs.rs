//! Inputs that can't be read or have lost records, and states whose tasks did not come back: looked after now and then.

use super::parts::Worker;
use crate::runtime::ports::{EventSource, InputPartition, Ports};
use crate::runtime::trouble::{BROKEN_AFTER, NO_SCHEMA_AFTER, Place, TroubleKind, broken_input, no_schema};
use std::time::Duration;

/// How long the state of a revoked task is kept, should the task come back.
const PARKED_FOR: Duration = Duration::from_secs(60);

impl<P: Ports> Worker<P> {
    /// Looks after the inputs now and then: what can't be read, what was lost, and states whose tasks did not come back.
    pub(super) fn look_after_inputs(&mut self) {
        let now = self.now();
        let broken = self.source.broken();
        let gone: Vec<InputPartition> =
            self.assignment.broken.keys().filter(|at| broken.iter().all(|b| b.at != **at)).copied().collect();
        for at in gone {
            self.assignment.broken.remove(&at);
            self.troubles.clear(Place::input(at.partition, at.input, TroubleKind::BrokenInput), &now);
        }
        for broken in broken {
            let at = broken.at;
            let since = *self.assignment.broken.entry(at).or_insert(now.monotonic);
            if now.monotonic.saturating_sub(since) >= BROKEN_AFTER {
                let topic = self.options.input(at.input).map(String::as_str);
                let place = Place::input(at.partition, at.input, TroubleKind::BrokenInput);
                self.troubles.raise(place, topic, &broken_input(&broken.text), &now);
            }
        }
        self.look_after_schemas();
        for (at, records) in self.source.lost() {
            self.observer.gap(self.options.worker, at.input, records);
        }
        self.parked.retain(|_, parked| now.monotonic.saturating_sub(parked.since) < PARKED_FOR);
    }

    /// Says which records wait for their schemas.
    fn look_after_schemas(&mut self) {
        let now = self.now();
        for runner in self.runners.values() {
            for (input, topic) in (0u16..).zip(self.options.all_inputs()) {
                let place = Place::input(runner.partition, input, TroubleKind::NoSchema);
                match runner.waits(input) {
                    Some((since, why)) if now.monotonic.saturating_sub(since) >= NO_SCHEMA_AFTER => {
                        self.troubles.raise(place, Some(topic), &no_schema(topic, runner.partition, why), &now);
                    }
                    Some(_) => {}
                    None => self.troubles.clear(place, &now),
                }
            }
        }
    }
}

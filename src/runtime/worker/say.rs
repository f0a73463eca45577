//! A worker says how far its tasks are, to all tasks: what is due for somebody waits while something of theirs may be on its way
//! from another id. Only with identity.

use super::parts::Worker;
use crate::runtime::ports::{CommitLog, Encode, Failure, OutRecord, OutTopic, Ports, Progress};
use std::sync::Arc;
use std::time::Duration;

/// How often, when nothing changes.
const SAY_INTERVAL: Duration = Duration::from_secs(1);
/// How often at most.
const SAY_AGAIN: Duration = Duration::from_millis(100);

impl<P: Ports> Worker<P> {
    /// Ids may have been blocked, by any instance.
    fn link_anew(&mut self) {
        let Some(live) = &self.options.linking else { return };
        let version = live.version();
        if self.linked != version {
            let linking = live.get();
            self.runners.values_mut().for_each(|runner| runner.task.link_ids(Arc::clone(&linking)));
            self.linked = version;
        }
    }

    /// Says it in every partition of `leadstream.forwards`, behind everything that its tasks have sent, with the open batch.
    pub(super) fn say_how_far(&mut self) -> Result<(), Failure> {
        let Some(topic) = self.options.forwards_input.and_then(|input| self.options.input(input)).cloned() else { return Ok(()) };
        self.link_anew();
        let now = self.now();
        let levels: Vec<u8> = self.runners.values_mut().map(|runner| runner.look_at_others(&now)).collect();
        let is_due = self.said.as_ref().is_none_or(|(said, at)| {
            let passed = now.monotonic.saturating_sub(*at);
            passed >= SAY_INTERVAL || (*said != levels && passed >= SAY_AGAIN)
        });
        if levels.is_empty() || !is_due || self.alone.is_some() {
            return Ok(());
        }
        let own = self.runners.keys().zip(&levels).map(|(partition, level)| (topic.clone(), *partition, *level)).collect();
        let headers = self.encoder.progress(&Progress { wall_ms: now.wall_ms, lanes: self.options.partitions, own });
        if !self.batch.open {
            self.log.begin()?;
            self.batch.open = true;
        }
        self.batch.since.get_or_insert(now.monotonic);
        let first = self.runners.keys().next().copied().unwrap_or_default();
        for partition in 0..self.options.partitions.cast_signed() {
            self.log.send(&OutRecord {
                task: first,
                topic: OutTopic::Forwards,
                partition: Some(partition),
                key: None,
                value: None,
                timestamp_ms: None,
                headers: &headers,
            })?;
        }
        self.said = Some((levels, now.monotonic));
        Ok(())
    }
}

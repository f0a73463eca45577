//! What a router tells of the ids in its events.

use crate::domain::Text;
use crate::domain::identity::linking::{Linking, LiveLinking};
use crate::domain::identity::route::{Route as IdRoute, Router as IdRouter};
use crate::planted;
use crate::runtime::ports::{CommitLog, Encoded, Failure, OutRecord, OutTopic};
use crate::runtime::route::{Route, Sighted};
use std::sync::Arc;

/// The memory of links that were told, and the rules; nothing where identity is off.
pub(super) struct Links {
    of: Option<(IdRouter, Arc<LiveLinking>)>,
    /// The rules, and which version of them.
    linking: (Arc<Linking>, u64),
    encoded: Encoded,
}

impl Links {
    pub fn new(linking: Option<Arc<LiveLinking>>) -> Self {
        let of = linking.map(|linking| (IdRouter::default(), linking));
        Self { of, linking: (Arc::default(), 0), encoded: Encoded::default() }
    }

    /// Tells the ids of an event of each other; gives the id under which it belongs. `None`: as its mapping says.
    pub fn tell<L: CommitLog>(
        &mut self,
        event: &Sighted,
        task: i32,
        route: &impl Route,
        log: &mut L,
    ) -> Result<Option<Text>, Failure> {
        let Some((router, live)) = &mut self.of else { return Ok(None) };
        let version = live.version();
        if self.linking.1 != version {
            self.linking = (live.get(), version);
        }
        let linking = &self.linking.0;
        if planted!(RoutedByMappedKey) {
            return Ok(None);
        }
        let Some(IdRoute { key, messages }) = router.route(&event.sighting(), linking.rules()) else { return Ok(None) };
        for message in messages {
            route.told(&message, &mut self.encoded);
            log.send(&OutRecord {
                task,
                topic: OutTopic::Forwards,
                partition: None,
                key: Some(message.to.as_bytes()),
                value: Some(&self.encoded.value),
                timestamp_ms: Some(event.record_ms),
                headers: &self.encoded.headers,
            })?;
        }
        Ok(Some(key))
    }

    pub fn committed(&mut self) {
        if let Some((router, _)) = &mut self.of {
            router.committed();
        }
    }

    pub fn aborted(&mut self) {
        if let Some((router, _)) = &mut self.of {
            if planted!(LinkedBeforeCommit) { router.committed() } else { router.aborted() }
        }
    }
}

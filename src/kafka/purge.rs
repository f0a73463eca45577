//! [`Purge`] by requests to delete records.

use super::admin::Admin;
use super::client::asked::OnThread;
use super::client::{Asked, ClientError, Code};
use super::options::Options;
use crate::runtime::ports::{Failure, OutTopic, Purge};
use crate::runtime::router::purge::due;
use std::sync::{Arc, Mutex, PoisonError};

/// Deletes what a group has read of a topic that is the service's own.
pub struct KafkaPurge {
    topic: OutTopic,
    /// With the group of the engine.
    options: Options,
    partitions: u32,
    /// Where each partition begins, as far as is known.
    purged: Arc<Mutex<Vec<i64>>>,
    asked: Option<OnThread<Result<u64, String>>>,
}

impl KafkaPurge {
    /// `options`: with the group of the engine. `partitions`: of the topic.
    #[must_use]
    pub fn new(topic: OutTopic, options: &Options, partitions: u32) -> Self {
        Self { topic, options: options.clone(), partitions, purged: Arc::default(), asked: None }
    }
}

impl Purge for KafkaPurge {
    fn purge(&mut self) {
        let (topic, options, partitions) = (self.topic, self.options.clone(), self.partitions);
        let purged = Arc::clone(&self.purged);
        self.asked = Some(OnThread::new(move || Ok(purge(topic, &options, partitions, &purged))));
    }

    fn purged(&mut self) -> Option<Result<u64, String>> {
        let answer = self.asked.as_ref()?.answer()?;
        self.asked = None;
        Some(answer.unwrap_or_else(|error: ClientError| Err(error.to_string())))
    }
}

fn purge(topic: OutTopic, options: &Options, partitions: u32, purged: &Mutex<Vec<i64>>) -> Result<u64, String> {
    let said = |failure: Failure| failure.to_string();
    let topic = options.output_topic(topic);
    // A client for each time: one of half a minute ago may hold a token that has expired.
    let admin = Admin::connect(options).map_err(said)?;
    let committed = admin.committed(&topic, partitions).map_err(said)?;
    let mut purged = purged.lock().unwrap_or_else(PoisonError::into_inner);
    if purged.is_empty() {
        for partition in 0..partitions.cast_signed() {
            purged.push(admin.watermarks(&topic, partition).map_err(said)?.0);
        }
    }
    let mut moved = 0;
    for (partition, result) in admin.delete_records(&topic, &due(&committed, &purged)).map_err(said)? {
        let low = result.map_err(|code| refused(&topic, code))?;
        let Some(before) = usize::try_from(partition).ok().and_then(|partition| purged.get_mut(partition)) else { continue };
        moved += u64::try_from(low - *before).unwrap_or(0);
        *before = low.max(*before);
    }
    Ok(moved)
}

/// Why records can't be deleted, and what to do.
#[must_use]
pub fn refused(topic: &str, code: Code) -> String {
    match code {
        Code::TopicAuthorizationFailed => {
            format!("{topic}: {code}. What to do: grant DELETE on the topic, or set route.purge_every=\"off\"")
        }
        Code::PolicyViolation => {
            format!("{topic}: {code}. What to do: set cleanup.policy=delete on the topic, or route.purge_every=\"off\"")
        }
        code => format!("{topic}: {code}"),
    }
}

//! What must be so before the workers start: client properties that can be used, topics that are there and fit each other.

use super::admin::{Admin, Topic};
use super::options::{Options, TOPIC_MESSAGE_BYTES, refused_properties};
use crate::runtime::options::Options as WorkerOptions;
use crate::runtime::partitioners::disagreement;
use crate::runtime::ports::{Failure, InputPartition, OutTopic};
use std::collections::BTreeMap;
use std::time::Duration;

/// Newest keys per partition looked at for the partitioner check.
const KEYS_PER_PARTITION: i64 = 100;
/// Tries at the start before a cluster that does not answer is given up, and the pause between two.
const START_TRIES: u32 = 6;
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// What the workers have to know of the topics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Partitions of every input and of the changelog.
    pub partitions: u32,
    /// Largest message that the client and the topic of the dead letters take.
    pub dead_letter_message_bytes: usize,
}

/// Checks properties and topics. All errors of the topics are reported together.
///
/// # Errors
/// Something must be put right first: what and how.
pub fn check(options: &Options, worker: &WorkerOptions) -> Result<Found, Failure> {
    let refused = refused_properties(&options.properties);
    if !refused.is_empty() {
        return Err(Failure::Stop(refused.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")));
    }
    let admin = Admin::connect(options)?;
    let topics = retry(|| {
        let topics = admin.topics()?;
        // Topics that were made a moment ago are not known to every broker yet: looked at a few times.
        let faults = topic_faults(options, worker, &topics);
        if faults.is_empty() { Ok(topics) } else { Err(Failure::Retry(faults.join("; "))) }
    })?;
    let partitions = worker.inputs.first().and_then(|first| topics.get(first)).map_or(0, |topic| topic.partitions);
    if options.is_mock {
        return Ok(Found { partitions, dead_letter_message_bytes: TOPIC_MESSAGE_BYTES });
    }
    if !worker.allow_mixed_partitioners {
        let mut samples = Vec::new();
        for topic in &worker.inputs {
            samples.push(retry(|| admin.sample_keys(topic, partitions, KEYS_PER_PARTITION))?);
        }
        if let Some(text) = disagreement(&worker.inputs, &samples, partitions) {
            return Err(Failure::Stop(text));
        }
    }
    let mut largest = TOPIC_MESSAGE_BYTES;
    let mut too_small = Vec::new();
    for topic in used(worker) {
        let name = options.output_topic(topic);
        // Without the right to read settings the broker's default is assumed.
        let configs = admin.topic_configs(&name).unwrap_or_default();
        let takes = configs.get("max.message.bytes").and_then(|v| v.parse().ok()).unwrap_or(TOPIC_MESSAGE_BYTES);
        if topic == OutTopic::DeadLetters {
            largest = takes;
        }
        too_small.extend((takes < TOPIC_MESSAGE_BYTES).then(|| too_small_a_topic(&name, takes)));
    }
    if too_small.is_empty() {
        Ok(Found { partitions, dead_letter_message_bytes: options.max_message_bytes().min(largest) })
    } else {
        Err(Failure::Stop(too_small.join("; ")))
    }
}

/// What the routers have to know of the topics that they read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutedFound {
    /// Partitions of the largest.
    pub partitions: u32,
    /// Partitions of all of them.
    pub lanes: u32,
    /// How far the group of the engine has read them, in the time when it read them itself.
    pub read_before: BTreeMap<InputPartition, i64>,
}

/// Checks the topics that are routed. `engine`: with the group of the engine.
///
/// # Errors
/// As [`check`].
pub fn check_routed(engine: &Options, worker: &WorkerOptions) -> Result<RoutedFound, Failure> {
    let admin = Admin::connect(engine)?;
    retry(|| {
        let topics = admin.topics()?;
        let missing: Vec<String> =
            worker.inputs.iter().filter(|topic| !topics.contains_key(*topic)).map(|t| missing(t)).collect();
        if !missing.is_empty() {
            return Err(Failure::Retry(missing.join("; ")));
        }
        let (mut counts, mut read_before) = (Vec::new(), BTreeMap::new());
        for (input, name) in (0u16..).zip(&worker.inputs) {
            let Some(Topic { partitions, .. }) = topics.get(name) else { continue };
            let committed = (0i32..).zip(admin.committed(name, *partitions)?);
            read_before.extend(committed.filter_map(|(partition, offset)| Some((InputPartition { partition, input }, offset?))));
            counts.push(*partitions);
        }
        Ok(RoutedFound { partitions: counts.iter().copied().max().unwrap_or(0), lanes: counts.iter().sum(), read_before })
    })
}

fn missing(topic: &str) -> String {
    format!("topic {topic} is missing: `leadstream topics create` makes it")
}

/// The outputs that are written.
fn used(worker: &WorkerOptions) -> impl Iterator<Item = OutTopic> {
    worker.outputs().into_iter()
}

/// A topic that doesn't take what the service may have to write.
fn too_small_a_topic(name: &str, takes_bytes: usize) -> String {
    format!(
        "{name}: max.message.bytes is {takes_bytes} and must be at least {TOPIC_MESSAGE_BYTES}, or a request is refused one day: \
         kafka-configs.sh --alter --entity-type topics --entity-name {name} --add-config max.message.bytes={TOPIC_MESSAGE_BYTES}"
    )
}

/// What is wrong with the topics, each with what to do.
fn topic_faults(options: &Options, worker: &WorkerOptions, topics: &BTreeMap<String, Topic>) -> Vec<String> {
    let inputs = &worker.inputs;
    let mut faults = Vec::new();
    if inputs.is_empty() {
        faults.push("no input topics: set topics.clickstream, topics.email and topics.cart".to_owned());
    }
    let state = options.output_topic(OutTopic::State);
    for topic in inputs.iter().cloned().chain(used(worker).map(|t| options.output_topic(t))) {
        if !topics.contains_key(&topic) {
            faults.push(missing(&topic));
        }
    }
    let counts: Vec<(&String, u32)> = inputs
        .iter()
        .chain([&state])
        .chain(&worker.members)
        .filter_map(|topic| Some((topic, topics.get(topic)?.partitions)))
        .collect();
    if let Some((first, rest)) = counts.split_first() {
        for (topic, count) in rest.iter().filter(|(_, count)| *count != first.1) {
            faults.push(format!(
                "{topic} has {count} partitions, {} has {}: the inputs and the changelog must have the same number, so that all \
                 events of a prospect belong to one task. Recreate the topic with {} partitions",
                first.0, first.1, first.1
            ));
        }
    }
    faults
}

/// A few tries while the cluster does not answer.
fn retry<T>(mut call: impl FnMut() -> Result<T, Failure>) -> Result<T, Failure> {
    let mut tries = 1;
    loop {
        match call() {
            Err(Failure::Retry(text)) if tries < START_TRIES => {
                tracing::warn!("{text}: trying again");
                tries += 1;
                std::thread::sleep(RETRY_PAUSE);
            }
            Err(Failure::Retry(text)) => return Err(Failure::Stop(text)),
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_of_the_topics_is_named_at_once_with_what_to_do() {
        let options = Options::new("b", "g", "i");
        let worker = WorkerOptions::new(vec!["clickstream".to_owned(), "cart".to_owned()], 0);
        let topic = |partitions| Topic { partitions, replication: 1, leaderless: 0 };
        let mut topics: BTreeMap<String, Topic> = OutTopic::ALL.iter().map(|t| (options.output_topic(*t), topic(4))).collect();
        topics.insert("clickstream".to_owned(), topic(4));
        let faults = topic_faults(&options, &worker, &topics);
        assert_eq!(faults.len(), 1);
        assert!(faults[0].contains("cart is missing") && faults[0].contains("topics create"), "{faults:?}");
        topics.insert("cart".to_owned(), topic(6));
        let faults = topic_faults(&options, &worker, &topics);
        assert_eq!(faults.len(), 1);
        assert!(faults[0].contains("cart has 6 partitions"), "{faults:?}");
        topics.insert("cart".to_owned(), topic(4));
        assert_eq!(topic_faults(&options, &worker, &topics), Vec::<String>::new());
    }
}

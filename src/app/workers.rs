//! The ports of the workers, and how they work, from settings.

use crate::config::Settings;
use crate::domain::Ms;
use crate::engine::hashing::HashSeed;
use crate::kafka::connect::{Log, Source, State};
use crate::runtime::options::{Options as WorkerOptions, PoisonLimit};
use crate::runtime::ports::{OutTopic, Ports};
use crate::wire;
use std::sync::OnceLock;

/// The ports of the service's workers: Kafka, and the formats of `wire`.
pub struct ServicePorts;

impl Ports for ServicePorts {
    type Source = Source;
    type Log = Log;
    type State = State;
    type Decoder = wire::decode::Decoder;
    type Encoder = wire::output::Encoder;
    type Codec = wire::state_record::StateCodec;
}

/// Seed of the hashes of keys from outside, drawn once.
#[must_use]
pub fn hash_seed() -> HashSeed {
    static SEED: OnceLock<HashSeed> = OnceLock::new();
    SEED.get_or_init(|| HashSeed::new(rand::random(), rand::random())).clone()
}

/// How the workers work.
#[must_use]
pub fn worker_options(settings: &Settings) -> WorkerOptions {
    let (k, e, d) = (&settings.kafka, &settings.engine, &settings.deadletters);
    let workers = u16::try_from(e.workers.max(1)).unwrap_or(u16::MAX);
    let inputs: Vec<String> = settings.engine_topics().into_iter().map(|topic| topic.name).collect();
    let number = |topic: OutTopic| {
        let name = settings.output_topic(topic);
        inputs.iter().position(|input| *input == name).and_then(|at| u16::try_from(at).ok())
    };
    let (routed_input, forwards_input) = (number(OutTopic::Events), number(OutTopic::Forwards));
    WorkerOptions {
        routed_input,
        forwards_input,
        workers,
        start: k.start,
        on_gap: k.on_gap,
        positions: k.positions,
        behind_after: e.behind_after,
        batch: e.batch,
        batch_in_backlog: e.batch.in_backlog(k.transaction_timeout),
        fetch_ahead: e.fetch_ahead,
        fetch_ahead_bytes: e.fetch_ahead_bytes,
        max_ahead_ms: max_ahead_ms(settings),
        decoded_records: e.decoded_records / usize::from(workers),
        max_records: e.max_records_per_partition,
        allow_mixed_partitioners: settings.topics.allow_mixed_partitioners,
        poison: d.stop_ratio.map(|ratio| PoisonLimit { window: d.stop_window, count: d.stop_count, ratio }),
        on_poison: d.on_poison,
        hash_seed: hash_seed(),
        // The partitions are known once the topics are looked at.
        ..WorkerOptions::new(inputs, 0)
    }
}

/// How far ahead of the wall clock a record may lie.
pub fn max_ahead_ms(settings: &Settings) -> Ms {
    settings.inputs.max_ahead.map_or(Ms::MAX, |d| Ms::try_from(d.as_millis()).unwrap_or(Ms::MAX))
}

//! The service from settings: options of the Kafka floor, its ports, the admin server.

use super::counting::Counting;
use super::load;
use crate::config::Settings;
use crate::config::settings::Format;
use crate::domain::Ms;
use crate::domain::model::Models;
use crate::engine::hashing::HashSeed;
use crate::http;
use crate::kafka::service::{self, Handle, ServiceParts};
use crate::kafka::{options as kafka, properties};
use crate::runtime::lookup::{Directory, Partitioning, ProspectLookup};
use crate::runtime::options::{BatchLimits, PoisonLimit};
use crate::runtime::ports::Clock;
use crate::runtime::snapshot::{Board, Identity};
use crate::telemetry::Telemetry;
use crate::wire;
use anyhow::Context;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The machine's clock: the one place where the service asks the time.
pub struct SystemClock(Instant);

impl SystemClock {
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "the clock adapter")]
    pub fn new() -> Self {
        Self(Instant::now())
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the clock adapter")]
    fn now_ms(&self) -> Ms {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Ms::try_from(since.as_millis()).unwrap_or(Ms::MAX)
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Seed of the hashes of keys from outside, drawn once.
#[must_use]
pub fn hash_seed() -> HashSeed {
    static SEED: OnceLock<HashSeed> = OnceLock::new();
    SEED.get_or_init(|| HashSeed::new(rand::random(), rand::random())).clone()
}

/// Options of the Kafka floor.
#[must_use]
pub fn kafka_options(settings: &Settings, instance_id: &str) -> kafka::Options {
    let (k, e, t) = (&settings.kafka, &settings.engine, &settings.topics);
    let inputs = t.clickstream.iter().chain(&t.email).chain(&t.cart).cloned().collect();
    let mut options = kafka::Options::new(&k.bootstrap_servers, &k.group_id, instance_id, inputs);
    options.properties.clone_from(&k.properties);
    options.prefix.clone_from(&t.prefix);
    options.workers = u16::try_from(e.workers.max(1)).unwrap_or(u16::MAX);
    options.group_protocol = k.group_protocol;
    options.static_membership = k.static_membership;
    options.session_timeout = k.session_timeout;
    options.transaction_timeout = k.transaction_timeout;
    options.start = k.start;
    options.on_gap = k.on_gap;
    options.positions = k.positions;
    options.fetch_ahead_bytes = e.fetch_ahead_bytes;
    let worker = &mut options.worker;
    worker.hash_seed = hash_seed();
    worker.behind_after = e.behind_after;
    worker.batch = BatchLimits { max_events: e.batch_max_events, longest: e.batch_longest, linger: e.batch_linger };
    worker.batch_in_backlog = worker.batch.in_backlog(settings.kafka.transaction_timeout);
    worker.fetch_ahead = e.fetch_ahead;
    worker.max_ahead_ms = max_ahead_ms(settings);
    worker.decoded_records = e.decoded_records / usize::from(options.workers);
    worker.max_records = e.max_records_per_partition;
    worker.allow_mixed_partitioners = t.allow_mixed_partitioners;
    let d = &settings.deadletters;
    worker.poison = d.stop_ratio.map(|ratio| PoisonLimit { window: d.stop_window, count: d.stop_count, ratio });
    worker.on_poison = d.on_poison;
    options
}

/// How far ahead of the wall clock a record may lie.
pub(super) fn max_ahead_ms(settings: &Settings) -> Ms {
    settings.inputs.max_ahead.map_or(Ms::MAX, |d| Ms::try_from(d.as_millis()).unwrap_or(Ms::MAX))
}

/// Refuses client properties that can't be used; their values are not shown.
///
/// # Errors
/// Every such property, as a [`UsageError`](super::exit::UsageError).
pub fn refuse_unusable(settings: &Settings) -> anyhow::Result<()> {
    let properties = &settings.kafka.properties;
    let refused = kafka::refused_properties(properties).into_iter().map(|refused| refused.to_string());
    let unknown = properties::unknown(properties).into_iter().map(|(name, why)| format!("kafka.properties.{name}: {why}"));
    let faults: Vec<String> = refused.chain(unknown).collect();
    if faults.is_empty() { Ok(()) } else { Err(load::usage("the settings have", &faults)) }
}

/// Options for a command that connects, once every client property is one that can be used.
///
/// # Errors
/// See [`refuse_unusable`].
pub fn connecting(settings: &Settings, instance_id: &str) -> anyhow::Result<kafka::Options> {
    refuse_unusable(settings)?;
    Ok(kafka_options(settings, instance_id))
}

/// How records of the input topics are read.
pub(super) fn decoder_options(settings: &Settings) -> wire::decode::Options {
    let format = |f| match f {
        Format::Json => wire::decode::Format::Json,
        Format::Protobuf => wire::decode::Format::Protobuf,
    };
    let topic = |t: crate::config::settings::InputTopic| wire::decode::Topic {
        name: t.name,
        is_email: t.is_email,
        is_trusted: t.is_trusted,
        format: format(t.format),
    };
    let ms = |d: Duration| Ms::try_from(d.as_millis()).unwrap_or(Ms::MAX);
    wire::decode::Options {
        topics: settings.input_topics().into_iter().map(topic).collect(),
        zones: settings.input_zones(),
        allowed_skew_ms: ms(settings.inputs.allowed_skew),
        max_age_ms: settings.inputs.max_age.map_or(Ms::MAX, ms),
        max_value_bytes: settings.inputs.max_value_bytes,
        no_ids: settings.inputs.no_ids.clone(),
        ..wire::decode::Options::default()
    }
}

/// A running service with everything around it.
pub struct Service {
    pub handle: Handle,
    pub board: Arc<Board>,
    pub telemetry: Arc<Telemetry>,
    pub http: Option<http::Server>,
}

/// What a start needs besides the settings.
pub struct Launch<'a> {
    pub settings: &'a Settings,
    pub models: Arc<Models>,
    pub options: kafka::Options,
    pub clock: Arc<dyn Clock + Send + Sync>,
    pub http: Option<http::Options>,
}

impl Launch<'_> {
    /// Starts the admin server first, so that a long restore can be watched, then the workers.
    ///
    /// # Errors
    /// What must be put right first.
    pub fn start(self) -> anyhow::Result<Service> {
        let Self { settings, models, options, clock, http } = self;
        let telemetry = Arc::new(Telemetry::new(env!("CARGO_PKG_VERSION")));
        let board = Arc::new(Board::new(Identity {
            group: options.group_id.clone(),
            instance: options.instance_id.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            models: models.models.iter().map(|m| (m.name.clone(), m.hash_text.clone())).collect(),
        }));
        let (directory, mailboxes) = Directory::new(Arc::clone(&board), usize::from(options.workers));
        let directory = Arc::new(directory);
        let server = http
            .map(|http| {
                let parts = http::Parts {
                    telemetry: Arc::clone(&telemetry),
                    board: Arc::clone(&board),
                    lookup: Arc::clone(&directory) as Arc<dyn ProspectLookup>,
                    models: Arc::clone(&models),
                    clock: Arc::clone(&clock),
                };
                http::Server::start(&http, parts)
            })
            .transpose()?;
        let inputs = options.input_topics();
        let encode = wire::output::Options {
            format: match settings.output.format {
                Format::Json => wire::output::Format::Json,
                Format::Protobuf => wire::output::Format::Protobuf,
            },
            source: format!("leadstream/{}", options.group_id),
            input_topics: inputs.clone(),
        };
        let parts = ServiceParts {
            decoder: Arc::new(wire::decode::Decoder::new(decoder_options(settings), &models.vocabulary)),
            encoder: Arc::new(wire::output::Encoder::new(encode, Arc::clone(&models))),
            codec: wire::state_record::StateCodec,
            observer: Arc::new(Counting::new(Arc::clone(&telemetry), Arc::clone(&models), inputs)),
            models,
            clock,
            board: Arc::clone(&board),
            mailboxes,
        };
        let handle = service::start(&options, parts).context("the service can't start")?;
        directory.set_partitioning(Partitioning {
            partitions: handle.partitions(),
            partition_of: crate::domain::ids::murmur2_partition,
        });
        Ok(Service { handle, board, telemetry, http: server })
    }
}

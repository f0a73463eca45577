//! The service from settings: its options, its ports, the admin server, the workers. Everything is wired here.

use super::identity::settled::following;
use super::identity::{self, Ids};
use super::load_settings;
use super::metrics_observer::MetricsObserver;
use super::metrics_observer::routers::RouterMetrics;
use super::route::Routers;
pub use super::workers::{ServicePorts, hash_seed, max_ahead_ms, worker_options};
use crate::config::Settings;
use crate::config::settings::InputTopic;
use crate::domain::Ms;
use crate::domain::ids::murmur2_partition;
use crate::domain::model::Models;
use crate::domain::zones::Zone;
use crate::http;
use crate::kafka::connect::Cluster;
use crate::kafka::preflight::{self, RoutedFound};
use crate::kafka::{options as kafka, properties};
use crate::runtime::lookup::{Directory, Partitioning, ProspectLookup, Question};
use crate::runtime::options::Options as WorkerOptions;
use crate::runtime::ports::{Clock, Failure, MappingOutcome, OutTopic};
use crate::runtime::snapshot::{Identity, StatusBoard};
use crate::runtime::supervisor::{self, Handle, WorkerSet};
use crate::runtime::worker::Shared;
use crate::telemetry::Telemetry;
use crate::wire;
use crate::wire::mapped::Mapper;
use crate::wire::route::RoutedInput;
use anyhow::Context;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Options of the service: how to reach the cluster, and how its workers work.
#[derive(Debug, Clone)]
pub struct Options {
    pub kafka: kafka::Options,
    pub worker: WorkerOptions,
    /// Mappings of the topics that the engine reads, by input.
    pub mappings: Vec<Option<Mapper>>,
    /// How the routers work, where inputs are routed, and what those hold.
    pub routed: Option<(kafka::Options, WorkerOptions, Vec<RoutedInput>)>,
    /// `None`: identity is off.
    pub ids: Option<Ids>,
}

/// Checks the topics, then starts the workers.
///
/// # Errors
/// Something must be put right first: what and how.
pub fn start(
    options: &Options,
    shared: Shared<ServicePorts>,
    mailboxes: Vec<Receiver<Question>>,
    telemetry: &Arc<Telemetry>,
) -> Result<Handle, Failure> {
    let Options { kafka, mut worker, routed, mappings: _, ids } = options.clone();
    worker.members = shared.models.accounts().is_some().then(|| kafka.output_topic(OutTopic::AccountMembers));
    let found = preflight::check(&kafka, &worker)?;
    worker.partitions = found.partitions;
    worker.dead_letter_budget_bytes = wire::dead_letter::budget_bytes(found.dead_letter_message_bytes);
    let following = match worker.linking.clone().zip(ids.as_ref()) {
        None => None,
        Some((live, ids)) => Some(following(&kafka, live, ids, worker.partitions, shared.clock.now_ms())?),
    };
    let purging = ids.as_ref().filter(|_| !kafka.is_mock).map(|_| identity::purging(&kafka, worker.partitions));
    let mut others = match routed {
        None => Vec::new(),
        Some((of_routers, mut router, inputs)) => {
            let RoutedFound { partitions, lanes, read_before } = preflight::check_routed(&kafka, &router)?;
            (router.partitions, router.lanes) = (partitions, lanes);
            router.events_partitions = worker.partitions;
            router.dead_letter_budget_bytes = worker.dead_letter_budget_bytes;
            let names = inputs.iter().map(|input| (input.topic.name.clone(), input.mapper.name().to_owned())).collect();
            let observer = Arc::new(RouterMetrics::new(Arc::clone(telemetry), names));
            let (clock, board) = (Arc::clone(&shared.clock), Arc::clone(&shared.board));
            let engine = kafka.clone();
            let decoder = (*shared.decoder).clone();
            let route = route_of(inputs, decoder, ids, &shared.models);
            let routers = Routers { kafka: of_routers, engine, worker: router, route, read_before, clock, observer, board };
            routers.jobs(worker.workers)
        }
    };
    others.extend(purging.into_iter().chain(following));
    supervisor::start(WorkerSet { connect: Cluster { options: kafka }, shared, options: worker, mailboxes, others })
}

fn route_of(
    inputs: Vec<RoutedInput>,
    decoder: wire::decode::Decoder,
    ids: Option<Ids>,
    models: &Arc<Models>,
) -> wire::route::Router {
    let route = wire::route::Router::new(inputs, decoder);
    match ids {
        Some(ids) => route.reading_ids(ids.reader, Arc::clone(models)),
        None => route,
    }
}

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

/// How to reach the cluster.
#[must_use]
pub fn kafka_options(settings: &Settings, instance_id: &str) -> kafka::Options {
    let k = &settings.kafka;
    kafka::Options {
        properties: k.properties.clone(),
        prefix: settings.topics.prefix.clone(),
        group_protocol: k.group_protocol,
        static_membership: k.static_membership,
        session_timeout: k.session_timeout,
        transaction_timeout: k.transaction_timeout,
        ..kafka::Options::new(&k.bootstrap_servers, &k.group_id, instance_id)
    }
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
    if faults.is_empty() { Ok(()) } else { Err(load_settings::usage("the settings have", &faults)) }
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
    let ms = |d: Duration| Ms::try_from(d.as_millis()).unwrap_or(Ms::MAX);
    wire::decode::Options {
        topics: settings.input_topics(),
        zones: settings.input_zones(),
        allowed_skew_ms: ms(settings.inputs.allowed_skew),
        max_age_ms: settings.inputs.max_age.map_or(Ms::MAX, ms),
        max_value_bytes: settings.inputs.max_value_bytes,
        no_ids: settings.inputs.no_ids.clone(),
        ..wire::decode::Options::default()
    }
}

/// How the engine reads them: inputs that are routed by way of the topic that routers write.
#[must_use]
pub fn engine_decoder_options(settings: &Settings) -> wire::decode::Options {
    let (topics, routed) = (settings.engine_topics(), settings.routed_topics());
    let zones: BTreeMap<String, Option<Zone>> =
        settings.input_topics().into_iter().map(|topic| topic.name).zip(settings.input_zones()).collect();
    let of = |topic: &InputTopic| zones.get(&topic.name).cloned().flatten();
    let WorkerOptions { routed_input, forwards_input, .. } = worker_options(settings);
    let zones = topics.iter().chain(&routed).map(of).collect();
    wire::decode::Options { topics, routed, routed_input, forwards_input, zones, ..decoder_options(settings) }
}

/// The names of all topics that an event may come from, by [`Position::input`](crate::domain::origin::Position::input).
#[must_use]
pub fn topics_of_events(decode: &wire::decode::Options) -> Vec<String> {
    let read = decode.topics.iter().map(|topic| topic.name.clone());
    // The internal topic has a number, too.
    read.chain([String::new()]).chain(decode.routed.iter().map(|topic| topic.name.clone())).collect()
}

/// What stands around the workers of an instance: what it shows, what it counts, and who answers about single prospects.
pub struct Instance {
    pub models: Arc<Models>,
    pub clock: Arc<dyn Clock + Send + Sync>,
    pub telemetry: Arc<Telemetry>,
    pub board: Arc<StatusBoard>,
    pub directory: Arc<Directory>,
    mailboxes: Vec<Receiver<Question>>,
}

impl Instance {
    /// An instance whose workers have not been started.
    #[must_use]
    pub fn new(options: &Options, models: Arc<Models>, clock: Arc<dyn Clock + Send + Sync>, telemetry: Arc<Telemetry>) -> Self {
        let board = Arc::new(StatusBoard::new(Identity {
            group: options.kafka.group_id.clone(),
            instance: options.kafka.instance_id.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            models: models.models.iter().map(|m| (m.name.clone(), m.hash_text.clone())).collect(),
        }));
        let (directory, mailboxes) = Directory::new(Arc::clone(&board), usize::from(options.worker.workers));
        Self { models, clock, telemetry, board, directory: Arc::new(directory), mailboxes }
    }

    /// What the admin server shows.
    #[must_use]
    pub fn http_parts(&self) -> http::Parts {
        http::Parts {
            telemetry: Arc::clone(&self.telemetry),
            board: Arc::clone(&self.board),
            lookup: Arc::clone(&self.directory) as Arc<dyn ProspectLookup>,
            models: Arc::clone(&self.models),
            clock: Arc::clone(&self.clock),
        }
    }

    /// Starts the workers.
    ///
    /// # Errors
    /// See [`start`].
    pub fn start(
        &mut self,
        options: &Options,
        decoder: wire::decode::Decoder,
        encode: wire::output::Options,
    ) -> Result<Handle, Failure> {
        let models = &self.models;
        let inputs = options.worker.inputs.clone();
        let decoder = match &options.ids {
            Some(ids) => decoder.reading_ids(Arc::clone(&ids.reader)),
            None => decoder,
        };
        let shared = Shared {
            decoder: Arc::new(decoder),
            encoder: Arc::new(wire::output::Encoder::new(encode, Arc::clone(models))),
            codec: wire::state_record::StateCodec,
            models: Arc::clone(models),
            clock: Arc::clone(&self.clock),
            observer: Arc::new(MetricsObserver::new(Arc::clone(&self.telemetry), Arc::clone(models), inputs)),
            board: Arc::clone(&self.board),
        };
        let handle = start(options, shared, std::mem::take(&mut self.mailboxes), &self.telemetry)?;
        let partitioning = Partitioning { partitions: handle.partitions(), partition_of: murmur2_partition };
        self.directory.set_partitioning(partitioning);
        Ok(handle)
    }
}

/// A running service with everything around it.
pub struct Service {
    pub handle: Handle,
    pub board: Arc<StatusBoard>,
    pub telemetry: Arc<Telemetry>,
    pub http: Option<http::Server>,
}

/// What a start needs besides the settings.
pub struct Launch<'a> {
    pub settings: &'a Settings,
    pub models: Arc<Models>,
    pub options: Options,
    pub clock: Arc<dyn Clock + Send + Sync>,
    pub http: Option<http::Options>,
    pub telemetry: Arc<Telemetry>,
}

impl Launch<'_> {
    /// Starts the admin server first, so that a long restore can be watched, then the workers.
    ///
    /// # Errors
    /// What must be put right first.
    pub fn start(self) -> anyhow::Result<Service> {
        let Self { settings, models, options, clock, http, telemetry } = self;
        let mut instance = Instance::new(&options, models, clock, telemetry);
        let http = http.map(|http| http::Server::start(&http, instance.http_parts())).transpose()?;
        let decode = engine_decoder_options(settings);
        let encode = wire::output::Options {
            format: settings.output.format,
            source: format!("leadstream/{}", options.kafka.group_id),
            input_topics: topics_of_events(&decode),
        };
        let telemetry = Arc::clone(&instance.telemetry);
        let count = move |mapping: &str, outcome: MappingOutcome, n| telemetry.mapped(mapping, outcome.name(), n);
        let mappings = wire::decode::Mappings::new(options.mappings.clone(), Box::new(count));
        let decoder = wire::decode::Decoder::new(decode, &instance.models.vocabulary).with_mappings(mappings);
        let handle = instance.start(&options, decoder, encode).context("the service can't start")?;
        Ok(Service { handle, board: instance.board, telemetry: instance.telemetry, http })
    }
}

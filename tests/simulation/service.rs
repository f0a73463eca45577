//! The service as it runs in the simulation: the real formats, models, engine and adapters, on the model of the client library.

use super::client::consumer::SimulatedConsumer;
use super::client::fetcher::Ahead;
use super::client::group;
use super::client::producer::SimulatedFactory;
use super::client::reader::SimulatedReader;
use super::client::{Site, Topics, transactions};
use leadstream::app;
use leadstream::app::identity::{Ids, ids};
use leadstream::app::registry::SchemaSource;
use leadstream::app::route::Mapped;
use leadstream::app::service::{engine_decoder_options, topics_of_events, worker_options};
use leadstream::config::{self, Settings};
use leadstream::domain::Ms;
use leadstream::domain::identity::linking::LiveLinking;
use leadstream::domain::model::Models;
use leadstream::kafka::changelog_reader::ChangelogReader;
use leadstream::kafka::commit_log::KafkaCommitLog;
use leadstream::kafka::options as kafka;
use leadstream::kafka::source::KafkaSource;
use leadstream::runtime::connect::Connect;
use leadstream::runtime::observe::Observer;
use leadstream::runtime::options::Options;
use leadstream::runtime::ports::{Clock, Failure, OutTopic, Ports};
use leadstream::runtime::snapshot::{Identity, StatusBoard};
use leadstream::runtime::worker::Shared;
use leadstream::wire;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// The ports of a simulated worker.
pub struct SimulatedPorts;

impl Ports for SimulatedPorts {
    type Source = KafkaSource<SimulatedConsumer>;
    type Log = KafkaCommitLog<SimulatedFactory>;
    type State = ChangelogReader<SimulatedReader>;
    type Decoder = wire::decode::Decoder;
    type Encoder = wire::output::Encoder;
    type Codec = wire::state_record::StateCodec;
}

/// What all runs with the same settings share: it is made once.
#[derive(Clone)]
pub struct Formats {
    pub settings: Arc<Settings>,
    pub models: Arc<Models>,
    pub decoder: Arc<wire::decode::Decoder>,
    pub encoder: Arc<wire::output::Encoder>,
    /// `None`: nothing is routed.
    pub route: Option<Arc<wire::route::Router>>,
    /// `None`: each key is a prospect of its own.
    pub ids: Option<Ids>,
}

impl Formats {
    /// # Panics
    /// The settings are none.
    #[must_use]
    pub fn new(set: &[&str]) -> Self {
        let set: Vec<String> = set.iter().map(ToString::to_string).collect();
        let settings = config::load_from(None, [], &set).unwrap_or_else(|faults| panic!("{faults:?}")).settings;
        let models: Arc<Models> = Arc::new(config::models(&settings).unwrap_or_else(|faults| panic!("{faults:?}")));
        let encode = wire::output::Options {
            format: wire::output::Format::Json,
            source: "leadstream/simulation".to_owned(),
            input_topics: topics_of_events(&decode_options(&settings)),
        };
        let ids = ids(&settings).unwrap_or_else(|fault| panic!("{fault:?}"));
        let decoder = wire::decode::Decoder::new(decode_options(&settings), &models.vocabulary);
        let decoder = match &ids {
            Some(ids) => decoder.reading_ids(Arc::clone(&ids.reader)),
            None => decoder,
        };
        let routed =
            Mapped::load(&settings, &mut SchemaSource::of_command(&settings)).unwrap_or_else(|fault| panic!("{fault:?}")).routed;
        let route = wire::route::Router::new(routed.clone(), decoder.clone());
        let route = match &ids {
            Some(ids) => route.reading_ids(Arc::clone(&ids.reader), Arc::clone(&models)),
            None => route,
        };
        Self {
            route: (!routed.is_empty()).then(|| Arc::new(route)),
            ids,
            decoder: Arc::new(decoder),
            encoder: Arc::new(wire::output::Encoder::new(encode, Arc::clone(&models))),
            settings: Arc::new(settings),
            models,
        }
    }

    /// The topics of the cluster: inputs first, then outputs. What members write to accounts is an input, too, where accounts are known.
    #[must_use]
    pub fn topics(&self, partitions: i32, routed_partitions: i32) -> Topics {
        let all = self.settings.input_topics();
        let is_routed = self.settings.routed_topics();
        let (routed, mut inputs): (Vec<u16>, Vec<u16>) =
            (0..).take(all.len()).partition(|n| is_routed.contains(&all[usize::from(*n)]));
        let mut names: Vec<String> = all.into_iter().map(|topic| topic.name).collect();
        let outputs: Vec<u16> = (u16::try_from(names.len()).unwrap_or(0)..).take(OutTopic::ALL.len()).collect();
        names.extend(OutTopic::ALL.iter().map(|topic| self.settings.output_topic(*topic)));
        if !routed.is_empty() {
            inputs.push(outputs[OutTopic::Events as usize]);
        }
        if self.ids.is_some() {
            inputs.push(outputs[OutTopic::Forwards as usize]);
        }
        if self.models.accounts().is_some() {
            inputs.push(outputs[OutTopic::AccountMembers as usize]);
        }
        Topics { names, inputs, outputs, partitions, routed, routed_partitions }
    }

    /// What the workers and routers of one run of an instance link ids by.
    #[must_use]
    pub fn linking(&self) -> Option<Arc<LiveLinking>> {
        self.ids.as_ref().map(|ids| Arc::new(LiveLinking::new((*ids.linking).clone())))
    }

    /// How the workers of an instance work.
    #[must_use]
    pub fn worker_options(&self, workers: u16, partitions: i32) -> Options {
        let members = self.models.accounts().is_some().then(|| self.settings.output_topic(OutTopic::AccountMembers));
        // Keys are hashed alike in every run.
        let hash_seed = Options::new(Vec::new(), 1).hash_seed;
        Options { workers, members, partitions: partitions.unsigned_abs(), hash_seed, ..worker_options(&self.settings) }
    }

    /// How the routers of an instance work; `first`: the number of the first of them.
    #[must_use]
    pub fn router_options(&self, first: u16, kafka: &kafka::Options, topics: &Topics) -> (kafka::Options, Options) {
        let (kafka, options) = app::route::options(&self.settings, kafka);
        let options = Options {
            worker: first,
            workers: 1,
            partitions: topics.routed_partitions.unsigned_abs(),
            lanes: u32::try_from(topics.routed.len()).unwrap_or(0) * topics.routed_partitions.unsigned_abs(),
            events_partitions: topics.partitions.unsigned_abs(),
            ..options
        };
        (kafka, options)
    }

    /// What the workers of one run of an instance have in common.
    #[must_use]
    pub fn shared(&self, name: &str, clock: MachineClock, observer: Arc<dyn Observer>) -> Shared<SimulatedPorts> {
        let identity = Identity { group: "simulation".to_owned(), instance: name.to_owned(), ..Identity::default() };
        Shared {
            decoder: Arc::clone(&self.decoder),
            encoder: Arc::clone(&self.encoder),
            codec: wire::state_record::StateCodec,
            models: Arc::clone(&self.models),
            clock: Arc::new(clock),
            observer,
            board: Arc::new(StatusBoard::new(identity)),
        }
    }
}

/// How records of the inputs are read.
#[must_use]
pub fn decode_options(settings: &Settings) -> wire::decode::Options {
    let wire::decode::Options { topics, routed, routed_input, forwards_input, .. } = engine_decoder_options(settings);
    wire::decode::Options { topics, routed, routed_input, forwards_input, ..wire::decode::Options::default() }
}

/// The clock of one machine.
#[derive(Clone)]
pub struct MachineClock {
    pub clock: Arc<AtomicU64>,
    /// How far its wall clock is ahead of the true one.
    pub offset_ms: Arc<AtomicI64>,
}

impl Clock for MachineClock {
    fn now_ms(&self) -> Ms {
        let passed = Ms::try_from(self.clock.load(Ordering::Relaxed) / super::world::MS).unwrap_or(0);
        super::world::START_MS + passed + self.offset_ms.load(Ordering::Relaxed)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_micros(self.clock.load(Ordering::Relaxed))
    }
}

/// How the clients of all instances are set up.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    pub group: group::Settings,
    pub ahead: Ahead,
    pub transaction_timeout: Duration,
    pub batches: super::client::batches::Settings,
}

/// Opens the ports of one worker.
pub struct SimulatedCluster {
    pub site: Site,
    pub kafka: kafka::Options,
    pub clients: ClientSettings,
}

impl Connect<SimulatedPorts> for SimulatedCluster {
    fn source(&self, worker: &Options) -> Result<KafkaSource<SimulatedConsumer>, Failure> {
        let consumer = SimulatedConsumer::join(&self.site, self.clients.group.clone(), self.clients.ahead);
        Ok(KafkaSource::new(consumer, &self.kafka.group_id, worker))
    }

    fn log(
        &self,
        worker: &Options,
        source: &KafkaSource<SimulatedConsumer>,
    ) -> Result<KafkaCommitLog<SimulatedFactory>, Failure> {
        let settings = transactions::Settings {
            name: self.kafka.transactional_id(worker.worker),
            transaction_timeout: super::client::micros(self.clients.transaction_timeout),
            batches: self.clients.batches,
        };
        let factory = SimulatedFactory { site: self.site.clone(), settings, consumer: source.consumer().clone() };
        KafkaCommitLog::open(&self.kafka, worker, factory)
    }

    fn state(&self, _: &Options) -> Result<ChangelogReader<SimulatedReader>, Failure> {
        Ok(ChangelogReader::new(SimulatedReader::new(&self.site, self.clients.ahead), &self.kafka))
    }
}

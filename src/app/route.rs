//! The routers of an instance, and the mappings of topics, from settings.

use super::load_settings::usage;
use super::registry::SchemaSource;
use super::workers::{ServicePorts, worker_options};
use crate::config::Settings;
use crate::config::settings::InputTopic;
use crate::domain::Ms;
use crate::kafka::connect::Cluster;
use crate::kafka::options as kafka;
use crate::kafka::peers::KafkaPeers;
use crate::kafka::purge::KafkaPurge;
use crate::runtime::connect::Connect;
use crate::runtime::observe::Observer;
use crate::runtime::options::{Options as WorkerOptions, Role};
use crate::runtime::ports::{Clock, EventSource, Failure, InputPartition, OutTopic, Ports};
use crate::runtime::router::{Parts, Router};
use crate::runtime::snapshot::StatusBoard;
use crate::runtime::snapshot::router::RouterSnapshot;
use crate::runtime::supervisor::Job;
use crate::wire::mapped::Mapper;
use crate::wire::route::{self, RoutedInput};
use leadstream_mapping::load;
use leadstream_model::{Fault, FileFault, Place};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Ends the group of the routers: the group of the workers has the name before it.
const GROUP: &str = ".router";
/// Pause before the log is opened again.
const OPEN_AGAIN: Duration = Duration::from_millis(500);
/// What a routed topic without a mapping holds.
const SPEC: &str = "segment";

/// Every input topic with its mapping, in configured order.
fn mappings(settings: &Settings, schemas: &mut SchemaSource<'_>) -> anyhow::Result<Vec<(InputTopic, Option<Mapper>)>> {
    let mut faults = Vec::new();
    let mut all = Vec::new();
    for topic in settings.input_topics() {
        let name = topic.name.strip_prefix(&settings.topics.prefix).unwrap_or(&topic.name);
        let mapper = match settings.topics.mappings.get(name).map(|mapping| load(mapping)) {
            None => None,
            Some(Ok(mapping)) if mapping.needs_registry() => match schemas.schemas()? {
                Some(schemas) => Some(Mapper::with_schemas(mapping, schemas)),
                None => {
                    faults.push(no_registry(&mapping.name));
                    None
                }
            },
            Some(Ok(mapping)) => Some(Mapper::from(mapping)),
            Some(Err(found)) => {
                faults.extend(found);
                None
            }
        };
        all.push((topic, mapper));
    }
    if faults.is_empty() { Ok(all) } else { Err(usage("a mapping has", &faults)) }
}

/// A mapping that needs what the settings don't name.
fn no_registry(mapping: &str) -> FileFault {
    let message =
        "its records are read by schemas of a registry: set registry.urls, or name the schema's file in the mapping".to_owned();
    FileFault { origin: mapping.to_owned(), fault: Fault { place: Place::default(), message } }
}

/// What the records of an input become events by.
#[derive(Debug, Clone)]
pub struct InputMapping {
    pub mapper: Mapper,
    /// Its events may be of any prospect, and several of one record; else the record's key is the prospect of its one event.
    pub is_routed: bool,
}

impl InputMapping {
    /// Its records are read as those of a topic without one, but for tombstones.
    #[must_use]
    pub fn changes_nothing(&self) -> bool {
        !self.is_routed && self.mapper.is_identity()
    }
}

/// Every input topic, in configured order; `None`: its records are events already.
///
/// # Errors
/// Every fault of a mapping, as a [`UsageError`](super::exit::UsageError).
pub fn input_mappings(
    settings: &Settings,
    schemas: &mut SchemaSource<'_>,
) -> anyhow::Result<Vec<(InputTopic, Option<InputMapping>)>> {
    let routed = settings.routed_topics();
    let with_route = |(topic, mapper): (InputTopic, Option<Mapper>)| {
        let is_routed = routed.contains(&topic);
        let mapper = match mapper {
            None if is_routed => Some(spec()?),
            mapper => mapper,
        };
        Ok((topic, mapper.map(|mapper| InputMapping { mapper, is_routed })))
    };
    mappings(settings, schemas)?.into_iter().map(with_route).collect()
}

/// The mapping of events in the form of the Segment spec.
///
/// # Errors
/// It can't be read.
pub fn spec() -> anyhow::Result<Mapper> {
    load(SPEC).map(Mapper::from).map_err(|found| usage("a mapping has", &found))
}

/// The mappings of an instance, loaded once.
pub struct Mapped {
    /// Of the topics that the engine reads, by input; `None`: its records are events already.
    pub engine: Vec<Option<Mapper>>,
    /// The inputs that are routed. Those without a mapping hold events in the form of the Segment spec.
    pub routed: Vec<RoutedInput>,
}

impl Mapped {
    /// # Errors
    /// As [`input_mappings`].
    pub fn load(settings: &Settings, schemas: &mut SchemaSource<'_>) -> anyhow::Result<Self> {
        let (mut engine, mut routed) = (Vec::new(), Vec::new());
        for (topic, mapping) in input_mappings(settings, schemas)? {
            match mapping {
                Some(InputMapping { mapper, is_routed: true }) => routed.push(RoutedInput { topic, mapper }),
                mapping => engine.push(mapping.map(|mapping| mapping.mapper)),
            }
        }
        Ok(Self { engine, routed })
    }
}

/// What routers need to know: a group of their own, and the inputs that are routed.
#[must_use]
pub fn options(settings: &Settings, engine: &kafka::Options) -> (kafka::Options, WorkerOptions) {
    let kafka = kafka::Options { group_id: format!("{}{GROUP}", engine.group_id), ..engine.clone() };
    let inputs = settings.routed_topics().into_iter().map(|topic| topic.name).collect();
    let workers = u16::try_from(settings.route.workers).unwrap_or(u16::MAX);
    let ms = |ahead: Duration| Ms::try_from(ahead.as_millis()).unwrap_or(Ms::MAX);
    let worker = WorkerOptions {
        inputs,
        workers,
        role: Role::Router,
        routed_input: None,
        forwards_input: None,
        members: None,
        route_ahead_ms: settings.route.max_ahead.map(ms),
        route_purge_every: settings.route.purge_every,
        ..worker_options(settings)
    };
    (kafka, worker)
}

/// What all routers of an instance have in common.
pub struct Routers {
    pub kafka: kafka::Options,
    /// With the group that reads what they write.
    pub engine: kafka::Options,
    pub worker: WorkerOptions,
    /// Of the inputs that are routed.
    pub route: route::Router,
    /// How far the engine's group has read what is routed now, in the time when it read it itself.
    pub read_before: BTreeMap<InputPartition, i64>,
    pub clock: Arc<dyn Clock + Send + Sync>,
    pub observer: Arc<dyn Observer>,
    pub board: Arc<StatusBoard>,
}

impl Routers {
    /// One job for each. `first`: the number of the first among the workers of the instance.
    #[must_use]
    pub fn jobs(self, first: u16) -> Vec<Job> {
        let Self { kafka, engine, worker, route, read_before, clock, observer, board } = self;
        let (cluster, route) = (Arc::new(Cluster { options: kafka }), Arc::new(route));
        let job = |n: u16| -> Job {
            let (cluster, route) = (Arc::clone(&cluster), Arc::clone(&route));
            let (clock, observer, board) = (Arc::clone(&clock), Arc::clone(&observer), Arc::clone(&board));
            let options = WorkerOptions { worker: first + n, ..worker.clone() };
            // From the first moment on, so that nobody takes an instance for ready before its routers are.
            let show = show_on(Arc::clone(&board), options.worker);
            show("it is not connected yet".to_owned());
            // One of them is enough.
            let purge = options.route_purge_every.filter(|_| n == 0).map(|every| (engine.clone(), every));
            let read_before = read_before.clone();
            Box::new(move |stop| {
                let Some((source, log)) = open::<ServicePorts>(&*cluster, &options, &stop, &show)? else { return Ok(()) };
                let (peers, partitions) = (Box::new(KafkaPeers::new(&cluster.options, &options)?), options.events_partitions);
                let router = Router::new(Parts { source, log, route, options, clock, observer, board, stop });
                let mut router = router.among(peers).after(read_before);
                match purge {
                    Some((engine, every)) => {
                        router.purging(Box::new(KafkaPurge::new(OutTopic::Events, &engine, partitions)), every).run()
                    }
                    None => router.run(),
                }
            })
        };
        (0..worker.workers.max(1)).map(job).collect()
    }
}

/// Shows what a router that has not begun waits for.
pub fn show_on(board: Arc<StatusBoard>, worker: u16) -> impl Fn(String) + Send {
    move |waits_for| board.show_router(RouterSnapshot::starting(usize::from(worker), waits_for))
}

/// What a router reads and writes by.
pub type Opened<P> = (<P as Ports>::Source, <P as Ports>::Log);

/// Joins the group and takes over as its writer; `None`: it was asked to stop before. `waits_for` hears what it waits for.
///
/// # Errors
/// The cluster refuses it.
pub fn open<P: Ports>(
    connect: &impl Connect<P>,
    options: &WorkerOptions,
    stop: &AtomicBool,
    waits_for: &dyn Fn(String),
) -> Result<Option<Opened<P>>, Failure> {
    let mut source = connect.source(options)?;
    loop {
        match connect.log(options, &source) {
            Ok(log) => return Ok(Some((source, log))),
            Err(Failure::Retry(text) | Failure::Rebuild(text)) => {
                if stop.load(Ordering::Acquire) {
                    return Ok(None);
                }
                tracing::warn!("router: {text}: trying again");
                waits_for(text);
                source.wait(OPEN_AGAIN);
            }
            Err(failure) => return Err(failure),
        }
    }
}

//! `demo`: the whole pipeline on an embedded broker with a simulated shop.
//!
//! The pipeline is the service's own ([`Instance`]), with its consumer, transactions and timers. Only the broker (librdkafka's mock
//! cluster, in this process), the shop and the clock are not.

mod clock;
mod headlines;
mod leads;
mod line;
mod reader;
mod traffic;
mod view;

use super::cli::{DemoArgs, SettingsArgs, ShopKind};
use super::identity;
use super::replay::decode_options;
use super::service::{Instance, Options, topics_of_events};
use super::simulate::{ProducerOptions, ShopOptions, Traffic, stop_on_ctrl_c, wall_ms};
use crate::config::{Loaded, Settings};
use crate::domain::identity::linking::LiveLinking;
use crate::domain::model::Models;
use crate::domain::{DAY_MS, Ms};
use crate::http;
use crate::kafka::mock::Mock;
use crate::runtime::options::{Options as WorkerOptions, Positions};
use crate::runtime::ports::Clock;
use crate::runtime::snapshot::{StatusBoard, TaskState};
use crate::runtime::supervisor::Handle;
use crate::telemetry::Telemetry;
use crate::wire::decode::Decoder;
use crate::wire::output;
use anyhow::Context;
use clock::DemoClock;
use reader::Shelf;
use std::collections::VecDeque;
use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use view::{Frame, Persons, Screen};

/// Partitions of every topic.
const PARTITIONS: i32 = 4;
/// People who know the shop: some hundred events a second at the default speed.
const PROSPECTS: u32 = 1_500;
/// People in the market of companies: about a thousand events a second at its speed.
const PROSPECTS_B2B: u32 = 3_000;
/// The group is joined within about three seconds; much longer means that something is wrong.
const JOIN_TIME: Duration = Duration::from_secs(30);
const STOP_TIME: Duration = Duration::from_secs(10);
/// How often a terminal is drawn.
const FRAME: Duration = Duration::from_millis(200);
/// Headlines in plain lines, a second.
const PLAIN_HEADLINES: usize = 4;

/// Runs the command.
///
/// # Errors
/// The pipeline can't be started, or failed on the way.
pub fn run(args: DemoArgs) -> anyhow::Result<ExitCode> {
    let (loaded, models) = settings_and_models(&args)?;
    let demo = Demo::start(&args, &loaded.settings, Arc::new(models))?;
    demo.go(&args)
}

/// A shop that sells to companies is shown with the model for them, unless the settings name models. Addresses are hashed, with
/// identity, by a secret of this run: nothing of a demo outlives it.
fn settings_and_models(args: &DemoArgs) -> anyhow::Result<(Loaded, Models)> {
    let mut set = args.settings.set.clone();
    set.insert(0, format!("identity.secret={:032x}", rand::random::<u128>()));
    let loaded = super::load_settings::settings_and_models(&SettingsArgs { set: set.clone(), ..args.settings.clone() })?;
    if args.shop == ShopKind::Consumer || loaded.0.settings.model.files != Settings::default().model.files {
        return Ok(loaded);
    }
    set.push("model.files=b2b10".to_owned());
    super::load_settings::settings_and_models(&SettingsArgs { set, ..args.settings.clone() })
}

/// The running pieces.
struct Demo {
    models: Arc<Models>,
    clock: Arc<DemoClock>,
    board: Arc<StatusBoard>,
    bootstrap: String,
    producer: ProducerOptions,
    shop: Traffic,
    http: http::Server,
    handle: Handle,
    kafka: crate::kafka::options::Options,
    /// Identity is on.
    has_ids: bool,
    /// Last: everything else needs it.
    _mock: Mock,
}

impl Demo {
    fn start(args: &DemoArgs, settings: &Settings, models: Arc<Models>) -> anyhow::Result<Self> {
        let mock = Mock::start()?;
        let ids = identity::ids(settings)?;
        let mut decode = decode_options(settings);
        let inputs: Vec<String> = decode.topics.iter().map(|t| t.name.clone()).collect();
        let mut kafka = mock.options("leadstream-demo");
        kafka.prefix.clone_from(&settings.topics.prefix);
        mock.create_topics(&kafka, &inputs, PARTITIONS)?;
        if let Some(forwards) = settings.forwards_topic() {
            decode.forwards_input = u16::try_from(decode.topics.len()).ok();
            decode.topics.push(forwards);
            decode.zones.push(None);
        }
        let encode = output::Options {
            format: output::Format::Json,
            source: "leadstream/demo".to_owned(),
            input_topics: topics_of_events(&decode),
        };
        // The mock cluster drops transactional offsets.
        let worker = WorkerOptions {
            positions: Positions::TaskRecord,
            forwards_input: decode.forwards_input,
            linking: ids.as_ref().map(|ids| Arc::new(LiveLinking::new((*ids.linking).clone()))),
            ..WorkerOptions::new(decode.topics.iter().map(|topic| topic.name.clone()).collect(), 0)
        };
        let options = Options { kafka, worker, mappings: Vec::new(), routed: None, ids };
        let clock = Arc::new(DemoClock::new(start_ms(args), history_ms(args.shop), args.speed()));
        let telemetry = Arc::new(Telemetry::new(env!("CARGO_PKG_VERSION")));
        let mut instance = Instance::new(&options, Arc::clone(&models), Arc::<DemoClock>::clone(&clock), telemetry);
        let http = serve(args.listen, || instance.http_parts())?;
        let producer = super::simulate::producer_options(settings, &mock.bootstrap_servers(), false)?;
        let shop = ShopOptions {
            seed: args.seed,
            prospects: if args.shop == ShopKind::B2b { PROSPECTS_B2B } else { PROSPECTS },
            start_ms: start_ms(args),
            late: 0.005,
            corrupt_share: 0.002,
            several_ids: settings.identity.enabled,
            ..ShopOptions::default()
        };
        let shop = traffic::with_history(args.shop, shop, history_ms(args.shop), &producer)?;
        let decoder = Decoder::new(decode, &instance.models.vocabulary);
        let has_ids = options.ids.is_some();
        let handle = instance.start(&options, decoder, encode)?;
        Ok(Self {
            bootstrap: mock.bootstrap_servers(),
            producer,
            shop,
            models,
            clock,
            board: instance.board,
            http,
            handle,
            kafka: options.kafka,
            has_ids,
            _mock: mock,
        })
    }

    /// Opens the shop, shows it until the end, and closes everything in the order of the stream.
    fn go(mut self, args: &DemoArgs) -> anyhow::Result<ExitCode> {
        let stop = Arc::new(AtomicBool::new(false));
        stop_on_ctrl_c(Arc::clone(&stop));
        let shelf = Arc::new(Shelf::default());
        let sent = Arc::new(AtomicU64::new(0));
        let address = self.http.address();
        introduce(&self.bootstrap, address, args)?;
        self.join(&stop)?;
        let (closed, read) = (AtomicBool::new(false), AtomicBool::new(false));
        std::thread::scope(|scope| {
            let reading = scope.spawn(|| reader::run(&self.kafka, PARTITIONS, &self.clock, &read, &shelf));
            self.clock.open();
            let selling = scope.spawn(|| traffic::run(self.shop, &self.producer, &self.clock, &closed, &sent));
            let show = Show {
                shop: args.shop,
                demo: &self.board,
                model: self.models.in_charge(),
                clock: &self.clock,
                bootstrap: &self.bootstrap,
                address,
            };
            let shown = show.until_the_end(args, &stop, &shelf, &sent, &mut self.handle);
            closed.store(true, Ordering::Release);
            let sold = selling.join();
            // What was sold is worked on and read before the pipeline stops.
            std::thread::sleep(FRAME * 2);
            let open_for = self.clock.open_for();
            let persons = self.has_ids.then(|| Persons::of(&self.board));
            let stopped = self.handle.stop(STOP_TIME);
            read.store(true, Ordering::Release);
            let joined = |thread: std::thread::Result<anyhow::Result<()>>, what: &str| {
                thread.unwrap_or_else(|_| anyhow::bail!("{what} broke")).with_context(|| what.to_owned())
            };
            joined(reading.join(), "the reader of the outputs")?;
            joined(sold, "the simulated shop")?;
            shown?;
            stopped.context("the pipeline did not stop cleanly")?;
            let seen = shelf.look();
            let frame = Frame { open_for, persons, ..show.frame(&seen, sent.load(Ordering::Relaxed), 0) };
            writeln!(std::io::stdout(), "\n{}", view::summary(&frame, std::io::stdout().is_terminal()))?;
            anyhow::ensure!(seen.twice == 0, "{} outputs were read twice: that must never be, please report it", seen.twice);
            let (shown, what) = match args.shop {
                ShopKind::Consumer => (seen.triggers(), "trigger"),
                ShopKind::B2b => (seen.leads.handed_over(), "hand-over"),
            };
            anyhow::ensure!(shown > 0, "no {what} was seen: let the demo run longer or faster (--duration, --speed)");
            Ok(ExitCode::SUCCESS)
        })
    }

    /// Waits until the worker has its partitions.
    fn join(&mut self, stop: &AtomicBool) -> anyhow::Result<()> {
        let begun = self.clock.monotonic();
        loop {
            let ready = self.board.tasks().iter().filter(|t| t.state == TaskState::Ready).count();
            if ready == PARTITIONS as usize || stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            if let Some(ended) = self.handle.wait(Duration::from_millis(50)) {
                ended.context("the pipeline")?;
                anyhow::bail!("the pipeline ended before the shop opened");
            }
            anyhow::ensure!(
                self.clock.monotonic() - begun < JOIN_TIME,
                "the embedded broker gave no partitions within {JOIN_TIME:?}"
            );
        }
    }
}

/// A demo shall not fail because of a port: when the wanted one is taken, any will do.
fn serve(listen: SocketAddr, parts: impl Fn() -> http::Parts) -> Result<http::Server, http::Error> {
    let start = |listen| http::Server::start(&http::Options::new(listen), parts());
    match start(listen) {
        Err(http::Error::Bind { .. }) => start(SocketAddr::new(listen.ip(), 0)),
        other => other,
    }
}

/// With a duration the history ends about now, else it begins now.
fn start_ms(args: &DemoArgs) -> Ms {
    let length_ms = args.duration.map_or(0.0, |d| d.as_secs_f64() * 1_000.0 * args.speed());
    // The shop opens at midnight.
    (wall_ms() - length_ms as Ms - history_ms(args.shop)).div_euclid(DAY_MS) * DAY_MS
}

/// What lies in the topics before the service starts. A deal with a company takes months: those that are signed while someone
/// looks began before.
fn history_ms(shop: ShopKind) -> Ms {
    match shop {
        ShopKind::Consumer => 0,
        ShopKind::B2b => 56 * DAY_MS,
    }
}

fn introduce(bootstrap: &str, http: SocketAddr, args: &DemoArgs) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    let (shop, topic) = match args.shop {
        ShopKind::Consumer => ("a simulated shop", "leadstream.cart-abandoned"),
        ShopKind::B2b => ("a simulated market of companies", "leadstream.hand-overs"),
    };
    writeln!(out, "leadstream demo: {shop}, {} times faster than life, on a Kafka in this process.", args.speed())?;
    writeln!(out, "  Kafka      {bootstrap}  (try: kcat -b {bootstrap} -t {topic} -C)")?;
    writeln!(out, "  dashboard  http://{http}/     metrics  http://{http}/metrics")?;
    writeln!(out, "The shop opens in about three seconds; Ctrl-C ends the demo.")
}

/// Everything that frames are drawn from.
struct Show<'a> {
    shop: ShopKind,
    demo: &'a StatusBoard,
    model: &'a crate::domain::model::Model,
    clock: &'a DemoClock,
    bootstrap: &'a str,
    address: SocketAddr,
}

impl Show<'_> {
    fn frame<'a>(&'a self, seen: &'a reader::Seen, sent: u64, per_second: u64) -> Frame<'a> {
        Frame {
            shop: self.shop,
            now_ms: self.clock.now_ms(),
            open_for: self.clock.open_for(),
            shop_ms: self.clock.elapsed_ms(),
            history_ms: history_ms(self.shop),
            sent,
            per_second,
            bootstrap: self.bootstrap,
            http: self.address,
            board: self.demo,
            model: self.model,
            seen,
            persons: None,
        }
    }

    fn until_the_end(
        &self,
        args: &DemoArgs,
        stop: &AtomicBool,
        shelf: &Shelf,
        sent: &AtomicU64,
        handle: &mut Handle,
    ) -> anyhow::Result<()> {
        let screen = if std::io::stdout().is_terminal() && !args.plain { Some(Screen::enter()?) } else { None };
        // What was sent at each of the last frames: one second of them.
        let mut before: VecDeque<u64> = VecDeque::from([0]);
        let (mut told, mut next_line) = (0, Duration::ZERO);
        while !stop.load(Ordering::Relaxed) && args.duration.is_none_or(|d| self.clock.open_for() < d) {
            if let Some(ended) = handle.wait(FRAME) {
                ended.context("the pipeline")?;
                anyhow::bail!("the pipeline ended by itself");
            }
            let now = sent.load(Ordering::Relaxed);
            let per_second = now - before.front().copied().unwrap_or(0);
            before.push_back(now);
            if before.len() > 5 {
                before.pop_front();
            }
            let seen = shelf.look();
            let frame = self.frame(&seen, now, per_second);
            match &screen {
                Some(screen) => screen.draw(&frame)?,
                None if frame.open_for >= next_line => {
                    next_line = frame.open_for + Duration::from_secs(1);
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "{}", view::status_line(&frame))?;
                    let new = usize::try_from(seen.headlines.count - told).unwrap_or(usize::MAX).min(PLAIN_HEADLINES);
                    for headline in seen.headlines.newest.iter().rev().take(new) {
                        writeln!(out, "{}", view::headline(headline))?;
                    }
                    told = seen.headlines.count;
                }
                None => {}
            }
        }
        Ok(())
    }
}

//! `simulate`: seeded shop traffic as files or into Kafka.
//!
//! [`Traffic`] makes the records, the same for every destination; this file decides when they happened and where they go.

mod agenda;
mod b2b;
mod batches;
mod catalogue;
mod corruption;
mod daily_curve;
mod files;
mod history;
mod ids;
mod json_writer;
mod mail;
mod options;
mod outlet;
mod pace;
mod people;
mod produce;
mod record;
mod rng;
mod scene;
mod shop;
mod sources;
mod traffic;
mod visit;
mod what;
mod write;

pub use b2b::Market;
pub use batches::Batches;
pub use options::ShopOptions;
pub(super) use pace::{stop_on_ctrl_c, wall_ms};
pub use produce::{Producer, ProducerOptions};
pub use record::{Record, Topic};
pub use shop::Shop;
pub use sources::Sources;
pub use traffic::Traffic;

use super::cli::{ShopKind, SimulateArgs};
use super::exit::UsageError;
use super::terminal::stdout;
use crate::config::Settings;
use crate::domain::{MINUTE_MS, Ms};
use indicatif::{ProgressBar, ProgressStyle};
use pace::{Pace, PaceKind};
use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;

/// Runs the command.
///
/// # Errors
/// The arguments make no sense, or the files or topics can't be written.
pub fn run(args: SimulateArgs) -> anyhow::Result<ExitCode> {
    let plan = Plan::new(&args, wall_ms())?;
    let mut shop = Traffic::new(plan.kind, plan.shop.clone());
    let progress = progress(&plan);
    let tally = match &args.out {
        Some(dir) => {
            let mut files = files::Files::create(dir, args.compress, plan.shop.sources)?;
            let tally = drive(&mut shop, &plan, &progress, &mut |record| files.write(record))?;
            files.finish()?;
            tally
        }
        None => {
            let mut producer = Producer::new(&target(&args)?)?;
            let tally = drive(&mut shop, &plan, &progress, &mut |record| producer.send(record))?;
            producer.finish()?;
            tally
        }
    };
    progress.finish_and_clear();
    writeln!(stdout(false), "{}", tally.text())?;
    Ok(ExitCode::SUCCESS)
}

/// Where simulated records go in Kafka: the first topic of each kind.
fn target(args: &SimulateArgs) -> anyhow::Result<ProducerOptions> {
    let settings = super::load_settings::settings(&args.settings)?.settings;
    let mut options = producer_options(&settings, &settings.kafka.bootstrap_servers, true)?;
    for topic in Topic::ALL {
        if let Some((mapping, name)) = Sources::new(&args.sources).mapping(topic) {
            let named = settings.topics.mappings.iter().find(|(_, of)| *of == mapping);
            let name = named.map_or(name, |(topic, _)| topic.as_str());
            options.topics[topic.index()] = format!("{}{name}", settings.topics.prefix);
        }
    }
    Ok(options)
}

/// `with_properties`: the configured cluster's own; the demo's embedded broker wants none.
pub(super) fn producer_options(
    settings: &Settings,
    bootstrap_servers: &str,
    with_properties: bool,
) -> Result<ProducerOptions, UsageError> {
    let first = |names: &[String], key: &str| {
        let empty = || UsageError(format!("`topics.{key}` is empty: simulated events go into its first topic"));
        Ok::<_, UsageError>(format!("{}{}", settings.topics.prefix, names.first().ok_or_else(empty)?))
    };
    let topics = &settings.topics;
    let properties = if with_properties { settings.kafka.properties.clone() } else { BTreeMap::new() };
    Ok(ProducerOptions {
        topics: [first(&topics.clickstream, "clickstream")?, first(&topics.email, "email")?, first(&topics.cart, "cart")?],
        bootstrap_servers: bootstrap_servers.to_owned(),
        properties: properties.into_iter().collect(),
    })
}

/// What to do, worked out from the arguments and the time of day.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub kind: ShopKind,
    pub shop: ShopOptions,
    /// How many records at most.
    pub events: Option<u64>,
    /// Until this much of the shop's time has passed.
    pub until_ms: Option<Ms>,
    pub pace: PaceKind,
}

impl Plan {
    fn new(args: &SimulateArgs, now_ms: Ms) -> anyhow::Result<Self> {
        let until_ms = args.duration.map(|d| Ms::try_from(d.as_millis()).unwrap_or(Ms::MAX));
        let start_ms = args.start.as_deref().map(parse_time).transpose()?;
        if args.events.is_none() && until_ms.is_none() && !args.kafka {
            return Err(UsageError("say how much to generate: `--events 100000` or `--duration 7d`".to_owned()).into());
        }
        if args.shop == ShopKind::B2b && !args.sources.is_empty() {
            let text = "`--as` is of the shop of people: leave out `--shop b2b`";
            return Err(UsageError(text.to_owned()).into());
        }
        let mut shop = ShopOptions {
            seed: args.seed,
            prospects: u32::try_from(args.prospects)
                .map_err(|_| UsageError("`--prospects` can be at most 4 billion".to_owned()))?,
            start_ms: 0,
            late: args.late,
            late_by_ms: Ms::try_from(args.late_by.as_millis()).unwrap_or(10 * MINUTE_MS),
            corrupt_share: args.corrupt_share,
            pad_bytes: args.pad_bytes,
            sources: Sources::new(&args.sources),
            several_ids: false,
        };
        let endless = args.events.is_none() && until_ms.is_none();
        let pace = match (args.kafka, args.rate, start_ms) {
            (false, ..) => PaceKind::FlatOut,
            (true, Some(rate), None) => PaceKind::Live(rate),
            (true, Some(rate), Some(_)) => PaceKind::History(rate),
            (true, None, None) if endless => PaceKind::RealTime,
            (true, None, _) => PaceKind::NotAhead,
        };
        shop.start_ms = match (start_ms, pace) {
            (Some(start_ms), _) => start_ms,
            (None, PaceKind::Live(_) | PaceKind::RealTime) => now_ms,
            // History that ends now.
            (None, _) => history::start_ms(args.shop, &shop, args.events, until_ms, now_ms),
        };
        Ok(Self { kind: args.shop, shop, events: args.events, until_ms, pace })
    }
}

pub(crate) fn parse_time(text: &str) -> anyhow::Result<Ms> {
    let time: Result<jiff::Timestamp, _> = text.parse();
    let bad = |e| UsageError(format!("{text:?} is no time such as 2026-03-01T00:00:00Z: {e}"));
    Ok(time.map_err(bad)?.as_millisecond())
}

/// What was made.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Tally {
    /// Events, by topic.
    events: [u64; 3],
    /// Records that they were written as.
    given: u64,
    bytes: u64,
    first_ms: Option<Ms>,
    last_ms: Ms,
}

impl Tally {
    fn text(&self) -> String {
        let time = |ms: Ms| format!("{:.3}", jiff::Timestamp::from_millisecond(ms).unwrap_or_default());
        let all: u64 = self.events.iter().sum();
        let [clickstream, email, cart] = self.events;
        let mean = self.bytes / all.max(1);
        let records = if self.given == all { String::new() } else { format!(", in {} records,", self.given) };
        let (first, last) = (time(self.first_ms.unwrap_or(0)), time(self.last_ms));
        format!(
            "{all} events ({clickstream} clickstream, {email} email, {cart} cart){records} of {mean} bytes, from {first} to {last}"
        )
    }
}

fn drive(
    shop: &mut Traffic,
    plan: &Plan,
    progress: &ProgressBar,
    give: &mut dyn FnMut(&Record) -> anyhow::Result<()>,
) -> anyhow::Result<Tally> {
    let mut tally = Tally::default();
    let mut record = Record::default();
    let mut pace = Pace::new(plan.pace, plan.shop.start_ms);
    let mut batches = Batches::new(plan.shop.sources);
    let mut give = |record: &Record, tally: &mut Tally| {
        tally.given += 1;
        tally.bytes += record.value.len() as u64;
        give(record)
    };
    for n in 0..plan.events.unwrap_or(u64::MAX) {
        if plan.until_ms.is_some_and(|until| shop.next_at_ms() > until) || pace.is_stopped() {
            break;
        }
        match pace.stamp(n, shop.next_at_ms()) {
            Some(now_ms) => shop.next_at(now_ms, &mut record),
            None => shop.next_into(&mut record),
        }
        batches.push(&record, &mut |record| give(record, &mut tally))?;
        tally.events[record.topic.index()] += 1;
        tally.first_ms.get_or_insert(record.record_ms);
        tally.last_ms = record.record_ms;
        if n % 4_096 == 0 {
            progress.set_position(n);
        }
    }
    batches.finish(&mut |record| give(record, &mut tally))?;
    Ok(tally)
}

/// Hides itself when stderr is no terminal.
fn progress(plan: &Plan) -> ProgressBar {
    let Some(events) = plan.events else { return ProgressBar::new_spinner() };
    let style = ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} events, {per_sec}, {eta} to go");
    ProgressBar::new(events).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

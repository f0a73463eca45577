//! The commands around the simulated shops.

use super::settings::SettingsArgs;
use super::value_parsers::{duration, positive, share};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// `demo`.
#[derive(Debug, Clone, Args)]
pub struct DemoArgs {
    /// Stop after this long and print a summary (`30s`, `5m`); default: run until Ctrl-C
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub duration: Option<Duration>,
    /// Where metrics and health are served
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9464")]
    pub listen: std::net::SocketAddr,
    /// Who buys in the simulated shop: people, or companies (with the model b2b10, unless the settings name models)
    #[arg(long, value_enum, default_value_t = ShopKind::Consumer)]
    pub shop: ShopKind,
    /// How many times faster than real time the shop runs; default: 14400, where the 72 h of a cart series pass in 18 s, and
    /// 259200 with `--shop b2b`, where three days pass in a second
    #[arg(long, value_name = "N", value_parser = positive)]
    pub speed: Option<f64>,
    /// Seed of the simulated shop
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Print plain lines even on a terminal
    #[arg(long)]
    pub plain: bool,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

impl DemoArgs {
    /// Companies take months where people take days.
    #[must_use]
    pub fn speed(&self) -> f64 {
        self.speed.unwrap_or(match self.shop {
            ShopKind::Consumer => 14_400.0,
            ShopKind::B2b => 259_200.0,
        })
    }
}

/// `simulate`.
#[derive(Debug, Clone, Args)]
pub struct SimulateArgs {
    /// Write files to this folder: clickstream.jsonl, email.jsonl, cart.jsonl (with `--as`, under the names of its topics)
    #[arg(long, short = 'o', value_name = "DIR", required_unless_present = "kafka", conflicts_with = "kafka")]
    pub out: Option<PathBuf>,
    /// Write to the input topics of the settings
    #[arg(long)]
    pub kafka: bool,
    /// Who buys: people, with carts and reminders, or companies, with buying groups, sales and contracts
    #[arg(long, value_enum, default_value_t = ShopKind::Consumer)]
    pub shop: ShopKind,
    /// Write the shop of people as real sources send it, for mappings to read: carts, orders and customers as Shopify's webhooks
    /// (`shop.webhooks`), mails as SendGrid's lists (`mail.events`), the site as GA4's measurement protocol (`site.events`). Files hold
    /// lines as `kcat -J` writes them; `--kafka` takes the input topics that `topics.mappings` gives these mappings, else those named
    /// here, which `topics.*`, `topics.mappings.*` and `route.topics` have to name. People, products and orders are numbers then;
    /// `segment` writes Segment JSON of the same numbers, to compare
    #[arg(long = "as", value_name = "SOURCE", value_enum, value_delimiter = ',')]
    pub sources: Vec<SourceFormat>,
    /// How many events to generate; default: until `--duration` of the shop's time, else until Ctrl-C (Kafka only)
    #[arg(long, short = 'n', value_name = "N")]
    pub events: Option<u64>,
    /// How much of the shop's time to simulate (`3d`)
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub duration: Option<Duration>,
    /// Seed: the same seed gives the same shop
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Number of visitors that the shop draws from
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub prospects: u64,
    /// Time of the first event (RFC 3339); default: such that the last one is not in the future
    #[arg(long, value_name = "TIME")]
    pub start: Option<String>,
    /// Events per second into Kafka; default: as fast as possible
    #[arg(long, value_name = "N", value_parser = positive)]
    pub rate: Option<f64>,
    /// Share of events that arrive late (0.01 is 1 %)
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub late: f64,
    /// How late they are at most
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration)]
    pub late_by: Duration,
    /// Share of events that are corrupted, in every way
    #[arg(long = "dirt", value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub corrupt_share: f64,
    /// Minimum size in bytes that each event of Segment JSON is padded to
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub pad_bytes: usize,
    /// Compression of the files
    #[arg(long, value_enum, default_value_t = FileCompression::None)]
    pub compress: FileCompression,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// Which simulated shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ShopKind {
    #[default]
    Consumer,
    B2b,
}

/// A source whose format events are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SourceFormat {
    Segment,
    Shopify,
    Sendgrid,
    Ga4,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum FileCompression {
    #[default]
    None,
    Gz,
    Zst,
}

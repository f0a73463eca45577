//! The typed settings: what the rest of the program is given. `keys` says what each means, its default and why.

mod read;

use super::keys;
use super::layers::{Layers, Origin};
use super::secrets::is_secret;
use crate::domain::zones::Zone;
use crate::runtime::options::DEFAULT_FETCH_BYTES;
use leadstream_model::{CartSpec, DEFAULT_MODEL, tree};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

pub use crate::kafka::options::GroupProtocol;
pub use crate::runtime::options::{OnGap, OnPoison, Positions, Start};

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    pub kafka: Kafka,
    pub topics: Topics,
    pub inputs: Inputs,
    pub engine: Engine,
    pub output: Output,
    pub deadletters: DeadLetters,
    pub http: Http,
    pub log: Log,
    pub state: State,
    pub model: ModelSettings,
    pub check: Check,
}

/// `kafka.*`
#[derive(Debug, Clone, PartialEq)]
pub struct Kafka {
    pub bootstrap_servers: String,
    pub group_id: String,
    /// `kafka.properties.*` over those of `kafka.properties_file`. May hold secrets: never log it, see [`is_secret`].
    pub properties: BTreeMap<String, String>,
    pub properties_file: Option<PathBuf>,
    pub start: Start,
    pub on_gap: OnGap,
    pub positions: Positions,
    pub static_membership: bool,
    pub group_protocol: GroupProtocol,
    pub session_timeout: Duration,
    pub transaction_timeout: Duration,
}

/// `topics.*`: names without the prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topics {
    pub prefix: String,
    pub clickstream: Vec<String>,
    pub email: Vec<String>,
    pub cart: Vec<String>,
    pub allow_mixed_partitioners: bool,
    /// `None`: for ever.
    pub retention: Option<Duration>,
}

/// One input topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputTopic {
    /// With the prefix, as the broker knows it.
    pub name: String,
    pub is_email: bool,
    /// Events that erase, withdraw consent or answer for sales are accepted from it.
    pub is_trusted: bool,
    pub format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    #[default]
    Json,
    Protobuf,
}

/// `inputs.*`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inputs {
    pub max_value_bytes: usize,
    pub allowed_skew: Duration,
    /// `None`: off. As configured, else [`Inputs::allowed_skew`].
    pub max_ahead: Option<Duration>,
    /// `None`: off.
    pub max_age: Option<Duration>,
    /// Topics (names without the prefix) from which events that erase, withdraw consent or answer for sales are accepted. `None`: all but
    /// `topics.clickstream`.
    pub trusted: Option<Vec<String>>,
    /// By topic name without the prefix.
    pub formats: BTreeMap<String, Format>,
    /// Words that stand for no id, besides those that do everywhere.
    pub no_ids: Vec<String>,
    /// Where times without a zone were written. `None`: see [`crate::wire::decode::Options::zones`].
    pub time_zone: Option<String>,
    /// By topic name without the prefix.
    pub time_zones: BTreeMap<String, String>,
}

/// `engine.*`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engine {
    pub workers: usize,
    /// As configured; [`super::instance::resolve`] gives the one to use.
    pub instance_id: Option<String>,
    pub batch_max_events: usize,
    pub batch_longest: Duration,
    pub batch_linger: Duration,
    pub fetch_ahead: usize,
    pub fetch_ahead_bytes: usize,
    pub decoded_records: usize,
    /// `None`: off.
    pub max_records_per_partition: Option<usize>,
    pub behind_after: Duration,
    pub shutdown_deadline: Duration,
}

/// `output.*`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Output {
    pub format: Format,
}

/// `deadletters.*`
#[derive(Debug, Clone, PartialEq)]
pub struct DeadLetters {
    /// `None`: never stop.
    pub stop_ratio: Option<f64>,
    pub stop_count: usize,
    pub stop_window: usize,
    pub on_poison: OnPoison,
    /// What `topics create` gives their topic; `None`: for ever.
    pub retention: Option<Duration>,
}

/// `http.*`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Http {
    /// `None`: off.
    pub listen: Option<SocketAddr>,
    pub token_file: Option<PathBuf>,
    pub allow_anonymous: bool,
}

/// `log.*`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    pub format: LogFormat,
    pub level: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

/// `state.*`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    pub dir: Option<PathBuf>,
}

/// `model.*`
#[derive(Debug, Clone)]
pub struct ModelSettings {
    pub files: Vec<String>,
    /// `model.cart.*`: over each model's own.
    pub cart: CartSpec,
}

impl PartialEq for ModelSettings {
    fn eq(&self, other: &Self) -> bool {
        self.files == other.files && format!("{:?}", self.cart) == format!("{:?}", other.cart)
    }
}

/// `check.*`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub sample_records: usize,
}

impl Default for Kafka {
    fn default() -> Self {
        Self {
            bootstrap_servers: "127.0.0.1:9092".to_owned(),
            group_id: "leadstream".to_owned(),
            properties: BTreeMap::new(),
            properties_file: None,
            start: Start::Earliest,
            on_gap: OnGap::Stop,
            positions: Positions::Checked,
            static_membership: false,
            group_protocol: GroupProtocol::Classic,
            session_timeout: Duration::from_secs(6),
            transaction_timeout: Duration::from_secs(5),
        }
    }
}

impl Default for Topics {
    fn default() -> Self {
        let one = |name: &str| vec![name.to_owned()];
        Self {
            prefix: String::new(),
            clickstream: one("clickstream"),
            email: one("email"),
            cart: one("cart"),
            allow_mixed_partitioners: false,
            retention: Some(Duration::from_secs(30 * 86_400)),
        }
    }
}

impl Default for Inputs {
    fn default() -> Self {
        Self {
            max_value_bytes: 1 << 20,
            allowed_skew: Duration::from_secs(300),
            max_ahead: Some(Duration::from_secs(300)),
            max_age: Some(Duration::from_secs(90 * 86_400)),
            trusted: None,
            formats: BTreeMap::new(),
            no_ids: Vec::new(),
            time_zone: None,
            time_zones: BTreeMap::new(),
        }
    }
}

impl Default for Engine {
    fn default() -> Self {
        Self {
            workers: std::thread::available_parallelism().map_or(1, usize::from).min(4),
            instance_id: None,
            batch_max_events: 20_000,
            batch_longest: Duration::from_millis(250),
            batch_linger: Duration::from_millis(8),
            fetch_ahead: 4_000,
            fetch_ahead_bytes: DEFAULT_FETCH_BYTES,
            decoded_records: 262_144,
            max_records_per_partition: None,
            behind_after: Duration::from_secs(5),
            shutdown_deadline: Duration::from_secs(10),
        }
    }
}

impl Default for DeadLetters {
    fn default() -> Self {
        Self {
            stop_ratio: Some(0.5),
            stop_count: 1_000,
            stop_window: 2_000,
            on_poison: OnPoison::Pause,
            retention: Some(Duration::from_secs(30 * 86_400)),
        }
    }
}

impl Default for Http {
    fn default() -> Self {
        Self { listen: Some(SocketAddr::from(([127, 0, 0, 1], 9464))), token_file: None, allow_anonymous: false }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".to_owned() }
    }
}

impl Default for ModelSettings {
    fn default() -> Self {
        Self { files: vec![DEFAULT_MODEL.to_owned()], cart: CartSpec::default() }
    }
}

impl Default for Check {
    fn default() -> Self {
        Self { sample_records: 2_000 }
    }
}

impl Settings {
    /// All input topics in configured order (clickstream, email, cart): `Position::input` is the index.
    #[must_use]
    pub fn input_topics(&self) -> Vec<InputTopic> {
        let topics = &self.topics;
        let lists = [(&topics.clickstream, false), (&topics.email, true), (&topics.cart, false)];
        let is_trusted = |name: &String| match &self.inputs.trusted {
            Some(trusted) => trusted.contains(name),
            None => !topics.clickstream.contains(name),
        };
        let topic = |name: &String, is_email| InputTopic {
            name: format!("{}{name}", topics.prefix),
            is_email,
            is_trusted: is_trusted(name),
            format: self.inputs.formats.get(name).copied().unwrap_or_default(),
        };
        lists.into_iter().flat_map(|(names, is_email)| names.iter().map(move |name| topic(name, is_email))).collect()
    }

    /// The zone of times without one, of each input topic in configured order.
    #[must_use]
    pub fn input_zones(&self) -> Vec<Option<Zone>> {
        let topics = [&self.topics.clickstream, &self.topics.email, &self.topics.cart].into_iter().flatten();
        let of = |name| self.inputs.time_zones.get(name).or(self.inputs.time_zone.as_ref());
        topics.map(|name| of(name).and_then(|zone| Zone::find(zone))).collect()
    }

    /// The name of an output topic, with the prefix.
    #[must_use]
    pub fn output_topic(&self, topic: crate::runtime::ports::OutTopic) -> String {
        format!("{}{}", self.topics.prefix, topic.topic_name())
    }
}

/// Every key with its value in force and where that comes from, secrets masked: for the log at a start.
#[must_use]
pub fn effective(layers: &Layers) -> Vec<(String, String, Origin)> {
    let mut all: Vec<(String, String, Origin)> = keys::KEYS
        .iter()
        .filter(|key| !layers.values.contains_key(key.name) && !key.default.is_empty())
        .map(|key| (key.name.to_owned(), key.default.to_owned(), Origin::Default))
        .collect();
    for (name, setting) in &layers.values {
        let value = if is_secret(name) { "********".to_owned() } else { tree::written(&setting.node.value) };
        all.push((name.clone(), value, setting.origin.clone()));
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

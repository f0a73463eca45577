//! The typed settings: what the rest of the program is given. `keys` says what each means, its default and why.

use super::fields::{Faults, Fields};
use super::layers::{Layers, Origin};
use super::{keys, model_file, validate};
use crate::domain::Ms;
use crate::domain::model::spec::{At, CartSpec};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

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
    /// `kafka.properties.*` over those of `kafka.properties_file`. May hold secrets: never log it, see [`super::is_secret`].
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

/// Where a group without offsets begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Start {
    #[default]
    Earliest,
    Latest,
    /// At this time (ms since the epoch).
    At(Ms),
}

/// What to do when retention has removed a committed offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnGap {
    #[default]
    Stop,
    Skip,
}

/// Who says where reading goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Positions {
    /// The group's offsets, which must agree with the state.
    #[default]
    Checked,
    Group,
    TaskRecord,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GroupProtocol {
    #[default]
    Classic,
    Consumer,
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
    /// `None`: off.
    pub max_age: Option<Duration>,
    /// By topic name without the prefix.
    pub formats: BTreeMap<String, Format>,
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
    pub timeout: Duration,
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
            max_age: Some(Duration::from_secs(90 * 86_400)),
            formats: BTreeMap::new(),
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
            batch_linger: Duration::from_millis(4),
            fetch_ahead: 4_000,
            behind_after: Duration::from_secs(5),
            shutdown_deadline: Duration::from_secs(10),
        }
    }
}

impl Default for DeadLetters {
    fn default() -> Self {
        Self { stop_ratio: Some(0.5), stop_count: 1_000, stop_window: 2_000 }
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
        Self { files: vec![model_file::DEFAULT_MODEL.to_owned()], cart: CartSpec::default() }
    }
}

impl Default for Check {
    fn default() -> Self {
        Self { sample_records: 2_000, timeout: Duration::from_secs(15) }
    }
}

impl Settings {
    /// All input topics in configured order (clickstream, email, cart): `Position::input` is the index.
    #[must_use]
    pub fn input_topics(&self) -> Vec<InputTopic> {
        let lists = [(&self.topics.clickstream, false), (&self.topics.email, true), (&self.topics.cart, false)];
        let topic = |name: &String, is_email| InputTopic {
            name: format!("{}{name}", self.topics.prefix),
            is_email,
            format: self.inputs.formats.get(name).copied().unwrap_or_default(),
        };
        lists.into_iter().flat_map(|(names, is_email)| names.iter().map(move |name| topic(name, is_email))).collect()
    }

    /// The name of an output topic, with the prefix.
    #[must_use]
    pub fn output_topic(&self, topic: crate::runtime::ports::OutTopic) -> String {
        format!("{}{}", self.topics.prefix, topic.topic_name())
    }

    /// Reads the layers; faults of values and of their combinations are added to `layers.faults`.
    #[must_use]
    pub fn read(layers: &mut Layers) -> Self {
        let mut settings = Self::default();
        let mut reader = Reader { layers };
        settings.kafka(&mut reader);
        settings.topics(&mut reader);
        settings.engine(&mut reader);
        settings.outside(&mut reader);
        settings.model(&mut reader);
        validate::check(&settings, layers);
        settings
    }

    fn kafka(&mut self, reader: &mut Reader<'_>) {
        let kafka = &mut self.kafka;
        reader.section("kafka", |f, faults| {
            set(&mut kafka.bootstrap_servers, f.text("bootstrap_servers", faults));
            set(&mut kafka.group_id, f.text("group_id", faults));
            set_path(&mut kafka.properties_file, f.text("properties_file", faults));
            if let Some(text) = f.text("start", faults) {
                match start(&text.value) {
                    Some(start) => kafka.start = start,
                    None => faults.add(
                        &text.place,
                        format!("{:?} must be earliest, latest or a time such as 2026-03-01T00:00:00Z", text.value),
                    ),
                }
            }
            set(&mut kafka.on_gap, f.choice("on_gap", &[("stop", OnGap::Stop), ("skip", OnGap::Skip)], faults));
            let positions =
                [("checked", Positions::Checked), ("group", Positions::Group), ("task-record", Positions::TaskRecord)];
            set(&mut kafka.positions, f.choice("positions", &positions, faults));
            set(&mut kafka.static_membership, f.bool("static_membership", faults));
            let protocols = [("classic", GroupProtocol::Classic), ("consumer", GroupProtocol::Consumer)];
            set(&mut kafka.group_protocol, f.choice("group_protocol", &protocols, faults));
            set_duration(&mut kafka.session_timeout, f.duration("session_timeout", faults));
            set_duration(&mut kafka.transaction_timeout, f.duration("transaction_timeout", faults));
        });
        self.kafka.properties = super::properties::read(self.kafka.properties_file.as_deref(), reader.layers);
    }

    fn topics(&mut self, reader: &mut Reader<'_>) {
        let topics = &mut self.topics;
        reader.section("topics", |f, faults| {
            set(&mut topics.prefix, f.text("prefix", faults));
            set_list(&mut topics.clickstream, f.texts("clickstream", faults));
            set_list(&mut topics.email, f.texts("email", faults));
            set_list(&mut topics.cart, f.texts("cart", faults));
            set(&mut topics.allow_mixed_partitioners, f.bool("allow_mixed_partitioners", faults));
            set_limit(&mut topics.retention, f.duration_or_off("retention", faults));
        });
        let inputs = &mut self.inputs;
        reader.section("inputs", |f, faults| {
            set_count(&mut inputs.max_value_bytes, f.integer("max_value_bytes", faults), 1_024, 512 << 20, faults);
            set_duration(&mut inputs.allowed_skew, f.duration("allowed_skew", faults));
            set_limit(&mut inputs.max_age, f.duration_or_off("max_age", faults));
        });
        reader.section("inputs.formats", |f, faults| {
            for (topic, node, place) in f.entries() {
                let word = super::fields::text_of(node, &place, faults);
                match word.as_deref() {
                    Some("json") => _ = inputs.formats.insert(topic.to_owned(), Format::Json),
                    Some("protobuf") => _ = inputs.formats.insert(topic.to_owned(), Format::Protobuf),
                    Some(other) => faults.add(&place, format!("{other:?} is no format: json or protobuf")),
                    None => {}
                }
            }
        });
    }

    fn engine(&mut self, reader: &mut Reader<'_>) {
        let engine = &mut self.engine;
        reader.section("engine", |f, faults| {
            set_count(&mut engine.workers, f.integer("workers", faults), 1, 256, faults);
            engine.instance_id = f.text("instance_id", faults).map(|t| t.value);
            set_count(&mut engine.batch_max_events, f.integer("batch_max_events", faults), 1, 1_000_000, faults);
            set_duration(&mut engine.batch_longest, f.duration("batch_longest", faults));
            set_duration(&mut engine.batch_linger, f.duration("batch_linger", faults));
            set_count(&mut engine.fetch_ahead, f.integer("fetch_ahead", faults), 1, 1_000_000, faults);
            set_duration(&mut engine.behind_after, f.duration("behind_after", faults));
            set_duration(&mut engine.shutdown_deadline, f.duration("shutdown_deadline", faults));
        });
        let dead = &mut self.deadletters;
        reader.section("deadletters", |f, faults| {
            if let Some((node, place)) = f.node("stop_ratio") {
                if super::fields::is_off(node) {
                    dead.stop_ratio = None;
                } else if let Some(ratio) = super::fields::number_of(node, &place, faults) {
                    dead.stop_ratio = Some(ratio);
                }
            }
            set_count(&mut dead.stop_count, f.integer("stop_count", faults), 1, 1_000_000, faults);
            set_count(&mut dead.stop_window, f.integer("stop_window", faults), 1, 1_000_000, faults);
        });
        let check = &mut self.check;
        reader.section("check", |f, faults| {
            set_count(&mut check.sample_records, f.integer("sample_records", faults), 0, 1_000_000, faults);
            set_duration(&mut check.timeout, f.duration("timeout", faults));
        });
    }

    fn outside(&mut self, reader: &mut Reader<'_>) {
        let output = &mut self.output;
        reader.section("output", |f, faults| {
            set(&mut output.format, f.choice("format", &[("json", Format::Json), ("protobuf", Format::Protobuf)], faults));
        });
        let http = &mut self.http;
        reader.section("http", |f, faults| {
            if let Some(text) = f.text("listen", faults) {
                if text.value == "off" {
                    http.listen = None;
                } else if let Ok(address) = text.value.parse() {
                    http.listen = Some(address);
                } else {
                    let message = format!("{:?} must be an address with a port, such as 127.0.0.1:9464, or \"off\"", text.value);
                    faults.add(&text.place, message);
                }
            }
            set_path(&mut http.token_file, f.text("token_file", faults));
            set(&mut http.allow_anonymous, f.bool("allow_anonymous", faults));
        });
        let log = &mut self.log;
        reader.section("log", |f, faults| {
            set(&mut log.format, f.choice("format", &[("text", LogFormat::Text), ("json", LogFormat::Json)], faults));
            set(&mut log.level, f.text("level", faults));
        });
        let state = &mut self.state;
        reader.section("state", |f, faults| set_path(&mut state.dir, f.text("dir", faults)));
    }

    fn model(&mut self, reader: &mut Reader<'_>) {
        let model = &mut self.model;
        reader.section("model", |f, faults| set_list(&mut model.files, f.texts("files", faults)));
        let (table, place) = reader.layers.section("model.cart");
        let mut faults = Faults::default();
        model.cart = model_file::cart(Fields::new(&table, place), &mut faults);
        reader.layers.take(faults);
    }
}

struct Reader<'l> {
    layers: &'l mut Layers,
}

impl Reader<'_> {
    fn section(&mut self, name: &str, read: impl FnOnce(&mut Fields<'_>, &mut Faults)) {
        let (table, place) = self.layers.section(name);
        let mut faults = Faults::default();
        read(&mut Fields::new(&table, place), &mut faults);
        self.layers.take(faults);
    }
}

fn start(text: &str) -> Option<Start> {
    match text {
        "earliest" => Some(Start::Earliest),
        "latest" => Some(Start::Latest),
        time => time.parse::<jiff::Timestamp>().ok().map(|t| Start::At(t.as_millisecond())),
    }
}

fn set<T>(field: &mut T, said: Option<At<T>>) {
    if let Some(said) = said {
        *field = said.value;
    }
}

fn set_list(field: &mut Vec<String>, said: Option<Vec<At<String>>>) {
    if let Some(said) = said {
        *field = said.into_iter().map(|one| one.value).collect();
    }
}

/// An empty text takes back what a lower layer said.
fn set_path(field: &mut Option<PathBuf>, said: Option<At<String>>) {
    if let Some(said) = said {
        *field = (!said.value.is_empty()).then(|| PathBuf::from(said.value));
    }
}

fn set_duration(field: &mut Duration, said: Option<At<Ms>>) {
    if let Some(said) = said {
        *field = Duration::from_millis(said.value.unsigned_abs());
    }
}

fn set_limit(field: &mut Option<Duration>, said: Option<At<Option<Ms>>>) {
    if let Some(said) = said {
        *field = said.value.map(|ms| Duration::from_millis(ms.unsigned_abs()));
    }
}

fn set_count(field: &mut usize, said: Option<At<i64>>, least: usize, most: usize, faults: &mut Faults) {
    let Some(said) = said else { return };
    match usize::try_from(said.value) {
        Ok(value) if (least..=most).contains(&value) => *field = value,
        _ => faults.add(&said.place, format!("{} must be {least} to {most}", said.value)),
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
        let value = if super::is_secret(name) { "********".to_owned() } else { super::tree::written(&setting.node.value) };
        all.push((name.clone(), value, setting.origin.clone()));
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

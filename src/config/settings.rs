//! The typed settings: what the rest of the program is given. Each section's file has its keys, with their defaults and meaning.

pub mod check;
pub mod deadletters;
pub mod engine;
pub mod http;
pub mod identity;
pub mod inputs;
pub mod kafka;
pub mod log;
pub mod model;
pub mod output;
mod read;
pub mod registry;
pub mod route;
pub mod secret;
mod section;
pub mod state;
pub mod topics;
mod values;

use super::keys;
use super::layers::{Layers, Origin};
use super::secrets::is_secret;
use crate::domain::zones::Zone;
use crate::runtime::ports::OutTopic;
use crate::wire::decode::Format;
use check::Check;
use deadletters::DeadLetters;
use engine::Engine;
use http::Http;
use identity::Identity;
use inputs::Inputs;
use kafka::Kafka;
use leadstream_model::tree;
use log::Log;
use model::ModelSettings;
use output::Output;
use registry::Registry;
use route::Route;
use state::State;
use topics::Topics;

pub use crate::runtime::options::{OnGap, Start};
pub use crate::wire::decode::Topic as InputTopic;

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    pub kafka: Kafka,
    pub topics: Topics,
    pub route: Route,
    pub inputs: Inputs,
    pub identity: Identity,
    pub engine: Engine,
    pub output: Output,
    pub deadletters: DeadLetters,
    pub http: Http,
    pub log: Log,
    pub registry: Registry,
    pub state: State,
    pub model: ModelSettings,
    pub check: Check,
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

    /// The input topics whose records are routed, in configured order.
    #[must_use]
    pub fn routed_topics(&self) -> Vec<InputTopic> {
        self.input_topics().into_iter().filter(|topic| self.is_routed(topic)).collect()
    }

    /// The topics that the engine reads: the inputs that are not routed, then the one that routers write, then what ids are told.
    #[must_use]
    pub fn engine_topics(&self) -> Vec<InputTopic> {
        let (routed, mut topics): (Vec<_>, Vec<_>) = self.input_topics().into_iter().partition(|topic| self.is_routed(topic));
        if !routed.is_empty() {
            // What an event may say is decided by the topic that it came from.
            let name = self.output_topic(OutTopic::Events);
            topics.push(InputTopic { name, is_email: false, is_trusted: false, format: Format::Json });
        }
        topics.extend(self.forwards_topic());
        topics
    }

    /// The topic by which ids are told of each other, as an input, where they are.
    #[must_use]
    pub fn forwards_topic(&self) -> Option<InputTopic> {
        let name = || self.output_topic(OutTopic::Forwards);
        self.identity.enabled.then(|| InputTopic { name: name(), is_email: false, is_trusted: true, format: Format::Json })
    }

    fn is_routed(&self, topic: &InputTopic) -> bool {
        let name = topic.name.strip_prefix(&self.topics.prefix).unwrap_or(&topic.name);
        self.route.topics.iter().any(|routed| routed == name)
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
    pub fn output_topic(&self, topic: OutTopic) -> String {
        format!("{}{}", self.topics.prefix, topic.topic_name())
    }
}

/// Every key with its value in force and where that comes from, secrets masked: for the log at a start.
#[must_use]
pub fn effective(layers: &Layers) -> Vec<(String, String, Origin)> {
    let mut all: Vec<(String, String, Origin)> = keys::all()
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

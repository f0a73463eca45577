//! From layers to typed settings: each section read key by key.

use super::{Format, GroupProtocol, LogFormat, OnGap, OnPoison, Positions, Settings, Start};
use crate::config::layers::Layers;
use crate::config::{properties, validate};
use crate::domain::Ms;
use leadstream_model::fields::{self, Fields};
use leadstream_model::{Faults, Spanned};
use std::path::PathBuf;
use std::time::Duration;

impl Settings {
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
        self.kafka.properties = properties::read(self.kafka.properties_file.as_deref(), reader.layers);
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
            inputs.max_ahead = Some(inputs.allowed_skew);
            set_limit(&mut inputs.max_ahead, f.duration_or_off("max_ahead", faults));
            set_limit(&mut inputs.max_age, f.duration_or_off("max_age", faults));
            set_list(&mut inputs.no_ids, f.texts("no_ids", faults));
            inputs.time_zone = f.text("time_zone", faults).map(|zone| zone.value);
            inputs.trusted = f.texts("trusted", faults).map(|names| names.into_iter().map(|name| name.value).collect());
        });
        reader.section("inputs.time_zones", |f, faults| {
            for (topic, node, place) in f.entries() {
                if let Some(zone) = fields::text_of(node, &place, faults) {
                    inputs.time_zones.insert(topic.to_owned(), zone);
                }
            }
        });
        reader.section("inputs.formats", |f, faults| {
            for (topic, node, place) in f.entries() {
                let word = fields::text_of(node, &place, faults);
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
            set_count(&mut engine.fetch_ahead_bytes, f.integer("fetch_ahead_bytes", faults), 1, 1 << 40, faults);
            set_count(&mut engine.decoded_records, f.integer("decoded_records", faults), 0, 100_000_000, faults);
            set_most(&mut engine.max_records_per_partition, f.integer_or_off("max_records_per_partition", faults), faults);
            set_duration(&mut engine.behind_after, f.duration("behind_after", faults));
            set_duration(&mut engine.shutdown_deadline, f.duration("shutdown_deadline", faults));
        });
        let dead = &mut self.deadletters;
        reader.section("deadletters", |f, faults| {
            set_limit(&mut dead.retention, f.duration_or_off("retention", faults));
            if let Some((node, place)) = f.node("stop_ratio") {
                if fields::is_off(node) {
                    dead.stop_ratio = None;
                } else if let Some(ratio) = fields::number_of(node, &place, faults) {
                    dead.stop_ratio = Some(ratio);
                }
            }
            set_count(&mut dead.stop_count, f.integer("stop_count", faults), 1, 1_000_000, faults);
            set_count(&mut dead.stop_window, f.integer("stop_window", faults), 1, 1_000_000, faults);
            set(&mut dead.on_poison, f.choice("on_poison", &[("pause", OnPoison::Pause), ("stop", OnPoison::Stop)], faults));
        });
        let check = &mut self.check;
        reader.section("check", |f, faults| {
            set_count(&mut check.sample_records, f.integer("sample_records", faults), 0, 1_000_000, faults);
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
        model.cart = leadstream_model::cart(Fields::new(&table, place), &mut faults);
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

fn set<T>(field: &mut T, said: Option<Spanned<T>>) {
    if let Some(said) = said {
        *field = said.value;
    }
}

fn set_list(field: &mut Vec<String>, said: Option<Vec<Spanned<String>>>) {
    if let Some(said) = said {
        *field = said.into_iter().map(|one| one.value).collect();
    }
}

/// An empty text takes back what a lower layer said.
fn set_path(field: &mut Option<PathBuf>, said: Option<Spanned<String>>) {
    if let Some(said) = said {
        *field = (!said.value.is_empty()).then(|| PathBuf::from(said.value));
    }
}

fn set_duration(field: &mut Duration, said: Option<Spanned<Ms>>) {
    if let Some(said) = said {
        *field = Duration::from_millis(said.value.unsigned_abs());
    }
}

fn set_limit(field: &mut Option<Duration>, said: Option<Spanned<Option<Ms>>>) {
    if let Some(said) = said {
        *field = said.value.map(|ms| Duration::from_millis(ms.unsigned_abs()));
    }
}

fn set_most(field: &mut Option<usize>, said: Option<Spanned<Option<i64>>>, faults: &mut Faults) {
    let Some(Spanned { value, place }) = said else { return };
    match value.map(usize::try_from) {
        None => *field = None,
        Some(Ok(most)) if most > 0 => *field = Some(most),
        Some(_) => faults.add(&place, "must be at least 1, or \"off\""),
    }
}

fn set_count(field: &mut usize, said: Option<Spanned<i64>>, least: usize, most: usize, faults: &mut Faults) {
    let Some(said) = said else { return };
    match usize::try_from(said.value) {
        Ok(value) if (least..=most).contains(&value) => *field = value,
        _ => faults.add(&said.place, format!("{} must be {least} to {most}", said.value)),
    }
}

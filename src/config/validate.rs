//! Rules between settings: pure; they find all errors, each with what to do.

mod identity;

use super::layers::Layers;
use super::settings::Settings;
use crate::domain::names::nearest;
use crate::domain::zones::Zone;
use crate::kafka::options::GroupProtocol;
use crate::registry::address::Address;
use crate::runtime::ports::OutTopic;
use crate::wire::decode::Format;
use leadstream_model::DEFAULT_MODEL;
use std::time::Duration;

/// Collects all errors in `layers.faults`.
pub fn check(settings: &Settings, layers: &mut Layers) {
    let mut found = Vec::new();
    kafka(settings, layers, &mut found);
    topics(settings, &mut found);
    engine(settings, &mut found);
    http(settings, &mut found);
    registry(settings, &mut found);
    found.extend(identity::faults(settings));
    for (key, message) in found {
        let origin = layers.origin(&key);
        layers.fault(origin, &key, message);
    }
}

/// What may be meant as it is, but should be known: shown by `check` and logged at a start.
#[must_use]
pub fn warnings(settings: &Settings) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(address) = settings.http.listen.filter(|a| !a.ip().is_loopback())
        && settings.http.token_file.is_none()
    {
        if settings.http.allow_anonymous {
            found.push(format!("http.listen: anyone who can reach {address} can read personal data (http.allow_anonymous)"));
        } else {
            found.push(format!(
                "http.listen: {address} is reachable from outside and no http.token_file is set, so only metrics and health answer there"
            ));
        }
    }
    if settings.deadletters.stop_ratio.is_none() {
        found.push("deadletters.stop_ratio is off: a topic full of garbage is drained into the dead letters".to_owned());
    }
    if !settings.input_topics().iter().any(|input| input.is_trusted) {
        found.push(
            "inputs.trusted names no topic: unsubscribes, bounces, complaints, `User Deleted` and answers of sales are accepted from \
             none; name a topic that only your own systems write"
                .to_owned(),
        );
    }
    if settings.topics.allow_mixed_partitioners {
        found.push("topics.allow_mixed_partitioners: events of one prospect may never meet".to_owned());
    }
    found.extend(crate::kafka::properties::warnings(&settings.kafka.properties));
    found
}

type Found = Vec<(String, String)>;

fn add(found: &mut Found, key: &str, message: impl Into<String>) {
    found.push((key.to_owned(), message.into()));
}

fn kafka(settings: &Settings, layers: &Layers, found: &mut Found) {
    let kafka = &settings.kafka;
    if kafka.bootstrap_servers.trim().is_empty() {
        add(found, "kafka.bootstrap_servers", "names no broker: write host:port");
    }
    if kafka.group_id.trim().is_empty() {
        add(found, "kafka.group_id", "needs a name");
    }
    let within = |found: &mut Found, key: &str, value: Duration, least: Duration, most: Duration| {
        if value < least || value > most {
            add(found, key, format!("{value:?} must be {least:?} to {most:?}"));
        }
    };
    let minutes = |n: u64| Duration::from_secs(60 * n);
    within(found, "kafka.session_timeout", kafka.session_timeout, Duration::from_secs(1), minutes(30));
    within(found, "kafka.transaction_timeout", kafka.transaction_timeout, Duration::from_secs(1), minutes(15));
    if kafka.group_protocol == GroupProtocol::Consumer && layers.values.contains_key("kafka.session_timeout") {
        let message =
            "the broker decides it with kafka.group_protocol = \"consumer\" (group.consumer.session.timeout.ms): leave it out";
        add(found, "kafka.session_timeout", message);
    }
    if kafka.static_membership && settings.engine.instance_id.is_none() && settings.state.dir.is_none() {
        let message = "needs an id that survives a restart: set engine.instance_id or state.dir";
        add(found, "kafka.static_membership", message);
    }
    // A batch that is open for longer than its transaction is aborted by the broker, every time.
    if settings.engine.batch.longest.saturating_mul(2) > kafka.transaction_timeout {
        let message = format!(
            "{:?} is more than half of kafka.transaction_timeout ({:?}), and the broker would abort batches: make it shorter",
            settings.engine.batch.longest, kafka.transaction_timeout
        );
        add(found, "engine.batch_longest", message);
    }
}

fn registry(settings: &Settings, found: &mut Found) {
    let registry = &settings.registry;
    for url in &registry.urls {
        if let Err(error) = Address::parse(url) {
            add(found, "registry.urls", error);
        }
    }
    let has_name = registry.username.as_ref().is_some_and(|name| !name.is_empty());
    if registry.password_file.is_some() && !has_name {
        add(found, "registry.password_file", "needs registry.username beside it: it is a password without a name");
    }
    if registry.token_file.is_some() && has_name {
        add(found, "registry.token_file", "stands beside registry.username: only one of them can say who we are");
    }
    if registry.key_file.is_some() && registry.certificate_file.is_none() {
        add(found, "registry.key_file", "needs registry.certificate_file beside it: it is a key without a certificate");
    }
    let (least, most) = (Duration::from_millis(100), Duration::from_secs(300));
    if registry.timeout < least || registry.timeout > most {
        add(found, "registry.timeout", format!("{:?} must be {least:?} to {most:?}", registry.timeout));
    }
}

fn topics(settings: &Settings, found: &mut Found) {
    let topics = &settings.topics;
    let lists = [("topics.clickstream", &topics.clickstream), ("topics.email", &topics.email), ("topics.cart", &topics.cart)];
    if lists.iter().all(|(_, names)| names.is_empty()) {
        add(found, "topics.clickstream", "no input topic is left: name at least one in topics.clickstream, email or cart");
    }
    let outputs: Vec<String> = OutTopic::ALL.iter().map(|topic| topic.topic_name()).collect();
    let mut seen: Vec<(&str, &String)> = Vec::new();
    for (key, names) in lists {
        for name in names {
            if let Some((other, _)) = seen.iter().find(|(_, n)| *n == name) {
                add(found, key, format!("{name:?} is in {other} too: each topic belongs to one list"));
            }
            seen.push((key, name));
            let full = format!("{}{name}", topics.prefix);
            if !is_topic_name(&full) || name.is_empty() {
                add(found, key, format!("{full:?} can't name a topic: 1 to 249 letters, digits, '.', '_' or '-'"));
            }
            if outputs.contains(name) {
                add(found, key, format!("{name:?} is an output of leadstream: it can't be an input"));
            }
        }
    }
    // The longest output name has 24 bytes; room for it must be left.
    if !topics.prefix.is_empty() && (!is_topic_name(&topics.prefix) || topics.prefix.len() > 200) {
        add(found, "topics.prefix", "can't begin a topic name: at most 200 letters, digits, '.', '_' or '-'");
    }
    of_one_topic(settings, &seen, found);
    let of_topics = settings.inputs.time_zones.iter().map(|(name, zone)| (format!("inputs.time_zones.{name}"), zone));
    let of_all = settings.inputs.time_zone.iter().map(|zone| ("inputs.time_zone".to_owned(), zone));
    for (key, zone) in of_all.chain(of_topics) {
        if Zone::find(zone).is_none() {
            add(
                found,
                &key,
                format!("{zone:?} is no time zone: write it as the IANA database does, such as Europe/Berlin or UTC"),
            );
        }
    }
    let lists = [("inputs.trusted", settings.inputs.trusted.as_ref()), ("route.topics", Some(&settings.route.topics))];
    for (key, name) in lists.into_iter().flat_map(|(key, names)| names.into_iter().flatten().map(move |name| (key, name))) {
        if !seen.iter().any(|(_, known)| *known == name) {
            let known: Vec<&str> = seen.iter().map(|(_, name)| name.as_str()).collect();
            let message = format!("{name:?} is no input topic (names here are without the prefix): {}", known.join(", "));
            add(found, key, message);
        }
    }
    for (key, retention) in [("topics.retention", topics.retention), ("deadletters.retention", settings.deadletters.retention)] {
        if retention.is_some_and(|r| r.is_zero()) {
            add(found, key, "must be longer than nothing, or \"off\"");
        }
    }
}

/// What is set for one topic: it is an input, and is read as it says.
fn of_one_topic(settings: &Settings, inputs: &[(&str, &String)], found: &mut Found) {
    let (topics, formats) = (&settings.topics, &settings.inputs.formats);
    let named = [
        ("inputs.formats.", formats.keys().collect::<Vec<_>>()),
        ("inputs.time_zones.", settings.inputs.time_zones.keys().collect()),
        ("topics.mappings.", topics.mappings.keys().collect()),
    ];
    for (key, names) in named {
        for name in names.into_iter().filter(|name| !inputs.iter().any(|(_, known)| known == name)) {
            let meant = nearest(name, inputs.iter().map(|(_, known)| known.as_str()));
            let meant = meant.map_or(String::new(), |near| format!(": did you mean {near:?}?"));
            add(
                found,
                &format!("{key}{name}"),
                format!("there is no such input topic (names here are without the prefix){meant}"),
            );
        }
    }
    for name in topics.mappings.keys().filter(|name| formats.contains_key(*name)) {
        add(found, &format!("inputs.formats.{name}"), "a topic with a mapping has the mapping's format: leave this out");
    }
    // Those that are read where they lie may be protobuf.
    let routed = settings.route.topics.iter().filter(|name| !topics.mappings.contains_key(*name));
    for name in routed.filter(|name| formats.get(*name) == Some(&Format::Protobuf)) {
        let message = format!(
            "routers read events as JSON: take {name:?} out of route.topics, or leave this out and name a mapping with \
             format = \"protobuf\" for it in topics.mappings"
        );
        add(found, &format!("inputs.formats.{name}"), message);
    }
}

fn engine(settings: &Settings, found: &mut Found) {
    let engine = &settings.engine;
    if let Some(id) = &engine.instance_id
        && (id.is_empty() || id.len() > 100 || !is_topic_name(id))
    {
        add(found, "engine.instance_id", format!("{id:?} must be 1 to 100 letters, digits, '.', '_' or '-'"));
    }
    for (key, value) in [
        ("engine.batch_longest", engine.batch.longest),
        ("engine.behind_after", engine.behind_after),
        ("engine.shutdown_deadline", engine.shutdown_deadline),
    ] {
        if value.is_zero() {
            add(found, key, "must be longer than nothing");
        }
    }
    if engine.batch.linger > engine.batch.longest {
        add(found, "engine.batch_linger", "is longer than engine.batch_longest, which ends a batch: make it shorter");
    }
    let dead = &settings.deadletters;
    if dead.stop_ratio.is_some_and(|ratio| !(ratio > 0.0 && ratio <= 1.0)) {
        add(found, "deadletters.stop_ratio", "must be above 0 and at most 1 (0.5 is one half), or \"off\"");
    }
    if dead.stop_ratio.is_some() && dead.stop_count > dead.stop_window {
        let message = format!(
            "{} can never be reached among the latest {} (deadletters.stop_window): make it smaller, or set deadletters.stop_ratio = \"off\"",
            dead.stop_count, dead.stop_window
        );
        add(found, "deadletters.stop_count", message);
    }
    if settings.inputs.max_age.is_some_and(|age| age <= settings.inputs.allowed_skew) {
        add(found, "inputs.max_age", "must be longer than inputs.allowed_skew, or \"off\"");
    }
    if settings.model.files.is_empty() {
        add(found, "model.files", format!("names no model: write [\"{}\"]", DEFAULT_MODEL));
    }
    if let Err(error) = crate::telemetry::logs::parse_level(&settings.log.level) {
        add(found, "log.level", error.to_string());
    }
}

fn http(settings: &Settings, found: &mut Found) {
    let http = &settings.http;
    if http.token_file.is_some() && http.allow_anonymous {
        add(found, "http.allow_anonymous", "contradicts http.token_file: leave one of them out");
    }
}

fn is_topic_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    (1..=249).contains(&name.len()) && name.chars().all(fits) && name != "." && name != ".."
}

//! What the cluster says: reachability, topics and their settings, ends and times, partitioners, rights.

use super::broker_answers::{Configs, area, configs, retry};
use super::known::Known;
use super::report::Report;
use super::routes::Engine;
use super::sample::Sampled;
use super::{identity, names, record_times, routes, trust};
use crate::app::route;
use crate::app::service::{SystemClock, kafka_options};
use crate::app::topics::{DEAD_LETTER_ROOM_BYTES, DEFAULT_MESSAGE_BYTES, RECORD_TIME_BOUNDS, differences, wanted};
use crate::config::Settings;
use crate::config::settings::{InputTopic, Start};
use crate::kafka::admin::{Admin, NewTopicSpec, Topic};
use crate::kafka::options::{Options, refused_properties};
use crate::kafka::purge::refused;
use crate::runtime::partitioners::{Partitioner, Sample, disagreement};
use crate::runtime::ports::{Clock, OutTopic};
use leadstream_model::units::format_ms;
use std::cell::OnceCell;
use std::collections::BTreeMap;

/// The options without those client properties that can't be used, which go into the report. Needs no broker.
pub(super) fn usable_options(settings: &Settings, report: &mut Report) -> Options {
    let mut options = kafka_options(settings, "+check");
    let refused = refused_properties(&options.properties);
    let unknown = options.unknown_properties();
    // Without them the rest may still be asked.
    options.properties.retain(|name, _| !refused.iter().any(|r| r.name == *name) && !unknown.iter().any(|(n, _)| n == name));
    refused.iter().for_each(|refused| report.fault("kafka", refused.to_string()));
    unknown.iter().for_each(|(name, why)| report.fault("kafka", format!("kafka.properties.{name}: {why}")));
    options
}

/// Asks the brokers; everything found goes into the report.
pub(super) fn check(settings: &Settings, options: &Options, known: &Known<'_>, report: &mut Report) {
    let Known { models, mappings, ids } = *known;
    let accounts = models.is_some_and(|models| models.accounts().is_some());
    let admin = match Admin::connect(options) {
        Ok(admin) => admin,
        Err(failure) => return report.fault("kafka", failure.to_string()),
    };
    let topics = match admin.topics() {
        Ok(topics) => topics,
        Err(failure) => {
            let hint = "check kafka.bootstrap_servers, the network, and security.protocol under kafka.properties";
            return report.fault("kafka", format!("{failure}; {hint}"));
        }
    };
    report.good("kafka", format!("{} answers, {} topics", settings.kafka.bootstrap_servers, topics.len()));
    let inputs = settings.input_topics();
    let there: Vec<&InputTopic> = inputs.iter().filter(|t| topics.contains_key(&t.name)).collect();
    // Inputs that are routed may have any partitions.
    let engine = settings.engine_topics();
    let engine: Vec<&InputTopic> = engine.iter().filter(|t| topics.contains_key(&t.name)).collect();
    existence(settings, accounts, &inputs, &topics, report);
    let partitions = partition_counts(&engine, &topics, report);
    let largest = largest_inputs(&admin, &there, report);
    let outputs_wanted = wanted(settings, accounts, partitions.unwrap_or(0), None, false, largest);
    outputs(settings, &admin, &topics, partitions, largest, outputs_wanted, report);
    record_times::check(settings, &admin, &there, report);
    oldest_unread(settings, &admin, options, &there, &topics, report);
    let found = partitions.and_then(|partitions| partitioners(settings, &admin, &engine, partitions, report));
    if let Some(mappings) = mappings {
        let waits = OnceCell::new();
        let sampled = Sampled { settings, admin: &admin, inputs: &there, topics: &topics, mappings, waits: &waits };
        routes::check(sampled, &Engine { partitions, partitioner: found }, report);
        if let Some(models) = models {
            trust::check(sampled, models, report);
            names::check(sampled, models, report);
            if let Some(ids) = ids {
                identity::check(sampled, ids, options, models, report);
            }
        }
        if let Some(why) = waits.get() {
            report.fault("registry", format!("the newest records can't be read by their mappings: {why}"));
        }
    }
    rights(options, report);
    purge(settings, &admin, &topics, report);
}

fn existence(settings: &Settings, accounts: bool, inputs: &[InputTopic], topics: &BTreeMap<String, Topic>, report: &mut Report) {
    for input in inputs.iter().filter(|t| !topics.contains_key(&t.name)) {
        let text = format!(
            "input {} does not exist, or this user may not DESCRIBE it: make it (`leadstream topics create --inputs --partitions N`), \
             take it out of topics.*, or grant the right",
            input.name
        );
        report.fault("topics", text);
    }
    let events = (!settings.routed_topics().is_empty()).then_some(OutTopic::Events);
    for topic in OutTopic::used(accounts, settings.identity.enabled)
        .chain(events)
        .map(|t| settings.output_topic(t))
        .filter(|t| !topics.contains_key(t))
    {
        report.fault("topics", format!("output {topic} does not exist: `leadstream topics create` makes it"));
    }
    for (name, topic) in topics.iter().filter(|(_, topic)| topic.leaderless > 0) {
        if inputs.iter().any(|t| t.name == *name) || OutTopic::ALL.into_iter().any(|t| settings.output_topic(t) == *name) {
            let text =
                format!("{name}: {} of {} partitions have no leader: look after the brokers", topic.leaderless, topic.partitions);
            report.fault("topics", text);
        }
    }
}

/// The number that all inputs have; a fault when they differ.
fn partition_counts(inputs: &[&InputTopic], topics: &BTreeMap<String, Topic>, report: &mut Report) -> Option<u32> {
    let counts: Vec<(&str, u32)> = inputs.iter().map(|t| (t.name.as_str(), topics[&t.name].partitions)).collect();
    let (_, first) = counts.first().copied()?;
    if counts.iter().all(|(_, count)| *count == first) {
        report.good("topics", format!("{} inputs with {first} partitions each", counts.len()));
        return Some(first);
    }
    let list: Vec<String> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
    let text = format!(
        "the inputs have different numbers of partitions ({}): one prospect's events would be split between tasks; make them anew with \
         the same number, or name in route.topics those that shall keep theirs",
        list.join(", ")
    );
    report.fault("topics", text);
    None
}

/// The largest record that an input takes.
fn largest_inputs(admin: &Admin, inputs: &[&InputTopic], report: &mut Report) -> u64 {
    let limits = inputs.iter().filter_map(|input| configs(admin, &input.name, report)?.get("max.message.bytes")?.parse().ok());
    limits.max().unwrap_or(DEFAULT_MESSAGE_BYTES)
}

fn outputs(
    settings: &Settings,
    admin: &Admin,
    topics: &BTreeMap<String, Topic>,
    partitions: Option<u32>,
    largest: u64,
    all_wanted: Vec<NewTopicSpec>,
    report: &mut Report,
) {
    let state = settings.output_topic(OutTopic::State);
    let dead = settings.output_topic(OutTopic::DeadLetters);
    let members = settings.output_topic(OutTopic::AccountMembers);
    let mut good = 0;
    // Where the inputs disagree, each output is compared with itself: its other settings still count.
    for mut spec in all_wanted {
        let Some(found) = topics.get(&spec.name) else { continue };
        if partitions.is_none() {
            spec.partitions = found.partitions;
        }
        let Some(configs) = configs(admin, &spec.name, report) else { continue };
        let differences = differences(&spec, found, &configs);
        if differences.is_empty() {
            good += 1;
        }
        for difference in differences {
            // Times beyond the brokers' own bounds are rare, and a topic that refuses one holds up its task only.
            let is_time_bound = RECORD_TIME_BOUNDS.iter().any(|name| difference.starts_with(name));
            let matters = !is_time_bound
                && (spec.name == state
                    || difference.starts_with("message.timestamp.type")
                    || difference.starts_with("max.message.bytes")
                    || spec.name == dead
                    || spec.name == members);
            let text = format!("{}: {difference}{}", spec.name, what_to_do(&spec.name, &difference));
            if matters { report.fault("topics", text) } else { report.warning("topics", text) }
        }
        if spec.name == dead {
            kept_too_long(settings, &spec.name, &configs, report);
            let room = configs.get("max.message.bytes").and_then(|v| v.parse::<u64>().ok());
            if room.is_some_and(|room| room < largest + DEAD_LETTER_ROOM_BYTES) {
                report.warning("topics", format!("{dead}: what is too large for it is cut and marked leadstream-truncated"));
            }
        }
    }
    if good > 0 {
        report.good("topics", format!("{good} outputs as they should be"));
    }
}

/// Dead letters hold personal data: a topic made by an earlier release may keep them for ever.
fn kept_too_long(settings: &Settings, dead: &str, configs: &Configs, report: &mut Report) {
    let wanted = settings.deadletters.retention.and_then(|kept| i64::try_from(kept.as_millis()).ok());
    let found = configs.get("retention.ms").and_then(|ms| ms.parse::<i64>().ok());
    let (Some(wanted), Some(found)) = (wanted, found) else { return };
    if found < 0 || found > wanted {
        let kept = if found < 0 { "for ever".to_owned() } else { format!("for {}", format_ms(found)) };
        let text = format!(
            "{dead} keeps personal data {kept}, deadletters.retention is {}; kafka-configs.sh --alter --entity-type topics --entity-name \
             {dead} --add-config retention.ms={wanted}, or set deadletters.retention",
            format_ms(wanted)
        );
        report.warning("topics", text);
    }
}

fn what_to_do(topic: &str, difference: &str) -> String {
    let Some((name, value)) =
        difference.split_once(" is ").zip(difference.rsplit_once("should be ")).map(|((n, _), (_, v))| (n, v))
    else {
        return if difference.starts_with("it has") {
            format!("; delete {topic} and make it again (`leadstream topics create`); the changelog then begins anew")
        } else {
            String::new()
        };
    };
    format!("; kafka-configs.sh --alter --entity-type topics --entity-name {topic} --add-config {name}={value}")
}

/// An output that keeps less than the oldest unread input is old would lose its records at once.
fn oldest_unread(
    settings: &Settings,
    admin: &Admin,
    options: &Options,
    inputs: &[&InputTopic],
    topics: &BTreeMap<String, Topic>,
    report: &mut Report,
) {
    if !matches!(settings.kafka.start, Start::Earliest | Start::At(_)) {
        return;
    }
    let now_ms = SystemClock::new().now_ms();
    let mut oldest: Option<(i64, &str)> = None;
    let routed = settings.routed_topics();
    // Routers are a group of their own.
    let of_routers = if routed.is_empty() { Ok(None) } else { Admin::connect(&route::options(settings, options).0).map(Some) };
    let of_routers = match of_routers {
        Ok(admin) => admin,
        Err(failure) => return report.fault("kafka", failure.to_string()),
    };
    for input in inputs {
        let admin = of_routers.as_ref().filter(|_| routed.contains(input)).unwrap_or(admin);
        match retry(|| admin.oldest_unread(&input.name, topics[&input.name].partitions)) {
            Ok(Some(time_ms)) if oldest.is_none_or(|(o, _)| time_ms < o) => oldest = Some((time_ms, &input.name)),
            Ok(_) => {}
            Err(failure) => report.fault(area(&failure), format!("{}: {failure}", input.name)),
        }
    }
    let Some((time_ms, input)) = oldest else { return };
    let age_ms = now_ms.saturating_sub(time_ms);
    for topic in
        OutTopic::ALL.into_iter().filter(|t| !matches!(t, OutTopic::State | OutTopic::DeadLetters | OutTopic::AccountMembers))
    {
        let name = settings.output_topic(topic);
        if !topics.contains_key(&name) {
            continue;
        }
        let retention: Option<i64> =
            admin.topic_configs(&name).ok().and_then(|c| c.get("retention.ms")?.parse().ok()).filter(|ms| *ms >= 0);
        if let Some(retention) = retention.filter(|ms| *ms < age_ms) {
            let text = format!(
                "{name} keeps records for {}, the oldest unread record of {input} is {} old: what is decided about it is deleted at once; \
                 raise retention.ms, or begin later with kafka.start",
                format_ms(retention),
                format_ms(age_ms / 1_000 * 1_000)
            );
            report.warning("topics", text);
        }
    }
}

/// Whether the topics that the engine reads deal keys alike; how the first of them does, if that can be told.
fn partitioners(
    settings: &Settings,
    admin: &Admin,
    inputs: &[&InputTopic],
    partitions: u32,
    report: &mut Report,
) -> Option<Partitioner> {
    let per_partition = i64::try_from(settings.check.sample_records).unwrap_or(i64::MAX);
    if per_partition == 0 {
        return None;
    }
    let (mut names, mut samples) = (Vec::new(), Vec::new());
    for input in inputs {
        match retry(|| admin.sample_keys(&input.name, partitions, per_partition)) {
            Ok(sample) => {
                names.push(input.name.clone());
                samples.push(sample);
            }
            Err(failure) => report.fault(area(&failure), format!("{}: {failure}", input.name)),
        }
    }
    match disagreement(&names, &samples, partitions) {
        Some(text) if settings.topics.allow_mixed_partitioners => report.warning("keys", text),
        Some(text) => report.fault("keys", text),
        None => {
            let known: Vec<String> = names
                .iter()
                .zip(&samples)
                .map(|(name, sample)| format!("{name}: {}", sample.partitioner().map_or("not enough keys to tell", |p| p.name())))
                .collect();
            report.good("keys", format!("no two inputs disagree about partitions ({})", known.join("; ")));
        }
    }
    samples.iter().find_map(Sample::partitioner)
}

fn rights(options: &Options, report: &mut Report) {
    match retry(|| Admin::may_write_transactions(options)) {
        Ok(()) => report.good("rights", format!("transactions of {} may be opened", options.transactional_id(0))),
        Err(failure) => report.fault(area(&failure), failure.to_string()),
    }
}

/// Whether read events can be deleted: up to where their topic begins, which deletes nothing.
fn purge(settings: &Settings, admin: &Admin, topics: &BTreeMap<String, Topic>, report: &mut Report) {
    let topic = settings.output_topic(OutTopic::Events);
    let is_wanted = settings.route.purge_every.is_some() && !settings.routed_topics().is_empty();
    if !is_wanted || !topics.contains_key(&topic) {
        return;
    }
    let begin = retry(|| admin.watermarks(&topic, 0));
    match begin.and_then(|(low, _)| retry(|| admin.delete_records(&topic, &[(0, low)]))) {
        Ok(answers) => match answers.into_iter().find_map(|(_, answer)| answer.err()) {
            None => report.good("rights", format!("read records of {topic} may be deleted")),
            Some(code) => report.warning("rights", format!("read records can't be deleted: {}", refused(&topic, code))),
        },
        Err(failure) => report.warning("rights", failure.to_string()),
    }
}

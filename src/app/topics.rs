//! `topics create`: the output topics and the changelog, with the right settings.

use super::cli::TopicsCreateArgs;
use super::exit::{DONE, FAILED, UsageError};
use super::load_settings;
use super::service::connecting;
use super::terminal::{stdout, write_json};
use crate::config::Settings;
use crate::domain::{DAY_MS, HOUR_MS};
use crate::kafka::admin::{Admin, Created, NewTopicSpec, Topic};
use crate::kafka::options::TOPIC_MESSAGE_BYTES;
use crate::runtime::ports::OutTopic;
use crate::view::topics::{TopicView, TopicsView};
use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

/// Room that a dead letter needs beside the original record: our headers.
pub const DEAD_LETTER_ROOM_BYTES: u64 = 64 * 1024;
/// Kafka's default of `max.message.bytes`, and what all outputs must take.
pub const DEFAULT_MESSAGE_BYTES: u64 = TOPIC_MESSAGE_BYTES as u64;
/// A restore that begins later than this after a delete could miss it.
const DELETE_RETENTION_MS: i64 = 7 * DAY_MS;
/// What members told their accounts must be read within this time.
const MEMBERS_RETENTION_MS: i64 = 30 * DAY_MS;

/// How far ahead of its own clock a broker takes a record's time.
pub const RECORD_TIME_BOUND: &str = "message.timestamp.after.max.ms";
/// Both bounds of a record's time. An output takes any: what its topic refuses holds up its task.
pub const RECORD_TIME_BOUNDS: [&str; 2] = [RECORD_TIME_BOUND, "message.timestamp.before.max.ms"];
/// As Kafka has it since 4.0 (before, there was no bound). A record between `inputs.max_ahead` and this is a dead letter instead of
/// lost with a producer that doesn't look at what became of it.
pub const RECORD_TIME_BOUND_MS: i64 = HOUR_MS;

/// A bound of record times that bounds nothing.
const ANY_TIME_MS: &str = "9223372036854775807";

/// Makes what is missing.
///
/// # Errors
/// The brokers can't be asked, or the number of partitions is not known.
pub fn create(args: TopicsCreateArgs) -> anyhow::Result<ExitCode> {
    let (loaded, models) = load_settings::settings_and_models(&args.settings)?;
    let settings = &loaded.settings;
    let admin = Admin::connect(&connecting(settings, "+topics")?)?;
    let existing = admin.topics()?;
    let partitions = partitions(settings, &existing, &args).map_err(UsageError)?;
    let largest = largest_input(settings, &existing, &admin)?;
    let accounts = models.accounts().is_some();
    let wanted = wanted(settings, accounts, partitions, args.replication, args.inputs, largest);

    let mut report: Vec<Outcome<'_>> = Vec::new();
    let missing: Vec<NewTopicSpec> = wanted.iter().filter(|w| !existing.contains_key(&w.name)).cloned().collect();
    let created = if args.dry_run { Vec::new() } else { create_all(&admin, &missing)? };
    let mut failed = false;
    for (n, topic) in missing.iter().enumerate() {
        let (state, note) = match created.get(n) {
            None => ("would be created", None),
            Some(Created::New) => ("created", None),
            Some(Created::Existed) => ("exists", Some("somebody else made it meanwhile".to_owned())),
            Some(Created::Failed(why)) => {
                failed = true;
                ("failed", Some(why.clone()))
            }
        };
        report.push((topic, state, note));
    }
    for topic in wanted.iter().filter(|w| existing.contains_key(&w.name)) {
        let configs = admin.topic_configs(&topic.name).unwrap_or_default();
        let differences = differences(topic, &existing[&topic.name], &configs);
        let note = (!differences.is_empty()).then(|| format!("left as it is: {}", differences.join("; ")));
        report.push((topic, "exists", note));
    }
    print(&report, args.json)?;
    Ok(ExitCode::from(if failed { FAILED } else { DONE }))
}

/// Brokers before Kafka 3.6 know no bound of record times: there a topic is made without.
fn create_all(admin: &Admin, missing: &[NewTopicSpec]) -> anyhow::Result<Vec<Created>> {
    let mut created = admin.create_topics(missing)?;
    let is_bound = |n: &usize| missing[*n].configs.iter().any(|(name, _)| RECORD_TIME_BOUNDS.contains(&name.as_str()));
    let failed = |n: &usize| matches!(created.get(*n), Some(Created::Failed(_)));
    let again: Vec<usize> = (0..missing.len()).filter(|n| is_bound(n) && failed(n)).collect();
    let without = |n: &usize| {
        let mut spec = missing[*n].clone();
        spec.configs.retain(|(name, _)| !RECORD_TIME_BOUNDS.contains(&name.as_str()));
        spec
    };
    let specs: Vec<NewTopicSpec> = again.iter().map(without).collect();
    for (n, result) in again.into_iter().zip(admin.create_topics(&specs)?) {
        created[n] = result;
    }
    Ok(created)
}

/// A topic that should be there, what became of it, and why.
pub(super) type Outcome<'a> = (&'a NewTopicSpec, &'static str, Option<String>);

pub(super) fn view(report: &[Outcome<'_>]) -> TopicsView {
    let topics = report.iter().map(|(topic, state, note)| TopicView {
        configs: topic.configs.iter().cloned().collect(),
        note: note.clone(),
        partitions: topic.partitions,
        state: (*state).to_owned(),
        topic: topic.name.clone(),
    });
    TopicsView { topics: topics.collect() }
}

fn print(report: &[Outcome<'_>], as_json: bool) -> std::io::Result<()> {
    let mut out = stdout(as_json);
    if as_json {
        return write_json(&mut out, &view(report));
    }
    let widest = report.iter().map(|(topic, ..)| topic.name.len()).max().unwrap_or(0);
    for (topic, state, note) in report {
        let configs: Vec<String> = topic.configs.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let detail = note.clone().unwrap_or_else(|| {
            std::iter::once(format!("{} partitions", topic.partitions)).chain(configs).collect::<Vec<_>>().join(", ")
        });
        writeln!(out, "{:<16} {:<widest$}  {detail}", state, topic.name)?;
    }
    Ok(())
}

/// As many as the inputs have; they must agree.
fn partitions(settings: &Settings, existing: &BTreeMap<String, Topic>, args: &TopicsCreateArgs) -> Result<u32, String> {
    let inputs = settings.engine_topics();
    let counts: Vec<(&str, u32)> =
        inputs.iter().filter_map(|t| Some((t.name.as_str(), existing.get(&t.name)?.partitions))).collect();
    let asked = args.partitions.and_then(|p| u32::try_from(p).ok());
    let Some((first, count)) = counts.first().copied() else {
        let names: Vec<&str> = inputs.iter().map(|t| t.name.as_str()).collect();
        return asked.ok_or_else(|| {
            format!(
                "none of the inputs exists ({}), so the number of partitions is not known: say --partitions",
                names.join(", ")
            )
        });
    };
    if let Some((other, others)) = counts.iter().find(|(_, c)| *c != count) {
        return Err(format!(
            "{first} has {count} partitions and {other} has {others}: all inputs need the same number, so that one prospect's events \
             meet; make {other} anew with {count}"
        ));
    }
    match asked {
        Some(asked) if asked != count => {
            Err(format!("--partitions {asked}: {first} has {count}, and all topics need the same number"))
        }
        _ => Ok(count),
    }
}

/// `max.message.bytes` of the inputs that exist, else Kafka's default.
fn largest_input(settings: &Settings, existing: &BTreeMap<String, Topic>, admin: &Admin) -> anyhow::Result<u64> {
    let mut largest = DEFAULT_MESSAGE_BYTES;
    for topic in settings.input_topics().iter().filter(|t| existing.contains_key(&t.name)) {
        let configs = admin.topic_configs(&topic.name)?;
        largest = largest.max(configs.get("max.message.bytes").and_then(|v| v.parse().ok()).unwrap_or(0));
    }
    Ok(largest)
}

/// Whose clock a record's time is of.
const fn timestamp_type(topic: OutTopic) -> &'static str {
    match topic {
        // Old events come young from a router, and their retention counts from then: a backlog must not be deleted at once.
        OutTopic::Events => "LogAppendTime",
        _ => "CreateTime",
    }
}

/// Every topic that should be there, with the settings that it should have. `accounts`: a model knows accounts.
#[must_use]
pub fn wanted(
    settings: &Settings,
    accounts: bool,
    partitions: u32,
    replication: Option<i32>,
    with_inputs: bool,
    largest_input_bytes: u64,
) -> Vec<NewTopicSpec> {
    let ms = |retention: Option<Duration>| retention.map_or(-1, |r| i64::try_from(r.as_millis()).unwrap_or(-1));
    let retention_ms = ms(settings.topics.retention);
    let spec = |name: String, configs: Vec<(&str, String)>| NewTopicSpec {
        name,
        partitions,
        replication,
        configs: configs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    };
    let bound = vec![(RECORD_TIME_BOUND, RECORD_TIME_BOUND_MS.to_string())];
    let inputs = settings.input_topics().into_iter().filter(|_| with_inputs).map(|t| spec(t.name, bound.clone()));
    let events = (!settings.routed_topics().is_empty()).then_some(OutTopic::Events);
    let outputs = OutTopic::used(accounts, settings.identity.enabled).chain(events).map(|topic| {
        let configs = match topic {
            OutTopic::State => vec![
                ("cleanup.policy", "compact".to_owned()),
                ("retention.ms", "-1".to_owned()),
                ("delete.retention.ms", DELETE_RETENTION_MS.to_string()),
            ],
            OutTopic::Identity => vec![("cleanup.policy", "compact".to_owned()), ("retention.ms", "-1".to_owned())],
            // A prospect that goes from one id to another is nowhere else meanwhile.
            OutTopic::Forwards => vec![("cleanup.policy", "delete".to_owned()), ("retention.ms", "-1".to_owned())],
            // Read at once by the service itself; kept for as long as it may be down.
            OutTopic::AccountMembers | OutTopic::Events => {
                vec![("cleanup.policy", "delete".to_owned()), ("retention.ms", MEMBERS_RETENTION_MS.to_string())]
            }
            OutTopic::DeadLetters => vec![
                ("cleanup.policy", "delete".to_owned()),
                ("retention.ms", ms(settings.deadletters.retention).to_string()),
                ("max.message.bytes", (largest_input_bytes + DEAD_LETTER_ROOM_BYTES).to_string()),
            ],
            _ => vec![("cleanup.policy", "delete".to_owned()), ("retention.ms", retention_ms.to_string())],
        };
        let any_time = RECORD_TIME_BOUNDS.map(|name| (name, ANY_TIME_MS.to_owned()));
        // The record's time is the instant of the decision: the broker must not write its own over it.
        let is_dead_letters = topic == OutTopic::DeadLetters;
        let message_bytes = (!is_dead_letters).then(|| ("max.message.bytes", DEFAULT_MESSAGE_BYTES.to_string()));
        let configs = configs
            .into_iter()
            .chain(message_bytes)
            .chain([("message.timestamp.type", timestamp_type(topic).to_owned())])
            .chain(any_time)
            .collect();
        spec(settings.output_topic(topic), configs)
    });
    inputs.chain(outputs).collect()
}

/// What an existing topic has that it should not, each with how it should be.
#[must_use]
pub fn differences(wanted: &NewTopicSpec, found: &Topic, configs: &BTreeMap<String, String>) -> Vec<String> {
    let mut differences = Vec::new();
    if found.partitions != wanted.partitions {
        differences.push(format!("it has {} partitions and should have {}", found.partitions, wanted.partitions));
    }
    for (name, value) in &wanted.configs {
        let Some(has) = configs.get(name) else { continue };
        let enough = match name.as_str() {
            // Larger limits and longer times do no harm.
            "max.message.bytes" | "delete.retention.ms" => at_least(has, value),
            RECORD_TIME_BOUND if *value != ANY_TIME_MS => at_least(value, has),
            "retention.ms" => has == "-1" || (value != "-1" && at_least(has, value)),
            _ => has == value,
        };
        if !enough {
            differences.push(format!("{name} is {has} and should be {value}"));
        }
    }
    differences
}

fn at_least(has: &str, wanted: &str) -> bool {
    has.parse::<i64>().ok().zip(wanted.parse::<i64>().ok()).is_some_and(|(has, wanted)| has >= wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(partitions: u32) -> Topic {
        Topic { partitions, replication: 1, leaderless: 0 }
    }

    fn args(partitions: Option<i32>) -> TopicsCreateArgs {
        TopicsCreateArgs {
            inputs: false,
            partitions,
            replication: None,
            dry_run: false,
            json: false,
            settings: super::super::cli::SettingsArgs::default(),
        }
    }

    fn config<'a>(specs: &'a [NewTopicSpec], topic: &str, name: &str) -> Option<&'a str> {
        let spec = specs.iter().find(|s| s.name == topic)?;
        spec.configs.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    #[test]
    fn every_output_has_its_settings_because_records_carry_the_time_of_the_decision() {
        let mut settings = Settings::default();
        settings.topics.prefix = "shop.".to_owned();
        assert_eq!(
            wanted(&settings, true, 6, None, false, 1).len(),
            OutTopic::ALL.len() - 4,
            "nothing is routed, and identity is off"
        );
        settings.identity.enabled = true;
        settings.route.topics = vec!["cart".to_owned()];
        let specs = wanted(&settings, true, 6, None, false, 2_000_000);
        assert_eq!(specs.len(), OutTopic::ALL.len());
        assert_eq!(config(&specs, "shop.leadstream.account-members", "retention.ms"), Some("2592000000"));
        assert_eq!(wanted(&settings, false, 6, None, false, 1).len(), OutTopic::ALL.len() - 1, "no model knows accounts");
        assert!(specs.iter().all(|s| s.partitions == 6));
        assert_eq!(config(&specs, "shop.leadstream.state", "cleanup.policy"), Some("compact"));
        assert_eq!(config(&specs, "shop.leadstream.state", "delete.retention.ms"), Some("604800000"));
        assert_eq!(config(&specs, "shop.leadstream.state", "retention.ms"), Some("-1"));
        assert_eq!(
            config(&specs, "shop.leadstream.forwards", "retention.ms"),
            Some("-1"),
            "it may hold the only copy of a prospect"
        );
        assert_eq!(config(&specs, "shop.leadstream.dead-letters", "retention.ms"), Some("2592000000"));
        assert_eq!(config(&specs, "shop.leadstream.dead-letters", "max.message.bytes"), Some("2065536"));
        assert_eq!(config(&specs, "shop.leadstream.cart-abandoned", "retention.ms"), Some("2592000000"));
        for topic in ["state", "cart-abandoned", "stage-changes", "account-members"] {
            assert_eq!(config(&specs, &format!("shop.leadstream.{topic}"), "max.message.bytes"), Some("1048588"), "{topic}");
        }
        for spec in &specs {
            let whose = if spec.name.ends_with("events") { "LogAppendTime" } else { "CreateTime" };
            assert_eq!(config(&specs, &spec.name, "message.timestamp.type"), Some(whose), "{}", spec.name);
            for bound in RECORD_TIME_BOUNDS {
                assert_eq!(config(&specs, &spec.name, bound), Some("9223372036854775807"), "{}", spec.name);
                let configs = |value: &str| BTreeMap::from([(bound.to_owned(), value.to_owned())]);
                assert_eq!(
                    differences(spec, &topic(6), &configs("3600000")).len(),
                    1,
                    "Kafka's own bound is too narrow for outputs"
                );
                assert_eq!(differences(spec, &topic(6), &configs(ANY_TIME_MS)).len(), 0);
            }
        }
        settings.deadletters.retention = Some(Duration::from_secs(60));
        let specs = wanted(&settings, true, 6, None, false, 1);
        assert_eq!(config(&specs, "shop.leadstream.dead-letters", "retention.ms"), Some("60000"));
        settings.deadletters.retention = None;
        let specs = wanted(&settings, true, 6, None, false, 1);
        assert_eq!(config(&specs, "shop.leadstream.dead-letters", "retention.ms"), Some("-1"));
        settings.topics.retention = None;
        assert_eq!(config(&wanted(&settings, false, 1, None, false, 1), "shop.leadstream.triggers", "retention.ms"), Some("-1"));
    }

    #[test]
    fn inputs_are_made_only_when_asked_for() {
        let names = |with: bool| -> Vec<String> {
            wanted(&Settings::default(), false, 1, Some(3), with, 1).into_iter().map(|s| s.name).collect()
        };
        assert!(!names(false).contains(&"cart".to_owned()));
        assert!(names(true).contains(&"cart".to_owned()));
    }

    #[test]
    fn the_number_of_partitions_is_that_of_the_inputs() {
        let settings = Settings::default();
        let mut existing = BTreeMap::new();
        assert!(partitions(&settings, &existing, &args(None)).expect_err("unknown").contains("say --partitions"));
        assert_eq!(partitions(&settings, &existing, &args(Some(4))), Ok(4));
        existing.insert("cart".to_owned(), topic(6));
        assert_eq!(partitions(&settings, &existing, &args(None)), Ok(6));
        assert!(partitions(&settings, &existing, &args(Some(4))).is_err());
        existing.insert("email".to_owned(), topic(3));
        assert!(partitions(&settings, &existing, &args(None)).expect_err("unequal").contains("make cart anew with 3"));
    }

    #[test]
    fn a_topic_that_is_better_than_wanted_does_not_differ() {
        let wanted = NewTopicSpec {
            name: "t".to_owned(),
            partitions: 4,
            replication: None,
            configs: vec![("retention.ms".to_owned(), "1000".to_owned()), ("cleanup.policy".to_owned(), "delete".to_owned())],
        };
        let configs = |retention: &str, policy: &str| {
            BTreeMap::from([("retention.ms".to_owned(), retention.to_owned()), ("cleanup.policy".to_owned(), policy.to_owned())])
        };
        assert_eq!(differences(&wanted, &topic(4), &configs("2000", "delete")), Vec::<String>::new());
        assert_eq!(differences(&wanted, &topic(4), &configs("-1", "delete")), Vec::<String>::new());
        assert_eq!(differences(&wanted, &topic(3), &configs("999", "compact")).len(), 3);
    }
}

//! What inputs that are not trusted would be refused: events that erase, withdraw consent or answer for sales.

use super::cluster::{again, area};
use super::report::Report;
use crate::app::service;
use crate::config::Settings;
use crate::config::settings::InputTopic;
use crate::domain::model::Models;
use crate::kafka::admin::Admin;
use crate::runtime::ports::{Decode, RecordView};
use crate::wire::decode::Decoder;
use std::collections::BTreeMap;

/// Samples the inputs that are not trusted.
pub(super) fn check(
    settings: &Settings,
    admin: &Admin,
    models: &Models,
    (inputs, partitions): (&[&InputTopic], u32),
    report: &mut Report,
) {
    let per_partition = i64::try_from(settings.check.sample_records).unwrap_or(i64::MAX);
    if per_partition == 0 {
        return;
    }
    let all = settings.input_topics();
    // Told what every event means, whatever its topic may say.
    let mut options = service::decoder_options(settings);
    options.topics.iter_mut().for_each(|topic| topic.is_trusted = true);
    let decoder = Decoder::new(options, &models.vocabulary);
    for topic in inputs.iter().filter(|topic| !topic.is_trusted) {
        let Some(input) = all.iter().position(|t| t.name == topic.name).and_then(|n| u16::try_from(n).ok()) else { continue };
        let sampled = again(|| {
            let mut found = Refused::default();
            let each = |record: &RecordView<'_>| found.count(&RecordView { input, ..*record }, &decoder);
            admin.sample_records(&topic.name, partitions, per_partition, each).map(|()| found)
        });
        match sampled {
            Ok(found) if found.names.is_empty() => {
                report.good(
                    "inputs",
                    format!("{} is not trusted, and none of its {} newest records need it", topic.name, found.records),
                );
            }
            Ok(found) => report.warning("inputs", found.text(settings, &topic.name)),
            Err(failure) => report.fault(area(&failure), format!("{}: {failure}", topic.name)),
        }
    }
}

/// What would be refused of a sample.
#[derive(Debug, Default)]
struct Refused {
    records: u64,
    names: BTreeMap<String, u64>,
}

impl Refused {
    fn count(&mut self, record: &RecordView<'_>, decoder: &impl Decode) {
        self.records += 1;
        // The names of such events are known ones: nothing that a prospect made up is shown.
        if let Ok(event) = decoder.decode(record)
            && event.kind.authority().is_some()
        {
            *self.names.entry(event.name.into_owned()).or_default() += 1;
        }
    }

    fn text(&self, settings: &Settings, topic: &str) -> String {
        let names: Vec<String> = self.names.iter().map(|(name, count)| format!("{name} {count}")).collect();
        let refused: u64 = self.names.values().sum();
        let mut trusted: Vec<String> = settings.input_topics().into_iter().filter(|t| t.is_trusted).map(|t| t.name).collect();
        trusted.push(topic.to_owned());
        let prefix = &settings.topics.prefix;
        let trusted: Vec<_> =
            trusted.iter().map(|name| format!("{:?}", name.strip_prefix(prefix.as_str()).unwrap_or(name))).collect();
        format!(
            "{topic} is not trusted: {refused} of its {} newest records go to the dead letters, because they erase, withdraw consent or \
             answer for sales ({}). If only your own systems write to it, set inputs.trusted=[{}]; else send such events by a topic \
             of their own",
            self.records,
            names.join(", "),
            trusted.join(", ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_refused_is_counted_by_name_with_the_setting_to_set() {
        let mut settings = Settings::default();
        settings.topics.prefix = "shop.".to_owned();
        let models = crate::config::models(&settings).expect("the shipped model loads");
        let decoder = Decoder::new(service::decoder_options(&settings), &models.vocabulary);
        let mut all = service::decoder_options(&settings);
        all.topics.iter_mut().for_each(|topic| topic.is_trusted = true);
        let trusting = Decoder::new(all, &models.vocabulary);
        let mut found = Refused::default();
        for name in ["Unsubscribed", "Unsubscribed", "User Deleted", "Product Viewed", "made up"] {
            let value = format!(r#"{{"type":"track","event":"{name}","timestamp":1795348800}}"#);
            let record = RecordView {
                input: 0,
                partition: 0,
                offset: 0,
                timestamp_ms: Some(1_795_348_800_000),
                key: Some(b"u"),
                value: Some(value.as_bytes()),
                content_type: None,
            };
            found.count(&record, &trusting);
            assert_eq!(decoder.decode(&record).is_err(), ["Unsubscribed", "User Deleted"].contains(&name), "{name}: as it runs");
        }
        let text = found.text(&settings, "shop.clickstream");
        for part in ["3 of its 5 newest", "Unsubscribed 2, User Deleted 1", r#"inputs.trusted=["email", "cart", "clickstream"]"#]
        {
            assert!(text.contains(part), "{part} is not in: {text}");
        }
    }
}

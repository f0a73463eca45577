//! What inputs that are not trusted would be refused: events that erase, withdraw consent or answer for sales.

use super::report::Report;
use super::sample::Sampled;
use crate::app::service;
use crate::config::Settings;
use crate::config::settings::InputTopic;
use crate::domain::model::Models;
use crate::runtime::ports::RecordView;
use crate::wire::decode::Decoder;
use std::collections::BTreeMap;

/// Samples the inputs that are not trusted.
pub(super) fn check(sampled: Sampled<'_>, models: &Models, report: &mut Report) {
    if sampled.is_off() {
        return;
    }
    let settings = sampled.settings;
    // Told what every event means, whatever its topic may say.
    let mut options = service::decoder_options(settings);
    options.topics.iter_mut().for_each(|topic| topic.is_trusted = true);
    let decoder = Decoder::new(options, &models.vocabulary);
    let told = |report: &mut Report, topic: &InputTopic, found: Refused| {
        if found.names.is_empty() {
            let none = format!("{} is not trusted, and none of its {} newest records need it", topic.name, found.records);
            report.good("inputs", none);
        } else {
            report.warning("inputs", found.text(settings, &topic.name));
        }
    };
    sampled.each(report, |topic| !topic.is_trusted, |found: &mut Refused, record| found.count(record, &decoder), told);
}

/// What would be refused of a sample.
#[derive(Debug, Default)]
struct Refused {
    records: u64,
    names: BTreeMap<String, u64>,
}

impl Refused {
    fn count(&mut self, record: &RecordView<'_>, decoder: &Decoder) {
        self.records += 1;
        // The names of such events are known ones: nothing that a prospect made up is shown.
        if let Ok(event) = decoder.decode_event(record)
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
                ..RecordView::default()
            };
            found.count(&record, &trusting);
            assert_eq!(
                decoder.decode_event(&record).is_err(),
                ["Unsubscribed", "User Deleted"].contains(&name),
                "{name}: as it runs"
            );
        }
        let text = found.text(&settings, "shop.clickstream");
        for part in ["3 of its 5 newest", "Unsubscribed 2, User Deleted 1", r#"inputs.trusted=["email", "cart", "clickstream"]"#]
        {
            assert!(text.contains(part), "{part} is not in: {text}");
        }
    }
}

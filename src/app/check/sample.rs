//! The newest records of inputs, as the decoder sees them.

use super::broker_answers::{area, retry};
use super::report::Report;
use crate::app::route::InputMapping;
use crate::config::Settings;
use crate::config::settings::InputTopic;
use crate::kafka::admin::{Admin, RecordHeader, Topic};
use crate::runtime::ports::RecordView;
use crate::wire::mapped::{one, record};
use leadstream_mapping::NotReady;
use std::cell::OnceCell;
use std::collections::BTreeMap;

/// Where inputs are sampled from.
#[derive(Clone, Copy)]
pub(super) struct Sampled<'a> {
    pub settings: &'a Settings,
    pub admin: &'a Admin,
    /// Those that are there.
    pub inputs: &'a [&'a InputTopic],
    pub topics: &'a BTreeMap<String, Topic>,
    /// Of all inputs, in configured order.
    pub mappings: &'a [Option<InputMapping>],
    /// Why a record could not be read yet: no other is tried, as each would wait for the registry.
    pub waits: &'a OnceCell<String>,
}

impl Sampled<'_> {
    /// Nobody wants a sample.
    pub(super) fn is_off(&self) -> bool {
        self.settings.check.sample_records == 0
    }

    /// Counts the events of the newest records of those inputs that are meant; what can't be read is a fault. `done` gets what was
    /// found in each.
    pub(super) fn each<T: Default>(
        self,
        report: &mut Report,
        is_meant: impl Fn(&InputTopic) -> bool,
        count: impl Fn(&mut T, &RecordView<'_>),
        done: impl Fn(&mut Report, &InputTopic, T),
    ) {
        let each = |found: &mut T, topic: &InputTopic, view: &RecordView<'_>, headers: &[RecordHeader]| {
            let mapping = self.mappings.get(usize::from(view.input)).and_then(Option::as_ref);
            self.unless_waiting(|| events(mapping, &topic.name, view, headers, &mut |event| count(found, event)));
        };
        self.each_record(report, is_meant, each, done);
    }

    /// Reads a record by its mapping, until one has to wait for its schema.
    pub(super) fn unless_waiting<T>(self, read: impl FnOnce() -> Result<T, NotReady>) -> Option<T> {
        if self.waits.get().is_some() {
            return None;
        }
        read().map_err(|why| self.waits.get_or_init(|| why.to_string())).ok()
    }

    /// The same of the records as they lie there.
    pub(super) fn each_record<T: Default>(
        self,
        report: &mut Report,
        is_meant: impl Fn(&InputTopic) -> bool,
        count: impl Fn(&mut T, &InputTopic, &RecordView<'_>, &[RecordHeader]),
        done: impl Fn(&mut Report, &InputTopic, T),
    ) {
        let Self { settings, admin, inputs, topics, .. } = self;
        let per_partition = i64::try_from(settings.check.sample_records).unwrap_or(i64::MAX);
        let all = settings.input_topics();
        for topic in inputs.iter().filter(|topic| is_meant(topic)) {
            let Some(input) = all.iter().position(|t| t.name == topic.name).and_then(|n| u16::try_from(n).ok()) else { continue };
            let partitions = topics.get(&topic.name).map_or(0, |topic| topic.partitions);
            // A try that failed counts nothing.
            let sampled = retry(|| {
                let mut found = T::default();
                let each = |view: &RecordView<'_>, headers: &[RecordHeader]| {
                    count(&mut found, topic, &RecordView { input, ..*view }, headers);
                };
                admin.sample_records(&topic.name, partitions, per_partition, each).map(|()| found)
            });
            match sampled {
                Ok(found) => done(report, topic, found),
                Err(failure) => report.fault(area(&failure), format!("{}: {failure}", topic.name)),
            }
        }
    }
}

/// Hands on what the decoder will see of a record: each of its events under its prospect where the input is routed; an error: its
/// schema is not to be had.
pub(super) fn events(
    mapping: Option<&InputMapping>,
    topic: &str,
    view: &RecordView<'_>,
    headers: &[RecordHeader],
    take: &mut dyn FnMut(&RecordView<'_>),
) -> Result<(), NotReady> {
    let Some(InputMapping { mapper, is_routed }) = mapping.filter(|mapping| !mapping.changes_nothing()) else {
        // Under any mapping, a tombstone is nothing.
        if mapping.is_none() || view.value.is_some() {
            take(view);
        }
        return Ok(());
    };
    let parts = mapper.map(&record(view, topic, headers))?;
    if !is_routed {
        if let Some(what) = one(parts) {
            take(&RecordView { mapped: Some(what.as_ref().map(|event| event.json.as_str())), ..*view });
        }
        return Ok(());
    }
    for what in parts.into_iter().filter_map(|part| part.what) {
        let key = what.as_ref().map_or(view.key, |event| Some(event.prospect.as_bytes()));
        take(&RecordView { key, mapped: Some(what.as_ref().map(|event| event.json.as_str())), ..*view });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::registry::SchemaSource;
    use crate::app::route::input_mappings;
    use crate::config::load_from;

    /// Key and value of what the decoder sees of a record of the topic `email`, or the reason why it sees nothing.
    fn seen(set: &[&str], key: Option<&str>, value: &str) -> Vec<(Option<String>, Result<String, String>)> {
        let set: Vec<String> = set.iter().map(|set| (*set).to_owned()).collect();
        let settings = load_from(None, [], &set).expect("settings").settings;
        let all = input_mappings(&settings, &mut SchemaSource::of_command(&settings)).expect("mappings");
        let mapping = all.iter().find(|(topic, _)| topic.name == "email").and_then(|(_, mapping)| mapping.as_ref());
        let view = RecordView { key: key.map(str::as_bytes), value: Some(value.as_bytes()), ..RecordView::default() };
        let mut seen = Vec::new();
        events(mapping, "email", &view, &[], &mut |event| {
            let what = event.mapped.map_or_else(|| Ok(value), |mapped| mapped.map_err(|rejected| rejected.reason.name()));
            let key = event.key.map(|key| String::from_utf8_lossy(key).into_owned());
            seen.push((key, what.map(str::to_owned).map_err(str::to_owned)));
        })
        .expect("no schema");
        seen
    }

    #[test]
    fn records_are_sampled_through_the_mapping_of_their_input() {
        let open = |who: &str| {
            format!(r#"{{"email":"{who}@shop.example","event":"open","timestamp":1760000000,"sg_event_id":"{who}"}}"#)
        };
        let two = format!("[{},{}]", open("ann"), open("ben"));
        let sendgrid = "topics.mappings.email=sendgrid";
        let routed = seen(&[sendgrid, "route.topics=[\"email\"]"], None, &two);
        let keys: Vec<_> = routed.iter().map(|(key, _)| key.as_deref()).collect();
        assert_eq!(keys, [Some("ann@shop.example"), Some("ben@shop.example")]);
        assert!(routed.iter().all(|(_, what)| what.as_ref().is_ok_and(|json| json.contains("Email Opened"))), "{routed:?}");
        assert_eq!(seen(&[sendgrid], Some("k"), &two), [(Some("k".to_owned()), Err("too-many-events".to_owned()))]);
        let direct = seen(&[sendgrid], Some("k"), &open("ann"));
        assert!(direct[0].0.as_deref() == Some("k") && direct[0].1.as_ref().is_ok_and(|json| json.contains("Email Opened")));
        assert_eq!(seen(&[], Some("k"), &two), [(Some("k".to_owned()), Ok(two.clone()))]);
    }
}

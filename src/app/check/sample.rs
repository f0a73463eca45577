//! The newest records of inputs, as the decoder sees them.

use super::broker_answers::{area, retry};
use super::report::Report;
use crate::config::Settings;
use crate::config::settings::InputTopic;
use crate::kafka::admin::Admin;
use crate::runtime::ports::RecordView;

/// Where inputs are sampled from.
#[derive(Clone, Copy)]
pub(super) struct Sampled<'a> {
    pub settings: &'a Settings,
    pub admin: &'a Admin,
    pub inputs: &'a [&'a InputTopic],
    pub partitions: u32,
}

impl Sampled<'_> {
    /// Nobody wants a sample.
    pub(super) fn is_off(&self) -> bool {
        self.settings.check.sample_records == 0
    }

    /// Counts the newest records of those inputs that are meant; what can't be read is a fault. `done` gets what was found in each.
    pub(super) fn each<T: Default>(
        self,
        report: &mut Report,
        is_meant: impl Fn(&InputTopic) -> bool,
        count: impl Fn(&mut T, &RecordView<'_>),
        done: impl Fn(&mut Report, &InputTopic, T),
    ) {
        let Self { settings, admin, inputs, partitions } = self;
        let per_partition = i64::try_from(settings.check.sample_records).unwrap_or(i64::MAX);
        let all = settings.input_topics();
        for topic in inputs.iter().filter(|topic| is_meant(topic)) {
            let Some(input) = all.iter().position(|t| t.name == topic.name).and_then(|n| u16::try_from(n).ok()) else { continue };
            // A try that failed counts nothing.
            let sampled = retry(|| {
                let mut found = T::default();
                let each = |record: &RecordView<'_>| count(&mut found, &RecordView { input, ..*record });
                admin.sample_records(&topic.name, partitions, per_partition, each).map(|()| found)
            });
            match sampled {
                Ok(found) => done(report, topic, found),
                Err(failure) => report.fault(area(&failure), format!("{}: {failure}", topic.name)),
            }
        }
    }
}

//! How the brokers are asked, and what is said when they don't answer.

use super::report::Report;
use crate::kafka::admin::Admin;
use crate::runtime::ports::Failure;
use std::collections::BTreeMap;
use std::time::Duration;

/// Settings of a topic, by name.
pub(super) type Configs = BTreeMap<String, String>;

/// A few tries: a topic just made, or a broker that is restarted, has no leader for a moment.
pub(super) fn retry<T>(mut call: impl FnMut() -> Result<T, Failure>) -> Result<T, Failure> {
    for _ in 0..10 {
        match call() {
            Err(Failure::Retry(_)) => std::thread::sleep(Duration::from_millis(300)),
            other => return other,
        }
    }
    call()
}

/// What a failure is about.
pub(super) fn area(failure: &Failure) -> &'static str {
    if matches!(failure, Failure::Stop(_)) { "rights" } else { "kafka" }
}

/// The settings of a topic; where they may not be read, a warning.
pub(super) fn configs(admin: &Admin, topic: &str, report: &mut Report) -> Option<Configs> {
    match admin.topic_configs(topic) {
        Ok(configs) => Some(configs),
        Err(failure) => {
            let text = format!("the settings of {topic} are not checked: {failure} (grant DESCRIBE_CONFIGS to check them)");
            report.warning("topics", text);
            None
        }
    }
}

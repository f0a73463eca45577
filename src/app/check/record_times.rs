//! Whose clock the record times of the inputs are, and how far ahead it may be.

use super::broker_answers::configs;
use super::report::Report;
use crate::app::service::max_ahead_ms;
use crate::app::topics::{RECORD_TIME_BOUND, RECORD_TIME_BOUND_MS};
use crate::config::Settings;
use crate::config::settings::InputTopic;
use crate::domain::{DAY_MS, Ms};
use crate::kafka::admin::Admin;
use leadstream_model::units::format_ms;
use std::collections::BTreeMap;

/// Warns of inputs whose record times are their producers' and bounded by nobody.
pub(super) fn check(settings: &Settings, admin: &Admin, inputs: &[&InputTopic], report: &mut Report) {
    let limit_ms = max_ahead_ms(settings);
    for input in inputs {
        let Some(configs) = configs(admin, &input.name, report) else { continue };
        let is_own = admin.is_set_on_topic(&input.name, RECORD_TIME_BOUND).unwrap_or(false);
        if let Some(text) = unbounded(&input.name, &configs, is_own, limit_ms) {
            report.warning("topics", text);
        }
    }
}

/// What is to be said of an input; nothing where the brokers write the time, or where a bound was chosen that is none too far.
/// `is_own`: the bound was set on the topic.
fn unbounded(topic: &str, configs: &BTreeMap<String, String>, is_own: bool, limit_ms: Ms) -> Option<String> {
    if configs.get("message.timestamp.type").is_some_and(|t| t == "LogAppendTime") {
        return None;
    }
    let bound_ms: Option<Ms> = configs.get(RECORD_TIME_BOUND).and_then(|ms| ms.parse().ok());
    let enough_ms = if is_own { RECORD_TIME_BOUND_MS.max(limit_ms) } else { limit_ms };
    if bound_ms.is_some_and(|ms| ms <= enough_ms) {
        return None;
    }
    let (bound, add) = match bound_ms {
        None => ("nothing bounds them (these brokers don't know message.timestamp.after.max.ms)".to_owned(), None),
        Some(ms) if ms > 1_000 * 365 * DAY_MS => ("nothing bounds them".to_owned(), Some(limit_ms)),
        Some(ms) => (format!("the brokers take what is up to {} ahead of their clock", format_ms(ms)), Some(limit_ms)),
    };
    let here = if limit_ms == Ms::MAX {
        "here they are applied, however far ahead (inputs.max_ahead is off)".to_owned()
    } else {
        format!("what is more than {} ahead becomes a dead letter here", format_ms(limit_ms))
    };
    let refuse = add.map_or(String::new(), |ms| {
        let ms = if ms == Ms::MAX { RECORD_TIME_BOUND_MS } else { ms };
        format!(
            ". To have such records refused where they are produced: kafka-configs.sh --alter --entity-type topics --entity-name {topic} \
             --add-config {RECORD_TIME_BOUND}={ms}"
        )
    });
    Some(format!(
        "{topic}: the record times are the producers' clocks, and {bound}; {here}{refuse}. An input that never gets history may have \
         message.timestamp.type=LogAppendTime instead"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{HOUR_MS, MINUTE_MS};

    fn say(kind: &str, bound: Option<i64>, is_own: bool) -> Option<String> {
        let mut configs = BTreeMap::from([("message.timestamp.type".to_owned(), kind.to_owned())]);
        configs.extend(bound.map(|ms| (RECORD_TIME_BOUND.to_owned(), ms.to_string())));
        unbounded("cart", &configs, is_own, 5 * MINUTE_MS)
    }

    #[test]
    fn record_times_that_nobody_bounds_are_warned_of_with_what_to_do() {
        let endless = say("CreateTime", Some(i64::MAX), false).expect("a warning");
        assert!(
            endless.contains("nothing bounds them") && endless.contains("--add-config message.timestamp.after.max.ms=300000")
        );
        assert!(say("CreateTime", Some(i64::MAX), true).is_some(), "also when somebody set it");
        let default = say("CreateTime", Some(HOUR_MS), false).expect("the brokers' default was chosen by nobody");
        assert!(default.contains("up to 1h ahead") && default.contains("more than 5m ahead becomes a dead letter"), "{default}");
        let old = say("CreateTime", None, false).expect("a warning");
        assert!(old.contains("these brokers don't know") && !old.contains("--add-config"), "{old}");
    }

    #[test]
    fn a_bound_that_was_chosen_and_the_brokers_own_time_are_fine() {
        assert_eq!(say("LogAppendTime", None, false), None);
        assert_eq!(say("CreateTime", Some(5 * MINUTE_MS), false), None);
        assert_eq!(say("CreateTime", Some(HOUR_MS), true), None, "as `topics create --inputs` makes it");
        assert!(say("CreateTime", Some(HOUR_MS + 1), true).is_some());
    }
}

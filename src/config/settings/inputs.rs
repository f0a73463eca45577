//! `inputs.*`: how records of the input topics are read.

use super::section::section;
use crate::config::keys::key::{Key, optional};
use crate::config::keys::kind::Kind;
use crate::wire::decode::Format;
use leadstream_model::Faults;
use leadstream_model::fields::{self, Fields};
use std::collections::BTreeMap;
use std::time::Duration;

section! {
    /// `inputs.*`
    #[derive(PartialEq)]
    Inputs "inputs" besides {
        /// By topic name without the prefix.
        formats: BTreeMap<String, Format>,
        /// By topic name without the prefix.
        time_zones: BTreeMap<String, String>,
    } {
        max_value_bytes: usize = 1048576 in 1_024..=512 << 20,
            "Bytes; a longer value goes to the dead letters unread. The default is the largest message that Kafka accepts by \
             default.";
        allowed_skew: Duration = "5m",
            "An event that is later than its record by more than this gets the record's time: browsers' clocks are often \
             wrong.";
        // As `allowed_skew`; `Settings::read` follows what is said of that.
        max_ahead: Option<Duration> = (Some(Duration::from_secs(300))),
            "A record that is ahead of the wall clock by more than this moves no one's timers and is dead-lettered as \
             `absurd-time`; `\"off\"` applies it (even then it moves only its own prospect's). Default: the value of \
             `inputs.allowed_skew`.";
        max_age: Option<Duration> = "90d",
            "An event older than its record by more than this is dead-lettered as `absurd-time`.";
        no_ids: Vec<String> = [], "Further words that identify nothing and no one, such as an account shared by all guests.";
        time_zone: Option<String>,
            "Time zone of times written without one, as an IANA name (`Europe/Berlin`). Default: UTC, but a time that is off \
             its arrival by whole or half hours is taken as local time and counted; set it, even to `UTC`, to stop that \
             guess.";
        trusted: Option<Vec<String>>,
            "Topics (names without the prefix) that only your own systems write to. Events that erase (`User Deleted`), \
             withdraw consent (unsubscribes, bounces, complaints) or answer for sales (`Lead Accepted`, …) are accepted only \
             from these; from others they go to the dead letters. Default: all except those of `topics.clickstream`, which \
             any browser can write to. `identify` and `group` are accepted from every topic.";
    }
}

/// The zone of one topic.
pub(in crate::config) const TIME_ZONES: Key =
    optional("inputs.time_zones.", Kind::Text, "`inputs.time_zone` for one input topic (its name without the prefix).");

/// The format of one topic.
pub(in crate::config) const FORMATS: Key = optional(
    "inputs.formats.",
    Kind::Choice(&["json", "protobuf"]),
    "Format of one input topic (its name without the prefix). Default: JSON. A record's `content-type` header takes \
     precedence.",
);

impl Inputs {
    pub(super) fn read_time_zones(&mut self, fields: &Fields<'_>, faults: &mut Faults) {
        for (topic, node, place) in fields.entries() {
            if let Some(zone) = fields::text_of(node, &place, faults) {
                self.time_zones.insert(topic.to_owned(), zone);
            }
        }
    }

    pub(super) fn read_formats(&mut self, fields: &Fields<'_>, faults: &mut Faults) {
        for (topic, node, place) in fields.entries() {
            let word = fields::text_of(node, &place, faults);
            match word.as_deref() {
                Some("json") => _ = self.formats.insert(topic.to_owned(), Format::Json),
                Some("protobuf") => _ = self.formats.insert(topic.to_owned(), Format::Protobuf),
                Some(other) => faults.add(&place, format!("{other:?} is no format: json or protobuf")),
                None => {}
            }
        }
    }
}

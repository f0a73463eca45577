//! `topics.*`: names without the prefix.

use super::section::section;
use crate::config::keys::key::{Key, optional};
use crate::config::keys::kind::Kind;
use leadstream_model::Faults;
use leadstream_model::fields::{self, Fields};
use std::collections::BTreeMap;
use std::time::Duration;

section! {
    /// `topics.*`
    #[derive(PartialEq)]
    Topics "topics" besides {
        /// By topic name without the prefix.
        mappings: BTreeMap<String, String>,
    } {
        prefix: String = "", "Prepended to every topic name, input or output.";
        clickstream: Vec<String> = ["clickstream"], "Input topics with the events of the site; may be empty.";
        email: Vec<String> = ["email"],
            "Input topics with mail events; unknown event names don't count as activity there. May be empty.";
        cart: Vec<String> = ["cart"], "Input topics with cart, checkout and order events; may be empty.";
        allow_mixed_partitioners: bool = false,
            "Start even if the inputs put the same key on different partitions. Off by default, because no task would then \
             see all events of a prospect: set `partitioner=murmur2_random` in producers built on librdkafka instead.";
        retention: Option<Duration> = "30d",
            "Retention that `topics create` sets on the outputs (not on the changelog, which keeps everything, nor on dead \
             letters, which have `deadletters.retention`); `\"off\"` keeps everything. Records carry the time of the \
             decision, so it must be longer than the oldest backlog.";
    }
}

/// The mapping of one topic.
pub(in crate::config) const MAPPINGS: Key = optional(
    "topics.mappings.",
    Kind::Text,
    "Mapping of one input topic (its name without the prefix): the name of a shipped one, such as `shopify`, or the path of a file. \
     Default: its records are events in the form of the Segment spec.",
);

impl Topics {
    pub(super) fn read_mappings(&mut self, fields: &Fields<'_>, faults: &mut Faults) {
        for (topic, node, place) in fields.entries() {
            if let Some(mapping) = fields::text_of(node, &place, faults) {
                self.mappings.insert(topic.to_owned(), mapping);
            }
        }
    }
}

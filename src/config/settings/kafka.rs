//! `kafka.*`: how to reach the cluster, and where reading begins.

use super::section::{Setting, choice, section};
use crate::config::keys::key::{Key, optional};
use crate::config::keys::kind::Kind;
use crate::kafka::options::GroupProtocol;
use crate::runtime::options::{OnGap, Positions, Start};
use leadstream_model::Faults;
use leadstream_model::fields::Fields;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

section! {
    /// `kafka.*`
    #[derive(PartialEq)]
    Kafka "kafka" besides {
        /// `kafka.properties.*` over those of `kafka.properties_file`. May hold secrets: never log it, see `config::is_secret`.
        properties: BTreeMap<String, String>,
    } {
        bootstrap_servers: String = "127.0.0.1:9092", "Brokers to contact first, as comma-separated `host:port` pairs.";
        group_id: String = "leadstream",
            "Consumer group; the instances of a group share the work. Also the first part of every `transactional.id`.";
        properties_file: Option<PathBuf>,
            "File of librdkafka properties, one `name=value` per line, `#` starts a comment; `kafka.properties.*` takes \
             precedence. This is the place for passwords: give it mode 0600.";
        start: Start = "earliest",
            "Where a group without offsets starts: `earliest`, `latest`, or a time (RFC 3339). Later starts resume from the \
             group's offsets.";
        on_gap: OnGap = "stop",
            "What to do when retention has removed a committed offset: `stop` with an error, or `skip` to the oldest record \
             left. Stops by default, because skipped records leave no trace.";
        positions: Positions = "checked",
            "Where reading resumes. `checked`: at the group's offsets, which must agree with the state in the changelog. \
             `group`: at the group's offsets whatever the state says, for a single start after moving them on purpose. \
             `task-record`: where the state says, for a single start after the group's offsets were lost.";
        static_membership: bool = false,
            "Keep an instance's partitions across a short restart (`group.instance.id`). Off by default, because a crashed \
             instance then holds its partitions until its session times out. Needs a stable id: `engine.instance_id` or \
             `state.dir`.";
        group_protocol: GroupProtocol = "classic",
            "`classic` with the `range` assignor pauses for 10 to 100 ms during a rebalance. `consumer` (KIP-848, Kafka 4) \
             pauses only the partitions that move, but for seconds; the broker's assignor is then set to `range`. No other \
             assignor keeps the partitions of all inputs together.";
        session_timeout: Duration = "6s",
            "An instance that the group has not heard from for this long is considered dead. Short, because its partitions \
             stand still until then.";
        transaction_timeout: Duration = "5s",
            "The broker aborts a transaction that stays open longer than this. Short, because the open transaction of a \
             crashed writer hides newer output from readers until then.";
    }
}

/// Client properties by name.
pub(in crate::config) const PROPERTIES: Key = optional(
    "kafka.properties.",
    Kind::Text,
    "Any librdkafka property, for TLS, SASL, compression and tuning. Everything after `properties.` is one name; in \
     environment variables `_` stands for `.`. Unless `compression.type` is set, outputs are compressed with lz4 and state \
     records are not compressed. Properties that leadstream sets itself are refused, with the setting to use instead.",
);

choice! { OnGap: "stop" => Stop, "skip" => Skip }
choice! { Positions: "checked" => Checked, "group" => Group, "task-record" => TaskRecord }
choice! { GroupProtocol: "classic" => Classic, "consumer" => Consumer }

impl Setting for Start {
    const KIND: Kind = Kind::Text;
    type Bounds = ();

    fn read(fields: &mut Fields<'_>, key: &'static str, (): &(), faults: &mut Faults) -> Option<Self> {
        let said = fields.text(key, faults)?;
        match said.value.as_str() {
            "earliest" => Some(Self::Earliest),
            "latest" => Some(Self::Latest),
            time => {
                let at = time.parse::<jiff::Timestamp>().ok().map(|t| Self::At(t.as_millisecond()));
                if at.is_none() {
                    faults.add(&said.place, format!("{time:?} must be earliest, latest or a time such as 2026-03-01T00:00:00Z"));
                }
                at
            }
        }
    }
}

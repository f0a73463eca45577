//! Every settings key: its kind, default, unit and reason. The configuration reference is generated from this table.

mod free;
mod key;
mod kind;
mod owned;

pub use free::FREE;
pub use key::Key;
pub use kind::Kind;
pub use owned::OWNED_PROPERTIES;

use key::{key, optional};

/// Every key, in the order of the reference.
pub const KEYS: [Key; 64] = [
    key(
        "kafka.bootstrap_servers",
        Kind::Text,
        "\"127.0.0.1:9092\"",
        "Brokers to contact first, as comma-separated `host:port` pairs.",
    ),
    key(
        "kafka.group_id",
        Kind::Text,
        "\"leadstream\"",
        "Consumer group; the instances of a group share the work. Also the first part of every `transactional.id`.",
    ),
    optional(
        "kafka.properties_file",
        Kind::Text,
        "File of librdkafka properties, one `name=value` per line, `#` starts a comment; `kafka.properties.*` takes precedence. \
         This is the place for passwords: give it mode 0600.",
    ),
    key(
        "kafka.start",
        Kind::Text,
        "\"earliest\"",
        "Where a group without offsets starts: `earliest`, `latest`, or a time (RFC 3339). Later starts resume from the group's \
         offsets.",
    ),
    key(
        "kafka.on_gap",
        Kind::Choice(&["stop", "skip"]),
        "\"stop\"",
        "What to do when retention has removed a committed offset: `stop` with an error, or `skip` to the oldest record left. \
         Stops by default, because skipped records leave no trace.",
    ),
    key(
        "kafka.positions",
        Kind::Choice(&["checked", "group", "task-record"]),
        "\"checked\"",
        "Where reading resumes. `checked`: at the group's offsets, which must agree with the state in the changelog. `group`: at \
         the group's offsets whatever the state says, for a single start after moving them on purpose. `task-record`: where the \
         state says, for a single start after the group's offsets were lost.",
    ),
    key(
        "kafka.static_membership",
        Kind::Bool,
        "false",
        "Keep an instance's partitions across a short restart (`group.instance.id`). Off by default, because a crashed instance \
         then holds its partitions until its session times out. Needs a stable id: `engine.instance_id` or `state.dir`.",
    ),
    key(
        "kafka.group_protocol",
        Kind::Choice(&["classic", "consumer"]),
        "\"classic\"",
        "`classic` with the `range` assignor pauses for 10 to 100 ms during a rebalance. `consumer` (KIP-848, Kafka 4) pauses \
         only the partitions that move, but for seconds; the broker's assignor is then set to `range`. No other assignor keeps \
         the partitions of all inputs together.",
    ),
    key(
        "kafka.session_timeout",
        Kind::Duration,
        "\"6s\"",
        "An instance that the group has not heard from for this long is considered dead. Short, because its partitions stand \
         still until then.",
    ),
    key(
        "kafka.transaction_timeout",
        Kind::Duration,
        "\"5s\"",
        "The broker aborts a transaction that stays open longer than this. Short, because the open transaction of a crashed \
         writer hides newer output from readers until then.",
    ),
    key("topics.prefix", Kind::Text, "\"\"", "Prepended to every topic name, input or output."),
    key("topics.clickstream", Kind::Texts, "[\"clickstream\"]", "Input topics with the events of the site; may be empty."),
    key(
        "topics.email",
        Kind::Texts,
        "[\"email\"]",
        "Input topics with mail events; unknown event names don't count as activity there. May be empty.",
    ),
    key("topics.cart", Kind::Texts, "[\"cart\"]", "Input topics with cart, checkout and order events; may be empty."),
    key(
        "topics.allow_mixed_partitioners",
        Kind::Bool,
        "false",
        "Start even if the inputs put the same key on different partitions. Off by default, because no task would then see all \
         events of a prospect: set `partitioner=murmur2_random` in producers built on librdkafka instead.",
    ),
    key(
        "topics.retention",
        Kind::DurationOrOff,
        "\"30d\"",
        "Retention that `topics create` sets on the outputs (not on the changelog, which keeps everything, nor on dead letters, \
         which have `deadletters.retention`); `\"off\"` keeps everything. Records carry the time of the decision, so it must be \
         longer than the oldest backlog.",
    ),
    key(
        "inputs.max_value_bytes",
        Kind::Integer,
        "1048576",
        "Bytes; a longer value goes to the dead letters unread. The default is the largest message that Kafka accepts by \
         default.",
    ),
    key(
        "inputs.allowed_skew",
        Kind::Duration,
        "\"5m\"",
        "An event that is later than its record by more than this gets the record's time: browsers' clocks are often wrong.",
    ),
    optional(
        "inputs.max_ahead",
        Kind::DurationOrOff,
        "A record that is ahead of the wall clock by more than this moves no one's timers and is dead-lettered as `absurd-time`; \
         `\"off\"` applies it (even then it moves only its own prospect's). Default: the value of `inputs.allowed_skew`.",
    ),
    key(
        "inputs.max_age",
        Kind::DurationOrOff,
        "\"90d\"",
        "An event older than its record by more than this is dead-lettered as `absurd-time`.",
    ),
    key(
        "inputs.no_ids",
        Kind::Texts,
        "[]",
        "Further words that identify nothing and no one, such as an account shared by all guests.",
    ),
    optional(
        "inputs.time_zone",
        Kind::Text,
        "Time zone of times written without one, as an IANA name (`Europe/Berlin`). Default: UTC, but a time that is off its \
         arrival by whole or half hours is taken as local time and counted; set it, even to `UTC`, to stop that guess.",
    ),
    optional(
        "inputs.trusted",
        Kind::Texts,
        "Topics (names without the prefix) that only your own systems write to. Events that erase (`User Deleted`), withdraw \
         consent (unsubscribes, bounces, complaints) or answer for sales (`Lead Accepted`, …) are accepted only from these; from \
         others they go to the dead letters. Default: all except those of `topics.clickstream`, which any browser can write to. \
         `identify` and `group` are accepted from every topic.",
    ),
    optional(
        "engine.workers",
        Kind::Integer,
        "Threads, each with its own consumer and transactional producer. Default: one per core, at most 4. Workers beyond the \
         number of partitions are idle.",
    ),
    optional(
        "engine.instance_id",
        Kind::Text,
        "Name of this instance: letters, digits, `.`, `_`, `-`. Part of each `transactional.id`, so two instances must not share \
         one. Default: an id kept and locked in `state.dir`, or else a random one.",
    ),
    key(
        "engine.batch_max_events",
        Kind::Integer,
        "20000",
        "Maximum events per transaction; four times as many while an input is behind (`engine.behind_after`).",
    ),
    key(
        "engine.batch_longest",
        Kind::Duration,
        "\"250ms\"",
        "A batch is committed after this long at the latest: bounds how late an output becomes visible under load. Four times as \
         long while an input is behind, as a prospect who appears several times in a batch is written once.",
    ),
    key(
        "engine.batch_linger",
        Kind::Duration,
        "\"8ms\"",
        "How long events collect after a commit before the next batch begins, if none were waiting. A transaction that begins \
         while the broker is still ending the previous one waits for 20 ms; the first event after a pause is not delayed.",
    ),
    key("engine.fetch_ahead", Kind::Integer, "4000", "Records prefetched per input partition."),
    key(
        "engine.fetch_ahead_bytes",
        Kind::Integer,
        "1073741824",
        "Maximum bytes of fetched records that an instance holds: waiting, in open batches, and in the client library's queues, \
         divided among all input partitions. See the memory formula in docs/limits.md.",
    ),
    key(
        "engine.decoded_records",
        Kind::Integer,
        "262144",
        "Decoded copies of the most recently used prospects that an instance keeps beside their records, at one to two kilobytes \
         each, shared by its workers and their partitions. A prospect among them needs no decoding: ideally as many as there are \
         prospects.",
    ),
    key(
        "engine.max_records_per_partition",
        Kind::IntegerOrOff,
        "\"off\"",
        "Once a partition has this many prospects, events of new visitors about whom nothing is known (no user id, address, \
         traits or order) are counted but not applied: a flood of invented ids ends there, and not with the machine's memory. \
         Known prospects, and new ones about whom something is known, are always served. Every instance must be able to hold \
         this many for each partition that it may be assigned.",
    ),
    key(
        "engine.behind_after",
        Kind::Duration,
        "\"5s\"",
        "An input whose next record is older than this is behind: cart reminders wait until the backlog has been read.",
    ),
    key(
        "engine.shutdown_deadline",
        Kind::Duration,
        "\"10s\"",
        "How long a shutdown may take to finish or abort open batches; then the process ends anyway.",
    ),
    key("output.format", Kind::Choice(&["json", "protobuf"]), "\"json\"", "Format of the outputs' values."),
    key(
        "deadletters.stop_ratio",
        Kind::NumberOrOff,
        "0.5",
        "An input partition is paused when this share of its latest records can't be used: a topic full of garbage should be \
         noticed, not drained. `\"off\"` never pauses.",
    ),
    key("deadletters.stop_count", Kind::Integer, "1000", "… and at least this many of them."),
    key("deadletters.stop_window", Kind::Integer, "2000", "How many of the latest records are considered."),
    key(
        "deadletters.on_poison",
        Kind::Choice(&["pause", "stop"]),
        "\"pause\"",
        "What happens then: `pause` stops reading that input partition and carries on with everything else, `stop` ends the \
         process.",
    ),
    key(
        "deadletters.retention",
        Kind::DurationOrOff,
        "\"30d\"",
        "How long `topics create` keeps dead letters; `\"off\"` keeps them for ever. They hold the original records with all \
         personal data, and `User Deleted` doesn't reach them.",
    ),
    key(
        "http.listen",
        Kind::Text,
        "\"127.0.0.1:9464\"",
        "Address of metrics, health and pages; `\"off\"` for none. Loopback by default, because it serves personal data.",
    ),
    optional(
        "http.token_file",
        Kind::Text,
        "File with the token that `/` and `/api` require when the address is reachable from outside.",
    ),
    key("http.allow_anonymous", Kind::Bool, "false", "Let anyone who can reach the address see `/` and `/api`."),
    key(
        "log.format",
        Kind::Choice(&["text", "json"]),
        "\"text\"",
        "Log lines on stderr: `text` for people, `json` for machines.",
    ),
    key(
        "log.level",
        Kind::Text,
        "\"info\"",
        "`error`, `warn`, `info`, `debug`, `trace`, or by module: `info,leadstream::kafka=debug`. Personal data appears from \
         `debug` on.",
    ),
    optional(
        "state.dir",
        Kind::Text,
        "Folder in which this instance keeps its id, locked against a second process. Default: nothing is kept on disk.",
    ),
    key(
        "model.files",
        Kind::Texts,
        "[\"ecommerce\"]",
        "Models that run: paths, or names of shipped models. Primary for a prospect is the first for their persona, or for \
         everyone.",
    ),
    optional(
        "model.cart.steps",
        Kind::Durations,
        "Overrides the model: delays of the reminders, ascending, at most 16. Model default: 1h, 24h, 72h.",
    ),
    optional(
        "model.cart.idle_on",
        Kind::Choice(&["site", "cart"]),
        "Overrides the model: idle means no activity on the `site`, or no `cart`, checkout or order event. Model default: \
         `site`.",
    ),
    optional(
        "model.cart.order_clears",
        Kind::Choice(&["cart", "lines"]),
        "Overrides the model: an order clears the whole `cart`, or only the `lines` bought. Model default: `cart`.",
    ),
    optional(
        "model.cart.cooldown",
        Kind::DurationOrOff,
        "Overrides the model: no new series within this time. Model default: 7d.",
    ),
    optional(
        "model.cart.max_lateness",
        Kind::DurationOrOff,
        "Overrides the model: a step that is later than this is skipped. Model default: 2h.",
    ),
    optional(
        "model.cart.forget_after",
        Kind::DurationOrOff,
        "Overrides the model: a cart left untouched for this long is forgotten. Model default: 10d.",
    ),
    optional(
        "model.cart.grace",
        Kind::Duration,
        "Overrides the model: how long a due step waits for events still on their way. Model default: 0s.",
    ),
    optional(
        "model.cart.catch_up",
        Kind::Choice(&["hold", "replay"]),
        "Overrides the model: `hold` reads a backlog first and then sends; `replay` sends in event time. Model default: `hold`.",
    ),
    optional(
        "model.cart.click_window",
        Kind::DurationOrOff,
        "Overrides the model: an order is attributed to a click in a reminder within this time. Model default: 5d.",
    ),
    optional(
        "model.cart.open_window",
        Kind::DurationOrOff,
        "Overrides the model: an order is attributed to an open of a reminder within this time. Model default: 1d.",
    ),
    optional(
        "model.cart.payment_window",
        Kind::DurationOrOff,
        "Overrides the model: a payment that fails within this time after its order brings the cart back. Model default: 24h.",
    ),
    optional(
        "model.cart.series",
        Kind::Choice(&["prospect", "cart"]),
        "Overrides the model: whether each `prospect` or each `cart` has one series at a time.",
    ),
    optional("model.cart.min_value", Kind::NumberOrOff, "Overrides the model: a cart worth less than this starts no series."),
    optional(
        "model.cart.campaigns",
        Kind::Texts,
        "Overrides the model: what your mailer calls reminders of carts. Model default: names that speak for themselves.",
    ),
    optional(
        "model.cart.late_window",
        Kind::DurationOrOff,
        "Overrides the model: how long after its last reminder an order of a forgotten cart's goods is reported as late. Model \
         default: 30d.",
    ),
    optional(
        "model.cart.order_ends_cooldown",
        Kind::Bool,
        "Overrides the model: an order ends the cooldown. Model default: true.",
    ),
    key(
        "check.sample_records",
        Kind::Integer,
        "2000",
        "How many of the newest records per input partition `check` reads to find out each input's partitioner.",
    ),
];

/// The key of a full name, the free ones included.
#[must_use]
pub fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|k| k.name == name).or_else(|| FREE.iter().find(|k| name.len() > k.name.len() && name.starts_with(k.name)))
}

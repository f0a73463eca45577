//! Every settings key: its kind, default, unit and reason. The configuration reference is made of this table.

mod kind;
mod owned;

pub use kind::Kind;
pub use owned::OWNED_PROPERTIES;

/// One settings key.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    pub name: &'static str,
    pub kind: Kind,
    /// As TOML; empty: no fixed default, `about` says what happens.
    pub default: &'static str,
    pub about: &'static str,
}

/// Keys below these are free: everything after the prefix is one name.
pub const FREE: [Key; 3] = [
    key(
        "kafka.properties.",
        Kind::Text,
        "",
        "Any librdkafka property, for TLS, SASL, compression and tuning; everything after `properties.` is one name, in the \
         environment `_` stands for `.`. Without `compression.type` outputs are compressed by lz4 and state records not at all. Properties that leadstream sets itself are refused with the setting to use.",
    ),
    key("inputs.time_zones.", Kind::Text, "", "`inputs.time_zone` of one input topic (its name without the prefix)."),
    key(
        "inputs.formats.",
        Kind::Choice(&["json", "protobuf"]),
        "",
        "Format of one input topic (its name without the prefix). Without: JSON. A record's `content-type` header wins over it.",
    ),
];

const fn key(name: &'static str, kind: Kind, default: &'static str, about: &'static str) -> Key {
    Key { name, kind, default, about }
}

/// Every key, in the order of the reference.
pub const KEYS: [Key; 64] = [
    key("kafka.bootstrap_servers", Kind::Text, "\"127.0.0.1:9092\"", "Brokers to ask first, `host:port` with commas between."),
    key(
        "kafka.group_id",
        Kind::Text,
        "\"leadstream\"",
        "Consumer group; instances of one group share the work. Also the first part of every `transactional.id`.",
    ),
    key(
        "kafka.properties_file",
        Kind::Text,
        "",
        "File of librdkafka properties, `name=value` a line, `#` begins a comment; `kafka.properties.*` win over it. The place \
         for passwords: rights 0600.",
    ),
    key(
        "kafka.start",
        Kind::Text,
        "\"earliest\"",
        "Where a group without offsets begins: `earliest`, `latest`, or a time (RFC 3339). Later starts go on where the group stands.",
    ),
    key(
        "kafka.on_gap",
        Kind::Choice(&["stop", "skip"]),
        "\"stop\"",
        "When retention has removed a committed offset: `stop` and say so, or `skip` to the oldest record left. Stops by default \
         because what is skipped is lost without a trace.",
    ),
    key(
        "kafka.positions",
        Kind::Choice(&["checked", "group", "task-record"]),
        "\"checked\"",
        "Who says where reading goes on. `checked`: the group's offsets, which must agree with the state in the changelog. `group`: the \
         group's offsets whatever the state says, for one start after moving them on purpose. `task-record`: the state, for one start \
         after the group's offsets were lost.",
    ),
    key(
        "kafka.static_membership",
        Kind::Bool,
        "false",
        "Keep an instance's partitions over a short restart (`group.instance.id`). Off, because a crashed instance then holds its \
         partitions until the session ends. Needs a stable id: `engine.instance_id` or `state.dir`.",
    ),
    key(
        "kafka.group_protocol",
        Kind::Choice(&["classic", "consumer"]),
        "\"classic\"",
        "`classic` with the `range` assignor pauses for 10 to 100 ms at a rebalance. `consumer` (KIP-848, Kafka 4) pauses only \
         what moves, but for seconds; the broker's assignor is then set to `range`. Nothing else keeps partitions of all inputs together.",
    ),
    key(
        "kafka.session_timeout",
        Kind::Duration,
        "\"6s\"",
        "An instance that the group has not heard of for this long is taken for dead. Short, because its partitions stand still until then.",
    ),
    key(
        "kafka.transaction_timeout",
        Kind::Duration,
        "\"5s\"",
        "The broker aborts a transaction that is open for longer. Short, because a crashed writer's open transaction hides newer \
         output from readers until then.",
    ),
    key("topics.prefix", Kind::Text, "\"\"", "Put before every topic name, inputs and outputs."),
    key("topics.clickstream", Kind::Texts, "[\"clickstream\"]", "Input topics with the events of the site; may be empty."),
    key(
        "topics.email",
        Kind::Texts,
        "[\"email\"]",
        "Input topics with mail events; unknown event names are no activity there. May be empty.",
    ),
    key("topics.cart", Kind::Texts, "[\"cart\"]", "Input topics with cart, checkout and order events; may be empty."),
    key(
        "topics.allow_mixed_partitioners",
        Kind::Bool,
        "false",
        "Start although the inputs put the same key on different partitions. Off, because a prospect's events then meet in no task: \
         set `partitioner=murmur2_random` in producers built on librdkafka instead.",
    ),
    key(
        "topics.retention",
        Kind::DurationOrOff,
        "\"30d\"",
        "Retention that `topics create` gives the outputs (not the changelog, which keeps everything; dead letters have `deadletters.retention`); `\"off\"` keeps \
         all. Records carry the time of the decision, so it must be longer than the oldest backlog.",
    ),
    key(
        "inputs.max_value_bytes",
        Kind::Integer,
        "1048576",
        "Bytes; a longer value goes to the dead letters unread. As large as Kafka's default message.",
    ),
    key(
        "inputs.allowed_skew",
        Kind::Duration,
        "\"5m\"",
        "An event later than its record by more than this gets the record's time: browsers have wrong clocks.",
    ),
    key(
        "inputs.max_ahead",
        Kind::DurationOrOff,
        "",
        "A record whose own time lies ahead of the wall clock by more than this moves nobody's timers and is dead-lettered as \
         `absurd-time`; `\"off\"` applies it (it still moves only its own prospect). Without: as `inputs.allowed_skew`.",
    ),
    key(
        "inputs.max_age",
        Kind::DurationOrOff,
        "\"90d\"",
        "An event older than its record by more than this is dead-lettered as `absurd-time`.",
    ),
    key("inputs.no_ids", Kind::Texts, "[]", "More words that stand for no id, such as an account that all guests share."),
    key(
        "inputs.time_zone",
        Kind::Text,
        "",
        "Zone of times that are written without one, as in the IANA database (`Europe/Berlin`). Without: UTC, but a time that lies \
         whole or half hours off its arrival is taken as local time and counted; set it, even to `UTC`, to end that guess.",
    ),
    key(
        "inputs.trusted",
        Kind::Texts,
        "",
        "Topics (names without the prefix) that only your own systems write. Events that erase (`User Deleted`), withdraw consent \
         (unsubscribes, bounces, complaints) or answer for sales (`Lead Accepted`, …) are accepted from these only, and go to the dead \
         letters from others. Without: all but those of `topics.clickstream`, which any browser can write to. `identify` and \
         `group` are welcome everywhere.",
    ),
    key(
        "engine.workers",
        Kind::Integer,
        "",
        "Threads, each with its own consumer and transactional producer. Without: one per core, at most 4. More than partitions idle.",
    ),
    key(
        "engine.instance_id",
        Kind::Text,
        "",
        "Name of this instance: letters, digits, `.`, `_`, `-`. `transactional.id` is group-instance-worker, so two instances must not \
         share one. Without: an id kept and locked in `state.dir`, else a random one.",
    ),
    key(
        "engine.batch_max_events",
        Kind::Integer,
        "20000",
        "Events of one transaction at most; four times as many while an input is behind (`engine.behind_after`).",
    ),
    key(
        "engine.batch_longest",
        Kind::Duration,
        "\"250ms\"",
        "A batch is committed after this long at the latest: bounds how late an output becomes visible under load. Four times as long \
         while an input is behind: who comes more than once in a batch is written once.",
    ),
    key(
        "engine.batch_linger",
        Kind::Duration,
        "\"8ms\"",
        "How long events gather after a commit before the next batch begins, when nothing more was there. A broker that is still \
         ending a transaction makes one that begins meanwhile wait for 20 ms; the first event after a pause leaves at once.",
    ),
    key("engine.fetch_ahead", Kind::Integer, "4000", "Records fetched ahead per input partition."),
    key(
        "engine.fetch_ahead_bytes",
        Kind::Integer,
        "1073741824",
        "Bytes of fetched records that an instance holds at most: waiting, in the open batches, and in the client library's queues, \
         shared out among all input partitions. See the formula for memory in docs/limits.md.",
    ),
    key(
        "engine.decoded_records",
        Kind::Integer,
        "262144",
        "Decoded copies of the prospects touched last that an instance keeps beside their records, at one to two kilobytes each, shared \
         by its workers and their partitions. Who comes again needs no decoding: at best as many as there are prospects.",
    ),
    key(
        "engine.max_records_per_partition",
        Kind::IntegerOrOff,
        "\"off\"",
        "Above so many prospects of a partition, events of new visitors of whom nothing is known (no user id, address, traits or order) \
         are not applied, and counted: a flood of invented ids ends there, and not with the machine's memory. Whoever is known, and \
         whoever is new but known to somebody, is always served. Every instance must be able to hold this times the partitions that \
         it may be given.",
    ),
    key(
        "engine.behind_after",
        Kind::Duration,
        "\"5s\"",
        "An input whose next record is older than this is behind: cart steps wait until the backlog is read.",
    ),
    key(
        "engine.shutdown_deadline",
        Kind::Duration,
        "\"10s\"",
        "How long a stop may take to finish or abort what is open; then the process ends anyway.",
    ),
    key("output.format", Kind::Choice(&["json", "protobuf"]), "\"json\"", "Format of the outputs' values."),
    key(
        "deadletters.stop_ratio",
        Kind::NumberOrOff,
        "0.5",
        "An input partition is paused when this share of its latest records can't be used: a topic full of garbage should be seen, not \
         drained. `\"off\"` goes on whatever comes.",
    ),
    key("deadletters.stop_count", Kind::Integer, "1000", "… and at least so many of them."),
    key("deadletters.stop_window", Kind::Integer, "2000", "How many of the latest records are looked at."),
    key(
        "deadletters.on_poison",
        Kind::Choice(&["pause", "stop"]),
        "\"pause\"",
        "What happens then: `pause` leaves the input partition where it is and works on with everything else, `stop` ends the process.",
    ),
    key(
        "deadletters.retention",
        Kind::DurationOrOff,
        "\"30d\"",
        "How long `topics create` lets dead letters live; `\"off\"` keeps them for ever. They hold what came in with all personal data, \
         which no `User Deleted` reaches.",
    ),
    key(
        "http.listen",
        Kind::Text,
        "\"127.0.0.1:9464\"",
        "Address of metrics, health and pages; `\"off\"` for none. Loopback, because there is personal data behind it.",
    ),
    key(
        "http.token_file",
        Kind::Text,
        "",
        "File with the token that `/` and `/api` ask for when the address is reachable from outside.",
    ),
    key("http.allow_anonymous", Kind::Bool, "false", "Let everybody who reaches the address see `/` and `/api`."),
    key("log.format", Kind::Choice(&["text", "json"]), "\"text\"", "Log lines on stderr for people or for machines."),
    key(
        "log.level",
        Kind::Text,
        "\"info\"",
        "`error`, `warn`, `info`, `debug`, `trace`, or by module: `info,leadstream::kafka=debug`. Personal data appears from `debug` on.",
    ),
    key(
        "state.dir",
        Kind::Text,
        "",
        "Folder that this instance keeps its id in, locked: no two processes use it at once. Without: nothing is kept on disk.",
    ),
    key(
        "model.files",
        Kind::Texts,
        "[\"ecommerce\"]",
        "Models that run: paths, or names of shipped models. One is in charge of a prospect: the first for their persona, else the first for everybody.",
    ),
    key(
        "model.cart.steps",
        Kind::Durations,
        "",
        "Overrides the model's own: delays of the reminders, rising, at most 16. Models default to 1h, 24h, 72h.",
    ),
    key(
        "model.cart.idle_on",
        Kind::Choice(&["site", "cart"]),
        "",
        "Overrides the model's own: idle means no activity on the `site`, or no `cart`, checkout or order event. Models default to `site`.",
    ),
    key(
        "model.cart.order_clears",
        Kind::Choice(&["cart", "lines"]),
        "",
        "Overrides the model's own: an order clears the whole `cart`, or the `lines` bought. Models default to `cart`.",
    ),
    key(
        "model.cart.cooldown",
        Kind::DurationOrOff,
        "",
        "Overrides the model's own: no new series this soon. Models default to 7d.",
    ),
    key(
        "model.cart.max_lateness",
        Kind::DurationOrOff,
        "",
        "Overrides the model's own: a step later than this is skipped. Models default to 2h.",
    ),
    key(
        "model.cart.forget_after",
        Kind::DurationOrOff,
        "",
        "Overrides the model's own: an untouched cart is forgotten. Models default to 10d.",
    ),
    key(
        "model.cart.grace",
        Kind::Duration,
        "",
        "Overrides the model's own: how long a due step waits for events on their way. Models default to 0s.",
    ),
    key(
        "model.cart.catch_up",
        Kind::Choice(&["hold", "replay"]),
        "",
        "Overrides the model's own: with a backlog, `hold` reads first and sends then; `replay` sends in event time. Models default to `hold`.",
    ),
    key(
        "model.cart.click_window",
        Kind::DurationOrOff,
        "",
        "Overrides the model's own: a click in a reminder counts for an order within this time. Models default to 5d.",
    ),
    key(
        "model.cart.open_window",
        Kind::DurationOrOff,
        "",
        "Overrides the model's own: an open of a reminder counts for an order within this time. Models default to 1d.",
    ),
    key(
        "model.cart.payment_window",
        Kind::DurationOrOff,
        "",
        "Overrides the model's own: a payment that fails so long after its order brings the cart back. Models default to 24h.",
    ),
    key(
        "model.cart.series",
        Kind::Choice(&["prospect", "cart"]),
        "",
        "Overrides the model's own: what has one series at a time.",
    ),
    key("model.cart.min_value", Kind::NumberOrOff, "", "Overrides the model's own: a cart that is worth less arms nothing."),
    key(
        "model.cart.campaigns",
        Kind::Texts,
        "",
        "Overrides the model's own: what your mailer calls reminders of carts. Models default to names that say so themselves.",
    ),
    key(
        "model.cart.late_window",
        Kind::DurationOrOff,
        "",
        "Overrides the model's own: an order of a forgotten cart's goods is told as late this long after its last reminder. Models default to 30d.",
    ),
    key(
        "model.cart.order_ends_cooldown",
        Kind::Bool,
        "",
        "Overrides the model's own: after an order the next cart is reminded of again. Models default to true.",
    ),
    key(
        "check.sample_records",
        Kind::Integer,
        "2000",
        "Newest records per input partition whose keys `check` looks at to find out each input's partitioner.",
    ),
];

/// The key of a full name, the free ones included.
#[must_use]
pub fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|k| k.name == name).or_else(|| FREE.iter().find(|k| name.len() > k.name.len() && name.starts_with(k.name)))
}

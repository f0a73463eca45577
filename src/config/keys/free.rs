//! Keys whose last part the user chooses.

use super::key::{Key, optional};
use super::kind::Kind;

/// Keys below these are free: everything after the prefix is one name.
pub const FREE: [Key; 3] = [
    optional(
        "kafka.properties.",
        Kind::Text,
        "Any librdkafka property, for TLS, SASL, compression and tuning. Everything after `properties.` is one name; in \
         environment variables `_` stands for `.`. Unless `compression.type` is set, outputs are compressed with lz4 and state \
         records are not compressed. Properties that leadstream sets itself are refused, with the setting to use instead.",
    ),
    optional("inputs.time_zones.", Kind::Text, "`inputs.time_zone` for one input topic (its name without the prefix)."),
    optional(
        "inputs.formats.",
        Kind::Choice(&["json", "protobuf"]),
        "Format of one input topic (its name without the prefix). Default: JSON. A record's `content-type` header takes \
         precedence.",
    ),
];

//! What is not for users to set.

/// Librdkafka properties that leadstream sets itself, and what to use in their place.
pub const OWNED_PROPERTIES: [(&str, &str); 17] = [
    ("bootstrap.servers", "kafka.bootstrap_servers"),
    ("metadata.broker.list", "kafka.bootstrap_servers"),
    ("group.id", "kafka.group_id"),
    ("group.instance.id", "kafka.static_membership with engine.instance_id"),
    ("group.protocol", "kafka.group_protocol"),
    ("group.remote.assignor", "kafka.group_protocol"),
    ("partition.assignment.strategy", "nothing: only range keeps the inputs together"),
    ("session.timeout.ms", "kafka.session_timeout"),
    ("transactional.id", "engine.instance_id"),
    ("transaction.timeout.ms", "kafka.transaction_timeout"),
    ("enable.idempotence", "nothing: exactly once needs it"),
    ("isolation.level", "nothing: exactly once needs read_committed"),
    ("enable.auto.commit", "nothing: offsets go with the transaction"),
    ("enable.auto.offset.store", "nothing: offsets go with the transaction"),
    ("auto.offset.reset", "kafka.start and kafka.on_gap"),
    ("enable.partition.eof", "nothing: catching up needs it"),
    ("partitioner", "nothing: outputs are partitioned as the inputs (murmur2)"),
];

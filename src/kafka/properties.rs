//! Properties of the client library by name: which exist, which may be shown, and which of them weaken a connection.

use crate::domain::names::nearest;
use rdkafka::config::ClientConfig;
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaConfRes;
use std::collections::BTreeMap;

/// Properties whose values are never secret. A list, not a rule: what is not in it (a name misspelt, a property of a newer library)
/// is masked.
const SHOWN: [&str; 131] = [
    "acks",
    "allow.auto.create.topics",
    "api.version.fallback.ms",
    "api.version.request",
    "api.version.request.timeout.ms",
    "auto.commit.enable",
    "auto.commit.interval.ms",
    "auto.offset.reset",
    "batch.num.messages",
    "batch.size",
    "bootstrap.servers",
    "broker.address.family",
    "broker.address.ttl",
    "broker.version.fallback",
    "check.crcs",
    "client.dns.lookup",
    "client.id",
    "client.rack",
    "compression.codec",
    "compression.level",
    "compression.type",
    "connections.max.idle.ms",
    "consume.callback.max.messages",
    "coordinator.query.interval.ms",
    "debug",
    "delivery.report.only.error",
    "delivery.timeout.ms",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.gapless.guarantee",
    "enable.idempotence",
    "enable.metrics.push",
    "enable.partition.eof",
    "enable.random.seed",
    "enable.sasl.oauthbearer.unsecure.jwt",
    "enable.ssl.certificate.verification",
    "fetch.error.backoff.ms",
    "fetch.max.bytes",
    "fetch.message.max.bytes",
    "fetch.min.bytes",
    "fetch.queue.backoff.ms",
    "fetch.wait.max.ms",
    "group.id",
    "group.instance.id",
    "group.protocol",
    "group.protocol.type",
    "group.remote.assignor",
    "heartbeat.interval.ms",
    "https.ca.location",
    "internal.termination.signal",
    "isolation.level",
    "linger.ms",
    "log.connection.close",
    "log.queue",
    "log.thread.name",
    "log_level",
    "max.in.flight",
    "max.in.flight.requests.per.connection",
    "max.partition.fetch.bytes",
    "max.poll.interval.ms",
    "message.copy.max.bytes",
    "message.max.bytes",
    "message.send.max.retries",
    "message.timeout.ms",
    "metadata.broker.list",
    "metadata.max.age.ms",
    "metadata.recovery.rebootstrap.trigger.ms",
    "metadata.recovery.strategy",
    "offset.store.method",
    "offset.store.path",
    "offset.store.sync.interval.ms",
    "partition.assignment.strategy",
    "partitioner",
    "produce.offset.report",
    "queue.buffering.backpressure.threshold",
    "queue.buffering.max.kbytes",
    "queue.buffering.max.messages",
    "queue.buffering.max.ms",
    "queued.max.messages.kbytes",
    "queued.min.messages",
    "queuing.strategy",
    "receive.message.max.bytes",
    "reconnect.backoff.jitter.ms",
    "reconnect.backoff.max.ms",
    "reconnect.backoff.ms",
    "request.required.acks",
    "request.timeout.ms",
    "retries",
    "retry.backoff.max.ms",
    "retry.backoff.ms",
    "sasl.kerberos.min.time.before.relogin",
    "sasl.kerberos.service.name",
    "sasl.mechanism",
    "sasl.mechanisms",
    "sasl.oauthbearer.assertion.algorithm",
    "sasl.oauthbearer.grant.type",
    "sasl.oauthbearer.metadata.authentication.type",
    "sasl.oauthbearer.method",
    "security.protocol",
    "session.timeout.ms",
    "socket.blocking.max.ms",
    "socket.connection.setup.timeout.ms",
    "socket.keepalive.enable",
    "socket.max.fails",
    "socket.nagle.disable",
    "socket.receive.buffer.bytes",
    "socket.send.buffer.bytes",
    "socket.timeout.ms",
    "ssl.ca.certificate.stores",
    "ssl.ca.location",
    "ssl.certificate.location",
    "ssl.cipher.suites",
    "ssl.crl.location",
    "ssl.curves.list",
    "ssl.endpoint.identification.algorithm",
    "ssl.engine.id",
    "ssl.engine.location",
    "ssl.key.location",
    "ssl.keystore.location",
    "ssl.providers",
    "ssl.sigalgs.list",
    "statistics.interval.ms",
    "sticky.partitioning.linger.ms",
    "topic.blacklist",
    "topic.metadata.propagation.max.ms",
    "topic.metadata.refresh.fast.cnt",
    "topic.metadata.refresh.fast.interval.ms",
    "topic.metadata.refresh.interval.ms",
    "topic.metadata.refresh.sparse",
    "transaction.timeout.ms",
    "transactional.id",
];

/// Properties that hold secrets or names of accounts, or may: known, and never shown.
const MASKED: [&str; 30] = [
    "https.ca.pem",
    "sasl.kerberos.keytab",
    "sasl.kerberos.kinit.cmd",
    "sasl.kerberos.principal",
    "sasl.oauthbearer.assertion.claim.aud",
    "sasl.oauthbearer.assertion.claim.exp.seconds",
    "sasl.oauthbearer.assertion.claim.iss",
    "sasl.oauthbearer.assertion.claim.jti.include",
    "sasl.oauthbearer.assertion.claim.nbf.seconds",
    "sasl.oauthbearer.assertion.claim.sub",
    "sasl.oauthbearer.assertion.file",
    "sasl.oauthbearer.assertion.jwt.template.file",
    "sasl.oauthbearer.assertion.private.key.file",
    "sasl.oauthbearer.assertion.private.key.passphrase",
    "sasl.oauthbearer.assertion.private.key.pem",
    "sasl.oauthbearer.client.credentials.client.id",
    "sasl.oauthbearer.client.credentials.client.secret",
    "sasl.oauthbearer.client.id",
    "sasl.oauthbearer.client.secret",
    "sasl.oauthbearer.config",
    "sasl.oauthbearer.extensions",
    "sasl.oauthbearer.scope",
    "sasl.oauthbearer.token.endpoint.url",
    "sasl.password",
    "sasl.username",
    "ssl.ca.pem",
    "ssl.certificate.pem",
    "ssl.key.password",
    "ssl.key.pem",
    "ssl.keystore.password",
];

/// Whether a property's value may be shown.
#[must_use]
pub fn is_shown(name: &str) -> bool {
    SHOWN.contains(&name)
}

/// Properties that the client library does not know or take, and why, without their values: each is tried alone, so that all are
/// found at once.
#[must_use]
pub fn unknown<'p>(properties: impl IntoIterator<Item = (&'p String, &'p String)>) -> Vec<(String, String)> {
    let refused = |(name, value): (&String, &String)| {
        let error = ClientConfig::new().set(name, value).create_native_config().err()?;
        // The library's text may hold the value, which may be a secret.
        let why = match error {
            KafkaError::ClientConfig(RDKafkaConfRes::RD_KAFKA_CONF_UNKNOWN, ..) => {
                match nearest(name, SHOWN.iter().chain(&MASKED).copied()) {
                    Some(near) => format!("librdkafka has no such property: did you mean {near}?"),
                    None => "librdkafka has no such property: its CONFIGURATION.md lists all of them".to_owned(),
                }
            }
            _ => "librdkafka does not take this value, or this build of it lacks the property: its CONFIGURATION.md says what it takes".to_owned(),
        };
        Some((name.clone(), why))
    };
    properties.into_iter().filter_map(refused).collect()
}

/// What may be meant as it is, but lets others read or change what goes over the network.
#[must_use]
pub fn warnings(properties: &BTreeMap<String, String>) -> Vec<String> {
    let is = |name: &str, wanted: &[&str]| {
        properties.get(name).is_some_and(|value| wanted.contains(&value.trim().to_ascii_lowercase().as_str()))
    };
    let mut found = Vec::new();
    let mut warn = |name: &str, what: &str| found.push(format!("kafka.properties.{name}: {what}"));
    if is("ssl.endpoint.identification.algorithm", &["none", ""]) {
        warn(
            "ssl.endpoint.identification.algorithm",
            "the names of the brokers are not checked: anyone with any certificate of this authority could intercept the connection; leave it at https",
        );
    }
    if is("enable.ssl.certificate.verification", &["false", "f", "0"]) {
        warn(
            "enable.ssl.certificate.verification",
            "certificates of the brokers are not checked: anybody can stand between; set ssl.ca.location and leave it at true",
        );
    }
    if is("security.protocol", &["sasl_plaintext"]) {
        warn("security.protocol", "SASL without TLS: credentials and records can be read and changed on the way; set sasl_ssl");
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_one_that_the_client_library_knows() {
        for name in SHOWN.iter().chain(&MASKED) {
            let error = ClientConfig::new().set(*name, "\u{1}no such value").create_native_config().err();
            let is_unknown = matches!(&error, Some(KafkaError::ClientConfig(RDKafkaConfRes::RD_KAFKA_CONF_UNKNOWN, ..)));
            assert!(!is_unknown, "{name}: {error:?}");
        }
        assert!(SHOWN.iter().all(|name| !MASKED.contains(name)));
    }

    #[test]
    fn what_is_not_known_to_be_harmless_is_not_shown_and_its_nearest_name_is_said() {
        for name in ["sasl.password", "sasl.passwrd", "SASL.PASSWORD", "ssl.key.pem", "sasl.oauthbearer.config", "client_id", ""]
        {
            assert!(!is_shown(name), "{name}");
        }
        assert!(is_shown("security.protocol") && is_shown("linger.ms") && is_shown("ssl.ca.location"));
        let given =
            BTreeMap::from([("sasl.passwrd".to_owned(), "hunter2".to_owned()), ("linger.ms".to_owned(), "hunter2".to_owned())]);
        let found = unknown(&given);
        assert_eq!(found.len(), 2);
        assert!(
            found.iter().any(|(name, why)| name == "sasl.passwrd" && why.ends_with("did you mean sasl.password?")),
            "{found:?}"
        );
        assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
    }

    #[test]
    fn what_weakens_a_connection_is_warned_of() {
        let of = |name: &str, value: &str| warnings(&BTreeMap::from([(name.to_owned(), value.to_owned())])).len();
        assert_eq!(of("ssl.endpoint.identification.algorithm", "None"), 1);
        assert_eq!(of("enable.ssl.certificate.verification", "false"), 1);
        assert_eq!(of("security.protocol", "SASL_PLAINTEXT"), 1);
        assert_eq!(of("ssl.endpoint.identification.algorithm", "https"), 0);
        assert_eq!(of("enable.ssl.certificate.verification", "true"), 0);
        assert_eq!(of("security.protocol", "sasl_ssl") + of("security.protocol", "plaintext"), 0);
    }
}

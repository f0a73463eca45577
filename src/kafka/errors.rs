//! Errors of the client library by what they ask for: again, abort, a new producer, or a person.

use crate::runtime::ports::Failure;
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaErrorCode as Code;

/// What a person has to do, for errors that only a person can mend.
#[must_use]
pub fn needs_a_person(code: Code) -> Option<&'static str> {
    Some(match code {
        Code::TopicAuthorizationFailed => "grant READ on the inputs and the changelog, WRITE on the outputs and the changelog",
        Code::GroupAuthorizationFailed => "grant READ on the group",
        Code::TransactionalIdAuthorizationFailed => {
            "grant WRITE and DESCRIBE on the transactional ids that begin with the group's name"
        }
        Code::ClusterAuthorizationFailed => "grant IDEMPOTENT_WRITE on the cluster",
        Code::SaslAuthenticationFailed | Code::Authentication => "check the SASL settings under kafka.properties",
        Code::UnsupportedVersion | Code::UnsupportedFeature => "the broker is too old: leadstream needs Kafka 2.5 or newer",
        Code::InvalidTransactionTimeout => "raise transaction.max.timeout.ms of the broker to 5000 or more",
        Code::MessageSizeTooLarge | Code::InvalidMessageSize => {
            "a record is larger than the topic takes: raise max.message.bytes of the outputs and the changelog (`leadstream check` says \
             which)"
        }
        Code::InconsistentGroupProtocol => {
            "another member of the group uses another assignor or protocol: use the same kafka.group_protocol in every instance"
        }
        Code::UnknownTopicOrPartition | Code::UnknownTopic | Code::UnknownPartition => {
            "a topic is missing: `leadstream topics create` makes it"
        }
        _ => return None,
    })
}

/// Judges an error of a call that is part of a transaction.
#[must_use]
pub fn of_transaction(doing: &str, error: &KafkaError) -> Failure {
    let text = format!("{doing}: {error}");
    let KafkaError::Transaction(e) = error else {
        return match error.rdkafka_error_code() {
            Some(code) if needs_a_person(code).is_some() => stop(&text, code),
            // A flush or a produce that failed: the transaction can't be whole.
            Some(Code::QueueFull) => Failure::Abort(text),
            _ => Failure::Rebuild(text),
        };
    };
    let code = e.code();
    // What the broker forbids stays forbidden; losing the topic's leader for a moment does not.
    if needs_a_person(code).is_some()
        && !matches!(code, Code::UnknownTopicOrPartition | Code::UnknownTopic | Code::UnknownPartition)
    {
        return stop(&text, code);
    }
    if e.is_fatal() {
        Failure::Rebuild(text)
    } else if e.txn_requires_abort() {
        Failure::Abort(text)
    } else {
        // Timed out, or without a flag: the outcome is not known.
        Failure::Rebuild(text)
    }
}

/// Judges an error of any other call.
#[must_use]
pub fn of_call(doing: &str, error: &KafkaError) -> Failure {
    let text = format!("{doing}: {error}");
    match (error, error.rdkafka_error_code()) {
        (_, Some(code)) if needs_a_person(code).is_some() => stop(&text, code),
        (KafkaError::ClientConfig(..) | KafkaError::ClientCreation(_), _) => {
            Failure::Stop(format!("{text}. Correct it under kafka.properties"))
        }
        _ => Failure::Retry(text),
    }
}

/// A stop with what to do.
#[must_use]
pub fn stop(text: &str, code: Code) -> Failure {
    Failure::Stop(match needs_a_person(code) {
        Some(what) => format!("{text}. What to do: {what}"),
        None => text.to_owned(),
    })
}

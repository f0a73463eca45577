//! Errors of the client library by what they ask for: a retry, an abort, the task set aside, a new producer, or an operator.

use super::client::deliveries::may_arrive_late;
use super::client::error::ClientError;
use super::properties;
use crate::runtime::ports::{Cause, Failure, Refusal};
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaErrorCode as Code;

/// What an operator has to do, for errors that only one can mend.
#[must_use]
pub fn operator_action(code: Code) -> Option<&'static str> {
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

/// What a broker refuses for as long as its settings stay as they are: why, and what to do.
#[must_use]
pub fn refusal(code: Code) -> Option<(Cause, &'static str)> {
    Some(match code {
        Code::MessageSizeTooLarge | Code::InvalidMessageSize => {
            (Cause::TooLarge, "raise max.message.bytes of the topic (`leadstream check` says to what)")
        }
        Code::MessageBatchTooLarge => (Cause::TooLarge, "raise segment.bytes and max.message.bytes of the topic"),
        Code::InvalidTimestamp => (
            Cause::Timestamp,
            "set message.timestamp.before.max.ms and message.timestamp.after.max.ms of the topic to 9223372036854775807: a record \
             carries the time of its decision",
        ),
        Code::InvalidRecord => (
            Cause::InvalidRecord,
            "look at the topic's settings (message.timestamp.*.max.ms, cleanup.policy, validation of schemas); `leadstream topics \
             create --dry-run` says how they should be",
        ),
        Code::UnsupportedForMessageFormat | Code::UnsupportedCompressionType => {
            (Cause::InvalidRecord, "take message.format.version off the topic, or upgrade its brokers")
        }
        Code::PolicyViolation => (Cause::Policy, "except the topic from the broker's policy"),
        Code::TopicAuthorizationFailed => {
            (Cause::Authorization, "grant READ on the inputs and the changelog, WRITE on the outputs and the changelog")
        }
        Code::GroupAuthorizationFailed => (Cause::Authorization, "grant READ on the group"),
        Code::UnknownTopicOrPartition | Code::UnknownTopic | Code::UnknownPartition | Code::InvalidTopic => {
            (Cause::NoTopic, "a topic is missing: `leadstream topics create` makes it")
        }
        _ => return None,
    })
}

/// Why a transaction fails that may well succeed the next time.
#[must_use]
pub fn cause(code: Code) -> Cause {
    match code {
        Code::MessageTimedOut | Code::OperationTimedOut | Code::RequestTimedOut | Code::TimedOutQueue => Cause::TimedOut,
        Code::IllegalGeneration
        | Code::UnknownMemberId
        | Code::RebalanceInProgress
        | Code::FencedInstanceId
        | Code::FencedMemberEpoch
        | Code::StaleMemberEpoch => Cause::Membership,
        Code::OutOfOrderSequenceNumber | Code::UnknownProducerId | Code::InvalidProducerIdMapping => Cause::Sequence,
        Code::BrokerTransportFailure
        | Code::AllBrokersDown
        | Code::NetworkException
        | Code::NotLeaderForPartition
        | Code::LeaderNotAvailable
        | Code::CoordinatorNotAvailable
        | Code::CoordinatorLoadInProgress
        | Code::NotCoordinator
        | Code::NotEnoughReplicas
        | Code::NotEnoughReplicasAfterAppend
        | Code::KafkaStorageError => Cause::Connection,
        code => refusal(code).map_or(Cause::Other, |(cause, _)| cause),
    }
}

/// Judges why records could not be written. `reason`: what the library says of the whole transaction.
#[must_use]
pub fn of_records(topic: Option<String>, tasks: Vec<i32>, code: Code, reason: &str) -> Failure {
    let at = topic.as_deref().unwrap_or("a topic");
    if let Some((cause, what)) = refusal(code) {
        let text = format!("{at} refuses a record: {reason}. What to do: {what}");
        return Failure::Refused(Box::new(Refusal { cause, topic, tasks, text }));
    }
    let text = format!("a record for {at} could not be written: {reason}");
    match code {
        code if operator_action(code).is_some() => stop(&text, code),
        Code::Fenced | Code::ProducerFenced | Code::InvalidProducerEpoch | Code::Fatal => Failure::Rebuild(text),
        // Nothing was committed, so memory still is the truth; that the producer ends where a request may be on its way is up to the abort.
        code => Failure::Abort(cause(code), text),
    }
}

/// Judges an error of a call that is part of a transaction.
#[must_use]
pub fn of_transaction(doing: &str, error: &ClientError) -> Failure {
    of_transaction_code(format!("{doing}: {error}"), error.code, error.is_fatal, error.requires_abort)
}

/// Judges an error of the call that commits: whatever the library says of it, the outcome is not known.
///
/// The library asks the broker again when no answer came. The error is that of the last try, or of something else that failed
/// meanwhile, and it may ask for an abort; an earlier try may have been done all the same. What fails before anything is asked is
/// seen by the drain and the call for the positions, which come first.
#[must_use]
pub fn of_commit(doing: &str, error: &ClientError) -> Failure {
    let text = format!("{doing}: {error}");
    // A missing right stays missing. The process ends, and the next one reads back what was committed.
    let ends = operator_action(error.code).is_some() && refusal(error.code).is_none();
    if ends { stop(&text, error.code) } else { Failure::Rebuild(text) }
}

fn of_transaction_code(text: String, code: Code, is_fatal: bool, requires_abort: bool) -> Failure {
    // Losing the topic's leader for a moment looks like a missing topic.
    let may_pass = matches!(code, Code::UnknownTopicOrPartition | Code::UnknownTopic | Code::UnknownPartition);
    if let Some((cause, what)) = refusal(code).filter(|_| !is_fatal && !may_pass) {
        let text = format!("{text}. What to do: {what}");
        return Failure::Refused(Box::new(Refusal { cause, topic: None, tasks: Vec::new(), text }));
    }
    if operator_action(code).is_some() && !may_pass {
        return stop(&text, code);
    }
    // Without a flag the outcome is not known; a request that timed out may be on its way, whatever the library says: a new producer
    // shuts it out.
    if is_fatal || !requires_abort || may_arrive_late(code) { Failure::Rebuild(text) } else { Failure::Abort(cause(code), text) }
}

/// The error's text. Of a property that is refused only the name, and the reason where it can hold no secret: the library's own
/// text has the value in it.
#[must_use]
pub fn without_values(error: &KafkaError) -> String {
    match error {
        KafkaError::ClientConfig(_, why, name, _) if properties::is_shown(name) => format!("{name}: {why}"),
        KafkaError::ClientConfig(_, _, name, _) => format!("{name} is unknown to librdkafka, or it does not take the value"),
        other => other.to_string(),
    }
}

/// Judges an error of any other call.
#[must_use]
pub fn of_call(doing: &str, error: &KafkaError) -> Failure {
    let text = format!("{doing}: {}", without_values(error));
    match (error, error.rdkafka_error_code()) {
        (_, Some(code)) if operator_action(code).is_some() => stop(&text, code),
        (KafkaError::ClientConfig(..) | KafkaError::ClientCreation(_), _) => {
            Failure::Stop(format!("{text}. Correct it under kafka.properties"))
        }
        _ => Failure::Retry(text),
    }
}

/// [`of_call`] of an adapter.
#[must_use]
pub fn of_client(doing: &str, error: &ClientError) -> Failure {
    let text = format!("{doing}: {error}");
    if operator_action(error.code).is_some() { stop(&text, error.code) } else { Failure::Retry(text) }
}

/// A stop with what to do.
#[must_use]
pub fn stop(text: &str, code: Code) -> Failure {
    Failure::Stop(match operator_action(code) {
        Some(what) => format!("{text}. What to do: {what}"),
        None => text.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a topic's settings forbid, with its cause.
    const REFUSED: [(Code, Cause); 12] = [
        (Code::MessageSizeTooLarge, Cause::TooLarge),
        (Code::InvalidMessageSize, Cause::TooLarge),
        (Code::MessageBatchTooLarge, Cause::TooLarge),
        (Code::InvalidTimestamp, Cause::Timestamp),
        (Code::InvalidRecord, Cause::InvalidRecord),
        (Code::UnsupportedForMessageFormat, Cause::InvalidRecord),
        (Code::UnsupportedCompressionType, Cause::InvalidRecord),
        (Code::PolicyViolation, Cause::Policy),
        (Code::TopicAuthorizationFailed, Cause::Authorization),
        (Code::UnknownTopicOrPartition, Cause::NoTopic),
        (Code::UnknownTopic, Cause::NoTopic),
        (Code::InvalidTopic, Cause::NoTopic),
    ];

    #[test]
    fn what_a_topic_refuses_concerns_its_tasks_and_says_topic_and_what_to_do() {
        for (code, cause) in REFUSED {
            let Failure::Refused(refusal) = of_records(Some("t".to_owned()), vec![3], code, "why") else {
                panic!("{code:?} is refused for good")
            };
            assert_eq!((refusal.cause, refusal.topic.as_deref(), refusal.tasks.as_slice()), (cause, Some("t"), [3].as_slice()));
            assert!(refusal.text.contains("t refuses a record: why. What to do: "), "{}", refusal.text);
        }
    }

    #[test]
    fn what_may_pass_is_aborted_and_what_is_fatal_rebuilt() {
        let class = |code| of_records(None, Vec::new(), code, "why");
        for code in [Code::OutOfOrderSequenceNumber, Code::PurgeQueue, Code::KafkaStorageError] {
            assert!(matches!(class(code), Failure::Abort(..)), "{code:?}");
        }
        for code in [Code::Fenced, Code::ProducerFenced, Code::InvalidProducerEpoch, Code::Fatal] {
            assert!(matches!(class(code), Failure::Rebuild(_)), "{code:?}");
        }
        assert!(matches!(class(Code::ClusterAuthorizationFailed), Failure::Stop(_)));
        assert_eq!(class(Code::NotEnoughReplicas).cause(), Cause::Connection);
    }

    #[test]
    fn after_a_time_out_of_positions_or_commit_the_outcome_is_not_known_whatever_the_library_says() {
        let late =
            [Code::MessageTimedOut, Code::OperationTimedOut, Code::RequestTimedOut, Code::TimedOutQueue, Code::PurgeInflight];
        for code in late {
            let failure = of_records(Some("t".to_owned()), vec![3], code, "why");
            assert!(matches!(failure, Failure::Abort(..)), "{code:?} of records: nothing was asked to be committed");
            for (is_fatal, requires_abort) in [(false, false), (false, true), (true, false)] {
                let error = ClientError { code, is_fatal, requires_abort, text: "why".to_owned() };
                assert!(matches!(of_transaction("a call", &error), Failure::Rebuild(_)), "{error:?}");
            }
        }
    }

    #[test]
    fn no_error_of_a_commit_proves_that_nothing_was_committed() {
        let codes = [
            Code::InvalidProducerIdMapping,
            Code::UnknownProducerId,
            Code::RequestTimedOut,
            Code::Unknown,
            Code::Inconsistent,
            Code::IllegalGeneration,
            Code::TopicAuthorizationFailed,
            Code::UnknownTopicOrPartition,
            Code::MessageSizeTooLarge,
            Code::InvalidTransactionalState,
        ];
        for code in codes {
            for (is_fatal, requires_abort) in [(false, false), (false, true), (true, false)] {
                let error = ClientError { code, is_fatal, requires_abort, text: "why".to_owned() };
                assert!(matches!(of_commit("a commit", &error), Failure::Rebuild(_)), "{error:?}");
            }
        }
        let error = ClientError { is_fatal: true, ..ClientError::new(Code::TransactionalIdAuthorizationFailed, "why") };
        assert!(matches!(of_commit("a commit", &error), Failure::Stop(_)), "nobody but an operator can help");
    }

    #[test]
    fn a_missing_right_on_positions_concerns_every_task_but_not_the_process() {
        let of = |code, fatal, abort| of_transaction_code("text".to_owned(), code, fatal, abort);
        let Failure::Refused(refusal) = of(Code::GroupAuthorizationFailed, false, true) else { panic!("refused") };
        assert_eq!((refusal.cause, refusal.tasks.len()), (Cause::Authorization, 0));
        assert!(matches!(of(Code::TransactionalIdAuthorizationFailed, true, false), Failure::Stop(_)));
        assert!(
            matches!(of(Code::UnknownTopicOrPartition, false, true), Failure::Abort(Cause::NoTopic, _)),
            "a leader may have moved"
        );
        assert!(matches!(of(Code::UnknownMemberId, false, true), Failure::Abort(Cause::Membership, _)));
        assert!(matches!(of(Code::OperationTimedOut, false, false), Failure::Rebuild(_)), "nobody knows the outcome");
        assert!(matches!(of(Code::ProducerFenced, true, false), Failure::Rebuild(_)));
    }

    #[test]
    fn what_only_an_operator_can_mend_stops_with_what_to_do() {
        let told = [
            (Code::TopicAuthorizationFailed, "grant READ on the inputs"),
            (Code::GroupAuthorizationFailed, "grant READ on the group"),
            (Code::TransactionalIdAuthorizationFailed, "transactional ids"),
            (Code::ClusterAuthorizationFailed, "IDEMPOTENT_WRITE"),
            (Code::SaslAuthenticationFailed, "SASL"),
            (Code::Authentication, "SASL"),
            (Code::UnsupportedVersion, "too old"),
            (Code::UnsupportedFeature, "too old"),
            (Code::InvalidTransactionTimeout, "transaction.max.timeout.ms"),
            (Code::MessageSizeTooLarge, "max.message.bytes"),
            (Code::InvalidMessageSize, "max.message.bytes"),
            (Code::InconsistentGroupProtocol, "kafka.group_protocol"),
            (Code::UnknownTopicOrPartition, "a topic is missing"),
            (Code::UnknownTopic, "a topic is missing"),
            (Code::UnknownPartition, "a topic is missing"),
        ];
        for (code, what) in told {
            for failure in
                [of_client("a call", &ClientError::new(code, "why")), of_call("a call", &KafkaError::MetadataFetch(code))]
            {
                let Failure::Stop(text) = failure else { panic!("{code:?}: {failure:?}") };
                assert!(text.contains("What to do: ") && text.contains(what), "{text}");
            }
        }
        let passes = Code::BrokerTransportFailure;
        assert!(matches!(of_client("a call", &ClientError::new(passes, "why")), Failure::Retry(_)));
        assert!(matches!(of_call("a call", &KafkaError::MetadataFetch(passes)), Failure::Retry(_)));
    }

    #[test]
    fn a_setting_that_is_refused_stops_and_only_what_holds_no_secret_is_said() {
        use rdkafka::types::RDKafkaConfRes::RD_KAFKA_CONF_INVALID;
        let refused = |name: &str| {
            let error =
                KafkaError::ClientConfig(RD_KAFKA_CONF_INVALID, "because".to_owned(), name.to_owned(), "hidden".to_owned());
            match of_call("the client", &error) {
                Failure::Stop(text) => text,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(refused("acks"), "the client: acks: because. Correct it under kafka.properties");
        let text = refused("sasl.password");
        assert!(text.contains("sasl.password is unknown") && !text.contains("because"), "{text}");
        assert!(matches!(of_call("the client", &KafkaError::ClientCreation("no".to_owned())), Failure::Stop(_)));
        assert!(without_values(&KafkaError::Seek("far".to_owned())).contains("far"));
    }

    #[test]
    fn an_error_without_flags_leaves_the_outcome_open_and_a_fatal_one_the_producer_useless() {
        let of = |code, fatal, abort| of_transaction_code("text".to_owned(), code, fatal, abort);
        assert!(matches!(of(Code::NotCoordinator, false, false), Failure::Rebuild(_)));
        assert!(matches!(of(Code::NotCoordinator, true, true), Failure::Rebuild(_)));
        assert!(matches!(of(Code::NotCoordinator, false, true), Failure::Abort(Cause::Connection, _)));
    }
}

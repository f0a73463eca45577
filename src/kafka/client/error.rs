//! Errors of the client library, as the adapters judge them: by code and flags.

use rdkafka::error::KafkaError;
pub use rdkafka::types::RDKafkaErrorCode as Code;
use std::fmt;

/// Why a call of the client library failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientError {
    /// [`Code::Fail`] where the library gives none.
    pub code: Code,
    /// The client is of no more use.
    pub is_fatal: bool,
    /// The open transaction can only be aborted.
    pub requires_abort: bool,
    /// For people.
    pub text: String,
}

impl ClientError {
    /// An error without flags.
    #[must_use]
    pub fn new(code: Code, text: impl Into<String>) -> Self {
        Self { code, is_fatal: false, requires_abort: false, text: text.into() }
    }
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<KafkaError> for ClientError {
    fn from(error: KafkaError) -> Self {
        let code = match &error {
            KafkaError::PartitionEOF(_) => Code::PartitionEOF,
            other => other.rdkafka_error_code().unwrap_or(Code::Fail),
        };
        let (is_fatal, requires_abort) = match &error {
            KafkaError::Transaction(e) => (e.is_fatal(), e.txn_requires_abort()),
            KafkaError::MessageConsumptionFatal(_) => (true, false),
            _ => (false, false),
        };
        Self { code, is_fatal, requires_abort, text: error.to_string() }
    }
}

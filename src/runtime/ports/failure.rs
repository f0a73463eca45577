//! Why a port could not do what it was asked to.

use super::names::Cause;

/// What the broker refuses until a setting is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub cause: Cause,
    /// The topic, when it is known.
    pub topic: Option<String>,
    /// The tasks whose records were refused; empty: not known, any of the transaction's.
    pub tasks: Vec<i32>,
    /// What is refused and what to do.
    pub text: String,
}

/// Why a port could not do what it was asked to, by what the caller has to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Nothing happened; the same call may be made again.
    #[error("{0}")]
    Retry(String),
    /// The open transaction can't be committed: abort it, discard the batch, take it again.
    #[error("{1}")]
    Abort(Cause, String),
    /// What a task writes is refused, and would be again: abort, set the task aside, continue with the others.
    #[error("{}", .0.text)]
    Refused(Box<Refusal>),
    /// Unknown outcome, fenced or fatal: throw the producer away, read the committed offsets back, rebuild the tasks.
    #[error("{0}")]
    Rebuild(String),
    /// Nothing but a person can help: stop, and say what to do.
    #[error("{0}")]
    Stop(String),
}

impl Failure {
    /// Why a transaction has to be given up, as a metric label.
    #[must_use]
    pub fn cause(&self) -> Cause {
        match self {
            Self::Abort(cause, _) => *cause,
            Self::Refused(refusal) => refusal.cause,
            Self::Rebuild(_) => Cause::UnknownOutcome,
            Self::Retry(_) | Self::Stop(_) => Cause::Other,
        }
    }

    /// The class, as a metric label.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self {
            Self::Retry(_) => "retry",
            Self::Abort(..) => "abort",
            Self::Refused(_) => "refused",
            Self::Rebuild(_) => "rebuild",
            Self::Stop(_) => "stop",
        }
    }
}

//! What became of the records of a transaction: which could not be written, why, and which tasks wrote them. Pure: a client library
//! notes its reports here.

use super::error::Code;
use crate::planted;
use std::collections::BTreeSet;

/// Records that could not be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    pub code: Code,
    pub topic: String,
    /// The tasks whose records met this error.
    pub tasks: BTreeSet<i32>,
}

/// What the reports of one producer said.
#[derive(Debug, Default)]
pub struct Deliveries {
    undelivered: Option<Undelivered>,
    is_spoiled: bool,
    is_in_doubt: bool,
}

impl Deliveries {
    /// A record could not be written.
    pub fn note(&mut self, code: Code, topic: &str, task: Option<i32>) {
        self.is_spoiled = true;
        self.is_in_doubt |= may_arrive_late(code);
        match &mut self.undelivered {
            Some(same) if same.code == code => same.tasks.extend(task),
            Some(other) if !is_consequence(other.code) || is_consequence(code) => {}
            known => *known = Some(Undelivered { code, topic: topic.to_owned(), tasks: task.into_iter().collect() }),
        }
    }

    /// The error of the transaction's records that says most: one record that is refused takes all others with it.
    pub fn take(&mut self) -> Option<Undelivered> {
        self.undelivered.take()
    }

    /// What is known so far; it stays.
    #[must_use]
    pub fn look(&self) -> Option<&Undelivered> {
        self.undelivered.as_ref()
    }

    /// Whether a record is not written. The library numbered it, the broker didn't see the number: what the producer writes next to
    /// that partition would be held to be out of order until it times out.
    #[must_use]
    pub fn is_spoiled(&self) -> bool {
        self.is_spoiled
    }

    /// Whether a record that is reported as not written may be written yet.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        self.is_in_doubt
    }
}

/// The record would have been written, had another one not failed.
#[must_use]
pub fn is_consequence(code: Code) -> bool {
    matches!(code, Code::PurgeQueue | Code::PurgeInflight | Code::InvalidDifferentRecord | Code::OutOfOrderSequenceNumber)
}

/// Nobody waits for the answer of a request any more, but it may be on its way: the broker would take it for one of the producer's
/// next transaction, as long as that is of the same epoch.
#[must_use]
pub fn may_arrive_late(code: Code) -> bool {
    let is_late = matches!(
        code,
        Code::MessageTimedOut
            | Code::OperationTimedOut
            | Code::RequestTimedOut
            | Code::TimedOutQueue
            | Code::BrokerTransportFailure
            | Code::NetworkException
            | Code::PurgeInflight
    );
    is_late && !planted!(LateRequestsOverlooked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_that_took_the_others_with_it_is_the_one_that_counts() {
        let mut reports = Deliveries::default();
        reports.note(Code::PurgeQueue, "a", Some(1));
        reports.note(Code::MessageSizeTooLarge, "b", Some(2));
        reports.note(Code::OutOfOrderSequenceNumber, "c", Some(3));
        reports.note(Code::MessageSizeTooLarge, "b", Some(4));
        reports.note(Code::InvalidTimestamp, "d", Some(5));
        let tasks = BTreeSet::from([2, 4]);
        let want = Undelivered { code: Code::MessageSizeTooLarge, topic: "b".to_owned(), tasks };
        assert_eq!(reports.look(), Some(&want));
        assert!(reports.is_spoiled() && !reports.is_in_doubt());
        assert_eq!(reports.take(), Some(want));
        assert_eq!(reports.take(), None);
        assert!(reports.is_spoiled(), "for as long as the producer lives");
    }

    #[test]
    fn a_record_that_may_be_written_yet_is_not_forgotten_behind_one_that_says_more() {
        let mut reports = Deliveries::default();
        reports.note(Code::MessageSizeTooLarge, "a", Some(1));
        for late in [Code::MessageTimedOut, Code::PurgeInflight] {
            reports.note(late, "b", Some(2));
            assert_eq!(reports.look().map(|found| found.code), Some(Code::MessageSizeTooLarge));
            assert!(reports.is_in_doubt(), "{late:?}");
        }
        reports.take();
        assert!(reports.is_in_doubt(), "for as long as the producer lives");
    }
}

//! Times of dead letters as text. Those of the original records are whatever their producers wrote.

use crate::domain::Ms;

/// Kafka's -1 says that a record has no time.
pub(super) fn time(ms: Ms) -> String {
    if ms == -1 {
        return "no time".to_owned();
    }
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| "no time".to_owned(), |t| t.to_string())
}

//! What is committed of an input partition.

use crate::domain::Ms;

/// Where the group stands at an input partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The next record to read.
    pub offset: i64,
    /// The task's time, as in the task record of the same transaction; `None`: committed by hand, or by an older version. Two commits of
    /// which only timers were the cause have the same offsets.
    pub time_ms: Option<Ms>,
}

impl From<i64> for Position {
    fn from(offset: i64) -> Self {
        Self { offset, time_ms: None }
    }
}

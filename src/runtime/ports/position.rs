//! What is committed of an input partition.

use crate::domain::Ms;

/// One partition of one input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InputPartition {
    pub partition: i32,
    pub input: u16,
}

/// How far a partition is routed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// Nothing of it has come yet, or it can't be read just now.
    Unknown,
    /// Everything before this record time is routed, as far as records lie in the order of their times.
    Until(Ms),
    /// To its end, or what is next is young.
    Now,
}

/// What stands beside the committed offset of a partition that is routed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// When it was said, by the router's clock: one that lives says something new every second.
    pub said_ms: Ms,
    pub reached: Reached,
    /// The router reads it, and its transactional id stands beside the offset; else it has given the partition back.
    pub is_held: bool,
}

/// Where the group stands at an input partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The next record to read.
    pub offset: i64,
    /// The task's time, as in the task record of the same transaction; `None`: committed by hand, or by an older version. Two commits of
    /// which only timers were the cause have the same offsets.
    pub time_ms: Option<Ms>,
    /// What a router says of itself beside the offset. It is for other routers ([`Peers`](super::Peers)), and not read back with offsets.
    pub mark: Option<Mark>,
}

impl From<i64> for Position {
    fn from(offset: i64) -> Self {
        Self { offset, time_ms: None, mark: None }
    }
}

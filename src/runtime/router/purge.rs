//! Read events are deleted every now and then, as repartition topics of Kafka Streams are: they are copies of records that lie elsewhere.

use crate::runtime::ports::Purge;
use std::time::Duration;

/// The purge that one router of each instance looks after.
pub(super) struct Purging {
    pub purge: Box<dyn Purge>,
    pub every: Duration,
    /// When it was last asked for, and whether it has not ended.
    pub asked: Duration,
    pub is_under_way: bool,
    /// Why it failed, as was said last.
    pub said: Option<String>,
}

impl Purging {
    pub fn new(purge: Box<dyn Purge>, every: Duration, now: Duration) -> Self {
        Self { purge, every, asked: now, is_under_way: false, said: None }
    }
}

/// Before which offset the records of each partition go: what is committed, where that has moved since this was done before (`purged`).
#[must_use]
pub fn due(committed: &[Option<i64>], purged: &[i64]) -> Vec<(i32, i64)> {
    let moved = |(partition, committed): (i32, &Option<i64>)| {
        let before = purged.get(usize::try_from(partition).ok()?).copied().unwrap_or(0);
        committed.filter(|offset| *offset > before).map(|offset| (partition, offset))
    };
    (0i32..).zip(committed).filter_map(moved).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_committed_goes_and_nothing_twice() {
        assert_eq!(due(&[], &[]), []);
        assert_eq!(due(&[None, Some(7), Some(0), Some(9)], &[]), [(1, 7), (3, 9)]);
        assert_eq!(due(&[Some(7), Some(7), None, Some(3)], &[7, 6, 5, 4]), [(1, 7)], "offsets that were set back delete nothing");
    }
}

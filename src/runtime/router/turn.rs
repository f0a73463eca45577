//! Which partition comes first.

use crate::domain::Ms;
use crate::runtime::ports::InputPartition;

/// When a record comes: by its time, and among those of the same time by where it lies. A shop says several things in the same
/// millisecond: which of them is fetched first must not decide, and a replay takes them in this order, too.
pub(super) type Turn = (Ms, InputPartition);

const LAST: Turn = (Ms::MAX, InputPartition { partition: i32::MAX, input: u16::MAX });

/// What is known of a partition's next record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Head {
    At(Ms),
    /// It may have one that has not come yet, of this time or later.
    Unseen(Ms),
    AtEnd,
}

/// The partition with the earliest record, and until which turn it may be read; `None`: there is none, or another must be waited for.
pub(super) fn first(heads: impl Iterator<Item = (InputPartition, Head)>) -> Option<(InputPartition, Turn)> {
    let (mut first, mut until) = (None::<Turn>, LAST);
    for (at, head) in heads {
        match head {
            Head::At(ms) => {
                let turn = (ms, at);
                let later = first.map_or(LAST, |first| first.max(turn));
                first = Some(first.map_or(turn, |first| first.min(turn)));
                until = until.min(later);
            }
            Head::Unseen(since_ms) => until = until.min((since_ms, at)),
            Head::AtEnd => {}
        }
    }
    first.filter(|first| *first <= until).map(|(_, at)| (at, until))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(partition: i32) -> InputPartition {
        InputPartition { partition, input: 0 }
    }

    fn first_of(heads: &[Head]) -> Option<(InputPartition, Turn)> {
        first((0..).map(at).zip(heads.iter().copied()))
    }

    #[test]
    fn the_earliest_comes_first_until_the_next_does() {
        assert_eq!(first_of(&[]), None);
        assert_eq!(first_of(&[Head::AtEnd]), None);
        assert_eq!(first_of(&[Head::At(7)]), Some((at(0), LAST)));
        assert_eq!(first_of(&[Head::At(7), Head::At(5), Head::AtEnd, Head::At(6)]), Some((at(1), (6, at(3)))));
    }

    #[test]
    fn at_the_same_time_the_first_partition_comes_first_whichever_was_fetched_first() {
        assert_eq!(first_of(&[Head::At(5), Head::At(5)]), Some((at(0), (5, at(1)))));
        // The second may go on to what is at 5 only when the first is known to have nothing there.
        assert_eq!(first_of(&[Head::At(5), Head::At(4)]), Some((at(1), (5, at(0)))));
        assert!((5, at(1)) > (5, at(0)));
        assert_eq!(first_of(&[Head::Unseen(5), Head::At(5)]), None);
        assert_eq!(first_of(&[Head::At(5), Head::Unseen(5)]), Some((at(0), (5, at(1)))));
    }

    #[test]
    fn one_of_which_nothing_has_come_is_waited_for() {
        assert_eq!(first_of(&[Head::At(5), Head::Unseen(4)]), None);
        assert_eq!(first_of(&[Head::At(5), Head::Unseen(Ms::MIN)]), None);
        assert_eq!(first_of(&[Head::At(5), Head::Unseen(6)]), Some((at(0), (6, at(1)))));
    }
}

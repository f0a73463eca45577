//! How far each partition that routers read has come to a task: what comes a second time, from a router that runs twice under two groups
//! or whose group was set back, is known by its place.
//!
//! A router sends what it makes of a partition in the order of that partition, with one writer at a time, so what lies no further than
//! what came last is a repeat.

use crate::domain::Ms;
use crate::domain::event::Event;
use crate::domain::origin::Position;
use std::collections::BTreeMap;

/// A partition that is routed: the number of its topic as positions have it, and its own.
pub type RoutedPartition = (u16, i32);

/// What came last of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LastRouted {
    pub offset: i64,
    /// Of the record's events.
    pub element: u32,
    /// Of what one event came to.
    pub part: u32,
    /// The newest time of a record that came of it.
    pub newest_ms: Ms,
}

/// What came last of each, as it is committed and as the open batch leaves it.
#[derive(Debug, Default)]
pub struct Routed {
    committed: BTreeMap<RoutedPartition, LastRouted>,
    open: BTreeMap<RoutedPartition, LastRouted>,
}

impl Routed {
    /// Takes an event in, and says whether it came before. An event that no router has sent never did.
    ///
    /// A topic that was made anew begins with small offsets again, but with younger records: no repeat is younger than all that came.
    pub fn is_repeat(&mut self, event: &Event<'_>) -> bool {
        self.is_repeat_at(event.routed, event.position, event.record_ms)
    }

    fn is_repeat_at(&mut self, routed: Option<(u32, u32)>, position: Position, record_ms: Ms) -> bool {
        let Some((element, part)) = routed else { return false };
        let key = (position.input, position.partition);
        let known = self.open.get(&key).or_else(|| self.committed.get(&key));
        let place = (position.offset, element, part);
        let newest_ms = known.map_or(Ms::MIN, |known| known.newest_ms);
        let is_behind = known.is_some_and(|known| place <= (known.offset, known.element, known.part));
        if is_behind && record_ms <= newest_ms {
            return true;
        }
        let newest_ms = newest_ms.max(record_ms);
        self.open.insert(key, LastRouted { offset: place.0, element, part, newest_ms });
        false
    }

    /// As the open batch leaves it.
    pub fn iter(&self) -> impl Iterator<Item = (RoutedPartition, LastRouted)> + '_ {
        let untouched = self.committed.iter().filter(|(key, _)| !self.open.contains_key(key));
        untouched.chain(&self.open).map(|(key, reached)| (*key, *reached))
    }

    pub(super) fn restore(&mut self, reached: impl IntoIterator<Item = (RoutedPartition, LastRouted)>) {
        self.committed = reached.into_iter().collect();
        self.open.clear();
    }

    pub(super) fn confirm(&mut self) {
        self.committed.append(&mut self.open);
    }

    pub(super) fn discard(&mut self) {
        self.open.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_repeat(routed: &mut Routed, partition: i32, place: (i64, u32, u32), record_ms: Ms) -> bool {
        let (offset, element, part) = place;
        let position = Position { input: 4, partition, offset };
        routed.is_repeat_at(Some((element, part)), position, record_ms)
    }

    #[test]
    fn what_lies_no_further_than_what_came_last_of_its_partition_is_a_repeat() {
        let mut routed = Routed::default();
        for place in [(5, 0, 0), (5, 0, 1), (5, 2, 0), (9, 0, 0)] {
            assert!(!is_repeat(&mut routed, 0, place, 100), "{place:?}");
            assert!(is_repeat(&mut routed, 0, place, 100), "{place:?} again");
        }
        assert!(is_repeat(&mut routed, 0, (5, 2, 1), 90) && is_repeat(&mut routed, 0, (0, 0, 0), 100));
        assert!(!is_repeat(&mut routed, 1, (5, 0, 0), 90), "another partition");
        assert!(!routed.is_repeat_at(None, Position { input: 4, partition: 0, offset: 1 }, 1), "no router sent it");
    }

    #[test]
    fn a_topic_that_was_made_anew_begins_with_younger_records() {
        let mut routed = Routed::default();
        assert!(!is_repeat(&mut routed, 0, (700, 0, 0), 100));
        assert!(!is_repeat(&mut routed, 0, (701, 0, 0), 60), "its producer is behind");
        assert!(is_repeat(&mut routed, 0, (700, 0, 0), 100));
        assert!(!is_repeat(&mut routed, 0, (0, 0, 0), 101));
        assert!(!is_repeat(&mut routed, 0, (1, 0, 0), 101) && is_repeat(&mut routed, 0, (0, 0, 0), 101));
    }

    #[test]
    fn what_an_aborted_batch_took_is_none_when_it_comes_again() {
        let mut routed = Routed::default();
        assert!(!is_repeat(&mut routed, 0, (1, 0, 0), 100));
        routed.confirm();
        assert!(!is_repeat(&mut routed, 0, (2, 0, 0), 100) && is_repeat(&mut routed, 0, (2, 0, 0), 100));
        routed.discard();
        assert!(is_repeat(&mut routed, 0, (1, 0, 0), 100) && !is_repeat(&mut routed, 0, (2, 0, 0), 100));
        let open: Vec<_> = routed.iter().collect();
        routed.confirm();
        assert_eq!(routed.iter().collect::<Vec<_>>(), open);
        let mut restored = Routed::default();
        restored.restore(open);
        assert!(is_repeat(&mut restored, 0, (2, 0, 0), 100) && !is_repeat(&mut restored, 0, (3, 0, 0), 100));
    }
}

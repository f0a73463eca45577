//! Message ids seen before change nothing: a bounded memory per prospect.
//!
//! It is by far the largest part of a record and every event passes through it, so it is kept as it is stored: of each id 40 bits,
//! and times as a chain of gaps, nearly all of one byte, which nobody has to take apart to look an id up or to remember one more.
//!
//! A message is taken for a repeat by mistake less than once in 10⁹: of one prospect at most [`MAX_IDS`] are remembered, and
//! 576 / 2⁴⁰ is 5.2 × 10⁻¹⁰.

mod ids;

use crate::domain::event::Message;
use crate::domain::{DAY_MS, Ms, SECOND_MS};
pub use ids::{OldIds, SeenIds};

/// Ids of events that change a cart, an order, a mail's count or an identity: so many are remembered however old they are
/// (docs/bad-input.md).
pub const REMEMBERED_CHANGES: usize = 128;

/// Most ids of such events that are remembered for a day.
pub const MAX_CHANGES: usize = 512;

/// Most ids of other events.
pub const REMEMBERED_OTHERS: usize = 64;

/// Ids of one prospect, of both kinds.
pub const MAX_IDS: usize = MAX_CHANGES + REMEMBERED_OTHERS;

/// How long an id is remembered, counted in the prospect's own event time; less than a second longer, since its time is
/// rounded up.
pub const REMEMBERED_MS: Ms = DAY_MS;

/// The messages of one prospect.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// Of events that change a cart, an order, a mail's count or an identity: told again they would do harm.
    pub changes: SeenIds,
    pub others: SeenIds,
    /// Of records before version 5, which knew a message by its id alone, without its name. They go within a day.
    pub before: Option<Box<OldIds>>,
}

impl Seen {
    /// Whether this message was seen before.
    #[must_use]
    pub fn contains(&self, message: Message) -> bool {
        self.changes.contains(message.hash)
            || self.others.contains(message.hash)
            || self.before.as_ref().is_some_and(|old| old.contains(message.id_hash))
    }

    /// Remembers a message. `newest_ms` is the newest event time of the prospect: entries age by it, so that a late event's own
    /// id is remembered as long as any other.
    pub fn remember(&mut self, message: Message, newest_ms: Ms) {
        let oldest_ms = newest_ms.saturating_sub(REMEMBERED_MS);
        let (ids, at_least, at_most) = if message.is_change {
            (&mut self.changes, REMEMBERED_CHANGES, MAX_CHANGES)
        } else {
            (&mut self.others, 1, REMEMBERED_OTHERS)
        };
        ids.forget(at_least - 1, at_most - 1, oldest_ms);
        ids.push(message.hash, seconds(newest_ms));
        if self.before.as_ref().is_some_and(|old| old.is_older_than(oldest_ms)) {
            self.before = None;
        }
    }

    /// Takes in what was seen under another name: the newest of both, as many as one prospect keeps.
    pub fn unite(&mut self, other: Self, newest_ms: Ms) {
        let Self { changes, others, before } = other;
        let oldest_ms = newest_ms.saturating_sub(REMEMBERED_MS);
        self.changes = self.changes.united(&changes);
        self.changes.forget(REMEMBERED_CHANGES, MAX_CHANGES, oldest_ms);
        self.others = self.others.united(&others);
        self.others.forget(1, REMEMBERED_OTHERS, oldest_ms);
        self.before = match (self.before.take(), before) {
            (Some(one), Some(other)) => Some(Box::new(one.united(&other))),
            (one, other) => one.or(other),
        };
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.changes.len() + self.others.len() + self.before.as_ref().map_or(0, |old| old.len())
    }

    /// Whether nothing was seen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Whole seconds, rounded up.
#[must_use]
pub fn seconds(time_ms: Ms) -> i64 {
    time_ms.div_euclid(SECOND_MS) + i64::from(time_ms.rem_euclid(SECOND_MS) > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Message;
    use crate::domain::state::seen::ids::OldIds;

    fn add(id: u64) -> Message {
        Message { hash: id, id_hash: id, is_change: true }
    }

    fn page(id: u64) -> Message {
        Message { is_change: false, ..add(id) }
    }

    #[test]
    fn the_last_64_of_the_last_day_are_remembered_of_what_does_no_harm() {
        let mut seen = Seen::default();
        (0..70).for_each(|n| seen.remember(page(n), 1_000));
        assert!(!seen.contains(page(5)) && seen.contains(page(6)) && seen.contains(page(69)));
        assert_eq!(seen.len(), REMEMBERED_OTHERS);
        seen.remember(page(100), 1_000 + REMEMBERED_MS);
        assert!(seen.contains(page(69)), "exactly a day old");
        seen.remember(page(101), 1_001 + REMEMBERED_MS);
        assert!(!seen.contains(page(69)) && seen.contains(page(100)));
    }

    #[test]
    fn what_would_do_harm_is_remembered_for_a_day_and_the_last_128_for_ever() {
        let mut seen = Seen::default();
        (0..600).for_each(|n| seen.remember(add(n), 1_000));
        (1_000..1_300).for_each(|n| seen.remember(page(n), 1_000));
        assert!(!seen.contains(add(87)) && seen.contains(add(88)) && seen.contains(add(599)));
        seen.remember(add(700), 2_000 + REMEMBERED_MS);
        assert!(!seen.contains(add(472)) && seen.contains(add(473)) && seen.contains(add(700)));
        assert_eq!(seen.changes.len(), REMEMBERED_CHANGES);
        seen.remember(add(701), 400 * REMEMBERED_MS);
        assert!(seen.contains(add(599)) && !seen.contains(add(473)));
    }

    #[test]
    fn ids_of_older_records_count_for_a_day() {
        let mut seen = Seen { before: Some(Box::new(OldIds::of([(7, 100)]))), ..Seen::default() };
        assert!(seen.contains(add(7)) && !seen.contains(add(8)));
        seen.remember(add(9), 100_000 + REMEMBERED_MS);
        assert!(seen.contains(add(7)));
        seen.remember(add(10), 100_001 + REMEMBERED_MS);
        assert!(!seen.contains(add(7)) && seen.before.is_none());
    }
}

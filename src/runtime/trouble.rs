//! What is wrong with a task or one of its inputs: on `/readyz`, in a metric, and in the log once and then now and then.

use super::horizon::Now;
use crate::domain::Ms;
use crate::runtime::ports::closed_set;
use std::collections::BTreeMap;
use std::time::Duration;

/// How often a trouble that lasts is logged again.
const LOG_AGAIN: Duration = Duration::from_secs(30);
/// A registry answers within milliseconds: who waits longer for a schema is in trouble.
pub const NO_SCHEMA_AFTER: Duration = Duration::from_secs(2);

/// An input that can't be read for this long is in trouble.
pub const BROKEN_AFTER: Duration = Duration::from_secs(30);

/// Says that an input can't be read.
#[must_use]
pub fn broken_input(text: &str) -> String {
    format!(
        "{text}. It is tried again every few seconds; nothing is passed over. If it lasts: look at the broker's log and at that \
         partition's replicas"
    )
}

/// Says that records wait for a schema.
#[must_use]
pub fn no_schema(topic: &str, partition: i32, why: &str) -> String {
    format!(
        "{topic}, partition {partition}: {why}. The records wait, in their order; nothing is passed over, and none is a dead letter"
    )
}

closed_set! {
    /// The kinds of trouble: a closed set, also the metric label.
    TroubleKind,
    /// The name on `/readyz` and in metric labels.
    name {
        /// The broker refuses what the task writes, and would refuse it again.
        Refused = "refused",
        /// Something is in hand, and nothing of it gets committed.
        NoCommit = "no-commit",
        /// Too many records of an input can't be used: it is paused.
        PoisonedInput = "poisoned-input",
        /// An input can't be read on.
        BrokenInput = "broken-input",
        /// Records wait for their schema, which the registry has not said so far.
        NoSchema = "no-schema",
        /// What the task begins with (its offsets, another's transaction) does not come.
        Waiting = "waiting",
    }
}

impl TroubleKind {
    /// Whether a task with it counts as stuck. A task that waits is `waiting` or `restoring` anyway.
    #[must_use]
    pub fn is_stuck(self) -> bool {
        self != Self::Waiting
    }
}

/// One trouble of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub kind: TroubleKind,
    /// The topic that it is about, when it is about one.
    pub topic: Option<String>,
    /// What is wrong and what to do. No personal data.
    pub text: String,
    /// Wall clock when it began.
    pub since_ms: Ms,
}

/// What a trouble is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub partition: i32,
    pub kind: TroubleKind,
    /// The input, when it is about one.
    pub input: Option<u16>,
}

impl Place {
    /// A whole task.
    #[must_use]
    pub fn task(partition: i32, kind: TroubleKind) -> Self {
        Self { partition, kind, input: None }
    }

    /// One input of a task.
    #[must_use]
    pub fn input(partition: i32, input: u16, kind: TroubleKind) -> Self {
        Self { partition, kind, input: Some(input) }
    }
}

#[derive(Debug)]
struct Entry {
    trouble: Trouble,
    since: Duration,
    logged: Duration,
}

/// The troubles of a worker's tasks. It may be raised as often as it is seen; only what is new or has not been said for
/// a while is logged.
#[derive(Debug, Default)]
pub struct Troubles {
    entries: BTreeMap<Place, Entry>,
}

impl Troubles {
    /// It holds now.
    pub fn raise(&mut self, at: Place, topic: Option<&str>, text: &str, now: &Now) {
        let Place { partition, kind, .. } = at;
        let topic = topic.map(str::to_owned);
        if let Some(entry) = self.entries.get_mut(&at) {
            entry.trouble = Trouble { kind, topic, text: text.to_owned(), since_ms: entry.trouble.since_ms };
            if now.monotonic.saturating_sub(entry.logged) >= LOG_AGAIN {
                entry.logged = now.monotonic;
                let for_seconds = now.monotonic.saturating_sub(entry.since).as_secs();
                tracing::warn!(partition, kind = kind.name(), for_seconds, "still: {text}");
            }
            return;
        }
        if kind.is_stuck() {
            tracing::error!(partition, kind = kind.name(), "{text}");
        } else {
            tracing::warn!(partition, kind = kind.name(), "{text}");
        }
        let trouble = Trouble { kind, topic, text: text.to_owned(), since_ms: now.wall_ms };
        self.entries.insert(at, Entry { trouble, since: now.monotonic, logged: now.monotonic });
    }

    /// It holds no longer.
    pub fn clear(&mut self, at: Place, now: &Now) {
        if let Some(entry) = self.entries.remove(&at) {
            let after_seconds = now.monotonic.saturating_sub(entry.since).as_secs();
            tracing::info!(partition = at.partition, kind = at.kind.name(), after_seconds, "over: {}", entry.trouble.text);
        }
    }

    /// The task is no longer this worker's.
    pub fn forget(&mut self, partition: i32) {
        self.entries.retain(|at, _| at.partition != partition);
    }

    /// What is wrong with a task; what makes it stuck comes first.
    #[must_use]
    pub fn of(&self, partition: i32) -> Vec<Trouble> {
        self.entries.iter().filter(|(at, _)| at.partition == partition).map(|(_, entry)| entry.trouble.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now(seconds: u64) -> Now {
        Now {
            wall_ms: 1_000 * seconds as i64,
            monotonic: Duration::from_secs(seconds),
            behind_after_ms: 0,
            max_ahead_ms: 0,
            said_within_ms: 0,
        }
    }

    #[test]
    fn it_keeps_since_when_it_holds_and_says_the_latest() {
        let mut troubles = Troubles::default();
        let at = Place::task(3, TroubleKind::Refused);
        troubles.raise(at, Some("t"), "first", &now(10));
        troubles.raise(at, Some("t"), "second", &now(20));
        let found = troubles.of(3);
        assert_eq!(
            found,
            [Trouble { kind: TroubleKind::Refused, topic: Some("t".into()), text: "second".into(), since_ms: 10_000 }]
        );
        assert!(troubles.of(4).is_empty());
        troubles.clear(at, &now(30));
        assert!(troubles.of(3).is_empty());
        troubles.raise(at, None, "again", &now(40));
        assert_eq!(troubles.of(3)[0].since_ms, 40_000, "a new one");
    }

    #[test]
    fn inputs_have_their_own_and_a_task_that_leaves_takes_all_with_it() {
        let mut troubles = Troubles::default();
        troubles.raise(Place::input(1, 0, TroubleKind::Waiting), Some("a"), "a", &now(1));
        troubles.raise(Place::input(1, 2, TroubleKind::PoisonedInput), Some("b"), "b", &now(2));
        troubles.raise(Place::task(2, TroubleKind::NoCommit), None, "c", &now(3));
        assert_eq!(troubles.of(1).iter().map(|t| t.kind.name()).collect::<Vec<_>>(), ["poisoned-input", "waiting"]);
        troubles.forget(1);
        assert!(troubles.of(1).is_empty());
        assert_eq!(troubles.of(2).len(), 1);
    }

    #[test]
    fn a_trouble_that_lasts_is_logged_once_and_then_every_half_minute() {
        let mut troubles = Troubles::default();
        let at = Place::task(0, TroubleKind::NoCommit);
        let mut logged = Vec::new();
        for second in 0..100 {
            troubles.raise(at, None, "text", &now(second));
            logged.push(troubles.entries[&at].logged.as_secs());
        }
        logged.dedup();
        assert_eq!(logged, [0, 30, 60, 90]);
    }
}

//! Watches over one task: whether what it has in hand gets committed, and when what was refused is tried again.
//!
//! A task whose output is refused is set aside and tried alone, in a transaction of its own: then the others continue, and it is
//! known whose output it was. What is refused alone is tried in ever smaller parts, so that all before it is committed, and then
//! repeatedly with growing pauses: it recovers by itself once the setting is fixed.

use super::ports::{Cause, OutTopic, Refusal};
use crate::planted;
use std::collections::BTreeMap;
use std::time::Duration;

/// So many failures at the same first offset make a task stuck.
pub const STUCK_AFTER_FAILURES: u32 = 10;
/// So long without a commit, while something is in hand, makes a task stuck.
pub const STUCK_AFTER: Duration = Duration::from_secs(60);
/// How many records a task that was set aside tries at first.
pub const WHOLE_TRIAL: usize = 2_000;
/// The first pause between trials of the same record, and the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Who is set aside again so soon waits before its next trial.
const SOON: Duration = Duration::from_secs(10);

/// What is known of one task.
#[derive(Debug, Default)]
pub struct Watch {
    in_hand_since: Option<Duration>,
    /// Where the task stood at the last failure, how often it failed there in a row, and why the last time.
    first: Vec<i64>,
    failures: u32,
    why: String,
    aside: Option<Aside>,
    /// When it last came back from being set aside.
    back: Option<Duration>,
    /// Inputs of which nothing is taken any more, and why; kept when the task is rebuilt.
    pub paused: BTreeMap<u16, String>,
    /// A trial of one record was refused because its dead letter was too large: the next trial writes it without its content.
    pub is_letter_too_large: bool,
}

/// A task that is tried alone.
#[derive(Debug)]
struct Aside {
    /// Records of the next trial.
    records: usize,
    at: Duration,
    pause: Duration,
    /// What was refused of this very task. `None`: it may have been another's.
    refusal: Option<Refusal>,
}

impl Watch {
    /// Whether the task has something in hand now.
    pub fn look(&mut self, in_hand: bool, now: Duration) {
        if in_hand {
            self.in_hand_since.get_or_insert(now);
        } else {
            self.in_hand_since = None;
        }
    }

    /// A batch of the task failed; `first`: its next offsets as they are committed.
    pub fn failed(&mut self, first: Vec<i64>, why: &str) {
        self.failures = if first == self.first { self.failures + 1 } else { 1 };
        self.first = first;
        why.clone_into(&mut self.why);
    }

    /// Its batch was committed.
    pub fn committed(&mut self) {
        self.in_hand_since = None;
        self.failures = 0;
        self.why.clear();
    }

    /// Why the task counts as stuck: nothing of what it has in hand gets committed.
    #[must_use]
    pub fn no_commit(&self, now: Duration) -> Option<String> {
        let why = if self.why.is_empty() { "it waits for an input or for the brokers" } else { &self.why };
        if planted!(BrokerRefusalRetriedForEver) {
            return None;
        }
        if self.failures >= STUCK_AFTER_FAILURES {
            return Some(format!("the same batch failed {} times in a row and is tried again: {why}", self.failures));
        }
        let since = now.saturating_sub(self.in_hand_since?);
        (since >= STUCK_AFTER).then(|| format!("no records at hand have been committed for {} s: {why}", since.as_secs()))
    }

    /// Whether the task is tried alone.
    #[must_use]
    pub fn is_aside(&self) -> bool {
        self.aside.is_some()
    }

    /// What is refused of this very task, and how long its next trial is paused for.
    #[must_use]
    pub fn refusal(&self) -> Option<(&Refusal, Duration)> {
        let aside = self.aside.as_ref()?;
        Some((aside.refusal.as_ref()?, aside.pause))
    }

    /// A reminder was too large for its topic, though tried alone: the next trial writes it without its lines.
    #[must_use]
    pub fn shortens_reminders(&self) -> bool {
        let refusal = self.aside.as_ref().and_then(|aside| aside.refusal.as_ref());
        let of_reminders = |topic: &String| topic.ends_with(&OutTopic::CartAbandoned.topic_name());
        refusal.is_some_and(|r| r.cause == Cause::TooLarge && r.topic.as_ref().is_some_and(of_reminders))
    }

    /// Something of a transaction was refused, and it may have been this task's.
    pub fn set_aside(&mut self, now: Duration) {
        let soon = self.back.is_some_and(|back| now.saturating_sub(back) < SOON);
        let at = if soon { now + FIRST_PAUSE } else { now };
        self.aside.get_or_insert(Aside { records: WHOLE_TRIAL, at, pause: Duration::ZERO, refusal: None });
    }

    /// The records of a trial that is due.
    #[must_use]
    pub fn trial(&self, now: Duration) -> Option<usize> {
        self.aside.as_ref().filter(|aside| now >= aside.at).map(|aside| aside.records)
    }

    /// The trial was refused, with this many records taken: the task itself was the cause.
    pub fn refused_alone(&mut self, refusal: Refusal, taken: usize, now: Duration) {
        let Some(aside) = &mut self.aside else { return };
        let letters = OutTopic::DeadLetters.topic_name();
        let is_of_a_dead_letter =
            refusal.cause == Cause::TooLarge && refusal.topic.as_ref().is_some_and(|t| t.ends_with(&letters));
        aside.refusal = Some(refusal);
        let tried = aside.records.min(taken.max(1));
        self.is_letter_too_large = tried == 1 && is_of_a_dead_letter;
        aside.records = (tried / 10).max(1);
        if tried > 1 {
            // What comes before the refused record need not wait for it.
            aside.at = now;
        } else {
            aside.pause = (aside.pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
            aside.at = now + aside.pause;
        }
    }

    /// The trial failed for another reason.
    pub fn failed_alone(&mut self, now: Duration) {
        let Some(aside) = &mut self.aside else { return };
        aside.pause = (aside.pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
        aside.at = now + aside.pause;
    }

    /// The trial was committed, with this many records; says whether the task is back among the others.
    pub fn committed_alone(&mut self, records: usize, now: Duration) -> bool {
        self.is_letter_too_large = false;
        let Some(aside) = &mut self.aside else { return true };
        if aside.records < WHOLE_TRIAL && records >= aside.records {
            aside.records = (aside.records * 10).min(WHOLE_TRIAL);
            aside.at = now;
            return false;
        }
        self.aside = None;
        self.back = Some(now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn refusal() -> Refusal {
        Refusal { cause: Cause::TooLarge, topic: Some("t".to_owned()), tasks: Vec::new(), text: "why".to_owned() }
    }

    #[test]
    fn ten_failures_at_the_same_offset_make_it_stuck_and_a_commit_clears_it() {
        let mut watch = Watch::default();
        for _ in 0..9 {
            watch.failed(vec![5, 0], "why");
        }
        assert_eq!(watch.no_commit(s(0)), None);
        watch.failed(vec![6, 0], "it got on");
        assert_eq!(watch.no_commit(s(0)), None);
        for _ in 0..9 {
            watch.failed(vec![6, 0], "why");
        }
        assert!(watch.no_commit(s(0)).expect("stuck").contains("10 times in a row and is tried again: why"));
        watch.committed();
        assert_eq!(watch.no_commit(s(0)), None);
    }

    #[test]
    fn a_minute_with_something_in_hand_and_no_commit_makes_it_stuck() {
        let mut watch = Watch::default();
        watch.look(true, s(10));
        watch.look(true, s(60));
        assert_eq!(watch.no_commit(s(69)), None);
        assert!(watch.no_commit(s(70)).expect("stuck").contains("for 60 s"));
        watch.committed();
        watch.look(true, s(71));
        assert_eq!(watch.no_commit(s(130)), None);
        // An idle task is never stuck.
        watch.look(false, s(131));
        assert_eq!(watch.no_commit(s(1_000)), None);
    }

    #[test]
    fn what_is_refused_alone_is_tried_in_smaller_parts_and_then_with_growing_pauses() {
        let mut watch = Watch::default();
        watch.set_aside(s(1));
        let mut parts = Vec::new();
        while let Some(records) = watch.trial(s(1)) {
            parts.push(records);
            watch.refused_alone(refusal(), records, s(1));
        }
        assert_eq!(parts, [2_000, 200, 20, 2, 1]);
        let (mut now, mut pauses) = (s(1), Vec::new());
        for _ in 0..7 {
            let before = now;
            while watch.trial(now).is_none() {
                now += Duration::from_millis(500);
            }
            pauses.push((now - before).as_secs());
            watch.refused_alone(refusal(), 1, now);
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(watch.refusal().map(|(r, _)| r.text.as_str()), Some("why"));
    }

    #[test]
    fn a_part_is_never_larger_than_what_there_was() {
        let mut watch = Watch::default();
        watch.set_aside(s(1));
        watch.refused_alone(refusal(), 3, s(1));
        assert_eq!(watch.trial(s(1)), Some(1));
        watch.refused_alone(refusal(), 0, s(1));
        assert_eq!((watch.trial(s(1)), watch.trial(s(2))), (None, Some(1)), "timers alone can't be parted");
    }

    #[test]
    fn once_it_is_taken_the_task_comes_back_step_by_step() {
        let mut watch = Watch::default();
        watch.set_aside(s(1));
        for _ in 0..4 {
            watch.refused_alone(refusal(), WHOLE_TRIAL, s(1));
        }
        let mut parts = Vec::new();
        while watch.is_aside() {
            let records = watch.trial(s(2)).expect("at once");
            parts.push(records);
            watch.committed_alone(records, s(2));
        }
        assert_eq!(parts, [1, 10, 100, 1_000, 2_000]);
        assert_eq!(watch.refusal(), None);
    }

    #[test]
    fn who_was_not_to_blame_is_back_at_once_and_is_not_tried_at_full_speed_again() {
        let mut watch = Watch::default();
        watch.set_aside(s(1));
        assert_eq!(watch.refusal(), None, "it may have been another's");
        assert_eq!(watch.trial(s(1)), Some(WHOLE_TRIAL));
        assert!(watch.committed_alone(7, s(1)));
        watch.set_aside(s(2));
        assert_eq!(watch.trial(s(2)), None, "it was set aside a second ago");
        assert_eq!(watch.trial(s(3)), Some(WHOLE_TRIAL));
        assert!(watch.committed_alone(0, s(3)));
        watch.set_aside(s(60));
        assert_eq!(watch.trial(s(60)), Some(WHOLE_TRIAL));
        watch.failed_alone(s(60));
        assert_eq!((watch.trial(s(60)), watch.trial(s(61))), (None, Some(WHOLE_TRIAL)));
    }
}

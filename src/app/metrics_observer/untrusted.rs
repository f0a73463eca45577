//! What untrusted inputs were not allowed to say: counted, and logged at most once in a while, with the setting to set.

use crate::domain::names::Authority;
use crate::domain::{MINUTE_MS, Ms};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// A topic is logged at most once in this time.
const QUIET_MS: Ms = 10 * MINUTE_MS;

/// What was not logged yet, by topic.
#[derive(Debug, Default)]
pub(super) struct Untrusted {
    topics: Mutex<BTreeMap<u16, Topic>>,
}

#[derive(Debug, Default)]
struct Topic {
    logged_ms: Option<Ms>,
    events: u64,
}

impl Untrusted {
    /// The line for the log, when it is time for one.
    pub(super) fn line(&self, (input, topic): (u16, &str), authority: Authority, events: u64, now_ms: Ms) -> Option<String> {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        let of = topics.entry(input).or_default();
        of.events += events;
        if of.logged_ms.is_some_and(|logged_ms| now_ms.saturating_sub(logged_ms) < QUIET_MS) {
            return None;
        }
        of.logged_ms = Some(now_ms);
        let events = std::mem::take(&mut of.events);
        Some(format!(
            "{events} events of {topic} went to the dead letters because the topic is not trusted; the last one {}. If only your own \
             systems write to {topic}, add it to inputs.trusted (which names all but topics.clickstream by itself), restart, and take \
             them again: leadstream deadletters redrive --reason untrusted-{}",
            authority.words(),
            authority.name(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_one_line_and_the_next_one_says_how_many_there_were() {
        let untrusted = Untrusted::default();
        let line = |at_ms| untrusted.line((0, "clickstream"), Authority::Consent, 3, at_ms);
        let first = line(1_000).expect("the first is logged");
        assert!(first.starts_with("3 events of clickstream") && first.contains("inputs.trusted"), "{first}");
        for n in 1..100 {
            assert_eq!(line(1_000 + n * 5_000), None);
        }
        assert!(line(1_000 + QUIET_MS).expect("a line again").starts_with("300 events"));
        assert!(untrusted.line((1, "other"), Authority::Sales, 1, 2_000).is_some(), "each topic by itself");
    }
}

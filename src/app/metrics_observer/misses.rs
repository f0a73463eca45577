//! Names that are nearly known: counted by the known name, and logged now and then with the names as they came.

use crate::domain::misses::Misses;
use crate::domain::{HOUR_MS, Ms};
use crate::runtime::observe::BatchStats;
use crate::telemetry::Telemetry;
use std::sync::{Mutex, PoisonError};

/// It is logged at most once in this time.
const QUIET_MS: Ms = HOUR_MS;
/// Most names in one line of the log.
const MAX_LINES: usize = 5;

/// What was not logged yet.
#[derive(Debug, Default)]
pub(super) struct Unlogged(Mutex<(Option<Ms>, Misses)>);

impl Unlogged {
    /// Counts a batch. Hardly any has something to count.
    pub(super) fn count(&self, telemetry: &Telemetry, batch: &BatchStats) {
        let misses = &batch.misses;
        if misses.is_empty() {
            return;
        }
        misses.by_meant().iter().for_each(|(name, count)| telemetry.near_misses(name, *count));
        misses.without_product().iter().for_each(|(name, count)| telemetry.events_without_product(name, *count));
        if let Some(line) = self.line(misses, batch.committed_at_ms) {
            tracing::warn!("{line}");
        }
    }

    /// The line for the log, when it is time for one.
    fn line(&self, misses: &Misses, now_ms: Ms) -> Option<String> {
        let mut unlogged = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (logged_ms, all) = &mut *unlogged;
        all.add(misses);
        if logged_ms.is_some_and(|logged_ms| now_ms.saturating_sub(logged_ms) < QUIET_MS) {
            return None;
        }
        *logged_ms = Some(now_ms);
        let lines = std::mem::take(all).lines();
        let more = lines.len().saturating_sub(MAX_LINES);
        let rest = if more > 0 { format!("; and {more} more, which the dashboard shows") } else { String::new() };
        Some(format!("nearly understood: {}{rest}", lines.iter().take(MAX_LINES).cloned().collect::<Vec<_>>().join("; ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::names::Vocabulary;
    use crate::runtime::ports::{Decode, RecordView};
    use crate::wire::decode::{Decoder, Options};

    /// A batch of one event of this name.
    fn batch(name: &str, now_ms: Ms) -> BatchStats {
        let mut batch = BatchStats { committed_at_ms: now_ms, ..BatchStats::default() };
        let value = format!(r#"{{"event":"{name}"}}"#);
        let record = RecordView {
            input: 0,
            partition: 0,
            offset: 0,
            timestamp_ms: Some(1_795_348_800_000),
            key: Some(b"u-1"),
            value: Some(value.as_bytes()),
            content_type: None,
            ..RecordView::default()
        };
        let decoder = Decoder::new(Options::default(), &Vocabulary::default());
        batch.count_input(0, &decoder.decode(&record).expect("it can be used"));
        batch
    }

    #[test]
    fn what_is_nearly_said_is_counted_by_the_known_name_and_logged_with_the_name_as_it_came() {
        let (telemetry, unlogged) = (Telemetry::new("0.0.0"), Unlogged::default());
        unlogged.count(&telemetry, &batch("orderComplete", 0));
        unlogged.count(&telemetry, &batch("Product Added", 0));
        unlogged.count(&telemetry, &batch("Page Scrolled", 0));
        let page = telemetry.render();
        for line in [
            "leadstream_near_misses_total{name=\"Order Completed\"} 1",
            "leadstream_events_without_product_total{name=\"Product Added\"} 1",
        ] {
            assert!(page.contains(line), "{line} is not in {page}");
        }
        assert!(!page.contains("orderComplete\"") && !page.contains("Page Scrolled"), "labels are from closed sets");
        let line = |now_ms| unlogged.line(&batch("orderComplete", now_ms).misses, now_ms);
        assert_eq!(line(QUIET_MS - 1), None);
        assert_eq!(
            line(QUIET_MS).as_deref(),
            Some("nearly understood: 2 × `orderComplete`: did you mean Order Completed?; 1 × Product Added without a product")
        );
    }
}

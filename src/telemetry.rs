//! Metrics and logs. Imports nothing of ours; labels come in as text from closed sets.
//!
//! [`catalogue`] has every metric with type, unit, labels and when to worry, and beside it the method of [`Telemetry`] that is the
//! only way to record it, so that a label can't be forgotten. Methods with labels look their series up: call them once per batch
//! with a count, never once per event.

pub mod catalogue;
pub mod histogram;
pub mod logs;
pub mod metric;
mod registry;

pub use catalogue::state::StateTotals;
pub use registry::Telemetry;

impl Telemetry {
    /// An empty registry with every metric described, and those without labels at zero.
    #[must_use]
    pub fn new(version: &str) -> Self {
        let telemetry = Self::of(catalogue::all().collect());
        telemetry.build(version);
        telemetry
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_shows_help_type_labels_and_value() {
        let t = Telemetry::new("1.2.3");
        t.events("clickstream", "page", 7);
        t.events("clickstream", "page", 3);
        t.event_latency([(0.012, 4)]);
        t.trigger_lateness("cart-step", [0.2]);
        let page = t.render();
        for line in [
            "# TYPE leadstream_events_total counter",
            "leadstream_events_total{topic=\"clickstream\",class=\"page\"} 10",
            "leadstream_build_info{version=\"1.2.3\"} 1",
            "leadstream_duplicates_total 0",
            "# TYPE leadstream_event_latency_seconds histogram",
            "leadstream_event_latency_seconds_bucket{le=\"0.01\"} 0",
            "leadstream_event_latency_seconds_bucket{le=\"0.02\"} 4",
            "leadstream_event_latency_seconds_count 4",
            "leadstream_trigger_lateness_seconds_count{kind=\"cart-step\"} 1",
        ] {
            assert!(page.lines().any(|l| l == line), "{line} is not in\n{page}");
        }
        assert!(page.contains("# HELP leadstream_events_total Input events that took effect"), "{page}");
    }

    #[test]
    fn two_pipelines_in_one_process_do_not_mix_their_numbers() {
        let (a, b) = (Telemetry::new("a"), Telemetry::new("b"));
        a.rebalance("assigned");
        assert!(a.render().contains("leadstream_rebalances_total{kind=\"assigned\"} 1"));
        assert!(!b.render().contains("leadstream_rebalances_total{"));
    }

    #[test]
    fn every_metric_without_labels_is_there_from_the_start() {
        let page = Telemetry::new("x").render();
        for m in catalogue::all().filter(|m| m.labels.is_empty()) {
            assert!(page.contains(&format!("\n{}", m.name)), "{} is missing", m.name);
        }
    }
}

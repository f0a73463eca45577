//! Metrics and logs. Imports nothing of ours; labels come in as text from closed sets.
//!
//! [`catalogue`] names every metric with type, unit, labels and when to worry. [`Telemetry`] is the only way to record one:
//! a method per metric, so that a label can't be forgotten. It owns its registry instead of a process-wide one: two pipelines
//! in one process (tests, the demo) never mix their numbers. Methods with labels look their series up: call them once per
//! batch with a count, never once per event.

mod carts;
pub mod catalogue;
mod excluded_events;
pub mod histogram;
pub mod logs;
mod sums;

use catalogue::{Kind, Metric};
use histogram::Buckets;
use metrics::{Counter, Gauge, HistogramFn, Key, Label, Level, Metadata, Recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
pub use sums::{EventNotes, StateTotals};

/// Currencies that get a label of their own; all others count as `other`, so that events can't make labels.
const CURRENCIES: [&str; 34] = [
    "AED", "ARS", "AUD", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "IDR", "ILS", "INR",
    "JPY", "KRW", "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "RON", "SAR", "SEK", "SGD", "THB", "TRY", "USD", "ZAR",
];

/// Where the numbers of one pipeline are kept.
pub struct Telemetry {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    /// By metric's place in the catalogue and rendered labels.
    histograms: Mutex<BTreeMap<(usize, String), Arc<Buckets>>>,
    /// Gauges with a partition as label, to be set to 0 when the partition goes.
    by_partition: Mutex<BTreeMap<Key, Gauge>>,
    event_latency: Arc<Buckets>,
    batch_records: Arc<Buckets>,
    commit_seconds: Arc<Buckets>,
    duplicates: Counter,
    late_events: Counter,
    clamped_events: Counter,
    broken_fields: Counter,
}

impl Telemetry {
    /// An empty registry with every metric described, and those without labels at zero.
    #[must_use]
    pub fn new(version: &str) -> Self {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        for m in catalogue::ALL {
            match m.kind {
                Kind::Counter => recorder.describe_counter(m.name.into(), None, m.help.into()),
                Kind::Gauge => recorder.describe_gauge(m.name.into(), None, m.help.into()),
                Kind::Histogram => {}
            }
        }
        let plain = |m: &Metric| recorder.register_counter(&Key::from_static_name(m.name), &METADATA);
        let telemetry = Self {
            duplicates: plain(&catalogue::DUPLICATES),
            late_events: plain(&catalogue::LATE_EVENTS),
            clamped_events: plain(&catalogue::CLAMPED_EVENTS),
            broken_fields: plain(&catalogue::BROKEN_FIELDS),
            event_latency: Arc::new(Buckets::new(catalogue::EVENT_LATENCY.buckets)),
            batch_records: Arc::new(Buckets::new(catalogue::BATCH_RECORDS.buckets)),
            commit_seconds: Arc::new(Buckets::new(catalogue::COMMIT_SECONDS.buckets)),
            histograms: Mutex::default(),
            by_partition: Mutex::default(),
            recorder,
            handle,
        };
        telemetry.keep(&catalogue::EVENT_LATENCY, String::new(), &telemetry.event_latency);
        telemetry.keep(&catalogue::BATCH_RECORDS, String::new(), &telemetry.batch_records);
        telemetry.keep(&catalogue::COMMIT_SECONDS, String::new(), &telemetry.commit_seconds);
        for m in catalogue::ALL.iter().filter(|m| m.labels.is_empty()) {
            telemetry.declare(m, &[]);
        }
        telemetry.gauge(&catalogue::BUILD_INFO, &[version]).set(1.0);
        telemetry
    }

    /// The page of `/metrics`, in Prometheus' text format.
    #[must_use]
    pub fn render(&self) -> String {
        let mut out = self.handle.render();
        let histograms = self.histograms.lock().unwrap_or_else(PoisonError::into_inner);
        let mut last = None;
        for ((place, labels), buckets) in histograms.iter() {
            let metric = catalogue::ALL[*place];
            if last != Some(*place) {
                out += &format!("# HELP {0} {1}\n# TYPE {0} histogram\n", metric.name, metric.help);
                last = Some(*place);
            }
            buckets.render(metric.name, labels, &mut out);
        }
        out
    }

    /// Shows a series at zero before anything happened, so that a first event is an increase and not a new series.
    pub fn declare(&self, metric: &Metric, labels: &[&str]) {
        match metric.kind {
            Kind::Counter => drop(self.counter(metric, labels)),
            Kind::Gauge => drop(self.gauge(metric, labels)),
            Kind::Histogram => drop(self.histogram(metric, labels)),
        }
    }

    /// Events of a committed batch from one topic and of one class.
    pub fn events(&self, topic: &str, class: &str, count: u64) {
        self.counter(&catalogue::EVENTS, &[topic, class]).increment(count);
    }

    /// What was found in the events of a committed batch.
    pub fn event_notes(&self, notes: &EventNotes) {
        self.duplicates.increment(notes.duplicates);
        self.late_events.increment(notes.late);
        self.clamped_events.increment(notes.clamped);
        self.broken_fields.increment(notes.broken_fields);
        for (metric, count) in [
            (&catalogue::MODEL_MOVES, notes.model_moves),
            (&catalogue::STAGES_KEPT, notes.stages_kept),
            (&catalogue::LEAD_ANSWERS_IGNORED, notes.answers_ignored),
            (&catalogue::PROSPECTS_FORGOTTEN, notes.forgotten),
            (&catalogue::NEW_PROSPECTS_REFUSED, notes.no_room),
            (&catalogue::BEFORE_ERASURE, notes.before_erasure),
            (&catalogue::CLOCK_CORRECTED_EVENTS, notes.clock_corrected),
            (&catalogue::LOCAL_TIME_EVENTS, notes.local_times),
        ] {
            if count > 0 {
                self.counter(metric, &[]).increment(count);
            }
        }
    }

    /// A limit of records was reached this many times.
    pub fn limits_reached(&self, limit: &str, count: u64) {
        self.counter(&catalogue::LIMITS_REACHED, &[limit]).increment(count);
    }

    pub fn dead_letters(&self, reason: &str, count: u64) {
        self.counter(&catalogue::DEAD_LETTERS, &[reason]).increment(count);
    }

    /// What an input said that it may not, by what that is.
    pub fn untrusted_events(&self, topic: &str, class: &str, count: u64) {
        self.counter(&catalogue::UNTRUSTED_EVENTS, &[topic, class]).increment(count);
    }

    /// `from` is `None` on entry.
    pub fn stage_changes(&self, model: &str, axis: &str, from: Option<&str>, to: &str, cause: &str, count: u64) {
        self.counter(&catalogue::STAGE_CHANGES, &[model, axis, from.unwrap_or(""), to, cause]).increment(count);
    }

    pub fn prospects(&self, model: &str, axis: &str, stage: &str, count: u64) {
        self.gauge(&catalogue::PROSPECTS, &[model, axis, stage]).set(count as f64);
    }

    pub fn personas(&self, model: &str, persona: &str, axis: &str, stage: &str, count: u64) {
        self.gauge(&catalogue::PERSONAS, &[model, persona, axis, stage]).set(count as f64);
    }

    /// `label` is `None` below the lowest.
    pub fn score_labels(&self, model: &str, label: Option<&str>, count: u64) {
        self.gauge(&catalogue::SCORE_LABELS, &[model, label.unwrap_or("none")]).set(count as f64);
    }

    /// `label` is the one reached, `None` below the lowest.
    pub fn score_changes(&self, model: &str, label: Option<&str>, up: bool, count: u64) {
        let direction = if up { "up" } else { "down" };
        self.counter(&catalogue::SCORE_CHANGES, &[model, label.unwrap_or("none"), direction]).increment(count);
    }

    /// An output about a lead: `kind` is its type.
    pub fn hand_overs(&self, kind: &str, qualification: &str, count: u64) {
        self.counter(&catalogue::HAND_OVERS, &[kind, qualification]).increment(count);
    }

    pub fn lead_answers(&self, qualification: &str, answer: &str, count: u64) {
        self.counter(&catalogue::LEAD_ANSWERS, &[qualification, answer]).increment(count);
    }

    pub fn leads_held_back(&self, qualification: &str, reason: &str, count: u64) {
        self.counter(&catalogue::LEADS_HELD_BACK, &[qualification, reason]).increment(count);
    }

    pub fn lead_returns(&self, qualification: &str, reason: &str, count: u64) {
        self.counter(&catalogue::LEAD_RETURNS, &[qualification, reason]).increment(count);
    }

    pub fn cart_triggers(&self, step: u8, count: u64) {
        self.counter(&catalogue::CART_TRIGGERS, &[&step.to_string()]).increment(count);
    }

    pub fn cart_suppressed(&self, reason: &str, count: u64) {
        self.counter(&catalogue::CART_SUPPRESSED, &[reason]).increment(count);
    }

    /// `kind` is `fired` or `recalled`.
    pub fn triggers(&self, trigger: &str, kind: &str, count: u64) {
        self.counter(&catalogue::TRIGGERS, &[trigger, kind]).increment(count);
    }

    pub fn triggers_suppressed(&self, reason: &str, count: u64) {
        self.counter(&catalogue::TRIGGERS_SUPPRESSED, &[reason]).increment(count);
    }

    pub fn cart_outcomes(&self, kind: &str, count: u64) {
        self.counter(&catalogue::CART_OUTCOMES, &[kind]).increment(count);
    }

    /// Triggers sent for prospects without a known address.
    pub fn cart_unaddressable(&self, step: u8, count: u64) {
        self.counter(&catalogue::CART_UNADDRESSABLE, &[&step.to_string()]).increment(count);
    }

    /// Accounts by state, and the members of all.
    pub fn accounts(&self, states: &[(&str, u64)], members: u64) {
        for (state, count) in states {
            self.gauge(&catalogue::ACCOUNTS, &[state]).set(*count as f64);
        }
        self.gauge(&catalogue::ACCOUNT_MEMBERS, &[]).set(members as f64);
    }

    /// `kind` is the output's type.
    pub fn account_changes(&self, kind: &str, count: u64) {
        self.counter(&catalogue::ACCOUNT_CHANGES, &[kind]).increment(count);
    }

    /// An output of time became visible this long after it was due. `kind`: `cart-step`, `stale`, `label`.
    pub fn trigger_lateness(&self, kind: &str, seconds: f64) {
        self.histogram(&catalogue::TRIGGER_LATENESS, &[kind]).record(seconds.max(0.0));
    }

    /// `count` events became visible this long after their record's time.
    pub fn event_latency(&self, seconds: f64, count: usize) {
        self.event_latency.record_many(seconds.max(0.0), count);
    }

    /// A transaction was committed with this many input records, `commit_seconds` after the batch's work was done.
    pub fn committed(&self, records: u64, commit_seconds: f64, unix_seconds: f64) {
        self.batch_records.record(records as f64);
        self.commit_seconds.record(commit_seconds);
        self.gauge(&catalogue::LAST_COMMIT, &[]).set(unix_seconds);
    }

    /// How a transaction ended: `committed`, `aborted`, `unknown` (not known yet).
    pub fn transaction(&self, outcome: &str) {
        self.counter(&catalogue::TRANSACTIONS, &[outcome]).increment(1);
    }

    /// A transaction was given up for this cause.
    pub fn aborted(&self, cause: &str) {
        self.counter(&catalogue::ABORTS, &[cause]).increment(1);
    }

    /// `class`: `retry`, `abort`, `refused`, `rebuild`, `stop`.
    pub fn failure(&self, class: &str) {
        self.counter(&catalogue::FAILURES, &[class]).increment(1);
    }

    pub fn input_lag(&self, topic: &str, partition: i32, records: u64) {
        self.partition_gauge(&catalogue::INPUT_LAG, &[topic, &partition.to_string()]).set(records as f64);
    }

    /// Sets every partition's lag, clock lag and troubles to 0: those that are still here are set again immediately.
    pub fn forget_partitions(&self) {
        for gauge in self.by_partition.lock().unwrap_or_else(PoisonError::into_inner).values() {
            gauge.set(0.0);
        }
    }

    pub fn task_clock_lag(&self, partition: i32, seconds: f64) {
        self.partition_gauge(&catalogue::TASK_CLOCK_LAG, &[&partition.to_string()]).set(seconds.max(0.0));
    }

    /// For how long a task has been in trouble of this kind.
    pub fn task_trouble(&self, partition: i32, kind: &str, seconds: f64) {
        self.partition_gauge(&catalogue::TASK_TROUBLE, &[&partition.to_string(), kind]).set(seconds.max(0.0));
    }

    pub fn input_waits(&self, topic: &str, count: u64) {
        self.counter(&catalogue::INPUT_WAITS, &[topic]).increment(count);
    }

    pub fn gap(&self, topic: &str, records: u64) {
        self.counter(&catalogue::GAP_RECORDS, &[topic]).increment(records);
    }

    /// Tasks of this instance in a state: `waiting`, `restoring`, `ready`, `stuck`.
    pub fn tasks(&self, state: &str, count: u64) {
        self.gauge(&catalogue::TASKS, &[state]).set(count as f64);
    }

    /// How much of a changelog partition has been read, and how many records just now.
    pub fn restore_progress(&self, partition: i32, ratio: f64, records: u64) {
        self.gauge(&catalogue::RESTORE_RATIO, &[&partition.to_string()]).set(ratio);
        self.counter(&catalogue::RESTORED_RECORDS, &[]).increment(records);
    }

    pub fn restored(&self, seconds: f64) {
        self.histogram(&catalogue::RESTORE_SECONDS, &[]).record(seconds);
    }

    /// `kind`: `assigned`, `revoked`, `lost`.
    pub fn rebalance(&self, kind: &str) {
        self.counter(&catalogue::REBALANCES, &[kind]).increment(1);
    }

    pub fn state(&self, totals: &StateTotals) {
        self.gauge(&catalogue::STATE_RECORDS, &[]).set(totals.records as f64);
        self.gauge(&catalogue::STATE_BYTES, &[]).set(totals.bytes as f64);
        self.gauge(&catalogue::STATE_DECODED_RECORDS, &[]).set(totals.decoded as f64);
        self.gauge(&catalogue::STATE_FILL, &[]).set(totals.fill_milli as f64 / 1_000.0);
        self.gauge(&catalogue::TIMERS_PENDING, &[]).set(totals.timers as f64);
        self.gauge(&catalogue::CART_STEPS_HELD, &[]).set(totals.steps_held as f64);
    }

    /// `endpoint` is the route's pattern, never the path that was asked for.
    pub fn http_request(&self, endpoint: &str, code: u16) {
        self.counter(&catalogue::HTTP_REQUESTS, &[endpoint, &code.to_string()]).increment(1);
    }

    /// The server ended a connection by itself; `reason` is one of a closed set.
    pub fn http_connection_closed(&self, reason: &str) {
        self.counter(&catalogue::HTTP_CONNECTIONS_CLOSED, &[reason]).increment(1);
    }

    pub fn model(&self, name: &str, hash: &str) {
        self.gauge(&catalogue::MODEL_INFO, &[name, hash]).set(1.0);
    }

    pub fn counter(&self, metric: &Metric, labels: &[&str]) -> Counter {
        debug_assert_eq!(metric.kind, Kind::Counter, "{}", metric.name);
        self.recorder.register_counter(&key(metric, labels), &METADATA)
    }

    fn gauge(&self, metric: &Metric, labels: &[&str]) -> Gauge {
        debug_assert_eq!(metric.kind, Kind::Gauge, "{}", metric.name);
        self.recorder.register_gauge(&key(metric, labels), &METADATA)
    }

    fn partition_gauge(&self, metric: &Metric, labels: &[&str]) -> Gauge {
        let gauge = self.gauge(metric, labels);
        let mut all = self.by_partition.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(key(metric, labels), gauge.clone());
        gauge
    }

    fn histogram(&self, metric: &Metric, labels: &[&str]) -> Arc<Buckets> {
        debug_assert_eq!(metric.kind, Kind::Histogram, "{}", metric.name);
        let rendered: Vec<String> = metric.labels.iter().zip(labels).map(|(k, v)| format!("{k}=\"{}\"", escape(v))).collect();
        let place = place(metric);
        let mut histograms = self.histograms.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(histograms.entry((place, rendered.join(","))).or_insert_with(|| Arc::new(Buckets::new(metric.buckets))))
    }

    fn keep(&self, metric: &Metric, labels: String, buckets: &Arc<Buckets>) {
        let mut histograms = self.histograms.lock().unwrap_or_else(PoisonError::into_inner);
        histograms.insert((place(metric), labels), Arc::clone(buckets));
    }
}

/// What the recorder wants to know of the caller; the exporter doesn't use it.
const METADATA: Metadata<'static> = Metadata::new("leadstream", Level::INFO, None);

/// Prospects send currencies: only real ones become labels.
fn known_currency(currency: Option<&str>) -> &'static str {
    currency.and_then(|c| CURRENCIES.iter().find(|k| k.eq_ignore_ascii_case(c))).copied().unwrap_or("other")
}

fn key(metric: &Metric, labels: &[&str]) -> Key {
    debug_assert_eq!(metric.labels.len(), labels.len(), "{}: one value per label", metric.name);
    let labels: Vec<Label> = metric.labels.iter().zip(labels).map(|(k, v)| Label::new(*k, (*v).to_owned())).collect();
    Key::from_parts(metric.name, labels)
}

fn place(metric: &Metric) -> usize {
    catalogue::ALL.iter().position(|m| m.name == metric.name).expect("the macro puts every constant into ALL")
}

fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_shows_help_type_labels_and_value() {
        let t = Telemetry::new("1.2.3");
        t.events("clickstream", "page", 7);
        t.events("clickstream", "page", 3);
        t.event_latency(0.012, 4);
        t.trigger_lateness("cart-step", 0.2);
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
    fn a_currency_that_nobody_knows_makes_no_label() {
        let t = Telemetry::new("x");
        t.cart_recovered(Some("eur"), "none", 40.0);
        t.cart_recovered(Some("\"} 1\nevil"), "none", 2.0);
        t.cart_recovered(None, "none", 3.0);
        let page = t.render();
        assert!(page.contains("leadstream_cart_recovered_value_sum{currency=\"EUR\"} 40\n"), "{page}");
        assert!(page.contains("leadstream_cart_recovered_value_sum{currency=\"other\"} 5\n"), "{page}");
        assert!(!page.contains("evil"));
    }

    #[test]
    fn every_metric_without_labels_is_there_from_the_start() {
        let page = Telemetry::new("x").render();
        for m in catalogue::ALL.iter().filter(|m| m.labels.is_empty()) {
            assert!(page.contains(&format!("\n{}", m.name)), "{} is missing", m.name);
        }
    }
}

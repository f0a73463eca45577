//! Where the numbers of one pipeline are kept.

use super::histogram::Buckets;
use super::metric::{Kind, Metric};
use metrics::{Counter, Gauge, Key, Label, Level, Metadata, Recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The numbers of one pipeline. It owns its registry instead of a process-wide one: two pipelines in one process (tests, the demo)
/// never mix their numbers.
pub struct Telemetry {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    metrics: Vec<&'static Metric>,
    /// By metric's name and rendered labels.
    histograms: Mutex<BTreeMap<&'static str, BTreeMap<String, Arc<Buckets>>>>,
    /// Gauges with a partition as label, to be set to 0 when the partition goes.
    by_partition: Mutex<BTreeMap<Key, Gauge>>,
}

impl Telemetry {
    /// An empty registry with these metrics described, and those without labels at zero.
    pub(super) fn of(metrics: Vec<&'static Metric>) -> Self {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        for m in &metrics {
            match m.kind {
                Kind::Counter => recorder.describe_counter(m.name.into(), None, m.help.into()),
                Kind::Gauge => recorder.describe_gauge(m.name.into(), None, m.help.into()),
                Kind::Histogram => {}
            }
        }
        let telemetry = Self { recorder, handle, metrics, histograms: Mutex::default(), by_partition: Mutex::default() };
        for m in telemetry.metrics.iter().filter(|m| m.labels.is_empty()) {
            telemetry.declare(m, &[]);
        }
        telemetry
    }

    /// The page of `/metrics`, in Prometheus' text format.
    #[must_use]
    pub fn render(&self) -> String {
        let mut out = self.handle.render();
        let histograms = self.histograms.lock().unwrap_or_else(PoisonError::into_inner);
        for metric in &self.metrics {
            let Some(series) = histograms.get(metric.name) else { continue };
            out += &format!("# HELP {0} {1}\n# TYPE {0} histogram\n", metric.name, metric.help);
            for (labels, buckets) in series {
                buckets.render(metric.name, labels, &mut out);
            }
        }
        out
    }

    /// Shows a series at zero before anything happened, so that a first event is an increase and not a new series.
    pub fn declare(&self, metric: &'static Metric, labels: &[&str]) {
        match metric.kind {
            Kind::Counter => drop(self.counter(metric, labels)),
            Kind::Gauge => drop(self.gauge(metric, labels)),
            Kind::Histogram => drop(self.histogram(metric, labels)),
        }
    }

    /// Sets every partition's lag, clock lag and troubles to 0: those that are still here are set again immediately.
    pub fn forget_partitions(&self) {
        for gauge in self.by_partition.lock().unwrap_or_else(PoisonError::into_inner).values() {
            gauge.set(0.0);
        }
    }

    /// Nothing to count is no reason to look the series up.
    pub(super) fn count(&self, metric: &Metric, labels: &[&str], count: u64) {
        if count > 0 {
            self.counter(metric, labels).increment(count);
        }
    }

    pub(super) fn counter(&self, metric: &Metric, labels: &[&str]) -> Counter {
        debug_assert_eq!(metric.kind, Kind::Counter, "{}", metric.name);
        self.recorder.register_counter(&key(metric, labels), &METADATA)
    }

    pub(super) fn gauge(&self, metric: &Metric, labels: &[&str]) -> Gauge {
        debug_assert_eq!(metric.kind, Kind::Gauge, "{}", metric.name);
        self.recorder.register_gauge(&key(metric, labels), &METADATA)
    }

    pub(super) fn partition_gauge(&self, metric: &Metric, labels: &[&str]) -> Gauge {
        let gauge = self.gauge(metric, labels);
        let mut all = self.by_partition.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(key(metric, labels), gauge.clone());
        gauge
    }

    pub(super) fn histogram(&self, metric: &Metric, labels: &[&str]) -> Arc<Buckets> {
        debug_assert_eq!(metric.kind, Kind::Histogram, "{}", metric.name);
        let rendered: Vec<String> = metric.labels.iter().zip(labels).map(|(k, v)| format!("{k}=\"{}\"", escape(v))).collect();
        let mut histograms = self.histograms.lock().unwrap_or_else(PoisonError::into_inner);
        let series = histograms.entry(metric.name).or_default();
        Arc::clone(series.entry(rendered.join(",")).or_insert_with(|| Arc::new(Buckets::new(metric.buckets))))
    }
}

/// What the recorder wants to know of the caller; the exporter doesn't use it.
const METADATA: Metadata<'static> = Metadata::new("leadstream", Level::INFO, None);

fn key(metric: &Metric, labels: &[&str]) -> Key {
    debug_assert_eq!(metric.labels.len(), labels.len(), "{}: one value per label", metric.name);
    let labels: Vec<Label> = metric.labels.iter().zip(labels).map(|(k, v)| Label::new(*k, (*v).to_owned())).collect();
    Key::from_parts(metric.name, labels)
}

fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
